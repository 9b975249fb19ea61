"""The inbox: nothing lost, each chat in order, no chat waiting for another, each update once."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from factories import make_releases, make_summaries
from fakes import Clock, QuickTime
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import MisbehavingServer, Wire, answer
from talk import Talk, open_talk
from telegram import Update
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from bot.commands import list_menu
from bot.inbox import ALLOWED_UPDATES, MOST_AT_ONCE, MOST_TRIES, Inbox, read_updates
from bot.local import READER_ID
from bot.local.faults import HANG, make_flood
from bot.local.plans import InOrder
from bot.pacing import Pacing
from bot.pauses import Pauses
from bot.transport import AiohttpRequest
from data.models import Priority
from data.store.store import Store

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
GROUP = -500


def make_update(number: int, chat_id: int = 1) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private", "first_name": "Reader"}
    message = {"message_id": number, "date": 1_795_305_600, "chat": chat, "text": "hi"}
    return {"update_id": number, "message": message}


def ok(result: object) -> bytes:
    return answer(json.dumps({"ok": True, "result": result}).encode())


ME = ok({"id": 1, "is_bot": True, "first_name": "Bot", "username": "a_bot"})


@dataclass
class Server:
    """A Bot API that answers getUpdates with what it is given, and then with silence."""

    answers: list[bytes] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    async def play(self, wire: Wire) -> None:
        while True:
            target = urlsplit((await wire.hear()).head.decode().split(" ")[1])
            if target.path.endswith("/getMe"):
                await wire.say(ME)
                continue
            values = parse_qs(target.query)
            self.queries.append({name: unquote(value) for name, (value,) in values.items()})
            if not self.answers:
                await wire.hang()
            await wire.say(self.answers.pop(0))


@dataclass
class Bench:
    """An inbox between a server that obeys and handlers that do what the test says."""

    server: Server
    inbox: Inbox
    store: Store
    clock: Clock
    quick: QuickTime
    pacing: Pacing
    again: Callable[[], Inbox]
    seen: list[int] = field(default_factory=list)
    handle: Callable[[Update], Awaitable[None]] | None = None

    async def on_update(self, update: Update, _: object) -> None:
        self.seen.append(update.update_id)
        if self.handle is not None:
            await self.handle(update)

    def list_waiting(self) -> list[int]:
        rows = self.store.db.execute("SELECT id FROM updates WHERE handled = 0 ORDER BY id")
        return [number for (number,) in rows.fetchall()]

    def count_tries(self) -> dict[int, int]:
        rows = self.store.db.execute("SELECT id, tries FROM updates WHERE handled = 0")
        return dict(rows.fetchall())


@asynccontextmanager
async def open_bench(store: Store, clock: Clock) -> AsyncIterator[Bench]:
    server, quick, pacing = Server(), QuickTime(), Pacing()
    async with MisbehavingServer(server.play) as http:
        pauses = Pauses(pacing, quick.timer())
        builder = ApplicationBuilder().token("1:a").updater(None).rate_limiter(pauses)
        builder = builder.base_url(f"{http.url}/bot").request(AiohttpRequest())
        application: AnyApplication = builder.build()

        def build() -> Inbox:
            return Inbox(application, store, clock, pauses, quick.timer())

        bench = Bench(server, build(), store, clock, quick, pacing, build)
        application.add_handler(TypeHandler(Update, bench.on_update))
        await application.initialize()
        try:
            yield bench
        finally:
            await application.shutdown()


@pytest.fixture
async def bench(store: Store, clock: Clock) -> AsyncIterator[Bench]:
    async with open_bench(store, clock) as opened:
        yield opened


async def until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110  # what is waited for is in a database
        await asyncio.sleep(0.005)


# What the server sends.


async def test_updates_are_committed_before_they_are_confirmed(bench: Bench) -> None:
    bench.server.answers += [ok([make_update(7), make_update(8)]), ok([make_update(9)]), ok([])]
    await bench.inbox.fetch()
    assert bench.list_waiting() == [7, 8]
    await bench.inbox.fetch()
    await bench.inbox.fetch()
    assert [query.get("offset") for query in bench.server.queries] == [None, "9", "10"]
    assert json.loads(bench.server.queries[0]["allowed_updates"]) == ALLOWED_UPDATES
    assert await bench.inbox.handle_due() == 3
    assert bench.seen == [7, 8, 9]


async def test_a_fresh_process_asks_without_offset_for_numbers_may_begin_anew(
    bench: Bench,
) -> None:
    bench.server.answers += [ok([make_update(900)]), ok([make_update(3)]), ok([])]
    await bench.inbox.fetch()
    fresh = bench.again()
    await fresh.fetch()
    await fresh.fetch()
    assert [query.get("offset") for query in bench.server.queries] == [None, None, "4"]
    assert bench.list_waiting() == [3, 900]


async def test_so_does_one_that_has_heard_nothing_for_nearly_a_week(bench: Bench) -> None:
    bench.server.answers += [ok([make_update(900)]), ok([]), ok([make_update(3)]), ok([])]
    await bench.inbox.fetch()
    bench.clock.advance(days=5.9)
    await bench.inbox.fetch()
    bench.clock.advance(days=0.2)
    await bench.inbox.fetch()
    await bench.inbox.fetch()
    offsets = [query.get("offset") for query in bench.server.queries]
    assert offsets == [None, "901", None, "4"]


ODD_NUMBERS: tuple[Any, ...] = (None, "5", 5.0, True, -1, 10**30, 2**53, [], {})
ODD_UPDATES: tuple[Any, ...] = (
    *(None, 17, "update", [], {}, [make_update(3)], True),
    *({"update_id": number} for number in ODD_NUMBERS),
)


@given(st.lists(st.sampled_from([*ODD_UPDATES, make_update(1), make_update(2**53 - 1)])))
def test_all_good_updates_are_taken_whatever_stands_beside_them(sent: list[Any]) -> None:
    good = [each for each in sent if each in (make_update(1), make_update(2**53 - 1))]
    assert read_updates(sent) == good


@pytest.mark.parametrize("odd", [None, True, 5, "x", {}, {"update_id": 5}])
def test_what_is_no_list_holds_no_updates(odd: object) -> None:
    assert read_updates(odd) == []


async def test_odd_updates_lose_nothing_good_beside_them_and_are_not_asked_for_again(
    bench: Bench,
) -> None:
    odd = list(ODD_UPDATES)
    bench.server.answers += [ok([*odd, make_update(5), *odd, make_update(4)]), ok([])]
    await bench.inbox.fetch()
    await bench.inbox.fetch()
    assert bench.list_waiting() == [4, 5]
    assert bench.server.queries[-1]["offset"] == "6"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"5",
        b"{}",
        b'{"ok": true}',
        b'{"ok": true, "result": {"update_id": 5}}',
        b'{"ok": true, "result": null}',
        b'{"ok": true, "result": [null, {"update_id": "x"}]}',
        b"\xff\xfe",
    ],
)
async def test_an_answer_that_is_none_is_waited_over_ever_longer_and_survived(
    bench: Bench, body: bytes
) -> None:
    bench.server.answers += [answer(body), answer(body), ok([make_update(5)])]
    begin = bench.quick.seconds
    for _ in range(3):
        await bench.inbox.fetch()
    assert bench.quick.seconds - begin == 3.0  # 1 s, then 2 s
    assert bench.list_waiting() == [5]


async def test_told_to_wait_it_asks_for_nothing_until_then_and_nor_does_the_sender(
    bench: Bench,
) -> None:
    told = {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 40}}
    bench.server.answers += [
        answer(json.dumps(told).encode(), "429 Too Many Requests"),
        ok([make_update(5)]),
    ]
    await bench.inbox.fetch()
    assert bench.pacing.pause(bench.quick.seconds) == 40.0
    begin = bench.quick.seconds
    await bench.inbox.fetch()
    assert bench.quick.seconds - begin == 40.0
    assert bench.list_waiting() == [5]


@pytest.mark.parametrize(
    ("status", "words", "waits"),
    [
        ("409 Conflict", "stop one of the two", [1.0, 2.0]),
        ("401 Unauthorized", "refuses the bot's token", [60.0, 60.0]),
        ("502 Bad Gateway", "can't fetch updates", [1.0, 2.0]),
    ],
)
async def test_a_refusal_is_told_in_the_log_and_waited_over(
    bench: Bench, caplog: pytest.LogCaptureFixture, status: str, words: str, waits: list[float]
) -> None:
    body = json.dumps({"ok": False, "description": status[4:]}).encode()
    bench.server.answers += [answer(body, status)] * 2
    for expected in waits:
        begin = bench.quick.seconds
        await bench.inbox.fetch()
        assert bench.quick.seconds - begin == expected
    assert words in caplog.text


# In which order they are handled.


async def test_each_chats_updates_are_handled_in_order_and_no_chat_waits_for_another(
    bench: Bench,
) -> None:
    gate = asyncio.Event()

    async def hold_first_chat(update: Update) -> None:
        if update.effective_chat and update.effective_chat.id == 1:
            await gate.wait()

    bench.handle = hold_first_chat
    chats = {10: 1, 11: 1, 12: 2, 13: 1, 14: 2, 15: 3}
    bench.store.updates.save(
        [make_update(number, chat_id) for number, chat_id in chats.items()], bench.clock()
    )
    handling = asyncio.create_task(bench.inbox.handle_due())
    await until(lambda: bench.list_waiting() == [10, 11, 13])
    assert bench.seen[0] == 10
    assert 11 not in bench.seen
    gate.set()
    assert await handling == 6
    assert [number for number in bench.seen if chats[number] == 1] == [10, 11, 13]
    assert [number for number in bench.seen if chats[number] == 2] == [12, 14]
    assert bench.list_waiting() == []


async def test_what_comes_in_while_one_is_slow_is_handled_at_once(bench: Bench) -> None:
    gate = asyncio.Event()

    async def hold_first(update: Update) -> None:
        if update.update_id == 1:
            await gate.wait()

    bench.handle = hold_first
    bench.store.updates.save([make_update(1, 1)], bench.clock())
    handling = asyncio.create_task(bench.inbox.handle_due())
    await until(lambda: bench.seen == [1])
    bench.server.answers.append(ok([make_update(2, 2), make_update(3, 1)]))
    await bench.inbox.fetch()
    await until(lambda: bench.list_waiting() == [1, 3])
    gate.set()
    assert await handling == 3


async def test_no_more_are_in_hand_at_once_than_is_allowed(bench: Bench) -> None:
    gate, in_hand, most = asyncio.Event(), 0, 0

    async def count(_: Update) -> None:
        nonlocal in_hand, most
        in_hand += 1
        most = max(most, in_hand)
        await gate.wait()
        in_hand -= 1

    bench.handle = count
    updates = [make_update(number, number) for number in range(1, 3 * MOST_AT_ONCE)]
    bench.store.updates.save(updates, bench.clock())
    handling = asyncio.create_task(bench.inbox.handle_due())
    await until(lambda: in_hand == MOST_AT_ONCE)
    await asyncio.sleep(0.01)
    assert len(bench.seen) == MOST_AT_ONCE
    gate.set()
    assert await handling == 3 * MOST_AT_ONCE - 1
    assert most == MOST_AT_ONCE


async def test_a_burst_of_one_chat_holds_up_no_other(bench: Bench) -> None:
    burst = [make_update(number, 1) for number in range(1, 201)]
    others = [make_update(number, number) for number in range(201, 211)]
    bench.store.updates.save([*burst, *others], bench.clock())
    assert await bench.inbox.handle_due() == 210
    assert sorted(bench.seen[:11]) == [1, *range(201, 211)]
    assert bench.seen[11:] == list(range(2, 201))


# Faults, crashes and the end.


async def test_a_handler_that_fails_and_an_update_that_cannot_be_read_hold_up_nothing(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(update: Update) -> None:
        if update.update_id == 1:
            raise ArithmeticError("this one is poison")

    bench.handle = fail
    unreadable: list[Any] = [
        {"message": "x"},
        {"message": []},
        {"message": 5},
        {"message": {"date": "x"}},
        {"message": {"text": "no chat"}},
        {"message": {**make_update(1)["message"], "date": 10**300}},
        {"callback_query": {"id": "1", "message": "x"}},
        {"my_chat_member": {"new_chat_member": {"status": "no such"}}},
        *({kind: {}} for kind in ("edited_message", "callback_query", "my_chat_member")),
    ]
    updates = [make_update(1), *({"update_id": n, **u} for n, u in enumerate(unreadable, 2))]
    bench.store.updates.save([*updates, make_update(50)], bench.clock())
    assert await bench.inbox.handle_due() == len(unreadable) + 2
    assert {1, 50} <= set(bench.seen)
    assert bench.list_waiting() == []
    assert "this one is poison" in caplog.text
    assert "can't be read and is left out" in caplog.text


async def test_what_was_in_hand_when_the_process_died_goes_first_and_alone(
    bench: Bench,
) -> None:
    updates = [make_update(number, number) for number in range(1, 7)]
    bench.store.updates.save(updates, bench.clock())
    for number in (4, 6):
        bench.store.updates.begin(number)
    in_hand: set[int] = set()

    async def check(update: Update) -> None:
        in_hand.add(update.update_id)
        await asyncio.sleep(0)
        if update.update_id in {4, 6}:
            assert in_hand == {update.update_id}
        in_hand.discard(update.update_id)

    bench.handle = check
    assert await bench.inbox.handle_due() == 6
    assert bench.seen == [4, 6, 1, 2, 3, 5]


async def test_an_update_that_ends_the_process_each_time_is_given_up_and_told_in_the_log(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.store.updates.save([make_update(1), make_update(2), make_update(3, 3)], bench.clock())
    for _ in range(MOST_TRIES):
        bench.store.updates.begin(1)
    for _ in range(MOST_TRIES - 1):
        bench.store.updates.begin(3)
    with caplog.at_level(logging.ERROR):
        assert await bench.inbox.handle_due() == 3
    assert bench.seen == [3, 2]
    assert f"update 1 ended the process {MOST_TRIES} times" in caplog.text


async def test_told_to_stop_it_finishes_what_is_in_hand_and_begins_nothing(
    bench: Bench,
) -> None:
    gate = asyncio.Event()

    async def hold(_: Update) -> None:
        await gate.wait()

    bench.handle = hold
    bench.store.updates.save(
        [make_update(1, 1), make_update(2, 2), make_update(3, 1)], bench.clock()
    )
    running = asyncio.create_task(bench.inbox.run())
    await until(lambda: bench.seen == [1, 2])
    stopping = asyncio.create_task(bench.inbox.stop(600))
    await asyncio.sleep(0)
    gate.set()
    await stopping
    await running
    assert bench.list_waiting() == [3]
    assert bench.count_tries() == {3: 0}


async def test_what_is_not_finished_in_time_waits_for_the_next_start_and_counts_for_no_try(
    bench: Bench,
) -> None:
    gate = asyncio.Event()

    async def hold(_: Update) -> None:
        await gate.wait()

    bench.handle = hold
    bench.store.updates.save([make_update(1)], bench.clock())
    running = asyncio.create_task(bench.inbox.run())
    await until(lambda: bench.seen == [1])
    await bench.inbox.stop(0)
    await running
    assert bench.count_tries() == {1: 0}
    gate.set()
    assert await bench.again().handle_due() == 1


async def test_stopping_before_it_runs_is_no_error(bench: Bench) -> None:
    await bench.inbox.stop(0)
    bench.store.updates.save([make_update(1)], bench.clock())
    assert await bench.inbox.handle_due() == 0


async def test_it_polls_and_handles_until_it_is_stopped(bench: Bench) -> None:
    bench.server.answers += [ok([make_update(1)]), ok([make_update(2)])]
    running = asyncio.create_task(bench.inbox.run())
    await until(lambda: bench.seen == [1, 2] and not bench.list_waiting())
    await bench.inbox.stop(600)
    await running


async def test_a_database_that_fails_for_a_while_is_waited_for(bench: Bench) -> None:
    bench.store.updates.save([make_update(1)], bench.clock())
    bench.store.db.execute("ALTER TABLE updates RENAME TO hidden")
    running = asyncio.create_task(bench.inbox.run())
    begin = bench.quick.seconds
    await until(lambda: bench.quick.seconds > begin + 3)
    bench.store.db.execute("ALTER TABLE hidden RENAME TO updates")
    await until(lambda: bench.seen == [1] and not bench.list_waiting())
    await bench.inbox.stop(600)
    await running


# Whole conversations: each update is answered once, wherever the process dies.


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now, admin_ids=str(READER_ID)) as opened:
        releases = make_releases(6, topics=("health",))
        opened.app.store.releases.save(releases, opened.clock())
        for release in releases:
            summaries = make_summaries(release)
            opened.app.store.releases.save_summaries(release, summaries, opened.clock())
        yield opened


def list_requests() -> list[str]:
    """Every command, bare and with what one may type behind it."""
    more = {
        "latest": ("3", "2 health", "none"),
        "digest": ("yesterday", "nonsense"),
        "search": ("notice", "<b>"),
        "follow": ("FSD", "Kwun Tong", "x"),
        "mute": ("beach",),
        "unfollow": ("beach", "nothing"),
        "topic": ("health", "astrology"),
        "subscribe": ("7:30", "weekly", "weekly", "mon,wed 19:00", "19:00", "nonsense"),
        "unsubscribe": ("", ""),
        "alerts": ("weather", "all", "off", "nonsense"),
        "zone": ("London", "Lodnon"),
        "quiet": ("23:00-07:00", "off", "nonsense"),
        "empty": ("skip", "send", "nonsense"),
        "language": ("both", "Klingon"),
    }
    typed = [(name, words) for name in list_menu() for words in ("", *more.get(name, ()))]
    operators = ("/language en", "/feeds", "/pause", "/resume", "/letters", "/announce")
    typed_ones = (f"/{name} {words}".strip() for name, words in typed)
    return [*typed_ones, *operators, "/nonsense", "hello"]


def read_state(store: Store) -> dict[str, list[Any]]:
    """All that handling an update may change, apart from how often it was tried."""
    queries = {
        "chats": "SELECT * FROM chats ORDER BY id, thread_id",
        "subscriptions": "SELECT chat_id, thread_id, kind, value FROM subscriptions"
        " ORDER BY chat_id, thread_id, kind, value",
        "deliveries": "SELECT key, chat_id, thread_id, action, edits, status, payload, follows"
        " FROM deliveries JOIN contents ON contents.id = content_id ORDER BY key",
        "updates": "SELECT id, handled FROM updates ORDER BY id",
    }
    return {name: store.db.execute(query).fetchall() for name, query in queries.items()}


async def fetch(talk: Talk) -> None:
    """Fetch what waits, so that ``settle`` need not: it would wait for more."""
    await talk.app.inbox.fetch()
    talk._last_update = talk.telegram.state.updates[-1]["update_id"]


async def handle_with_every_crash(talk: Talk, request: str) -> None:
    """Handle what waits; and once more from each state in which a dead process could leave it.

    What is on the disk before a commit is what is left if the process dies there.
    """
    store, path = talk.app.store, talk.app.jobs.database
    crashes: list[sqlite3.Connection] = []

    def keep_state(statement: str) -> None:
        if statement == "COMMIT":
            crashes.append(sqlite3.connect(":memory:"))
            with sqlite3.connect(path) as disk:
                disk.backup(crashes[-1])
            disk.close()

    await fetch(talk)
    store.db.conn.set_trace_callback(keep_state)
    assert await talk.app.inbox.handle_due() == 1, request
    store.db.conn.set_trace_callback(None)
    expected = read_state(store)
    assert len(crashes) > 1, request
    for number, crash in enumerate(crashes):
        crash.backup(store.db.conn)
        crash.close()
        assert await talk.app.inbox.handle_due() == 1, request
        assert read_state(store) == expected, (request, number)


async def test_each_command_is_answered_once_wherever_the_process_dies(talk: Talk) -> None:
    for request in list_requests():
        talk.clock.advance(minutes=2)  # each is handled several times, and a chat may ask so often
        talk.telegram.say(request)
        await handle_with_every_crash(talk, request)
        answers = len(await talk.settle())
        # A file is sent and not owed, so that nothing of it is kept: a repeat beats a loss.
        assert answers >= 1 if request == "/export" else answers == 1, request


REQUESTS_WITH_BUTTONS = (
    *("/start", "/topic", "/topic health", "/alerts", "/zone Lodnon", "/language", "/settings"),
    *("/follow FSD", "/follow", "/search notice", "/latest 2", "/digest"),
)


async def test_each_button_is_obeyed_once_wherever_the_process_dies(talk: Talk) -> None:
    pressed: set[str] = set()
    for request in REQUESTS_WITH_BUTTONS:
        message = (await talk.say(request))[-1]
        for button in message.buttons:
            data = button["callback_data"]
            if data not in {each["callback_data"] for each in talk.now_reads(message).buttons}:
                continue  # an earlier press has turned it
            pressed.add(data.partition(":")[0])
            talk.clock.advance(minutes=2)
            answered = talk.telegram.press(message.message_id, data)
            await handle_with_every_crash(talk, f"{request}: {data}")
            await talk.settle()
            await answered
    assert pressed >= {"language", "begin", "set", "topics", "follow", "alert", "zone", "card"}
    assert talk.app.store.deliveries.count("sent") > len(pressed)


async def test_an_answer_that_would_be_longer_by_now_is_given_as_it_was_owed(talk: Talk) -> None:
    talk.telegram.say("/digest")
    await fetch(talk)
    (waiting,) = talk.app.store.updates.list_due()
    row = talk.app.store.db.execute("SELECT payload FROM updates WHERE handled = 0").fetchone()
    await talk.app.inbox.handle_due()
    owed = read_state(talk.app.store)["deliveries"]
    talk.app.store.releases.save(make_releases(60, topics=("law",)), talk.clock())
    talk.app.store.db.execute(
        "UPDATE updates SET handled = 0, payload = ? WHERE id = ?", [*row, waiting.id]
    )
    assert await talk.app.inbox.handle_due() == 1
    assert read_state(talk.app.store)["deliveries"] == owed
    assert len(await talk.settle()) == 1
    assert len(await talk.say("/digest")) > 1


async def test_blocks_and_returns_count_once_wherever_the_process_dies(talk: Talk) -> None:
    await talk.ask("/subscribe")
    for is_blocked, answers in ((True, 0), (True, 0), (False, 1), (False, 0)):
        talk.telegram.block(is_blocked=is_blocked)
        await handle_with_every_crash(talk, f"blocked: {is_blocked}")
        assert len(await talk.settle()) == answers


# Presses, edits, and what nobody should send.


async def test_a_press_that_cannot_be_acknowledged_is_obeyed_all_the_same(talk: Talk) -> None:
    choice = await talk.ask("/topic")
    talk.telegram.press(choice.message_id, "follow:law")
    talk.clock.advance(hours=1)  # too late: the query is too old
    await talk.settle()
    assert "unfollow:law" in [b["callback_data"] for b in talk.now_reads(choice).buttons]


async def test_a_press_while_telegram_wants_no_requests_is_obeyed_and_not_acknowledged(
    talk: Talk,
) -> None:
    choice = await talk.ask("/topic")
    talk.telegram.set_faults(InOrder([make_flood(30)], ["answerCallbackQuery"]))
    pressed = [
        talk.telegram.press(choice.message_id, f"follow:{topic}") for topic in ("law", "health")
    ]
    await talk.settle()
    assert not any(answered.done() for answered in pressed)
    assert talk.telegram.faults_given == {make_flood(30).name: 1}
    buttons = [button["callback_data"] for button in talk.now_reads(choice).buttons]
    assert {"unfollow:law", "unfollow:health"} <= set(buttons)


async def test_a_press_whose_acknowledgement_hangs_holds_up_no_other_chat(talk: Talk) -> None:
    choice = await talk.ask("/topic")
    talk.telegram.open_chat(2002)
    talk.telegram.set_faults(InOrder([HANG], ["answerCallbackQuery"]))
    talk.telegram.press(choice.message_id, "follow:law")
    talk.telegram.say("/help", chat_id=2002)
    await talk.app.inbox.fetch()
    handling = asyncio.create_task(talk.app.inbox.handle_due())
    last = talk.telegram.state.updates[-1]["update_id"]
    await until(lambda: talk.app.store.deliveries.find(f"answer:{last}:1") is not None)
    assert not handling.done()
    assert talk.app.store.deliveries.find(f"answer:{last - 1}:edit") is not None
    await talk.app.inbox.stop(0)
    assert [waiting.chat_id for waiting in talk.app.store.updates.list_due()] == [READER_ID]


async def test_of_several_presses_only_the_last_is_shown(talk: Talk) -> None:
    choice = await talk.ask("/topic")
    for topic in ("law", "health", "weather"):
        talk.telegram.press(choice.message_id, f"follow:{topic}")
    await talk.settle()
    assert len([message for message in talk.telegram.journal if message.edited_at]) == 0
    buttons = {button["callback_data"] for button in talk.now_reads(choice).buttons}
    assert {"unfollow:law", "unfollow:health", "unfollow:weather"} <= buttons
    assert talk.app.store.deliveries.count("gone") == 2


async def test_a_later_change_of_a_message_goes_after_one_that_is_in_flight(talk: Talk) -> None:
    choice = await talk.ask("/topic")
    deliveries = talk.app.store.deliveries
    for topic in ("law", "health"):
        talk.telegram.press(choice.message_id, f"follow:{topic}")
    first, second = (update["update_id"] for update in talk.telegram.state.updates[-2:])
    await talk.app.inbox.fetch()
    listed = talk.app.store.updates.list_due()
    assert [waiting.id for waiting in listed] == [first]
    talk.app.store.updates.mark_handled(second)
    await talk.app.inbox.handle_due()
    claimed = deliveries.claim(talk.clock(), last=Priority.ANSWER)
    assert claimed
    talk.telegram.press(choice.message_id, "follow:weather")
    await talk.app.inbox.fetch()
    await talk.app.inbox.handle_due()
    deliveries.mark_later(claimed.seq, talk.clock() + timedelta(hours=1), "not now")
    later = deliveries.find(f"answer:{second + 1}:edit")
    assert later
    assert later.follows == f"answer:{first}:edit"
    assert deliveries.claim(talk.clock(), last=Priority.ANSWER) is None


async def test_a_command_that_is_edited_is_a_new_request_and_words_are_not(talk: Talk) -> None:
    said = talk.telegram.say("/latest 1")
    assert "Notice 4" not in (await talk.settle())[0].text
    talk.telegram.edit(said.message_id, "/latest 2")
    assert "Notice 4" in (await talk.settle())[0].text
    talk.telegram.edit(said.message_id, "what I meant was two")
    assert await talk.settle() == []
    assert len(talk.telegram.journal) == 2


async def test_hostile_updates_are_survived_and_the_next_command_is_answered(talk: Talk) -> None:
    person = {"id": READER_ID, "is_bot": False, "first_name": "R"}
    chat = {"id": READER_ID, "type": "private", "first_name": "R"}
    message = {"message_id": 1, "date": 1_795_305_600, "chat": chat, "from": person}
    command = {"type": "bot_command", "offset": 0, "length": 7}
    channel = {"id": -100_5, "type": "channel", "title": "C"}
    hostile: list[dict[str, Any]] = [
        {"a_kind_of_the_future": {"chat": chat}},
        {"channel_post": {**message, "chat": channel, "text": "/latest", "entities": [command]}},
        {"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "hi"}},
        {"message": {**message, "text": "/latest" + "9" * 100_000, "entities": [command]}},
        {"message": {**message, "text": "/topic \ud800<b>" + "&" * 9000, "entities": [command]}},
        {"message": {**message, "text": "x", "entities": [{**command, "offset": 10**9}]}},
        {"message": {**message, "text": None}},
        {"message": {**message, "chat": {**chat, "type": "something new"}, "text": "/latest"}},
        {"callback_query": {"id": "1", "from": person, "chat_instance": "1", "data": "follow:law"}},
        {
            "callback_query": {
                "id": "2",
                "from": person,
                "chat_instance": "1",
                "data": "language:en",
                "message": {"chat": chat, "message_id": 5, "date": 0},
            }
        },
        {"callback_query": {"id": "3", "from": person, "chat_instance": "1", "message": message}},
        {"inline_query": {"id": "1", "from": person, "query": "x", "offset": ""}},
        {"poll": 5},
    ]
    updates = [{"update_id": number, **each} for number, each in enumerate(hostile, 1)]
    talk.app.store.updates.save(updates, talk.clock())
    await talk.app.inbox.handle_due()
    await talk.settle()
    assert "What I can do" in (await talk.ask("/help")).text
    assert talk.app.store.updates.list_due() == []
    assert talk.app.store.deliveries.count("refused") == 0
