"""Reads the figures of English text. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal

from summarizer.figures import CURRENCIES, Context, Found, Reader, Scanner, write_date, write_time
from summarizer.numerals import (
    NUMBER_WORDS,
    ORDINAL_WORD,
    SCALES,
    read_digits,
    read_english_ordinal,
    read_english_words,
    write_number,
)

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_MONTH = "|".join(MONTHS)
# Spaces stand in brackets: the scanner is compiled verbose, which drops bare ones.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALE = "million|billion|trillion|thousand"
_TO = r"(?:[ ]?(?:to|and|or|-|–|—)[ ]?)"
_UNITS_EN = {
    "person": "people persons person passengers visitors men women children students patients",
    "vehicle": "vehicles vehicle cars car buses lorries taxis",
    "case": "cases case",
    "hour": "hour hours",
    "minute": "minute minutes",
    "second": "seconds",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "km": "kilometre kilometres km",
    "m": "metre metres",
    "cm": "centimetre centimetres",
    "mm": "millimetre millimetres mm",
    "kg": "kilogram kilograms kilogrammes kg",
    "g": "gram grams",
    "tonne": "tonne tonnes",
    "sqm": "square metres",
    "ha": "hectare hectares",
    "degree": "degrees",
}
_UNIT_OF_EN = {word: unit for unit, words in _UNITS_EN.items() for word in words.split()}
_UNIT_OF_EN |= {"square metres": "sqm", "square metre": "sqm"}
_UNIT_EN = "|".join(sorted(_UNIT_OF_EN, key=len, reverse=True)).replace(" ", "[ ]")
_PLAIN_NUMBER = rf"(?:{NUMBER}|\b(?i:{NUMBER_WORDS})\b)"

# After "May 12 and": 23 people, 5pm and 1.5 are no days of May.
_NO_DAY = r"(?!\d|[.:]\d|[ ]?[ap]m|[ ]\d{3}|[ ](?:people|per|men|women|[a-z]{3,}s)\b)"

_TOLD_YEAR = "(?:last|this|next)[ ]year"

_ENGLISH = rf"""
(?P<date>\b(?P<d_month>{_MONTH})\ (?P<d_days>\d{{1,2}}(?!\d)(?:st|nd|rd|th)?
    (?:(?:,\ \d{{1,2}}(?!\d))*(?:,?\ and|\ to|\ ?[-–])\ ?\d{{1,2}}{_NO_DAY})?)
    (?:,?\ (?P<d_year>(?:19|20)\d\d)\b|,?\ (?:of\ )?(?P<d_told>{_TOLD_YEAR})\b)?)
|(?P<dmy>\b(?P<m_days>\d{{1,2}}(?:st|nd|rd|th)?(?:{_TO}\d{{1,2}})?)\ (?P<m_month>{_MONTH})\b
    (?:,?\ (?P<m_year>(?:19|20)\d\d)\b)?)
|(?P<iso>\b(?P<i_year>(?:19|20)\d\d)-(?P<i_month>[01]\d)-(?P<i_day>[0-3]\d)\b)
|(?P<slash>\b(?P<s_day>[0-3]?\d)/(?P<s_month>[01]?\d)/(?P<s_year>(?:19|20)\d\d)\b)
|(?P<month>\b(?P<n_month>{_MONTH})\b(?:,?\ (?P<n_year>(?:19|20)\d\d)\b)?)
|(?P<told_year>\b(?i:{_TOLD_YEAR})\b)
|(?P<told_month>\b(?i:(?P<o_which>last|this|next)\ month)\b)
|(?P<relative>\b(?:[Tt]oday|[Tt]omorrow|[Yy]esterday|[Tt]onight
    |[Tt]his\ (?:morning|afternoon|evening)|[Ll]ast\ night)\b)
|(?P<weekday>\b(?:{"|".join(_WEEKDAYS)})s?\b)
|(?P<time>(?<![\d.])(?P<t_first>\d{{1,2}}(?:[.:]\d\d)?)(?:\ ?(?P<t_half>[ap]\.?m\b\.?))?
    (?:{_TO}(?P<t_last>\d{{1,2}}(?:[.:]\d\d)?))?\ ?(?P<t_last_half>(?<!m\ )[ap]\.?m\b\.?))
|(?P<simple_time>(?<![\d.])(?P<p_time>\d{{1,2}}(?:[.:]\d\d)?)\ ?(?P<p_half>[ap]\.?m\b\.?))
|(?P<clock>(?<![\d:])(?P<c_hour>[012]?\d):(?P<c_minute>[0-5]\d)(?![\d:]))
|(?P<noon>\b(?:12\ ?)?(?:noon|midnight)\b)
|(?P<money>(?:(?P<y_mark>\b(?:HK|US|NT|A|S|C)\$|\$|€|£|¥|\b(?:RMB|HKD|USD)\$?)\ ?
    (?P<y_first>{NUMBER})\ ?(?P<y_scale_first>(?:{_SCALE})\b)?
    (?:(?:[ ]?(?:to|-|–)[ ]?(?:(?:HK|US)?\$)?|[ ](?:and|or)[ ](?:HK|US)?\$)
      (?P<y_last>{NUMBER})\ ?(?P<y_scale_last>(?:{_SCALE})\b)?)?)
  |(?:(?P<y_plain>{NUMBER})\ ?(?P<y_scale_plain>(?:{_SCALE})\b)?
    \ (?P<y_word>(?:US|Hong\ Kong)?\ ?dollars|yuan|renminbi|euros|yen)\b))
