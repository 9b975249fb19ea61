"""Decoding: whatever makes it quick, the words are those that the model alone would choose."""

import threading
import time
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import tiny_models
import torch
from greedy import QUESTIONS, SHARED, ask, save_random, write_as_the_library_does

from summarizer.engines.base import EngineError
from summarizer.engines.transformer.decoding import Decoder, Prompt, Switches
from summarizer.engines.transformer.loading import LoadedModel, load_model
from summarizer.engines.transformer.packed import is_packing_possible
from summarizer.meter import Meter
from summarizer.tiers import Arithmetic

ARITHMETICS: tuple[Arithmetic, ...] = ("float32", "int8")
WAYS = [
    Switches(prefixes=prefixes, lookup=lookup)
    for prefixes, lookup in product((False, True), (False, True))
]


def make_decoder(model: LoadedModel, switches: Switches | None = None, **more: float) -> Decoder:
    """A decoder that knows what all the prompts of these tests begin with."""
    decoder = Decoder(model, Meter(), switches=switches, **more)
    decoder.learn_prefix("en", ask("Lamps"), ask("碼頭"))
    return decoder


def load(folder: Path, arithmetic: Arithmetic) -> LoadedModel:
    if arithmetic == "int8" and not is_packing_possible():
        pytest.skip("this processor has no packed product of bytes")
    return load_model(folder, "tiny", None, arithmetic)


@pytest.fixture(scope="module", params=product(ARITHMETICS, (0, 1)), ids=lambda each: f"{each}")
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    arithmetic, seed = request.param
    return load(save_random(tmp_path_factory.mktemp("random"), seed=seed), arithmetic)


def test_every_way_of_decoding_gives_the_same_words(model: LoadedModel) -> None:
    prompts = [ask(question) for question in QUESTIONS]
    expected = [write_as_the_library_does(model, prompt) for prompt in prompts]
    assert len(set("".join(expected))) > len(prompts), "the model says nothing to go by"
    for switches in WAYS:
        decoder = make_decoder(model, switches)
        assert [decoder.answer([prompt])[0] for prompt in prompts] == expected, switches
        assert decoder.answer(prompts) == expected, switches
        kept = decoder._meter.snapshot().total.cached_tokens
        assert bool(kept) is switches.prefixes


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("mistral", {"sliding_window": 24}),
        (
            "gemma3_text",
            {"sliding_window": 24, "layer_types": ["sliding_attention", "full_attention"]},
        ),
    ],
)
@pytest.mark.parametrize("arithmetic", ARITHMETICS)
def test_a_model_that_forgets_keeps_no_prefix_and_answers_as_ever(
    tmp_path: Path, kind: str, more: dict[str, Any], arithmetic: Arithmetic
) -> None:
    """What is beyond its window is gone: a kept beginning could not be gone on from."""
    model = load(save_random(tmp_path, kind, **more), arithmetic)
    prompts = [ask(question) for question in QUESTIONS[:3]]
    decoder = make_decoder(model)
    alone = [decoder.answer([prompt])[0] for prompt in prompts]
    assert alone == [write_as_the_library_does(model, prompt) for prompt in prompts]
    assert decoder.answer(prompts) == alone
    assert decoder._meter.snapshot().total.cached_tokens == 0


def test_a_prompt_that_begins_otherwise_than_its_family_is_answered_from_its_start(
    model: LoadedModel,
) -> None:
    prompt = Prompt(
        [{"role": "system", "content": "x"}, {"role": "user", "content": "lamps"}], "en", 12
    )
    decoder = make_decoder(model)
    assert decoder.answer([prompt]) == [write_as_the_library_does(model, prompt)]
    assert decoder._meter.snapshot().total.cached_tokens == 0
    expected = [write_as_the_library_does(model, each) for each in (ask("pier"), prompt)]
    assert decoder.answer([ask("pier"), prompt]) == expected


def test_prompts_of_several_families_share_a_batch(model: LoadedModel) -> None:
    prompts = [ask("lamps"), ask("pier", "zh"), ask("x" * 50), ask("燈", "into en")]
    decoder = make_decoder(model)
    assert decoder.answer(prompts) == [write_as_the_library_does(model, each) for each in prompts]


def test_each_answer_has_a_length_of_its_own(model: LoadedModel) -> None:
    prompts = [ask("lamps", most_new_tokens=most) for most in (1, 5, 12)]
    decoder = make_decoder(model)
    expected = [write_as_the_library_does(model, prompt) for prompt in prompts]
    assert decoder.answer(prompts) == expected
    assert [decoder.answer([prompt])[0] for prompt in prompts] == expected


