"""The outbox: messages owed to chats, from the moment they are owed until Telegram has them."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.models import Content, Delivery, Priority
from data.store.contents import Contents
from data.store.database import from_text, to_text, write

_COLUMNS = (
    "deliveries.*, contents.payload,"
    " (SELECT key FROM deliveries AS before WHERE before.seq = deliveries.follows) AS follows_key"
)
_OWE = (
    "INSERT OR IGNORE INTO deliveries (key, chat_id, thread_id, content_id, action, edits,"
    " priority, follows, heeds_quiet, status, attempts, in_doubt, not_before, expires_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT seq FROM deliveries WHERE key = ?), ?,"
    " 'due', 0, 0, ?, ?)"
)
# Its predecessor is done with, and its chat may be written to now.
_CLAIMABLE = (
    "status = 'due' AND priority = ? AND not_before <= ?"
    " AND NOT EXISTS (SELECT 1 FROM deliveries AS before WHERE before.seq = deliveries.follows"
    "  AND before.status IN ('due', 'claimed'))"
    " AND chat_id NOT IN (SELECT value FROM json_each(?))"
)
# Of the index of what is owed to a chat.
_OWED_TO = "chat_id = ? AND status IN ('due', 'claimed')"
# Where the ids of messages count anew: what would change one by its old id might hit another.
FORGET_MESSAGES = """
    UPDATE deliveries SET message_id = NULL, edits = NULL, status = CASE
        WHEN action <> 'send' AND status IN ('due', 'claimed') THEN 'gone' ELSE status
    END
