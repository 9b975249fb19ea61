"""How a summary may write the figures of its source. Pure.

A figure of a source, 五百一十萬元, may be written 510萬元, $5.1 million, 5,100,000 and in more
ways. Those that are only begun at some place (5, 51, 5.1) are what a model may be about to
write: the guard of figures asks which whole figures they can become.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise, product

from data.models import Language
from summarizer.facts.figures import CURRENCIES, Fact, find_day
from summarizer.facts.figures_en import MONTHS
from summarizer.facts.numerals import (
    CHINESE_DIGITS,
    HAN_NUMERAL,
    fold_width,
    read_chinese,
    write_chinese_digits,
    write_han,
    write_number,
)

LONGEST = 40  # characters
_MOST_DIGITS = 15  # of a figure; longer ones stand as in the source
_MOST_FACTS = 4_000  # what follows in so long a text has no other spellings
_SCALES: dict[Language, dict[str, int]] = {
    "en": {" thousand": 10**3, " million": 10**6, " billion": 10**9, " trillion": 10**12},
    "zh": {"千": 10**3, "萬": 10**4, "百萬": 10**6, "億": 10**8},
}
_JOINERS: dict[Language, tuple[str, ...]] = {"en": (" to ", "-", "–", " and "), "zh": ("至",)}
# "$5.1 million", 510萬元: signs of money before and after the number.
_SIGNS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[A-Z]*[$€£¥]|[A-Z]{3}|[a-z]+"),
    "zh": re.compile(r"(?:HK|US)?\$|RMB|[^!-~]*(?:元|日圓|英鎊|人民幣)"),
}
_MARKS = {
    (language, unit): tuple(
        mark for mark in CURRENCIES if CURRENCIES[mark] == unit and signs.fullmatch(mark)
    )
    for language, signs in _SIGNS.items()
    for unit in CURRENCIES.values()
}
_AGES = (" years old", "-year-old", " years of age")
_NUMERAL: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[$€£¥]?\d"),
    "zh": re.compile(rf"[$€£¥]?(?:\d|{HAN_NUMERAL})"),
}
_HAN_RUN = re.compile(rf"(?<![\d.])(?:廿|{HAN_NUMERAL})+(?:點[零○〇一二三四五六七八九]+[萬億]?)?")
_RANGE = re.compile(r"[ %元]*(?:至|到|to|-|–|—|－)[ $]*|[ %]*(?:及|和|或|、|and|or)[ $]*")
_WORD = re.compile(r"[!-~]*\d[!-~]*")
_AROUND = ".,;:()[]!?'\""


def list_spellings(
    source: str, facts: Sequence[Fact], language: Language, today: date
) -> frozenset[str]:
    """The strings in which the figures of a source may stand in a summary, each whole.

    Each starts with its first numeral or sign of money, and those of the source's own words
    also where the source's figure starts. They are candidates: whether one is right where a
    summary has it ("12" after "May") is for the reader of facts to say.

    Args:
        source: the text that the facts are of.
        facts: as ``find_facts`` reads them.
        language: of source and summary.
        today: the day of issue.
    """
    facts = facts[:_MOST_FACTS]
    spellings: set[str] = {str(today.year)}
    for fact in {fact[:3]: fact for fact in facts}.values():
        if len(fact.value) <= _MOST_DIGITS:
            spellings.update(_write(fact, language, today))
    for slice_ in _list_slices(source, facts):
        for written in {slice_, fold_width(slice_)}:
            spellings.update(_cut_to_numeral(written, language))
            if language == "zh":
                for plain in (True, False):
                    spellings.update(_cut_to_numeral(_write_digits(written, plain), language))
    for one, other in pairwise(facts):
        if _makes_range(source, one, other):
            spellings.update(_write_range(one, other, language, today))
    spellings.update(list_words(source))
    return frozenset(
        each for each in spellings if len(each) <= LONGEST and _NUMERAL[language].search(each)
    )


def list_words(text: str) -> Iterator[str]:
    """The Latin words of a text that have a digit, without the punctuation around them."""
    return (word.strip(_AROUND) for word in _WORD.findall(text))


def _list_slices(source: str, facts: Sequence[Fact]) -> Iterator[str]:
    """The source's own words for each figure, and for two that make a range."""
    for fact in facts:
        yield source[fact.start : fact.end]
    for one, other in pairwise(facts):
        if _makes_range(source, one, other):
            yield source[one.start : max(one.end, other.end)]


def _makes_range(source: str, one: Fact, other: Fact) -> bool:
    same = one.kind == other.kind
    return same and (other.start < one.end or bool(_RANGE.fullmatch(source, one.end, other.start)))


def _cut_to_numeral(written: str, language: Language) -> Iterator[str]:
    yield written
    if found := _NUMERAL[language].search(written):
        yield written[found.start() :]


def _write_digits(written: str, plain: bool) -> str:
    """Chinese numerals as digits: 下午二時五十一分 is 下午2時51分.

    ``plain``: 一萬三千六百 is 13600, not 13,600; 五百一十萬 is 5100000, not 510萬.
    """

    def write(match: re.Match[str]) -> str:
        run = match[0].replace("廿", "二十")
        if len(run) > 1 and all(mark in CHINESE_DIGITS for mark in run):
            return "".join(str(CHINESE_DIGITS[mark]) for mark in run)
        value = read_chinese(run)
        plainly = plain or value >= 10**_MOST_DIGITS
        return write_number(value) if plainly else write_chinese_digits(value)

    return _HAN_RUN.sub(write, written)


