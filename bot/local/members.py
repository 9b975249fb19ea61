"""Who is what in a chat: the Bot API's methods about members, and what they write."""

from typing import Any

from bot.local.chats import Chat, User
from bot.local.parameters import Parameters
from bot.local.refusals import bad_request
from bot.local.state import LocalState

_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_manage_topics",
    "can_send_welcome_messages",
)
_CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")


async def get_chat_member(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``getChatMember``."""
    chat = _get_listed(state, parameters)
    user_id = parameters.integer("user_id")
    user = state.bot if user_id == state.bot.id else state.users.get(user_id)
    if user is None:
        raise bad_request("user not found")
    return write_member(state, chat, user)


async def get_chat_administrators(
    state: LocalState, parameters: Parameters
) -> list[dict[str, Any]]:
    """``getChatAdministrators``."""
    chat = _get_listed(state, parameters)
    if chat.kind == "private":
        raise bad_request("there are no administrators in the private chat")
    people = [state.users[user_id] for user_id in sorted(chat.administrators)]
    bots = [state.bot] if chat.bot_is_admin else []
    return [write_member(state, chat, user) for user in (*people, *bots)]


def write_member(state: LocalState, chat: Chat, user: User) -> dict[str, Any]:
    """The ``ChatMember`` object, of the bot or a person, as they stand now."""
    body: dict[str, Any] = {"user": user.to_json()}
    is_bot = user.id == state.bot.id
    if is_bot and chat.is_blocked:
        return {**body, "status": "kicked", "until_date": 0}
    if user.id == chat.owner:
        return {**body, "status": "creator", "is_anonymous": False}
    if chat.bot_is_admin if is_bot else user.id in chat.administrators:
        names = (*_RIGHTS, *_CHANNEL_RIGHTS) if chat.kind == "channel" else _RIGHTS
        rights = dict.fromkeys(names, True)
        return {
            **body,
            "status": "administrator",
            "can_be_edited": False,
            "is_anonymous": False,
            **rights,
        }
    return {**body, "status": "member" if _is_in(chat, user, is_bot=is_bot) else "left"}


def _is_in(chat: Chat, user: User, *, is_bot: bool) -> bool:
    if is_bot:
        # A channel has bots only among its administrators.
        return chat.kind != "channel"
    return user.id in chat.members or chat.id == user.id


def _get_listed(state: LocalState, parameters: Parameters) -> Chat:
    """The chat, if the bot may know who is in it."""
    chat = state.get_chat_to_read(parameters.chat_id())
    if chat.kind == "channel" and not chat.bot_is_admin:
        raise bad_request("member list is inaccessible")
    return chat
