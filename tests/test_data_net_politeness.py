"""What hosts are spared, with a time that stands still."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes import Clock
from hypothesis import given
from hypothesis import strategies as st

from data.net.politeness import LONGEST_WAIT, Politeness, read_retry_after

NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("000120", 120),
        ("Sun, 22 Nov 2026 00:02:00 GMT", 120),
        ("Sunday, 22-Nov-26 00:02:00 GMT", 120),
        ("Sun Nov 22 00:02:00 2026", 120),
        ("Sun, 22 Nov 2026 08:02:00 +0800", 120),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 -0900", 21_600),
        ("86400", 21_600),
        ("9" * 30, 21_600),
        ("9" * 9_000, 21_600),
        (None, 300),
        ("", 300),
        ("-120", 300),
        ("1.5", 300),
        ("soon", 300),
        ("Sun, 99 Nov 2026 00:02:00 GMT", 300),
        ("Sun, 22 Nov 99999 00:02:00 GMT", 300),
    ],
)
def test_a_server_says_in_two_ways_how_long_it_wants_peace(value: str, seconds: float) -> None:
    assert read_retry_after(value, NOW) == timedelta(seconds=seconds)


@given(st.text() | st.datetimes().map(lambda each: each.strftime("%a, %d %b %Y %H:%M:%S GMT")))
def test_whatever_a_server_says_the_wait_is_bearable(value: str) -> None:
    assert timedelta() <= read_retry_after(value, NOW) <= LONGEST_WAIT


class Ticker:
    """Seconds that pass only while someone sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds


@pytest.fixture
def ticker() -> Ticker:
    return Ticker()


@pytest.fixture
def politeness(ticker: Ticker, clock: Clock) -> Politeness:
    return Politeness(0.25, clock, ticker, ticker.sleep)


def test_requests_to_one_host_start_apart(politeness: Politeness, ticker: Ticker) -> None:
    assert politeness.wait_turn("feeds.example") == 0
    ticker.seconds += 0.125
    assert politeness.wait_turn("other.example") == 0
    assert politeness.wait_turn("feeds.example") == 0.125
    assert politeness.wait_turn("feeds.example") == 0.25
    assert ticker.naps == [0.125, 0.25]


def test_our_own_machine_is_asked_at_once(politeness: Politeness, ticker: Ticker) -> None:
    politeness.wait_turn("rsshub")
    politeness.mark_own("rsshub")
    politeness.wait_turn("rsshub")
    assert ticker.naps == []


def test_only_failures_in_a_row_make_us_give_up(politeness: Politeness) -> None:
    politeness.mark_failed("feeds.example")
    politeness.mark_reached("feeds.example")
    politeness.mark_failed("feeds.example")
    assert not politeness.is_given_up("feeds.example")
    politeness.mark_failed("feeds.example")
    assert politeness.is_given_up("feeds.example")
    assert not politeness.is_given_up("other.example")


def test_a_wait_ends_when_its_time_has_passed(politeness: Politeness, clock: Clock) -> None:
    assert politeness.postpone("feeds.example", "60") == 60
    clock.advance(seconds=59)
    assert politeness.find_wait("feeds.example") == 1
    clock.advance(seconds=1)
    assert politeness.find_wait("feeds.example") is None
    assert politeness.find_wait("other.example") is None


def test_waits_of_earlier_runs_are_heeded_and_not_told_again(
    politeness: Politeness, clock: Clock, now: datetime
) -> None:
    politeness.heed({"feeds.example": now + timedelta(minutes=1)})
    assert politeness.find_wait("feeds.example") == 60
    assert politeness.asked_waits == {}
    politeness.postpone("feeds.example", "120")
    assert politeness.find_wait("feeds.example") == 120
    assert politeness.asked_waits == {"feeds.example": now + timedelta(minutes=2)}
