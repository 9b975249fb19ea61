"""Composing: every wanted date has one digest, and every release comes once."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from fakes import Clock

from bot.composing import PUNCTUAL, SUMMARY_GRACE, Composer
from bot.schedule import Timetable, next_due
from data.kinds import load_kinds
from data.models import CHAT_LANGUAGES, TOPICS, Chat, Length, Release, Subscription, Topic
from data.store.store import Store, open_store
from data.tables import Tables

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 23, tzinfo=UTC)
"""08:00 in Hong Kong, on a Monday."""


@dataclass
class House:
    """A store and what composes in it."""

    store: Store
    clock: Clock
    tables: Tables
    most_late: timedelta = 6 * HOUR
    page_size: int = 250
    wanted: list[str] = field(default_factory=list)

    @property
    def composer(self) -> Composer:
        return Composer(
            self.store,
            self.tables,
            load_kinds(),
            {},
            self.wanted.extend,
            self.clock,
            self.most_late,
            self.page_size,
        )

    def compose(self, now: datetime) -> int:
        self.clock.now = now
        return asyncio.run(self.composer.compose_due())

    def plan(self, chat: Chat, *, forgetful: bool = False) -> Chat:
        """The chat, subscribed to its next digest; for a date that had one, if it forgets that."""
        last = None if forgetful else self.store.chats.get_last_date(chat)
        due = next_due(Timetable.of(chat), self.clock(), last)
        update = {"subscribed": True, "next_due": due.at, "next_date": due.date}
        planned = chat.model_copy(update=update)
        self.store.chats.save(planned)
        return planned

    def add(self, *releases: Release, summarised: bool = True) -> None:
        self.store.releases.save(releases, self.clock())
        for release in releases if summarised else ():
            self.store.releases.save_summaries(release, make_summaries(release), self.clock())

    def list_told(self, chat: Chat) -> dict[date, list[str]]:
        """Date to the ids of the releases that the chat was told."""
        rows = self.store.db.execute(
            "SELECT digests.local_date, release_ids FROM digests"
            " JOIN editions ON editions.id = edition_id WHERE chat_id = ? AND thread_id = ?",
            [chat.id, chat.thread_id],
        )
        return {date.fromisoformat(day): json.loads(ids) for day, ids in rows.fetchall()}

    def list_owed(self, chat: Chat) -> list[str]:
        rows = self.store.db.execute(
            "SELECT key FROM deliveries WHERE chat_id = ? ORDER BY seq", [chat.id]
        )
        return [key for (key,) in rows.fetchall()]


@pytest.fixture
def house(store: Store, tables: Tables) -> House:
    return House(store, Clock(DUE - 20 * HOUR), tables)


def release(number: int, issued_at: datetime, *topics: Topic) -> Release:
    (made,) = make_releases(1, start=issued_at, topics=topics or ("culture",))
    texts = {
        language: text.model_copy(update={"id": f"{text.id}n{number}"})
        for language, text in made.texts.items()
    }
    return made.model_copy(update={"id": f"{made.id}n{number}", "texts": texts})


def test_departments_words_and_what_is_left_out_decide_what_a_digest_tells(house: House) -> None:
    chats = [house.plan(Chat(id=number)) for number in (7, 8, 9, 10)]
    releases = [release(number, DUE - number * HOUR) for number in (1, 2, 3)]
    fires = releases[0].model_copy(update={"department": "FSD"})
    title = releases[1].texts["zh"].model_copy(update={"title": "觀塘碼頭重開"})
    pier = releases[1].model_copy(update={"texts": {**releases[1].texts, "zh": title}})
    house.add(fires, pier, releases[2])
    for chat, *chosen in (
        (chats[0], Subscription(kind="department", value="FSD")),
        (chats[1], Subscription(kind="keyword", value="观塘")),
        (chats[2], Subscription(kind="keyword", value="觀塘", follow=False)),
        (
            chats[3],
            Subscription(kind="topic", value="culture"),
            Subscription(kind="department", value="FSD", follow=False),
        ),
    ):
        for each in chosen:
            house.store.chats.subscribe(chat, each)
    assert house.compose(DUE) == 4
    told = [{*house.list_told(chat)[DUE.date()]} for chat in chats]
    every = {fires.id, pier.id, releases[2].id}
    assert told == [{fires.id}, {pier.id}, every - {pier.id}, every - {fires.id}]


@pytest.mark.parametrize("length", ["headlines", "short", "full"])
def test_a_digest_is_as_long_as_its_chat_wants_and_counts_what_it_folds(
    house: House, length: Length
) -> None:
    chat = house.plan(Chat(id=7, length=length))
    flags = [
        release(number, DUE - number * HOUR).model_copy(update={"kind": "beach_flag"})
        for number in (1, 2, 3)
    ]
    house.add(release(4, DUE - 4 * HOUR), *flags)
    house.compose(DUE)
    assert len(house.list_told(chat)[DUE.date()]) == 4
    content = house.store.deliveries.claim(DUE)
    assert content is not None
    text = content.content.text
    assert text.count("Thirteen lanterns") == {"headlines": 0, "short": 1, "full": 4}[length]
    assert ("Beach flags (3): " in text) == (length != "full")
    buttons = str(content.content.keyboard)
    assert buttons.count("card:") == (4 if length == "full" else 2)
    assert ("full:2026-11-23" in buttons) == (length != "full")


def test_a_digest_comes_at_its_hour_and_once(house: House) -> None:
    chat = house.plan(Chat(id=7))
    house.add(release(1, DUE - 3 * HOUR))
    assert house.compose(DUE - timedelta(seconds=1)) == 0
    assert house.compose(DUE) == 1
    assert house.compose(DUE) == 0
    assert house.compose(DUE + 5 * HOUR) == 0
    assert house.list_owed(chat) == ["digest:7:0:2026-11-23:1"]
    moved = house.store.chats.find(7)
    assert moved is not None
    assert (moved.next_due, moved.next_date) == (DUE + DAY, date(2026, 11, 24))


def test_chats_that_want_the_same_share_it_and_others_have_their_own(house: House) -> None:
    house.add(release(1, DUE - HOUR, "law"), release(2, DUE - 2 * HOUR, "health"))
    for number in range(10):
        house.plan(Chat(id=number))
        follower = house.plan(Chat(id=number, thread_id=1, language="zh-Hant"))
        house.store.chats.set_followed(follower, ["law"])
    assert house.compose(DUE) == 20
    assert house.store.db.execute("SELECT count(*) FROM contents").fetchone() == (2,)
    told = [len(house.list_told(Chat(id=3, thread_id=thread))[DUE.date()]) for thread in (0, 1)]
    assert told == [2, 1]
    texts = {house.store.contents.get(number).text.split(" · ")[0] for number in (1, 2)}
    assert texts == {"<b>Daily digest</b>", "<b>每日摘要</b>"}


def test_late_digests_go_out_for_the_last_date_missed(house: House) -> None:
    chat = house.plan(Chat(id=7))
    house.add(release(1, DUE - HOUR))
    assert house.compose(DUE + 2 * DAY + 5 * HOUR) == 1
    assert list(house.list_told(chat)) == [date(2026, 11, 25)]


def test_what_is_too_late_is_told_by_the_next_digest(house: House) -> None:
    chat = house.plan(Chat(id=7))
    house.add(first := release(1, DUE - HOUR), second := release(2, DUE + 2 * HOUR))
    assert house.compose(DUE + 6 * HOUR) == 0
    assert house.compose(DUE + DAY + 6 * HOUR) == 0
    house.add(third := release(3, DUE + DAY + 6 * HOUR))
    assert house.compose(DUE + 2 * DAY) == 1
    told = {date(2026, 11, 25): [third.id, second.id, first.id]}
    assert house.list_told(chat) == told


def test_none_that_is_late_goes_out_where_none_should_but_a_little_late_is_not_late(
    house: House,
) -> None:
    house = replace(house, most_late=timedelta())
    house.plan(Chat(id=7))
    assert house.compose(DUE + PUNCTUAL - timedelta(seconds=1)) == 1
    assert house.compose(DUE + DAY + PUNCTUAL) == 0


def test_a_first_digest_reaches_back_to_the_weekday_before(house: House) -> None:
    daily, weekly = house.plan(Chat(id=1)), house.plan(Chat(id=2, weekdays=frozenset({1})))
    workdays = house.plan(Chat(id=3, weekdays=frozenset(range(1, 6))))
    hours = (23, 25, 71, 73, 7 * 24 - 1, 7 * 24 + 1)
    house.add(*(release(number, DUE - number * HOUR) for number in hours))
    assert house.compose(DUE) == 3
    counts = [len(house.list_told(chat)[DUE.date()]) for chat in (daily, weekly, workdays)]
    assert counts == [1, 5, 3]


def test_a_digest_waits_for_its_summaries_and_holds_up_no_other(house: House) -> None:
    house = replace(house, page_size=3)
    house.add(release(1, DUE - HOUR, "law"))
    house.add(waited_for := release(2, DUE - HOUR, "health"), summarised=False)
    for number in range(12):
        chat = house.plan(Chat(id=number))
        house.store.chats.set_followed(chat, ["law" if number % 2 else "health"])
    assert house.compose(DUE) == 6
    assert set(house.wanted) == {waited_for.id}
    assert house.compose(DUE + SUMMARY_GRACE - timedelta(seconds=1)) == 0
    house.store.releases.save_summaries(waited_for, make_summaries(waited_for), DUE)
    assert house.compose(DUE + SUMMARY_GRACE - timedelta(seconds=1)) == 6


def test_it_goes_out_without_them_in_the_end(house: House) -> None:
    house.add(release(1, DUE - HOUR), summarised=False)
    house.plan(Chat(id=7))
    assert house.compose(DUE + SUMMARY_GRACE) == 1


def test_an_empty_day_is_told_in_a_line_or_not_at_all(house: House) -> None:
    told, spared = house.plan(Chat(id=1)), house.plan(Chat(id=2, skip_empty=True))
    assert house.compose(DUE) == 2
    assert (len(house.list_owed(told)), house.list_owed(spared)) == (1, [])
    assert house.list_told(told) == house.list_told(spared) == {DUE.date(): []}
    house.add(release(1, DUE + HOUR))
    assert house.compose(DUE + DAY) == 2
    assert len(house.list_owed(spared)) == 1


@pytest.mark.parametrize(
    ("quiet", "late", "heeds"),
    [
        (None, timedelta(), 1),
        ((time(23), time(7)), timedelta(), 1),
        ((time(23), time(9)), timedelta(), 0),
        ((time(23), time(9)), PUNCTUAL, 0),
        ((time(23), time(9)), PUNCTUAL + timedelta(seconds=1), 1),
    ],
)
def test_an_hour_within_quiet_hours_was_chosen_and_what_is_late_wakes_nobody(
    house: House, quiet: tuple[time, time] | None, late: timedelta, heeds: int
) -> None:
    house.plan(Chat(id=7, quiet=quiet))
    assert house.compose(DUE + late) == 1
    assert house.store.db.execute("SELECT heeds_quiet FROM deliveries").fetchone() == (heeds,)


def test_a_release_of_a_later_hour_than_the_present_is_not_passed_over(house: House) -> None:
    chat = house.plan(Chat(id=7))
    house.add(release(1, DUE + HOUR))
    house.add(release(2, DUE - HOUR))
    house.compose(DUE)
    house.compose(DUE + DAY)
    assert [len(ids) for ids in house.list_told(chat).values()] == [2, 0]


async def test_a_change_of_settings_during_composing_counts(house: House) -> None:
    chat = house.plan(Chat(id=7))
    house.add(*(release(number, DUE - HOUR) for number in range(50)))
    house.clock.now = DUE
    composing = asyncio.ensure_future(house.composer.compose_due())
    await asyncio.sleep(0)
    house.store.chats.save(chat.model_copy(update={"language": "zh-Hant"}))
    assert await composing == 1
    contents = house.store.db.execute("SELECT content_id FROM deliveries").fetchall()
    texts = [house.store.contents.get(number).text for (number,) in contents]
    assert all("每日摘要" in text or "部分" in text or "通告" in text for text in texts)
    assert not any("Notice" in text for text in texts)


async def test_others_have_their_turn_at_each_page(house: House) -> None:
    house = replace(house, page_size=10)
    for number in range(200):
        house.plan(Chat(id=number))
    house.clock.now = DUE
    composing = asyncio.ensure_future(house.composer.compose_due())
    counts = []
    while not composing.done():
        await asyncio.sleep(0)
        counts.append(house.store.deliveries.count("due"))
    assert sorted(set(counts)) == list(range(0, 201, 10))


def open_quickly(path: Path) -> Store:
    """A store that outlives a killed process; a power cut is not what is tested."""
    store = open_store(path)
    store.db.execute("PRAGMA synchronous=OFF")
    return store


async def compose_and_die(house: House, steps: int) -> None:
    """Compose, and be cut off after some steps."""
    composing = asyncio.ensure_future(house.composer.compose_due())
    for _ in range(steps):
        await asyncio.sleep(0)
    composing.cancel()
    await asyncio.gather(composing, return_exceptions=True)


@dataclass
class Life:
    """Some days of a bot that is stopped and killed, whose readers change their minds.

    Releases come in up to 20 hours after they were issued: a digest reaches back for longer.
    """

    house: House
    path: Path
    dice: random.Random
    chats: dict[int, Chat] = field(default_factory=dict)
    owed: dict[int, list[str]] = field(default_factory=dict)
    unsummarised: list[Release] = field(default_factory=list)
    known: int = 0

    def begin(self) -> None:
        for number in range(8):
            chat = Chat(id=number, language=self.dice.choice(CHAT_LANGUAGES))
            chat = self.draw_timetable(chat.model_copy(update={"skip_empty": number % 2 == 0}))
            self.chats[number] = self.house.plan(chat)
            self.owed[number] = []
            topics = self.dice.sample(TOPICS, self.dice.randrange(4))
            self.house.store.chats.set_followed(chat, topics)

    def draw_timetable(self, chat: Chat) -> Chat:
        days = self.dice.sample(range(1, 8), self.dice.choice((1, 3, 7, 7, 7)))
        return chat.model_copy(
            update={
                "digest_time": time(self.dice.randrange(24), self.dice.choice((0, 30))),
                "time_zone": self.dice.choice(("Asia/Hong_Kong", "Europe/London", "Asia/Tokyo")),
                "weekdays": frozenset(days),
            }
        )

    def step(self) -> None:
        draw = self.dice.random()
        hours = self.dice.uniform(6, 80) if draw < 0.03 else self.dice.uniform(0, 2)
        self.house.clock.now += hours * HOUR
        if draw < 0.4:
            self.bring_release()
        elif draw < 0.5:
            self.change_timetable()
        elif draw < 0.6 and self.unsummarised:
            made = self.unsummarised.pop()
            self.house.store.releases.save_summaries(made, make_summaries(made), DUE)
        elif draw < 0.7:
            self.die()
        else:
            self.house.compose(self.house.clock())

    def bring_release(self) -> None:
        self.known += 1
        issued_at = self.house.clock() - self.dice.uniform(-2, 20) * HOUR
        topics = self.dice.sample(TOPICS[:8], self.dice.randrange(3))
        made = release(self.known, issued_at.replace(microsecond=0), *topics)
        made = made.model_copy(update={"topics": tuple(topics)})
        summarised = self.dice.random() < 0.7
        self.house.add(made, summarised=summarised)
        if not summarised:
            self.unsummarised.append(made)
        for number, chat in self.chats.items():
            followed = self.house.store.chats.list_followed(chat)
            if not followed or set(followed) & set(topics):
                self.owed[number].append(made.id)

    def change_timetable(self) -> None:
        number = self.dice.randrange(8)
        chat = self.draw_timetable(self.chats[number])
        self.chats[number] = self.house.plan(chat, forgetful=self.dice.random() < 0.5)

    def die(self) -> None:
        asyncio.run(compose_and_die(self.house, self.dice.randrange(30)))
        self.house.store.close()
        self.house.store = open_quickly(self.path)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_every_release_comes_to_each_follower_once(
    seed: int, tmp_path: Path, tables: Tables
) -> None:
    path = tmp_path / "life.db"
    house = House(open_quickly(path), Clock(DUE), tables, page_size=2)
    life = Life(house, path, random.Random(seed))
    life.begin()
    # Each chat has had its first digest.
    for _ in range(8 * 5):
        house.compose(house.clock() + 5 * HOUR)
    for _ in range(150):
        life.step()
    for _ in range(9 * 5):
        house.compose(house.clock() + 5 * HOUR)
    for number, chat in life.chats.items():
        told = Counter(each for ids in house.list_told(chat).values() for each in ids)
        assert told == Counter(life.owed[number])
        check_deliveries(house, chat)
    house.store.close()


def check_deliveries(house: House, chat: Chat) -> None:
    """Each date's parts are owed whole, once, and none where there is nothing to tell."""
    days = Counter(key.rsplit(":", 1)[0] for key in house.list_owed(chat))
    for day, ids in house.list_told(chat).items():
        (parts,) = house.store.db.execute(
            "SELECT count(*) FROM digests JOIN edition_parts USING (edition_id)"
            " WHERE chat_id = ? AND local_date = ?",
            [chat.id, day.isoformat()],
        ).fetchone()
        is_silent = chat.skip_empty and not ids
        assert days.pop(f"digest:{chat.id}:0:{day}", 0) == (0 if is_silent else parts)
    assert not days


