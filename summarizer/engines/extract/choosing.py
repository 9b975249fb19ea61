"""Chooses sentences, and a form of each, that tell together what a reader most needs. Pure.

A summary is worth the terms and figures that it tells, each once, by how likely a reader needs
them (see ``weights``), less a cost for its length; a beam search over the sentences' forms.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from data.models import Language
from summarizer.engines.extract.candidates import Candidate
from summarizer.engines.extract.cuts import Cut
from summarizer.engines.extract.forms import find_cuts, shorten
from summarizer.engines.extract.outline import Outline
from summarizer.engines.extract.tellings import Telling, read_telling
from summarizer.engines.extract.weighing import Weighed, Weigher
from summarizer.engines.extract.weights import ADVICE, PENALTY, REMARK
from summarizer.measure import BOUNDS, Length, measure
from summarizer.passages import speaks
from summarizer.terms import iterate_terms

_MOST_WEIGHED = 9
_MOST_FORMS = 4
_MOST_SENTENCES = 5
_BEAM = 6
_COST_OF_LENGTH = {"en": 0.2, "zh": 0.12}
_WORTH_OF_SENTENCE = 1.0
_WORTH_OF_OPENING = 2.0
_WORTH_OF_ADVICE = 0.5
_COST_OF_REMARK = 4.0
_COST_OF_PENALTY = 8.0
_LEANS_ON_NOTHING = 6
_COST_OF_WE = 8.0
_COST_OF_LEANING = 2.0
_UNSEEN = 0.15


@dataclass(frozen=True, slots=True)
class Taken:
    """A candidate in one of its forms."""

    candidate: Candidate
    form: str
    length: Length
    told: Telling


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    rows: tuple[int, ...]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class _Beam:
    """States side by side: what each leaves untold, and which forms can't join it, a row each."""

    states: Sequence[_State]
    open: npt.NDArray[np.float32]
    barred: npt.NDArray[np.bool_]


# What a part is worth by its figures, and by each of its terms.
_Worth = tuple[float, Sequence[tuple[str, float]]]


class _Loss(NamedTuple):
    """A cut, what goes with it, and what comes in its place."""

    cut: Cut
    gone: _Worth
    put: _Worth

    def find_density(self, known: frozenset[str]) -> float:
        """What it costs for each character that it saves; what is known costs nothing."""
        worth = _weigh(self.gone, known) - _weigh(self.put, known)
        return worth / max(1, self.cut.end - self.cut.start - len(self.cut.put))


