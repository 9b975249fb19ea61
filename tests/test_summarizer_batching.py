"""Many prompts at once by the library's continuous batching, on the processor with small limits."""

from pathlib import Path

import pytest
import torch
from greedy import QUESTIONS, ask, save_random, write_as_the_library_does
from hypothesis import given
from hypothesis import strategies as st

from summarizer.engines.base import EngineError
from summarizer.engines.transformer import batching
from summarizer.engines.transformer.batching import BatchDecoder, count_blocks
from summarizer.engines.transformer.loading import LoadedModel, load_model
from summarizer.meter import Meter
from summarizer.tiers import Arithmetic


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    folder: Path = save_random(tmp_path_factory.mktemp("random"))
    arithmetic: Arithmetic = "bfloat16" if torch.cuda.is_available() else "float32"
    return load_model(folder, "tiny", None, arithmetic)


@pytest.fixture
def decoder(model: LoadedModel) -> BatchDecoder:
    return BatchDecoder(model, Meter())


def test_a_batch_gives_each_prompt_the_words_that_it_gets_alone(
    model: LoadedModel, decoder: BatchDecoder, capfd: pytest.CaptureFixture[str]
) -> None:
    if torch.cuda.is_available():
        pytest.skip("in bfloat16, kernels for many rows round otherwise than those for one")
    prompts = [ask(question) for question in (*QUESTIONS, QUESTIONS[0])]  # one of them twice
    expected = [write_as_the_library_does(model, prompt) for prompt in prompts]
    assert decoder.answer_many(prompts) == expected
    assert decoder.answer_many(prompts[::-1]) == expected[::-1]
    total = decoder._meter.snapshot().total
    assert total.answers == 2 * len(prompts)
    assert total.prompt_tokens == 2 * sum(len(decoder._encode(each.messages)) for each in prompts)
    assert total.new_tokens <= 2 * len(prompts) * 12
    assert capfd.readouterr().out == ""


@torch.no_grad()
def test_a_batch_that_fails_is_an_error_for_each_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    broken = load_model(save_random(tmp_path), "tiny", None, "float32")
    broken.network.model.norm.weight = torch.nn.Parameter(torch.ones(3))
    answers = BatchDecoder(broken, Meter()).answer_many([ask("lamps"), ask("pier")])
    assert [type(answer) for answer in answers] == [EngineError, EngineError]
    assert all("no answer" in str(answer) for answer in answers)
    assert capfd.readouterr().out == ""


@given(st.integers(1, 300), st.integers(1, 5_000), st.integers(0, 10_000))
def test_there_are_blocks_for_one_request_at_least_and_no_more_than_can_be_used(
    requests: int, longest: int, affordable: int
) -> None:
    blocks = count_blocks(requests, longest, affordable)
    one = count_blocks(1, longest, 10_000)
    assert one * batching._PAGE >= longest
    assert one <= blocks <= max(one, affordable)
    assert blocks <= requests * one


def test_keys_and_values_take_no_more_memory_than_the_limit(decoder: BatchDecoder) -> None:
    """Without explicit limits, the library takes as much memory as there is."""
    blocks = decoder._count_affordable_blocks()
    # Two layers, two heads of 16 numbers, keys and values.
    size = 2 * 2 * 2 * 16 * batching._PAGE * decoder._network.dtype.itemsize
    free = batching._find_free_memory(torch.cuda.is_available())
    assert blocks * size <= free
    assert (blocks + 2) * size > free * batching._SHARE_OF_MEMORY * 0.9


def test_on_a_graphics_processor_more_is_asked_at_once(model: LoadedModel) -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no graphics processor")
    answers = BatchDecoder(model, Meter()).answer_many([ask(f"lamp {each}") for each in range(64)])
    assert len(answers) == 64
    assert all(isinstance(answer, str) for answer in answers)
