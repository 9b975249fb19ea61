"""JSON bodies of the doors under ``/local``: what they hold, and what is said of bad ones."""

import json
import math
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.local.faults import FaultError
from bot.local.reader import ReaderError
from bot.local.refusals import Refusal

LARGEST_BODY_BYTES = 64 * 1024

Handler = Callable[[web.Request], Awaitable[web.Response]]


class DoorError(Exception):
    """A request that a door can't take; the message says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def explain(handler: Handler) -> Handler:
    """The handler, whose errors are told in JSON: ``{"error"}``."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except DoorError as error:
            return web.json_response({"error": str(error)}, status=error.status)
        except (ReaderError, FaultError, Refusal) as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        DoorError: if there is none, or it is too large.
    """
    # A browser asks us first before it posts this type for another site, and we say no.
    if request.content_type != "application/json":
        raise DoorError(415, "The body must be application/json.")
    body = bytearray()
    async for chunk in request.content.iter_chunked(LARGEST_BODY_BYTES):
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise DoorError(413, f"The body is larger than {LARGEST_BODY_BYTES} bytes.")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise DoorError(400, "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise DoorError(400, "The body must be a JSON object.")
    return value


def read_text(body: dict[str, Any], name: str) -> str:
    """A text in a body.

    Raises:
        DoorError: if it is missing or none.
    """
    value = body.get(name)
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise DoorError(400, f'"{name}" must be a text.')
    return value


def read_number(body: dict[str, Any], name: str, default: int | None = None) -> int:
    """A whole number in a body.

    Raises:
        DoorError: if it is missing without a default, or none.
    """
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DoorError(400, f'"{name}" must be a number.')
    return value


def read_decimal(body: dict[str, Any], name: str) -> float:
    """A number in a body, whole or not.

    Raises:
        DoorError: if it is missing, or none.
    """
    value = body.get(name)
    try:
        number = math.nan if isinstance(value, bool | str | None) else float(value)
    except (TypeError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise DoorError(400, f'"{name}" must be a number.')
    return number


def read_language(body: dict[str, Any]) -> str | None:
    """The language that the page is set to, if it says so.

    Raises:
        DoorError: if it is no text.
    """
    return read_text(body, "language_code")[:16] if body.get("language_code") else None
