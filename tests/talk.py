"""A conversation with the real bot over HTTP with the local Bot API server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fakes import Clock, QuickTime

from bot.app import Address, App, Surroundings, build_app
from bot.config import Settings
from bot.local import READER_ID, Answer, LocalTelegram, Message
from data.models import Priority


@dataclass
class Talk:
    """The reader's side: say something, press a button, and see what comes back."""

    app: App
    telegram: LocalTelegram
    clock: Clock
    _seen: dict[int, int] = field(default_factory=dict)
    _last_update: int = 0

    async def say(self, text: str, *, chat_id: int = READER_ID, code: str = "en") -> list[Message]:
        """What the bot answers to a message."""
        self.telegram.say(text, chat_id=chat_id, language_code=code)
        return await self.settle(chat_id)

    async def ask(self, text: str, *, chat_id: int = READER_ID, code: str = "en") -> Message:
        """The one message that the bot answers with."""
        (message,) = await self.say(text, chat_id=chat_id, code=code)
        return message

    async def press(
        self, message: Message, data: str, *, user_id: int = READER_ID
    ) -> tuple[Answer, list[Message]]:
        """The bot's notice, and what it sends after a button was pressed."""
        answer = self.telegram.press(
            message.message_id, data, chat_id=message.chat_id, user_id=user_id
        )
        sent = await self.settle(message.chat_id)
        return await answer, sent

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