def fill(store: Store, rows: Iterable[Sequence[object]], followed: Sequence[Topic]) -> None:
    """Many chats at once; every other one follows some topics."""
    store.db.conn.executemany(
        "INSERT INTO chats (id, thread_id, language, time_zone, digest_time, subscribed, next_due,"
        " next_date, status, digested_seq) VALUES (?, 0, ?, 'Asia/Hong_Kong', ?, 1, ?, ?,"
        " 'active', 0)",
        rows,
    )
    store.db.conn.executemany(
        "INSERT INTO subscriptions SELECT id, 0, 'topic', ?, 1 FROM chats WHERE id % 2 = 0",
        [(topic,) for topic in followed],
    )
    store.db.conn.commit()


def test_ten_thousand_chats_have_their_digests_in_one_go(house: House) -> None:
    house.add(*(release(number, DUE - HOUR, TOPICS[number % 9]) for number in range(30)))
    rows = [
        (number, CHAT_LANGUAGES[number % 4], "08:00", "2026-11-23T00:00:00+00:00", "2026-11-23")
        for number in range(1, 10_001)
    ]
    fill(house.store, rows, ("law", "health"))
    assert house.compose(DUE) == 10_000
    (parts,) = house.store.db.execute(
        "SELECT count(*) FROM digests JOIN edition_parts USING (edition_id)"
    ).fetchone()
    assert house.store.deliveries.count("due") == parts
    assert house.store.db.execute("SELECT count(*) FROM editions").fetchone() == (4,)
    assert house.store.digests.list_due(DUE) == []
    assert len(house.store.digests.list_due(DUE + DAY, limit=20_000)) == 10_000


