"""The reader's door: what the page, the tests and the demo use, under ``/local``."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.local import reader
from bot.local.bodies import (
    DoorError,
    explain,
    read_body,
    read_decimal,
    read_language,
    read_number,
    read_text,
)
from bot.local.chats import BOT_NAME, READER_ID, Chat, Document, Message, Photo
from bot.local.state import LocalState
from bot.local.wire import write_message

LONGEST_WAIT_SECONDS = 25.0
ANSWER_WAIT_SECONDS = 20.0

_PAGE = Path(__file__).parent / "page"
_PAGE_FILES = {
    "/": ("chat.html", "text/html"),
    "/page/chat.css": ("chat.css", "text/css"),
    "/page/chat.js": ("chat.js", "text/javascript"),
    "/page/inline.js": ("inline.js", "text/javascript"),
    "/page/keys.js": ("keys.js", "text/javascript"),
    "/page/render.js": ("render.js", "text/javascript"),
    "/page/words.js": ("words.js", "text/javascript"),
    "/page/icon.svg": ("icon.svg", "image/svg+xml"),
}


class Driver:
    """The door of the reader."""

    def __init__(self, state: LocalState) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """What it listens to."""
        return [
            *(web.get(path, _send_page_file) for path in _PAGE_FILES),
            web.post("/local/say", explain(self.say)),
            web.post("/local/press", explain(self.press)),
            web.post("/local/location", explain(self.share_location)),
            web.get("/local/messages", explain(self.list_messages)),
            web.get("/local/commands", explain(self.list_commands)),
            web.get("/local/files/{file_id}", explain(self.send_file)),
            web.get("/local/photos/{file_id}", explain(self.send_photo)),
        ]

    async def say(self, request: web.Request) -> web.Response:
        """``{"text", "chat_id"?, "reply_to"?, "language_code"?}``: the message in the chat."""
        body = await read_body(request)
        chat_id = read_number(body, "chat_id", READER_ID)
        message = reader.say(
            self._state,
            read_text(body, "text"),
            chat_id=chat_id,
            reply_to=read_number(body, "reply_to", 0),
            language_code=read_language(body),
        )
        return web.json_response(write_for_page(self._state.chats[chat_id], message))

    async def share_location(self, request: web.Request) -> web.Response:
        """``{"latitude", "longitude", "chat_id"?, "reply_to"?}``: the same, in degrees."""
        body = await read_body(request)
        chat_id = read_number(body, "chat_id", READER_ID)
        message = reader.share_location(
            self._state,
            read_decimal(body, "latitude"),
            read_decimal(body, "longitude"),
            chat_id=chat_id,
            reply_to=read_number(body, "reply_to", 0),
            language_code=read_language(body),
        )
        return web.json_response(write_for_page(self._state.chats[chat_id], message))

    async def press(self, request: web.Request) -> web.Response:
        """``{"message_id", "data", "chat_id"?}``: the bot's answer, once there is one."""
        body = await read_body(request)
        pressed = reader.press(
            self._state,
            read_number(body, "message_id"),
            read_text(body, "data"),
            chat_id=read_number(body, "chat_id", READER_ID),
            language_code=read_language(body),
        )

        def find() -> bool | None:
            return True if pressed.done() else None

        if not await self._state.wait_until(find, ANSWER_WAIT_SECONDS):
            return web.json_response({"answered": False, "text": "", "show_alert": False})
        answer = pressed.result()
        return web.json_response(
            {"answered": True, "text": answer.text, "show_alert": answer.show_alert}
        )

    async def list_messages(self, request: web.Request) -> web.Response:
        """What changed in a chat after version ``after``, waiting up to ``wait`` seconds for it.

        ``{"session", "version", "bot", "username", "typing", "messages": […],
        "deleted": […]}``: the messages are ``Message`` objects with ``from_bot`` and
        ``keyboard``; text is text and never HTML.
        """
        chat_id = _read_query_number(request, "chat_id", READER_ID)
        after = _read_query_number(request, "after", 0)
        wait = min(_read_query_number(request, "wait", 0), LONGEST_WAIT_SECONDS)

        if request.query.get("session", self._state.session) != self._state.session:
            # The version is one from before a restart: the page has to read all anew.
            after = 0

        def find() -> bool | None:
            return True if self._state.version != after else None

        await self._state.wait_until(find, max(wait, 0.0))
        return web.json_response(_write_changes(self._state, chat_id, after))

    async def list_commands(self, request: web.Request) -> web.Response:
        """The menu in the language of ``language_code``: ``[{"command", "description"}]``."""
        chat_id = _read_query_number(request, "chat_id", READER_ID)
        language = request.query.get("language_code", "en")[:2].lower()
        chat = self._state.chats.get(chat_id) or Chat(chat_id, "private", "Reader")
        return web.json_response(self._state.find_commands(chat, READER_ID, language))

    async def send_file(self, request: web.Request) -> web.Response:
        """A file that the bot sent, to be saved and never shown as a page."""
        return web.Response(
            body=self._get_file(request).content,
            content_type="application/octet-stream",
            headers={"Content-Disposition": "attachment"},
        )

    async def send_photo(self, request: web.Request) -> web.Response:
        """A picture that the bot sent; its type is what its bytes are."""
        photo = self._get_file(request)
        if not isinstance(photo, Photo):
            raise DoorError(404, "There is no such picture.")
        return web.Response(body=photo.content, content_type=photo.content_type)

    def _get_file(self, request: web.Request) -> Document | Photo:
        file = self._state.files.get(request.match_info["file_id"])
        if file is None:
            raise DoorError(404, "There is no such file.")
        return file


async def _send_page_file(request: web.Request) -> web.Response:
    name, content_type = _PAGE_FILES[request.path]
    text = await asyncio.to_thread((_PAGE / name).read_text, encoding="utf-8")
    return web.Response(text=text, content_type=content_type, charset="utf-8")


def _read_query_number(request: web.Request, name: str, default: int) -> int:
    try:
        return int(request.query.get(name, default))
    except ValueError:
        raise DoorError(400, f'"{name}" must be a number.') from None


def _write_changes(state: LocalState, chat_id: int, after: int) -> dict[str, Any]:
    head = {
        "session": state.session,
        "version": state.version,
        "bot": state.profile.get(("name", ""), BOT_NAME),
        "username": state.bot.username,
    }
    chat = state.chats.get(chat_id)
    if chat is None:
        return {**head, "typing": False, "messages": [], "deleted": []}
    changed = [m for m in chat.messages.values() if m.version > after]
    return {
        **head,
        "typing": chat.typing_until is not None and chat.typing_until > state.clock(),
        "messages": [write_for_page(chat, message) for message in changed],
        "deleted": [key for key, version in chat.deleted.items() if version > after],
    }


def write_for_page(chat: Chat, message: Message) -> dict[str, Any]:
    """The ``Message`` object with ``from_bot`` and ``keyboard``, which only the page gets."""
    body = write_message(chat, message)
    return {**body, "from_bot": message.from_bot, "keyboard": message.markup}
