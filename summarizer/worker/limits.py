"""How long the model's process may take, how much it may hold, and how much may wait for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, except where it says otherwise.

    Attributes:
        waiting: the most releases that wait; whoever brings more waits until there is room.
        release: for one release; a batch has as many times this as it has releases.
        loading: from the start of the process until the model is ready.
        beat: between two signs of life.
        silence: without a sign of life while it works.
        memory: bytes that the process may hold; None for no limit.
        idle: without work, after which the process ends to free its memory; 0 for never.
        niceness: what the process adds to its own, so that the bot goes first.
    """

    waiting: int = 64
    release: float = 900.0
    loading: float = 1_800.0
    beat: float = 2.0
    silence: float = 30.0
    memory: int | None = None
    idle: float = 1_800.0
    niceness: int = 10


DEFAULT_LIMITS = Limits()
