"""The local Bot API server, over real HTTP, through two clients that others wrote."""

import asyncio
import html
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiogram
import aiogram.exceptions
import aiogram.methods
import aiogram.types
import httpx
import pydantic
import pytest
import telegram
import telegram.error
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from fakes import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import make_png
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, CommandHandler

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram, LocalTelegramError
from bot.local.methods import METHODS, call
from bot.local.parameters import Parameters, to_strings
from bot.local.refusals import Refusal

GROUP_ID, CHANNEL_ID, FORUM_ID = -5, -1007, -1009
KEYBOARD = {"inline_keyboard": [[{"text": "健康", "callback_data": "topic:health"}]]}


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    bot = telegram.Bot(LOCAL_TOKEN, base_url=local.base_url, base_file_url=local.base_file_url)
    async with bot:
        yield bot


@pytest.fixture
async def other_bot(local: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(local.url))
    async with aiogram.Bot(LOCAL_TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def http(local: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    base_url = f"{local.base_url}{LOCAL_TOKEN}"
    async with httpx.AsyncClient(base_url=base_url, timeout=10, verify=False) as client:
        yield client


async def ask(http: httpx.AsyncClient, method: str, **parameters: Any) -> Any:
    response = await http.post(f"/{method}", json=parameters)
    assert response.status_code == 200, response.text
    return response.json()["result"]


# Two clients that others wrote


async def test_a_whole_conversation_runs_through_python_telegram_bot(local: LocalTelegram) -> None:
    async def start(update: telegram.Update, _context: Any) -> None:
        assert update.message
        markup = telegram.InlineKeyboardMarkup.de_json(KEYBOARD)
        await update.message.reply_html("<b>歡迎</b> 🐉 <i>hello</i>", reply_markup=markup)

    async def follow(update: telegram.Update, _context: Any) -> None:
        assert update.callback_query
        await update.callback_query.answer("已追蹤", show_alert=True)
        await update.callback_query.edit_message_text(f"done {update.callback_query.data}")

    app = ApplicationBuilder().token(LOCAL_TOKEN).base_url(local.base_url).build()
    app.add_handler(CommandHandler("start", start))
    app.add_handler(CallbackQueryHandler(follow))
    async with app:
        await app.start()
        assert app.updater
        await app.updater.start_polling(timeout=5)
        local.say("/start", language_code="zh-hant")
        welcome = await local.wait_for_message()
        answer = await local.press(welcome.message_id, welcome.buttons[0]["callback_data"])
        edited = await local.wait_for_message(lambda message: message.edited_at is not None)
        await app.updater.stop()
        await app.stop()

    assert welcome.text == "歡迎 🐉 hello"
    assert (answer.text, answer.show_alert) == ("已追蹤", True)
    assert (edited.text, edited.markup) == ("done topic:health", None)
    assert [message.text for message in local.journal] == ["歡迎 🐉 hello"]


async def test_python_telegram_bot_reads_back_the_markup_it_sent(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    source = '🐉<b>通報</b> <a href="https://www.info.gov.hk/gia/">連結</a> <code>x &lt; y</code>'
    message = await bot.send_message(READER_ID, source, parse_mode="HTML")
    assert message.text_html == source
    assert message.parse_entities(["bold"]) == {message.entities[0]: "通報"}
    assert message.entities[0].offset == 2


async def test_aiograms_models_accept_messages_and_updates(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    types = aiogram.types
    local.say("/start 通報", language_code="zh-hant")
    (update,) = await other_bot.get_updates(timeout=0, allowed_updates=["message"])
    sent = await other_bot.send_message(
        READER_ID,
        "<b>一</b> <tg-spoiler>二</tg-spoiler> <blockquote expandable>三</blockquote>"
        '<tg-time unix="1763791200" format="r">soon</tg-time> /help https://a.example',
        parse_mode="HTML",
        reply_parameters=types.ReplyParameters(message_id=1),
        link_preview_options=types.LinkPreviewOptions(is_disabled=True),
        protect_content=True,
    )
    assert await other_bot.send_chat_action(READER_ID, "typing")
    assert await other_bot.delete_message(READER_ID, sent.message_id)

    assert update.message
    assert update.message.from_user
    assert update.message.from_user.language_code == "zh-hant"
    assert update.message.entities
    assert update.message.entities[0].type == "bot_command"
    assert sent.reply_to_message
    assert sent.has_protected_content
    assert sent.entities
    kinds = ["bold", "spoiler", "expandable_blockquote", "date_time", "bot_command", "url"]
    assert [entity.type for entity in sent.entities] == kinds
    assert [message.text for message in local.messages()] == ["/start 通報"]


async def test_aiograms_models_accept_presses_and_edits(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(READER_ID)
    markup = aiogram.types.InlineKeyboardMarkup.model_validate(KEYBOARD)
    sent = await other_bot.send_message(READER_ID, "old", reply_markup=markup)
    pressed = local.press(sent.message_id, "topic:health")
    (update,) = await other_bot.get_updates()
    assert update.callback_query
    assert await other_bot.answer_callback_query(update.callback_query.id, text="好")
    edited = await other_bot.edit_message_text("new", None, READER_ID, sent.message_id)
    marked = await other_bot.edit_message_reply_markup(
        chat_id=READER_ID, message_id=sent.message_id, reply_markup=markup
    )

    assert (await pressed).text == "好"
    assert isinstance(edited, aiogram.types.Message)
    assert (edited.text, edited.reply_markup) == ("new", None)
    assert isinstance(marked, aiogram.types.Message)
    assert marked.reply_markup
    assert marked.reply_markup.inline_keyboard[0][0].callback_data == "topic:health"


async def test_aiogram_gets_back_the_file_it_sent(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(READER_ID)
    file = aiogram.types.BufferedInputFile("資料".encode(), "data.json")
    sent = await other_bot.send_document(READER_ID, file, caption="<i>x</i>", parse_mode="HTML")
    assert sent.document
    content = await other_bot.download(sent.document)
    assert content
    assert content.read() == "資料".encode()
    assert (sent.caption, sent.document.file_name) == ("x", "data.json")


async def test_aiograms_models_accept_the_bots_profile(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    bot, types = other_bot, aiogram.types
    local.open_chat(READER_ID)
    scope = types.BotCommandScopeChat(chat_id=READER_ID)
    command = types.BotCommand(command="start", description="開始")
    assert await bot.set_my_commands([command], scope=scope, language_code="zh")
    (kept,) = await bot.get_my_commands(scope=scope, language_code="zh")
    assert (kept.command, kept.description) == ("start", "開始")
    assert await bot.delete_my_commands(scope=scope, language_code="zh")
    assert await bot.get_my_commands(scope=scope, language_code="zh") == []

    assert await bot.set_my_name("公報通", language_code="zh")
    names = await bot.get_my_name("zh"), await bot.get_my_name("en")
    assert [name.name for name in names] == ["公報通", "Tongbao 通報"]
    assert await bot.set_my_description("long")
    assert (await bot.get_my_description("zh")).description == "long"
    assert await bot.set_my_short_description("short")
    assert (await bot.get_my_short_description()).short_description == "short"
    me = await bot.get_me()
    assert (me.is_bot, me.first_name) == (True, "Tongbao 通報")
    assert me.id == int(LOCAL_TOKEN.partition(":")[0])


async def test_aiograms_models_accept_chats_and_members(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    bot = other_bot
    local.open_chat(GROUP_ID, "supergroup", "Group", bot_is_admin=True, administrators=[7])
    local.say("hello", chat_id=GROUP_ID, user_id=8)
    chat = await bot.get_chat(GROUP_ID)
    members = [await bot.get_chat_member(GROUP_ID, user_id) for user_id in (7, 8, bot.id)]
    administrators = await bot.get_chat_administrators(GROUP_ID)
    assert (chat.type, chat.title) == ("supergroup", "Group")
    assert [member.status for member in members] == ["administrator", "member", "administrator"]
    assert [member.user.id for member in administrators] == [7, bot.id]
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert await bot.delete_webhook(drop_pending_updates=True)
    assert (await bot.get_webhook_info()).pending_update_count == 0


CALLS: dict[str, aiogram.methods.TelegramMethod[Any]] = {
    type(call).__api_method__: call
    for call in (
        aiogram.methods.GetMe(),
        aiogram.methods.GetUpdates(),
        aiogram.methods.DeleteWebhook(),
        aiogram.methods.GetWebhookInfo(),
        aiogram.methods.SendMessage(chat_id=READER_ID, text="x"),
        aiogram.methods.SendDocument(
            chat_id=READER_ID, document=aiogram.types.BufferedInputFile(b"x", "x.json")
        ),
        aiogram.methods.SendPhoto(
            chat_id=READER_ID, photo=aiogram.types.BufferedInputFile(make_png(), "x.png")
        ),
        aiogram.methods.GetFile(file_id=""),
        aiogram.methods.EditMessageText(chat_id=READER_ID, message_id=2, text="new"),
        aiogram.methods.EditMessageReplyMarkup(chat_id=READER_ID, message_id=2),
        aiogram.methods.DeleteMessage(chat_id=READER_ID, message_id=2),
        aiogram.methods.AnswerCallbackQuery(callback_query_id=""),
        aiogram.methods.AnswerInlineQuery(inline_query_id="", results=[]),
        aiogram.methods.SendChatAction(chat_id=READER_ID, action="typing"),
        aiogram.methods.SetMyCommands(commands=[]),
        aiogram.methods.GetMyCommands(),
        aiogram.methods.DeleteMyCommands(),
        aiogram.methods.SetMyName(name="x"),
        aiogram.methods.GetMyName(),
        aiogram.methods.SetMyDescription(description="x"),
        aiogram.methods.GetMyDescription(),
        aiogram.methods.SetMyShortDescription(short_description="x"),
        aiogram.methods.GetMyShortDescription(),
        aiogram.methods.GetChat(chat_id=GROUP_ID),
        aiogram.methods.GetChatMember(chat_id=GROUP_ID, user_id=READER_ID),
        aiogram.methods.GetChatAdministrators(chat_id=GROUP_ID),
    )
}


def test_aiogram_is_asked_about_every_method() -> None:
    assert {name.lower() for name in CALLS} == set(METHODS)


def list_unknown(value: object) -> list[str]:
    """Fields of an answer that aiogram's models don't know, at any depth."""
    if isinstance(value, list | tuple):
        return [name for each in value for name in list_unknown(each)]
    if not isinstance(value, pydantic.BaseModel):
        return []
    inner = [name for each in dict(value).values() for name in list_unknown(each)]
    return [*(value.model_extra or {}), *inner]


@pytest.mark.parametrize("name", sorted(CALLS))
async def test_aiograms_models_know_every_field_of_every_answer(
    local: LocalTelegram, other_bot: aiogram.Bot, name: str
) -> None:
    local.say("/start")
    local.open_chat(GROUP_ID, "supergroup", "Group", bot_is_admin=True, administrators=[7])
    local.say("/latest", chat_id=GROUP_ID)
    markup = aiogram.types.InlineKeyboardMarkup.model_validate(KEYBOARD)
    sent = await other_bot.send_message(READER_ID, "<b>x</b>", reply_markup=markup)
    local.press(sent.message_id, "topic:health")
    file_id = local.state.add_file("x.json", "application/json", b"x").file_id
    local.ask_inline("x")
    known = {
        "file_id": file_id,
        "callback_query_id": next(iter(local.state.queries)),
        "inline_query_id": next(iter(local.state.inline_queries)),
    }
    wanted = {key: value for key, value in known.items() if key in type(CALLS[name]).model_fields}
    result = await other_bot(CALLS[name].model_copy(update=wanted))
    assert result not in (None, False)
    assert list_unknown(result) == []


async def test_aiograms_models_know_every_field_of_every_update(
    local: LocalTelegram, other_bot: aiogram.Bot
) -> None:
    local.open_chat(GROUP_ID, "group", "Group")
    local.open_chat(CHANNEL_ID, "channel", "Channel", bot_is_admin=True)
    said = local.say("/start")
    announced = local.say("news", chat_id=CHANNEL_ID)
    markup = aiogram.types.InlineKeyboardMarkup.model_validate(KEYBOARD)
    sent = await other_bot.send_message(READER_ID, "<b>x</b>", reply_markup=markup)
    local.edit(said.message_id, "/latest")
    local.edit(announced.message_id, "newer", chat_id=CHANNEL_ID)
    local.press(sent.message_id, "topic:health")
    local.press(99, "gone", is_inaccessible=True)
    local.share_location(22.28, 114.16, reply_to=sent.message_id)
    local.say("/latest", chat_id=GROUP_ID, as_chat=True)
    local.ask_inline("rain")
    local.upgrade(GROUP_ID, GROUP_ID - 1)
    local.promote(GROUP_ID - 1)
    local.block()
    updates = await other_bot.get_updates()
    assert [update.event_type for update in updates] == [
        "message",
        "channel_post",
        "edited_message",
        "edited_channel_post",
        "callback_query",
        "callback_query",
        "message",
        "message",
        "inline_query",
        "message",
        "message",
        "my_chat_member",
        "my_chat_member",
    ]
    assert list_unknown(updates) == []


async def test_aiogram_sees_the_refusals_as_its_own_errors(other_bot: aiogram.Bot) -> None:
    with pytest.raises(aiogram.exceptions.TelegramBadRequest, match="chat not found"):
        await other_bot.send_message(READER_ID, "x")


# The wire


@pytest.mark.parametrize(
    "request_parts",
    [
        {"method": "GET", "params": {"chat_id": READER_ID, "text": "通 & 報"}},
        {"method": "POST", "params": {"chat_id": READER_ID, "text": "通 & 報"}},
        {"method": "POST", "data": {"chat_id": READER_ID, "text": "通 & 報"}},
        {"method": "POST", "json": {"chat_id": READER_ID, "text": "通 & 報", "parse_mode": None}},
        {"method": "POST", "json": {"chat_id": str(READER_ID), "text": "通 & 報", "new": [1]}},
        {"method": "POST", "files": {"chat_id": (None, str(READER_ID)), "text": (None, "通 & 報")}},
        {"method": "POST", "params": {"chat_id": READER_ID}, "data": {"text": "通 & 報"}},
    ],
    ids=["query", "post-query", "form", "json", "json-strings", "multipart", "mixed"],
)
async def test_parameters_come_in_any_of_telegrams_ways(
    local: LocalTelegram, http: httpx.AsyncClient, request_parts: dict[str, Any]
) -> None:
    local.open_chat(READER_ID)
    response = await http.request(url="/SENDmessage", **request_parts)
    assert response.json()["result"]["text"] == "通 & 報"


@pytest.mark.parametrize(
    ("path", "code", "description"),
    [
        ("/bot1000001:wrong/getMe", 401, "Unauthorized"),
        ("/botx/getMe", 401, "Unauthorized"),
        ("/bot%F0%9F%90%89/getMe", 401, "Unauthorized"),
        (f"/bot{LOCAL_TOKEN}/getNothing", 404, "Not Found"),
        (f"/file/bot{LOCAL_TOKEN}/nothing", 404, "Not Found"),
        ("/file/bot1:x/nothing", 401, "Unauthorized"),
    ],
)
async def test_a_wrong_token_or_method_gets_telegrams_answer(
    local: LocalTelegram, path: str, code: int, description: str
) -> None:
    async with httpx.AsyncClient() as client:
        response = await client.get(local.url + path)
    assert response.status_code == code
    assert response.json() == {"ok": False, "error_code": code, "description": description}


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        ("application/json", b"{", 400),
        ("application/json", b"[1]", 400),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b"\xff\xfe", 400),
        ("application/json; charset=none", b"{}", 400),
        ("multipart/form-data; boundary=x", b"--y\r\n", 400),
        ("application/json", b" " * (20 * 1024 * 1024 + 1), 413),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    http: httpx.AsyncClient, content_type: str, body: bytes, code: int
) -> None:
    response = await http.post("/sendMessage", content=body, headers={"Content-Type": content_type})
    assert response.status_code == code
    assert response.json()["ok"] is False


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": "x"}, "chat_id is empty"),
    ("sendMessage", {"chat_id": "x", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": 42, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": 1001}, "message text is empty"),
    ("sendMessage", {"chat_id": 1001, "text": ""}, "message text is empty"),
    ("sendMessage", {"chat_id": 1001, "text": " \n"}, "text must be non-empty"),
    ("sendMessage", {"chat_id": 1001, "text": "字" * 4097}, "message is too long"),
    ("sendMessage", {"chat_id": 1001, "text": "字" * 10923}, "text is too long"),
    ("sendMessage", {"chat_id": 1001, "text": "\ud800"}, "strings must be encoded in UTF-8"),
    ("sendMessage", {"chat_id": 1001, "text": "x", "parse_mode": "RTF"}, "unsupported parse_mode"),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "abc<br>", "parse_mode": "HTML"},
        'can\'t parse entities: Unsupported start tag "br" at byte offset 3',
    ),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "x", "message_thread_id": 3},
        "message thread not found",
    ),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "x", "reply_parameters": {"message_id": 99}},
        "message to be replied not found",
    ),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "x", "entities": [{"type": "bold", "offset": 0, "length": 5}]},
        "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol "
        "or after the end of the text at UTF-16 offset 5",
    ),
    (
        "sendMessage",
        {"chat_id": 1001, "text": "x", "link_preview_options": "{"},
        "can't parse link preview options JSON object",
    ),
    ("editMessageText", {"chat_id": 1001, "text": "x"}, "message identifier is not specified"),
    (
        "editMessageText",
        {"chat_id": 1001, "message_id": 99, "text": "x"},
        "message to edit not found",
    ),
    (
        "editMessageText",
        {"chat_id": 1001, "message_id": 1, "text": "x"},
        "message can't be edited",
    ),
    (
        "editMessageText",
        {"chat_id": 1001, "message_id": 2, "text": "<b>sent</b>", "parse_mode": "HTML",
         "reply_markup": KEYBOARD},
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    (
        "editMessageReplyMarkup",
        {"chat_id": 1001, "message_id": 2, "reply_markup": json.dumps(KEYBOARD)},
        "message is not modified: specified new message content and reply markup are exactly "
        "the same as a current content and reply markup of the message",
    ),
    ("deleteMessage", {"chat_id": 1001, "message_id": 99}, "message to delete not found"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    (
        "sendChatAction",
        {"chat_id": 1001, "action": "dance"},
        "wrong parameter action in request",
    ),
    ("setMyCommands", {"commands": "["}, "can't parse commands JSON object"),
    ("setMyCommands", {"commands": {}}, "expected an Array of BotCommand"),
    ("setMyCommands", {"commands": [1]}, "can't parse BotCommand: expected an Object"),
    (
        "setMyCommands",
        {"commands": [{"command": "Start", "description": "x"}]},
        "BOT_COMMAND_INVALID",
    ),
    (
        "setMyCommands",
        {"commands": [{"command": "start", "description": " "}]},
        "command description must be non-empty",
    ),
    ("setMyCommands", {"commands": [1] * 101}, "BOT_COMMANDS_TOO_MUCH"),
    (
        "setMyCommands",
        {"commands": [], "scope": {"type": ["all"]}},
        "can't parse BotCommandScope: Unsupported type specified",
    ),
    (
        "setMyCommands",
        {"commands": [], "language_code": "zh-hant"},
        "invalid language code specified",
    ),
    ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
    ("getChat", {"chat_id": 42}, "chat not found"),
    ("getChatMember", {"chat_id": 1001, "user_id": 42}, "user not found"),
    (
        "getChatAdministrators",
        {"chat_id": 1001},
        "there are no administrators in the private chat",
    ),
    ("sendDocument", {"chat_id": 1001, "document": "x"}, "there is no document in the request"),
    ("sendPhoto", {"chat_id": 1001, "photo": "x"}, "there is no photo in the request"),
    ("getFile", {"file_id": "x"}, "invalid file_id"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "parameters", "reason"), REFUSALS)
async def test_what_telegram_refuses_is_refused_in_its_words(
    local: LocalTelegram,
    http: httpx.AsyncClient,
    method: str,
    parameters: dict[str, Any],
    reason: str,
) -> None:
    local.say("hello")
    await ask(
        http,
        "sendMessage",
        chat_id=READER_ID,
        text="<b>sent</b>",
        parse_mode="HTML",
        reply_markup=KEYBOARD,
    )
    before = local.messages()
    # Lone surrogates can't be UTF-8 but can stand in JSON as escapes.
    response = await http.post(
        f"/{method}",
        content=json.dumps(parameters),
        headers={"Content-Type": "application/json"},
    )
    assert response.status_code == 400
    assert response.json() == {
        "ok": False,
        "error_code": 400,
        "description": f"Bad Request: {reason}",
    }
    assert local.messages() == before


def button(**fields: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **fields}]]}


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        (button(callback_data=""), "BUTTON_DATA_INVALID"),
        (button(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (button(callback_data="字" * 22), "BUTTON_DATA_INVALID"),
        (button(callback_data=1), "BUTTON_DATA_INVALID"),
        (button(text=" ", callback_data="x"), "BUTTON_TEXT_INVALID"),
        (
            button(url="nowhere"),
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (
            button(),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"inline_keyboard": [["x"]]},
            "can't parse inline keyboard button: expected an Object",
        ),
        (
            {"inline_keyboard": [{"text": "x"}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        (
            {"inline_keyboard": {}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array',
        ),
        (
            {"keyboard": 1},
            'field "keyboard" of the ReplyKeyboardMarkup must be an Array',
        ),
        ({"keyboard": [[{}]]}, "can't parse keyboard button: Can't find field \"text\""),
        (
            {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 9]},
            "reply markup is too long",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101},
            "reply markup is too long",
        ),
        ([], "object expected as reply markup"),
        ("{", "can't parse reply keyboard markup JSON object"),
    ],
)
async def test_a_keyboard_that_telegram_refuses_is_refused(
    local: LocalTelegram, http: httpx.AsyncClient, markup: object, reason: str
) -> None:
    local.open_chat(READER_ID)
    body = {"chat_id": READER_ID, "text": "x", "reply_markup": markup}
    response = await http.post("/sendMessage", json=body)
    assert response.json()["description"] == f"Bad Request: {reason}"
    assert response.status_code == 400


async def test_the_longest_text_and_the_fullest_keyboard_are_taken(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    local.open_chat(READER_ID)
    row = [{"text": "x", "callback_data": "字" * 21 + "x"}] * 8
    rows = [*[row] * 12, row[:4]]
    text = "<b>" + "🐉" * 4096 + "</b>"
    sent = await ask(
        http,
        "sendMessage",
        chat_id=READER_ID,
        text=text,
        parse_mode="HTML",
        reply_markup={"inline_keyboard": rows},
    )
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 8192}]
    assert sent["reply_markup"] == {"inline_keyboard": rows}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Mn"))))
async def test_any_escaped_text_arrives_as_it_was_apart_from_its_ends(
    local: LocalTelegram, http: httpx.AsyncClient, text: str
) -> None:
    local.open_chat(READER_ID)
    source = f"通{html.escape(text)}"
    sent = await ask(http, "sendMessage", chat_id=READER_ID, text=source, parse_mode="HTML")
    assert sent["text"] == f"通{text}".rstrip(" \n")


NAMES = [
    *("chat_id", "message_id", "user_id", "file_id", "message_thread_id", "callback_query_id"),
    *("text", "caption", "document", "entities", "parse_mode", "reply_markup", "action"),
    *("link_preview_options", "reply_parameters", "allowed_updates", "offset", "limit"),
    *("photo", "inline_query_id", "results", "next_offset", "cache_time", "button"),
    *("commands", "scope", "language_code", "name", "description", "short_description"),
]
FIELDS = [
    *("type", "offset", "length", "url", "text", "message_id", "chat_id", "callback_data"),
    *("inline_keyboard", "keyboard", "request_location", "command", "description"),
    *("id", "title", "input_message_content", "message_text", "reply_markup", "start_parameter"),
]
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from([READER_ID, GROUP_ID, 1, "HTML", "default", "bold", "typing", "x"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    ),
    max_leaves=8,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.sampled_from(sorted(METHODS)), st.dictionaries(st.sampled_from(NAMES), VALUES))
async def test_hostile_parameters_get_an_answer_or_a_refusal(
    local: LocalTelegram, method: str, parameters: dict[str, Any]
) -> None:
    local.say("hello")
    local.open_chat(GROUP_ID, "group", "Group")
    try:
        result = await call(local.state, method, Parameters(to_strings(parameters)))
    except Refusal as refusal:
        result = refusal.to_json()
    assert json.loads(json.dumps(result)) == result


# Updates


async def test_updates_stay_until_an_offset_confirms_them(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    for text in ("one", "two", "three"):
        local.say(text)
    first = await ask(http, "getUpdates", limit=2)
    again = await ask(http, "getUpdates")
    assert [update["message"]["text"] for update in first] == ["one", "two"]
    assert [update["message"]["text"] for update in again] == ["one", "two", "three"]
    rest = await ask(http, "getUpdates", offset=first[-1]["update_id"] + 1)
    assert [update["message"]["text"] for update in rest] == ["three"]
    assert await ask(http, "getUpdates", offset=rest[-1]["update_id"] + 1) == []
    assert await ask(http, "getUpdates", offset=first[0]["update_id"]) == []


async def test_a_negative_offset_keeps_only_the_last(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    for text in ("one", "two", "three"):
        local.say(text)
    for _ in range(2):
        updates = await ask(http, "getUpdates", offset=-1)
        assert [update["message"]["text"] for update in updates] == ["three"]


async def test_ids_of_updates_grow_over_a_restart(clock: Clock) -> None:
    ids = []
    for _ in range(2):
        async with LocalTelegram(clock=clock) as local:
            local.say("hello")
            ids.append(local.state.updates[0]["update_id"])
        clock.now += timedelta(seconds=5)
    assert ids[0] < ids[1]


async def test_a_long_poll_returns_as_soon_as_there_is_something(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    poll = asyncio.create_task(ask(http, "getUpdates", timeout=30))
    await wait_for_poll(local)
    local.say("hello")
    (update,) = await asyncio.wait_for(poll, 5)
    assert update["message"]["text"] == "hello"


async def test_a_long_poll_with_nothing_to_tell_ends_after_its_time(
    http: httpx.AsyncClient,
) -> None:
    assert await ask(http, "getUpdates", timeout=1) == []


async def test_a_second_poller_throws_the_first_one_out_with_409(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    first = asyncio.create_task(http.post("/getUpdates", json={"timeout": 30}))
    await wait_for_poll(local)
    second = await http.post("/getUpdates", json={"timeout": 0})
    response = await asyncio.wait_for(first, 5)
    assert second.json() == {"ok": True, "result": []}
    assert response.status_code == 409
    assert response.json()["description"] == (
        "Conflict: terminated by other getUpdates request; "
        "make sure that only one bot instance is running"
    )


async def test_python_telegram_bot_reports_the_conflict(
    local: LocalTelegram, bot: telegram.Bot, http: httpx.AsyncClient
) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await wait_for_poll(local)
    await ask(http, "getUpdates")
    with pytest.raises(telegram.error.Conflict):
        await asyncio.wait_for(first, 5)


async def test_only_wanted_kinds_of_updates_are_kept(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    await ask(http, "getUpdates", allowed_updates=["callback_query"])
    local.say("unheard")
    await ask(http, "getUpdates", allowed_updates="not a list")
    local.say("unheard too")
    assert await ask(http, "getUpdates", allowed_updates=[]) == []
    local.say("heard")
    assert len(await ask(http, "getUpdates")) == 1


async def test_closing_lets_a_waiting_poll_go(clock: Clock) -> None:
    async with httpx.AsyncClient(timeout=10) as client, LocalTelegram(clock=clock) as local:
        url = f"{local.base_url}{LOCAL_TOKEN}/getUpdates"
        poll = asyncio.create_task(client.get(url, params={"timeout": 50}))
        await wait_for_poll(local)
        await asyncio.wait_for(local.close(), 5)
        assert (await poll).json() == {"ok": True, "result": []}


async def wait_for_poll(local: LocalTelegram) -> None:
    assert await local.state.wait_until(lambda: local.state.poll or None, 5)


# Presses


async def test_a_press_is_answered_within_a_minute_or_not_at_all(
    local: LocalTelegram, http: httpx.AsyncClient, clock: Clock
) -> None:
    local.open_chat(READER_ID)
    sent = await ask(http, "sendMessage", chat_id=READER_ID, text="x", reply_markup=KEYBOARD)
    pressed = local.press(sent["message_id"], "topic:health")
    (update,) = await ask(http, "getUpdates")
    query_id = update["callback_query"]["id"]
    clock.now += timedelta(seconds=61)
    response = await http.post("/answerCallbackQuery", json={"callback_query_id": query_id})
    assert "query is too old" in response.json()["description"]
    assert not pressed.done()


@pytest.mark.parametrize(("message_id", "data"), [(99, "topic:health"), (1, "other"), (1, "")])
async def test_only_a_button_that_stands_there_can_be_pressed(
    local: LocalTelegram, http: httpx.AsyncClient, message_id: int, data: str
) -> None:
    local.open_chat(READER_ID)
    await ask(http, "sendMessage", chat_id=READER_ID, text="x", reply_markup=KEYBOARD)
    with pytest.raises(ValueError, match=r"There is no message|has no button"):
        local.press(message_id, data)
    assert local.state.updates == []


# Chats


async def test_the_reader_is_unknown_until_the_first_word(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    with pytest.raises(telegram.error.BadRequest, match="Chat not found"):
        await bot.send_message(READER_ID, "x")
    local.say("/start")
    message = await bot.send_message(READER_ID, "x")
    assert (message.message_id, message.chat.type) == (2, "private")


async def test_a_group_lets_a_plain_bot_hear_only_what_is_meant_for_it(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "supergroup", "Group")
    for text in ("hello", "/latest", "@tongbao_local_bot hi", "mail me"):
        local.say(text, chat_id=GROUP_ID)
    heard = [update.message.text for update in await bot.get_updates() if update.message]
    assert heard == ["/latest", "@tongbao_local_bot hi"]
    assert len(local.messages(GROUP_ID)) == 4


async def test_an_administrator_hears_everything(local: LocalTelegram, bot: telegram.Bot) -> None:
    local.open_chat(GROUP_ID, "group", "Group", bot_is_admin=True)
    local.say("hello", chat_id=GROUP_ID, user_id=77)
    (update,) = await bot.get_updates()
    assert update.effective_user
    assert update.effective_user.id == 77


async def test_a_forum_knows_its_threads(local: LocalTelegram, bot: telegram.Bot) -> None:
    local.open_chat(FORUM_ID, "supergroup", "Forum", threads=[5])
    message = await bot.send_message(FORUM_ID, "x", message_thread_id=5)
    assert message.message_thread_id == 5
    assert message.chat.is_forum
    with pytest.raises(telegram.error.BadRequest, match="Message thread not found"):
        await bot.send_message(FORUM_ID, "x", message_thread_id=6)


async def test_a_channel_takes_posts_from_administrators_only(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(CHANNEL_ID, "channel", "Channel")
    with pytest.raises(telegram.error.BadRequest, match="Need administrator rights"):
        await bot.send_message(CHANNEL_ID, "x")
    local.open_chat(CHANNEL_ID - 1, "channel", "Mine", bot_is_admin=True)
    message = await bot.send_message(CHANNEL_ID - 1, "x")
    assert message.from_user is None


async def test_a_reader_who_blocks_the_bot_is_told_of_and_not_written_to(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.say("/start")
    local.block()
    updates = await bot.get_updates(allowed_updates=["message", "my_chat_member"])
    assert updates[-1].my_chat_member
    assert updates[-1].my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(telegram.error.Forbidden, match="bot was blocked by the user"):
        await bot.send_message(READER_ID, "x")
    local.block(is_blocked=False)
    await bot.send_message(READER_ID, "x")


async def test_the_menu_is_the_narrowest_that_is_set(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    chat = local.open_chat(READER_ID)
    group = local.open_chat(GROUP_ID, "group", "Group", administrators=[7])
    private, admins = "all_private_chats", "all_chat_administrators"
    await bot.set_my_commands([("a", "general")])
    await bot.set_my_commands([("b", "一般")], language_code="zh")
    await bot.set_my_commands([("c", "private")], scope=telegram.BotCommandScope(private))
    await bot.set_my_commands([("d", "admins")], scope=telegram.BotCommandScope(admins))

    def menu(*asked: Any) -> str:
        return "".join(item["command"] for item in local.state.find_commands(*asked))

    assert menu(chat, READER_ID, "zh") == "c"
    assert menu(group, READER_ID, "zh") == "b"
    assert menu(group, READER_ID, "fr") == "a"
    assert menu(group, 7, "zh") == "d"
    await bot.delete_my_commands(scope=telegram.BotCommandScope(private))
    assert menu(chat, READER_ID, "zh") == "b"


# Starting, stopping, waiting


async def test_it_listens_on_the_loopback_address_only(local: LocalTelegram) -> None:
    assert local._runner
    assert [address[0] for address in local._runner.addresses] == ["127.0.0.1"]
    assert local.url.startswith("http://127.0.0.1:")


async def test_a_port_that_is_taken_is_named(local: LocalTelegram, clock: Clock) -> None:
    port = int(local.url.rpartition(":")[2])
    with pytest.raises(LocalTelegramError, match=f"Port {port} on 127.0.0.1 is taken"):
        await LocalTelegram(clock=clock).start(port)


async def test_a_port_that_is_none_is_refused(clock: Clock) -> None:
    with pytest.raises(LocalTelegramError, match="choose another port"):
        await LocalTelegram(clock=clock).start(70_000)


@pytest.mark.parametrize("token", ["", "abc", "1:", ":x", "1:a b", "1:a/b", "１:a"])
def test_a_token_of_another_shape_is_refused(token: str) -> None:
    with pytest.raises(LocalTelegramError, match="A bot token is"):
        LocalTelegram(token)


async def test_closing_twice_is_closing_once(clock: Clock) -> None:
    local = LocalTelegram(clock=clock)
    await local.start()
    await local.close()
    await local.close()


async def test_waiting_in_vain_tells_what_came_instead(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.say("/start")
    await bot.send_message(READER_ID, "something else")
    with pytest.raises(LocalTelegramError, match="something else"):
        await local.wait_for_message(lambda message: "digest" in message.text, timeout=0.05)
