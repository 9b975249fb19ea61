"""What readers type for a past day, read to a date; pure.

English and Chinese (both scripts and kinds of numerals): ``yesterday``, ``22 Nov``, 11月22日,
上星期三. A date without a year is the latest such day that is not to come.
"""

import re
from datetime import date, timedelta

from bot.wishes import fold
from summarizer.facts.numerals import read_chinese

_AGO = {
    0: ("today", "今日", "今天"),
    1: ("yesterday", "昨日", "昨天", "寻日"),
    2: ("day before yesterday", "the day before yesterday", "前日", "前天"),
    3: ("大前日", "大前天"),
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:\s*,?\s*(?P<year>\d{4}))?"
_HAN = "[0-9零〇○一二三四五六七八九十廿]"
_HAN_YEAR = rf"(?:(?P<year>{_HAN}{{4}})\s?年\s?)?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})(?:[-/.](?P<year>\d{4}))?",
        rf"{_DAY}\s*(?:of\s+)?{_MONTH}{_YEAR}",
        rf"{_MONTH}\s*{_DAY}{_YEAR}",
        rf"{_HAN_YEAR}(?P<month>{_HAN}{{1,3}})\s?月\s?(?P<day>{_HAN}{{1,3}})\s?[日号]?",
    )
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(
    r"(?P<last>last\s+|上个?)?(?:on\s+)?(?:(?P<name>mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?"
    r"|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
    r"|(?:星期|礼拜|周)(?P<han>[一二三四五六日天]))"
)


def read_date(typed: str, today: date) -> date | None:
    """The day that is meant, which may still be to come; None if it is not understood.

    Args:
        typed: what was typed.
        today: the present date of who typed it.
    """
    text = " ".join(fold(typed).split())
    for days, words in _AGO.items():
        if text in words:
            return today - timedelta(days=days)
    if found := _WEEKDAY.fullmatch(text):
        return _read_weekday(found, today)
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _read_day(found, today)
    return None


def _read_weekday(found: re.Match[str], today: date) -> date:
    """The last such day before today; 上星期 is the week before this one, from Monday."""
    if name := found["name"]:
        weekday = _WEEKDAYS.index(name[:3]) + 1
    else:
        weekday = min("一二三四五六日天".index(found["han"]) + 1, 7)
    if found["last"] and found["han"]:
        return today - timedelta(days=today.isoweekday() + 7 - weekday)
    return today - timedelta(days=(today.isoweekday() - weekday - 1) % 7 + 1)


def _read_day(found: re.Match[str], today: date) -> date | None:
    month, day = _read_month(found["month"]), _read_number(found["day"])
    year = _read_number(found["year"]) if found["year"] else today.year
    try:
        read = date(year, month, day)
        is_to_come = not found["year"] and read > today
        return read.replace(year=year - 1) if is_to_come else read
    except ValueError:
        return _read_leap_day(month, day, today) if not found["year"] else None


def _read_leap_day(month: int, day: int, today: date) -> date | None:
    """29 February, in the latest year that had one."""
    if (month, day) != (2, 29):
        return None
    years = (year for year in range(today.year, today.year - 9, -1) if _is_leap(year))
    days = (date(year, month, day) for year in years)
    return next((each for each in days if each <= today), None)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _read_month(text: str) -> int:
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else _read_number(text)


def _read_number(text: str) -> int:
    """A number in either kind of numerals; 0, which is no day or month, where it is none."""
    if text.isdecimal():
        return int(text)
    try:
        return int(read_chinese(text.replace("廿", "二十")))
    except ValueError:
        return 0
