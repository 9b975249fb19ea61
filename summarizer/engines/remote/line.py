"""The line to a server: what may pass is tried again, and who fails again and again is spared."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx

from summarizer.engines.remote.client import exchange
from summarizer.engines.remote.dialect import Body
from summarizer.engines.remote.patience import MOST_TRIES, Breaker, choose_wait, read_retry_after
from summarizer.engines.remote.replies import Content, Fault, read_content

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clockwork:
    """Time and chance, as arguments."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    chance: Callable[[], float] = random.random


class Line:
    """Asks one server, and keeps account of how it does."""

    def __init__(self, key: str | None, clockwork: Clockwork) -> None:
        self._key = key
        self._clockwork = clockwork
        self._breaker = Breaker()
        self._last_fault: Fault | None = None

    @property
    def is_on_trial(self) -> bool:
        """Whether the server has failed so often that one request should go before others."""
        return self._breaker.is_on_trial

    def read_clock(self) -> float:
        """Seconds of a clock that only moves on."""
        return self._clockwork.monotonic()

    async def ask(
        self, http: httpx.AsyncClient, url: str, body: Body, limit: float
    ) -> Content | Fault:
        """POST until there is an answer, a fault that no waiting mends, or no time before a limit.

        Args:
            http: open connections.
            url: where to.
            body: the request.
            limit: when to give up, by the line's clock.
        """
        for tries in range(1, MOST_TRIES + 1):
            if tries > 1 and self.find_rest():
                break  # others have found out in the meantime
            outcome = await self.ask_once(http, url, body)
            if not isinstance(outcome, Fault) or not outcome.passes or tries == MOST_TRIES:
                break
            wait = choose_wait(tries, outcome.wait, self._clockwork.chance())
            if self.read_clock() + wait >= limit:
                break
            reason = self.hide(outcome.reason)
            logger.info("The inference server %s; again in %.1f seconds", reason, wait)
            await self._clockwork.sleep(wait)
        return outcome

    async def ask_once(
        self, http: httpx.AsyncClient, url: str, body: Body | None = None
    ) -> Content | Fault:
        """POST, or GET without a body, a single time."""
        reply = await exchange(http, url, body)
        if isinstance(reply, Fault):
            return reply
        content = read_content(reply)
        if not isinstance(content, Fault) or not content.passes:
            return content
        return replace(content, wait=read_retry_after(reply.retry_after, self._clockwork.now()))

    def mark_answered(self) -> None:
        """The server works, whatever it answers."""
        self._breaker.mark_answered()

    def mark_failed(self, fault: Fault) -> None:
        """The server does not."""
        self._last_fault = fault
        self._breaker.mark_failed(self.read_clock(), fault.wait)

    def find_rest(self) -> Fault | None:
        """Why the server is not to be asked for now, if so."""
        rest = self._breaker.find_rest(self.read_clock())
        if rest is None or self._last_fault is None:
            return None
        return Fault(f"{self._last_fault.reason}, and is left alone for {rest:.0f} more seconds")

    def hide(self, said: str) -> str:
        """What is said without the key: servers quote it, too."""
        return said.replace(self._key, "…") if self._key else said
