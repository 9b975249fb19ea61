"""What decoding is held against: random models, and the library's own greedy way with them."""

from pathlib import Path
from typing import Any

import tiny_models
import torch
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, PreTrainedModel

from summarizer.engines.transformer.decoding import Prompt
from summarizer.engines.transformer.loading import LoadedModel
from summarizer.prompts import Message

SHARED = "You write short summaries of releases about lamps and piers."
QUESTIONS = ("pier", "Lamps, lamps and lamps again. " * 9, "燈籠", "x")


def ask(question: str, family: str = "en", **more: object) -> Prompt:
    messages: list[Message] = [
        {"role": "system", "content": SHARED},
        {"role": "user", "content": question},
    ]
    return Prompt(messages, family, **{"most_new_tokens": 12, **more})  # type: ignore[arg-type]  # a table's


def save_random(folder: Path, kind: str = "qwen3", seed: int = 0, **more: object) -> Path:
    """A model with such large weights that each of its words follows from all before."""
    tokenizer = tiny_models.build_tokenizer()
    shape: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": 64,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 4_096,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        **more,
    }
    config = CONFIG_MAPPING[kind](**shape)
    torch.manual_seed(seed)
    network: PreTrainedModel = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
        config, dtype=torch.float32
    )
    for weight in network.parameters():
        if weight.ndim > 1:
            weight.data.mul_(8)
    tokenizer.save_pretrained(folder)
    network.save_pretrained(folder)
    return folder


@torch.inference_mode()
def write_as_the_library_does(model: LoadedModel, prompt: Prompt) -> str:
    """Greedy decoding without anything of ours."""
    encoded = model.tokenizer.apply_chat_template(
        list(prompt.messages),
        add_generation_prompt=True,
        enable_thinking=False,
        return_dict=True,
        return_tensors="pt",
    )
    tokens = encoded["input_ids"]
    written = model.network.generate(
        tokens, do_sample=False, max_new_tokens=prompt.most_new_tokens, pad_token_id=0
    )[0, tokens.shape[1] :].tolist()
    ends = [place for place, token in enumerate(written) if token in {0, 2}]
    return str(
        model.tokenizer.decode(
            written[: min(ends, default=None)],
            skip_special_tokens=True,
            clean_up_tokenization_spaces=False,
        )
    )
