"""What people do with the bot in any chat: ask it inline, and send what it offers."""

import asyncio
from dataclasses import replace
from typing import Literal

from telegram.constants import InlineQueryLimit

from bot.local.chats import READER_ID, Message
from bot.local.queries import InlineAnswer, InlineResult
from bot.local.reader import ReaderError, find_chat, find_person, put
from bot.local.state import LocalState

AskedIn = Literal["sender", "private", "group", "supergroup", "channel"]


def ask_inline(
    state: LocalState,
    text: str,
    *,
    user_id: int = READER_ID,
    language_code: str | None = None,
    offset: str = "",
    asked_in: AskedIn = "sender",
) -> asyncio.Future[InlineAnswer]:
    """Type words behind the bot's name; the answer is the bot's.

    Args:
        state: the server's.
        text: the words.
        user_id: who asks, and need never have met the bot.
        language_code: of the person's app; None leaves it.
        offset: ``next_offset`` of the answer before, to ask on.
        asked_in: the kind of the chat; ``sender`` is the private chat with the bot.

    Raises:
        ReaderError: if there is more than the app lets through.
    """
    if len(text) > InlineQueryLimit.MAX_QUERY_LENGTH:
        raise ReaderError("An inline query is longer than 256 characters.")
    query_id, answer = state.inline_queries.ask()
    update = {
        "id": query_id,
        "from": state.find_user(user_id, language_code).to_json(),
        "query": text,
        "offset": offset,
        "chat_type": asked_in,
    }
    state.push_update("inline_query", update)
    return answer


def choose(
    state: LocalState,
    result: InlineResult,
    *,
    chat_id: int = READER_ID,
    user_id: int | None = None,
    language_code: str | None = None,
    thread_id: int = 0,
) -> Message:
    """Send what the bot offered; it stands as the person's own message, via the bot.

    Where the bot is in the chat it gets that message.

    Raises:
        ReaderError: if the chat is not open.
    """
    chat = find_chat(state, chat_id)
    person = find_person(state, chat, user_id, language_code)
    content = replace(result.content, via_bot=state.bot, thread_id=thread_id)
    return put(state, chat, person, content)
