"""Releases, their texts and summaries in the database."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.models import Language, Release, ReleaseText, Summary, Topic
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading
from data.store.database import from_text, to_text, write


@dataclass(frozen=True)
class Stored:
    """A release as stored, with the summaries that fit its present texts."""

    seq: int
    release: Release
    summaries: dict[Language, Summary]


@dataclass(frozen=True)
class SaveCounts:
    """What saving changed: texts that were new, and texts whose title or body changed."""

    new: int = 0
    changed: int = 0


class Releases:
    """Every query on releases, texts and summaries."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find_feed_versions(self, text_ids: Iterable[str]) -> dict[str, str]:
        """For texts that were ingested whole: the version that the feed had then."""
        rows = self._db.query(
            "SELECT id, feed_version FROM texts WHERE feed_version IS NOT NULL"
            " AND id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(text_ids))],
        )
        return {row["id"]: row["feed_version"] for row in rows}

    def find_related(self, readings: Iterable[Reading]) -> dict[str, tuple[Reading, str]]:
        """Stored texts that are, or may be joined with, the given ones.

        These are the same texts, those they link to, those that link to them, and the other
        text of each one's release: by id, each with the id of its release.
        """
        ids, urls = set[str](), set[str]()
        for reading in readings:
            ids.add(reading.text.id)
            urls.add(reading.text.url)
            ids.add(find_release_id(reading.counterpart_url or "") or reading.text.id)
        rows = self._db.query(
            "WITH near AS (SELECT release_id FROM texts"
            " WHERE id IN (SELECT value FROM json_each(:ids))"
            " OR counterpart_url IN (SELECT value FROM json_each(:urls)))"
            " SELECT * FROM texts WHERE release_id IN near",
            {"ids": json.dumps(sorted(ids)), "urls": json.dumps(sorted(urls))},
        )
        return {
            row["id"]: (Reading(_text(row), row["counterpart_url"]), row["release_id"])
            for row in rows
        }

    def save(
        self,
        releases: Iterable[Release],
        now: datetime,
        *,
        counterpart_urls: dict[str, str | None] | None = None,
        feed_versions: dict[str, str] | None = None,
    ) -> SaveCounts:
        """Store releases and their texts in one transaction.

        A text that was stored under another release moves to its new one, and a release that
        lost its last text goes. Saving the same again changes nothing.
        """
        new = changed = 0
        with write(self._db):
            for release in releases:
                self._save_release(release, now)
                for text in release.texts.values():
                    known = self._find_version(text.id)
                    new += known is None
                    changed += known is not None and known != text.version
                    self._save_text(release.id, text)
                    self._save_origin(text.id, counterpart_urls or {}, feed_versions or {})
            self._db.execute("DELETE FROM releases WHERE id NOT IN (SELECT release_id FROM texts)")
        return SaveCounts(new, changed)

    def save_summaries(self, release: Release, summaries: Sequence[Summary], now: datetime) -> None:
        """Keep summaries of the texts of ``release`` as they were when it was read."""
        with write(self._db):
            for summary in summaries:
                text = release.texts[summary.language]
                self._db.execute(
                    "INSERT OR REPLACE INTO summaries (text_id, version, headline, text, method,"
                    " model, supported, unsupported, sources, made_at)"
                    " SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM texts WHERE id = ?",
                    [
                        text.version,
                        summary.headline,
                        summary.text,
                        summary.method,
                        summary.model,
                        int(summary.supported),
                        json.dumps(summary.unsupported, ensure_ascii=False),
                        json.dumps(summary.sources),
                        to_text(now),
                        text.id,
                    ],
                )

    def find_unsummarised(self, skip: Iterable[str] = ()) -> Release | None:
        """The newest release with a text whose present version has no summary, or None.

        Args:
            skip: ids of releases that are not wanted.
        """
        rows = self._db.query(
            "SELECT releases.id FROM releases JOIN texts ON texts.release_id = releases.id"
            " LEFT JOIN summaries ON summaries.text_id = texts.id"
            "  AND summaries.version = texts.version"
            " WHERE summaries.text_id IS NULL"
            " AND releases.id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY releases.issued_at DESC LIMIT 1",
            [json.dumps(list(skip))],
        )
        for row in rows:
            return self.get(row["id"]).release
        return None

    def count(self) -> int:
        """How many releases are stored."""
        return self._db.table("releases").count

    def get(self, release_id: str) -> Stored:
        """One stored release.

        Raises:
            KeyError: if there is none with this id.
        """
        for stored in self._list("WHERE releases.id = ?", [release_id]):
            return stored
        raise KeyError(release_id)

    def list_latest(self, limit: int, topic: Topic | None = None) -> list[Stored]:
        """The newest releases, newest first, of one topic or all."""
        return self._list(
            "WHERE ? IS NULL OR ? IN (SELECT value FROM json_each(releases.topics))"
            " ORDER BY releases.issued_at DESC, releases.seq DESC LIMIT ?",
            [topic, topic, limit],
        )

    def list_between(self, since: datetime, until: datetime, after_seq: int = 0) -> list[Stored]:
        """Releases issued in (since, until] that came in after ``after_seq``, oldest first."""
        return self._list(
            "WHERE releases.issued_at > ? AND releases.issued_at <= ? AND releases.seq > ?"
            " ORDER BY releases.issued_at, releases.seq",
            [to_text(since), to_text(until), after_seq],
        )

    def _save_release(self, release: Release, now: datetime) -> None:
        self._db.execute(
            "INSERT INTO releases (id, source, issued_at, topics, department, first_seen_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " issued_at = excluded.issued_at, topics = excluded.topics,"
            " department = excluded.department",
            [
                release.id,
                release.source,
                to_text(release.issued_at),
                json.dumps(release.topics),
                release.department,
                to_text(now),
            ],
        )

    def _find_version(self, text_id: str) -> str | None:
        rows = self._db.query("SELECT version FROM texts WHERE id = ?", [text_id])
        return next((row["version"] for row in rows), None)

    def _save_text(self, release_id: str, text: ReleaseText) -> None:
        self._db.execute(
            "INSERT INTO texts (id, release_id, language, url, title, body, issued_at, version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " release_id = excluded.release_id, url = excluded.url, title = excluded.title,"
            " body = excluded.body, issued_at = excluded.issued_at, version = excluded.version",
            [
                text.id,
                release_id,
                text.language,
                text.url,
                text.title,
                text.body,
                to_text(text.issued_at),
                text.version,
            ],
        )

    def _save_origin(
        self, text_id: str, counterparts: dict[str, str | None], versions: dict[str, str]
    ) -> None:
        if text_id in counterparts or text_id in versions:
            self._db.execute(
                "UPDATE texts SET counterpart_url = coalesce(?, counterpart_url),"
                " feed_version = coalesce(?, feed_version) WHERE id = ?",
                [counterparts.get(text_id), versions.get(text_id), text_id],
            )

    def _list(self, where: str, parameters: Sequence[Any]) -> list[Stored]:
        rows = list(self._db.query(f"SELECT releases.* FROM releases {where}", parameters))  # noqa: S608  # our own clauses
        texts, summaries = self._texts_and_summaries([row["id"] for row in rows])
        return [
            Stored(row["seq"], _release(row, texts[row["id"]]), summaries.get(row["id"], {}))
            for row in rows
        ]

    def _texts_and_summaries(
        self, release_ids: list[str]
    ) -> tuple[dict[str, dict[Language, ReleaseText]], dict[str, dict[Language, Summary]]]:
        texts: dict[str, dict[Language, ReleaseText]] = {}
        summaries: dict[str, dict[Language, Summary]] = {}
        rows = self._db.query(
            "SELECT texts.*, summaries.headline, summaries.text, summaries.method,"
            " summaries.model, summaries.supported, summaries.unsupported, summaries.sources"
            " FROM texts LEFT JOIN summaries ON summaries.text_id = texts.id"
            "  AND summaries.version = texts.version"
            " WHERE texts.release_id IN (SELECT value FROM json_each(?))",
            [json.dumps(release_ids)],
        )
        for row in rows:
            texts.setdefault(row["release_id"], {})[row["language"]] = _text(row)
            if row["headline"] is not None:
                summaries.setdefault(row["release_id"], {})[row["language"]] = _summary(row)
        return texts, summaries


def _text(row: dict[str, Any]) -> ReleaseText:
    return ReleaseText(
        language=row["language"],
        id=row["id"],
        url=row["url"],
        title=row["title"],
        body=row["body"],
        issued_at=from_text(row["issued_at"]),
    )


def _release(row: dict[str, Any], texts: dict[Language, ReleaseText]) -> Release:
    return Release(
        id=row["id"],
        source=row["source"],
        issued_at=from_text(row["issued_at"]),
        topics=tuple(json.loads(row["topics"])),
        department=row["department"],
        texts=texts,
    )


def _summary(row: dict[str, Any]) -> Summary:
    return Summary(
        id=row["release_id"],
        language=row["language"],
        headline=row["headline"],
        text=row["text"],
        method=row["method"],
        model=row["model"],
        supported=bool(row["supported"]),
        unsupported=tuple(json.loads(row["unsupported"])),
        sources=tuple((start, end) for start, end in json.loads(row["sources"])),
    )
