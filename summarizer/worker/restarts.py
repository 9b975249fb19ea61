"""When a process that keeps dying may be started again; pure, the time is an argument."""

_FIRST_WAIT = 1.0
_LONGEST_WAIT = 300.0
# So many deaths in a row may be the fault of releases, each of which is tried twice.
_PATIENCE = 4


class Restarts:
    """Counts deaths; an answer forgives those before it."""

    def __init__(self) -> None:
        self.count = 0
        self.reason: str | None = None
        self._in_a_row = 0
        self._not_before = 0.0

    def note_death(self, reason: str, now: float, *, loading: bool) -> float:
        """Count a death; says after how many seconds the process may be started again.

        At once after one at work, until too many follow each other; after one while the model
        is loaded, ever later.
        """
        self.count += 1
        self.reason = reason
        self._in_a_row = (max(self._in_a_row, _PATIENCE) if loading else self._in_a_row) + 1
        beyond = self._in_a_row - _PATIENCE
        wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(beyond - 1, 16)) if beyond > 0 else 0.0
        self._not_before = now + wait
        return wait

    def note_answer(self) -> None:
        """It works: the next death is the first again."""
        self._in_a_row = 0
        self.reason = None

    def may_start(self, now: float) -> bool:
        """Whether it may be started now."""
        return now >= self._not_before
