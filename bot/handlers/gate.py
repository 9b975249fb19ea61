"""What stands before all handlers: who may change settings, and how much a chat may ask.

In groups and channels only administrators change settings. A chat that sends commands faster than
anyone reads their answers is told so once, and then heard again as its allowance grows back.
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from telegram import Bot, Chat, Message, Update
from telegram.constants import ChatMemberStatus, ChatType
from telegram.ext import ApplicationHandlerStop, BaseHandler, TypeHandler

from bot.handlers.services import Context, Services, acknowledge, is_lost
from bot.texts import say, say_in

log = logging.getLogger(__name__)

GATE_GROUP = -1

# Commands that change what a chat has set: always, or when something is typed after them.
CHANGING = frozenset({"subscribe", "unsubscribe", "export", "delete_me"})
CHANGING_WITH_WORDS = frozenset(
    {
        *("follow", "mute", "unfollow", "alerts", "alert", "zone", "quiet", "empty", "language"),
    }
)
# Verbs of buttons that do.
CHANGING_VERBS = frozenset(
    {
        *("language", "begin", "set", "follow", "unfollow", "subscribe", "zone"),
        *("alert", "unalert", "drop", "undo", "dept", "clear", "mute", "erase"),
    }
)
# And all others, which anyone may use; a test holds that each command and verb stands somewhere.
HARMLESS = frozenset(
    {
        *("latest", "topic", "topics", "search", "digest", "settings", "privacy", "start", "help"),
        *("stats", "feeds", "pause", "resume", "announce", "letters"),
    }
)
HARMLESS_VERBS = frozenset(
    {
        *("topics", "follows", "departments", "latest", "older", "full", "day", "found"),
        *("card", "tell", "more", "sources", "why", "good", "bad", "wrong"),
        *("announce", "letter", "letters"),
    }
)

# So many messages and presses a chat may send at once, and so many more every minute.
ALLOWANCE = 30
REFILL = timedelta(minutes=1)
# An administrator may be one no longer after so long.
TRUSTED_FOR = timedelta(seconds=60)
MOST_REMEMBERED = 10_000

_COMMAND = re.compile(r"/(\w+)(?:@(\w+))?")
_ADMINISTRATORS = frozenset({ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR})


@dataclass
class _Bucket:
    """What a chat may still send, as of an instant, and whether it was told to wait."""

    left: float
    at: datetime
    is_told: bool = False


class Floods:
    """Counts what chats send."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._buckets: OrderedDict[int, _Bucket] = OrderedDict()

    def admit(self, chat_id: int) -> bool | None:
        """Whether one more is heard; None for the first that is not."""
        now = self._clock()
        bucket = self._buckets.setdefault(chat_id, _Bucket(ALLOWANCE, now))
        self._buckets.move_to_end(chat_id)
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        grown = max(0.0, (now - bucket.at) / REFILL) * ALLOWANCE
        bucket.left, bucket.at = min(ALLOWANCE, bucket.left + grown), now
        # Forgotten with each message that grew back, it would be told all the time.
        bucket.is_told &= bucket.left < ALLOWANCE / 2
        if bucket.left >= 1:
            bucket.left -= 1
            return True
        was_told, bucket.is_told = bucket.is_told, True
        return False if was_told else None


class Gate:
    """Lets updates through to the handlers, or answers in their place."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._floods = Floods(services.clock)
        self._trusted: OrderedDict[tuple[int, int], datetime] = OrderedDict()

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The one handler, which goes first."""
        return [TypeHandler(Update, self.pass_through)]

    async def pass_through(self, update: Update, context: Context) -> None:
        """Stop what floods, and what would change settings that are not the person's to change.

        Raises:
            ApplicationHandlerStop: if the update goes no further.
        """
        if update.effective_chat is None or is_lost(update):
            return  # a press that is lost changes nothing, whoever it comes from
        if not is_asking(update, context.bot.username):
            return
        admitted = self._floods.admit(update.effective_chat.id)
        if not admitted:
            await self._refuse(update, "gate.slow_down", is_silent=admitted is False)
        if update.effective_chat.type == ChatType.PRIVATE or not changes_settings(update):
            return
        is_administrator = await self._is_administrator(update, context.bot)
        if not is_administrator:
            key = "gate.unknown" if is_administrator is None else "gate.administrators"
            await self._refuse(update, key)

    async def _refuse(self, update: Update, key: str, *, is_silent: bool = False) -> None:
        if update.callback_query is not None:
            chat = self._services.get_chat(update)
            await acknowledge(update, say(chat.languages[0], key))
        elif not is_silent:
            chat = self._services.get_chat(update)
            self._services.answer(update, say_in(chat.languages, key))
        raise ApplicationHandlerStop

    async def _is_administrator(self, update: Update, bot: Bot) -> bool | None:
        """Whether who sent it administers the chat; None if that can't be found out."""
        chat, message = update.effective_chat, update.effective_message
        if chat is None or update.channel_post is not None:
            return True  # only administrators post in a channel
        if update.callback_query is None and _speaks_as(chat, message):
            return True
        user = update.effective_user
        if user is None:
            return False
        key, now = (chat.id, user.id), self._services.clock()
        known = self._trusted.get(key)
        if known is not None and timedelta(0) <= now - known < TRUSTED_FOR:
            return True
        try:
            member = await bot.get_chat_member(chat.id, user.id)
        except Exception as error:  # noqa: BLE001  # the library trips over what is no answer
            log.warning("who administers chat %d can't be found out: %s", chat.id, error)
            return None
        if member.status not in _ADMINISTRATORS:
            return False
        self._trusted[key] = now
        if len(self._trusted) > MOST_REMEMBERED:
            self._trusted.popitem(last=False)
        return True


def _speaks_as(chat: Chat, message: Message | None) -> bool:
    """Whether an administrator wrote it in the name of the group, without their own."""
    sender = message.sender_chat if message else None
    return sender is not None and sender.id == chat.id


def is_asking(update: Update, username: str) -> bool:
    """Whether it is one of our commands, or a press, or words in a private chat.

    In groups people write to each other and to other bots; and a press that is lost changes
    nothing, whoever it comes from.
    """
    if update.callback_query is not None:
        return not is_lost(update)
    message = update.message or update.channel_post or update.edited_message
    if message is None or message.text is None:
        return False
    if message.chat.type == ChatType.PRIVATE:
        return True
    found = _COMMAND.match(message.text)
    if found is None or found[1].lower() not in CHANGING | CHANGING_WITH_WORDS | HARMLESS:
        return False
    return found[2] is None or found[2].lower() == username.lower()


def changes_settings(update: Update) -> bool:
    """Whether it asks for something of the chat's to be changed."""
    if update.callback_query is not None:
        verb = (update.callback_query.data or "").partition(":")[0]
        return verb in CHANGING_VERBS
    message = update.effective_message
    text = (message.text if message else None) or ""
    found = _COMMAND.match(text)
    if found is None:
        return False
    # As the handlers take them: what stands behind the first blank, whatever is before it.
    name, has_words = found[1].lower(), len(text.split(maxsplit=1)) > 1
    return name in CHANGING or (name in CHANGING_WITH_WORDS and has_words)
