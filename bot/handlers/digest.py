"""/digest: the last 24 hours, now."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler

from bot.digest import choose_sections
from bot.handlers.services import Context, Services
from bot.render import render_digest
from bot.texts import say_in

REACH = timedelta(hours=24)


class DigestHandlers:
    """A digest on asking."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [CommandHandler("digest", self.digest)]

    async def digest(self, update: Update, _: Context) -> None:
        """The last 24 hours as a digest, without touching the one that is planned."""
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
        self._services.answer(update, parts or (say_in(chat.languages, nothing),))
