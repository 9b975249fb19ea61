"""Finding known phrases in official texts, in the same way for both languages.

A text is made plain (one width, and for Chinese one script) and becomes tokens: words of
English, characters of Chinese. At each token the longest phrase of the lexicon wins.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import opencc

from data.models import Language, Topic

NameKind = Literal["full", "short", "head"]

_TOKENS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"[A-Za-z0-9]+(?:&[A-Za-z0-9]+)*|[^\sA-Za-z0-9]"),
    "zh": re.compile(r"[A-Za-z0-9]+|\S"),
}
_SEPARATORS: Mapping[Language, str] = {"en": " ", "zh": ""}


class Token(NamedTuple):
    """A word or sign of a plain text: characters ``start`` to ``end``."""

    text: str
    start: int
    end: int


class Keyword(NamedTuple):
    """A phrase that gives ``points`` to a topic's score."""

    phrase: str
    topic: Topic
    points: float


class DepartmentName(NamedTuple):
    """A phrase that names a department, or the head of one; ``department`` is its key."""

    phrase: str
    department: str
    kind: NameKind


class PhraseMatch(NamedTuple):
    """A known phrase in a plain text: characters ``start`` to ``end``, and what it says.

    ``phrase`` is in small letters; ``points`` has the points for each topic that it is a keyword
    of, ``names`` the kind of name by key of each department that it names. Either may be empty.
    """

    start: int
    end: int
    phrase: str
    points: Mapping[Topic, float]
    names: Mapping[str, NameKind]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language, as tokens joined by the language's separator.

    ``keywords`` has the points by topic of each keyword in small letters, ``names`` the kind of
    name by department of each name as it is written, ``lengths`` the numbers of tokens that
    phrases have, longest first, by their first token in small letters.
    """

    language: Language
    keywords: Mapping[str, Mapping[Topic, float]]
    names: Mapping[str, Mapping[str, NameKind]]
    lengths: Mapping[str, tuple[int, ...]]


def to_plain(text: str, language: Language) -> str:
    """The text in one width, and for Chinese in one script (Simplified), whatever it came in.

    Newlines stay, any other run of space becomes one space.
    """
    # The folding of widths would turn the vertical colon of some Chinese releases into dots.
    plain = unicodedata.normalize("NFKC", text.replace("︰", ":").replace("\u200b", ""))
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return _make_converter().convert(plain) if language == "zh" else plain.replace("’", "'")


def build_lexicon(
    language: Language, keywords: Iterable[Keyword], names: Iterable[DepartmentName]
) -> Lexicon:
    """The lexicon of these phrases, which may be in any width and script.

    English keywords are known in the plural too. Where a phrase comes twice for one topic or
    department, the first counts; where several departments share a name, they keep their order.
    """
    kinds: defaultdict[str, dict[str, NameKind]] = defaultdict(dict)
    for name in names:
        kinds[_join_tokens(name.phrase, language)].setdefault(name.department, name.kind)
    points: defaultdict[str, dict[Topic, float]] = defaultdict(dict)
    for keyword in keywords:
        for form in _list_forms(keyword.phrase, language):
            known = points[_join_tokens(form, language).casefold()]
            known.setdefault(keyword.topic, keyword.points)
    return Lexicon(
        language=language,
        keywords=dict(points),
        names=dict(kinds),
        lengths=_list_lengths((*points, *kinds), language),
    )


def find_phrases(plain: str, lexicon: Lexicon) -> Iterator[PhraseMatch]:
    """The known phrases of a plain text, from left to right, the longest at each place."""
    tokens = _split_tokens(plain, lexicon.language)
    at = 0
    while at < len(tokens):
        lengths = lexicon.lengths.get(tokens[at].text.casefold(), ())
        for count in lengths:
            if match := _match_tokens(tokens[at : at + count], count, lexicon):
                yield match
                at += count
                break
        else:
            at += 1


def _match_tokens(tokens: Sequence[Token], count: int, lexicon: Lexicon) -> PhraseMatch | None:
    if len(tokens) < count:  # the text ends before the phrase would
        return None
    written = _SEPARATORS[lexicon.language].join([token.text for token in tokens])
    phrase = written.casefold()
    names, points = lexicon.names.get(written), lexicon.keywords.get(phrase)
    if not names and not points:
        return None
    return PhraseMatch(tokens[0].start, tokens[-1].end, phrase, points or {}, names or {})


@cache
def _make_converter() -> opencc.OpenCC:
    return opencc.OpenCC("hk2s")


def _split_tokens(plain: str, language: Language) -> list[Token]:
    return [Token(found[0], *found.span()) for found in _TOKENS[language].finditer(plain)]


def _join_tokens(phrase: str, language: Language) -> str:
    """The phrase as the lexicon has it: plain, with the separator between its tokens."""
    tokens = _split_tokens(to_plain(phrase, language), language)
    return _SEPARATORS[language].join(token.text for token in tokens)


def _list_forms(keyword: str, language: Language) -> tuple[str, ...]:
    """A keyword, and in English its simple plural, which for a verb is its third person."""
    if language == "zh":
        return (keyword,)
    if re.search(r"[^aeiou]y$", keyword):
        return (keyword, f"{keyword[:-1]}ies")
    ending = "es" if re.search(r"(?:s|x|z|ch|sh)$", keyword) else "s"
    return (keyword, keyword + ending)


def _list_lengths(phrases: Iterable[str], language: Language) -> dict[str, tuple[int, ...]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        tokens = _split_tokens(phrase, language)
        lengths[tokens[0].text.casefold()].add(len(tokens))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()}
