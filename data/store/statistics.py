"""Figures for the operator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlite_utils import Database

from data.models import HONG_KONG, Priority
from data.store.database import from_text, to_text


@dataclass(frozen=True)
class Day:
    """What happened on a day in Hong Kong.

    Attributes:
        releases: that came in.
        written: summaries by a model that the check let through.
        extracted: those of the extract engine.
        refused: those that the check refused.
        digests: that were composed for it.
    """

    date: date
    releases: int = 0
    written: int = 0
    extracted: int = 0
    refused: int = 0
    digests: int = 0


@dataclass(frozen=True)
class Crowd:
    """How many chats there are.

    Attributes:
        by_language: of the active ones.
    """

    active: int
    subscribed: int
    paused: int
    gone: int
    by_language: Mapping[str, int]


@dataclass(frozen=True)
class Checked:
    """How many summaries by one method and model there are, and how many the check let through."""

    method: str
    model: str | None
    made: int
    supported: int


class Statistics:
    """Every query that only counts."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def count_chats(self) -> Crowd:
        """The chats by what becomes of them."""
        by_status = dict(self._pairs("SELECT status, count(*) FROM chats GROUP BY status"))
        languages = self._pairs(
            "SELECT language, count(*) FROM chats WHERE status = 'active' GROUP BY language"
        )
        subscribed = self._one(
            "SELECT count(*) FROM chats WHERE subscribed = 1 AND status = 'active'"
        )
        return Crowd(
            by_status.get("active", 0),
            subscribed,
            by_status.get("paused", 0),
            by_status.get("gone", 0),
            dict(languages),
        )

    def count_releases(self) -> tuple[int, int]:
        """All stored releases, and those of them that have both languages."""
        both = self._one(
            "SELECT count(*) FROM (SELECT 1 FROM texts GROUP BY release_id HAVING count(*) > 1)"
        )
        return self._one("SELECT count(*) FROM releases"), both

    def list_checked(self, since: datetime) -> list[Checked]:
        """The summaries made since then, by method and model."""
        rows = self._db.execute(
            "SELECT method, model, count(*), sum(supported) FROM summaries WHERE made_at > ?"
            " GROUP BY method, model ORDER BY count(*) DESC",
            [to_text(since)],
        )
        return [Checked(*row) for row in rows.fetchall()]

    def count_owed(self) -> dict[Priority, int]:
        """What is owed and not yet sent, by priority."""
        rows = self._pairs(
            "SELECT priority, count(*) FROM deliveries WHERE status IN ('due', 'claimed')"
            " GROUP BY priority ORDER BY priority"
        )
        return {Priority(priority): count for priority, count in rows}

    def count_in_doubt(self) -> int:
        """What is owed and may have arrived all the same."""
        return self._one(
            "SELECT count(*) FROM deliveries WHERE status IN ('due', 'claimed') AND in_doubt > 0"
        )

    def count_refused(self) -> int:
        """What Telegram would not take."""
        return self._one("SELECT count(*) FROM deliveries WHERE status = 'refused'")

    def list_days(self, last: date, days: int) -> list[Day]:
        """What happened on so many days up to one, the oldest first."""
        dates = [last - timedelta(days=ago) for ago in reversed(range(days))]
        since = datetime.combine(dates[0], datetime.min.time(), HONG_KONG)
        seen = self._by_day("SELECT first_seen_at, 1 FROM releases WHERE first_seen_at >= ?", since)
        made = {
            name: self._by_day(
                f"SELECT made_at, 1 FROM summaries WHERE made_at >= ? AND {which}",  # noqa: S608  # our own clauses
                since,
            )
            for name, which in (
                ("written", "supported AND method <> 'extract'"),
                ("extracted", "supported AND method = 'extract'"),
                ("refused", "NOT supported"),
            )
        }
        digests = dict(
            self._pairs(
                "SELECT local_date, count(*) FROM digests WHERE local_date >= ?"
                " GROUP BY local_date",
                [dates[0].isoformat()],
            )
        )
        return [
            Day(
                each,
                releases=seen.get(each, 0),
                digests=digests.get(each.isoformat(), 0),
                **{name: counts.get(each, 0) for name, counts in made.items()},
            )
            for each in dates
        ]

    def _by_day(self, query: str, since: datetime) -> dict[date, int]:
        counts: dict[date, int] = {}
        for moment, count in self._db.execute(query, [to_text(since)]).fetchall():
            day = from_text(moment).astimezone(HONG_KONG).date()
            counts[day] = counts.get(day, 0) + count
        return counts

    def list_asks(self, since: datetime) -> list[tuple[str, datetime, bool]]:
        """The feeds that were asked since then: address, when last, and whether in vain."""
        rows = self._db.execute(
            "SELECT url, asked_at, failure IS NOT NULL FROM feed_asks WHERE asked_at >= ?"
            " ORDER BY url",
            [to_text(since)],
        )
        return [(url, from_text(asked_at), bool(vain)) for url, asked_at, vain in rows.fetchall()]

    def count_awaited(self, feed_url: str) -> int:
        """Pages of a feed whose text could not be had yet."""
        return self._one("SELECT count(*) FROM awaited WHERE feed_url = ?", [feed_url])

    def find_newest(self, sources: list[str]) -> datetime | None:
        """When the newest release of some sources was issued."""
        row = self._db.execute(
            "SELECT max(issued_at) FROM releases WHERE source IN (SELECT value FROM json_each(?))",
            [json.dumps(sources)],
        ).fetchone()
        return from_text(row[0]) if row[0] else None

    def _one(self, query: str, parameters: list[Any] | None = None) -> int:
        return int(self._db.execute(query, parameters or []).fetchone()[0])

    def _pairs(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, int]]:
        return list(self._db.execute(query, parameters or []).fetchall())
