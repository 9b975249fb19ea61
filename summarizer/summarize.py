"""The one entry point: a release in, a checked summary in each of its languages out.

The ladder: the engine writes, the check reads; a draft that fails is tried once more, told what
was wrong; then sentences that fail are dropped; then the extract engine speaks. Two summaries
that contradict each other are both refused. Whatever happens, a release with a text gets a
summary, and each summary says how many drafts it took and why it is not the first.
"""

import contextlib
import logging
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

from data.models import LANGUAGES, Language, Release, ReleaseText, Summary
from summarizer.check import Checker, Verdict
from summarizer.check.agreement import find_contradictions
from summarizer.drafting import ask, ask_for_drafts, clean_text, join_faults, tidy
from summarizer.engines.base import BatchEngine, Draft, Engine, EngineError, Request
from summarizer.engines.extract import ExtractEngine
from summarizer.measure import cut
from summarizer.sentences import split_sentences

logger = logging.getLogger(__name__)

_MOST_EXTRACTS = 4
NO_TEXT = "the release has no text to summarise"


def summarize_release(release: Release, engine: Engine) -> tuple[Summary, ...]:
    """A summary for each language that the release has a text in, English first."""
    ((_, summaries),) = summarize_batch([release], engine)
    return summaries


def summarize_batch(
    releases: Iterable[Release], engine: Engine
) -> Iterator[tuple[Release, tuple[Summary, ...]]]:
    """Each release with its summaries, as soon as it is finished.

    An engine that is quicker with several texts is asked for as many drafts at once as pay; a
    release is taken from ``releases`` when there is room for it.
    """
    room = engine.batch_size if isinstance(engine, BatchEngine) else 1
    climbing: list[_Climb] = []
    for release in releases:
        climbing.append(_Climb(release, engine))
        yield from _take_finished(climbing)
        while sum(len(each.requests) for each in climbing) >= room:
            _climb_on(climbing, engine)
            yield from _take_finished(climbing)
    while climbing:
        _climb_on(climbing, engine)
        yield from _take_finished(climbing)


def _climb_on(climbing: "Sequence[_Climb]", engine: Engine) -> None:
    """Answer what the climbs ask for."""
    requests = [request for each in climbing for request in each.requests]
    answers = iter(ask_for_drafts(engine, requests))
    for each in climbing:
        each.go_on([next(answers) for _ in each.requests])


def _take_finished(
    climbing: "list[_Climb]",
) -> Iterator[tuple[Release, tuple[Summary, ...]]]:
    """What the climbs that are finished came to; they are taken out of the list."""
    for each in [each for each in climbing if each.finished]:
        climbing.remove(each)
        yield each.release, each.summaries


_Result = TypeVar("_Result")
# A ladder asks for drafts, one at a time, and ends with what came of it.
_Ladder = Generator[Request, Draft | EngineError, _Result]


class _Climb:
    """One release on its way up the ladder, both languages side by side."""

    def __init__(self, release: Release, engine: Engine) -> None:
        self.release = release
        self.summaries: tuple[Summary, ...] = ()
        self.finished = False
        texts = {each: release.texts[each] for each in LANGUAGES if each in release.texts}
        self._texts = {each: clean_text(text) for each, text in texts.items()}
        self._done: dict[Language, Summary] = {}
        self._asked: dict[Language, Request] = {}
        self._ladders: dict[Language, _Ladder[Summary]] = {
            each: _summarize_text(release, text, engine) for each, text in self._texts.items()
        }
        for language in self._texts:
            self._step(language, None)
        self._finish()

    @property
    def requests(self) -> list[Request]:
        """The drafts that it waits for."""
        return list(self._asked.values())

    def go_on(self, answers: Sequence[Draft | EngineError]) -> None:
        """Take the answers to ``requests``, in their order."""
        for language, answer in zip(list(self._asked), answers, strict=True):
            self._step(language, answer)
        self._finish()

    def _step(self, language: Language, answer: Draft | EngineError | None) -> None:
        self._asked.pop(language, None)
        ladder = self._ladders[language]
        try:
            self._asked[language] = next(ladder) if answer is None else ladder.send(answer)
        except StopIteration as stop:
            self._done[language] = stop.value

    def _finish(self) -> None:
        if self._asked:
            return
        summaries = {each: self._done[each] for each in self._texts}
        faults = _find_contradictions(summaries, self._texts)
        if faults:
            logger.info("The summaries of %s disagree: %s", self.release.id, join_faults(faults))
            summaries = _settle(self.release, self._texts, summaries, faults)
        self.summaries, self.finished = tuple(summaries.values()), True


