"""How much a reader needs each term and figure of a release's candidates. Pure.

A term's weight is how likely a summary written by hand has it (see ``weights``).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.models import Language
from summarizer.engines.extract.candidates import Candidate
from summarizer.engines.extract.outline import Outline
from summarizer.engines.extract.weights import FIGURE, SENTENCE
from summarizer.facts import Fact, find_facts
from summarizer.terms import locate_terms

_WORTH_OF_WORD = 0.5
_WORTH_OF_FIGURE = {"en": 4.0, "zh": 6.0}
_OFTEN = 8
_SMALL = 1  # digits
_ABOUT = re.compile(r"\b(?:about|around|some|nearly|over|more than) $|[約逾近]$|超過$")


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with what each of its terms and figures (by name and surface) is worth."""

    candidate: Candidate
    terms: dict[str, float]
    figures: tuple[tuple[str, str, float], ...]

    def find_density(self) -> float:
        """What the sentence is worth for its length."""
        worth = sum(self.terms.values()) + sum(value for _, _, value in self.figures)
        return worth / math.sqrt(8 + len(self.terms))


@dataclass(frozen=True, slots=True)
class Seen:
    """A candidate with its traits, and its figures: name, surface and traits of each."""

    candidate: Candidate
    traits: tuple[float, ...]
    figures: tuple[tuple[str, str, dict[str, float]], ...]


# What names something; all other kinds of facts are figures.
_NAMING = frozenset({"name", "body"})


def is_figure(fact: Fact) -> bool:
    """Whether a fact is a figure that a reader could miss."""
    return not fact.weak and fact.kind not in _NAMING


def name_figure(fact: Fact) -> str:
    """A figure as a term: the same for 510萬 and 5 100 000, with a year or without."""
    kind = "count" if fact.kind in {"number", "quantity"} else fact.kind
    return f"{kind}={fact.value[-5:] if fact.kind == 'date' else fact.value}"


class Weigher:
    """How much a reader needs each term and figure of a release's candidates."""

    def __init__(self, outline: Outline, title: str, today: date) -> None:
        self._outline, self._today = outline, today
        self._day = f"{today:%m-%d}"
        self._language: Language = outline.language
        facts = find_facts(title, self._language, today)
        self._titled = {name_figure(fact) for fact in facts}

    def weigh(self, candidates: Sequence[Candidate]) -> list[Weighed]:
        """Each candidate with what its terms and figures are worth."""
        return [self._weigh(seen) for seen in self.read(candidates)]

    def read(self, candidates: Sequence[Candidate]) -> Iterator[Seen]:
        """Each candidate with the traits that tell what it is worth."""
        found = [
            [fact for fact in find_facts(each.text, self._language, self._today) if is_figure(fact)]
            for each in candidates
        ]
        counts: dict[str, int] = {}
        first: dict[str, int] = {}
        for each, facts in zip(candidates, found, strict=True):
            for name in {name_figure(fact) for fact in facts}:
                counts[name] = counts.get(name, 0) + 1
                first.setdefault(name, self._outline.by_order[each.order].place)
        for each, facts in zip(candidates, found, strict=True):
            names = [name_figure(fact) for fact in facts]
            figures = [
                (name, fact.surface, self._list_figure_traits(fact, name, each.text, number))
                for number, (name, fact) in enumerate(zip(names, facts, strict=True))
            ]
            for name, _, traits in figures:
                traits["often"] = math.log(min(_OFTEN, counts[name]))
                traits["opens"] = float(first[name] == 0)
                traits["late"] = math.log1p(first[name])
            yield Seen(each, self._list_traits(each, facts), tuple(figures))

    def _weigh(self, seen: Seen) -> Weighed:
        candidate = seen.candidate
        place = self._outline.by_order[candidate.order].place
        pairs = zip(SENTENCE.values(), seen.traits, strict=True)
        bias = sum(weight * trait for weight, trait in pairs)
        terms = self._outline.weigh_terms(locate_terms(candidate.text, self._language), place, bias)
        if self._language == "en":
            terms = {
                term: worth if " " in term else worth * _WORTH_OF_WORD
                for term, worth in terms.items()
            }
        figures = []
        for name, surface, traits in seen.figures:
            weight = bias * FIGURE["sentence"]
            weight += sum(
                FIGURE.get(trait, 0.0) * value for trait, value in traits.items() if value
            )
            figures.append((name, surface, _WORTH_OF_FIGURE[self._language] * _squash(weight)))
        return Weighed(candidate, terms, tuple(figures))

    def _list_traits(self, candidate: Candidate, facts: Sequence[Fact]) -> tuple[float, ...]:
        """What a candidate is like, a number for each of ``weights.TRAITS``."""
        placed = self._outline.by_order[candidate.order]
        has_money = any(fact.kind == "money" for fact in facts)
        is_to_come = any(_is_after(fact, self._today) for fact in facts)
        return self._outline.list_traits(
            placed, candidate.text, has_money=has_money, is_to_come=is_to_come
        )

    def _list_figure_traits(
        self, fact: Fact, name: str, text: str, number: int
    ) -> dict[str, float]:
        """What a figure is like, by names of ``weights.FIGURE``, but for where else it stands.

        ``number`` is its own among its sentence's figures.
        """
        is_date = fact.kind == "date"
        is_today = is_date and fact.value[-5:] == self._day
        is_count = fact.kind in {"number", "quantity"}
        return {
            "any": 1.0,
            fact.kind: 1.0,
            "issue date": float(is_today),
            "gone by": float(is_date and not is_today and not _is_after(fact, self._today)),
            "title": float(name in self._titled),
            "leads": float(number == 0),
            "small": float(is_count and len(fact.value) <= _SMALL),
            "about": float(bool(_ABOUT.search(text, max(0, fact.start - 14), fact.start))),
            "people": float(fact.unit == "person"),
        }


def _is_after(fact: Fact, today: date) -> bool:
    """Whether a figure is a day after the issue; without its year, one within the half year."""
    if fact.kind != "date" or fact.value.startswith("---"):
        return False
    if fact.value[0] != "-":
        return fact.value > today.isoformat()
    months = int(fact.value[2:4]) - today.month
    if months == 0:
        return fact.value[-2:] > f"{today:%d}"
    return 0 < months % 12 <= 6


def _squash(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
