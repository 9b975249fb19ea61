"""Opening the SQLite file, and the one way to write to it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from sqlite_utils import Database

from data.migrations import MIGRATIONS

BUSY_SECONDS = 30.0
# Remembered in both forms: many rows have the same.
MOMENTS = 4_096
# Primary result codes: https://www.sqlite.org/rescode.html
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}
DAMAGED = "The database is damaged ({}): put a backup in its place, or move it away for a new one."


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
        if MIGRATIONS.pending(db):
            with write(db):
                MIGRATIONS.apply(db)
        _try_writing(db)
        _check_pages(db)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{path} can't be used as the database ({error}). Check that file and folder can be "
            "written to; if the file is damaged, put a backup in its place, or move it away and a "
            "new one is made."
        ) from None
    return db


def _try_writing(db: Database) -> None:
    """A file that can only be read fails here and not at somebody's first command.

    What is tried is taken back, so that opening an up-to-date file writes nothing.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        (version,) = db.execute("PRAGMA user_version").fetchone()
        db.execute(f"PRAGMA user_version = {version}")
    finally:
        db.conn.rollback()


def _check_pages(db: Database) -> None:
    """Raises sqlite3.DatabaseError for a file with damaged pages."""
    (finding,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if finding != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {' '.join(str(finding).split())}")


def is_damage(error: BaseException | None) -> bool:
    """Whether SQLite says that the file is broken or can't be read, beyond any later try."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.Error) and code is not None and code & 0xFF in _BROKEN


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


@lru_cache(MOMENTS)
def to_text(moment: datetime) -> str:
    """An instant as the database keeps it: UTC, to the second; its order is that of time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


@lru_cache(MOMENTS)
def from_text(text: str) -> datetime:
    """The instant that ``to_text`` wrote."""
    return datetime.fromisoformat(text)
