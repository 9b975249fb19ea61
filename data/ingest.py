"""The pipeline from feeds to stored releases: fetch, read, pair, classify, store.

Whatever is interrupted is done by the next run: texts are stored some at a time, and a feed
counts as read only when all of its texts are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from data.addresses import find_host
from data.backfill import Backfill, DayLists, choose_days, find_gap
from data.feeds import Feed
from data.fetch import Fetcher, FetchError, Validators
from data.filing import LOOK_DELAYS, Filing, NewText
from data.kinds import Kinds
from data.pages import PageReader, looks_short, make_stub, summarise_failures
from data.progress import Track, track_silently
from data.readers.document import read_source
from data.readers.reading import Listed, ReadError, Reading, Readings
from data.sources import adopt
from data.store.awaited import AwaitedPage
from data.store.store import Store
from data.tables import Tables

# So many texts are stored in one transaction.
CHUNK = 50
FAR_FUTURE = timedelta(days=366)


@dataclass
class IngestCounts:
    """What one run met and did; ``failures`` are feeds that could not be used at all."""

    feeds: int = 0
    unchanged_feeds: int = 0
    entries: int = 0
    backfilled: int = 0
    new: int = 0
    changed: int = 0
    inferred: int = 0
    failures: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"feeds {self.feeds} (unchanged {self.unchanged_feeds}, failed {len(self.failures)}),"
            f" entries {self.entries}, in day lists {self.backfilled}, new texts {self.new},"
            f" changed texts {self.changed}, pairs inferred {self.inferred}"
        )


@dataclass(frozen=True)
class FetchedFeed:
    """A feed that was fetched; without readings if it has not changed."""

    feed: Feed
    validators: Validators = Validators()
    readings: Readings | None = None


@dataclass(frozen=True)
class Work:
    """A text whose page may have to be read, with the feed whose rules hold for it.

    Attributes:
        reading: the text, as far as it is known.
        feed: for its rules.
        in_feed: False for texts that no feed has at present: those of day lists, and those that
            are looked at again.
        listed: what the list says that names it, if one does.
        tries: how often the page of what a list names was asked for in vain.
    """

    reading: Reading
    feed: Feed
    in_feed: bool = True
    listed: Listed | None = None
    tries: int = 0


@dataclass(frozen=True)
class Ingest:
    """What the steps of a run work with."""

    store: Store
    fetcher: Fetcher
    filing: Filing
    track: Track
    counts: IngestCounts


def ingest(
    store: Store,
    feeds: Sequence[Feed],
    fetcher: Fetcher,
    tables: Tables,
    kinds: Kinds,
    clock: Callable[[], datetime],
    *,
    backfill: Backfill = Backfill(),
    track: Track = track_silently,
) -> IngestCounts:
    """Bring in what the feeds have that the store has not.

    A feed that fails is counted and the others go on. A text whose page could not be read is
    stored as the feed has it, and its page is looked at again by later runs. Running it twice
    adds nothing; a feed that has not changed costs one request and no write.
    """
    filing = Filing(store, tables, kinds, clock())
    run = Ingest(store, fetcher, filing, track, IngestCounts(feeds=len(feeds)))
    fetcher.heed(store.feeds.list_waits(filing.now))
    for feed in feeds:
        fetcher.allow(feed.url)
    fetched = [each for feed in track(feeds, "feeds") if (each := _fetch_feed(run, feed))]
    for source in dict.fromkeys(feed.source for feed in feeds):
        own = [feed for feed in feeds if feed.source == source]
        _ingest_source(run, own, [each for each in fetched if each.feed in own], backfill)
    store.feeds.mark_waits(fetcher.asked_waits)
    return run.counts


def _fetch_feed(run: Ingest, feed: Feed) -> FetchedFeed | None:
    failed = len(run.counts.failures)
    fetched = _ask_feed(run, feed)
    failure = next(iter(run.counts.failures[failed:]), None)
    run.store.feeds.mark_asked(feed.url, failure, run.filing.now)
    return fetched


def _ask_feed(run: Ingest, feed: Feed) -> FetchedFeed | None:
    counts = run.counts
    try:
        answer = run.fetcher.fetch(feed.url, run.store.feeds.get_state(feed.url).validators)
        if answer.content is None:
            counts.unchanged_feeds += 1
            return FetchedFeed(feed)
        readings = read_source(answer.content, feed.url)
    except FetchError as error:
        counts.failures.append(str(error))
        return None
    except ReadError as error:
        counts.failures.append(f"{feed.url}: {error}")
        return None
    readings = _leave_out(adopt(readings, feed), feed, run.filing.now)
    counts.faults += [f"{feed.url}: {fault}" for fault in readings.faults]
    counts.entries += len(readings.items) + len(readings.listed)
    return FetchedFeed(feed, answer.validators, readings)


def _leave_out(readings: Readings, feed: Feed, now: datetime) -> Readings:
    """Without entries that would head every list for ever, or whose text may not be fetched."""
    faults = list(readings.faults)
    items = [each for each in readings.items if each.text.issued_at <= now + FAR_FUTURE]
    if late := len(readings.items) - len(items):
        faults.append(f"entries dated more than a year from now: {late}; left out")
    listed = readings.listed if feed.pages != "never" else ()
    if textless := len(readings.listed) - len(listed):
        faults.append(f"entries without a text, where pages = never: {textless}; left out")
    return replace(readings, items=tuple(items), faults=tuple(faults), listed=listed)


def _ingest_source(
    run: Ingest, feeds: Sequence[Feed], fetched: Sequence[FetchedFeed], backfill: Backfill
) -> None:
    work = _list_work(run, feeds, fetched)
    listed = [(each.feed, one) for each in fetched if each.readings for one in each.readings.listed]
    missed, still_missed = _list_missed(run, feeds, fetched, backfill)
    run.counts.backfilled += len(missed)
    work |= {
        key: each
        for key, each in _list_unknown(run, feeds, [*listed, *missed]).items()
        if key not in work
    }
    moments = _read_and_save(run, feeds, work)
    run.counts.inferred += run.filing.infer(feeds[0].source, feeds, moments)
    for each in fetched:
        if each.readings is not None:
            run.store.feeds.mark_fetched(each.feed.url, each.validators, run.filing.now)
        run.store.feeds.mark_missed(each.feed.url, still_missed)


def _list_work(
    run: Ingest, feeds: Sequence[Feed], fetched: Iterable[FetchedFeed]
) -> dict[str, Work]:
    """What feeds have anew, and texts whose page is due to be looked at again, by text id."""
    entries = {
        reading.text.id: Work(reading, each.feed)
        for each in fetched
        if each.readings is not None
        for reading in each.readings.items
    }
    seen = run.store.texts.find_feed_versions(entries)
    fresh = {
        key: each for key, each in entries.items() if seen.get(key) != each.reading.text.version
    }
    due = run.store.texts.list_to_look_at(feeds[0].source, run.filing.now)
    again = {
        key: Work(known.origin.reading, _choose_feed(feeds, known.origin.reading), in_feed=False)
        for key, known in due.items()
    }
    return again | fresh


def _list_missed(
    run: Ingest, feeds: Sequence[Feed], fetched: Sequence[FetchedFeed], backfill: Backfill
) -> tuple[list[tuple[Feed, Listed]], datetime | None]:
    """What the day lists name for the days that the feeds may have lost.

    Also since when they may still be missing some, because a list could not be read.
    """
    gaps = [_find_gap(run, each) for each in fetched]
    since = min((gap for gap in gaps if gap is not None), default=None)
    if since is not None:
        # Known before anything is stored, so that a kill in between leaves the gap open.
        for each in fetched:
            run.store.feeds.mark_missed(each.feed.url, since)
    lists = DayLists(run.fetcher)
    days = choose_days(backfill, since, run.filing.now)
    missed = list(lists.list_releases(feeds, days, run.track))
    run.counts.faults += lists.failures
    return missed, since if lists.failures else None


def _find_gap(run: Ingest, fetched: FetchedFeed) -> datetime | None:
    state = run.store.feeds.get_state(fetched.feed.url)
    if fetched.readings is None or state.missed_since is not None:
        return state.missed_since
    readings = fetched.readings.items
    known = run.store.texts.find_known_urls(reading.text.url for reading in readings)
    return find_gap(readings, known, state.changed_at)


def _list_unknown(
    run: Ingest, feeds: Sequence[Feed], listed: Sequence[tuple[Feed, Listed]]
) -> dict[str, Work]:
    """What lists name, now or before, and the store has not; the text comes with the page."""
    by_url = {feed.url: feed for feed in feeds}
    due = run.store.awaited.list_due(by_url, run.filing.now)
    wanted = [(by_url[page.feed_url], page.listed, page.tries) for page in due]
    wanted += [(feed, each, 0) for feed, each in listed]
    known = run.store.texts.find_known_urls(each.url for _, each, _ in wanted)
    run.store.awaited.update((), [page.listed.url for page in due if page.listed.url in known])
    work: dict[str, Work] = {}
    for feed, each, tries in wanted:
        if each.url not in known:
            stub = Readings((make_stub(each, run.filing.now),))
            for reading in adopt(stub, feed).items:
                work.setdefault(reading.text.id, Work(reading, feed, False, each, tries))
    return work


def _settle_listed(run: Ingest, work: Iterable[Work], failed: Mapping[str, str]) -> None:
    """Await the pages that lists name and that could not be read; for some tries, not for ever."""
    pages: list[AwaitedPage] = []
    settled: list[str] = []
    for each in work:
        if each.listed is None:
            continue
        if each.reading.text.id in failed and each.tries < len(LOOK_DELAYS):
            look_at = run.filing.now + LOOK_DELAYS[each.tries]
            pages.append(AwaitedPage(each.listed, each.feed.url, each.tries + 1, look_at))
        elif each.tries:
            settled.append(each.listed.url)
    run.store.awaited.update(pages, settled)


def _read_and_save(run: Ingest, feeds: Sequence[Feed], work: Mapping[str, Work]) -> list[datetime]:
    """Read the pages that are needed and store the texts, some at a time; their issue times."""
    reader = PageReader(
        run.fetcher,
        trusted_hosts=[find_host(feed.url) or "" for feed in feeds],
        given={key: each.reading for key, each in work.items()},
        is_known=run.store.texts.has,
    )
    moments: list[datetime] = []
    chunk: dict[str, NewText] = {}
    for each in run.track(list(work.values()), "texts"):
        for reading in reader.read(each.reading, each.feed.pages):
            if reading.text.body:  # what a list names has none until its page is read
                chunk[reading.text.id] = _make_new(reading, feeds, work, reader)
                moments.append(reading.text.issued_at)
        if len(chunk) >= CHUNK:
            _save(run, chunk)
            chunk = {}
    _save(run, chunk)
    _settle_listed(run, work.values(), reader.failed)
    run.counts.faults += summarise_failures(reader.failed)
    return moments


def _make_new(
    reading: Reading, feeds: Sequence[Feed], work: Mapping[str, Work], reader: PageReader
) -> NewText:
    own = work.get(reading.text.id)
    failed = reading.text.id in reader.failed
    return NewText(
        reading,
        own.feed if own else _choose_feed(feeds, reading),
        feed_version=own.reading.text.version if own and own.in_feed else None,
        page_failed=failed,
        whole=not (failed and looks_short(reading)),
    )


def _save(run: Ingest, chunk: Mapping[str, NewText]) -> None:
    if chunk:
        saved = run.filing.save(chunk)
        run.counts.new += saved.new
        run.counts.changed += saved.changed


def _choose_feed(feeds: Sequence[Feed], reading: Reading) -> Feed:
    """The feed that a text would stand in: of its language, else the first."""
    fitting = [feed for feed in feeds if feed.language == reading.text.language]
    return (fitting or list(feeds))[0]
