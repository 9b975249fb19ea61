"""Reads any document that Tongbao knows, telling them apart by content; pure."""

from selectolax.lexbor import LexborHTMLParser

from data.readers.feed import is_feed, read_feed
from data.readers.gia_page import is_release_page, read_gia_page
from data.readers.reading import ReadError, Readings


def read_document(content: bytes, address: str | None = None) -> Readings:
    """A page or feed to its texts.

    Args:
        content: the bytes as fetched or saved.
        address: URL or file name, for the release's own address where the page lacks it.

    Raises:
        ReadError: if the bytes are of no known format or lack what a release needs.
    """
    if not content.strip():
        raise ReadError("the document is empty")
    if is_feed(content):
        return read_feed(content)
    html = decode_html(content)
    if not is_release_page(html):
        raise ReadError("this is neither a feed nor a page of a Government press release")
    return Readings((read_gia_page(html, address),))


def decode_html(content: bytes) -> str:
    """Text of an HTML page: UTF-8 if it is valid UTF-8, else what the page declares or shows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return LexborHTMLParser(content, encoding=True).html or ""
