"""Requests that are no delivery: they wait while Telegram has told the bot to wait.

Answers to presses, menus and polling have no share in the pace of messages.
"""

import math
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.outcomes import as_timedelta
from bot.pacing import Pacing
from bot.timer import Timer

# What a delivery's request carries: the sender keeps the pace by itself.
OWED = "owed"
MOST_TRIES = 3
# Late it is worth nothing: the button has stopped waiting.
_PROMPT = frozenset({"answerCallbackQuery"})

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Pauses(BaseRateLimiter[Any]):
    """Holds requests back while Telegram wants none."""

    def __init__(self, pacing: Pacing, timer: Timer) -> None:
        self._pacing = pacing
        self._timer = timer

    async def initialize(self) -> None:
        """There is nothing to set up."""

    async def shutdown(self) -> None:
        """Nor to take down."""

    async def wait(self) -> None:
        """Come back when Telegram takes requests again."""
        while (pause := self._pacing.pause(self._timer.now())) > 0:
            await self._timer.sleep(pause)

    def hold(self, error: RetryAfter) -> None:
        """Telegram wants no requests for a while."""
        wait = as_timedelta(error.retry_after).total_seconds()
        self._pacing.hold(wait, self._timer.now())

    async def process_request(  # noqa: PLR0917, RUF100  # the base's
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,  # noqa: ANN401  # the base's
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],  # noqa: ARG002
        rate_limit_args: str | None,
    ) -> Answer:
        """Make a request once it may be made; told to wait, make it again.

        Raises:
            RetryAfter: if Telegram told it to wait each time, or it would be no use later.
        """
        if rate_limit_args == OWED:
            return await callback(*args, **kwargs)
        tries = 1 if endpoint in _PROMPT else MOST_TRIES
        while True:
            await self._wait_for(endpoint)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self.hold(error)
                tries -= 1
                if not tries:
                    raise

    async def _wait_for(self, endpoint: str) -> None:
        pause = self._pacing.pause(self._timer.now())
        if pause > 0 and endpoint in _PROMPT:
            raise RetryAfter(math.ceil(pause))
        await self.wait()
