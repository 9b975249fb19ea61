"""Measures: how long some work takes, and how much memory a command holds."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
# A process in between: the system counts the memory of whoever starts a process as the peak of
# that process too, and the one that runs the tests may hold much.
_STARTER = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
with open(sys.argv[1], "w") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(status)
"""
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes of one ru_maxrss


@dataclass(frozen=True)
class Measured:
    """How a command ended, what it said, and its peak of memory in bytes."""

    status: int
    output: str
    errors: str
    peak: int


def run_measured(
    arguments: Sequence[str | Path], folder: Path, *, seconds: float = 100
) -> Measured:
    """Run this Python with some arguments in a folder, with the project at hand."""
    file = folder / "peak"
    done = subprocess.run(
        [sys.executable, "-c", _STARTER, str(file), sys.executable, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    return Measured(done.returncode, done.stdout, done.stderr, int(file.read_text()) * _PEAK_UNIT)


def best_seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The quickest of some rounds, in seconds of the processor: other work doesn't count."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def best_clock_seconds(work: Callable[[], object], rounds: int = 5) -> float:
    """The quickest of some rounds, in seconds of the clock: for work that several cores share."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
