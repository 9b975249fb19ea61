"""Reads the official site's lists of a day's releases, from which an outage is made good; pure.

A day has two lists in each language: the page ``/gia/general/YYYYMM/DD.htm`` (Chinese
``DDc.htm``; today's also ``today.htm``, ``ctoday.htm``) with a link to each release in
``ul#prlist``, and ``/gia/general/YYYYMM/DD/select_en.htm`` (``select_tc.htm``), which release
pages load as their menu: a ``<select>`` whose options have a release's id as their value, at
times behind a mark of four characters (``NEW_``, ``OLD_``).
"""

import re
from datetime import date
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from data.addresses import find_host, join_address
from data.models import Language
from data.readers.gia_page import OFFICIAL_SITE, canonical_url, is_release_page
from data.readers.paragraphs import choose_language, clean_line, clean_title, parse_html
from data.readers.reading import Listed, ReadError, Readings

_LIST_PATH = re.compile(
    r"/gia/general/(?:c?today|\d{6}/\d{2}c?|\d{6}/\d{2}/select_(?:en|tc|sc))\.html?", re.IGNORECASE
)
_CHINESE_LIST = re.compile(r"/(?:ctoday|\d{2}c|select_[ts]c)\.html?$", re.IGNORECASE)
_LIST_NODES = "#prlist, select#selectManual"
_LIST_MARK = re.compile(
    r"""<(?:ul|ol|div|select)\b[^>]{0,200}\bid=["']?(?:prlist|selectManual)\b""", re.IGNORECASE
)
_RELEASE_PATH = re.compile(r"/gia/general/\d{6}/\d{2}/P\d{12,13}\.html?", re.IGNORECASE)
_OPTION = re.compile(r"(?:[A-Z]{3}_)?(P\d{12,13})(?:\.html?)?", re.IGNORECASE)
_ADDRESS_IN_SCRIPT = re.compile(r"""["']([^"'\s]{1,200}\.html?(?:\?[^"'\s]{0,80})?)["']""")
# No day has a tenth of this.
MAX_LINKS = 5_000
_FEED_PATH = re.compile(r"/gia/rss/general_(en|zh)\.xml")


def is_day_list(html: str, address: str) -> bool:
    """Whether a page is a day list, by its address or by its marks."""
    if is_release_page(html):
        return False
    if find_host(address) and _LIST_PATH.fullmatch(urlsplit(address).path):
        return True
    return _LIST_MARK.search(html) is not None


def read_day_list(html: str, address: str) -> Readings:
    """Each release that a day list names, once, in the list's order, as ``listed``.

    The titles are without their suffixes; the lists tell no time. A release without a title has
    an empty one.

    Links that lead elsewhere, to another host, to a print view or to the Simplified mirror are
    left out.

    Args:
        html: the page, decoded.
        address: its URL, against which its links are read; or the name of a saved file, whose
            links are taken for the official site's.

    Raises:
        ReadError: if the page is no day list: it has neither the list's marks nor a release, or
            far too many links.
    """
    tree = parse_html(html)
    base = address if find_host(address) else f"{OFFICIAL_SITE}/gia/general/"
    chinese = _CHINESE_LIST.search(f"/{address.partition('?')[0]}") is not None
    titles: dict[str, str] = {}
    nodes = tree.css("a[href], option[value], [onclick]")
    if len(nodes) > MAX_LINKS:
        raise ReadError(f"more than {MAX_LINKS:,} links, which no list of press releases has")
    for node in nodes:
        url = _find_release(node, base)
        if url is not None:
            titles[url] = titles.get(url) or clean_title(node.text())
    if not titles and tree.css_first(_LIST_NODES) is None:
        raise ReadError("this is not a list of press releases: it names none")
    listed_in: Language = "zh" if chinese else "en"
    listed = tuple(
        Listed(url, title, language=choose_language(title) if title else listed_in)
        for url, title in titles.items()
    )
    return Readings(listed=listed, is_feed=True)


def day_list_addresses(feed_url: str, day: date) -> tuple[str, ...]:
    """Where the site of an official feed lists a day's releases in the feed's language.

    First the page of the day, then its menu, which is asked if that can't be read. Nothing for
    feeds of other publishers.
    """
    if find_host(feed_url) is None:
        return ()
    feed = _FEED_PATH.fullmatch(urlsplit(feed_url).path)
    if feed is None:
        return ()
    mark, menu = ("c", "tc") if feed[1] == "zh" else ("", "en")
    path = f"/gia/general/{day.year:04}{day.month:02}/{day.day:02}"
    joined = (join_address(feed_url, path + end) for end in (f"{mark}.htm", f"/select_{menu}.htm"))
    return tuple(str(address) for address in joined if address)


def _find_release(node: LexborNode, base: str) -> str | None:
    attributes = node.attributes
    if node.tag == "option":
        option = _OPTION.fullmatch(clean_line(attributes.get("value") or ""))
        return _resolve(f"{option[1]}.htm", base) if option else None
    if url := _resolve(clean_line(attributes.get("href") or ""), base):
        return url
    script = _ADDRESS_IN_SCRIPT.search(attributes.get("onclick") or "")
    return _resolve(script[1], base) if script else None


def _resolve(link: str, base: str) -> str | None:
    """The release's own address that a link on the list leads to."""
    joined = join_address(base, link)
    if joined is None or find_host(joined) != find_host(base):
        return None
    path = urlsplit(joined).path
    return canonical_url(join_address(base, path) or "") if _RELEASE_PATH.fullmatch(path) else None
