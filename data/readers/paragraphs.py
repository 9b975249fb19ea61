"""HTML and its text brought to clean titles and paragraphs; pure."""

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

from data.models import Language
from data.readers.reading import ReadError

# Elements that start on a line of their own; the second set also parts paragraphs.
LINE_TAGS = frozenset({"tr", "li", "dt", "dd"})
PARAGRAPH_TAGS = frozenset(
    {"p", "div", "table", "ul", "ol", "dl", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"}
)
IGNORED_TAGS = frozenset({"script", "style", "noscript", "template", "-comment", "head"})
CELL_TAGS = frozenset({"td", "th"})
CELL_MARK = " | "
_ROW = "\x1e"  # stands for the edge of a row or list entry; two in a row are one line break
_CELL = "\x1f"  # stands for the start of a cell until its row is joined

MAX_DEPTH = 2_000
# Tags that nest: not those without an end tag, nor those whose end tag may be left out.
_NESTING_TAG = re.compile(
    r"<(/)?(?!(?:area|base|br|col|hr|img|input|link|meta|source|wbr|p|li|dt|dd|tr|td|th|option)\b)"
    r"[a-z]",
    re.IGNORECASE,
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\n]+")
# A line break in the mark-up is a space between Latin words and nothing within Chinese.
_BREAK_IN_CHINESE = re.compile(
    r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])[ \t]*[\r\n]\s*"
    r"(?=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])"
)
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")
_ROW_EDGES = re.compile(f"[ \\t]*(?:{_ROW}[ \\t]*)+")
_RULE = re.compile(r"^[-–—_=*＊~]{2,}$")  # underlines of headings
# An indent of this many blanks opens a paragraph even where no blank line stands before it.
_INDENT = re.compile("^ ?\t*(?: {4,}|\u3000{2,})")

_SUFFIXES = re.compile(
    r"\s*(?:"
    r"\((?:with [^()]{1,60}|(?:English|Chinese)(?: version)? only|\d{1,2})\)"
    r"|[（(](?:附[^（）()]{1,20}|(?:只有|只備|僅有)[^（）()]{0,4}文(?:版本?)?"
    r"|[一二三四五六七八九十]{1,3}|\d{1,2})[）)]"
    r")$",
    re.IGNORECASE,
)


def strip_invisible(text: str) -> str:
    """Without zero-width, direction and control characters."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


def clean_line(text: str) -> str:
    """One line with single ASCII blanks, without indents and invisible characters."""
    return _SPACES.sub(" ", strip_invisible(text).replace("\n", " ")).strip()


def clean_title(text: str) -> str:
    """A title without its suffixes: "(with photos)", "(2)", （附圖／短片）, （只有中文）, （二）.

    Suffixes can be stacked. A title that is nothing but a suffix stays as it is.
    """
    title = clean_line(text)
    while (shorter := _SUFFIXES.sub("", title).strip()) != title and shorter:
        title = shorter
    return title


def choose_language(text: str) -> Language:
    """``zh`` if Chinese characters carry the text, else ``en``.

    A Chinese character says about as much as four Latin letters; a few of them in an English
    text (a name in brackets) and English names in a Chinese text change nothing.
    """
    han, latin = len(_HAN.findall(text)), len(_LATIN.findall(text))
    return "zh" if han * 4 > latin else "en"


def read_paragraphs(node: LexborNode) -> list[str]:
    """The paragraphs below an element, in order.

    A blank line, an indent or a block element opens a paragraph; a single ``<br>`` is a line
    break in it. Each row of a table is one line, its cells parted by `` | ``.
    """
    return split_paragraphs(_lines_of(node))


def parse_html(html: str) -> LexborHTMLParser:
    """The tree of a page.

    Raises:
        ReadError: if elements nest deeper than on any real page: the time that parsing takes
            grows with the square of the depth.
    """
    depth = 0
    for tag in _NESTING_TAG.finditer(html):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            raise ReadError(f"the page nests elements more than {MAX_DEPTH:,} deep; refused")
    return LexborHTMLParser(html)


def read_html_paragraphs(html: str) -> list[str]:
    """The paragraphs of an HTML fragment, such as a feed's description.

    Raises:
        ReadError: if it nests too deep.
    """
    body = parse_html(html).body
    return read_paragraphs(body) if body is not None else []


def split_paragraphs(lines: list[str]) -> list[str]:
    """Lines of text, indents and all, grouped into paragraphs and cleaned."""
    paragraphs: list[list[str]] = [[]]
    for raw in lines:
        line = _RULE.sub("", _join_cells(raw))
        if not line or _INDENT.match(raw.replace("\xa0", " ")):
            paragraphs.append([])
        if line:
            paragraphs[-1].append(line)
    return ["\n".join(paragraph) for paragraph in paragraphs if paragraph]


def _join_cells(line: str) -> str:
    cells = [clean_line(cell) for cell in line.split(_CELL)]
    return clean_line(CELL_MARK.join(cells if cells[0] else cells[1:] or cells))


def _lines_of(root: LexborNode) -> list[str]:
    """Walk the tree without recursion: hostile pages nest deeper than the stack."""
    parts: list[str] = []
    stack: list[LexborNode | str] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            parts.append(item)
            continue
        tag = item.tag or ""
        if tag == "-text":
            parts.append(_collapse(item.text_content or ""))
        elif tag == "br":
            parts.append("\n")
        elif tag not in IGNORED_TAGS:
            opening, closing = _edges(item, tag)
            stack.append(closing)
            stack.extend(reversed(list(item.iter(include_text=True))))
            parts.append(opening)
    return _ROW_EDGES.sub("\n", "".join(parts)).split("\n")


def _edges(node: LexborNode, tag: str) -> tuple[str, str]:
    if tag in PARAGRAPH_TAGS:
        # Inside a cell a paragraph must not break the row.
        parent = node.parent
        inside_cell = parent is not None and parent.tag in CELL_TAGS
        return (" ", " ") if inside_cell else ("\n\n", "\n\n")
    if tag in LINE_TAGS:
        return (_ROW, _ROW)
    return (_CELL, "") if tag in CELL_TAGS else ("", "")


def _collapse(text: str) -> str:
    """White space of the mark-up is no white space of the text; indents are kept."""
    text = strip_invisible(unicodedata.normalize("NFC", text))
    return re.sub(r"[\r\n]+", " ", _BREAK_IN_CHINESE.sub("", text))
