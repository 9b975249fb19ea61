"""The official texts in the database: where they came from, and what they were before.

A text's row is keyed by its id; ``release_id`` says which release holds it at present.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.changes import Changes, compare_texts
from data.models import Language, ReleaseText, Topic
from data.pairing import KnownRelease
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading
from data.store.database import from_text, to_text


@dataclass(frozen=True)
class TextOrigin:
    """What ingest knows of a text beside its words.

    Attributes:
        reading: the text with its source, link and pairing key.
        feed_version: the version that the feed had when the text was ingested.
        series_key: normal form of its title, see ``data.series``.
        default_topic, default_department: the feed's, where the words tell none.
        whole: False for a feed's excerpt whose page could not be read.
        looks: how often its page was looked at again.
        look_at: when its page is due to be looked at again; None for never.
    """

    reading: Reading
    feed_version: str | None = None
    series_key: str | None = None
    default_topic: Topic | None = None
    default_department: str | None = None
    whole: bool = True
    looks: int = 0
    look_at: datetime | None = None


@dataclass(frozen=True)
class KnownText:
    """A stored text with its origin and the release that holds it."""

    origin: TextOrigin
    release: KnownRelease


@dataclass(frozen=True)
class Replaced:
    """A version of a text that is no longer current, and what its successor changed."""

    version: str
    title: str
    body: str
    replaced_at: datetime
    changes: Changes


@dataclass(frozen=True)
class SaveCounts:
    """What saving changed: texts that were new, and texts whose words changed."""

    new: int = 0
    changed: int = 0


class Texts:
    """Every query on texts by themselves."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find_feed_versions(self, text_ids: Iterable[str]) -> dict[str, str]:
        """For texts that came from a feed: the version that the feed had then."""
        rows = self._db.query(
            "SELECT id, feed_version FROM texts WHERE feed_version IS NOT NULL"
            " AND id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(text_ids))],
        )
        return {row["id"]: row["feed_version"] for row in rows}

    def has(self, text_id: str) -> bool:
        """Whether the text is stored."""
        return bool(self._db.execute("SELECT 1 FROM texts WHERE id = ?", [text_id]).fetchone())

    def find_known_urls(self, urls: Iterable[str]) -> set[str]:
        """Which of these addresses have their text stored."""
        rows = self._db.query(
            "SELECT url FROM texts WHERE url IN (SELECT value FROM json_each(?))",
            [json.dumps(list(urls))],
        )
        return {row["url"] for row in rows}

    def find_related(self, readings: Iterable[Reading]) -> dict[str, KnownText]:
        """Stored texts that are, or may be joined with, the given ones, by id.

        These are the same texts, those they link to or share a pairing key with, those that
        link to them, and the other text of each one's release.
        """
        ids, urls, links, keys = set[str](), set[str](), set[str](), set[str]()
        for reading in readings:
            ids |= {reading.text.id, find_release_id(reading.counterpart_url or "") or ""}
            urls.add(reading.text.url)
            links.add(reading.counterpart_url or "")
            keys.add(reading.pair_key or "")
        return self._find(
            "texts.release_id IN (SELECT release_id FROM texts"
            " WHERE id IN (SELECT value FROM json_each(:ids))"
            " OR url IN (SELECT value FROM json_each(:links))"
            " OR pair_key IN (SELECT value FROM json_each(:keys))"
            " OR counterpart_url IN (SELECT value FROM json_each(:urls)))",
            {
                name: json.dumps(sorted(values - {""}))
                for name, values in (("ids", ids), ("urls", urls), ("links", links), ("keys", keys))
            },
        )

    def list_single(self, source: str, since: datetime, until: datetime) -> dict[str, KnownText]:
        """Texts of one source, issued in [since, until], that have no counterpart, by id."""
        return self._find(
            "releases.source = ? AND texts.issued_at BETWEEN ? AND ?"
            " AND (SELECT count(*) FROM texts AS both WHERE both.release_id = releases.id) = 1",
            [source, to_text(since), to_text(until)],
        )

    def list_to_look_at(self, source: str, now: datetime) -> dict[str, KnownText]:
        """Texts of one source whose page is due to be looked at again, by id."""
        return self._find("releases.source = ? AND texts.look_at <= ?", [source, to_text(now)])

    def list_replaced(self, text_id: str) -> list[Replaced]:
        """The earlier versions of a text, the oldest first."""
        rows = self._db.query(
            "SELECT * FROM replaced_versions WHERE text_id = ? ORDER BY seq", [text_id]
        )
        return [
            Replaced(
                row["version"],
                row["title"],
                row["body"],
                from_text(row["replaced_at"]),
                Changes.model_validate_json(row["changes"]),
            )
            for row in rows
        ]

    def save(
        self,
        placed: Mapping[str, tuple[str, ReleaseText]],
        origins: Mapping[str, TextOrigin],
        now: datetime,
    ) -> SaveCounts:
        """Store texts within the caller's transaction; saving the same again changes nothing.

        A text that differs from the stored one in nothing but white space stays as it is, so
        that the spans of its summary stay true. An excerpt gives way to its whole text without
        counting as a change.

        Args:
            placed: text id to the id of its release and the text.
            origins: text id to what is known of it, as far as it was read anew.
            now: for the versions that are replaced.
        """
        rows = self._db.query(
            "SELECT id, release_id, language, url, title, body, issued_at, version, whole"
            " FROM texts WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(placed))],
        )
        known = {row["id"]: row for row in rows}
        self._move({key: release_id for key, (release_id, _) in placed.items()}, known)
        new = [(place, text) for key, (place, text) in placed.items() if key not in known]
        self._insert(new)
        changed = [
            text
            for key, (_, text) in placed.items()
            if key in known and known[key]["version"] != text.version
        ]
        edited = [text for text in changed if known[text.id]["whole"]]
        self._keep_replaced(edited, known, now)
        self._update(changed)
        self._save_origins(origins)
        return SaveCounts(len(new), len(edited))

    def _find(self, where: str, parameters: Any) -> dict[str, KnownText]:  # noqa: ANN401  # SQLite's
        rows = self._db.query(
            "SELECT texts.*, releases.source, releases.pairing_score FROM texts"  # noqa: S608  # our own clauses
            f" JOIN releases ON releases.id = texts.release_id WHERE {where}",
            parameters,
        )
        return {row["id"]: _known_text(row) for row in rows}

    def _move(self, places: Mapping[str, str], known: Mapping[str, dict[str, Any]]) -> None:
        """Give texts to other releases; by way of a place of their own, since two may swap."""
        moves = [
            (release_id, key)
            for key, release_id in places.items()
            if key in known and known[key]["release_id"] != release_id
        ]
        self._db.conn.executemany(
            "UPDATE texts SET release_id = 'moving ' || id WHERE id = ?",
            [(key,) for _, key in moves],
        )
        self._db.conn.executemany("UPDATE texts SET release_id = ? WHERE id = ?", moves)

    def _insert(self, new: Sequence[tuple[str, ReleaseText]]) -> None:
        self._db.conn.executemany(
            "INSERT INTO texts (id, release_id, language, url, title, body, issued_at, version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    text.id,
                    release_id,
                    text.language,
                    text.url,
                    text.title,
                    text.body,
                    to_text(text.issued_at),
                    text.version,
                )
                for release_id, text in new
            ],
        )

    def _update(self, changed: Sequence[ReleaseText]) -> None:
        self._db.conn.executemany(
            "UPDATE texts SET url = ?, title = ?, body = ?, issued_at = ?, version = ?"
            " WHERE id = ?",
            [
                (text.url, text.title, text.body, to_text(text.issued_at), text.version, text.id)
                for text in changed
            ],
        )

    def _keep_replaced(
        self, edited: Sequence[ReleaseText], known: Mapping[str, dict[str, Any]], now: datetime
    ) -> None:
        for text in edited:
            old = known[text.id]
            changes = compare_texts(read_text_row(old), text)
            self._db.execute(
                "INSERT INTO replaced_versions (text_id, version, title, body, replaced_at,"
                " changes, substantial) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    text.id,
                    old["version"],
                    old["title"],
                    old["body"],
                    to_text(now),
                    changes.model_dump_json(),
                    int(changes.is_substantial),
                ],
            )

    def _save_origins(self, origins: Mapping[str, TextOrigin]) -> None:
        """What was read anew; a link or feed version once known is not forgotten."""
        self._db.conn.executemany(
            "UPDATE texts SET counterpart_url = coalesce(?, counterpart_url),"
            " feed_version = coalesce(?, feed_version), pair_key = ?, single_language = ?,"
            " default_topic = ?, default_department = ?, series_key = ?, whole = ?,"
            " looks = ?, look_at = ?"
            " WHERE id = ?",
            [
                (
                    origin.reading.counterpart_url,
                    origin.feed_version,
                    origin.reading.pair_key,
                    int(origin.reading.single_language),
                    origin.default_topic,
                    origin.default_department,
                    origin.series_key,
                    int(origin.whole),
                    origin.looks,
                    to_text(origin.look_at) if origin.look_at else None,
                    text_id,
                )
                for text_id, origin in origins.items()
            ],
        )


def read_text_row(row: Mapping[str, Any]) -> ReleaseText:
    """The text that a row of ``texts`` holds."""
    language: Language = row["language"]
    return ReleaseText(
        language=language,
        id=row["id"],
        url=row["url"],
        title=row["title"],
        body=row["body"],
        issued_at=from_text(row["issued_at"]),
    )


def _known_text(row: Mapping[str, Any]) -> KnownText:
    reading = Reading(
        read_text_row(row),
        counterpart_url=row["counterpart_url"],
        source=row["source"],
        pair_key=row["pair_key"],
        single_language=bool(row["single_language"]),
    )
    origin = TextOrigin(
        reading,
        feed_version=row["feed_version"],
        series_key=row["series_key"],
        default_topic=row["default_topic"],
        default_department=row["default_department"],
        whole=bool(row["whole"]),
        looks=row["looks"],
        look_at=from_text(row["look_at"]) if row["look_at"] else None,
    )
    return KnownText(origin, KnownRelease(row["release_id"], row["pairing_score"]))
