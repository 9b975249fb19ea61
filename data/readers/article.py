"""Reads release and news pages of any other site, by trafilatura; pure.

Trafilatura finds the text; where the page states its date, address and other language is read
from its metadata: JSON-LD, ``meta``, ``time``, ``link rel=canonical`` and ``rel=alternate``.
"""

import json
import logging
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml.etree import _Element as Element
from selectolax.lexbor import LexborHTMLParser

from data.addresses import find_host, join_address
from data.models import Language, ReleaseText, to_utc
from data.readers.paragraphs import (
    CELL_MARK,
    choose_language,
    clean_line,
    clean_title,
    parse_html,
)
from data.readers.reading import ReadError, Reading
from data.readers.republished.furniture import read_dateline

# Trafilatura's time and memory grow with all of these; no page of a release comes near.
MAX_CHARACTERS = 4_000_000
MAX_TAGS = 40_000
MAX_TEXT = 400_000
MAX_DEPTH = 250

_UNREAD = "script, style, noscript, template, svg, iframe, object, canvas"
_LINKED_DATA = 'script[type="application/ld+json"]'
_MAX_LINKED_DATA = 200_000
_PUBLISHED_NAMES = (
    *("article:published_time", "og:article:published_time", "datepublished", "date.issued"),
    *("dcterms.issued", "dc.date.issued", "dcterms.date", "dc.date", "dcterms.created"),
    *("govuk:first-published-at", "publishdate", "publish-date", "pubdate", "publication_date"),
    *("parsely-pub-date", "sailthru.date", "article.published", "date"),
)
_TIMES = "time[datetime], [itemprop=datePublished]"
_DATE_HINTS = "[class*=date], [class*=Date], [id*=date], [class*=time], [class*=publish]"
_VOID_TAGS = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)
_ISO_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})$")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|ref_src|spm|fontsize", re.IGNORECASE)
# The other language's page, best first: the project's Chinese is Hong Kong's.
_ALTERNATES: dict[Language, tuple[str, ...]] = {
    "en": (
        "zh-hk",
        "zh-hant-hk",
        "zh-hant",
        "zh-mo",
        "zh-tw",
        "zh",
        "zh-cn",
        "zh-hans-cn",
        "zh-hans",
    ),
    "zh": ("en", "en-hk", "en-gb", "en-us"),
}
_LOGGERS = ("trafilatura", "htmldate", "courlan", "justext", "readability", "charset_normalizer")
# In characters; what is shorter is no text and is looked for otherwise. Trafilatura's own
# bound fits English: a whole Chinese release is often shorter.
_LEAST_TEXT = "10"
# A bound that is no clock: dates are taken as the page has them.
_LATEST = "2200-01-01"


def read_article(
    html: str, address: str | None = None, *, issued_at: datetime | None = None
) -> Reading:
    """One page to its text.

    A time without a zone is Hong Kong's. Tables become rows with cells parted by `` | ``, lists
    a line for each entry. Simplified Chinese stays as it is.

    Args:
        html: the page, decoded.
        address: its URL, or the name of a saved file.
        issued_at: for a page that does not say it.

    Raises:
        ReadError: if title, text, date or address is missing, or the page is larger or nested
            deeper than any page of a release.
    """
    tree = _parse_bounded(html)
    url = _find_own_url(tree, address)
    if url is None:
        raise ReadError("the page does not say its address")
    published = _find_date(tree)
    _drop_unread(tree)
    title, paragraphs, told = _extract(tree.html or "", url)
    if not title:
        raise ReadError("the page has no title")
    if not paragraphs:
        raise ReadError("the page has no text")
    issued_at = published or told or issued_at
    if issued_at is None:
        raise ReadError("the page does not say when it was issued")
    body = "\n\n".join(paragraphs)
    language = choose_language(f"{title}\n{body}")
    text = ReleaseText(
        language=language, id=url, url=url, title=title, body=body, issued_at=issued_at
    )
    source = (find_host(url) or "").removeprefix("www.")
    return Reading(text, _find_counterpart(tree, language, url), source=source)


def _parse_bounded(html: str) -> LexborHTMLParser:
    if len(html) > MAX_CHARACTERS:
        raise ReadError(f"the page has more than {MAX_CHARACTERS:,} characters; refused")
    if html.count("<") > MAX_TAGS:
        raise ReadError(f"the page has more than {MAX_TAGS:,} tags; refused")
    tree = parse_html(html)
    if tree.body is None:
        raise ReadError("the page is empty")
    return tree


def _drop_unread(tree: LexborHTMLParser) -> None:
    """Leave only what trafilatura reads, and check that it is no more than it can bear.

    Raises:
        ReadError: if it is more.
    """
    for node in tree.css(_UNREAD):
        node.decompose()
    if tree.body is None or len(tree.body.text()) > MAX_TEXT:
        raise ReadError(f"the page has more than {MAX_TEXT:,} characters of text; refused")
    depth = 0
    for tag in re.finditer(r"<(/?)([a-zA-Z][^\s/>]*)", tree.html or ""):
        if tag[2] not in _VOID_TAGS:
            depth += -1 if tag[1] else 1
        if depth > MAX_DEPTH:
            raise ReadError(f"the page nests elements more than {MAX_DEPTH:,} deep; refused")


