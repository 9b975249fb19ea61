"""The engine with a model: a causal language model through transformers, prompted to summarise.

Tensors stay in this file. Decoding is greedy, so that the same release gives the same words.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from data.models import Language, Method, ReleaseText, Summary
from summarizer.engines.asking import (
    LEAST_SOURCE_TOKENS,
    MOST_NEW_TOKENS,
    compose_request,
    compose_translation_request,
    is_enough,
    read_summary,
    read_translation,
)
from summarizer.engines.base import Draft, EngineError, ModelUnavailableError, Translation
from summarizer.prompts import Message, merge_system

if TYPE_CHECKING:
    import torch
    from transformers import BatchEncoding

logger = logging.getLogger(__name__)

# Every model family brings its own classes: the library types them as Any as well.
Tokenizer: TypeAlias = Any
Network: TypeAlias = Any


class TransformerEngine:
    """Summaries written by a causal language model with a chat template."""

    method: Method = "model"

    def __init__(self, tokenizer: Tokenizer, network: Network, name: str) -> None:
        self._tokenizer = tokenizer
        self._network = network
        self._room = _find_room(network, tokenizer)
        self.model: str | None = name

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """The model's summary, cut back to whole sentences within the length allowed.

        Raises:
            EngineError: if the model answers with nothing.
        """
        messages = compose_request(text, faults, self._count, self._room)
        answer = self._generate(messages, text.language)
        return Draft(read_summary(answer, text.language, self.model))

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        """The model's translation of title and summary into the other language.

        Raises:
            EngineError: if the model does not answer with a headline and a summary.
        """
        target: Language = "zh" if text.language == "en" else "en"
        messages = compose_translation_request(text, summary, faults)
        answer = self._generate(messages, target, to_the_end=True)
        return read_translation(answer, target, self.model)

    def _count(self, text: str) -> int:
        return len(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _generate(
        self, messages: list[Message], language: Language, *, to_the_end: bool = False
    ) -> str:
        import torch
        from transformers import StoppingCriteriaList

        inputs = self._apply_template(messages).to(self._network.device)
        asked = inputs["input_ids"].shape[1]
        enough = [] if to_the_end else [self._stop_when_enough(asked, language)]
        with torch.inference_mode():
            output = self._network.generate(
                **inputs,
                do_sample=False,
                num_beams=1,
                temperature=None,
                top_p=None,
                top_k=None,
                max_new_tokens=MOST_NEW_TOKENS[language],
                pad_token_id=_find_padding(self._tokenizer),
                stopping_criteria=StoppingCriteriaList(enough),
            )
        return str(self._tokenizer.decode(output[0, asked:], skip_special_tokens=True))

    def _apply_template(self, messages: list[Message]) -> "BatchEncoding[Any]":
        from jinja2 import TemplateError

        for conversation in (messages, merge_system(messages)):
            try:
                encoding: BatchEncoding[Any] = self._tokenizer.apply_chat_template(
                    conversation,
                    add_generation_prompt=True,
                    enable_thinking=False,
                    return_dict=True,
                    return_tensors="pt",
                )
                return encoding  # noqa: TRY300
            except TemplateError as error:
                fault = error
        raise EngineError(f"The chat template of {self.model} refuses the prompt: {fault}.")

    def _stop_when_enough(self, asked: int, language: Language) -> Callable[..., "torch.Tensor"]:
        """Stops at the end of a sentence, once the summary is long enough."""
        import torch

        def check(tokens: "torch.Tensor", *_: object, **__: object) -> "torch.Tensor":
            text = self._tokenizer.decode(tokens[0, asked:], skip_special_tokens=True)
            done = is_enough(text, language)
            return torch.full((tokens.shape[0],), done, dtype=torch.bool, device=tokens.device)

        return check


def load_transformer(name: str) -> TransformerEngine:
    """The engine of a model, from a local folder or by its name on the hub.

    Raises:
        ModelUnavailableError: one sentence that says why there is none.
    """
    _check_place(name)
    try:
        tokenizer, network = _load(name)
    except ModelUnavailableError:
        raise
    except Exception as error:
        raise ModelUnavailableError(_explain(name, error)) from error
    _check_fit(name, tokenizer, network)
    return TransformerEngine(tokenizer, network, name)


def _check_place(name: str) -> None:
    looks_local = name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name
    if looks_local and not Path(name).expanduser().is_dir():
        raise ModelUnavailableError(f"There is no model folder {name}.")
    if Path(name).is_dir() and not (Path(name) / "config.json").is_file():
        raise ModelUnavailableError(f"The folder {name} holds no model: it has no config.json.")


def _load(name: str) -> tuple[Tokenizer, Network]:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging as chatter

    chatter.set_verbosity(logging.ERROR)
    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]  # the library is untyped here
    place = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
    local = place != name or Path(name).is_dir()
    on_gpu = torch.cuda.is_available()
    tokenizer = AutoTokenizer.from_pretrained(
        place, local_files_only=local, trust_remote_code=False
    )
    if not getattr(tokenizer, "chat_template", None):
        raise ModelUnavailableError(
            f"The model {name} has no chat template; choose one tuned to follow instructions."
        )
    network: Network = AutoModelForCausalLM.from_pretrained(
        place,
        local_files_only=local,
        trust_remote_code=False,
        use_safetensors=True,
        dtype=torch.bfloat16 if on_gpu else torch.float32,
    )
    network.train(mode=False)
    if on_gpu:
        network = network.to("cuda")
    return tokenizer, network


def _check_fit(name: str, tokenizer: Tokenizer, network: Network) -> None:
    known = network.get_input_embeddings().num_embeddings
    if len(tokenizer) > known:
        raise ModelUnavailableError(
            f"The tokenizer of {name} is another model's: "
            f"it has {len(tokenizer)} tokens, the model knows {known}."
        )
    if _find_room(network, tokenizer) < LEAST_SOURCE_TOKENS + 2 * max(MOST_NEW_TOKENS.values()):
        raise ModelUnavailableError(f"The model {name} reads too few tokens at once for a release.")


def _find_room(network: Network, tokenizer: Tokenizer) -> int:
    """Tokens that prompt and answer may have together."""
    stated = getattr(network.config, "max_position_embeddings", None) or 4_096
    return min(int(stated), int(getattr(tokenizer, "model_max_length", stated) or stated))


def _find_padding(tokenizer: Tokenizer) -> int:
    padding = tokenizer.pad_token_id
    return int(padding if padding is not None else tokenizer.eos_token_id or 0)


def _explain(name: str, error: Exception) -> str:
    kind = type(error).__name__
    if kind == "GatedRepoError" or "gated repo" in str(error):
        return (
            f"The model {name} is gated: accept its licence on the hub and log in, "
            "or choose another."
        )
    if kind in {"RepositoryNotFoundError", "HFValidationError"}:
        return f"The hub knows no model {name}."
    first = str(error).strip().split("\n")[0].rstrip(".")[:200]
    return f"The model {name} could not be loaded ({kind}: {first})."
