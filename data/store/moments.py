"""Moments that a clock which was wrong for a while wrote too far ahead."""

from datetime import datetime, timedelta

from sqlite_utils import Database

from data.models import Priority
from data.store.database import to_text, write

# Quiet hours end within a day, and so does every other wait.
FURTHEST = timedelta(hours=25)
# What is urgent waits for an hour at most, if Telegram says so. An alert that heeds quiet hours
# is only looked at once too often.
FURTHEST_URGENT = timedelta(hours=2)

_OWED = [
    ("deliveries", "not_before", f"status = 'due' AND priority = {priority:d}")
    for priority in Priority
]
# Table and column; which rows, in the words of an index.
_MOMENTS = (
    *((*owed, FURTHEST_URGENT) for owed in _OWED[: Priority.ALERT + 1]),
    *((*owed, FURTHEST) for owed in _OWED[Priority.ALERT + 1 :]),
    ("deliveries", "sent_at", "sent_at IS NOT NULL", FURTHEST),
    ("texts", "look_at", "look_at IS NOT NULL", FURTHEST),
    ("awaited", "look_at", "1", FURTHEST),
    ("hosts", "not_before", "1", FURTHEST),
)


class Moments:
    """Every query on moments that can't be."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def bring_back(self, now: datetime, limit: int = 500) -> int:
        """Let some moments be now that lie further ahead than any wait is long; how many.

        Args:
            now: the present.
            limit: no more than so many of each sort.
        """
        brought = 0
        with write(self._db):
            for table, column, rows, furthest in _MOMENTS:
                brought += self._db.execute(
                    f"UPDATE {table} SET {column} = ? WHERE rowid IN"  # noqa: S608  # our own names
                    f" (SELECT rowid FROM {table} WHERE {rows} AND {column} > ? LIMIT ?)",
                    [to_text(now), to_text(now + furthest), limit],
                ).rowcount
        return brought
