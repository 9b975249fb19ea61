"""Chats and what they follow."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlite_utils import Database

from data.models import Chat, Topic
from data.store.database import from_text, to_text, write


class Chats:
    """Every query on chats and subscriptions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, chat_id: int, thread_id: int = 0) -> Chat | None:
        """The chat, if it has written to us before."""
        rows = self._db.query(
            "SELECT * FROM chats WHERE id = ? AND thread_id = ?", [chat_id, thread_id]
        )
        return next((_chat(row) for row in rows), None)

    def save(self, chat: Chat) -> None:
        """Keep a chat and its settings; how far its digests got is left alone."""
        with write(self._db):
            self._db.execute(
                "INSERT INTO chats (id, thread_id, language, time_zone, digest_time, subscribed,"
                " next_due, status, digested_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
                " ON CONFLICT (id, thread_id) DO UPDATE SET language = excluded.language,"
                " time_zone = excluded.time_zone, digest_time = excluded.digest_time,"
                " subscribed = excluded.subscribed, next_due = excluded.next_due,"
                " status = excluded.status",
                [
                    chat.id,
                    chat.thread_id,
                    chat.language,
                    chat.time_zone,
                    chat.digest_time.isoformat(timespec="minutes"),
                    int(chat.subscribed),
                    to_text(chat.next_due) if chat.next_due else None,
                    chat.status,
                ],
            )

    def list_due(self, now: datetime, limit: int = 500) -> list[Chat]:
        """Chats whose digest is due, the longest overdue first."""
        rows = self._db.query(
            "SELECT * FROM chats WHERE subscribed = 1 AND status = 'active'"
            " AND next_due IS NOT NULL AND next_due <= ? ORDER BY next_due LIMIT ?",
            [to_text(now), limit],
        )
        return [_chat(row) for row in rows]

    def list_followed(self, chat: Chat) -> tuple[Topic, ...]:
        """Topics that the chat follows; none means all."""
        rows = self._db.query(
            "SELECT value FROM subscriptions WHERE chat_id = ? AND thread_id = ?"
            " AND kind = 'topic' AND follow = 1 ORDER BY rowid",
            [chat.id, chat.thread_id],
        )
        return tuple(row["value"] for row in rows)

    def set_followed(self, chat: Chat, topics: Sequence[Topic]) -> None:
        """Let the chat follow exactly these topics; none means all."""
        with write(self._db):
            self._db.execute(
                "DELETE FROM subscriptions WHERE chat_id = ? AND thread_id = ? AND kind = 'topic'",
                [chat.id, chat.thread_id],
            )
            for topic in topics:
                self._db.execute(
                    "INSERT INTO subscriptions (chat_id, thread_id, kind, value, follow)"
                    " VALUES (?, ?, 'topic', ?, 1)",
                    [chat.id, chat.thread_id, topic],
                )

    def mark_gone(self, chat_id: int) -> None:
        """Nothing more is owed to a chat that blocked the bot or is no more."""
        with write(self._db):
            self._db.execute("UPDATE chats SET status = 'gone' WHERE id = ?", [chat_id])

    def move(self, old_id: int, new_id: int) -> None:
        """A group has become a supergroup: its settings and what it is owed go along."""
        with write(self._db):
            for table, column in (
                ("chats", "id"),
                ("subscriptions", "chat_id"),
                ("digests", "chat_id"),
                ("deliveries", "chat_id"),
            ):
                self._db.execute(
                    f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {column} = ?",  # noqa: S608  # our own names
                    [new_id, old_id],
                )


def _chat(row: dict[str, Any]) -> Chat:
    return Chat(
        id=row["id"],
        thread_id=row["thread_id"],
        language=row["language"],
        time_zone=row["time_zone"],
        digest_time=time.fromisoformat(row["digest_time"]),
        subscribed=bool(row["subscribed"]),
        next_due=from_text(row["next_due"]) if row["next_due"] else None,
        status=row["status"],
    )
