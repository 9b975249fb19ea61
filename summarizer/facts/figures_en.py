"""Reads the figures of English text. Pure.

A figure starts with a digit, a sign of money or one of the words below: the scan goes from one
such place to the next and tries the patterns only there.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from summarizer.facts.figures import (
    CURRENCIES,
    Context,
    Found,
    Reader,
    Readers,
    write_date,
    write_time,
)
from summarizer.facts.numerals import (
    NUMBER_WORDS,
    ORDINAL_WORD,
    SCALES,
    list_number_words,
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
_SHORT_MONTHS = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "Jun",
    "Jul",
    "Aug",
    "Sept",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]
_MONTH = rf"(?:{'|'.join(MONTHS)}|(?:{'|'.join(_SHORT_MONTHS)})\b\.?)"
# Spaces stand in brackets: the patterns are compiled verbose, which drops bare ones.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SCALE = "million|billion|trillion|thousand|MN|BN"
_SCALES = {**SCALES, "mn": SCALES["million"], "bn": SCALES["billion"]}  # as tables write them
_TO = r"(?:[ ]?(?:to|and|or|-|–|—)[ ]?)"
_UNITS_EN = {
    "person": (
        "people persons person passengers passenger visitors visitor men women man woman children "
        "students student pupils patients patient residents males females boys girls workers "
        "personnel officers participants arrestees employees households members adults deaths"
    ),
    "vehicle": "vehicles vehicle cars car buses lorries taxis",
    "case": "cases case reports",
    "hour": "hour hours",
    "minute": "minute minutes",
    "second": "seconds",
    "day": "day days night nights",
    "week": "week weeks",
    "month": "month months",
    "year": "year years",
    "km": "kilometre kilometres km",
    "m": "metre metres",
    "cm": "centimetre centimetres",
    "mm": "millimetre millimetres mm",
    "kg": "kilogram kilograms kilogrammes kg",
    "g": "gram grams grammes",
    "tonne": "tonne tonnes",
    "ha": "hectare hectares",
    "degree": "degrees",
    "litre": "litre litres",
}
_UNIT_OF_EN = {word: unit for unit, words in _UNITS_EN.items() for word in words.split()}
_UNIT_OF_EN |= {"square metres": "sqm", "square metre": "sqm", "square kilometres": "sqkm"}
_UNIT_EN = "|".join(sorted(_UNIT_OF_EN, key=len, reverse=True)).replace(" ", "[ ]")
_NUMBER_WORD = rf"(?:{NUMBER_WORDS})\b"
_PLAIN_NUMBER = rf"(?:{NUMBER}|\b(?i:{_NUMBER_WORD}))"
_ANY_NUMBER = (
    rf"(?:{NUMBER}|\b(?i:(?:half[ ]an?[ ]|an?[ ])(?:dozen|hundred|thousand|million|billion)\b"
    rf"|(?:(?:one|two|three|four|five)[ ])?dozen\b|{_NUMBER_WORD}))"
)

# After "May 12 and": 23 people, 5pm and 1.5 are no days of May.
_NO_DAY = r"(?!\d|[.:]\d|[ ]?[ap]\.?m|[ ]\d{3}|[ ](?:people|per|men|women|[a-z]{3,}s)\b)"

_TOLD_YEAR = "(?:last|this|next)[ ]year"
_HALF = r"[ap]\.?m\b\.?"
_CLOCK = r"\d{1,2}(?:[.:]\d\d)?"

_WORDS = rf"""
(?P<date>(?P<d_month>{_MONTH})\ ?(?P<d_days>\d{{1,2}}(?!\d)(?:st|nd|rd|th)?
    (?:(?:,\ \d{{1,2}}(?!\d))*(?:,?\ and|\ to|\ ?[-–])\ ?\d{{1,2}}{_NO_DAY})?)
    (?:,?\ (?P<d_year>(?:19|20)\d\d)\b|,?\ (?:of\ )?(?P<d_told>{_TOLD_YEAR})\b)?)
|(?P<month>(?P<n_month>{_MONTH})(?!\w)(?:,?\ (?P<n_year>(?:19|20)\d\d)\b)?)
|(?P<told_year>(?i:{_TOLD_YEAR})\b)
|(?P<told_month>(?i:(?P<o_which>last|this|next)\ month)\b)
|(?P<following>(?i:the\ (?:following|next)\ (?:day|morning)|the\ day\ after(?!\ tomorrow))\b)
|(?P<relative>(?i:the\ day\ after\ tomorrow|today|tomorrow|yesterday|tonight
    |this\ (?:morning|afternoon|evening)|last\ night)\b)
