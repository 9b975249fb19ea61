"""``answerInlineQuery``: what the bot offers in any chat, refused as the real server does."""

import re
from collections.abc import Mapping
from typing import Any

from telegram.constants import InlineQueryLimit, InlineQueryResultLimit, MessageLimit

from bot.local.chats import Content
from bot.local.formatting import read_marked
from bot.local.keyboard import read_markup
from bot.local.parameters import Parameters, to_strings
from bot.local.queries import InlineAnswer, InlineResult
from bot.local.refusals import Refusal, bad_request
from bot.local.sending import read_object
from bot.local.state import LocalState

_START_PARAMETER = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CANT_PARSE = "can't parse inline query result"
_CACHED_SECONDS = 300


async def answer_inline_query(state: LocalState, parameters: Parameters) -> bool:
    """``answerInlineQuery``; articles with a text are the only results known here."""
    results = _read_results(parameters.json("results", "inline query results"))
    next_offset = parameters.text("next_offset")
    if len(next_offset.encode()) > InlineQueryLimit.MAX_OFFSET_LENGTH:
        raise bad_request("NEXT_OFFSET_INVALID")
    answer = InlineAnswer(
        results,
        next_offset,
        _read_button(parameters),
        parameters.integer("cache_time", _CACHED_SECONDS),
        parameters.flag("is_personal"),
    )
    state.answer_inline_query(parameters.text("inline_query_id"), answer)
    return True


def _read_results(value: object) -> tuple[InlineResult, ...]:
    if not isinstance(value, list):
        raise bad_request("expected an Array of inline query results")
    if len(value) > InlineQueryLimit.RESULTS:
        raise bad_request("too many inline query results specified")
    results = tuple(_read_result(each) for each in value)
    if len({result.id for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    return results


def _read_result(value: object) -> InlineResult:
    if not isinstance(value, dict):
        raise bad_request(f"{_CANT_PARSE}: Inline query result must be an object")
    kind = _get_string(value, "type").lower()
    result_id = _get_string(value, "id")
    if kind != "article":
        raise bad_request(f'{_CANT_PARSE}: type "{kind}" is unsupported')
    if not 1 <= len(result_id.encode(errors="replace")) <= InlineQueryResultLimit.MAX_ID_LENGTH:
        raise bad_request("RESULT_ID_INVALID")
    title = _get_string(value, "title")
    if not title.strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    optional = {name: _get_string(value, name) for name in ("description", "url") if name in value}
    return InlineResult(result_id, title, _read_content(value), **optional)


def _read_content(result: Mapping[str, Any]) -> Content:
    said = result.get("input_message_content")
    if said is None:
        raise bad_request(f"{_CANT_PARSE}: Input message content is not specified")
    if not isinstance(said, dict):
        raise bad_request(f'{_CANT_PARSE}: Field "input_message_content" must be of type Object')
    parameters = Parameters(to_strings(said))
    source = parameters.text("message_text")
    if not source:
        raise bad_request(f"{_CANT_PARSE}: Message text is empty")
    limit = MessageLimit.MAX_TEXT_LENGTH
    try:
        text = read_marked(source, parameters, "entities", limit, "MESSAGE_TOO_LONG")
        markup = read_markup(result.get("reply_markup"))
    except Refusal as refusal:
        raise _explain(refusal) from None
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    preview = read_object(parameters, "link_preview_options")
    return Content(text.text, text.entities, markup, link_preview=preview)


def _explain(refusal: Refusal) -> Refusal:
    """What the server finds wrong in a result it tells of as such, but not its CODE_WORDS."""
    reason = refusal.description.removeprefix("Bad Request: ")
    if reason.isupper():
        return refusal
    return bad_request(f"{_CANT_PARSE}: {reason[:1].upper()}{reason[1:]}")


def _get_string(value: Mapping[str, Any], name: str) -> str:
    if name not in value:
        raise bad_request(f'{_CANT_PARSE}: Can\'t find field "{name}"')
    if not isinstance(value[name], str | int | float) or isinstance(value[name], bool):
        raise bad_request(f'{_CANT_PARSE}: Field "{name}" must be of type String')
    return str(value[name])


def _read_button(parameters: Parameters) -> dict[str, Any] | None:
    button = read_object(parameters, "button")
    if button is None:
        return None
    text, start = button.get("text"), button.get("start_parameter")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    if not isinstance(start, str) or not _START_PARAMETER.fullmatch(start):
        raise bad_request("START_PARAM_INVALID")
    return {"text": text, "start_parameter": start}
