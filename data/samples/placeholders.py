"""Fills dates and times into the sample texts, so that they are fresh whenever they are read.

A placeholder counts from the moment at which the release is issued, in Hong Kong:

====================  ==================================  ==================================
placeholder           English                             Chinese (body and title)
====================  ==================================  ==================================
``{date:0}``          November 22                         十一月二十二日
``{date:+45}``        January 6, 2027 (another year)      二○二七年一月六日
``{date:sat}``        the first Saturday in 2 to 8 days   likewise
``{date:sat-1}``      the day before that Saturday        likewise
``{weekday:+3}``      Wednesday                           星期三
``{month:-2}``        September 2026 (months)             二○二六年九月
``{year:+1}``         2027                                二○二七
``{clock:-90}``       2.51pm (minutes)                    下午二時五十一分
``{moment:-90}``      2.51pm today (November 22)          今日（十一月二十二日）下午二時五十一分
====================  ==================================  ==================================

Summaries write the same in their own way: 11月22日, 下午2時51分, and a moment without "today".
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from data.models import HONG_KONG, Language

Manner = Literal["official", "summary"]
"""``official`` is how releases write dates and times, ``summary`` how summaries do."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_OFFSET = re.compile(
    r"(?P<name>mon|tue|wed|thu|fri|sat|sun)(?P<shift>[+-]\d{1,3})?|(?P<count>[+-]\d{1,4}|0)",
    re.ASCII,
)
_DAY_KINDS = ("date", "weekday")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A named day is never tomorrow, so that its eve ("sat-1") always lies ahead as well.
_NEAREST_NAMED_DAY = 2

_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_ENGLISH_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_CHINESE_DAYS = tuple(f"星期{day}" for day in "一二三四五六日")
_CHINESE_NEAR = {-1: "昨日", 0: "今日", 1: "明日"}
_CHINESE_DIGITS = "○一二三四五六七八九"


class PlaceholderError(ValueError):
    """A text holds a placeholder that nobody knows, or a lone brace."""


def fill_placeholders(text: str, issued: datetime, language: Language, manner: Manner) -> str:
    """The text with its placeholders filled in for a release issued at that moment.

    Raises:
        PlaceholderError: naming the placeholder that can't be filled.
    """
    moment = issued.astimezone(HONG_KONG)
    writing = _WRITINGS[language, manner]
    filled = _PLACEHOLDER.sub(lambda match: _fill_one(match[1], moment, writing), text)
    if "{" in filled or "}" in filled:
        raise PlaceholderError("a brace that belongs to no placeholder")
    return filled


class _Writing(NamedTuple):
    """How one language writes dates and times; the second date is the day of issue."""

    weekdays: Sequence[str]
    year: Callable[[int], str]
    month: Callable[[date], str]
    day: Callable[[date, date], str]
    clock: Callable[[datetime], str]
    moment: Callable[[datetime, date], str]


def _fill_one(placeholder: str, issued: datetime, writing: _Writing) -> str:
    kind, _, offset = placeholder.partition(":")
    match = _OFFSET.fullmatch(offset)
    if match is None or (match["name"] and kind not in _DAY_KINDS):
        raise PlaceholderError(f"unknown placeholder {{{placeholder}}}")
    today = issued.date()
    if kind in _DAY_KINDS:
        day = today + timedelta(days=_count_days(match, today))
        return writing.day(day, today) if kind == "date" else writing.weekdays[day.weekday()]
    count = int(offset)
    if kind == "clock":
        return writing.clock(issued + timedelta(minutes=count))
    if kind == "moment":
        return writing.moment(issued + timedelta(minutes=count), today)
    if kind == "month":
        return writing.month(_add_months(today, count))
    if kind == "year":
        return writing.year(today.year + count)
    raise PlaceholderError(f"unknown placeholder {{{placeholder}}}")


def _count_days(offset: re.Match[str], today: date) -> int:
    if not offset["name"]:
        return int(offset["count"])
    earliest = today + timedelta(days=_NEAREST_NAMED_DAY)
    ahead = (_DAYS.index(offset["name"]) - earliest.weekday()) % len(_DAYS)
    return _NEAREST_NAMED_DAY + ahead + int(offset["shift"] or 0)


