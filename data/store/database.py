"""Opening the SQLite file, and the one way to write to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from data.migrations import MIGRATIONS

BUSY_SECONDS = 30.0


class StoreError(Exception):
    """The database can't be used; the message names the file and what to do."""


def open_database(path: Path) -> Database:
    """A connection for the calling thread, with the newest schema.

    WAL lets readers go on beside the one writer; FULL makes a commit outlive a power cut.

    Raises:
        StoreError: if the file can't be created, is no database or is not readable.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}")
        with write(db):
            MIGRATIONS.apply(db)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{path} can't be used as the database ({error}). Check that the folder can be "
            "written to; if the file is damaged, move it away and a new one is made."
        ) from None
    return db


@contextmanager
def write(db: Database) -> Iterator[None]:
    """One write transaction, or part of the one that is open.

    BEGIN IMMEDIATE takes the write lock at once: a deferred one that reads first fails with
    "database is locked" whenever another writer came between.
    """
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.conn.rollback()
        raise
    db.conn.commit()


def to_text(moment: datetime) -> str:
    """An instant as the database keeps it: UTC, to the second; its order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def from_text(text: str) -> datetime:
    """The instant that ``to_text`` wrote."""
    return datetime.fromisoformat(text)
