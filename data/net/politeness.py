"""What a host is spared: requests in quick succession, before its time, or when it is down."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MIN_INTERVAL = 0.25  # seconds between the starts of two requests
# After this many failed connections in a row a host is left alone for the rest of the run.
MAX_FAILED_CONNECTIONS = 2
DEFAULT_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


class Politeness:
    """Keeps account of hosts (``host[:port]``) for one run.

    ``asked_waits`` holds what hosts asked for in this run: not to be asked before a time.
    """

    def __init__(
        self,
        min_interval: float,
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.asked_waits: dict[str, datetime] = {}
        self._known_waits: dict[str, datetime] = {}
        self._min_interval = min_interval
        self._now = now
        self._monotonic = monotonic
        self._sleep = sleep
        self._started: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._own: set[str] = set()

    def heed(self, waits: Mapping[str, datetime]) -> None:
        """Take over what hosts asked for in earlier runs."""
        self._known_waits.update(waits)

    def find_wait(self, host: str) -> float | None:
        """Seconds for which a host still wants to be left alone."""
        until = self.asked_waits.get(host) or self._known_waits.get(host)
        left = (until - self._now()).total_seconds() if until else 0.0
        return left if left > 0 else None

    def postpone(self, host: str, retry_after: str | None) -> float:
        """Heed a host's Retry-After, or its lack; the seconds that it asks for."""
        now = self._now()
        wait = read_retry_after(retry_after, now)
        self.asked_waits[host] = now + wait
        return wait.total_seconds()

    def is_given_up(self, host: str) -> bool:
        """Whether a host could not be reached several times in a row."""
        return self._failures.get(host, 0) >= MAX_FAILED_CONNECTIONS

    def mark_failed(self, host: str) -> None:
        """The connection to a host failed."""
        self._failures[host] = self._failures.get(host, 0) + 1

    def mark_reached(self, host: str) -> None:
        """A host gave an answer, whatever it says."""
        self._failures.pop(host, None)

    def mark_own(self, host: str) -> None:
        """A host is the operator's own machine, which need not be spared."""
        self._own.add(host)

    def wait_turn(self, host: str) -> float:
        """Wait until the host may be asked again, and count from now; the seconds waited."""
        last = self._started.get(host)
        due = 0.0 if last is None else last + self._min_interval - self._monotonic()
        wait = 0.0 if host in self._own else max(0.0, due)
        if wait:
            self._sleep(wait)
        self._started[host] = self._monotonic()
        return wait


def read_retry_after(value: str | None, now: datetime) -> timedelta:
    """How long a server wants to be left alone (RFC 9110, 10.2.3: seconds, or a date).

    What says nothing counts as five minutes, and nobody gets more than six hours.
    """
    words = (value or "").strip()
    wait = _read_seconds(words) if words.isdecimal() else _read_time_left(words, now)
    return min(wait, LONGEST_WAIT)


def _read_seconds(digits: str) -> timedelta:
    try:
        return timedelta(seconds=int(digits))
    except (ValueError, OverflowError):  # more digits than any number of ours has
        return LONGEST_WAIT


def _read_time_left(date: str, now: datetime) -> timedelta:
    try:
        until = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return DEFAULT_WAIT
    # A date without a zone is in UTC (RFC 5322, 3.3).
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(timedelta(), aware - now)
