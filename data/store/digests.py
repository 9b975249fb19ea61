"""Composed digests: frozen, and owed from the moment they are."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from sqlite_utils import Database

from data.models import (
    Chat,
    ChatLanguage,
    Delivery,
    Edition,
    Length,
    Priority,
    Quiet,
    Subscription,
)
from data.store.chats import read_quiet
from data.store.contents import Contents
from data.store.database import from_text, to_text, write
from data.store.deliveries import Deliveries

# Standings of chats that are due together.
REMEMBERED = 16_384

_STANDING = """
    next_date, language, time_zone, digest_time, weekdays, quiet_from, quiet_to, skip_empty,
    length, digested_seq, digest_since,
    (SELECT json_group_array(json_array(kind, value, follow)) FROM subscriptions
        WHERE chat_id = chats.id AND subscriptions.thread_id = chats.thread_id
        AND kind <> 'alert')
"""
_PLANNED = f"""
    next_due, id, thread_id, {_STANDING} FROM chats
    WHERE subscribed = 1 AND status = 'active' AND next_due IS NOT NULL AND next_date IS NOT NULL
"""
# By this alone, so that a page begins where the one before it ended.
_PAGE = "AND (next_due, id, thread_id) > (?, ?, ?) ORDER BY next_due, id, thread_id LIMIT ?"
_LAST_DATE = """
    (SELECT max(local_date) FROM digests WHERE chat_id = chats.id
        AND digests.thread_id = chats.thread_id AND local_date <= ?)
"""
_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Progress:
    """How far a chat's digests got: the last release they could take, and their reach back."""

    digested_seq: int
    since: datetime | None


@dataclass(frozen=True)
class Kept:
    """An edition that is stored, with its number and those of its parts."""

    edition: Edition
    number: int
    content_numbers: tuple[int, ...]


@dataclass(frozen=True)
class Digest:
    """What a chat gets for one local date.

    Attributes:
        is_silent: whether nothing is sent, for all that the date is done with.
        heeds_quiet: whether it waits for the end of the chat's quiet hours.
    """

    kept: Kept
    is_silent: bool = False
    heeds_quiet: bool = True


@dataclass(frozen=True)
class Turn:
    """What comes of a chat whose digest is due; many chats have it in common.

    Attributes:
        digest: what it gets; None where that is folded into the next digest.
        progress: how far its digests get with that.
        next_due: when its next digest is due.
        next_date: the local date that the next one is for.
    """

    digest: Digest | None
    progress: Progress
    next_due: datetime
    next_date: date


@dataclass(frozen=True, eq=False)
class Standing:
    """All that the digest of a chat depends on; many chats have it in common, as one object.

    Attributes:
        length: how much it says of each release.
        subscriptions: what is followed and left out; following nothing means all.
        progress: how far the digests got.
    """

    language: ChatLanguage
    time_zone: str
    digest_time: time
    weekdays: frozenset[int]
    quiet: Quiet | None
    skip_empty: bool
    next_due: datetime
    next_date: date
    length: Length
    subscriptions: frozenset[Subscription]
    progress: Progress


class DueChat(NamedTuple):
    """A chat whose digest is due; ``key`` is where it stands in the order of those."""

    key: tuple[str, int, int]
    standing: Standing

    @property
    def place(self) -> tuple[int, int]:
        """The chat's id and thread."""
        return self.key[1:]


