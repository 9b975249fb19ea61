"""How good extracts are and how fast, each figure beside its rival on the same input.

No test fails on a clock: the figures are printed, and kept in docs/summaries.md and
docs/benchmarks.md.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from measured import best_seconds

from data.models import Language, Release
from data.samples import SampleReference, sample_references, sample_releases
from data.samples.rendering import Split
from summarizer.engines.extract import ExtractEngine
from summarizer.evaluate import OPENING, Reference, evaluate, render_table
from summarizer.lines import answer_in_order, count_processes, summarize_line
from summarizer.summarize import summarize_release

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)


def list_releases() -> list[Release]:
    return sample_releases(NOW, "https://www.info.gov.hk")


def collect(references: Sequence[SampleReference]) -> dict[tuple[str, Language], list[Reference]]:
    return {
        (each.id, each.language): [
            Reference(id=each.id, language=each.language, summary=each.summary, facts=each.facts)
        ]
        for each in references
    }


@pytest.mark.parametrize("split", ["development", "test"])
def test_scores_beside_the_opening_sentences(split: Split) -> None:
    references = collect([each for each in sample_references(NOW) if each.split == split])
    found = evaluate(list_releases(), references, ExtractEngine(), "extract")
    print(f"\n{split}\n{render_table(found.tallies)}")
    for language in ("en", "zh"):
        rival, ours = (
            next(each for each in found.tallies if (each.engine, each.language) == (name, language))
            for name in (OPENING, "extract")
        )
        assert all(ours.rouge[name] > rival.rouge[name] for name in ours.rouge)
        assert ours.figures[0] > rival.figures[0]


def test_summaries_a_second() -> None:
    releases = list_releases()
    engine = ExtractEngine()
    seconds = best_seconds(
        lambda: [summarize_release(release, engine) for release in releases], rounds=3
    )
    print(
        f"\nreleases a second, both languages, checked, one process: {len(releases) / seconds:,.0f}"
    )
    assert releases


def test_summaries_a_second_on_all_cores() -> None:
    """By the clock: what the processes take does not count as this one's."""
    lines = [
        (number, release.to_json().encode()) for number, release in enumerate(list_releases() * 6)
    ]
    start = time.perf_counter()
    respond = partial(summarize_line, ExtractEngine())
    answers = list(answer_in_order(lines, respond, 1))
    alone = time.perf_counter() - start
    start = time.perf_counter()
    shared = list(answer_in_order(lines, respond, count_processes()))
    together = time.perf_counter() - start
    print(
        f"\n{len(lines) / together:,.0f} releases a second in {count_processes()} processes, "
        f"{alone / together:.1f} times one"
    )
    assert answers == shared
