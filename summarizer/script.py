"""Which script a text is in, and the Simplified characters that have strayed into it. Pure."""

import re
from functools import cache

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)
_FOREIGN = re.compile(
    r"[\u0400-\u052f\u0590-\u06ff\u0900-\u0e7f\u3040-\u30ff\u1100-\u11ff\uac00-\ud7af]"
)
# The Government's glyphs where OpenCC's Traditional differs from them.
_GOVERNMENT_GLYPHS = str.maketrans("户説閲税羣爲啓衆牀麪", "戶說閱稅群為啟眾床麵")

# Hong Kong writes these in Traditional text and in names (陳恒鑌), though Big5 lacks them.
_ALSO_TRADITIONAL = frozenset(
    "恒温潜猪猫晋烟凉凭踪迹脉琼葱冲吓叠叙咏奥强揾携滚瑶盖笋韵麽峥栾秆耻泪撑启厨厢却卧"
)


def blank_controls(text: str) -> str:
    """The text with a space for each character that is not to be seen; places hold."""
    return _CONTROL.sub(" ", text)


def count_letters(text: str) -> int:
    """How many letters of any script."""
    return len(_LETTER.findall(text))


def count_han(text: str) -> int:
    """How many Chinese characters the text has."""
    return len(_HAN.findall(text))


def count_latin(text: str) -> int:
    """How many Latin letters the text has."""
    return len(_LATIN.findall(text))


def count_foreign(text: str) -> int:
    """How many letters of scripts that neither official language uses."""
    return len(_FOREIGN.findall(text))


@cache
def _simplified_to_traditional() -> dict[int, str]:
    """Characters that only Simplified Chinese has, to their Traditional form.

    Those that ``s2t`` changes and Big5 cannot encode. A whole-text conversion would also
    change characters that both scripts have (余 would become 餘), so it is never run.
    """
    from opencc import OpenCC

    characters = [chr(code) for code in range(0x4E00, 0x9FA6)]
    converted = OpenCC("s2t").convert("\n".join(characters)).split("\n")
    return {
        ord(before): after.translate(_GOVERNMENT_GLYPHS)
        for before, after in zip(characters, converted, strict=True)
        if before != after and before not in _ALSO_TRADITIONAL and not _in_big5(before)
    }


@cache
def _list_simplified() -> frozenset[str]:
    return frozenset(map(chr, _simplified_to_traditional()))


def _in_big5(character: str) -> bool:
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def find_simplified(text: str) -> str:
    """The characters of a text that only Simplified Chinese has, each once, in order."""
    stray = _list_simplified().intersection(text)
    return "".join(dict.fromkeys(mark for mark in text if mark in stray)) if stray else ""


def to_traditional(text: str) -> str:
    """The text with those characters, and no others, turned Traditional; lengths hold."""
    if _list_simplified().isdisjoint(text):
        return text
    return text.translate(_simplified_to_traditional())
