"""The tables of topics and departments: ``topics.toml`` and ``departments.toml``.

Both are read, checked and made ready for two kinds of search: phrases in official texts (the
lexicons) and names that a reader types.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from data.models import LANGUAGES, TOPICS, Language, Topic, describe_faults
from data.phrases import DepartmentName, Keyword, Lexicon, Subject, build_lexicon, to_plain

TABLES_FOLDER = Path(__file__).parent

# The points that a keyword of each grade gives to its topic's score.
GRADE_POINTS: Mapping[str, float] = {
    "defining": 27,
    "decisive": 14,
    "certain": 8,
    "strong": 4,
    "fair": 2,
    "faint": 0.5,
}

# The entry of ``topics.toml`` that is no topic: phrases that say nothing.
SILENT = "silent"

Entry = TypeVar("Entry", bound=BaseModel)
Meaning = TypeVar("Meaning", bound=str)


class TablesError(ValueError):
    """A table that can't be used; the message names the file, the entry and the fault."""


class _Strict(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", str_min_length=1, str_strip_whitespace=True
    )


class GradedKeywords(_Strict):
    """One topic's keywords in one language, by grade."""

    defining: tuple[str, ...] = ()
    decisive: tuple[str, ...] = ()
    certain: tuple[str, ...] = ()
    strong: tuple[str, ...] = ()
    fair: tuple[str, ...] = ()
    faint: tuple[str, ...] = ()


class TopicEntry(_Strict):
    """A topic as ``topics.toml`` has it."""

    en: str
    zh: str
    aliases: tuple[str, ...] = ()
    keywords_en: GradedKeywords
    keywords_zh: GradedKeywords


class SilentPhrases(_Strict):
    """Phrases that say nothing, though a keyword stands within them ("co-operation")."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()


class DepartmentEntry(_Strict):
    """A department as ``departments.toml`` has it; ``part_of`` is the key of another.

    Without a ``topic`` it speaks of everything, and its name tells nothing of the topic.
    """

    en: str
    zh: str
    short_zh: str | None = None
    topic: Topic | None = None
    also_en: tuple[str, ...] = ()
    also_zh: tuple[str, ...] = ()
    heads_en: tuple[str, ...] = ()
    heads_zh: tuple[str, ...] = ()
    subjects_en: tuple[str, ...] = ()
    subjects_zh: tuple[str, ...] = ()
    part_of: str | None = None


class DisplayNames(_Strict):
    """The names that readers see; ``short_zh`` is ``zh`` where no short form is usual."""

    en: str
    zh: str
    short_zh: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables, checked and made ready for searching.

    Departments go by their key, the English short name. ``topic_words`` and
    ``department_words`` have what each folded name means (see ``find_topic``).
    """

    topic_names: Mapping[Topic, DisplayNames]
    department_names: Mapping[str, DisplayNames]
    departments: Mapping[str, DepartmentEntry]
    lexicons: Mapping[Language, Lexicon]
    subjects: Mapping[Language, Lexicon]
    topic_words: Mapping[str, Topic]
    department_words: Mapping[str, str]

    def find_topic(self, typed: str) -> Topic | None:
        """The topic that a reader means by a name, an alias or the beginning of one.

        Case, width, spaces and Chinese script don't matter. A beginning counts when everything
        that starts with it is of one topic.
        """
        return _find_meaning(typed, self.topic_words)

    def find_department(self, typed: str) -> str | None:
        """The key of the department that a reader means, found in the same way as a topic."""
        return _find_meaning(typed, self.department_words)

    def find_whole_name(self, typed: str) -> tuple[Literal["topic", "department"], str] | None:
        """The topic, else the department, whose whole name or alias was typed."""
        word = _fold(typed)
        if topic := self.topic_words.get(word):
            return "topic", topic
        if department := self.department_words.get(word):
            return "department", department
        return None


def load_tables(folder: Path = TABLES_FOLDER) -> Tables:
    """The tables in ``topics.toml`` and ``departments.toml`` of a folder, read once.

    Raises:
        TablesError: if a file is missing or malformed; the message names file and entry.
    """
    return _load_tables(folder)


@cache
def _load_tables(folder: Path) -> Tables:
    topic_tables = _read_tables(folder / "topics.toml")
    silent = _read_entry(
        folder / "topics.toml", SILENT, topic_tables.pop(SILENT, {}), SilentPhrases
    )
    topics = _read_entries(folder / "topics.toml", topic_tables, TopicEntry)
    departments = _read_entries(
        folder / "departments.toml", _read_tables(folder / "departments.toml"), DepartmentEntry
    )
    _check_topics(folder / "topics.toml", topics)
    _check_departments(folder / "departments.toml", departments)
    return Tables(
        topic_names={topic: _make_display_names(topics[topic]) for topic in TOPICS},
        department_names={key: _make_display_names(entry) for key, entry in departments.items()},
        departments=departments,
        lexicons={
            language: build_lexicon(
                language,
                _list_keywords(topics, language),
                _list_department_names(departments, language),
                silent=silent.en if language == "en" else silent.zh,
            )
            for language in LANGUAGES
        },
        subjects={
            language: build_lexicon(language, subjects=_list_subjects(departments, language))
            for language in LANGUAGES
        },
        topic_words=_list_topic_words(folder / "topics.toml", topics),
        department_words=_list_department_words(departments),
    )


