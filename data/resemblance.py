"""How sure one can be that an English and a Chinese text are one release, by what they say; pure.

Each text is read once for its clues: figures, words and places of the glossary, departments,
family names, Latin words in Chinese. A clue of one text that the other has speaks for the pair,
the more so the fewer texts of the pool have it; one that is missing speaks against it. The
points of all clues, of the times of issue and of the texts' shapes are logarithms of likelihood
ratios (natural, as in naive Bayes), held within bounds since clues depend on each other.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from data.figures import find_figures
from data.glossary import Glossary
from data.models import HONG_KONG, Language, ReleaseText
from data.phrases import find_phrases, to_plain
from data.tables import Tables

# English is issued so long after Chinese, or Chinese after English, at most: in 117 real pairs
# from 0 to 381 minutes after, seldom before.
EARLIEST, LATEST = timedelta(hours=-3), timedelta(hours=9)
# Characters of a body that are read, about as much in both languages.
READ_LENGTH: Mapping[Language, int] = {"en": 12_000, "zh": 3_200}
TITLE_LENGTH = 500
OPENING_LENGTH: Mapping[Language, int] = {"en": 700, "zh": 200}
# Points of titles that contradict each other: in forms of which a release has one (the number of
# a question, the colour of a warning), and in the places or numbers that they name.
CONTRADICTED = -100.0
_OTHER_PLACES = -15.0
_OTHER_NUMBERS = -12.0

Part = Literal["title", "words", "names", "figures"]


class Expectation(NamedTuple):
    """How often a clue of one text is in its counterpart, and in any other text."""

    paired: float
    anywhere: float


_WORD = Expectation(0.80, 0.08)
_COMMON = Expectation(0.85, 0.50)
_PLACE = Expectation(0.94, 0.03)
_DEPARTMENT = Expectation(0.90, 0.06)
_SURNAME = Expectation(0.90, 0.15)
_LATIN = Expectation(0.85, 0.01)
_TITLE_WORD = Expectation(0.88, 0.08)
_CLAIM = Expectation(0.97, 0.03)
# By the form of a figure's value (see ``data.figures``), the first that fits.
_FIGURES: Sequence[tuple[re.Pattern[str], Expectation]] = [
    (re.compile(pattern), Expectation(*shares))
    for pattern, shares in (
        (r"\d|1[0-2]", (0.70, 0.30)),
        (r"\d\d", (0.93, 0.05)),
        (r"(?:19|20)\d\d", (0.85, 0.35)),
        (r"\d{7,8}", (0.97, 0.003)),
        (r"[\d.]+%", (0.97, 0.02)),
        (r"[\d.]+", (0.97, 0.005)),
        (r"--\d\d-\d\d", (0.93, 0.06)),
        (r"--\d\d", (0.80, 0.12)),
        (r"\d\d:\d\d", (0.94, 0.02)),
        (r"[A-Z][a-z]{2}", (0.80, 0.15)),
        (r".+", (0.85, 0.01)),
    )
]
_PAIRED_IN_TITLE = 0.95
_DAY_OF_ISSUE = Expectation(0.90, 0.70)
# What is known beforehand of how frequent a clue is weighs as much as so many texts of the pool.
_PRIOR_TEXTS = 10.0
_MOST_POINTS = 5.0


class Clue(NamedTuple):
    """What a text says, in any of these forms, and how far it is to be expected elsewhere."""

    forms: frozenset[str]
    part: Part
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Profile:
    """What matters of a text.

    Attributes:
        text: the text itself.
        clues: what should be in the counterpart too.
        forms: what a clue of the counterpart is looked up in.
        places, numbers: forms of the places and figures in the title.
        claims: of the title, by group, forms that exclude each other.
        paragraphs, rows: how many the body has; rows are those of tables.
    """

    text: ReleaseText
    clues: tuple[Clue, ...]
    forms: frozenset[str]
    places: frozenset[str]
    numbers: frozenset[str]
    claims: Mapping[str, frozenset[str]]
    paragraphs: int
    rows: int


# Reading one text


def make_profile(text: ReleaseText, glossary: Glossary, tables: Tables) -> Profile:
    """The clues of one text; of a very long title or body only the beginning is read."""
    language = text.language
    head, body = text.title[:TITLE_LENGTH], text.body[: READ_LENGTH[language]]
    title, plain = to_plain(head, language), to_plain(body, language)
    mentioned = [
        *_read_mentions(title, language, glossary, "title"),
        *_read_mentions(plain, language, glossary, "words"),
    ]
    clues = [clue for clue, _, _ in mentioned]
    in_title = list(_read_figures(head, text, "title"))
    clues += [*in_title, *_read_figures(body, text, "figures")]
    clues += _read_departments(title, plain, tables, language)
    if language == "en":
        clues += _read_surnames(plain, glossary)
        forms = {f"word {word.lower()}" for word in _LATIN_WORD.findall(f"{title} {plain}")}
    else:
        clues += _read_latin(f"{title} {plain}")
        forms = {f"surname {character}" for character in {*title, *plain}}
    return Profile(
        text=text,
        clues=_merge(clues),
        forms=frozenset(forms.union(*(clue.forms for clue in clues))),
        places=frozenset().union(
            *(c.forms for c, kind, _ in mentioned if kind == "place" and c.part == "title")
        ),
        numbers=frozenset(form for clue in in_title for form in clue.forms if _NUMBER.match(form)),
        claims=_collect_claims(mentioned),
        paragraphs=text.body.count("\n\n") + 1,
        rows=text.body.count(" | "),
    )


_LATIN_WORD = re.compile(r"[A-Za-z]{2,}(?:\d+)?")
# One is too often a figure in Chinese alone (一名男子) to say anything.
_NUMBER = re.compile(r"figure (?!1$)[\d.]+%?$")
_NO_CLUE = frozenset(
    ("am", "pm", "hk", "com", "www", "http", "https", "gov", "html", "htm", "tc", "en", "sc", "org")
)
_PERSON = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Dr|Professor|Prof|Hon|Justice|Sir)\s+((?:(?!the\b)[A-Z][\w'-]*\s?){1,4})"
)


def _read_mentions(
    plain: str, language: Language, glossary: Glossary, part: Part
) -> Iterator[tuple[Clue, str, str | None]]:
    """Clues with the kind of what is mentioned and the group that it excludes others of."""
    mentions = glossary.find_mentions(plain, language)
    for meanings in dict.fromkeys(mention.meanings for mention in mentions):
        kinds = {meaning.kind for meaning in meanings}
        kind = "common" if "common" in kinds else "place" if kinds == {"place"} else "word"
        groups = {meaning.group for meaning in meanings}
        group = groups.pop() if len(groups) == 1 and part == "title" else None
        word = _CLAIM if group else _TITLE_WORD if part == "title" else _WORD
        expectation = {"common": _COMMON, "place": _PLACE, "word": word}[kind]
        forms = frozenset(f"{meaning.kind} {meaning.key}" for meaning in meanings)
        where: Part = "names" if kind == "place" and part == "words" else part
        yield Clue(forms, where, expectation), kind, group


def _collect_claims(
    mentioned: Iterable[tuple[Clue, str, str | None]],
) -> dict[str, frozenset[str]]:
    claims: dict[str, frozenset[str]] = {}
    for clue, _, group in mentioned:
        if group:
            claims[group] = claims.get(group, frozenset()) | clue.forms
    return claims


def _read_figures(words: str, text: ReleaseText, part: Part) -> Iterator[Clue]:
    issued = text.issued_at.astimezone(HONG_KONG)
    days = {f"--{issued - timedelta(days=shift):%m-%d}" for shift in (-1, 0, 1)}
    days |= {f"--{issued:%m}", f"{issued:%Y}"}
    for value in {figure.value for figure in find_figures(words, text.language)}:
        usual = next(each for pattern, each in _FIGURES if pattern.fullmatch(value))
        if part == "title":
            usual = usual._replace(paired=_PAIRED_IN_TITLE)
        expectation = _DAY_OF_ISSUE if value in days else usual
        yield Clue(frozenset([f"figure {value}"]), part, expectation)


def _read_departments(title: str, plain: str, tables: Tables, language: Language) -> Iterator[Clue]:
    lexicon = tables.lexicons[language]
    parts: tuple[tuple[Part, str], ...] = (
        ("title", title),
        ("names", plain[: OPENING_LENGTH[language]]),
    )
    for part, words in parts:
        for match in find_phrases(words, lexicon):
            if match.names:
                forms = frozenset(f"department {key}" for key in match.names)
                yield Clue(forms, part, _DEPARTMENT)


def _read_surnames(plain: str, glossary: Glossary) -> Iterator[Clue]:
    for person in _PERSON.finditer(plain):
        for name in person[1].split():
            if characters := glossary.surnames.get(name.lower()):
                forms = frozenset(f"surname {each}" for each in characters)
                yield Clue(forms, "names", _SURNAME)


def _read_latin(plain: str) -> Iterator[Clue]:
    for word in {word.lower() for word in _LATIN_WORD.findall(plain)} - _NO_CLUE:
        yield Clue(frozenset([f"word {word}"]), "names", _LATIN)


def _merge(clues: Iterable[Clue]) -> tuple[Clue, ...]:
    """Each clue once: what stands in the title counts there."""
    merged: dict[frozenset[str], Clue] = {}
    for clue in clues:
        if clue.forms not in merged or clue.part == "title":
            merged[clue.forms] = clue
    return tuple(merged.values())


# Comparing


class WeightedClue(NamedTuple):
    """A clue with its points where the other text has it, and where it has not."""

    forms: frozenset[str]
    part: Part
    present: float
    missing: float


def weigh_clues(
    profile: Profile, others: Mapping[str, int], other_count: int
) -> tuple[WeightedClue, ...]:
    """A text's clues with their points.

    Args:
        profile: the text.
        others: in how many texts of the other language, of the pool, each form stands.
        other_count: how many texts those are.
    """
    return tuple(_weigh(clue, others, other_count) for clue in profile.clues)


def count_forms(profiles: Iterable[Profile]) -> Counter[str]:
    """In how many of the texts each form stands."""
    counts: Counter[str] = Counter()
    for profile in profiles:
        counts.update(profile.forms)
    return counts


def _weigh(clue: Clue, others: Mapping[str, int], other_count: int) -> WeightedClue:
    # The counterpart is itself in the pool, and is not to count as one more that has the clue.
    having = max(0, sum(others.get(form, 0) for form in clue.forms) - 1)
    paired, prior = clue.expectation
    share = (having + prior * _PRIOR_TEXTS) / (max(other_count - 1, 0) + _PRIOR_TEXTS)
    share = min(share, paired)
    return WeightedClue(
        clue.forms,
        clue.part,
        min(_MOST_POINTS, math.log(paired / share)),
        math.log((1 - paired) / (1 - share)),
    )


# How many clues of a part count at most, as they depend on each other, and how much.
_COUNTED: Mapping[Part, tuple[float, float]] = {
    "title": (6.0, 0.9),
    "words": (10.0, 0.6),
    "names": (8.0, 0.7),
    "figures": (10.0, 0.9),
}


def compare_clues(
    english: Sequence[WeightedClue],
    chinese: Sequence[WeightedClue],
    profiles: tuple[Profile, Profile],
) -> float:
    """The points that the clues of an English and a Chinese text give to their being one."""
    sums = dict.fromkeys(_COUNTED, 0.0)
    counts = dict.fromkeys(_COUNTED, 0)
    for clues, forms in ((english, profiles[1].forms), (chinese, profiles[0].forms)):
        for clue in clues:
            counts[clue.part] += 1
            sums[clue.part] += clue.missing if forms.isdisjoint(clue.forms) else clue.present
    return sum(
        factor * sums[part] / counts[part] * min(counts[part] / 2, most)
        for part, (most, factor) in _COUNTED.items()
        if counts[part]
    )


def compare_titles(one: Profile, other: Profile) -> float:
    """Points, none or negative, for titles that say what can't be of one release."""
    if ("form" in one.claims) != ("form" in other.claims):
        return CONTRADICTED
    for group in one.claims.keys() & other.claims.keys():
        if one.claims[group].isdisjoint(other.claims[group]):
            return CONTRADICTED
    return (_OTHER_PLACES if _name_others(one, other, one.places, other.places) else 0.0) + (
        _OTHER_NUMBERS if _name_others(one, other, one.numbers, other.numbers) else 0.0
    )


