"""The figures of an official text in one form for both languages, so that they can be compared.

A figure's value is one of:

* a number without thousands marks: ``5100000`` for $5.1 million, 510萬元 and 五百一十萬元; ordinals
  and number words too (``5`` for "fifth", 第五). A telephone number is its digits: ``20000123``;
* a percentage: ``12.5%``, also for percentage points and tenths (三成 is ``30%``);
* a day ``--11-27`` or a month ``--11`` (ISO 8601 with the year left out); the year that stands
  with it is a number of its own, ``2025``. "2025-26" is two years;
* a time of day ``14:51``, a weekday ``Thu``, a fraction ``2/3``, a code ``12A`` or ``T10``.

Pure, and linear in the length of the text.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from data.models import Language


class Figure(NamedTuple):
    """A figure of a text: its value in the module's form, and its characters."""

    value: str
    start: int
    end: int


def find_figures(text: str, language: Language) -> tuple[Figure, ...]:
    """The figures of a text, from left to right; those of one phrase share its characters."""
    pattern, readers = _LANGUAGES[language]
    return tuple(
        Figure(value, *found.span())
        for found in pattern.finditer(text.translate(_FOLDING))
        if found.lastgroup in readers
        for value in readers[found.lastgroup](found)
    )


# Each form has the same length as what it stands for, so that spans hold.
_FOLDING: dict[int, str | int] = {
    **{0xFF10 + digit: 0x30 + digit for digit in range(10)},
    **{0xFF21 + letter: 0x41 + letter for letter in range(26)},
    **{0xFF41 + letter: 0x61 + letter for letter in range(26)},
    **dict(zip(map(ord, "％．，：＄－–‑（）／\xa0\u2009\u202f"), "%.,:$---()/   ", strict=True)),
    **dict(zip(map(ord, "〇零万亿两点时号级后间"), "○○萬億兩點時號級後間", strict=True)),
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:\ \d{3})+(?!\d)|\d{1,15})(?:\.\d{1,9})?"
_DIGITS_FIRST = rf"(?<![\d.]){_DIGITS}"
_PHONE = r"(?<![\d.])(?<!\d,)\d{4}[\ -]\d{3,4}(?!\d|[.,]\d)"
_CODE = r"[A-Z]{1,6}-?\d{1,9}[A-Z\d]{0,4}\b|\d{1,6}[A-Z]{1,3}\b"


def _write_number(value: Decimal) -> str:
    plain = format(value.normalize(), "f")
    return plain or "0"


def _read_digits(digits: str) -> Decimal:
    return Decimal(digits.replace(",", "").replace(" ", ""))


def _read_plain(found: re.Match[str]) -> Iterator[str]:
    yield _write_number(_read_digits(found[0]))


def _read_phone(found: re.Match[str]) -> Iterator[str]:
    yield re.sub(r"\D", "", found[0])


def _read_code(found: re.Match[str]) -> Iterator[str]:
    yield found[0].replace("-", "").upper()


def _write_times(*moments: tuple[int, int]) -> Iterator[str]:
    for hours, minutes in moments:
        if hours <= 24 and minutes < 60:
            yield f"{hours % 24:02d}:{minutes:02d}"


# English

