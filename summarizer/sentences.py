"""Splits a body into sentences, each with its span. Pure.

A line break ends a sentence unless the next line plainly goes on with it; a closing quote or
bracket belongs to the sentence that it closes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from data.models import Language


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, heading, list item or table row: ``body[start:end] == text``.

    ``paragraph`` counts the body's paragraphs (parted by blank lines) from 0; ``line`` is the
    span of the line that the sentence stands in.
    """

    text: str
    start: int
    end: int
    paragraph: int
    line: tuple[int, int]


_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n(?!\s*\n)[^\n]*)*")
_LINE = re.compile(r"[^\n]+(?:(?<![.!?;:])\n(?=[a-z]|\([a-z]+[.a-z])[^\n]+)*")
_CLOSERS = "\"'”’」』）)》]"
_ABBREVIATIONS_LIST = """
    mr mrs ms dr prof hon st no nos sr jr gen col capt rev messrs ltd co inc corp cap ext tel
    dept approx vs fig vol jan feb mar apr jun jul aug sep sept oct nov dec eg ie viz cf p pp rd
    ave bldg ph hq i.e e.g u.s u.k u.n a.m p.m ph.d
"""
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_LIST.split())
_ENGLISH_STOP = re.compile(rf"[.!?]+[{re.escape(_CLOSERS)}]*(?=\s|$)")
_CHINESE_STOP = re.compile(rf"[。！？!?]+[{re.escape(_CLOSERS)}]*|……(?=\n|$)")
_LAST_WORD = re.compile(r"[\w.&']*$")
_OPENS_SENTENCE = re.compile(r"(?:The|It|In|A|He|She|They|This)\b")
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]")
_CHINESE_BRACKET = re.compile("[「『（」』）]")


@lru_cache(maxsize=16)
def split_sentences(body: str, language: Language) -> tuple[Sentence, ...]:
    """The sentences of a body in order; text between them is only white space."""
    return tuple(_split(body, language))


def _split(body: str, language: Language) -> Iterator[Sentence]:
    for number, paragraph in enumerate(_PARAGRAPH.finditer(body)):
        for line in _LINE.finditer(body, *paragraph.span()):
            span = line.span()
            for start, end in _split_line(body, *span, language):
                yield Sentence(body[start:end], start, end, number, span)


def _split_line(body: str, start: int, end: int, language: Language) -> Iterator[tuple[int, int]]:
    is_row = body.find(" | ", start, end) >= 0
    stops = () if is_row else _find_stops(body, start, end, language)
    position = start
    for stop in (*stops, end):
        piece = body[position:stop]
        left = position + len(piece) - len(piece.lstrip())
        right = position + len(piece.rstrip())
        if left < right:
            yield left, right
        position = stop


def _find_stops(body: str, start: int, end: int, language: Language) -> Iterator[int]:
    if language == "zh":
        yield from _find_chinese_stops(body, start, end)
        return
    for match in _ENGLISH_STOP.finditer(body, start, end):
        if _ends_english(body, match, end):
            yield match.end()


def _find_chinese_stops(body: str, start: int, end: int) -> Iterator[int]:
    """Stops outside 「…」 and （…）; where brackets don't match, every stop."""
    line = body[start:end]
    matched = all(line.count(left) == line.count(right) for left, right in ("「」", "『』", "（）"))
    position = start
    depth = 0
    for match in _CHINESE_STOP.finditer(body, start, end):
        for bracket in _CHINESE_BRACKET.finditer(body, position, match.end()):
            depth += 1 if bracket[0] in "「『（" else -1
        position = match.end()
        if depth <= 0 or not matched:
            yield match.end()


def _ends_english(body: str, match: re.Match[str], end: int) -> bool:
    following = body[match.end() : min(end, match.end() + 40)].lstrip()
    if not following:
        return True
    if following[0].islower():
        return False
    if match[0] != ".":
        return True
    word = _LAST_WORD.search(body[max(0, match.start() - 20) : match.start()])
    before = word[0] if word else ""
    if before.lower() in {"a.m", "p.m"}:
        return following[0].isupper() and not following.startswith("(")
    if before.lower().strip("(") in _ABBREVIATIONS:
        return before.lower() in {"ltd", "co", "inc", "corp", "tel"} and bool(
            _OPENS_SENTENCE.match(following)
        )
    # "at Tseung Kwan O. When" ends with a place, not with somebody's initial.
    is_place = body.endswith("Kwan O", 0, match.start())
    return is_place or not _INITIALS.fullmatch(before)
