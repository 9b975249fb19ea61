"""The bodies of the Government by their names in both languages, read once from a table.

The table, ``departments.toml``, belongs to the package ``data``: its bodies issue the releases.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from data.models import Language

_WORD = re.compile(r"[A-Z][\w&'’-]*")


class Named(NamedTuple):
    """A body's name in a text: its key in the table, and its span."""

    key: str
    start: int
    end: int


class BodyNames:
    """Names in one language with what they name, found in texts the longest first.

    Names are looked up by their first word, or their first two Chinese characters.
    """

    def __init__(self, names: Mapping[str, str], language: Language) -> None:
        self._language = language
        self._of_start: dict[str, list[tuple[str, str]]] = {}
        self.of_key: dict[str, list[str]] = {}
        for name, key in names.items():
            self._of_start.setdefault(self._cut_start(name), []).append((name, key))
            self.of_key.setdefault(key, []).append(name)
        for found in self._of_start.values():
            found.sort(key=lambda pair: -len(pair[0]))

        self._first = re.compile(f"[{''.join({re.escape(start[0]) for start in self._of_start})}]")

    def _cut_start(self, name: str) -> str:
        return name.partition(" ")[0] if self._language == "en" else name[:2]

    def find_at(self, text: str, start: int, first: str) -> Named | None:
        """The longest name that begins at a place; ``first`` is the word or pair there."""
        for name, key in self._of_start.get(first, ()):
            end = start + len(name)
            if text.startswith(name, start) and not self._goes_on(text, end):
                return Named(key, start, end)
        return None

    def _goes_on(self, text: str, end: int) -> bool:
        """Whether an English word goes on where a name ends."""
        following = text[end : end + 1]
        return self._language == "en" and (following.isalnum() or following == "&")

    def find(self, text: str) -> Iterator[Named]:
        """The names in a text, in order, none within another."""
        return self._find_in_english(text) if self._language == "en" else self.find_in_chinese(text)

    def _find_in_english(self, text: str) -> Iterator[Named]:
        position = 0
        for word in _WORD.finditer(text):
            if word.start() >= position:
                found = self.find_at(text, word.start(), word[0])
                if found:
                    position = found.end
                    yield found

    def find_in_chinese(self, text: str) -> Iterator[Named]:
        """The names in a Chinese text, in order, none within another."""
        position, starts = 0, self._of_start
        for match in self._first.finditer(text):
            at = match.start()
            if at >= position and text[at : at + 2] in starts:
                found = self.find_at(text, at, text[at : at + 2])
                if found:
                    position = found.end
                    yield found


@cache
def read_bodies(language: Language) -> BodyNames:
    """The bodies of the table by their names in a language.

    The posts that speak for a body name it too: "Secretary for Health".
    """
    names: dict[str, str] = {}
    for key, entry in _read_table().items():
        for name in (*list_body_names(key, language), *entry.get(f"heads_{language}", ())):
            if len(name) > 1:
                names.setdefault(name, key)
    return BodyNames(names, language)


def list_body_names(key: str, language: Language) -> tuple[str, ...]:
    """The names of a body, the full one first; not those of the posts that speak for it."""
    entry = _read_table()[key]
    short = key if language == "en" else entry.get("short_zh", "")
    names = (entry[language], short, *entry.get(f"also_{language}", ()))
    return tuple(name for name in names if name)


def find_official_names(text: str, language: Language) -> tuple[tuple[str, str], ...]:
    """The bodies that a text names, each with its full name in the other language."""
    other: Language = "zh" if language == "en" else "en"
    found: dict[str, str] = {}
    for key, start, end in read_bodies(language).find(text):
        name = text[start:end]
        if name in list_body_names(key, language):
            found.setdefault(name, list_body_names(key, other)[0])
    return tuple(found.items())


@cache
def _read_table() -> dict[str, dict[str, Any]]:
    text = resources.files("data").joinpath("departments.toml").read_text("utf-8")
    return tomllib.loads(text)
