"""Whether a figure is what its source says it is: the same value of the same thing. Pure.

A summary may give the source's "176" to the fire engines, which were 38. So each figure of a
summary is held against every figure of its kind in the source: the one whose surroundings are
most like those in the summary should be the same. Where another one fits far better, and the
summary doesn't say that one elsewhere, the figure is misplaced.

The weights were fitted by logistic regression on hand-written summaries and on altered ones
(``tests/altered.py``): first, which of the source's figures a true summary means, then, how
sure it is that an altered one means another.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from heapq import nlargest
from itertools import combinations
from operator import mul
from typing import NamedTuple

from summarizer.check.layout import Layout, Term, find_distance
from summarizer.facts import SourceFacts
from summarizer.facts.figures import Fact

_REACH = 24.0
_NEAR = 2.5  # words within which half of a neighbour's weight is lost
_FAR = 12.0
_MOST_RIVALS = 5
_MOST_SAME = 3
_MOST_ADDED = 12
_COUNTS = frozenset({"number", "quantity", "fraction"})
_COUNTED = frozenset({"person", "case"})
_ENDS = frozenset({"start", "end"})
# A rival that is further behind by what is quickly told can't make up for it.
_MOST_BEHIND = 0.5


class Fit(NamedTuple):
    """How far the surroundings of two figures agree, each from 0 to about 1."""

    near: float
    far: float
    right: float
    left: float
    crossed: float
    before: float
    after: float
    unit: float
    sentence: float
    neighbours: float
    role: float
    other_role: float


# How much each agreement tells which figure of the source is meant.
_WEIGHTS = Fit(1.26, 1.5, 2.12, 1.95, 0.55, 1.5, 1.71, 1.72, 1.85, 1.58, 0.47, -1.31)


class Doubt(NamedTuple):
    """What speaks for a figure's being misplaced."""

    margin: float
    same_near: float
    same_after: float
    same_sentence: float
    rival_near: float
    rival_after: float
    rival_sentence: float
    twice: float
    too_often: float


_DOUBTS = Doubt(0.84, -2.87, 0.99, -1.11, 0.84, -0.98, 0.54, 2.71, 2.44)
_DOUBT_ALONE = -0.27
# Above it a figure is refused: of 80 fresh true summaries one lies above.
MOST_DOUBT = 4.0


class Candidate(NamedTuple):
    """A figure of the source that one of a summary may mean."""

    number: int
    same: bool
    fit: Fit


class Placing(NamedTuple):
    """The fact of the source that one of a summary is, and the other one that it should be."""

    meant: Fact | None
    rival: Fact | None


