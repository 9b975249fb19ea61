"""Whether the English and the Chinese summary of one release contradict each other. Pure.

The summaries may choose different facts; that is no contradiction. It is one where a summary
gives a figure that the other language's official text doesn't have, while that text has another
of the same kind in its place that the first text doesn't have: 45 people and 54人. Figures of
both languages have one form, and so have the names of the Government's bodies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from data.models import Language
from summarizer.check.checker import to_hong_kong_date
from summarizer.check.layout import name_figure
from summarizer.check.turns import find_side
from summarizer.facts import SourceFacts, find_facts
from summarizer.facts.figures import MEASURES, Fact
from summarizer.facts.names import find_names

_COUNTS = frozenset({"number", "quantity"})
_COUNTED = frozenset({"person", "case", "vehicle", ""})
# A weekday, an ordinal or a fraction is often said in one language only.
_COMPARED = frozenset(
    {"number", "quantity", "money", "percent", "date", "month", "year", "time", "phone", "rank"}
    | {"code"}
)
_SIDED = frozenset({"percent", "money", "number", "quantity"})
_BESIDE = 3
_LEAST_SHARED = 2.0


@dataclass(frozen=True)
class _Side:
    """One language of a release: its official text and its summary."""

    language: Language
    source: str
    summary: str
    today: date

    @cached_property
    def said(self) -> tuple[Fact, ...]:
        """The figures of the summary."""
        return find_facts(self.summary, self.language, self.today)

    @cached_property
    def figures(self) -> tuple[Fact, ...]:
        """The figures of the official text."""
        return find_facts(self.source, self.language, self.today)

    @cached_property
    def facts(self) -> SourceFacts:
        """The same, ready to be asked."""
        return SourceFacts(self.figures, self.today, self.source)

    @cached_property
    def told(self) -> SourceFacts:
        """The figures of the summary, ready to be asked."""
        return SourceFacts(self.said, self.today)

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """The figures of the official text as terms that both languages share."""
        return [name_figure(fact) for fact in self.figures]

    def has(self, fact: Fact) -> bool:
        """Whether the official text says a figure, or the summary does."""
        return self.facts.supports(fact) or self.told.supports(fact)

    @cached_property
    def bodies(self) -> frozenset[str]:
        """The bodies that the official text names, by their keys."""
        return _find_bodies(self.source, self.language)


def find_contradictions(
    english: str,
    chinese: str,
    english_source: str,
    chinese_source: str,
    issued_at: date | datetime,
) -> tuple[str, ...]:
    """What the two summaries of one release say against each other, a clause each.

    Args:
        english: the English summary.
        chinese: the Chinese summary.
        english_source: the body of the English text.
        chinese_source: the body of the Chinese text.
        issued_at: when the release was issued; a time without a zone is Hong Kong's.
    """
    today = to_hong_kong_date(issued_at)
    one = _Side("en", english_source, english, today)
    other = _Side("zh", chinese_source, chinese, today)
    found = [
        *_find_rivals(one, other),
        *_find_rivals(other, one),
        *_find_opposites(one, other),
        *_find_other_bodies(one, other),
    ]
    return tuple(dict.fromkeys(found))


def _find_rivals(side: _Side, other: _Side) -> Iterator[str]:
    """The figures of one summary that the other text lacks, having another in their place."""
    for fact in side.said:
        if fact.kind not in _COMPARED or _tells_little(fact) or other.has(fact):
            continue
        rival = _find_rival(fact, side, other)
        if rival:
            yield _describe(fact, rival, side, other)


def _find_rival(fact: Fact, side: _Side, other: _Side) -> Fact | None:
    best: Fact | None = None
    most = 0.0
    places = _find_places(fact, side)
    for number, rival in enumerate(other.figures):
        if rival.weak or not _may_rival(fact, rival):
            continue
        alone = not side.has(rival) or rival.value == fact.value
        shared = max((_count_shared(side, place, other, number) for place in places), default=0.0)
        # A figure that neither text shares needs little else to be the one in its place.
        weight = shared + _LEAST_SHARED if alone else shared
        if weight > most and weight >= _LEAST_SHARED:
            best, most = rival, weight
    return best


def _find_places(fact: Fact, side: _Side) -> list[int]:
    """Where the official text of a summary's own language has its figure."""
    same = {id(each) for each in side.facts.find(fact)}
    return [number for number, each in enumerate(side.figures) if id(each) in same]


def _count_shared(side: _Side, place: int, other: _Side, number: int) -> float:
    """How many of the figures about one place stand about the other, in the same order."""
    total = 0.0
    for step in range(1, _BESIDE + 1):
        for sign in (-1, 1):
            at, there = place + sign * step, number + sign * step
            if 0 <= at < len(side.names) and 0 <= there < len(other.names):
                total += side.names[at] == other.names[there]
    return total


def _tells_little(fact: Fact) -> bool:
    """Whether a figure is often said otherwise, or is part of a name: "a man", "Five Flavours"."""
    return (
        fact.value == "1"
        or fact.value.startswith("---")
        or (fact.surface.isalpha() and fact.surface[0].isupper())
    )


def _may_rival(fact: Fact, other: Fact) -> bool:
    """Whether two figures could be of the same thing; of one value, in whatever measure."""
    if fact.kind in _COUNTS and other.kind in _COUNTS:
        if fact.value == other.value:
            return True
        if fact.unit in MEASURES or other.unit in MEASURES:
            return fact.unit == other.unit
        return fact.unit in _COUNTED and other.unit in _COUNTED
    if fact.kind == other.kind and fact.value == other.value:
        return True
    return fact.kind == other.kind and (fact.kind == "rank" or fact.unit == other.unit)


def _find_opposites(one: _Side, other: _Side) -> Iterator[str]:
    """The figures of both summaries that one gives to a rise and the other to a fall."""
    theirs = {name_figure(fact): fact for fact in other.said if fact.kind in _SIDED}
    for fact in one.said:
        same = theirs.get(name_figure(fact))
        if not same or fact.kind not in _SIDED:
            continue
        here = find_side(one.summary, fact, one.language)
        there = find_side(other.summary, same, other.language)
        if here and there and here != there:
            yield (
                f"one summary gives “{fact.surface}” to a {_WORDS[here]}, "
                f"the other “{same.surface}” to a {_WORDS[there]}"
            )


_WORDS = {"more": "rise", "less": "fall"}


def _find_other_bodies(one: _Side, other: _Side) -> Iterator[str]:
    """The bodies that each summary names and the other text does not."""
    here = _find_bodies(one.summary, one.language) - other.bodies
    there = _find_bodies(other.summary, other.language) - one.bodies
    if here and there:
        yield (f"one summary names {', '.join(sorted(here))}, the other {', '.join(sorted(there))}")


def _find_bodies(text: str, language: Language) -> frozenset[str]:
    return frozenset(fact.value for fact in find_names(text, language) if fact.kind == "body")


def _describe(fact: Fact, rival: Fact, side: _Side, other: _Side) -> str:
    return (
        f"the {_LANGUAGES[side.language]} summary says “{fact.surface}”, "
        f"the {_LANGUAGES[other.language]} text “{rival.surface}”"
    )


_LANGUAGES: dict[Language, str] = {"en": "English", "zh": "Chinese"}
