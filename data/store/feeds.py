"""What is known of feeds and their servers from one fetch to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.fetch import Validators
from data.store.database import from_text, to_text, write


@dataclass(frozen=True)
class FeedState:
    """What to ask "has it changed?" with, and when the feed last had; both empty at first."""

    validators: Validators = Validators()
    changed_at: datetime | None = None


class Feeds:
    """Every query on feeds and hosts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get_state(self, url: str) -> FeedState:
        """What the feed's server gave when it last had something new."""
        rows = self._db.query("SELECT * FROM feeds WHERE url = ?", [url])
        for row in rows:
            validators = Validators(row["etag"], row["last_modified"])
            return FeedState(validators, from_text(row["fetched_at"]))
        return FeedState()

    def mark_fetched(self, url: str, validators: Validators, now: datetime) -> None:
        """Remember a fetch whose releases are all stored."""
        with write(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO feeds (url, etag, last_modified, fetched_at)"
                " VALUES (?, ?, ?, ?)",
                [url, validators.etag, validators.last_modified, to_text(now)],
            )

    def list_waits(self, now: datetime) -> dict[str, datetime]:
        """Hosts that asked not to be asked before a time that is still to come."""
        rows = self._db.query("SELECT * FROM hosts WHERE not_before > ?", [to_text(now)])
        return {row["host"]: from_text(row["not_before"]) for row in rows}

    def mark_waits(self, waits: Mapping[str, datetime]) -> None:
        """Remember until when hosts asked to be left alone; nothing to remember writes nothing."""
        if not waits:
            return
        with write(self._db):
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO hosts (host, not_before) VALUES (?, ?)",
                [(host, to_text(moment)) for host, moment in waits.items()],
            )
