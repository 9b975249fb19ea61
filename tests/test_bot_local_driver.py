"""The reader's door of the local server: the page, and who may knock."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import telegram
from fakes import Clock

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram, driver
from bot.local.bodies import LARGEST_BODY_BYTES

PAGE = Path(driver.__file__).parent / "page"
KEYBOARD = telegram.InlineKeyboardMarkup(
    [[telegram.InlineKeyboardButton("健康", callback_data="topic:health")]]
)


@pytest.fixture
async def http(local: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=local.url, timeout=10, verify=False) as client:
        yield client


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    async with telegram.Bot(LOCAL_TOKEN, base_url=local.base_url) as bot:
        yield bot


# Writing, pressing, reading


async def test_what_the_reader_writes_reaches_the_bot(
    http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    response = await http.post("/local/say", json={"text": " /start ", "language_code": "zh-hant"})
    assert response.status_code == 200
    assert (response.json()["text"], response.json()["from_bot"]) == ("/start", False)
    (update,) = await bot.get_updates()
    assert update.message
    assert update.message.from_user
    assert (update.message.text, update.message.from_user.language_code) == ("/start", "zh-hant")


async def test_a_press_returns_the_answer_of_the_bot(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    sent = await bot.send_message(READER_ID, "x", reply_markup=KEYBOARD)
    body = {"message_id": sent.message_id, "data": "topic:health", "language_code": "zh-hant"}
    pressed = asyncio.create_task(http.post("/local/press", json=body))
    (update,) = await bot.get_updates(timeout=10)
    assert update.callback_query
    assert update.callback_query.from_user.language_code == "zh-hant"
    await update.callback_query.answer("已追蹤", show_alert=True)
    response = await pressed
    assert response.json() == {"answered": True, "text": "已追蹤", "show_alert": True}


async def test_messages_tell_only_what_changed_since_a_version(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot, clock: Clock
) -> None:
    local.say("one")
    sent = await bot.send_message(READER_ID, "<b>二</b> two", parse_mode="HTML")
    gone = await bot.send_message(READER_ID, "three")
    first = (await http.get("/local/messages")).json()
    assert [message["text"] for message in first["messages"]] == ["one", "二 two", "three"]
    assert [message["from_bot"] for message in first["messages"]] == [False, True, True]
    await bot.edit_message_text("edited", READER_ID, sent.message_id)
    await bot.delete_message(READER_ID, gone.message_id)
    after = {"after": first["version"]}
    second = (await http.get("/local/messages", params=after)).json()
    assert [message["text"] for message in second["messages"]] == ["edited"]
    assert second["messages"][0]["edit_date"] == int(clock.now.timestamp())
    assert second["deleted"] == [gone.message_id]


async def test_asking_for_news_waits_for_them(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    local.say("one")
    version = (await http.get("/local/messages")).json()["version"]
    params = {"after": version, "wait": 20}
    asked = asyncio.create_task(http.get("/local/messages", params=params))
    await asyncio.sleep(0.1)
    assert not asked.done()
    local.say("two")
    news = (await asyncio.wait_for(asked, 5)).json()
    assert [message["text"] for message in news["messages"]] == ["two"]


async def test_a_version_from_before_a_restart_gets_everything(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    local.say("one")
    params = {"after": str(local.state.version), "wait": "20", "session": "another"}
    news = (await http.get("/local/messages", params=params)).json()
    assert [message["text"] for message in news["messages"]] == ["one"]


async def test_typing_is_shown_until_the_bot_writes_or_five_seconds_pass(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot, clock: Clock
) -> None:
    async def is_typing() -> bool:
        return bool((await http.get("/local/messages")).json()["typing"])

    local.say("hello")
    await bot.send_chat_action(READER_ID, "typing")
    assert await is_typing()
    await bot.send_message(READER_ID, "x")
    assert not await is_typing()
    await bot.send_chat_action(READER_ID, "typing")
    clock.now += timedelta(seconds=5)
    assert not await is_typing()


async def test_the_menu_comes_in_the_language_of_the_page(
    http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    await bot.set_my_commands([("start", "Begin")])
    await bot.set_my_commands([("start", "開始")], language_code="zh")
    for language, description in [("en", "Begin"), ("zh-hant", "開始"), ("fr", "Begin")]:
        params = {"language_code": language}
        menu = (await http.get("/local/commands", params=params)).json()
        assert menu == [{"command": "start", "description": description}]


async def test_a_reply_keyboard_is_shown_to_the_page_alone(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    sent = await bot.send_message(
        READER_ID, "x", reply_markup=telegram.ReplyKeyboardMarkup([["是", "否"]])
    )
    (message,) = (await http.get("/local/messages")).json()["messages"]
    assert sent.reply_markup is None
    assert [key["text"] for key in message["keyboard"]["keyboard"][0]] == ["是", "否"]


async def test_a_question_of_the_bot_is_answered_as_such(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    asked = await bot.send_message(READER_ID, "Which hour?", reply_markup=telegram.ForceReply())
    said = await http.post("/local/say", json={"text": "7:30", "reply_to": asked.message_id})
    assert said.json()["reply_to_message"]["text"] == "Which hour?"


async def test_a_file_is_saved_and_never_shown(
    local: LocalTelegram, http: httpx.AsyncClient, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    page = b"<script>alert(1)</script>"
    sent = await bot.send_document(READER_ID, page, filename="x.html")
    assert sent.document
    response = await http.get(f"/local/files/{sent.document.file_id}")
    assert response.content == page
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == "attachment"


# Who may knock


@pytest.mark.parametrize(
    "path", ["/", "/local/messages", "/local/commands", f"/bot{LOCAL_TOKEN}/getMe", "/nothing"]
)
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""]
)
async def test_another_host_name_is_refused(
    local: LocalTelegram, http: httpx.AsyncClient, host: str, path: str
) -> None:
    port = local.url.rpartition(":")[2]
    response = await http.get(path, headers={"Host": host.format(port=port)})
    assert response.status_code == 403


async def test_localhost_is_as_good_as_the_number(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    port = local.url.rpartition(":")[2]
    response = await http.get("/", headers={"Host": f"localhost:{port}"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/local/say", f"/bot{LOCAL_TOKEN}/sendMessage"])
async def test_a_request_that_began_on_another_site_is_refused(
    local: LocalTelegram, http: httpx.AsyncClient, headers: dict[str, str], path: str
) -> None:
    local.open_chat(READER_ID)
    body = {"text": "x", "chat_id": READER_ID}
    response = await http.post(path, json=body, headers=headers)
    assert response.status_code == 403
    assert local.messages() == []


async def test_the_pages_own_requests_are_taken(
    local: LocalTelegram, http: httpx.AsyncClient
) -> None:
    headers = {"Origin": local.url, "Sec-Fetch-Site": "same-origin"}
    response = await http.post("/local/say", json={"text": "x"}, headers=headers)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data"]
)
async def test_a_body_that_a_form_could_send_is_refused(
    local: LocalTelegram, http: httpx.AsyncClient, content_type: str
) -> None:
    response = await http.post(
        "/local/say",
        content=json.dumps({"text": "x"}),
        headers={"Content-Type": content_type} if content_type else {},
    )
    assert response.status_code == 415
    assert local.messages() == []


BAD_SAYINGS: list[tuple[bytes, int]] = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"\xff", 400),
    (b"[" * 50_000, 400),
    (b"{}", 400),
    (b'{"text": 1}', 400),
    (b'{"text": ""}', 400),
    (b'{"text": " "}', 400),
    (b'{"text": "\\ud800"}', 400),
    (b'{"text": "x", "chat_id": "1001"}', 400),
    (b'{"text": "x", "chat_id": true}', 400),
    (b'{"text": "x", "chat_id": 42}', 400),
    (b'{"text": "x", "reply_to": 9}', 400),
    (b'{"text": "x", "reply_to": "1"}', 400),
    (b'{"text": "x", "language_code": 1}', 400),
    (json.dumps({"text": "x" * 4097}).encode(), 400),
    (b'{"text": "' + b"x" * LARGEST_BODY_BYTES + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD_SAYINGS, ids=range(len(BAD_SAYINGS)))
async def test_a_saying_that_makes_no_sense_is_refused_with_a_reason(
    local: LocalTelegram, http: httpx.AsyncClient, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    response = await http.post("/local/say", content=body, headers=headers)
    assert response.status_code == status
    assert response.json()["error"]
    assert local.messages() == []


async def test_an_endless_body_is_cut_off(local: LocalTelegram, http: httpx.AsyncClient) -> None:
    async def pour() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" " * 65_536

    headers = {"Content-Type": "application/json"}
    try:
        response = await http.post("/local/say", content=pour(), headers=headers)
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        pass  # the server hung up before all was sent
    else:
        assert response.status_code == 413
    assert local.messages() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"message_id": 1},
        {"message_id": "1", "data": "x"},
        {"message_id": 1, "data": "x"},
        {"message_id": 1, "data": "topic:health", "chat_id": 42},
    ],
)
async def test_a_press_of_nothing_is_refused_with_a_reason(
    local: LocalTelegram, http: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    local.say("hello")
    response = await http.post("/local/press", json=body)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize("name", ["after", "wait", "chat_id"])
@pytest.mark.parametrize("value", ["x", "1.5", "", "9" * 5000])
async def test_a_number_that_is_none_is_refused(
    http: httpx.AsyncClient, name: str, value: str
) -> None:
    response = await http.get("/local/messages", params={name: value})
    assert response.status_code == 400
    assert response.json() == {"error": f'"{name}" must be a number.'}


# The page


@pytest.mark.parametrize("path", sorted(driver._PAGE_FILES))
async def test_every_part_of_the_page_comes_with_a_strict_policy(
    http: httpx.AsyncClient, path: str
) -> None:
    response = await http.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.text == (PAGE / driver._PAGE_FILES[path][0]).read_text("utf-8")


@pytest.mark.parametrize(
    "path", ["/page/", "/page/../server.py", "/page/%2e%2e/server.py", "/page/chat.html"]
)
async def test_no_other_file_is_served(http: httpx.AsyncClient, path: str) -> None:
    response = await http.get(path)
    assert response.status_code == 404


@pytest.mark.parametrize("path", sorted(PAGE.iterdir()), ids=lambda path: path.name)
def test_the_page_needs_nothing_from_elsewhere_and_parses_no_markup(path: Path) -> None:
    text = path.read_text("utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")
    text = text.replace("`http://${address}`", "")
    assert not re.search(r"https?://|@import|url\(|innerHTML|outerHTML|insertAdjacentHTML", text)
    assert not re.search(r"<script(?! type=\"module\" src=\"/page/)|style=|\son\w+=", text)


def test_the_page_has_the_same_words_in_its_three_languages() -> None:
    source = (PAGE / "words.js").read_text("utf-8")
    parts = re.split(r'"zh-han[ts]": \{', source)
    english, *chinese = [re.findall(r"^    (\w+): \"", part, re.MULTILINE) for part in parts]
    assert chinese == [english, english]
    scripts = "".join(path.read_text("utf-8") for path in sorted(PAGE.glob("*.js")))
    used = set(re.findall(r"\bwords(?:\(\))?\.(?!js\b)(\w+)", scripts))
    assert used | {"tag"} == set(english)


def test_the_scripts_ask_only_for_elements_that_the_page_has() -> None:
    scripts = "".join(path.read_text("utf-8") for path in sorted(PAGE.glob("*.js")))
    asked = set(re.findall(r'\$\("([\w-]+)"\)', scripts))
    present = set(re.findall(r'\bid="([\w-]+)"', (PAGE / "chat.html").read_text("utf-8")))
    assert asked == present - {"composer"} | ({"composer"} & asked)
