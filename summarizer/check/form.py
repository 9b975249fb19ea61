"""What no summary may be, whatever its source says: prompt, markup, a quotation, a torso. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from data.models import Language
from summarizer.check.echoes import find_echoes
from summarizer.script import (
    count_foreign,
    count_han,
    count_latin,
    count_letters,
    find_simplified,
)
from summarizer.sentences import Sentence

# Markup has one of these characters.
_MARKS = frozenset("<|[]`*#{\\&")
_MARKUP = re.compile(
    r"</?\w+[^<>\n]{0,200}>|<\|[^|\n]{0,80}\|>|\[/?INST\]|```|\*\*|^#+ |^\s*[{\[]|\\n"
    r"|\[[^\]\n]{0,200}\]\([^)\n]{0,200}\)"
    r"|\\u[0-9a-f]{4}|&\w{1,12};|\|",
    re.IGNORECASE | re.MULTILINE,
)
# How a sentence of a summary never begins: as an item of a list, or as an answer.
_OPENING = re.compile(
    r"\s*(?:[-*–—]\s|[•▪●‣◦■◆►➤✓]"
    r"|[(（]?(?:\d{1,2}|[一二三四五六七八九十])(?:[.)]\s|[)）]|[.、](?=[\u4e00-\u9fff]))"
    r"|(?:the |a )?summary\b[^.\n]{0,40}[:：]|(?:here|below) (?:is|are)\b|here's\b|sure\b"
    r"|(?:certainly|of course|absolutely|understood|thank you|hello|yes)\b[,!.:]|okay\b"
    r"|(?:answer|output|title|headline|translation|english|chinese|note)\s*[:：]"
    r"|in summary\b|issued on [a-z]+ \d{1,2}, \d{4}"
    r"|(?:摘要|總結|總括|標題|翻譯|譯文|概要|中文|英文|發[布佈]日期)(?:如下)?[：:]"
    r"|以[下上][是為]|下面是|好的|當然|沒問題|(?:明白|收到|知道|你好|是的)了?[，,！!。]"
    r"|根據(?:以上|上述|提供))",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"(?i:\bas an ai\b)|\((?:about |approx\w* )?\d+ words\)|(?i:\bword count\b)"
    r"|[（(](?:約|共)?\d+字[)）]|字數[：:]"
    r"|(?:[Uu]ser|[Aa]ssistant|[Ss]ystem|[Hh]uman|用戶|助手|系統)\s*[:：](?:\s|(?=[\u4e00-\u9fff]))"
)
_ENDING = re.compile(r"[.。!?！？][\"'”’」』）)]*$")
_ELLIPSIS = re.compile(r"…|\.\.\.")
_BRACKETS = (("(", ")"), ("（", "）"), ("「", "」"), ("『", "』"), ("“", "”"), ("《", "》"))
_QUOTED = {
    "en": re.compile(r"[\"“]([^\"“”\n]*)[\"”]"),
    "zh": re.compile(r"[「“\"]([^「」“”\"\n]*)[」”\"]"),
}
# A quotation longer than this is somebody's speech: names of offences and of schemes are not.
_LONGEST_QUOTATION = {"en": 14, "zh": 28}
_WORD = re.compile(r"\S+")
_LATIN_LETTER = re.compile("[A-Za-z]")
_LATIN_WORD = re.compile(r"[^\W\d_]+")
_LITTLE_WORDS_LIST = """
    the to and for by with from that be are were has have had their its which who should been it
    this than after before under out not more about between up
"""
_LITTLE_WORDS = frozenset(_LITTLE_WORDS_LIST.split())
# These are words of other languages too, and count half.
_SHARED_WORDS_LIST = """
    a an in on of at is was will as or he over
