"""When a digest is due and when it is quiet: from local times to instants; pure.

A digest belongs to a local date, and each date that is wanted has one. The date is carried along
with the instant and never derived from it: in Nuuk, 23:30 on the last Saturday of March is
skipped, so that Saturday's digest falls on the first instant of Sunday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from data.models import EVERY_DAY, Chat, Quiet

_DAY = timedelta(days=1)
# The dates of two zones at one instant.
_MOST_APART = timedelta(days=2)
# Dates of a few zones and hours: what all chats that are due together have in common.
_REMEMBERED = 16_384


@dataclass(frozen=True)
class Timetable:
    """At which local time, in which zone and on which weekdays (ISO, 1 to 7) a digest is wanted."""

    at: time
    time_zone: str
    weekdays: frozenset[int] = EVERY_DAY

    @classmethod
    def of(cls, chat: Chat) -> Self:
        """What a chat has set."""
        return cls(chat.digest_time, chat.time_zone, chat.weekdays)


@dataclass(frozen=True)
class Due:
    """The local date that a digest is for, and the instant (UTC) at which it is due."""

    date: date
    at: datetime

    @classmethod
    def of(cls, chat: Chat) -> Self | None:
        """The digest that is planned for a chat, if one is."""
        if chat.next_date is None or chat.next_due is None:
            return None
        return cls(chat.next_date, chat.next_due)


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which clocks show a local time on a local date, or a later one.

    So a time that comes twice is the first of the two, and one that clocks skip moves to the
    first instant after the gap.
    """
    local = datetime.combine(day, at, zone)
    first = local.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return first
    # In a gap the offset before it gives an instant after it, and the offset after it one before.
    return _find_clock_change(local.replace(fold=1).astimezone(UTC), first, zone)


def next_due(timetable: Timetable, now: datetime, after: date | None = None) -> Due:
    """The first digest after ``now``, and for a later date than ``after``.

    Args:
        timetable: what is wanted.
        now: the present.
        after: the date of the last digest: whoever moves the hour on after having had it gets the
            next one on another date. One that is still to come in every zone was composed when
            our clock was wrong, and doesn't count.
    """
    day = now.astimezone(load_zone(timetable.time_zone)).date()
    if after is not None and after <= day + _MOST_APART:
        day = max(day, after + _DAY)
    while True:
        due = _find_due(timetable, day)
        if due is not None and due.at > now:
            return due
        day += _DAY


def plan(chat: Chat, now: datetime, last: date | None) -> Chat:
    """The chat with its next digest planned by its settings, or none if it wants none.

    One that is due already stays due, so that whoever changes the hour while it waits to be
    composed doesn't lose it.

    Args:
        chat: with the settings that count.
        now: the present.
        last: the date of the last digest that was composed.
    """
    planned = Due.of(chat)
    if not chat.subscribed:
        return chat.model_copy(update={"next_due": None, "next_date": None})
    if planned is None or planned.at > now:
        planned = next_due(Timetable.of(chat), now, last)
    return chat.model_copy(update={"next_due": planned.at, "next_date": planned.date})


def choose_digest(
    timetable: Timetable, planned: Due, now: datetime, most_late: timedelta
) -> tuple[Due | None, Due]:
    """What to compose when the time of the planned digest has come, or passed long ago.

    Returns:
        The latest digest that was missed, or None where it is ``most_late`` or more behind and is
        folded into the next; and what is planned next.
    """
    latest = _find_latest(timetable, planned, now)
    is_too_late = now - latest.at >= most_late
    return None if is_too_late else latest, next_due(timetable, now, latest.date)


def quiet_until(quiet: Quiet | None, time_zone: str, now: datetime) -> datetime | None:
    """The instant (UTC) at which the quiet hours end that ``now`` lies in; None outside them.

    Args:
        quiet: local times from and to; over midnight if the second is the earlier.
        time_zone: the chat's.
        now: the present.
    """
    if quiet is None:
        return None
    begins, ends = quiet
    today = now.astimezone(load_zone(time_zone)).date()
    for day in (today - _DAY, today, today + _DAY):
        last = day if begins < ends else day + _DAY
        until = _remember_due_at(last, ends, time_zone)
        if _remember_due_at(day, begins, time_zone) <= now < until:
            return until
    return None


@cache
def load_zone(time_zone: str) -> ZoneInfo:
    """A zone by its name, read once."""
    return ZoneInfo(time_zone)


def _find_latest(timetable: Timetable, planned: Due, now: datetime) -> Due:
    """The last digest due by now, and not before the planned one."""
    # Clocks set back over midnight return to the day before the one whose digest was due.
    day = now.astimezone(load_zone(timetable.time_zone)).date() + _DAY
    while day > planned.date:
        due = _find_due(timetable, day)
        if due is not None and due.at <= now:
            return due
        day -= _DAY
    return planned


@lru_cache(_REMEMBERED)
def _find_due(timetable: Timetable, day: date) -> Due | None:
    """The digest of a date; None if none is wanted or clocks skip the whole date."""
    if day.isoweekday() not in timetable.weekdays:
        return None
    zone = load_zone(timetable.time_zone)
    if due_at(day, time(), zone).astimezone(zone).date() != day:
        return None
    return Due(day, due_at(day, timetable.at, zone))


@lru_cache(_REMEMBERED)
def _remember_due_at(day: date, at: time, time_zone: str) -> datetime:
    return due_at(day, at, load_zone(time_zone))


def _find_clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant, to the second, at which the zone's offset changes between two instants."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = before.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)
