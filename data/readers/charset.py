"""Bytes to text where the declared charset may be wrong; pure.

Valid UTF-8 is UTF-8, whatever is declared: no other text looks like it by chance. Other bytes
are read in the declared charset and in those that Chinese texts come in, strictly, and the
reading in which the commonest characters of Chinese turn up as often as in real text is taken.
A wrong reading of Chinese consists of rare characters.
"""

import codecs
import re

from data.readers.reading import ReadError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, with whose mark it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How "<" and the next character look in a charset of wide units without a byte order mark.
_WIDE_OPENINGS = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_DECLARED_WITHIN = 2048
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,500}?charset)\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)
# A declared charset stands for the largest one that contains it, as in browsers.
_LARGER = {
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
}
_CHINESE = ("big5hkscs", "gb18030", "cp950")
_SINGLE_BYTE = re.compile(r"cp125\d|iso8859-\d+|koi8-[ru]|mac-\w+|cp8\d\d")
# In these every byte is ASCII: they would pass for UTF-8 and smuggle markup past it.
_SEVEN_BIT = re.compile(r"(?:x-)?(?:utf-?7|hz|iso-?2022).*", re.IGNORECASE)
# Single bad bytes in long UTF-8 are damage; more of them are another charset.
_WIDE_FOR_ONE_BAD = 20
_GOOD_FOR_ONE_BAD = 200
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_ENOUGH_HAN = 4_000
# The commonest characters of Chinese, Traditional and Simplified: a third of any text.
_COMMON = frozenset(
    "的一是不了在人有他這这個个上們们來来到時时大地為为子中你說说生國国年著着就那和要出也得裡里後后自以會会"
    "家可下而過过天去能對对小多然於于心學学之都好看起發发當当沒没成只如事把還还用第樣样道想作種种開开"
    "香港政府署局今日月十二三四五六七八九元人員员部門门公布及與与將将由已或其他有關关市民時间間分至該该本"
    "及提供進进行工務务理生活動动服務务安全新高長长現现所因此方面法會经經濟济合前次期內内外同並并更區区"
    "表示請请電电話话查詢询報报告處处理主席委任计計劃划社展業业議议員教育衞卫交通警察海關消防處"
)
# A lead byte and the bytes that follow it, as Latin-1 or Windows-1252 show them.
_TWICE_ENCODED = re.compile(
    "[\u00e2-\u00ef][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122\u20ac]{2}"
)
_PLAUSIBLE = 0.12  # of the Chinese characters are common ones: text has 0.3 and more
_SAMPLE = 400_000  # bytes: enough to tell charsets apart


def decode_html(content: bytes) -> str:
    """The text of an HTML page.

    Raises:
        ReadError: if the bytes are text in no charset that would make sense of them.
    """
    return _decode(content)


def decode_feed(content: bytes) -> str:
    """The text of an XML feed, without its XML declaration, which may be wrong by now.

    Raises:
        ReadError: if the bytes are text in no charset that would make sense of them.
    """
    text = _decode(content).lstrip()
    end = text.find("?>", 0, _DECLARED_WITHIN) if text.startswith("<?xml") else -1
    return text[end + 2 :] if end >= 0 else text


def is_mangled(text: str) -> bool:
    """Whether too much of a text (as it came, uncleaned) was lost in decoding to trust the rest.

    Either characters that could not be read, or UTF-8 that somebody has read as Latin.
    """
    if text.isascii():
        return False
    wide = len(text) - len(text.encode("ascii", "ignore"))
    if text.count("\ufffd") * _GOOD_FOR_ONE_BAD > len(text):
        return True
    # Each character that was encoded twice has become three.
    return wide * 4 > len(text) and len(_TWICE_ENCODED.findall(text)) * 4 > wide


def find_seven_bit_charset(content: bytes) -> str | None:
    """The declared charset if it hides its characters in ASCII, such as UTF-7."""
    declared = _find_declared(content)
    return declared if declared and _SEVEN_BIT.fullmatch(declared) else None


def _decode(content: bytes) -> str:
    if declared := find_seven_bit_charset(content):
        raise ReadError(f"the charset {declared} is refused")
    for mark, charset in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(charset, "replace")
    if (text := _decode_strictly(content, "utf-8")) is not None:
        return text
    for opening, charset in _WIDE_OPENINGS:
        if content.startswith(opening):
            return content.decode(charset, "replace")
    return _decode_damaged_utf8(content) or _decode_plausibly(content)


def _decode_damaged_utf8(content: bytes) -> str | None:
    """UTF-8 of which a few bytes are bad, each shown as U+FFFD; None if it is something else."""
    text = content.decode("utf-8", "replace")
    wide = len(text) - len(text.encode("ascii", "ignore"))
    bad = text.count("\ufffd")
    return text if wide > bad * _WIDE_FOR_ONE_BAD else None


def _decode_plausibly(content: bytes) -> str:
    declared = _find_codec(_find_declared(content))
    candidates = dict.fromkeys((*((declared,) if declared else ()), *_CHINESE))
    readings = {charset: _decode_strictly(content, charset) for charset in candidates}
    scores = {charset: _score(text) for charset, text in readings.items() if text is not None}
    best = max(scores, key=lambda charset: scores[charset], default=None)
    if best is not None and scores[best] >= _PLAUSIBLE:
        return readings[best] or ""
    # Not Chinese; what is declared is as good as it decodes.
    text = readings.get(declared) if declared else None
    if text is None or declared in _CHINESE:
        raise ReadError("the text is in no charset that makes sense of it")
    return text


def _decode_strictly(content: bytes, charset: str) -> str | None:
    """Text that may end in the middle of a character but has no other fault; else None."""
    decoder = codecs.getincrementaldecoder(charset)()
    try:
        return decoder.decode(content)
    except UnicodeDecodeError:
        return None


def _score(text: str) -> float:
    """The share of common characters among the Chinese ones; 0 where there are hardly any."""
    han = _HAN.findall(text[:_SAMPLE])[:_ENOUGH_HAN]
    return sum(character in _COMMON for character in han) / len(han) if han else 0.0


def _find_declared(content: bytes) -> str | None:
    found = _DECLARED.search(content[:_DECLARED_WITHIN])
    return found[1].decode("ascii", "ignore") if found else None


def _find_codec(declared: str | None) -> str | None:
    """The codec of a declared charset, if it is one for text of 8-bit units."""
    try:
        name = codecs.lookup(declared or "").name
    except LookupError:
        return None
    name = _LARGER.get(name, name)
    return name if name in _CHINESE or _SINGLE_BYTE.fullmatch(name) else None
