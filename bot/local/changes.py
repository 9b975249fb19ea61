"""What befalls chats: the bot is blocked or promoted, accounts end, groups become others."""

from typing import Any

from bot.local.chats import READER_ID, Chat, Content
from bot.local.members import write_member
from bot.local.reader import ReaderError, find_owner, get_open_chat
from bot.local.state import LocalState
from bot.local.wire import write_message


def block(state: LocalState, chat_id: int, *, is_blocked: bool) -> None:
    """Block the bot, or throw it out of a group; or take it back.

    Raises:
        ReaderError: if the chat is not open.
    """
    chat = get_open_chat(state, chat_id)
    before = write_member(state, chat, state.bot)
    chat.is_blocked = is_blocked
    _tell_membership(state, chat, before)


def promote(state: LocalState, chat_id: int, *, is_admin: bool) -> None:
    """Make the bot an administrator, or no more; a channel has it in no other way.

    Raises:
        ReaderError: if the chat is not open, or is a private one.
    """
    chat = get_open_chat(state, chat_id)
    if chat.kind == "private":
        raise ReaderError(f"Chat {chat_id} is private and has no administrators.")
    before = write_member(state, chat, state.bot)
    chat.bot_is_admin = is_admin
    _tell_membership(state, chat, before)


def make_forum(state: LocalState, chat_id: int, *, is_forum: bool = True) -> None:
    """Turn topics on or off in a supergroup; the bot is told nothing, as on the real server.

    Raises:
        ReaderError: if it is no open supergroup.
    """
    chat = get_open_chat(state, chat_id)
    if chat.kind != "supergroup":
        raise ReaderError(f"Chat {chat_id} is a {chat.kind} and no supergroup.")
    chat.is_forum = is_forum
    if not is_forum:
        chat.threads.clear()
    state.mark_changed()


def deactivate(state: LocalState, user_id: int) -> None:
    """Let a user's account end; the bot is not told, as on the real server.

    Raises:
        ReaderError: if the user has no private chat with the bot.
    """
    chat = get_open_chat(state, user_id)
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
    group = get_open_chat(state, chat_id)
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
        owner=group.owner,
        members=group.members,
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


def _tell_membership(state: LocalState, chat: Chat, before: dict[str, Any]) -> None:
    update = {
        "chat": chat.to_json(),
        "from": state.find_user(find_owner(chat), None).to_json(),
        "date": int(state.clock().timestamp()),
        "old_chat_member": before,
        "new_chat_member": write_member(state, chat, state.bot),
    }
    state.push_update("my_chat_member", update)
