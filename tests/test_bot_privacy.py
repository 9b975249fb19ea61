"""/privacy, /export and /delete_me: whole conversations over HTTP with the local server."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from talk import Talk, open_talk

from bot.handlers.privacy import VALID
from bot.local import READER_ID, Message
from bot.local.faults import Reply
from bot.local.plans import InOrder
from bot.texts import say
from data.models import Content, Delivery, Priority
from data.store.privacy import Privacy

GROUP, FORUM, CHANNEL, MEMBER = -5005, -1006006, -1007007, 2002


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def data_of(message: Message) -> str:
    """What the button says that deletes all."""
    return str(message.buttons[0]["callback_data"])


def read_files(folder: Path) -> bytes:
    """All that stands in the database's files, in pages that are free as well."""
    return b"".join(each.read_bytes() for each in folder.glob("talk.db*"))


def kept_of(talk: Talk, chat_id: int = READER_ID) -> dict[str, object]:
    privacy: Privacy = talk.app.store.privacy
    kept = privacy.export(chat_id, 0, is_private=chat_id > 0)
    return {name: value for name, value in kept.items() if value}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", ("for 14 days", "for 60 days", "unofficial", "/export", "/delete_me")),
        ("zh-hk", ("14日", "60日", "並非官方", "/export", "/delete_me")),
        ("zh-cn", ("14日", "60日", "并非官方", "/export", "/delete_me")),
    ],
)
async def test_what_is_kept_is_told_in_the_language_of_the_chat(
    talk: Talk, code: str, words: tuple[str, ...]
) -> None:
    message = await talk.ask("/privacy", code=code)
    assert all(each in message.text for each in words)
    assert await talk.ask("/privacy <b>" + "x" * 3_000, code=code)


async def test_two_languages_together_are_both_told(talk: Talk) -> None:
    await talk.ask("/language en+zh-Hant")
    text = (await talk.ask("/privacy")).text
    assert "unofficial" in text
    assert "並非官方" in text
    question = await talk.ask("/delete_me")
    assert question.buttons[0]["text"] == "Yes, delete all · 是，全部刪除"
    await talk.press(question, data_of(question))
    done = talk.now_reads(question).text
    assert say("en", "privacy.deleted") in done
    assert say("zh-Hant", "privacy.deleted") in done


async def test_all_of_it_comes_as_a_file_that_can_be_read(talk: Talk) -> None:
    await talk.ask("/follow 觀塘<b>")
    file = await talk.ask("/export")
    assert file.document is not None
    assert (file.document.name, file.text) == ("tongbao.json", say("en", "privacy.export"))
    assert "觀塘<b>" in file.document.content.decode(), "as it is, not as escapes"
    kept = json.loads(file.document.content)
    assert kept["chats"][0]["id"] == READER_ID
    assert kept["subscriptions"] == [{"kind": "keyword", "value": "觀塘<b>", "follow": True}]
    assert "觀塘" in str(kept["messages"])
    assert talk.app.store.deliveries.find(f"answer:{talk._last_update}:1") is None


async def test_a_file_that_cannot_be_sent_is_said_to_come_later(talk: Talk) -> None:
    fault = Reply(400, "Bad Request: not enough rights to send documents to the chat")
    talk.telegram.set_faults(InOrder([fault], {"sendDocument"}))
    assert (await talk.ask("/export")).text == say("en", "privacy.export_failed")


async def test_a_topic_of_a_forum_gets_its_own_file_there(talk: Talk) -> None:
    talk.telegram.open_chat(FORUM, kind="supergroup", threads=(5, 6), administrators=(READER_ID,))
    await talk.ask("/follow FSD", chat_id=FORUM, thread_id=6)
    file = await talk.ask("/export", chat_id=FORUM, thread_id=5)
    assert file.thread_id == 5
    assert file.document is not None
    kept = json.loads(file.document.content)
    assert [each["thread_id"] for each in kept["chats"]] == [5]
    assert kept["subscriptions"] == []
    assert "feedback" not in kept


