"""Finding known phrases in official texts, in the same way for both languages.

A text is made plain (one width, and for Chinese one script) and becomes tokens: words of
English, characters of Chinese. At each token the longest phrase of the lexicon counts, unless
it lies within one found before.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


class Subject(NamedTuple):
    """A phrase that in a title tells the issuer where none is named; ``department`` is its key."""

    phrase: str
    department: str


@dataclass(slots=True)
class Meaning:
    """What a phrase says.

    ``points`` has the points for each topic that it is a keyword of, ``names`` the kind of name
    by key of each department that it names, by the phrase as it is written; ``subject_of`` is
    the key of the department that issues what it stands in the title of. A ``silent`` phrase
    says nothing where it says none of these; it is known so that no phrase is found within it.
    """

    points: dict[Topic, float] = field(default_factory=dict)
    names: dict[str, dict[str, NameKind]] = field(default_factory=dict)
    subject_of: str | None = None
    silent: bool = False


class PhraseMatch(NamedTuple):
    """A known phrase in a plain text: characters ``start`` to ``end``, and what it says there.

    ``phrase`` is in small letters; the rest is as in ``Meaning``, ``names`` for the phrase as it
    is written here. Any of the three may be empty.
    """

    start: int
    end: int
    phrase: str
    points: Mapping[Topic, float]
    names: Mapping[str, NameKind]
    subject_of: str | None


@dataclass(slots=True)
class Node:
    """A place in the tree of phrases: what the tokens up to here say, and what may follow."""

    following: dict[str, "Node"] = field(default_factory=dict)
    meaning: Meaning | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language, as a tree whose steps are tokens in small letters."""

    language: Language
    root: Node


def to_plain(text: str, language: Language) -> str:
    """The text in one width, and for Chinese in one script (Simplified), whatever it came in.

    Newlines stay, any other run of space becomes one space.
    """
    # The folding of widths would turn the vertical colon of some Chinese releases into dots.
    plain = unicodedata.normalize("NFKC", text.replace("︰", ":").replace("\u200b", ""))
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return _make_converter().convert(plain) if language == "zh" else plain.replace("’", "'")


def build_lexicon(
    language: Language,
    keywords: Iterable[Keyword] = (),
    names: Iterable[DepartmentName] = (),
    subjects: Iterable[Subject] = (),
    silent: Iterable[str] = (),
) -> Lexicon:
    """The lexicon of these phrases, which may be in any width and script.

    ``silent`` phrases say nothing and hide the phrases within them. English keywords and
    subjects are known in the plural too, unless the table has that itself. Where a phrase comes
    twice for one topic or department, the first counts; where several departments share a name,
    they keep their order.
    """
    meanings: defaultdict[str, Meaning] = defaultdict(Meaning)
    for name in names:
        written = _join_tokens(name.phrase, language)
        kinds = meanings[written.lower()].names.setdefault(written, {})
        kinds.setdefault(name.department, name.kind)
    for subject in subjects:
        for form in _list_forms(subject.phrase, language):
            meaning = meanings[_join_tokens(form, language).lower()]
            meaning.subject_of = meaning.subject_of or subject.department
    for keyword, form in _list_keyword_forms(tuple(keywords), language):
        known = meanings[_join_tokens(form, language).lower()].points
        known.setdefault(keyword.topic, keyword.points)
    for phrase in silent:
        meanings[_join_tokens(phrase, language).lower()].silent = True
    return Lexicon(language, _grow_tree(meanings, language))


def find_phrases(plain: str, lexicon: Lexicon) -> Iterator[PhraseMatch]:
    """The known phrases of a plain text, from left to right, none within another.

    At each token the longest counts. Phrases may overlap: Chinese has no spaces, and a phrase
    that is there by chance must not hide the one that is meant.
    """
    tokens = list(_TOKENS[lexicon.language].finditer(plain))
    written = [token[0] for token in tokens]
    folded = [token.lower() for token in written]
    separator = _SEPARATORS[lexicon.language]
    covered = 0
    for at, token in enumerate(folded):
        if token not in lexicon.root.following:
            continue
        for end, meaning in reversed(_list_meanings(folded, at, lexicon.root)):
            names = meaning.names.get(separator.join(written[at:end]), {}) if meaning.names else {}
            says = names or meaning.points or meaning.subject_of or meaning.silent
            if end > covered and says:
                phrase = separator.join(folded[at:end])
                span = (tokens[at].start(), tokens[end - 1].end())
                yield PhraseMatch(*span, phrase, meaning.points, names, meaning.subject_of)
                covered = end
                break


def _list_meanings(folded: Sequence[str], at: int, root: Node) -> list[tuple[int, Meaning]]:
    """What the phrases that start at a token say, with their ends, shortest first."""
    found = []
    following = root.following
    for end in range(at, len(folded)):
        node = following.get(folded[end])
        if node is None:
            break
        following = node.following
        if node.meaning:
            found.append((end + 1, node.meaning))
    return found


@cache
def _make_converter() -> opencc.OpenCC:
    return opencc.OpenCC("hk2s")


def _join_tokens(phrase: str, language: Language) -> str:
    """The phrase as the lexicon has it: plain, with the separator between its tokens."""
    tokens = _TOKENS[language].findall(to_plain(phrase, language))
    return _SEPARATORS[language].join(tokens)


def _list_keyword_forms(
    keywords: tuple[Keyword, ...], language: Language
) -> Iterator[tuple[Keyword, str]]:
    """Each keyword with its forms, what the table has itself before what is made of it."""
    yield from ((keyword, keyword.phrase) for keyword in keywords)
    for keyword in keywords:
        yield from ((keyword, form) for form in _list_forms(keyword.phrase, language))


def _list_forms(keyword: str, language: Language) -> tuple[str, ...]:
    """A keyword, and in English its simple plural, which for a verb is its third person."""
    if language == "zh":
        return (keyword,)
    if re.search(r"[^aeiou]y$", keyword):
        return (keyword, f"{keyword[:-1]}ies")
    ending = "es" if re.search(r"(?:s|x|z|ch|sh)$", keyword) else "s"
    return (keyword, keyword + ending)


def _grow_tree(meanings: Mapping[str, Meaning], language: Language) -> Node:
    root = Node()
    for phrase, meaning in meanings.items():
        node = root
        for token in _TOKENS[language].findall(phrase):
            node = node.following.setdefault(token, Node())
        node.meaning = meaning
    return root
