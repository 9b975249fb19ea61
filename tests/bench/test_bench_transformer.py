"""How fast models of real shapes write summaries here, each way beside the library's own.

Each way runs in a process of its own (`run_model.py`), so that its memory is its own. No test
fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from run_model import WAYS
from shapes import DEFAULT, SMALL, Shape, build

pytestmark = pytest.mark.bench

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLAIN, OURS = "plain float32", "4 at once"
MEGABYTE = 1_000_000


def run_way(folder: Path, cache: Path, way: str) -> Mapping[str, Any]:
    places = os.pathsep.join(map(str, (ROOT, HERE.parent, HERE)))
    done = subprocess.run(
        [sys.executable, HERE / "run_model.py", folder, cache, way, str(time.time())],
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        text=True,
        check=True,
    )
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure_bandwidth() -> float:
    """Bytes a second that the cores read together, at best."""
    from measured import best_clock_seconds

    numbers = torch.ones(75_000_000, dtype=torch.int64)
    return numbers.nbytes / best_clock_seconds(numbers.sum)


def print_table(shape: Shape, found: Mapping[str, Mapping[str, Any]], bandwidth: float) -> None:
    print(f"\n{shape.name}; memory is read at {bandwidth / 1e9:.1f} GB/s")
    print("| way | an hour | tokens/s read | written | peak MB | held MB | to first s |")
    for way, one in found.items():
        print(
            f"| {way} | {one['summaries an hour']:.0f} | {one['prefill']:.0f} | "
            f"{one['decode']:.1f} | {one['peak'] / MEGABYTE:.0f} | {one['held'] / MEGABYTE:.0f} | "
            f"{one['start to first summary']:.1f} |"
        )
    if PLAIN in found and OURS in found:
        faster = found[OURS]["summaries an hour"] / found[PLAIN]["summaries an hour"]
        share = found[OURS]["decode"] * shape.weights / bandwidth
        print(
            f"ours is {faster:.2f} times plain float32; it writes {share:.0%} of bandwidth ÷ bytes"
        )


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize(
    ("shape", "ways"),
    [
        (SMALL, tuple(WAYS)),
        (DEFAULT, (PLAIN, "and the digit guard", OURS)),
    ],
    ids=("small", "default"),
)
def test_summaries_an_hour(tmp_path: Path, shape: Shape, ways: Sequence[str]) -> None:
    folder, cache = build(tmp_path / "model", shape), tmp_path / "cache"
    bandwidth = measure_bandwidth()
    run_way(folder, cache, OURS)  # so that all find the cache made
    found = {}
    for way in ways:
        found[way] = run_way(folder, cache, way)
        print(way, json.dumps(found[way]), flush=True)
    print_table(shape, found, bandwidth)
    assert all(one["new_tokens"] for one in found.values())
