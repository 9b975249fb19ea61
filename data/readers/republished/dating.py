"""When a text without a dateline of its own was issued, told from what it says; pure."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from data.models import HONG_KONG

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_MONTH = "(?:" + "|".join(month.capitalize() for month in _MONTHS) + ")"
_ENGLISH_TODAY = re.compile(rf"\btoday,? \(({_MONTH}) (\d{{1,2}})\)")
_CHINESE_TODAY = re.compile(
    r"今[日天早晚午]?[（(](?:([\d一二三四五六七八九十]{1,3})月)?([\d一二三四五六七八九十]{1,3})日[）)]"
)
_ENGLISH_DATE = re.compile(
    rf"({_MONTH}) (?:\d{{1,2}} ?(?:to|and|-|–) ?)?(\d{{1,2}}),? (\d{{4}})\b"
    rf"|\b(\d{{1,2}}) ({_MONTH}),? (\d{{4}})\b"
)
_CHINESE_DATE = re.compile(
    r"(20\d\d|二[○〇零]二[○〇零一二三四五六七八九])年([\d一二三四五六七八九十]{1,3})月"
    r"(?:[\d一二三四五六七八九十]{1,3}日?[至及到-])?([\d一二三四五六七八九十]{1,3})日"
)
_SENTENCE = re.compile(r"[^。！？\n]+?(?:[。！？\n]|[.!?](?=\s)|$)")
_PAST = re.compile(
    r"\b(?:was|were|had|did|held|took|made|found|saw|won|\w{2,}ed)\b|了|已|曾|完成|發生|昨|於.{0,40}(?:舉行|進行|展開)"
)
_FUTURE = re.compile(
    r"\b(?:will|would|shall|until|deadline|expires?|scheduled|expected|upcoming|due)\b"
    r"|將|預計|截止|屆時|有效期|日前|或之前"
)
_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"○": 0, "〇": 0}
# What a text says of its day stands in its opening; all else is looked through up to here.
_READ_UP_TO = 20_000


def choose_issue_time(text: str, page_time: datetime | None) -> datetime | None:
    """When a text was issued that has no dateline of its own; None if nothing tells.

    The day that it calls today, else the last full date that it speaks of in the past tense
    where that is later than the page's dateline, else the page's dateline. A day stands for its
    first moment in Hong Kong, unless it is the page's own day.

    Args:
        text: title and paragraphs.
        page_time: the dateline of the page that it stands on.
    """
    opening = text[:_READ_UP_TO]
    day = _find_today(opening, page_time.date()) if page_time else None
    if day is None:
        past = max(_list_past_dates(opening), default=None)
        if past is None or (page_time and past <= page_time.date()):
            return page_time
        day = past
    if page_time and day == page_time.date():
        return page_time
    return datetime.combine(day, time(), HONG_KONG)


def _find_today(text: str, near: date) -> date | None:
    """The day called today, in the year that is nearest to the page's."""
    if match := _ENGLISH_TODAY.search(text):
        month, day = _MONTHS.index(match[1].lower()) + 1, int(match[2])
    elif match := _CHINESE_TODAY.search(text):
        month, day = _number(match[1]) if match[1] else near.month, _number(match[2])
    else:
        return None
    days = [_date(near.year + shift, month, day) for shift in (-1, 0, 1)]
    return min((found for found in days if found), key=lambda one: abs(one - near), default=None)


def _list_past_dates(text: str) -> Iterator[date]:
    for match in _SENTENCE.finditer(text):
        sentence = match[0]
        if not _PAST.search(sentence) or _FUTURE.search(sentence):
            continue
        for parts in _ENGLISH_DATE.findall(sentence):
            month, day, year = (
                (parts[0], parts[1], parts[2]) if parts[0] else (parts[4], *parts[3:6:2])
            )
            yield from _known(_date(int(year), _MONTHS.index(month.lower()) + 1, int(day)))
        for year, month, day in _CHINESE_DATE.findall(sentence):
            yield from _known(_date(_year(year), _number(month), _number(day)))


def _known(day: date | None) -> list[date]:
    return [day] if day else []


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _year(written: str) -> int:
    return (
        int(written) if written.isdigit() else int("".join(str(_DIGITS[mark]) for mark in written))
    )


def _number(written: str) -> int:
    """Up to 99, in figures or in Chinese: 28, 二十八, 十一."""
    if written.isdigit():
        return int(written)
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return _DIGITS.get(written, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
