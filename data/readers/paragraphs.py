"""HTML and its text brought to clean titles and paragraphs; pure."""

import re
import unicodedata
from collections.abc import Callable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from data.models import Language
from data.readers.bombs import refuse_bombs
from data.readers.markup import CELL, LINE, flatten_plain, flatten_written

CELL_MARK = " | "
_PRINTABLE_ASCII = bytes(range(32, 127))
_MARKS_AND_BLANKS = (CELL + LINE + "\t\r\n").encode()

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# A line break in the mark-up is a space between Latin words and nothing within Chinese.
_BREAK_IN_CHINESE = re.compile(
    r"(?<=[\u200b\u3000-\u303f\u3400-\u9fff\uff00-\uffef])[ \t]*[\r\n]\s*"
    r"(?=[\u200b\u3000-\u303f\u3400-\u9fff\uff00-\uffef])"
)
_HAN_RUN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NO_LETTERS = bytes(set(range(128)) - set(range(65, 91)) - set(range(97, 123)))
_RULE_CHARACTERS = "-–—_=*＊~"
_RULE = re.compile(f"[{_RULE_CHARACTERS}]{{2,}}")  # underlines of headings
# An indent of this many blanks opens a paragraph even where no blank line stands before it.
_INDENT = re.compile("[\r\n\ufeff]* ?\t*(?: {4,}|\u3000{2,})")

_ONE_LANGUAGE = (
    r"(?:English|Chinese)(?: version)? only|only (?:available )?in (?:English|Chinese)"
    r"|[只祇衹僅仅](?:有|備|备|設|设|提供|限)[^（）()]{0,4}文(?:版本?|稿)?"
)
_SUFFIX = re.compile(
    rf"[（(]\s*(?:(?P<only>{_ONE_LANGUAGE})|with [^()（）]{{1,60}}|附[^（）()]{{1,20}}"
    r"|[一二三四五六七八九十]{1,3}|\d{1,2})\s*[）)]$",
    re.IGNORECASE,
)


def strip_invisible(text: str) -> str:
    """Without zero-width, direction and control characters."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


def clean_line(text: str) -> str:
    """One line with single ASCII blanks, composed characters and nothing that can't be seen."""
    line = text.strip()
    if ("\n" in line or "\r" in line) and not line.isascii():
        line = _BREAK_IN_CHINESE.sub("", line)
    if not line.isprintable():  # no character but " " is both blank and printable
        line = strip_invisible(" ".join(line.split()))
    if "  " in line or line[-1:] == " " or line[:1] == " ":
        line = " ".join(line.split())
    return unicodedata.normalize("NFC", line)


def clean_title(text: str) -> str:
    """A title without its suffixes: "(with photos)", "(2)", （附圖／短片）, （只有中文）, （二）.

    Suffixes can be stacked. A title that is nothing but a suffix stays as it is.
    """
    return _split_suffixes(text)[0]


def says_single_language(title: str) -> bool:
    """Whether a suffix says that no other language follows: (English only), （只有中文）."""
    return _split_suffixes(title)[1]


def _split_suffixes(text: str) -> tuple[str, bool]:
    title, only = clean_line(text), False
    while title.endswith((")", "）")) and (found := _SUFFIX.search(title)):
        shorter = title[: found.start()].rstrip()
        if not shorter:
            break
        title, only = shorter, only or found["only"] is not None
    return title, only


def choose_language(text: str) -> Language:
    """``zh`` if Chinese characters carry the text, else ``en``.

    A Chinese character says about as much as four Latin letters; a few of them in an English
    text (a name in brackets) and English names in a Chinese text change nothing.
    """
    if text.isascii():
        return "en"
    plain = text.encode("ascii", "ignore")
    latin = len(plain.translate(None, _NO_LETTERS))
    if (len(text) - len(plain)) * 4 <= latin:
        return "en"
    han = 0
    for run in _HAN_RUN.finditer(text):
        han += run.end() - run.start()
        if han * 4 > latin:
            return "zh"
    return "en"


def read_paragraphs(node: LexborNode) -> list[str]:
    """The paragraphs below an element, in order.

    A blank line, an indent or a block element opens a paragraph; a single ``<br>`` is a line
    break in it. Each row of a table is one line, its cells parted by `` | ``.
    """
    return _split_paragraphs(flatten_written(node.html or ""))


def read_html_paragraphs(html: str) -> list[str]:
    """The paragraphs of an HTML fragment, such as a feed's description.

    Raises:
        ReadError: if it would cost more to parse than any real text.
    """
    flat = flatten_plain(html)
    return read_parsed_paragraphs(html) if flat is None else _split_paragraphs(flat)


def read_parsed_paragraphs(html: str) -> list[str]:
    """As ``read_html_paragraphs``, for mark-up of any kind, by way of the parser."""
    body = parse_html(html).body
    return read_paragraphs(body) if body is not None else []


def parse_html(html: str) -> LexborHTMLParser:
    """The tree of a page.

    Raises:
        ReadError: if its mark-up would cost more to parse than any real page.
    """
    refuse_bombs(html)
    return LexborHTMLParser(html)


def _split_paragraphs(flat: str) -> list[str]:
    """Marked text, indents and all, grouped into paragraphs and cleaned."""
    # Two frequent ones at once, which would slow down each line.
    flat = flat.replace("\xa0", " ").replace("\u200b", "")
    clean = _join_blanks if _is_plain(flat) else clean_line
    paragraphs: list[str] = []
    lines: list[str] = []
    for raw in flat.split(LINE):
        line = _join_cells(raw, clean) if CELL in raw else clean(raw)
        if line and line[0] in _RULE_CHARACTERS and _RULE.fullmatch(line):
            line = ""
        if lines and (not line or _INDENT.match(raw)):
            paragraphs.append("\n".join(lines))
            lines = []
        if line:
            lines.append(line)
    return [*paragraphs, "\n".join(lines)] if lines else paragraphs


def _is_plain(flat: str) -> bool:
    """Whether there is nothing to clean but ASCII blanks."""
    if not flat.isascii():
        return False
    return not flat.encode().translate(None, _PRINTABLE_ASCII + _MARKS_AND_BLANKS)


def _join_blanks(text: str) -> str:
    line = text.strip()
    if "  " in line or "\n" in line or "\t" in line or "\r" in line:
        return " ".join(line.split())
    return line


def _join_cells(line: str, clean: Callable[[str], str]) -> str:
    cells = [clean(cell) for cell in line.split(CELL)]
    return " ".join(CELL_MARK.join(cells if cells[0] else cells[1:] or cells).split())
