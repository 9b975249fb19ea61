"""A model from its folder or the hub into memory, in the arithmetic that suits the processor."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jinja2 import TemplateError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedConfig,
)
from transformers.utils import logging as library_logging

from summarizer.engines.asking import LEAST_SOURCE_TOKENS, find_least_room
from summarizer.engines.base import ModelUnavailableError
from summarizer.engines.transformer.assembling import UnknownLayoutError, assemble
from summarizer.engines.transformer.memory import hand_back_memory
from summarizer.engines.transformer.packed import is_packing_possible
from summarizer.engines.transformer.untyped import Network, Tokenizer
from summarizer.engines.transformer.weights import ByteCache, Checkpoint, WeightsError
from summarizer.prompts import compose_messages, compose_source, merge_system
from summarizer.tiers import Arithmetic

logger = logging.getLogger(__name__)

_DTYPES = {"bfloat16": torch.bfloat16, "float32": torch.float32}


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory, ready to be asked.

    ``room`` is prompt and answer together, in tokens; ``cache`` the folder, if there is one, for
    what need not be computed again at the next start.
    """

    name: str
    tokenizer: Tokenizer
    network: Network
    arithmetic: Arithmetic
    room: int
    cache: Path | None = None

    @property
    def is_sequence_to_sequence(self) -> bool:
        """Whether the model reads a text and writes another, rather than going on with one."""
        return bool(self.network.config.is_encoder_decoder)

    @property
    def on_gpu(self) -> bool:
        """Whether it computes on a graphics processor."""
        return str(self.network.device).startswith("cuda")

    def count(self, text: str) -> int:
        """How many tokens a text has, without special ones."""
        encoded = self.tokenizer(text, add_special_tokens=False, verbose=False)
        return len(encoded["input_ids"])

    def describe(self) -> str:
        """Where and how it computes: "int8 on 2 cores"."""
        place = "the GPU" if self.on_gpu else _tell_cores(torch.get_num_threads())
        return f"{self.arithmetic} on {place}"


def choose_arithmetic(*, sequence_to_sequence: bool) -> Arithmetic:
    """What the processor does best.

    Encoder-decoder models stay as they are: attention in T5 is not scaled, which made rounding
    to bytes come out as an error of 12 to 34% in the logits of random models.
    """
    if torch.cuda.is_available():
        return "bfloat16"
    if not sequence_to_sequence and is_packing_possible():
        return "int8"
    return "bfloat16" if _computes_bfloat16() else "float32"


