"""What a release is about, and which body issued it.

Everything it knows stands in ``topics.toml`` and ``departments.toml`` beside this module. Both
languages are searched in the same way: a text becomes tokens (words of English, characters of
Chinese), and at each token the longest known phrase wins. A topic's score adds up the grades of
its keywords, the title counting well over the opening and the opening over the rest, and leans
towards the issuing body's usual topic. A release's texts are scored together, so that it has
the same topics in both languages.
"""

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import opencc
from pydantic import BaseModel, ConfigDict, ValidationError

from data.models import LANGUAGES, TOPICS, Language, Release, ReleaseText, Topic, describe_faults

FOLDER = Path(__file__).parent

# How much a keyword of each grade says.
GRADES: Mapping[str, float] = {
    "defining": 24,
    "decisive": 14,
    "certain": 8,
    "strong": 4,
    "fair": 2,
    "faint": 0.5,
}
TITLE_FACTOR = 2.0
OPENING_FACTOR = 1.0
REST_FACTOR = 0.35
OPENING_LENGTH: Mapping[Language, int] = {"en": 420, "zh": 130}
READ_LENGTH: Mapping[Language, int] = {"en": 1400, "zh": 480}
# Of a topic's keywords in one part of a text the best counts whole, the next this share of its
# grade, the one after that the share of the share: long lists of words don't outweigh one.
FADING = 0.6
PRIOR = 12.0
NAMED_IN_TITLE = 4.0
# A second topic has this share of the first one's score, and at least this score itself.
SECOND_SHARE = 0.5
SECOND_FLOOR = 16.0
# Evidence that a body is the issuer (see PlainText.weigh_departments and _weigh_mention). It is
# less for each further sentence, and each further body in "on behalf of A and B".
ON_BEHALF = 20.0
SUBJECT_OF_TITLE = 6.0
MENTIONED = 1.0
INTRODUCED = 1.0
ACTS = 2.0
SUBJECT = 2.0
SPEAKER = 4.0
ASIDE = -3.0
HEAD = -2.0
PER_SENTENCE = -0.3
SENTENCES = 4
ISSUER_FLOOR = 3.0

Entry = TypeVar("Entry", bound=BaseModel)
Key = TypeVar("Key", bound=str)
NameKind = Literal["full", "short", "head"]