class Chooser:
    """The search over the forms of a release's candidates."""

    def __init__(
        self, candidates: Sequence[Candidate], outline: Outline, title: str, today: date
    ) -> None:
        self._language: Language = outline.language
        self._low, self._high = BOUNDS[self._language]
        self._first = min((each.order for each in outline.placed), default=-1)
        weighed = _keep_densest(Weigher(outline, title, today).weigh(candidates))
        lead = frozenset(weighed[0].terms) if weighed else frozenset()
        self._rows: list[Taken] = []
        values: list[dict[str, float]] = []
        for number, each in enumerate(weighed):
            told = read_telling(each.candidate.text)
            for form in self._list_forms(each, lead if number else frozenset()):
                length = measure(form, self._language)
                if length.most > self._high:
                    continue
                self._rows.append(Taken(each.candidate, form, length, told))
                values.append(self._value(each, form))
        if not self._rows:
            self._take_shortest(weighed, values)
        self._mourns = all(row.told.condoles for row in self._rows)
        self._matrix = _make_matrix(values)
        self._lengths = np.array([row.length.most for row in self._rows])
        self._unsaid = (self._matrix == 0).astype(np.float32)
        orders = np.array([row.candidate.order for row in self._rows])
        self._excludes = orders[:, None] == orders
        bonus = [self._find_bonus(row) for row in self._rows]
        self._costs = _COST_OF_LENGTH[self._language] * self._lengths - np.array(bonus)

    def _take_shortest(self, weighed: Sequence[Weighed], values: list[dict[str, float]]) -> None:
        """Nothing fits: the shortest form of all is the least that can be said."""
        forms = [(each, form) for each in weighed for form in self._list_forms(each, frozenset())]
        each, form = min(forms, key=lambda pair: len(pair[1]))
        length = measure(form, self._language)
        self._rows.append(Taken(each.candidate, form, length, read_telling(form)))
        values.append(self._value(each, form))

    def _find_bonus(self, row: Taken) -> float:
        """What a sentence is worth for what it is for: who did what, and what people should do."""
        bonus = _WORTH_OF_SENTENCE
        bonus += _WORTH_OF_OPENING if row.candidate.order == self._first else 0.0
        advises = row.candidate.role != "item" and ADVICE.search(row.form)
        bonus += _WORTH_OF_ADVICE if advises else 0.0
        bonus -= _COST_OF_REMARK if REMARK.search(row.form.lower()) else 0.0
        bonus -= _COST_OF_PENALTY if PENALTY.search(row.form) else 0.0
        says_we = row.candidate.role == "spoken" and speaks(row.form)
        return bonus - (_COST_OF_WE if says_we else 0.0)

    def _list_forms(self, each: Weighed, lead: frozenset[str]) -> list[str]:
        text = each.candidate.text
        cuts = find_cuts(text, self._language)
        if not cuts:
            return [text]
        counts = Counter(iterate_terms(text, self._language))
        losses = [
            _Loss(
                cut,
                self._weigh_piece(each, text[cut.start : cut.end], counts),
                self._weigh_piece(each, cut.put, counts),
            )
            for cut in cuts
        ]
        # Mostly both come out alike, and need be tried only once.
        rankings = dict.fromkeys(
            tuple(loss.cut for loss in sorted(losses, key=lambda loss: loss.find_density(known)))
            for known in (frozenset[str](), lead)
        )
        found = [text]
        for ranked in rankings:
            found += shorten(text, ranked, self._language, _MOST_FORMS)
        return list(dict.fromkeys(found))

    def _weigh_piece(self, each: Weighed, piece: str, counts: Mapping[str, int]) -> _Worth:
        """What a part tells that stands nowhere else in its sentence."""
        if not piece:
            return 0.0, ()
        figures = sum(value for _, surface, value in each.figures if surface in piece)
        terms = [
            (term, each.terms[term])
            for term, count in Counter(iterate_terms(piece, self._language)).items()
            if count >= counts[term] and term in each.terms
        ]
        return figures, terms

    def _value(self, each: Weighed, form: str) -> dict[str, float]:
        if form == each.candidate.text:
            found = dict(each.terms)
        else:
            worth = each.terms.get
            found = {term: worth(term, _UNSEEN) for term in iterate_terms(form, self._language)}
        found.update((name, value) for name, surface, value in each.figures if surface in form)
        return found

    def choose(self) -> Iterator[tuple[Taken, ...]]:
        """Sets of sentences in the release's order, those that are worth most together first."""
        rows, columns = self._matrix.shape
        nothing = np.ones((1, columns), np.float32)
        beam = _Beam([_State(0.0, (), 0, 0)], nothing, np.zeros((1, rows), np.bool_))
        finished: list[_State] = []
        for _ in range(_MOST_SENTENCES):
            beam = self._extend(beam)
            if not beam.states:
                break
            finished += beam.states
        for state in sorted(finished, key=self._judge, reverse=True):
            yield tuple(self._rows[number] for number in self._sort(state.rows))

    def _extend(self, beam: _Beam) -> _Beam:
        """The best states with one sentence more than those of the beam."""
        states = beam.states
        gains = self._matrix @ beam.open.T
        gains -= self._costs[:, None]
        gains += np.array([state.score for state in states], np.float32)
        gains[beam.barred.T] = -np.inf
        grown: dict[frozenset[int], tuple[int, int, float]] = {}
        best = np.argsort(-gains, axis=None)[: 4 * _BEAM]
        for flat, score in zip(best.tolist(), gains.ravel()[best].tolist(), strict=True):
            number, column = divmod(flat, len(states))
            if score == -np.inf or len(grown) == _BEAM:
                break
            grown.setdefault(frozenset((*states[column].rows, number)), (column, number, score))
        return self._add(beam, list(grown.values()))

    def _add(self, beam: _Beam, taken: Sequence[tuple[int, int, float]]) -> _Beam:
        """The beam of states (by column) with a form more (by number), each with its new score."""
        if not taken:
            return _Beam((), beam.open[:0], beam.barred[:0])
        columns = [column for column, _, _ in taken]
        numbers = [number for _, number, _ in taken]
        states = [
            self._add_row(beam.states[column], number, score) for column, number, score in taken
        ]
        room = np.array([[self._high - state.most] for state in states])
        barred = beam.barred[columns] | self._excludes[numbers] | (self._lengths > room)
        return _Beam(states, beam.open[columns] * self._unsaid[numbers], barred)

    def _add_row(self, state: _State, number: int, score: float) -> _State:
        length = self._rows[number].length
        least, most = state.least + length.least, state.most + length.most
        return _State(score, (*state.rows, number), least, most)

    def _sort(self, rows: Sequence[int]) -> list[int]:
        return sorted(rows, key=lambda number: self._rows[number].candidate.order)

    def _judge(self, state: _State) -> tuple[int, int, float]:
        """Nothing that misleads comes first, then long enough, then worth."""
        taken = {self._rows[number].candidate.order: self._rows[number] for number in state.rows}
        missing = min(0, state.least - self._low)
        worth = state.score - _COST_OF_LEANING * _count_leaning(taken)
        return -self._count_misleading(taken), missing, worth

    def _count_misleading(self, taken: Mapping[int, Taken]) -> int:
        """Claims without their denial, pronouns without their noun, condolences without help."""
        denied = {order for order, row in taken.items() if row.told.denies}
        claims = sum(
            row.told.claims and denied.isdisjoint({order + 1, order + 2})
            for order, row in taken.items()
        )
        dangling = sum(row.told.dangles and order - 1 not in taken for order, row in taken.items())
        only_condoles = not self._mourns and all(row.told.condoles for row in taken.values())
        return claims + dangling + only_condoles


