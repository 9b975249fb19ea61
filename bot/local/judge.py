"""The judge of the bot: does it keep to Telegram's limits, and wait as long as it was told to?"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.local.refusals import flood
from bot.local.windows import Limits, Windows

TOLD_TO_WAIT = "told to wait"


@dataclass(frozen=True)
class Violation:
    """A call that came too soon.

    ``rule`` is the window (``overall``, ``chat``, ``group``) or ``TOLD_TO_WAIT``; ``at`` is in
    seconds of the server's timer, and ``early`` is how many seconds later it would have been
    right. ``since_told`` is how many seconds before it the 429 was given, None for a window:
    a call that was on its way at that moment can't have known, and has a very small one.
    """

    rule: str
    at: float
    chat_id: int
    method: str
    early: float
    since_told: float | None = None


class Judge:
    """Sees every call that writes a message, at its arrival.

    Args:
        now: seconds on a clock that never goes back.
        limits: the windows to keep to; None keeps to none.
    """

    def __init__(self, now: Callable[[], float], limits: Limits | None) -> None:
        self._now = now
        self._windows = Windows(limits) if limits else None
        self._told_at = self._told_until = float("-inf")
        self.violations: list[Violation] = []

    def admit(self, method: str, chat_id: int, *, is_group: bool) -> None:
        """Write down what is wrong with a call that has just come.

        A call before the end of a wait is only written down; a full window refuses, too.

        Raises:
            Refusal: a 429 if a window is full.
        """
        now = self._now()
        if now < self._told_until:
            early, since = self._told_until - now, now - self._told_at
            self.violations.append(Violation(TOLD_TO_WAIT, now, chat_id, method, early, since))
        breach = self._windows and self._windows.admit(now, chat_id, is_group=is_group)
        if breach:
            self.violations.append(Violation(breach.window, now, chat_id, method, breach.wait))
            self.remember_wait(breach.retry_after)
            raise flood(breach.retry_after)

    def remember_wait(self, seconds: int) -> None:
        """The bot is being told to wait for so long from now."""
        now = self._now()
        if now + seconds > self._told_until:
            self._told_at, self._told_until = now, now + seconds