class TablesError(ValueError):
    """A table that can't be used; the message names the file, the entry and the fault."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class Keywords(_Strict):
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
    keywords_en: Keywords
    keywords_zh: Keywords


class DepartmentEntry(_Strict):
    """A body as ``departments.toml`` has it."""

    en: str
    zh: str
    short_zh: str | None = None
    topic: Topic
    also_en: tuple[str, ...] = ()
    also_zh: tuple[str, ...] = ()
    heads_en: tuple[str, ...] = ()
    heads_zh: tuple[str, ...] = ()
    part_of: str | None = None


class Names(_Strict):
    """A topic's or body's display names; ``short_zh`` is ``zh`` where no short form is usual."""

    en: str
    zh: str
    short_zh: str


class Match(NamedTuple):
    """A known phrase in a plain text: characters ``start`` to ``end``, and what it says."""

    start: int
    end: int
    key: str
    grades: Mapping[Topic, float]
    names: Mapping[str, NameKind]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of one language, as tokens joined by the language's separator.

    ``grades`` has the keywords in small letters, ``names`` the names of bodies as they are
    written, ``lengths`` the numbers of tokens, longest first, by first token in small letters.
    """

    language: Language
    grades: Mapping[str, Mapping[Topic, float]]
    names: Mapping[str, Mapping[str, NameKind]]
    lengths: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables, checked and made ready for searching."""

    topic_names: Mapping[Topic, Names]
    department_names: Mapping[str, Names]
    departments: Mapping[str, DepartmentEntry]
    lexicons: Mapping[Language, Lexicon]
    topic_words: Mapping[str, Topic]
    department_words: Mapping[str, str]

    def find_topic(self, typed: str) -> Topic | None:
        """The topic that a reader means by a name, an alias or the beginning of one.

        Case, width, spaces and Chinese script don't matter. A beginning counts when everything
        that starts with it is of one topic.
        """
        return _find_word(typed, self.topic_words)

    def find_department(self, typed: str) -> str | None:
        """The key of the body that a reader means, found in the same way as a topic."""
        return _find_word(typed, self.department_words)


def load_tables(folder: Path = FOLDER) -> Tables:
    """The tables in ``topics.toml`` and ``departments.toml`` of a folder, read once.

    Raises:
        TablesError: if a file is missing or malformed; the message names file and entry.
    """
    return _load_tables(folder)


@cache
def _load_tables(folder: Path) -> Tables:
    topics = _read_entries(folder / "topics.toml", TopicEntry)
    departments = _read_entries(folder / "departments.toml", DepartmentEntry)
    _check_topics(folder / "topics.toml", topics)
    _check_departments(folder / "departments.toml", departments)
    return Tables(
        topic_names={topic: _name(topics[topic]) for topic in TOPICS},
        department_names={key: _name(entry) for key, entry in departments.items()},
        departments=departments,
        lexicons={
            language: _build_lexicon(language, topics, departments) for language in LANGUAGES
        },
        topic_words=_list_topic_words(folder / "topics.toml", topics),
        department_words=_list_department_words(departments),
    )


def classify(release: Release, tables: Tables) -> Release:
    """The release with its topics (one or two, first is primary) and issuing department."""
    texts = [
        PlainText(release.texts[language], tables.lexicons[language])
        for language in LANGUAGES
        if language in release.texts
    ]
    department = choose_department(texts, tables)
    prior = tables.departments[department].topic if department else None
    topics = choose_topics(_score_topics(texts, tables.departments, prior))
    return release.model_copy(update={"topics": topics, "department": department})


def choose_topics(scores: Mapping[Topic, float]) -> tuple[Topic, ...]:
    """The topic with the highest score, and the next if it is clearly there as well."""
    first, second = sorted(TOPICS, key=lambda topic: -scores.get(topic, 0.0))[:2]
    if scores.get(first, 0.0) <= 0:
        return ("government",)
    if scores.get(second, 0.0) >= max(SECOND_FLOOR, SECOND_SHARE * scores[first]):
        return (first, second)
    return (first,)


def choose_department(texts: Sequence["PlainText"], tables: Tables) -> str | None:
    """The key of the body that issued the release, or None where no body says so."""
    evidence: dict[str, float] = {}
    for text in texts:
        for key, weight in text.weigh_departments(tables.departments).items():
            evidence[key] = max(weight, evidence.get(key, 0.0))
    key, weight = max(evidence.items(), key=lambda item: item[1], default=("", 0.0))
    return key if weight >= ISSUER_FLOOR else None


# The tables


def _read_entries(path: Path, kind: type[Entry]) -> dict[str, Entry]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TablesError(f"{path.name} can't be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TablesError(f"{path.name} isn't valid TOML: {error}") from None
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
            counts = Counter(word for grade in GRADES for word in getattr(keywords, grade))
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


def _name(entry: TopicEntry | DepartmentEntry) -> Names:
    short = entry.short_zh if isinstance(entry, DepartmentEntry) else None
    return Names(en=entry.en, zh=entry.zh, short_zh=short or entry.zh)


def _list_topic_words(path: Path, topics: Mapping[str, TopicEntry]) -> dict[str, Topic]:
    words: dict[str, Topic] = {}
    for topic in TOPICS:
        entry = topics[topic]
        for word in {_fold(word) for word in (topic, entry.en, entry.zh, *entry.aliases)}:
            if words.setdefault(word, topic) != topic:
                raise TablesError(
                    f"{path.name}: {word!r} is an alias of both {words[word]} and {topic}"
                )
    return words


def _list_department_words(departments: Mapping[str, DepartmentEntry]) -> dict[str, str]:
    words: dict[str, str] = {}
    for key, entry in departments.items():
        names = (key, entry.en, entry.zh, entry.short_zh or entry.zh, *entry.also_en)
        for word in (*names, *entry.also_zh):
            words.setdefault(_fold(word), key)
    return words


def _fold(typed: str) -> str:
    """A name without differences of case, width, spacing, punctuation and Chinese script."""
    return re.sub(r"[\W_]+", "", _to_plain(typed, "zh").casefold())


def _find_word(typed: str, words: Mapping[str, Key]) -> Key | None:
    word = _fold(typed)
    if word in words:
        return words[word]
    meant = {key for known, key in words.items() if word and known.startswith(word)}
    return meant.pop() if len(meant) == 1 else None


# Phrases

_TOKENS: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"[A-Za-z0-9]+(?:&[A-Za-z0-9]+)*|[^\sA-Za-z0-9]"),
    "zh": re.compile(r"[A-Za-z0-9]+|\S"),
}
_SEPARATORS: Mapping[Language, str] = {"en": " ", "zh": ""}


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("hk2s")


def _to_plain(text: str, language: Language) -> str:
    """The text in one width, and for Chinese in one script (Simplified), whatever it came in.

    The folding of widths would turn the vertical colon of some Chinese releases into dots.
    """
    plain = unicodedata.normalize("NFKC", text.replace("︰", ":").replace("\u200b", ""))
    plain = re.sub(r"[^\S\n]+", " ", plain)
    return _converter().convert(plain) if language == "zh" else plain.replace("’", "'")


def _split_tokens(plain: str, language: Language) -> list[tuple[str, int, int]]:
    return [(found[0], *found.span()) for found in _TOKENS[language].finditer(plain)]


def _to_key(words: str, language: Language) -> str:
    tokens = _split_tokens(_to_plain(words, language), language)
    return _SEPARATORS[language].join(token for token, _, _ in tokens)


def _list_forms(word: str, language: Language) -> tuple[str, ...]:
    """A keyword, and in English its simple plural, which for a verb is its third person."""
    if language == "zh":
        return (word,)
    if re.search(r"[^aeiou]y$", word):
        return (word, f"{word[:-1]}ies")
    return (word, f"{word}es" if re.search(r"(?:s|x|z|ch|sh)$", word) else f"{word}s")


def _build_lexicon(
    language: Language,
    topics: Mapping[str, TopicEntry],
    departments: Mapping[str, DepartmentEntry],
) -> Lexicon:
    names: defaultdict[str, dict[str, NameKind]] = defaultdict(dict)
    for department, entry in departments.items():
        for name, kind in _list_names(department, entry, language):
            names[_to_key(name, language)].setdefault(department, kind)
    grades = _list_grades(language, topics)
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for key in (*grades, *names):
        tokens = _split_tokens(key, language)
        lengths[tokens[0][0].casefold()].add(len(tokens))
    return Lexicon(
        language=language,
        grades=grades,
        names=dict(names),
        lengths={first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()},
    )


def _list_grades(
    language: Language, topics: Mapping[str, TopicEntry]
) -> dict[str, dict[Topic, float]]:
    grades: defaultdict[str, dict[Topic, float]] = defaultdict(dict)
    for topic in TOPICS:
        for grade, weight in GRADES.items():
            for word in getattr(getattr(topics[topic], f"keywords_{language}"), grade):
                for form in _list_forms(word, language):
                    grades[_to_key(form, language).casefold()].setdefault(topic, weight)
    return dict(grades)


def _list_names(
    key: str, entry: DepartmentEntry, language: Language
) -> Iterator[tuple[str, NameKind]]:
    if language == "en":
        full, short, heads = entry.en, (key, *entry.also_en), entry.heads_en
    else:
        full, short, heads = entry.zh, (entry.short_zh or entry.zh, *entry.also_zh), entry.heads_zh
    yield full, "full"
    yield from ((name, "short") for name in short)
    yield from ((name, "head") for name in heads)


def find_phrases(plain: str, lexicon: Lexicon) -> Iterator[Match]:
    """The known phrases of a plain text, from left to right, the longest at each place."""
    tokens = _split_tokens(plain, lexicon.language)
    at = 0
    while at < len(tokens):
        lengths = lexicon.lengths.get(tokens[at][0].casefold(), ())
        for count in lengths:
            if match := _match_tokens(tokens[at : at + count], count, lexicon):
                yield match
                at += count
                break
        else:
            at += 1


def _match_tokens(
    tokens: Sequence[tuple[str, int, int]], count: int, lexicon: Lexicon
) -> Match | None:
    if len(tokens) < count:
        return None
    written = _SEPARATORS[lexicon.language].join([token for token, _, _ in tokens])
    key = written.casefold()
    names, grades = lexicon.names.get(written), lexicon.grades.get(key)
    if not names and not grades:
        return None
    return Match(tokens[0][1], tokens[-1][2], key, grades or {}, names or {})


# One text, read for its topics and for its issuer

_NOTICES: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\s*(?:Attention\b|Please (?:broadcast|announce|note)\b|Here is an item\b"
        r"|(?:The f|F)ollowing (?:is|are) (?:issued|a translation)\b)[^:]{0,300}:"
    ),
    "zh": re.compile(r"\s*(?:下稿|电台|请(?:尽快)?(?:广播|播出|宣布))[^:]{0,150}:"),
}
_BEHALF: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"on behalf of ([^:]{2,150}):"),
    "zh": re.compile(r"下稿代(?:表)?([^:]{2,60}?)(?:发出|发布|发放)"),
}
# What the legislature asked is the topic, not that it asked.
_QUESTION_TITLE: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"^\s*LC(?:Q|\sQ)\s*\d*\s*:"),
    "zh": re.compile(r"^\s*立法会[^:]{1,8}题\s*:"),
}
_QUESTION_OPENING: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\s*Following (?:is|are) (?:a|the) question[^:]{0,400}:"),
    "zh": re.compile(r"\s*以下[是为][^:]{0,60}立法会[^:]{0,200}:"),
}
_JOINED = re.compile(r"(?:\s*\([^)]*\))?(?:辖下|的)*\s*")
_SENTENCE_END: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?<=[a-z0-9)\]\"'][.!?])\s+(?=[\"'A-Z])|\n+"),
    "zh": re.compile(r"(?<=[。!?])|\n+"),
}


@dataclass(frozen=True, slots=True)
class MentionRules:
    """What stands before and after a body's name where the body is the one that speaks."""

    title_lead: re.Pattern[str]
    speaker: re.Pattern[str]
    lead: re.Pattern[str]
    aside: re.Pattern[str]
    introduced: re.Pattern[str]
    acts: re.Pattern[str]