class Summary:
    """A summary laid out, what it says in all, and what was found out of its sentences."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.shares: dict[tuple[int, int], float] = {}
        self.wholes: dict[int, float] = {}
        self._said: dict[str, frozenset[tuple[str, str]]] = {}

    def count(self, number: int) -> int:
        """How often the summary gives a figure."""
        return self.layout.names.count(self.layout.names[number])

    def list_said(self, kind: str) -> frozenset[tuple[str, str]]:
        """What the summary says, and what figures of a kind add up to.

        Whoever gives the parts need not give the whole.
        """
        found = self._said.get(kind)
        if found is None:
            found = frozenset(self.layout.names) | _add_up(self.layout.facts, kind)
            self._said[kind] = found
        return found


class FigureSupport:
    """A source's figures with what stands about them, ready to be compared."""

    def __init__(self, layout: Layout, facts: SourceFacts) -> None:
        self._source = layout
        self._facts = facts
        self._of_class: dict[str, list[int]] = {}
        for number, fact in enumerate(layout.facts):
            self._of_class.setdefault(_class_of(fact), []).append(number)

    def place(self, summary: Summary, number: int, same: Sequence[Fact]) -> Placing:
        """Which figure of the source one of the summary means, and whether another is meant.

        ``same`` are the source's facts that say the same.
        """
        ours, rivals = self._part(summary, number, same)
        facts = self._source.facts
        if not ours or not rivals:
            return Placing(facts[ours[0]] if len(ours) == 1 else None, None)
        fits = Fits(self._source, summary, number)
        ours = fits.choose(ours, _MOST_SAME)
        rivals = self._leave_hopeless(fits, summary, number, ours, rivals)
        if not rivals:
            return Placing(facts[max(ours, key=fits.score_beside)], None)
        candidates = [
            *(Candidate(each, True, fits.fit(each)) for each in ours),
            *(Candidate(each, False, fits.fit(each)) for each in rivals),
        ]
        doubt, meant, rival = self.doubt(summary, number, candidates)
        doubtful = weigh_doubt(doubt) > MOST_DOUBT
        return Placing(facts[meant], facts[rival] if doubtful else None)

    def _leave_hopeless(
        self, fits: "Fits", summary: Summary, number: int, ours: list[int], rivals: list[int]
    ) -> list[int]:
        """The rivals that may win by what stands further off; most can't."""
        rivals = [each for each in fits.choose(rivals, _MOST_RIVALS) if fits.share(each) > 0]
        if summary.count(number) > 1:
            return rivals
        least = max(map(fits.score_beside, ours)) - _MOST_BEHIND
        return [each for each in rivals if fits.score_beside(each) > least]

    def list_candidates(self, summary: Summary, number: int) -> list[Candidate]:
        """All figures that may be meant; none where no rival or none of the same value stands."""
        same = list(self._facts.find(summary.layout.facts[number]))
        ours, rivals = self._part(summary, number, same)
        if not ours or not rivals:
            return []
        fits = Fits(self._source, summary, number)
        ours, rivals = fits.choose(ours, _MOST_SAME), fits.choose(rivals, _MOST_RIVALS)
        return [
            *(Candidate(each, True, fits.fit(each)) for each in ours),
            *(Candidate(each, False, fits.fit(each)) for each in rivals),
        ]

    def _part(
        self, summary: Summary, number: int, same: Sequence[Fact]
    ) -> tuple[list[int], list[int]]:
        """The source's figures that say the same, and those that the summary doesn't say."""
        fact = summary.layout.facts[number]
        kind = _class_of(fact)
        said, means = summary.list_said(kind), {id(each) for each in same}
        facts, names = self._source.facts, self._source.names
        ours: list[int] = []
        rivals: list[int] = []
        for other in self._of_class.get(kind, ()):
            if id(facts[other]) in means:
                ours.append(other)
            elif (
                names[other] not in said
                and not facts[other].weak
                and _may_rival(fact, facts[other])
            ):
                rivals.append(other)
        return ours, rivals

    def doubt(
        self, summary: Summary, number: int, candidates: Sequence[Candidate]
    ) -> tuple[Doubt, int, int]:
        """What speaks against a figure; the numbers of the source's that it is and should be."""
        ours = max((weigh_fit(each.fit), at) for at, each in enumerate(candidates) if each.same)
        rival = max(
            (weigh_fit(each.fit), at) for at, each in enumerate(candidates) if not each.same
        )
        here, there = candidates[ours[1]].fit, candidates[rival[1]].fit
        times = summary.count(number)
        doubt = Doubt(
            rival[0] - ours[0],
            here.near, here.after, here.sentence,
            there.near, there.after, there.sentence,
            float(times > 1), float(times > sum(each.same for each in candidates)),
        )  # fmt: skip
        return doubt, candidates[ours[1]].number, candidates[rival[1]].number


_multiply: Callable[[float, float], float] = mul


def weigh_doubt(doubt: Doubt, weights: Doubt = _DOUBTS, alone: float = _DOUBT_ALONE) -> float:
    """How sure it is that a figure is misplaced: log odds, with as many false figures as true."""
    return alone + sum(map(_multiply, weights, doubt))


def weigh_fit(fit: Fit, weights: Fit = _WEIGHTS) -> float:
    """How likely it is that a figure of the source is the one meant, for comparing them."""
    return sum(map(_multiply, weights, fit))