class Digests:
    """Every query on digests."""

    def __init__(self, db: Database, contents: Contents, deliveries: Deliveries) -> None:
        self._db = db
        self._contents = contents
        self._deliveries = deliveries

    def list_due(
        self, now: datetime, limit: int = 500, after: DueChat | None = None
    ) -> list[DueChat]:
        """Chats whose digest is due, the longest overdue first.

        Args:
            now: the present.
            limit: no more than so many.
            after: the last one of the page before; None for the first page.
        """
        rows = self._db.execute(
            f"SELECT {_PLANNED} AND next_due <= ? {_PAGE}",
            [to_text(now), *(after.key if after else ("", 0, 0)), limit],
        )
        return [_read_due_chat(row) for row in rows.fetchall()]

    def list_ahead(
        self, moment: datetime, today: date, limit: int = 500, after: DueChat | None = None
    ) -> list[tuple[DueChat, date | None]]:
        """Chats whose digest is due later than at a moment, the soonest first.

        Args:
            moment: the time from which on.
            today: the latest date that it is anywhere.
            limit: no more than so many.
            after: the last one of the page before; None for the first page.

        Returns:
            Each with the date of the last digest composed for it, but for none after today.
        """
        rows = self._db.execute(
            f"SELECT {_LAST_DATE}, {_PLANNED} {_PAGE}",
            [
                today.isoformat(),
                *(after.key if after else (to_text(moment), _LARGEST, _LARGEST)),
                limit,
            ],
        )
        return [
            (_read_due_chat(row), date.fromisoformat(last) if last else None)
            for last, *row in rows.fetchall()
        ]

    def list_release_ids(self, chat: Chat, day: date) -> list[str]:
        """The releases that the chat's digest for a date told of; none if it had none."""
        row = self._db.execute(
            "SELECT release_ids FROM digests JOIN editions ON editions.id = edition_id"
            " WHERE chat_id = ? AND thread_id = ? AND digests.local_date = ?",
            [chat.id, chat.thread_id, day.isoformat()],
        ).fetchone()
        return list(json.loads(row[0])) if row else []

    def keep(self, edition: Edition, content_numbers: Sequence[int]) -> Kept:
        """Store what a digest says, whose parts are stored, unless it is there already."""
        day, numbers = edition.local_date.isoformat(), tuple(content_numbers)
        release_ids = json.dumps(edition.release_ids)
        name = hashlib.sha256(f"{day}{release_ids}{list(numbers)}".encode()).hexdigest()
        with write(self._db):
            self._db.execute(
                "INSERT OR IGNORE INTO editions (hash, local_date, release_ids) VALUES (?, ?, ?)",
                [name, day, release_ids],
            )
            (number,) = self._db.execute(
                "SELECT id FROM editions WHERE hash = ?", [name]
            ).fetchone()
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO edition_parts VALUES (?, ?, ?)",
                [(number, part, content) for part, content in enumerate(numbers, 1)],
            )
        return Kept(edition, number, numbers)

    def save(self, turns: Iterable[tuple[DueChat, Turn]], now: datetime) -> int:
        """Owe the digests of some chats and plan their next ones, in one transaction.

        A digest that was composed before for the same chat and date is not owed again, and how
        far the chat's digests got is left alone.

        Returns:
            How many digests are new.
        """
        turns = list(turns)
        with write(self._db):
            new = self._insert(turns, now)
            self._db.conn.executemany(
                "UPDATE chats SET next_due = ?, next_date = ?,"
                " digested_seq = coalesce(?, digested_seq),"
                " digest_since = coalesce(?, digest_since) WHERE id = ? AND thread_id = ?",
                [
                    (*_move(turn, counts=turn.digest is None or chat.place in new), *chat.place)
                    for chat, turn in turns
                ],
            )
            self._deliveries.owe_known(
                row
                for chat, turn in turns
                if turn.digest is not None and chat.place in new
                for row in _list_deliveries(chat, turn.digest, now)
            )
        return len(new)

    def drop_old(self, before: date, limit: int = 5_000) -> bool:
        """Drop some digests for dates before then; whether there may be more of them."""
        row = self._db.execute(
            "SELECT id FROM editions WHERE local_date < ? LIMIT 1", [before.isoformat()]
        ).fetchone()
        if row is None:
            return False
        with write(self._db):
            dropped = self._db.execute(
                "DELETE FROM digests WHERE (chat_id, thread_id, local_date) IN (SELECT"
                " chat_id, thread_id, local_date FROM digests WHERE edition_id = ? LIMIT ?)",
                [*row, limit],
            ).rowcount
            if dropped < limit:
                self._db.execute("DELETE FROM editions WHERE id = ?", row)
        return True

    def _insert(self, turns: Iterable[tuple[DueChat, Turn]], now: datetime) -> set[tuple[int, int]]:
        """Note which digests are composed now; the chats of those that had not been before."""
        rows = [
            (*chat.place, digest.kept.edition.local_date.isoformat(), digest.kept.number)
            for chat, turn in turns
            if (digest := turn.digest) is not None
        ]
        return set(
            self._db.execute(
                "INSERT OR IGNORE INTO digests"
                " (chat_id, thread_id, local_date, edition_id, composed_at)"
                " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
                " json_extract(value, '$[2]'), json_extract(value, '$[3]'), ? FROM json_each(?)"
                " RETURNING chat_id, thread_id",
                [to_text(now), json.dumps(rows)],
            ).fetchall()
        )


def _read_due_chat(row: Sequence[Any]) -> DueChat:
    next_due, chat_id, thread_id, *standing = row
    return DueChat((next_due, chat_id, thread_id), _read_standing(next_due, *standing))


@lru_cache(REMEMBERED)
def _read_standing(
    next_due: str,
    next_date: str,
    language: ChatLanguage,
    time_zone: str,
    digest_time: str,
    weekdays: str,
    quiet_from: str | None,
    quiet_to: str | None,
    skip_empty: int,
    length: Length,
    digested_seq: int,
    digest_since: str | None,
    subscriptions: str,
) -> Standing:
    return Standing(
        language=language,
        time_zone=time_zone,
        digest_time=time.fromisoformat(digest_time),
        weekdays=frozenset(map(int, weekdays)),
        quiet=read_quiet(quiet_from, quiet_to),
        skip_empty=bool(skip_empty),
        next_due=from_text(next_due),
        next_date=date.fromisoformat(next_date),
        length=length,
        subscriptions=frozenset(
            Subscription(kind=kind, value=value, follow=bool(follow))
            for kind, value, follow in json.loads(subscriptions)
        ),
        progress=Progress(digested_seq, from_text(digest_since) if digest_since else None),
    )


def _move(turn: Turn, *, counts: bool) -> tuple[object, ...]:
    """What is planned next, and how far the digests got if that counts."""
    since = turn.progress.since
    return (
        to_text(turn.next_due),
        turn.next_date.isoformat(),
        turn.progress.digested_seq if counts else None,
        to_text(since) if counts and since else None,
    )


def _list_deliveries(
    chat: DueChat, digest: Digest, now: datetime
) -> Iterable[tuple[Delivery, int]]:
    """A digest's parts, each behind the one before it, with the numbers of their contents."""
    if digest.is_silent:
        return
    edition, (chat_id, thread_id) = digest.kept.edition, chat.place
    prefix = f"digest:{chat_id}:{thread_id}:{edition.local_date}"
    parts = zip(edition.parts, digest.kept.content_numbers, strict=True)
    for number, (part, content_number) in enumerate(parts, 1):
        delivery = Delivery(
            key=f"{prefix}:{number}",
            chat_id=chat_id,
            thread_id=thread_id,
            content=part,
            priority=Priority.DIGEST,
            follows=f"{prefix}:{number - 1}" if number > 1 else None,
            heeds_quiet=digest.heeds_quiet,
            not_before=now,
        )
        yield delivery, content_number
