"""The pace of messages, against a judge that sees only when they arrive."""

import math
import pickle
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.pacing import Pacing

# Rounding of floating point numbers, far below what any clock tells apart.
GRAIN = 1e-9
AT_ONCE = 4
READERS = range(1, 10_000_000)
GROUP = -100

Delays = Callable[[], tuple[float, float]]
"""Seconds from start to arrival, and from arrival to the answer."""


def list_breaches(arrivals: Sequence[float], most: int, seconds: float) -> list[float]:
    """When more than ``most`` messages arrived within less than ``seconds``."""
    in_order = sorted(arrivals)
    return [
        last
        for first, last in zip(in_order, in_order[most:], strict=False)
        if last - first < seconds - GRAIN
    ]


@dataclass
class Run:
    """Sends what is owed, up to four at once, and notes what a server would see."""

    pacing: Pacing
    owed: list[int]
    delays: Delays
    jitter: Callable[[], float] = lambda: 0.0
    now: float = 1000.0
    arrivals: list[tuple[float, int]] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    most_held: int = 0
    _in_flight: dict[int, float] = field(default_factory=dict)

    def go(self, until: float = math.inf) -> None:
        """Until all has been sent and answered, or the time has come."""
        while (self.owed or self._in_flight) and self.now < until:
            self._take_answers()
            self._start_what_may()
            if self.owed or self._in_flight:
                self.now = self._choose_next_moment() + self.jitter()

    def _take_answers(self) -> None:
        for chat_id in [chat for chat, end in self._in_flight.items() if end <= self.now]:
            del self._in_flight[chat_id]
            self.pacing.end(chat_id, self.now)

    def _start_what_may(self) -> None:
        while len(self._in_flight) < AT_ONCE and self.pacing.wait(self.now) <= 0:
            held = set(self.pacing.list_held(self.now))
            self.most_held = max(self.most_held, len(held))
            number = next((n for n, chat in enumerate(self.owed) if chat not in held), None)
            if number is None:
                return
            self._start(self.owed.pop(number))

    def _start(self, chat_id: int) -> None:
        assert chat_id not in self._in_flight
        assert self.pacing.chat_wait(chat_id, self.now) <= 0
        self.pacing.start(chat_id, self.now)
        self.starts.append(self.now)
        to_arrival, to_answer = self.delays()
        self.arrivals.append((self.now + to_arrival, chat_id))
        self._in_flight[chat_id] = self.now + to_arrival + to_answer

    def _choose_next_moment(self) -> float:
        """The next answer, or when something may start: there must be one, or all is stuck."""
        moments = list(self._in_flight.values())
        if len(self._in_flight) < AT_ONCE and self.owed:
            opening = self.pacing.next_opening(self.now)
            wait = self.pacing.wait(self.now)
            if wait > 0 or opening is not None:
                moments.append(self.now + (wait or opening or 0.0))
        return min(moments)


def judge(run: Run, most: int = 30) -> list[float]:
    """Every breach of Telegram's limits in a run."""
    by_chat: dict[int, list[float]] = defaultdict(list)
    for arrival, chat_id in run.arrivals:
        by_chat[chat_id].append(arrival)
    breaches = list_breaches([arrival for arrival, _ in run.arrivals], most, 1.0)
    for chat_id, arrivals in by_chat.items():
        breaches += list_breaches(arrivals, 1, 1.0)
        breaches += list_breaches(arrivals, 20, 60.0) if chat_id < 0 else []
    return breaches


def in_turn(delays: Sequence[tuple[float, float]]) -> Delays:
    turns = cycle(delays)
    return lambda: next(turns)


def list_starts(pacing: Pacing, now: float, seconds: float) -> list[float]:
    """When messages to ever new chats start in so many seconds; each is answered at once."""
    starts: list[float] = []
    chats = iter(READERS)
    end = now + seconds
    while (now := now + pacing.wait(now)) < end:
        chat_id = next(chats)
        pacing.start(chat_id, now)
        pacing.end(chat_id, now)
        starts.append(now)
    return starts


