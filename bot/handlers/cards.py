"""Under a release: open it, read more, see its sources, the other language, and why it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.cards import find_text, list_told, render_card, render_why
from bot.handlers.services import Context, Services, acknowledge, find_message, pressed
from bot.keyboards.follow import why_rows
from bot.origins import render_more, render_sources
from bot.subjects import explain_reasons, list_muteable
from bot.texts import say
from data.models import (
    CHAT_LANGUAGES,
    Chat,
    ChatLanguage,
    Content,
    Summary,
    split_language,
)
from data.store.feedback import Verdict
from data.store.releases import Stored

LANGUAGE = "(?:en|zh-Hant|zh-Hans|en\\+zh-Hant)"
SEQ = r"[0-9]{1,18}"


@dataclass(frozen=True)
class Pressed:
    """The release whose button was pressed, the language that it is told in, and by whom.

    Attributes:
        chat: where.
        stored: the release.
        language: of the message with the button.
        user_id: of the person.
        is_private: whether nobody else sees the message.
    """

    chat: Chat
    stored: Stored
    language: ChatLanguage
    user_id: int
    is_private: bool

    @property
    def summaries(self) -> list[Summary]:
        """Those that stand above the buttons."""
        return list_told(self.stored, split_language(self.language))


class CardHandlers:
    """One release."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        presses: tuple[tuple[str, Callable[[Update, Context], Any]], ...] = (
            (rf"^card:{SEQ}\Z", self.press_card),
            (rf"^tell:{SEQ}:{LANGUAGE}\Z", self.press_tell),
            (rf"^more:{SEQ}:{LANGUAGE}\Z", self.press_more),
            (rf"^sources:{SEQ}:{LANGUAGE}\Z", self.press_sources),
            (rf"^why:{SEQ}:{LANGUAGE}\Z", self.press_why),
        )
        return [CallbackQueryHandler(take, pattern=pattern) for pattern, take in presses]

    async def press_card(self, update: Update, _: Context) -> None:
        """The release of a number, in the chat's language."""
        found = await find_pressed(self._services, update)
        if found is not None:
            self._services.want_missing([found.stored])
            self._services.answer(update, self._render(found))
            await acknowledge(update)

    async def press_tell(self, update: Update, _: Context) -> None:
        """The card, in a language, in the place of what the message says."""
        found = await find_pressed(self._services, update)
        if found is not None:
            self._services.want_missing([found.stored])
            await self._show(update, (self._render(found),))

    async def press_more(self, update: Update, _: Context) -> None:
        """What matters most of the official text, and the rest of its series."""
        found = await find_pressed(self._services, update)
        if found is None:
            return
        services, release = self._services, found.stored.release
        series = services.store.releases.list_series(release.series) if release.series else []
        others = [each for each in series if each.seq != found.stored.seq]
        replaced = [
            each
            for text in release.texts.values()
            for each in services.store.texts.list_replaced(text.id)
        ]
        zone, publishers = found.chat.time_zone, services.publishers
        pages = render_more(found.stored, found.language, others, replaced, publishers, zone)
        await self._show(update, pages)

    async def press_sources(self, update: Update, _: Context) -> None:
        """What each sentence of the summary rests on."""
        found = await find_pressed(self._services, update)
        if found is not None:
            publishers = self._services.publishers
            await self._show(update, render_sources(found.stored, found.language, publishers))

    async def press_why(self, update: Update, _: Context) -> None:
        """Why the release came, with a button to mute each reason."""
        found = await find_pressed(self._services, update)
        if found is None:
            return
        services, release = self._services, found.stored.release
        held = services.store.chats.list_subscriptions(found.chat)
        languages, tables = split_language(found.language), services.tables
        reasons = [
            explain_reasons(language, release, held, tables, services.kinds)
            for language in languages
        ]
        muteable = list_muteable(release, held, tables)
        rows = why_rows(found.stored.seq, muteable, languages, tables)
        publishers = services.publishers
        pages = render_why(found.stored, found.language, reasons, rows, publishers)
        await self._show(update, pages)

    async def _show(self, update: Update, pages: Sequence[Content]) -> None:
        """The first page in the place of the message, and what it has no room for behind it."""
        first, *others = pages
        with self._services.together():
            self._services.change(update, first)
            if others:
                self._services.answer(update, others)
        await acknowledge(update)

    def _render(self, found: Pressed) -> Content:
        services = self._services
        return render_card(
            found.stored,
            found.language,
            services.tables,
            services.publishers,
            found.chat.time_zone,
            find_given(services, found) if found.is_private else None,
        )


async def find_pressed(services: Services, update: Update) -> Pressed | None:
    """What a button under a release stands for; if the release is gone, that is said."""
    chat, message, user = services.get_chat(update), find_message(update), update.effective_user
    seq, _, asked = pressed(update).partition(":")
    language = next((each for each in CHAT_LANGUAGES if each == asked), chat.language)
    is_private = message is not None and message.chat.type == ChatType.PRIVATE
    for stored in services.store.releases.list_by_seq([int(seq)]):
        return Pressed(chat, stored, language, user.id if user else 0, is_private)
    await acknowledge(update, say(chat.languages[0], "card.gone"))
    return None


def find_given(services: Services, found: Pressed) -> Verdict | None:
    """What the person said of the summary before."""
    for summary in found.summaries:
        text = find_text(found.stored, summary)
        return services.store.feedback.find(found.chat.id, found.user_id, text, summary)
    return None
