"""What people do in the chats: write, edit, press buttons, leave and come back."""

import asyncio
from dataclasses import replace
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
    user_id: int | None = None,
    language_code: str | None = None,
    thread_id: int = 0,
) -> Message:
    """Write to a chat; the reader's own opens with the first word.

    Without ``user_id`` it is whose private chat it is, or the reader in all other chats.

    Raises:
        ReaderError: if the chat is not open, or no more.
        Refusal: if the text is empty or too long to be sent.
    """
    content = format_user_text(text)
    chat = _find_chat(state, chat_id)
    user = state.find_user(user_id or _find_owner(chat), language_code)
    if thread_id:
        chat.threads.add(thread_id)
    message = state.add_message(
        chat, user, Content(content.text, content.entities, thread_id=thread_id)
    )
    if _reaches_bot(state, chat, content):
        kind = "channel_post" if chat.kind == "channel" else "message"
        state.push_update(kind, write_message(chat, message))
    return message


def edit(state: LocalState, message_id: int, text: str, *, chat_id: int = READER_ID) -> Message:
    """Change the words of a message that a person wrote.

    Raises:
        ReaderError: if there is no such message, or it is the bot's, or says just that.
        Refusal: if the text is empty or too long to be sent.
    """
    content = format_user_text(text)
    chat = _find_chat(state, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message.from_bot or message.service:
        raise ReaderError(f"There is no message {message_id} of a person in chat {chat_id}.")
    if message.text == content.text:
        raise ReaderError(f"Message {message_id} in chat {chat_id} says that already.")
    edited = replace(message, text=content.text, entities=content.entities)
    edited = state.replace_message(chat, edited)
    if _reaches_bot(state, chat, content):
        kind = "edited_channel_post" if chat.kind == "channel" else "edited_message"
        state.push_update(kind, write_message(chat, edited))
    return edited


def press(
    state: LocalState,
    message_id: int,
    data: str,
    *,
    chat_id: int = READER_ID,
    user_id: int | None = None,
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
        "from": state.find_user(user_id or _find_owner(chat), language_code).to_json(),
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
    chat = _get_chat(state, chat_id)
    before, chat.is_blocked = chat.is_blocked, is_blocked
    update = {
        "chat": chat.to_json(),
        "from": state.find_user(_find_owner(chat), None).to_json(),
        "date": int(state.clock().timestamp()),
        "old_chat_member": _write_own_membership(state, is_out=before),
        "new_chat_member": _write_own_membership(state, is_out=is_blocked),
    }
    state.push_update("my_chat_member", update)


def deactivate(state: LocalState, user_id: int) -> None:
    """Let a user's account end; the bot is not told, as on the real server.

    Raises:
        ReaderError: if the user has no private chat with the bot.
    """
    chat = _get_chat(state, user_id)
    if chat.kind != "private":
        raise ReaderError(f"Chat {user_id} is no user's.")
    chat.is_deactivated = True
    state.mark_changed()


def upgrade(state: LocalState, chat_id: int, new_id: int) -> Chat:
    """Make a group a supergroup: its people go on there, its messages stay where they are.

    The old id names nothing but the new one from now on. The bot gets both service messages.

    Raises:
        ReaderError: if it is no open group, or the new id is taken or can't be a supergroup's.
    """
    group = _get_chat(state, chat_id)
    if group.kind != "group":
        raise ReaderError(f"Chat {chat_id} is a {group.kind} and no group.")
    if new_id >= 0 or new_id in state.chats:
        raise ReaderError(f"Chat {chat_id} can't become {new_id}.")
    user = state.find_user(READER_ID, None)
    supergroup = Chat(
        new_id,
        "supergroup",
        group.title,
        bot_is_admin=group.bot_is_admin,
        administrators=group.administrators,
        is_blocked=group.is_blocked,
    )
    state.open_chat(supergroup)
    for chat, service in (
        (group, {"migrate_to_chat_id": new_id}),
        (supergroup, {"migrate_from_chat_id": chat_id}),
    ):
        message = state.add_message(chat, user, Content(service=service))
        if not chat.is_blocked:
            state.push_update("message", write_message(chat, message))
    group.upgraded_to = new_id
    return supergroup


def _find_chat(state: LocalState, chat_id: int) -> Chat:
    if chat_id == READER_ID:
        state.open_chat(Chat(READER_ID, "private", "Reader"))
    return _get_chat(state, chat_id)


def _get_chat(state: LocalState, chat_id: int) -> Chat:
    chat = state.chats.get(chat_id)
    if chat is None:
        raise ReaderError(f"Chat {chat_id} is not open.")
    if chat.upgraded_to:
        raise ReaderError(f"Chat {chat_id} is now chat {chat.upgraded_to}.")
    if chat.is_deactivated:
        raise ReaderError(f"The account behind chat {chat_id} is no more.")
    return chat


def _find_owner(chat: Chat) -> int:
    return chat.id if chat.kind == "private" else READER_ID


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
