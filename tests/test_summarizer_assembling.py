import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import tiny_models
import torch
from transformers import CONFIG_MAPPING, AutoConfig, AutoModelForCausalLM

from summarizer.engines.transformer.assembling import UnknownLayoutError, assemble
from summarizer.engines.transformer.fusing import FusedLayer
from summarizer.engines.transformer.loading import load_model
from summarizer.engines.transformer.packed import PackedLayer
from summarizer.engines.transformer.untyped import Network
from summarizer.engines.transformer.weights import Checkpoint

_VOCABULARY, _POSITIONS = 300, 200
_COMMON = {
    "vocab_size": _VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4_096,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


@dataclass(frozen=True)
class Family:
    """A kind of model as the library builds it; whether its layers are of the usual build."""

    kind: str
    fused: bool
    more: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Network:
        """A random network whose logits differ enough for a clear choice."""
        torch.manual_seed(0)
        config = CONFIG_MAPPING[self.kind](**{**_COMMON, **self.more})
        network: Network = AutoModelForCausalLM.from_config(  # type: ignore[no-untyped-call]
            config, dtype=torch.float32
        )
        generator = torch.Generator().manual_seed(1)
        for name, weight in network.named_parameters():
            if weight.ndim > 1:
                weight.data.mul_(3)
            elif name.endswith(".bias"):
                weight.data.normal_(0, 0.1, generator=generator)
        return network.eval()


FAMILIES = {
    "qwen2": Family("qwen2", fused=True),
    "qwen3": Family("qwen3", fused=True, more={"head_dim": 16, "tie_word_embeddings": True}),
    "qwen3, not tied": Family("qwen3", fused=True, more={"head_dim": 32}),
    "llama": Family("llama", fused=True),
    "llama with biases": Family(
        "llama", fused=False, more={"attention_bias": True, "mlp_bias": True}
    ),
    "mistral": Family("mistral", fused=True, more={"sliding_window": None}),
    "mistral with a window": Family("mistral", fused=True, more={"sliding_window": 64}),
    "phi3": Family("phi3", fused=False),
    "granite": Family("granite", fused=True),
    "granite as released": Family(
        "granite",
        fused=False,
        more={
            "residual_multiplier": 0.22,
            "embedding_multiplier": 12.0,
            "logits_scaling": 8.0,
            "attention_multiplier": 0.0625,
        },
    ),
    "smollm3": Family("smollm3", fused=False, more={"no_rope_layers": [1, 0]}),
    "gpt2": Family("gpt2", fused=False, more={"n_embd": 64, "n_layer": 2, "n_head": 4}),
    "stablelm": Family("stablelm", fused=False),
}
# Of these, weights are laid out otherwise in the files, or buffers can't be made from the config.
OTHERS = {
    "gemma2": Family("gemma2", fused=False, more={"head_dim": 16}),
    "gpt_neox": Family("gpt_neox", fused=False),
    "qwen2_moe": Family(
        "qwen2_moe",
        fused=False,
        more={
            "num_experts": 4,
            "num_experts_per_tok": 2,
            "moe_intermediate_size": 32,
            "shared_expert_intermediate_size": 32,
        },
    ),
}


def put_together(folder: Path) -> Network:
    return assemble(
        AutoConfig.from_pretrained(folder), AutoModelForCausalLM, Checkpoint.open(folder), None
    )


@torch.inference_mode()
def read(network: Network, tokens: torch.Tensor) -> torch.Tensor:
    """Logits [rows, tokens, vocabulary], with most tokens read at once and the last by itself."""
    first = network(tokens[:, :-1], use_cache=True)
    second = network(tokens[:, -1:], past_key_values=first.past_key_values, use_cache=True)
    return torch.cat((first.logits, second.logits), 1)


def make_tokens() -> torch.Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randint(3, _VOCABULARY, (2, _POSITIONS), generator=generator)


@pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES.keys())
def test_int8_says_nearly_what_fp32_says(family: Family, tmp_path: Path) -> None:
    network = family.build()
    network.save_pretrained(tmp_path)
    small = put_together(tmp_path)
    tokens = make_tokens()
    expected, found = read(network, tokens), read(small, tokens)
    assert float((found - expected).norm() / expected.norm()) < 0.05
    assert float((found.argmax(-1) == expected.argmax(-1)).float().mean()) >= 0.9
    kinds = {type(module) for module in small.modules()}
    assert PackedLayer in kinds
    assert (FusedLayer in kinds) == family.fused


def test_layers_that_read_the_same_are_packed_as_one(tmp_path: Path) -> None:
    FAMILIES["stablelm"].build().save_pretrained(tmp_path)
    attention = put_together(tmp_path).base_model.layers[0].self_attn
    assert attention.q_proj.packed is attention.k_proj.packed is attention.v_proj.packed
    assert attention.o_proj.packed is not attention.q_proj.packed


@pytest.mark.parametrize("family", OTHERS.values(), ids=OTHERS.keys())
def test_what_cannot_be_put_together_is_loaded_as_the_library_does(
    family: Family, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    network = family.build()
    network.save_pretrained(tmp_path)
    tiny_models.build_tokenizer().save_pretrained(tmp_path)
    with pytest.raises(UnknownLayoutError):
        put_together(tmp_path)
    with caplog.at_level(logging.WARNING):
        loaded = load_model(tmp_path, "tiny", tmp_path / "cache", "int8")
    assert "can't be loaded as int8" in caplog.text
    assert loaded.arithmetic != "int8"
    tokens = make_tokens()
    expected, found = read(network, tokens), read(loaded.network, tokens).float()
    assert float((found - expected).norm() / expected.norm()) < 0.05


def test_weights_of_few_bits_already_are_left_to_the_library(tmp_path: Path) -> None:
    network = FAMILIES["llama"].build()
    network.config.quantization_config = {"quant_method": "fp8"}
    network.save_pretrained(tmp_path)
    with pytest.raises(UnknownLayoutError, match="few bits already"):
        put_together(tmp_path)
