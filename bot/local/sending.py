"""Bot API methods that write, change and delete messages, and answer presses."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from telegram.constants import CallbackQueryLimit, ChatAction, MessageLimit

from bot.local.detect import find_entities
from bot.local.entities import (
    QUOTES,
    STYLES,
    VERBATIM,
    Entity,
    EntityError,
    Formatted,
    read_wire_entity,
    tidy,
    with_found,
)
from bot.local.keyboard import read_markup
from bot.local.markup import check_link, parse_html
from bot.local.parameters import Parameters
from bot.local.refusals import bad_request
from bot.local.state import Answer, Chat, Content, LocalState, Message
from bot.local.wire import write_message

_LONGEST_SOURCE_BYTES = 32_768
_TYPING_LASTS = timedelta(seconds=5)
_ACTIONS = frozenset(action.value for action in ChatAction)
_MARKED_BY_BOTS = frozenset((*STYLES, *QUOTES, *VERBATIM, "text_link", "custom_emoji", "date_time"))


def format_user_text(text: str) -> Formatted:
    """What a person typed, as it arrives.

    Raises:
        Refusal: if nothing is left of it, or it is too long.
    """
    return _finish(text, (), MessageLimit.MAX_TEXT_LENGTH, "message is too long")


async def send_message(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``sendMessage``."""
    said = _read_text(parameters)
    chat, content = _read_place(state, parameters)
    preview = _read_object(parameters, "link_preview_options")
    content = replace(content, text=said.text, entities=said.entities, link_preview=preview)
    return write_message(chat, state.send_message(chat, content, "sendMessage"))


async def send_document(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``sendDocument``, of a file in the request."""
    name = parameters.text("document").removeprefix("attach://")
    upload = parameters.files.get(name) or parameters.files.get("document")
    if upload is None:
        raise bad_request("there is no document in the request")
    said = _read_caption(parameters)
    chat, content = _read_place(state, parameters)
    document = state.add_file(upload.name, upload.content_type, upload.content)
    content = replace(content, text=said.text, entities=said.entities, document=document)
    return write_message(chat, state.send_message(chat, content, "sendDocument"))


async def get_file(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``getFile``; the path is below ``base_file_url`` and the token."""
    document = state.files.get(parameters.text("file_id"))
    if document is None:
        raise bad_request("invalid file_id")
    size = {"file_size": len(document.content)}
    unique = {"file_unique_id": document.file_id[-12:]}
    return {"file_id": document.file_id, **unique, **size, "file_path": document.file_id}


async def edit_message_text(state: LocalState, parameters: Parameters) -> dict[str, Any]:
    """``editMessageText``; without a keyboard the message loses its own."""
    content = _read_text(parameters)
    markup = read_markup(parameters.json("reply_markup", "reply keyboard markup"))
    preview = _read_object(parameters, "link_preview_options")
    chat, message = _find_to_edit(state, parameters)
    if message.document:
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


def _read_place(state: LocalState, parameters: Parameters) -> tuple[Chat, Content]:
    """Where and how to send, in the order in which the real server checks it."""
    markup = read_markup(parameters.json("reply_markup", "reply keyboard markup"))
    thread_id = parameters.integer("message_thread_id")
    chat = state.get_chat_to_write(parameters.chat_id(), thread_id)
    return chat, Content(
        markup=markup,
        thread_id=thread_id,
        reply_to=_read_reply(chat, parameters),
        is_protected=parameters.flag("protect_content"),
        is_silent=parameters.flag("disable_notification"),
    )


def _read_reply(chat: Chat, parameters: Parameters) -> int:
    reply = _read_object(parameters, "reply_parameters") or {}
    message_id = reply.get("message_id", parameters.integer("reply_to_message_id"))
    if not isinstance(message_id, int):
        raise bad_request('can\'t parse reply parameters: Field "message_id" must be a Number')
    if message_id and message_id not in chat.messages:
        if not reply.get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
        return 0
    return message_id


def _read_object(parameters: Parameters, name: str) -> dict[str, Any] | None:
    what = name.replace("_", " ")
    value = parameters.json(name, what)
    if value is not None and not isinstance(value, dict):
        raise bad_request(f"object expected as {what}")
    return value


def _read_text(parameters: Parameters) -> Formatted:
    source = parameters.text("text")
    if not source:
        raise bad_request("message text is empty")
    limit = MessageLimit.MAX_TEXT_LENGTH
    return _read_marked(source, parameters, "entities", limit, "message is too long")


def _read_caption(parameters: Parameters) -> Formatted:
    source = parameters.text("caption")
    if not source.strip():
        return Formatted("")
    limit = MessageLimit.CAPTION_LENGTH
    return _read_marked(
        source, parameters, "caption_entities", limit, "message caption is too long"
    )


def _read_marked(
    source: str, parameters: Parameters, entities: str, limit: int, too_long: str
) -> Formatted:
    if len(source.encode()) > _LONGEST_SOURCE_BYTES:
        raise bad_request("text is too long")
    mode = parameters.text("parse_mode").lower()
    if mode not in {"", "none", "html"}:
        raise bad_request("unsupported parse_mode")
    try:
        if mode == "html":
            return _format_html(source, limit, too_long)
        marked = _read_entities(source, parameters.json(entities, "message entities"))
    except EntityError as refused:
        raise bad_request(str(refused)) from None
    return _finish(source, marked, limit, too_long)


# A digest goes out to many chats in the same words.
@lru_cache(maxsize=256)
def _format_html(source: str, limit: int, too_long: str) -> Formatted:
    parsed = parse_html(source)
    return _finish(parsed.text, parsed.entities, limit, too_long)


def _read_entities(source: str, value: object) -> tuple[Entity, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise EntityError("Can't parse MessageEntity: expected an Object")
    marked = [item for item in value if str(item.get("type")) in _MARKED_BY_BOTS]
    return tuple(_read_link(read_wire_entity(source, item)) for item in marked)


def _read_link(entity: Entity) -> Entity:
    """The entity with its address as Telegram keeps it; a bad one leaves nothing to mark."""
    if entity.type != "text_link":
        return entity
    link = check_link(str(entity.details.get("url", "")))
    return replace(entity, details={"url": link}) if link else replace(entity, length=0)


def _finish(text: str, entities: tuple[Entity, ...], limit: int, too_long: str) -> Formatted:
    try:
        formatted = tidy(text, entities)
    except EntityError as refused:
        raise bad_request(str(refused)) from None
    if len(formatted.text) > limit:
        raise bad_request(too_long)
    return with_found(formatted, find_entities(formatted.text))


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
