"""Updates from Telegram, committed before they are acknowledged."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlite_utils import Database

from data.store.database import to_text, write

KEPT_HANDLED = 1000
"""Handled updates that stay, so that one which comes twice is known."""

NUMBERED_ANEW_AFTER = timedelta(days=8)
"""Telegram may begin with any number after a week without updates
(https://core.telegram.org/bots/api#update): a number from before that is another update's."""

# An integer of SQLite's.
_LARGEST = 2**63 - 1
# What is typed inline waits for nothing but what the same person typed inline before: in lanes
# beside those of chats, whose ids have at most 52 bits (https://core.telegram.org/api/bots/ids).
_INLINE_LANE = 2**62

_SAVE = """
    INSERT INTO updates (id, chat_id, payload, received_at, handled, tries)
    VALUES (?, ?, ?, ?, 0, 0)
    ON CONFLICT (id) DO UPDATE SET chat_id = excluded.chat_id, payload = excluded.payload,
        received_at = excluded.received_at, handled = 0, tries = 0
    WHERE updates.handled = 1 AND updates.received_at < ?
"""
# From chat to chat along the index, for a chat can have a thousand that wait.
_LIST_DUE = """
    WITH RECURSIVE waiting (chat_id) AS (
        SELECT min(chat_id) FROM updates WHERE handled = 0
        UNION ALL
        SELECT (SELECT min(chat_id) FROM updates WHERE handled = 0 AND chat_id > waiting.chat_id)
        FROM waiting WHERE waiting.chat_id IS NOT NULL
    )
    SELECT updates.id, updates.chat_id, updates.tries FROM waiting JOIN updates ON updates.id =
        (SELECT min(id) FROM updates WHERE handled = 0 AND updates.chat_id = waiting.chat_id)
    ORDER BY updates.id
"""


class Waiting(NamedTuple):
    """An update that waits to be handled.

    Attributes:
        chat_id: where it happened; 0 for none.
        tries: how often its handling was begun and not ended: the process died meanwhile.
    """

    id: int
    chat_id: int
    tries: int


class Updates:
    """Every query on updates."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, updates: Iterable[dict[str, Any]], now: datetime) -> None:
        """Keep updates as Telegram sent them; one that is known stays as it is."""
        anew = to_text(now - NUMBERED_ANEW_AFTER)
        with write(self._db):
            for update in updates:
                number, chat_id = update["update_id"], _find_chat(update)
                row = [number, chat_id, _write(update), to_text(now), anew]
                if self._db.execute(_SAVE, row).rowcount:
                    self._forget_answers(number, anew)

    def is_overtaken(self, update_id: int) -> bool:
        """Whether another update of the same chat, or of the same person inline, waits behind."""
        row = self._db.execute(
            "SELECT 1 FROM updates AS this JOIN updates AS other ON other.chat_id = this.chat_id"
            " WHERE this.id = ? AND other.id > this.id AND other.handled = 0 AND this.chat_id <> 0",
            [update_id],
        ).fetchone()
        return row is not None

    def list_due(self) -> list[Waiting]:
        """The first update that waits in each chat, the oldest first."""
        return [Waiting(*row) for row in self._db.execute(_LIST_DUE).fetchall()]

    def begin(self, update_id: int) -> dict[str, Any]:
        """The update, from now on being tried.

        Raises:
            KeyError: if none of this number waits.
        """
        with write(self._db):
            rows = self._db.execute(
                "UPDATE updates SET tries = tries + 1 WHERE id = ? AND handled = 0"
                " RETURNING payload",
                [update_id],
            ).fetchall()
        if not rows:
            raise KeyError(update_id)
        update: dict[str, Any] = json.loads(rows[0][0])
        return update

    def mark_waiting(self, update_id: int) -> None:
        """Its handling was called off in good order: that counts for no try."""
        with write(self._db):
            self._db.execute("UPDATE updates SET tries = tries - 1 WHERE id = ?", [update_id])

    def mark_handled(self, update_id: int) -> None:
        """This update is done with; what it said, and where, is no longer kept."""
        with write(self._db):
            self._db.execute(
                "UPDATE updates SET handled = 1, payload = '{}', chat_id = 0 WHERE id = ?",
                [update_id],
            )
            self._db.execute(
                "DELETE FROM updates WHERE handled = 1 AND id <= ?", [update_id - KEPT_HANDLED]
            )

    def _forget_answers(self, update_id: int, before: str) -> None:
        """What an earlier update of this number was answered must not count as its answer."""
        self._db.execute(
            "DELETE FROM deliveries WHERE key > ? AND key < ? AND not_before < ?"
            " AND status NOT IN ('due', 'claimed')",
            [f"answer:{update_id}:", f"answer:{update_id};", before],
        )


def _write(update: dict[str, Any]) -> str:
    """As JSON; half of a surrogate pair, which is no text, becomes a question mark."""
    return json.dumps(update, ensure_ascii=False).encode("utf-8", "replace").decode()


def _find_chat(update: dict[str, Any]) -> int:
    """The chat in which something happened, whatever it was, else the person; 0 for neither."""
    for kind, what in update.items():
        message = what.get("message", what) if isinstance(what, dict) else None
        if not isinstance(message, dict):
            continue
        number = _read_id(message.get("chat")) or _read_id(message.get("from"))
        if number:
            is_inline = kind == "inline_query"
            return _INLINE_LANE + number % _INLINE_LANE if is_inline else number
    return 0


def _read_id(place: object) -> int:
    number = place.get("id") if isinstance(place, dict) else None
    return number if isinstance(number, int) and abs(number) <= _LARGEST else 0
