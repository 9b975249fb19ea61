"""From files and addresses of any kind to releases, without a store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from data.addresses import find_host
from data.classify import classify
from data.feeds import Feed
from data.fetch import Fetcher, FetchError
from data.kinds import Kinds, mark_kind
from data.models import Release
from data.pages import PageReader, make_stub, summarise_failures
from data.pairing import join_counterparts
from data.progress import Track
from data.readers.document import read_document
from data.readers.gia_page import find_release_id
from data.readers.reading import ReadError, Reading, Readings
from data.series import mark_series
from data.sources import OFFICIAL_SOURCE, adopt
from data.tables import Tables

# The largest file that is read, in bytes: as much as is fetched of an address.
MAX_FILE_BYTES = 15_000_000


@dataclass
class Collected:
    """Texts by id, of feeds and of pages, and what went wrong: ``failures`` and mere ``notes``."""

    from_feeds: dict[str, Reading] = field(default_factory=dict)
    from_pages: dict[str, Reading] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Collector:
    """Reads any inputs; ``now`` stands for the issue time of what a list only names."""

    fetcher: Fetcher
    feeds: Sequence[Feed]
    now: datetime
    track: Track

    def collect(self, names: Sequence[str]) -> Collected:
        """The texts of files and addresses, with the pages that feeds and links ask for.

        An input that can't be read is named in ``failures``, and the others are read.
        """
        collected = Collected()
        for name in self.track(names, "inputs"):
            try:
                self._read(name, collected)
            except (FetchError, ReadError, OSError) as error:
                collected.failures.append(_name_failure(name, error))
        self._read_pages(names, collected)
        return collected

    def release(self, collected: Collected, tables: Tables, kinds: Kinds) -> tuple[Release, ...]:
        """The texts joined, classed and marked, the oldest first."""
        texts = [*collected.from_feeds.values(), *collected.from_pages.values()]
        joined = join_counterparts(texts, tables=tables)
        marked = [mark_kind(classify(release, tables), kinds) for release in joined]
        return mark_series(marked)

    def _read(self, name: str, collected: Collected) -> None:
        readings = read_document(self._load(name), name)
        collected.failures += [f"{name}: {fault}" for fault in readings.faults]
        stubs = (make_stub(each, self.now) for each in readings.listed)
        found = replace(readings, items=(*readings.items, *stubs))
        if found.is_feed:
            found = adopt(found, self._choose_rules(name, found))
        kept = collected.from_feeds if found.is_feed else collected.from_pages
        kept.update({each.text.id: each for each in found.items})

    def _choose_rules(self, name: str, readings: Readings) -> Feed:
        """The feed of the operator's list, or rules for one that nobody has described."""
        for feed in self.feeds:
            if feed.url == name:
                return feed
        source = next((each.source for each in readings.items), OFFICIAL_SOURCE)
        url = name if is_url(name) else next((each.text.url for each in readings.items), "")
        return Feed.model_construct(source=source, url=url, pairing="content")

    def _load(self, name: str) -> bytes:
        if is_url(name):
            self.fetcher.allow(name)
            return self.fetcher.fetch(name).content or b""
        path = Path(name)
        if path.exists() and not path.is_file():
            raise ReadError("not a file")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise ReadError(f"longer than {MAX_FILE_BYTES:,} bytes; refused")
        return content

    def _read_pages(self, names: Sequence[str], collected: Collected) -> None:
        """Pages that carry a feed's links or text, and counterparts of pages given by address."""
        pages, feeds = collected.from_pages, collected.from_feeds
        linked = {find_release_id(each.counterpart_url or "") for each in pages.values()}
        wanted = [
            *(each for key, each in feeds.items() if key not in pages and key not in linked),
            *(each for each in pages.values() if each.text.url in names and each.counterpart_url),
        ]
        reader = PageReader(
            self.fetcher,
            trusted_hosts=[find_host(name) or "" for name in names if is_url(name)],
            given={each.text.id: each for each in wanted},
            is_known=lambda key: key in pages or key in feeds,
        )
        for each in self.track(wanted, "pages"):
            for reading in reader.read(each):
                kept = feeds if reading.text.id in feeds else pages
                kept[reading.text.id] = reading
        for kept in (feeds, pages):
            for key in [key for key, each in kept.items() if not each.text.body]:
                del kept[key]
        collected.notes += summarise_failures(reader.failed)


def is_url(name: str) -> bool:
    """Whether an input is a web address and not a file's name."""
    return name.lower().startswith(("http://", "https://"))


def _name_failure(name: str, error: Exception) -> str:
    if isinstance(error, FetchError):
        return str(error)  # it names the address itself
    return f"{name}: {error.strerror if isinstance(error, OSError) else error}"
