"""What a release is about: its terms, where they first stand, which sentences weigh. Pure."""

import heapq
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from data.models import Language
from summarizer.engines.extract.short_names import find_short_names, use_short_names
from summarizer.engines.extract.weights import DEED, TERM
from summarizer.passages import SUBSTANCE, Passage, Reading, Role
from summarizer.terms import (
    AT_FIGURE,
    BRACKETED,
    CLAUSE_SHIFT,
    NAMED,
    Kind,
    count_terms,
    list_terms,
    tell_kind,
)

_HAN = "零○〇一二三四五六七八九十百千萬億"
# It begins with a class of characters, to which a search goes quickly.
_FIGURE = re.compile(rf"[\d{_HAN}](?:(?<=\d)(?:[\d,. ]*\d)?|(?<=[{_HAN}])[{_HAN}]+)")
_MOST_FIGURES = 4
_OFTEN = 8
# Of the rough weighing: what a term of the title and a figure count beside one said twice.
_TITLED, _FIGURED, _DEPTH = 1.0, 2.0, 0.2
_LOGS = [0.0, *(math.log(count) for count in range(1, _OFTEN + 1))]


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence of substance: its number among the passages, its place among its like."""

    order: int
    place: int
    passage: Passage
    terms: frozenset[str]
    figures: int


class Outline:
    """A body's sentences of substance, and how likely a reader needs each of their terms."""

    def __init__(self, reading: Reading, title: str) -> None:
        self.language: Language = reading.language
        self.form = reading.form
        names = find_short_names(reading)
        self.titled = list_terms(use_short_names(title, names), self.language)
        self.placed = tuple(_place(reading, names))
        self.counts = count_terms(each.terms for each in self.placed)
        self._first: dict[str, int] = {}
        for each in reversed(self.placed):
            self._first.update(dict.fromkeys(each.terms, each.place))
        frequent = (term for term, count in self.counts.items() if count > 1)
        self._frequent = self.titled.union(frequent)
        self._weights = TERM[self.language]
        self._odds: dict[str, float] = {}
        self._odds_of_traits: dict[tuple[int, int, bool, Kind], float] = {}

    @cached_property
    def by_order(self) -> dict[int, Placed]:
        """The sentences by their numbers among all passages."""
        return {each.order: each for each in self.placed}

    def list_weightiest(self, most: int) -> frozenset[int] | None:
        """The numbers of the passages that look weightiest, with the first two; None for all."""
        if len(self.placed) <= most:
            return None
        kept = (*self.placed[:2], *islice(self.rank(), most - 2))
        return frozenset(each.order for each in kept)

    def rank(self) -> Iterator[Placed]:
        """The sentences, the weightiest for their length first, each for what is new in it.

        Lazy greedy: a sentence's gain only falls as others are taken, so that only the best on
        the heap is ever weighed again.
        """
        told: set[str] = set()
        heap = [(-self._weigh_roughly(each, told), each.place) for each in self.placed]
        heapq.heapify(heap)
        while heap:
            _, place = heapq.heappop(heap)
            placed = self.placed[place]
            worth = self._weigh_roughly(placed, told)
            if heap and worth < -heap[0][0]:
                heapq.heappush(heap, (-worth, place))
                continue
            told |= placed.terms
            yield placed

    def _weigh_roughly(self, placed: Placed, told: set[str]) -> float:
        """A sentence's weight for its length, before it is brought to a summary's wording."""
        new = (placed.terms & self._frequent) - told
        worth = _TITLED * len(new & self.titled) + len(new) + _FIGURED * placed.figures
        depth = 1 - _DEPTH * placed.place / len(self.placed)
        return worth * depth / math.sqrt(5 + len(placed.terms))

    def list_traits(
        self, placed: Placed, text: str, *, has_money: bool, is_to_come: bool
    ) -> tuple[float, ...]:
        """What a sentence is like, a number for each of ``weights.TRAITS``.

        ``has_money`` says that it tells an amount, ``is_to_come`` a day after the issue.
        """
        shared = len(self.titled & placed.terms) / max(1, len(self.titled))
        return (
            placed.place / max(1, len(self.placed)),
            math.log1p(len(self.placed)),
            float(placed.passage.role == "quote"),
            shared,
            float(has_money),
            float(is_to_come),
            float(bool(DEED.search(text))),
        )

    def find_first(self, term: str, place: int) -> int:
        """The place of the first sentence that has a term; ``place`` where none is known."""
        return self._first.get(term, place)

    def weigh_terms(self, spots: Mapping[str, int], place: int, bias: float) -> dict[str, float]:
        """How likely a reader needs each term of a sentence, 0 to 1.

        Args:
            spots: the terms, each with its first spot in the sentence.
            place: the sentence's among its like.
            bias: what the sentence's own traits add.
        """
        self._learn_odds(spots, place)
        known, scale = self._odds, math.exp(bias)
        factors = {spot: scale * self._find_factor(spot) for spot in set(spots.values())}
        shares: dict[str, float] = {}
        for term, spot in spots.items():
            odds = known[term] * factors[spot]
            shares[term] = odds / (1 + odds)
        return shares

    def _learn_odds(self, terms: Iterable[str], place: int) -> None:
        """The odds of terms by their traits: worked out once for all that are alike in them."""
        known, alike = self._odds, self._odds_of_traits
        first, counts, titled, language = self._first, self.counts, self.titled, self.language
        for term in terms:
            if term in known:
                continue
            kind = tell_kind(term, language)
            traits = (first.get(term, place), counts.get(term, 1), term in titled, kind)
            odds = alike.get(traits)
            if odds is None:
                odds = alike[traits] = math.exp(self._weigh_traits(*traits))
            known[term] = odds

    def _weigh_traits(self, first: int, count: int, titled: bool, kind: Kind) -> float:
        weights = self._weights
        weight = weights["late"] * math.log1p(first) if first else weights["opens"]
        weight += weights["any"] + weights["often"] * _LOGS[min(_OFTEN, count)]
        if titled:
            weight += weights["title"]
        return weight if kind == "word" else weight + weights[kind]

    def _find_factor(self, spot: int) -> float:
        """What a term's spot in its sentence makes of its odds."""
        weights = self._weights
        return math.exp(
            bool(spot & BRACKETED) * weights["bracketed"]
            + bool(spot & NAMED) * weights["named"]
            + bool(spot & AT_FIGURE) * weights["at figure"]
            + (spot >> CLAUSE_SHIFT) * weights["clause"]
        )


_PLACED: frozenset[Role] = SUBSTANCE | {"intro"}


def _place(reading: Reading, names: Mapping[str, str]) -> Iterator[Placed]:
    place = 0
    for order, passage in enumerate(reading.passages):
        if passage.role not in _PLACED and (passage.role != "opening" or reading.form == "notice"):
            continue
        terms = frozenset(list_terms(use_short_names(passage.text, names), reading.language))
        figures = min(_MOST_FIGURES, len(_FIGURE.findall(passage.text)))
        yield Placed(order, place, passage, terms, figures)
        place += 1
