"""Figures of the worker for those who look on: counted here, shown by others; no I/O."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from data.models import Summary
from summarizer.meter import Speeds

State: TypeAlias = Literal["unloaded", "loading", "ready", "working", "held_back", "closed"]
STATES: tuple[State, ...] = ("unloaded", "loading", "ready", "working", "held_back", "closed")

_MOST_KINDS = 24
_OTHER = "other reasons"
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|\"[^\"]*\"")
_FIGURE = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """How it stands with the summaries.

    Attributes:
        engine: the sentence that says which engine is loaded and why; None before the first.
        state: what the process does; "held_back" is between two starts, while extracts carry on.
        waiting: releases that wait for the process.
        in_flight: releases that it is working on.
        summaries: how many were made since the start, each language and translations counted.
        tries: the drafts that they took.
        fallbacks: of a model's summaries, those that are extracts, by the kind of reason.
        restarts: how often the process died or was killed.
        speeds: what the model did since the start, where its engine counts it.
        memory: bytes that the process holds, where that is known.
        ceiling: bytes that it may hold.
    """

    engine: str | None
    state: State
    waiting: int
    in_flight: int
    summaries: int
    tries: int
    fallbacks: Mapping[str, int]
    restarts: int
    speeds: Speeds
    memory: int | None
    ceiling: int | None


@dataclass(slots=True)
class Tally:
    """Counts summaries as they are made."""

    summaries: int = 0
    tries: int = 0
    fallbacks: Counter[str] = field(default_factory=Counter)

    def add(self, summaries: Iterable[Summary], *, by_model: bool) -> None:
        """Count the summaries of a release; ``by_model``: a model should have written them."""
        for summary in summaries:
            self.summaries += 1
            self.tries += summary.tries
            if by_model and summary.method == "extract":
                count_reason(self.fallbacks, find_reason(summary))

    def copy(self) -> "Tally":
        """As it is now."""
        return Tally(self.summaries, self.tries, Counter(self.fallbacks))

    def since(self, earlier: "Tally") -> "Tally":
        """What was counted after an earlier copy."""
        return Tally(
            self.summaries - earlier.summaries,
            self.tries - earlier.tries,
            self.fallbacks - earlier.fallbacks,
        )


def find_reason(summary: Summary) -> str:
    """Why a summary is not what the chosen engine wrote first."""
    return summary.reason or "; ".join(summary.unsupported)


def count_reason(counts: Counter[str], reason: str, times: int = 1) -> None:
    """Count a reason under its kind; there are only so many kinds."""
    kind = name_kind(reason)
    counts[kind if kind in counts or len(counts) < _MOST_KINDS else _OTHER] += times


def name_kind(reason: str) -> str:
    """The first clause of a reason without what is of one release alone."""
    clause = reason.split("; ", maxsplit=1)[0].rstrip(".")
    return _FIGURE.sub("…", _QUOTED.sub("“…”", clause))[:80] or "no reason given"


def describe_batch(made: Tally, seconds: float, speeds: Speeds, waiting: int | None = None) -> str:
    """A line on what was made, and how fast; with what waits, where something can wait."""
    each = seconds / made.summaries if made.summaries else 0.0
    parts = [f"{made.summaries} in {seconds:.1f} s ({each:.1f} s each, {made.tries} tries)"]
    if speeds.prefill is not None:
        parts.append(f"{speeds.prefill:.0f} tokens/s read")
    if speeds.decode is not None:
        parts.append(f"{speeds.decode:.1f} tokens/s written")
    if waiting is not None:
        parts.append(f"{waiting} releases wait")
    if made.fallbacks:
        told = ", ".join(f"{count} × {kind}" for kind, count in made.fallbacks.most_common())
        parts.append(f"extracts instead: {told}")
    return "; ".join(parts)