_RULES: Mapping[Language, MentionRules] = {
    "en": MentionRules(
        title_lead=re.compile(
            r"^(?:.{0,60}\b(?:speech|remarks|address|reply|statement|response|transcript|message"
            r"|article|blog)\b.{0,40}\bby |.{0,60}: )?(?:the )?(?:acting )?$",
            re.IGNORECASE,
        ),
        speaker=re.compile(
            r"(?:spokes\w+ (?:for|of)|\b(?:reply|replies|speech|remarks|address|statement|message"
            r"|transcript|announcement|article|prosecutions?|notice)\b[^.]{0,60}\bby"
            r"|(?:issued|announced|released) by)(?: the)?(?: acting)?\s*$",
            re.IGNORECASE,
        ),
        lead=re.compile(r"(?:^|[,;:] |\bthat )\W?(?:(?:the|an?) )?(?:acting )?$", re.IGNORECASE),
        aside=re.compile(
            r"\b(?:by|of|to|from|with|under|in|at|and|or|via|contact|call|against|for|between)"
            r"\s+(?:the\s+)?$"
        ),
        introduced=re.compile(r"^\s*\([A-Z][^)]{1,30}\)"),
        acts=re.compile(
            r"^(?:\s*\([^)]{1,40}\))?(?:'s)?(?: of the(?: (?:[A-Z]\w*|of|and|the)){1,8})?"
            r"(?:, [A-Z][^,]{2,40},){0,2} "
            r"(?:spokes\w+|today|yesterday|this|on|at|in|has|have|had|is|are|was|were|will|would"
            r"|said|met|took|held|found|\w+ed|\w+s)\b"
        ),
    ),
    "zh": MentionRules(
        title_lead=re.compile(r"^(?:.{0,25}:)?(?:署理|候任)?(?:香港)?(?:驻.{1,8})?「?$"),
        speaker=re.compile(
            r"(?:(?:提问|问题|质询)和(?:署理)?|以下[是为](?:署理)?|案件[^。]{0,40}由)$"
        ),
        lead=re.compile(
            r"(?:^|[,;:。、])\s?(?:以下[是为])?(?:署理|候任)?(?:香港(?:特别行政区)?)?(?:驻.{1,8})?$"
        ),
        aside=re.compile(r"(?:由|向|获|与|及|和|或|联同|致电|在|到|应|经|于|按|配合|协调|转介)$"),
        introduced=re.compile(r"^\s*\([^)]{1,12}\)"),
        acts=re.compile(
            r"^(?:\s*\([^)]{1,16}\))?(?:\w{2,4}?)?(?:教授|博士|医生)?(?:发言人|局长|署长|处长|专员|总监"
            r"|[今昨明][日天早晚]|表示|说|指|公布|宣布|发表|呼吁|提醒|得悉|接获|接报|举行|举办|展开|推出|将"
            r"|会|正|已|于|在|就|因应|深切|留意|关注|的(?:书面)?答[复覆])"
        ),
    ),
}


