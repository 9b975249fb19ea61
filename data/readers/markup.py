"""Mark-up flattened to text in which marks stand for line breaks, rows and cells; pure.

Most mark-up in feeds is such that an HTML parser would leave it as it is; that is told by its
tags alone and saves the parser. All other is flattened from what the parser makes of it.
"""

import re
from collections.abc import Sequence
from html import unescape

LINE = "\x1d"  # stands for a line break; two in a row part paragraphs
CELL = "\x1f"  # stands for the start of a cell until its row is joined
_ROW = "\x1e"  # stands for the edge of a row or list entry; two in a row are one line break

_CELL_TAGS = frozenset({"td", "th"})
_ROW_TAGS = ("tr", "li", "dt", "dd", "caption", "figcaption")
_BLOCK_TAGS = (
    *("p", "div", "table", "ul", "ol", "dl", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("section", "article", "header", "footer", "figure", "hr", "center", "address", "pre"),
)
_MARK_OF_TAG: dict[str, str] = {
    "br": LINE,
    **dict.fromkeys(_ROW_TAGS, _ROW),
    **dict.fromkeys(_BLOCK_TAGS, LINE + LINE),
}
# What follows a row's mark adds nothing to it.
_ROW_EDGES = re.compile(f"{_ROW}[ \\t\\r\\n{_ROW}]*")

# Mark-up as the parser writes it: lower case, attributes in double quotes, < and & escaped.
_WRITTEN = r"(?:[^<>\"]*\"[^\"]*\")*[^<>\"]*"
_WRITTEN_TAG = re.compile(rf"<(/?)([a-z][^\s<>/\"]*){_WRITTEN}>")
_IGNORED = re.compile(
    rf"<!--.*?-->|<(script|style|noscript|template|head|iframe|noframes){_WRITTEN}>.*?</\1>",
    re.DOTALL,
)
# Mark-up that the parser would leave as it is: these tags, each closed within its parent, and
# these entities.
_BREAK_TAG = re.compile(r"<br ?/?>", re.IGNORECASE)
_PLAIN_TAG = re.compile(r"<(/?)([a-z]{1,10})(?: [a-z]{1,20}=\"[^\"<>]*\")*>")
_OTHER_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|nbsp|#39|#x27);|[ \n])")
_INLINE = ("b", "i", "u", "em", "strong", "span")
_FLOW = frozenset({"", "div", "td", "th", "li"})
_IN_TABLES = frozenset({"table", "thead", "tbody", "tr"})
_PARENTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("p", "div", "table", "ul", "ol"), _FLOW),
    **dict.fromkeys((*_INLINE, "a"), _FLOW | {*_INLINE, "p", "a"}),
    **dict.fromkeys(("thead", "tbody"), frozenset({"table"})),
    "tr": frozenset({"thead", "tbody"}),
    **dict.fromkeys(_CELL_TAGS, frozenset({"tr"})),
    "li": frozenset({"ul", "ol"}),
}
_NOWHERE: frozenset[str] = frozenset()


def flatten_plain(html: str) -> str | None:
    """A fragment to marked text, if the parser would leave it as it is; else None."""
    text = _BREAK_TAG.sub(LINE, _blank_marks(html))
    if "&" in text and _OTHER_ENTITY.search(text):
        return None
    pieces = _PLAIN_TAG.split(text) if "<" in text else [text]
    return _flatten(pieces) if _is_left_alone(pieces) else None


def flatten_written(html: str) -> str:
    """Mark-up as the parser writes it to marked text."""
    return _flatten(_WRITTEN_TAG.split(_IGNORED.sub("", _blank_marks(html))))


def _blank_marks(text: str) -> str:
    for mark in (LINE, _ROW, CELL):
        if mark in text:
            text = text.replace(mark, " ")
    return text


def _is_left_alone(pieces: Sequence[str]) -> bool:
    """Whether the tags are nested so that a parser changes nothing.

    The pieces are texts and, between them, each tag's slash and name.
    """
    parents = [""]
    for text, slash, name in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=False):
        parent = parents[-1]
        # Between rows and cells the parser moves text elsewhere.
        if "<" in text or (parent in _IN_TABLES and text and not text.isspace()):
            return False
        if slash:
            if parents.pop() != name:
                return False
        elif parent not in _PARENTS.get(name, _NOWHERE) or (name == "a" and "a" in parents):
            return False
        else:
            parents.append(name)
    return len(parents) == 1 and "<" not in pieces[-1]


def _flatten(pieces: list[str]) -> str:
    names = pieces[2::3]
    if not _CELL_TAGS.isdisjoint(names):
        pieces = _mark_cells(pieces)
    else:
        pieces[2::3] = [_MARK_OF_TAG.get(name, "") for name in names]
        pieces[1::3] = [""] * len(names)
    flat = unescape("".join(pieces))
    return _ROW_EDGES.sub(LINE, flat) if _ROW in flat else flat


def _mark_cells(pieces: Sequence[str]) -> list[str]:
    """The pieces with marks for tags; blanks in a cell of data, which is to be one line."""
    layout = _find_layout_cells(pieces)
    marked = [pieces[0]]
    cells: list[bool] = []  # those that are open, and whether each is one of data
    in_data = False
    for number in range(1, len(pieces), 3):
        slash, name, text = pieces[number : number + 3]
        if name not in _CELL_TAGS:
            mark = _MARK_OF_TAG.get(name, "")
            marked.append(" " if mark and in_data else mark)
        elif not slash:
            cells.append(number not in layout)
            in_data = cells[-1]
            marked.append(CELL if in_data else LINE + LINE)
        elif cells:
            marked.append("" if cells.pop() else LINE + LINE)
            in_data = bool(cells) and cells[-1]
        marked.append(text.replace(LINE, " ") if in_data else text)
    return marked


def _find_layout_cells(pieces: Sequence[str]) -> set[int]:
    """The cells that only place what they hold: alone in each row, or around other tables."""
    layout: set[int] = set()
    tables: list[list[int]] = []  # the cells of each table that is open
    widest: list[int] = []  # the most cells in one row of each
    in_row = 0
    open_cells: list[int] = []
    for number in range(1, len(pieces), 3):
        slash, name = pieces[number], pieces[number + 1]
        if name in _CELL_TAGS and slash:
            del open_cells[-1:]
        elif name in _CELL_TAGS and tables:
            in_row += 1
            widest[-1] = max(widest[-1], in_row)
            tables[-1].append(number)
            open_cells.append(number)
        elif name == "tr":
            in_row = 0
        elif name == "table" and not slash:
            layout.update(open_cells)
            tables.append([])
            widest.append(0)
        elif name == "table" and tables:
            cells = tables.pop()
            layout.update(cells if widest.pop() <= 1 else ())
    return layout
