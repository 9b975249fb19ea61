"""The pipeline from feeds to stored releases: fetch, read, pair, classify, store."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from data.addresses import find_host
from data.classify import classify
from data.feeds import Feed
from data.fetch import Fetched, Fetcher, FetchError, Validators
from data.models import Release, ReleaseText
from data.pages import PageReadings, read_pages
from data.pairing import join_counterparts
from data.readers.feed import read_feed
from data.readers.reading import ReadError, Reading
from data.store.store import Store
from data.tables import Tables

log = logging.getLogger(__name__)


@dataclass
class IngestCounts:
    """What one run met and did; ``failures`` are feeds that could not be used at all."""

    feeds: int = 0
    unchanged_feeds: int = 0
    entries: int = 0
    new: int = 0
    changed: int = 0
    failures: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _FeedTexts:
    feed: Feed
    validators: Validators
    texts: tuple[ReleaseText, ...]


def ingest(
    store: Store,
    feeds: Sequence[Feed],
    fetcher: Fetcher,
    tables: Tables,
    clock: Callable[[], datetime],
) -> IngestCounts:
    """Bring in what the feeds have that the store has not.

    A feed that fails is counted and the others go on. A text whose page could not be read is
    stored as the feed has it, and its page is tried again next time; so is a changed text.
    Running it twice adds nothing.
    """
    counts = IngestCounts(feeds=len(feeds))
    fetched = [_fetch_feed(store, feed, fetcher, counts) for feed in feeds]
    usable = [each for each in fetched if each is not None]
    by_source: dict[str, list[_FeedTexts]] = {}
    for each in usable:
        by_source.setdefault(each.feed.source, []).append(each)
    for source, group in by_source.items():
        _ingest_source(store, source, group, fetcher, tables, clock(), counts)
    return counts


def _fetch_feed(
    store: Store, feed: Feed, fetcher: Fetcher, counts: IngestCounts
) -> _FeedTexts | None:
    try:
        answer: Fetched = fetcher.fetch(feed.url, store.feeds.get_validators(feed.url))
        if answer.content is None:
            counts.unchanged_feeds += 1
            return None
        readings = read_feed(answer.content)
    except FetchError as error:
        counts.failures.append(str(error))
        return None
    except ReadError as error:
        counts.failures.append(f"{feed.url}: {error}")
        return None
    counts.faults += [f"{feed.url}: {fault}" for fault in readings.faults]
    counts.entries += len(readings.items)
    return _FeedTexts(feed, answer.validators, tuple(item.text for item in readings.items))


def _ingest_source(
    store: Store,
    source: str,
    group: list[_FeedTexts],
    fetcher: Fetcher,
    tables: Tables,
    now: datetime,
    counts: IngestCounts,
) -> None:
    texts = {text.id: text for each in group for text in each.texts}
    seen = store.releases.find_feed_versions(texts)
    fresh = [text for text in texts.values() if seen.get(text.id) != text.version]
    pages = read_pages(
        map(Reading, fresh),
        fetcher,
        trusted_hosts={find_host(each.feed.url) or "" for each in group},
        is_known=seen.__contains__,
    )
    counts.faults += summarise_failures(pages)
    releases = [classify(release, tables) for release in _join_with_stored(store, pages, source)]
    saved = store.releases.save(
        releases,
        now,
        counterpart_urls={key: item.counterpart_url for key, item in pages.readings.items()},
        feed_versions={text.id: text.version for text in fresh if text.id not in pages.failed},
    )
    counts.new += saved.new
    counts.changed += saved.changed
    for each in group:
        # With a page missing, the feed is read again next time even if it has not changed.
        validators = Validators() if pages.failed else each.validators
        store.feeds.mark_fetched(each.feed.url, validators, now)


def _join_with_stored(store: Store, pages: PageReadings, source: str) -> tuple[Release, ...]:
    related = store.releases.find_related(pages.readings.values())
    stored = [reading for reading, _ in related.values()]
    release_ids = {text_id: release_id for text_id, (_, release_id) in related.items()}
    readings = [*stored, *pages.readings.values()]
    return join_counterparts(readings, source=source, release_ids=release_ids)


def summarise_failures(pages: PageReadings) -> list[str]:
    """One line for all pages that could not be read: a dead host would fill the screen."""
    if not pages.failed:
        return []
    first = next(iter(pages.failed.values()))
    count = len(pages.failed)
    what = "1 page" if count == 1 else f"{count} pages"
    return [f"{what} could not be read, the feed's text is used instead; the first: {first}"]
