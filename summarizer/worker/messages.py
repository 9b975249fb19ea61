"""What the two processes say to each other over their pipe; values, nothing else."""

from dataclasses import dataclass
from typing import TypeAlias

from summarizer.loading import EngineOptions
from summarizer.meter import Speeds


@dataclass(frozen=True, slots=True)
class Setup:
    """What the process is started with; ``log_level`` is of what it sends on to the log."""

    options: EngineOptions
    beat: float
    niceness: int
    log_level: int


@dataclass(frozen=True, slots=True)
class Task:
    """A release's line; and the lines of its summaries, if it is these that are to be translated.

    The answer bears the ``number``.
    """

    number: int
    release: str
    told: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """An engine is loaded: which and why, and how many releases at once pay."""

    reason: str
    fell_back: bool
    has_model: bool
    batch: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The options can't be what was meant."""

    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The lines of the summaries of one task."""

    number: int
    summaries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rested:
    """All tasks of a batch are done; what the model did since the process began."""

    speeds: Speeds


@dataclass(frozen=True, slots=True)
class Beat:
    """A sign of life: what it does, and the bytes of memory that it holds, where that is known."""

    doing: str
    memory: int | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A line for the log, which only the parent writes."""

    logger: str
    level: int
    text: str


Answer: TypeAlias = Ready | Refused | Done | Rested
Message: TypeAlias = Answer | Beat | Logged
