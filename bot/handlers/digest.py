"""/subscribe, /unsubscribe and /digest."""

import re
import unicodedata
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.digest import choose_sections
from bot.handlers.services import Context, Services, acknowledge, argument
from bot.keyboards import subscribed_keyboard
from bot.render import name_topic, render_digest
from bot.schedule import next_due
from bot.texts import format_moment, say, say_in
from data.models import Chat, ChatLanguage

REACH = timedelta(hours=24)


class DigestHandlers:
    """The daily digest: to begin it, to end it, to read it now."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            CommandHandler("subscribe", self.subscribe),
            CommandHandler("unsubscribe", self.unsubscribe),
            CommandHandler("digest", self.digest),
            CallbackQueryHandler(self.press_subscribe, pattern=r"^subscribe:"),
        ]

    async def subscribe(self, update: Update, context: Context) -> None:
        """A digest every day from now on, at the hour that was typed or the one set before."""
        chat = self._services.get_chat(update)
        typed = argument(context)
        at = read_time(typed) if typed else chat.digest_time
        if at is None:
            text = say_in(chat.languages, "subscribe.bad_time")
            await self._services.answer(update, context, text)
            return
        await self._subscribe(update, context, chat, at)

    async def press_subscribe(self, update: Update, context: Context) -> None:
        """The same by button."""
        await acknowledge(update)
        chat = self._services.get_chat(update)
        await self._subscribe(update, context, chat, chat.digest_time)

    async def unsubscribe(self, update: Update, context: Context) -> None:
        """No digest any more; all settings stay."""
        chat = self._services.get_chat(update)
        key = "subscribe.stopped" if chat.subscribed else "subscribe.not_subscribed"
        stopped = chat.model_copy(update={"subscribed": False, "next_due": None})
        self._services.store.chats.save(stopped)
        await self._services.answer(update, context, say_in(chat.languages, key))

    async def digest(self, update: Update, context: Context) -> None:
        """The last 24 hours as a digest, without touching the daily one."""
        chat = self._services.get_chat(update)
        store, now = self._services.store, self._services.clock()
        releases = store.releases.list_between(now - REACH, now)
        self._services.want_missing(releases)
        followed = store.chats.list_followed(chat)
        sections = choose_sections(releases, followed)
        day = now.astimezone(ZoneInfo(chat.time_zone)).date()
        parts = render_digest(
            sections,
            chat.languages,
            self._services.tables,
            self._services.publishers,
            day=day,
            title_key="digest.title_now",
        )
        nothing = "digest.none_followed" if followed else "digest.none"
        await self._services.answer(update, context, parts or (say_in(chat.languages, nothing),))

    async def _subscribe(self, update: Update, context: Context, chat: Chat, at: time) -> None:
        unchanged = chat.subscribed and chat.next_due is not None and at == chat.digest_time
        if not unchanged:
            due = next_due(self._services.clock(), at, chat.time_zone)
            settings = {"subscribed": True, "next_due": due, "digest_time": at}
            chat = chat.model_copy(update=settings)
            self._services.store.chats.save(chat)
        key = "subscribe.already" if unchanged else "subscribe.done"
        sentences = [self._describe(chat, language, key) for language in chat.languages]
        await self._services.answer(
            update, context, "\n\n".join(sentences), subscribed_keyboard(chat.languages)
        )

    def _describe(self, chat: Chat, language: ChatLanguage, key: str) -> str:
        followed = self._services.store.chats.list_followed(chat)
        names = [name_topic(topic, (language,), self._services.tables) for topic in followed]
        separator = "; " if language == "en" else "、"  # a topic's name can hold a comma
        due = chat.next_due or self._services.clock()
        return say(
            language,
            key,
            next_digest=format_moment(language, due, chat.time_zone),
            time_zone=chat.time_zone,
            topics=separator.join(names) or say(language, "subscribe.every_topic"),
        )


def read_time(typed: str) -> time | None:
    """A time of day such as 7:30, 07:30 or ０７：３０; None if it is none."""
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", unicodedata.normalize("NFKC", typed).strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return time(int(match[1]), int(match[2]))