# Reading and checking


def _read_tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TablesError(f"{path.name} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TablesError(f"{path.name} isn't valid TOML: {error}") from None


def _read_entries(path: Path, tables: Mapping[str, Any], kind: type[Entry]) -> dict[str, Entry]:
    return {key: _read_entry(path, key, table, kind) for key, table in tables.items()}


def _read_entry(path: Path, key: str, table: Any, kind: type[Entry]) -> Entry:  # noqa: ANN401 - TOML
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        raise TablesError(f"{path.name}, entry {key!r}: {describe_faults(error)}") from None


def _check_topics(path: Path, topics: Mapping[str, TopicEntry]) -> None:
    if missing := [topic for topic in TOPICS if topic not in topics]:
        raise TablesError(f"{path.name} has no entry for: {', '.join(missing)}")
    if unknown := [key for key in topics if key not in TOPICS]:
        raise TablesError(f"{path.name} has entries that are no topics: {', '.join(unknown)}")
    for key, topic in topics.items():
        for keywords in (topic.keywords_en, topic.keywords_zh):
            counts = Counter(word for grade in GRADE_POINTS for word in getattr(keywords, grade))
            if twice := [word for word, count in counts.items() if count > 1]:
                raise TablesError(f"{path.name}, entry {key!r} repeats: {', '.join(twice)}")


def _check_departments(path: Path, departments: Mapping[str, DepartmentEntry]) -> None:
    for attribute in ("en", "zh"):
        owners: dict[str, str] = {}
        for key, entry in departments.items():
            name = getattr(entry, attribute)
            if name in owners:
                raise TablesError(f"{path.name}: {owners[name]!r} and {key!r} are both {name}")
            owners[name] = key
    for key, entry in departments.items():
        if entry.part_of and entry.part_of not in departments:
            raise TablesError(f"{path.name}, entry {key!r}: part_of {entry.part_of!r} is unknown")


def _make_display_names(entry: TopicEntry | DepartmentEntry) -> DisplayNames:
    short = entry.short_zh if isinstance(entry, DepartmentEntry) else None
    return DisplayNames(en=entry.en, zh=entry.zh, short_zh=short or entry.zh)


# Phrases of official texts


def _list_keywords(topics: Mapping[str, TopicEntry], language: Language) -> Iterator[Keyword]:
    for topic in TOPICS:
        entry = topics[topic]
        graded = entry.keywords_en if language == "en" else entry.keywords_zh
        for grade, points in GRADE_POINTS.items():
            for phrase in getattr(graded, grade):
                yield Keyword(phrase, topic, points)


def _list_department_names(
    departments: Mapping[str, DepartmentEntry], language: Language
) -> Iterator[DepartmentName]:
    for key, entry in departments.items():
        if language == "en":
            full, short, heads = entry.en, (key, *entry.also_en), entry.heads_en
        else:
            customary = entry.short_zh or entry.zh
            full, short, heads = entry.zh, (customary, *entry.also_zh), entry.heads_zh
        yield DepartmentName(full, key, "full")
        yield from (DepartmentName(name, key, "short") for name in short)
        yield from (DepartmentName(name, key, "head") for name in heads)


def _list_subjects(
    departments: Mapping[str, DepartmentEntry], language: Language
) -> Iterator[Subject]:
    for key, entry in departments.items():
        phrases = entry.subjects_en if language == "en" else entry.subjects_zh
        yield from (Subject(phrase, key) for phrase in phrases)


# Names that readers type


def _list_topic_words(path: Path, topics: Mapping[str, TopicEntry]) -> dict[str, Topic]:
    words: dict[str, Topic] = {}
    for topic in TOPICS:
        entry = topics[topic]
        for word in map(_fold, (topic, entry.en, entry.zh, *entry.aliases)):
            if words.setdefault(word, topic) != topic:
                raise TablesError(
                    f"{path.name}: {word!r} is an alias of both {words[word]} and {topic}"
                )
    return words


def _list_department_words(departments: Mapping[str, DepartmentEntry]) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, entry in departments.items():
        names = (key, entry.en, entry.zh, entry.short_zh or entry.zh, *entry.also_en)
        for word in map(_fold, (*names, *entry.also_zh)):
            words.setdefault(word, key)
    return words


def _fold(typed: str) -> str:
    """A name without differences of case, width, spacing, punctuation and Chinese script."""
    return re.sub(r"[\W_]+", "", to_plain(typed, "zh").casefold())


def _find_meaning(typed: str, meanings: Mapping[str, Meaning]) -> Meaning | None:
    word = _fold(typed)
    if word in meanings:
        return meanings[word]
    meant = {key for known, key in meanings.items() if word and known.startswith(word)}
    return meant.pop() if len(meant) == 1 else None
