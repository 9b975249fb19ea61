"""Reads pages of re-publishers, saved as text or as HTML, and saved texts of releases; pure.

Such a page carries a release among its own furniture: the headline three to six times, a
dateline (``2025-08-08 19:25 Last Updated At:19:38``, ``2025年11月28日 15:15 最後更新：16:27``),
captions up to four times each, further articles, and lists of links.
"""

import hashlib
import re
import unicodedata
from datetime import datetime

from data.addresses import find_host
from data.models import ReleaseText
from data.readers.gia_page import read_issue_time
from data.readers.paragraphs import choose_language, clean_title, parse_html, read_paragraphs
from data.readers.reading import ReadError, Reading, Readings
from data.readers.republished.cleaning import clean_article
from data.readers.republished.dating import choose_issue_time
from data.readers.republished.furniture import fold, has_own_dateline
from data.readers.republished.partition import (
    MAX_CHARACTERS,
    Draft,
    Line,
    is_of_republisher,
    list_lines,
    split_articles,
)
from data.readers.republished.subjects import list_terms, share_terms

# Parts of a page that hold no text of an article; captions are told by the reader too.
_NOT_TEXT = (
    "nav, footer, form, button, select, dialog, iframe, svg, figcaption, [hidden],"
    " [class*=caption], [class*=cookie]"
)
_MARKUP = re.compile(r"<(?:!doctype html|html|head|body|div|p|article)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_MARKERS = ("往下看更多文章", "你或有興趣的文章")
_END = re.compile(r"(?:Ends\s*/.*|完|NNNN|Issued at HKT.*)", re.IGNORECASE)
_FOOTER_LINES = 6
_BASTILLE = re.compile(r"bastille ?post|巴士的報|巴士的报", re.IGNORECASE)
_LEAST_BODY = 20
_SAME_TEXT = 0.6
_HASH_LENGTH = 12


def is_republished(text: str) -> bool:
    """Whether a saved text or a page's HTML has the shape of a re-publisher's page.

    It has a dateline with its update or the markers between articles; a saved text may instead
    have its headline twice above the first paragraph. A saved text of one release has none of
    these; ``read_republished`` reads it too.
    """
    if _MARKUP.search(text[:MAX_CHARACTERS]):
        visible = _TAG.sub(" ", text)
        return has_own_dateline(visible) or all(marker in text for marker in _MARKERS)
    try:
        return is_of_republisher(list_lines(text))
    except ReadError:
        return False


def read_republished_page(html: str, address: str | None = None) -> Readings:
    """The releases on a re-publisher's page; as ``read_republished`` gives them for its text.

    Raises:
        ReadError: as ``read_republished``, or if elements nest too deep.
    """
    tree = parse_html(html)
    if tree.body is None:
        raise ReadError("the page is empty")
    for node in tree.css(_NOT_TEXT):
        node.decompose()
    return read_republished("\n\n".join(read_paragraphs(tree.body)), address)


def read_republished(text: str, address: str | None = None) -> Readings:
    """The releases in the text of a re-publisher's page, or in the saved text of a release.

    The id is made of publisher and title, so that the text and the HTML of a page give the
    same. An article is dated by its own dateline or footer, else by ``choose_issue_time``.

    Args:
        text: all that the page shows, or a title line and paragraphs.
        address: URL of the page, or the name of a saved file.

    Raises:
        ReadError: if no headline with a text is found, if nothing tells a date, or if the text
            is larger than any page.
    """
    lines = list_lines(text)
    drafts = [_read_footer(draft) for draft in split_articles(lines)]
    publisher = _name_publisher(text, lines)
    page_time = next((draft.issued_at for draft in drafts if draft.issued_at), None)
    url = address if address and find_host(address) else ""
    items: dict[str, Reading] = {}
    undated = 0
    for number, draft in enumerate(drafts, 1):
        body = "\n\n".join(clean_article(draft, is_last=number == len(drafts)))
        title = clean_title(draft.title)
        if len(body) < _LEAST_BODY:
            continue
        issued_at = draft.issued_at or choose_issue_time(f"{title}\n{body}", page_time)
        if issued_at is None:
            undated += 1
            continue
        _add(items, _make_text(publisher, title, body, issued_at, url), publisher)
    if not items:
        what = "does not say when it was issued" if undated else "holds no headline with a text"
        raise ReadError(f"the text {what}")
    return Readings(tuple(items.values()))


def _read_footer(draft: Draft) -> Draft:
    """An article without an official footer (Ends/…, Issued at …; 完), dated by it."""
    ends = [number for number, line in enumerate(draft.lines) if _END.fullmatch(line.text)]
    if not ends:
        return draft
    first = next((one for one in ends if ends[-1] - one < _FOOTER_LINES), ends[-1])
    footer = "\n".join(line.text for line in draft.lines[first : first + _FOOTER_LINES])
    issued_at = draft.issued_at or read_issue_time(footer)
    return Draft(draft.title, draft.lines[:first], issued_at)


def _name_publisher(text: str, lines: list[Line]) -> str:
    """From the text alone, so that a page's HTML and its saved text agree."""
    if any(line.kind == "dateline" and has_own_dateline(line.text) for line in lines):
        return "bastillepost"
    if _BASTILLE.search(text):
        return "bastillepost"
    return "gia" if any(_END.fullmatch(line.text) for line in lines[1:]) else "republished"


def _make_text(publisher: str, title: str, body: str, issued_at: datetime, url: str) -> ReleaseText:
    return ReleaseText(
        language=choose_language(f"{title}\n{body}"),
        id=_make_id(publisher, title),
        url=url,
        title=title,
        body=body,
        issued_at=issued_at,
    )


def _make_id(publisher: str, words: str) -> str:
    normal = fold(unicodedata.normalize("NFKC", words))
    return f"{publisher}-{hashlib.sha256(normal.encode()).hexdigest()[:_HASH_LENGTH]}"


def _add(items: dict[str, Reading], text: ReleaseText, publisher: str) -> None:
    """Keep an article; of the same one twice the longer, of two under one title both."""
    known = items.get(text.id)
    if known is not None and not _is_same(known.text.body, text.body):
        opening = text.body.partition("\n\n")[0]
        text = text.model_copy(update={"id": _make_id(publisher, text.title + opening)})
        known = items.get(text.id)
    if known is None or len(known.text.body) < len(text.body):
        items[text.id] = Reading(text, source=publisher)


def _is_same(one: str, other: str) -> bool:
    few, many = sorted((list_terms(one), list_terms(other)), key=len)
    return share_terms(few, many) >= _SAME_TEXT
