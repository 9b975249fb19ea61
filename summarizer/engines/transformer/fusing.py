"""Decoder layers of the usual build, computed in fewer steps.

For one token, most of a layer's time beside its matrices goes into calling many small
operations. Where a layer is built as in Llama, Qwen and most of their kin (norm, attention with
rotary positions, norm, gated feed-forward), it is replaced by one that does the same in fewer,
and reads keys and values once for all the queries that share them. Each replacement is tried
against the layer that it replaces, and taken back if it does not compute the same.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional
from transformers.cache_utils import Cache

from summarizer.engines.transformer.caching import (
    GrowingLayer,
    RowsLayer,
    list_layers,
    make_cache,
)
from summarizer.engines.transformer.packed import PackedLayer
from summarizer.engines.transformer.untyped import Config, Layer, Network

logger = logging.getLogger(__name__)

# More queries for a head than these, and the library's attention is the quicker one.
_FEW_QUERIES = 16
_CLOSE = 1e-3


class LikeNoOtherError(RuntimeError):
    """The layer is not of the usual build."""


def fuse_layers(network: Network) -> bool:
    """Replace the decoder layers of a network if they are of the usual build; whether they are."""
    layers = getattr(network.base_model, "layers", None)
    kinds = set(getattr(network.config, "layer_types", None) or ["full_attention"])
    if layers is None or kinds != {"full_attention"}:
        return False
    try:
        fused = [FusedLayer(layer, network.config) for layer in layers]
        agree = all(_agree(*pair, network) for pair in zip(layers, fused, strict=True))
    except (LikeNoOtherError, AttributeError, TypeError, RuntimeError) as error:
        logger.debug("The layers are not fused: %s", error)
        return False
    if agree:
        network.base_model.layers = nn.ModuleList(fused)
    return agree


def has_fused_layers(network: Network) -> bool:
    """Whether the layers of a network were replaced."""
    layers = getattr(network.base_model, "layers", None)
    return isinstance(layers, nn.ModuleList) and isinstance(layers[0], FusedLayer)


@dataclass(frozen=True, slots=True)
class _Norm:
    """Root mean square norm (Zhang and Sennrich 2019): x / sqrt(mean(x²) + ε) · weight."""

    weight: torch.Tensor
    epsilon: torch.Tensor

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        length = torch.linalg.vector_norm(values, dim=-1, keepdim=True)
        square = torch.addcmul(self.epsilon, length, length, value=1 / values.shape[-1])
        return (values * self.weight).mul_(square.rsqrt_())


class FusedLayer(nn.Module):
    """One decoder layer: activations [rows, tokens, width] to the same."""

    def __init__(self, layer: Layer, config: Config) -> None:
        """Take over the weights of a layer.

        Raises:
            LikeNoOtherError: if it is not of the usual build.
        """
        super().__init__()
        attention, forward = layer.self_attn, layer.mlp
        linear = {
            *(attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj),
            *(forward.gate_proj, forward.up_proj, forward.down_proj),
        }
        if not all(type(each) is PackedLayer for each in linear):
            raise LikeNoOtherError("a layer of it is not packed")
        if getattr(config, "hidden_act", None) != "silu":
            raise LikeNoOtherError("it has another activation")
        self.layer_idx = int(attention.layer_idx)
        self._width = int(attention.head_dim)
        self._scale = float(attention.scaling)
        self._key_heads = attention.k_proj.out_features // self._width
        self._query_heads = attention.q_proj.out_features // self._width
        self._inner = forward.gate_proj.out_features
        self._before, self._between = (
            _take_norm(layer.input_layernorm),
            _take_norm(layer.post_attention_layernorm),
        )
        self._head_norm = self._join_head_norms(attention)
        self._attend, self._leave = attention.q_proj.packed, attention.o_proj
        self._widen, self._narrow = forward.gate_proj.packed, forward.down_proj
        self._bias = _join_biases(attention.q_proj, attention.k_proj, attention.v_proj)
        if _join_biases(forward.gate_proj, forward.up_proj) is not None:
            raise LikeNoOtherError("its feed-forward has biases")

    def forward(
        self,
        hidden_states: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        position_embeddings: tuple[torch.Tensor, torch.Tensor] | None = None,
        **_: object,
    ) -> torch.Tensor:
        """As the library calls its own layers."""
        if past_key_values is None or position_embeddings is None:
            raise TypeError("a fused layer needs a cache and positions")
        queries, keys, values = self._project(self._before(hidden_states), position_embeddings)
        layer = list_layers(past_key_values)[self.layer_idx]
        keys, values = past_key_values.update(keys, values, self.layer_idx)
        attended = (
            self._look_by_row(queries, layer)
            if isinstance(layer, RowsLayer)
            else self._look(queries, keys, values, attention_mask)
        )
        hidden_states = hidden_states + self._leave(attended)
        wide = self._widen.multiply(self._between(hidden_states))
        self._widen.forget()
        gated = functional.silu(wide[..., : self._inner]).mul_(wide[..., self._inner :])
        narrow: torch.Tensor = self._narrow(gated)
        return narrow.add_(hidden_states)

    def _project(
        self, activations: torch.Tensor, positions: tuple[torch.Tensor, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Queries, keys and values, each [rows, heads, tokens, width]."""
        product = self._attend.multiply(activations)
        self._attend.forget()
        if self._bias is not None:
            product = product + self._bias
        heads = product.view(*product.shape[:-1], -1, self._width)
        turned = self._query_heads + self._key_heads
        asking, values = heads[..., :turned, :], heads[..., turned:, :]
        if self._head_norm is not None:
            asking = self._head_norm(asking)
        cosines, sines = (each.unsqueeze(2) for each in positions)
        half = self._width // 2
        rolled = torch.cat((-asking[..., half:], asking[..., :half]), -1)
        asking = torch.addcmul(asking * cosines, rolled, sines).transpose(1, 2)
        return (
            asking[:, : self._query_heads],
            asking[:, self._query_heads :],
            values.transpose(1, 2),
        )

    def _look(
        self,
        queries: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        mask: torch.Tensor | None,
    ) -> torch.Tensor:
        """Scaled dot-product attention: [rows, tokens, heads · width]."""
        rows, _, tokens, _ = queries.shape
        group = self._query_heads // self._key_heads
        if group * tokens > _FEW_QUERIES or (mask is None and tokens > 1):
            attended = functional.scaled_dot_product_attention(
                queries,
                keys,
                values,
                mask,
                is_causal=mask is None,
                scale=self._scale,
                enable_gqa=True,
            )
            return attended.transpose(1, 2).reshape(rows, tokens, -1)
        asked = (queries * self._scale).reshape(rows, self._key_heads, group * tokens, self._width)
        # The long matrix stands on the left: that product is the quicker one.
        scores = keys @ asked.transpose(-1, -2)
        if mask is not None:
            apart = scores.view(rows, self._key_heads, -1, group, tokens)
            apart.masked_fill_(~mask.transpose(-1, -2).unsqueeze(3), -torch.inf)
        attended = torch.softmax(scores, -2).transpose(-1, -2) @ values
        attended = attended.view(rows, self._query_heads, tokens, self._width)
        return attended.transpose(1, 2).reshape(rows, tokens, -1)

    def _look_by_row(self, queries: torch.Tensor, layer: RowsLayer) -> torch.Tensor:
        """The same for one token in each row, where each row has its own keys and values."""
        count, group = queries.shape[0], self._query_heads // self._key_heads
        asked = (queries * self._scale).view(count, self._key_heads, group, self._width)
        attended = [
            self._look_together(asked[rows], layer.rows[rows], shared)
            for rows, shared in layer.families
        ]
        return torch.cat(attended).view(count, 1, -1)

    def _look_together(
        self, asked: torch.Tensor, rows: Sequence[GrowingLayer], shared: int
    ) -> torch.Tensor:
        """What rows find that begin with the same tokens: [rows, key heads, group, width].

        What they begin with is read once for all of them; its scores take part in the softmax
        of each row.
        """
        group = asked.shape[2]
        together = asked.transpose(0, 1).reshape(self._key_heads, -1, self._width)
        begun = rows[0].keys[0, :, :shared] @ together.transpose(-1, -2)
        weights, own = [], []
        for number, row in enumerate(rows):
            scores = row.keys[0, :, shared:] @ asked[number].transpose(-1, -2)
            known = begun[..., number * group : (number + 1) * group]
            weight = torch.cat((known, scores), 1).softmax(1).transpose(-1, -2)
            weights.append(weight[..., :shared])
            own.append(weight[..., shared:] @ row.values[0, :, shared:])
        attended = torch.cat(weights, 1) @ rows[0].values[0, :, :shared] + torch.cat(own, 1)
        attended = attended.view(self._key_heads, len(rows), group, self._width)
        return attended.transpose(0, 1)

    def _join_head_norms(self, attention: Layer) -> _Norm | None:
        """One norm for queries and keys side by side, where the model has any."""
        if not hasattr(attention, "q_norm"):
            return None
        queries, keys = _take_norm(attention.q_norm), _take_norm(attention.k_norm)
        weight = torch.cat(
            (
                queries.weight.expand(self._query_heads, self._width),
                keys.weight.expand(self._key_heads, self._width),
            )
        )
        return _Norm(weight, queries.epsilon)


