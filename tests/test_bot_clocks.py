"""Clocks that jump: the ticks go on, and what was put off by a wrong clock comes all the same."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from factories import make_releases, make_summaries
from fakes import Clock, QuickTime
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk, open_talk

from bot.clocks import LARGEST_DRIFT, Every, Reading, find_jump, run_now, watch_clock
from bot.composing import Composer
from bot.jobs import EARLIEST
from bot.local import READER_ID
from bot.schedule import Timetable, next_due, plan
from bot.timer import Timer
from data.kinds import load_kinds
from data.models import CHAT_LANGUAGES, Chat, Content, Delivery, Priority
from data.store.store import Store
from data.tables import Tables

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 23, tzinfo=UTC)
"""08:00 in Hong Kong, on a Monday."""


@given(st.floats(0, 1e6), st.integers(-(10**8), 10**8))
def test_a_jump_is_what_the_wall_clock_moved_more_or_less_than_time_passed(
    passed: float, seconds: int
) -> None:
    jump, wall = timedelta(seconds=seconds), timedelta(seconds=passed)
    found = find_jump(Reading(DUE, 7.0), Reading(DUE + wall + jump, 7.0 + passed))
    if found is None:
        assert abs(jump) <= LARGEST_DRIFT + timedelta(milliseconds=1)
    else:
        assert abs(found - jump) < timedelta(milliseconds=1)
        assert abs(jump) >= LARGEST_DRIFT


@dataclass
class Days:
    """A wall clock that goes with a quick time, and is set anew at some of the waits.

    Attributes:
        jumps: for each wait, how far the clock is set meanwhile; the watch ends after them.
    """

    wall: Clock
    jumps: Iterator[timedelta]
    time: QuickTime = field(default_factory=QuickTime)

    def timer(self) -> Timer:
        return Timer(now=lambda: self.time.seconds, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        jump = next(self.jumps, None)
        if jump is None:
            raise asyncio.CancelledError
        await self.time.sleep(seconds)
        self.wall.now += timedelta(seconds=seconds) + jump


async def test_each_jump_is_noticed_once_and_a_clock_put_right_gently_is_none() -> None:
    jumps = [0 * DAY, SECOND, -5 * HOUR, 0 * DAY, 365 * DAY, -365 * DAY, -3 * SECOND, -6 * SECOND]
    days, noticed = Days(Clock(DUE), iter(jumps)), []
    with suppress(asyncio.CancelledError):
        await watch_clock(days.wall, days.timer(), lambda: noticed.append(days.wall.now))
    moments = [DUE + number * 10 * SECOND + sum(jumps[:number], 0 * DAY) for number in (3, 5, 6, 8)]
    assert noticed == moments


async def test_after_a_jump_back_ticks_that_were_hours_ahead_run_at_once_and_go_on() -> None:
    scheduler, ran = AsyncIOScheduler(timezone="UTC"), asyncio.Queue[str]()

    async def tick(name: str) -> None:
        ran.put_nowait(name)

    for name, interval in (("often", SECOND / 20), ("seldom", 8 * HOUR)):
        later = datetime.now(UTC) + 5 * HOUR
        scheduler.add_job(tick, Every(interval), [name], id=name, next_run_time=later)
    scheduler.start()
    days = Days(Clock(DUE), iter([0 * DAY, -5 * HOUR]))
    try:
        with suppress(asyncio.CancelledError):
            await watch_clock(days.wall, days.timer(), lambda: run_now(scheduler))
        names = [await ran.get() for _ in range(6)]
        planned = scheduler.get_job("seldom").next_run_time
    finally:
        scheduler.shutdown(wait=False)
    assert Counter(names) == {"often": 5, "seldom": 1}
    assert planned > datetime.now(UTC) + 7 * HOUR


async def test_a_year_of_missed_ticks_is_one_tick() -> None:
    scheduler, ran = AsyncIOScheduler(timezone="UTC"), asyncio.Queue[None]()
    trigger = Every(5 * SECOND)
    assert trigger.get_next_fire_time(DUE - 365 * DAY, DUE) == DUE + 5 * SECOND
    options = {"coalesce": False, "misfire_grace_time": None}
    missed = datetime.now(UTC) - 365 * DAY
    scheduler.add_job(ran.put, trigger, [None], next_run_time=missed, **options)
    scheduler.start()
    try:
        await ran.get()
        await asyncio.sleep(0)
        assert ran.empty()
    finally:
        scheduler.shutdown(wait=False)


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


async def test_every_tick_of_the_bot_runs_again_at_once(talk: Talk) -> None:
    scheduler, ran = talk.app.jobs.schedule(5), Counter[str]()
    enough = asyncio.Event()

    def count(event: object) -> None:
        ran[scheduler.get_job(event.job_id).name] += 1  # type: ignore[attr-defined]
        if len(ran) == len(scheduler.get_jobs()):
            enough.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    scheduler.start()
    try:
        await enough.wait()
        for job in scheduler.get_jobs():
            job.modify(next_run_time=datetime.now(UTC) + 5 * HOUR)
        ran.clear()
        enough.clear()
        run_now(scheduler)
        await enough.wait()
    finally:
        scheduler.shutdown(wait=False)
    names = ("ingest", "summarize", "compose", "alert", "announce", "correct", "prune", "mend")
    assert {name.rpartition(".")[2] for name in ran} == {*names}


def find_planned(talk: Talk) -> date | None:
    chat = talk.app.store.chats.find(READER_ID)
    assert chat is not None
    return chat.next_date


async def digest(talk: Talk, at: datetime) -> list[str]:
    talk.clock.now = at
    await talk.app.jobs.compose()
    await talk.app.sender.deliver_due()
    return [message.text for message in await talk.settle()]


def add(store: Store, number: int, now: datetime) -> str:
    """A release that comes in now, with its summaries."""
    (made,) = make_releases(1, start=now)
    texts = {
        language: text.model_copy(update={"id": f"{text.id}n{number}"})
        for language, text in made.texts.items()
    }
    release = made.model_copy(update={"id": f"{made.id}n{number}", "texts": texts})
    store.releases.save([release], now)
    store.releases.save_summaries(release, make_summaries(release), now)
    return release.id


@pytest.mark.parametrize("jump", [25 * HOUR, 3 * DAY, 8 * DAY, 365 * DAY])
async def test_who_got_a_digest_by_a_clock_far_ahead_gets_the_next_on_the_next_day(
    talk: Talk, jump: timedelta
) -> None:
    await talk.say("/subscribe")
    add(talk.app.store, 1, DUE - HOUR)
    assert len(await digest(talk, DUE)) == 1
    add(talk.app.store, 2, DUE + HOUR)
    (ahead,) = await digest(talk, DUE + jump + HOUR)
    assert "1 release" in ahead
    # The clock is right again.
    talk.clock.now = DUE + 2 * HOUR
    assert await talk.app.jobs.mend() > 0
    assert await talk.app.jobs.mend() == 0
    add(talk.app.store, 3, DUE + 3 * HOUR)
    assert await digest(talk, DUE + DAY - SECOND) == []
    # The date of the one that came by a clock ahead has had its digest.
    coming = DUE + (2 if jump < 2 * DAY else 1) * DAY
    (said,) = await digest(talk, coming)
    assert "1 release" in said
    assert await digest(talk, coming + HOUR) == []


async def test_a_reader_who_changes_the_hour_is_not_put_off_for_a_year(talk: Talk) -> None:
    await talk.say("/subscribe")
    assert len(await digest(talk, DUE + 365 * DAY)) == 1
    talk.clock.now = DUE + HOUR
    (answer,) = await talk.say("/subscribe 20:00")
    assert "23 November 2026" in answer.text


async def test_who_had_todays_digest_already_gets_no_other_today(talk: Talk) -> None:
    await talk.say("/subscribe")
    assert len(await digest(talk, DUE)) == 1
    await talk.say("/subscribe 20:00")
    assert len(await digest(talk, DUE + 365 * DAY + 13 * HOUR)) == 1
    talk.clock.now = DUE + HOUR
    assert await talk.app.jobs.mend() > 0
    assert find_planned(talk) == date(2026, 11, 24)


async def test_a_machine_that_has_not_heard_the_time_plans_nothing_anew(talk: Talk) -> None:
    await talk.say("/subscribe")
    before = find_planned(talk)
    talk.clock.now = EARLIEST - SECOND
    assert await talk.app.jobs.mend() == 0
    assert find_planned(talk) == before


def test_a_last_digest_still_to_come_in_every_zone_does_not_count() -> None:
    honolulu, noon = Timetable(time(20), "Pacific/Honolulu"), DUE + 4 * HOUR
    # There it is the 22nd.
    assert next_due(honolulu, noon, date(2026, 11, 24)).date == date(2026, 11, 25)
    assert next_due(honolulu, noon, date(2026, 11, 25)) == next_due(honolulu, noon)


@dataclass
class Life:
    """Chats with all sorts of timetables, whose readers change them now and then."""

    store: Store
    tables: Tables
    chance: Random
    clock: Clock
    come: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.composer = Composer(
            self.store,
            self.tables,
            load_kinds(),
            {},
            lambda _: None,
            self.clock,
            6 * HOUR,
            page_size=7,
        )
        for number in range(40):
            self.settle(Chat(id=number, language=self.chance.choice(CHAT_LANGUAGES)))

    def settle(self, chat: Chat) -> None:
        chance = self.chance
        settings = {
            "subscribed": True,
            "time_zone": chance.choice(
                ["Asia/Hong_Kong", "Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
            ),
            "digest_time": time(chance.randrange(24), chance.choice((0, 30))),
            "weekdays": frozenset(chance.sample(range(1, 8), chance.choice((1, 5, 7, 7, 7)))),
        }
        last = self.store.chats.get_last_date(chat)
        self.store.chats.save(plan(chat.model_copy(update=settings), self.clock(), last))

    async def go_on(self) -> None:
        """A few hours; a release comes in, digests are composed, a reader changes a timetable."""
        self.clock.now += self.chance.choice((0.01, 1, 3, 9)) * HOUR
        self.come.append(add(self.store, len(self.come), self.clock()))
        await self.composer.compose_due()
        chat = self.store.chats.find(self.chance.randrange(40))
        if chat is not None and self.chance.random() < 0.3:
            self.settle(chat)

    def list_told(self) -> Counter[tuple[int, str]]:
        rows = self.store.db.execute(
            "SELECT chat_id, release_ids FROM digests JOIN editions ON editions.id = edition_id"
        ).fetchall()
        return Counter((chat_id, name) for chat_id, names in rows for name in json.loads(names))

    def list_waits(self) -> list[timedelta]:
        return [
            chat.next_due - self.clock()
            for number in range(40)
            if (chat := self.store.chats.find(number)) is not None
            and chat.next_due is not None
            and len(chat.weekdays) == 7
        ]


@pytest.fixture
def life(store: Store, tables: Tables) -> Life:
    # Clocks in London change on 25 October.
    return Life(store, tables, Random(7), Clock(datetime(2026, 10, 15, tzinfo=UTC)))


async def test_what_a_right_clock_has_planned_is_left_alone(life: Life) -> None:
    for _ in range(100):
        await life.go_on()
        assert await life.composer.plan_anew() == 0


async def test_with_a_clock_that_jumps_no_release_is_lost_or_told_twice_and_none_waits_long(
    life: Life,
) -> None:
    moved = 0
    for _ in range(25):
        for _ in range(4):
            await life.go_on()
        jump = life.chance.choice((2 * HOUR, 30 * HOUR, 4 * DAY, 400 * DAY))
        life.clock.now += jump
        await life.composer.compose_due()
        life.clock.now -= jump
        moved += await life.composer.plan_anew()
        # Tomorrow's can have come already, and tomorrow is a day more in another zone.
        assert max(life.list_waits()) <= 4 * DAY
    assert moved > 500
    for _ in range(60):  # longer than a week, so that all have had another digest
        life.clock.now += 4 * HOUR
        await life.composer.compose_due()
    told = life.list_told()
    assert set(told.values()) == {1}
    assert set(told) == {(number, name) for number in range(40) for name in life.come}


def owe(store: Store, key: str, priority: Priority, not_before: datetime) -> None:
    delivery = Delivery(
        key=key,
        chat_id=1,
        thread_id=0,
        content=Content.of(key),
        priority=priority,
        not_before=not_before,
    )
    store.deliveries.owe([delivery], not_before)


def test_what_waits_longer_than_anything_may_goes_now(store: Store, now: datetime) -> None:
    waits = {
        "answer an hour": (Priority.ANSWER, HOUR),
        "answer 5 hours": (Priority.ANSWER, 5 * HOUR),
        "alert 5 hours": (Priority.ALERT, 5 * HOUR),
        "digest quiet": (Priority.DIGEST, 20 * HOUR),
        "digest a day": (Priority.DIGEST, 26 * HOUR),
        "digest a year": (Priority.DIGEST, 365 * DAY),
    }
    for key, (priority, wait) in waits.items():
        owe(store, key, priority, now + wait)
    assert [store.moments.bring_back(now, 1) for _ in range(3)] == [3, 1, 0]
    going = []
    while (claimed := store.deliveries.claim(now)) is not None:
        going.append(claimed.key)
    assert going == ["answer 5 hours", "alert 5 hours", "digest a day", "digest a year"]


def test_what_was_sent_by_a_clock_ahead_is_forgotten_in_its_time(
    store: Store, now: datetime
) -> None:
    owe(store, "sent", Priority.ANSWER, now)
    store.deliveries.mark_sent(1, 5, now + 365 * DAY)
    assert store.moments.bring_back(now) == 1
    assert store.deliveries.list_sent_since(now - DAY) == [(1, now)]


def test_sites_and_pages_are_asked_again_soon(store: Store, now: datetime) -> None:
    store.feeds.mark_waits({"a.example": now + 6 * HOUR, "b.example": now + 365 * DAY})
    assert store.moments.bring_back(now) == 1
    assert list(store.feeds.list_waits(now)) == ["a.example"]