_UNIT_WORDS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TEN_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINAL_WORDS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
    *("ninth", "tenth", "eleventh", "twelfth"),
)
_WORD_VALUES: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_UNIT_WORDS, start=1)},
    **{word: 10 * value for value, word in enumerate(_TEN_WORDS, start=2)},
    **{word: value for value, word in enumerate(_ORDINAL_WORDS, start=1)},
}
_SCALE_WORDS: Mapping[str, int] = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_SCALE = "|".join(_SCALE_WORDS)
_SMALL_WORD = "|".join((*_UNIT_WORDS, *_TEN_WORDS))
_WORDS = rf"(?:{_SMALL_WORD}|{_SCALE})(?:(?:[\ -]|\ and\ )(?:{_SMALL_WORD}|{_SCALE})){{0,9}}"
_MONTH = "|".join(f"{name}|{name[:3]}(?=\\.?\\ \\d)" for name in _MONTHS)
_DAY = r"[0-3]?\d(?!\d|:|\.\d)(?:st|nd|rd|th)?"
_DAYS = rf"{_DAY}(?:(?:,\ |,?\ and\ |\ to\ |\ ?-\ ?|\ ?/\ ?){_DAY}(?!,?\ ?\d|\ ?[ap]\.?m)){{0,12}}"
_CLOCK_END = r"\ ?(?P<{}>[ap])\.?m\b"
_ENGLISH = rf"""
(?P<date>\b(?P<month>{_MONTH})\.?\ (?P<days>{_DAYS})(?!\d)
    |\b(?P<british_days>{_DAYS})\ (?P<british_month>{_MONTH})\b)
|(?P<month_alone>\b(?:(?!May\b)(?:{"|".join(_MONTHS)})\b|May(?=,?\ \d{{4}}\b)|(?<=in\ )May\b))
|(?P<weekday>\b(?P<weekday_name>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b)
|(?P<time>\b(?P<hour>[012]?\d)(?:[.:](?P<minute>[0-5]\d))?(?:{_CLOCK_END.format("half")})?
    \ ?(?:to|-|and)\ ?(?P<end_hour>[012]?\d)(?:[.:](?P<end_minute>[0-5]\d))?
    {_CLOCK_END.format("end_half")}
    |\b(?P<one_hour>[012]?\d)(?:[.:](?P<one_minute>[0-5]\d))?{_CLOCK_END.format("one_half")}
    |(?<![\d:])(?P<day_hour>[012]?\d):(?P<day_minute>[0-5]\d)(?![\d:]))
|(?P<noon>\bnoon\b|\bmidnight\b)
|(?P<phone>{_PHONE})
|(?P<years>(?<![\d.,])(?P<first_year>(?:19|20)\d\d)[-/](?P<last_year>\d\d)(?!\d|-))
|(?P<percent>(?P<percents>{_DIGITS_FIRST}|{_WORDS})
    (?:\ ?(?:to|-|and)\ ?(?P<end_percents>{_DIGITS}|{_WORDS}))?
    (?:\ ?%|\ per\ ?cent\b|\ percentage\ points?\b))
|(?P<fraction>\b(?P<top>one|two|three|four)[\ -](?P<bottom>third|quarter|fourth|fifth|tenth)s?\b)
|(?P<scaled>(?P<scaled_digits>{_DIGITS_FIRST})
    (?:(?:\ to\ |-)\$?(?P<end_digits>{_DIGITS}))?[\ -](?P<scale>{_SCALE})\b)
|(?P<ordinal>\b\d{{1,3}}(?=st\b|nd\b|rd\b|th\b)|\b(?:{"|".join(_ORDINAL_WORDS)})\b)
|(?P<code>\b(?-i:{_CODE}))
|(?P<words>\b(?:{_WORDS})\b)
|(?P<plain>{_DIGITS_FIRST})
"""


def _read_english_words(words: str) -> Decimal:
    """Number words, or digits: ``twenty-three``, ``two hundred and fifty``, ``13 600``."""
    if words[0].isdigit():
        return _read_digits(words)
    total = current = 0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _WORD_VALUES:
            current += _WORD_VALUES[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word in _SCALE_WORDS:
            total, current = total + max(current, 1) * _SCALE_WORDS[word], 0
    return Decimal(total + current)


def _read_words(found: re.Match[str]) -> Iterator[str]:
    yield _write_number(_read_english_words(found[0]))


def _read_english_date(found: re.Match[str]) -> Iterator[str]:
    name = (found["month"] or found["british_month"])[:3].title()
    month = next(at for at, full in enumerate(_MONTHS, start=1) if full.startswith(name))
    for day in re.findall(r"\d+", found["days"] or found["british_days"]):
        yield f"--{month:02d}-{int(day):02d}"


def _read_english_month(found: re.Match[str]) -> Iterator[str]:
    yield f"--{_MONTHS.index(found[0].title()) + 1:02d}"


def _read_english_weekday(found: re.Match[str]) -> Iterator[str]:
    yield found["weekday_name"][:3].title()


def _read_english_time(found: re.Match[str]) -> Iterator[str]:
    if found["day_hour"]:
        return _write_times((int(found["day_hour"]), int(found["day_minute"])))
    if found["one_hour"]:
        return _write_times(_read_clock(found["one_hour"], found["one_minute"], found["one_half"]))
    last = found["end_half"]
    return _write_times(
        _read_clock(found["hour"], found["minute"], found["half"] or last),
        _read_clock(found["end_hour"], found["end_minute"], last),
    )


def _read_clock(hour: str, minute: str | None, half: str) -> tuple[int, int]:
    hours = int(hour) % 12 if int(hour) <= 12 else int(hour)
    return hours + 12 * (half.lower() == "p" and hours < 12), int(minute or 0)


def _read_noon(found: re.Match[str]) -> Iterator[str]:
    yield "00:00" if found[0].lower() in ("midnight", "午夜") else "12:00"


def _read_english_years(found: re.Match[str]) -> Iterator[str]:
    yield found["first_year"]
    yield found["first_year"][:2] + found["last_year"]


def _read_english_percent(found: re.Match[str]) -> Iterator[str]:
    for number in (found["percents"], found["end_percents"]):
        if number:
            yield _write_number(_read_english_words(number)) + "%"


def _read_english_fraction(found: re.Match[str]) -> Iterator[str]:
    bottom = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}
    yield f"{_WORD_VALUES[found['top'].lower()]}/{bottom[found['bottom'].lower()]}"


