"""Folders with models of real shapes: random weights, and a tokenizer trained on the samples.

No real weights are at hand; speed and memory depend on shapes alone. The tokenizer needs about
as many tokens for a text as that of the real models does.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch
from tiny_models import CHAT_TEMPLATE
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from data.samples import sample_releases

_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"]
_LEARNED = 12_000


@dataclass(frozen=True)
class Shape:
    """The sizes of a Qwen3 model."""

    name: str
    hidden: int
    intermediate: int
    layers: int = 28
    heads: int = 16
    key_value_heads: int = 8
    vocabulary: int = 151_936

    @property
    def weights(self) -> int:
        """How many weights are read for each token, the embedding as the output layer."""
        width = 128
        attention = self.hidden * width * 2 * (self.heads + self.key_value_heads)
        forward = 3 * self.hidden * self.intermediate
        return self.layers * (attention + forward) + self.vocabulary * self.hidden


SMALL = Shape("0.6 B", 1_024, 3_072)
DEFAULT = Shape("1.7 B", 2_048, 6_144)


def build(folder: Path, shape: Shape) -> Path:
    """A folder with a random model of a shape, in bfloat16 as on the hub."""
    torch.manual_seed(0)
    config = Qwen3Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_value_heads,
        head_dim=128,
        max_position_embeddings=40_960,
        tie_word_embeddings=True,
        eos_token_id=2,
        pad_token_id=0,
        dtype="bfloat16",
    )
    torch.set_default_dtype(torch.bfloat16)
    try:
        Qwen3ForCausalLM(config).save_pretrained(folder)
    finally:
        torch.set_default_dtype(torch.float32)
    _train_tokenizer().save_pretrained(folder)
    return folder


def _train_tokenizer() -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [digits, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_LEARNED,
        special_tokens=[AddedToken(token, special=True) for token in _SPECIAL],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    releases = sample_releases(datetime(2026, 11, 22, tzinfo=UTC), "https://example.org")
    bodies = (text.body for release in releases for text in release.texts.values())
    tokenizer.train_from_iterator(bodies, trainer)
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library is untyped here
        tokenizer_object=tokenizer, eos_token=_SPECIAL[2], pad_token=_SPECIAL[0]
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.model_max_length = 40_960
    return fast
