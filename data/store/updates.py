"""Updates from Telegram, committed before they are acknowledged."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from data.store.database import to_text, write

KEPT_HANDLED = 1000
"""Handled updates that stay, so that one which comes twice is known."""


class Updates:
    """Every query on updates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, updates: Iterable[dict[str, Any]], now: datetime) -> None:
        """Keep updates as Telegram sent them; one that is known stays as it is."""
        with write(self._db):
            for update in updates:
                self._db.execute(
                    "INSERT OR IGNORE INTO updates (id, payload, received_at, handled)"
                    " VALUES (?, ?, ?, 0)",
                    [update["update_id"], json.dumps(update, ensure_ascii=False), to_text(now)],
                )

    def list_due(self, limit: int = 100) -> list[dict[str, Any]]:
        """Updates that wait to be handled, the oldest first."""
        rows = self._db.query(
            "SELECT payload FROM updates WHERE handled = 0 ORDER BY id LIMIT ?", [limit]
        )
        return [json.loads(row["payload"]) for row in rows]

    def mark_handled(self, update_id: int) -> None:
        """This update is done with; what it said is no longer kept."""
        with write(self._db):
            self._db.execute(
                "UPDATE updates SET handled = 1, payload = '{}' WHERE id = ?", [update_id]
            )
            self._db.execute(
                "DELETE FROM updates WHERE handled = 1 AND id <= ?", [update_id - KEPT_HANDLED]
            )
