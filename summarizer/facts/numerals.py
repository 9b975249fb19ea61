"""Numbers as English and Chinese write them, to exact decimals and back to digits. Pure."""

import re
from decimal import Decimal

# Full-width forms have the same length as plain ones, so spans hold after folding.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_FULL_WIDTH |= {code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)}
_FULL_WIDTH |= {code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)}
_FULL_WIDTH |= {
    ord("％"): ord("%"),
    ord("．"): ord("."),
    ord("＄"): ord("$"),
    0xA0: ord(" "),
    0x2009: ord(" "),
    0x202F: ord(" "),
    0x2011: ord("-"),
    ord("’"): ord("'"),
}

_WIDE = re.compile(f"[{''.join(map(chr, _FULL_WIDTH))}]")

CHINESE_DIGITS = {
    "零": 0, "○": 0, "〇": 0, "一": 1, "二": 2, "兩": 2, "三": 3, "四": 4,
    "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_CHINESE_STEPS = {"十": 10, "百": 100, "千": 1_000}
_CHINESE_SCALES = {"萬": 10_000, "億": 100_000_000}
HAN_NUMERAL = "[零○〇一二兩三四五六七八九十百千萬億]"

_UNITS_LIST = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen
"""
_UNITS = _UNITS_LIST.split()
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL = {word: value for value, word in enumerate(_UNITS)}
_SMALL |= {word: 10 * value for value, word in enumerate(_TENS, start=2)}
SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
ORDINAL_WORD = "|".join(_ORDINALS)
_WORD = "|".join(sorted([*_SMALL, *SCALES], key=len, reverse=True))
NUMBER_WORDS = rf"(?:{_WORD})(?:(?:[- ]|,?[ ]and[ ])(?:{_WORD}))*"


def fold_width(text: str) -> str:
    """The text with full-width digits, letters and odd spaces made plain; lengths hold."""
    return text.translate(_FULL_WIDTH) if _WIDE.search(text) else text


def read_digits(text: str) -> Decimal:
    """A number in digits, whatever parts its thousands: ``13 600``, ``1,300``, ``2.5``."""
    return Decimal(re.sub(r"[ ,]", "", text))


def list_number_words() -> tuple[str, ...]:
    """The words that a number may start with."""
    return (*_SMALL, *SCALES)


def read_english_words(text: str) -> Decimal:
    """A number in English words: ``twenty-three``, ``half a million``, ``two dozen``."""
    words = re.findall(r"[a-z]+", text.lower())
    total, current = 0, 0
    for word in words:
        if word in _SMALL:
            current += _SMALL[word]
        elif word == "hundred":
            current = max(current, 1) * 100
        elif word == "dozen":
            current = max(current, 1) * 12
        elif word in SCALES:
            total += max(current, 1) * SCALES[word]
            current = 0
    value = Decimal(total + current)
    return _plain(value / 2) if words[:1] == ["half"] else value


def read_english_ordinal(text: str) -> Decimal:
    """An ordinal in English words: ``eighth`` is 8, ``twenty-first`` 21."""
    *before, last = re.findall(r"[a-z]+", text.lower())
    return read_english_words(" ".join(before)) + _ORDINALS[last]


def read_chinese(text: str) -> Decimal:
    """A number in Chinese numerals, digits with a scale, or both: 五百一十萬, 18億, 二○二五.

    A decimal part follows 點. Numerals without a place (二○二五) are read digit by digit.
    """
    if match := re.fullmatch(r"([\d, ]+(?:\.\d+)?)([十百千萬億]*)", text):
        return _plain(read_digits(match[1]) * _scale(match[2]))
    whole, _, fraction = text.partition("點")
    value = _read_places(whole)
    if match := re.fullmatch(r"(.*?)([萬億]*)", fraction):
        digits = "".join(str(CHINESE_DIGITS[mark]) for mark in match[1])
        value = (value + Decimal(f"0.{digits or 0}")) * _scale(match[2])
    return _plain(value)


def _scale(marks: str) -> int:
    scale = 1
    for mark in marks:
        scale *= _CHINESE_STEPS.get(mark) or _CHINESE_SCALES[mark]
    return scale


def _read_places(text: str) -> Decimal:
    if not any(mark in _CHINESE_STEPS or mark in _CHINESE_SCALES for mark in text):
        return Decimal("".join(str(CHINESE_DIGITS[mark]) for mark in text) or "0")
    total, section, digit = 0, 0, 0
    for mark in text:
        if mark in CHINESE_DIGITS:
            digit = CHINESE_DIGITS[mark]
        elif mark in _CHINESE_STEPS:
            section += (digit or 1) * _CHINESE_STEPS[mark]
            digit = 0
        elif mark == "億":
            total, section, digit = (total + section + digit or 1) * 10**8, 0, 0
        else:
            total, section, digit = total + (section + digit or 1) * 10**4, 0, 0
    return Decimal(total + section + digit)


def _plain(value: Decimal) -> Decimal:
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def write_number(value: Decimal) -> str:
    """A canonical form for comparing: no thousands marks, no trailing zeros."""
    return format(_plain(value), "f")


def write_han(value: int) -> str:
    """A number below a hundred in Chinese numerals: 五, 十五, 二十三."""
    tens, ones = divmod(value, 10)
    digits = "零一二三四五六七八九"
    first = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return first + (digits[ones] if ones or not tens else "")


def write_chinese_digits(value: Decimal) -> str:
    """A number as Hong Kong newspapers write it: 1,300, 2.4萬, 510萬, 3.5億."""
    if value >= 100_000_000 and value % 1_000_000 == 0:
        return f"{_plain(value / 100_000_000):,f}億"
    if value >= 10_000 and value % (1_000 if value < 100_000 else 100) == 0:
        return f"{_plain(value / 10_000):,f}萬"
    return f"{_plain(value):,f}"
