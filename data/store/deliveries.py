"""The outbox: messages owed to chats, from the moment they are owed until Telegram has them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.models import Delivery
from data.store.database import from_text, to_text, write


class Deliveries:
    """Every query on deliveries."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(
        self, key: str, chat_id: int, thread_id: int, payload: Mapping[str, Any], now: datetime
    ) -> bool:
        """Owe a message, once for each key; whether it was new."""
        with write(self._db):
            return bool(
                self._db.execute(
                    "INSERT OR IGNORE INTO deliveries (key, chat_id, thread_id, payload, status,"
                    " attempts, not_before) VALUES (?, ?, ?, ?, 'due', 0, ?)",
                    [
                        key,
                        chat_id,
                        thread_id,
                        json.dumps(payload, ensure_ascii=False),
                        to_text(now),
                    ],
                ).rowcount
            )

    def claim(self, now: datetime, limit: int) -> list[Delivery]:
        """Take up to ``limit`` messages to send, at most the oldest one of each chat.

        So the parts of a digest stay in order: one that has to wait holds back the next.
        """
        with write(self._db):
            rows = list(
                self._db.query(
                    "SELECT * FROM deliveries WHERE status = 'due' AND not_before <= ?"
                    " AND seq IN (SELECT min(seq) FROM deliveries"
                    "  WHERE status IN ('due', 'claimed') GROUP BY chat_id, thread_id)"
                    " ORDER BY seq LIMIT ?",
                    [to_text(now), limit],
                )
            )
            for row in rows:
                self._db.execute(
                    "UPDATE deliveries SET status = 'claimed', attempts = attempts + 1"
                    " WHERE key = ?",
                    [row["key"]],
                )
        return [
            _delivery({**row, "status": "claimed", "attempts": row["attempts"] + 1}) for row in rows
        ]

    def release_claimed(self) -> int:
        """After a crash: messages in doubt are owed again, for a repeat beats a loss."""
        with write(self._db):
            return self._db.execute(
                "UPDATE deliveries SET status = 'due' WHERE status = 'claimed'"
            ).rowcount

    def mark_sent(self, delivery: Delivery, message_id: int, next_not_before: datetime) -> None:
        """Telegram has it; what else is owed to the chat waits until ``next_not_before``."""
        with write(self._db):
            self._mark(delivery.key, "sent", message_id=message_id)
            self._db.execute(
                "UPDATE deliveries SET not_before = max(not_before, ?)"
                " WHERE chat_id = ? AND status = 'due'",
                [to_text(next_not_before), delivery.chat_id],
            )

    def mark_later(self, key: str, not_before: datetime, error: str) -> None:
        """To be tried again, not before an instant."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'due', not_before = ?, error = ? WHERE key = ?",
                [to_text(not_before), error, key],
            )

    def mark_refused(self, key: str, error: str) -> None:
        """Telegram will never take it; the operator should know."""
        self._mark(key, "refused", error=error)

    def mark_gone(self, chat_id: int, error: str) -> None:
        """The chat is no more: nothing that was owed to it is owed any longer."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = ?"
                " WHERE chat_id = ? AND status IN ('due', 'claimed')",
                [error, chat_id],
            )

    def count(self, status: str) -> int:
        """How many deliveries have this status."""
        rows = self._db.query("SELECT count(*) AS n FROM deliveries WHERE status = ?", [status])
        return int(next(iter(rows))["n"])

    def _mark(
        self, key: str, status: str, *, message_id: int | None = None, error: str | None = None
    ) -> None:
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = ?, message_id = ?, error = ? WHERE key = ?",
                [status, message_id, error, key],
            )


def _delivery(row: dict[str, Any]) -> Delivery:
    return Delivery(
        key=row["key"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        payload=json.loads(row["payload"]),
        status=row["status"],
        attempts=row["attempts"],
        not_before=from_text(row["not_before"]),
        message_id=row["message_id"],
    )
