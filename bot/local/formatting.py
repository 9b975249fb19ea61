"""What a text in a call becomes: parsed, tidied, and refused as Telegram does."""

from dataclasses import replace
from functools import lru_cache

from telegram.constants import MessageLimit

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
from bot.local.markup import check_link, parse_html
from bot.local.parameters import Parameters
from bot.local.refusals import bad_request

_LONGEST_SOURCE_BYTES = 32_768
_MARKED_BY_BOTS = frozenset((*STYLES, *QUOTES, *VERBATIM, "text_link", "custom_emoji", "date_time"))


def format_user_text(text: str) -> Formatted:
    """What a person typed, as it arrives.

    Raises:
        Refusal: if nothing is left of it, or it is too long.
    """
    return _finish(text, (), MessageLimit.MAX_TEXT_LENGTH, "message is too long")


def read_text(parameters: Parameters) -> Formatted:
    """The ``text`` of a message.

    Raises:
        Refusal: as Telegram's, if it can't be sent.
    """
    source = parameters.text("text")
    if not source:
        raise bad_request("message text is empty")
    limit = MessageLimit.MAX_TEXT_LENGTH
    return read_marked(source, parameters, "entities", limit, "message is too long")


def read_caption(parameters: Parameters) -> Formatted:
    """The ``caption`` of a file; empty if there is none.

    Raises:
        Refusal: as Telegram's, if it can't be sent.
    """
    source = parameters.text("caption")
    if not source.strip():
        return Formatted("")
    limit = MessageLimit.CAPTION_LENGTH
    return read_marked(source, parameters, "caption_entities", limit, "message caption is too long")


def read_marked(
    source: str, parameters: Parameters, entities: str, limit: int, too_long: str
) -> Formatted:
    """A text as ``parse_mode`` or the parameter named by ``entities`` marks it.

    Raises:
        Refusal: as Telegram's, if it can't be sent; ``too_long`` over ``limit`` code points.
    """
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
