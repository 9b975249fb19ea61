"""Reads RSS and Atom feeds; pure.

The official feeds (RSS 2.0) carry the whole text as HTML in ``description``; ``guid`` equals
``link``; a feed says nothing of the other language.
"""

from calendar import timegm
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from data.addresses import find_host
from data.models import ReleaseText
from data.readers.gia_page import canonical_url, find_release_id
from data.readers.paragraphs import choose_language, clean_title, read_html_paragraphs
from data.readers.reading import ReadError, Reading, Readings

# An entity bomb needs a DOCTYPE to declare its entities; the feeds that we read have none.
_DECLARATION = b"<!doctype"
_DECLARATION_WITHIN = 4096


def is_feed(content: bytes) -> bool:
    """Whether the bytes look like XML with a feed's root element."""
    head = content[:_DECLARATION_WITHIN].lower()
    return any(mark in head for mark in (b"<rss", b"<feed", b"<rdf:rdf"))


def read_feed(content: bytes) -> Readings:
    """A feed to its texts, newest first as the feed has them.

    Entries that lack a title, link, date or text are named in ``faults``; so is damage that the
    parser could work around. The rest is read.

    Raises:
        ReadError: if the bytes are no feed at all, or declare a DOCTYPE.
    """
    if _DECLARATION in content[:_DECLARATION_WITHIN].lower():
        raise ReadError("the feed declares a DOCTYPE, which is refused: feeds need none")
    if not is_feed(content):
        raise ReadError("this is not an RSS or Atom feed")
    parsed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    entries = list(parsed.get("entries", ()))
    damage = parsed.get("bozo_exception") if parsed.get("bozo") else None
    if damage is not None and not entries:
        raise ReadError(f"the feed is damaged and holds no entry that can be read ({damage})")
    items: list[Reading] = []
    faults = [f"the feed is damaged ({damage}); what could be read is kept"] if damage else []
    for number, entry in enumerate(entries, 1):
        try:
            items.append(Reading(_read_entry(entry)))
        except ReadError as error:
            faults.append(f"entry {number}: {error}")
    return Readings(tuple(items), tuple(faults), is_feed=True)


def _read_entry(entry: Any) -> ReleaseText:  # noqa: ANN401  # feedparser is untyped
    title = clean_title(str(entry.get("title", "")))
    link = str(entry.get("link") or entry.get("id") or "").strip()
    if not title:
        raise ReadError(f"no title ({link or 'nor link'})")
    if find_host(link) is None:
        raise ReadError(f"no web link (“{title[:80]}”)")
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    if moment is None:
        raise ReadError(f"no date that can be read ({link})")
    paragraphs = read_html_paragraphs(_content_of(entry))
    if not paragraphs:
        raise ReadError(f"no text ({link})")
    url = canonical_url(link)
    body = "\n\n".join(paragraphs)
    return ReleaseText(
        language=choose_language(f"{title}\n{body}"),
        id=find_release_id(url) or url,
        url=url,
        title=title,
        body=body,
        issued_at=_instant(moment),
    )


def _instant(moment: struct_time) -> datetime:
    """Feedparser's dates are in UTC already."""
    return datetime.fromtimestamp(timegm(moment), UTC)


def _content_of(entry: Any) -> str:  # noqa: ANN401  # feedparser is untyped
    """The longer of description and content: some feeds keep the full text in the latter."""
    candidates = [str(entry.get("summary", ""))]
    candidates += [str(part.get("value", "")) for part in entry.get("content", ())]
    return max(candidates, key=len)
