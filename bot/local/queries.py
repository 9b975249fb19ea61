"""What the bot is asked and has to answer soon: presses of buttons, and inline queries."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from bot.local.chats import Content
from bot.local.refusals import bad_request

# How long the real server takes an answer is not documented; about a minute is told.
QUERY_LIFETIME = timedelta(seconds=60)

A = TypeVar("A")


@dataclass(frozen=True)
class Answer:
    """What the bot answered to a press; ``text`` is shown as a toast, or as an alert."""

    text: str = ""
    show_alert: bool = False
    url: str = ""


@dataclass(frozen=True)
class InlineResult:
    """One of the things that can be sent: how it is listed, and the message it becomes."""

    id: str
    title: str
    content: Content
    description: str = ""
    url: str = ""


@dataclass(frozen=True)
class InlineAnswer:
    """What the bot answered to an inline query.

    ``next_offset`` is what to ask on with, empty at the end; ``button`` is the
    ``InlineQueryResultsButton`` above the results. Nothing is cached here: ``cache_time``
    (seconds) and ``is_personal`` are only told.
    """

    results: tuple[InlineResult, ...] = ()
    next_offset: str = ""
    button: dict[str, Any] | None = None
    cache_time: int = 300
    is_personal: bool = False


@dataclass(frozen=True)
class Query(Generic[A]):
    """A question that waits for the bot's answer."""

    asked_at: datetime
    answer: asyncio.Future[A]


class Queries(dict[str, Query[A]]):
    """Questions by their ids."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._clock = clock

    def ask(self) -> tuple[str, asyncio.Future[A]]:
        """A new question that waits for its answer; old ones that nobody answered are forgotten."""
        now = self._clock()
        for key in [key for key, query in self.items() if now - query.asked_at > QUERY_LIFETIME]:
            del self[key]
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        query_id = str(secrets.randbits(62))
        self[query_id] = Query(now, answer)
        return query_id, answer

    def settle(self, query_id: str, answer: A) -> None:
        """Answer a question; a second answer changes nothing.

        Raises:
            Refusal: if there was no such question, or too long ago.
        """
        query = self.get(query_id)
        if query is None or self._clock() - query.asked_at > QUERY_LIFETIME:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        if not query.answer.done():
            query.answer.set_result(answer)
