"""Clocks that jump: the ticks go on all the same.

The scheduler plans by the wall clock and sleeps by one that only runs on. A wall clock that is set
back by hours would put off every tick by as many; one that is set forward by a year, or a machine
that slept, must not make up for each tick that was missed.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.timer import Timer

log = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
# A clock that is put right gently, or a machine that is busy between two readings, is less apart.
LARGEST_DRIFT = timedelta(seconds=5)


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires again so long after it fired, however many times were missed.

    The library's own goes through every time that was missed: a minute and half a gigabyte for a
    year of ticks every 5 s.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """When it fires next."""
        return now + self._interval


@dataclass(frozen=True)
class Reading:
    """What two clocks show at one moment: that on the wall, and one that only runs on (seconds)."""

    wall: datetime
    seconds: float


def find_jump(before: Reading, after: Reading) -> timedelta | None:
    """How far the wall clock was set between two readings, back if negative; None if it was not."""
    passed = timedelta(seconds=after.seconds - before.seconds)
    jump = after.wall - before.wall - passed
    return jump if abs(jump) > LARGEST_DRIFT else None


async def watch_clock(
    clock: Callable[[], datetime], timer: Timer, act: Callable[[], object]
) -> None:
    """Look at the clock every ten seconds until cancelled, and act whenever it has jumped."""
    before = Reading(clock(), timer.now())
    while True:
        await timer.sleep(LOOK_SECONDS)
        after = Reading(clock(), timer.now())
        jump = find_jump(before, after)
        if jump is not None:
            log.warning("the clock has jumped by %+d s: all ticks run now", jump.total_seconds())
            act()
        before = after


def run_now(scheduler: AsyncIOScheduler) -> None:
    """Let every job run now and then as often as it should, whenever it was planned for."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))
