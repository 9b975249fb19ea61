"""What readers type about hours and days, read to values; pure.

English and Chinese (both scripts), in any order: ``7:30pm mon-fri``, 逢星期一三五晚上八時.
What is not understood as a whole is not understood at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Literal

from data.models import EVERY_DAY, WORKDAYS, Quiet
from data.phrases import to_plain
from summarizer.facts.numerals import read_chinese

WEEKEND = frozenset({6, 7})

# What is typed is brought to Simplified script, in which one sign stands for several, as are these.
_PARTS_OF_DAY = {
    "am": ("am", "凌晨", "清晨", "清早", "朝早", "早上", "早晨", "上午", "早"),
    "noon": ("中午", "正午"),
    "pm": ("pm", "下午", "傍晚", "黄昏"),
    "night": ("晚上", "夜晚", "晚间", "深夜", "半夜", "午夜", "夜", "晚"),
}
_PART_OF_DAY = {word: part for part, words in _PARTS_OF_DAY.items() for word in words}
_HAN_PART = "|".join(word for word in _PART_OF_DAY if not word.isascii())
_HAN_HOUR = "(?:二?十|廿)[一二三四五六七八九]?|[零〇一二两三四五六七八九]"
_HAN_MINUTE = (
    "(?:[二三四五]?十|廿)[一二三四五六七八九]?|[零〇][一二三四五六七八九]|[五六七八九](?=分)"
)
# In 星期二十點 the 二 is the day's; 十點 remains for the hour.
_NO_DAY = "".join(rf"(?!(?<={week})[一二三四五六])" for week in ("星期", "礼拜", "周"))
_HOUR = re.compile(
    rf"""(?<!\d){_NO_DAY}(?:
        (?P<before>{_HAN_PART})?\s*
        (?:
            (?P<hour>\d{{1,2}}) [:.] (?P<minute>\d{{2}}) (?!\d) \s*(?P<after>[ap]\.?m\.?(?![a-z]))?
        |   (?P<joined>\d{{4}}) (?!\d)
        |   (?P<sole_hour>\d{{1,2}}) \s*(?P<sole_after>[ap]\.?m\.?(?![a-z]))
        |   (?P<han_hour>\d{{1,2}}|{_HAN_HOUR}) \s*[点时]
            (?:正|整|钟|(?P<part>半|一刻|三刻)|\s*(?P<han_minute>\d{{1,2}}|{_HAN_MINUTE})\s*分?)?
            (?![\d零〇一二两三四五六七八九十])
        )
    |   (?P<word>(?<![a-z])(?:noon|midday|midnight)(?![a-z])|中午|正午|午夜)
    )""",
    re.VERBOSE,
)
# As the reader of numerals knows them.
_NUMERALS = str.maketrans({"两": "兩", "廿": "二十"})
_WORD_HOURS = {"midnight": time(0), "午夜": time(0)}
_PART_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}

_RANGE = "-|–|—|−|~|〜|(?:to|until|till|through)(?![a-z])|至|到"
_DAY_NAMES = {
    "mon(?:day)?s?": 1,
    "tue(?:s|sdays?)?": 2,
    "wed(?:s|nesdays?)?": 3,
    "thu(?:rs?|rsdays?)?": 4,
    "fri(?:day)?s?": 5,
    "sat(?:urday)?s?": 6,
    "sun(?:day)?s?": 7,
}
_HAN_DAYS = {day: number for number, day in enumerate("一二三四五六日", 1)} | {"天": 7}
_WORDS: dict[str, str] = {
    "every": r"(?:daily|every\s?day)(?![a-z])|[每日]日|[每天]天",
    "workdays": r"(?:week|work|working|business)\s?days?(?![a-z])|平日|工作日",
    "weekend": r"weekends?(?![a-z])|每?个?周末",
    "weekly": r"(?:weekly|(?:every|each|once\sa)\sweek)(?![a-z])|每个?(?:星期|礼拜|周)",
    **{f"day{number}": rf"(?:{name})(?![a-z])" for name, number in _DAY_NAMES.items()},
    "range": _RANGE,
    "filler": r"[\s,;/&+、。.]+|(?:and|every|each|on|at|the)(?![a-z])"
    r"|星期|礼拜|周|逢|每|个|和|及|与|同|的|在",
    "han_day": "[一二三四五六日天]",
}
_WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _WORDS.items()))
_SETS = {"every": EVERY_DAY, "workdays": WORKDAYS, "weekend": WEEKEND}

_OFF = ("off", "none", "no", "关", "关闭", "取消", "停", "停止", "无", "没有", "不要")
_BOUNDS = re.compile(rf"(?:from|between|由|从|自)?\s*(.+?)\s*(?:{_RANGE}|and)\s*(.+)")
_APART = re.compile(r"(\S+)\s+(\S+)")


@dataclass(frozen=True)
class Wish:
    """When somebody wants a digest; None for what they don't speak of.

    ``is_weekly``: once a week, without saying on which day.
    """

    at: time | None = None
    weekdays: frozenset[int] | None = None
    is_weekly: bool = False


def fold(typed: str) -> str:
    """What was typed without the differences of case, width, blanks and Chinese script."""
    return to_plain(typed, "zh").casefold().strip()


def read_wish(typed: str) -> Wish | None:
    """An hour, days, or both, in any order; None if any of it is not understood."""
    text, at = fold(typed), None
    if found := _HOUR.search(text):
        at = _read_hour(found)
        if at is None:
            return None
        text = f"{text[: found.start()]} {text[found.end() :]}"
    words = _read_words(text)
    if words is None:
        return None
    is_weekly = "weekly" in words
    weekdays = _read_days([word for word in words if word != "weekly"])
    if weekdays is None or not (at or weekdays or is_weekly):
        return None
    return Wish(at, weekdays or None, is_weekly and not weekdays)


def read_quiet(typed: str) -> Quiet | Literal["off", "same"] | None:
    """Quiet hours such as ``11pm to 7am`` or 晚上11點至早上7點; None if it is unclear.

    ``off`` for none, and ``same`` where they begin and end at the same time.
    """
    text = fold(typed)
    if means_off(text):
        return "off"
    bounds = _BOUNDS.fullmatch(text) or _APART.fullmatch(text)
    if bounds is None:
        return None
    begins, ends = (read_hour(part) for part in bounds.groups())
    if begins is None or ends is None:
        return None
    return "same" if begins == ends else (begins, ends)


def means_off(text: str) -> bool:
    """Whether folded words say that something is not wanted."""
    return text in _OFF


def read_hour(text: str) -> time | None:
    """A time of day that stands alone, folded; a sole number is an hour."""
    if re.fullmatch(r"\d{1,2}", text):
        return _make_time(int(text), 0, None)
    found = _HOUR.fullmatch(text)
    return _read_hour(found) if found else None


def _read_hour(found: re.Match[str]) -> time | None:
    if word := found["word"]:
        return _WORD_HOURS.get(word, time(12))
    if joined := found["joined"]:
        return _make_time(int(joined[:2]), int(joined[2:]), None)
    hour = _read_number(found["hour"] or found["sole_hour"] or found["han_hour"])
    minute = _read_number(found["minute"] or found["han_minute"] or "0")
    after = (found["after"] or found["sole_after"] or "").replace(".", "")
    part = _PART_OF_DAY.get(found["before"] or after)
    return _make_time(hour, _PART_MINUTES.get(found["part"], minute), part)


def _read_number(text: str) -> int:
    return int(text) if text.isdecimal() else int(read_chinese(text.translate(_NUMERALS)))


def _make_time(hour: int, minute: int, part: str | None) -> time | None:
    """A time by its numbers and the part of the day, if there is such a time."""
    if hour <= 12:
        hour = _place_hour(hour, part)
    elif part == "am":
        return None
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _place_hour(hour: int, part: str | None) -> int:
    """An hour of a twelve-hour clock on one of twenty-four: 晚上八 is 20, 晚上十二 is 0."""
    match part:
        case "am":
            return hour % 12
        case "pm":
            return hour % 12 + 12
        case "noon":
            return hour + 12 if 1 <= hour <= 3 else hour
        case "night":
            return hour + 12 if 5 <= hour <= 11 else hour % 12
        case _:
            return hour


def _read_words(text: str) -> list[str] | None:
    """The kinds of the words, days as ``day1`` to ``day7``; None if there are others."""
    kinds, position = [], 0
    while position < len(text):
        found = _WORD.match(text, position)
        if found is None:
            return None
        kind = str(found.lastgroup)
        kinds.append(f"day{_HAN_DAYS[found[0]]}" if kind == "han_day" else kind)
        position = found.end()
    return [kind for kind in kinds if kind != "filler"]


def _read_days(words: list[str]) -> frozenset[int] | None:
    """All days that are meant; None if a range lacks an end."""
    days: set[int] = set()
    rest = iter(words)
    last: int | None = None
    for word in rest:
        if word in _SETS:
            days |= _SETS[word]
            last = None
        elif word == "range":
            until = next(rest, "")
            if last is None or not until.startswith("day"):
                return None
            days |= set(_list_days(last, _number(until)))
            last = None
        else:
            last = _number(word)
            days.add(last)
    return frozenset(days)


def _number(day: str) -> int:
    return int(day.removeprefix("day"))


def _list_days(first: int, last: int) -> Iterator[int]:
    """From one weekday to another, over Sunday if need be."""
    length = (last - first) % 7 + 1
    return ((first + number - 1) % 7 + 1 for number in range(length))
