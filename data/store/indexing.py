"""Keeps the index of words true to the texts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlite_utils import Database

from data.models import LANGUAGES
from data.search import make_terms

# Of a body; what a release says further on is not what anyone looks for it by.
INDEXED_LENGTH = 20_000
# So many releases are read at a time.
BATCH = 200


class Index:
    """Puts releases into the index of words, within the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, release_ids: Iterable[str]) -> None:
        """Index what these releases say now; what is indexed as it is already stays."""
        ids = list(dict.fromkeys(release_ids))
        for start in range(0, len(ids), BATCH):
            self._put(ids[start : start + BATCH])

    def _put(self, release_ids: list[str]) -> None:
        texts: dict[int, dict[str, dict[str, Any]]] = {}
        for row in self._db.query(
            "SELECT seq, language, title, body, texts.id, version FROM releases"
            " JOIN texts ON texts.release_id = releases.id"
            " WHERE releases.id IN (SELECT value FROM json_each(?)) ORDER BY seq",
            [json.dumps(release_ids)],
        ):
            texts.setdefault(row["seq"], {})[row["language"]] = row
        for seq, by_language in texts.items():
            self._put_one(seq, by_language)

    def _put_one(self, seq: int, texts: Mapping[str, Mapping[str, Any]]) -> None:
        versions = json.dumps({text["id"]: text["version"] for text in texts.values()})
        row = self._db.execute("SELECT versions FROM search WHERE rowid = ?", [seq]).fetchone()
        if row == (versions,):
            return
        words = [
            make_terms(texts[language][part][:INDEXED_LENGTH]) if language in texts else ""
            for language in LANGUAGES
            for part in ("title", "body")
        ]
        self._db.execute("DELETE FROM search WHERE rowid = ?", [seq])
        self._db.execute(
            "INSERT INTO search (rowid, title_en, body_en, title_zh, body_zh, versions)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [seq, *words, versions],
        )
