"""Which releases go into whose digest, and in what order; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.models import TOPICS, Topic
from data.store.releases import Stored


@dataclass(frozen=True)
class Section:
    """Releases of one topic, newest first; ``topic`` is None for those that have none."""

    topic: Topic | None
    releases: tuple[Stored, ...]


def choose_sections(candidates: Iterable[Stored], followed: Sequence[Topic]) -> tuple[Section, ...]:
    """Releases grouped by topic, each release once.

    A release stands under the first of its topics that is followed; following nothing means
    following all. Releases without a topic come last, for those who follow all. Of successive
    bulletins on one warning only the newest counts.
    """
    groups: dict[Topic | None, list[Stored]] = {}
    for stored in drop_superseded(list(candidates)):
        topics = stored.release.topics
        if not followed:
            groups.setdefault(topics[0] if topics else None, []).append(stored)
        elif matching := [topic for topic in topics if topic in followed]:
            groups.setdefault(matching[0], []).append(stored)
    order: list[Topic | None] = [*TOPICS, None]
    return tuple(
        Section(topic, tuple(sorted(groups[topic], key=_age, reverse=True)))
        for topic in order
        if topic in groups
    )


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


def count_releases(sections: Iterable[Section]) -> int:
    """How many releases the sections hold."""
    return sum(len(section.releases) for section in sections)


def _age(stored: Stored) -> tuple[object, int]:
    return stored.release.issued_at, stored.seq
