"""What a release is about, and which department issued it.

Everything it knows stands in ``topics.toml`` and ``departments.toml`` beside this module. A
topic's score adds up the points of its keywords, the title counting well over the opening and
the opening over the rest, and leans towards the issuing department's usual topic. A release's
texts are scored together, so that it has the same topics in both languages.

Points of topics and points of departments are two scales: each is compared with its own kind.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.models import LANGUAGES, TOPICS, Language, Release, ReleaseText, Topic
from data.phrases import Lexicon, PhraseMatch, find_phrases, to_plain
from data.tables import DepartmentEntry, Tables

# Characters of a body, made plain: of its opening, and of all that is read of it.
OPENING_LENGTH: Mapping[Language, int] = {"en": 420, "zh": 130}
READ_LENGTH: Mapping[Language, int] = {"en": 1000, "zh": 360}

# What a keyword's points are multiplied by, for where it stands.
TITLE_FACTOR = 2.0
OPENING_FACTOR = 1.0
REST_FACTOR = 0.35
# Of a topic's keywords in one part of a text the best counts whole, the next this share of its
# points, the one after that the share of the share: long lists of words don't outweigh one.
FADING_SHARE = 0.6
# Points of a topic, for each text: it is the issuing department's usual one, or that of a
# department which the title names.
ISSUERS_TOPIC = 14.0
TOPIC_NAMED_IN_TITLE = 8.0
# A second topic has this share of the first one's points, and at least so many itself.
SECOND_SHARE = 0.5
SECOND_FLOOR = 16.0

# The topic where neither the words nor the feed tell one, and the points up to which the feed
# tells more than the words.
LAST_RESORT: Topic = "government"
BY_CHANCE = 8.0

# Points of a department as the issuer (see TextEvidence.weigh_departments and _weigh_mention).
ON_BEHALF = 20.0
SUBJECT_OF_TITLE = 6.0
MENTIONED = 1.0
INTRODUCED = 1.0
ACTS = 2.0
SUBJECT = 2.0
SPEAKER = 4.0
ASIDE = -3.0
HEAD = -2.0
# They are fewer for each further sentence, and for each character further in "on behalf of A
# and B", so that of several departments the first comes first.
PER_SENTENCE = -0.3
PER_CHARACTER_ON_BEHALF = -0.3
ISSUER_FLOOR = 3.0
SENTENCES_READ = 4
# "On behalf of" stands within so many characters of a body.
ON_BEHALF_LENGTH = 400


def classify(
    release: Release,
    tables: Tables,
    *,
    default_topic: Topic | None = None,
    default_department: str | None = None,
) -> Release:
    """The release with its topics (one or two, first is primary) and issuing department.

    The defaults, such as a feed's, are for a release whose words tell nothing.
    """
    texts = [
        TextEvidence(release.texts[language], tables.lexicons[language])
        for language in LANGUAGES
        if language in release.texts
    ]
    scores = _score_topics(texts, tables.departments)
    issuer = choose_department(texts, tables, scores)
    if issuer and (issuers_topic := tables.departments[issuer].topic):
        scores[issuers_topic] += ISSUERS_TOPIC * len(texts)
    department = issuer or _find_usual_issuer(texts, tables) or default_department
    topics = choose_topics(scores, default_topic)
    return release.model_copy(update={"topics": topics, "department": department})


def choose_topics(scores: Mapping[Topic, float], default: Topic | None = None) -> tuple[Topic, ...]:
    """The topic with the most points, and the next if it is clearly there as well.

    A tie goes by the order of ``TOPICS``. Where no topic has points it is the default; one that
    is given also stands against a few points, which a word or two get by chance.
    """
    first, second = sorted(TOPICS, key=lambda topic: -scores.get(topic, 0.0))[:2]
    if scores.get(first, 0.0) <= (BY_CHANCE if default else 0.0):
        return (default or LAST_RESORT,)
    if scores.get(second, 0.0) >= max(SECOND_FLOOR, SECOND_SHARE * scores[first]):
        return (first, second)
    return (first,)


def choose_department(
    texts: Sequence["TextEvidence"], tables: Tables, scores: Mapping[Topic, float]
) -> str | None:
    """The key of the department that issued the release, or None where none shows as such.

    ``scores`` are the topics' points, which tell departments with the same short name apart.
    """
    evidence: dict[str, float] = {}
    for text in texts:
        for key, points in text.weigh_departments(tables.departments, scores).items():
            evidence[key] = max(points, evidence.get(key, 0.0))
    key, points = max(evidence.items(), key=lambda item: item[1], default=("", 0.0))
    return key if points >= ISSUER_FLOOR else None


def _find_usual_issuer(texts: Sequence["TextEvidence"], tables: Tables) -> str | None:
    """The key of the department that a title names, or issues what it is about by the table."""
    for text in texts:
        names = [match.names for match in text.title_matches if match.names]
        if len({key for each in names for key in each}) == 1 and "head" not in names[0].values():
            return next(iter(names[0]))
    for text in texts:
        for match in find_phrases(text.title, tables.subjects[text.language]):
            return match.subject_of
    return None


def _score_topics(
    texts: Iterable["TextEvidence"], departments: Mapping[str, DepartmentEntry]
) -> defaultdict[Topic, float]:
    scores: defaultdict[Topic, float] = defaultdict(float)
    for text in texts:
        for topic, points in text.score_topics(departments).items():
            scores[topic] += points
    return scores


# One text, read for its topics and for its issuer. The patterns search plain text, which is
# in Simplified script.

_NOTICES: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\s*(?:Attention\b|Please (?:broadcast|announce|note)\b|Here is an item\b"
        r"|(?:The f|F)ollowing (?:is|are) (?:issued|a translation)\b)[^:]{0,300}:"
    ),
    "zh": re.compile(r"\s*(?:下稿|电台|请(?:尽快)?(?:广播|播出|宣布))[^:]{0,150}:"),
}
_ON_BEHALF_NOTICE: Mapping[Language, re.Pattern[str]] = {
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
_BETWEEN_WHOLE_AND_PART = re.compile(r"(?:\s*\([^)]*\))?(?:辖下|的)*\s*")
_SENTENCE_END: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"(?<=[a-z0-9)\]\"'][.!?])\s+(?=[\"'A-Z])|\n+"),
    "zh": re.compile(r"(?<=[。!?])|\n+"),
}


@dataclass(frozen=True, slots=True)
class MentionRules:
    """What stands before and after a department's name, to tell whether it speaks there.

    ``title_lead`` (in the title), ``lead``, ``speaker`` and ``aside`` search what stands before
    it: the start of a clause, "spokesman for", "by" or "to". ``introduced`` and ``acts`` search
    what stands after it: its short name in brackets, a verb.
    """

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
            r"(?:and|leading|together with|accompanied|spokes\w+|today|yesterday|this|on|at|in"
            r"|has|have|had|is|are|was|were|will|would"
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
            r"|会|正|已|于|在|就|因应|深切|留意|关注|出席|主持|率|访问|到访|视察|前往|祝贺|欢迎|感谢|联同|检控"
            r"|的(?:书面)?答[复覆])"
        ),
    ),
}


class TextEvidence:
    """What one official text says of its topics and issuer.

    It is made plain, and the phrases of its title and body are found, once.
    """

    def __init__(self, text: ReleaseText, lexicon: Lexicon) -> None:
        self.language: Language = text.language
        length = READ_LENGTH[text.language]
        self.title = _QUESTION_TITLE[text.language].sub("", to_plain(text.title, text.language))
        # Made plain, a body loses spaces: twice the length is enough and bounds the work.
        self.body = to_plain(text.body[: 2 * length], text.language)[:length]
        self.title_matches = list(find_phrases(self.title, lexicon))
        self.body_matches = list(find_phrases(self.body, lexicon))

    def score_topics(self, departments: Mapping[str, DepartmentEntry]) -> dict[Topic, float]:
        """The points of title, opening and rest of the body together, by topic."""
        openings = (_NOTICES[self.language], _QUESTION_OPENING[self.language])
        start = _find_start(self.body, *openings)
        opening_end = start + OPENING_LENGTH[self.language]
        opening = (match for match in self.body_matches if start <= match.start < opening_end)
        rest = (match for match in self.body_matches if match.start >= opening_end)
        scores: defaultdict[Topic, float] = defaultdict(float)
        for matches, factor in (
            (self.title_matches, TITLE_FACTOR),
            (opening, OPENING_FACTOR),
            (rest, REST_FACTOR),
        ):
            for topic, points in _add_points(matches).items():
                scores[topic] += factor * points
        named = {key for match in self.title_matches for key in match.names}
        for usual in {departments[key].topic for key in named}:
            if usual:
                scores[usual] += TOPIC_NAMED_IN_TITLE
        return scores

    def weigh_departments(
        self, departments: Mapping[str, DepartmentEntry], scores: Mapping[Topic, float]
    ) -> dict[str, float]:
        """The points of each named department as the issuer, its best mention counting.

        "On behalf of" settles it; else a title that starts with a name, and sentences of the
        opening whose subject the department is.
        """
        meant = _list_meant((*self.title_matches, *self.body_matches))

        def choose_key(match: PhraseMatch) -> str:
            """Of departments that share a name: one meant elsewhere, else by topic and order."""
            candidates = [key for key in match.names if key in meant] or list(match.names)
            return max(candidates, key=lambda key: _get_points(departments[key], scores))

        weights: defaultdict[str, float] = defaultdict(float)
        for match, points in self._weigh_in_body(departments):
            key = choose_key(match)
            weights[key] = max(weights[key], points)
        title_lead = _RULES[self.language].title_lead
        for match in _list_mentions(self.title, self.title_matches, departments):
            if title_lead.search(self.title[: match.start]):
                weights[choose_key(match)] += SUBJECT_OF_TITLE
                break
        return weights

    def _weigh_in_body(
        self, departments: Mapping[str, DepartmentEntry]
    ) -> Iterator[tuple[PhraseMatch, float]]:
        behalf = _ON_BEHALF_NOTICE[self.language].search(self.body[:ON_BEHALF_LENGTH])
        start = _find_start(self.body, _NOTICES[self.language])
        sentences = _list_sentences(self.body, start, self.language)
        for match in _list_mentions(self.body, self.body_matches, departments):
            if behalf and behalf.start(1) <= match.start < behalf.end(1):
                distance = match.start - behalf.start(1)
                yield match, ON_BEHALF + PER_CHARACTER_ON_BEHALF * distance
            for index, (first, last) in enumerate(sentences):
                if first <= match.start < last:
                    moved = match._replace(start=match.start - first, end=match.end - first)
                    points = _weigh_mention(self.body[first:last], moved, _RULES[self.language])
                    yield match, points + PER_SENTENCE * index


def _find_start(body: str, *openings: re.Pattern[str]) -> int:
    """The character at which the body goes on after the openings that say nothing."""
    at = 0
    for opening in (*openings, *openings):  # they come in any order
        if found := opening.match(body, at):
            at = found.end()
    return at


def _list_sentences(body: str, start: int, language: Language) -> list[tuple[int, int]]:
    """The first sentences from ``start`` on, as spans of characters without what parts them."""
    ends = [found.span() for found in _SENTENCE_END[language].finditer(body, start)]
    firsts = [start, *(end for _, end in ends)]
    lasts = [*(begin for begin, _ in ends), len(body)]
    spans = zip(firsts, lasts, strict=True)
    return [span for span in spans if body[slice(*span)].strip()][:SENTENCES_READ]


def _list_mentions(
    text: str, matches: Iterable[PhraseMatch], departments: Mapping[str, DepartmentEntry]
) -> Iterator[PhraseMatch]:
    """The names of departments; a part named right after its whole speaks for both."""
    whole: PhraseMatch | None = None
    for match in matches:
        between = text[whole.end : match.start] if whole else ""
        if not match.names or (
            whole and between.strip() == "(" and _share_a_department(match, whole)
        ):
            continue
        parents = {departments[key].part_of for key in match.names}
        if whole and parents & set(whole.names) and _BETWEEN_WHOLE_AND_PART.fullmatch(between):
            whole = match._replace(start=whole.start)
            continue
        if whole:
            yield whole
        whole = match
    if whole:
        yield whole


def _share_a_department(match: PhraseMatch, other: PhraseMatch) -> bool:
    return bool(set(match.names) & set(other.names))


def _weigh_mention(sentence: str, match: PhraseMatch, rules: MentionRules) -> float:
    """The points for speaking in a sentence: subject, verb, introduction, by-line.

    A head weighs less than a department, since heads are quoted in other departments' releases.
    ``match`` counts its characters from the start of the sentence.
    """
    before, after = sentence[: match.start], sentence[match.end :]
    points = MENTIONED + (HEAD if "head" in match.names.values() else 0.0)
    points += INTRODUCED if rules.introduced.search(after) else 0.0
    points += ACTS if rules.acts.search(after) else 0.0
    if rules.speaker.search(before):
        return points + SPEAKER
    if rules.aside.search(before):
        return points + ASIDE
    return points + (SUBJECT if rules.lead.search(before) else 0.0)


def _list_meant(matches: Iterable[PhraseMatch]) -> set[str]:
    """The keys of the departments that the text names in full, or by a name of theirs alone."""
    return {
        key
        for match in matches
        for key, kind in match.names.items()
        if kind == "full" or (kind == "short" and len(match.names) == 1)
    }


def _get_points(department: DepartmentEntry, scores: Mapping[Topic, float]) -> float:
    return scores.get(department.topic, 0.0) if department.topic else 0.0


def _add_points(matches: Iterable[PhraseMatch]) -> dict[Topic, float]:
    """Each topic's points, of its best keyword whole and of each further one a lesser share.

    A keyword counts once; a text that says one thing in many words isn't surer for it.
    """
    points: defaultdict[Topic, list[float]] = defaultdict(list)
    for by_topic in {match.phrase: match.points for match in matches}.values():
        for topic, given in by_topic.items():
            points[topic].append(given)
    return {
        topic: sum(
            given * FADING_SHARE**rank for rank, given in enumerate(sorted(found, reverse=True))
        )
        for topic, found in points.items()
    }
