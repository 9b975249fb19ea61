"""The ladder from an engine's draft to a summary, with an engine that says what it is told to."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from data.models import Language, Release, ReleaseText, Summary
from summarizer.engines.base import Draft, EngineError
from summarizer.engines.extract import ExtractEngine
from summarizer.summarize import NO_TEXT, summarize_release

BODIES: dict[Language, str] = {
    "en": (
        "The Lantern Bureau (LB) announced today (November 27) that 13 600 lamps on Pier Road in "
        "Tai Po will be replaced from December 1 at a cost of $5.1 million.\n\n"
        "Work will be done at night, and 37 workers will take part for six months.\n\n"
        "Members of the public should avoid Pier Road between 11pm and 5am."
    ),
    "zh": (
        "燈籠管理局（燈管局）今日（十一月二十七日）宣布，大埔碼頭道一萬三千六百盞街燈將由十二月一日起"
        "更換，費用為五百一十萬元。\n\n工程在晚上進行，為期六個月，由三十七名工人負責。\n\n"
        "市民應避免在晚上十一時至上午五時前往碼頭道。"
    ),
}
GOOD = (
    "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1, "
    "at a cost of $5.1 million. Night work by 37 workers will last for six months, "
    "and members of the public should avoid the road."
)
CHINESE = (
    "燈籠管理局11月27日宣布，大埔碼頭道13,600盞街燈將由12月1日起更換，費用為510萬元。"
    "工程在晚上進行，為期6個月，市民應避免前往。"
)


def make_release(**bodies: str) -> Release:
    issued = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
    languages: tuple[Language, ...] = ("en", "zh")
    texts = {
        language: ReleaseText(
            language=language,
            id=f"P{language}",
            url="u",
            title="Lamps" if language == "en" else "街燈",
            body=bodies[language],
            issued_at=issued,
        )
        for language in languages
        if language in bodies
    }
    return Release(id="P1", source="s", issued_at=issued, texts=texts)


class Drafts:
    """An engine of ours that gives prepared drafts and keeps what it was told."""

    method = "model"
    model: str | None = "prepared"

    def __init__(self, *drafts: str | Exception) -> None:
        self.drafts = list(drafts)
        self.told: list[tuple[str, ...]] = []

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        self.told.append(tuple(faults))
        draft = self.drafts.pop(0)
        if isinstance(draft, Exception):
            raise draft
        return Draft(draft)


def summarize_with(engine: Drafts) -> Summary:
    (summary,) = summarize_release(make_release(en=BODIES["en"]), engine)  # type: ignore[arg-type]
    assert summary.supported
    return summary


def test_a_draft_that_is_borne_out_is_the_summary_at_the_first_try() -> None:
    summary = summarize_with(Drafts(GOOD))
    assert (summary.method, summary.text) == ("model", GOOD)
    assert (summary.tries, summary.reason) == (1, None)


def test_a_refused_draft_is_tried_once_more_and_told_what_was_wrong() -> None:
    engine = Drafts(GOOD.replace("37 workers", "38 workers"), GOOD)
    summary = summarize_with(engine)
    assert (summary.method, summary.text, summary.tries) == ("model", GOOD, 2)
    first, (fault,) = engine.told
    assert first == ()
    assert "38" in fault
    assert summary.reason == fault


def test_after_two_refusals_the_sentences_that_fail_are_dropped() -> None:
    wrong = f"{GOOD} It will cost $9 million."
    summary = summarize_with(Drafts(wrong, wrong))
    assert (summary.method, summary.text, summary.tries) == ("model", GOOD, 2)
    assert "$9 million" in (summary.reason or "")


def test_where_nothing_is_left_the_extract_engine_speaks_and_says_why() -> None:
    summary = summarize_with(Drafts("It will cost $9 million.", "It will cost $8 million."))
    assert (summary.method, summary.model, summary.tries) == ("extract", None, 3)
    assert "$8 million" in (summary.reason or "")


@pytest.mark.parametrize("fault", [EngineError("no answer"), RuntimeError("out of memory")])
def test_an_engine_that_fails_does_not_silence_the_release(fault: Exception) -> None:
    summary = summarize_with(Drafts(fault))
    assert summary.method == "extract"
    assert "13,600 lamps" in summary.text
    assert str(fault) in (summary.reason or "")


def test_a_reason_is_of_bounded_length() -> None:
    summary = summarize_with(Drafts(EngineError("x" * 100_000)))
    assert len(summary.reason or "") <= 1_000


def test_an_empty_body_gives_the_headline_marked_as_unsupported() -> None:
    (summary,) = summarize_release(make_release(en=" \n "), ExtractEngine())
    assert (summary.text, summary.supported) == ("Lamps.", False)
    assert summary.unsupported == (NO_TEXT,)


@pytest.mark.parametrize("body", ["Привет, мир. Это не пресс-релиз.", "🙂🙂🙂", "\u202eabc\u202c"])
def test_a_body_in_no_official_language_is_still_answered(body: str) -> None:
    for summary in summarize_release(make_release(en=body, zh=body), ExtractEngine()):
        assert summary.text


def test_each_sentence_names_the_source_sentences_that_it_rests_on() -> None:
    summary = summarize_with(Drafts(GOOD))
    replaced, work = (
        [BODIES["en"][start:end] for start, end in spans] for spans in summary.sentence_sources
    )
    assert "13 600 lamps" in replaced[0]
    assert work[0].startswith("Work will be done at night")
    assert "should avoid Pier Road" in work[1]
    assert set(summary.sources) == {span for spans in summary.sentence_sources for span in spans}


def test_an_extracts_sentences_rest_on_the_sentences_that_they_were_made_of() -> None:
    for summary in summarize_release(make_release(**BODIES), ExtractEngine()):
        assert summary.sentence_sources
        assert all(spans for spans in summary.sentence_sources)


def test_summaries_that_agree_stand() -> None:
    summaries = summarize_release(make_release(**BODIES), Drafts(GOOD, CHINESE))  # type: ignore[arg-type]
    assert [each.text for each in summaries] == [GOOD, CHINESE]


def test_a_contradiction_between_the_languages_refuses_both() -> None:
    """Each summary is true to its own text; but the texts do not say the same."""
    bodies = {**BODIES, "zh": BODIES["zh"].replace("一萬三千六百盞", "一萬六千三百盞")}
    chinese = CHINESE.replace("13,600盞", "16,300盞")
    english_summary, chinese_summary = summarize_release(
        make_release(**bodies),
        Drafts(GOOD, chinese),  # type: ignore[arg-type]
    )
    for summary in (english_summary, chinese_summary):
        # The extracts, tried next, tell the same figures of the same lamps.
        assert summary.method == "extract"
        assert not summary.supported
        assert any("13" in fault and "16" in fault for fault in summary.unsupported)
        assert summary.reason
