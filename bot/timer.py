"""Time that passes, and being woken; the calendar is another clock's."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timer:
    """Seconds since some moment, and a wait of so many."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Bell:
    """Rung when something is owed, by whoever owes it; one sleeper hears it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Something may be to do now."""
        self._rung.set()

    def hush(self) -> None:
        """What is to do is being looked at."""
        self._rung.clear()

    async def wait(self) -> None:
        """Come back when it is rung."""
        await self._rung.wait()
