"""The figures of a text, and whether a source says them at all. Pure.

Both languages share one form, so "$5.1 million", "5 100 000", 510萬元 and 五百一十萬元 are one
value. Written for the releases of the Hong Kong Government: "13 600" parts thousands by a
space, ``$`` is the Hong Kong dollar, Chinese writes years with ○, 〇 or 零.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise

from data.models import Language
from summarizer.facts import figures_en, figures_zh
from summarizer.facts.figures import (
    HALF_UNSAID,
    MEASURES,
    Context,
    Fact,
    Kind,
    find_day,
    measure_alike,
)
from summarizer.facts.numerals import fold_width, write_number

__all__ = ["Fact", "Kind", "SourceFacts", "find_facts"]

_COUNTS = frozenset({"number", "quantity", "rank"})


def find_facts(text: str, language: Language, today: date) -> tuple[Fact, ...]:
    """Every figure of the text, in order, with its span.

    ``today`` is the Hong Kong date of issue, against which "today" and 昨日 are resolved.
    """
    return tuple(_scan(text, language, Context(today)))


def _scan(text: str, language: Language, context: Context) -> Iterator[Fact]:
    scan = figures_en.scan if language == "en" else figures_zh.scan
    for match, reader in scan(fold_width(text)):
        for kind, value, unit, span in reader(match, context):
            start, end = span or match.span()
            surface = text[start:end].rstrip()
            weak = value == "1" and kind in _COUNTS and not any(map(str.isdigit, surface))
            yield Fact(kind, value, unit, surface, start, start + len(surface), weak)


# Kinds that bear each other out where the value is the same: 12 people (quantity) are "12".
_ALSO: dict[Kind, tuple[Kind, ...]] = {
    "number": ("quantity", "year", "phone", "code", "rank"),
    "quantity": ("number", "year"),
    "rank": ("number", "phone"),
    "phone": ("number", "rank"),
    "year": ("number",),
}
# Thirty-one people who report make thirty-one reports.
_COUNTED = frozenset({"person", "case"})
# Kinds whose sign or scale the head of a table may give.
_TABLED = frozenset({"money", "percent", "number", "quantity"})
_SCALES_OF_TABLES = {
    1: re.compile(""),
    1_000: re.compile("thousand|'000|千"),
    10_000: re.compile("萬"),
    1_000_000: re.compile("million|mn|百萬"),
    100_000_000: re.compile("億"),
    1_000_000_000: re.compile("billion|十億"),
}
_SIGNS_OF_TABLES = {
    "percent": re.compile("%|per ?cent|百分"),
    "HKD": re.compile(r"\$|dollar|元"),
    "USD": re.compile(r"us\$|us dollar|美元"),
    "CNY": re.compile("rmb|yuan|renminbi|人民幣"),
}
_SEXES = re.compile(r"\b(?:wo)?m[ae]n\b|\b(?:fe)?males?\b|\bboys?\b|\bgirls?\b|[男女]")
_AND_ONE = re.compile(r",? and (?:a|one) (?:wo)?man\b")
_ONE = Fact("quantity", "1", "person", "", 0, 0)
_LONGEST_TABLE = 4_000
_BESIDE = 16  # characters
# What follows a number that isn't the first of "two, three or five days".
_COUNTS_SOMETHING = re.compile(r" ?(?!(?:to|or|and)\b|[至或及和、])[A-Za-z\u4e00-\u9fff]")
_SHARES = {
    "1/2": "50",
    "1/4": "25",
    "3/4": "75",
    "1/5": "20",
    "2/5": "40",
    "3/5": "60",
    "4/5": "80",
}


class SourceFacts:
    """The facts of a source, ready to be asked.

    The source's text, where it is given, tells which numbers stand in the rows of a table:
    these leave out the sign and the scale that the head of the table gives.
    """

    def __init__(self, facts: Iterable[Fact], today: date, text: str = "") -> None:
        self._facts = tuple(facts)
        self._today = today
        self._text = text
        self._by_value: dict[str, list[Fact]] = {}
        self._by_measure: dict[object, list[Fact]] = {}
        self._by_day: dict[str, list[Fact]] = {}
        for fact in self._facts:
            self._by_value.setdefault(fact.value, []).append(fact)
            if fact.kind == "quantity":
                alike = measure_alike(fact.value, fact.unit)
                self._by_measure.setdefault(alike, []).append(fact)
            elif fact.kind == "date":
                self._by_day.setdefault(fact.value[-2:], []).append(fact)
            elif fact.unit == HALF_UNSAID:
                self._by_value.setdefault(_shift_half_a_day(fact.value), []).append(fact)

    def supports(self, fact: Fact) -> bool:
        """Whether the source says this, of the same kind of thing."""
        return fact.weak or self._is_calendars(fact) or any(True for _ in self.find(fact))

    def find(self, fact: Fact) -> Iterator[Fact]:
        """The facts of the source that say the same."""
        if fact.kind in {"date", "month"}:
            yield from self._find_dates(fact)
        elif fact.kind == "quantity" and fact.unit in MEASURES:
            yield from self._find_measures(fact)
        else:
            yield from self._find_alike(fact)
        if fact.kind in _TABLED:
            yield from self._find_in_rows(fact)
        if fact.kind == "quantity" and fact.unit == "person":
            yield from self._find_parts(fact)

    def _find_alike(self, fact: Fact) -> Iterator[Fact]:
        for said in self._by_value.get(fact.value, ()):
            if _is_same(fact, said):
                yield said
        if fact.unit == HALF_UNSAID:
            yield from self._by_value.get(_shift_half_a_day(fact.value), ())
        if fact.kind == "fraction" and fact.value in _SHARES:
            shares = self._by_value.get(_SHARES[fact.value], ())
            yield from (said for said in shares if said.kind == "percent")

    def _find_measures(self, fact: Fact) -> Iterator[Fact]:
        alike = measure_alike(fact.value, fact.unit)
        yield from self._by_measure.get(alike, ())
        for said in self._by_value.get(fact.value, ()):
            if said.kind == "number" and not _COUNTS_SOMETHING.match(self._text, said.end):
                yield said
        if fact.unit == "day" and len(fact.value) < 3 and fact.value.isdigit():
            # Chinese writes "the 3rd" and "3 days" alike: 三日.
            named = f"---{int(fact.value):02d}"
            yield from (said for said in self._by_day.get(named[-2:], ()) if said.value == named)

    def _find_in_rows(self, fact: Fact) -> Iterator[Fact]:
        """Numbers of tables: 291 in a column of millions is $291 million."""
        if " | " not in self._text or fact.unit == "point":
            return
        for scale, named in _SCALES_OF_TABLES.items():
            value = write_number(Decimal(fact.value) / scale)
            for said in self._by_value.get(value, ()):
                if said.kind == "number" and self._tells_in_row(fact, said, named):
                    yield said

    def _tells_in_row(self, fact: Fact, said: Fact, named: re.Pattern[str]) -> bool:
        """Whether a number stands in a table that says what the fact does of it."""
        start = self._text.rfind("\n", 0, said.start) + 1
        end = self._text.find("\n", said.end)
        if " | " not in self._text[start : end if end >= 0 else len(self._text)]:
            return False
        signs = self._cut_table(said).lower()
        if fact.kind == "quantity" and fact.unit in MEASURES:
            word = fact.surface.lstrip("0123456789., -")
            return bool(word) and word.rstrip("s").lower() in signs
        sign = _SIGNS_OF_TABLES.get(fact.unit or fact.kind)
        return bool(named.search(signs)) and (sign is None or bool(sign.search(signs)))

    def _cut_table(self, said: Fact) -> str:
        """The table that a number stands in, and the line before it."""
        start = self._text.rfind("\n\n", 0, said.start)
        before = self._text.rfind("\n", 0, max(0, start)) + 1
        end = self._text.find("\n\n", said.end)
        return self._text[before : end if end >= 0 else len(self._text)][:_LONGEST_TABLE]

    def _find_parts(self, fact: Fact) -> Iterator[Fact]:
        """Two counts of people side by side that make it up: 五女一男 are six people."""
        people = [said for said in self._facts if _SEXES.search(said.surface)]
        for one, other in pairwise(people):
            if other.start - one.end < _BESIDE and _add(one, other) == fact.value:
                yield one
        for one in people:
            if _AND_ONE.match(self._text, one.end) and _add(one, _ONE) == fact.value:
                yield one

    def _find_dates(self, fact: Fact) -> Iterator[Fact]:
        if fact.kind == "month":
            for days in self._by_day.values():
                yield from (said for said in days if said.value[-5:-3] == fact.value[-2:])
            yield from self._by_value.get(fact.value, ())
            return
        yield from (
            said
            for said in self._by_day.get(fact.value[-2:], ())
            if self._same_day(fact.value, said.value)
        )
        if fact.value.startswith("---"):
            counted = self._by_value.get(str(int(fact.value[3:])), ())
            yield from (said for said in counted if said.unit == "day")

    def _is_calendars(self, fact: Fact) -> bool:
        """Whether the calendar says it: the year of issue, the weekday of a date."""
        if fact.kind == "year":
            dated = (said for days in self._by_day.values() for said in days)
            return fact.value == str(self._today.year) or any(
                said.value.startswith(fact.value) for said in dated
            )
        if fact.kind == "weekday":
            dated = (said for days in self._by_day.values() for said in days)
            days = (find_day(said.value, self._today) for said in dated)
            return any(day and str(day.weekday()) == fact.value for day in days)
        return False

    def _same_day(self, one: str, other: str) -> bool:
        if one.startswith("---") or other.startswith("---"):
            return True
        if one[-5:] != other[-5:]:
            return False
        if one.startswith("-") and not other.startswith("-"):
            return True  # "August 17 to October 16, 2021" leaves the first year unsaid
        return find_day(one, self._today) == find_day(other, self._today)


def _is_same(fact: Fact, said: Fact) -> bool:
    """Whether one fact bears out another of the same value."""
    if fact.kind == said.kind:
        if fact.kind == "rank":
            return not fact.unit or not said.unit or fact.unit == said.unit
        if fact.kind == "time":
            return fact.value == said.value or said.unit == HALF_UNSAID
        return fact.unit == said.unit or {fact.unit, said.unit} <= _COUNTED
    if said.kind in _ALSO.get(fact.kind, ()):
        return said.unit not in MEASURES or fact.kind == "number"
    # Money may stand without its sign where it is plain from before.
    return {fact.kind, said.kind} == {"money", "number"} and len(fact.value) > 4


def _shift_half_a_day(time: str) -> str:
    hour, minute = time.split(":")
    return f"{(int(hour) + 12) % 24:02d}:{minute}"


def _add(one: Fact, other: Fact) -> str:
    return write_number(Decimal(one.value) + Decimal(other.value))