def _write_range(one: Fact, other: Fact, language: Language, today: date) -> Iterator[str]:
    """Both ends where only the last has the sign: "10 to 12 per cent", 5至6萬."""
    numbers = one.kind in {"number", "quantity", "money", "percent", "rank", "year"}
    if not numbers or max(len(one.value), len(other.value)) > _MOST_DIGITS:
        return
    first = Decimal(one.value)
    scales = [1, *_SCALES[language].values()]
    firsts = {f"{first / scale:,f}" for scale in scales if first * 100 % scale == 0}
    lasts = set(_write(other, language, today))
    for begun, joiner, ended in product(firsts, _JOINERS[language], lasts):
        yield f"{begun}{joiner}{ended}"


def _write(fact: Fact, language: Language, today: date) -> Iterator[str]:
    match fact.kind:
        case "number" | "quantity" | "rank" | "year":
            yield from _write_number(Decimal(fact.value), language)
            if fact.unit == "age" and language == "en":
                yield from (fact.value + sign for sign in _AGES)
        case "percent":
            yield from _write_percent(fact, language)
        case "money":
            yield from _write_money(fact, language)
        case "date":
            yield from _write_date(fact, language, today)
        case "month" if language == "zh":
            yield f"{int(fact.value[2:])}月"
        case "time":
            yield from _write_time(fact, language)
        case "phone":
            yield from (fact.value, f"{fact.value[:4]} {fact.value[4:]}")
        case "fraction" if language == "zh":
            top, bottom = fact.value.split("/")
            yield f"{bottom}分之{top}"
            yield f"{write_han(int(bottom))}分之{write_han(int(top))}"


def _write_number(value: Decimal, language: Language) -> Iterator[str]:
    yield f"{value:f}"
    yield f"{value:,f}"
    yield f"{value:,f}".replace(",", " ")
    for mark, scale in _SCALES[language].items():
        if value >= scale and value * 1_000 % scale == 0:
            scaled = write_number(value / scale)
            yield f"{scaled}{mark}"
            yield f"{Decimal(scaled):,f}{mark}"
    if language == "zh" and value == value.to_integral_value() and 0 < value < 100:
        yield write_han(int(value))


def _write_percent(fact: Fact, language: Language) -> Iterator[str]:
    yield fact.value
    if language == "en":
        signs = ["%", " per cent", " percent", "-per-cent"]
        if fact.unit:
            signs = [" percentage point", " percentage points", "-percentage-point"]
        yield from (fact.value + sign for sign in signs)
    elif fact.unit:
        yield f"{fact.value}個百分點"
    else:
        yield f"{fact.value}%"
        yield from _write_tenths(Decimal(fact.value))


def _write_tenths(value: Decimal) -> Iterator[str]:
    tenths, rest = divmod(value, 10)
    if 0 < tenths < 10 and rest in {0, 5}:
        half = "半" if rest else ""
        yield f"{tenths:f}成{half}"
        yield f"{write_han(int(tenths))}成{half}"


def _write_money(fact: Fact, language: Language) -> Iterator[str]:
    for number in _write_number(Decimal(fact.value), language):
        yield number
        for mark in _MARKS[language, fact.unit]:
            if mark.isascii():
                yield f"{number} {mark}" if mark.islower() else f"{mark}{number}"
            else:
                yield f"{number}{mark}"
        if (language, fact.unit) == ("zh", "CNY"):
            yield f"{number}元人民幣"


def _write_date(fact: Fact, language: Language, today: date) -> Iterator[str]:
    day = int(fact.value[-2:])
    month = 0 if fact.value.startswith("---") else int(fact.value[-5:-3])
    found = find_day(fact.value, today)
    year = found.year if found else 0
    if language == "en":
        yield str(day)
        if 1 <= month <= len(MONTHS):
            yield from (f"{day} {MONTHS[month - 1]}", f"{day} {MONTHS[month - 1]} {year}")
        yield from (f"{day}, {year}", str(year))
    else:
        yield f"{day}日"
        yield f"{month}月{day}日"
        yield f"{year}年{month}月{day}日"


def _write_time(fact: Fact, language: Language) -> Iterator[str]:
    hours, minutes = (int(part) for part in fact.value.split(":"))
    if language == "zh":
        yield fact.value
        for hour in {hours, hours % 12 or 12, hours % 12 + 12}:
            yield f"{hour}時{minutes}分" if minutes else f"{hour}時"
            yield from [f"{hour}時半"] if minutes == 30 else []
        return
    yield fact.value
    hour = hours % 12 or 12
    half = "am" if hours < 12 else "pm"
    clocks = [f"{hour}.{minutes:02d}", f"{hour}:{minutes:02d}"] if minutes else [str(hour)]
    for clock, sign in product(clocks, (half, f" {half}", f" {half[0]}.m.", f"{half[0]}.m.")):
        yield f"{clock}{sign}"
    if not minutes and hour == 12:
        yield "12 noon" if half == "pm" else "12 midnight"