|(?P<percent>(?P<r_first>{_PLAIN_NUMBER})(?:{_TO}(?P<r_last>{NUMBER}))?
    (?:\ ?%|[\ -]per\ ?cent\b)(?P<r_points>(?:age)?[\ -]points?\b)?)
|(?P<points>(?P<q_number>{_PLAIN_NUMBER})\ percentage\ points?\b)
|(?P<phone>(?<![\d.])(?:\+?852[\ -])?\d{{4}}[\ -]\d{{4}}(?![\d])|(?<![\d.,])\d{{4}}\ \d{{3}}(?!\d))
|(?P<span>\b(?P<w_first>(?:19|20)\d\d)(?:-|/|–|\ to\ )(?P<w_last>(?:(?:19|20)\d\d|\d\d))\b(?!-))
|(?P<code>\b(?:[A-Z]+[-/]?\d+[A-Za-z\d]*|\d+[A-Z][A-Za-z\d]*)\b)
|(?P<rank>\b(?:[Nn]os?\.|[Ss]ignal|[Pp]hase|[Ss]ection|[Cc]ap\.?|[Ll]evel|[Aa]rticle|[Cc]lass
    |[Cc]ategory|[Gg]rade|[Tt]ier|[Bb]lock|[Rr]oom)
    \ ?(?P<k_number>{NUMBER}(?:\d*(?:,\ |\ and\ |\ or\ )\d+(?![\w.]))*)
  |\b(?P<k_ordinal>\d+)(?:st|nd|rd|th)\b|\b(?P<k_word>(?i:{ORDINAL_WORD}))(?=[-\ ])
  |\b(?P<k_alarm>\d+|(?i:{NUMBER_WORDS}))-alarm\b)
|(?P<fraction>\b(?i:(?P<f_top>one|two|three)[- ](?P<f_word>thirds?|quarters?|fifths?)|half)\b)
|(?P<year>(?<![\d.,$])(?:19|20)\d\d(?![\d,]|\.\d|\ (?:{_UNIT_EN})\b))
|(?P<quantity>(?P<u_first>{_PLAIN_NUMBER})(?:\ ?(?P<u_scale>(?:{_SCALE})\b))?
    (?:{_TO}(?P<u_last>{_PLAIN_NUMBER}))?(?:[-\ ](?P<u_unit>{_UNIT_EN})\b)?)