def _add_months(day: date, months: int) -> date:
    """The first day of the month that lies so many months away."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def _needs_year(day: date, today: date) -> bool:
    """Whether a day lies in another year than the release and isn't next to its day."""
    return day.year != today.year and abs((day - today).days) > 1


def _english_date(day: date, today: date) -> str:
    text = f"{_ENGLISH_MONTHS[day.month - 1]} {day.day}"
    return f"{text}, {day.year}" if _needs_year(day, today) else text


def _english_clock(clock: datetime) -> str:
    if clock.minute == 0 and clock.hour in (0, 12):
        return "noon" if clock.hour else "midnight"
    minutes = f".{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def _english_moment(then: datetime, today: date) -> str:
    near = _ENGLISH_NEAR.get((then.date() - today).days)
    if near is None:
        return _english_plain_moment(then, today)
    return f"{_english_clock(then)} {near} ({_english_date(then.date(), today)})"


def _english_plain_moment(then: datetime, today: date) -> str:
    return f"{_english_clock(then)} on {_english_date(then.date(), today)}"


def _english_month(month: date) -> str:
    return f"{_ENGLISH_MONTHS[month.month - 1]} {month.year}"


def _chinese_number(number: int) -> str:
    """A number below 100 in Chinese numerals: 十一, 二十, 二十九."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return head + (_CHINESE_DIGITS[ones] if ones or not tens else "")


def _chinese_year(year: int) -> str:
    return "".join(_CHINESE_DIGITS[int(digit)] for digit in str(year))


def _chinese_month(month: date) -> str:
    return f"{_chinese_year(month.year)}年{_chinese_number(month.month)}月"


def _short_chinese_month(month: date) -> str:
    return f"{month.year}年{month.month}月"


def _chinese_date(day: date, today: date) -> str:
    text = f"{_chinese_number(day.month)}月{_chinese_number(day.day)}日"
    return f"{_chinese_year(day.year)}年{text}" if _needs_year(day, today) else text


def _short_chinese_date(day: date, today: date) -> str:
    text = f"{day.month}月{day.day}日"
    return f"{day.year}年{text}" if _needs_year(day, today) else text


def _chinese_part_of_day(clock: datetime) -> str:
    bounds = ((6, "凌晨"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    return next(name for bound, name in bounds if clock.hour < bound)


def _twelve_hours(clock: datetime) -> int:
    return clock.hour if clock.hour <= 12 else clock.hour - 12


def _chinese_clock(clock: datetime) -> str:
    hour = _chinese_number(_twelve_hours(clock)).replace("○", "零")
    tens = "○" if 0 < clock.minute < 10 else ""
    minutes = f"{tens}{_chinese_number(clock.minute)}分" if clock.minute else ""
    return f"{_chinese_part_of_day(clock)}{hour}時{minutes}"


def _short_chinese_clock(clock: datetime) -> str:
    minutes = f"{clock.minute:02}分" if clock.minute else ""
    return f"{_chinese_part_of_day(clock)}{_twelve_hours(clock)}時{minutes}"


def _chinese_moment(then: datetime, today: date) -> str:
    day = _chinese_date(then.date(), today)
    near = _CHINESE_NEAR.get((then.date() - today).days)
    return (f"{near}（{day}）" if near else day) + _chinese_clock(then)


def _short_chinese_moment(then: datetime, today: date) -> str:
    return _short_chinese_date(then.date(), today) + _short_chinese_clock(then)


_ENGLISH = _Writing(
    _ENGLISH_DAYS, str, _english_month, _english_date, _english_clock, _english_moment
)
_CHINESE = _Writing(
    _CHINESE_DAYS, _chinese_year, _chinese_month, _chinese_date, _chinese_clock, _chinese_moment
)
_WRITINGS: dict[tuple[Language, Manner], _Writing] = {
    ("en", "official"): _ENGLISH,
    ("en", "summary"): _ENGLISH._replace(moment=_english_plain_moment),
    ("zh", "official"): _CHINESE,
    ("zh", "summary"): _Writing(
        _CHINESE_DAYS,
        str,
        _short_chinese_month,
        _short_chinese_date,
        _short_chinese_clock,
        _short_chinese_moment,
    ),
}
