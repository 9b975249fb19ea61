"""When a message may be sent: Telegram's limits, and its word when it wants us to wait; pure.

Telegram counts messages as they arrive. All that is known here is that a message arrives between
its start and its end, which is its answer. Hence one rule for each limit of N messages in S
seconds: a message may start at t if fewer than N others are in flight at t or ended less than S
before it. Then no S seconds see more than N arrivals. For take any seconds from a to a + S, and
of the messages that arrive in them the one that started last, at t < a + S. The others arrived
at a or later, so at t they were in flight, or had ended at a or later, less than S before t:
they were counted at t, together with this one N at most. This holds whatever the delays and
however many are in flight.

Messages are also spaced evenly, so that none is bunched up. At 25 a second with four in flight
the rule for the second costs nothing, because 25 + 4 < 30. Nearer to 30 it does: no more go out
than 30 in a second and the time of an answer.
"""

import heapq
import math
from bisect import insort
from collections.abc import Iterator

from bot.outcomes import LONGEST_TOLD_WAIT

# The limits as Telegram tells them: https://core.telegram.org/bots/faq
MOST_IN_A_SECOND = 30
CHAT_GAP = 1.0
GROUP_MOST, GROUP_SECONDS = 20, 60.0

# Lateness that is made up for, in seconds: at 25 a second two messages at once, never more.
LATENESS = 0.05
LOWEST_RATE = 1.0
# Share of the configured rate that is won back in a second of sending: from half of it to all of
# it in 100 s. A rate that proves too high is thus met with one refusal in two minutes or so,
# while a single hiccup costs a broadcast less than a minute.
RECOVERY = 0.005
# A longer gap between messages says nothing about the pace that Telegram would bear.
LONGEST_PROOF = 1.0


class Pacing:
    """Says when and to whom a message may be sent; told of each start and end.

    All moments (``now``) are seconds of one clock that never goes back.
    """

    def __init__(self, rate: float | None = 25.0) -> None:
        """Start without any message behind it.

        Args:
            rate: messages a second over all chats. Up to 30 the limit of 30 in any second is
                kept; more is for bots that pay for it, and not held against that limit. None: no
                pace at all, only told waits count, and one message to a chat at a time.

        Raises:
            ValueError: if the rate is not above 0.
        """
        if rate is not None and not rate > 0:
            raise ValueError(f"a rate of {rate} messages a second would send none")
        self._configured = self._rate = rate
        self._slot = -math.inf
        self._last_start = math.inf
        self._paused_until = -math.inf
        self._has_sent_since_slowdown = True
        self._in_flight: set[int] = set()
        self._held = _Deadlines()
        self._minutes: dict[int, _Window] = {}
        self._fading = _Deadlines()
        is_limited = rate is not None and rate <= MOST_IN_A_SECOND
        self._second = _Window(MOST_IN_A_SECOND, 1.0) if is_limited else None

    @property
    def rate(self) -> float | None:
        """Messages a second at present; lower than configured after Telegram told us to wait."""
        return self._rate

    def pause(self, now: float) -> float:
        """Seconds for which Telegram wants no request at all."""
        return _seconds_until(self._paused_until, now)

    def wait(self, now: float) -> float:
        """Seconds until a message to any chat may start; 0.0 if one may now."""
        second = self._second.opens(len(self._in_flight), now) if self._second else -math.inf
        return _seconds_until(max(self._paused_until, self._slot, second), now)

    def list_held(self, now: float) -> list[int]:
        """Chats that must not be written to now: one is in flight, or their limits are reached."""
        self._forget_passed(now)
        return [*self._in_flight, *self._held]

    def chat_wait(self, chat_id: int, now: float) -> float:
        """Seconds until this chat may be written to; infinite while a message is in flight."""
        if chat_id in self._in_flight:
            return math.inf
        return _seconds_until(self._held.get(chat_id), now)

    def next_opening(self, now: float) -> float | None:
        """Seconds until the first held chat opens; None if none is held, save by its flight."""
        self._forget_passed(now)
        first = self._held.first()
        return None if first is None else _seconds_until(first, now)

    def start(self, chat_id: int, now: float) -> None:
        """A message to this chat starts now."""
        self._in_flight.add(chat_id)
        self._has_sent_since_slowdown = True
        if self._rate is None or self._configured is None:
            return
        self._forget_passed(now)
        proof = min(max(now - self._last_start, 0.0), LONGEST_PROOF)
        self._rate = min(self._configured, self._rate + proof * RECOVERY * self._configured)
        self._last_start = now
        # From slot to slot, not from now on: a late start must not put off all that follow.
        self._slot = max(self._slot, now - LATENESS) + 1 / self._rate

    def end(self, chat_id: int, now: float) -> None:
        """A message to this chat was answered or has failed: its limits count from here."""
        self._in_flight.discard(chat_id)
        self._count(chat_id, now)

    def remember(self, chat_id: int, ago: float, now: float) -> None:
        """A message to this chat ended ``ago`` seconds before now, in an earlier run."""
        self._count(chat_id, now - ago)

    def hold(self, seconds: float, now: float) -> None:
        """Telegram wants us to wait so long, an hour at most, and then to go slower.

        Half as fast, once for all the messages that were in flight together.
        """
        longest = LONGEST_TOLD_WAIT.total_seconds()
        self._paused_until = max(self._paused_until, now + min(max(seconds, 0.0), longest))
        if self._rate is not None and self._has_sent_since_slowdown:
            self._rate = max(self._rate / 2, min(self._rate, LOWEST_RATE))
        self._has_sent_since_slowdown = False

    def _count(self, chat_id: int, end: float) -> None:
        if self._rate is None:
            return
        if self._second:
            self._second.add(end)
        self._held.put(chat_id, end + CHAT_GAP)
        if chat_id < 0:
            minute = self._minutes.setdefault(chat_id, _Window(GROUP_MOST, GROUP_SECONDS))
            minute.add(end)
            self._held.put(chat_id, minute.opens(0, end))
            self._fading.put(chat_id, end + GROUP_SECONDS)

    def _forget_passed(self, now: float) -> None:
        """Keep nothing of chats whose limits have passed: there may be millions."""
        self._held.pop_passed(now)
        for chat_id in self._fading.pop_passed(now):
            del self._minutes[chat_id]


