"""What the operator tells all subscribers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.models import ChatLanguage
from data.store.database import to_text, write


@dataclass(frozen=True)
class Announcement:
    """Words for all subscribers, as Telegram HTML in both languages."""

    number: int
    html_en: str
    html_zh: str


@dataclass(frozen=True)
class Addressee:
    """A chat that is to be told."""

    chat_id: int
    thread_id: int
    language: ChatLanguage

    @property
    def place(self) -> tuple[int, int]:
        """What addressees are ordered by."""
        return self.chat_id, self.thread_id


_OPEN = "subscribed = 1 AND status = 'active'"


class Announcements:
    """Every query on announcements."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def write(self, html_en: str, html_zh: str, written_by: int, now: datetime) -> int:
        """Keep a draft; its number."""
        with write(self._db):
            self._db.execute(
                "INSERT INTO announcements (html_en, html_zh, written_by, written_at)"
                " VALUES (?, ?, ?, ?)",
                [html_en, html_zh, written_by, to_text(now)],
            )
            (number,) = self._db.execute("SELECT last_insert_rowid()").fetchone()
        return int(number)

    def approve(self, number: int, now: datetime) -> bool:
        """Let a draft go out; whether there was one that had not gone out before."""
        with write(self._db):
            return bool(
                self._db.execute(
                    "UPDATE announcements SET approved_at = ? WHERE id = ? AND approved_at IS NULL",
                    [to_text(now), number],
                ).rowcount
            )

    def drop(self, number: int) -> bool:
        """Forget a draft; whether there was one that had not gone out."""
        with write(self._db):
            return bool(
                self._db.execute(
                    "DELETE FROM announcements WHERE id = ? AND approved_at IS NULL", [number]
                ).rowcount
            )

    def find_pending(self) -> Announcement | None:
        """One that is to go out and is not owed to all yet."""
        row = self._db.execute(
            "SELECT id, html_en, html_zh FROM announcements"
            " WHERE approved_at IS NOT NULL AND owed_at IS NULL ORDER BY id LIMIT 1"
        ).fetchone()
        return Announcement(*row) if row else None

    def mark_owed(self, number: int, now: datetime) -> None:
        """It is owed to all."""
        with write(self._db):
            self._db.execute(
                "UPDATE announcements SET owed_at = ? WHERE id = ?", [to_text(now), number]
            )

    def count_addressees(self) -> int:
        """How many chats would be told."""
        (count,) = self._db.execute(f"SELECT count(*) FROM chats WHERE {_OPEN}").fetchone()  # noqa: S608  # our own clause
        return int(count)

    def list_addressees(self, after: tuple[int, int] | None, limit: int) -> Sequence[Addressee]:
        """The chats that are to be told, those behind ``after``."""
        rows = self._db.execute(
            f"SELECT id, thread_id, language FROM chats WHERE {_OPEN}"  # noqa: S608  # our own clause
            " AND (id, thread_id) > (?, ?) ORDER BY id, thread_id LIMIT ?",
            [*(after or (-(2**63), 0)), limit],
        )
        return [Addressee(*row) for row in rows.fetchall()]
