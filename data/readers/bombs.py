"""Refuses HTML that would cost far more to parse than any real page; pure.

The parser takes time with the square of the depth and of a tag's attributes, memory with the
number of elements, and opens every formatting element that was left open anew in each block.
"""

import re

from data.readers.reading import ReadError

# Far more than a real page has, and little enough to be parsed within a second or so.
MAX_LENGTH = 5_000_000  # characters
MAX_TAGS = 200_000
MAX_DEPTH = 2_000
MAX_UNCLOSED = 12  # formatting elements left open at once
MAX_TAG_LENGTH = 2_000  # characters, without quoted values
# So little mark-up can do no harm.
_HARMLESS_TAGS = 40

_TAG = re.compile(
    r"""<(/?)([a-z][a-z0-9]*)((?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+)""", re.IGNORECASE
)
_QUOTED_VALUE = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""")
# Elements without an end tag, or whose end tag may be left out, do not nest.
_FLAT = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
    | {"p", "li", "dt", "dd", "tr", "td", "th", "option"}
)
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"}
    | {"tt", "u"}
)


def refuse_bombs(html: str) -> None:
    """Let a page pass that can be parsed at once.

    Raises:
        ReadError: if it is too long, has too many tags, nests too deep, has a tag with too many
            attributes or leaves too much formatting open.
    """
    if len(html) > MAX_LENGTH:
        raise ReadError(f"the page is longer than {MAX_LENGTH:,} characters; refused")
    tags = html.count("<")
    if tags > MAX_TAGS:
        raise ReadError(f"the page has more than {MAX_TAGS:,} tags; refused")
    if tags > _HARMLESS_TAGS or len(html) > MAX_TAG_LENGTH:
        _refuse_nesting(html)


def _refuse_nesting(html: str) -> None:
    depth = unclosed = 0
    for found in _TAG.finditer(html):
        closing, name, attributes = found.groups()
        if len(attributes) > MAX_TAG_LENGTH:
            _refuse_long_tag(attributes)
        element = name.lower()
        if element in _FLAT:
            continue
        step = -1 if closing else 1
        depth = max(0, depth + step)
        if depth > MAX_DEPTH:
            raise ReadError(f"the page nests elements more than {MAX_DEPTH:,} deep; refused")
        if element in _FORMATTING:
            unclosed = max(0, unclosed + step)
            if unclosed > MAX_UNCLOSED:
                raise ReadError("the page leaves too many formatting elements open; refused")


def _refuse_long_tag(attributes: str) -> None:
    if len(_QUOTED_VALUE.sub("=", attributes)) > MAX_TAG_LENGTH:
        raise ReadError(f"the page has a tag of more than {MAX_TAG_LENGTH:,} characters; refused")