def _settle(
    release: Release,
    texts: Mapping[Language, ReleaseText],
    refused: Mapping[Language, Summary],
    faults: tuple[str, ...],
) -> dict[Language, Summary]:
    """Extracts that agree, the best first; where none do, both as not to be shown."""
    english, chinese = (
        list(_list_accepted(release, texts[each], refused[each].tries, faults))
        for each in LANGUAGES
    )
    ranks = sorted(product(range(len(english)), range(len(chinese))), key=sum)
    for one, other in ranks:
        pair: dict[Language, Summary] = {"en": english[one], "zh": chinese[other]}
        if not _find_contradictions(pair, texts):
            return pair
    best: dict[Language, Summary] = {
        "en": english[0] if english else refused["en"],
        "zh": chinese[0] if chinese else refused["zh"],
    }
    return {each: _refuse(summary, faults) for each, summary in best.items()}


def _list_accepted(
    release: Release, text: ReleaseText, tries: int, faults: tuple[str, ...]
) -> Iterator[Summary]:
    """The extracts of a text that the check accepts, after so many other tries."""
    checker = _read(text)
    for count, draft in enumerate(_list_extracts(text), 1):
        verdict = checker.check(draft.text)
        if verdict.supported:
            written = _Written(draft, tries + count, faults)
            yield _make(release, text, checker, ExtractEngine(), written, verdict)


def summarize_headlines(release: Release) -> tuple[Summary, ...]:
    """The least that can be said: the headline of each text, marked as no summary."""
    texts = (clean_text(release.texts[each]) for each in LANGUAGES if each in release.texts)
    reason = "no summary could be made"
    return tuple(_headline_alone(release, text, reason) for text in texts)


def _read(text: ReleaseText) -> Checker:
    return Checker(text.language, text.body, text.issued_at)


def _find_contradictions(
    summaries: Mapping[Language, Summary], texts: Mapping[Language, ReleaseText]
) -> tuple[str, ...]:
    if len(summaries) != len(LANGUAGES) or not all(each.supported for each in summaries.values()):
        return ()
    english, chinese = texts["en"], texts["zh"]
    return find_contradictions(
        summaries["en"].text,
        summaries["zh"].text,
        f"{english.title}\n\n{english.body}",
        f"{chinese.title}\n\n{chinese.body}",
        min(english.issued_at, chinese.issued_at),
    )


