"""What people do in the chats: write, edit, share places, press buttons."""

import asyncio
from dataclasses import replace
from typing import Any, TypedDict

from telegram.constants import InlineKeyboardButtonLimit

from bot.local.chats import ANONYMOUS, READER_ID, Chat, Content, Location, Message, User
from bot.local.formatting import format_user_text
from bot.local.queries import Answer
from bot.local.state import LocalState
from bot.local.wire import write_message

_MOST_NORTH, _MOST_EAST = 90.0, 180.0


class ReaderError(ValueError):
    """Something that nobody could do in the app; the message says why."""


class Where(TypedDict, total=False):
    """Who writes and where: whoever's private chat it is, or the reader, if not said.

    ``language_code`` is that of the person's app, ``thread_id`` a topic of a forum.
    """

    chat_id: int
    user_id: int | None
    language_code: str | None
    thread_id: int
    reply_to: int


def say(
    state: LocalState,
    text: str,
    *,
    chat_id: int = READER_ID,
    user_id: int | None = None,
    language_code: str | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
    as_chat: bool = False,
) -> Message:
    """Write to a chat; the reader's own opens with the first word.

    Without ``user_id`` it is whose private chat it is, or the reader in all other chats; with
    ``as_chat`` it is an administrator of a group who stays anonymous.

    Raises:
        ReaderError: if the chat is not open, or no more, or the message that it replies to is
            not there.
        Refusal: if the text is empty or too long to be sent.
    """
    content = format_user_text(text)
    chat = find_chat(state, chat_id)
    said = Content(
        content.text, content.entities, thread_id=thread_id, reply_to=reply_to, as_chat=as_chat
    )
    return put(state, chat, _find_author(state, chat, user_id, language_code, said), said)


def share_location(
    state: LocalState,
    latitude: float,
    longitude: float,
    *,
    chat_id: int = READER_ID,
    user_id: int | None = None,
    language_code: str | None = None,
    thread_id: int = 0,
    reply_to: int = 0,
) -> Message:
    """Send a place, in degrees, as the button of a reply keyboard or the menu does.

    Raises:
        ReaderError: as ``say``'s, or if there is no such place.
    """
    if not (abs(latitude) <= _MOST_NORTH and abs(longitude) <= _MOST_EAST):
        raise ReaderError(f"There is no place at {latitude}, {longitude}.")
    chat = find_chat(state, chat_id)
    place = Location(float(latitude), float(longitude))
    sent = Content(location=place, thread_id=thread_id, reply_to=reply_to)
    return put(state, chat, _find_author(state, chat, user_id, language_code, sent), sent)


def put(state: LocalState, chat: Chat, author: User, content: Content) -> Message:
    """Put a person's message into a chat; the bot is told of it if it may hear it.

    Raises:
        ReaderError: if the message that it replies to is not there.
    """
    if content.reply_to and content.reply_to not in chat.messages:
        raise ReaderError(f"There is no message {content.reply_to} in chat {chat.id}.")
    if content.thread_id:
        chat.threads.add(content.thread_id)
    message = state.add_message(chat, author, content)
    if _reaches_bot(state, chat, message):
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
    chat = find_chat(state, chat_id)
    message = chat.messages.get(message_id)
    if message is None or message.from_bot or message.service:
        raise ReaderError(f"There is no message {message_id} of a person in chat {chat_id}.")
    if message.text == content.text:
        raise ReaderError(f"Message {message_id} in chat {chat_id} says that already.")
    edited = replace(message, text=content.text, entities=content.entities)
    edited = state.replace_message(chat, edited)
    if _reaches_bot(state, chat, edited):
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
    force: bool = False,
    is_inaccessible: bool = False,
) -> asyncio.Future[Answer]:
    """Press a button beneath a message; the answer is the bot's.

    Args:
        state: the server's.
        message_id: the message.
        data: of the button.
        chat_id: where it stands.
        user_id: who presses; whose private chat it is, or the reader, if None.
        language_code: of the person's app; None leaves it.
        force: the button need not be there, as if someone sent data of their own.
        is_inaccessible: the bot gets the message as one that was deleted or is very old; it
            need not be there any more.

    Raises:
        ReaderError: if there is no such button.
    """
    chat = get_open_chat(state, chat_id)
    message = chat.messages.get(message_id)
    if message is None and not is_inaccessible:
        raise ReaderError(f"There is no message {message_id} in chat {chat_id}.")
    if len(data.encode()) > InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
        raise ReaderError("A button holds no more than 64 bytes.")
    buttons = message.buttons if message else []
    is_there = any(button.get("callback_data") == data for button in buttons)
    if not (is_there or force or is_inaccessible):
        raise ReaderError(f"Message {message_id} has no button with the data {data!r}.")
    query_id, answer = state.add_query()
    update = {
        "id": query_id,
        "from": find_person(state, chat, user_id, language_code).to_json(),
        **_write_pressed(chat, message_id, None if is_inaccessible else message),
        "chat_instance": str(chat_id),
        "data": data,
    }
    state.push_update("callback_query", update)
    return answer


