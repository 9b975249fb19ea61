"""Counting what a model does: tokens read and written, and the seconds that each took.

Seconds are given, no clock is read. Whoever calls a model adds a ``Generation``; whoever shows
figures takes a snapshot, and the one before from it for what came between.
"""

import threading
from dataclasses import astuple, dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Generation:
    """What one call of a model took, for one answer or a batch of them."""

    prompt_tokens: int = 0
    """Of all prompts together, those from a cache included."""
    cached_tokens: int = 0
    """Prompt tokens that a cache of the shared beginning made needless to read."""
    new_tokens: int = 0
    prefill_seconds: float = 0.0
    """Reading the prompts; 0 where it can't be told from writing, as with a remote server."""
    decode_seconds: float = 0.0
    answers: int = 1


NOTHING = Generation(answers=0)


@dataclass(frozen=True, slots=True)
class Speeds:
    """The sum of what a model did; speeds are None where nothing was measured."""

    total: Generation = NOTHING

    @property
    def prefill(self) -> float | None:
        """Prompt tokens read a second, those from a cache not counted."""
        read = self.total.prompt_tokens - self.total.cached_tokens
        return _divide(read, self.total.prefill_seconds)

    @property
    def decode(self) -> float | None:
        """Tokens written a second, all answers of a batch together."""
        return _divide(self.total.new_tokens, self.total.decode_seconds)

    @property
    def seconds_an_answer(self) -> float | None:
        """Seconds of reading and writing for each answer, drafts that were refused included."""
        return _divide(self.total.prefill_seconds + self.total.decode_seconds, self.total.answers)

    def since(self, earlier: "Speeds") -> "Speeds":
        """What was done after an earlier snapshot of the same meter."""
        pairs = zip(astuple(self.total), astuple(earlier.total), strict=True)
        return Speeds(Generation(*(now - before for now, before in pairs)))


class Meter:
    """Adds up generations; any thread may add, any may take a snapshot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = NOTHING

    def add(self, generation: Generation) -> None:
        """Count one call of the model."""
        with self._lock:
            pairs = zip(astuple(self._total), astuple(generation), strict=True)
            self._total = Generation(*(total + more for total, more in pairs))

    def snapshot(self) -> Speeds:
        """The sum so far; it can be sent to another process."""
        with self._lock:
            return Speeds(self._total)


@runtime_checkable
class Metered(Protocol):
    """Something that has a meter, as every engine with a model does."""

    @property
    def meter(self) -> Meter:
        """What its model did so far."""
        ...


def _divide(amount: float, by: float) -> float | None:
    return amount / by if by > 0 else None
