"""The sender: what is owed reaches Telegram, in order, at its pace, whatever Telegram answers."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from fakes import Clock, QuickTime
from loopback import Loopback
from telegram.ext import ApplicationBuilder

from bot.delivery import IN_FLIGHT, Sender
from bot.local import READER_ID, LocalTelegram, Message
from bot.local.faults import Cut, Fault, Hang, Page, Reply, Slow
from bot.local.plans import InOrder
from bot.outcomes import Outcome
from bot.pacing import Pacing
from bot.pauses import Pauses
from bot.timer import Bell
from bot.transport import AiohttpRequest
from data.models import Chat, Content, Delivery, Piece, Priority
from data.store.database import StoreError
from data.store.store import Store, open_store


@dataclass
class Desk:
    """A sender with all that it needs, on a local Telegram."""

    sender: Sender
    store: Store
    telegram: LocalTelegram
    clock: Clock
    quick: QuickTime
    reports: list[str] = field(default_factory=list)

    def owe(self, key: str, text: str = "", **values: Any) -> Delivery:
        given = {
            "chat_id": READER_ID,
            "content": Content.of(text or key),
            "not_before": self.clock(),
            **values,
        }
        delivery = Delivery(key=key, **given)
        self.store.deliveries.owe([delivery], self.clock())
        return delivery

    def status(self, key: str) -> str:
        found = self.store.deliveries.find(key)
        return found.status if found else "nowhere"

    def texts(self, chat_id: int = READER_ID) -> list[str]:
        return [message.text for message in self.messages(chat_id)]

    def messages(self, chat_id: int = READER_ID) -> list[Message]:
        return [message for message in self.telegram.messages(chat_id) if message.from_bot]


@pytest.fixture
async def desk(tmp_path: Path, clock: Clock) -> AsyncIterator[Desk]:
    store, quick = open_store(tmp_path / "desk.db"), QuickTime()
    pacing, timer = Pacing(25), quick.timer()
    local = LocalTelegram(clock=clock, timer=timer)
    builder = ApplicationBuilder().token(local.token).updater(None)
    await local.start()
    builder = builder.base_url(local.base_url).base_file_url(local.base_file_url)
    builder = builder.request(AiohttpRequest(read_timeout=0.5)).rate_limiter(Pauses(pacing, timer))
    bot = builder.build().bot
    reports: list[str] = []

    def report(delivery: Delivery, outcome: Outcome, error: str) -> None:
        reports.append(f"{type(outcome).__name__} {delivery.key}: {error}")

    local.open_chat(READER_ID)
    async with local, bot:
        sender = Sender(bot, store, pacing, clock, report, Bell(), timer)
        yield Desk(sender, store, local, clock, quick, reports)
    store.close()


async def test_what_is_owed_is_sent_and_recorded(desk: Desk) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go:"}]]}
    desk.owe("k", content=Content.of("<b>Bold</b> &amp; plain", keyboard))
    assert await desk.sender.deliver_due() == 1
    (message,) = desk.messages()
    assert message.text == "Bold & plain"
    assert message.buttons == [{"text": "Go", "callback_data": "go:"}]
    sent = desk.store.deliveries.find("k")
    assert sent is not None
    assert (sent.status, sent.message_id) == ("sent", message.message_id)
    assert await desk.sender.deliver_due() == 0


async def test_parts_stay_in_order_and_a_second_apart(desk: Desk) -> None:
    for number in range(1, 5):
        follows = f"part {number - 1}" if number > 1 else None
        desk.owe(f"part {number}", follows=follows, priority=Priority.DIGEST)
    before = desk.quick.seconds
    assert await desk.sender.deliver_due() == 4
    assert desk.texts() == ["part 1", "part 2", "part 3", "part 4"]
    assert desk.quick.seconds - before >= 3.0


async def test_answers_go_before_digests(desk: Desk) -> None:
    for chat_id in range(1, 9):
        desk.telegram.open_chat(chat_id)
        desk.owe(f"digest {chat_id}", chat_id=chat_id, priority=Priority.DIGEST)
    desk.owe("answer")
    await desk.sender.deliver_due()
    assert desk.telegram.journal[0].text == "answer"
    assert len(desk.telegram.journal) == 9


async def test_digests_can_be_left_for_later(desk: Desk) -> None:
    desk.owe("digest", priority=Priority.DIGEST)
    desk.owe("answer")
    assert await desk.sender.deliver_due(Priority.ANSWER) == 1
    assert desk.texts() == ["answer"]
    assert desk.status("digest") == "due"


async def test_a_message_and_its_buttons_can_be_changed(desk: Desk) -> None:
    desk.owe("first", content=Content.of("old", {"inline_keyboard": []}))
    await desk.sender.deliver_due()
    (message,) = desk.messages()
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go:"}]]}
    desk.owe("edit", content=Content.of("new"), action="edit", edits=message.message_id)
    await desk.sender.deliver_due()
    assert desk.texts() == ["new"]
    desk.owe(
        "buttons",
        content=Content(pieces=(), keyboard=keyboard),
        action="edit_keyboard",
        edits=message.message_id,
    )
    await desk.sender.deliver_due()
    assert desk.texts() == ["new"]
    assert desk.messages()[0].buttons == [{"text": "Go", "callback_data": "go:"}]
    desk.owe("again", content=Content.of("new", keyboard), action="edit", edits=message.message_id)
    assert await desk.sender.deliver_due() == 0
    assert desk.status("again") == "sent"  # it reads like that already
    desk.owe("lost", content=Content.of("x"), action="edit", edits=999)
    await desk.sender.deliver_due()
    assert desk.status("lost") == "gone"
    assert desk.reports == []


async def test_a_chat_that_blocks_the_bot_is_paused_and_owed_nothing(desk: Desk) -> None:
    chat = Chat(id=READER_ID, subscribed=True, language="zh-Hant")
    desk.store.chats.save(chat)
    desk.telegram.block(READER_ID)
    desk.owe("one")
    desk.owe("two", follows="one")
    await desk.sender.deliver_due()
    assert (desk.status("one"), desk.status("two")) == ("gone", "gone")
    paused = desk.store.chats.find(READER_ID)
    assert paused is not None
    assert (paused.status, paused.language, paused.subscribed) == ("paused", "zh-Hant", True)
    assert "blocked" in (paused.paused_for or "")


async def test_a_message_with_broken_mark_up_comes_as_plain_text_and_is_reported(
    desk: Desk,
) -> None:
    desk.owe("bad", '<b>13 & 14<br> <a href="https://example.org/a?b=1&amp;c=2">here</a>')
    await desk.sender.deliver_due()
    assert desk.texts() == ["13 & 14 here (https://example.org/a?b=1&c=2)"]
    assert desk.status("bad") == "sent"
    assert len(desk.reports) == 1
    assert desk.reports[0].startswith("Plain bad: ")


async def test_a_message_that_is_too_long_comes_in_pieces_and_is_reported(desk: Desk) -> None:
    pieces = tuple(Piece(html=f"<b>{number}</b> " + "x" * 1500) for number in range(4))
    keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go:"}]]}
    desk.owe("long", content=Content(pieces=pieces, keyboard=keyboard))
    desk.owe("after", follows="long")
    desk.owe("giant", "字" * 9000)
    await desk.sender.deliver_due()
    texts = desk.texts()
    assert [text[:1] for text in texts if "x" in text] == ["0", "2"]
    assert texts.index("after") > texts.index(next(text for text in texts if text[0] == "2"))
    assert "".join(text for text in texts if text[0] == "字") == "字" * 9000
    assert [len(message.buttons) for message in desk.messages() if "x" in message.text] == [0, 1]
    assert {report.split(":")[0] for report in desk.reports} == {"Split long", "Split giant"}


async def test_what_telegram_will_not_take_is_kept_for_the_operator(desk: Desk) -> None:
    desk.owe("empty", " ")
    desk.owe("good")
    await desk.sender.deliver_due()
    assert desk.texts() == ["good"]
    assert desk.status("empty") == "refused"
    assert [each.key for each, _ in desk.store.deliveries.list_refused()] == ["empty"]
    assert desk.reports[0].startswith("Refused empty: ")


async def test_quiet_hours_hold_back_what_heeds_them_and_nothing_else(desk: Desk) -> None:
    quiet = (time(7), time(9))  # it is 08:00 in Hong Kong
    desk.store.chats.save(Chat(id=READER_ID, quiet=quiet))
    desk.owe("note", heeds_quiet=True)
    desk.owe("digest", priority=Priority.DIGEST)
    await desk.sender.deliver_due()
    assert desk.texts() == ["digest"]
    desk.clock.advance(minutes=59)
    assert await desk.sender.deliver_due() == 0
    desk.clock.advance(minutes=1)
    assert await desk.sender.deliver_due() == 1
    note = desk.store.deliveries.find("note")
    assert note is not None
    assert note.attempts == 1


async def test_an_outage_only_delays(desk: Desk) -> None:
    desk.owe("k")
    await desk.telegram.close()
    assert await desk.sender.deliver_due() == 0
    late = desk.store.deliveries.find("k")
    assert late is not None
    assert (late.status, late.attempts, late.in_doubt) == ("due", 1, 0)
    assert desk.clock() < late.not_before <= desk.clock() + timedelta(seconds=3)


async def test_after_a_crash_what_was_in_flight_is_sent_again_at_the_pace_of_before(
    desk: Desk, now: datetime
) -> None:
    desk.owe("k")
    claimed = desk.store.deliveries.claim(now)
    assert claimed is not None
    assert desk.sender.recover() == 1
    before = desk.quick.seconds
    assert await desk.sender.deliver_due() == 1
    assert desk.quick.seconds - before >= 1.0
    again = desk.store.deliveries.find("k")
    assert again is not None
    assert again.in_doubt == 1


async def test_no_more_than_four_are_ever_in_flight_and_one_place_is_for_answers(
    desk: Desk,
) -> None:
    for chat_id in range(1, 20):
        desk.telegram.open_chat(chat_id)
        desk.owe(f"digest {chat_id}", chat_id=chat_id, priority=Priority.DIGEST)
    most = 0
    sending = desk.sender.deliver_due()
    desk.owe("answer")
    task = asyncio.ensure_future(sending)
    while not task.done():
        await asyncio.sleep(0)
        most = max(most, desk.store.deliveries.count("claimed"))
    assert await task == 20
    assert most <= IN_FLIGHT


async def run_until(desk: Desk, wanted: Callable[[], bool]) -> None:
    """Let the sender run until something is so, and stop it in good order."""
    running = asyncio.ensure_future(desk.sender.run())
    while not wanted() and not running.done():  # noqa: ASYNC110  # the sender tells no one else
        await asyncio.sleep(0.005)
    await desk.sender.stop(5)
    await running


async def test_it_runs_until_it_is_stopped_and_leaves_nothing_in_flight(desk: Desk) -> None:
    for chat_id in range(1, 30):
        desk.telegram.open_chat(chat_id)
        desk.owe(f"digest {chat_id}", chat_id=chat_id, priority=Priority.DIGEST)
    await run_until(desk, lambda: desk.store.deliveries.count("sent") >= 5)
    assert desk.store.deliveries.count("claimed") == 0
    sent = desk.store.deliveries.count("sent")
    assert sent == len(desk.telegram.journal) >= 5


async def test_what_arrived_and_could_not_be_recorded_is_recorded_later_not_sent_twice(
    desk: Desk,
) -> None:
    desk.owe("k")
    desk.store.db.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN new.status = 'sent'"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    tries = 0

    def mend_after_some_tries() -> bool:
        nonlocal tries
        tries += len(desk.texts())
        if tries == 20:
            desk.store.db.execute("DROP TRIGGER full")
        return desk.status("k") == "sent"

    await run_until(desk, mend_after_some_tries)
    assert desk.texts() == ["k"]


async def test_a_claim_that_fails_midway_leaves_no_chat_held_for_ever(desk: Desk) -> None:
    desk.telegram.open_chat(2)
    desk.owe("first")
    desk.owe("second", chat_id=2)
    desk.store.db.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN new.key = 'second'"
        " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    desk.quick.seconds += 60
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        desk.sender._step(Priority.DIGEST)
    desk.store.db.execute("DROP TRIGGER full")
    assert await desk.sender.deliver_due() == 2


def spoil(store: Store) -> None:
    path = Path(store.db.execute("PRAGMA database_list").fetchone()[2])
    store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    store.db.execute("PRAGMA shrink_memory")


async def test_a_damaged_database_ends_it(desk: Desk) -> None:
    desk.owe("k")

    spoil(desk.store)
    with pytest.raises(StoreError, match="damaged"):
        await desk.sender.run()


async def test_what_is_owed_to_a_group_that_moved_follows_it_and_edits_do_not(desk: Desk) -> None:
    desk.telegram.open_chat(-5, "group", "Old")
    desk.store.chats.save(Chat(id=-5, language="zh-Hant", subscribed=True))
    desk.owe("first", chat_id=-5)
    await desk.sender.deliver_due()
    (message,) = desk.messages(-5)
    desk.telegram.upgrade(-5, -1005)
    desk.owe("edit", "new", chat_id=-5, action="edit", edits=message.message_id)
    desk.owe("second", chat_id=-5)
    desk.clock.advance(minutes=1)
    await desk.sender.deliver_due()
    assert (desk.status("edit"), desk.status("second")) == ("gone", "sent")
    assert desk.texts(-1005)[-1] == "second"
    moved = desk.store.chats.find(-1005)
    assert moved is not None
    assert moved.language == "zh-Hant"
    assert desk.store.chats.find(-5) is None


@pytest.mark.parametrize(
    ("fault", "doubt", "arrived"),
    [
        (Cut(is_delivered=False), 1, 1),
        (Cut(is_delivered=True), 1, 2),
        (Hang(), 1, 2),
        (Reply(500, "Internal Server Error"), 1, 1),
        (Page(502), 1, 1),
        (Page(200), 1, 1),
        (Reply(429, "Too Many Requests: retry after 7", retry_after=7), 0, 1),
        (Reply(429, "Too Many Requests"), 0, 1),
        (Slow(0.01), 0, 1),
    ],
)
async def test_whatever_goes_wrong_the_message_arrives(
    desk: Desk, fault: Fault, doubt: int, arrived: int
) -> None:
    desk.telegram.set_faults(InOrder([fault]))
    desk.owe("k")
    for _ in range(3):
        await desk.sender.deliver_due()
        desk.clock.advance(seconds=10)
        desk.quick.seconds += 10
    delivery = desk.store.deliveries.find("k")
    assert delivery is not None
    assert (delivery.status, delivery.in_doubt) == ("sent", doubt)
    assert len(desk.texts()) == arrived


async def test_told_to_wait_it_writes_to_nobody_and_then_goes_more_slowly(desk: Desk) -> None:
    desk.telegram.set_faults(InOrder([Reply(429, "Too Many Requests: retry after 30", 30)]))
    desk.owe("first")
    desk.telegram.open_chat(2)
    await desk.sender.deliver_due()
    desk.owe("second", chat_id=2)
    assert desk.sender.pacing.pause(desk.quick.seconds) > 0
    assert desk.sender.pacing.rate == 12.5
    before = desk.quick.seconds
    await desk.sender.deliver_due()
    assert desk.texts(2) == ["second"]
    assert desk.quick.seconds >= before + 29
    assert desk.telegram.violations == []


async def test_a_refused_token_loses_nothing(desk: Desk) -> None:
    desk.telegram.set_faults(InOrder([Reply(401, "Unauthorized")]))
    desk.owe("k")
    before = desk.quick.seconds
    assert await desk.sender.deliver_due() == 1
    assert desk.quick.seconds >= before + 60


async def test_with_one_place_digests_go_out_too(desk: Desk) -> None:
    desk.sender.most_in_flight = 1
    desk.owe("digest", priority=Priority.DIGEST)
    desk.owe("answer")
    assert await desk.sender.deliver_due() == 2
    assert desk.texts() == ["answer", "digest"]


class OddTelegram(Loopback):
    """Answers the first send with what it is given, and all else as the Bot API does."""

    def __init__(self, first: str) -> None:
        answers = iter([first])

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                good = {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}}
                body = json.dumps({"ok": True, "result": good})
                if self.path.endswith("/sendMessage"):
                    body = next(answers, body)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's
                """Quiet."""

        super().__init__(Handler)


@pytest.mark.parametrize(
    "odd",
    [
        "null",
        "[]",
        "{}",
        '"x"',
        "7",
        '{"ok": true}',
        '{"ok": true, "result": null}',
        '{"ok": true, "result": []}',
        '{"ok": true, "result": {"chat": {"id": 1, "type": "private"}, "date": 1}}',
        *(
            f'{{"ok": true, "result": {{"message_id": {odd}, "date": 1,'
            ' "chat": {"id": 1, "type": "private"}}}'
            for odd in ('"abc"', "1" + "0" * 30, "[1]", "null", "-4")
        ),
        '{"ok": false, "description": "no"}',
    ],
)
async def test_an_answer_that_is_none_holds_up_nobody_and_the_message_goes_again(
    desk: Desk, odd: str
) -> None:
    builder = ApplicationBuilder().token("1:x").updater(None).request(AiohttpRequest())
    builder = builder.rate_limiter(Pauses(desk.sender.pacing, desk.sender.timer))
    with contextlib.closing(OddTelegram(odd)) as server:
        desk.sender.bot = builder.base_url(f"{server.url}/bot").build().bot
        await desk.sender.bot.request.initialize()
        desk.owe("first", chat_id=1)
        desk.owe("second", chat_id=2)
        await desk.sender.deliver_due()
        # Whichever came to the server first had the odd answer.
        assert sorted([desk.status("first"), desk.status("second")]) == ["due", "sent"]
        desk.clock.advance(seconds=10)
        await desk.sender.deliver_due()
        assert (desk.status("first"), desk.status("second")) == ("sent", "sent")
        await desk.sender.bot.request.shutdown()
