"""The engine without weights: chooses sentences of the release, trims them, joins them.

What a reader most needs is told by ``outline`` and ``weights``; what a sentence can stand
without by ``cuts_en`` and ``cuts_zh``; ``choosing`` takes the sentences, and the form of each,
that tell most within the length allowed.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from data.models import Method, ReleaseText
from summarizer.abbreviations import find_abbreviations, settle_abbreviations
from summarizer.check import to_hong_kong_date
from summarizer.engines.base import Draft
from summarizer.engines.extract.candidates import Span, list_candidates
from summarizer.engines.extract.choosing import Chooser, Taken
from summarizer.engines.extract.outline import Outline
from summarizer.engines.extract.short_names import drop_unused_short_names, use_pronouns
from summarizer.engines.extract.wording import Wording
from summarizer.measure import BOUNDS, MOST_CHARACTERS, measure
from summarizer.passages import Reading, read_body

_MOST_CANDIDATES = 12
_MOST_TRIES = 20


class ExtractEngine:
    """Summaries made of the release's own sentences."""

    method: Method = "extract"
    model: str | None = None

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:  # noqa: ARG002
        """The best extract; the whole body where it is shorter than a summary.

        ``faults`` change nothing: the choice is always the same.
        """
        return next(self.list_drafts(text), Draft(""))

    def list_drafts(self, text: ReleaseText) -> Iterator[Draft]:
        """The best extract, then the next best ones, each made only when it is asked for."""
        reading = read_body(text.body, text.language)
        today = to_hong_kong_date(text.issued_at)
        outline = Outline(reading, text.title)
        orders = outline.list_weightiest(_MOST_CANDIDATES)
        candidates = list_candidates(reading, today, text.title, orders)
        if not candidates:
            yield _draft_without_sentences(text, reading, today)
            return
        chooser = Chooser(candidates, outline, text.title, today)
        yield from _compose_fitting(chooser.choose(), text)


def _compose_fitting(choices: Iterator[tuple[Taken, ...]], text: ReleaseText) -> Iterator[Draft]:
    """The choices that still fit when their abbreviations are spelt out; else the best."""
    first: Draft | None = None
    fitting = False
    low, high = BOUNDS[text.language]
    for chosen in islice(choices, _MOST_TRIES):
        draft = _compose(chosen, text)
        length = measure(draft.text, text.language)
        first = first or draft
        if low <= length.least and length.most <= high:
            fitting = True
            yield draft
    if first and not fitting:
        yield first


def _compose(chosen: Sequence[Taken], text: ReleaseText) -> Draft:
    joiner = " " if text.language == "en" else ""
    told = [row.form for row in chosen]
    if text.language == "en":
        told = use_pronouns(told, find_abbreviations(text.body))
    summary = settle_abbreviations(joiner.join(told), text.body, text.language)
    if text.language == "en":
        summary = drop_unused_short_names(summary)
    spans: list[Span] = [span for row in chosen for span in row.candidate.spans]
    return Draft(summary, tuple(dict.fromkeys(spans)))


def _draft_without_sentences(text: ReleaseText, reading: Reading, today: date) -> Draft:
    """A body of tables and headings alone: its lines, as sentences, under the title."""
    wording = Wording(reading, today, text.title)
    _, high = BOUNDS[text.language]
    joiner = " " if text.language == "en" else ""
    summary = text.title.rstrip(".。") + wording.stop
    spans: list[Span] = []
    for passage in reading.passages:
        if passage.role not in {"row", "heading", "intro"}:
            continue
        if passage.text.strip(" :：") == text.title.strip():
            continue
        if len(passage.text) > MOST_CHARACTERS[text.language]:
            break
        longer = f"{summary}{joiner}{wording.tell_row(passage.text)}"
        if measure(longer, text.language).most > high:
            break
        summary = longer
        spans.append((passage.sentence.start, passage.sentence.end))
    return Draft(summary, tuple(spans))
