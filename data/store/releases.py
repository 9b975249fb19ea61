"""Releases and their summaries in the database."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.models import Language, Method, Release, ReleaseText, Span, Summary, Topic
from data.store.database import from_text, to_text, write
from data.store.indexing import Index
from data.store.texts import SaveCounts, TextOrigin, Texts, read_text_row


@dataclass(frozen=True)
class Stored:
    """A release as stored, with the summaries that fit its present texts.

    A summary in a language that it has no text in is a machine translation.
    """

    seq: int
    release: Release
    summaries: dict[Language, Summary]

    @property
    def lacks_summary(self) -> bool:
        """Whether a text of it has no summary yet."""
        return bool(self.release.texts.keys() - self.summaries.keys())


@dataclass(frozen=True)
class Made:
    """How a summary came about.

    Attributes:
        method: who wrote it.
        supported: whether the check accepted it.
        reason: what was wrong with it or with those before it, if anything was.
    """

    method: Method
    supported: bool
    reason: str | None


class Releases:
    """Every query on releases and summaries."""

    def __init__(self, db: Database, texts: Texts) -> None:
        self._db = db
        self._texts = texts
        self._index = Index(db)

    def save(
        self,
        releases: Iterable[Release],
        now: datetime,
        *,
        origins: Mapping[str, TextOrigin] | None = None,
    ) -> SaveCounts:
        """Store releases and their texts in one transaction.

        A text that was stored under another release moves to its new one, and a release that
        lost its last text goes. Saving the same again changes nothing.

        Args:
            releases: each text in one release only.
            now: when they came in.
            origins: text id to what is known of the text, for those that were read anew.
        """
        releases = list(releases)
        placed = {
            text.id: (release.id, text) for release in releases for text in release.texts.values()
        }
        with write(self._db):
            former = self._find_places(placed)
            self._save_releases(releases, now)
            counts = self._texts.save(placed, origins or {}, now)
            self._mark_first_of_series(releases)
            places = {key: release_id for key, (release_id, _) in placed.items()}
            emptied = {old for key, old in former.items() if places[key] != old}
            self._drop_emptied(emptied)
            self._index.put({*places.values(), *emptied})
        return counts

    def save_summaries(self, release: Release, summaries: Sequence[Summary], now: datetime) -> None:
        """Keep summaries of the texts of ``release`` as they were when it was read.

        A summary in a language that the release lacks belongs to the text that it has.
        """
        with write(self._db):
            for summary in summaries:
                text = release.texts.get(summary.language) or next(iter(release.texts.values()))
                self._db.execute(
                    "INSERT OR REPLACE INTO summaries (text_id, language, version, headline, text,"
                    " method, model, supported, unsupported, sources, sentence_sources, tries,"
                    " reason, made_at)"
                    " SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM texts WHERE id = ?",
                    [
                        summary.language,
                        text.version,
                        summary.headline,
                        summary.text,
                        summary.method,
                        summary.model,
                        int(summary.supported),
                        json.dumps(summary.unsupported, ensure_ascii=False),
                        json.dumps(summary.sources),
                        json.dumps(summary.sentence_sources),
                        summary.tries,
                        summary.reason,
                        to_text(now),
                        text.id,
                    ],
                )

    def find_unsummarised(
        self, skip: Iterable[str] = (), among: Iterable[str] | None = None
    ) -> Release | None:
        """The newest release with a text whose present version has no summary, or None.

        Args:
            skip: ids of releases that are not wanted.
            among: ids of the only releases that are wanted; None for any.
        """
        some = None if among is None else json.dumps(list(among))
        return self._find_first(
            "SELECT releases.id FROM releases JOIN texts ON texts.release_id = releases.id"
            " LEFT JOIN summaries ON summaries.text_id = texts.id"
            "  AND summaries.language = texts.language AND summaries.version = texts.version"
            " WHERE summaries.text_id IS NULL"
            " AND releases.id NOT IN (SELECT value FROM json_each(?))"
            " AND (? IS NULL OR releases.id IN (SELECT value FROM json_each(?)))"
            " ORDER BY releases.issued_at DESC LIMIT 1",
            [json.dumps(list(skip)), some, some],
        )

    def find_untranslated(self, since: datetime, until: datetime) -> Release | None:
        """The newest release that has no text in one language and no summary in it either.

        Args:
            since: issued after this.
            until: issued before this, unless its title says that there is no other text.
        """
        return self._find_first(
            "SELECT releases.id FROM releases JOIN texts ON texts.release_id = releases.id"
            " JOIN summaries AS own ON own.text_id = texts.id"
            "  AND own.language = texts.language AND own.version = texts.version"
            " LEFT JOIN summaries AS other ON other.text_id = texts.id"
            "  AND other.language <> texts.language AND other.version = texts.version"
            " WHERE other.text_id IS NULL AND releases.issued_at > ?"
            " AND (releases.issued_at <= ? OR texts.single_language)"
            " AND (SELECT count(*) FROM texts AS both WHERE both.release_id = releases.id) = 1"
            " ORDER BY releases.issued_at DESC LIMIT 1",
            [to_text(since), to_text(until)],
        )

    def list_made(self, since: datetime) -> list[Made]:
        """How the summaries that were made since then came about, in no order."""
        rows = self._db.query(
            "SELECT method, supported, unsupported, reason FROM summaries WHERE made_at > ?",
            [to_text(since)],
        )
        return [
            Made(
                row["method"],
                bool(row["supported"]),
                row["reason"] or "; ".join(json.loads(row["unsupported"])) or None,
            )
            for row in rows
        ]

    def _find_first(self, query: str, parameters: Sequence[Any]) -> Release | None:
        for row in self._db.query(query, parameters):
            return self.get(row["id"]).release
        return None

    def count(self) -> int:
        """How many releases are stored."""
        return self._db.table("releases").count

    def get(self, release_id: str) -> Stored:
        """One stored release.

        A release goes by the id of one of its texts. After a merge either id leads to it, so
        that a message which names the other one still leads on.

        Raises:
            KeyError: if there is none with this id.
        """
        holder = "SELECT release_id FROM texts WHERE id = ?"
        for stored in self._list(f"WHERE releases.id = ({holder})", [release_id]):
            return stored
        raise KeyError(release_id)

    def list_latest(
        self,
        limit: int,
        topic: Topic | None = None,
        departments: Sequence[str] | None = None,
        *,
        before: int | None = None,
        skip: int = 0,
    ) -> list[Stored]:
        """The newest releases, newest first.

        Args:
            limit: no more than so many.
            topic: of this topic alone; None for any.
            departments: of these departments alone; None for any.
            before: the ``seq`` of a release; only what stands behind it, which is nothing if it is
                gone. None for all.
            skip: how many of the newest of these are left out.
        """
        some = None if departments is None else json.dumps(list(departments))
        return self._list(
            "WHERE (? IS NULL OR ? IN (SELECT value FROM json_each(releases.topics)))"
            " AND (? IS NULL OR releases.department IN (SELECT value FROM json_each(?)))"
            " AND (? IS NULL OR (releases.issued_at, releases.seq) <"
            "  (SELECT last.issued_at, last.seq FROM releases AS last WHERE last.seq = ?))"
            " ORDER BY releases.issued_at DESC, releases.seq DESC LIMIT ? OFFSET ?",
            [topic, topic, some, some, before, before, limit, skip],
        )

    def list_between(self, since: datetime, until: datetime, after_seq: int = 0) -> list[Stored]:
        """Releases issued in (since, until] that came in after ``after_seq``, oldest first."""
        return self._list(
            "WHERE releases.issued_at > ? AND releases.issued_at <= ? AND releases.seq > ?"
            " ORDER BY releases.issued_at, releases.seq",
            [to_text(since), to_text(until), after_seq],
        )

    def get_last_seq(self) -> int:
        """The number of the release that came in last; 0 if there is none."""
        (last,) = self._db.execute("SELECT max(seq) FROM releases").fetchone()
        return last or 0

    def list_seqs(self, since: datetime, after: int, last: int) -> list[int]:
        """Numbers, above ``after`` and up to ``last``, of releases issued later than ``since``."""
        rows = self._db.execute(
            "SELECT seq FROM releases WHERE issued_at > ? AND seq > ? AND seq <= ? ORDER BY seq",
            [to_text(since), after, last],
        )
        return [seq for (seq,) in rows.fetchall()]

    def list_by_seq(self, seqs: Iterable[int]) -> list[Stored]:
        """The releases of these numbers, as far as they are still there."""
        return self._list(
            "WHERE releases.seq IN (SELECT value FROM json_each(?)) ORDER BY releases.seq",
            [json.dumps(list(seqs))],
        )

    def list_by_id(self, release_ids: Iterable[str]) -> list[Stored]:
        """The releases that hold the texts of these ids, as far as there are any, oldest first."""
        return self._list(
            "WHERE releases.id IN (SELECT release_id FROM texts"
            "  WHERE id IN (SELECT value FROM json_each(?)))"
            " ORDER BY releases.issued_at, releases.seq",
            [json.dumps(list(release_ids))],
        )

    def find_first_day(self) -> datetime | None:
        """When the oldest stored release was issued."""
        (first,) = self._db.execute("SELECT min(issued_at) FROM releases").fetchone()
        return from_text(first) if first else None

    def list_series(self, series: str, limit: int = 10) -> list[Stored]:
        """The releases of a series, the newest first."""
        return self._list(
            "WHERE releases.series = ? ORDER BY releases.issued_at DESC, releases.seq DESC LIMIT ?",
            [series, limit],
        )

    def list_with_series_keys(self, keys: Iterable[str], since: datetime) -> list[Release]:
        """Releases issued since then with a text whose title has one of these normal forms."""
        found = self._list(
            "WHERE releases.id IN (SELECT release_id FROM texts"
            "  WHERE series_key IN (SELECT value FROM json_each(?)) AND issued_at >= ?)"
            " ORDER BY releases.issued_at, releases.seq",
            [json.dumps(sorted(set(keys))), to_text(since)],
        )
        return [stored.release for stored in found]

    def _find_places(self, text_ids: Iterable[str]) -> dict[str, str]:
        """Text id to the id of the release that holds it."""
        rows = self._db.query(
            "SELECT id, release_id FROM texts WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(text_ids))],
        )
        return {row["id"]: row["release_id"] for row in rows}

    def _save_releases(self, releases: Sequence[Release], now: datetime) -> None:
        self._db.conn.executemany(
            "INSERT INTO releases (id, source, issued_at, topics, department, kind, series,"
            " urgency, pairing_score, first_seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET"
            " issued_at = excluded.issued_at, topics = excluded.topics,"
            " department = excluded.department, kind = excluded.kind,"
            " series = coalesce(excluded.series, series), urgency = excluded.urgency,"
            " pairing_score = excluded.pairing_score",
            [
                (
                    release.id,
                    release.source,
                    to_text(release.issued_at),
                    json.dumps(release.topics),
                    release.department,
                    release.kind,
                    release.series,
                    release.urgency,
                    release.pairing_score,
                    to_text(now),
                )
                for release in releases
            ],
        )

    def _mark_first_of_series(self, releases: Iterable[Release]) -> None:
        """A series goes by the id of its first release, which did not know of it alone."""
        series = {release.series for release in releases} - {None}
        self._db.conn.executemany(
            "UPDATE releases SET series = id WHERE id = ? AND series IS NULL",
            [(each,) for each in series],
        )

    def _drop_emptied(self, release_ids: Iterable[str]) -> None:
        """Drop those of some releases that lost their last text."""
        for old in release_ids:
            self._db.execute(
                "DELETE FROM releases WHERE id = ?"
                " AND NOT EXISTS (SELECT 1 FROM texts WHERE release_id = releases.id)",
                [old],
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
            "SELECT texts.*, summaries.language AS told_in, summaries.headline, summaries.text,"
            " summaries.method, summaries.model, summaries.supported, summaries.unsupported,"
            " summaries.sources, summaries.sentence_sources, summaries.tries, summaries.reason"
            " FROM texts LEFT JOIN summaries ON summaries.text_id = texts.id"
            "  AND summaries.version = texts.version"
            " WHERE texts.release_id IN (SELECT value FROM json_each(?))"
            # A text's own summary comes last, over a translation from before the text came.
            " ORDER BY summaries.language = texts.language",
            [json.dumps(release_ids)],
        )
        for row in rows:
            texts.setdefault(row["release_id"], {})[row["language"]] = read_text_row(row)
            if row["headline"] is not None:
                summaries.setdefault(row["release_id"], {})[row["told_in"]] = _summary(row)
        return texts, summaries


def _release(row: dict[str, Any], texts: dict[Language, ReleaseText]) -> Release:
    return Release(
        id=row["id"],
        source=row["source"],
        issued_at=from_text(row["issued_at"]),
        topics=tuple(json.loads(row["topics"])),
        department=row["department"],
        texts=texts,
        kind=row["kind"],
        series=row["series"],
        urgency=row["urgency"],
        pairing_score=row["pairing_score"],
    )


def _summary(row: dict[str, Any]) -> Summary:
    return Summary(
        id=row["release_id"],
        language=row["told_in"],
        headline=row["headline"],
        text=row["text"],
        method=row["method"],
        model=row["model"],
        supported=bool(row["supported"]),
        unsupported=tuple(json.loads(row["unsupported"])),
        sources=_spans(json.loads(row["sources"])),
        sentence_sources=tuple(map(_spans, json.loads(row["sentence_sources"]))),
        tries=row["tries"],
        reason=row["reason"],
    )


def _spans(pairs: Iterable[Sequence[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)
