"""The kinds of release: routine notices that digests fold, warnings that can't wait.

What marks a kind stands in ``kinds.toml`` beside this module, as phrases of titles; the head of
that file explains how they are written. Matching takes time in proportion to the title's length.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data.models import LANGUAGES, Language, Release, ReleaseText, Urgency, describe_faults
from data.phrases import to_plain

KINDS_FILE = Path(__file__).with_name("kinds.toml")

# Characters of a title that are read, and of the body of a bulletin whose title says nothing.
TITLE_LENGTH = 400
OPENING_LENGTH = 1200

_SEVERITY: Mapping[Urgency | None, int] = {"critical": 0, "urgent": 1, None: 2}


class KindsError(ValueError):
    """The file of kinds can't be used; the message names the file, the entry and the fault."""


class _Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", str_min_length=1, str_strip_whitespace=True
    )


class TitleRule(_Strict):
    """Phrases of one language: one of ``any_of``, one of ``with_any_of`` if given, no other."""

    any_of: tuple[str, ...] = Field(min_length=1)
    with_any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()


class KindEntry(_Strict):
    """A kind as ``kinds.toml`` has it.

    Attributes:
        en, zh: its name for readers.
        routine: whether digests fold its releases into one line.
        urgency: see ``data.models.Urgency``; none for what can wait for the digest.
        read_opening: its title says too little, the opening of the body tells the kind.
        departments: keys of the only departments that issue it; a release whose department is
            unknown passes.
        title_en, title_zh: what marks it, in each language.
    """

    en: str
    zh: str
    routine: bool = False
    urgency: Urgency | None = None
    read_opening: bool = False
    departments: tuple[str, ...] = ()
    title_en: TitleRule
    title_zh: TitleRule


class _KindsFile(_Strict):
    lists: Mapping[str, tuple[str, ...]] = {}
    kinds: Mapping[str, KindEntry] = Field(min_length=1)


# The parts of a phrase between its gaps, found one after the other.
Phrase = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A title rule made ready for searching a folded title."""

    any_of: tuple[Phrase, ...]
    with_any_of: tuple[Phrase, ...]
    none_of: tuple[Phrase, ...]

    def matches(self, folded: str) -> bool:
        """Whether a folded title (see ``_fold``) is of the kind."""
        return (
            _has_any(folded, self.any_of)
            and (not self.with_any_of or _has_any(folded, self.with_any_of))
            and not _has_any(folded, self.none_of)
        )


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds by key, in the order in which they are tried, and their rules by language."""

    entries: Mapping[str, KindEntry]
    rules: Mapping[Language, Mapping[str, Rule]]


def load_kinds(path: Path = KINDS_FILE) -> Kinds:
    """The kinds in a file, read once.

    Raises:
        KindsError: if it is missing or malformed; the message names file, entry and fault.
    """
    return _load_kinds(path)


def mark_kind(release: Release, kinds: Kinds) -> Release:
    """The release with the kind and urgency that its titles tell, or none of either.

    The first entry that fits the title in either language counts. So what a title is (a speech,
    a drill, a cancellation) comes before what it speaks of.
    """
    keys = [key for text in release.texts.values() if (key := _find_kind(text, release, kinds))]
    order = list(kinds.entries)
    key = min(keys, key=order.index, default=None)
    urgency = kinds.entries[key].urgency if key else None
    return release.model_copy(update={"kind": key, "urgency": urgency})


def _find_kind(text: ReleaseText, release: Release, kinds: Kinds) -> str | None:
    key = _match_kind(text.title, text.language, release, kinds)
    if key is None or not kinds.entries[key].read_opening:
        return key
    found = (
        _match_kind(line, text.language, release, kinds)
        for line in _list_opening_lines(text.body, text.language)
    )
    told = [each for each in found if each]
    # A bulletin may have several warnings; the gravest of them is what it is about.
    return min(told, key=lambda each: _SEVERITY[kinds.entries[each].urgency], default=key)


def _match_kind(title: str, language: Language, release: Release, kinds: Kinds) -> str | None:
    folded = _fold(title[:TITLE_LENGTH], language)
    return next(
        (
            key
            for key, rule in kinds.rules[language].items()
            if rule.matches(folded) and _may_issue(release.department, kinds.entries[key])
        ),
        None,
    )


def _may_issue(department: str | None, entry: KindEntry) -> bool:
    return department is None or not entry.departments or department in entry.departments


def _list_opening_lines(body: str, language: Language) -> list[str]:
    opening = body[:OPENING_LENGTH]
    if language == "en":
        # The Observatory's bulletins break their lines anywhere.
        opening = re.sub(r"(?<!\n)\n(?!\n)", " ", opening)
        return re.split(r"(?<=[a-zA-Z)])(?<!\b[Nn][Oo])[.!;]\s|\n+", opening)
    return re.split(r"[。；!！]|\n\s*\n", opening)


