"""Files and pictures in the local chat: what is taken, what is refused, what comes back."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiogram
import aiogram.types
import httpx
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from hypothesis import given
from hypothesis import strategies as st
from pictures import make_jpeg, make_png

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram
from bot.local.images import Image, ImageError, read_image

LARGEST_PHOTO = 10 * 1024 * 1024


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    local.open_chat(READER_ID)
    bot = telegram.Bot(LOCAL_TOKEN, base_url=local.base_url, base_file_url=local.base_file_url)
    async with bot:
        yield bot


@pytest.fixture
async def other_bot(local: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    local.open_chat(READER_ID)
    session = AiohttpSession(api=TelegramAPIServer.from_base(local.url))
    async with aiogram.Bot(LOCAL_TOKEN, session=session) as bot:
        yield bot


@pytest.fixture
async def http(local: LocalTelegram) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=local.url, timeout=10, verify=False) as client:
        yield client


# Pictures


@pytest.mark.parametrize("make", [make_png, make_jpeg])
async def test_a_picture_comes_with_its_size_and_caption(
    local: LocalTelegram, bot: telegram.Bot, http: httpx.AsyncClient, make: Any
) -> None:
    picture = make(640, 360)
    button = telegram.InlineKeyboardButton("x", callback_data="x")
    markup = telegram.InlineKeyboardMarkup([[button]])
    sent = await bot.send_photo(
        READER_ID, picture, caption="<b>統計</b>", parse_mode="HTML", reply_markup=markup
    )
    (photo,) = sent.photo
    file = await photo.get_file()
    shown = await http.get(f"/local/photos/{photo.file_id}")
    assert (photo.width, photo.height, photo.file_size) == (640, 360, len(picture))
    assert (sent.caption_html, sent.text, sent.document) == ("<b>統計</b>", None, None)
    assert sent.reply_markup == markup
    assert bytes(await file.download_as_bytearray()) == picture
    assert shown.content == picture
    assert shown.headers["Content-Type"] == read_image(picture).content_type
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert [message.text for message in local.journal] == ["統計"]


async def test_aiograms_models_accept_a_picture(other_bot: aiogram.Bot) -> None:
    picture = aiogram.types.BufferedInputFile(make_png(), "stats.png")
    sent = await other_bot.send_photo(READER_ID, picture, caption="x" * 1024)
    assert sent.photo
    content = await other_bot.download(sent.photo[-1])
    assert content
    assert content.read() == make_png()
    assert (len(sent.caption or ""), sent.model_extra) == (1024, {})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file must be non-empty"),
        (b"x", "IMAGE_PROCESS_FAILED"),
        (b"<svg></svg>", "IMAGE_PROCESS_FAILED"),
        (make_png()[:-1], "IMAGE_PROCESS_FAILED"),
        (make_jpeg()[:-2], "IMAGE_PROCESS_FAILED"),
        (make_png(0, 5), "IMAGE_PROCESS_FAILED"),
        (make_jpeg(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (make_png(21, 1), "PHOTO_INVALID_DIMENSIONS"),
        (
            make_png() + b"x" * LARGEST_PHOTO,
            f"file of size {len(make_png()) + LARGEST_PHOTO} bytes is too big for a photo; "
            f"the maximum size is {LARGEST_PHOTO} bytes",
        ),
    ],
    ids=range(9),
)
async def test_what_is_no_picture_is_refused(
    local: LocalTelegram, http: httpx.AsyncClient, content: bytes, reason: str
) -> None:
    local.open_chat(READER_ID)
    response = await http.post(
        f"/bot{LOCAL_TOKEN}/sendPhoto", data={"chat_id": READER_ID}, files={"photo": content}
    )
    assert response.status_code == 400
    assert response.json()["description"] == f"Bad Request: {reason}"
    assert local.messages() == []


async def test_the_largest_sides_and_the_longest_picture_are_taken(bot: telegram.Bot) -> None:
    for picture in (make_jpeg(5000, 5000), make_png(20, 1), make_png(1, 20)):
        assert (await bot.send_photo(READER_ID, picture)).photo


async def test_a_caption_longer_than_1024_characters_is_refused(bot: telegram.Bot) -> None:
    with pytest.raises(telegram.error.BadRequest, match="Message caption is too long"):
        await bot.send_photo(READER_ID, make_png(), caption="字" * 1025)


async def test_the_text_of_a_picture_cannot_be_edited_for_it_has_none(bot: telegram.Bot) -> None:
    sent = await bot.send_photo(READER_ID, make_png())
    with pytest.raises(telegram.error.BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("x", READER_ID, sent.message_id)


@pytest.mark.parametrize("make", [make_png, make_jpeg])
@given(width=st.integers(1, 65_535), height=st.integers(1, 65_535))
def test_a_size_is_read_as_it_was_written(make: Any, width: int, height: int) -> None:
    picture = make_jpeg(width, height) if make is make_jpeg else make_png(width, height % 64 + 1)
    image = read_image(picture)
    expected = (width, height) if make is make_jpeg else (width, height % 64 + 1)
    assert (image.width, image.height) == expected


@given(st.binary(max_size=40), st.sampled_from(["", "png", "jpeg"]))
def test_any_bytes_are_a_picture_or_refused_and_nothing_else(middle: bytes, kind: str) -> None:
    whole = {"": b"", "png": make_png(), "jpeg": make_jpeg()}[kind]
    content = whole[:16] + middle + whole[-8:]
    try:
        image = read_image(content)
    except ImageError:
        return
    assert isinstance(image, Image)
    assert image.width > 0


# Documents


async def test_an_export_comes_back_byte_for_byte_however_large(
    bot: telegram.Bot, http: httpx.AsyncClient
) -> None:
    export = json.dumps({"releases": ["通報 🐉"] * 200_000}, ensure_ascii=False).encode()
    sent = await bot.send_document(
        READER_ID,
        export,
        filename="export.json",
        caption="<code>你的資料</code>",
        parse_mode="HTML",
    )
    assert sent.document
    downloaded = await http.get(f"/local/files/{sent.document.file_id}")
    assert (sent.document.file_name, sent.document.file_size) == ("export.json", len(export))
    assert sent.caption_html == "<code>你的資料</code>"
    assert downloaded.content == export


async def test_an_empty_file_is_refused(bot: telegram.Bot) -> None:
    with pytest.raises(telegram.error.BadRequest, match="File must be non-empty"):
        await bot.send_document(READER_ID, b"", filename="x.json")


async def test_a_document_is_never_shown_as_a_picture(
    bot: telegram.Bot, http: httpx.AsyncClient
) -> None:
    sent = await bot.send_document(READER_ID, b"<script></script>", filename="x.html")
    assert sent.document
    assert (await http.get(f"/local/photos/{sent.document.file_id}")).status_code == 404
    assert (await http.get("/local/photos/nothing")).status_code == 404