"""

_DONE = (
    "sent_at < ?",
    "status = 'gone' AND not_before < ?",
    "status = 'refused' AND not_before < ?",
)


class Deliveries:
    """Every query on deliveries."""

    def __init__(self, db: Database, contents: Contents) -> None:
        self._db = db
        self._contents = contents

    def owe(self, deliveries: Iterable[Delivery], now: datetime) -> int:
        """Owe messages, each once for its key; how many were new.

        One that follows another has to stand behind it, or be owed later.
        """
        with write(self._db):
            return self.owe_known(
                [(delivery, self._contents.keep(delivery.content, now)) for delivery in deliveries]
            )

    def owe_known(self, rows: Iterable[tuple[Delivery, int]]) -> int:
        """Owe messages whose contents are stored, with their numbers; how many were new.

        For very many chats with the same few contents. Within the caller's transaction.
        """
        filled = [_row(delivery, number) for delivery, number in rows]
        return self._db.conn.executemany(_OWE, filled).rowcount

    def claim(
        self,
        now: datetime,
        *,
        last: Priority = Priority.DIGEST,
        held: Collection[int] = (),
        without: Collection[Priority] = (),
    ) -> Delivery | None:
        """Take the message that goes next, if any may go.

        One that follows another, such as the second part of a digest, waits until that is done
        with.

        Args:
            now: the present.
            last: nothing of less urgency than this.
            held: ids of chats that must not be written to now.
            without: what must not be sent now, however urgent.
        """
        with write(self._db):
            for priority in Priority:
                if priority > last or priority in without:
                    continue
                row = self._db.execute(
                    f"SELECT seq FROM deliveries WHERE {_CLAIMABLE}"  # noqa: S608  # our own clauses
                    " ORDER BY not_before, seq LIMIT 1",
                    [priority, to_text(now), json.dumps(list(held))],
                ).fetchone()
                if row is not None:
                    self._db.execute(
                        "UPDATE deliveries SET status = 'claimed', attempts = attempts + 1"
                        " WHERE seq = ?",
                        row,
                    )
                    return self.get(row[0])
        return None

    def has_due(
        self,
        now: datetime,
        last: Priority = Priority.DIGEST,
        *,
        without: Collection[Priority] = (),
    ) -> bool:
        """Whether anything that is owed may be sent by now, of no less urgency than ``last``."""
        row = self._db.execute(
            "SELECT 1 FROM deliveries WHERE status = 'due' AND priority <= ? AND not_before <= ?"
            " AND priority NOT IN (SELECT value FROM json_each(?))",
            [last, to_text(now), json.dumps(list(without))],
        ).fetchone()
        return row is not None

    def list_claimed_chats(self) -> list[int]:
        """The chats of the messages that are in flight, or were when the process died."""
        rows = self._db.execute("SELECT chat_id FROM deliveries WHERE status = 'claimed'")
        return [chat_id for (chat_id,) in rows.fetchall()]

    def get(self, seq: int) -> Delivery:
        """One delivery.

        Raises:
            KeyError: if there is none of this number.
        """
        for delivery in self._list("WHERE deliveries.seq = ?", [seq]):
            return delivery
        raise KeyError(seq)

    def find(self, key: str) -> Delivery | None:
        """The delivery of this key."""
        return next(iter(self._list("WHERE key = ?", [key])), None)

    def list_refused(self, limit: int = 20, skip: int = 0) -> list[tuple[Delivery, str]]:
        """What Telegram would not take, and why, the newest first."""
        rows = self._db.execute(
            "SELECT seq, error FROM deliveries WHERE status = 'refused'"
            " ORDER BY seq DESC LIMIT ? OFFSET ?",
            [limit, skip],
        ).fetchall()
        return [(self.get(seq), error or "") for seq, error in rows]

    def retry(self, seq: int, now: datetime) -> bool:
        """Owe again what was refused; whether it was."""
        with write(self._db):
            return bool(
                self._db.execute(
                    "UPDATE deliveries SET status = 'due', attempts = 0, not_before = ?"
                    " WHERE seq = ? AND status = 'refused'",
                    [to_text(now), seq],
                ).rowcount
            )

    def drop_refused(self, seq: int) -> bool:
        """Give up what was refused; whether it was."""
        with write(self._db):
            return bool(
                self._db.execute(
                    "UPDATE deliveries SET status = 'gone' WHERE seq = ? AND status = 'refused'",
                    [seq],
                ).rowcount
            )

    def release_claimed(self) -> int:
        """After a crash: messages in doubt are owed again, for a repeat beats a loss."""
        with write(self._db):
            return self._db.execute(
                "UPDATE deliveries SET status = 'due', in_doubt = in_doubt + 1"
                " WHERE status = 'claimed'"
            ).rowcount

    def mark_sent(self, seq: int, message_id: int | None, now: datetime) -> None:
        """Telegram has it."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'sent', message_id = ?, sent_at = ?, error = NULL"
                " WHERE seq = ?",
                [message_id, to_text(now), seq],
            )

    def mark_later(
        self, seq: int, not_before: datetime, error: str, *, in_doubt: bool = False
    ) -> None:
        """To be tried again, not before an instant; in doubt if it may have arrived."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'due', not_before = ?, error = ?,"
                " in_doubt = in_doubt + ? WHERE seq = ?",
                [to_text(not_before), error, int(in_doubt), seq],
            )

    def mark_waiting(self, seq: int, not_before: datetime) -> None:
        """It was claimed too early and is not tried: that counts for no attempt."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'due', attempts = attempts - 1, not_before = ?"
                " WHERE seq = ?",
                [to_text(not_before), seq],
            )

    def mark_refused(self, seq: int, error: str) -> None:
        """Telegram will never take it; the operator should know."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'refused', error = ? WHERE seq = ?", [error, seq]
            )

    def mark_dropped(self, seq: int, error: str) -> None:
        """It is not needed any more, or can't be done, and nobody is the worse for it."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = ? WHERE seq = ?", [error, seq]
            )

    def drop_unsent(self, keys: Iterable[str], error: str) -> None:
        """Of some messages, owe those no longer that are not on their way yet."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = ?"
                " WHERE key IN (SELECT value FROM json_each(?)) AND status = 'due'",
                [error, json.dumps(list(keys))],
            )

    def drop_digests(self, chat_id: int, thread_id: int, error: str) -> None:
        """Owe a chat no longer what is left of its digests."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = ?"  # noqa: S608  # our own clause
                f" WHERE {_OWED_TO} AND thread_id = ? AND status = 'due'"
                " AND key GLOB 'digest:*'",  # answers in great number have their priority
                [error, chat_id, thread_id],
            )

    def count_answers(self, chat_id: int, most: int) -> int:
        """How many answers are owed to a chat; it isn't counted beyond ``most``."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries"  # noqa: S608  # our own clause
            f" WHERE {_OWED_TO} AND key GLOB 'answer:*' LIMIT ?)",
            [chat_id, most],
        ).fetchone()
        return int(count)

    def forget_messages(self) -> None:
        """No message stands any more under the id that it was sent with, in any chat."""
        with write(self._db):
            self._db.execute(FORGET_MESSAGES)

    def supersede(self, newer: Delivery) -> str | None:
        """Drop the answers not yet sent whose change to a message a newer one writes over.

        Returns:
            The key of the change that has to go before it all the same, if there is one: it is
            in flight, or changes more.
        """
        place = [newer.chat_id, newer.edits, newer.key]
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = 'overtaken by a later answer'"
                " WHERE chat_id = ? AND edits = ? AND key <> ? AND status = 'due'"
                " AND priority = ? AND ? IN (action, 'edit')",
                [*place, newer.priority, newer.action],
            )
            row = self._db.execute(
                "SELECT key FROM deliveries WHERE chat_id = ? AND edits = ? AND key <> ?"
                " AND status IN ('due', 'claimed') ORDER BY seq DESC LIMIT 1",
                place,
            ).fetchone()
        return None if row is None else str(row[0])

    def mark_gone(self, chat_id: int, error: str, *, thread_id: int | None = None) -> None:
        """The chat, or one thread of it, is no more: what was owed to it is owed no longer."""
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'gone', error = ? WHERE chat_id = ?"
                " AND (? IS NULL OR thread_id = ?) AND status IN ('due', 'claimed')",
                [error, chat_id, thread_id, thread_id],
            )

    def replace(self, seq: int, contents: Iterable[Content], error: str, now: datetime) -> None:
        """Owe other contents in the place of one that Telegram would not take, in order."""
        old = self.get(seq)
        first, *others = contents
        with write(self._db):
            self._db.execute(
                "UPDATE deliveries SET status = 'due', content_id = ?, error = ? WHERE seq = ?",
                [self._contents.keep(first, now), error, seq],
            )
            before = old.key
            for number, content in enumerate(others, 2):
                key = f"{old.key}/{number}"
                values = {"key": key, "content": content, "follows": before, "not_before": now}
                self.owe([old.model_copy(update={**values, "action": "send", "edits": None})], now)
                before = key
            if others:
                # What came after the whole comes after the last of its pieces.
                self._db.execute(
                    "UPDATE deliveries SET follows = (SELECT seq FROM deliveries WHERE key = ?)"
                    " WHERE follows = ? AND key <> ?",
                    [before, seq, f"{old.key}/2"],
                )

    def list_sent_since(self, since: datetime) -> list[tuple[int, datetime]]:
        """Chat and time of every message that was sent since then, the oldest first."""
        rows = self._db.execute(
            "SELECT chat_id, sent_at FROM deliveries WHERE sent_at >= ? ORDER BY sent_at",
            [to_text(since)],
        ).fetchall()
        return [(chat_id, from_text(sent_at)) for chat_id, sent_at in rows]

    def count(self, status: str) -> int:
        """How many deliveries have this status."""
        rows = self._db.query("SELECT count(*) AS n FROM deliveries WHERE status = ?", [status])
        return int(next(iter(rows))["n"])

    def drop_done(self, before: datetime, limit: int = 5_000) -> int:
        """Drop some of what was sent, refused or no longer owed before then; how many."""
        moment, dropped = to_text(before), 0
        with write(self._db):
            for done in _DONE:
                dropped += self._db.execute(
                    "DELETE FROM deliveries WHERE seq IN"  # noqa: S608  # our own clauses
                    f" (SELECT seq FROM deliveries WHERE {done} LIMIT ?)",
                    [moment, limit],
                ).rowcount
        return dropped

    def _list(self, where: str, parameters: list[Any]) -> list[Delivery]:
        rows = self._db.query(
            f"SELECT {_COLUMNS} FROM deliveries JOIN contents ON contents.id = content_id {where}",  # noqa: S608  # our own clauses
            parameters,
        )
        return [_delivery(row) for row in rows]


def _row(delivery: Delivery, content_id: int) -> tuple[Any, ...]:
    return (
        delivery.key,
        delivery.chat_id,
        delivery.thread_id,
        content_id,
        delivery.action,
        delivery.edits,
        int(delivery.priority),
        delivery.follows,
        int(delivery.heeds_quiet),
        to_text(delivery.not_before),
        delivery.expires_at and to_text(delivery.expires_at),
    )


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(
        seq=row["seq"],
        key=row["key"],
        chat_id=row["chat_id"],
        thread_id=row["thread_id"],
        content=Content.model_validate_json(row["payload"]),
        action=row["action"],
        edits=row["edits"],
        priority=Priority(row["priority"]),
        follows=row["follows_key"],
        heeds_quiet=bool(row["heeds_quiet"]),
        status=row["status"],
        attempts=row["attempts"],
        in_doubt=row["in_doubt"],
        not_before=from_text(row["not_before"]),
        expires_at=from_text(row["expires_at"]) if row["expires_at"] else None,
        message_id=row["message_id"],
    )
