"""The engine without weights: chooses sentences of the release, trims them, joins them.

A summary is worth the terms that it covers, each once (see ``terms``); a beam search takes
the sentences, and the form of each, that cover most within the length allowed.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from data.models import Language, Method, ReleaseText
from summarizer.abbreviations import settle_abbreviations
from summarizer.candidates import Candidate, Span, list_candidates
from summarizer.check import to_hong_kong_date
from summarizer.engines.base import Draft
from summarizer.measure import BOUNDS, Length, measure
from summarizer.passages import Reading, Role, read_body
from summarizer.tellings import Telling, read_telling
from summarizer.terms import list_figures, list_terms, weigh_terms

_MOST_CANDIDATES = 16
_MOST_FORMS = 8
_MOST_SENTENCES = {"en": 4, "zh": 4}
_BEAM = 6
_ROLE_FACTOR: dict[Role, float] = {"spoken": 0.55, "quote": 0.35, "item": 0.85, "intro": 0.9}
_COST_OF_LENGTH = {"en": 0.55, "zh": 0.5}
_COST_OF_LEANING = 9.0
_LEAD = 14.0
_FIGURES = 3.5
_COST_OF_LOST_SAYING = 14.0
_COST_OF_WE = 14.0
_ANNOUNCEMENT_WITH_FIGURES = 8.0
_TITLE_WITH_FIGURES = 8.0
_MUCH_OF_TITLE = 0.4
_EARLY = 4
_MONEY_OF_TITLE = 4.0
_ADVICE = re.compile(r"\b(?:should|urges?d?|appeals?|reminds?|advised?)\b|呼籲|提醒|應|切勿|請")
_SAID_WHEN = re.compile(
    r"\b[a-z]+ed on [A-Z]\w+ \d|\bsaid on\b|on [A-Z]\w+ \d+ [a-z]+ed\b|日[^，。]{0,8}(?:表示|"
    r"宣布|公布|指出|發表|說|提醒|呼籲)"
)
_ACTION = re.compile(
    r"\bwill\b|\blaunch|\barrest|\bseize|\bwas (?:sentenced|fined)|將會?|推出|設立|拘捕|檢獲|被判"
)
_REMARK = re.compile(
    r"condolence|sympath|deeply saddened|gratitude|thank|pleased|welcome[sd]? the|"
    r"attaches great|delighted|great pleasure|honou?red to|很高興|榮幸|"
    r"深表|深感|哀悼|慰問|感謝|歡迎|致意|高度重視|高度關注"
)
_WE = re.compile(r"\b(?:we|our|us|you|your)\b|我們|你", re.IGNORECASE)
_SOURCE_NOTE = re.compile(r"\b(?:hotline|enquir|website|www\.|email)|熱線|查詢|網頁|網站|電郵")


class ExtractEngine:
    """Summaries made of the release's own sentences."""

    method: Method = "extract"
    model: str | None = None

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:  # noqa: ARG002
        """The best extract; the whole body where it is shorter than a summary.

        ``faults`` change nothing: the choice is always the same.
        """
        reading = read_body(text.body, text.language)
        today = to_hong_kong_date(text.issued_at)
        candidates = list_candidates(reading, today)
        if not candidates:
            return _draft_without_sentences(text, reading)
        choice = _Choice(candidates, text.title, reading, today)
        return _compose_first_fitting(choice.choose(), text)


@dataclass(frozen=True, slots=True)
class _Taken:
    """A candidate in one of its forms."""

    candidate: Candidate
    form: str
    told: Telling


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    covered: npt.NDArray[np.bool_]
    rows: tuple[int, ...]
    length: Length


