import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.engines.transformer.packed import (
    ByteEmbedding,
    PackedLayer,
    PackedLinear,
    is_packing_possible,
    quantise,
)

_INPUTS, _OUTPUTS = 96, 40
_BOUND = 5e-4


def make(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def restore(rows: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    return rows.double() * scales.double()[:, None]


MATRIX = quantise(make(1, _OUTPUTS, _INPUTS))
PACKED = PackedLinear(*MATRIX)


def find_error(asked: torch.Tensor, found: torch.Tensor) -> float:
    """The largest error of a product, in parts of what the norms of row and weights allow."""
    weight = restore(*MATRIX)
    expected = asked.double() @ weight.T
    largest = asked.double().norm(dim=-1, keepdim=True) * weight.norm(dim=1)
    return float(((found.double() - expected).abs() / largest.clamp_min(1e-30)).max())


def add_outliers(rows: torch.Tensor) -> torch.Tensor:
    rows = rows.clone()
    rows[:, ::31] *= 1_000
    return rows


ROWS = {
    "usual": make(2, 64, _INPUTS),
    "one row": make(3, 1, _INPUTS),
    "outliers": add_outliers(make(4, 64, _INPUTS)),
    "tiny": make(5, 8, _INPUTS) * 1e-12,
    "huge": make(6, 8, _INPUTS) * 1e12,
    "one value alone": torch.eye(_INPUTS),
}


def test_this_processor_has_the_packed_product() -> None:
    assert is_packing_possible()


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS.keys())
def test_the_product_is_close_to_the_exact_one(rows: torch.Tensor) -> None:
    assert find_error(rows, PACKED.multiply(rows)) < _BOUND


@pytest.mark.parametrize("kind", ["usual", "one row", "outliers"])
def test_the_product_is_closer_than_with_activations_in_bfloat16(kind: str) -> None:
    rows = ROWS[kind]
    rounded = (rows.bfloat16().double() @ restore(*MATRIX).T).float()
    assert find_error(rows, PACKED.multiply(rows)) < find_error(rows, rounded)


def test_rows_of_nought_give_nought() -> None:
    rows = torch.zeros(3, _INPUTS)
    rows[1] = 1
    found = PACKED.multiply(rows)
    assert torch.equal(found[[0, 2]], torch.zeros(2, _OUTPUTS))
    assert bool(found[1].any())


def test_no_rows_give_no_rows() -> None:
    assert PACKED.multiply(torch.empty(0, _INPUTS)).shape == (0, _OUTPUTS)
    assert PACKED.multiply(torch.empty(2, 0, _INPUTS)).shape == (2, 0, _OUTPUTS)


@given(
    st.integers(0, 1_000_000),
    st.integers(1, 40),
    st.floats(1e-3, 1e3),
    st.lists(st.sampled_from([0.0, 1e-6, 1.0, 1e6]), min_size=1, max_size=5),
)
@settings(max_examples=60)
def test_a_row_does_not_depend_on_the_rows_beside_it(
    seed: int, place: int, size: float, others: list[float]
) -> None:
    row = make(seed, 1, _INPUTS) * size
    beside = torch.cat([make(seed + 1, place, _INPUTS) * each for each in others])
    together = torch.cat((beside[:place], row, beside[place:]))
    assert torch.equal(PACKED.multiply(together)[place], PACKED.multiply(row)[0])


def test_rows_may_lie_in_any_number_of_dimensions() -> None:
    rows = make(7, 6, _INPUTS)
    found = PACKED.multiply(rows.view(2, 3, _INPUTS))
    assert torch.equal(found, PACKED.multiply(rows).view(2, 3, _OUTPUTS))


def test_activations_are_left_as_they_were() -> None:
    rows = make(8, 4, _INPUTS)
    PACKED.multiply(rows)
    assert torch.equal(rows, make(8, 4, _INPUTS))


def test_activations_of_another_dtype_are_taken() -> None:
    rows = make(9, 4, _INPUTS).bfloat16()
    found = PACKED.multiply(rows)
    assert found.dtype == torch.float32
    assert torch.equal(found, PACKED.multiply(rows.float()))


def test_matrices_with_very_many_outputs_are_whole() -> None:
    rows, scales = quantise(make(10, 40_000, 16))
    asked = make(11, 3, 16)
    found = PackedLinear(rows, scales).multiply(asked)
    assert torch.allclose(found, (asked.double() @ restore(rows, scales).T).float(), atol=5e-3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_bytes_are_within_half_a_step_of_the_weights(dtype: torch.dtype) -> None:
    weight = make(12, 9, 50).to(dtype)
    rows, scales = quantise(weight)
    assert (rows.dtype, scales.dtype) == (torch.int8, torch.float32)
    error = (restore(rows, scales) - weight.double()).abs()
    assert bool((error <= scales.double()[:, None] * 0.5001).all())


def test_a_row_of_weights_of_nought_stays_nought() -> None:
    rows, scales = quantise(torch.zeros(2, 8))
    assert not bool(rows.any())
    assert bool(torch.isfinite(scales).all())


@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
def test_weights_that_are_no_numbers_are_refused(value: float) -> None:
    weight = torch.ones(4, 8)
    weight[2, 3] = value
    with pytest.raises(ValueError, match="no numbers"):
        quantise(weight)


def test_activations_that_are_no_numbers_spoil_their_own_row_alone() -> None:
    rows = make(13, 3, _INPUTS)
    spoilt = rows.clone()
    spoilt[1, 5] = torch.nan
    found = PACKED.multiply(spoilt)
    assert torch.equal(found[[0, 2]], PACKED.multiply(rows)[[0, 2]])
    assert not bool(torch.isfinite(found[1]).all())


def make_group() -> tuple[list[PackedLayer], list[torch.Tensor], torch.Tensor]:
    """Three layers that read the same, the outputs of each, and their biases as one."""
    packed, bias = PackedLinear(*MATRIX), make(14, _OUTPUTS)
    parts = [slice(0, 20), slice(20, 30), slice(30, _OUTPUTS)]
    layers = [PackedLayer(packed, part, bias[part], last=part is parts[-1]) for part in parts]
    return layers, [torch.arange(_OUTPUTS)[part] for part in parts], bias


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 0, 2, 2)])
def test_layers_packed_as_one_may_be_asked_in_any_order(order: tuple[int, ...]) -> None:
    layers, parts, bias = make_group()
    for seed in (20, 21):
        asked = make(seed, 2, _INPUTS)
        expected = PACKED.multiply(asked.clone()) + bias
        for number in order:
            assert torch.equal(layers[number](asked), expected[:, parts[number]])


def test_layers_packed_as_one_may_be_asked_for_different_inputs() -> None:
    layers, parts, bias = make_group()
    for number in (0, 1, 2, 1, 0):
        asked = make(30 + number, 2, _INPUTS)
        expected = PACKED.multiply(asked.clone()) + bias
        assert torch.equal(layers[number](asked), expected[:, parts[number]])


def test_a_layer_without_bias_adds_none() -> None:
    layer = PackedLayer(PACKED, slice(3, 7), None)
    asked = make(50, 2, _INPUTS)
    assert torch.equal(layer(asked), PACKED.multiply(asked.clone())[:, 3:7])
    assert layer.out_features == 4


def test_an_embedding_of_bytes_gives_the_rows_of_its_tokens() -> None:
    weight = make(60, 30, 8)
    rows, scales = quantise(weight)
    embedding = ByteEmbedding(rows, scales)
    tokens = torch.tensor([[3, 0, 29], [7, 7, 1]])
    found = embedding(tokens)
    assert (embedding.num_embeddings, embedding.embedding_dim) == (30, 8)
    assert found.dtype == torch.float32
    assert torch.allclose(found.double(), restore(rows, scales)[tokens])
    assert torch.allclose(found, weight[tokens], atol=float(scales.max()))
