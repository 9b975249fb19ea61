"""Which releases go into whose digest, folded, and in what order; pure.

Routine kinds become one entry each, and so does a series, both with their newest release. The
most important comes first: a release has a rank by one rule, which can be told to the reader.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from bot.interests import fits, is_wanted
from data.kinds import Kinds
from data.models import TOPICS, Release, Subscription, Topic
from data.phrases import to_plain
from data.store.releases import Stored
from data.tables import Tables

# Kinds in which somebody speaks, and little has happened.
SPOKEN = frozenset({"speech", "transcript", "council_question", "anniversary", "drill"})
# Words by which a title tells people what to do, or what they can't do for now.
_CALL = re.compile(
    r"\b(?:urge[sd]?|urging|appeals? (?:to|for)|remind(?:s|ed)?|advise[sd]?|warn(?:s|ed)?|alerts?"
    r"|beware|recalls?|clos(?:e[sd]?|ures?|ing)|suspen(?:ds?|ded|sion)|stop|evacuat\w*|adjust(?:s|ed|ments?)"
    r"|diver(?:ts?|sions?)|resum\w+|reopen\w*|appl(?:y|ications?)|deadline|regist(?:er|ration)s?"
    r"|enrol\w*|vaccin\w+|subsid(?:y|ies)|hotlines?|support measures?|shelters?)\b"
    r"|呼吁|促请|提醒|劝|警告|切勿|停止|回收|关闭|封闭|暂停|疏散|调整|改道|恢复|重开|申请|截止|登记"
    r"|报名|接种|津贴|热线|支援|庇护"
)
# Words by which a title tells of a visit, a ceremony or an event.
_EVENT = re.compile(
    r"\b(?:visit(?:s|ed|ing)?|attend(?:s|ed|ing)?|officiat\w+|ceremon\w+|celebrat\w+|congratulat\w+"
    r"|festivals?|exhibitions?|concerts?|galas?|receptions?|forums?|seminars?|stamps?)\b"
    r"|访问|到访|出席|典礼|仪式|庆祝|祝贺|(?:电影|艺术|音乐|美食|文化|灯笼)节|展览|音乐会|酒会|论坛|研讨会|邮票"
)
# More titles than are looked at in the composing of a day.
_MOST_TITLES = 4_096


class Rank(IntEnum):
    """How important a release is; its name in small letters is its sentence under ``order``."""

    ROUTINE = 0
    SPOKEN = 1
    EVENT = 2
    ORDINARY = 3
    CONTINUED = 4
    CALL = 5
    NAMED = 6
    URGENT = 7
    CRITICAL = 8


@dataclass(frozen=True)
class Entry:
    """What a digest tells in one place.

    Attributes:
        stored: the release that is told.
        earlier: those that it stands for, of its series or routine kind, the newest first.
        kind: key of the routine kind that is folded into this entry; None for anything else.
        rank: how important it is.
    """

    stored: Stored
    earlier: tuple[Stored, ...] = ()
    kind: str | None = None
    rank: Rank = Rank.ORDINARY

    @property
    def count(self) -> int:
        """How many releases it stands for."""
        return 1 + len(self.earlier)


@dataclass(frozen=True)
class Section:
    """Entries of one topic, by rank, then newest first; ``topic`` is None for those without."""

    topic: Topic | None
    entries: tuple[Entry, ...]


def choose_sections(
    candidates: Iterable[Stored],
    subscriptions: Collection[Subscription],
    tables: Tables,
    kinds: Kinds,
    *,
    is_folded: bool = True,
) -> tuple[Section, ...]:
    """What a chat is told of some releases, by topic, each release in one place.

    A release stands under the first of its topics that is followed, else under its first. Topics
    stand in their own order, but for those that have something more important than the rest.

    Args:
        candidates: the releases, in any order.
        subscriptions: what the chat follows and leaves out.
        tables: of topics and departments.
        kinds: which are routine.
        is_folded: whether series and routine kinds become one entry each.
    """
    departments = tables.departments
    wanted = [each for each in candidates if is_wanted(each.release, subscriptions, departments)]
    names = [each for each in subscriptions if each.follow and each.kind != "topic"]
    followed = [each.value for each in subscriptions if each.follow and each.kind == "topic"]
    groups: dict[Topic | None, list[Entry]] = {}
    for stored, earlier, kind in _fold(drop_superseded(wanted), kinds, is_folded=is_folded):
        is_named = any(fits(each, stored.release, departments) for each in names)
        rank = find_rank(stored.release, kinds, is_named=is_named)
        topic = _choose_topic(stored.release, followed)
        groups.setdefault(topic, []).append(Entry(stored, earlier, kind, rank))
    order: list[Topic | None] = [*TOPICS, None]
    sections = [
        Section(topic, tuple(sorted(groups[topic], key=_precedence, reverse=True)))
        for topic in order
        if topic in groups
    ]
    return tuple(sorted(sections, key=_section_rank, reverse=True))


def find_rank(release: Release, kinds: Kinds, *, is_named: bool = False) -> Rank:
    """How important a release is.

    Args:
        release: the release.
        kinds: which are routine.
        is_named: whether the reader follows a department or word of it.
    """
    if release.urgency is not None:
        return Rank.CRITICAL if release.urgency == "critical" else Rank.URGENT
    if is_named:
        return Rank.NAMED
    if is_routine(release, kinds):
        return Rank.ROUTINE
    if release.kind in SPOKEN:
        return Rank.SPOKEN
    by_title = _rank_titles(tuple(text.title for text in release.texts.values()))
    if by_title is not Rank.CALL and release.series is not None:
        return Rank.CONTINUED
    return by_title


@lru_cache(_MOST_TITLES)
def _rank_titles(titles: tuple[str, ...]) -> Rank:
    plain = "\n".join(to_plain(title, "zh").casefold() for title in titles)
    if _CALL.search(plain):
        return Rank.CALL
    return Rank.EVENT if _EVENT.search(plain) else Rank.ORDINARY


def list_order_reasons(
    release: Release, kinds: Kinds, *, is_named: bool = False
) -> tuple[str, ...]:
    """Keys of the sentences that tell why a release stands where it does; see ``find_rank``."""
    return (f"order.{find_rank(release, kinds, is_named=is_named).name.lower()}",)


def is_routine(release: Release, kinds: Kinds) -> bool:
    """Whether a release is of a routine kind."""
    entry = kinds.entries.get(release.kind or "")
    return entry is not None and entry.routine


def _choose_topic(release: Release, followed: Collection[str]) -> Topic | None:
    matching = [topic for topic in release.topics if topic in followed]
    return next(iter((*matching, *release.topics)), None)


_Folded = tuple[Stored, tuple[Stored, ...], str | None]


def _fold(candidates: Sequence[Stored], kinds: Kinds, *, is_folded: bool) -> list[_Folded]:
    """Releases with those that they stand for, and the routine kind that they are folded by."""
    groups: dict[tuple[str, str | None], list[Stored]] = {}
    for stored in sorted(candidates, key=_age, reverse=True):
        groups.setdefault(_find_group(stored, kinds, is_folded=is_folded), []).append(stored)
    return [
        (first, tuple(earlier), key if sort == "kind" else None)
        for (sort, key), (first, *earlier) in groups.items()
    ]


def _find_group(stored: Stored, kinds: Kinds, *, is_folded: bool) -> tuple[str, str | None]:
    release = stored.release
    if is_folded and release.urgency is None and is_routine(release, kinds):
        return "kind", release.kind
    if is_folded and release.series is not None:
        return "series", release.series
    return "release", release.id


def drop_superseded(candidates: Sequence[Stored]) -> list[Stored]:
    """Without weather releases that a later one of the same series has taken the place of.

    The Observatory issues a bulletin every hour or so while a warning is in force.
    """
    newest: dict[str, Stored] = {}
    for stored in sorted(candidates, key=_age):
        if series := _find_warning(stored):
            newest[series] = stored
    return [
        stored
        for stored in candidates
        if (series := _find_warning(stored)) is None or newest[series] is stored
    ]


def _find_warning(stored: Stored) -> str | None:
    release = stored.release
    return release.series if release.topics[:1] == ("weather",) else None


def list_releases(sections: Iterable[Section]) -> list[Stored]:
    """All releases that the sections tell of or stand for, in their order."""
    return [
        stored
        for section in sections
        for entry in section.entries
        for stored in (entry.stored, *entry.earlier)
    ]


def _precedence(entry: Entry) -> tuple[Rank, tuple[object, int]]:
    return entry.rank, _age(entry.stored)


def _section_rank(section: Section) -> Rank:
    """That of its most important entry; what is no more than ordinary counts as equal."""
    best = max(entry.rank for entry in section.entries)
    return best if best >= Rank.NAMED or best is Rank.ROUTINE else Rank.ORDINARY


def _age(stored: Stored) -> tuple[object, int]:
    return stored.release.issued_at, stored.seq
