"""When a digest is due, across clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import due_at, next_due


@pytest.mark.parametrize(
    ("now", "at", "zone", "expected"),
    [
        ("2026-11-21T23:59:59+00:00", time(8), "Asia/Hong_Kong", "2026-11-22T00:00:00+00:00"),
        ("2026-11-22T00:00:00+00:00", time(8), "Asia/Hong_Kong", "2026-11-23T00:00:00+00:00"),
        ("2026-11-22T12:00:00+00:00", time(23, 30), "Asia/Hong_Kong", "2026-11-22T15:30:00+00:00"),
        # London's clocks skip 01:00 to 02:00 on 29 March 2026, and repeat it on 25 October.
        ("2026-03-28T12:00:00+00:00", time(1, 30), "Europe/London", "2026-03-29T01:00:00+00:00"),
        ("2026-10-24T12:00:00+00:00", time(1, 30), "Europe/London", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25T00:30:00+00:00", time(1, 30), "Europe/London", "2026-10-26T01:30:00+00:00"),
        # In Cairo midnight itself is skipped on 24 April 2026.
        ("2026-04-23T12:00:00+00:00", time(0), "Africa/Cairo", "2026-04-23T22:00:00+00:00"),
    ],
)
def test_the_next_digest_is_due(now: str, at: time, zone: str, expected: str) -> None:
    assert next_due(datetime.fromisoformat(now), at, zone) == datetime.fromisoformat(expected)


FIRST, LAST = datetime(2026, 1, 1), datetime(2030, 12, 31)  # noqa: DTZ001  # zone added below
zones = st.sampled_from(
    ["Asia/Hong_Kong", "Europe/London", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe"]
)


@given(
    st.datetimes(FIRST, LAST),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zones,
)
def test_a_digest_is_due_within_a_day_and_at_its_hour(naive: datetime, at: time, zone: str) -> None:
    now = naive.replace(tzinfo=UTC)
    due = next_due(now, at, zone)
    assert now < due <= now + timedelta(hours=26)
    local = due.astimezone(ZoneInfo(zone))
    assert local.time() >= at


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), zones)
def test_a_skipped_time_is_made_up_for_at_the_first_instant_after_the_gap(
    day: date, zone: str
) -> None:
    for hour in range(24):
        due = due_at(day, time(hour, 30), ZoneInfo(zone))
        local = due.astimezone(ZoneInfo(zone))
        if local.time() != time(hour, 30):
            before = (due - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
            assert before.utcoffset() != local.utcoffset()
            assert local.date() == day