SECONDS = st.one_of(
    st.sampled_from([0.0, 0.01, 0.04, 0.12, 0.16, 0.5, 0.99, 1.0, 3.0]), st.floats(0, 5)
)
DELAYS = st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=12)
RATES = st.one_of(st.sampled_from([25.0, 26.0, 28.0, 30.0]), st.floats(0.5, 30))
# Four are caught on their way, and arrive together with all that has been saved up since.
LATE_TOGETHER = [*[(0.01, 0.01)] * 40, (0.5, 0.0), (0.46, 0.0), (0.42, 0.0), (0.38, 0.0)]


@settings(max_examples=150)
@given(DELAYS, RATES, st.floats(0, 0.1))
@example(LATE_TOGETHER, 30.0, 0.0)
@example(LATE_TOGETHER, 26.0, 0.0)
@example(LATE_TOGETHER, 25.0, 0.0)
def test_no_second_sees_more_than_thirty_arrivals_whatever_the_delays(
    delays: list[tuple[float, float]], rate: float, jitter: float
) -> None:
    run = Run(Pacing(rate), list(READERS[:150]), in_turn(delays), lambda: jitter)
    run.go()
    assert judge(run) == []
    assert len(run.arrivals) == 150


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from([7, 8, GROUP, GROUP - 1]), min_size=1, max_size=80),
    DELAYS,
    st.one_of(st.none(), st.floats(0.5, 1000)),
)
@example([GROUP] * 80, [(0.0, 0.0)], 25.0)
def test_a_chat_keeps_its_own_limits_at_any_rate_and_gets_all_its_messages(
    chats: list[int], delays: list[tuple[float, float]], rate: float | None
) -> None:
    run = Run(Pacing(rate), chats.copy(), in_turn(delays))
    run.go()
    assert sorted(chat for _, chat in run.arrivals) == sorted(chats)
    if rate is not None:
        assert judge(run, most=10**6) == []


def test_the_judge_sees_a_pace_that_is_too_fast() -> None:
    run = Run(Pacing(40), list(READERS[:150]), in_turn([(0.01, 0.01)]))
    run.go()
    assert judge(run)


def test_the_judge_sees_late_arrivals_that_meet_early_ones() -> None:
    """Evenly spaced starts alone, 27 a second, would not keep the limit."""
    starts = [number / 27 for number in range(40)]
    arrivals = [max(start, 5 / 27) for start in starts]
    assert list_breaches(arrivals, 30, 1.0)
    assert not list_breaches(starts, 30, 1.0)


def test_nearly_all_of_the_rate_is_used_although_wake_ups_come_late() -> None:
    chance = random.Random(1)
    run = Run(
        Pacing(25),
        list(READERS[:16_000]),
        lambda: (chance.uniform(0.01, 0.06), chance.uniform(0.01, 0.06)),
        lambda: chance.uniform(0, 0.015),
        now=0.0,
    )
    run.owed.reverse()
    run.go(until=600)
    assert judge(run) == []
    assert len(run.starts) >= 0.97 * 25 * 600


@pytest.mark.parametrize(("rate", "least"), [(30, 0.85), (28, 0.93), (26, 0.97), (10, 0.97)])
def test_other_rates_are_used_as_far_as_the_limit_lets_them(rate: float, least: float) -> None:
    run = Run(Pacing(rate), list(READERS[:4000]), in_turn([(0.05, 0.05)]), lambda: 0.005, now=0.0)
    run.go(until=100)
    assert judge(run) == []
    assert len(run.starts) >= least * rate * 100


def test_a_bot_that_pays_for_it_may_send_a_thousand_a_second() -> None:
    starts = list_starts(Pacing(1000), 0.0, 10)
    assert 9_700 <= len(starts) <= 10_100


