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
    following all. Releases without a topic come last, for those who follow all.
    """
    groups: dict[Topic | None, list[Stored]] = {}
    for stored in candidates:
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


def count_releases(sections: Iterable[Section]) -> int:
    """How many releases the sections hold."""
    return sum(len(section.releases) for section in sections)


def _age(stored: Stored) -> tuple[object, int]:
    return stored.release.issued_at, stored.seq