"""
_SHARED_WORDS = frozenset(_SHARED_WORDS_LIST.split())
_FEWEST_WORDS = 12
# Of sentences of true summaries at least 0.46 are little words, of such without a word of their
# source 0.15; of texts in twelve other languages at most 0.08.
_LEAST_LITTLE = 0.12
_SAMPLE = 6
# Without one of these there are no words of an assistant within a text.
_SIGNS_WITHIN = (":", "：", "(", "（", " AI", " ai", "ord count")


def find_language_faults(summary: str, source: str, language: Language) -> Iterator[str]:
    """Whether a summary is in its language, and in Traditional characters."""
    if language == "en" and summary.isascii():
        if not _LATIN_LETTER.search(summary):
            yield "it is not in English"
        return
    han, latin = count_han(summary), count_latin(summary)
    if count_foreign(summary) > 0 and not count_foreign(source):
        yield "it has letters of another language"
    elif language == "en" and (han > 0.2 * latin or 2 * latin <= count_letters(summary)):
        yield "it is not in English"
    elif language == "zh" and (not han or latin > 3 * han or _is_japanese(summary)):
        yield "it is not in Chinese"
    if language == "zh":
        stray = "".join(mark for mark in find_simplified(summary) if mark not in source)
        if stray:
            yield f"it has Simplified characters: {stray}"


def list_words(text: str) -> frozenset[str]:
    """The words of Latin letters that a text has, in lower case."""
    return frozenset(_LATIN_WORD.findall(text.lower()))


def is_english(text: str, known: frozenset[str]) -> bool:
    """Whether a text has enough of English's little words among those that are not known.

    Args:
        text: one with few words that are not known tells nothing, and is taken for English.
        known: the words of its source, names and rows of tables among them.
    """
    little = shared = others = 0
    for word in _LATIN_WORD.findall(text.lower()):
        if word in _LITTLE_WORDS:
            little += 1
        elif word in _SHARED_WORDS:
            shared += 1
        elif word not in known:
            others += 1
    words = little + shared + others
    return words < _FEWEST_WORDS or little + shared / 2 >= _LEAST_LITTLE * words


def _is_japanese(text: str) -> bool:
    """Whether it has so many letters besides the Chinese ones that it is no Chinese."""
    return count_foreign(text) > 0.1 * count_han(text)


def find_form_faults(
    summary: str, source: str, parts: Sequence[Sentence], language: Language, *, copied: bool
) -> Iterator[str]:
    """What is wrong with a summary's form.

    ``parts`` are its sentences; ``copied`` says that the source has the last of them.
    """
    for leftover in _find_leftovers(summary, parts):
        if leftover not in source:
            yield f"it has markup or words of the prompt: {leftover}"
    for echo in find_echoes(parts, source, language):
        yield f"it repeats what the model was told: {echo[:40]}"
    if _ELLIPSIS.search(summary) and not _ELLIPSIS.search(source):
        yield "it has an ellipsis"
    if not copied and any(summary.count(left) != summary.count(right) for left, right in _BRACKETS):
        yield "a bracket or quotation is left open"
    if not copied and not _ENDING.search(summary.rstrip()):
        yield "it does not end with a full sentence"
    yield from _find_quotations(summary, language)
    yield from _find_repetition(summary, source, parts)


def _find_quotations(summary: str, language: Language) -> Iterator[str]:
    for match in _QUOTED[language].finditer(summary):
        length = len(match[1].split()) if language == "en" else len(match[1])
        if length > _LONGEST_QUOTATION[language]:
            yield f"it quotes at length: {match[1][:40]}"


def _find_repetition(summary: str, source: str, parts: Sequence[Sentence]) -> Iterator[str]:
    for text, times in Counter(part.text for part in parts).items():
        if times > max(1, source.count(text)) and len(text) > 5:
            yield f"it repeats itself: {text[:40]}"
    repeated = _find_thrice(summary)
    if repeated and repeated not in source:
        yield f"it repeats itself: {repeated[:40]}"


def _find_thrice(text: str) -> str:
    """What stands three times in a row; empty if nothing does."""
    starts: dict[str, list[int]] = {}
    words = [match.start() for match in _WORD.finditer(text)]
    if 2 * len(words) < len(text) // _SAMPLE:  # no language that parts its words by blanks
        words = list(range(len(text) - _SAMPLE + 1))
    pieces = [text[start : start + _SAMPLE] for start in words]
    if len(set(pieces)) > len(pieces) - 2:
        return ""
    for start, piece in zip(words, pieces, strict=True):
        starts.setdefault(piece, []).append(start)
    for found in starts.values():
        for first, second, third in zip(found, found[1:], found[2:], strict=False):
            piece = text[first:second].strip()
            twice = len(piece) >= _SAMPLE and text[second:third].strip() == piece
            if twice and text.startswith(piece, third):
                return piece
    return ""


def _find_leftovers(summary: str, parts: Sequence[Sentence]) -> Iterator[str]:
    """Markup, and words of the prompt or of an assistant."""
    if not _MARKS.isdisjoint(summary):
        yield from (match[0].strip() for match in _MARKUP.finditer(summary))
    for part in parts:
        if match := _OPENING.match(part.text):
            yield match[0].strip()
    if any(sign in summary for sign in _SIGNS_WITHIN):
        yield from (match[0].strip() for match in _WITHIN.finditer(summary))
