"""What the local server knows: users, chats, their messages, and the updates for the bot.

All of it lives in memory and belongs to one event loop: nothing here awaits except
``wait_until``, so that every change is whole before anyone sees it.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from bot.local.chats import (
    BOT_NAME,
    BOT_USERNAME,
    CONTENT_FIELDS,
    Chat,
    Content,
    Document,
    Message,
    Photo,
    User,
)
from bot.local.queries import Answer, InlineAnswer, Queries
from bot.local.refusals import bad_request, forbidden, upgraded

T = TypeVar("T")

CommandScope = tuple[str, int, int]

_NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class LocalState:
    """Everything behind the server's two doors, the Bot API and the reader's.

    Args:
        bot_id: the number before the colon of the token.
        clock: the present instant, aware.
        record: told of every message that the bot sends or edits, and by which method.
        longest: how many messages a chat holds, the last; None for all.
    """

    def __init__(
        self,
        bot_id: int,
        clock: Callable[[], datetime],
        record: Callable[[str, Message], None],
        longest: int | None = None,
    ) -> None:
        self.clock = clock
        self._record = record
        self._longest = longest
        self.bot = User(bot_id, BOT_NAME, is_bot=True, username=BOT_USERNAME)
        self.users: dict[int, User] = {}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, Document | Photo] = {}
        self.queries: Queries[Answer] = Queries(clock)
        self.inline_queries: Queries[InlineAnswer] = Queries(clock)
        self.commands: dict[tuple[CommandScope, str], list[dict[str, str]]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.updates: list[dict[str, Any]] = []
        self.wanted_updates: frozenset[str] | None = None
        self.poll = 0
        self.session = secrets.token_hex(8)
        self.version = 0
        # A bot remembers the last update over restarts, so ids must grow over them too.
        self._next_update_id = int(clock().timestamp())
        self._changed = asyncio.Event()
        self.is_closed = False

    async def wait_until(self, find: Callable[[], T | None], seconds: float) -> T | None:
        """What ``find`` returns once it isn't None; None when time or the server has run out."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while (found := find()) is None and not self.is_closed:
            changed = self._changed
            try:
                await asyncio.wait_for(changed.wait(), end - loop.time())
            except TimeoutError:
                return find()
        return found

    def mark_changed(self) -> int:
        """Wake everyone who waits; the new version."""
        self.version += 1
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return self.version

    def close(self) -> None:
        """Let everyone who waits go."""
        self.is_closed = True
        self.mark_changed()

    def open_chat(self, chat: Chat) -> Chat:
        """Make a chat known to the bot; one that is known already stays as it is."""
        if chat.kind == "private":
            self.users.setdefault(chat.id, User(chat.id, chat.title))
        return self.chats.setdefault(chat.id, chat)

    def get_chat(self, chat_id: int) -> Chat:
        """The chat.

        Raises:
            Refusal: if the bot has never met it, or it goes by another id now.
        """
        chat = self.chats.get(chat_id)
        if chat is None:
            raise bad_request("chat not found")
        if chat.upgraded_to:
            raise upgraded(chat.upgraded_to)
        return chat

    def get_chat_to_read(self, chat_id: int) -> Chat:
        """The chat, if the bot is in it.

        Raises:
            Refusal: as Telegram's, if it isn't.
        """
        chat = self.get_chat(chat_id)
        if chat.is_blocked and chat.kind != "private":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        return chat

    def get_chat_to_write(self, chat_id: int, thread_id: int = 0) -> Chat:
        """The chat, if the bot may write there.

        Raises:
            Refusal: as Telegram's, if it may not.
        """
        chat = self.get_chat_to_read(chat_id)
        if chat.is_deactivated:
            raise forbidden("user is deactivated")
        if chat.is_blocked:
            raise forbidden("bot was blocked by the user")
        if chat.kind == "channel" and not chat.bot_is_admin:
            raise bad_request("need administrator rights in the channel chat")
        if thread_id and thread_id not in chat.threads:
            raise bad_request("message thread not found")
        return chat

    def find_user(self, user_id: int, language_code: str | None) -> User:
        """The user, made if new, with the language that the app is set to now."""
        known = self.users.get(user_id) or User(user_id, "Reader", language_code="en")
        user = replace(known, language_code=language_code or known.language_code or "en")
        self.users[user_id] = user
        return user

    def add_message(self, chat: Chat, sender: User, content: Content) -> Message:
        """Put a message at the end of a chat."""
        chat.last_message_id += 1
        message = Message(
            **{name: getattr(content, name) for name in CONTENT_FIELDS},
            message_id=chat.last_message_id,
            chat_id=chat.id,
            sender=sender,
            sent_at=self.clock(),
            version=self.mark_changed(),
        )
        chat.messages[message.message_id] = message
        if self._longest is not None and len(chat.messages) > self._longest:
            del chat.messages[next(iter(chat.messages))]
        return message

    def send_message(self, chat: Chat, content: Content, method: str) -> Message:
        """Put a message of the bot at the end of a chat, and into the journal."""
        message = self.add_message(chat, self.bot, content)
        chat.typing_until = None
        self._record(method, message)
        return message

    def edit_message(self, chat: Chat, edited: Message, method: str) -> Message:
        """Let the bot put another value in its message's place, and into the journal."""
        edited = self.replace_message(chat, edited)
        self._record(method, edited)
        return edited

    def replace_message(self, chat: Chat, edited: Message) -> Message:
        """Put another value in a message's place, as edited now."""
        edited = replace(edited, edited_at=self.clock(), version=self.mark_changed())
        chat.messages[edited.message_id] = edited
        return edited

    def delete_message(self, chat: Chat, message_id: int) -> None:
        """Take a message out of its chat."""
        del chat.messages[message_id]
        chat.deleted[message_id] = self.mark_changed()

    def add_file(self, name: str, content_type: str, content: bytes) -> Document:
        """Keep a file that the bot sent."""
        document = Document(_make_file_id(), name, content_type, content)
        self.files[document.file_id] = document
        return document

    def add_photo(self, content_type: str, content: bytes, width: int, height: int) -> Photo:
        """Keep a picture that the bot sent."""
        photo = Photo(_make_file_id(), content_type, content, width, height)
        self.files[photo.file_id] = photo
        return photo

    def push_update(self, kind: str, value: dict[str, Any]) -> None:
        """Owe the bot an update, unless it said that it does not want this kind."""
        wanted = self.wanted_updates
        if (kind in _NOT_BY_DEFAULT) if wanted is None else (kind not in wanted):
            return
        self.updates.append({"update_id": self._next_update_id, kind: value})
        self._next_update_id += 1
        self.mark_changed()

    def want_updates(self, kinds: Collection[str]) -> None:
        """Remember which kinds the bot wants; an empty list means the usual ones."""
        self.wanted_updates = frozenset(kinds) or None

    def confirm_updates(self, offset: int) -> None:
        """Forget the updates before ``offset``; a negative one counts from the end."""
        if offset < 0:
            self.updates = self.updates[offset:]
        elif offset > 0:
            self.updates = [u for u in self.updates if u["update_id"] >= offset]

    def add_query(self) -> tuple[str, asyncio.Future[Answer]]:
        """A new press that waits for its answer."""
        return self.queries.ask()

    def answer_query(self, query_id: str, answer: Answer) -> None:
        """Answer a press.

        Raises:
            Refusal: if there was no such press, or too long ago.
        """
        self.queries.settle(query_id, answer)
        self.mark_changed()

    def answer_inline_query(self, query_id: str, answer: InlineAnswer) -> None:
        """Answer an inline query.

        Raises:
            Refusal: if there was no such query, or too long ago.
        """
        self.inline_queries.settle(query_id, answer)
        self.mark_changed()

    def find_commands(self, chat: Chat, user_id: int, language: str) -> list[dict[str, str]]:
        """The menu that a user sees: the narrowest scope that is set, language first."""
        for scope in _scopes(chat, user_id):
            for code in (language, ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []


def _make_file_id() -> str:
    return secrets.token_urlsafe(24)


def _scopes(chat: Chat, user_id: int) -> Iterable[CommandScope]:
    """From the narrowest to the widest, as the Bot API's "Determining list of commands"."""
    is_admin = user_id in chat.administrators
    if chat.kind == "private":
        return ("chat", chat.id, 0), ("all_private_chats", 0, 0), ("default", 0, 0)
    scopes = [("chat_member", chat.id, user_id), ("chat", chat.id, 0)]
    if is_admin:
        scopes.insert(1, ("chat_administrators", chat.id, 0))
        scopes.append(("all_chat_administrators", 0, 0))
    return *scopes, ("all_group_chats", 0, 0), ("default", 0, 0)
