"""What is known of feeds and their servers from one fetch to the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.fetch import Validators
from data.store.database import from_text, to_text, write


@dataclass(frozen=True)
class FeedState:
    """What is known of a feed; empty at first.

    Attributes:
        validators: what to ask "has it changed?" with.
        changed_at: when it last had something new.
        missed_since: since when entries may be missing that the day lists have yet to yield.
    """

    validators: Validators = Validators()
    changed_at: datetime | None = None
    missed_since: datetime | None = None


class Feeds:
    """Every query on feeds and hosts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get_state(self, url: str) -> FeedState:
        """What the feed's server gave when it last had something new."""
        rows = self._db.query("SELECT * FROM feeds WHERE url = ?", [url])
        for row in rows:
            validators = Validators(row["etag"], row["last_modified"])
            missed = from_text(row["missed_since"]) if row["missed_since"] else None
            return FeedState(validators, from_text(row["fetched_at"]), missed)
        return FeedState()

    def mark_fetched(self, url: str, validators: Validators, now: datetime) -> None:
        """Remember a fetch whose releases are all stored."""
        with write(self._db):
            self._db.execute(
                "INSERT INTO feeds (url, etag, last_modified, fetched_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (url) DO UPDATE SET etag = excluded.etag,"
                " last_modified = excluded.last_modified, fetched_at = excluded.fetched_at",
                [url, validators.etag, validators.last_modified, to_text(now)],
            )

    def mark_asked(self, url: str, failure: str | None, now: datetime) -> None:
        """Remember that the feed was asked, and what went wrong if anything did."""
        with write(self._db):
            self._db.execute(
                "INSERT OR REPLACE INTO feed_asks VALUES (?, ?, ?)", [url, to_text(now), failure]
            )

    def find_ask(self, url: str) -> tuple[datetime, str | None] | None:
        """When the feed was last asked, and what went wrong; None if it never was."""
        row = self._db.execute(
            "SELECT asked_at, failure FROM feed_asks WHERE url = ?", [url]
        ).fetchone()
        return (from_text(row[0]), row[1]) if row else None

    def mark_missed(self, url: str, since: datetime | None) -> None:
        """Remember since when entries may be missing, or that none are; if that is news."""
        if self.get_state(url).missed_since == since:
            return
        with write(self._db):
            self._db.execute(
                "UPDATE feeds SET missed_since = ? WHERE url = ?",
                [to_text(since) if since else None, url],
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
