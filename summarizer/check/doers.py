"""Whether a body does in a summary what its source has it do. Pure.

Where a summary names the Fire Services Department, but all that it says stands about the Police
in the source, and the Police are not named, the body is another. What tells most is who the
release is about: a body that it names first and often is the one that summaries name.

The weights were fitted as those of ``support`` were.
"""

import math
from heapq import nlargest
from typing import NamedTuple

from summarizer.check.layout import Layout
from summarizer.check.support import Doubt, Fit, Fits, Summary, weigh_doubt, weigh_fit
from summarizer.facts.figures import Fact

_WEIGHTS = Fit(0.63, 0.56, 0.93, 0.72, 0.0, 1.85, 2.0, 0.0, 1.0, 3.0, 0.0, 0.0)
_DOUBTS = Doubt(1.34, -0.33, 1.61, -0.23, 0.19, -1.56, 0.24, 2.0, 0.14)
_DOUBT_ALONE = 0.4
# Of 80 fresh true summaries one lies above.
_MOST_DOUBT = 3.2
_MOST_COMPARED = 6
# What stands about a body can't make up for being so much less prominent.
_MOST_BEHIND = 2.0
_LEAD = 2  # sentences


class _Scored(NamedTuple):
    score: float
    fit: Fit
    fact: Fact


class Doers:
    """The bodies that a source names, ready to be compared."""

    def __init__(self, source: Layout) -> None:
        self._source = source
        self._of_key: dict[str, list[int]] = {}
        self._prominence: dict[str, float] = {}
        for number in range(source.figure_count, len(source.facts)):
            self._of_key.setdefault(source.facts[number].value, []).append(number)

    def find_rival(self, whole: Summary, number: int) -> Fact | None:
        """The body of the source that should stand for one that a summary names, if surely so."""
        summary = whole.layout
        key = summary.facts[number].value
        same = self._of_key.get(key, [])
        said = {fact.value for fact in summary.facts[summary.figure_count :]}
        rivals = [
            other for each, numbers in self._of_key.items() if each not in said for other in numbers
        ]
        if not same or not rivals:
            return None
        if (
            max(map(self._weigh_prominence, rivals))
            < self._weigh_prominence(same[0]) - _MOST_BEHIND
        ):
            return None
        fits = Fits(self._source, whole, number)
        ours, theirs = self._find_best(fits, same), self._find_best(fits, rivals)
        doubt = Doubt(
            theirs.score - ours.score,
            ours.fit.near, ours.fit.after, ours.fit.sentence,
            theirs.fit.near, theirs.fit.after, theirs.fit.sentence,
            float(summary.names.count(summary.names[number]) > 1),
            float(summary.names.count(summary.names[number]) > len(same)),
        )  # fmt: skip
        return theirs.fact if weigh_doubt(doubt, _DOUBTS, _DOUBT_ALONE) > _MOST_DOUBT else None

    def _find_best(self, fits: Fits, numbers: list[int]) -> _Scored:
        if len(numbers) > _MOST_COMPARED:
            numbers = nlargest(_MOST_COMPARED, numbers, key=self._weigh_prominence)
        return max(
            (self._score(fits, number) for number in numbers), key=lambda scored: scored.score
        )

    def _score(self, fits: Fits, number: int) -> _Scored:
        fit = fits.fit(number)
        score = weigh_fit(fit, _WEIGHTS) + self._weigh_prominence(number)
        return _Scored(score, fit, self._source.facts[number])

    def _weigh_prominence(self, number: int) -> float:
        """How much a body is what the release is about: named often, and from the start."""
        key = self._source.facts[number].value
        found = self._prominence.get(key)
        if found is None:
            numbers = self._of_key[key]
            first = min(self._source.find_sentence(self._source.places[each]) for each in numbers)
            lead = 1.74 if first <= _LEAD else 0.0
            found = 1.1 * math.log(len(numbers)) + 1.27 / (1 + first / 3) + lead
            self._prominence[key] = found
        return found
