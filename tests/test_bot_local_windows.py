"""Telegram's sliding windows: never too much, and never refused for nothing."""

import itertools
from datetime import timedelta

import httpx
import pytest
import telegram
import telegram.error
from fakes import Clock
from hypothesis import given
from hypothesis import strategies as st
from pictures import make_png

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram
from bot.local.judge import TOLD_TO_WAIT, Violation
from bot.local.windows import Breach, Limits, Rate, Windows
from bot.timer import Timer

GROUP_ID = -100
LIMITS = Limits(overall=Rate(5, 1.0), chat=Rate(2, 1.0), group=Rate(3, 4.0))
# Chats with a negative id are groups here, as on the real server.
WRITES = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(0, 0.3), st.sampled_from([0.25, 0.5, 1.0, 4.0])),
        st.sampled_from([1, 2, 3, -1, -2]),
    ),
    max_size=60,
)


def admit_all(writes: list[tuple[float, int]]) -> tuple[list[tuple[float, int]], list[bool]]:
    """The arrivals of all writes, given the gaps between them, and which were let through."""
    windows, now, arrivals, admitted = Windows(LIMITS), 1_000.0, [], []
    for gap, chat_id in writes:
        now += gap
        arrivals.append((now, chat_id))
        admitted.append(windows.admit(now, chat_id, is_group=chat_id < 0) is None)
    return arrivals, admitted


def is_full(rate: Rate, times: list[float], now: float) -> bool:
    """By counting, as the rule is told: so many lie in the stretch that ends now."""
    return sum(now - time < rate.seconds for time in times) >= rate.count


def has_room(past: list[tuple[float, int]], now: float, chat_id: int) -> bool:
    own = [time for time, chat in past if chat == chat_id]
    return not (
        is_full(LIMITS.overall, [time for time, _ in past], now)
        or is_full(LIMITS.chat, own, now)
        or (chat_id < 0 and is_full(LIMITS.group, own, now))
    )


@given(WRITES)
def test_a_write_is_let_through_exactly_when_every_window_has_room(
    writes: list[tuple[float, int]],
) -> None:
    arrivals, admitted = admit_all(writes)
    for number, (now, chat_id) in enumerate(arrivals):
        past = list(itertools.compress(arrivals[:number], admitted))
        assert admitted[number] == has_room(past, now, chat_id)


@given(WRITES)
def test_no_stretch_of_time_ever_holds_more_than_its_window(
    writes: list[tuple[float, int]],
) -> None:
    let_through = list(itertools.compress(*admit_all(writes)))

    def most(rate: Rate, times: list[float]) -> int:
        return max((sum(0 <= t - s < rate.seconds for t in times) for s in times), default=0)

    assert most(LIMITS.overall, [time for time, _ in let_through]) <= LIMITS.overall.count
    for chat_id in (1, 2, 3, -1, -2):
        own = [time for time, chat in let_through if chat == chat_id]
        assert most(LIMITS.chat, own) <= LIMITS.chat.count
        if chat_id < 0:
            assert most(LIMITS.group, own) <= LIMITS.group.count


@given(WRITES)
def test_whoever_waits_as_told_is_let_through(writes: list[tuple[float, int]]) -> None:
    windows, now = Windows(LIMITS), 1_000.0
    for gap, chat_id in writes:
        now += gap
        breach = windows.admit(now, chat_id, is_group=chat_id < 0)
        if breach:
            assert breach.retry_after >= breach.wait > 0
            now += breach.retry_after
            assert windows.admit(now, chat_id, is_group=chat_id < 0) is None


def test_telegrams_own_windows_are_thirty_a_second_one_a_chat_and_twenty_a_minute_a_group() -> None:
    windows = Windows(Limits())
    assert [windows.admit(0.0, chat, is_group=False) for chat in range(1, 31)] == [None] * 30
    assert windows.admit(0.5, 31, is_group=False) == Breach("overall", 0.5)
    assert windows.admit(1.0, 1, is_group=False) is None
    assert windows.admit(1.75, 1, is_group=False) == Breach("chat", 0.25)
    assert [windows.admit(10.0 + second, -5, is_group=True) for second in range(20)] == [None] * 20
    assert windows.admit(30.0, -5, is_group=True) == Breach("group", 40.0)
    assert windows.admit(70.0, -5, is_group=True) is None


@pytest.mark.parametrize(("count", "seconds"), [(0, 1.0), (-1, 1.0), (True, 1.0), (1.5, 1.0)])
def test_a_window_that_lets_nothing_through_is_refused(count: int, seconds: float) -> None:
    with pytest.raises(ValueError, match="at least one message"):
        Rate(count, seconds)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan")])
def test_a_window_without_a_length_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="a length in seconds"):
        Rate(1, seconds)


# At the server


class Seconds:
    """Seconds that stand still until they are moved."""

    def __init__(self) -> None:
        self.now = 500.0

    def timer(self) -> Timer:
        return Timer(now=lambda: self.now)


async def test_a_server_without_limits_lets_everything_through(
    local: LocalTelegram, clock: Clock
) -> None:
    local.open_chat(READER_ID)
    async with telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot:
        for number in range(40):
            await bot.send_message(READER_ID, f"{number}")
    assert local.violations == []


async def test_a_breach_is_written_down_and_answered_with_the_seconds_to_wait(
    clock: Clock,
) -> None:
    seconds = Seconds()
    async with (
        LocalTelegram(clock=clock, timer=seconds.timer(), limits=Limits()) as local,
        telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
        httpx.AsyncClient(verify=False) as http,
    ):
        local.open_chat(GROUP_ID, "group", "Group")
        for _ in range(20):
            await bot.send_message(GROUP_ID, "x")
            seconds.now += 1.5
        with pytest.raises(telegram.error.RetryAfter) as refused:
            await bot.edit_message_text("y", GROUP_ID, 1)
        clock.advance(days=1)  # the calendar is no measure
        again = await http.post(
            f"{local.base_url}{LOCAL_TOKEN}/sendMessage", json={"chat_id": GROUP_ID, "text": "x"}
        )
        seconds.now += 30.0
        edited = await bot.edit_message_text("y", GROUP_ID, 1)

    assert refused.value.retry_after == timedelta(seconds=30)
    assert (again.status_code, again.headers["Retry-After"]) == (429, "30")
    assert again.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 30",
        "parameters": {"retry_after": 30},
    }
    assert isinstance(edited, telegram.Message)
    assert local.violations == [
        Violation("group", 530.0, GROUP_ID, "editmessagetext", early=30.0),
        Violation(TOLD_TO_WAIT, 530.0, GROUP_ID, "sendmessage", early=30.0, since_told=0.0),
        Violation("group", 530.0, GROUP_ID, "sendmessage", early=30.0),
    ]
    assert len(local.journal) == 20


async def test_only_what_writes_messages_takes_room(clock: Clock) -> None:
    seconds = Seconds()
    async with (
        LocalTelegram(clock=clock, timer=seconds.timer(), limits=Limits()) as local,
        telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
    ):
        local.open_chat(READER_ID)
        await bot.send_message(READER_ID, "x")
        for _ in range(40):
            await bot.send_chat_action(READER_ID, "typing")
            await bot.get_chat(READER_ID)
        await bot.delete_message(READER_ID, 1)
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_document(READER_ID, b"x")
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_photo(READER_ID, make_png())
    early = [each.method for each in local.violations if each.rule != TOLD_TO_WAIT]
    assert early == ["senddocument", "sendphoto"]
