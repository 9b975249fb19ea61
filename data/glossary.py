"""What English and Chinese texts have in common: ``glossary.toml`` and ``places.toml``.

Both files are read, checked and made ready to be searched for in official texts.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from data.models import LANGUAGES, Language
from data.phrases import to_plain
from data.tables import TABLES_FOLDER, TablesError

MeaningKind = Literal["word", "place", "common", "surname"]

_SPLIT: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"[^\W_]+"),
    "zh": re.compile(r"[A-Za-z0-9]+|[^\s\W]"),
}
_LISTED: Mapping[Language, str] = {"en": ", ", "zh": "、"}


class Meaning(NamedTuple):
    """A line of a file: ``key`` is its first English word, ``group`` its [exclusive.…] table."""

    key: str
    kind: MeaningKind
    group: str | None = None


class Mention(NamedTuple):
    """A known phrase in a plain text, from character ``start``, and all that it may mean."""

    start: int
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class Glossary:
    """The phrases of both files, by language.

    ``phrases`` has the meanings of each phrase, which is a tuple of tokens; ``lengths`` the
    numbers of tokens that phrases have, longest first, by their first token. ``surnames`` has
    the characters, in Simplified script, of each romanised family name in small letters.
    """

    phrases: Mapping[Language, Mapping[tuple[str, ...], tuple[Meaning, ...]]]
    lengths: Mapping[Language, Mapping[str, tuple[int, ...]]]
    surnames: Mapping[str, tuple[str, ...]]

    def find_mentions(self, plain: str, language: Language) -> Iterator[Mention]:
        """The known phrases of a plain text, from left to right, the longest at each place.

        ``plain`` is as ``data.phrases.to_plain`` makes it. An English place counts with a
        capital only.
        """
        found = [(each[0], each.start()) for each in _SPLIT[language].finditer(plain)]
        tokens = [_fold(token, language) for token, _ in found]
        phrases, lengths = self.phrases[language], self.lengths[language]
        at = 0
        while at < len(tokens):
            step = 1
            for count in lengths.get(tokens[at], ()):
                meanings = phrases.get(tuple(tokens[at : at + count]), ())
                if language == "en" and not found[at][0][0].isupper():
                    meanings = tuple(each for each in meanings if each.kind != "place")
                if meanings:
                    yield Mention(found[at][1], meanings)
                    step = count
                    break
            at += step


def load_glossary(folder: Path = TABLES_FOLDER) -> Glossary:
    """The glossary and the places of a folder, read once.

    Raises:
        TablesError: if a file is missing or malformed; the message names file and entry.
    """
    return _load_glossary(folder)


@cache
def _load_glossary(folder: Path) -> Glossary:
    glossary, places = _read(folder / "glossary.toml"), _read(folder / "places.toml")
    surnames = glossary.pop("surnames", {})
    lines = [*_list_meanings(glossary, "word"), *_list_meanings(places, "place")]
    phrases: dict[Language, dict[tuple[str, ...], tuple[Meaning, ...]]] = {"en": {}, "zh": {}}
    for meaning, names in lines:
        for language in LANGUAGES:
            for name in names[language]:
                known = phrases[language].get(name, ())
                if meaning not in known:
                    phrases[language][name] = (*known, meaning)
    return Glossary(
        phrases=phrases,
        lengths={language: _list_lengths(phrases[language]) for language in LANGUAGES},
        surnames=_list_surnames(surnames),
    )


Lines = dict[str, dict[str, str]]


def _read(path: Path) -> Lines:
    """The lines of a file by section; the tables in [exclusive] become ``exclusive.<name>``."""
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TablesError(f"{path.name} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TablesError(f"{path.name} isn't valid TOML: {error}") from None
    exclusive = sections.pop("exclusive", {})
    sections |= {f"exclusive.{name}": lines for name, lines in exclusive.items()}
    for section, lines in sections.items():
        if not isinstance(lines, dict):
            raise TablesError(f"{path.name}: {section!r} stands outside of a section")
        for key, value in lines.items():
            if not isinstance(value, str) or not all(
                _tokens_of(key, "en") + _tokens_of(value, "zh")
            ):
                raise TablesError(
                    f'{path.name}, [{section}]: {key!r} is no line "English" = "中文"'
                )
    return sections


def _list_meanings(
    sections: Lines, kind: MeaningKind
) -> Iterator[tuple[Meaning, dict[Language, list[tuple[str, ...]]]]]:
    for section, lines in sections.items():
        group = section.removeprefix("exclusive.") if section.startswith("exclusive.") else None
        for key, value in lines.items():
            first = key.split(_LISTED["en"])[0]
            meaning = Meaning(first, "common" if section == "everywhere" else kind, group)
            yield meaning, {"en": _tokens_of(key, "en"), "zh": _tokens_of(value, "zh")}


def _tokens_of(names: str, language: Language) -> list[tuple[str, ...]]:
    return [
        tuple(
            _fold(token, language) for token in _SPLIT[language].findall(to_plain(name, language))
        )
        for name in names.split(_LISTED[language])
    ]


@lru_cache(maxsize=20_000)
def _fold(token: str, language: Language) -> str:
    """A token as it is compared: in small letters, an English plural as its singular."""
    token = token.lower()
    if language == "zh" or len(token) < 4 or not token.endswith("s"):
        return token
    if token.endswith("ies"):
        return token[:-3] + "y"
    if token.endswith(("sses", "xes", "ches", "shes")):
        return token[:-2]
    return token if token.endswith(("ss", "us", "is")) else token[:-1]


def _list_lengths(phrases: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for phrase in phrases:
        lengths[phrase[0]].add(len(phrase))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()}


def _list_surnames(lines: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {
        name.lower(): tuple(to_plain(value, "zh").split(_LISTED["zh"]))
        for key, value in lines.items()
        for name in key.split(_LISTED["en"])
    }
