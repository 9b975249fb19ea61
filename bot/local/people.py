"""What people do, as methods: tests and the demo are the people of the local chat."""

import asyncio
from collections.abc import Iterable
from typing import Unpack

from bot.local import changes, inline_asking, reader
from bot.local.chats import READER_ID, Chat, ChatKind, Message
from bot.local.queries import Answer, InlineAnswer, InlineResult
from bot.local.state import LocalState


class People:
    """Everyone who isn't the bot."""

    def __init__(self, state: LocalState) -> None:
        self.state = state

    def open_chat(
        self,
        chat_id: int,
        kind: ChatKind = "private",
        title: str = "Reader",
        *,
        bot_is_admin: bool = False,
        administrators: Iterable[int] = (),
        owner: int = 0,
        threads: Iterable[int] = (),
    ) -> Chat:
        """Make a chat known to the bot without a word in it; threads make it a forum.

        The owner is an administrator, too.
        """
        people = frozenset((*administrators, owner) if owner else administrators)
        for user_id in people:
            self.state.find_user(user_id, None)
        chat = Chat(
            chat_id,
            kind,
            title,
            bot_is_admin=bot_is_admin,
            administrators=people,
            owner=owner,
            members=set(people),
            threads=set(threads),
        )
        return self.state.open_chat(chat)

    def say(self, text: str, *, as_chat: bool = False, **where: Unpack[reader.Where]) -> Message:
        """Write to a chat as a person; see ``reader.say``."""
        return reader.say(self.state, text, as_chat=as_chat, **where)

    def share_location(
        self, latitude: float, longitude: float, **where: Unpack[reader.Where]
    ) -> Message:
        """Send a place as a person; see ``reader.share_location``."""
        return reader.share_location(self.state, latitude, longitude, **where)

    def edit(self, message_id: int, text: str, *, chat_id: int = READER_ID) -> Message:
        """Change the words of a person's message; see ``reader.edit``."""
        return reader.edit(self.state, message_id, text, chat_id=chat_id)

    def press(
        self,
        message_id: int,
        data: str,
        *,
        chat_id: int = READER_ID,
        user_id: int | None = None,
        language_code: str | None = None,
        force: bool = False,
        is_inaccessible: bool = False,
    ) -> asyncio.Future[Answer]:
        """Press a button; await the result for the bot's answer. See ``reader.press``."""
        return reader.press(
            self.state,
            message_id,
            data,
            chat_id=chat_id,
            user_id=user_id,
            language_code=language_code,
            force=force,
            is_inaccessible=is_inaccessible,
        )

    def ask_inline(
        self,
        text: str,
        *,
        user_id: int = READER_ID,
        language_code: str | None = None,
        offset: str = "",
        asked_in: inline_asking.AskedIn = "sender",
    ) -> asyncio.Future[InlineAnswer]:
        """Type words behind the bot's name; await the result. See ``inline_asking.ask_inline``."""
        return inline_asking.ask_inline(
            self.state,
            text,
            user_id=user_id,
            language_code=language_code,
            offset=offset,
            asked_in=asked_in,
        )

    def choose(
        self,
        result: InlineResult,
        *,
        chat_id: int = READER_ID,
        user_id: int | None = None,
        thread_id: int = 0,
    ) -> Message:
        """Send what the bot offered; see ``inline_asking.choose``."""
        return inline_asking.choose(
            self.state, result, chat_id=chat_id, user_id=user_id, thread_id=thread_id
        )

    def block(self, chat_id: int = READER_ID, *, is_blocked: bool = True) -> None:
        """Block the bot in a chat, or let it in again."""
        changes.block(self.state, chat_id, is_blocked=is_blocked)

    def promote(self, chat_id: int, *, is_admin: bool = True) -> None:
        """Make the bot an administrator, or no more; see ``changes.promote``."""
        changes.promote(self.state, chat_id, is_admin=is_admin)

    def make_forum(self, chat_id: int, *, is_forum: bool = True) -> None:
        """Turn topics on or off in a supergroup; see ``changes.make_forum``."""
        changes.make_forum(self.state, chat_id, is_forum=is_forum)

    def deactivate(self, user_id: int = READER_ID) -> None:
        """Let a user's account end; see ``changes.deactivate``."""
        changes.deactivate(self.state, user_id)

    def upgrade(self, chat_id: int, new_id: int) -> Chat:
        """Make a group a supergroup with a new id; see ``changes.upgrade``."""
        return changes.upgrade(self.state, chat_id, new_id)