@pytest.mark.parametrize("code", ["en", "zh-hk", "zh-cn"])
async def test_deleting_asks_first_and_then_leaves_nothing_but_the_messages(
    talk: Talk, code: str
) -> None:
    await talk.ask("/start", code=code)
    await talk.ask("/follow 陳大文", code=code)
    question = await talk.ask("/delete_me", code=code)
    languages = {"en": "en", "zh-hk": "zh-Hant", "zh-cn": "zh-Hans"}
    assert question.text == say(languages[code], "privacy.delete")  # type: ignore[arg-type]
    await talk.press(question, data_of(question))
    done = talk.now_reads(question)
    assert done.text == say(languages[code], "privacy.deleted")  # type: ignore[arg-type]
    assert done.buttons == []
    assert kept_of(talk) == {}


async def test_nothing_of_the_chat_is_left_in_the_files(talk: Talk, tmp_path: Path) -> None:
    await talk.ask("/follow 陳大文的燈籠")
    await talk.say("這是陳大文說的話")
    question = await talk.ask("/delete_me")
    await talk.press(question, data_of(question))
    assert "陳大文".encode() not in read_files(tmp_path)
    tables = ("chats", "subscriptions", "deliveries", "contents", "digests", "feedback")
    assert [talk.app.store.db[name].count for name in tables] == [0] * 6
    assert list(talk.app.store.db.query("SELECT 1 FROM updates WHERE chat_id <> 0")) == []


async def test_whoever_says_no_keeps_all(talk: Talk) -> None:
    question = await talk.ask("/delete_me")
    before = kept_of(talk)["chats"]
    await talk.press(question, "erase:keep")
    assert talk.now_reads(question).text == say("en", "privacy.kept")
    assert kept_of(talk)["chats"] == before


async def test_afterwards_start_begins_anew(talk: Talk) -> None:
    await talk.ask("/follow FSD")
    question = await talk.ask("/delete_me")
    await talk.press(question, data_of(question))
    assert await talk.say("/start")
    assert set(kept_of(talk)) == {"chats", "messages"}


async def test_a_question_is_open_for_ten_minutes(talk: Talk) -> None:
    first, second = await talk.ask("/delete_me"), await talk.ask("/delete_me")
    talk.clock.now += VALID
    toast, _ = await talk.press(first, data_of(first))
    assert talk.now_reads(first).text == say("en", "privacy.deleted")
    await talk.ask("/start")
    talk.clock.now += timedelta(seconds=1)
    toast, _ = await talk.press(second, data_of(second))
    assert toast.text == say("en", "privacy.too_late")
    assert "chats" in kept_of(talk)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ("erase:999999999999:1001", "privacy.too_late"),
        ("erase:0:1001", "privacy.too_late"),
        ("erase:{until}:4242", "privacy.not_yours"),
        ("erase:{until}:999999999999999999", "privacy.not_yours"),
        ("erase:{until}:-1", "error.old_button"),
        ("erase:", "error.old_button"),
        ("erase:now", "error.old_button"),
        ("erase:1:2:3", "error.old_button"),
        ("erase:１:２", "privacy.not_yours"),
    ],
)
async def test_tampered_buttons_delete_nothing(talk: Talk, data: str, key: str) -> None:
    question = await talk.ask("/delete_me")
    until = int(talk.clock().timestamp()) + 60
    toast, _ = await talk.press(question, data.format(until=until), force=True)
    assert toast.text == say("en", key)
    assert "chats" in kept_of(talk)


async def test_a_press_beneath_a_message_that_telegram_no_longer_shows_deletes_all_the_same(
    talk: Talk,
) -> None:
    question = await talk.ask("/delete_me")
    toast, _ = await talk.press(question, data_of(question), is_inaccessible=True)
    assert toast.text == say("en", "privacy.deleted")
    assert kept_of(talk) == {}


async def test_though_telegram_does_not_take_the_confirmation_all_is_deleted(talk: Talk) -> None:
    question = await talk.ask("/delete_me")
    fault = Reply(400, "Bad Request: message to edit not found")
    talk.telegram.set_faults(InOrder([fault], {"editMessageText"}))
    toast, _ = await talk.press(question, data_of(question))
    assert toast.text == say("en", "privacy.deleted")
    assert kept_of(talk) == {}


