"""/latest: the newest releases."""

import unicodedata
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.handlers.services import Context, Services, acknowledge, argument
from bot.render import render_list
from bot.texts import say_in

DEFAULT_COUNT = 5
MOST = 20


class LatestHandlers:
    """The newest releases, on asking."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            CommandHandler("latest", self.latest),
            CallbackQueryHandler(self.press_latest, pattern=r"^latest:"),
        ]

    async def latest(self, update: Update, context: Context) -> None:
        """The newest releases, as many as were asked for."""
        chat = self._services.get_chat(update)
        count = choose_count(argument(context))
        if count is None:
            text = say_in(chat.languages, "latest.bad_number", most=MOST)
            self._services.answer(update, text)
            return
        self._send(update, count)

    async def press_latest(self, update: Update, _: Context) -> None:
        """The same by button."""
        self._send(update, DEFAULT_COUNT)
        await acknowledge(update)

    def _send(self, update: Update, count: int) -> None:
        chat = self._services.get_chat(update)
        releases = self._services.store.releases.list_latest(count)
        if not releases:
            self._services.answer(update, say_in(chat.languages, "latest.none_yet"))
            return
        self._services.want_missing(releases)
        title = say_in(chat.languages, "latest.title").replace("\n\n", "\n")
        parts = render_list(title, releases, chat.languages, self._services.publishers)
        self._services.answer(update, parts)


def choose_count(typed: str) -> int | None:
    """How many releases: what was typed (１０ counts as 10), 5 for nothing, None if unclear."""
    typed = unicodedata.normalize("NFKC", typed).strip()
    if not typed:
        return DEFAULT_COUNT
    if not (typed.isascii() and typed.isdigit() and len(typed) <= len(str(MOST))):
        return None
    return int(typed) if 1 <= int(typed) <= MOST else None