def test_a_start_that_comes_late_is_made_up_for_by_one_message_and_no_more() -> None:
    pacing = Pacing(25)
    pacing.start(1, 0.0)
    pacing.start(2, 0.04)
    for chat_id in (1, 2):
        pacing.end(chat_id, 0.05)
    at_once = 0
    while pacing.wait(50.0) <= 0:
        pacing.start(10 + at_once, 50.0)
        at_once += 1
    assert at_once == 2


def test_chats_are_held_while_a_message_is_in_flight_and_a_second_after() -> None:
    pacing = Pacing()
    pacing.start(7, 10.0)
    assert pacing.list_held(500.0) == [7]
    assert pacing.chat_wait(7, 500.0) == math.inf
    assert pacing.next_opening(500.0) is None
    pacing.end(7, 500.0)
    assert pacing.list_held(500.5) == [7]
    assert pacing.chat_wait(7, 500.5) == 0.5
    assert pacing.next_opening(500.25) == 0.75
    assert pacing.list_held(501.0) == []
    assert pacing.chat_wait(7, 501.0) == 0
    assert pacing.next_opening(501.0) is None


def test_a_group_is_held_at_its_twentieth_message_until_the_first_is_a_minute_old() -> None:
    pacing = Pacing()
    for number in range(20):
        assert pacing.chat_wait(GROUP, 2.0 * number) == 0
        pacing.start(GROUP, 2.0 * number)
        pacing.end(GROUP, 2.0 * number)
    assert pacing.list_held(59.5) == [GROUP]
    assert pacing.next_opening(59.5) == 0.5
    assert pacing.list_held(60.0) == []


def test_without_a_pace_only_flights_and_told_waits_count() -> None:
    pacing = Pacing(None)
    for number in range(100):
        pacing.start(number, 0.0)
    assert pacing.wait(0.0) == 0
    assert sorted(pacing.list_held(0.0)) == list(range(100))
    for number in range(100):
        pacing.end(number, 0.0)
    assert pacing.list_held(0.0) == []
    assert pacing.next_opening(0.0) is None
    pacing.remember(1, 0.0, 0.0)
    assert pacing.chat_wait(1, 0.0) == 0
    pacing.hold(3, 0.0)
    assert pacing.rate is None
    assert (pacing.wait(1.0), pacing.wait(3.0)) == (2.0, 0.0)


def test_a_told_wait_holds_everybody_and_then_slows_down() -> None:
    pacing = Pacing(20)
    pacing.start(1, 0.0)
    pacing.hold(7, 0.5)
    pacing.end(1, 0.5)
    assert (pacing.pause(2.5), pacing.wait(2.5), pacing.pause(8.0)) == (5.0, 5.0, 0.0)
    assert pacing.rate == 10
    assert 95 <= len(list_starts(pacing, 0.5, 17)) <= 115


def test_a_shorter_wait_does_not_cut_a_longer_one() -> None:
    pacing = Pacing()
    pacing.hold(60, 0.0)
    pacing.hold(1, 0.0)
    assert pacing.pause(1.0) == 59


@pytest.mark.parametrize(("told", "kept"), [(0, 0), (-5, 0), (3600, 3600), (10**9, 3600)])
def test_a_told_wait_is_kept_up_to_an_hour(told: float, kept: float) -> None:
    pacing = Pacing()
    pacing.hold(told, 100.0)
    assert pacing.wait(100.0) == kept


def test_refusals_of_messages_that_were_in_flight_together_slow_down_once() -> None:
    pacing = Pacing(24)
    for chat_id in range(4):
        pacing.start(chat_id, 0.0)
    for chat_id in range(4):
        pacing.end(chat_id, 0.1 * chat_id)
        pacing.hold(1, 0.1 * chat_id)
    assert pacing.rate == 12
    pacing.start(5, 2.0)
    pacing.hold(1, 2.1)
    assert pacing.rate == pytest.approx(6, abs=0.2)


