"""What was delivered: in memory, on disk, and by a server in a process of its own."""

import asyncio
import json
import os
import urllib.error
from datetime import timedelta
from pathlib import Path

import pytest
import telegram
import telegram.error
from fakes import Clock
from telegram_process import TelegramProcess, open_telegram

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram, LocalTelegramError
from bot.local.journal import Entry, read_journal

FORUM_ID = -1009
KEYBOARD = {"inline_keyboard": [[{"text": "健康", "callback_data": "topic:health"}]]}
MARKUP = telegram.InlineKeyboardMarkup.de_json(KEYBOARD)


async def test_every_message_sent_and_edited_has_a_line(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "journal.jsonl"
    start = clock.now
    async with (
        LocalTelegram(clock=clock, journal_path=path) as local,
        telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
    ):
        local.say("a person's word is not the bot's")
        local.open_chat(FORUM_ID, "supergroup", "Forum", threads=[7])
        await bot.send_message(READER_ID, "<b>通報</b>", parse_mode="HTML", reply_markup=MARKUP)
        assert len(list(read_journal(path))) == 1  # there at once, not when the file is closed
        clock.advance(minutes=1)
        await bot.edit_message_text("二", READER_ID, 2)
        await bot.edit_message_reply_markup(READER_ID, 2, reply_markup=MARKUP)
        await bot.send_document(FORUM_ID, b"x", caption="附件", message_thread_id=7)
        with pytest.raises(telegram.error.BadRequest):
            await bot.send_message(READER_ID, "<br>", parse_mode="HTML")
        await bot.delete_message(READER_ID, 2)

    later = start + timedelta(minutes=1)
    assert list(read_journal(path)) == [
        Entry(start, "sendMessage", READER_ID, 0, 2, "通報", KEYBOARD),
        Entry(later, "editMessageText", READER_ID, 0, 2, "二", None),
        Entry(later, "editMessageReplyMarkup", READER_ID, 0, 2, "二", KEYBOARD),
        Entry(later, "sendDocument", FORUM_ID, 7, 1, "附件", None),
    ]
    assert [message.text for message in local.journal] == ["通報", "附件"]


async def test_a_journal_goes_on_where_it_was_left(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "journal.jsonl"
    for text in ("one", "two"):
        async with (
            LocalTelegram(clock=clock, journal_path=path) as local,
            telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
        ):
            local.open_chat(READER_ID)
            await bot.send_message(READER_ID, text)
    assert [entry.text for entry in read_journal(path)] == ["one", "two"]


async def test_a_line_that_is_not_yet_whole_is_left_out(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "journal.jsonl"
    async with (
        LocalTelegram(clock=clock, journal_path=path) as local,
        telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
    ):
        local.open_chat(READER_ID)
        await bot.send_message(READER_ID, "one")
        await bot.send_message(READER_ID, "two")
    path.write_bytes(path.read_bytes()[:-5])
    assert [entry.text for entry in read_journal(path)] == ["one"]


async def test_a_journal_that_cannot_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(LocalTelegramError, match="journal can't be written"):
        await LocalTelegram(journal_path=tmp_path).start()


async def test_only_the_last_messages_are_held_if_a_bound_is_set(
    tmp_path: Path, clock: Clock
) -> None:
    path = tmp_path / "journal.jsonl"
    async with (
        LocalTelegram(clock=clock, journal_path=path, longest=2) as local,
        telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot,
    ):
        local.open_chat(READER_ID)
        for text in ("one", "two", "three"):
            last = await bot.send_message(READER_ID, text)
        await bot.edit_message_text("drei", READER_ID, last.message_id)
        with pytest.raises(telegram.error.BadRequest, match="to edit not found"):
            await bot.edit_message_text("eins", READER_ID, 1)
    assert [message.text for message in local.journal] == ["two", "three"]
    assert [message.text for message in local.messages()] == ["two", "drei"]
    assert [entry.text for entry in read_journal(path)] == ["one", "two", "three", "drei"]


def test_a_bound_that_holds_nothing_is_refused() -> None:
    with pytest.raises(LocalTelegramError, match="at least one message"):
        LocalTelegram(longest=0)


# In a process of its own


async def send_all(server: TelegramProcess, chat_ids: range) -> list[telegram.Message | None]:
    """What came of one message to each chat, one after another; None for what failed."""
    sent: list[telegram.Message | None] = []
    async with telegram.Bot(server.token, base_url=server.base_url) as bot:
        for chat_id in chat_ids:
            try:
                sent.append(await bot.send_message(chat_id, f"to {chat_id}", read_timeout=5))
            except telegram.error.TelegramError:
                sent.append(None)
    return sent


def test_a_server_in_a_process_of_its_own_serves_counts_and_ends_when_it_is_let_go(
    tmp_path: Path,
) -> None:
    path = tmp_path / "journal.jsonl"
    weights = {"none": 3, "cut-before": 1, "cut-after": 1, "flood:1": 1, "bad-gateway": 1}
    with open_telegram(path, faults=weights, seed=5, longest=1) as server:
        server.open_chats(1, 40)
        server.open_chats(-30, -30, "channel")
        said = server.say("/start", 7)
        mixed = asyncio.run(send_all(server, range(1, 41)))
        given = server.count()["faults"]
        server.set_faults()
        well = asyncio.run(send_all(server, range(-30, -29)))
        counts = server.count()
        os.kill(server.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)

    assert (said["from"]["id"], said["chat"]["id"]) == (7, 7)
    assert 0 < mixed.count(None) == sum(given.values()) < 40
    assert None not in well
    # What was cut off after delivery is delivered all the same.
    delivered = [entry.chat_id for entry in read_journal(path)]
    assert len(delivered) == 40 - mixed.count(None) + given["cut after delivery"] + 1
    assert (delivered[-1], counts["sent"]) == (-30, len(delivered))
    assert (counts["edited"], counts["updates"], counts["faults"]) == (0, 1, given)


def test_its_windows_can_be_turned_on_and_its_faults_be_planned_in_order() -> None:
    with open_telegram(is_strict=True) as server:
        server.open_chats(1, 2)
        server.set_faults(sequence=["flood:60"])
        asyncio.run(send_all(server, range(1, 3)))
        asyncio.run(send_all(server, range(2, 3)))
        violations = server.count()["violations"]
    rules = {(violation["rule"], violation["chat_id"]) for violation in violations}
    # The last came within a second of the one before, unless the machine was busy.
    assert ("told to wait", 2) in rules
    assert rules <= {("told to wait", 2), ("chat", 2)}


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("chats", {"first": 2, "last": 1}, "From one to"),
        ("chats", {"first": 1, "last": 10_000_000}, "From one to"),
        ("chats", {"first": 1, "last": 1, "kind": "crowd"}, "no kind of chat 'crowd'"),
        ("chats", {"first": 1}, '"last" must be a number'),
        ("faults", {"sequence": ["flod:3"]}, "There is no fault 'flod:3'; there are: none, "),
        ("faults", {"sequence": "hang"}, "must be a list"),
        ("faults", {"weights": {"hang": -1}, "seed": 1}, "none of them below 0"),
        ("faults", {"weights": ["hang"], "seed": 1}, "must be an object"),
        ("faults", {"weights": {"hang": 1}}, '"seed" must be a number'),
        ("faults", {"sequence": [], "methods": ["sendNothing"]}, "no method 'sendNothing'"),
    ],
)
async def test_what_cannot_be_controlled_so_is_refused(
    local: LocalTelegram, path: str, body: dict[str, object], reason: str
) -> None:
    server = TelegramProcess(local.url, 0)
    with pytest.raises(urllib.error.HTTPError) as refused:
        await asyncio.to_thread(server._call, f"/local/{path}", body)
    with refused.value:
        answer = json.load(refused.value)
    assert refused.value.code == 400
    assert reason in answer["error"]
