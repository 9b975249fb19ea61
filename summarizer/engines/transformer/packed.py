"""Linear layers with weights of 8 bits, multiplied where they lie.

A weight is stored as one signed byte with a scale for each output (symmetric, per channel), which
is all that decoding has to read. torch's packed product wants bytes on both sides, and activations
of 7 bits would be far too coarse for language models, whose activations have outliers. So each
row of activations is written as two numbers of 7 bits, a high and a low part,

    x ≈ m/63 · (high + low/126),   m = max|x| of the row,   high, low whole, within ±63,

and both are multiplied in one call; integers add up exactly, so that a row's result does not
depend on the rows beside it. What is lost is about 1e-4 of the row's largest value, twenty times
less than with activations in bfloat16. Seven bits, because the product of the older instruction
set (AVX2) adds two products in 16 bits: 2 · 127 · 127 just fits.
"""

import warnings
from collections.abc import Iterator

import torch
from torch import nn

from summarizer.engines.transformer.untyped import PackedWeight

_HALF = 63
_CENTRE = _HALF + 1  # the unsigned byte that stands for nought
_FINER = 2 * _HALF
# Packing goes much slower in matrices with more outputs than this.
_MOST_OUTPUTS = 16_384
_ENGINE = "fbgemm"
_LEAST = 1e-30


def is_packing_possible() -> bool:
    """Whether this torch on this processor has the packed product, and it computes as it should.

    The operations are not part of torch's public interface, so they are tried and not trusted.
    """
    if _ENGINE not in torch.backends.quantized.supported_engines:
        return False
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(48, 96, generator=generator)
    asked = torch.randn(5, 96, generator=generator) * torch.tensor(
        [[1e-3], [1.0], [9.0], [0], [99]]
    )
    rows, scales = quantise(weight)
    try:
        found = PackedLinear(rows, scales).multiply(asked)
    except (RuntimeError, AttributeError):
        return False
    expected = asked @ (rows * scales[:, None]).T
    return bool(torch.allclose(found, expected, rtol=0, atol=2e-3 * float(expected.abs().max())))


def quantise(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A matrix as bytes and the scale of each of its rows: ``weight ≈ rows · scales[:, None]``.

    Args:
        weight: [outputs, inputs], any floating dtype.

    Returns:
        rows, int8 [outputs, inputs], within ±127, and scales, float32 [outputs].

    Raises:
        ValueError: if a weight is no number.
    """
    weight = weight.float()
    largest = weight.abs().amax(1)
    if not bool(torch.isfinite(largest).all()):
        raise ValueError("some weights are no numbers")
    scales = (largest / 127).clamp_min(_LEAST)
    rows = (weight / scales[:, None]).round_().clamp_(-127, 127).to(torch.int8)
    return rows, scales


class PackedLinear:
    """``y = x Wᵀ + b`` for one or several layers that read the same, with W as bytes.

    Layers of a model that read the same activations (queries, keys and values, say) are packed
    as one: fewer, larger products. The last product is remembered, since the layers ask for
    their parts one after the other.
    """

    def __init__(self, rows: torch.Tensor, scales: torch.Tensor) -> None:
        """Pack ``rows``, int8 [outputs, inputs], with ``scales``, float [outputs]."""
        self._packs = list(_pack(rows, scales))
        self._given: torch.Tensor | None = None
        self._product = torch.empty(0)

    def multiply(self, activations: torch.Tensor) -> torch.Tensor:
        """Activations [..., inputs] to float32 [..., outputs].

        They must not be changed in place before all layers have had their parts.
        """
        if self._given is not activations:
            self._product = self._multiply(activations)
            self._given = activations
        return self._product

    def forget(self) -> None:
        """Let go of the last product, once all layers have had theirs."""
        self._given, self._product = None, torch.empty(0)

    def _multiply(self, activations: torch.Tensor) -> torch.Tensor:
        rows = activations.reshape(-1, activations.shape[-1]).float()
        count = rows.shape[0]
        largest = torch.linalg.vector_norm(rows, torch.inf, dim=1, keepdim=True)
        factors = largest.clamp_min_(_LEAST).div_(_HALF)
        parts = torch.empty(2 * count, rows.shape[1])
        high, low = parts[:count], parts[count:]
        torch.div(rows, factors, out=low)
        torch.round(low, out=high)
        low.sub_(high).mul_(_FINER)
        products = [_multiply_bytes(parts, pack) for pack in self._packs]
        product = products[0] if len(products) == 1 else torch.cat(products, 1)
        result = product[:count].add_(product[count:], alpha=1 / _FINER).mul_(factors)
        return result.view(*activations.shape[:-1], result.shape[1])


class PackedLayer(nn.Module):
    """One layer's part of a packed product: stands where an ``nn.Linear`` stood."""

    def __init__(
        self, packed: PackedLinear, outputs: slice, bias: torch.Tensor | None, *, last: bool = True
    ) -> None:
        """``last``: no layer after this one reads the same product."""
        super().__init__()
        self.packed, self._outputs, self._last = packed, outputs, last
        self.out_features = outputs.stop - outputs.start
        # Some models ask a layer for its dtype, and leave activations alone if it is this one.
        self.weight = torch.empty(0, dtype=torch.int8)
        self.bias = None if bias is None else bias.float()

    def forward(self, activations: torch.Tensor) -> torch.Tensor:
        """[..., inputs] to [..., outputs]."""
        result = self.packed.multiply(activations)[..., self._outputs]
        if self._last:
            self.packed.forget()
        return result if self.bias is None else result + self.bias


class ByteEmbedding(nn.Module):
    """An embedding whose rows are bytes with a scale; only the rows that are read need memory."""

    def __init__(self, rows: torch.Tensor, scales: torch.Tensor) -> None:
        super().__init__()
        self.num_embeddings, self.embedding_dim = rows.shape
        self._rows, self._scales = rows, scales

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """[...] to [..., width], float32."""
        return self._rows[tokens] * self._scales[tokens].unsqueeze(-1)


def _pack(rows: torch.Tensor, scales: torch.Tensor) -> Iterator[PackedWeight]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what makes the tensors is deprecated, what reads is not
        torch.backends.quantized.engine = _ENGINE
        for start in range(0, rows.shape[0], _MOST_OUTPUTS):
            part, scale = (each[start : start + _MOST_OUTPUTS] for each in (rows, scales))
            zeros = torch.zeros(part.shape[0], dtype=torch.long)
            make = torch._make_per_channel_quantized_tensor  # noqa: SLF001  # tried at the start
            matrix = make(part, scale.double(), zeros, 0)
            yield torch.ops.quantized.linear_prepack(matrix, None)


def _multiply_bytes(parts: torch.Tensor, pack: PackedWeight) -> torch.Tensor:
    product: torch.Tensor = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
        parts, 1.0, _CENTRE, pack
    )
    return product
