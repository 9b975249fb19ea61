"""Dates as feeds write them; pure.

RFC 822 with its obsolete forms (two-digit years, no weekday, zone names), ISO 8601, and both
with Chinese weekdays, months and clock words. A time without a zone is Hong Kong's.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime, parsedate_tz

from data.models import to_utc

# Any other year is a mistake; the rest of Tongbao need not bear the year 1.
_YEARS = range(1970, 2200)
_LONGEST = 100

# As nearly all feeds write it, in years that need no check.
_COMMON_FORM = re.compile(
    r"[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} (?:19[7-9]|20\d)\d \d\d:\d\d:[0-5]\d (?:[+-]\d{4}|GMT)"
)
_ZONE = re.compile(
    r"(?<=[\d\sm.])(?:\(?(?:GMT|UTC|UT|Z)? ?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)?\)?"
    r"|(?P<name>[A-Z]{1,5}))(?: ?\([\w .:+/-]*\))?$"
)
_HOURS_OF_ZONE = dict.fromkeys(("UT", "UTC", "GMT", "Z", "WET"), 0.0) | {
    # As RFC 822 has them.
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "HKT": 8, "SGT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "IST": 5.5, "MSK": 3, "EET": 2, "EEST": 3, "CET": 1, "CEST": 2,
    "BST": 1,
}  # fmt: skip
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CHINESE_NUMBERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_WEEKDAY = re.compile(
    r"[（(]?(?:星期|[週周]|[禮礼]拜)?[一二三四五六日天][）)]?(?:[,，]|(?![月\d十]))\s*"
)
_MONTH = re.compile(r"(?:([一二三四五六七八九十]{1,2})|\b(\d{1,2})) ?月[ ,-]*(?=\d{4}\b)")
_DAY = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?日")
_CLOCK = re.compile(r"(\d{1,2}) ?[時时點点:] ?(\d{1,2})(?: ?分|(?=:))?(?:[ :]?(\d{1,2}) ?秒?)?")
_HALF_DAY = re.compile(r"([上下]午|凌晨|早上|中午|晚上)\s*(\d{1,2}:\d\d(?::\d\d)?)")
_TWELVE_HOURS = re.compile(r"(\d{1,2})(:\d\d(?::\d\d)?)\s*([ap])\.?m\b\.?", re.IGNORECASE)
_BLANK_BEFORE_CLOCK = re.compile(r"(?<=\d)[ ,]+(?=\d{1,2}:)")
_YEAR_IN_ANTIQUITY = re.compile(r"\s0\d{3}\b")  # which email.utils takes for one of two digits
_ONE_DIGIT = re.compile(r"(?<!\d)(\d)(?!\d)")


def read_date(text: str) -> datetime | None:
    """The instant, in UTC, that a feed's date names; None if it names none that can be."""
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        if _COMMON_FORM.fullmatch(text):
            return parsedate_to_datetime(text).astimezone(UTC)
        moment = _read(text if text.isascii() else _westernise(text))
    except (ValueError, OverflowError):
        return None
    return to_utc(moment) if moment and moment.year in _YEARS else None


def _read(text: str) -> datetime | None:
    zone, text = None, _TWELVE_HOURS.sub(_to_24_hours, text)
    # Without a clock time, what looks like an offset is a part of the date.
    if (":" in text or "T" in text) and (found := _ZONE.search(text)):
        zone, text = _read_zone(found), text[: found.start()].rstrip()
    moment = _read_iso(text) if text[:4].isdigit() else _read_rfc(text)
    return moment.replace(tzinfo=zone) if moment and zone else moment


def _read_zone(found: re.Match[str]) -> timezone:
    if name := found["name"]:
        if name not in _HOURS_OF_ZONE:
            raise ValueError(f"unknown time zone {name}")
        return timezone(timedelta(hours=_HOURS_OF_ZONE[name]))
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)


def _read_iso(text: str) -> datetime:
    text = _BLANK_BEFORE_CLOCK.sub("T", text.replace("/", "-"))
    return datetime.fromisoformat(_ONE_DIGIT.sub(r"0\1", text))


def _read_rfc(text: str) -> datetime | None:
    # It wants a time and, for some forms, a zone.
    parts = parsedate_tz(f"{text} +0000" if ":" in text else f"{text} 00:00 +0000")
    if parts is None or _YEAR_IN_ANTIQUITY.search(text):
        return None
    year, month, day, hour, minute, second = parts[:6]
    return datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001  # see read_date


def _to_24_hours(found: re.Match[str]) -> str:
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour:02}{found[2]}"


def _westernise(text: str) -> str:
    """Chinese words of a date to the western ones: 週三, 09 九月 2026 to 09 Sep 2026."""
    text = _DAY.sub(r"\1-\2-\3 ", text)
    text = _MONTH.sub(_to_month_name, text)
    text = _WEEKDAY.sub("", text)
    text = _CLOCK.sub(lambda found: ":".join(f"{int(part):02}" for part in found.groups("0")), text)
    text = _HALF_DAY.sub(lambda found: f"{found[2]} {_half(found[1])}m", text)
    return " ".join(text.split())


def _half(word: str) -> str:
    return "p" if word in ("下午", "晚上", "中午") else "a"


def _to_month_name(found: re.Match[str]) -> str:
    number = _CHINESE_NUMBERS.index(found[1]) + 1 if found[1] else int(found[2])
    if not 1 <= number <= len(_MONTHS):
        raise ValueError(f"no month {number}")
    return f" {_MONTHS[number - 1]} "