def _read_scaled(found: re.Match[str]) -> Iterator[str]:
    for digits in (found["scaled_digits"], found["end_digits"]):
        if digits:
            yield _write_number(_read_digits(digits) * _SCALE_WORDS[found["scale"].lower()])


# Chinese

_HAN_DIGITS: Mapping[str, int] = {
    mark: value for value, mark in enumerate("○一二三四五六七八九")
} | {"兩": 2}
_HAN_STEPS: Mapping[str, int] = {"十": 10, "百": 100, "千": 1000}
_HAN_SCALES: Mapping[str, int] = {"萬": 10**4, "億": 10**8}
_HAN = "[○一二兩三四五六七八九十廿卅百千萬億]"
_HAN_NUMBER = (
    r"[一二兩三四五六七八九十廿卅百]" + _HAN + r"{0,24}(?:點[○一二三四五六七八九]{1,6}[萬億]?)?"
)
# Digits may be parted by scales: 1億2,000萬.
_NUMBER = rf"(?:(?<![\d.]){_DIGITS}\ ?[十百千萬億]{{0,3}}(?:{_DIGITS}[千萬]{{1,2}})?|{_HAN_NUMBER})"
_SHORT = r"(?:\d{1,2}|[○一二三四五六七八九十廿卅]{1,3})"
_YEAR = r"(?:(?:19|20)\d\d|[一二][○一二三四五六七八九]{3})"
_HALVES = "凌晨|清晨|早上|上午|中午|正午|下午|傍晚|黃昏|晚上|深夜|晚間|晚"
_COUNTERS = (
    "個|名|人|宗|間|家|所|項|次|條|座|幢|棟|層|份|張|枚|套|款|種|類|隻|頭|支|枝|部|台|艘|架|班|場|屋|"
    "戶|伙|頁|篇|件|批|隊|組|站|棵|株|粒|顆|包|箱|桶|瓶|罐|對|盒|塊|盞|首|冊|本|幅|處|期|輪|位|口|男|女|"
    "輛|起|天|日|週|周|年|歲|公|米|厘|毫|克|噸|平方|度|元|號|級|季|小時|分鐘|秒|樓|組|成|倍|大|方面|段|屆"
)
# Numerals that are part of a word.
_NO_FIGURE = (
    "一般|一直|一些|一定|一致|一切|一旦|一同|一起|一向|一併|一帶|一路|一國|一樣|一方|一線|一站|統一|"
    "一系列|進一步|一步|唯一|之一|萬一|十分(?![鐘之一])|千萬(?![元人名])|百分百|九龍|三藩市|四川|"
    "三文魚|六合彩|八達通|二手|五金|七一|六四|三合會|十字|二維碼|百貨|百老匯|萬聖|八鄉|三跑|一月一"
)
_CHINESE = rf"""
(?P<no_figure>{_NO_FIGURE})
|(?P<date>(?P<month>{_SHORT})月(?P<days>{_SHORT}(?:日|號)(?:\([一二三四五六日星期]{{1,4}}\))?
    (?:[、,及和與至或-]{_SHORT}日(?:\([一二三四五六日星期]{{1,4}}\))?){{0,12}}
    |{_SHORT}(?:[、及和與至或-]{_SHORT}){{1,12}}日))
|(?P<month_alone>(?P<months>{_SHORT}(?:[、及和與至]{_SHORT}){{0,4}})月(?!餅|球|台))
|(?P<weekday>(?:星期|禮拜|週|周)(?P<weekday_mark>[一二三四五六日])(?:[、及和與至](?:星期)?(?P<end_weekday>[一二三四五六日])(?![\d十月日]))?)
|(?P<time>(?P<half>{_HALVES})?(?P<hour>{_SHORT})時(?!間)(?:(?P<minute>{_SHORT})分(?!鐘)|(?P<part>半|正|[一三]刻))?
    |(?<![\d:])(?P<day_hour>[012]?\d):(?P<day_minute>[0-5]\d)(?![\d:]))
|(?P<noon>正午|午夜)
|(?P<phone>{_PHONE})
|(?P<years>(?P<first_year>{_YEAR})(?:至|-|/)(?P<last_year>{_YEAR}|\d\d|[○一二三四五六七八九]{{2}})(?:年|學年|財政))
|(?P<year>(?P<one_year>{_YEAR})年)
|(?P<percent>百分之(?P<percents>{_NUMBER})(?:(?:至|-)(?:百分之)?(?P<end_percents>{_NUMBER}))?
    |(?P<sign_percents>{_NUMBER})(?:(?:至|-)(?P<sign_end>{_NUMBER}))?(?:\ ?%|個百分點))
|(?P<tenths>(?P<tens>[一二兩三四五六七八九]|(?<!\d)\d)成(?P<ones>半|[一二三四五六七八九])?(?![員為功績果立就長人交]))
|(?P<fraction>(?P<bottom>[二三四五十])分之(?P<top>[一二三四]))
|(?P<code>(?<![A-Za-z\d.])(?:[A-Z]{{1,6}}-?\d{{1,9}}[A-Z\d]{{0,4}}(?![A-Za-z\d])|\d{{1,6}}[A-Z]{{1,3}}(?![A-Za-z\d])))
|(?P<number>{_NUMBER})
"""


