"""When a digest is due, across every clock change that is planned up to 2030."""

import zoneinfo
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, cycle, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule import (
    Due,
    Timetable,
    choose_digest,
    due_at,
    load_zone,
    next_due,
    quiet_until,
)
from data.models import EVERY_DAY, Chat

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST, LAST = datetime(2025, 12, 25, tzinfo=UTC), datetime(2031, 1, 8, tzinfo=UTC)
REACH = 3
"""Days before and after a clock change that are looked at."""


@dataclass(frozen=True)
class Change:
    """A clock change: in which zone, when, and what clocks showed a minute before and then."""

    zone: str
    at: datetime

    @property
    def shown(self) -> tuple[datetime, datetime]:
        return show(self.at - MINUTE, self.zone) + MINUTE, show(self.at, self.zone)

    @property
    def shape(self) -> tuple[object, ...]:
        """What it has in common with other zones' and other years'."""
        before, after = self.shown
        return after - before, after.time(), after - self.at.replace(tzinfo=None)


def show(moment: datetime, zone: str) -> datetime:
    """What clocks show, without a zone."""
    return moment.astimezone(load_zone(zone)).replace(tzinfo=None)


@cache
def list_changes() -> tuple[Change, ...]:
    """Every clock change of the database in those years, once for zones that go alike.

    Zones without any stand for themselves with an arbitrary moment.
    """
    days = [FIRST + number * DAY for number in range((LAST - FIRST) // DAY)]
    alike: dict[tuple[timedelta | None, ...], str] = {}
    for name in sorted(zoneinfo.available_timezones()):
        zone = ZoneInfo(name)
        alike.setdefault(tuple(day.astimezone(zone).utcoffset() for day in days), name)
    changes = []
    for offsets, name in alike.items():
        changed = [
            find_change(name, days[number])
            for number, (before, after) in enumerate(pairwise(offsets))
            if before != after
        ]
        changes += changed or [Change(name, datetime(2026, 11, 22, 9, 41, tzinfo=UTC))]
    return tuple(changes)


def find_change(name: str, day: datetime) -> Change:
    """The first minute with another offset in the day that begins here."""
    zone = ZoneInfo(name)
    minutes = range(1, 24 * 60 + 1)
    old = day.astimezone(zone).utcoffset()
    number = bisect_left(
        minutes,
        True,
        key=lambda number: (day + number * MINUTE).astimezone(zone).utcoffset() != old,
    )
    return Change(name, day + minutes[number] * MINUTE)


@dataclass(frozen=True)
class Walk:
    """A slow oracle: what clocks show, minute by minute, and the latest they have shown by then."""

    zone: ZoneInfo
    start: datetime
    latest: tuple[datetime, ...]
    dates: frozenset[date]

    def find(self, day: date, at: time) -> datetime:
        """The first minute by which clocks show that or later."""
        shown = datetime.combine(day, at, self.zone)  # compared by what clocks show, in one zone
        return self.start + bisect_left(self.latest, shown) * MINUTE


@cache
def walk(zone_name: str, start: datetime) -> Walk:
    zone = load_zone(zone_name)
    minutes = range((2 * REACH + 3) * 24 * 60)
    shown = [datetime.fromtimestamp(start.timestamp() + 60 * number, zone) for number in minutes]
    dates = frozenset(each.date() for each in shown)
    return Walk(zone, start, tuple(accumulate(shown, max)), dates)


def walk_over(change: Change) -> Walk:
    return walk(change.zone, change.at - (REACH + 1) * DAY)


def list_times(change: Change) -> list[time]:
    """Each half hour, and the minutes about what clocks skip or show twice."""
    times = {time(hour, minute) for hour in range(24) for minute in (0, 30)}
    for edge in change.shown:
        times |= {(edge + number * MINUTE).time() for number in (-1, 0, 1)}
    return sorted(times)


def follow(timetable: Timetable, change: Change) -> Iterator[Due]:
    """One digest after another over a clock change, each asked for when the last one was due."""
    due = next_due(timetable, change.at - REACH * DAY)
    while due.at < change.at + REACH * DAY:
        yield due
        due = next_due(timetable, due.at, due.date)


def list_dates(first: date, last: date) -> list[date]:
    return [first + number * DAY for number in range((last - first).days + 1)]


def test_the_changes_that_are_looked_at_are_those_of_the_database() -> None:
    changes = list_changes()
    assert sum(before != after for before, after in (each.shown for each in changes)) > 250
    spring = [each for each in changes if each.zone == "America/Godthab" and each.at.month == 3]
    assert [each.at.year for each in spring] == [2026, 2027, 2028, 2029, 2030]
    assert spring[0].shown == (datetime(2026, 3, 28, 23), datetime(2026, 3, 29))  # noqa: DTZ001


def test_every_local_date_has_one_digest_in_every_zone_over_every_clock_change() -> None:
    for change in list_changes():
        for at in list_times(change):
            dues = list(follow(Timetable(at, change.zone), change))
            assert len(dues) >= 2 * REACH - 1, (change, at)
            # No zone leaves out a whole date in these years.
            dates = [due.date for due in dues]
            assert dates == list_dates(dates[0], dates[-1]), (change, at)
            assert all(one.at < other.at for one, other in pairwise(dues)), (change, at)
            for due in dues:
                wanted = datetime.combine(due.date, at)
                before, then = (show(each, change.zone) for each in (due.at - MINUTE, due.at))
                assert before < wanted <= then, (change, at, due)


def test_digests_are_due_when_clocks_first_show_their_time_or_a_later_one() -> None:
    """Beside a walk minute by minute, for each kind of clock change."""
    kinds = {change.shape: change for change in list_changes()}
    assert len(kinds) > 60
    for change in kinds.values():
        oracle = walk_over(change)
        for at in list_times(change):
            for due in follow(Timetable(at, change.zone), change):
                assert due.date in oracle.dates
                assert due.at == oracle.find(due.date, at), (change, at, due)


weekday_sets = st.frozensets(st.integers(1, 7), min_size=1)


changes = st.deferred(lambda: st.sampled_from(list_changes()))


@st.composite
def timetables(draw: st.DrawFn) -> tuple[Timetable, Change]:
    change = draw(changes)
    at = draw(st.sampled_from(list_times(change)))
    return Timetable(at, change.zone, draw(weekday_sets)), change


@given(timetables(), st.lists(st.floats(0, 120), min_size=1))
def test_ticks_compose_one_digest_for_each_wanted_date(
    wanted: tuple[Timetable, Change], delays: list[float]
) -> None:
    """A tick about every minute, each some seconds late."""
    timetable, change = wanted
    lateness = cycle(delays)
    planned = next_due(timetable, change.at - 8 * DAY)
    composed = []
    while planned.at < change.at + 8 * DAY:
        now = planned.at + next(lateness) * SECOND
        due, planned = choose_digest(timetable, planned, now, 6 * HOUR)
        assert due is not None
        assert due.at <= now < planned.at
        composed.append(due.date)
    composed.append(planned.date)
    every = list_dates(composed[0], composed[-1])
    assert composed == [day for day in every if day.isoweekday() in timetable.weekdays]


@given(
    timetables(),
    st.lists(st.tuples(st.floats(0, 100), st.booleans()), min_size=1, max_size=20),
    st.integers(1, 48),
)
def test_after_downtime_the_latest_digest_is_sent_or_folded_into_the_next(
    wanted: tuple[Timetable, Change], pauses: list[tuple[float, bool]], most_late: int
) -> None:
    timetable, change = wanted
    now = change.at - 8 * DAY
    planned = next_due(timetable, now)
    last = None
    for hours, is_up in pauses:
        now = planned.at if is_up else max(now, planned.at) + hours * HOUR
        due, following = choose_digest(timetable, planned, now, most_late * HOUR)
        missed = [planned]
        while missed[-1].at <= now:
            missed.append(next_due(timetable, missed[-1].at, missed[-1].date))
        assert following == missed[-1]
        is_late = now - missed[-2].at >= most_late * HOUR
        assert due == (None if is_late else missed[-2])
        assert last is None or due is None or due.date > last.date
        last, planned = due or last, following


def test_whoever_moves_the_hour_on_after_a_digest_gets_the_next_on_another_date() -> None:
    noon = datetime(2026, 11, 23, 4, tzinfo=UTC)
    evening = Timetable(time(20), "Asia/Hong_Kong")
    assert next_due(evening, noon).date == date(2026, 11, 23)
    assert next_due(evening, noon, date(2026, 11, 23)).date == date(2026, 11, 24)
    # The date of the last one may lie ahead after a move to the west.
    honolulu = Timetable(time(20), "Pacific/Honolulu")
    assert next_due(honolulu, noon, date(2026, 11, 23)).date == date(2026, 11, 24)


def test_a_date_that_clocks_leave_out_has_no_digest() -> None:
    samoa = Timetable(time(8), "Pacific/Apia")
    due = next_due(samoa, datetime(2011, 12, 28, tzinfo=UTC))
    dates = []
    for _ in range(4):
        dates.append(due.date.day)
        due = next_due(samoa, due.at, due.date)
    assert dates == [28, 29, 31, 1]


def test_saturdays_digest_stays_saturdays_when_clocks_skip_its_hour() -> None:
    nuuk = Timetable(time(23, 30), "America/Nuuk", frozenset({6}))
    due = next_due(nuuk, datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert due == Due(date(2026, 3, 28), datetime(2026, 3, 29, 1, tzinfo=UTC))
    assert show(due.at, "America/Nuuk") == datetime(2026, 3, 29)  # noqa: DTZ001
    assert next_due(nuuk, due.at - SECOND) == due
    assert next_due(nuuk, due.at, due.date).date == date(2026, 4, 4)


def test_clocks_set_back_over_midnight_bring_no_digest_again_and_stay_quiet() -> None:
    """In St John's it was 00:01 on Sunday, 7 November 2010, and then 23:01 on Saturday again."""
    midnight = Timetable(time(0), "America/St_Johns")
    planned = Due(date(2010, 11, 6), datetime(2010, 11, 6, 2, 30, tzinfo=UTC))
    sundays = Due(date(2010, 11, 7), datetime(2010, 11, 7, 2, 30, tzinfo=UTC))
    now = sundays.at + 5 * MINUTE
    assert show(now, midnight.time_zone) == datetime(2010, 11, 6, 23, 5)  # noqa: DTZ001
    due, upcoming = choose_digest(midnight, planned, now, HOUR)
    assert due == sundays
    assert upcoming.date == date(2010, 11, 8)
    morning = datetime(2010, 11, 7, 10, 30, tzinfo=UTC)
    assert quiet_until((time(0), time(7)), midnight.time_zone, now) == morning


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
    due = next_due(Timetable(at, zone), datetime.fromisoformat(now))
    assert due.at == datetime.fromisoformat(expected)


def test_weekly_and_weekday_digests_come_on_their_days() -> None:
    saturday = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
    weekdays = Timetable(time(8), "Asia/Hong_Kong", frozenset(range(1, 6)))
    assert next_due(weekdays, saturday).date == date(2026, 11, 23)
    weekly = Timetable(time(8), "Asia/Hong_Kong", frozenset({6}))
    assert next_due(weekly, saturday).date == date(2026, 11, 28)
    assert next_due(weekly, saturday - SECOND).date == date(2026, 11, 21)


def test_a_chats_timetable_and_plan_are_its_settings() -> None:
    chat = Chat(id=7, digest_time=time(7, 5), weekdays=frozenset({1}), time_zone="Europe/London")
    assert Timetable.of(chat) == Timetable(time(7, 5), "Europe/London", frozenset({1}))
    assert Timetable.of(Chat(id=7)).weekdays == EVERY_DAY
    assert Due.of(chat) is None
    at = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
    planned = chat.model_copy(update={"next_due": at, "next_date": date(2026, 11, 23)})
    assert Due.of(planned) == Due(date(2026, 11, 23), at)


NIGHT, NOON = (time(23), time(7)), (time(12), time(13, 30))


@pytest.mark.parametrize(
    ("quiet", "zone", "now", "until"),
    [
        (None, "Asia/Hong_Kong", "2026-11-22T16:00", None),
        (NIGHT, "Asia/Hong_Kong", "2026-11-22T14:59", None),
        (NIGHT, "Asia/Hong_Kong", "2026-11-22T15:00", "2026-11-22T23:00"),
        (NIGHT, "Asia/Hong_Kong", "2026-11-22T16:30", "2026-11-22T23:00"),
        (NIGHT, "Asia/Hong_Kong", "2026-11-22T22:59:59", "2026-11-22T23:00"),
        (NIGHT, "Asia/Hong_Kong", "2026-11-22T23:00", None),
        (NOON, "Asia/Hong_Kong", "2026-11-22T04:00", "2026-11-22T05:30"),
        (NOON, "Asia/Hong_Kong", "2026-11-22T05:30", None),
        # London's night of 29 March 2026 is an hour short, that of 25 October an hour long.
        (NIGHT, "Europe/London", "2026-03-29T00:30", "2026-03-29T06:00"),
        (NIGHT, "Europe/London", "2026-10-25T01:30", "2026-10-25T07:00"),
        # It ends at the first of two 01:30, and what comes after that is not quiet.
        ((time(22), time(1, 30)), "Europe/London", "2026-10-25T00:29", "2026-10-25T00:30"),
        ((time(22), time(1, 30)), "Europe/London", "2026-10-25T01:15", None),
        # 01:30 is skipped: it ends with the gap.
        ((time(22), time(1, 30)), "Europe/London", "2026-03-29T00:59", "2026-03-29T01:00"),
        ((time(1, 10), time(1, 50)), "Europe/London", "2026-03-29T01:00", None),
    ],
)
def test_quiet_hours_end(
    quiet: tuple[time, time] | None, zone: str, now: str, until: str | None
) -> None:
    end = quiet_until(quiet, zone, datetime.fromisoformat(f"{now}+00:00"))
    assert end == (until and datetime.fromisoformat(f"{until}+00:00"))


@given(
    changes,
    st.integers(-2 * 24 * 60, 2 * 24 * 60),
    st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda ends: ends[0] != ends[1]),
)
def test_quiet_hours_are_those_of_a_walk_minute_by_minute(
    change: Change, minutes: int, quarters: tuple[int, int]
) -> None:
    begins, ends = (time(*divmod(15 * quarter, 60)) for quarter in quarters)
    now, oracle = change.at + minutes * MINUTE, walk_over(change)
    today = show(now, change.zone).date()
    expected = None
    for day in list_dates(today - DAY, today + DAY):
        until = oracle.find(day if begins < ends else day + DAY, ends)
        if oracle.find(day, begins) <= now < until:
            expected = until
    assert quiet_until((begins, ends), change.zone, now) == expected


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    zone = ZoneInfo("Europe/London")
    first = due_at(date(2026, 10, 25), time(1, 30), zone)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
