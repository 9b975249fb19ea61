"""Who may change settings, and how much a chat may ask, over HTTP with the local server."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes import Clock
from talk import Talk, open_talk
from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.commands import list_names
from bot.handlers.gate import (
    ALLOWANCE,
    CHANGING,
    CHANGING_VERBS,
    CHANGING_WITH_WORDS,
    HARMLESS,
    HARMLESS_VERBS,
    TRUSTED_FOR,
    Floods,
)
from bot.local import READER_ID
from bot.local.faults import Reply
from bot.local.plans import InOrder
from bot.texts import say

GROUP, ADMIN, MEMBER = -1_000_500, 42, 43
CHANGES = [
    *("/subscribe", "/subscribe 7:30", "/unsubscribe", "/language 繁體", "/zone London"),
    *("/quiet 23:00-07:00", "/empty skip", "/alerts weather", "/follow FSD", "/mute beach"),
    *("/unfollow FSD", "/export", "/delete_me"),
]
READS = ["/latest", "/settings", "/topic", "/help", "/language", "/zone", "/quiet", "/alerts"]
DENIED, UNKNOWN = say("en", "gate.administrators"), say("en", "gate.unknown")
SLOW_DOWN = say("en", "gate.slow_down")


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        opened.telegram.open_chat(
            GROUP, "supergroup", "Neighbours", administrators=[ADMIN], owner=44
        )
        yield opened


@pytest.mark.parametrize("command", CHANGES)
async def test_in_a_group_only_administrators_change_what_is_set(talk: Talk, command: str) -> None:
    before = talk.app.store.chats.find(GROUP)
    assert (await talk.ask(command, chat_id=GROUP, user_id=MEMBER)).text == DENIED
    after = talk.app.store.chats.find(GROUP)
    assert before is None
    assert after is not None
    assert (after.language, after.subscribed, after.quiet) == ("en", False, None)
    answers = await talk.say(command, chat_id=GROUP, user_id=ADMIN)
    assert answers
    assert DENIED not in [each.text for each in answers]


@pytest.mark.parametrize("command", READS)
async def test_everyone_may_read_and_see_how_it_is_set(talk: Talk, command: str) -> None:
    answers = await talk.say(command, chat_id=GROUP, user_id=MEMBER)
    assert answers
    assert DENIED not in [each.text for each in answers]


async def test_the_owner_and_whoever_speaks_as_the_group_may(talk: Talk) -> None:
    assert "subscribed" in (await talk.ask("/subscribe", chat_id=GROUP, user_id=44)).text
    text = (await talk.ask("/unsubscribe", chat_id=GROUP, as_chat=True)).text
    assert text == say("en", "subscribe.stopped")


@pytest.mark.parametrize("data", ["set:language:zh-Hant", "begin:language:zh-Hant", "set:time"])
async def test_a_members_press_changes_nothing_and_says_why(talk: Talk, data: str) -> None:
    overview = await talk.ask("/settings", chat_id=GROUP, user_id=MEMBER)
    answer, sent = await talk.press(overview, data, user_id=MEMBER, force=True)
    assert (answer.text, sent) == (DENIED, [])
    assert talk.now_reads(overview).text == overview.text
    answer, _ = await talk.press(overview, data, user_id=ADMIN, force=True)
    assert not answer.text
    assert talk.now_reads(overview).text != overview.text


@pytest.mark.parametrize(
    "words",
    ["/subscribe@another_bot", "/weather", "subscribe", "/", "/subscribers", "I /subscribe"],
)
async def test_what_a_group_says_to_others_is_neither_counted_nor_answered(
    talk: Talk, words: str
) -> None:
    for _ in range(ALLOWANCE + 2):
        talk.telegram.say(words, chat_id=GROUP, user_id=MEMBER)
    assert await talk.settle(GROUP) == []
    answer = await talk.ask("/subscribe@Tongbao_Local_Bot", chat_id=GROUP, user_id=MEMBER)
    assert answer.text == DENIED


async def test_in_a_private_chat_nobody_is_asked_whether_they_may(talk: Talk) -> None:
    assert "subscribed" in (await talk.ask("/subscribe")).text


@pytest.mark.parametrize("thread", [0, 7])
async def test_a_topic_of_a_forum_is_kept_by_the_administrators_of_the_group(
    talk: Talk, thread: int
) -> None:
    forum = -1_000_600
    talk.telegram.open_chat(forum, "supergroup", "Forum", threads=[7], administrators=[ADMIN])
    where: dict[str, Any] = {"chat_id": forum, "thread_id": thread}
    assert (await talk.ask("/subscribe", user_id=MEMBER, **where)).text == DENIED
    assert "subscribed" in (await talk.ask("/subscribe", user_id=ADMIN, **where)).text
    assert [each.id for each in talk.app.store.chats.list_threads(forum)] == [forum]


async def test_what_a_channel_posts_is_obeyed_and_its_readers_presses_are_not(talk: Talk) -> None:
    channel = -1_000_700
    talk.telegram.open_chat(channel, "channel", "News", bot_is_admin=True, administrators=[ADMIN])
    assert "subscribed" in (await talk.ask("/subscribe 7:30", chat_id=channel, user_id=ADMIN)).text
    assert "no releases" in (await talk.ask("/latest", chat_id=channel, user_id=ADMIN)).text
    overview = await talk.ask("/settings", chat_id=channel, user_id=ADMIN)
    answer, _ = await talk.press(overview, "set:length", user_id=MEMBER)
    assert answer.text == DENIED
    await talk.press(overview, "set:length", user_id=ADMIN)
    await talk.press(overview, "set:length:full", user_id=ADMIN)
    chat = talk.app.store.chats.find(channel)
    assert chat is not None
    assert (chat.subscribed, chat.length) == (True, "full")


async def test_who_administers_is_believed_for_a_minute_only(talk: Talk) -> None:
    group = talk.telegram.state.get_chat(GROUP)
    assert "subscribed" in (await talk.ask("/subscribe", chat_id=GROUP, user_id=ADMIN)).text
    group.administrators = frozenset()
    stopped = await talk.ask("/unsubscribe", chat_id=GROUP, user_id=ADMIN)
    assert stopped.text == say("en", "subscribe.stopped")
    talk.clock.advance(seconds=TRUSTED_FOR.total_seconds())
    assert (await talk.ask("/subscribe", chat_id=GROUP, user_id=ADMIN)).text == DENIED


async def test_a_new_administrator_need_not_wait(talk: Talk) -> None:
    assert (await talk.ask("/subscribe", chat_id=GROUP, user_id=MEMBER)).text == DENIED
    talk.telegram.state.get_chat(GROUP).administrators |= {MEMBER}
    assert "subscribed" in (await talk.ask("/subscribe", chat_id=GROUP, user_id=MEMBER)).text


async def test_if_telegram_cannot_say_nothing_is_changed(talk: Talk) -> None:
    fault = Reply(400, "Bad Request: member list is inaccessible")
    talk.telegram.set_faults(InOrder([fault], methods={"getChatMember"}))
    assert (await talk.ask("/subscribe", chat_id=GROUP, user_id=ADMIN)).text == UNKNOWN
    chat = talk.app.store.chats.find(GROUP)
    assert chat is not None
    assert not chat.subscribed
    assert "subscribed" in (await talk.ask("/subscribe", chat_id=GROUP, user_id=ADMIN)).text


def list_verbs(talk: Talk) -> Iterator[str]:
    """The verbs of all callback data that some handler takes."""
    for handlers in talk.app.application.handlers.values():
        for handler in handlers:
            if isinstance(handler, CallbackQueryHandler) and handler.pattern is not None:
                source = getattr(handler.pattern, "pattern", "")
                found = re.match(r"\^?(?:\(\?:(?P<several>[a-z_|]+)\)|(?P<one>[a-z_]+)):", source)
                assert found is not None, source
                yield from (found["several"] or found["one"]).split("|")


async def test_every_command_and_every_button_either_changes_settings_or_does_not(
    talk: Talk,
) -> None:
    commands = {
        name
        for handlers in talk.app.application.handlers.values()
        for handler in handlers
        if isinstance(handler, CommandHandler)
        for name in handler.commands
    }
    assert commands == set(list_names())
    assert commands == CHANGING | CHANGING_WITH_WORDS | HARMLESS
    assert len(commands) == len(CHANGING) + len(CHANGING_WITH_WORDS) + len(HARMLESS)
    verbs = set(list_verbs(talk))
    assert verbs == CHANGING_VERBS | HARMLESS_VERBS
    assert not CHANGING_VERBS & HARMLESS_VERBS


async def test_a_burst_of_1000_commands_is_answered_as_far_as_anyone_reads(talk: Talk) -> None:
    for _ in range(1000):
        talk.telegram.say("/help")
    other = talk.telegram.open_chat(2002)
    talk.telegram.say("/help", chat_id=other.id)
    handled = 0
    while handled < 1001:
        await talk.app.inbox.fetch()
        handled += await talk.app.inbox.handle_due()
    await talk.app.sender.deliver_due()
    answers = [each.text for each in talk.telegram.messages(READER_ID) if each.from_bot]
    assert len(answers) == ALLOWANCE + 1
    assert answers.count(SLOW_DOWN) == 1
    assert len([each for each in talk.telegram.messages(2002) if each.from_bot]) == 1
    talk.clock.advance(seconds=60)
    assert "What I can do" in (await talk.say("/help"))[-1].text


async def test_a_burst_of_presses_is_told_so_each_time(talk: Talk) -> None:
    overview = await talk.ask("/settings")
    for _ in range(ALLOWANCE - 1):
        answer, _ = await talk.press(overview, "set:time", force=True)
        assert not answer.text
    for _ in range(2):
        answer, sent = await talk.press(overview, "set:time", force=True)
        assert (answer.text, sent) == (SLOW_DOWN, [])


def test_the_allowance_grows_back_with_time_and_never_beyond_itself(now: datetime) -> None:
    clock = Clock(now)
    floods = Floods(clock)
    assert [floods.admit(1) for _ in range(ALLOWANCE)] == [True] * ALLOWANCE
    assert [floods.admit(1), floods.admit(1), floods.admit(2)] == [None, False, True]
    clock.advance(seconds=2)
    assert [floods.admit(1), floods.admit(1), floods.admit(1)] == [True, False, False]
    clock.advance(days=365)
    assert [floods.admit(1) for _ in range(ALLOWANCE + 1)] == [True] * ALLOWANCE + [None]


def test_a_clock_that_is_put_back_shuts_nobody_out(now: datetime) -> None:
    clock = Clock(now)
    floods = Floods(clock)
    for _ in range(ALLOWANCE + 1):
        floods.admit(1)
    clock.now -= timedelta(days=30)
    assert floods.admit(1) is False
    clock.advance(seconds=60)
    assert floods.admit(1) is True