PLANS = (
    ("chats_due", lambda store: store.digests.list_due(DUE, 5)),
    ("deliveries_due", lambda store: store.deliveries.claim(DUE, held=(1, 2))),
    ("deliveries_due", lambda store: store.deliveries.has_due(DUE)),
    ("deliveries_sent", lambda store: store.deliveries.drop_done(DUE)),
    ("deliveries_owed", lambda store: store.deliveries.mark_gone(7, "blocked")),
    ("editions_by_date", lambda store: store.digests.drop_old(DUE.date())),
    ("contents_by_time", lambda store: store.contents.drop_unused(DUE)),
    ("sqlite_autoindex_subscriptions_1", lambda store: store.digests.list_due(DUE, 5)),
)


@pytest.mark.parametrize(("index", "query"), PLANS, ids=range(len(PLANS)))
def test_no_query_of_the_outbox_goes_through_a_whole_table(
    store: Store, index: str, query: object
) -> None:
    said: list[str] = []
    store.db.conn.set_trace_callback(said.append)
    assert callable(query)
    query(store)
    store.db.conn.set_trace_callback(None)
    plans = [
        str(step[3])
        for each in said
        if each.split()[0] in {"SELECT", "UPDATE", "DELETE"}
        for step in store.db.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()
    ]
    assert any(index in plan for plan in plans), plans
    # Those that Telegram refused are few.
    few = ("json_each", "deliveries_refused")
    scans = [plan for plan in plans if plan.startswith("SCAN")]
    assert [scan for scan in scans if not any(each in scan for each in few)] == []
    assert not any("TEMP B-TREE" in plan for plan in plans)
