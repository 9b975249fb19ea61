"""What the handlers need to answer, and the ways in which they do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest
from telegram.ext import CallbackContext, ExtBot

from bot.delivery import PRIVATE_GAP
from bot.render import Publishers
from data.models import Chat, ChatLanguage
from data.store.releases import Stored
from data.store.store import Store
from data.tables import Tables

Context = CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]
# What is echoed of an unknown name: enough to recognise a slip.
MAX_ECHO = 40
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True)
class Services:
    """The parts that ``bot.app`` built, as far as a conversation needs them."""

    store: Store
    tables: Tables
    publishers: Publishers
    clock: Callable[[], datetime]
    digest_time: time
    time_zone: str
    want: Callable[[Iterable[str]], None]
    """Called with the ids of releases whose summaries somebody waits for."""

    def want_missing(self, shown: Iterable[Stored]) -> None:
        """Have the summaries made first that somebody has just been shown to be missing."""
        self.want([stored.release.id for stored in shown if stored.lacks_summary])

    def get_chat(self, update: Update) -> Chat:
        """The chat that an update came from; one that is new gets the defaults.

        A chat that had gone and writes again is back with all its settings.
        """
        chat_id, thread_id = locate(update)
        chat = self.store.chats.find(chat_id, thread_id)
        if chat is not None and chat.status == "active":
            return chat
        if chat is not None:
            chat = chat.model_copy(update={"status": "active"})
        else:
            chat = Chat(
                id=chat_id,
                thread_id=thread_id,
                language=guess_language(update),
                time_zone=self.time_zone,
                digest_time=self.digest_time,
            )
        self.store.chats.save(chat)
        return chat

    async def answer(
        self,
        update: Update,
        context: Context,
        parts: str | Sequence[str],
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Answer with one message, or several in order; the keyboard goes under the last.

        The first is sent at once. The others are owed like a digest, so that they keep to the
        pace that Telegram allows a chat, hold up nobody else's answer and outlive a crash.
        """
        chat_id, thread_id = locate(update)
        first, *others = [parts] if isinstance(parts, str) else parts
        await context.bot.send_message(
            chat_id,
            first,
            parse_mode=ParseMode.HTML,
            link_preview_options=NO_PREVIEW,
            message_thread_id=thread_id or None,
            reply_markup=None if others else keyboard,
        )
        for number, part in enumerate(others, 2):
            last = number == len(others) + 1
            payload = {"text": part, "keyboard": keyboard.to_dict() if last and keyboard else None}
            key = f"answer:{update.update_id}:{number}"
            after = self.clock() + PRIVATE_GAP
            self.store.deliveries.add(key, chat_id, thread_id, payload, after)


def locate(update: Update) -> tuple[int, int]:
    """Chat id and forum topic id (0 outside forum topics) of an update."""
    message = update.effective_message
    if update.effective_chat is None:
        raise ValueError("the update belongs to no chat")
    in_topic = isinstance(message, Message) and message.is_topic_message
    thread_id = message.message_thread_id if in_topic and message is not None else None
    return update.effective_chat.id, thread_id or 0


def guess_language(update: Update) -> ChatLanguage:
    """From the language of the person's Telegram, until they choose."""
    code = ((update.effective_user and update.effective_user.language_code) or "").lower()
    if not code.startswith("zh"):
        return "en"
    simplified = any(mark in code for mark in ("hans", "-cn", "-sg"))
    return "zh-Hans" if simplified else "zh-Hant"


async def change(update: Update, text: str, keyboard: InlineKeyboardMarkup | None) -> None:
    """Write over the message whose button was pressed; the same content again is no error."""
    if update.callback_query is not None:
        with _tolerate("not modified"):
            await update.callback_query.edit_message_text(
                text,
                parse_mode=ParseMode.HTML,
                link_preview_options=NO_PREVIEW,
                reply_markup=keyboard,
            )


async def change_keyboard(update: Update, keyboard: InlineKeyboardMarkup) -> None:
    """Put other buttons under the message whose button was pressed."""
    if update.callback_query is not None:
        with _tolerate("not modified"):
            await update.callback_query.edit_message_reply_markup(keyboard)


async def acknowledge(update: Update, text: str | None = None) -> None:
    """Tell Telegram that a button press was handled, with a short notice if there is one.

    A press that waited too long (after downtime) can't be acknowledged; what it asked for is
    done all the same.
    """
    if update.callback_query is not None:
        with _tolerate("query is too old"):
            await update.callback_query.answer(text)


@contextmanager
def _tolerate(reason: str) -> Iterator[None]:
    try:
        yield
    except BadRequest as error:
        if reason not in str(error).lower():
            raise


def argument(context: Context) -> str:
    """What was typed after the command, with single blanks."""
    return " ".join(context.args or ())


def pressed(update: Update) -> str:
    """The part of the callback data behind the colon."""
    data = update.callback_query.data if update.callback_query else None
    return (data or "").partition(":")[2]
