"""/privacy, /export and /delete_me: what is kept of a chat, handed over, or deleted."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from telegram import InputFile, Update
from telegram.constants import ChatType
from telegram.error import TelegramError
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.handlers.services import (
    Context,
    Services,
    acknowledge,
    command,
    find_message,
    guess_language,
    locate,
    pressed,
)
from bot.keyboards.privacy import erase_keyboard
from bot.texts import Languages, say, say_in
from data.models import split_language

log = logging.getLogger(__name__)

# So long the question whether to delete all can be answered.
VALID = timedelta(minutes=10)
FILE_NAME = "tongbao.json"


class PrivacyHandlers:
    """What is kept of a chat."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command("privacy", self.privacy),
            command("export", self.export),
            command("delete_me", self.delete_me),
            CallbackQueryHandler(self.press_erase, pattern=r"^erase:\d{1,12}:\d{1,18}\Z"),
            CallbackQueryHandler(self.press_keep, pattern=r"^erase:keep\Z"),
        ]

    async def privacy(self, update: Update, _: Context) -> None:
        """Say what is kept, why, and for how long."""
        chat = self._services.get_chat(update)
        self._services.answer(update, say_in(chat.languages, "privacy.text"))

    async def export(self, update: Update, context: Context) -> None:
        """Send all that is kept of the chat as a file, which is kept nowhere itself."""
        chat = self._services.get_chat(update)
        kept = self._services.store.privacy.export(
            chat.id, chat.thread_id, is_private=_is_private(update)
        )
        content = json.dumps(kept, ensure_ascii=False, indent=2).encode()
        try:
            await context.bot.send_document(
                chat.id,
                InputFile(content, FILE_NAME),
                caption=say_in(chat.languages, "privacy.export"),
                message_thread_id=chat.thread_id or None,
            )
        except TelegramError as error:
            log.warning("an export can't be sent: %s", error)
            self._services.answer(update, say_in(chat.languages, "privacy.export_failed"))

    async def delete_me(self, update: Update, _: Context) -> None:
        """Ask whether really to delete all."""
        chat = self._services.get_chat(update)
        key = "privacy.delete" if _is_private(update) else "privacy.delete_group"
        until = int((self._services.clock() + VALID).timestamp())
        keyboard = erase_keyboard(chat.languages, until, _find_asker(update))
        self._services.answer(update, say_in(chat.languages, key), keyboard)

    async def press_keep(self, update: Update, _: Context) -> None:
        """Nothing is deleted."""
        chat = self._services.get_chat(update)
        self._services.change(update, say_in(chat.languages, "privacy.kept"))
        await acknowledge(update)

    async def press_erase(self, update: Update, _: Context) -> None:
        """Delete all at once; nothing of the answer is kept either."""
        until, asked_by = map(int, pressed(update).split(":"))
        languages, user = self._find_languages(update), update.effective_user
        if asked_by and (user is None or user.id != asked_by):
            await acknowledge(update, say(languages[0], "privacy.not_yours"))
        elif not _is_open(until, self._services.clock()):
            await acknowledge(update, say(languages[0], "privacy.too_late"))
        else:
            chat_id, thread_id = locate(update)
            self._services.store.privacy.erase(chat_id, thread_id, is_private=_is_private(update))
            await _confirm(update, languages)

    def _find_languages(self, update: Update) -> Languages:
        """The chat's, without keeping a chat that is not there any more."""
        chat = self._services.store.chats.find(*locate(update))
        return chat.languages if chat else split_language(guess_language(update))


async def _confirm(update: Update, languages: Languages) -> None:
    """Say in the place of the question that all is deleted, or else in a notice."""
    query, message = update.callback_query, find_message(update)
    notice = None
    try:
        if query is not None and message is not None and message.is_accessible:
            await query.edit_message_text(say_in(languages, "privacy.deleted"))
        else:
            notice = say(languages[0], "privacy.deleted")
    except TelegramError as error:
        log.info("what was deleted can't be confirmed in its place: %s", error)
        notice = say(languages[0], "privacy.deleted")
    await acknowledge(update, notice)


def _is_open(until: int, now: datetime) -> bool:
    """Whether a question can still be answered; none is asked for longer than ``VALID``."""
    return 0 <= until - int(now.timestamp()) <= VALID.total_seconds()


def _find_asker(update: Update) -> int:
    """Who may answer; whoever wrote in the name of a group or channel answers in their own."""
    message, user = update.effective_message, update.effective_user
    is_anonymous = message is not None and message.sender_chat is not None
    return 0 if user is None or is_anonymous else user.id


def _is_private(update: Update) -> bool:
    return update.effective_chat is not None and update.effective_chat.type == ChatType.PRIVATE