class PlainText:
    """One official text made plain, with the phrases of its title and body found once."""

    def __init__(self, text: ReleaseText, lexicon: Lexicon) -> None:
        self.language: Language = text.language
        length = READ_LENGTH[text.language]
        self.title = _QUESTION_TITLE[text.language].sub("", _to_plain(text.title, text.language))
        self.body = _to_plain(text.body[: 2 * length], text.language)[:length]
        self.title_matches = list(find_phrases(self.title, lexicon))
        self.body_matches = list(find_phrases(self.body, lexicon))

    def score_topics(self, departments: Mapping[str, DepartmentEntry]) -> dict[Topic, float]:
        """The grades of title, opening and rest of the body, by topic."""
        start = _skip(self.body, *self._openings())
        opening_end = start + OPENING_LENGTH[self.language]
        opening = (match for match in self.body_matches if start <= match.start < opening_end)
        rest = (match for match in self.body_matches if match.start >= opening_end)
        scores: defaultdict[Topic, float] = defaultdict(float)
        for matches, factor in (
            (self.title_matches, TITLE_FACTOR),
            (opening, OPENING_FACTOR),
            (rest, REST_FACTOR),
        ):
            for topic, score in _add_grades(matches).items():
                scores[topic] += factor * score
        for topic in {
            departments[key].topic for match in self.title_matches for key in match.names
        }:
            scores[topic] += NAMED_IN_TITLE
        return scores

    def weigh_departments(self, departments: Mapping[str, DepartmentEntry]) -> dict[str, float]:
        """How much speaks for each named body as the issuer, the best mention of each counting.

        "On behalf of" settles it; else a title that starts with a name, and sentences of the
        opening whose subject the body is.
        """
        rules = _RULES[self.language]
        spelled_out = _list_spelled_out((*self.title_matches, *self.body_matches))
        weights: defaultdict[str, float] = defaultdict(float)
        for match, weight in self._weigh_in_body(departments):
            key = _choose_key(match, spelled_out)
            weights[key] = max(weights[key], weight)
        for match in _list_mentions(self.title, self.title_matches, departments):
            if rules.title_lead.search(self.title[: match.start]):
                weights[_choose_key(match, spelled_out)] += SUBJECT_OF_TITLE
                break
        return weights

    def _weigh_in_body(
        self, departments: Mapping[str, DepartmentEntry]
    ) -> Iterator[tuple[Match, float]]:
        behalf = _BEHALF[self.language].search(self.body[:400])
        start = _skip(self.body, _NOTICES[self.language])
        sentences = _list_sentences(self.body, start, self.language)
        for match in _list_mentions(self.body, self.body_matches, departments):
            if behalf and behalf.start(1) <= match.start < behalf.end(1):
                yield match, ON_BEHALF + PER_SENTENCE * (match.start - behalf.start(1))
            for index, (first, last) in enumerate(sentences):
                if first <= match.start < last:
                    moved = match._replace(start=match.start - first, end=match.end - first)
                    weight = _weigh_mention(self.body[first:last], moved, _RULES[self.language])
                    yield match, weight + PER_SENTENCE * index

    def _openings(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        return _NOTICES[self.language], _QUESTION_OPENING[self.language]


def _skip(body: str, *openings: re.Pattern[str]) -> int:
    """Where the body goes on after the openings that say nothing."""
    at = 0
    for opening in (*openings, *openings):
        if found := opening.match(body, at):
            at = found.end()
    return at


def _list_sentences(body: str, start: int, language: Language) -> list[tuple[int, int]]:
    """The first sentences from ``start`` on, as spans without the space around them."""
    ends = [found.span() for found in _SENTENCE_END[language].finditer(body, start)]
    firsts = [start, *(end for _, end in ends)]
    lasts = [*(begin for begin, _ in ends), len(body)]
    spans = zip(firsts, lasts, strict=True)
    return [span for span in spans if body[slice(*span)].strip()][:SENTENCES]


def _list_mentions(
    text: str, matches: Iterable[Match], departments: Mapping[str, DepartmentEntry]
) -> Iterator[Match]:
    """The names of bodies; a part named right after its whole speaks for both."""
    whole: Match | None = None
    for match in matches:
        between = text[whole.end : match.start] if whole else ""
        if not match.names or (whole and between.strip() == "(" and _same(match, whole)):
            continue
        parents = {departments[key].part_of for key in match.names}
        if whole and parents & set(whole.names) and _JOINED.fullmatch(between):
            whole = match._replace(start=whole.start)
            continue
        if whole:
            yield whole
        whole = match
    if whole:
        yield whole


def _same(match: Match, other: Match) -> bool:
    return bool(set(match.names) & set(other.names))


def _weigh_mention(sentence: str, match: Match, rules: MentionRules) -> float:
    """How much a mention says that the body speaks here: subject, verb, introduction, by-line.

    A head weighs less than a body, since heads are quoted in other bodies' releases.
    """
    before, after = sentence[: match.start], sentence[match.end :]
    weight = MENTIONED + (HEAD if "head" in match.names.values() else 0.0)
    weight += INTRODUCED if rules.introduced.search(after) else 0.0
    weight += ACTS if rules.acts.search(after) else 0.0
    if rules.speaker.search(before):
        return weight + SPEAKER
    if rules.aside.search(before):
        return weight + ASIDE
    return weight + (SUBJECT if rules.lead.search(before) else 0.0)


def _list_spelled_out(matches: Iterable[Match]) -> set[str]:
    """The bodies whose full name stands in the text."""
    return {key for match in matches for key, kind in match.names.items() if kind == "full"}


def _choose_key(match: Match, spelled_out: set[str]) -> str:
    """The body meant by a name that several may share: the one spelled out, else the first."""
    meant = [key for key in match.names if key in spelled_out]
    return (meant or list(match.names))[0]


def _add_grades(matches: Iterable[Match]) -> dict[Topic, float]:
    """Each topic's grades, the best one whole and each further one less.

    A keyword counts once; a text that says one thing in many words isn't surer for it.
    """
    grades: defaultdict[Topic, list[float]] = defaultdict(list)
    for found in {match.key: match.grades for match in matches}.values():
        for topic, grade in found.items():
            grades[topic].append(grade)
    return {
        topic: sum(grade * FADING**rank for rank, grade in enumerate(sorted(found, reverse=True)))
        for topic, found in grades.items()
    }


def _score_topics(
    texts: Iterable[PlainText], departments: Mapping[str, DepartmentEntry], prior: Topic | None
) -> dict[Topic, float]:
    scores: defaultdict[Topic, float] = defaultdict(float)
    for text in texts:
        for topic, score in text.score_topics(departments).items():
            scores[topic] += score
        if prior:
            scores[prior] += PRIOR
    return scores
