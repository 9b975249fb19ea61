"""What storing costs, beside a bare library call with the same rows.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_releases
from sqlite_utils import Database

from data.models import Release
from data.readers.reading import Reading
from data.store.store import open_store
from data.store.texts import TextOrigin

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
COUNT = 10_000
# Ingest stores so many at a time, and a first run stores a few hundred.
CHUNK = 50
LENGTHEN = 12  # times the words of a factory text: as long as a real release of middle length


def make_week(count: int) -> list[Release]:
    """Releases in both languages, each with the length of a real one."""
    releases = make_releases(count, step=timedelta(minutes=1))
    return [
        release.model_copy(
            update={
                "texts": {
                    language: text.model_copy(update={"body": "\n\n".join([text.body] * LENGTHEN)})
                    for language, text in release.texts.items()
                }
            }
        )
        for release in releases
    ]


def store_all(path: Path, releases: list[Release], chunk: int) -> None:
    store = open_store(path)
    for start in range(0, len(releases), chunk):
        some = releases[start : start + chunk]
        texts = [text for release in some for text in release.texts.values()]
        origins = {text.id: TextOrigin(Reading(text)) for text in texts}
        store.releases.save(some, NOW, origins=origins)
    assert store.releases.count() == len(releases)
    store.close()


def store_barely(path: Path, releases: list[Release]) -> None:
    """The rival: the texts' rows alone, by the library's own bulk call in one transaction."""
    db = Database(path)
    rows = (
        {"release_id": release.id, **text.model_dump(mode="json"), "version": text.version}
        for release in releases
        for text in release.texts.values()
    )
    db.table("texts").upsert_all(rows, pk="id", batch_size=500)
    db.close()


def test_storing_ten_thousand_releases(tmp_path: Path) -> None:
    releases = make_week(COUNT)
    seconds = {}
    for name, chunk in (("at once", COUNT), (f"by {CHUNK}", CHUNK)):
        start = time.perf_counter()
        store_all(tmp_path / f"{chunk}.db", releases, chunk)
        seconds[name] = time.perf_counter() - start
    start = time.perf_counter()
    store_barely(tmp_path / "bare.db", releases)
    bare = time.perf_counter() - start
    start = time.perf_counter()
    store_all(tmp_path / f"{COUNT}.db", releases, COUNT)
    again = time.perf_counter() - start
    for name, taken in seconds.items():
        print(f"\nreleases stored a second, {name}: {COUNT / taken:,.0f}", end="")
        print(f" ({bare / taken:.2f} times the bare call's {COUNT / bare:,.0f})", end="")
    print(f"\nthe same again, unchanged: {COUNT / again:,.0f}")


def test_memory_of_storing_ten_thousand_releases(tmp_path: Path) -> None:
    releases = make_week(COUNT)
    tracemalloc.start()
    store_all(tmp_path / "all.db", releases, COUNT)
    at_once = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    base = tracemalloc.get_traced_memory()[0]
    store_all(tmp_path / "some.db", releases, CHUNK)
    by_chunk = tracemalloc.get_traced_memory()[1] - base
    tracemalloc.stop()
    print(f"\nmemory at the peak beside the releases: {at_once / 1e6:.0f} MB at once,", end=" ")
    print(f"{by_chunk / 1e6:.1f} MB by {CHUNK}")