def _name_others(
    one: Profile, other: Profile, named: frozenset[str], others: frozenset[str]
) -> bool:
    """Whether the titles name nothing in common, and one of them nothing of the other text."""
    return bool(
        named
        and others
        and named.isdisjoint(others)
        and (named.isdisjoint(other.forms) or others.isdisjoint(one.forms))
    )


def compare_ids(one: str, other: str) -> float:
    """Points for official ids that were given out one soon after the other.

    Ids are numbered through a day in the order in which texts were begun, so that those of one
    release often differ by a few, and others seldom do. Far ones say nothing.
    """
    first, second = _OFFICIAL_ID.fullmatch(one), _OFFICIAL_ID.fullmatch(other)
    if not first or not second or first[1] != second[1]:
        return 0.0
    apart = abs(int(first[2]) - int(second[2]))
    return 2.0 if apart <= 3 else 1.0 if apart <= 12 else 0.4 if apart <= 40 else 0.0


_OFFICIAL_ID = re.compile(r"P(\d{8})(\d{5})")


def compare_times(english: ReleaseText, chinese: ReleaseText) -> float:
    """Points for how long after the Chinese text the English one came.

    The logarithm of the density of real gaps, a mixture fitted to their median, 90th percentile
    and extremes, over that of an even spread.
    """
    minutes = (english.issued_at - chinese.issued_at).total_seconds() / 60
    span = (LATEST - EARLIEST).total_seconds() / 60
    together = 0.35 * math.exp(-abs(minutes) / 1.5) / 3.0
    later = (0.35 * math.exp(-minutes / 45) / 45 + 0.15 * math.exp(-minutes / 150) / 150) * (
        minutes >= 0
    )
    around = 0.10 * math.exp(-abs(minutes) / 30) / 60
    return math.log((together + later + around + 0.05 / span) * span)


def compare_shapes(english: Profile, chinese: Profile) -> float:
    """Points for numbers of paragraphs and of cells, and for lengths.

    English has about 3.9 characters for one of Chinese. Translations keep their paragraphs.
    """
    lengths = (len(english.text.body) + 20) / (len(chinese.text.body) + 5)
    off = math.log(lengths / 3.9)
    points = max(-3.0, 0.7 - 3.5 * off * off)
    most = max(english.paragraphs, chinese.paragraphs)
    apart = abs(english.paragraphs - chinese.paragraphs)
    if apart == 0:
        points += 0.4 if most == 1 else 1.0 if most < 5 else 1.6
    else:
        points -= min(2.0, 4.0 * apart / most - 0.8)
    if english.rows or chinese.rows:
        points += 1.0 if english.rows == chinese.rows else -1.0
    return points
