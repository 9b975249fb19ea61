"""What a figure is: the one form that both languages' readers bring it to."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal[
    "number", "quantity", "rank", "percent", "money", "date", "month", "year", "time", "weekday",
    "phone", "code", "fraction",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a text.

    ``value`` is canonical: a plain decimal for numbers, ranks, percentages, phones, years and
    quantities (whose measure is ``unit``) and money (``unit`` is the currency); ISO 8601 for
    the rest, truncated where the text leaves parts out: ``2025-11-27``, ``--11-27`` (year
    unsaid), ``---28`` (month unsaid), ``--11`` (a month), ``14:51``. A ``weak`` fact supports
    others but needs no support: "one of them", 一名.
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
    """What a reader needs beside the match: the date of issue, and the month last named."""

    today: date
    month: int = 0
    month_end: int = 0


Found = tuple[Kind, str, str]
Reader = Callable[[re.Match[str], Context], Iterable[Found]]
Scanner = tuple[re.Pattern[str], dict[str, Reader]]

CURRENCIES = {
    "$": "HKD", "HK$": "HKD", "US$": "USD", "A$": "AUD", "NT$": "TWD", "S$": "SGD", "C$": "CAD",
    "RMB": "CNY", "HKD": "HKD", "USD": "USD", "€": "EUR", "£": "GBP", "¥": "CNY",
    "dollars": "HKD", "yuan": "CNY", "renminbi": "CNY", "euros": "EUR", "yen": "JPY",
    "港元": "HKD", "元": "HKD", "港幣": "HKD", "美元": "USD", "人民幣": "CNY", "歐元": "EUR",
    "日圓": "JPY", "日元": "JPY", "英鎊": "GBP", "澳元": "AUD", "加元": "CAD", "坡元": "SGD",
}  # fmt: skip


def write_date(year: int | None, month: int, day: int) -> Iterator[Found]:
    """The date as a finding; one that no calendar has too, so that it is never overlooked."""
    yield "date", f"{year or '-'}-{month:02d}-{day:02d}", ""


def write_time(hour: int, minute: int) -> Iterator[Found]:
    """The time of day as a finding; one that no clock has too, so that it is never overlooked."""
    yield "time", f"{hour if hour > 24 else hour % 24:02d}:{minute:02d}", ""
