"""Keyboards beneath a message, refused where the real server refuses them (pure)."""

from collections.abc import Mapping
from typing import Any

from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit

from bot.local.chats import ChatKind
from bot.local.markup import check_link
from bot.local.refusals import bad_request

_ACTIONS = (
    "callback_data",
    "url",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_OTHERS = ("keyboard", "remove_keyboard", "force_reply")
# What only a person can be asked for, and how the server says so.
_REQUESTS = {
    "request_contact": "phone number can be requested in private chats only",
    "request_location": "location can be requested in private chats only",
    "request_poll": "poll can be requested in private chats only",
}


def read_markup(value: object) -> dict[str, Any] | None:
    """The ``reply_markup`` of a message, or None if there is none or it is empty.

    Raises:
        Refusal: if a button or the keyboard is not one that Telegram takes.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        rows = _read_inline_rows(value["inline_keyboard"])
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in value:
        return {**value, "keyboard": _read_reply_rows(value["keyboard"])}
    return dict(value) if any(name in value for name in _OTHERS) else None


def check_place(markup: Mapping[str, Any] | None, kind: ChatKind) -> None:
    """Let a markup be where it can stand: beneath a channel's posts there are only buttons.

    Raises:
        Refusal: if it can't stand in such a chat.
    """
    if markup is None or kind == "private":
        return
    if kind == "channel" and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    for button in (button for row in markup.get("keyboard", []) for button in row):
        for name, reason in _REQUESTS.items():
            if button.get(name):
                raise bad_request(reason)


def _read_inline_rows(value: object) -> list[list[dict[str, Any]]]:
    rows = [[_read_inline_button(b) for b in row] for row in _read_rows(value, "InlineKeyboard")]
    if any(len(row) > InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in rows):
        raise bad_request("reply markup is too long")
    if sum(map(len, rows)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad_request("reply markup is too long")
    return [row for row in rows if row]


def _read_rows(value: object, kind: str) -> list[list[Any]]:
    field = "inline_keyboard" if kind == "InlineKeyboard" else "keyboard"
    if not isinstance(value, list):
        raise bad_request(f'field "{field}" of the {kind}Markup must be an Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{field}" of the {kind}Markup must be an Array of Arrays')
    return value


def _read_inline_button(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad_request("can't parse inline keyboard button: expected an Object")
    if not isinstance(value.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    if not value["text"].strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if not any(action in value for action in _ACTIONS):
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    _check_data(value)
    return {**value, **_check_address(value)}


def _check_data(button: Mapping[str, Any]) -> None:
    if "callback_data" not in button:
        return
    data = button["callback_data"]
    limit = InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    if not isinstance(data, str) or not 1 <= len(data.encode(errors="replace")) <= limit:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_address(button: Mapping[str, Any]) -> dict[str, str]:
    if "url" not in button:
        return {}
    url = button["url"]
    link = check_link(url) if isinstance(url, str) else None
    if link is None:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return {"url": link}


def _read_reply_rows(value: object) -> list[list[dict[str, Any]]]:
    return [[_read_reply_button(b) for b in row] for row in _read_rows(value, "ReplyKeyboard")]


def _read_reply_button(value: object) -> dict[str, Any]:
    button = {"text": value} if isinstance(value, str) else value
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse keyboard button: Can't find field \"text\"")
    if not button["text"].strip():
        raise bad_request("KEYBOARD_BUTTON_TEXT_INVALID")
    return button
