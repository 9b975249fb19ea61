"""Reads a release page of the Government's press release site; pure.

Format as seen on real pages: title in ``#PRHeadlineSpan``, text in ``span#pressrelease`` with
``<br>`` between lines, a footer in the same element ("Ends/Thursday, November 27, 2025",
"Issued at HKT 15:55"; 完, 2025年11月27日（星期四）, 香港時間21時20分), and the other language
behind the ``<a>`` around ``img#hdrTCLnk`` or ``img#hdrENLnk``. Pages of older years have the
title at the head of the text instead, full-width digits, and ids of twelve digits.
"""

import re
import unicodedata
from datetime import datetime
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from data.addresses import find_host, join_address
from data.models import HONG_KONG, Language, ReleaseText
from data.readers.charset import is_mangled
from data.readers.paragraphs import (
    choose_language,
    clean_line,
    clean_title,
    parse_html,
    read_paragraphs,
    says_single_language,
)
from data.readers.reading import ReadError, Reading

OFFICIAL_SITE = "https://www.info.gov.hk"

_NOT_TEXT = ".controlDisplay1, .controlDisplay2, #starBar, #starBarSpacing, #starBarSpacingC"
_PAGE_MARK = re.compile(r"""\bid\s*=\s*["']?pressrelease\b""", re.IGNORECASE)
_RELEASE_PATH = re.compile(r"/gia/general/(\d{6})/(\d{2})/(P\d{12,13})p?\.html?", re.IGNORECASE)
# The site itself, and the mirror in Simplified Chinese, which has its name in the path.
_OFFICIAL_PATH = re.compile(r"[/.]info\.gov\.hk/gia/", re.IGNORECASE)
_CANONICAL_URL = re.compile(r"https://www\.info\.gov\.hk/gia/general/\d{6}/\d{2}/P\d{12,13}\.htm")
_RELEASE_NAME = re.compile(r"(P\d{12,13})p?\.html?", re.IGNORECASE)
_END_LINE = re.compile(r"\W*(?:Ends?\s*/.*|Ends?|完(?:\s*/.*)?)\W*", re.IGNORECASE)
_FOOTER_LINE = re.compile(
    r"NNNN|Issued at HKT \d{1,2}:\d\d|香港[時时][间間]\s*\d{1,2}\s*[時时]\s*\d{1,2}\s*分"
    r"|\d{4}年\d{1,2}月\d{1,2}日(?:\(星期.\))?|[A-Z][a-z]+day, [A-Z][a-z]+ \d{1,2}, \d{4}",
    re.IGNORECASE,
)
_ENGLISH_DATE = re.compile(r"([A-Z][a-z]+) (\d{1,2}), (\d{4})")
_CHINESE_DATE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
_ENGLISH_CLOCK = re.compile(r"HKT\s*(\d{1,2}):(\d{2})")
_CHINESE_CLOCK = re.compile(r"香港[時时][間间]\s*(\d{1,2})\s*[時时]\s*(\d{1,2})\s*分")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def is_release_page(html: str) -> bool:
    """Whether the page has the mark of a release page (it may still lack a text)."""
    return _PAGE_MARK.search(html) is not None


def find_release_id(address: str) -> str | None:
    """The official id in a release's address or file name, such as ``P2025112700789``."""
    match = _RELEASE_NAME.search(address)
    return match[1].upper() if match else None


def canonical_url(url: str) -> str:
    """The address of the release itself: no query, fragment or print view."""
    if _CANONICAL_URL.fullmatch(url):
        return url
    match = _RELEASE_PATH.search(url.partition("?")[0])
    if not match:
        return url
    month, day, release_id = match.groups()
    path = f"/gia/general/{month}/{day}/{release_id.upper()}.htm"
    return OFFICIAL_SITE + path if _OFFICIAL_PATH.search(url) else join_address(url, path) or url


def read_gia_page(html: str, address: str | None = None) -> Reading:
    """One release page to its text.

    Args:
        html: the page, decoded.
        address: where it came from: its URL, or the name of a saved file. Without one, or with
            a file name, the URL is taken from the page's own links.

    Raises:
        ReadError: if title, text, issue time or id is missing, elements nest too deep, or the
            page's own links say that it is another release's.
    """
    tree = parse_html(html)
    if any(is_mangled(node.text()) for node in tree.css("#pressrelease")):
        raise ReadError("the page has characters that can't be read")
    raw_title = _read_title(tree)
    title = clean_title(raw_title)
    paragraphs, footer = _read_text(tree, raw_title)
    if not title:
        raise ReadError("the page has no title (#PRHeadlineSpan)")
    if not paragraphs:
        raise ReadError("the page has no text (span#pressrelease)")
    issued_at = read_issue_time(footer)
    if issued_at is None:
        raise ReadError("the page does not say when it was issued")
    body = "\n\n".join(paragraphs)
    language = choose_language(f"{title}\n{body}")
    url = _find_own_url(tree, address, issued_at)
    release_id = find_release_id(url) if url else None
    if url is None or release_id is None:
        raise ReadError("the page does not say which release it is (no id such as P2025112700789)")
    named = {find_release_id(link) for link in _own_links(tree)} - {None}
    if named and release_id not in named:
        # A page served under a wrong address must not overwrite that address's release.
        raise ReadError(f"the page is of another release ({', '.join(sorted(map(str, named)))})")
    text = ReleaseText(
        language=language, id=release_id, url=url, title=title, body=body, issued_at=issued_at
    )
    counterpart = _find_counterpart(tree, language, url)
    return Reading(text, counterpart, single_language=says_single_language(raw_title))


