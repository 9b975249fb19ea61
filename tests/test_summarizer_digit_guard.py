"""The digit guard: which figures may be written, and that a model writes no others."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pytest
import tiny_models
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transformers import LogitsProcessorList, Qwen3ForCausalLM

from data.models import Language
from data.samples.rendering import render_samples
from summarizer.check import Checker, to_hong_kong_date
from summarizer.engines.base import EngineError
from summarizer.engines.transformer.digit_guard import DigitGuard
from summarizer.facts import SourceFacts, find_facts
from summarizer.figure_guard import FigureGuard

TODAY = date(2025, 11, 27)
ENGLISH = (
    "The Lantern Bureau (LB) announced today (November 27) that 13 600 lamps on Pier Road will be "
    "replaced from December 1 at a cost of $5.1 million, up by 12 per cent, or 10 to 11 per cent "
    "less inflation.\n\nWork starts at 2.51pm, and 37 workers aged 65 or above will take part for "
    "six months of 2025-26. Enquiries: 2123 4567 or 1878 999. See Cap. 132, form H5N1, 20 m² of "
    "x-ray32 and www.lamps.example/7a9."
)
CHINESE = (
    "燈籠管理局今日（十一月二十七日）宣布，碼頭道一萬三千六百盞街燈將由十二月一日起更換，費用為"
    "五百一十萬元，升百分之十二，五至六萬人受惠，約三成半是長者。\n\n工程在下午二時五十一分開始，"
    "為期六個月，由三十七名工人負責，屬二○二五至二六年度第三期。查詢電話2123 4567，地址為碼頭道"
    "123號三樓，表格Ｈ5。"
)
SOURCES: dict[Language, str] = {"en": ENGLISH, "zh": CHINESE}
GUARDS = {language: FigureGuard(source, language, TODAY) for language, source in SOURCES.items()}
NUMERALS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\d"),
    "zh": re.compile(r"[\d零○〇一二兩三四五六七八九十廿百千萬億]"),
}
PIECES: dict[Language, Sequence[str]] = {
    "en": [
        *"0123456789.,$%- :/\na",
        *("13", "13,", "13 ", "600", "2025", "27", "5.1", "12", "²", "①", "３", "٣", "½"),
        *(" per cent", " percentage points", " million", " billion", " hundred", " dozen", "pm"),
        *("November ", "May ", "HK$", "US$", "Cap. ", "No. ", "aged ", "on ", " to ", " and "),
        *(" people", " workers", " hours", " years", " old", "th", "H", "x-ray", ". The "),
    ],
    "zh": [
        *"0123456789.,$%- :\n一二三四五六七八九十百千萬億零○兩廿點",
        *"第月日年時分成半元人名號樓期盞，。至",
        *("13,", "600", "2025", "3千", "②", "３", "٣", "Ｈ", "百分之", "百分點", "十一月", "11月"),
        *("下午", "晚上", "美元", "萬元", "年度", "小時", "星期", "個月", "年前", "統", "名工人"),
    ],
}


def find_unsupported(source: str, text: str, language: Language) -> list[str]:
    """The figures in numerals that are not in the source, by the reader and by the check."""
    said = SourceFacts(find_facts(source, language, TODAY), TODAY, source)
    facts = find_facts(text, language, TODAY)
    refused = "\n".join(Checker(language, source, TODAY).check(text).unsupported)
    figures = [
        *(fact.surface for fact in facts if not said.supports(fact)),
        *re.findall(r"(?m)^the (?!name)[a-z ]+ “([^”]+)” is not in the source", refused),
    ]
    return [figure for figure in figures if NUMERALS[language].search(figure)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "On November 27, 2025, it said that 13,600 lamps and 13 600 or 13600 lamps"),
        ("en", "$5.1 million, HK$5.1 million, $5,100,000 and 5.1 million"),
        ("en", "up 12%, 12 per cent and 12 percent; by 10% to 11%, 10-11% and 10 to 11 per cent"),
        ("en", "at 2.51pm, 2:51pm, 2.51 pm, 2.51 p.m. and 14:51"),
        (
            "en",
            "2123 4567, 1878 999, Cap. 132, H5N1, 20 m², x-ray32, www.lamps.example/7a9, 2025-26",
        ),
        ("en", "6 months, six months, two teams"),
        ("en", "on 27 November 2025 and 1 December"),
        ("zh", "11月27日宣布，2025年11月27日，二○二五年，十一月二十七日，12月1日"),
        ("zh", "13,600盞、13600盞、1.36萬盞、一萬三千六百盞"),
        ("zh", "510萬元、五百一十萬元、$510萬、510萬港元、5,100,000元"),
        ("zh", "升12%、百分之12、百分之十二；5至6萬人、五至六萬人；3成半、三成半、35%"),
        ("zh", "下午2時51分、下午二時五十一分、14時51分、14:51"),
        ("zh", "6個月、37名、三十七名、2025至26年度、第3期、第三期、123號3樓、電話2123 4567"),
        ("zh", "一名工人一直在統一碼頭，一般十分重要，千萬不要"),
        ("zh", "表格Ｈ5"),
    ],
)
def test_a_figure_of_the_source_may_be_written_in_any_usual_way(
    language: Language, text: str
) -> None:
    guard = GUARDS[language]
    assert all(guard.allows(text[:end], end - 1) for end in range(1, len(text) + 1))
    assert guard.may_end(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "17"),
        ("en", "13,601"),
        ("en", "13,60 "),
        ("en", "$5.1 b"),
        ("en", "$5.1."),
        ("en", "$5.2"),
        ("en", "5.1 per"),
        ("en", "12 p.m"),
        ("en", "13 percent"),
        ("en", "November 28"),
        ("en", "May 28"),
        ("en", "13,600 hundred"),
        ("en", "13,600 hours"),
        ("en", "37,13"),
        ("en", "at 3pm"),
        ("en", "01"),
        ("en", "x-ray33"),
        ("en", "www.lamps.example/8"),
        ("en", "１３"),
        ("en", "٣٧"),
        ("en", "①"),
        ("en", "37²"),
        ("en", "½"),
        ("zh", "十一月二十八"),
        ("zh", "三千元"),
        ("zh", "510億"),
        ("zh", "510元"),
        ("zh", "百分之十三"),
        ("zh", "下午三時"),
        ("zh", "上午2時51分。"),
        ("zh", "三十七萬"),
        ("zh", "37百"),
        ("zh", "３７"),
        ("zh", "②"),
    ],
)
def test_a_figure_that_the_source_lacks_is_refused_where_it_goes_wrong(
    language: Language, text: str
) -> None:
    assert not GUARDS[language].allows(text)


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("en", "It rose to 13,6", "00"),
        ("en", "a cost of $5.1", " million"),
        ("en", "by 10 to 1", "1%"),
        ("en", "on November 2", "7"),
        ("zh", "費用為510", "萬元"),
        ("zh", "一萬三", "千六百"),
        ("zh", "下午2時5", "1分"),
    ],
)
def test_a_figure_that_is_only_begun_is_no_end(language: Language, text: str, rest: str) -> None:
    guard = GUARDS[language]
    assert guard.allows(text)
    assert not guard.may_end(text)
    assert any(found.startswith(rest) for found in guard.list_rests(text))


def test_the_year_of_issue_needs_no_source() -> None:
    assert FigureGuard("Nothing is counted here.", "en", TODAY).may_end("It was so in 2025.")
    assert not FigureGuard("Nothing is counted here.", "en", TODAY).allows("It was so in 2026.")


def walk(guard: FigureGuard, pieces: Sequence[str]) -> str:
    """What comes of writing each of the pieces that is allowed."""
    text = ""
    for piece in pieces:
        if guard.allows(text + piece, len(text)):
            text += piece
    return text


@st.composite
def draw_writing(draw: st.DrawFn, language: Language) -> list[str]:
    """Figures, signs and words, and pieces of the source, in any order."""
    source = SOURCES[language]
    places = st.integers(0, len(source) - 1)
    cuts = st.builds(lambda at, length: source[at : at + length], places, st.integers(1, 12))
    return draw(st.lists(st.sampled_from(PIECES[language]) | cuts, max_size=30))


@pytest.mark.parametrize("language", ["en", "zh"])
@given(data=st.data())
@settings(max_examples=60)
def test_whatever_is_written_step_by_step_has_only_figures_of_the_source(
    language: Language, data: st.DataObject
) -> None:
    guard, source = GUARDS[language], SOURCES[language]
    text = walk(guard, data.draw(draw_writing(language)))
    rests = list(islice(guard.list_rests(text), 3))
    assert rests, "there is no way on"
    for rest in rests:
        assert guard.may_end(text + rest)
        assert guard.may_end(text + rest + "\n")
        assert find_unsupported(source, text + rest, language) == []
        assert all(
            guard.allows(text + rest[:end], len(text) + end - 1) for end in range(1, len(rest) + 1)
        )


@given(
    source=st.text(
        st.sampled_from([*"0123456789.,$%:-/ \n十百千萬億一二三點年月日時至元廿第號樓", "①", "３"]),
        max_size=100,
    ),
    language=st.sampled_from(["en", "zh"]),
)
@settings(max_examples=60)
def test_any_source_can_be_guarded(source: str, language: Language) -> None:
    guard = FigureGuard(source, language, TODAY)
    text = walk(guard, [*"1十", *source])
    rest = next(guard.list_rests(text))
    assert find_unsupported(source, text + rest, language) == []


def test_a_long_source_is_read_once_and_stays_small() -> None:
    source = "\n".join(f"In {year} it cost ${year * 17:,}." for year in range(1900, 9000))
    guard = FigureGuard(source, "en", TODAY)
    assert guard.may_end("In 1905 it cost $32,385.")
    assert not guard.allows("In 1905 it cost $32,384")
    assert guard.may_end("In 1905, up to the last year, it cost $152,983.")


def test_nearly_all_true_summaries_are_let_through_piece_by_piece() -> None:
    passed = []
    for sample in render_samples(datetime(2026, 11, 22, 7, 30, tzinfo=UTC)):
        if sample.split == "development":
            for language, text in sample.texts.items():
                guard = FigureGuard(text.body, language, to_hong_kong_date(text.issued_at))
                pieces = re.findall(r" ?[A-Za-z]+|\d{1,3}|.", text.summary, re.DOTALL)
                passed.append(walk(guard, pieces) == text.summary and guard.may_end(text.summary))
    assert sum(passed) / len(passed) > 0.97


# Tokens that are figures, parts of them, or mix them with letters and Chinese.
PHRASES = [
    *("2025", "13,", "13,600", "18,600", "5.1", " million", " billion", " per cent", "%", "pm"),
    *(
        "November ",
        "May ",
        " lamps",
        " people",
        "12",
        "27",
        "$",
        "H5",
        "一萬",
        "三千",
        "六百",
        "十一月",
    ),
    *(
        "二十七日",
        "百分之",
        "十二",
        "萬元",
        "億元",
        "13,600盞",
        "下午",
        "2時",
        "51分",
        "第",
        "。",
        "，",
    ),
]
TOKENIZER = tiny_models.build_tokenizer(PHRASES)
END = TOKENIZER.eos_token_id
LOOKUP = {"prompt_lookup_num_tokens": 3, "max_matching_ngram_size": 3}


def spell(tokens: list[int], *, skip_special_tokens: bool = False) -> str:
    return str(TOKENIZER.decode(tokens, skip_special_tokens=skip_special_tokens))


def encode(*texts: str) -> list[int]:
    """The tokens of texts, of plain characters those of their bytes."""
    return [
        token for text in texts for token in TOKENIZER(text, add_special_tokens=False)["input_ids"]
    ]


def build_writer(seed: int) -> Qwen3ForCausalLM:
    """A random network that means nothing, and says something else after each token."""
    network = tiny_models.build_network(len(TOKENIZER))
    torch.manual_seed(seed)
    torch.nn.init.normal_(network.model.embed_tokens.weight, std=3.0)
    torch.nn.init.normal_(network.lm_head.weight, std=1.0)
    return network


def generate(
    network: Any,
    guards: Sequence[FigureGuard | None],
    prompt: str,
    keep: int = 1,
    **options: object,
) -> list[list[int]]:
    """The tokens of each answer to the prompt, with the one that ends it if it did."""
    asked = TOKENIZER([prompt] * len(guards), return_tensors="pt")
    width = asked["input_ids"].shape[1]
    guard = DigitGuard(TOKENIZER, guards, width, [END], keep)
    chosen = {"max_new_tokens": 40, "do_sample": False} | options
    with torch.inference_mode():
        output = network.generate(**asked, logits_processor=LogitsProcessorList([guard]), **chosen)
    rows = [row[width:].tolist() for row in output]
    return [row[: row.index(END) + 1] if END in row else row for row in rows]


def check_answer(answer: list[int], source: str, guard: FigureGuard, language: Language) -> None:
    text = spell(answer, skip_special_tokens=True)
    rest = ""
    if END not in answer:
        text = text.rstrip("\ufffd")
        rest = next(guard.list_rests(text))
    assert find_unsupported(source, text + rest, language) == []


@pytest.mark.parametrize("lookup", [{}, LOOKUP], ids=["greedy", "prompt lookup"])
@given(
    seed=st.integers(0, 1_000),
    language=st.sampled_from(["en", "zh"]),
    source=st.lists(st.sampled_from([*PHRASES, "為", " in ", ". "]), min_size=1, max_size=12),
)
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
def test_a_random_model_writes_no_figure_that_its_source_lacks(
    lookup: dict[str, int], seed: int, language: Language, source: list[str]
) -> None:
    said = "".join(source)
    guard = FigureGuard(said, language, TODAY)
    (answer,) = generate(build_writer(seed), [guard], said + "\n", **lookup)
    check_answer(answer, said, guard, language)


def test_prompt_lookup_writes_what_greedy_decoding_writes() -> None:
    said = "十一月二十七日13,600盞一萬三千六百"
    guard = FigureGuard(said, "zh", TODAY)
    for seed in range(2):
        network = build_writer(seed)
        plain = generate(network, [guard], said)
        assert generate(network, [guard], said, **LOOKUP) == plain


@pytest.mark.parametrize(
    ("keep", "options"),
    [(2, {"do_sample": True, "top_k": 0}), (6, {"num_beams": 3})],
    ids=["sampling", "beams"],
)
def test_sampling_and_beams_choose_among_allowed_tokens_alone(
    keep: int, options: dict[str, object]
) -> None:
    said = "On November 27, 13,600 lamps"
    guards = [FigureGuard(said, "en", TODAY), FigureGuard("Nothing.", "en", TODAY)]
    for seed in range(2):
        network = build_writer(seed)
        answers = generate(network, guards, said, keep, **options)
        check_answer(answers[0], said, guards[0], "en")
        check_answer(answers[1], "Nothing.", guards[1], "en")


def test_each_text_of_a_batch_has_its_own_guard() -> None:
    sources = ("Of 13,600 lamps.", "Of 18,600 lamps.")
    guards = [*(FigureGuard(source, "en", TODAY) for source in sources), None]
    network = tiny_models.build_network(len(TOKENIZER), hidden=len(TOKENIZER))
    tiny_models.follow(network, encode("\n", "18,600", " lamps", "<|im_end|>"))
    with torch.no_grad():
        network.lm_head.weight[encode("13,600"), encode("\n")] = 5.0
        network.lm_head.weight[encode(" lamps"), encode("13,600")] = 5.0
    answers = generate(network, guards, "\n")
    assert [spell(row, skip_special_tokens=True) for row in answers] == [
        "13,600 lamps",
        "18,600 lamps",
        "18,600 lamps",
    ]


def write(guard: FigureGuard, *wishes: str, begun: str = "", most: int = 20) -> str:
    """What is written by one who wishes for tokens, the first the most, and for no other."""
    scores = torch.zeros(1, len(TOKENIZER))
    for place, token in enumerate(reversed(encode(*wishes)), 1):
        scores[0, token] = place
    tokens = encode(begun)
    digit_guard = DigitGuard(TOKENIZER, [guard], 0, [END])
    for _ in range(most):
        token = int(digit_guard(torch.tensor([tokens], dtype=torch.long), scores).argmax())
        tokens.append(token)
        if token == END:
            break
    return spell(tokens)


@pytest.mark.parametrize(
    ("language", "begun", "wishes", "written"),
    [
        ("en", "It cost $5.1", ("<|im_end|>", " billion"), "It cost $5.1 million<|im_end|>"),
        (
            "en",
            "It cost $",
            ("18,600", "27", "5.1", "<|im_end|>"),
            "It cost $5.1 million<|im_end|>",
        ),
        ("en", "On ", ("2025", "<|im_end|>"), "On 2025<|im_end|>"),
        ("zh", "費用為510", ("億元", "<|im_end|>"), "費用為510萬<|im_end|>"),
        ("zh", "費用為51", ("<|im_end|>", "億"), "費用為510萬<|im_end|>"),
        ("zh", "有一萬", ("<|im_end|>", "盞"), "有一萬三千六百<|im_end|>"),
    ],
)
def test_a_figure_begun_is_written_to_its_end_token_by_token_or_byte_by_byte(
    language: Language, begun: str, wishes: Sequence[str], written: str
) -> None:
    assert write(GUARDS[language], *wishes, begun=begun) == written


def test_bytes_that_begin_a_figure_which_the_source_lacks_lead_elsewhere() -> None:
    tokens = encode("三十")
    for wished in encode("九"):
        scores = torch.zeros(1, len(TOKENIZER))
        scores[0, wished] = 9.0
        guard = DigitGuard(TOKENIZER, [GUARDS["zh"]], 0, [END])
        tokens.append(int(guard(torch.tensor([tokens]), scores).argmax()))
    text = spell(tokens).rstrip("\ufffd")
    assert "三十九" not in text
    assert GUARDS["zh"].allows(text)


def test_a_model_that_wants_a_wrong_figure_writes_none_of_it() -> None:
    network = tiny_models.build_network(len(TOKENIZER), hidden=len(TOKENIZER))
    tiny_models.follow(network, encode("\n", "18,600", " lamps", "<|im_end|>"))
    source = "The Lantern Bureau will replace 13,600 lamps."
    (free,) = generate(network, [None], "\n")
    (guarded,) = generate(network, [FigureGuard(source, "en", TODAY)], "\n")
    assert spell(free) == "18,600 lamps<|im_end|>"
    assert "18" not in spell(guarded)


def test_what_a_model_thinks_is_its_own_affair() -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    thinking = torch.tensor([encode("<think>18,600 or")])
    thought = torch.tensor([encode("<think>18,600</think>")])
    scores = torch.zeros(1, len(TOKENIZER))
    scores[0, encode("18,600")] = 9.0
    assert int(guard(thinking, scores).argmax()) == encode("18,600")[0]
    assert int(guard(thought, scores).argmax()) != encode("18,600")[0]


def test_scores_are_left_alone_where_the_best_is_allowed() -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    scores = torch.zeros(1, len(TOKENIZER))
    scores[0, encode(" lamps")] = 9.0
    assert guard(torch.tensor([encode("13,600")]), scores) is scores


def test_of_equal_scores_an_allowed_one_comes_first() -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    scores = torch.ones(1, len(TOKENIZER))
    guarded = guard(torch.tensor([encode("On ")]), scores)
    best = guarded.max()
    (allowed,) = (guarded[0] == best).nonzero()
    assert GUARDS["en"].allows("On " + spell(allowed.tolist()).rstrip("\ufffd"))
    assert torch.equal(scores, torch.ones_like(scores))


@pytest.mark.parametrize("wrong", [torch.nan, -torch.inf])
def test_scores_that_tell_nothing_are_an_error(wrong: float) -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    scores = torch.full((1, len(TOKENIZER)), wrong)
    with pytest.raises(EngineError, match="scores that are no numbers"):
        guard(torch.tensor([encode("On ")]), scores)


def test_without_any_token_that_is_allowed_the_answer_ends() -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    scores = torch.full((1, len(TOKENIZER)), -torch.inf)
    scores[0, [*encode("18,600"), END]] = torch.tensor([9.0, 1.0])
    assert int(guard(torch.tensor([encode("$5.1")]), scores).argmax()) == END
    scores[0, END] = -torch.inf
    with pytest.raises(EngineError, match="nothing to go on with"):
        guard(torch.tensor([encode("$5.1")]), scores)


def test_scores_may_be_of_more_tokens_than_the_tokenizer_has() -> None:
    guard = DigitGuard(TOKENIZER, [GUARDS["en"]], 0, [END])
    scores = torch.zeros(1, len(TOKENIZER) + 64)
    scores[0, -1] = 9.0
    assert int(guard(torch.tensor([encode("On ")]), scores).argmax()) == len(TOKENIZER) + 63
