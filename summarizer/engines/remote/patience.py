"""How long to wait for a server, and when not to ask it at all. Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_TRIES = 4
_FIRST_WAIT = 1.0
_LONGEST_WAIT = 20.0
_FAILURES_IN_A_ROW = 3
_FIRST_REST = 60.0
_LONGEST_REST = 900.0


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds for which a server wants to be left alone (RFC 9110, 10.2.3: seconds or a date)."""
    words = (value or "").strip()
    try:
        seconds = float(words)
    except ValueError:
        seconds = _read_seconds_left(words, now)
    # What is no number at all fails both comparisons.
    return seconds if 0 < seconds < float("inf") else None


def _read_seconds_left(date: str, now: datetime) -> float:
    try:
        until = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0.0
    # A date without a zone is in UTC (RFC 5322, 3.3).
    return ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()


def choose_wait(tries: int, asked: float | None, chance: float) -> float:
    """Seconds to wait after so many tries: twice as long each time, and never all at once.

    Args:
        tries: how many there have been.
        asked: seconds that the server asked for, if it did.
        chance: from 0 to 1, so that many clients do not come back together.
    """
    wait = min(_FIRST_WAIT * 2.0 ** (tries - 1), _LONGEST_WAIT) * (0.5 + chance / 2)
    return max(wait, asked or 0.0)


class Breaker:
    """Spares a server that failed several times in a row, and those who would wait for it.

    While it rests, nothing is asked of it. After that a single request tries it; if that fails
    too, the rest is twice as long as before. Seconds are those of one monotonic clock.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._rests = 0
        self._until = 0.0

    @property
    def is_on_trial(self) -> bool:
        """Whether it has failed so often that it should be tried with one request first."""
        return self._failures >= _FAILURES_IN_A_ROW

    def find_rest(self, now: float) -> float | None:
        """Seconds for which it is still left alone."""
        return self._until - now if now < self._until else None

    def mark_answered(self) -> None:
        """It works."""
        self._failures = self._rests = 0
        self._until = 0.0

    def mark_failed(self, now: float, asked: float | None = None) -> None:
        """It did not; ``asked`` are the seconds for which it wants to be left alone."""
        self._failures += 1
        rest = min(asked or 0.0, _LONGEST_REST)
        if self.is_on_trial and now >= self._until:
            rest = max(rest, min(_FIRST_REST * 2.0**self._rests, _LONGEST_REST))
            self._rests = min(self._rests + 1, 10)
        self._until = max(self._until, now + rest)