def test_the_rate_never_falls_below_one_a_second() -> None:
    pacing = Pacing(25)
    for number in range(10):
        pacing.start(number, number)
        pacing.hold(0, number)
    assert pacing.rate == pytest.approx(1, abs=0.2)
    slow = Pacing(0.5)
    slow.hold(0, 0.0)
    assert slow.rate == 0.5


def test_the_rate_recovers_in_a_hundred_seconds_of_sending_but_not_in_silence() -> None:
    pacing = Pacing(20)
    pacing.start(1, 0.0)
    pacing.hold(1, 0.0)
    pacing.end(1, 0.0)
    pacing.start(1, 5000.0)
    pacing.end(1, 5000.0)
    assert pacing.rate == pytest.approx(10, abs=0.2)
    list_starts(pacing, 5002.0, 50)
    assert pacing.rate == pytest.approx(15, abs=0.3)
    list_starts(pacing, 5052.0, 60)
    assert pacing.rate == 20


def test_thirty_on_their_way_let_no_other_start_before_one_has_been_answered_for_a_second() -> None:
    pacing = Pacing(30)
    for number in range(30):
        pacing.start(number, 10.0 * number)
    assert pacing.wait(500.0) == 1.0
    pacing.end(0, 500.0)
    assert pacing.wait(500.25) == 0.75
    assert pacing.wait(501.0) == 0


def test_what_was_sent_before_a_restart_counts() -> None:
    pacing = Pacing()
    pacing.remember(7, 0.25, 0.0)
    pacing.remember(8, 5.0, 0.0)
    for ago in (3, 59, 20, 21, *range(30, 46)):
        pacing.remember(GROUP, ago, 0.0)
    assert sorted(pacing.list_held(0.0)) == [GROUP, 7]
    assert pacing.chat_wait(7, 0.0) == 0.75
    assert pacing.chat_wait(GROUP, 0.0) == 1.0
    for number in range(40):
        pacing.remember(1000 + number, 0.5, 0.0)
    assert pacing.wait(0.0) == 0.5


def test_a_broadcast_to_ever_new_chats_takes_no_more_memory_and_holds_few() -> None:
    chance = random.Random(2)
    owed = [chat * chance.choice([1, 1, 1, -1]) for chat in READERS[:6000]]
    run = Run(Pacing(), owed[::-1], in_turn([(0.03, 0.03)]), now=0.0)
    run.go(until=100)
    early = len(pickle.dumps(run.pacing))
    run.go()
    assert len(run.starts) == 6000
    assert len(pickle.dumps(run.pacing)) < 1.2 * early
    assert run.most_held <= 30


def test_a_crowd_of_busy_groups_holds_about_a_hundred_at_most() -> None:
    owed = [-number for number in range(1, 101) for _ in range(25)]
    run = Run(Pacing(), owed, in_turn([(0.03, 0.03)]), now=0.0)
    run.go()
    assert judge(run) == []
    assert 60 < run.most_held <= 104


@given(st.floats(0, 1e9), st.floats(0, 1e4), st.floats(0, 1), st.sampled_from([7, GROUP]))
@example(0.005076234097900145, 0.04, 0.006265861752898619, 7)
def test_after_a_wait_it_is_time(now: float, told: float, later: float, chat_id: int) -> None:
    """Rounding must not leave a remnant, in which a caller would turn in circles."""
    pacing = Pacing()
    pacing.start(chat_id, now)
    pacing.end(chat_id, now)
    pacing.hold(told, now)
    asked = now + later
    assert pacing.wait(asked + pacing.wait(asked)) == 0
    opening = pacing.next_opening(asked) or 0.0
    assert pacing.list_held(asked + opening) == []


@pytest.mark.parametrize("rate", [0, -1, math.nan])
def test_a_rate_that_would_send_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="would send none"):
        Pacing(rate)
