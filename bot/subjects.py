"""What readers mean by the names that they follow, and what these are called; pure."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable

from bot.digest import list_order_reasons
from bot.interests import fold_keyword, list_reasons
from bot.texts import Languages, format_names, say, to_simplified
from data.kinds import Kinds
from data.models import TOPICS, ChatLanguage, Release, Subscription, SubscriptionKind, Topic
from data.tables import Tables

SHORTEST, LONGEST = 2, 40
MOST_SUBSCRIPTIONS = 50
# Stands for a name until it is put in; for private use, and so in no name that is typed.
_PLACE = "\ue000"
# How callback data calls the kinds.
LETTERS: dict[SubscriptionKind, str] = {"topic": "t", "department": "d", "keyword": "k"}
_QUOTES = re.compile(r"[\"'“”‘’「」『』《》＂＇]")
_QUOTED = re.compile(r"[\"“”＂「『](.+)[\"“”＂」』]")


class SubjectError(ValueError):
    """What was typed can't be followed; ``key`` is the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def split_names(typed: str, tables: Tables) -> list[str]:
    """The names in what was typed; a topic's or department's own can hold a comma."""
    if tables.find_whole_name(typed) is not None:
        return [typed]
    return [name for part in re.split(r"[,;，、；]", typed) if (name := part.strip())]


def read_subject(typed: str, tables: Tables, *, follow: bool = True) -> Subscription:
    """A topic or department by its whole name, else a keyword; what is in quotes is a keyword.

    Of a topic's aliases only the words of its name count ("welfare", 社福): whoever mutes
    "scam" wants to read of banks.

    Raises:
        SubjectError: if it is too short or too long for a keyword, or holds no letters.
    """
    quoted = _QUOTED.fullmatch(typed.strip())
    found = None if quoted else _find_named(typed, tables)
    if found is not None:
        return found.model_copy(update={"follow": follow})
    word = _clean(quoted[1] if quoted else typed)
    folded = fold_keyword(word)
    if len(folded) > LONGEST or len(word) > LONGEST:
        raise SubjectError("follow.too_long")
    if len(folded) < SHORTEST or not any(letter.isalnum() for letter in folded):
        raise SubjectError("follow.too_short")
    return Subscription(kind="keyword", value=word, follow=follow)


def _find_named(typed: str, tables: Tables) -> Subscription | None:
    folded = _squeeze(typed)
    topic = tables.topic_words.get(folded)
    if topic is not None and folded in _list_own_words(topic, tables):
        return Subscription(kind="topic", value=topic)
    department = tables.department_words.get(folded)
    return Subscription(kind="department", value=department) if department else None


def _list_own_words(topic: Topic, tables: Tables) -> set[str]:
    """The key of a topic, its names and the words that these are made of."""
    names = tables.topic_names[topic]
    english = re.findall(r"\w+", names.en.casefold())
    chinese = _squeeze(names.zh)
    pairs = {chinese[start : start + 2] for start in range(len(chinese) - 1)}
    return {topic, _squeeze(names.en), chinese, *english, *pairs}


def _squeeze(name: str) -> str:
    """As the tables know names: without what parts words."""
    return re.sub(r"[\W_]+", "", fold_keyword(name))


def find_other(typed: str, subject: Subscription, tables: Tables) -> Subscription | None:
    """What else may have been meant: the word of that name, or what has a name that begins so."""
    if subject.kind != "keyword":
        try:
            return read_subject(f'"{_clean(typed)}"', tables, follow=subject.follow)
        except SubjectError:
            return None
    if _QUOTED.fullmatch(typed.strip()):
        return None
    if topic := tables.find_topic(typed):
        return Subscription(kind="topic", value=topic, follow=subject.follow)
    if department := tables.find_department(typed):
        return Subscription(kind="department", value=department, follow=subject.follow)
    return None


def pack(subject: Subscription) -> str:
    """For callback data: ``d:FSD``."""
    return f"{LETTERS[subject.kind]}:{subject.value}"


def unpack(packed: str, tables: Tables, *, follow: bool = True) -> Subscription | None:
    """What was packed; None if the tables don't have it (any more) or it never was."""
    letter, _, value = packed.partition(":")
    if letter == "t" and value in TOPICS:
        return Subscription(kind="topic", value=value, follow=follow)
    if letter == "d" and value in tables.departments:
        return Subscription(kind="department", value=value, follow=follow)
    if letter == "k":
        try:
            return read_subject(f'"{value}"', tables, follow=follow)
        except SubjectError:
            return None
    return None


