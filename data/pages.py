"""The pages behind a feed's entries: they carry the language link and the whole text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from data.addresses import find_host
from data.feeds import PageRule
from data.fetch import Fetcher, FetchError
from data.models import Language, ReleaseText
from data.readers.document import read_document
from data.readers.gia_page import OFFICIAL_SITE, find_release_id
from data.readers.paragraphs import choose_language
from data.readers.reading import Listed, ReadError, Reading
from data.sources import bring_to_traditional

# A feed's text of one paragraph that is shorter than this, in characters, is taken for an excerpt.
EXCERPT_LENGTH: Mapping[Language, int] = {"en": 400, "zh": 150}
_CUT_ENDINGS = ("...", "…", "[…]", "[...]", "Read more", "Continue reading", "閱讀更多", "更多")


@dataclass
class PageReader:
    """Reads the page of each text that needs one, and of each unknown counterpart.

    A text that its counterpart's page has linked to needs no page of its own, unless the feed
    cut it short: that halves the requests.

    Attributes:
        fetcher: for the pages.
        trusted_hosts: hosts of the feeds themselves. Release pages elsewhere than there and on
            the official site are not read: any page could claim to be any release.
        given: all texts that are to be read, by id, so that a counterpart is taken from there.
        is_known: whether a text that is not given can be had without its page.
        failed: text id to the reason why its page could not be read.
    """

    fetcher: Fetcher
    trusted_hosts: Iterable[str] = ()
    given: Mapping[str, Reading] = field(default_factory=dict)
    is_known: Callable[[str], bool] = lambda _: False
    failed: dict[str, str] = field(default_factory=dict)
    _done: set[str] = field(default_factory=set)

    def read(self, reading: Reading, rule: PageRule = "excerpt") -> list[Reading]:
        """A text as its page has it, or as given, and its counterpart; nothing if it was done."""
        if reading.text.id in self._done:
            return []
        self._done.add(reading.text.id)
        found = self._read_page_of(reading, rule)
        counterpart = found.counterpart_url
        other = find_release_id(counterpart or "")
        if counterpart is None or other is None or other in self._done:
            return [found]
        if other in self.given:
            self._done.add(other)
            linked = self.given[other]
            return [found, self._read_linked(linked) if looks_cut(linked) else linked]
        if self.is_known(other) or not self._is_trusted(counterpart):
            return [found]
        self._done.add(other)
        unknown = self._try(other, counterpart)
        return [found] if unknown is None else [found, replace(unknown, source=found.source)]

    def _read_page_of(self, reading: Reading, rule: PageRule) -> Reading:
        if find_release_id(reading.text.url):
            needed = reading.counterpart_url is None and self._is_trusted(reading.text.url)
        else:
            short = rule == "excerpt" and looks_short(reading)
            needed = rule == "always" or short
        return self._read_linked(reading) if needed else reading

    def _read_linked(self, reading: Reading) -> Reading:
        page = self._try(reading.text.id, reading.text.url, reading.text.issued_at)
        if page is None:
            return reading
        if page.text.id == reading.text.id:
            return replace(page, source=reading.source)
        # Another site's page: the feed knows better when and as what it was published.
        text = bring_to_traditional(reading.text.model_copy(update={"body": page.text.body}))
        link = reading.counterpart_url or page.counterpart_url
        return replace(reading, text=text, counterpart_url=link)

    def _try(self, text_id: str, url: str, issued_at: datetime | None = None) -> Reading | None:
        try:
            return fetch_page(url, self.fetcher, issued_at)
        except (FetchError, ReadError) as error:
            self.failed[text_id] = str(error)
            return None

    def _is_trusted(self, url: str) -> bool:
        return find_host(url) in {find_host(OFFICIAL_SITE), *self.trusted_hosts}


def make_stub(listed: Listed, now: datetime) -> Reading:
    """A text that is known by name alone, to be read from its page; its body is empty."""
    text = ReleaseText(
        language=listed.language or choose_language(listed.title),
        id=find_release_id(listed.url) or listed.url,
        url=listed.url,
        title=listed.title or listed.url,
        body="",
        issued_at=listed.issued_at or now,
    )
    return Reading(text)


def fetch_page(url: str, fetcher: Fetcher, issued_at: datetime | None = None) -> Reading:
    """The one text of the page at an address.

    Args:
        url: the address.
        fetcher: for it.
        issued_at: when a feed or list says that it was published.

    Raises:
        FetchError: if the page can't be had.
        ReadError: if it is no page with one text; the message names the address.
    """
    content = fetcher.fetch(url).content or b""
    try:
        readings = read_document(content, url, issued_at=issued_at)
    except ReadError as error:
        raise ReadError(f"{url}: {error}") from None
    if readings.is_feed or len(readings.items) != 1:
        raise ReadError(f"{url}: not the page of one release")
    return readings.items[0]


def looks_cut(reading: Reading) -> bool:
    """Whether a feed's text is missing or ends like an excerpt."""
    body = reading.text.body.rstrip(" >»")
    return not body or body.endswith(_CUT_ENDINGS)


def looks_short(reading: Reading) -> bool:
    """Whether a feed's text is an excerpt by its ending, or by being one short paragraph."""
    body = reading.text.body
    return looks_cut(reading) or (
        "\n" not in body and len(body) < EXCERPT_LENGTH[reading.text.language]
    )


def summarise_failures(failed: Mapping[str, str]) -> list[str]:
    """One line for all pages that could not be read: a dead host would fill the screen."""
    if not failed:
        return []
    first = next(iter(failed.values()))
    what = "1 page" if len(failed) == 1 else f"{len(failed)} pages"
    return [f"{what} could not be read, what the feed has is used till then; the first: {first}"]
