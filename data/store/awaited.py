"""Releases that a list named and whose page could not be read yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.readers.reading import Listed
from data.store.database import from_text, to_text, write


@dataclass(frozen=True)
class AwaitedPage:
    """A release that is known by its list only.

    Attributes:
        listed: what the list says of it.
        feed_url: the feed whose rules hold for it.
        tries: how often its page was asked for in vain.
        look_at: when it is due to be asked for again.
    """

    listed: Listed
    feed_url: str
    tries: int
    look_at: datetime


class Awaited:
    """Every query on pages that are awaited."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_due(self, feed_urls: Iterable[str], now: datetime) -> list[AwaitedPage]:
        """Those of some feeds that are due."""
        wanted = set(feed_urls)
        rows = self._db.query("SELECT * FROM awaited WHERE look_at <= ?", [to_text(now)])
        return [
            AwaitedPage(
                Listed(
                    row["url"],
                    row["title"],
                    from_text(row["issued_at"]) if row["issued_at"] else None,
                    row["language"],
                ),
                row["feed_url"],
                row["tries"],
                from_text(row["look_at"]),
            )
            for row in rows
            if row["feed_url"] in wanted
        ]

    def update(self, pages: Iterable[AwaitedPage], settled: Iterable[str]) -> None:
        """Await these pages, and no longer those at the settled addresses."""
        pages, settled = list(pages), list(settled)
        if not pages and not settled:
            return
        with write(self._db):
            self._db.conn.executemany("DELETE FROM awaited WHERE url = ?", [(u,) for u in settled])
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO awaited"
                " (url, feed_url, title, issued_at, language, tries, look_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        page.listed.url,
                        page.feed_url,
                        page.listed.title,
                        to_text(page.listed.issued_at) if page.listed.issued_at else None,
                        page.listed.language,
                        page.tries,
                        to_text(page.look_at),
                    )
                    for page in pages
                ],
            )
