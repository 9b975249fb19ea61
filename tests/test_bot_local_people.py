"""What people are and do in the local chats: places, rights, anonymity, presses of no button."""

from collections.abc import AsyncIterator
from typing import Any

import aiogram
import aiogram.types
import httpx
import pytest
import telegram
import telegram.error
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram

GROUP_ID, CHANNEL_ID = -5, -1007
OWNER_ID, ADMIN_ID, PERSON_ID, STRANGER_ID = 7, 8, 9, 77
HERE = telegram.ReplyKeyboardMarkup([[telegram.KeyboardButton("Here", request_location=True)]])
BUTTON = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("x", callback_data="a:1")]])


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot:
        yield bot


@pytest.fixture
async def other_bot(local: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(local.url))
    async with aiogram.Bot(LOCAL_TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def http(local: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=local.url, timeout=10, verify=False) as client:
        yield client


# Places


async def test_a_place_reaches_the_bot(local: LocalTelegram, bot: telegram.Bot) -> None:
    local.share_location(22.28, 114.16)
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.location
    assert (update.message.location.latitude, update.message.location.longitude) == (22.28, 114.16)
    assert update.message.text is None


async def test_aiograms_models_accept_a_place_and_an_answer_to_a_question(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(GROUP_ID, "group", "Group")
    asked = await other_bot.send_message(
        GROUP_ID, "Where?", reply_markup=aiogram.types.ForceReply(selective=True)
    )
    local.share_location(-33, 151, chat_id=GROUP_ID, user_id=PERSON_ID, reply_to=asked.message_id)
    (update,) = await other_bot.get_updates()
    assert update.message
    assert update.message.location
    assert update.message.location.latitude == -33
    assert update.message.reply_to_message
    assert update.message.reply_to_message.message_id == asked.message_id
    assert update.message.model_extra == {}


async def test_in_a_group_a_plain_bot_hears_what_answers_it_and_no_other_place(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group")
    asked = await bot.send_message(GROUP_ID, "Where?", reply_markup=telegram.ForceReply())
    said = local.say("hello", chat_id=GROUP_ID)
    local.share_location(1, 2, chat_id=GROUP_ID)
    local.say("to a person", chat_id=GROUP_ID, reply_to=said.message_id)
    local.say("Tokyo", chat_id=GROUP_ID, reply_to=asked.message_id)
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.text == "Tokyo"


@pytest.mark.parametrize("place", [(91, 0), (-90.5, 0), (0, 181), (0, -180.5), (float("nan"), 0)])
async def test_a_place_that_is_nowhere_cannot_be_shared(
    local: LocalTelegram, place: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match="There is no place"):
        local.share_location(*place)


async def test_nobody_answers_a_message_that_is_not_there(local: LocalTelegram) -> None:
    with pytest.raises(ValueError, match="There is no message 9"):
        local.say("x", reply_to=9)


async def test_the_page_shares_a_place(local: LocalTelegram, http: httpx.AsyncClient) -> None:
    body = {"latitude": 22.28, "longitude": 114}
    response = await http.post("/local/location", json=body)
    assert response.json()["location"] == body
    assert local.messages()[0].location


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"latitude": 1}',
        b'{"latitude": "1", "longitude": 2}',
        b'{"latitude": true, "longitude": 2}',
        b'{"latitude": [1], "longitude": 2}',
        b'{"latitude": 1e999, "longitude": 2}',
        b'{"latitude": NaN, "longitude": 2}',
        b'{"latitude": 1' + b"0" * 400 + b', "longitude": 2}',
        b'{"latitude": 91, "longitude": 2}',
        b'{"latitude": 1, "longitude": 2, "chat_id": 42}',
    ],
)
async def test_a_place_that_is_none_is_refused_with_a_reason(
    local: LocalTelegram, http: httpx.AsyncClient, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await http.post("/local/location", content=body, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]
    assert local.messages() == []


# Keyboards by the kind of the chat


async def test_a_person_alone_can_be_asked_where_they_are(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    local.open_chat(GROUP_ID, "group", "Group")
    await bot.send_message(READER_ID, "x", reply_markup=HERE)
    with pytest.raises(telegram.error.BadRequest, match="Location can be requested in private"):
        await bot.send_message(GROUP_ID, "x", reply_markup=HERE)
    await bot.send_message(GROUP_ID, "x", reply_markup=telegram.ReplyKeyboardMarkup([["a"]]))
    await bot.send_message(GROUP_ID, "x", reply_markup=telegram.ReplyKeyboardRemove())
    assert [message.text for message in local.messages(GROUP_ID)] == ["x", "x"]


@pytest.mark.parametrize(
    "markup",
    [
        telegram.ReplyKeyboardMarkup([["a"]]),
        telegram.ReplyKeyboardRemove(),
        telegram.ForceReply(),
    ],
    ids=["keyboard", "remove", "force"],
)
async def test_a_channel_takes_no_keyboard_but_buttons(
    local: LocalTelegram, bot: telegram.Bot, markup: Any
) -> None:
    local.open_chat(CHANNEL_ID, "channel", "Channel", bot_is_admin=True)
    with pytest.raises(telegram.error.BadRequest, match="Inline keyboard expected"):
        await bot.send_message(CHANNEL_ID, "x", reply_markup=markup)
    assert await bot.send_message(CHANNEL_ID, "x", reply_markup=BUTTON)


# Rights


async def test_everyone_is_what_they_are_in_a_group(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group", owner=OWNER_ID, administrators=[ADMIN_ID])
    local.say("/start", chat_id=GROUP_ID, user_id=PERSON_ID)
    local.ask_inline("x", user_id=STRANGER_ID)
    ids = (OWNER_ID, ADMIN_ID, PERSON_ID, STRANGER_ID, other_bot.id)
    members = [await other_bot.get_chat_member(GROUP_ID, user_id) for user_id in ids]
    administrators = await other_bot.get_chat_administrators(GROUP_ID)
    kinds = ["creator", "administrator", "member", "left", "member"]
    assert [member.status for member in members] == kinds
    assert [member.user.id for member in administrators] == [OWNER_ID, ADMIN_ID]


async def test_in_a_private_chat_both_are_members(local: LocalTelegram, bot: telegram.Bot) -> None:
    local.say("/start")
    members = [await bot.get_chat_member(READER_ID, each) for each in (READER_ID, bot.id)]
    assert [member.status for member in members] == ["member", "member"]


async def test_a_bot_that_was_thrown_out_learns_nothing_of_members(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "group", "Group", owner=OWNER_ID)
    local.open_chat(CHANNEL_ID, "channel", "Channel", owner=OWNER_ID)
    local.block(GROUP_ID)
    with pytest.raises(telegram.error.Forbidden, match="kicked from the group chat"):
        await bot.get_chat_member(GROUP_ID, OWNER_ID)
    with pytest.raises(telegram.error.BadRequest, match="Member list is inaccessible"):
        await bot.get_chat_member(CHANNEL_ID, OWNER_ID)


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [("supergroup", ("member", "administrator")), ("channel", ("left", "administrator"))],
)
async def test_the_bot_is_told_when_it_is_promoted_and_demoted(
    local: LocalTelegram, other_bot: aiogram.Bot, kind: Any, statuses: tuple[str, str]
) -> None:
    local.open_chat(CHANNEL_ID, kind, "Chat")
    local.promote(CHANNEL_ID)
    await other_bot.send_message(CHANNEL_ID, "x")
    local.promote(CHANNEL_ID, is_admin=False)
    updates = await other_bot.get_updates()
    told = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in told] == [
        statuses,
        statuses[::-1],
    ]
    assert [each.new_chat_member.model_extra for each in told] == [{}, {}]
    if kind == "channel":
        with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="need administrator"):
            await other_bot.send_message(CHANNEL_ID, "x")


