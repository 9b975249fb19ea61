"""What the pipeline does in a second, each figure beside its rival on the same input.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

from datetime import UTC, datetime

import pytest
from measured import best_seconds

from data.models import Language, Release
from data.samples import sample_references, sample_releases
from summarizer.facts import find_facts
from summarizer.summarize import load_engine, summarize_release

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def list_releases() -> list[Release]:
    return sample_releases(NOW, "https://www.info.gov.hk")


def figures_of(text: str, language: Language) -> set[tuple[str, str]]:
    """The figures in one form, so that 五百一十萬 and 510萬 count as the same."""
    facts = find_facts(text, language, NOW.date())
    return {(fact.kind, fact.value[-5:] if fact.kind == "date" else fact.value) for fact in facts}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_carried_beside_the_opening_of_the_text(language: Language) -> None:
    engine = load_engine("extract", None).engine
    releases = {release.id: release for release in list_releases()}
    wanted = ours = opening = 0
    for reference in sample_references(NOW):
        release = releases.get(reference.id)
        if release is None or reference.language != language:
            continue
        figures = figures_of(reference.summary, language)
        made = next(s for s in summarize_release(release, engine) if s.language == language)
        text = release.texts[language].body
        wanted += len(figures)
        ours += len(figures & figures_of(made.text, language))
        opening += len(figures & figures_of(text[: len(made.text)], language))
    print(
        f"\n{language}: of {wanted} figures of the references the extract engine carries "
        f"{ours / wanted:.0%}, as much text from the opening {opening / wanted:.0%}"
    )
    assert wanted > 50


def test_summaries_a_second() -> None:
    engine = load_engine("extract", None).engine
    releases = list_releases()
    made = [summary for release in releases for summary in summarize_release(release, engine)]
    seconds = best_seconds(lambda: [summarize_release(release, engine) for release in releases])
    print(f"\nreleases a second, both languages, checked: {len(releases) / seconds:,.0f}")
    assert all(summary.supported for summary in made)
