"""Tiny models and tokenizers on disk: real files for the real loading and generating code.

``build_random`` gives a model whose words mean nothing. ``build_reciting`` gives one that
answers every prompt with one text, by weights that are written rather than trained: the
embedding marks the token, the layers add nothing, the head names the token that follows.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}"
    "{% endif %}"
)
NO_SYSTEM_TEMPLATE = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    + CHAT_TEMPLATE
)
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_PADDING, _END = 0, 2
# Small as they are, a second thread would only wait for the first.
torch.set_num_threads(1)
_NEW_LINE = "Ċ"  # how byte-level tokenizers write the byte that ends every prompt


def build_tokenizer(
    phrases: Sequence[str] = (), chat_template: str | None = CHAT_TEMPLATE
) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer that knows every byte, and each of the phrases as one token."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: number for number, token in enumerate([*_SPECIAL, *alphabet])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in _SPECIAL])
    tokenizer.add_tokens([AddedToken(phrase, normalized=False) for phrase in phrases])
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # the library is untyped here
        tokenizer_object=tokenizer, eos_token=_SPECIAL[_END], pad_token=_SPECIAL[_PADDING]
    )
    fast.chat_template = chat_template
    fast.model_max_length = 4_096
    return fast


def build_network(vocabulary: int, hidden: int = 64, positions: int = 4_096) -> Qwen3ForCausalLM:
    """A random two-layer network, the same for the same shape."""
    torch.manual_seed(0)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=vocabulary,
            hidden_size=hidden,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            max_position_embeddings=positions,
            tie_word_embeddings=False,
            eos_token_id=_END,
            pad_token_id=_PADDING,
        )
    )


def save(folder: Path, tokenizer: PreTrainedTokenizerFast, network: Qwen3ForCausalLM) -> Path:
    """The folder, with the files that a model on the hub has."""
    tokenizer.save_pretrained(folder)
    network.save_pretrained(folder)
    return folder


def build_random(
    folder: Path, chat_template: str | None = CHAT_TEMPLATE, positions: int = 4_096
) -> Path:
    """A folder with a model whose words mean nothing."""
    tokenizer = build_tokenizer(chat_template=chat_template)
    return save(folder, tokenizer, build_network(len(tokenizer), positions=positions))


def build_reciting(folder: Path, *phrases: str, chat_template: str = CHAT_TEMPLATE) -> Path:
    """A folder with a model that answers any prompt with the phrases, one after the other."""
    tokenizer = build_tokenizer(phrases, chat_template)
    network = build_network(len(tokenizer), hidden=len(tokenizer))
    chain = [_NEW_LINE, *phrases, _SPECIAL[_END]]
    numbers = tokenizer.convert_tokens_to_ids(chain)
    assert isinstance(numbers, list)
    follow(network, numbers)
    return save(folder, tokenizer, network)


@torch.no_grad()
def follow(network: Qwen3ForCausalLM, chain: Sequence[int]) -> None:
    """Write the weights: after each token of the chain comes the next."""
    size = network.config.hidden_size
    network.model.embed_tokens.weight.copy_(torch.eye(network.config.vocab_size, size))
    for layer in network.model.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    network.lm_head.weight.zero_()
    for token, following in pairwise(chain):
        network.lm_head.weight[following, token] = 10.0