class _Choice:
    """The search over the forms of the best candidates."""

    def __init__(
        self, candidates: Sequence[Candidate], title: str, reading: Reading, today: date
    ) -> None:
        self._language = language = reading.language
        self._is_spoken = reading.form != "notice"
        decay = 0.12 if reading.form == "notice" else 0.02
        self._low, self._high = BOUNDS[language]
        terms = [list_terms(each.forms[0], language) for each in candidates]
        self._titled = list_terms(title, language)
        titled = self._titled
        self._weights = dict(weigh_terms(terms, titled, language, decay))
        self._figures = {
            each.order: list_figures(each.forms[0], language, today) for each in candidates
        }
        for each in candidates:
            late = 1 + decay / 3 * each.order
            share = self._share_title(each.forms[0])
            for figure in self._figures[each.order]:
                matters = 1 + _MONEY_OF_TITLE * share if figure.name.startswith("money") else 1
                self._weights.setdefault(figure.name, figure.weight * _FIGURES * matters / late)
        kept = self._keep_best(candidates)
        self._first = kept[0].order
        self._headline = self._find_headline(kept[:_EARLY])
        self._rows = [
            _Taken(each, form, read_telling(form))
            for each in kept
            for form in _thin(each.forms, self._high, language)
        ]
        self._helps = any(row.told.helps for row in self._rows)
        self._lengths = [measure(row.form, language) for row in self._rows]
        self._matrix, self._values = self._build()
        self._bonus = np.array([self._find_bonus(row) for row in self._rows])
        self._factor = np.array([_ROLE_FACTOR.get(row.candidate.role, 1.0) for row in self._rows])

    def _keep_best(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        if len(candidates) <= _MOST_CANDIDATES:
            return list(candidates)
        worth = [self._find_worth(each) for each in candidates]
        best = sorted(range(len(candidates)), key=lambda number: -worth[number])
        keep = sorted({*best[: _MOST_CANDIDATES - 3], 0, 1, 2})
        return [candidates[number] for number in keep]

    def _find_worth(self, candidate: Candidate) -> float:
        terms = list_terms(candidate.forms[0], self._language)
        weight = sum(self._weights.get(term, 0.0) for term in terms)
        return weight / math.sqrt(1 + len(terms)) * _ROLE_FACTOR.get(candidate.role, 1.0)

    def _build(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
        columns = {term: number for number, term in enumerate(self._weights)}
        matrix = np.zeros((len(self._rows), len(columns)), dtype=bool)
        for number, row in enumerate(self._rows):
            terms = list_terms(row.form, self._language)
            figures = self._figures[row.candidate.order]
            terms.update(figure.name for figure in figures if figure.surface in row.form)
            found = [columns[term] for term in terms if term in columns]
            matrix[number, found] = True
        return matrix, np.array(list(self._weights.values()))

    def _find_bonus(self, row: _Taken) -> float:
        candidate, text = row.candidate, row.form
        bonus = _LEAD if candidate.order == self._first else 0.0
        if bonus and _SAID_WHEN.search(candidate.forms[0]) and not _SAID_WHEN.search(text):
            bonus -= _COST_OF_LOST_SAYING
        bonus += 2.0 if _ADVICE.search(text) else 0.0
        bonus += 2.0 if _ACTION.search(text) else 0.0
        bonus -= 8.0 if _REMARK.search(text) else 0.0
        bonus -= 4.0 if _SOURCE_NOTE.search(text) else 0.0
        return bonus + self._find_bonus_of_telling(row)

    def _find_bonus_of_telling(self, row: _Taken) -> float:
        candidate = row.candidate
        bonus = -_COST_OF_WE if candidate.role == "spoken" and _WE.search(row.form) else 0.0
        figures = self._figures[candidate.order]
        if not any(each.surface in row.form and each.counts for each in figures):
            return bonus
        if row.told.announces and self._is_spoken:
            bonus += _ANNOUNCEMENT_WITH_FIGURES
        return bonus + (_TITLE_WITH_FIGURES if candidate.order == self._headline else 0.0)

    def _find_headline(self, candidates: Sequence[Candidate]) -> int | None:
        """Which sentence of a notice says, with figures, what its title says."""
        shares = {
            each.order: self._share_title(each.forms[0])
            for each in candidates
            if any(figure.counts for figure in self._figures[each.order])
        }
        best = max(shares, key=lambda order: shares[order], default=None)
        if self._is_spoken or best is None or shares[best] < _MUCH_OF_TITLE:
            return None
        return best

    def _share_title(self, text: str) -> float:
        """The share of the title's terms that a text has."""
        shared = self._titled & list_terms(text, self._language)
        return len(shared) / max(1, len(self._titled))

    def choose(self) -> Iterator[tuple[_Taken, ...]]:
        """Sets of rows in the release's order, those that are worth most together first."""
        empty = _State(0.0, np.zeros(len(self._values), dtype=bool), (), Length(0, 0))
        beam, finished = [empty], []
        for _ in range(_MOST_SENTENCES[self._language]):
            grown = {frozenset(state.rows): state for old in beam for state in self._extend(old)}
            beam = sorted(grown.values(), key=self._promise, reverse=True)[:_BEAM]
            finished += beam
        for state in sorted(finished or self._take_shortest(), key=self._judge, reverse=True):
            yield tuple(self._rows[number] for number in self._sort(state.rows))

    def _promise(self, state: _State) -> float:
        return state.score - _COST_OF_LEANING * self._count_misleading(state.rows)

    def _sort(self, rows: Sequence[int]) -> list[int]:
        return sorted(rows, key=lambda number: self._rows[number].candidate.order)

    def _judge(self, state: _State) -> tuple[int, float, float]:
        """Nothing that misleads comes first, then long enough, then worth."""
        missing = min(0, state.length.least - self._low)
        loose = self._count_leaning(state.rows) + self._count_repeated_intros(state.rows)
        worth = state.score - _COST_OF_LEANING * loose
        return -self._count_misleading(state.rows), missing, worth

    def _count_repeated_intros(self, rows: Sequence[int]) -> int:
        """How often a list's opening would be said once more."""
        spans = [self._rows[number].candidate.spans for number in rows]
        intros = [each[0] for each in spans if len(each) > 1]
        return len(intros) - len(set(intros))

    def _count_misleading(self, rows: Sequence[int]) -> int:
        """Claims without their denial, pronouns without their noun, condolences without help."""
        taken = {self._rows[number].candidate.order: self._rows[number].told for number in rows}
        denied = {order for order, told in taken.items() if told.denies}
        claims = sum(
            told.claims and denied.isdisjoint({order + 1, order + 2})
            for order, told in taken.items()
        )
        dangling = sum(told.dangles and order - 1 not in taken for order, told in taken.items())
        only_condoles = self._helps and all(told.condoles for told in taken.values())
        return claims + dangling + only_condoles

    def _count_leaning(self, rows: Sequence[int]) -> int:
        ordered = [self._rows[number].candidate for number in self._sort(rows)]
        leaning = 0
        for before, candidate in zip([None, *ordered], ordered, strict=False):
            if candidate.leans and (before is None or candidate.order - before.order > 1):
                leaning += 1 if before else 3
        return leaning

    def _extend(self, state: _State) -> list[_State]:
        fresh = self._matrix & ~state.covered
        gains = (fresh @ self._values) * self._factor + self._bonus
        taken = {self._rows[number].candidate.order for number in state.rows}
        cost = _COST_OF_LENGTH[self._language]
        grown = []
        for number in np.argsort(-gains)[: 4 * _BEAM]:
            row, length = self._rows[number], self._lengths[number]
            total = Length(state.length.least + length.least, state.length.most + length.most)
            if row.candidate.order in taken or total.most > self._high:
                continue
            score = state.score + float(gains[number]) - cost * length.most
            covered = state.covered | self._matrix[number]
            grown.append(_State(score, covered, (*state.rows, int(number)), total))
        return grown

    def _take_shortest(self) -> list[_State]:
        """Nothing fits: the shortest form of all is the least that can be said."""
        number = min(range(len(self._rows)), key=lambda row: self._lengths[row].most)
        return [_State(0.0, self._matrix[number], (number,), self._lengths[number])]


def _thin(forms: Sequence[str], high: int, language: Language) -> list[str]:
    """At most eight forms that fit, evenly over the lengths; the shortest if none fits."""
    fitting = [form for form in forms if measure(form, language).most <= high]
    if len(fitting) <= _MOST_FORMS:
        return fitting or [forms[-1]]
    step = (len(fitting) - 1) / (_MOST_FORMS - 1)
    return [fitting[round(number * step)] for number in range(_MOST_FORMS)]


def _compose_first_fitting(choices: Iterator[tuple[_Taken, ...]], text: ReleaseText) -> Draft:
    """The best choice that still fits when its abbreviations are spelt out."""
    first: Draft | None = None
    low, high = BOUNDS[text.language]
    for chosen in choices:
        draft = _compose(chosen, text)
        length = measure(draft.text, text.language)
        first = first or draft
        if low <= length.least and length.most <= high:
            return draft
    return first or Draft("")


def _compose(chosen: Sequence[_Taken], text: ReleaseText) -> Draft:
    joiner = " " if text.language == "en" else ""
    summary = joiner.join(row.form for row in chosen)
    summary = settle_abbreviations(summary, text.body, text.language)
    spans: list[Span] = [span for row in chosen for span in row.candidate.spans]
    return Draft(summary, tuple(dict.fromkeys(spans)))


def _draft_without_sentences(text: ReleaseText, reading: Reading) -> Draft:
    """A body of tables and headings alone: its lines, as a sentence, under the title."""
    stop, joiner = (".", ", ") if text.language == "en" else ("。", "，")
    _, high = BOUNDS[text.language]
    summary = text.title.rstrip(".。") + stop
    spans: list[Span] = []
    for passage in reading.passages:
        if passage.role not in {"row", "heading", "intro"}:
            continue
        line = joiner.join(cell.strip(" :：") for cell in passage.text.split(" | ")) + stop
        longer = f"{summary}{' ' if text.language == 'en' else ''}{line}"
        if measure(longer, text.language).most > high:
            break
        summary = longer
        spans.append((passage.sentence.start, passage.sentence.end))
    return Draft(summary, tuple(spans))