def _keep_densest(weighed: Sequence[Weighed]) -> Sequence[Weighed]:
    """The sentences worth most for their length, and the first, in their order."""
    if len(weighed) <= _MOST_WEIGHED:
        return weighed
    ranked = sorted(weighed[1:], key=Weighed.find_density, reverse=True)
    kept = {id(each) for each in (weighed[0], *ranked[: _MOST_WEIGHED - 1])}
    return [each for each in weighed if id(each) in kept]


def _weigh(part: _Worth, known: frozenset[str]) -> float:
    worth, terms = part
    for term, value in terms:
        if term not in known:
            worth += value
    return worth


def _count_leaning(taken: Mapping[int, Taken]) -> int:
    """Sentences that speak of what another names that is not told just before."""
    before = dict(zip(sorted(taken), (None, *sorted(taken)), strict=False))
    leaning = 0
    for order, row in taken.items():
        last = before[order]
        if row.candidate.leans and (last is None or order - last > 1):
            leaning += 1 if last is not None else _LEANS_ON_NOTHING
    return leaning


def _make_matrix(values: Sequence[dict[str, float]]) -> npt.NDArray[np.float32]:
    terms = dict.fromkeys(chain.from_iterable(values))
    columns = {term: column for column, term in enumerate(terms)}
    matrix = np.zeros((len(values), len(columns)), np.float32)
    rows = [number for number, each in enumerate(values) for _ in each]
    found = [columns[term] for each in values for term in each]
    matrix[rows, found] = [worth for each in values for worth in each.values()]
    return matrix