|(?P<weekday>(?:{"|".join(_WEEKDAYS)})s?\b)
|(?P<noon>(?i:noon|midnight)\b)
|(?P<money>(?P<y_mark>(?:HK|US|NT|A|S|C)\$|(?:RMB|HKD|USD|MOP)\$?)\ ?
    (?P<y_first>{NUMBER})(?:\ ?(?P<y_scale_first>(?:{_SCALE})\b))?
    (?:(?:[ ]?(?:to|-|–)[ ]?(?:(?:HK|US|RMB)?\$?)|[ ](?:and|or)[ ](?:(?:HK|US)?\$|RMB))
      (?P<y_last>{NUMBER})(?:\ ?(?P<y_scale_last>(?:{_SCALE})\b))?)?)
|(?P<percent>(?P<r_first>(?i:{_NUMBER_WORD}))(?:\ ?%|[\ -]per\ ?cent\b|\ PCT\b)
    (?P<r_points>(?:age)?[\ -]points?\b)?)
|(?P<points>(?P<q_number>(?i:{_NUMBER_WORD}))\ percentage\ points?\b)
|(?P<code>[A-Z]+[-/]?\d+[A-Za-z\d]*\b)
|(?P<address>(?:Room|Rm|Unit|Flat|Shop)s?\.?\ (?P<a_room>\d+[A-Z]?)\b)
|(?P<rank>(?:[Nn]os?\.|[Ss]ignal|[Pp]hase|[Ss]ection|[Cc]ap\.?|[Ll]evel|[Aa]rticle|[Cc]lass
    |[Cc]ategory|[Gg]rade|[Tt]ier|[Bb]lock|[Tt]ower)
    \ ?(?P<k_number>{NUMBER}(?:\d*(?:,\ |\ and\ |\ or\ )\d+(?![\w.]))*)
  |(?P<k_word>(?i:(?:{_NUMBER_WORD}[- ])?(?:{ORDINAL_WORD})))(?=[-\ .,;)])
    (?P<k_floor>[ ]floor\b)?
  |(?P<k_alarm>(?i:{_NUMBER_WORD}))-alarm\b)
|(?P<fraction>(?i:(?P<f_top>one|two|three|four|an?)[- ](?P<f_word>thirds?|quarters?|fifths?)
    (?!\ of\ (?:19|20)\d\d)|half(?!\ an?\ (?:dozen|million|billion|hundred|thousand)))\b
    (?P<f_unit>[ ]an?\ (?:hour|day|year|month|kilometre)\b)?)
|(?P<quantity>(?P<u_first>{_ANY_NUMBER})(?:\ (?P<u_scale>(?:{_SCALE})\b))?
    (?P<u_half>\ and\ a\ half)?
    (?:{_TO}(?P<u_last>{_PLAIN_NUMBER}))?(?:[-\ ](?P<u_unit>{_UNIT_EN})\b)?)
|(?P<fortnight>(?i:fortnight)\b)
"""

_DIGITS = rf"""
(?P<dmy>(?P<m_days>\d{{1,2}}(?:st|nd|rd|th)?(?:{_TO}\d{{1,2}}(?:st|nd|rd|th)?)?)
    \ (?:of\ )?(?P<m_month>{_MONTH})(?!\w)(?:,?\ (?P<m_year>(?:19|20)\d\d)\b)?)
|(?P<iso>(?P<i_year>(?:19|20)\d\d)-(?P<i_month>[01]\d)-(?P<i_day>[0-3]\d)\b)
|(?P<slash>(?P<s_day>[0-3]?\d)/(?P<s_month>[01]?\d)/(?P<s_year>(?:19|20)\d\d)\b)
|(?P<time>(?P<t_first>{_CLOCK})(?:\ ?(?P<t_half>{_HALF}))?
    (?:{_TO}(?P<t_last>{_CLOCK}))?\ ?(?P<t_last_half>(?<!m\ ){_HALF}))
