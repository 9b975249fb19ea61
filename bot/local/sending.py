"""Bot API methods that write, change and delete messages, and answer presses."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram.constants import CallbackQueryLimit, ChatAction

from bot.local.chats import Chat, Content, Message
from bot.local.formatting import read_text
from bot.local.keyboard import check_place, read_markup
from bot.local.parameters import Parameters
from bot.local.queries import Answer
from bot.local.refusals import bad_request
from bot.local.state import LocalState
from bot.local.wire import write_message

_TYPING_LASTS = timedelta(seconds=5)
_ACTIONS = frozenset(action.value for action in ChatAction)


async def send_message(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``sendMessage``."""
    said = read_text(parameters)
    chat, content = read_place(state, parameters)
    preview = read_object(parameters, "link_preview_options")
    content = replace(content, text=said.text, entities=said.entities, link_preview=preview)
    return write_message(chat, state.send_message(chat, content, "sendMessage"))


async def edit_message_text(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``editMessageText``; without a keyboard the message loses its own."""
    content = read_text(parameters)
    markup = read_markup(parameters.json("reply_markup", "reply keyboard markup"))
    preview = read_object(parameters, "link_preview_options")
    chat, message = _find_to_edit(state, parameters)
    if message.document or message.photo:
        raise bad_request("there is no text in the message to edit")
    edited = replace(
        message,
        text=content.text,
        entities=content.entities,
        markup=markup,
        link_preview=preview,
    )
    return _put_edited(state, chat, edited, "editMessageText")


async def edit_message_reply_markup(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``editMessageReplyMarkup``."""
    markup = read_markup(parameters.json("reply_markup", "reply keyboard markup"))
    chat, message = _find_to_edit(state, parameters)
    edited = replace(message, markup=markup)
    return _put_edited(state, chat, edited, "editMessageReplyMarkup")


async def delete_message(state: LocalState, parameters: Parameters) -> bool:
    """``deleteMessage``: its own everywhere, others' in private chats or as administrator."""
    chat = state.get_chat(parameters.chat_id())
    message = chat.messages.get(parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not (message.from_bot or chat.kind == "private" or chat.bot_is_admin):
        raise bad_request("message can't be deleted")
    state.delete_message(chat, message.message_id)
    return True


async def answer_callback_query(state: LocalState, parameters: Parameters) -> bool:
    """``answerCallbackQuery``."""
    text = parameters.text("text")
    if len(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = Answer(text, parameters.flag("show_alert"), parameters.text("url"))
    state.answer_query(parameters.text("callback_query_id"), answer)
    return True


async def send_chat_action(state: LocalState, parameters: Parameters) -> bool:
    """``sendChatAction``; whatever the action, the page shows that the bot is at work."""
    if parameters.text("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = state.get_chat_to_write(parameters.chat_id(), parameters.integer("message_thread_id"))
    chat.typing_until = state.clock() + _TYPING_LASTS
    state.mark_changed()
    return True


def read_place(state: LocalState, parameters: Parameters) -> tuple[Chat, Content]:
    """Where and how to send, in the order in which the real server checks it.

    Raises:
        Refusal: as Telegram's, if it can't be sent there.
    """
    markup = read_markup(parameters.json("reply_markup", "reply keyboard markup"))
    thread_id = parameters.integer("message_thread_id")
    chat = state.get_chat_to_write(parameters.chat_id(), thread_id)
    check_place(markup, chat.kind)
    return chat, Content(
        markup=markup,
        thread_id=thread_id,
        reply_to=_read_reply(chat, parameters),
        is_protected=parameters.flag("protect_content"),
        is_silent=parameters.flag("disable_notification"),
    )


def _read_reply(chat: Chat, parameters: Parameters) -> int:
    reply = read_object(parameters, "reply_parameters") or {}
    message_id = reply.get("message_id", parameters.integer("reply_to_message_id"))
    if not isinstance(message_id, int):
        raise bad_request('can\'t parse reply parameters: Field "message_id" must be a Number')
    if message_id and message_id not in chat.messages:
        if not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return 0
    return message_id


def read_object(parameters: Parameters, name: str) -> dict[str, Any] | None:
    """The object of a JSON parameter, or None if it is missing.

    Raises:
        Refusal: if it is none.
    """
    what = name.replace("_", " ")
    value = parameters.json(name, what)
    if value is not None and not isinstance(value, dict):
        raise bad_request(f"object expected as {what}")
    return value


def _find_to_edit(state: LocalState, parameters: Parameters) -> tuple[Chat, Message]:
    chat = state.get_chat(parameters.chat_id())
    if not parameters.text("message_id").strip():
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(parameters.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or (message.markup and "inline_keyboard" not in message.markup):
        raise bad_request("message can't be edited")
    return chat, message


def _put_edited(state: LocalState, chat: Chat, edited: Message, method: str) -> dict[str, Any]:
    if edited == chat.messages[edited.message_id]:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are "
            "exactly the same as a current content and reply markup of the message"
        )
    return write_message(chat, state.edit_message(chat, edited, method))