"""


def _read_days(days: str, month: str, year: str | None) -> Iterator[Found]:
    number = MONTHS.index(month) + 1
    for day in re.findall(r"\d+", days):
        yield from write_date(int(year) if year else None, number, int(day))


def _read_date(match: re.Match[str], context: Context) -> Iterable[Found]:
    told = match["d_told"]
    year = str(_find_year(told, context)) if told else match["d_year"]
    return _read_days(match["d_days"], match["d_month"], year)


SHIFTS_OF_WHICH = {"last": -1, "this": 0, "next": 1}


def _find_year(told: str, context: Context) -> int:
    return context.today.year + SHIFTS_OF_WHICH[told[:4].lower()]


def _read_told_year(match: re.Match[str], context: Context) -> Iterable[Found]:
    yield "year", str(_find_year(match[0], context)), ""


def _read_told_month(match: re.Match[str], context: Context) -> Iterable[Found]:
    month = context.today.month + SHIFTS_OF_WHICH[match["o_which"].lower()]
    yield "month", f"--{(month - 1) % 12 + 1:02d}", ""
    yield "year", str(context.today.year + (month - 1) // 12), ""


def _read_day_first(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _read_days(match["m_days"], match["m_month"], match["m_year"])


def _read_iso(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_date(int(match["i_year"]), int(match["i_month"]), int(match["i_day"]))


def _read_slash(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_date(int(match["s_year"]), int(match["s_month"]), int(match["s_day"]))


def _read_month(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["n_month"] == "May" and not match["n_year"] and not _names_a_month(match):
        return
    yield "month", f"--{MONTHS.index(match['n_month']) + 1:02d}", ""
    if match["n_year"]:
        yield "year", match["n_year"], ""


def _names_a_month(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 10) : match.start()].lower()
    return bool(re.search(r"\b(?:in|of|since|until|by|late|early|mid|from|to)[ -]$", before))


_SHIFTS = {"tomorrow": 1, "yesterday": -1, "last night": -1}


def _read_relative(match: re.Match[str], context: Context) -> Iterable[Found]:
    shift = _SHIFTS.get(match[0].lower(), 0)
    yield "date", (context.today + timedelta(days=shift)).isoformat(), ""


def _read_weekday(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield "weekday", str(_WEEKDAYS.index(match[0].removesuffix("s"))), ""


def _clock(text: str, half: str | None) -> Iterable[Found]:
    hour, _, minute = text.replace(".", ":").partition(":")
    hours = int(hour)
    if half:
        hours = hours % 12 + (12 if half.startswith("p") else 0)
    return write_time(hours, int(minute or 0))


def _read_time(match: re.Match[str], _: Context) -> Iterable[Found]:
    last_half = match["t_last_half"]
    yield from _clock(match["t_first"], match["t_half"] or last_half)
    if match["t_last"]:
        yield from _clock(match["t_last"], last_half)


def _read_simple_time(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _clock(match["p_time"], match["p_half"])


def _read_clock(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _clock(f"{match['c_hour']}:{match['c_minute']}", None)


def _read_noon(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield "time", "12:00" if "noon" in match[0] else "00:00", ""


def _scaled(number: str, scale: str | None) -> str:
    return write_number(_read_english(number) * SCALES.get(scale or "", 1))


def _read_english(number: str) -> Decimal:
    return read_digits(number) if number[0].isdigit() else read_english_words(number)


def _read_money(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["y_plain"]:
        word = match["y_word"]
        unit = "USD" if word.startswith("US") else CURRENCIES[word.split()[-1]]
        yield "money", _scaled(match["y_plain"], match["y_scale_plain"]), unit
        return
    unit = CURRENCIES[match["y_mark"] if match["y_mark"] == "$" else match["y_mark"].strip()]
    first_scale, last_scale = match["y_scale_first"], match["y_scale_last"]
    yield "money", _scaled(match["y_first"], first_scale or last_scale), unit
    if match["y_last"]:
        yield "money", _scaled(match["y_last"], last_scale), unit


def _read_percent(match: re.Match[str], _: Context) -> Iterator[Found]:
    unit = "point" if match["r_points"] else ""
    for name in ("r_first", "r_last"):
        if match[name]:
            yield "percent", write_number(_read_english(match[name])), unit


def _read_points(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield "percent", write_number(_read_english(match["q_number"])), "point"


def _read_phone(match: re.Match[str], _: Context) -> Iterable[Found]:
    digits = re.sub(r"\D", "", match[0])
    yield "phone", digits.removeprefix("852") if len(digits) > 8 else digits, ""


def _read_span(match: re.Match[str], _: Context) -> Iterator[Found]:
    first, last = match["w_first"], match["w_last"]
    yield "year", first, ""
    yield "year", last if len(last) == 4 else first[:2] + last, ""


def _read_code(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield "code", match[0].upper(), ""


def _read_rank(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["k_word"]:
        yield "rank", write_number(read_english_ordinal(match["k_word"])), ""
    elif match["k_number"]:
        for number in re.split(r", | and | or ", match["k_number"]):
            yield "rank", write_number(read_digits(number)), ""
    else:
        yield "rank", write_number(_read_english(match["k_ordinal"] or match["k_alarm"])), ""


_PARTS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}


def _read_fraction(match: re.Match[str], _: Context) -> Iterable[Found]:
    if match["f_top"] is None:
        yield "fraction", "1/2", ""
    else:
        top = write_number(read_english_words(match["f_top"]))
        yield "fraction", f"{top}/{_PARTS[match['f_word'].lower()]}", ""


def _read_year(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield "year", match[0][:4], ""


def _read_quantity(match: re.Match[str], _: Context) -> Iterator[Found]:
    unit = _UNIT_OF_EN.get(match["u_unit"] or "", "")
    for name in ("u_first", "u_last"):
        if match[name]:
            value = _scaled(match[name], match["u_scale"] if name == "u_first" else None)
            yield ("quantity" if unit else "number"), value, unit


_READERS: dict[str, Reader] = {
    "date": _read_date, "dmy": _read_day_first, "iso": _read_iso, "slash": _read_slash,
    "told_year": _read_told_year, "told_month": _read_told_month,
    "month": _read_month, "relative": _read_relative, "weekday": _read_weekday,
    "time": _read_time, "simple_time": _read_simple_time, "clock": _read_clock,
    "noon": _read_noon, "money": _read_money, "percent": _read_percent, "points": _read_points,
    "phone": _read_phone, "span": _read_span, "code": _read_code, "rank": _read_rank,
    "fraction": _read_fraction, "year": _read_year, "quantity": _read_quantity,
}  # fmt: skip

# A figure starts at a word's start or with a digit or sign: trying nowhere else is 3 times faster.
_START = r"(?:(?<![A-Za-z])(?=[A-Za-z])|(?=[\d$€£¥+]))"
SCANNER: Scanner = (re.compile(f"{_START}(?:{_ENGLISH})", re.VERBOSE), _READERS)
