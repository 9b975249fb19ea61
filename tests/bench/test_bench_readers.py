"""How fast feeds and pages are read, each figure beside its rival on the same input.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import json
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import feedparser
import pytest
import trafilatura
from measured import best_seconds

from data.models import Language
from data.readers.feed import read_feed
from data.readers.feed_xml import read_strictly
from data.readers.gia_page import OFFICIAL_SITE, read_gia_page
from data.samples import SampleReleaseText, render_samples
from data.samples.pages import Surroundings, render_feed, render_page

pytestmark = pytest.mark.bench

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
FEED_BYTES = 480_000
ENTRIES = 100
PAGES = 1_000


def peak_megabytes(work: Callable[[], object]) -> float:
    """The most that Python's objects take while it works."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def sample_texts(language: Language, count: int) -> list[SampleReleaseText]:
    """The samples over and over, each time as a release of its own."""
    samples = [sample.texts[language] for sample in render_samples(NOW) if language in sample.texts]
    return [
        samples[number % len(samples)].model_copy(
            update={
                "id": f"P{20261122 * 100_000 + number}",
                "issued_at": NOW - timedelta(minutes=5 * number),
            }
        )
        for number in range(count)
    ]


def make_long_feed(language: Language) -> bytes:
    """A feed of the size of the official one: what the samples lack in length is repeated."""
    texts = sample_texts(language, ENTRIES)
    length = sum(len(text.body.encode()) for text in texts)
    times = max(1, round(FEED_BYTES / length))
    long = [text.model_copy(update={"body": "\n\n".join([text.body] * times)}) for text in texts]
    return render_feed(long, language, OFFICIAL_SITE).encode()


def list_feeds(gia: Path | None) -> dict[str, bytes]:
    feeds = {f"made, {code}": make_long_feed(code) for code in ("en", "zh")}
    real = sorted(gia.glob("general_*.xml")) if gia else []
    return feeds | {f"real, {file.stem[-2:]}": file.read_bytes() for file in real}


@pytest.fixture(scope="session")
def real_material() -> Path | None:
    folder = Path(__file__).parent.parent.parent.parent / "shared" / "gia"
    return folder if folder.is_dir() else None


def test_reading_feeds_beside_feedparser(real_material: Path | None) -> None:
    print("\nfeed, KB, entries: whole ms, parsing only ms; feedparser ms; times faster; peak MB")
    for name, content in list_feeds(real_material).items():
        readings = read_feed(content)
        parsed = feedparser.parse(content).entries
        whole, parsing = partial(read_feed, content), partial(read_strictly, content)
        rival = partial(feedparser.parse, content)
        times = [best_seconds(whole, 30), best_seconds(parsing, 30), best_seconds(rival, 3)]
        print(
            f"{name}, {len(content) / 1000:.0f}, {len(parsed)}:"
            f" {times[0] * 1000:.2f}, {times[1] * 1000:.2f}; {times[2] * 1000:.1f};"
            f" {times[2] / times[0]:.0f}, {times[2] / times[1]:.0f};"
            f" {peak_megabytes(whole):.1f} (feedparser {peak_megabytes(rival):.1f})"
        )
        assert [item.text.url for item in readings.items] == [entry.link for entry in parsed]
        assert readings.faults == ()


def token_f1(found: str, wanted: str, language: Language) -> float:
    """Agreement of words, or of characters in Chinese: 1.0 if none is missing or too many."""
    split: Callable[[str], Sequence[str]] = str.split if language == "en" else list
    ours, theirs = Counter(split(found)), Counter(split(wanted))
    common = (ours & theirs).total()
    return 2 * common / (ours.total() + theirs.total()) if common else 0.0


def drop_blanks(text: str, language: Language) -> str:
    """Words parted by single blanks; Chinese and tables without any."""
    words = text.replace(" | ", " ").replace("|", " ").split()
    return (" " if language == "en" else "").join(words)


Page = tuple[str, str, str, Language]  # HTML, address, body, language


def make_pages() -> list[Page]:
    around = Surroundings(OFFICIAL_SITE, None, [])
    return [
        (render_page(text, around), OFFICIAL_SITE + text.path, text.body, text.language)
        for code in ("en", "zh")
        for text in sample_texts(code, PAGES // 2)
    ]


def real_pages(gia: Path) -> list[Page]:
    """Real pages whose text stands in a feed as well."""
    feeds = [read_feed((gia / f"general_{code}.xml").read_bytes()) for code in ("en", "zh")]
    known = {item.text.id: item.text for feed in feeds for item in feed.items}
    sides = [
        side
        for pair in json.loads((gia / "pairs.json").read_text("utf-8"))
        for side in (pair["en"], pair["zh"])
        if side.get("file") and side["id"] in known
    ]
    return [
        (
            (gia / side["file"]).read_text("utf-8"),
            side["url"],
            known[side["id"]].body,
            known[side["id"]].language,
        )
        for side in sides
    ]


def read_bodies(pages: Sequence[Page]) -> list[str]:
    return [read_gia_page(html, address).text.body for html, address, _, _ in pages]


def extract_bodies(pages: Sequence[Page]) -> list[str]:
    return [trafilatura.extract(html) or "" for html, _, _, _ in pages]


def compare_bodies(bodies: Sequence[str], pages: Sequence[Page]) -> list[float]:
    return [
        token_f1(drop_blanks(found, language), drop_blanks(body, language), language)
        for found, (_, _, body, language) in zip(bodies, pages, strict=True)
    ]


@pytest.mark.parametrize("kind", ["made", "real"])
def test_reading_pages_beside_trafilatura(kind: str, real_material: Path | None) -> None:
    if kind == "real" and real_material is None:
        pytest.skip("the real pages are not beside this checkout")
    pages = real_pages(real_material) if kind == "real" and real_material else make_pages()
    few = pages[:: max(1, len(pages) // 50)]  # the rival needs its time
    speed = len(pages) / best_seconds(partial(read_bodies, pages), 3)
    rival_speed = len(few) / best_seconds(partial(extract_bodies, few), 1)
    ours = compare_bodies(read_bodies(pages), pages)
    theirs = compare_bodies(extract_bodies(few), few)
    mean, rival_mean = sum(ours) / len(ours), sum(theirs) / len(theirs)
    print(
        f"\n{kind} pages, {len(pages)}: {speed:,.0f} a second, F1 of the body {mean:.4f},"
        f" peak {peak_megabytes(partial(read_bodies, pages)):.1f} MB with all bodies kept;"
        f" trafilatura {rival_speed:,.0f} a second, F1 {rival_mean:.4f}:"
        f" {speed / rival_speed:.0f} times faster"
    )
    assert mean >= rival_mean
    assert min(ours) > 0.99
