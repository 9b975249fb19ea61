"""Composed digests: frozen, and owed from the moment they are."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.models import Chat, Digest
from data.store.database import from_text, to_text, write
from data.store.deliveries import Deliveries


@dataclass(frozen=True)
class Progress:
    """How far a chat's digests got: the last release they could take, and their reach back."""

    digested_seq: int
    since: datetime | None


class Digests:
    """Every query on digests."""

    def __init__(self, db: Database, deliveries: Deliveries) -> None:
        self._db = db
        self._deliveries = deliveries

    def get_progress(self, chat: Chat) -> Progress:
        """How far this chat's digests got."""
        rows = self._db.query(
            "SELECT digested_seq, digest_since FROM chats WHERE id = ? AND thread_id = ?",
            [chat.id, chat.thread_id],
        )
        for row in rows:
            since = row["digest_since"]
            return Progress(row["digested_seq"], from_text(since) if since else None)
        return Progress(0, None)

    def save_composed(
        self,
        digest: Digest,
        progress: Progress,
        *,
        now: datetime,
        next_due: datetime,
    ) -> bool:
        """Owe a digest's parts and move the chat's next due time, in one transaction.

        A digest without parts owes nothing and only moves the time. Composing the same chat and
        date twice owes it once.

        Returns:
            Whether the digest is new.
        """
        where = [digest.chat_id, digest.thread_id]
        with write(self._db):
            inserted = self._db.execute(
                "INSERT OR IGNORE INTO digests (chat_id, thread_id, local_date, release_ids,"
                " parts, composed_at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    *where,
                    digest.local_date.isoformat(),
                    json.dumps(digest.release_ids),
                    json.dumps(digest.parts, ensure_ascii=False),
                    to_text(now),
                ],
            ).rowcount
            self._db.execute(
                "UPDATE chats SET next_due = ? WHERE id = ? AND thread_id = ?",
                [to_text(next_due), *where],
            )
            if inserted:
                self._owe(digest, progress, now)
        return bool(inserted)

    def _owe(self, digest: Digest, progress: Progress, now: datetime) -> None:
        self._db.execute(
            "UPDATE chats SET digested_seq = ?, digest_since = ? WHERE id = ? AND thread_id = ?",
            [
                progress.digested_seq,
                to_text(progress.since) if progress.since else None,
                digest.chat_id,
                digest.thread_id,
            ],
        )
        for number, part in enumerate(digest.parts, 1):
            key = f"digest:{digest.chat_id}:{digest.thread_id}:{digest.local_date}:{number}"
            self._deliveries.add(key, digest.chat_id, digest.thread_id, {"text": part}, now)
