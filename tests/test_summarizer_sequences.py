"""Encoder-decoder models, tiny ones on disk, from their folder to a checked summary."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import tiny_models
import torch
from lanterns import ENGLISH_BODY, make_lanterns
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
)

from summarizer.engines.base import BatchEngine, EngineError, ModelUnavailableError, Translator
from summarizer.engines.transformer import SequenceEngine, load_transformer
from summarizer.summarize import summarize_release
from summarizer.translation import translate_release

TRUE = (
    "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1,",
    " and members of the public should avoid the road between 11pm and 5am.",
)
WRONG = "The lamps were replaced by dancing penguins from outer space."
WRONG_FIGURE = TRUE[0].replace("13,600", "18,600")
PADDING, END = "<|endoftext|>", "<|im_end|>"
# After each token, those that may follow with their weights; after any other, the end.
Follows = Mapping[str, Mapping[str, float]]
# A network, the token that it begins with, and the two halves of its decoder's feed-forward.
Built = tuple[Any, str, torch.nn.Linear, torch.nn.Linear]
RECITES: Follows = {TRUE[0]: {TRUE[1]: 10.0}}
# The first step alone speaks for the wrong sentence; each later one is sure of the true one.
WAVERS: Follows = {
    **RECITES,
    WRONG: {END: 12.0, **dict.fromkeys("abcdefghijklmnopqrstuvwxyz", 10.0)},
}


def build(
    folder: Path, kind: str, first: Mapping[str, float], follows: Follows = RECITES, **more: object
) -> Path:
    """A folder with a model that answers whatever it reads with what follows its first token."""
    tokenizer = tiny_models.build_tokenizer([*TRUE, WRONG, WRONG_FIGURE])
    network, start, widen, narrow = (build_t5 if kind == "t5" else build_bart)(len(tokenizer), more)
    follow(network, tokenizer, widen, narrow, {start: first, **follows})
    tokenizer.save_pretrained(folder)
    network.save_pretrained(folder)
    return folder


def build_t5(size: int, more: Mapping[str, Any]) -> Built:
    shape: dict[str, Any] = {
        "vocab_size": size,
        "d_model": size,
        "d_kv": 8,
        "d_ff": size,
        "num_layers": 1,
        "num_heads": 2,
        "decoder_start_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 0,
        **more,
    }
    network: Any = T5ForConditionalGeneration(T5Config(**shape))
    own, other, forward = network.decoder.block[0].layer
    with torch.no_grad():
        network.decoder.final_layer_norm.weight.fill_(20.0)
        own.SelfAttention.o.weight.zero_()
        other.EncDecAttention.o.weight.zero_()
    return network, PADDING, forward.DenseReluDense.wi, forward.DenseReluDense.wo


def build_bart(size: int, more: Mapping[str, Any]) -> Built:
    shape: dict[str, Any] = {
        "vocab_size": size,
        "d_model": size,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "encoder_attention_heads": 1,
        "decoder_attention_heads": 1,
        "encoder_ffn_dim": 8,
        "decoder_ffn_dim": size,
        "max_position_embeddings": 3_000,
        "decoder_start_token_id": 2,
        "eos_token_id": 2,
        "bos_token_id": 1,
        "pad_token_id": 0,
        "forced_eos_token_id": None,
        **more,
    }
    network: Any = BartForConditionalGeneration(BartConfig(**shape))
    decoder = network.model.decoder
    (layer,) = decoder.layers
    with torch.no_grad():
        decoder.embed_positions.weight.zero_()
        for attention in (layer.self_attn, layer.encoder_attn):
            attention.out_proj.weight.zero_()
            attention.out_proj.bias.zero_()
        layer.fc1.bias.fill_(-8.0)  # so that only the token itself gets through
        layer.fc2.bias.zero_()
    return network, END, layer.fc1, layer.fc2


@torch.no_grad()
def follow(
    network: Any,
    tokenizer: PreTrainedTokenizerFast,
    widen: torch.nn.Linear,
    narrow: torch.nn.Linear,
    follows: Follows,
) -> None:
    """Write the weights: an embedding marks its token, the feed-forward adds those that follow."""
    size = network.config.vocab_size
    network.get_input_embeddings().weight.copy_(torch.eye(size))
    widen.weight.copy_(torch.eye(size))
    narrow.weight.zero_()
    narrow.weight[number(tokenizer, END)] = 10.0
    for token, following in follows.items():
        narrow.weight[:, number(tokenizer, token)] = 0.0
        for each, weight in following.items():
            narrow.weight[number(tokenizer, each), number(tokenizer, token)] = weight


def number(tokenizer: PreTrainedTokenizerFast, token: str) -> int:
    found = tokenizer.convert_tokens_to_ids(token)
    assert isinstance(found, int)
    return found


def load(folder: Path) -> SequenceEngine:
    engine = load_transformer(folder, "tiny")
    assert isinstance(engine, SequenceEngine)
    return engine


@pytest.mark.parametrize("kind", ["t5", "bart"])
def test_an_encoder_decoder_model_is_told_by_its_config_and_writes_the_summary(
    tmp_path: Path, kind: str
) -> None:
    engine = load(build(tmp_path, kind, {TRUE[0]: 10.0}))
    (summary,) = summarize_release(make_lanterns(["en"]), engine)
    assert (summary.method, summary.model, summary.text) == ("model", "tiny", "".join(TRUE))
    assert (summary.supported, summary.tries, summary.reason) == (True, 1, None)
    assert not isinstance(engine, Translator)
    assert not isinstance(engine, BatchEngine)
    total = engine.meter.snapshot().total
    assert (total.answers, total.new_tokens) == (1, 3)
    assert total.decode_seconds > 0


@pytest.mark.parametrize("kind", ["t5", "bart"])
def test_the_second_try_is_a_search_with_beams(tmp_path: Path, kind: str) -> None:
    engine = load(build(tmp_path, kind, {WRONG: 10.2, TRUE[0]: 10.0}, WAVERS))
    text = make_lanterns(["en"]).texts["en"]
    assert engine.draft(text).text == WRONG
    assert engine.draft(text, ["it is wrong"]).text == "".join(TRUE)
    (summary,) = summarize_release(make_lanterns(["en"]), engine)
    assert (summary.method, summary.text, summary.tries) == ("model", "".join(TRUE), 2)
    assert summary.reason


@pytest.mark.parametrize("faults", [(), ("it is wrong",)])
@pytest.mark.parametrize("kind", ["t5", "bart"])
def test_a_figure_that_the_release_lacks_is_not_written_with_beams_or_without(
    tmp_path: Path, kind: str, faults: tuple[str, ...]
) -> None:
    folder = build(tmp_path, kind, {WRONG_FIGURE: 12.0, TRUE[0]: 10.0})
    assert load(folder).draft(make_lanterns(["en"]).texts["en"], faults).text == "".join(TRUE)


@pytest.mark.parametrize("faults", [(), ("it is wrong",)])
def test_a_token_that_fills_rows_ends_an_answer(tmp_path: Path, faults: tuple[str, ...]) -> None:
    """After it, the guard has no say."""
    folder = build(tmp_path, "t5", {PADDING: 12.0, WRONG_FIGURE: 11.0, TRUE[0]: 10.0})
    with pytest.raises(EngineError, match="answered with nothing"):
        load(folder).draft(make_lanterns(["en"]).texts["en"], faults)


def test_what_it_must_not_say_falls_back_to_extract_with_the_reason(tmp_path: Path) -> None:
    engine = load(build(tmp_path, "t5", {WRONG: 10.0}))
    english, chinese = summarize_release(make_lanterns(), engine)
    assert (english.method, english.supported, english.tries) == ("extract", True, 3)
    assert english.reason
    assert (chinese.method, chinese.supported) == ("extract", True)
    assert "it is not in Chinese" in (chinese.reason or "")


def test_a_model_that_answers_with_nothing_falls_back_to_extract(tmp_path: Path) -> None:
    engine = load(build(tmp_path, "t5", {END: 10.0}))
    (summary,) = summarize_release(make_lanterns(["en"]), engine)
    assert (summary.method, summary.supported) == ("extract", True)
    assert "answered with nothing" in (summary.reason or "")


def test_a_release_in_one_language_is_left_untranslated(tmp_path: Path) -> None:
    engine = load(build(tmp_path, "t5", {TRUE[0]: 10.0}))
    release = make_lanterns(["en"])
    (marked,) = translate_release(release, summarize_release(release, engine), engine)
    assert (marked.supported, marked.unsupported) == (
        False,
        ("there is no model to translate it",),
    )


def count_read(engine: SequenceEngine, body: str) -> int:
    """Tokens that a model reads of a release."""
    before = engine.meter.snapshot()
    engine.draft(make_lanterns(["en"], body).texts["en"])
    return engine.meter.snapshot().since(before).total.prompt_tokens


def test_the_words_that_it_was_taught_to_begin_with_come_first(tmp_path: Path) -> None:
    taught = {"summarization": {"prefix": "summarize: ", "num_beams": 4}}
    plain = load(build(tmp_path / "plain", "t5", {TRUE[0]: 10.0}))
    other = load(build(tmp_path / "other", "t5", {TRUE[0]: 10.0}, task_specific_params=taught))
    more = count_read(other, ENGLISH_BODY) - count_read(plain, ENGLISH_BODY)
    assert more == len("summarize: ")  # a token each


def test_a_long_release_is_cut_to_what_it_can_read(tmp_path: Path) -> None:
    """T5 has relative positions: only what it was taught with tells how much that is."""
    engine = load(build(tmp_path, "t5", {TRUE[0]: 10.0}, n_positions=900))
    read = count_read(engine, f"{ENGLISH_BODY}\n\nThe lamps are old and dim." * 500)
    assert 500 < read <= 1_200


def test_a_model_that_reads_too_little_is_refused(tmp_path: Path) -> None:
    folder = build(tmp_path, "t5", {TRUE[0]: 10.0}, n_positions=64)
    with pytest.raises(ModelUnavailableError, match="too few tokens"):
        load_transformer(folder, "tiny")


@torch.no_grad()
def test_scores_that_are_no_numbers_are_an_error_of_the_engine(tmp_path: Path) -> None:
    engine = load(build(tmp_path, "t5", {TRUE[0]: 10.0}))
    engine._loaded.network.get_decoder().final_layer_norm.weight.fill_(torch.nan)
    for faults in ((), ("it is wrong",)):
        with pytest.raises(EngineError, match="no numbers"):
            engine.draft(make_lanterns(["en"]).texts["en"], faults)
