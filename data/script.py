"""Simplified Chinese brought to Hong Kong's Traditional, which all that follows holds; pure.

Many characters stand in both scripts (后, 里, 云, 干, 台), so the script is told by those that
stand in one alone: Simplified ones that Big5 lacks, Traditional ones that GB 2312 lacks.
"""

import re
from collections.abc import Sequence
from functools import cache

import opencc

_HAN = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
# Where a quotation or a name can begin and end.
_EDGE = re.compile(r"([。！？；，、：“”‘’「」『』《》〈〉（）()\[\]【】\"…—\s]+)")
# So many Simplified characters, and no Traditional one, make a quoted paragraph Simplified.
_SURE_OF_PARAGRAPH = 4

_WIDE = r"\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
_PARTED = re.compile(r"[\u3400-\u9fff] (?=[\u3400-\u9fff])")
_JOINED = re.compile(r"[\u3400-\u9fff](?=[\u3400-\u9fff])")
_GAP = re.compile(rf"(?<=[{_WIDE}]) +(?=[{_WIDE}\d])|(?<=\d) +(?=[{_WIDE}])")


def to_traditional(parts: Sequence[str]) -> list[str]:
    """The parts of one text, its title and paragraphs, in Hong Kong's Traditional script.

    A text with more Simplified signs than Traditional ones is converted, except paragraphs that
    are Traditional already and passages with kana, which are Japanese. In a Traditional text
    nothing is touched but a whole paragraph in Simplified script.
    """
    weights = [_weigh(part) for part in parts]
    simplified = sum(weight[0] for weight in weights)
    if not simplified:
        return list(parts)
    whole = simplified > sum(weight[1] for weight in weights)
    return [
        _convert(part) if _is_to_convert(*weight, whole=whole) else part
        for part, weight in zip(parts, weights, strict=True)
    ]


def close_up(text: str) -> str:
    """Chinese that is set with a blank after each character, without those blanks.

    The Observatory's Chinese files have such texts.
    """
    if len(_PARTED.findall(text)) <= len(_JOINED.findall(text)):
        return text
    return _GAP.sub("", text)


def _is_to_convert(simplified: int, traditional: int, *, whole: bool) -> bool:
    if whole:
        return simplified > traditional or not traditional
    return simplified >= _SURE_OF_PARAGRAPH and not traditional


def _weigh(text: str) -> tuple[int, int]:
    """How many characters are Simplified alone, and how many Traditional alone."""
    simplified, traditional = _load_signs()
    return (
        sum(character in simplified for character in text),
        sum(character in traditional for character in text),
    )


def _convert(text: str) -> str:
    convert = _load_converter("s2hk").convert
    passages = _EDGE.split(text) if _KANA.search(text) else [text]
    return "".join(each if _KANA.search(each) else convert(each) for each in passages)


@cache
def _load_converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@cache
def _load_signs() -> tuple[frozenset[str], frozenset[str]]:
    """The characters of Simplified script alone, and of Traditional script alone."""
    return (
        _list_changed("s2t") - {one for one in _HAN if _is_in(one, "big5")},
        (_list_changed("t2s") | _list_changed("hk2s"))
        - {one for one in _HAN if _is_in(one, "gb2312")},
    )


def _list_changed(conversion: str) -> frozenset[str]:
    """The characters that a conversion changes; a line each, so that none makes a phrase."""
    converted = _load_converter(conversion).convert("\n".join(_HAN)).split("\n")
    return frozenset(one for one, other in zip(_HAN, converted, strict=True) if one != other)


def _is_in(character: str, charset: str) -> bool:
    try:
        character.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
