"""When each feed was last fetched, and what to ask "has it changed?" with."""

from datetime import datetime

from sqlite_utils import Database

from data.fetch import Validators
from data.store.database import to_text, write


class Feeds:
    """Every query on feeds."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get_validators(self, url: str) -> Validators:
        """What the feed's server gave last time; empty for a feed not met before."""
        rows = self._db.query("SELECT etag, last_modified FROM feeds WHERE url = ?", [url])
        for row in rows:
            return Validators(row["etag"], row["last_modified"])
        return Validators()

    def mark_fetched(self, url: str, validators: Validators, now: datetime) -> None:
        """Remember a fetch whose releases are all stored."""
        with write(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO feeds (url, etag, last_modified, fetched_at)"
                " VALUES (?, ?, ?, ?)",
                [url, validators.etag, validators.last_modified, to_text(now)],
            )
