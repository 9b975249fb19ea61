"""The ladder from an engine's draft to a summary, with an engine that says what it is told to."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Language, Method, Release, ReleaseText, Summary
from summarizer.engines.base import BatchEngine, Draft, EngineError, Request
from summarizer.engines.extract import ExtractEngine
from summarizer.summarize import NO_TEXT, summarize_batch, summarize_release

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


SAID: dict[Language, str] = {"en": GOOD, "zh": CHINESE}
WRONG: dict[Language, str] = {"en": "It will cost $9 million.", "zh": "費用為900萬元。"}


class OneByOne:
    """An engine of ours that does what the title of a text says: tell, err, err twice or fail."""

    method: Method = "model"
    model: str | None = "titled"

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        answer = self.write(Request(text, tuple(faults)))
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def write(self, request: Request) -> Draft | EngineError:
        order, language = request.text.title.split(" ")[0], request.text.language
        if order == "fail":
            return EngineError("there is no answer")
        errs = order == "err-twice" or (order == "err" and not request.faults)
        return Draft((WRONG if errs else SAID)[language])


class Batches(OneByOne):
    """The same, several at once; keeps what it was asked for together."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.asked: list[list[Request]] = []

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        self.asked.append(list(requests))
        return [self.write(request) for request in requests]

    @property
    def sizes(self) -> list[int]:
        return [len(requests) for requests in self.asked]


def make_titled(number: int, **titles: str) -> Release:
    release = make_release(**{language: BODIES[language] for language in ("en", "zh")})
    texts = {
        language: text.model_copy(update={"title": f"{titles[language]} {number}"})
        for language, text in release.texts.items()
        if language in titles
    }
    return release.model_copy(update={"id": f"P{number}", "texts": texts})


def read_ids(requests: Sequence[Request]) -> list[str]:
    return [f"{request.text.language} {request.text.title}" for request in requests]


def test_several_releases_are_asked_for_as_many_at_once_as_pay() -> None:
    engine = Batches(4)
    done = list(
        summarize_batch([make_titled(each, en="tell", zh="tell") for each in range(5)], engine)
    )
    assert isinstance(engine, BatchEngine)
    assert engine.sizes == [4, 4, 2]
    assert [release.id for release, _ in done] == ["P0", "P1", "P2", "P3", "P4"]
    assert all([each.text for each in summaries] == [GOOD, CHINESE] for _, summaries in done)


def test_a_second_try_rides_with_the_first_tries_of_the_next_releases() -> None:
    engine = Batches(2)
    releases = [make_titled(1, en="err"), *(make_titled(each, en="tell") for each in (2, 3))]
    done = [release.id for release, _ in summarize_batch(releases, engine)]
    assert [read_ids(requests) for requests in engine.asked] == [
        ["en err 1", "en tell 2"],
        ["en err 1", "en tell 3"],
    ]
    assert [bool(request.faults) for request in engine.asked[1]] == [True, False]
    assert done == ["P2", "P1", "P3"]


def test_a_release_is_taken_only_when_there_is_room_for_it() -> None:
    taken: list[int] = []

    def list_releases() -> Iterator[Release]:
        for number in range(1_000):
            taken.append(number)
            yield make_titled(number, en="err-twice", zh="tell")

    engine = Batches(4)
    finished = summarize_batch(list_releases(), engine)
    for number in range(6):
        release, _ = next(finished)
        assert release.id == f"P{number}"
        assert len(taken) <= number + 4
    assert max(engine.sizes) <= 5


@pytest.mark.parametrize("order", ["err-twice", "fail"])
def test_a_release_that_is_finished_waits_for_no_other(order: str) -> None:
    """The feed may be long in coming: an engine of one text asks again before it reads on."""
    engine = OneByOne()

    def list_releases() -> Iterator[Release]:
        yield make_titled(1, en=order)
        raise OSError("nothing more comes")

    finished = summarize_batch(list_releases(), engine)
    release, (summary,) = next(finished)
    assert (release.id, summary.method) == ("P1", "extract")
    with pytest.raises(OSError, match="nothing more comes"):
        next(finished)


def test_a_release_without_text_makes_no_batch_smaller() -> None:
    engine = Batches(2)
    empty = make_release(en=" ")
    releases = [make_titled(1, en="tell"), empty, make_titled(2, en="tell")]
    done = [release for release, _ in summarize_batch(releases, engine)]
    assert done[0] is empty
    assert engine.sizes == [2]


def test_one_text_that_fails_takes_no_other_one_with_it() -> None:
    engine = Batches(8)
    releases = [make_titled(1, en="tell", zh="fail"), make_titled(2, en="tell", zh="tell")]
    (_, first), (_, second) = summarize_batch(releases, engine)
    assert [each.method for each in (*first, *second)] == ["model", "extract", "model", "model"]
    assert first[1].reason == "there is no answer"
    assert engine.sizes == [4]


class Fragile(Batches):
    """One whose batch ends as soon as one text in it is too much."""

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        answers = super().draft_batch(requests)
        if any(isinstance(answer, EngineError) for answer in answers):
            raise MemoryError("too much at once")
        return answers


def test_a_batch_that_fails_as_a_whole_is_asked_for_one_by_one() -> None:
    engine = Fragile(8)
    releases = [make_titled(1, en="tell", zh="fail"), make_titled(2, en="err", zh="tell")]
    done = {release.id: summaries for release, summaries in summarize_batch(releases, engine)}
    methods = [each.method for number in ("P1", "P2") for each in done[number]]
    assert methods == ["model", "extract", "model", "model"]
    assert done["P2"][0].tries == 2


def test_no_release_asks_for_nothing() -> None:
    engine = Batches(4)
    assert list(summarize_batch([], engine)) == []
    assert engine.asked == []


ORDERS = st.sampled_from(["tell", "err", "err-twice", "fail"])


@given(
    st.lists(st.dictionaries(st.sampled_from(["en", "zh"]), ORDERS, min_size=1), max_size=5),
    st.integers(1, 7),
)
@settings(max_examples=8)
def test_summaries_are_the_same_whatever_is_asked_for_together(
    orders: list[dict[str, str]], batch_size: int
) -> None:
    releases = [make_titled(number, **titles) for number, titles in enumerate(orders)]
    alone = {release.id: summarize_release(release, OneByOne()) for release in releases}
    engine = Batches(batch_size)
    together = {release.id: summaries for release, summaries in summarize_batch(releases, engine)}
    assert together == alone
    assert max(engine.sizes, default=0) <= batch_size + 1