|(?P<simple_time>(?P<p_time>{_CLOCK})\ ?(?P<p_half>{_HALF}))
|(?P<clock>(?P<c_hour>[012]?\d):(?P<c_minute>[0-5]\d)(?![\d:]))
|(?P<noon>12\ ?(?:noon|midnight)\b)
|(?P<money>(?:(?P<y_mark>[$€£¥])\ ?
    (?P<y_first>{NUMBER})(?:\ ?(?P<y_scale_first>(?:{_SCALE})\b))?
    (?:(?:[ ]?(?:to|-|–)[ ]?(?:(?:HK|US)?\$)?|[ ](?:and|or)[ ](?:HK|US)?\$)
      (?P<y_last>{NUMBER})(?:\ ?(?P<y_scale_last>(?:{_SCALE})\b))?)?)
  |(?:(?P<y_plain>{NUMBER})(?:\ ?(?P<y_scale_plain>(?:{_SCALE})\b))?
    \ (?P<y_word>(?:US|Hong\ Kong|Australian)?\ ?dollars?|cents|yuan|renminbi|euros|yen|pounds)\b))
|(?P<percent>(?P<r_first>{NUMBER})(?:(?:\ ?%)?{_TO}(?P<r_last>{NUMBER}))?
    (?:\ ?%|[\ -]per\ ?cent\b|\ PCT\b)(?P<r_points>(?:age)?[\ -]points?\b)?)
