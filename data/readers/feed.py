"""Reads RSS and Atom feeds; pure, but for damaged ones.

The official feeds (RSS 2.0) carry the whole text as HTML in ``description``; ``guid`` equals
``link``; a feed says nothing of the other language.

A well-formed feed is read in one strict pass. Of a damaged one, what stands before the damage
is as good; the rest is repaired by feedparser, in a process of its own that can do no harm.
"""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from data.addresses import MAX_ADDRESS_LENGTH, find_host
from data.damaged_feeds import BeyondRepairError, repair_feed
from data.models import ReleaseText
from data.readers.charset import decode_feed, find_seven_bit_charset, is_mangled
from data.readers.dates import read_date
from data.readers.feed_xml import (
    MAX_ENTRIES,
    MalformedFeedError,
    RawEntry,
    RawFeed,
    read_strictly,
)
from data.readers.gia_page import canonical_url, find_release_id
from data.readers.paragraphs import (
    choose_language,
    clean_line,
    clean_title,
    read_html_paragraphs,
    says_single_language,
)
from data.readers.reading import Listed, ReadError, Reading, Readings

OFFICIAL_SOURCE = "gia"
MAX_TITLE = 500  # characters
MAX_TEXT = 1_000_000  # characters of one entry, with its mark-up
MAX_ID = 300
MAX_FAULTS = 100

# Ten times what a feed of the most entries would have.
MAX_TAGS = 500_000

_ROOT = re.compile(rb"<(?:[a-z][\w.-]*:)?(?:rss|feed|rdf)[\s>]")
_ROOT_WITHIN = 4096
_ENTRY = re.compile(r"<(?:item|entry)[\s>]", re.IGNORECASE)
_DOCTYPE = re.compile("<!DOCTYPE", re.IGNORECASE)
_ENTITY = re.compile("<!ENTITY", re.IGNORECASE)
# Characters that XML 1.0 does not allow, as they are and as references.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+"
    "|&#(?:0{0,6}(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0{0,6}(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
)
_SITE = re.compile(r"https?://[^/?#\\\s]+", re.IGNORECASE)
_MARKUP_IN_TITLE = re.compile(
    r"</?(?:a|b|big|br|div|em|font|i|p|small|span|strong|sub|sup|u)\b|&", re.IGNORECASE
)


def is_feed(content: bytes) -> bool:
    """Whether the bytes look like XML with a feed's root element."""
    head = content[:_ROOT_WITHIN].replace(b"\0", b"").lower()  # UTF-16 and UTF-32 have zeros
    return _ROOT.search(head) is not None


def read_feed(content: bytes) -> Readings:
    """A feed to its texts, newest first as the feed has them.

    Entries without a text are ``listed``. Those that lack a title, link or date are named in
    ``faults``; so is damage that could be worked around, and that entries are left out beyond
    the first 5,000. The rest is read. Text ids are the official ones, else the entry's own or its
    link; where entries share those, the link with the date.

    Raises:
        ReadError: if the bytes are no feed at all, have a DOCTYPE, are damaged beyond repair or
            are more than any feed has.
    """
    raw, faults = _read_entries(content)
    if not raw.is_feed:
        raise ReadError("this is not an RSS or Atom feed")
    if raw.has_more:
        faults.append(f"the feed has more than {MAX_ENTRIES:,} entries; the rest is left out")
    if sum(html.count("<") for entry in raw.entries for html in entry.contents) > MAX_TAGS:
        raise ReadError(f"the feed's texts have more than {MAX_TAGS:,} tags; refused")
    ids = Counter(map(_own_id, raw.entries))
    items: list[Reading] = []
    listed: list[Listed] = []
    for number, entry in enumerate(raw.entries, 1):
        try:
            read = _read_entry(entry, ids)
            if isinstance(read, Reading):
                items.append(read)
            else:
                listed.append(read)
        except ReadError as error:
            faults.append(f"entry {number}: {error}")
    if len(faults) > MAX_FAULTS:
        faults[MAX_FAULTS:] = [f"and {len(faults) - MAX_FAULTS:,} faults more"]
    return Readings(tuple(items), tuple(faults), is_feed=True, listed=tuple(listed))


def _read_entries(content: bytes) -> tuple[RawFeed, list[str]]:
    if charset := find_seven_bit_charset(content):
        raise ReadError(f"the charset {charset} is refused")
    try:
        return read_strictly(content), []
    except MalformedFeedError:
        text = _FORBIDDEN.sub("", decode_feed(content))
    try:
        return read_strictly(text), []
    except MalformedFeedError as error:
        return _save_entries(text, error)


