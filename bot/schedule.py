"""When a digest is due: from local time and time zone to an instant; pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def due_at(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a local time on a local date.

    A time that comes twice is the first of the two; one that clocks skip moves to the first
    instant after the gap.
    """
    local = datetime.combine(day, at, zone)
    first = local.astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return first
    # In a gap the offset before it gives an instant after it, and the offset after it one before.
    return _find_clock_change(local.replace(fold=1).astimezone(UTC), first, zone)


def next_due(now: datetime, at: time, time_zone: str) -> datetime:
    """The first digest instant (UTC) after ``now``."""
    zone = ZoneInfo(time_zone)
    day = now.astimezone(zone).date()
    candidates = (due_at(day + timedelta(days=number), at, zone) for number in range(4))
    return next(due for due in candidates if due > now)


def _find_clock_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant, to the second, at which the zone's offset changes between two instants."""
    low, high = int(before.timestamp()), int(after.timestamp())
    old = before.astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = datetime.fromtimestamp(middle, zone).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return datetime.fromtimestamp(high, UTC)
