"""The names of a text: bodies of the Government, persons, places, firms, abbreviations. Pure.

English names have capitals. Chinese ones have none: they are known by a table of bodies, by
their last characters (署, 裁判法院, 泳灘), by surname and title, and by lists of places.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from data.models import Language
from summarizer.facts.bodies import read_bodies
from summarizer.facts.figures import Fact
from summarizer.facts.finding import find_facts
from summarizer.facts.names_en import EnglishNames, find_english_names
from summarizer.facts.names_zh import ChineseNames, find_chinese_names

__all__ = [
    "ChineseNames",
    "EnglishNames",
    "find_aliases",
    "find_bodies",
    "find_names",
    "list_facts",
]


def find_names(text: str, language: Language) -> Iterator[Fact]:
    """Every name of the text, in order: a ``body`` by its key, others by themselves.

    The unit of a ``name`` says of what: ``person``, ``place`` or nothing.
    """
    find = find_english_names if language == "en" else find_chinese_names
    return find(text)


def find_bodies(
    text: str, language: Language, aliases: Mapping[str, str] | None = None
) -> tuple[Fact, ...]:
    """The bodies of the Government that a text names, in order.

    ``aliases`` gives the keys of short names that the source defines otherwise than the table.
    """
    known = aliases or {}
    return tuple(
        Fact("body", known.get(text[start:end], key), "", text[start:end], start, end)
        for key, start, end in read_bodies(language).find(text)
    )


def find_aliases(text: str, language: Language) -> dict[str, str]:
    """The short names that a text gives its bodies: "Hong Kong Housing Authority (HA)"."""
    found: dict[str, str] = {}
    for one, other in pairwise(read_bodies(language).find(text)):
        if other.key != one.key and text[one.end : other.start] in {" (", "（"}:
            found.setdefault(text[other.start : other.end], one.key)
    return found


def list_facts(text: str, language: Language, today: date) -> tuple[Fact, ...]:
    """All facts of a text, figures and names, in the order in which they stand.

    ``today`` is the Hong Kong date of issue, against which "today" and 昨日 are resolved.
    """
    facts = (*find_facts(text, language, today), *find_names(text, language))
    return tuple(sorted(facts, key=lambda fact: (fact.start, fact.end)))