|(?P<points>(?P<q_number>{NUMBER})\ percentage\ points?\b)
|(?P<phone>(?:\+?852[\ -])?\d{{4}}[\ -]\d{{4}}(?!\d)|\d{{4}}\ \d{{3}}(?!\d))
|(?P<span>(?P<w_first>(?:19|20)\d\d)(?:-|/|–|\ to\ )(?P<w_last>(?:(?:19|20)\d\d|\d\d))\b(?!-))
|(?P<floor>(?P<g_floor>\d+)(?:/F\b|(?:st|nd|rd|th)\ floor\b))
|(?P<rank>(?P<k_ordinal>\d+)(?:st|nd|rd|th)\b|(?P<k_alarm>\d+)-alarm\b)
|(?P<code>\d+[A-Z][A-Za-z\d]*\b)
|(?P<year>(?:19|20)\d\d(?![\d,]|\.\d|\ (?:{_UNIT_EN})\b))
|(?P<house>(?P<h_number>\d{{1,4}}[A-Z]?)(?=\ (?:[A-Z][A-Za-z'’]+\ ){{1,4}}(?:Road|Street|Lane|Avenue
    |Drive|Path|Terrace|Praya)\b))
|(?P<quantity>(?P<u_first>{NUMBER})(?:\ ?(?P<u_scale>(?:{_SCALE})\b))?
    (?:{_TO}(?P<u_last>{_PLAIN_NUMBER})(?![\d.]*(?:%|\ per)))?(?:[-\ ](?P<u_unit>{_UNIT_EN})\b)?)
"""


def _read_days(
    match: re.Match[str], days: str, month: str, year: str | None, context: Context
) -> Iterator[Found]:
    number = _read_month_name(month)
    start, end = match.span()
    found = list(re.finditer(r"\d+", match[days]))
    offset = match.start(days)
    for place, day in enumerate(found):
        first = start if place == 0 else offset + day.start()
        last = end if place == len(found) - 1 else offset + day.end()
        dates = list(write_date(int(year) if year else None, number, int(day[0]), (first, last)))
        context.day = dates[0].value
        yield from dates


def _read_month_name(name: str) -> int:
    for number, month in enumerate(MONTHS, start=1):
        if month.startswith(name.rstrip(".")[:3]):
            return number
    raise ValueError(name)


def _read_date(match: re.Match[str], context: Context) -> Iterable[Found]:
    told = match["d_told"]
    year = str(_find_year(told, context)) if told else match["d_year"]
    return _read_days(match, "d_days", match["d_month"], year, context)


SHIFTS_OF_WHICH = {"last": -1, "this": 0, "next": 1}


def _find_year(told: str, context: Context) -> int:
    return context.today.year + SHIFTS_OF_WHICH[told[:4].lower()]


def _read_told_year(match: re.Match[str], context: Context) -> Iterable[Found]:
    yield Found("year", str(_find_year(match[0], context)))


def _read_told_month(match: re.Match[str], context: Context) -> Iterable[Found]:
    month = context.today.month + SHIFTS_OF_WHICH[match["o_which"].lower()]
    yield Found("month", f"--{(month - 1) % 12 + 1:02d}")
    yield Found("year", str(context.today.year + (month - 1) // 12))


def _read_day_first(match: re.Match[str], context: Context) -> Iterable[Found]:
    return _read_days(match, "m_days", match["m_month"], match["m_year"], context)


def _read_iso(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_date(int(match["i_year"]), int(match["i_month"]), int(match["i_day"]))


def _read_slash(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_date(int(match["s_year"]), int(match["s_month"]), int(match["s_day"]))


def _read_month(match: re.Match[str], _: Context) -> Iterator[Found]:
    name = match["n_month"]
    # "May" is mostly a verb, and "Mar" or "Sun" mostly no month.
    if name not in MONTHS or (name == "May" and not match["n_year"] and not _names_a_month(match)):
        return
    yield Found("month", f"--{MONTHS.index(name) + 1:02d}")
    if match["n_year"]:
        yield Found("year", match["n_year"])


def _names_a_month(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 10) : match.start()].lower()
    return bool(re.search(r"\b(?:in|of|since|until|by|late|early|mid|from|to)[ -]$", before))


_SHIFTS = {"tomorrow": 1, "yesterday": -1, "last night": -1, "the day after tomorrow": 2}


def _read_relative(match: re.Match[str], context: Context) -> Iterable[Found]:
    yield Found("date", context.count_on(_SHIFTS.get(match[0].lower(), 0)))


def _read_following(_: re.Match[str], context: Context) -> Iterable[Found]:
    if day := context.move_on():
        yield Found("date", day.isoformat())


def _read_weekday(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("weekday", str(_WEEKDAYS.index(match[0].removesuffix("s"))))


def _clock(text: str, half: str | None, span: tuple[int, int] | None = None) -> Iterable[Found]:
    hour, _, minute = text.replace(".", ":").partition(":")
    hours = int(hour)
    if half:
        # "70pm" is no time of day: it stays what no clock has.
        hours = hours % 12 + (12 if half.startswith("p") else 0) if hours < 25 else hours
    return write_time(hours, int(minute or 0), span)


def _read_time(match: re.Match[str], _: Context) -> Iterator[Found]:
    last_half = match["t_last_half"]
    if not match["t_last"]:
        yield from _clock(match["t_first"], match["t_half"] or last_half)
        return
    end = match.end("t_half") if match["t_half"] else match.end("t_first")
    yield from _clock(match["t_first"], match["t_half"] or last_half, (match.start(), end))
    yield from _clock(match["t_last"], last_half, (match.start("t_last"), match.end()))


def _read_simple_time(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _clock(match["p_time"], match["p_half"])


def _read_clock(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _clock(f"{match['c_hour']}:{match['c_minute']}", None)


def _read_noon(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("time", "12:00" if "noon" in match[0].lower() else "00:00")


@lru_cache(maxsize=4096)
def _scaled(number: str, scale: str | None) -> str:
    return write_number(_read_english(number) * _SCALES.get((scale or "").lower(), 1))


def _read_english(number: str) -> Decimal:
    return read_digits(number) if number[0].isdigit() else read_english_words(number)


def _read_money(match: re.Match[str], context: Context) -> Iterator[Found]:
    if match.re is _DIGIT_PATTERN and match["y_plain"]:
        yield from _read_plain_money(match, context)
        return
    unit = CURRENCIES[match["y_mark"] if match["y_mark"] == "$" else match["y_mark"].strip()]
    first_scale, last_scale = match["y_scale_first"], match["y_scale_last"]
    first = _scaled(match["y_first"], first_scale or last_scale)
    if not match["y_last"]:
        yield Found("money", first, unit)
        return
    end = match.end("y_scale_first") if first_scale else match.end("y_first")
    yield Found("money", first, unit, (match.start(), end))
    span = (match.start("y_last"), match.end())
    yield Found("money", _scaled(match["y_last"], last_scale), unit, span)


def _read_plain_money(match: re.Match[str], _: Context) -> Iterator[Found]:
    word = match["y_word"]
    unit = "USD" if word.startswith("US") else CURRENCIES[word.split()[-1]]
    unit = "AUD" if word.startswith("Aus") else unit
    value = Decimal(_scaled(match["y_plain"], match["y_scale_plain"]))
    yield Found("money", write_number(value / 100 if word == "cents" else value), unit)


def _read_percent(match: re.Match[str], _: Context) -> Iterator[Found]:
    unit = "point" if match["r_points"] else ""
    yield Found("percent", write_number(_read_english(match["r_first"])), unit)
    if match.re is _DIGIT_PATTERN and match["r_last"]:
        span = (match.start("r_last"), match.end())
        yield Found("percent", write_number(_read_english(match["r_last"])), unit, span)


def _read_points(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("percent", write_number(_read_english(match["q_number"])), "point")


def _read_phone(match: re.Match[str], _: Context) -> Iterable[Found]:
    digits = re.sub(r"\D", "", match[0])
    yield Found("phone", digits.removeprefix("852") if len(digits) > 8 else digits)


def _read_span(match: re.Match[str], _: Context) -> Iterator[Found]:
    first, last = match["w_first"], match["w_last"]
    yield Found("year", first)
    yield Found("year", last if len(last) == 4 else first[:2] + last)


def _read_code(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("code", match[0].upper())


def _read_address(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("rank", match["a_room"], "room")


def _read_floor(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("rank", match["g_floor"], "floor")


def _read_house(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("rank", match["h_number"])


def _read_word_rank(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["k_word"]:
        unit = "floor" if match["k_floor"] else ""
        yield Found("rank", write_number(read_english_ordinal(match["k_word"])), unit)
    elif match["k_number"]:
        for number in re.split(r", | and | or ", match["k_number"]):
            yield Found("rank", write_number(read_digits(number)))
    else:
        yield Found("rank", write_number(read_english_words(match["k_alarm"])))


def _read_digit_rank(match: re.Match[str], _: Context) -> Iterator[Found]:
    yield Found("rank", write_number(read_digits(match["k_ordinal"] or match["k_alarm"])))


_PARTS = {"third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5}


def _read_fraction(match: re.Match[str], _: Context) -> Iterable[Found]:
    if match["f_unit"]:
        if match["f_top"] is None:
            yield Found("quantity", "0.5", _UNIT_OF_EN[match["f_unit"].split()[-1]])
    elif match["f_top"] is None:
        yield Found("fraction", "1/2")
    else:
        top = match["f_top"].lower()
        number = "1" if top in {"a", "an"} else write_number(read_english_words(top))
        yield Found("fraction", f"{number}/{_PARTS[match['f_word'].lower()]}")


def _read_fortnight(_match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("quantity", "2", "week")


def _read_year(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("year", match[0][:4])


# "six working days", "23 injured persons", "two elderly female passengers".
_FAR_UNITS = "|".join(word for word in _UNIT_OF_EN if word.endswith(("s", "people", "men")))
_FAR_UNIT = re.compile(
    r"[ -](?:(?!(?:an?|each|every|one|two|of|in|at|on|to|and|or|for|by|from|per|with|will|were|was"
    r"|are|is|have|had|has|the)\b)[a-z]+(?<!s)[ -]){1,2}?"
    rf"(?P<unit>{_FAR_UNITS})\b"
)
_AGE_REACH = 24
_AGED = re.compile(
    r"\b(?:aged?|ages)(?: (?:of|between|from|about|over|under|above|below|only|at))?"
    r"(?: \d+(?: to| and|,))? $"
)
_OLD = re.compile(r"-olds?\b| old\b| of age\b")


def _read_quantity(match: re.Match[str], _: Context) -> Iterator[Found]:
    unit = _UNIT_OF_EN.get(match["u_unit"] or "", "")
    text, end = match.string, match.end()
    if unit == "year" and _OLD.match(text, end):
        unit = "age"
    elif not unit:
        unit = _find_far_unit(match)
    kind = "quantity" if unit else "number"
    first = _scaled(match["u_first"], match["u_scale"])
    if match.re is _WORD_PATTERN and match["u_half"]:
        first = f"{first}.5"
    if not match["u_last"]:
        yield Found(kind, first, unit)  # type: ignore[arg-type]
        return
    yield Found(kind, first, unit, match.span("u_first"))  # type: ignore[arg-type]
    span = (match.start("u_last"), end)
    yield Found(kind, _scaled(match["u_last"], None), unit, span)  # type: ignore[arg-type]


def _find_far_unit(match: re.Match[str]) -> str:
    text, start = match.string, match.start()
    before = max(0, start - _AGE_REACH)
    if text.find("age", before, start) >= 0 and _AGED.search(text, before, start):
        return "age"
    far = _FAR_UNIT.match(match.string, match.end())
    return _UNIT_OF_EN[far["unit"]] if far else ""


_WORD_READERS: Readers = {
    "date": _read_date, "month": _read_month, "told_year": _read_told_year,
    "told_month": _read_told_month, "relative": _read_relative, "following": _read_following,
    "weekday": _read_weekday, "noon": _read_noon, "money": _read_money,
    "percent": _read_percent, "points": _read_points, "code": _read_code,
    "address": _read_address, "rank": _read_word_rank, "fraction": _read_fraction,
    "quantity": _read_quantity, "fortnight": _read_fortnight,
}  # fmt: skip
_DIGIT_READERS: Readers = {
    "dmy": _read_day_first, "iso": _read_iso, "slash": _read_slash, "time": _read_time,
    "simple_time": _read_simple_time, "clock": _read_clock, "noon": _read_noon,
    "money": _read_money, "percent": _read_percent, "points": _read_points,
    "phone": _read_phone, "span": _read_span, "floor": _read_floor, "rank": _read_digit_rank,
    "code": _read_code, "year": _read_year, "house": _read_house, "quantity": _read_quantity,
}  # fmt: skip
_WORD_PATTERN = re.compile(_WORDS, re.VERBOSE)
_DIGIT_PATTERN = re.compile(_DIGITS, re.VERBOSE)

_STARTERS_LIST = """
    last this next the today tomorrow yesterday tonight noon midnight half an a fortnight dozen
    no nos signal phase section cap level article class category grade tier block tower room rm
    unit flat shop rooms units flats shops
"""
_LOWER = [*_STARTERS_LIST.split(), *list_number_words(), *ORDINAL_WORD.split("|")]
_STARTERS = frozenset(
    [*MONTHS, *_SHORT_MONTHS, *_WEEKDAYS, *(f"{day}s" for day in _WEEKDAYS), *"$€£¥0123456789"]
    + [form for word in _LOWER for form in (word, word.capitalize(), word.upper())]
)
_ARTICLES = frozenset(["a", "an", "the", "A", "An", "The"])
_NUMERIC = frozenset("$€£¥0123456789")
_TOKEN = re.compile(r"[A-Za-z]+(?=([-/$\d])?)|[$€£¥\d]")
# The article starts a figure only before these.
_AFTER_ARTICLE = re.compile(
    r"an? (?:dozen|hundred|thousand|million|billion|third|quarter|fifth)\b", re.IGNORECASE
)


def scan(text: str) -> Iterator[tuple[re.Match[str], Reader]]:
    """The figures of an English text with folded widths, in order, each with its reader."""
    position = 0
    for token in _TOKEN.finditer(text):
        word, following = token[0], token[1]
        # Most words go no further than this.
        if following is None and word not in _STARTERS:
            continue
        start = token.start()
        if start < position:
            continue
        if word in _NUMERIC:
            match = None if _goes_on(text, start) else _DIGIT_PATTERN.match(text, start)
            readers = _DIGIT_READERS
        elif _may_start(word, following, text, start):
            match, readers = _WORD_PATTERN.match(text, start), _WORD_READERS
        else:
            continue
        if match and match.lastgroup:
            position = match.end()
            yield match, readers[match.lastgroup]


def _goes_on(text: str, start: int) -> bool:
    """Whether a digit stands within a word or a number that the scan has given up."""
    before = text[start - 1 : start]
    return bool(before) and (before.isdigit() or before.isalpha())


def _may_start(word: str, following: str | None, text: str, start: int) -> bool:
    if word in _ARTICLES:
        if word.lower() == "the":
            return text.startswith((" following", " next", " day"), start + 3)
        if not following:
            return bool(_AFTER_ARTICLE.match(text, start))
    if following in {"-", "/"} and word not in _STARTERS:
        return word.isupper() and text[start + len(word) + 1 : start + len(word) + 2].isdigit()
    before = text[start - 1 : start]
    return not (before.isalpha() or before.isdigit())
