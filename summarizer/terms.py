"""The terms of a text: its words, its pairs of neighbouring words or characters. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import add
from typing import Literal

from data.models import Language

_WORD = re.compile(r"[a-z0-9]+")
_RUN = re.compile(r"[\u4e00-\u9fffA-Za-z0-9.,]+")
_STOP_WORDS_LIST = """
    the a an and or but nor of to in on at by for from with as is are was were be been being has
    have had do does did will would shall should may might can could must that which who whom
    whose this these those it its they their them he his she her we our us you your i my not no
    also such other any all each some more most than then there here when where while if so up
    out about into over under between among through during before after until since per via both
    either said mr ms dr hong kong government including include well same new one two s t
    further please today tomorrow yesterday
"""
_STOP_WORDS = frozenset(_STOP_WORDS_LIST.split())
_STOP_HAN = frozenset(
    "的了和與及或在是有為由對就將會已並而以於可之其亦也等個該此這那向被把從至到所"
)
_DIGITS = re.compile(r"\d+")
_MARK = re.compile(r"[()（）,，；;]")
# What a term is made of: a word; a pair of words (or characters) that both, or of which only
# one, say something; a pair with a figure in it.
Kind = Literal["word", "pair", "loose", "figure"]


def list_terms(text: str, language: Language) -> set[str]:
    """The terms of a text: words that say something, and pairs of which at least one does."""
    return set(iterate_terms(text, language))


def iterate_terms(text: str, language: Language) -> list[str]:
    """The terms of a text, each as often as it stands there."""
    if language == "en":
        return _list_english(text)
    found: list[str] = []
    for run in _RUN.findall(text):
        found += map(add, run, run[1:])
    return found


def _list_english(text: str) -> list[str]:
    words = _WORD.findall(text.lower())
    found = [word for word in words if word not in _STOP_WORDS and not word[0].isdigit()]
    found += [
        f"{one} {other}"
        for one, other in pairwise(words)
        if one not in _STOP_WORDS or other not in _STOP_WORDS
    ]
    return found


# Where a term stands in its sentence: flags, and above them the number of its clause.
BRACKETED, NAMED, AT_FIGURE = 1, 2, 4
CLAUSE_SHIFT = 3


def locate_terms(text: str, language: Language) -> dict[str, int]:
    """The terms of a sentence, each with its first spot: flags and the number of its clause."""
    return _locate_english(text) if language == "en" else _locate_chinese(text)


def _locate_chinese(text: str) -> dict[str, int]:
    spots = _read_spots(text)
    for figure in _DIGITS.finditer(text):
        for position in range(max(0, figure.start() - 6), min(len(text), figure.end() + 5)):
            spots[position] |= AT_FIGURE
    found: dict[str, int] = {}
    for run in _RUN.finditer(text):
        characters = run[0]
        pairs = map(add, characters, characters[1:])
        for term, spot in zip(pairs, spots[run.start() : run.end() - 1], strict=True):
            found.setdefault(term, spot)
    return found


def _locate_english(text: str) -> dict[str, int]:
    spots = _read_spots(text)
    found: dict[str, int] = {}
    words = [(word[0], word.start()) for word in _WORD.finditer(text.lower())]
    beside = _mark_beside_figures(words)
    before, before_spot, before_stops = "", 0, True
    for number, (word, start) in enumerate(words):
        stops = word in _STOP_WORDS
        if before and not (before_stops and stops):
            found.setdefault(f"{before} {word}", before_spot)
        spot = spots[start] | beside[number]
        if number and text[start].isupper():
            spot |= NAMED
        if not stops and not word[0].isdigit():
            found.setdefault(word, spot)
        before, before_spot, before_stops = word, spot, stops
    return found


def _mark_beside_figures(words: Sequence[tuple[str, int]]) -> list[int]:
    """For each word the flag of one that stands beside a figure, or 0."""
    flags = [0] * len(words)
    for number, (word, _) in enumerate(words):
        if word[0].isdigit():
            start, end = max(0, number - 3), min(len(words), number + 3)
            flags[start:end] = [AT_FIGURE] * (end - start)
    return flags


def _read_spots(text: str) -> list[int]:
    """For each character: whether it stands in brackets, and how many commas before it."""
    spots: list[int] = []
    spot = depth = 0
    position = 0
    for mark in _MARK.finditer(text):
        spots += [spot] * (mark.start() - position)
        position = mark.start()
        if mark[0] in "(（":
            depth += 1
        elif mark[0] in ")）":
            depth = max(0, depth - 1)
        else:
            spot += 1 << CLAUSE_SHIFT
        spot = spot | BRACKETED if depth else spot & ~BRACKETED
    return spots + [spot] * (len(text) - position)


def tell_kind(term: str, language: Language) -> Kind:
    """What a term is made of."""
    if language == "zh":
        first, second = term[0], term[1]
        if first.isdigit() or second.isdigit():
            return "figure"
        return "loose" if first in _STOP_HAN or second in _STOP_HAN else "pair"
    if " " not in term:
        return "word"
    one, _, other = term.partition(" ")
    if one[0].isdigit() or other[0].isdigit():
        return "figure"
    return "loose" if one in _STOP_WORDS or other in _STOP_WORDS else "pair"


def count_terms(lists: Iterable[Iterable[str]]) -> Mapping[str, int]:
    """How many of the lists have each term."""
    counts: Counter[str] = Counter()
    for terms in lists:
        counts.update(terms)
    return counts