# Titles and phrases, folded alike: English as words that a space follows each, Chinese as
# Simplified characters without space or any sign but the colon.

_PRESS_NUMBER: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"^press weather no [0-9]+ "),
    "zh": re.compile(r"^天气稿第[0-9]+号"),
}
_NUMBER = "(?:[0-9]+|[○〇零一二三四五六七八九十百]+)"
_PIECE = re.compile(r"\(([^()]*)\)|([^()]+)")


def _fold(text: str, language: Language) -> str:
    plain = to_plain(text, language).casefold()
    if language == "en":
        folded = "".join(
            f"{word} " for word in re.findall(r"[\w&]+", plain.replace("'", "").replace("_", " "))
        )
    else:
        folded = re.sub(r"[^\w:]+", "", plain)
    return _PRESS_NUMBER[language].sub("", folded)


def _has_any(folded: str, phrases: Iterable[Phrase]) -> bool:
    return any(_has(folded, phrase) for phrase in phrases)


def _has(folded: str, phrase: Phrase) -> bool:
    at = 0
    for part in phrase:
        found = part.search(folded, at)
        if not found:
            return False
        at = found.end()
    return True


def _compile_phrase(phrase: str, language: Language) -> Phrase:
    """A phrase as its parts, to be found in order.

    Nothing in a part repeats but letters within a word and the digits of a number, so that no
    title takes long.
    """
    inner = phrase.removeprefix("^").removesuffix("$")
    bodies = [_compile_part(part, language) for part in inner.split("…")]
    if phrase.startswith("^"):
        bodies[0] = rf"\A{bodies[0]}"
    if phrase.endswith("$"):
        bodies[-1] = rf"{bodies[-1]}\Z"
    return tuple(re.compile(body) for body in bodies)


def _compile_part(part: str, language: Language) -> str:
    pieces = _PIECE.findall(part)
    if "".join(plain or f"({choice})" for choice, plain in pieces) != part:
        raise ValueError("has brackets that don't match")
    pattern = "".join(
        _compile_words(plain, language)
        if plain
        else f"(?:{'|'.join(_compile_words(each, language) for each in choice.split('|'))})"
        for choice, plain in pieces
    )
    if re.fullmatch(pattern, ""):
        raise ValueError("has a part that anything would fit")
    return rf"(?<![^ ]){pattern}" if language == "en" else pattern


def _compile_words(words: str, language: Language) -> str:
    if stray := re.search(r"[\^$|\[\]\\{}+?@]", words):
        raise ValueError(f"has {stray[0]!r} where it means nothing")
    # Signs that folding would take away become letters of their own on the way through it.
    signs = {"*": "qqstarqq", "#": "qqhashqq"}
    for sign, name in signs.items():
        words = words.replace(sign, name)
    pattern = re.escape(_fold(words, language)).replace(r"\ ", " ")
    return pattern.replace(signs["*"], "[^ ]*").replace(signs["#"], _NUMBER)


# Reading and checking


@cache
def _load_kinds(path: Path) -> Kinds:
    table = _read_file(path)
    rules: dict[Language, dict[str, Rule]] = {language: {} for language in LANGUAGES}
    for key, entry in table.kinds.items():
        for language in LANGUAGES:
            rule = entry.title_en if language == "en" else entry.title_zh
            rules[language][key] = _compile_rule(rule, language, table.lists, f"{path.name}, {key}")
    return Kinds(entries=table.kinds, rules=rules)


def _read_file(path: Path) -> _KindsFile:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KindsError(f"{path.name} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise KindsError(f"{path.name} isn't valid TOML: {error}") from None
    lists = content.pop("lists", {})
    try:
        return _KindsFile.model_validate({"lists": lists, "kinds": content})
    except ValidationError as error:
        raise KindsError(f"{path.name}: {describe_faults(error)}") from None


def _compile_rule(
    rule: TitleRule, language: Language, lists: Mapping[str, Sequence[str]], where: str
) -> Rule:
    compiled = {
        field: tuple(_compile_all(getattr(rule, field), language, lists, where))
        for field in ("any_of", "with_any_of", "none_of")
    }
    return Rule(**compiled)


def _compile_all(
    phrases: Iterable[str], language: Language, lists: Mapping[str, Sequence[str]], where: str
) -> Iterator[Phrase]:
    for phrase in phrases:
        if phrase.startswith("@"):
            if phrase[1:] not in lists:
                raise KindsError(f"{where}: there is no list {phrase!r}")
            yield from _compile_all(lists[phrase[1:]], language, {}, where)
            continue
        try:
            yield _compile_phrase(phrase, language)
        except ValueError as fault:
            raise KindsError(f"{where}, phrase {phrase!r} {fault}") from None