class Fits:
    """One figure of a summary, held against figures of the source."""

    def __init__(self, source: Layout, summary: Summary, number: int) -> None:
        self._source = source
        self._whole = summary
        self._summary = layout = summary.layout
        self._number = number
        self._fact = layout.facts[number]
        self._described = described = layout.describe(number)
        self._own = layout.list_own(number)
        self._beside_scores: dict[int, float] = {}
        self._left_weight = 1 + sum(map(source.weigh, described.left))
        self._right_weight = 1 + sum(map(source.weigh, described.right))

    def choose(self, numbers: list[int], most: int) -> list[int]:
        """Those of some figures whose sentences share most with the figure's own."""
        return nlargest(most, numbers, key=self.share) if len(numbers) > most else numbers

    def share(self, number: int) -> float:
        """How much of the words of the figure's sentence that of one of the source's has."""
        return self._share(self._source.find_sentence(self._source.places[number]))

    def _share(self, sentence: int) -> float:
        own = self._described.sentence
        found = self._whole.shares.get((own, sentence))
        if found is None:
            shared = self._summary.list_sentence(own) & self._source.list_sentence(sentence)
            found = self._weigh_words(shared) / self._weigh_sentence(own)
            self._whole.shares[own, sentence] = found
        return found

    def _weigh_sentence(self, sentence: int) -> float:
        found = self._whole.wholes.get(sentence)
        if found is None:
            found = 1 + self._weigh_words(self._summary.list_sentence(sentence))
            self._whole.wholes[sentence] = found
        return found

    def _weigh_words(self, terms: frozenset[Term]) -> float:
        return sum(self._source.weigh(term) for term in terms if isinstance(term, str))

    def score_beside(self, number: int) -> float:
        """What is quickly told of the fit: by what stands right beside, and by the sentence."""
        found = self._beside_scores.get(number)
        if found is None:
            found = weigh_fit(self._compare_beside(number))
            self._beside_scores[number] = found
        return found

    def fit(self, number: int) -> Fit:
        """How far the surroundings agree with those of one of the source's figures."""
        near, far = self._compare_near(number)
        return self._compare_beside(number)._replace(
            near=near, far=far, neighbours=self._compare_neighbours(number)
        )

    def _compare_beside(self, number: int) -> Fit:
        ours, theirs = self._described, self._source.describe(number)
        weigh = self._source.weigh
        right, left = ours.right & theirs.right, ours.left & theirs.left
        crossed = (ours.left & theirs.right) | (ours.right & theirs.left)
        differ = ours.role != theirs.role and not _ENDS.isdisjoint((ours.role, theirs.role))
        return Fit(
            0.0,
            0.0,
            sum(map(weigh, right)) / self._right_weight if right else 0.0,
            sum(map(weigh, left)) / self._left_weight if left else 0.0,
            sum(map(weigh, crossed)) / (self._left_weight + self._right_weight) if crossed else 0.0,
            float(ours.before == theirs.before != ""),
            float(ours.after == theirs.after != ""),
            float(self._fact.unit == self._source.facts[number].unit),
            self._share(theirs.sentence),
            0.0,
            float(ours.role == theirs.role != ""),
            float(differ),
        )

    @cached_property
    def _near(self) -> tuple[list[tuple[Term, list[float], float, float]], float, float]:
        """The terms about the figure with where they stand in the source; their whole weights."""
        found: list[tuple[Term, list[float], float, float]] = []
        near = far = 1e-9
        place = self._summary.places[self._number]
        for term, distance in self._summary.list_near(place, _REACH):
            if term in self._own:
                continue
            weight = self._source.weigh(term)
            near_weight, far_weight = (
                weight / (1 + distance / _NEAR),
                weight / (1 + distance / _FAR),
            )
            near += near_weight
            far += far_weight
            if places := self._source.index.get(term):
                found.append((term, places, near_weight, far_weight))
        return found, near, far

    def _compare_near(self, number: int) -> tuple[float, float]:
        place = self._source.places[number]
        own = self._source.list_own(number)
        terms, near_weight, far_weight = self._near
        near = far = 0.0
        for term, places, by_near, by_far in terms:
            distance = find_distance(places, place)
            if distance < 2 * _REACH and term not in own:
                near += by_near / (1 + distance / _NEAR)
                far += by_far / (1 + distance / _FAR)
        return near / near_weight, far / far_weight

    @cached_property
    def _beside(self) -> list[tuple[int, tuple[str, str], int]]:
        summary = self._summary
        return [
            (step, summary.names[other], summary.find_sentence(summary.places[other]))
            for step, other in summary.list_beside(self._number)
            if not summary.facts[other].weak and summary.names[other] not in self._own
        ]

    def _compare_neighbours(self, number: int) -> float:
        """How many of the figures beside it stand beside the other one too, the nearer the more."""
        source, total = self._source, 0.0
        if not self._beside:
            return total
        sentence = source.find_sentence(source.places[number])
        beside = {
            source.names[other]: (step, source.find_sentence(source.places[other]))
            for step, other in reversed(list(source.list_beside(number)))
        }
        for step, name, sentence_here in self._beside:
            found = beside.get(name)
            if found is None or name == source.names[number]:
                continue
            there, sentence_there = found
            apart = 1.0 if sentence_there == sentence else 0.5
            apart *= 1.0 if sentence_here == self._described.sentence else 0.5
            order = 1.2 if there * step > 0 else 0.9
            near = apart * order / (abs(there) * abs(step)) ** 0.5
            total += near * min(1.0, source.weigh(name) / 3)
        return total


def _class_of(fact: Fact) -> str:
    return "count" if fact.kind in _COUNTS else fact.kind


def _may_rival(fact: Fact, other: Fact) -> bool:
    """Whether one figure could have been put for the other: of one currency, of one measure."""
    if fact.kind == "money":
        return fact.unit == other.unit
    if fact.kind not in _COUNTS:
        return True
    units = {fact.unit, other.unit}
    return len(units) == 1 or "" in units or units <= _COUNTED


def _add_up(facts: Sequence[Fact], kind: str) -> set[tuple[str, str]]:
    """The sums of two figures of a kind."""
    if kind not in {"count", "money"}:
        return set()
    values = {
        float(each.value) for each in facts if _class_of(each) == kind and "/" not in each.value
    }
    pairs = combinations(sorted(values)[:_MOST_ADDED], 2)
    return {(kind, f"{one + other:.4f}".rstrip("0").rstrip(".")) for one, other in pairs}
