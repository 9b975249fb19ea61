"""What messages say, kept once however many chats are owed it."""

import hashlib
from datetime import datetime

from sqlite_utils import Database

from data.models import Content
from data.store.database import to_text, write


class Contents:
    """Every query on contents and on what they show."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, content: Content, now: datetime) -> int:
        """The number of this content, which is stored unless it is."""
        payload = content.model_dump_json()
        name = hashlib.sha256(payload.encode()).hexdigest()
        with write(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO contents (hash, payload, made_at) VALUES (?, ?, ?)",
                [name, payload, to_text(now)],
            )
            (number,) = self._db.execute(
                "SELECT id FROM contents WHERE hash = ?", [name]
            ).fetchone()
            # A correction may have noted another version for it; it is told again as it is.
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO shown (content_id, text_id, version) VALUES (?, ?, ?)",
                [(number, text_id, version) for text_id, version in content.shown.items()],
            )
        return int(number)

    def get(self, number: int) -> Content:
        """One content.

        Raises:
            KeyError: if there is none of this number.
        """
        row = self._db.execute("SELECT payload FROM contents WHERE id = ?", [number]).fetchone()
        if row is None:
            raise KeyError(number)
        return Content.model_validate_json(row[0])

    def drop_unused(self, before: datetime, limit: int = 5_000) -> int:
        """Drop some contents of before then that no delivery and no digest holds; how many."""
        with write(self._db):
            return self._db.execute(
                "DELETE FROM contents WHERE id IN (SELECT id FROM contents WHERE made_at < ?"
                " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE content_id = contents.id)"
                " AND NOT EXISTS (SELECT 1 FROM edition_parts WHERE content_id = contents.id)"
                " LIMIT ?)",
                [to_text(before), limit],
            ).rowcount