def _save_entries(text: str, error: MalformedFeedError) -> tuple[RawFeed, list[str]]:
    """What can be had of a damaged feed; an entry that is cut off is no entry."""
    faults = [f"the feed is damaged ({error}); what could be read is kept"]
    first = _ENTRY.search(text)
    if _DOCTYPE.search(text, 0, first.start() if first else len(text)) or _ENTITY.search(text):
        raise ReadError("the feed declares a DOCTYPE, which is refused: feeds need none")
    if not error.found.is_feed and not is_feed(text[:_ROOT_WITHIN].encode()):
        raise ReadError("this is not an RSS or Atom feed")
    entries = error.found.entries
    end = max(text.rfind("</item>"), text.rfind("</entry>"))
    if not error.is_cut and end >= 0:
        try:
            repaired = repair_feed(text[: end + len("</entry>")])
            entries = [*entries, *(RawEntry(**entry) for entry in repaired[len(entries) :])]
        except BeyondRepairError as failure:
            faults.append(str(failure))
    if not entries:
        named = "; ".join((str(error), *faults[1:]))
        raise ReadError(f"the feed is damaged and holds no entry that can be read ({named})")
    return RawFeed(entries, is_feed=True), faults


def _read_entry(entry: RawEntry, ids: Counter[str]) -> Reading | Listed:
    raw_title, link = _read_title(entry.title), _find_link(entry)
    title = clean_title(raw_title)
    if not title:
        raise ReadError(f"no title ({link[:80] or 'nor link'})")
    if len(title) > MAX_TITLE:
        raise ReadError(f"a title of more than {MAX_TITLE} characters (“{title[:80]}…”)")
    host = _find_host(link)
    if host is None:
        raise ReadError(f"no web link (“{title[:80]}”)")
    issued_at = read_date(entry.published) or read_date(entry.updated)
    if issued_at is None:
        raise ReadError(f"no date that can be read ({link})")
    body = _read_body(entry.contents, link)
    if "\ufffd" in title or is_mangled(raw_title):
        raise ReadError(f"characters that can't be read ({link})")
    url = canonical_url(link)
    if not body:
        return Listed(url, title, issued_at)
    official = find_release_id(url)
    text = ReleaseText(
        language=choose_language(f"{title}\n{body}"),
        id=official or _choose_id(entry, url, issued_at, ids),
        url=url,
        title=title,
        body=body,
        issued_at=issued_at,
    )
    source = OFFICIAL_SOURCE if official else host
    return Reading(text, source=source, single_language=says_single_language(raw_title))


def _read_title(html: str) -> str:
    if len(html) > 4 * MAX_TITLE or not _MARKUP_IN_TITLE.search(html):
        return html
    return " ".join(read_html_paragraphs(html))


def _read_body(contents: Iterable[str], link: str) -> str:
    """The longest of description and content: some feeds keep the full text in the latter.

    Empty for an entry whose text stands on its page alone.
    """
    html = max(contents, key=len, default="")
    if len(html) > MAX_TEXT:
        raise ReadError(f"a text of more than {MAX_TEXT:,} characters ({link})")
    if is_mangled(html):
        raise ReadError(f"characters that can't be read ({link})")
    try:
        return "\n\n".join(read_html_paragraphs(html))
    except ReadError as error:
        raise ReadError(f"{error} ({link})") from None


def _find_link(entry: RawEntry) -> str:
    link = entry.link or (entry.id if entry.has_web_id else "")
    return link.replace(" ", "%20")


@lru_cache(maxsize=256)
def _find_host_of_site(site: str) -> str | None:
    return find_host(site)


def _find_host(link: str) -> str | None:
    """The host of a link, if that is an address that can be fetched."""
    site = _SITE.match(link)
    if site is None or len(link) > MAX_ADDRESS_LENGTH or not link.isprintable():
        return None
    return _find_host_of_site(site[0])


def _own_id(entry: RawEntry) -> str:
    return entry.id if 0 < len(entry.id) <= MAX_ID else entry.link


def _choose_id(entry: RawEntry, url: str, issued_at: datetime, ids: Counter[str]) -> str:
    own = clean_line(_own_id(entry))
    return own if own and ids[_own_id(entry)] == 1 else f"{url}#{issued_at:%Y%m%dT%H%M%SZ}"
