"""What a figure is: the one form that both languages' readers bring it to. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

Kind = Literal[
    "number", "quantity", "rank", "percent", "money", "date", "month", "year", "time", "weekday",
    "phone", "code", "fraction", "name", "body",
]  # fmt: skip


class Fact(NamedTuple):
    """One figure or name of a text.

    ``value`` is canonical: a plain decimal for numbers, ranks, percentages, phones, years and
    quantities (whose measure is ``unit``) and money (``unit`` is the currency); ISO 8601 for
    the rest, truncated where the text leaves parts out: ``2025-11-27``, ``--11-27`` (year
    unsaid), ``---28`` (month unsaid), ``--11`` (a month), ``14:51`` (of unit ``HALF_UNSAID``
    where it may as well be 02:51); for names the name, for
    bodies their key in ``departments.toml``. Each end of a range is a fact. A ``weak`` fact
    supports others but needs no support: "one of them", 一名.
    """

    kind: Kind
    value: str
    unit: str
    surface: str
    start: int
    end: int
    weak: bool = False


@dataclass(slots=True)
class Context:
    """What a reader needs beside the match: the day of issue, and what was named last."""

    today: date
    month: int = 0
    month_end: int = 0
    day: str = ""  # the value of the date last named, which 翌日 and "the next day" follow

    def move_on(self) -> date | None:
        """The day after the one last named; it is then the one last named."""
        day = find_day(self.day, self.today) if self.day else None
        if day is None or day == date.max:
            return None
        following = day + timedelta(days=1)
        self.day = following.isoformat()
        return following

    def count_on(self, days: int) -> str:
        """The value of the day so many days after the day of issue; it is the one last named."""
        with suppress(OverflowError):
            self.day = (self.today + timedelta(days=days)).isoformat()
        return self.day or self.today.isoformat()


class Found(NamedTuple):
    """A figure that a reader finds, and the span of an end of a range that stands by itself."""

    kind: Kind
    value: str
    unit: str = ""
    span: tuple[int, int] | None = None


# The unit of a time that may be before or after noon: 十時.
HALF_UNSAID = "half unsaid"
Reader = Callable[[re.Match[str], Context], Iterable[Found]]
Readers = dict[str, Reader]

CURRENCIES = {
    "$": "HKD", "HK$": "HKD", "US$": "USD", "A$": "AUD", "NT$": "TWD", "S$": "SGD", "C$": "CAD",
    "RMB": "CNY", "HKD": "HKD", "USD": "USD", "€": "EUR", "£": "GBP", "¥": "CNY", "MOP": "MOP",
    "dollars": "HKD", "dollar": "HKD", "cents": "HKD", "yuan": "CNY", "renminbi": "CNY",
    "euros": "EUR", "yen": "JPY", "pounds": "GBP",
    "港元": "HKD", "元": "HKD", "港幣": "HKD", "美元": "USD", "人民幣": "CNY", "歐元": "EUR",
    "日圓": "JPY", "日元": "JPY", "英鎊": "GBP", "澳元": "AUD", "加元": "CAD", "坡元": "SGD",
    "澳門元": "MOP", "葡幣": "MOP", "毫": "HKD", "角": "HKD", "仙": "HKD",
}  # fmt: skip

# Measures that are multiples of each other: two weeks are 14 days.
_FAMILIES: dict[str, tuple[str, str]] = {
    "second": ("time", "1"), "minute": ("time", "60"), "hour": ("time", "3600"),
    "day": ("time", "86400"), "week": ("time", "604800"),
    "month": ("calendar", "1"), "year": ("calendar", "12"),
    "mm": ("length", "1"), "cm": ("length", "10"), "m": ("length", "1000"),
    "km": ("length", "1000000"),
    "g": ("mass", "1"), "kg": ("mass", "1000"), "tonne": ("mass", "1000000"),
    "sqm": ("area", "1"), "ha": ("area", "10000"), "sqkm": ("area", "1000000"),
    "age": ("age", "1"), "degree": ("degree", "1"), "litre": ("volume", "1"),
}  # fmt: skip
MEASURES = frozenset(_FAMILIES)


def measure_alike(value: str, unit: str) -> tuple[str, Decimal] | None:
    """A quantity in the least measure of its family, or None for what is counted."""
    if unit not in _FAMILIES:
        return None
    family, factor = _FAMILIES[unit]
    return family, Decimal(value) * Decimal(factor)


def write_date(
    year: int | None, month: int, day: int, span: tuple[int, int] | None = None
) -> Iterator[Found]:
    """The date as a finding; one that no calendar has too, so that it is never overlooked."""
    yield Found("date", f"{year or '-'}-{month:02d}-{day:02d}", "", span)


def write_time(
    hour: int, minute: int, span: tuple[int, int] | None = None, unit: str = ""
) -> Iterator[Found]:
    """The time of day as a finding; one that no clock has too, so that it is never overlooked."""
    hour = hour if hour > 24 else hour % 24
    yield Found("time", f"{hour:02d}:{minute:02d}", unit, span)


def find_day(value: str, today: date) -> date | None:
    """The day that a date's value means; where its year is unsaid, the one nearest to today."""
    if value.startswith("---"):
        return None
    month, day = int(value[-5:-3]), int(value[-2:])
    if value[0] != "-":
        return try_date(int(value[:4]), month, day)
    days = [
        found
        for year in (today.year, today.year - 1, today.year + 1)
        if (found := try_date(year, month, day))
    ]
    return min(days, key=lambda found: abs(found - today), default=None)


def try_date(year: int, month: int, day: int) -> date | None:
    """The date, or None if no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
