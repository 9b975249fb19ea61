"""Composing for a million chats, beside composing for one after the other in the same run.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import json
from pathlib import Path

import pytest
from measured import ROOT, run_measured

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

CHATS, DUE = 1_000_000, 200_000


def test_composing_for_a_million_chats(tmp_path: Path) -> None:
    script, file = ROOT / "tests" / "bench" / "compose_many.py", tmp_path / "many.db"
    built = run_measured([script, "build", file, str(CHATS), str(DUE)], tmp_path, seconds=1_200)
    assert built.status == 0, built.errors
    done = run_measured([script, "compose", file], tmp_path, seconds=1_200)
    assert done.status == 0, done.errors
    figures = json.loads(done.output)
    print(f"\n{CHATS:,} chats, {file.stat().st_size / 1e6:,.0f} MB")
    for name, figure in figures.items():
        print(f"{name}: {figure:,.2f}")
    ratio = figures["digests a second"] / figures["digests a second, one by one"]
    print(f"times the one by one: {ratio:,.0f}")
    print(f"memory at the peak: {done.peak / 1e6:,.0f} MB")
    assert done.peak < 500_000_000
