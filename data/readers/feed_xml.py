"""Well-formed RSS and Atom to their entries' raw parts, in one strict pass; pure.

Knows RSS 0.9x and 2.0, RSS 0.90 and 1.0 (RDF), Atom 0.3 and 1.0, and of the common extensions
``content:encoded`` and Dublin Core. Anything else is passed over. expat builds no tree, so that
a hostile feed costs no memory, and stops at the first declaration of a DOCTYPE.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers import expat

from data.addresses import join_address
from data.readers.reading import ReadError

MAX_ENTRIES = 5_000
MAX_DEPTH = 200
MAX_ELEMENTS = 1_000_000
MAX_TAG = 1_000_000  # characters; the parser holds all attributes of a tag at once

_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_RSS = (
    *("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"),
    *("http://channel.netscape.com/rdf/simple/0.9/", "http://backend.userland.com/rss2"),
    *("http://backend.userland.com/RSS2", "http://blogs.law.harvard.edu/tech/rss"),
)
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_BASE = "http://www.w3.org/XML/1998/namespace base"


def _names(namespaces: tuple[str, ...], fields: Mapping[str, str]) -> dict[str, str]:
    """Expanded names (namespace, blank, local name) with what they stand for."""
    plain = {} if namespaces[0] else fields
    named = {f"{space} {name}": what for space in namespaces for name, what in fields.items()}
    return {**named, **plain}


_FIELDS: dict[str, str] = {
    **_names(
        ("", *_RSS),
        {"title": "title", "link": "link", "guid": "id", "pubDate": "published"}
        | {"description": "content"},
    ),
    **_names(
        _ATOM,
        {"title": "title", "link": "link", "id": "id", "published": "published"}
        | {"issued": "published", "updated": "updated", "modified": "updated"}
        | {"content": "content", "summary": "content"},
    ),
    **_names(
        _DUBLIN_CORE,
        {"date": "updated", "created": "updated", "issued": "published", "modified": "updated"},
    ),
    f"{_CONTENT} encoded": "content",
}
_ENTRIES = frozenset(
    (*_names(("", *_RSS), {"item": ""}), *_names(_ATOM, {"entry": ""})),
)
_FEEDS = frozenset(
    {"rss", "channel", f"{_RDF} RDF", *(f"{space} feed" for space in _ATOM)}
    | {f"{space} rss" for space in _RSS}
)
_ABOUT = f"{_RDF} about"
_PLAIN_TEXT = frozenset({"text", "text/plain"})
_VOID = frozenset({"br", "hr", "img", "input", "wbr", "col", "area"})


_ENDED = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


@dataclass(slots=True)
class RawEntry:
    """An entry as the feed has it; title and contents are HTML.

    ``has_web_id``: the id may serve as the link.
    """

    title: str = ""
    link: str = ""
    id: str = ""
    has_web_id: bool = True
    published: str = ""
    updated: str = ""
    contents: list[str] = field(default_factory=list)


@dataclass
class RawFeed:
    """A feed's entries in order; ``has_more`` if there are more than are taken."""

    entries: list[RawEntry] = field(default_factory=list)
    is_feed: bool = False
    has_more: bool = False


class MalformedFeedError(Exception):
    """The feed is not well-formed.

    Attributes:
        found: what stood before the fault.
        is_cut: the fault is that the feed ends too early.
    """

    def __init__(self, reason: str, found: RawFeed, *, is_cut: bool) -> None:
        super().__init__(reason)
        self.found = found
        self.is_cut = is_cut


class _EnoughReadError(Exception):
    """The way out of the parser once the most entries that are taken have been read."""


def read_strictly(content: bytes | str) -> RawFeed:
    """The entries of a feed in UTF-8, or of one that is decoded already.

    Raises:
        MalformedFeedError: if it breaks the rules of XML.
        ReadError: if it has a DOCTYPE, nests too deep, has too many elements or a huge tag.
    """
    if _has_huge_tag(content):
        raise ReadError(f"the feed has a tag of more than {MAX_TAG:,} characters; refused")
    collector = _Collector()
    try:
        collector.parser.Parse(content, True)  # takes no keyword
    except _EnoughReadError:
        collector.feed.has_more = True
    except expat.ExpatError as error:
        reason = f"{expat.ErrorString(error.code)} in line {error.lineno}"
        is_cut = error.code in _ENDED
        raise MalformedFeedError(reason, collector.feed, is_cut=is_cut) from None
    return collector.feed


def _has_huge_tag(content: bytes | str) -> bool:
    """Whether one tag is that long; comments and CDATA may be."""
    if len(content) <= MAX_TAG:
        return False
    pattern = f"<[^<>!?\\0][^<>]{{{MAX_TAG}}}"
    if isinstance(content, bytes):
        return re.search(pattern.encode(), content) is not None
    return re.search(pattern, content) is not None