def _refuse(summary: Summary, faults: Sequence[str]) -> Summary:
    """The summary as one that is not to be shown."""
    return summary.model_copy(
        update={"supported": False, "unsupported": (*summary.unsupported, *faults)}
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """What came of asking an engine: a draft that the check accepts, or none.

    ``faults`` say what was wrong with what it wrote before, or why there is no draft.
    """

    draft: Draft | None
    tries: int
    faults: tuple[str, ...] = ()


def _summarize_text(release: Release, text: ReleaseText, engine: Engine) -> _Ladder[Summary]:
    if not text.body.strip():
        return _headline_alone(release, text, NO_TEXT)
    checker = _read(text)
    if engine.method == "extract":
        return _extract(release, text, checker)
    written = yield from _write(text, checker)
    if written.draft:
        return _make(release, text, checker, engine, written, Verdict())
    return _extract(release, text, checker, tries=written.tries + 1, reason=written.faults)


def _write(text: ReleaseText, checker: Checker) -> _Ladder[_Written]:
    faults: tuple[str, ...] = ()
    drafts: list[Draft] = []
    for _ in range(2):
        draft = yield Request(text, faults)
        if isinstance(draft, EngineError):
            faults = (*faults, str(draft))
            break
        verdict = checker.check(draft.text)
        drafts.append(draft)
        if verdict.supported:
            return _Written(draft, len(drafts), faults)
        faults = verdict.unsupported
        logger.info(
            "A draft for %s (%s) was refused: %s", text.id, text.language, join_faults(faults)
        )
    for draft in drafts:
        kept = _drop_failing(draft, text.language, checker)
        if kept.text and checker.check(kept.text).supported:
            return _Written(kept, len(drafts), faults)
    return _Written(None, len(drafts), faults)


def _drop_failing(draft: Draft, language: Language, checker: Checker) -> Draft:
    kept = [
        sentence.text
        for sentence in split_sentences(draft.text, language)
        if checker.check_sentence(sentence.text).supported
    ]
    return Draft((" " if language == "en" else "").join(kept), draft.sources)


def _extract(
    release: Release,
    text: ReleaseText,
    checker: Checker,
    tries: int = 1,
    reason: Sequence[str] = (),
) -> Summary:
    chosen = _choose_extract(text, checker)
    if chosen is None:
        return _headline_alone(release, text, "no sentence of the release could be used")
    written, verdict = chosen
    written = _Written(written.draft, tries + written.tries - 1, (*reason, *written.faults))
    return _make(release, text, checker, ExtractEngine(), written, verdict)


def _choose_extract(text: ReleaseText, checker: Checker) -> tuple[_Written, Verdict] | None:
    """The first extract that the check accepts, whole or else without the sentences that fail."""
    drafts: list[Draft] = []
    faults: tuple[str, ...] = ()
    for draft in _list_extracts(text):
        drafts.append(draft)
        if not draft.sources or draft.text.startswith(text.title[:20]):
            # Nothing but tables: the title speaks, and is as official as the body.
            checker = Checker(text.language, f"{text.title}\n\n{text.body}", text.issued_at)
        verdict = checker.check(draft.text)
        if verdict.supported:
            return _Written(draft, len(drafts), faults), verdict
        faults = faults or verdict.unsupported
    for draft in drafts:
        kept = _drop_failing(draft, text.language, checker)
        if kept.text and checker.check(kept.text).supported:
            return _Written(kept, len(drafts), faults), Verdict()
    return (_Written(drafts[0], len(drafts)), Verdict(faults)) if drafts else None


def _list_extracts(text: ReleaseText) -> Iterator[Draft]:
    drafts = ExtractEngine().list_drafts(text)
    with contextlib.suppress(EngineError):
        for _ in range(_MOST_EXTRACTS):
            draft = ask(lambda: next(drafts, None), text.id)
            if draft is None or not draft.text:
                return
            yield Draft(tidy(draft.text, text.language), draft.sources)


def _make(
    release: Release,
    text: ReleaseText,
    checker: Checker,
    engine: Engine,
    written: _Written,
    verdict: Verdict,
) -> Summary:
    draft = written.draft or Draft("")
    said = cut(draft.text, text.language)
    sources = checker.find_sources(said, draft.sources)
    return Summary(
        id=release.id,
        language=text.language,
        headline=text.title,
        text=said,
        method=engine.method,
        model=engine.model,
        supported=verdict.supported,
        unsupported=verdict.unsupported,
        sources=tuple(dict.fromkeys(span for spans in sources for span in spans)),
        sentence_sources=sources,
        tries=written.tries,
        reason=join_faults(written.faults) or None,
    )


def _headline_alone(release: Release, text: ReleaseText, reason: str) -> Summary:
    stop = "." if text.language == "en" else "。"
    said = text.title.rstrip(".。") + stop
    return Summary(
        id=release.id,
        language=text.language,
        headline=text.title,
        text=cut(said, text.language),
        method="extract",
        supported=False,
        unsupported=(reason,),
    )