async def test_what_is_on_its_way_meanwhile_does_not_bring_it_back(talk: Talk) -> None:
    """One that arrives, one that Telegram takes in another form alone, and one that it refuses."""
    question = await talk.ask("/delete_me")
    texts = ("arrives", "<b>not closed", "long " * 2_000)
    parts = [
        Delivery(
            key=f"digest:{number}",
            chat_id=READER_ID,
            content=Content.of(text),
            priority=Priority.DIGEST,
            not_before=talk.clock(),
        )
        for number, text in enumerate(texts)
    ]
    for part in parts:
        talk.app.store.deliveries.owe([part], talk.clock())
        sending = asyncio.ensure_future(talk.app.sender.deliver_due())
        while not talk.app.store.deliveries.count("claimed"):  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0)
        talk.app.store.privacy.erase(READER_ID, 0, is_private=True)
        await asyncio.wait_for(sending, 5)
        assert kept_of(talk) == {}
        assert talk.app.store.db["contents"].count == 0
    assert question.buttons


async def test_in_a_group_only_the_administrator_who_asked_can_say_yes(talk: Talk) -> None:
    other = 3003
    talk.telegram.open_chat(
        GROUP, kind="group", title="Neighbours", administrators=(READER_ID, other)
    )
    question = await talk.ask("/delete_me", chat_id=GROUP)
    assert question.text == say("en", "privacy.delete_group")
    toast, _ = await talk.press(question, data_of(question), user_id=MEMBER)
    assert toast.text == say("en", "gate.administrators")
    toast, _ = await talk.press(question, data_of(question), user_id=other)
    assert toast.text == say("en", "privacy.not_yours")
    assert "chats" in kept_of(talk, GROUP)
    await talk.press(question, data_of(question))
    assert talk.now_reads(question).text == say("en", "privacy.deleted")
    assert kept_of(talk, GROUP) == {}


@pytest.mark.parametrize("text", ["/delete_me", "/export"])
async def test_a_member_of_a_group_can_neither_ask_nor_have_the_file(talk: Talk, text: str) -> None:
    talk.telegram.open_chat(GROUP, kind="group", administrators=(READER_ID,))
    answer = await talk.ask(text, chat_id=GROUP, user_id=MEMBER)
    assert answer.text == say("en", "gate.administrators")
    assert answer.document is None


async def test_an_administrator_who_wrote_in_the_name_of_the_group_answers_in_their_own(
    talk: Talk,
) -> None:
    talk.telegram.open_chat(GROUP, kind="group", administrators=(READER_ID,))
    question = await talk.ask("/delete_me", chat_id=GROUP, as_chat=True)
    toast, _ = await talk.press(question, data_of(question), user_id=MEMBER)
    assert toast.text == say("en", "gate.administrators")
    await talk.press(question, data_of(question))
    assert kept_of(talk, GROUP) == {}


async def test_in_a_channel_an_administrator_deletes_what_is_kept_of_it(talk: Talk) -> None:
    talk.telegram.open_chat(CHANNEL, kind="channel", bot_is_admin=True, administrators=(READER_ID,))
    question = await talk.ask("/delete_me", chat_id=CHANNEL)
    toast, _ = await talk.press(question, data_of(question), user_id=MEMBER)
    assert toast.text == say("en", "gate.administrators")
    await talk.press(question, data_of(question))
    assert kept_of(talk, CHANNEL) == {}


async def test_in_a_forum_one_topic_is_deleted_and_the_others_stay(talk: Talk) -> None:
    talk.telegram.open_chat(FORUM, kind="supergroup", threads=(5, 6), administrators=(READER_ID,))
    await talk.ask("/follow FSD", chat_id=FORUM, thread_id=6)
    question = await talk.ask("/delete_me", chat_id=FORUM, thread_id=5)
    toast, _ = await talk.press(question, data_of(question), is_inaccessible=True)
    assert toast.text == say("en", "error.old_button"), "in which topic can't be told"
    await talk.press(question, data_of(question))
    assert [each.thread_id for each in talk.app.store.chats.list_threads(FORUM)] == [6]