class _Window:
    """At most ``most`` messages in any ``seconds``; see the top of this module."""

    __slots__ = ("_ends", "_most", "_seconds")

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._ends: list[float] = []

    def add(self, end: float) -> None:
        insort(self._ends, end)
        del self._ends[: -self._most]

    def opens(self, in_flight: int, now: float) -> float:
        """The moment from which one more may start; those in flight end now at the earliest."""
        last_that_counts = len(self._ends) + in_flight - self._most
        if last_that_counts < 0:
            return -math.inf
        ends = self._ends
        return (ends[last_that_counts] if last_that_counts < len(ends) else now) + self._seconds


class _Deadlines:
    """Chats, each until a moment; the latest that was put counts."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}
        # Also has moments that were put off since; they are skipped.
        self._queue: list[tuple[float, int]] = []

    def __iter__(self) -> Iterator[int]:
        return iter(self._until)

    def get(self, chat_id: int) -> float:
        return self._until.get(chat_id, -math.inf)

    def put(self, chat_id: int, moment: float) -> None:
        if moment > self.get(chat_id):
            self._until[chat_id] = moment
            heapq.heappush(self._queue, (moment, chat_id))

    def first(self) -> float | None:
        while self._queue and self.get(self._queue[0][1]) != self._queue[0][0]:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def pop_passed(self, now: float) -> list[int]:
        passed = []
        while (first := self.first()) is not None and first <= now:
            passed.append(heapq.heappop(self._queue)[1])
            del self._until[passed[-1]]
        return passed


def _seconds_until(moment: float, now: float) -> float:
    """Never so short, by rounding, that a clock that has moved on by it is not there yet."""
    wait = moment - now
    if wait <= 0:
        return 0.0
    return wait if now + wait >= moment else wait + math.ulp(moment)
