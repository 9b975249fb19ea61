"""What people do in the chats: write and press buttons."""

import asyncio
from typing import Any

from bot.local.entities import Formatted
from bot.local.sending import format_user_text
from bot.local.state import READER_ID, Answer, Chat, Content, LocalState, Message
from bot.local.wire import write_message


class ReaderError(ValueError):
    """Something that nobody could do in the app; the message says why."""


def say(
    state: LocalState,
    text: str,
    *,
    chat_id: int = READER_ID,
    user_id: int = READER_ID,
    language_code: str | None = None,
    thread_id: int = 0,
) -> Message:
    """Write to a chat; the reader's own opens with the first word.

    Raises:
        ReaderError: if the chat is not open.
        Refusal: if the text is empty or too long to be sent.
    """
    content = format_user_text(text)
    user = state.find_user(user_id, language_code)
    chat = _find_chat(state, chat_id)
    if thread_id:
        chat.threads.add(thread_id)
    message = state.add_message(
        chat, user, Content(content.text, content.entities, thread_id=thread_id)
    )
    if _reaches_bot(state, chat, content):
        kind = "channel_post" if chat.kind == "channel" else "message"
        state.push_update(kind, write_message(chat, message))
    return message


def press(
    state: LocalState,
    message_id: int,
    data: str,
    *,
    chat_id: int = READER_ID,
    user_id: int = READER_ID,
    language_code: str | None = None,
) -> asyncio.Future[Answer]:
    """Press a button beneath a message; the answer is the bot's.

    Raises:
        ReaderError: if there is no such button.
    """
    chat = state.chats.get(chat_id)
    message = chat.messages.get(message_id) if chat else None
    if chat is None or message is None:
        raise ReaderError(f"There is no message {message_id} in chat {chat_id}.")
    if not any(button.get("callback_data") == data for button in message.buttons):
        raise ReaderError(f"Message {message_id} has no button with the data {data!r}.")
    query_id, answer = state.add_query()
    update = {
        "id": query_id,
        "from": state.find_user(user_id, language_code).to_json(),
        "message": write_message(chat, message),
        "chat_instance": str(chat_id),
        "data": data,
    }
    state.push_update("callback_query", update)
    return answer


def block(state: LocalState, chat_id: int, *, is_blocked: bool) -> None:
    """Block the bot, or throw it out of a group; or take it back.

    Raises:
        ReaderError: if the chat is not open.
    """
    if chat_id not in state.chats:
        raise ReaderError(f"Chat {chat_id} is not open.")
    chat = state.chats[chat_id]
    before, chat.is_blocked = chat.is_blocked, is_blocked
    user_id = chat_id if chat.kind == "private" else READER_ID
    update = {
        "chat": chat.to_json(),
        "from": state.find_user(user_id, None).to_json(),
        "date": int(state.clock().timestamp()),
        "old_chat_member": _write_own_membership(state, is_out=before),
        "new_chat_member": _write_own_membership(state, is_out=is_blocked),
    }
    state.push_update("my_chat_member", update)


def _find_chat(state: LocalState, chat_id: int) -> Chat:
    if chat_id == READER_ID:
        return state.open_chat(Chat(READER_ID, "private", "Reader"))
    if chat_id not in state.chats:
        raise ReaderError(f"Chat {chat_id} is not open.")
    return state.chats[chat_id]


def _reaches_bot(state: LocalState, chat: Chat, content: Formatted) -> bool:
    """In groups a bot without rights hears only commands and its own name (privacy mode)."""
    if chat.is_blocked:
        return False
    if chat.kind in {"private", "channel"} or chat.bot_is_admin:
        return True
    marked = {content.text[e.offset : e.end]: e.type for e in content.entities}
    return "bot_command" in marked.values() or f"@{state.bot.username}" in marked


def _write_own_membership(state: LocalState, *, is_out: bool) -> dict[str, Any]:
    user = {"user": state.bot.to_json()}
    return {**user, "status": "kicked", "until_date": 0} if is_out else {**user, "status": "member"}
