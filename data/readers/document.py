"""Reads any document that Tongbao knows, telling them apart by content; pure."""

import re
from datetime import datetime

from data.readers.article import read_article
from data.readers.charset import decode_html
from data.readers.day_list import is_day_list, read_day_list
from data.readers.feed import is_feed, read_feed
from data.readers.gia_page import is_release_page, read_gia_page
from data.readers.hkma import is_hkma_list, read_hkma_list
from data.readers.reading import ReadError, Readings
from data.readers.republished import is_republished, read_republished, read_republished_page

_MARKUP = re.compile(r"<(?:!doctype html|html|head|body|div|article|p|span|table)\b", re.IGNORECASE)
# A page declares itself early, behind comments at most.
_MARKUP_WITHIN = 4096


def read_source(content: bytes, address: str | None = None) -> Readings:
    """A document that changes as releases come: a feed, or a list without texts.

    Raises:
        ReadError: if it is no such document, or damaged beyond reading.
    """
    if not content.strip():
        raise ReadError("the document is empty")
    if is_feed(content):
        return read_feed(content)
    if is_hkma_list(content):
        return read_hkma_list(content, address)
    raise ReadError("this is not an RSS or Atom feed, nor a list of releases")


def read_document(
    content: bytes, address: str | None = None, *, issued_at: datetime | None = None
) -> Readings:
    """A page, feed, list or saved text to its texts.

    Args:
        content: the bytes as fetched or saved.
        address: URL or file name, for the release's own address where the page lacks it.
        issued_at: for another site's page that does not say when it was published.

    Raises:
        ReadError: if the bytes are of no known format or lack what a release needs.
    """
    if not content.strip() or is_feed(content) or is_hkma_list(content):
        return read_source(content, address)
    text = decode_html(content)
    if is_release_page(text):
        return Readings((read_gia_page(text, address),))
    if _MARKUP.search(text[:_MARKUP_WITHIN]) is None:
        return read_republished(text, address)
    if is_day_list(text, address or ""):
        return read_day_list(text, address or "")
    if is_republished(text):
        return read_republished_page(text, address)
    return Readings((read_article(text, address, issued_at=issued_at),))