def _clean(word: str) -> str:
    """Without quotes, and without what can't be seen."""
    seen = "".join(
        " " if unicodedata.category(letter) in {"Zs", "Zl", "Zp"} or letter in "\t\n" else letter
        for letter in _QUOTES.sub("", word)
        if letter in "\t\n" or not unicodedata.category(letter).startswith("C")
    )
    return " ".join(seen.split())


def find_equal(subject: Subscription, held: Iterable[Subscription]) -> Subscription | None:
    """The one among those that a chat has that is of the same, whichever way it goes."""
    return next((each for each in held if make_mark(each) == make_mark(subject)), None)


def is_full(subject: Subscription, held: Collection[Subscription]) -> bool:
    """Whether a chat has so much that this is one too many."""
    return len(held) >= MOST_SUBSCRIPTIONS and find_equal(subject, held) is None


def make_mark(subject: Subscription) -> str:
    """A short name for callback data, the same for equal keywords and for either way."""
    value = fold_keyword(subject.value) if subject.kind == "keyword" else subject.value
    return hashlib.sha256(f"{subject.kind} {value}".encode()).hexdigest()[:12]


def name_subject(subject: Subscription, language: ChatLanguage, tables: Tables) -> str:
    """What it is called: a topic's or department's name, a word in the language's quotes."""
    if subject.kind == "keyword":
        return f"“{subject.value}”" if language == "en" else f"「{subject.value}」"
    return name_value(subject.kind, subject.value, language, tables)


def name_value(kind: SubscriptionKind, value: str, language: ChatLanguage, tables: Tables) -> str:
    """The name of a topic or department; its key if the tables no longer have it."""
    known = tables.topic_names if kind == "topic" else tables.department_names
    names = next((each for key, each in known.items() if key == value), None)
    if names is None:
        return value
    if language == "en":
        return names.en
    return to_simplified(names.short_zh) if language == "zh-Hans" else names.short_zh


def say_plain(language: ChatLanguage, key: str, name: str) -> str:
    """A sentence with a name in it that is not escaped: of a button, or to be put into another."""
    return say(language, key, name=_PLACE).replace(_PLACE, name)


def name_with_kind(subject: Subscription, language: ChatLanguage, tables: Tables) -> str:
    """What it is taken for, and its name: "the word “fire”"; not escaped."""
    name = name_subject(subject, language, tables)
    return say_plain(language, f"follow.kinds.{subject.kind}", name)


def tell_subjects(
    languages: Languages, key: str, subjects: Collection[Subscription], tables: Tables, *more: str
) -> str:
    """What was done with which, what each was taken for, and more sentences of these keys."""
    told = []
    for language in languages:
        names = [name_with_kind(each, language, tables) for each in subjects]
        sentence = say(language, key, names=format_names(language, names))
        told.append("\n".join([sentence, *(say(language, each) for each in more)]))
    return "\n\n".join(told)


def explain_reasons(
    language: ChatLanguage,
    release: Release,
    subscriptions: Collection[Subscription],
    tables: Tables,
    kinds: Kinds,
) -> str:
    """Why a chat is told of a release, and why the release stands where it does in a digest."""
    reasons = list_reasons(release, subscriptions, tables.departments)
    if reasons:
        lines = [
            say(language, f"why.{each.kind}", name=name_subject(each, language, tables))
            for each in reasons
        ]
    elif any(each.follow for each in subscriptions):
        lines = [say(language, "why.not_followed")]
    else:
        lines = [say(language, "why.everything")]
    is_named = any(each.kind != "topic" for each in reasons)
    order = list_order_reasons(release, kinds, is_named=is_named)
    return "\n".join([*lines, *(say(language, key) for key in order)])


def list_muteable(
    release: Release, subscriptions: Collection[Subscription], tables: Tables
) -> list[Subscription]:
    """What can be ended or left out to get no more like a release, the narrowest last.

    Those that the chat follows and that let the release through, and its topics and department,
    to be left out.
    """
    reasons = list(list_reasons(release, subscriptions, tables.departments))
    own = [Subscription(kind="topic", value=topic, follow=False) for topic in release.topics]
    if release.department in tables.departments:
        own.append(Subscription(kind="department", value=release.department, follow=False))
    known = {make_mark(each) for each in subscriptions}
    return reasons + [each for each in own if make_mark(each) not in known]