def find_chat(state: LocalState, chat_id: int) -> Chat:
    """The chat; the reader's own opens by it.

    Raises:
        ReaderError: if it is not open, or no more.
    """
    if chat_id == READER_ID:
        state.open_chat(Chat(READER_ID, "private", "Reader"))
    return get_open_chat(state, chat_id)


def get_open_chat(state: LocalState, chat_id: int) -> Chat:
    """The chat.

    Raises:
        ReaderError: if it is not open, or no more.
    """
    chat = state.chats.get(chat_id)
    if chat is None:
        raise ReaderError(f"Chat {chat_id} is not open.")
    if chat.upgraded_to:
        raise ReaderError(f"Chat {chat_id} is now chat {chat.upgraded_to}.")
    if chat.is_deactivated:
        raise ReaderError(f"The account behind chat {chat_id} is no more.")
    return chat


def find_owner(chat: Chat) -> int:
    """Whose chat it is: the reader's, if nobody's."""
    return chat.id if chat.kind == "private" else READER_ID


def _reaches_bot(state: LocalState, chat: Chat, message: Message) -> bool:
    """Whether the bot hears of it.

    In groups a bot without rights hears only commands, its own name, answers to what it wrote
    and what was sent by way of it (privacy mode).
    """
    if chat.is_blocked:
        return False
    if chat.kind in {"private", "channel"} or chat.bot_is_admin:
        return True
    answered = chat.messages.get(message.reply_to)
    if message.via_bot or (answered and answered.from_bot):
        return True
    marked = {message.text[e.offset : e.end]: e.type for e in message.entities}
    return "bot_command" in marked.values() or f"@{state.bot.username}" in marked


def find_person(
    state: LocalState, chat: Chat, user_id: int | None, language_code: str | None
) -> User:
    """Who writes or presses, and is in the chat by that."""
    user = state.find_user(user_id or find_owner(chat), language_code)
    chat.members.add(user.id)
    return user


def _find_author(
    state: LocalState,
    chat: Chat,
    user_id: int | None,
    language_code: str | None,
    content: Content,
) -> User:
    if not content.as_chat:
        return find_person(state, chat, user_id, language_code)
    if chat.kind not in {"group", "supergroup"}:
        raise ReaderError(f"Nobody is anonymous in the {chat.kind} chat {chat.id}.")
    return ANONYMOUS


def _write_pressed(chat: Chat, message_id: int, message: Message | None) -> dict[str, Any]:
    if message is None:
        return {"message": {"chat": chat.to_json(), "message_id": message_id, "date": 0}}
    if message.via_bot:
        return {"inline_message_id": f"{chat.id}_{message_id}"}
    return {"message": write_message(chat, message)}
