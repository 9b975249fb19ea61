"""A text laid out: its terms and figures, each at a place. Pure.

Places are distances in words: a comma is a step more, the end of a sentence many. What a figure
is of stands near it, in the source and in a summary alike.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from data.models import Language
from summarizer.check.related import relate
from summarizer.facts.figures import Fact

_STEPS = {
    ",": 2.0, "，": 3.0, "、": 1.0, ";": 5.0, "；": 6.0, ":": 2.0, "：": 3.0, "(": 1.0, "（": 2.0,
    ")": 1.0, "）": 2.0, "|": 2.0, ".": 9.0, "。": 12.0, "!": 9.0, "?": 9.0, "！": 12.0, "？": 12.0,
    "\n": 14.0,
}  # fmt: skip
_STEP_OF_HAN = 0.6
_ENDS = frozenset(".。!！?？\n")
_CLAUSE_ENDS = frozenset(",，;；:：|") | _ENDS
_ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’&-]*|[,;:()|]|[.!?](?=\s|$)|\n+")
# Characters that join others but say nothing, and those that only count.
_FUNCTION_HAN = (
    "的了和與及或在是有為由對就將會已向並而以於可之其亦也等個該此這那向被把從至到所名人宗"
)


def _list_others(marks: str) -> str:
    """The ranges of a pattern's set that has all Chinese characters but some."""
    ends = [0x4DFF, *sorted(map(ord, marks)), 0xA000]
    return "".join(
        f"{chr(low + 1)}-{chr(high - 1)}" for low, high in pairwise(ends) if high - low > 1
    )


_CHINESE = re.compile(
    rf"[{_list_others(_FUNCTION_HAN)}]+|[A-Za-z][A-Za-z'’&-]*|[,，、;；:：()（）|。!！?？]|\.(?=\s)|\n+"
)
_LEAST_TERMS = 160
_TERMS_OF_A_SENTENCE = 8
_MOST_BESIDE = 3
_REACH = 9.0  # how far what stands beside a figure may be from it

Term = str | tuple[str, str]


class Surroundings(NamedTuple):
    """What stands about a figure: the words right beside it, its role, its own terms."""

    before: str
    after: str
    role: str
    left: frozenset[Term]
    right: frozenset[Term]
    sentence: int


def find_distance(places: Sequence[float], place: float) -> float:
    """How far from a place the nearest of some places in order is."""
    if len(places) == 1:
        return abs(places[0] - place)
    at = bisect_left(places, place)
    if at == len(places):
        return place - places[-1]
    after = places[at] - place
    return after if at == 0 else min(after, place - places[at - 1])


def name_figure(fact: Fact) -> tuple[str, str]:
    """A figure as a term: 12 people are "12", a date is one with and without its year."""
    if fact.kind in {"number", "quantity"}:
        return "count", fact.value
    return fact.kind, fact.value[-5:] if fact.kind == "date" else fact.value


