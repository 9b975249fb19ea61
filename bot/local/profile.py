"""Bot API methods about the bot itself and the chats it is in."""

import re
from typing import Any

from telegram.constants import (
    BotCommandLimit,
    BotCommandScopeType,
    BotDescriptionLimit,
    BotNameLimit,
)

from bot.local.chats import BOT_NAME
from bot.local.parameters import Parameters
from bot.local.refusals import bad_request
from bot.local.state import CommandScope, LocalState
from bot.local.wire import write_full_chat

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"([a-z]{2})?")
_WITH_CHAT = frozenset({"chat", "chat_administrators", "chat_member"})
_SCOPES = frozenset(scope.value for scope in BotCommandScopeType)
_LIMITS = {
    "name": ("name", int(BotNameLimit.MAX_NAME_LENGTH)),
    "description": ("description", int(BotDescriptionLimit.MAX_DESCRIPTION_LENGTH)),
    "short_description": (
        "short description",
        int(BotDescriptionLimit.MAX_SHORT_DESCRIPTION_LENGTH),
    ),
}


async def get_me(state: LocalState, _parameters: Parameters) -> dict[str, Any]:
    """``getMe``."""
    return {
        **state.bot.to_json(),
        "first_name": state.profile.get(("name", ""), BOT_NAME),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def set_my_commands(state: LocalState, parameters: Parameters) -> bool:
    """``setMyCommands``; an empty list takes the menu away."""
    value = parameters.json("commands", "commands")
    commands = _read_commands([] if value is None else value)
    key = _read_scope(state, parameters), _read_language(parameters)
    if commands:
        state.commands[key] = commands
    else:
        state.commands.pop(key, None)
    state.mark_changed()
    return True


async def delete_my_commands(state: LocalState, parameters: Parameters) -> bool:
    """``deleteMyCommands``."""
    state.commands.pop((_read_scope(state, parameters), _read_language(parameters)), None)
    state.mark_changed()
    return True


async def get_my_commands(state: LocalState, parameters: Parameters) -> list[dict[str, str]]:
    """``getMyCommands``: those of just this scope and language."""
    return state.commands.get((_read_scope(state, parameters), _read_language(parameters)), [])


async def set_my_name(state: LocalState, parameters: Parameters) -> bool:
    """``setMyName``."""
    return _set_profile(state, parameters, "name")


async def get_my_name(state: LocalState, parameters: Parameters) -> dict[str, str]:
    """``getMyName``."""
    return _get_profile(state, parameters, "name", BOT_NAME)


async def set_my_description(state: LocalState, parameters: Parameters) -> bool:
    """``setMyDescription``."""
    return _set_profile(state, parameters, "description")


async def get_my_description(state: LocalState, parameters: Parameters) -> dict[str, str]:
    """``getMyDescription``."""
    return _get_profile(state, parameters, "description")


async def set_my_short_description(state: LocalState, parameters: Parameters) -> bool:
    """``setMyShortDescription``."""
    return _set_profile(state, parameters, "short_description")


async def get_my_short_description(state: LocalState, parameters: Parameters) -> dict[str, str]:
    """``getMyShortDescription``."""
    return _get_profile(state, parameters, "short_description")


async def get_chat(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``getChat``."""
    return write_full_chat(state.get_chat(parameters.chat_id()))


def _set_profile(state: LocalState, parameters: Parameters, field: str) -> bool:
    value = parameters.text(field)
    what, limit = _LIMITS[field]
    if len(value) > limit:
        raise bad_request(f"bot {what} is too long")
    key = field, _read_language(parameters)
    if value:
        state.profile[key] = value
    else:
        state.profile.pop(key, None)
    state.mark_changed()
    return True


def _get_profile(
    state: LocalState, parameters: Parameters, field: str, default: str = ""
) -> dict[str, str]:
    general = state.profile.get((field, ""), default)
    return {field: state.profile.get((field, _read_language(parameters)), general)}


def _read_language(parameters: Parameters) -> str:
    code = parameters.text("language_code")
    if not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _read_scope(state: LocalState, parameters: Parameters) -> CommandScope:
    value = parameters.json("scope", "BotCommandScope")
    if value is None:
        return "default", 0, 0
    if not isinstance(value, dict) or str(value.get("type")) not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    kind = str(value["type"])
    if kind not in _WITH_CHAT:
        return kind, 0, 0
    chat_id, user_id = value.get("chat_id"), value.get("user_id", 0)
    if not isinstance(chat_id, int) or not isinstance(user_id, int):
        raise bad_request("can't parse BotCommandScope: chat_id and user_id must be numbers")
    return kind, state.get_chat(chat_id).id, user_id if kind == "chat_member" else 0


def _read_commands(value: object) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise bad_request("expected an Array of BotCommand")
    if len(value) > BotCommandLimit.MAX_COMMAND_NUMBER:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_read_command(item) for item in value]


def _read_command(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    command, description = value.get("command"), value.get("description")
    if not isinstance(command, str) or not isinstance(description, str):
        raise bad_request("can't parse BotCommand: command and description must be Strings")
    command, description = command.removeprefix("/"), description.strip()
    if not _COMMAND.fullmatch(command):
        raise bad_request("BOT_COMMAND_INVALID")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > BotCommandLimit.MAX_DESCRIPTION:
        raise bad_request("command description length must not exceed 256")
    return {"command": command, "description": description}