class _Collector:
    """Gathers entries from expat's calls, and holds the text of one element at a time."""

    def __init__(self) -> None:
        self.feed = RawFeed()
        self._entry: RawEntry | None = None
        self._field: str | None = None  # what the element stands for that is being read
        self._attributes: dict[str, str] = {}  # of that element
        self._has_markup = False
        self._depth = self._field_depth = self._entry_depth = self._elements = 0
        self._home = ""
        self._bases: list[tuple[int, str]] = []
        self._text: list[str] = []
        # Names are not interned: a hostile feed has a million of them.
        self.parser = expat.ParserCreate("utf-8", " ", None)
        self.parser.buffer_text = True
        self.parser.buffer_size = 1 << 16
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = _refuse_doctype

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            _refuse_size(self._depth)
        if self._field is not None:
            self._open_markup(name)
            return
        self._text.clear()
        if attributes and _BASE in attributes:
            self._bases.append((self._depth, self._resolve(attributes[_BASE])))
        if self._entry is not None:
            if self._depth == self._entry_depth + 1:  # not what a quoted source has
                self._start_field(name, attributes)
        elif name in _ENTRIES:
            self._start_entry(attributes)
        elif name in _FEEDS:
            self.feed.is_feed = True
        elif not self._home and _FIELDS.get(name) == "link":
            self._start_field(name, attributes)

    def _end(self, name: str) -> None:
        if self._field is not None:
            if self._depth == self._field_depth:
                self._end_field(self._entry)
            else:
                self._close_markup(name)
        elif self._entry is not None and self._depth == self._entry_depth:
            self.feed.entries.append(self._entry)
            self._entry = None
        if self._bases and self._bases[-1][0] == self._depth:
            self._bases.pop()
        self._depth -= 1

    def _start_entry(self, attributes: dict[str, str]) -> None:
        if len(self.feed.entries) == MAX_ENTRIES:
            raise _EnoughReadError
        self._entry = RawEntry(id=attributes.get(_ABOUT, ""))
        self._entry_depth = self._depth

    def _start_field(self, name: str, attributes: dict[str, str]) -> None:
        self._field = _FIELDS.get(name)
        self._field_depth = self._depth
        self._attributes = attributes

    def _end_field(self, entry: RawEntry | None) -> None:
        value = "".join(self._text).strip(" \t\r\n")
        what, self._field = self._field, None
        attributes = self._attributes
        if self._has_markup:
            self._has_markup = False
            self.parser.CharacterDataHandler = self._text.append
        elif attributes.get("type") in _PLAIN_TEXT and what in ("title", "content"):
            value = escape(value, quote=False).replace("\n", "<br>")
        if what == "link":
            self._take_link(entry, attributes.get("href") or value, attributes.get("rel"))
        elif entry is None or not value:
            return
        elif what == "content":
            entry.contents.append(value)
        elif what == "id":
            entry.id = value
            entry.has_web_id = attributes.get("isPermaLink", "").lower() != "false"
        elif what is not None and not getattr(entry, what):
            setattr(entry, what, value)

    def _take_link(self, entry: RawEntry | None, link: str, relation: str | None) -> None:
        if not link or relation not in (None, "", "alternate"):
            return
        if entry is None:
            self._home = self._resolve(link)
        elif not entry.link:
            entry.link = self._resolve(link)

    def _open_markup(self, name: str) -> None:
        """An element within a text: the text is that element's parent, so it is mark-up too."""
        if not self._has_markup:
            self._has_markup = True
            self._text[:] = [escape("".join(self._text), quote=False)]
            self.parser.CharacterDataHandler = self._take_escaped
        self._text.append(f"<{name.rpartition(' ')[2]}>")

    def _close_markup(self, name: str) -> None:
        local = name.rpartition(" ")[2]
        if local not in _VOID:
            self._text.append(f"</{local}>")

    def _take_escaped(self, text: str) -> None:
        self._text.append(escape(text, quote=False))

    def _resolve(self, link: str) -> str:
        if link.startswith(("https://", "http://")):
            return link
        base = self._bases[-1][1] if self._bases else self._home
        return (join_address(base, link) or "") if base else link


def _refuse_doctype(*_: object) -> None:
    raise ReadError("the feed declares a DOCTYPE, which is refused: feeds need none")


def _refuse_size(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ReadError(f"the feed nests elements more than {MAX_DEPTH} deep; refused")
    raise ReadError(f"the feed has more than {MAX_ELEMENTS:,} elements; refused")