def read_issue_time(footer: str) -> datetime | None:
    """The issue time that a release's last lines name, in Hong Kong's zone, or None."""
    footer = unicodedata.normalize("NFKC", footer)  # older pages have full-width digits
    day, clock = _find_date(footer), _find_clock(footer)
    if day is None or clock is None:
        return None
    try:
        return datetime(*day, *clock, tzinfo=HONG_KONG)
    except ValueError:
        return None


def _find_date(footer: str) -> tuple[int, int, int] | None:
    if match := _CHINESE_DATE.search(footer):
        return int(match[1]), int(match[2]), int(match[3])
    match = _ENGLISH_DATE.search(footer)
    if match and match[1] in _MONTHS:
        return int(match[3]), _MONTHS.index(match[1]) + 1, int(match[2])
    return None


def _find_clock(footer: str) -> tuple[int, int] | None:
    match = _ENGLISH_CLOCK.search(footer) or _CHINESE_CLOCK.search(footer)
    return (int(match[1]), int(match[2])) if match else None


def _read_title(tree: LexborHTMLParser) -> str:
    for place in ("#PRHeadlineSpan", "#PRHeadline", "title"):
        node = tree.css_first(place)
        if node is not None and (title := clean_line(" ".join(read_paragraphs(node)))):
            return title
    return ""


def _read_text(tree: LexborHTMLParser, title: str) -> tuple[list[str], str]:
    """The paragraphs of the text, and what stands below them as one string."""
    node = tree.css_first("#pressrelease")
    if node is None:
        return [], ""
    for part in node.css(_NOT_TEXT):
        part.decompose()
    lines = "\n\n".join(read_paragraphs(node)).split("\n")
    end = _find_end(lines)
    start = _find_start(lines[:end], title)
    text = "\n".join(lines[start:end]).strip()
    footer = "\n".join(lines[end:])
    return text.split("\n\n") if text else [], footer


def _find_end(lines: list[str]) -> int:
    """Where the footer begins: at its first line, or, where that lacks, at those after it."""
    plain = [unicodedata.normalize("NFKC", line) for line in lines]
    ends = [number for number, line in enumerate(plain) if _END_LINE.fullmatch(line)]
    if ends:
        return ends[-1]
    end = len(plain)
    while end and (not plain[end - 1] or _FOOTER_LINE.fullmatch(plain[end - 1])):
        end -= 1
    return end


def _find_start(lines: list[str], title: str) -> int:
    """Where the text begins: after the title, which older pages have in it."""
    return 1 if lines and title and clean_title(lines[0]) == clean_title(title) else 0


def _find_own_url(tree: LexborHTMLParser, address: str | None, issued: datetime) -> str | None:
    if address and find_host(address):
        return canonical_url(address)
    for link in _own_links(tree):
        if match := _RELEASE_PATH.search(link):
            return OFFICIAL_SITE + canonical_url(match[0])
    path = _RELEASE_PATH.search("/gia/general/" + "/".join((address or "").split("/")[-3:]))
    if path:
        return OFFICIAL_SITE + canonical_url(path[0])
    release_id = find_release_id(address or "")
    return release_id and f"{OFFICIAL_SITE}/gia/general/{issued:%Y%m}/{issued:%d}/{release_id}.htm"


def _own_links(tree: LexborHTMLParser) -> list[str]:
    """The links with which a page names itself: those to mail it.

    The link to the Simplified version is none: on an English page it is the Chinese one's.
    """
    return [unquote(node.attributes.get("href") or "") for node in tree.css("a.icon_mailto")]


def _find_counterpart(tree: LexborHTMLParser, language: Language, url: str) -> str | None:
    link = _find_link_around(tree, "hdrTCLnk" if language == "en" else "hdrENLnk")
    if link is None or not _RELEASE_PATH.search(link):
        return None
    joined = join_address(url, link)
    counterpart = canonical_url(joined) if joined else None
    if counterpart is None:
        return None
    return counterpart if find_release_id(counterpart) != find_release_id(url) else None


def _find_link_around(tree: LexborHTMLParser, image_id: str) -> str | None:
    node: LexborNode | None = tree.css_first(f"#{image_id}")
    while node is not None and node.tag != "a":
        node = node.parent
    return clean_line(node.attributes.get("href") or "") if node is not None else None