def _read_chinese(text: str) -> Decimal:
    """A number as Chinese writes it: 五百一十萬, 18億, 1億2,000萬, 三點五, 二○二五."""
    text = text.replace(" ", "").replace(",", "").replace("廿", "二十").replace("卅", "三十")
    marks = re.findall(r"[\d.]+|點[○一二三四五六七八九]+|.", text)
    if not {*_HAN_STEPS, *_HAN_SCALES} & {*marks}:
        digits = "".join(str(_HAN_DIGITS.get(mark, mark)) for mark in text.replace("點", "."))
        return Decimal(digits)
    total = section = digit = Decimal(0)
    for mark in marks:
        if mark in _HAN_SCALES:
            # 二千五百萬億: a scale after a scale multiplies what is there.
            base = section + digit or total or Decimal(1)
            total = total * (section + digit != 0) + base * _HAN_SCALES[mark]
            section = digit = Decimal(0)
        elif mark in _HAN_STEPS:
            section, digit = section + (digit or 1) * _HAN_STEPS[mark], Decimal(0)
        elif mark.startswith("點"):
            digit += Decimal("0." + "".join(str(_HAN_DIGITS[each]) for each in mark[1:]))
        else:
            digit = Decimal(_HAN_DIGITS[mark]) if mark in _HAN_DIGITS else Decimal(mark)
    return total + section + digit


def _read_short(text: str) -> int:
    return int(_read_chinese(text))


def _read_chinese_date(found: re.Match[str]) -> Iterator[str]:
    month = _read_short(found["month"])
    for day in re.findall(rf"(?<!\()(?<!期){_SHORT}", found["days"]):
        yield f"--{month:02d}-{_read_short(day):02d}"


def _read_chinese_months(found: re.Match[str]) -> Iterator[str]:
    for month in re.findall(_SHORT, found["months"]):
        yield f"--{_read_short(month):02d}"