class Layout:
    """A text with its terms and its facts at their places: first the figures, then the names."""

    def __init__(
        self,
        text: str,
        language: Language,
        figures: Sequence[Fact],
        names: Sequence[Fact] = (),
    ) -> None:
        self.text = text
        self.language = language
        self.facts = [*figures, *names]
        self.figure_count = len(figures)
        self.names = [name_figure(fact) for fact in self.facts]
        self.places: list[float] = []
        self.terms: list[Term] = []
        self.term_places: list[float] = []
        self._term_starts: list[int] = []
        self._sentence_starts = [0.0]
        self._breaks: list[float] = []
        self._surroundings: dict[int, Surroundings] = {}
        self._sentences: dict[int, frozenset[Term]] = {}
        self._weights: dict[Term, float] = {}
        self._lay_out()
        self._count = max(_LEAST_TERMS, len(self.terms)) / _TERMS_OF_A_SENTENCE

    def _lay_out(self) -> None:
        place, position = 0.0, 0
        for fact, name in zip(self.facts[: self.figure_count], self.names, strict=False):
            if fact.start > position:
                place = self._lay_out_words(position, fact.start, place)
            position = max(position, fact.end)
            place += 0.5 if not self.places or self.places[-1] < place else 0.05
            self.places.append(place)
            if not fact.weak and fact.kind != "weekday":
                self._add(name, place, fact.start)
        self._lay_out_words(position, len(self.text), place)
        self.places += [self._place_name(fact) for fact in self.facts[self.figure_count :]]

    def _place_name(self, fact: Fact) -> float:
        """Where a name stands: where its last word does."""
        at = bisect_left(self._term_starts, fact.end) - 1
        return self.term_places[at] if at >= 0 else 0.0

    def _lay_out_words(self, start: int, end: int, place: float) -> float:
        if self.language == "zh":
            return self._lay_out_chinese(start, end, place)
        terms, places, starts = self.terms, self.term_places, self._term_starts
        for match in _ENGLISH.finditer(self.text, start, end):
            token = match[0]
            if token[0] in _STEPS:
                place = self._step(token[0], place)
                continue
            place += 1.0
            if term := relate(token):
                terms.append(term)
                places.append(place)
                starts.append(match.start())
        return place

    def _lay_out_chinese(self, start: int, end: int, place: float) -> float:
        """Each pair of characters is a term, but for those that only join others."""
        terms, places, starts = self.terms, self.term_places, self._term_starts
        text, position = self.text, start
        for match in _CHINESE.finditer(text, start, end):
            token, at = match[0], match.start()
            place += _STEP_OF_HAN * (at - position)
            position = match.end()
            if token[0] in _STEPS:
                place = self._step(token[0], place)
            elif token[0].isascii():
                place += 1.0
                if term := relate(token):
                    self._add(term, place, at)
            else:
                count = len(token) - 1
                terms += [token[each : each + 2] for each in range(count)]
                places += [place + _STEP_OF_HAN * each for each in range(1, count + 1)]
                starts += range(at, at + count)
                place += _STEP_OF_HAN * len(token)
        return place + _STEP_OF_HAN * (end - position)

    def _add(self, term: Term, place: float, start: int) -> None:
        self.terms.append(term)
        self.term_places.append(place)
        self._term_starts.append(start)

    @cached_property
    def index(self) -> dict[Term, list[float]]:
        """Where each term stands, in order."""
        index: dict[Term, list[float]] = {}
        for term, place in zip(self.terms, self.term_places, strict=True):
            found = index.get(term)
            if found is None:
                index[term] = [place]
            else:
                found.append(place)
        return index

    def _step(self, mark: str, place: float) -> float:
        place += _STEPS[mark]
        if mark in _CLAUSE_ENDS:
            self._breaks.append(place)
            if mark in _ENDS:
                self._sentence_starts.append(place)
        return place

    def weigh(self, term: Term) -> float:
        """How much it tells that another text has the term too: less the more often it stands."""
        weight = self._weights.get(term)
        if weight is None:
            weight = math.log(1 + self._count / len(self.index.get(term, "1")))
            self._weights[term] = weight
        return weight

    def find_sentence(self, place: float) -> int:
        """The number of the sentence that a place is in."""
        return bisect_right(self._sentence_starts, place)

    def list_sentence(self, number: int) -> frozenset[Term]:
        """The terms of a sentence."""
        found = self._sentences.get(number)
        if found is None:
            starts = self._sentence_starts
            low = bisect_left(self.term_places, starts[number - 1])
            high = (
                bisect_left(self.term_places, starts[number])
                if number < len(starts)
                else len(self.terms)
            )
            found = self._sentences[number] = frozenset(self.terms[low:high])
        return found

    def list_span(self, start: int, end: int) -> frozenset[Term]:
        """The terms of a part of the text."""
        low, high = bisect_left(self._term_starts, start), bisect_left(self._term_starts, end)
        return frozenset(self.terms[low:high])

    def list_text(self, number: int) -> str:
        """The text of a sentence, from its first term to the next sentence's."""
        starts = self._sentence_starts
        low = bisect_left(self.term_places, starts[number - 1])
        if low >= len(self.terms):
            return ""
        end = len(self.text)
        if number < len(starts):
            high = bisect_left(self.term_places, starts[number])
            end = self._term_starts[high] if high < len(self.terms) else end
        return self.text[self._term_starts[low] : end]

    def list_near(self, place: float, reach: float) -> Iterator[tuple[Term, float]]:
        """The terms within reach of a place, each with how far it stands from it."""
        low = bisect_left(self.term_places, place - reach)
        high = bisect_right(self.term_places, place + reach)
        for term, other in zip(self.terms[low:high], self.term_places[low:high], strict=True):
            yield term, abs(other - place)

    def list_own(self, number: int) -> frozenset[Term]:
        """The terms that a fact itself is made of."""
        if number < self.figure_count:
            return frozenset((self.names[number],))
        low, high = self._find_words(number)
        return frozenset(self.terms[low:high])

    def _find_words(self, number: int) -> tuple[int, int]:
        fact = self.facts[number]
        return bisect_left(self._term_starts, fact.start), bisect_left(self._term_starts, fact.end)

    def list_beside(self, number: int) -> Iterator[tuple[int, int]]:
        """The figures about a fact, each with how many places before or after it it stands."""
        at = after = number
        if number >= self.figure_count:
            after = bisect_left(self.places, self.places[number], 0, self.figure_count)
            at = after - 1
        for step in range(1, _MOST_BESIDE + 1):
            if number < self.figure_count:
                before, behind = at - step, after + step
            else:
                before, behind = at - step + 1, after + step - 1
            if 0 <= before < self.figure_count:
                yield -step, before
            if behind < self.figure_count:
                yield step, behind

    def describe(self, number: int) -> Surroundings:
        """What stands about one of the figures."""
        found = self._surroundings.get(number)
        if found is None:
            found = self._surroundings[number] = self._describe(number)
        return found

    def _describe(self, number: int) -> Surroundings:
        fact, place = self.facts[number], self.places[number]
        left, right = self._find_own(number)
        english = self.language == "en"
        return Surroundings(
            _find_before(self.text, fact, english),
            _find_after(self.text, fact, english),
            _find_role(self.text, fact, english),
            left,
            right,
            self.find_sentence(place),
        )

    def _find_own(self, number: int) -> tuple[frozenset[Term], frozenset[Term]]:
        """The terms between a figure and its neighbours, within its clause."""
        place = self.places[number]
        at = bisect_right(self._breaks, place)
        low = max(place - _REACH, *self._breaks[max(0, at - 1) : at], self._neighbour(number, -1))
        high = min(
            place + _REACH,
            *(each - 2.0 for each in self._breaks[at : at + 1]),
            self._neighbour(number, 1),
        )
        terms, places = self.terms, self.term_places
        first, last = bisect_left(places, place), bisect_right(places, place)
        if number >= self.figure_count:
            first, last = self._find_words(number)
        left = terms[bisect_left(places, low) : first]
        right = terms[last : bisect_right(places, high)]
        return (
            frozenset(term for term in left if isinstance(term, str)),
            frozenset(term for term in right if isinstance(term, str)),
        )

    def _neighbour(self, number: int, step: int) -> float:
        """Where the figure beside one stands; out of reach if there is none."""
        other = number + step
        if number >= self.figure_count:
            return math.inf * step
        if 0 <= other < self.figure_count and not self.facts[other].weak:
            place = self.places[other]
            if abs(place - self.places[number]) > 0.2:
                return place
        return math.inf * step


