"""What the classifier does in a second, beside searching for the same phrases by one pattern.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import re
import shutil
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from measured import best_seconds

from data.classify import classify
from data.models import LANGUAGES, Language, Release
from data.phrases import find_phrases, to_plain
from data.samples import sample_releases
from data.tables import TABLES_FOLDER, Tables, load_tables

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def list_releases() -> list[Release]:
    return sample_releases(NOW, "https://www.info.gov.hk")


def without_bodies(release: Release) -> Release:
    texts = {
        language: text.model_copy(update={"body": ""}) for language, text in release.texts.items()
    }
    return release.model_copy(update={"texts": texts})


def test_classing_releases_and_titles(tables: Tables) -> None:
    releases = list_releases()
    titles = [without_bodies(release) for release in releases]
    whole = best_seconds(lambda: [classify(release, tables) for release in releases])
    alone = best_seconds(lambda: [classify(release, tables) for release in titles])
    print(f"\nclassed a second, both languages: {len(releases) / whole:,.0f} releases;", end=" ")
    print(f"{len(titles) / alone:,.0f} titles alone")
    assert all(classify(release, tables).topics for release in releases)


@pytest.mark.parametrize("language", LANGUAGES)
def test_finding_phrases_beside_one_pattern_of_them_all(tables: Tables, language: Language) -> None:
    """The rival is what one would write first: all keywords in one pattern, longest first."""
    topics = tomllib.loads((TABLES_FOLDER / "topics.toml").read_text("utf-8"))
    grades = [
        grade
        for topic in topics.values()
        for grade in topic.get(f"keywords_{language}", {}).values()
    ]
    keywords = {to_plain(word, language) for grade in grades for word in grade}
    pattern = re.compile("|".join(map(re.escape, sorted(keywords, key=len, reverse=True))))
    texts = [
        release.texts[language].body for release in list_releases() if language in release.texts
    ]
    plain = [to_plain(text[:1000], language) for text in texts]
    ours = best_seconds(
        lambda: [list(find_phrases(text, tables.lexicons[language])) for text in plain]
    )
    rival = best_seconds(lambda: [pattern.findall(text.lower()) for text in plain])
    print(f"\n{language}: texts searched a second: {len(plain) / ours:,.0f};", end=" ")
    print(f"by one pattern of the {len(keywords):,} keywords: {len(plain) / rival:,.0f}")
    assert any(list(find_phrases(text, tables.lexicons[language])) for text in plain)


def test_loading_the_tables(tmp_path: Path) -> None:
    for name in ("topics.toml", "departments.toml"):
        shutil.copy(TABLES_FOLDER / name, tmp_path / name)
    start = time.process_time()
    loaded = load_tables(tmp_path)
    print(f"\nseconds to load the tables: {time.process_time() - start:.2f}")
    assert loaded.departments
