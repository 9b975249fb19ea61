"""What the handlers need to answer, and the ways in which they do.

An answer is owed and not sent: it is in the database before its update counts as handled, under
the number of that update, so that an update that is handled again after a crash is answered once.
"""

import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from telegram import (
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from telegram.error import BadRequest, TelegramError
from telegram.ext import CallbackContext, CommandHandler, ExtBot, filters

from bot.render import Publishers
from bot.schedule import plan
from data.kinds import Kinds
from data.models import Action, Chat, ChatLanguage, Content, Delivery, Priority
from data.store.database import write
from data.store.releases import Stored
from data.store.store import Store
from data.tables import Tables

log = logging.getLogger(__name__)

Context = CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
# A chat that asks for more at a time than goes out in half a minute waits behind all others.
MOST_IN_FRONT = 10
# What is echoed of an unknown name: enough to recognise a slip.
MAX_ECHO = 40


@dataclass(frozen=True)
class Services:
    """The parts that ``bot.app`` built, as far as a conversation needs them."""

    store: Store
    tables: Tables
    kinds: Kinds
    publishers: Publishers
    clock: Callable[[], datetime]
    digest_time: time
    time_zone: str
    admin_ids: frozenset[int]
    want: Callable[[Iterable[str]], None]
    """Called with the ids of releases whose summaries somebody waits for."""
    wake: Callable[[], None]
    """Called when something is owed."""

    def want_missing(self, shown: Iterable[Stored]) -> None:
        """Have the summaries made first that somebody has just been shown to be missing."""
        self.want([stored.release.id for stored in shown if stored.lacks_summary])

    def get_chat(self, update: Update) -> Chat:
        """The chat that an update came from; one that is new gets the defaults.

        A chat that could not be written to and writes again is back with all its settings.
        """
        chat_id, thread_id = locate(update)
        chat = self.store.chats.find(chat_id, thread_id)
        if chat is not None:
            chat = self._stop_waiting(update, chat)
            return chat if chat.status == "active" else self.bring_back(chat)
        chat = Chat(
            id=chat_id,
            thread_id=thread_id,
            language=guess_language(update),
            time_zone=self.time_zone,
            digest_time=self.digest_time,
        )
        self.store.chats.save(chat)
        return chat

    def _stop_waiting(self, update: Update, chat: Chat) -> Chat:
        """Whoever sends a command has something else in mind than what they were asked for."""
        text = update.message.text if update.message else None
        if chat.awaiting is None or not (text or "").startswith("/"):
            return chat
        chat = chat.model_copy(update={"awaiting": None})
        self.store.chats.save(chat)
        return chat

    def bring_back(self, chat: Chat) -> Chat:
        """The chat can be written to again; its next digest is planned anew."""
        fresh = {"status": "active", "paused_for": None, "next_due": None, "next_date": None}
        last = self.store.chats.get_last_date(chat)
        chat = plan(chat.model_copy(update=fresh), self.clock(), last)
        self.store.chats.save(chat)
        return chat

    def together(self) -> AbstractContextManager[None]:
        """Keep settings and owe the answer that tells of them, both or neither.

        Nothing within may wait.
        """
        return write(self.store.db)

    def answer(
        self,
        update: Update,
        parts: str | Content | Sequence[str | Content],
        keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None,
    ) -> None:
        """Answer with one message, or several in order.

        The keyboard goes under the last, below the buttons that this has of its own.
        """
        key = f"answer:{update.update_id}"
        if self.store.deliveries.find(f"{key}:1") is not None:
            return  # all its parts were owed before the process died
        several = [parts] if isinstance(parts, str | Content) else parts
        contents = [_as_content(part) for part in several]
        if keyboard is not None:
            contents[-1] = _add_rows(contents[-1], keyboard)
        chat_id, thread_id = locate(update)
        room = MOST_IN_FRONT - self.store.deliveries.count_answers(chat_id, MOST_IN_FRONT)
        deliveries = [
            Delivery(
                key=f"{key}:{number}",
                chat_id=chat_id,
                thread_id=thread_id,
                content=content,
                priority=Priority.ANSWER if number <= room else Priority.DIGEST,
                follows=f"{key}:{number - 1}" if number > 1 else None,
                not_before=self.clock(),
            )
            for number, content in enumerate(contents, 1)
        ]
        self.store.deliveries.owe(deliveries, self.clock())
        self.wake()

    def change(
        self, update: Update, text: str | Content, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        """Write over the message whose button was pressed; see ``answer`` for the keyboard."""
        content = _as_content(text)
        if keyboard is not None:
            content = _add_rows(content, keyboard)
        self._change(update, "edit", content)

    def change_keyboard(self, update: Update, keyboard: InlineKeyboardMarkup) -> None:
        """Put other buttons under the message whose button was pressed."""
        self._change(update, "edit_keyboard", Content(pieces=(), keyboard=keyboard.to_dict()))

    def _change(self, update: Update, action: Action, content: Content) -> None:
        """Of several presses in a row only the last need be seen: a chat gets one edit a second."""
        message = find_message(update)
        if update.callback_query is None or message is None:
            return
        chat_id, thread_id = locate(update)
        edit = Delivery(
            key=f"answer:{update.update_id}:edit",
            chat_id=chat_id,
            thread_id=thread_id,
            content=content,
            action=action,
            edits=message.message_id,
            priority=Priority.ANSWER,
            not_before=self.clock(),
        )
        with write(self.store.db):
            follows = self.store.deliveries.supersede(edit)
            self.store.deliveries.owe([edit.model_copy(update={"follows": follows})], self.clock())
        self.wake()


def find_message(update: Update) -> MaybeInaccessibleMessage | None:
    """What was written, or whose button was pressed; of a very old one only the id is known."""
    query = update.callback_query
    return update.effective_message if query is None else query.message


def locate(update: Update) -> tuple[int, int]:
    """Chat id and forum topic id (0 outside forum topics) of an update.

    Raises:
        ValueError: if it belongs to no chat.
    """
    if update.effective_chat is None:
        raise ValueError("the update belongs to no chat")
    message = find_message(update)
    if isinstance(message, Message) and message.is_topic_message:
        return update.effective_chat.id, message.message_thread_id or 0
    return update.effective_chat.id, 0


def is_lost(update: Update) -> bool:
    """Whether a button was pressed in a forum and can't be told in which of its topics.

    Of a message that was deleted or is very old Telegram tells the chat and the id alone.
    """
    message = find_message(update)
    return message is not None and not message.is_accessible and bool(message.chat.is_forum)


def guess_language(update: Update) -> ChatLanguage:
    """From the language of the person's Telegram, until they choose."""
    code = ((update.effective_user and update.effective_user.language_code) or "").lower()
    if not code.startswith("zh"):
        return "en"
    simplified = any(mark in code for mark in ("hans", "-cn", "-sg"))
    return "zh-Hans" if simplified else "zh-Hant"


async def acknowledge(update: Update, text: str | None = None) -> None:
    """Tell Telegram that a button press was handled, with a short notice if there is one.

    That is a courtesy: a press that waited too long can't be acknowledged, nor one while the
    network is down. What it asked for is done all the same.

    Raises:
        BadRequest: if Telegram says that the request itself is wrong.
    """
    if update.callback_query is None:
        return
    try:
        await update.callback_query.answer(text)
    except TelegramError as error:
        if isinstance(error, BadRequest) and not _is_too_late(error):
            raise
        log.debug("a press can't be acknowledged: %s", error)


def _is_too_late(error: BadRequest) -> bool:
    words = str(error).lower()
    return "query is too old" in words or "query id is invalid" in words


def _add_rows(
    content: Content, keyboard: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove
) -> Content:
    if not isinstance(keyboard, InlineKeyboardMarkup):
        return content.model_copy(update={"keyboard": keyboard.to_dict()})
    own = (content.keyboard or {}).get("inline_keyboard", [])
    rows = [*own, *keyboard.to_dict()["inline_keyboard"]]
    return content.model_copy(update={"keyboard": {"inline_keyboard": rows}})


def _as_content(part: str | Content) -> Content:
    return Content.of(part) if isinstance(part, str) else part


def command(
    names: str | Sequence[str],
    take: Callable[[Update, Context], Coroutine[Any, Any, None]],
    only: filters.BaseFilter | None = None,
) -> CommandHandler[Context, None]:
    """A handler of a command, whose names stand in ``bot.commands``; in channels too.

    Args:
        names: of the command.
        take: handles it.
        only: where it is known; None for everywhere.
    """
    where = filters.UpdateType.MESSAGES | filters.UpdateType.CHANNEL_POST
    return CommandHandler(names, take, filters=where if only is None else where & only)


def argument(context: Context) -> str:
    """What was typed after the command, with single blanks."""
    return " ".join(context.args or ())


def pressed(update: Update) -> str:
    """The part of the callback data behind the colon."""
    data = update.callback_query.data if update.callback_query else None
    return (data or "").partition(":")[2]
