"""How long it takes to pair a week of releases by what they say, all links hidden.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import resource
import time
from datetime import timedelta

import pytest
from hard_texts import read_hard_releases

from data.models import ReleaseText
from data.pairing import choose_pairs, compare_texts
from data.tables import Tables

pytestmark = pytest.mark.bench

DAYS = 7
PARAGRAPHS = 6  # the fictional texts are short; real ones have a median of 411 English words


def list_week() -> list[ReleaseText]:
    """Twice the texts of a busy week, about 1,000 in each language."""
    return [
        text.model_copy(
            update={
                "id": f"{text.id}-{half}",
                "body": "\n\n".join([text.body] * PARAGRAPHS),
                "issued_at": text.issued_at + timedelta(hours=12 * half, minutes=7 * half),
            }
        )
        for half in range(2 * DAYS)
        for release in read_hard_releases()
        for text in release.values()
    ]


def test_pairing_a_week_of_releases(tables: Tables) -> None:
    texts = list_week()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    points = compare_texts(texts, tables)
    compared = time.perf_counter() - start
    chosen = choose_pairs(points)
    seconds = time.perf_counter() - start
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"\n{len(texts):,} texts, {len(points):,} candidates compared in {compared:.1f} s;"
        f" {len(chosen):,} pairs joined, {len(chosen) / seconds:,.0f} a second;"
        f" the peak of memory rose by {grown / 1024:.0f} MiB"
    )
    assert chosen