def test_the_meter_counts_what_was_read_kept_and_written(model: LoadedModel) -> None:
    prompts = [ask("lamps"), ask("a pier", most_new_tokens=5)]
    decoder = make_decoder(model)
    encoded = [len(decoder._encode(prompt.messages)) for prompt in prompts]
    decoder.answer(prompts)
    total = decoder._meter.snapshot().total
    # Both begin with the system's message and the start of the user's, a byte a token.
    shared = len(f"system\n{SHARED}") + 2 + 1 + 1 + len("user\n")
    assert total.prompt_tokens == sum(encoded)
    assert total.cached_tokens == 2 * shared
    assert 0 < total.new_tokens <= 12 + 5
    assert total.answers == 2
    assert total.prefill_seconds > 0
    assert total.decode_seconds > 0


@pytest.fixture(scope="module")
def looping(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """A model that never comes to an end."""
    phrases = ("Lamps.", " Piers.", " Buses.")
    tokenizer = tiny_models.build_tokenizer(phrases)
    network = tiny_models.build_network(len(tokenizer), hidden=len(tokenizer))
    chain = tokenizer.convert_tokens_to_ids(["Ċ", *phrases, *phrases[:1]])
    assert isinstance(chain, list)
    tiny_models.follow(network, chain)
    return load(tiny_models.save(tmp_path_factory.mktemp("looping"), tokenizer, network), "float32")


def count_sentences(most: int) -> Callable[[str], bool]:
    return lambda answer: answer.count(".") >= most


@pytest.mark.parametrize("switches", WAYS)
def test_an_answer_ends_where_it_is_enough(looping: LoadedModel, switches: Switches) -> None:
    decoder = make_decoder(looping, switches)
    prompts = [ask("lamps", is_enough=count_sentences(most)) for most in (1, 2, 5)]
    expected = ["Lamps.", "Lamps. Piers.", "Lamps. Piers. Buses.Lamps. Piers."]
    assert decoder.answer(prompts) == expected
    for prompt, words in zip(prompts, expected, strict=True):
        # Guesses that come true at once may be a few words more.
        (answer,) = decoder.answer([prompt])
        assert answer.startswith(words)
        assert answer.count(".") <= words.count(".") + (3 if switches.lookup else 0)


def test_a_model_without_end_ends_at_the_most_tokens(looping: LoadedModel) -> None:
    assert make_decoder(looping).answer([ask("lamps", most_new_tokens=7)]) == [
        "Lamps. Piers. Buses.Lamps. Piers. Buses.Lamps."
    ]


@pytest.mark.parametrize("prompts", [1, 3])
def test_another_thread_can_cancel_an_answer(looping: LoadedModel, prompts: int) -> None:
    decoder = make_decoder(looping)
    asked = 0

    def cancel_at_the_fifth(answer: str) -> bool:
        nonlocal asked
        asked += 1
        if asked == 5:
            other = threading.Thread(target=decoder.cancel)
            other.start()
            other.join()
        return False

    endless = [ask("lamps", most_new_tokens=3_000, is_enough=cancel_at_the_fifth)] * prompts
    with pytest.raises(EngineError, match="cancelled"):
        decoder.answer(endless)
    assert asked <= 5 + prompts
    # The next one is none of its business.
    assert decoder.answer([ask("pier", most_new_tokens=1)]) == ["Lamps."]


@pytest.mark.parametrize("prompts", [1, 3])
def test_what_is_written_within_the_time_limit_counts(looping: LoadedModel, prompts: int) -> None:
    asked = 0

    def dawdle(answer: str) -> bool:
        nonlocal asked
        asked += 1
        time.sleep(0.02)
        return False

    slow = [ask("lamps", most_new_tokens=3_000, is_enough=dawdle)] * prompts
    answers = make_decoder(looping, time_limit=0.2).answer(slow)
    assert all(answer.startswith("Lamps.") for answer in answers)
    assert asked <= 12 + prompts


@pytest.mark.parametrize("prompts", [1, 3])
def test_scores_that_are_no_numbers_are_an_error(tmp_path: Path, prompts: int) -> None:
    model = load(save_random(tmp_path), "float32")
    model.network.lm_head.weight.data[:, 0] = torch.nan
    with pytest.raises(EngineError, match="no numbers"):
        make_decoder(model).answer([ask("lamps")] * prompts)


def recite(folder: Path, phrases: Sequence[str]) -> LoadedModel:
    return load(tiny_models.build_reciting(folder, *phrases), "float32")


@pytest.mark.parametrize("prompts", [1, 2])
def test_thoughts_are_written_out_and_an_end_is_not(tmp_path: Path, prompts: int) -> None:
    decoder = make_decoder(recite(tmp_path, ("<think>", "Hm, 5 lamps?", "</think>", "Lamps.")))
    answers = decoder.answer([ask("lamps")] * prompts)
    assert answers == ["<think>Hm, 5 lamps?</think>Lamps."] * prompts