def _extract(html: str, url: str) -> tuple[str, list[str], datetime | None]:
    """Title, paragraphs and date as trafilatura sees them."""
    from trafilatura import bare_extraction  # 0.3 s and 60 MB
    from trafilatura.meta import reset_caches
    from trafilatura.settings import DEFAULT_CONFIG

    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    config = deepcopy(DEFAULT_CONFIG)
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = _LEAST_TEXT
    dates = {"original_date": True, "extensive_search": False, "max_date": _LATEST}
    try:
        document: Any = bare_extraction(
            html,
            url=url,  # its date, where it has one; nothing is fetched
            fast=True,
            include_comments=False,
            with_metadata=True,
            date_extraction_params=dates,
            config=config,
        )
    except Exception as error:  # noqa: BLE001  # whatever a hostile page makes a parser do
        raise ReadError(f"the page can't be read ({type(error).__name__})") from None
    finally:
        reset_caches()
    if document is None:
        return "", [], None
    title = clean_title(document.title or "")
    paragraphs = [one for one in _list_paragraphs(document.body) if one != title]
    if len(paragraphs) == 1 and f" {title} " in f" {paragraphs[0]} ":
        paragraphs = []  # all that the page shows, in one: for want of a text
    return title, paragraphs, _read_moment(document.date or "")


def _list_paragraphs(body: Element) -> Iterator[str]:
    """The paragraphs of trafilatura's tree: p, head, quote, list/item, table/row/cell, lb."""
    for part in body:
        if part.tag == "table":
            lines = [_join_row(row) for row in part.iter("row")]
        elif part.tag == "list":
            lines = [_words_of(item) for item in part.iter("item")]
        else:
            lines = [clean_line(line) for line in _raw_words(part).split("\n")]
        if paragraph := "\n".join(line for line in lines if line):
            yield paragraph


def _join_row(row: Element) -> str:
    return clean_line(CELL_MARK.join(_words_of(cell) for cell in row.iter("cell")))


def _words_of(element: Element) -> str:
    return clean_line(_raw_words(element))


def _raw_words(element: Element) -> str:
    """All text below an element; a line break is one only where the page has ``<br>``."""
    parts: list[str] = []
    for node in element.iter():
        parts.append("\n" if node.tag == "lb" else "")
        parts.append(re.sub(r"\s*\n\s*", " ", node.text or ""))
        if node is not element:
            parts.append(re.sub(r"\s*\n\s*", " ", node.tail or ""))
    return "".join(parts)


def _find_date(tree: LexborHTMLParser) -> datetime | None:
    """When the page says that it was published, with the time of day where it is told."""
    day: datetime | None = None
    for value in _list_dates(tree):
        moment = _read_moment(value)
        if moment is None:
            continue
        if not _ISO_DAY.match(value):
            return moment
        day = day or moment
    return day


def _list_dates(tree: LexborHTMLParser) -> Iterator[str]:
    """What could be the date, surest first."""
    for node in tree.css(_LINKED_DATA):
        yield from _dates_of_linked_data(node.text())
    named: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name")
        name = name or node.attributes.get("itemprop") or ""
        named.setdefault(name.lower(), node.attributes.get("content") or "")
    yield from (named[name] for name in _PUBLISHED_NAMES if name in named)
    for node in tree.css(_TIMES):
        yield node.attributes.get("datetime") or node.attributes.get("content") or node.text()
    for node in tree.css(_DATE_HINTS):
        yield clean_line(node.text()[:200])


def _dates_of_linked_data(text: str) -> Iterator[str]:
    if len(text) > _MAX_LINKED_DATA:
        return
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return
    graph = data.get("@graph", [data]) if isinstance(data, dict) else data
    for entry in graph if isinstance(graph, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("datePublished"), str):
            yield entry["datePublished"]


def _read_moment(value: str) -> datetime | None:
    value = clean_line(value[:200])
    if match := _ISO_DAY.match(value):
        value = "-".join(match.groups())
    moment: datetime | None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        # A page's own wording; the label tells the reader that a bare day is meant.
        moment = read_dateline(value) or read_dateline(f"Published: {value}")
    if moment is None:
        return None
    try:
        return to_utc(moment)
    except ValueError:  # the years 1 and 9999
        return None


def _find_own_url(tree: LexborHTMLParser, address: str | None) -> str | None:
    """The canonical address if it is of the same site, else the address without tracking."""
    own = address if address and find_host(address) else None
    node = tree.css_first("link[rel=canonical][href]") or tree.css_first('meta[property="og:url"]')
    link = (node.attributes.get("href") or node.attributes.get("content") or "") if node else ""
    canonical = join_address(own or "", clean_line(link)) if link else None
    host = find_host(canonical) if canonical else None
    if canonical and host and (own is None or host == find_host(own)):
        own = canonical
    return _strip_tracking(own) if own else None


def _strip_tracking(url: str) -> str:
    parts = urlsplit(url)
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _TRACKING.fullmatch(name)
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _find_counterpart(tree: LexborHTMLParser, language: Language, url: str) -> str | None:
    links: dict[str, str] = {}
    for node in tree.css("link[rel~=alternate][hreflang][href]"):
        code = (node.attributes.get("hreflang") or "").strip().lower().replace("_", "-")
        joined = join_address(url, clean_line(node.attributes.get("href") or ""))
        if joined and find_host(joined):
            links.setdefault(code, _strip_tracking(joined))
    found = next((links[code] for code in _ALTERNATES[language] if code in links), None)
    return found if found != url else None