async def test_nobody_is_promoted_in_a_private_chat(local: LocalTelegram) -> None:
    local.say("x")
    with pytest.raises(ValueError, match="has no administrators"):
        local.promote(READER_ID)


async def test_an_administrator_who_is_anonymous_writes_in_the_name_of_the_group(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group", owner=OWNER_ID)
    said = local.say("/settings", chat_id=GROUP_ID, as_chat=True)
    (update,) = await other_bot.get_updates()
    assert update.message
    assert update.message.sender_chat
    assert update.message.sender_chat.id == GROUP_ID
    assert update.message.from_user
    assert update.message.from_user.username == "GroupAnonymousBot"
    assert update.message.model_extra == {}
    assert not said.from_bot
    with pytest.raises(ValueError, match="Nobody is anonymous"):
        local.say("x", as_chat=True)


async def test_a_post_of_a_channel_is_the_channels_own(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(CHANNEL_ID, "channel", "Channel", bot_is_admin=True)
    local.say("/latest", chat_id=CHANNEL_ID, user_id=ADMIN_ID)
    (update,) = await bot.get_updates()
    assert update.channel_post
    assert update.channel_post.sender_chat
    assert update.channel_post.sender_chat.id == CHANNEL_ID
    assert update.effective_user is None


async def test_a_supergroup_becomes_a_forum_and_back(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group")
    local.make_forum(GROUP_ID)
    local.say("/start", chat_id=GROUP_ID)
    local.say("/start", chat_id=GROUP_ID, thread_id=3)
    general, topic = [update.message for update in await bot.get_updates()]
    assert general
    assert topic
    assert (general.chat.is_forum, general.is_topic_message) == (True, None)
    assert (topic.chat.is_forum, topic.message_thread_id) == (True, 3)
    local.make_forum(GROUP_ID, is_forum=False)
    with pytest.raises(telegram.error.BadRequest, match="Message thread not found"):
        await bot.send_message(GROUP_ID, "x", message_thread_id=3)
    with pytest.raises(ValueError, match="no supergroup"):
        local.make_forum(local.open_chat(READER_ID).id)


# Presses of what is not there


async def test_a_press_beneath_a_message_that_is_gone_tells_only_where_it_was(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(READER_ID)
    markup = aiogram.types.InlineKeyboardMarkup.model_validate(BUTTON.to_dict())
    sent = await other_bot.send_message(READER_ID, "x", reply_markup=markup)
    await other_bot.delete_message(READER_ID, sent.message_id)
    pressed = local.press(sent.message_id, "a:1", is_inaccessible=True)
    (update,) = await other_bot.get_updates()
    assert update.callback_query
    assert isinstance(update.callback_query.message, aiogram.types.InaccessibleMessage)
    assert update.callback_query.message.message_id == sent.message_id
    assert await other_bot.answer_callback_query(update.callback_query.id, text="x")
    assert (await pressed).text == "x"
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="message to edit not found"):
        await other_bot.edit_message_text("y", chat_id=READER_ID, message_id=sent.message_id)


async def test_data_that_no_button_has_arrives_as_it_was_forged(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    said = local.say("hello")
    for data in ("", "card:-1", "字" * 21, "a:1\n"):
        local.press(said.message_id, data, force=True)
    _, *updates = await bot.get_updates()
    forged = [update.callback_query.data for update in updates if update.callback_query]
    assert forged == ["", "card:-1", "字" * 21, "a:1\n"]
    with pytest.raises(ValueError, match="no more than 64 bytes"):
        local.press(said.message_id, "x" * 65, force=True)
    with pytest.raises(ValueError, match="There is no message 99"):
        local.press(99, "a:1", force=True)


async def test_anyone_can_press_a_button_of_a_channel(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(CHANNEL_ID, "channel", "Channel", bot_is_admin=True)
    sent = await bot.send_message(CHANNEL_ID, "x", reply_markup=BUTTON)
    local.press(sent.message_id, "a:1", chat_id=CHANNEL_ID, user_id=STRANGER_ID)
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert update.callback_query.from_user.id == STRANGER_ID
    assert update.effective_chat
    assert update.effective_chat.type == "channel"