def _read_chinese_weekday(found: re.Match[str]) -> Iterator[str]:
    for mark in (found["weekday_mark"], found["end_weekday"]):
        if mark:
            yield _WEEKDAYS["一二三四五六日".index(mark)]


def _read_chinese_time(found: re.Match[str]) -> Iterator[str]:
    if found["day_hour"]:
        return _write_times((int(found["day_hour"]), int(found["day_minute"])))
    hours, half = _read_short(found["hour"]), found["half"] or ""
    if half in ("凌晨", "清晨", "早上", "上午") or (half.startswith(("晚", "深")) and hours == 12):
        hours %= 12
    elif half and hours < 12 and (half not in ("中午", "正午") or hours < 4):
        hours += 12
    parts = {"半": 30, "一刻": 15, "三刻": 45}
    minutes = _read_short(found["minute"]) if found["minute"] else parts.get(found["part"], 0)
    return _write_times((hours, minutes))


def _read_chinese_years(found: re.Match[str]) -> Iterator[str]:
    first, last = str(_read_short(found["first_year"])), f"{_read_short(found['last_year']):02d}"
    yield first
    yield last if len(last) > 2 else first[:2] + last


def _read_chinese_year(found: re.Match[str]) -> Iterator[str]:
    yield str(_read_short(found["one_year"]))


def _read_chinese_percent(found: re.Match[str]) -> Iterator[str]:
    for name in ("percents", "end_percents", "sign_percents", "sign_end"):
        if found[name]:
            yield _write_number(_read_chinese(found[name])) + "%"


def _read_tenths(found: re.Match[str]) -> Iterator[str]:
    ones = 5 if found["ones"] == "半" else _read_short(found["ones"] or "○")
    yield f"{10 * _read_short(found['tens']) + ones}%"


def _read_chinese_fraction(found: re.Match[str]) -> Iterator[str]:
    yield f"{_read_short(found['top'])}/{_read_short(found['bottom'])}"


def _read_chinese_number(found: re.Match[str]) -> Iterator[str]:
    """One numeral alone is a figure where it counts (三名, 兩個) or ranks (第三) something."""
    before, after = found.string[max(0, found.start() - 1) : found.start()], found.end()
    alone = len(found[0]) == 1 and not found[0].isdigit()
    if not alone or before == "第" or _COUNTER.match(found.string, after):
        yield _write_number(_read_chinese(found[0]))


# No figure starts elsewhere: not trying is several times faster.
_ENGLISH_START = r"(?=\d|(?<![a-z])[a-z])"
_CHINESE_START = (
    r"(?=[\dA-Z○一二兩三四五六七八九十廿卅百千萬星禮週周凌清早上中正下傍黃晚深午唯進統])"
)
_COUNTER = re.compile(rf"(?:多|餘)?(?:{_COUNTERS})")
_LANGUAGES: Mapping[
    Language, tuple[re.Pattern[str], Mapping[str | None, Callable[[re.Match[str]], Iterator[str]]]]
] = {
    "en": (
        re.compile(f"{_ENGLISH_START}(?:{_ENGLISH})", re.VERBOSE | re.IGNORECASE),
        {
            "date": _read_english_date,
            "month_alone": _read_english_month,
            "weekday": _read_english_weekday,
            "time": _read_english_time,
            "noon": _read_noon,
            "phone": _read_phone,
            "years": _read_english_years,
            "percent": _read_english_percent,
            "fraction": _read_english_fraction,
            "scaled": _read_scaled,
            "ordinal": _read_words,
            "code": _read_code,
            "words": _read_words,
            "plain": _read_plain,
        },
    ),
    "zh": (
        re.compile(f"{_CHINESE_START}(?:{_CHINESE})", re.VERBOSE),
        {
            "date": _read_chinese_date,
            "month_alone": _read_chinese_months,
            "weekday": _read_chinese_weekday,
            "time": _read_chinese_time,
            "noon": _read_noon,
            "phone": _read_phone,
            "years": _read_chinese_years,
            "year": _read_chinese_year,
            "percent": _read_chinese_percent,
            "tenths": _read_tenths,
            "fraction": _read_chinese_fraction,
            "code": _read_code,
            "number": _read_chinese_number,
        },
    ),
}