def _computes_bfloat16() -> bool:
    """Whether the processor has instructions for it; without them it is slower than float32."""
    asked = (
        getattr(torch.cpu, name, None)
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return any(ask is not None and ask() for ask in asked)


def load_model(
    folder: Path, name: str, cache: Path | None = None, arithmetic: Arithmetic | None = None
) -> LoadedModel:
    """The model in a folder.

    Args:
        folder: with config, tokenizer and weights in the safetensors format.
        name: what to call it.
        cache: where its int8 form is kept.
        arithmetic: None: what the processor does best.

    Raises:
        ModelUnavailableError: one sentence that says why there is none.
    """
    library_logging.set_verbosity(logging.ERROR)
    library_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # untyped there
    with _explained(name):
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        if not config.is_encoder_decoder:
            _check_template(name, tokenizer)
        chosen = arithmetic or choose_arithmetic(sequence_to_sequence=config.is_encoder_decoder)
        network, chosen = _load_network(config, folder, cache, chosen)
        _check_fit(name, tokenizer, network)
        room, place = _find_room(config, tokenizer), _find_cache(folder, cache, chosen)
        loaded = LoadedModel(name, tokenizer, network, chosen, room, place)
        _check_room(loaded)
        _try_out(loaded)
    hand_back_memory()
    logger.info("%s is loaded: %s", name, loaded.describe())
    return loaded


def _find_cache(folder: Path, cache: Path | None, arithmetic: Arithmetic) -> Path | None:
    if cache is None or arithmetic != "int8":
        return None
    kept = ByteCache(cache, Checkpoint.open(folder))
    return kept.folder if kept.complete else None


def _tell_cores(count: int) -> str:
    return "1 core" if count == 1 else f"{count} cores"


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turns whatever goes wrong while loading into one sentence."""
    try:
        yield
    except ModelUnavailableError:
        raise
    except Exception as error:
        said = _say(error)
        reason = said if isinstance(error, WeightsError) else f"{type(error).__name__}: {said}"
        raise ModelUnavailableError(f"The model {name} could not be loaded: {reason}.") from error


def _say(error: Exception) -> str:
    """The first line of what it says, as part of a sentence."""
    return str(error).strip().split("\n")[0].rstrip(".")[:200]


def _load_network(
    config: PreTrainedConfig, folder: Path, cache: Path | None, arithmetic: Arithmetic
) -> tuple[Network, Arithmetic]:
    build: Any = AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM
    if arithmetic == "int8":
        try:
            network: Network = assemble(config, build, Checkpoint.open(folder), cache)
        except UnknownLayoutError as error:
            logger.warning("This model can't be loaded as int8 (%s); it takes more memory", error)
            arithmetic = "bfloat16" if _computes_bfloat16() else "float32"
        else:
            network.generation_config = _read_generation_config(network, folder)
            return network, arithmetic
    network, told = build.from_pretrained(
        folder,
        local_files_only=True,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=_DTYPES[arithmetic],
        output_loading_info=True,
    )
    if told["missing_keys"]:
        # The library makes up what it does not find.
        raise WeightsError(f"its weights lack {min(told['missing_keys'])}")
    network.train(mode=False)
    return (network.to("cuda") if torch.cuda.is_available() else network), arithmetic


def _read_generation_config(network: Network, folder: Path) -> GenerationConfig:
    if (folder / "generation_config.json").is_file():
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    return GenerationConfig.from_model_config(network.config)


def _check_template(name: str, tokenizer: Tokenizer) -> None:
    """A template is a small program of whoever made the model: see whether it runs."""
    if not getattr(tokenizer, "chat_template", None):
        raise ModelUnavailableError(
            f"The model {name} has no chat template; choose one tuned to follow instructions."
        )
    messages = compose_messages("en", "", "", "")
    try:
        try:
            prompt = tokenizer.apply_chat_template(messages, tokenize=False)
        except TemplateError:
            prompt = tokenizer.apply_chat_template(merge_system(messages), tokenize=False)
    except Exception as error:
        raise ModelUnavailableError(
            f"The chat template of the model {name} can't be used: {_say(error)}."
        ) from error
    # Its first line: templates may trim what they are given.
    if messages[-1]["content"].strip().split("\n")[0].strip() not in prompt:
        raise ModelUnavailableError(f"The chat template of the model {name} drops what is asked.")


def _check_fit(name: str, tokenizer: Tokenizer, network: Network) -> None:
    known = network.get_input_embeddings().num_embeddings
    if not all(tokenizer(text)["input_ids"] for text in ("Lamps", "街燈")):
        raise ModelUnavailableError(f"The model {name} has no tokenizer that can read a text.")
    if len(tokenizer) > known:
        raise ModelUnavailableError(
            f"The tokenizer of {name} is another model's: "
            f"it has {len(tokenizer)} tokens, the model knows {known}."
        )


def _find_room(config: PreTrainedConfig, tokenizer: Tokenizer) -> int:
    stated = getattr(config, "max_position_embeddings", None) or getattr(
        config, "n_positions", None
    )
    return min(int(stated or 4_096), int(tokenizer.model_max_length or stated or 4_096))


def _check_room(model: LoadedModel) -> None:
    least = (
        model.count(compose_source("", "", "", "")) + LEAST_SOURCE_TOKENS
        if model.is_sequence_to_sequence
        else find_least_room(model.count)
    )
    if model.room < least:
        raise ModelUnavailableError(
            f"The model {model.name} reads too few tokens at once for a release."
        )


def _try_out(model: LoadedModel) -> None:
    """Run the network once: weights that are no numbers, or that don't fit, show here."""
    tokens = torch.tensor([[0, 1]], device=model.network.device)
    more = {"decoder_input_ids": tokens[:, :1]} if model.is_sequence_to_sequence else {}
    with torch.inference_mode():
        logits = model.network(input_ids=tokens, **more).logits
    if not bool(torch.isfinite(logits).all()):
        raise ModelUnavailableError(
            f"The model {model.name} computes what is no number; its weights are damaged."
        )
