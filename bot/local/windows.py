"""How many messages Telegram takes in how much time: sliding windows (pure given the times).

Source of the numbers: https://core.telegram.org/bots/faq, "My bot is hitting limits": about 30
messages a second to all chats, one a second to a chat, 20 a minute to a group. What the real
server does with a burst is not documented; here there is none.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many messages in any stretch of so many seconds."""

    count: int
    seconds: float

    def __post_init__(self) -> None:
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 1:
            raise ValueError(f"A window lets at least one message through, not {self.count!r}.")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise ValueError(f"A window has a length in seconds, not {self.seconds!r}.")


@dataclass(frozen=True)
class Limits:
    """The windows that Telegram is known to have; groups are all chats of several people."""

    overall: Rate = Rate(30, 1.0)
    chat: Rate = Rate(1, 1.0)
    group: Rate = Rate(20, 60.0)


@dataclass(frozen=True)
class Breach:
    """A message that came too soon: by which window, and seconds until there is room."""

    window: str
    wait: float

    @property
    def retry_after(self) -> int:
        """The wait in whole seconds, as Telegram tells it; at least one."""
        return max(1, math.ceil(self.wait))


class Windows:
    """What was let through so far; a message that is refused takes no room."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._taken: dict[tuple[str, int], list[float]] = {}

    def admit(self, now: float, chat_id: int, *, is_group: bool) -> Breach | None:
        """Let a message through, or tell which window has the longest to go.

        Args:
            now: seconds on a clock that never goes back.
            chat_id: the chat that it goes to.
            is_group: whether the chat is a group, a supergroup or a channel.
        """
        limits = self._limits
        asked = [("overall", 0, limits.overall), ("chat", chat_id, limits.chat)]
        if is_group:
            asked.append(("group", chat_id, limits.group))
        waits = [(self._find_wait(*each, now), each[0]) for each in asked]
        wait, window = max(waits)
        if wait > 0:
            return Breach(window, wait)
        for window, key, rate in asked:
            taken = self._taken.setdefault((window, key), [])
            # What is older than the last so many can't fill the window any more.
            taken[:] = [*taken, now][-rate.count :]
        return None

    def _find_wait(self, window: str, key: int, rate: Rate, now: float) -> float:
        taken = self._taken.get((window, key), [])
        if len(taken) < rate.count or now - taken[0] >= rate.seconds:
            return 0.0
        # The sum may come out as now itself where the difference is a hair short of the window.
        return max(taken[0] + rate.seconds - now, math.ulp(now))