_WORD_BEFORE = re.compile(r"([A-Za-z]+)[ -]?\$?$")
_WORD_AFTER = re.compile(r"[ -]?([a-zA-Z]+)")
_NUMERAL_ENDS = frozenset("0123456789一二兩三四五六七八九十百千萬億")


def _find_before(text: str, fact: Fact, english: bool) -> str:
    if not english:
        return text[max(0, fact.start - 1) : fact.start]
    found = _WORD_BEFORE.search(text, max(0, fact.start - 16), fact.start)
    return found[1].lower() if found else ""


def _find_after(text: str, fact: Fact, english: bool) -> str:
    """The word after a figure; in Chinese its counter."""
    if not english:
        ends = fact.surface[-1:]
        return text[fact.end : fact.end + 1] if ends in _NUMERAL_ENDS else ends
    found = _WORD_AFTER.match(text, fact.end, fact.end + 24)
    return (relate(found[1]) or found[1].lower()) if found else ""


# Before a date or time: what it is the start, the end or the moment of.
_ENGLISH_ROLES = re.compile(
    r"\b(?:(?P<moment>as (?:at|of)(?: [\d.apm]+ on)?)"
    r"|(?P<end>(?:until|till|to|by|before|ending|ended|ends|through|deadline|closes?)"
    r"(?: \w+)?(?: [\d.:apm]+)?(?: on)?)"
    r"|(?P<start>(?:from|since|starting|starts?|effective|commencing|between|begins?|after)"
    r"(?: \w+)?(?: [\d.:apm]+)?(?: on)?)|(?P<at>at|on|in)) ?$"
)
_CHINESE_BEFORE = re.compile(
    r"(?:(?P<moment>截至)|(?P<end>至|到|直至|直到)|(?P<start>由|自|從))[^，。；]{0,3}$"
)
_CHINESE_AFTER = re.compile(
    r"[^，。；]{0,8}(?:(?P<end>或之前|或以前|截止|止|前|之前|為止)|(?P<start>起|開始|至|後|之後))"
)
_TIMED = frozenset({"date", "time", "month", "year", "weekday"})


def _find_role(text: str, fact: Fact, english: bool) -> str:
    if fact.kind not in _TIMED:
        return ""
    if english:
        before = text[max(0, fact.start - 30) : fact.start].lower()
        found = _ENGLISH_ROLES.search(before)
        return (found.lastgroup or "") if found else ""
    said = _CHINESE_BEFORE.search(text, max(0, fact.start - 6), fact.start)
    before = (said.lastgroup or "") if said else ""
    if before == "moment":
        return before
    said = _CHINESE_AFTER.match(text, fact.end, fact.end + 14)
    after = (said.lastgroup or "") if said else ""
    return "end" if "end" in {before, after} else before or after
