"""Chats and what they follow."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any, Literal

from sqlite_utils import Database

from data.models import Chat, ChatStatus, Quiet, Subscription, SubscriptionKind, Topic
from data.store.database import from_text, to_text, write
from data.store.deliveries import FORGET_MESSAGES

_SAVED = (
    "id",
    "thread_id",
    "language",
    "time_zone",
    "digest_time",
    "weekdays",
    "quiet_from",
    "quiet_to",
    "skip_empty",
    "length",
    "is_silent",
    "awaiting",
    "subscribed",
    "next_due",
    "next_date",
    "status",
    "paused_for",
)
_KEY = ("id", "thread_id")
# What a chat missed while it wanted or could get nothing is not owed to it.
_KEEP_REACH = (
    "digest_since = CASE WHEN chats.subscribed = 1 AND chats.status = 'active'"
    " THEN chats.digest_since END"
)
_SAVE = (
    f"INSERT INTO chats ({', '.join(_SAVED)}, digested_seq)"  # noqa: S608  # our own names
    f" VALUES ({', '.join('?' for _ in _SAVED)}, 0) ON CONFLICT (id, thread_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _SAVED if name not in _KEY)
    + f", {_KEEP_REACH}"
)
# What moves along with a group, and the column that says whose it is.
_MOVED = ("subscriptions", "digests", "deliveries")

# A topic's row follows it in the digest, or asks for alerts on it.
_Kind = Literal["topic", "alert"]


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

    def list_threads(self, chat_id: int) -> list[Chat]:
        """The chat as often as it has settings of its own: in a forum once for each topic."""
        rows = self._db.query("SELECT * FROM chats WHERE id = ? ORDER BY thread_id", [chat_id])
        return [_chat(row) for row in rows]

    def save(self, chat: Chat) -> None:
        """Keep a chat and its settings; how far its digests got is left alone."""
        row = _row(chat)
        with write(self._db):
            self._db.execute(_SAVE, [row[name] for name in _SAVED])

    def is_silent(self, chat_id: int, thread_id: int) -> bool:
        """Whether the chat wants what comes unasked without a sound."""
        row = self._db.execute(
            "SELECT is_silent FROM chats WHERE id = ? AND thread_id = ?", [chat_id, thread_id]
        ).fetchone()
        return bool(row and row[0])

    def get_last_date(self, chat: Chat) -> date | None:
        """The local date of the last digest that was composed for the chat."""
        (last,) = self._db.execute(
            "SELECT max(local_date) FROM digests WHERE chat_id = ? AND thread_id = ?",
            [chat.id, chat.thread_id],
        ).fetchone()
        return date.fromisoformat(last) if last else None

    def list_subscriptions(self, chat: Chat) -> tuple[Subscription, ...]:
        """What the chat follows and leaves out, in the order in which it was chosen."""
        rows = self._db.query(
            "SELECT kind, value, follow FROM subscriptions WHERE chat_id = ? AND thread_id = ?"
            " AND kind <> 'alert' ORDER BY rowid",
            [chat.id, chat.thread_id],
        )
        return tuple(Subscription(**row) for row in rows)

    def subscribe(self, chat: Chat, subscription: Subscription) -> None:
        """Let the chat follow something, or leave it out; the other of the two ends with that."""
        with write(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO subscriptions (chat_id, thread_id, kind, value, follow)"
                " VALUES (?, ?, ?, ?, ?)",
                [
                    *(chat.id, chat.thread_id),
                    *(subscription.kind, subscription.value, int(subscription.follow)),
                ],
            )

    def unsubscribe(self, chat: Chat, kind: SubscriptionKind, value: str) -> bool:
        """Let the chat neither follow something nor leave it out; whether it had done either."""
        with write(self._db):
            dropped = self._db.execute(
                "DELETE FROM subscriptions WHERE chat_id = ? AND thread_id = ?"
                " AND kind = ? AND value = ?",
                [chat.id, chat.thread_id, kind, value],
            ).rowcount
        return bool(dropped)

    def list_followed(self, chat: Chat) -> tuple[Topic, ...]:
        """Topics that the chat follows; none means all."""
        return self._list_topics(chat, "topic")

    def set_followed(self, chat: Chat, topics: Sequence[Topic]) -> None:
        """Let the chat follow exactly these topics; none means all."""
        self._set_topics(chat, "topic", topics)

    def list_alerts(self, chat: Chat) -> tuple[Topic, ...]:
        """Topics on which the chat wants alerts; none means no alerts."""
        return self._list_topics(chat, "alert")

    def set_alerts(self, chat: Chat, topics: Sequence[Topic]) -> None:
        """Let the chat have alerts on exactly these topics; none means no alerts."""
        self._set_topics(chat, "alert", topics)

    def mark_paused(self, chat_id: int, reason: str, *, thread_id: int | None = None) -> None:
        """Nothing may be sent to a chat, or one thread of it; all its settings are kept."""
        self._mark(chat_id, thread_id, "paused", reason)

    def mark_gone(self, chat_id: int, *, thread_id: int | None = None) -> None:
        """A chat, or one thread of it, is no more."""
        self._mark(chat_id, thread_id, "gone", None)

    def move(self, old_id: int, new_id: int) -> None:
        """A group has become a supergroup: its settings, digests and what it is owed go along.

        If somebody subscribed in the new one before we heard of it, the settings made there stay.
        """
        if old_id == new_id:
            return
        with write(self._db):
            rows = self._db.execute("SELECT thread_id FROM chats WHERE id = ?", [old_id])
            for (thread_id,) in rows.fetchall():
                self._move_settings(old_id, new_id, thread_id)
            self._db.execute(f"{FORGET_MESSAGES} WHERE chat_id = ?", [old_id])
            for table in _MOVED:
                self._db.execute(
                    f"UPDATE OR IGNORE {table} SET chat_id = ? WHERE chat_id = ?",  # noqa: S608  # our own names
                    [new_id, old_id],
                )
                self._db.execute(f"DELETE FROM {table} WHERE chat_id = ?", [old_id])  # noqa: S608  # our own names

    def _move_settings(self, old_id: int, new_id: int, thread_id: int) -> None:
        """Leave one row: the new chat's if it is subscribed, else the old one's."""
        there = self.find(new_id, thread_id)
        loser = old_id if there is not None and there.subscribed else new_id
        if loser == old_id:
            # No release that the old one had comes again.
            self._db.execute(
                "UPDATE chats SET (digested_seq, digest_since) ="
                " (SELECT digested_seq, digest_since FROM chats WHERE id = ? AND thread_id = ?)"
                " WHERE id = ? AND thread_id = ? AND digested_seq <"
                " (SELECT digested_seq FROM chats WHERE id = ? AND thread_id = ?)",
                [old_id, thread_id, new_id, thread_id, old_id, thread_id],
            )
        if there is not None:
            where = [loser, thread_id]
            self._db.execute("DELETE FROM chats WHERE id = ? AND thread_id = ?", where)
            self._db.execute("DELETE FROM subscriptions WHERE chat_id = ? AND thread_id = ?", where)
        # That the group moved tells that we are in it, whatever was heard of the old one.
        self._db.execute(
            "UPDATE chats SET id = ?, status = 'active', paused_for = NULL"
            " WHERE id IN (?, ?) AND thread_id = ?",
            [new_id, old_id, new_id, thread_id],
        )

    def _mark(
        self, chat_id: int, thread_id: int | None, status: ChatStatus, reason: str | None
    ) -> None:
        with write(self._db):
            self._db.execute(
                f"UPDATE chats SET status = ?, paused_for = ?, {_KEEP_REACH} WHERE id = ?"  # noqa: S608  # our own clause
                " AND (? IS NULL OR thread_id = ?)",
                [status, reason, chat_id, thread_id, thread_id],
            )

    def _list_topics(self, chat: Chat, kind: _Kind) -> tuple[Topic, ...]:
        rows = self._db.query(
            "SELECT value FROM subscriptions WHERE chat_id = ? AND thread_id = ?"
            " AND kind = ? AND follow = 1 ORDER BY rowid",
            [chat.id, chat.thread_id, kind],
        )
        return tuple(row["value"] for row in rows)

    def _set_topics(self, chat: Chat, kind: _Kind, topics: Sequence[Topic]) -> None:
        with write(self._db):
            self._db.execute(
                "DELETE FROM subscriptions WHERE chat_id = ? AND thread_id = ? AND kind = ?"
                " AND follow = 1",
                [chat.id, chat.thread_id, kind],
            )
            for topic in topics:
                self._db.execute(
                    "INSERT OR REPLACE INTO subscriptions"
                    " (chat_id, thread_id, kind, value, follow) VALUES (?, ?, ?, ?, 1)",
                    [chat.id, chat.thread_id, kind, topic],
                )


def _row(chat: Chat) -> dict[str, Any]:
    quiet_from, quiet_to = chat.quiet or (None, None)
    return {
        "id": chat.id,
        "thread_id": chat.thread_id,
        "language": chat.language,
        "time_zone": chat.time_zone,
        "digest_time": _to_minutes(chat.digest_time),
        "weekdays": "".join(map(str, sorted(chat.weekdays))),
        "quiet_from": quiet_from and _to_minutes(quiet_from),
        "quiet_to": quiet_to and _to_minutes(quiet_to),
        "skip_empty": int(chat.skip_empty),
        "length": chat.length,
        "is_silent": int(chat.is_silent),
        "awaiting": chat.awaiting,
        "subscribed": int(chat.subscribed),
        "next_due": chat.next_due and to_text(chat.next_due),
        "next_date": chat.next_date and chat.next_date.isoformat(),
        "status": chat.status,
        "paused_for": chat.paused_for,
    }


def _to_minutes(at: time) -> str:
    return at.isoformat(timespec="minutes")


def read_quiet(quiet_from: str | None, quiet_to: str | None) -> Quiet | None:
    """Quiet hours from their columns."""
    if quiet_from is None or quiet_to is None:
        return None
    return time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)


def _chat(row: dict[str, Any]) -> Chat:
    return Chat(
        id=row["id"],
        thread_id=row["thread_id"],
        language=row["language"],
        time_zone=row["time_zone"],
        digest_time=time.fromisoformat(row["digest_time"]),
        weekdays=frozenset(map(int, row["weekdays"])),
        quiet=read_quiet(row["quiet_from"], row["quiet_to"]),
        skip_empty=bool(row["skip_empty"]),
        length=row["length"],
        is_silent=bool(row["is_silent"]),
        awaiting=row["awaiting"],
        subscribed=bool(row["subscribed"]),
        next_due=from_text(row["next_due"]) if row["next_due"] else None,
        next_date=date.fromisoformat(row["next_date"]) if row["next_date"] else None,
        status=row["status"],
        paused_for=row["paused_for"],
    )
