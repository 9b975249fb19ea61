"""/search: releases by words in either language."""

from typing import Any

from telegram import InlineKeyboardMarkup, Message, Update
from telegram.constants import MessageEntityType
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.finds import Page, render_page
from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
    find_message,
    pressed,
)
from bot.keyboards.search import turn_keyboard
from bot.texts import say, say_in
from data.models import Chat, Content
from data.search import MOST_CHARACTERS, list_words
from data.store.search import Found

PAGE = 5


class SearchHandlers:
    """Releases by words."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command("search", self.search),
            CallbackQueryHandler(self.press_page, pattern=r"^found:\d{1,2}\Z"),
        ]

    async def search(self, update: Update, context: Context) -> None:
        """What has the words that were typed, the best first."""
        chat, typed = self._services.get_chat(update), argument(context)
        if len(typed) > MOST_CHARACTERS:
            text = say_in(chat.languages, "search.too_long", most=MOST_CHARACTERS)
        elif not list_words(typed):
            text = say_in(chat.languages, "search.how")
        else:
            found = self._find(typed)
            if found.seqs:
                page = self._list_page(typed, found, 0)
                self._services.answer(update, self._render(chat, page), _turn(page))
                return
            text = say_in(chat.languages, "search.none", words=shorten(typed))
        self._services.answer(update, text)

    async def press_page(self, update: Update, _: Context) -> None:
        """Another page; the words stand in the message above the buttons."""
        chat, number = self._services.get_chat(update), int(pressed(update))
        typed = read_words(update)
        page = self._list_page(typed, self._find(typed), number)
        parts = self._render(chat, page) if page.releases else ()
        if len(parts) != 1:
            await acknowledge(update, say(chat.languages[0], "search.again"))
            return
        self._services.change(update, parts[0], _turn(page))
        await acknowledge(update)

    def _find(self, typed: str) -> Found:
        return self._services.store.search.find(typed, self._services.clock())

    def _list_page(self, typed: str, found: Found, number: int) -> Page:
        seqs = found.seqs[number * PAGE : (number + 1) * PAGE]
        by_seq = {each.seq: each for each in self._services.store.releases.list_by_seq(seqs)}
        releases = [by_seq[seq] for seq in seqs]
        return Page(typed, releases, number * PAGE + 1, len(found.seqs), found.has_all)

    def _render(self, chat: Chat, page: Page) -> tuple[Content, ...]:
        publishers = self._services.publishers
        return render_page(page, chat.languages, publishers, chat.time_zone)


def read_words(update: Update) -> str:
    """The words that were looked for, from the message whose button was pressed."""
    message = find_message(update)
    if not isinstance(message, Message):
        return ""
    codes = message.parse_entities([MessageEntityType.CODE])
    return next(iter(codes.values()), "")


def shorten(typed: str) -> str:
    """What was typed, as far as it is echoed."""
    return typed if len(typed) <= MAX_ECHO else f"{typed[: MAX_ECHO - 1]}…"


def _turn(page: Page) -> InlineKeyboardMarkup | None:
    return turn_keyboard((page.first - 1) // PAGE, -(-page.total // PAGE))
