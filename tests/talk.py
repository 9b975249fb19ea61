"""A conversation with the real bot over HTTP with the local Bot API server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypedDict, Unpack

from fakes import Clock, QuickTime

from bot.app import Address, App, Surroundings, build_app
from bot.config import Settings
from bot.local import READER_ID, Answer, InlineAnswer, LocalTelegram, Message
from data.models import Priority

_PATIENCE = 5.0  # seconds, for an answer that should be there already


class Where(TypedDict, total=False):
    """Who writes and where, as ``reader.Where``."""

    chat_id: int
    user_id: int | None
    thread_id: int
    reply_to: int


@dataclass
class Talk:
    """The reader's side: say something, press a button, and see what comes back."""

    app: App
    telegram: LocalTelegram
    clock: Clock
    _seen: dict[int, int] = field(default_factory=dict)
    _last_update: int = 0

    async def say(
        self, text: str, *, code: str = "en", as_chat: bool = False, **where: Unpack[Where]
    ) -> list[Message]:
        """What the bot answers to a message, wherever in the chat; see ``reader.say``."""
        self.telegram.say(text, as_chat=as_chat, language_code=code, **where)
        return await self.settle(where.get("chat_id", READER_ID))

    async def ask(
        self, text: str, *, code: str = "en", as_chat: bool = False, **where: Unpack[Where]
    ) -> Message:
        """The one message that the bot answers with."""
        (message,) = await self.say(text, code=code, as_chat=as_chat, **where)
        return message

    async def press(
        self,
        message: Message,
        data: str,
        *,
        user_id: int = READER_ID,
        force: bool = False,
        is_inaccessible: bool = False,
    ) -> tuple[Answer, list[Message]]:
        """The bot's notice, and what it sends after a button was pressed; see ``reader.press``.

        ``force`` presses data that no button has; ``is_inaccessible`` presses beneath a message
        that was deleted or is very old.
        """
        answer = self.telegram.press(
            message.message_id,
            data,
            chat_id=message.chat_id,
            user_id=user_id,
            force=force,
            is_inaccessible=is_inaccessible,
        )
        sent = await self.settle(message.chat_id)
        return await asyncio.wait_for(answer, _PATIENCE), sent

    async def share_location(
        self, latitude: float, longitude: float, *, code: str = "en", **where: Unpack[Where]
    ) -> list[Message]:
        """What the bot answers to a place, in degrees."""
        self.telegram.share_location(latitude, longitude, language_code=code, **where)
        return await self.settle(where.get("chat_id", READER_ID))

    async def ask_inline(
        self, text: str, *, user_id: int = READER_ID, code: str = "en", offset: str = ""
    ) -> InlineAnswer:
        """What the bot offers behind its name; ``telegram.choose`` sends one of the results."""
        answer = self.telegram.ask_inline(text, user_id=user_id, language_code=code, offset=offset)
        await self.settle()
        return await asyncio.wait_for(answer, _PATIENCE)

    async def settle(self, chat_id: int = READER_ID) -> list[Message]:
        """Let the bot handle all that waits; its messages since the last look."""
        pending = self.telegram.state.updates
        if pending and pending[-1]["update_id"] != self._last_update:
            self._last_update = pending[-1]["update_id"]
            await self.app.inbox.fetch()
            await self.app.inbox.handle_due()
        await self.app.sender.deliver_due(Priority.ANSWER)
        sent = [message for message in self.telegram.messages(chat_id) if message.from_bot]
        new = [message for message in sent if message.message_id > self._seen.get(chat_id, 0)]
        if sent:
            self._seen[chat_id] = sent[-1].message_id
        return new

    def now_reads(self, message: Message) -> Message:
        """The message as it stands now, edits included."""
        return next(
            each
            for each in self.telegram.messages(message.chat_id)
            if each.message_id == message.message_id
        )


@asynccontextmanager
async def open_talk(folder: Path, now: datetime, **settings: object) -> AsyncIterator[Talk]:
    """A bot on an empty database, reachable and with nothing scheduled."""
    clock = Clock(now)
    async with LocalTelegram(clock=clock) as telegram:
        address = Address(telegram.token, telegram.base_url, telegram.base_file_url)
        timer = QuickTime().timer()
        surroundings = Surroundings(address, (), folder / "talk.db", telegram, timer)
        values = {"state_dir": folder, "summary_engine": "extract", **settings}
        app = build_app(Settings.model_validate(values), surroundings, clock)
        await app.connect()
        try:
            yield Talk(app, telegram, clock)
        finally:
            await app.close()
