"""What corrections need of the database: messages that show an earlier version of a text.

Which version a content shows stands in ``shown``; once everything is done about a content, the
present version is noted there, so that it isn't looked at again. What it really says stays in
its pieces.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from data.store.database import from_text, to_text

# Keys of the edits that corrections owe, beside those of answers.
EDIT_PREFIX = "edit:"


@dataclass(frozen=True)
class Corrected:
    """A release with a replaced text that some content may still show, and when that was."""

    release_id: str
    replaced_at: datetime


@dataclass(frozen=True)
class Earlier:
    """A version of a text that was replaced; the numbers rise with time."""

    seq: int
    text_id: str
    version: str
    title: str
    body: str
    substantial: bool


@dataclass(frozen=True)
class Standing:
    """A message that stands in a chat.

    Attributes:
        seq: of the delivery that sent it.
        message_id: None if it can't be known any more, since the chat has another id.
        keyboard_id: number of the content with the buttons that it was given later, if any.
        awaits: key of an earlier edit that is not done with.
    """

    seq: int
    chat_id: int
    thread_id: int
    message_id: int | None
    keyboard_id: int | None
    awaits: str | None


class Corrections:
    """Every query on corrections; what writes does so within the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def list_corrected(self, since: datetime) -> list[Corrected]:
        """Releases of which a text was replaced since then and is shown in another version."""
        rows = self._db.execute(
            "SELECT texts.release_id, max(replaced_at) FROM replaced_versions"
            " JOIN texts ON texts.id = replaced_versions.text_id WHERE replaced_at >= ?"
            " AND (EXISTS (SELECT 1 FROM shown"
            "   WHERE shown.text_id = texts.id AND shown.version < texts.version)"
            "  OR EXISTS (SELECT 1 FROM shown"
            "   WHERE shown.text_id = texts.id AND shown.version > texts.version))"
            " GROUP BY texts.release_id ORDER BY max(replaced_at)",
            [to_text(since)],
        )
        return [Corrected(each, from_text(moment)) for each, moment in rows.fetchall()]

    def list_stale(self, versions: Mapping[str, str]) -> list[int]:
        """The numbers of contents that show one of some texts in another version than given."""
        rows = self._db.execute(
            "SELECT DISTINCT content_id FROM json_each(?) AS present"
            " JOIN shown ON shown.text_id = present.key AND shown.version <> present.value"
            " ORDER BY content_id DESC",
            [json.dumps(dict(versions))],
        )
        return [number for (number,) in rows.fetchall()]

    def list_earlier(self, text_ids: Iterable[str]) -> list[Earlier]:
        """The replaced versions of some texts, the oldest first."""
        rows = self._db.execute(
            "SELECT seq, text_id, version, title, body, substantial FROM replaced_versions"
            " WHERE text_id IN (SELECT value FROM json_each(?)) ORDER BY seq",
            [json.dumps(list(text_ids))],
        )
        return [
            Earlier(seq, text_id, version, title, body, bool(substantial))
            for seq, text_id, version, title, body, substantial in rows.fetchall()
        ]

    def list_standing(
        self, content_id: int, since: datetime, after: int, limit: int
    ) -> list[Standing]:
        """Messages with this content that were sent to active chats since then.

        In order, those behind ``after``; without those that answers wrote over since.
        """
        later = "FROM deliveries AS later WHERE later.chat_id = sent.chat_id"
        later += " AND later.edits = sent.message_id AND later.seq > sent.seq"
        rows = self._db.execute(
            "SELECT sent.seq, sent.chat_id, sent.thread_id, sent.message_id,"  # noqa: S608  # from above
            f" (SELECT content_id {later} AND action = 'edit_keyboard'"
            "   ORDER BY later.seq DESC LIMIT 1),"
            f" (SELECT key {later} AND status IN ('due', 'claimed') AND key GLOB '{EDIT_PREFIX}*'"
            "   ORDER BY later.seq DESC LIMIT 1)"
            " FROM deliveries AS sent JOIN chats ON chats.id = sent.chat_id"
            "  AND chats.thread_id = sent.thread_id AND chats.status = 'active'"
            " WHERE content_id = ? AND sent.seq > ? AND sent.status = 'sent' AND sent_at >= ?"
            f"  AND action IN ('send', 'edit') AND key NOT GLOB '{EDIT_PREFIX}*'"
            f"  AND NOT EXISTS (SELECT 1 {later} AND action = 'edit'"
            f"   AND key NOT GLOB '{EDIT_PREFIX}*' AND status IN ('due', 'claimed', 'sent'))"
            " ORDER BY sent.seq LIMIT ?",
            [content_id, after, to_text(since), limit],
        )
        return [Standing(*row) for row in rows.fetchall()]

    def drop_edits(self, content_id: int, limit: int) -> int:
        """Owe no longer some of the edits of ours that would write this content; how many."""
        return self._db.execute(
            "UPDATE deliveries SET status = 'gone', error = 'corrected again' WHERE seq IN"  # noqa: S608  # from above
            " (SELECT seq FROM deliveries WHERE content_id = ? AND status = 'due'"
            f" AND key GLOB '{EDIT_PREFIX}*' LIMIT ?)",
            [content_id, limit],
        ).rowcount

    def list_due(self, content_id: int, limit: int) -> list[int]:
        """The numbers of some deliveries that are owed with this content and not claimed."""
        rows = self._db.execute(
            "SELECT seq FROM deliveries WHERE content_id = ? AND status = 'due' LIMIT ?",
            [content_id, limit],
        )
        return [seq for (seq,) in rows.fetchall()]

    def point(self, seqs: Iterable[int], content_id: int) -> None:
        """Let deliveries hold another content."""
        self._db.execute(
            "UPDATE deliveries SET content_id = ? WHERE seq IN (SELECT value FROM json_each(?))",
            [content_id, json.dumps(list(seqs))],
        )

    def drop_notes(self, keys: Iterable[str]) -> set[str]:
        """Owe no longer those of some notes that are owed still and not claimed; which."""
        rows = self._db.execute(
            "UPDATE deliveries SET status = 'gone', error = 'corrected again'"
            " WHERE status = 'due' AND key IN (SELECT value FROM json_each(?)) RETURNING key",
            [json.dumps(list(keys))],
        )
        return {key for (key,) in rows.fetchall()}

    def note_shown(self, content_id: int, versions: Mapping[str, str]) -> None:
        """There is nothing to do about a content until the texts change from these versions."""
        self._db.execute(
            "UPDATE shown SET version = present.value FROM json_each(?) AS present"
            " WHERE content_id = ? AND text_id = present.key",
            [json.dumps(dict(versions)), content_id],
        )

    def note_corrected(self, content_id: int, versions: Mapping[str, str]) -> None:
        """The same of one that had to be corrected, unless some of it is in flight."""
        held = "SELECT 1 FROM deliveries WHERE content_id = ? AND status IN ('due', 'claimed')"
        if self._db.execute(held, [content_id]).fetchone() is None:
            self.note_shown(content_id, versions)
