"""Inline mode: ``@bot words`` in any chat finds releases to be put there."""

import logging
import re
from typing import Any

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import InlineQueryLimit, ParseMode
from telegram.error import TelegramError
from telegram.ext import BaseHandler, InlineQueryHandler

from bot.cards import choose_source
from bot.handlers.services import Context, Services, guess_language
from bot.render import render_foot, render_release
from bot.texts import Languages, to_simplified
from data.models import split_language
from data.search import list_words
from data.store.releases import Stored

log = logging.getLogger(__name__)

PAGE = 20
# Whoever types the same words within so many seconds gets the same.
CACHED_SECONDS = 60
_OFFSET = re.compile(r"[0-9]{1,4}")


class InlineHandlers:
    """Releases to be put into any chat."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [InlineQueryHandler(self.find)]

    async def find(self, update: Update, _: Context) -> None:
        """What has the words so far; the newest releases for none.

        An answer is worth nothing a moment later, so it is not owed but given or not.
        """
        query = update.inline_query
        if query is None or self._services.store.updates.is_overtaken(update.update_id):
            return
        offset = _read_offset(query.offset)
        releases = self._list(query, offset)
        languages = self._find_languages(update)
        results = [self._make_result(stored, languages) for stored in releases[:PAGE]]
        try:
            await query.answer(
                results,
                cache_time=CACHED_SECONDS,
                is_personal=True,
                next_offset=str(offset + PAGE) if len(releases) > PAGE else "",
            )
        except TelegramError as error:
            log.debug("an inline query can't be answered: %s", error)

    def _list(self, query: InlineQuery, offset: int) -> list[Stored]:
        """A page of releases, and one more if there is one."""
        store, typed = self._services.store, query.query[: InlineQueryLimit.MAX_QUERY_LENGTH]
        if not list_words(typed):
            is_empty = not typed.strip()
            return store.releases.list_latest(PAGE + 1, skip=offset) if is_empty else []
        is_unfinished = not typed[-1].isspace()
        found = store.search.find(typed, self._services.clock(), is_unfinished=is_unfinished)
        seqs = found.seqs[offset : offset + PAGE + 1]
        by_seq = {each.seq: each for each in store.releases.list_by_seq(seqs)}
        return [by_seq[seq] for seq in seqs if seq in by_seq]

    def _find_languages(self, update: Update) -> Languages:
        """Those of the person's own chat with the bot, else of their Telegram."""
        user = update.effective_user
        chat = self._services.store.chats.find(user.id) if user else None
        return chat.languages if chat else split_language(guess_language(update))

    def _make_result(self, stored: Stored, languages: Languages) -> InlineQueryResultArticle:
        piece = render_release(stored, languages)
        foot = render_foot([stored], languages, self._services.publishers)
        title, description = _describe(stored, languages)
        return InlineQueryResultArticle(
            id=str(stored.seq),
            title=title,
            description=description,
            input_message_content=InputTextMessageContent(
                f"{piece.text}\n\n{foot}",
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            ),
        )


def _read_offset(offset: str) -> int:
    """How many results the person has already; what is no offset of ours begins anew."""
    return int(offset) if _OFFSET.fullmatch(offset) else 0


def _describe(stored: Stored, languages: Languages) -> tuple[str, str | None]:
    """Headline and summary, without mark-up, in the first of the languages."""
    source = choose_source(stored, languages[0])
    texts, summary = stored.release.texts, stored.summaries.get(source)
    title = summary.headline if summary else texts[source].title
    is_told = summary is not None and summary.supported and summary.text
    description = summary.text if summary is not None and is_told else None
    if languages[0] == "zh-Hans":
        title = to_simplified(title)
        description = description and to_simplified(description)
    return title, description