def _take_norm(norm: Layer) -> _Norm:
    return _Norm(norm.weight.detach(), torch.tensor(float(norm.variance_epsilon)))


def _join_biases(*layers: PackedLayer) -> torch.Tensor | None:
    biases = [layer.bias for layer in layers if layer.bias is not None]
    if biases and len(biases) != len(layers):
        raise LikeNoOtherError("only some of its layers have biases")
    return torch.cat(biases) if biases else None


@torch.inference_mode()
def _agree(layer: Layer, fused: FusedLayer, network: Network) -> bool:
    """Whether both compute the same, for a prompt, for tokens after it, beside a shorter row."""
    generator = torch.Generator().manual_seed(0)
    count = fused.layer_idx + 1
    caches = make_cache(count), make_cache(count)
    for tokens, known in ((5, 0), (1, 5), (3, 6)):
        states = torch.randn(2, tokens, network.config.hidden_size, generator=generator)
        places = torch.arange(known, known + tokens)[None].expand(2, -1)
        mask = torch.ones(2, 1, tokens, known + tokens, dtype=torch.bool).tril(known)
        mask[1, :, :, 0] = known + tokens == 1
        asked = {
            "attention_mask": mask,
            "position_ids": places,
            "position_embeddings": network.base_model.rotary_emb(states, places),
            "use_cache": True,
        }
        expected, found = (
            each(states.clone(), past_key_values=cache, **asked)
            for each, cache in zip((layer, fused), caches, strict=True)
        )
        # The first token of the second row sees nothing: what comes of it means nothing.
        expected, found = expected[:, -1], found[:, -1]
        if not torch.allclose(
            expected, found, rtol=_CLOSE, atol=_CLOSE * float(expected.abs().max())
        ):
            return False
    return True
