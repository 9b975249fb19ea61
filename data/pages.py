"""The pages behind a feed's entries: they carry the language link and the whole text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from data.addresses import find_host
from data.fetch import Fetcher, FetchError
from data.readers.document import read_document
from data.readers.gia_page import OFFICIAL_SITE, find_release_id
from data.readers.reading import ReadError, Reading


@dataclass
class PageReadings:
    """Texts read from pages, or taken from the feed where a page could not be had."""

    readings: dict[str, Reading] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    """Text id to the reason why its page could not be read; such a text is as the feed has it."""


def read_pages(
    readings: Iterable[Reading],
    fetcher: Fetcher,
    *,
    trusted_hosts: Iterable[str] = (),
    is_known: Callable[[str], bool] = lambda _: False,
) -> PageReadings:
    """Fetch the page of each text without a language link, and of each unknown counterpart.

    A text that its counterpart's page has linked to needs no page of its own, unless the feed
    cut it short: that halves the requests.

    Args:
        readings: as read from feeds, or from pages given by address.
        fetcher: for the pages.
        trusted_hosts: hosts of the feeds themselves; pages elsewhere than there and on the
            official site are not fetched, because a feed could name any address.
        is_known: whether a text that is not among the readings can be had without its page.
    """
    hosts = {find_host(OFFICIAL_SITE), *trusted_hosts}
    pages = PageReadings({reading.text.id: reading for reading in readings})
    given = list(pages.readings.values())
    linked: set[str] = set()
    for reading in given:
        if reading.text.id not in linked or looks_cut(reading.text.body):
            _read_page_of(reading, fetcher, hosts, pages)
        counterpart = pages.readings[reading.text.id].counterpart_url
        other = find_release_id(counterpart or "")
        if counterpart is None or other is None:
            continue
        linked.add(other)
        if other not in pages.readings and not is_known(other):
            _read_counterpart(counterpart, other, fetcher, hosts, pages)
    return pages


def looks_cut(body: str) -> bool:
    """Whether a feed's text ends like an excerpt."""
    return body.rstrip().endswith(("...", "…", "[…]", "[...]"))


def _read_page_of(
    reading: Reading, fetcher: Fetcher, hosts: set[str | None], pages: PageReadings
) -> None:
    text = reading.text
    on_known_site = find_release_id(text.url) and find_host(text.url) in hosts
    if reading.counterpart_url is not None or not on_known_site:
        return
    try:
        pages.readings[text.id] = _fetch_reading(text.url, fetcher)
    except (FetchError, ReadError) as error:
        pages.failed[text.id] = str(error)


def _read_counterpart(
    url: str, text_id: str, fetcher: Fetcher, hosts: set[str | None], pages: PageReadings
) -> None:
    if find_host(url) not in hosts:
        return
    try:
        pages.readings[text_id] = _fetch_reading(url, fetcher)
    except (FetchError, ReadError) as error:
        pages.failed[text_id] = str(error)


def _fetch_reading(url: str, fetcher: Fetcher) -> Reading:
    content = fetcher.fetch(url).content or b""
    try:
        readings = read_document(content, url)
    except ReadError as error:
        raise ReadError(f"{url}: {error}") from None
    if readings.is_feed:
        raise ReadError(f"{url}: a feed where a release's page should be")
    return readings.items[0]
