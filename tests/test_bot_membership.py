"""Blocked, let in again, moved: settings are kept, and nothing is owed to who can't get it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from talk import Talk, open_talk
from telegram import ChatMember

from bot.handlers.membership import can_write
from bot.local import READER_ID
from data.models import Chat, Content, Delivery, Priority

GROUP, SUPERGROUP = -500, -1_000_500
BOT = {"id": 1_000_001, "is_bot": True, "first_name": "Bot"}
RIGHTS = dict.fromkeys(
    (
        *("can_send_messages", "can_change_info", "can_invite_users", "can_pin_messages"),
        *("can_send_polls", "can_send_other_messages", "can_add_web_page_previews"),
        *("can_manage_topics", "can_send_audios", "can_send_documents", "can_send_photos"),
        *("can_send_videos", "can_send_video_notes", "can_send_voice_notes"),
        *("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages"),
        *("can_manage_video_chats", "can_restrict_members", "can_promote_members"),
        *("can_post_stories", "can_edit_stories", "can_delete_stories", "can_edit_tag"),
        "can_react_to_messages",
    ),
    True,
)


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def find(talk: Talk, chat_id: int = READER_ID, thread_id: int = 0) -> Chat:
    chat = talk.app.store.chats.find(chat_id, thread_id)
    assert chat
    return chat


def owe(talk: Talk, chat_id: int, thread_id: int = 0) -> str:
    """A message that would still be sent."""
    key = f"test:{chat_id}:{thread_id}:{talk.clock()}"
    delivery = Delivery(
        key=key,
        chat_id=chat_id,
        thread_id=thread_id,
        content=Content.of("Something"),
        priority=Priority.DIGEST,
        not_before=talk.clock(),
    )
    talk.app.store.deliveries.owe([delivery], talk.clock())
    return key


def status_of(talk: Talk, key: str) -> str:
    delivery = talk.app.store.deliveries.find(key)
    assert delivery
    return delivery.status


def change_rights(talk: Talk, chat_id: int, kind: str, member: dict[str, Any]) -> None:
    """Tell the bot of its new standing in a chat, as Telegram would."""
    old = {"user": BOT, "status": "member"}
    change = {
        "chat": {"id": chat_id, "type": kind, "title": "Chat"},
        "from": {"id": READER_ID, "is_bot": False, "first_name": "Reader"},
        "date": int(talk.clock().timestamp()),
        "old_chat_member": old,
        "new_chat_member": {"user": BOT, **member},
    }
    talk.telegram.state.push_update("my_chat_member", change)


async def test_blocked_it_is_owed_nothing_and_let_in_again_it_has_its_settings(
    talk: Talk,
) -> None:
    await talk.say("/language 繁體")
    await talk.say("/subscribe 7:30")
    before, key = find(talk), owe(talk, READER_ID)
    talk.telegram.block()
    assert await talk.settle() == []
    assert find(talk).status == "paused"
    assert find(talk).paused_for == "kicked in the private chat"
    assert status_of(talk, key) == "gone"
    talk.clock.advance(days=10)
    talk.telegram.block(is_blocked=False)
    (message,) = await talk.settle()
    assert "歡迎回來" in message.text
    assert "2026年12月3日星期四 07:30" in message.text
    back = find(talk)
    assert back.next_due == datetime(2026, 12, 2, 23, 30, tzinfo=UTC)
    assert back == before.model_copy(
        update={"next_due": back.next_due, "next_date": back.next_date}
    )


async def test_while_it_is_blocked_no_digest_is_composed(talk: Talk) -> None:
    await talk.say("/subscribe 7:30")
    talk.telegram.block()
    await talk.settle()
    talk.clock.advance(days=2)
    assert await talk.app.jobs.compose() == 0


async def test_one_without_a_digest_is_welcomed_back_without_a_date(talk: Talk) -> None:
    await talk.say("/help")
    for is_blocked in (True, False):
        talk.telegram.block(is_blocked=is_blocked)
    (message,) = await talk.settle()
    assert message.text == "Welcome back. Your settings are as you left them."


async def test_who_is_not_known_or_never_was_away_is_not_welcomed_back(talk: Talk) -> None:
    talk.telegram.open_chat(READER_ID)
    talk.telegram.block(is_blocked=False)
    assert await talk.settle() == []
    assert talk.app.store.chats.find(READER_ID) is None
    await talk.say("/help")
    talk.telegram.block(is_blocked=False)
    assert await talk.settle() == []


@pytest.mark.parametrize("status", ["paused", "gone"])
async def test_one_that_writes_again_is_back_and_its_next_digest_is_not_in_the_past(
    talk: Talk, status: str
) -> None:
    await talk.say("/subscribe 7:30")
    before = find(talk)
    chats = talk.app.store.chats
    if status == "paused":
        chats.mark_paused(READER_ID, "blocked")
    else:
        chats.mark_gone(READER_ID)
    talk.clock.advance(days=3, hours=1)
    await talk.say("/help")
    chat = find(talk)
    assert chat.next_due == datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert chat == before.model_copy(
        update={"next_due": chat.next_due, "next_date": chat.next_date}
    )


async def test_a_forum_is_paused_and_back_with_all_its_topics_and_without_a_word(
    talk: Talk,
) -> None:
    talk.telegram.open_chat(SUPERGROUP, "supergroup", "Forum", threads=[5, 6])
    store = talk.app.store
    for thread_id in (5, 6):
        chat = Chat(id=SUPERGROUP, thread_id=thread_id, subscribed=True)
        store.chats.save(chat)
    keys = [owe(talk, SUPERGROUP, thread_id) for thread_id in (5, 6)]
    other = owe(talk, READER_ID)
    talk.telegram.block(SUPERGROUP)
    await talk.settle(SUPERGROUP)
    assert [chat.status for chat in store.chats.list_threads(SUPERGROUP)] == ["paused"] * 2
    assert [status_of(talk, key) for key in keys] == ["gone"] * 2
    assert status_of(talk, other) == "due"
    talk.telegram.block(SUPERGROUP, is_blocked=False)
    assert await talk.settle(SUPERGROUP) == []
    threads = store.chats.list_threads(SUPERGROUP)
    assert [chat.status for chat in threads] == ["active"] * 2
    assert all(chat.next_due and chat.next_due > talk.clock() for chat in threads)


async def test_a_group_that_takes_the_right_to_write_is_paused_until_it_gives_it_back(
    talk: Talk,
) -> None:
    talk.telegram.open_chat(GROUP, "supergroup", "Neighbours")
    await talk.say("/subscribe@tongbao_local_bot", chat_id=GROUP)
    muted = {**RIGHTS, "status": "restricted", "is_member": True, "until_date": 0}
    change_rights(talk, GROUP, "supergroup", {**muted, "can_send_messages": False})
    await talk.settle(GROUP)
    assert find(talk, GROUP).status == "paused"
    change_rights(talk, GROUP, "supergroup", {"status": "member"})
    await talk.settle(GROUP)
    assert find(talk, GROUP).status == "active"


async def test_a_group_that_becomes_a_supergroup_takes_its_settings_along(talk: Talk) -> None:
    talk.telegram.open_chat(GROUP, "group", "Neighbours")
    await talk.say("/subscribe@tongbao_local_bot 7:30", chat_id=GROUP)
    before = find(talk, GROUP)
    key = owe(talk, GROUP)
    talk.telegram.upgrade(GROUP, SUPERGROUP)
    assert await talk.settle(SUPERGROUP) == []
    assert find(talk, SUPERGROUP) == before.model_copy(update={"id": SUPERGROUP})
    assert talk.app.store.chats.find(GROUP) is None
    delivery = talk.app.store.deliveries.find(key)
    assert delivery
    assert (delivery.chat_id, delivery.status) == (SUPERGROUP, "due")


@pytest.mark.parametrize(
    ("member", "kind", "expected"),
    [
        ({"status": "member"}, "private", True),
        ({"status": "kicked", "until_date": 0}, "private", False),
        ({"status": "member"}, "group", True),
        ({"status": "administrator", **RIGHTS}, "supergroup", True),
        ({"status": "left"}, "group", False),
        ({"status": "kicked", "until_date": 0}, "supergroup", False),
        ({"status": "restricted", **RIGHTS, "is_member": True, "until_date": 0}, "group", True),
        ({"status": "restricted", **RIGHTS, "is_member": False, "until_date": 0}, "group", False),
        ({"status": "administrator", **RIGHTS, "can_post_messages": True}, "channel", True),
        ({"status": "administrator", **RIGHTS, "can_post_messages": False}, "channel", False),
        ({"status": "administrator", **RIGHTS}, "channel", False),
        ({"status": "member"}, "channel", False),
        ({"status": "left"}, "channel", False),
    ],
)
def test_where_it_may_write_depends_on_its_standing_and_the_kind_of_chat(
    member: dict[str, Any], kind: str, expected: bool
) -> None:
    parsed = ChatMember.de_json({"user": BOT, **member}, None)
    assert can_write(parsed, kind) == expected


def test_who_is_restricted_may_write_only_with_the_right_to() -> None:
    muted = {**RIGHTS, "status": "restricted", "is_member": True, "until_date": 0}
    parsed = ChatMember.de_json({"user": BOT, **muted, "can_send_messages": False}, None)
    assert not can_write(parsed, "supergroup")
