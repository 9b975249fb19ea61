"""What alerts need of the database: urgent releases, and the chats that asked to be alerted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlite_utils import Database

from data.models import ChatLanguage, Priority, Quiet, Topic
from data.store.database import from_text, to_text, write


@dataclass(frozen=True)
class Unalerted:
    """An urgent release whose alerts are not owed yet, and when it came in."""

    release_id: str
    issued_at: datetime
    first_seen_at: datetime


@dataclass(frozen=True)
class Listener:
    """A chat that asked for alerts, as far as they need to know it."""

    chat_id: int
    thread_id: int
    language: ChatLanguage
    time_zone: str
    quiet: Quiet | None

    @property
    def place(self) -> tuple[int, int]:
        """What listeners are ordered by."""
        return self.chat_id, self.thread_id


class Alerts:
    """Every query on alerts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_unalerted(self) -> list[Unalerted]:
        """The urgent releases whose alerts are not owed yet, the oldest first."""
        rows = self._db.execute(
            "SELECT id, issued_at, first_seen_at FROM releases"
            " WHERE urgency IS NOT NULL AND alerted_at IS NULL ORDER BY first_seen_at"
        )
        return [
            Unalerted(release_id, from_text(issued_at), from_text(first_seen_at))
            for release_id, issued_at, first_seen_at in rows.fetchall()
        ]

    def list_urgent(self, since: datetime) -> list[str]:
        """The ids of the urgent releases issued since then."""
        rows = self._db.execute(
            "SELECT id FROM releases WHERE issued_at >= ? AND urgency IS NOT NULL", [to_text(since)]
        )
        return [release_id for (release_id,) in rows.fetchall()]

    def list_listeners(
        self, topics: Sequence[Topic], after: tuple[int, int] | None, limit: int
    ) -> list[Listener]:
        """Active chats that asked for alerts on any of the topics, those behind ``after``."""
        rows = self._db.execute(
            "SELECT DISTINCT chats.id, chats.thread_id, language, time_zone, quiet_from, quiet_to"
            " FROM subscriptions JOIN chats ON chats.id = subscriptions.chat_id"
            "  AND chats.thread_id = subscriptions.thread_id"
            " WHERE kind = 'alert' AND follow = 1 AND status = 'active'"
            "  AND value IN (SELECT value FROM json_each(?))"
            "  AND (subscriptions.chat_id, subscriptions.thread_id) > (?, ?)"
            " ORDER BY subscriptions.chat_id, subscriptions.thread_id LIMIT ?",
            [json.dumps(topics), *(after or (-(2**63), 0)), limit],
        )
        return [
            Listener(chat_id, thread_id, language, time_zone, _read_quiet(quiet_from, quiet_to))
            for chat_id, thread_id, language, time_zone, quiet_from, quiet_to in rows.fetchall()
        ]

    def find_owed(self, keys: Iterable[str], now: datetime) -> set[str]:
        """Which of these keys of alerts were sent or still will be."""
        rows = self._db.execute(
            "SELECT key FROM deliveries WHERE key IN (SELECT value FROM json_each(?))"
            " AND status <> 'gone' AND (status <> 'due' OR expires_at > ?)",
            [json.dumps(list(keys)), to_text(now)],
        )
        return {key for (key,) in rows.fetchall()}

    def drop_unwanted(
        self, chat_id: int, thread_id: int, prefix: str, topics: Sequence[Topic]
    ) -> None:
        """Owe a chat those alerts alone that are on one of these topics.

        Args:
            chat_id: the chat's.
            thread_id: the chat's.
            prefix: what the keys of its alerts begin with, before the id of the release.
            topics: on which it wants alerts.
        """
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = 'not wanted any more'"
                " WHERE chat_id = ? AND status IN ('due', 'claimed') AND status = 'due'"
                "  AND thread_id = ? AND priority = ? AND NOT EXISTS"
                "  (SELECT 1 FROM releases, json_each(releases.topics) AS topic"
                "   WHERE releases.id = substr(deliveries.key, ?)"
                "   AND topic.value IN (SELECT value FROM json_each(?)))",
                [chat_id, thread_id, Priority.ALERT, len(prefix) + 1, json.dumps(topics)],
            )

    def mark_alerted(self, release_ids: Iterable[str], now: datetime) -> None:
        """Their alerts are owed, as far as there are any."""
        with write(self._db):
            self._db.execute(
                "UPDATE releases SET alerted_at = ? WHERE id IN (SELECT value FROM json_each(?))",
                [to_text(now), json.dumps(list(release_ids))],
            )


def _read_quiet(begins: str | None, ends: str | None) -> Quiet | None:
    return (time.fromisoformat(begins), time.fromisoformat(ends)) if begins and ends else None
