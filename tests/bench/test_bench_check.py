"""How much of what is false the check catches, what it refuses that is true, and how fast.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from statistics import median

import pytest
from altered import FIGURES, NAMES, TURNS, TrueSummary, list_true_summaries, measure_caught
from measured import best_seconds

from data.models import LANGUAGES
from summarizer.check import Checker

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.timeout(600)
def test_what_the_check_catches_of_altered_summaries() -> None:
    summaries = list_true_summaries(NOW)
    found = measure_caught(summaries)
    for language in LANGUAGES:
        true = sum(each.language == language for each in summaries)
        refused = sum(each.language == language for each, _ in found.refused)
        print(f"\n{language}: of {true} true summaries {refused} refused")
        for name, kinds in (("figures", FIGURES), ("names", NAMES), ("turns", TURNS)):
            each_kind = ", ".join(
                f"{kind} {found.caught[language, kind]}/{found.made[language, kind]}"
                for kind in kinds
            )
            print(f"  {name} caught {found.rate(language, kinds):.1%}: {each_kind}")
    assert found.made


def check_all(summaries: Sequence[TrueSummary]) -> None:
    for each in summaries:
        Checker(each.language, each.source, each.issued).check(each.summary)


def check_again(read: Sequence[tuple[Checker, TrueSummary]]) -> None:
    for checker, each in read:
        checker.check(each.summary)


def test_checks_a_second() -> None:
    for language in LANGUAGES:
        chosen = [each for each in list_true_summaries(NOW) if each.language == language]
        size = median(
            len(each.source.split()) if language == "en" else len(each.source) for each in chosen
        )
        read = [(Checker(each.language, each.source, each.issued), each) for each in chosen]
        check_again(read)
        first = 1000 * best_seconds(partial(check_all, chosen)) / len(chosen)
        further = 1000 * best_seconds(partial(check_again, read)) / len(chosen)
        print(
            f"\n{language}: ms a check with its source read (median {size:.0f}): {first:.2f};",
            end=" ",
        )
        print(f"further ones of one source: {further:.2f}")
        assert chosen
