"""All that is kept of a chat: to be handed over, or to be deleted."""

import json
from typing import Any

from sqlite_utils import Database

from data.store.database import BUSY_SECONDS, write

# So many of its messages are handed over, the newest; more would be no file that Telegram takes.
MOST_MESSAGES = 5_000
# The part of each table that is a chat's: one thread of it, or in private all of them.
_OF_THREAD = "chat_id = :chat AND thread_id = :thread"
# So long erasing waits for others to have read; the bot answers nobody meanwhile.
WIPE_MILLISECONDS = 100

_OF_CHAT = "chat_id = :chat"
# What the operator was told of a message that was refused; it names the chat.
_REPORTED = (
    "key GLOB 'report:*' AND EXISTS (SELECT 1 FROM deliveries AS refused"
    " WHERE refused.{own} AND instr(deliveries.key, 'report:' || refused.key || ':') = 1)"
)
_READ_MESSAGES = (
    "SELECT key, action, status, not_before, sent_at, payload FROM deliveries"
    " JOIN contents ON contents.id = content_id WHERE {own} ORDER BY seq DESC LIMIT :most"
)


class Privacy:
    """Reads and deletes what is kept of one chat."""

    def __init__(self, db: Database) -> None:
        self._db = db
        # What is deleted or written over, at any time, leaves no trace in the file.
        db.execute("PRAGMA secure_delete = ON").fetchall()

    def export(self, chat_id: int, thread_id: int, *, is_private: bool) -> dict[str, Any]:
        """All that is kept of a chat, under readable names.

        Args:
            chat_id: the chat's.
            thread_id: the chat's; in private everything of the chat is handed over.
            is_private: whether the chat is a person's, whose feedback is handed over as well.
        """
        own = _OF_CHAT if is_private else _OF_THREAD
        place = {"chat": chat_id, "thread": thread_id, "most": MOST_MESSAGES}

        def read(query: str) -> list[dict[str, Any]]:
            return [_tell_row(row) for row in self._db.query(query.format(own=own), place)]

        kept = {
            "chats": [
                _tell_row(row)
                for row in self._db.query(
                    f"SELECT * FROM chats WHERE {own.replace('chat_id', 'id', 1)}",  # noqa: S608  # our own clause
                    place,
                )
            ],
            "subscriptions": read("SELECT kind, value, follow FROM subscriptions WHERE {own}"),
            "digests": read(
                "SELECT digests.local_date, composed_at, release_ids FROM digests"
                " JOIN editions ON editions.id = edition_id WHERE {own}"
            ),
            "messages": read(_READ_MESSAGES),
        }
        if is_private:
            kept["feedback"] = read("SELECT * FROM feedback WHERE user_id = :chat")
        return kept

    def erase(self, chat_id: int, thread_id: int, *, is_private: bool) -> None:
        """Delete all that is kept of a chat, at once or not at all, and wipe it from the file.

        Args:
            chat_id: the chat's.
            thread_id: the chat's; in private everything of the chat goes.
            is_private: whether the chat is a person's, whose feedback elsewhere goes as well.
        """
        with write(self._db):
            self._erase(chat_id, thread_id, is_private=is_private)
        self.wipe()

    def wipe(self) -> bool:
        """Take over the log of writes, where what was deleted still stands; whether that worked.

        It doesn't while another connection reads; then it is done another time.
        """
        self._db.execute(f"PRAGMA busy_timeout = {WIPE_MILLISECONDS}")
        try:
            ((busy, *_),) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            self._db.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        return not busy

    def _erase(self, chat_id: int, thread_id: int, *, is_private: bool) -> None:
        own = _OF_CHAT if is_private else _OF_THREAD
        place = {"chat": chat_id, "thread": thread_id}

        def run(statement: str) -> list[Any]:
            return self._db.execute(statement.format(own=own), place).fetchall()

        sent = run("SELECT DISTINCT content_id FROM deliveries WHERE {own}")
        reported = _REPORTED.format(own=own)
        sent += run(f"SELECT DISTINCT content_id FROM deliveries WHERE {reported}")  # noqa: S608  # our own clause
        run(f"DELETE FROM deliveries WHERE {reported}")  # noqa: S608  # our own clause
        for table in ("subscriptions", "digests", "deliveries"):
            run(f"DELETE FROM {table} WHERE {{own}}")  # noqa: S608  # our own names
        run(f"DELETE FROM chats WHERE {own.replace('chat_id', 'id', 1)}")  # noqa: S608  # our own clause
        if is_private:
            run("DELETE FROM feedback WHERE user_id = :chat OR chat_id = :chat")
            run("DELETE FROM announcements WHERE written_by = :chat AND approved_at IS NULL")
            run("UPDATE announcements SET written_by = 0 WHERE written_by = :chat")
        elif not run("SELECT 1 FROM chats WHERE id = :chat"):
            run("DELETE FROM feedback WHERE chat_id = :chat")
        # The press that asked for it, whose handling is under way.
        run(
            "UPDATE updates SET handled = 1, payload = '{{}}', chat_id = 0"
            " WHERE chat_id = :chat AND tries > 0 AND handled = 0"
        )
        self._drop_contents([number for (number,) in sent])

    def _drop_contents(self, numbers: list[int]) -> None:
        """Those of some contents that nobody else has."""
        self._db.execute(
            "DELETE FROM contents WHERE id IN (SELECT value FROM json_each(?))"
            " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE content_id = contents.id)"
            " AND NOT EXISTS (SELECT 1 FROM edition_parts WHERE content_id = contents.id)",
            [json.dumps(numbers)],
        )


# Kept as JSON or as a number, and better read as what they stand for.
_JSON = frozenset({"release_ids", "unsupported"})
_YES_OR_NO = frozenset({"subscribed", "skip_empty", "is_silent", "follow"})


def _tell_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row as a person can read it."""
    told = {name: _tell_value(name, value) for name, value in row.items() if name != "payload"}
    if "payload" in row:
        pieces = json.loads(row["payload"]).get("pieces", [])
        told["html"] = [f"{each.get('lead', '')}{each['html']}" for each in pieces]
    return told


def _tell_value(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever a column holds
    if name in _JSON and value is not None:
        return json.loads(value)
    return bool(value) if name in _YES_OR_NO else value
