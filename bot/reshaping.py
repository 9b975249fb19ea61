"""What becomes of a message that Telegram would not take as it is; pure."""

import html
import re
from collections.abc import Iterator

from telegram.constants import MessageLimit

from bot.render import strip_markup
from data.models import Content, Piece

# Well below the limit: what Telegram counts and what we count may differ a little.
PLAIN_LENGTH = int(MessageLimit.MAX_TEXT_LENGTH) * 3 // 4

_LINK = re.compile(r'<a\s+href="([^"<>]*)">(.*?)</a>', re.IGNORECASE | re.DOTALL)


def to_plain(content: Content) -> Content:
    """The same words without any mark-up; links stand behind their words."""
    pieces = (
        piece.model_copy(update={"html": _strip(piece.html), "heading": _strip(piece.heading)})
        for piece in content.pieces
    )
    return content.model_copy(update={"pieces": tuple(pieces)})


def _strip(text: str) -> str:
    return html.escape(strip_markup(_LINK.sub(r"\2 (\1)", text)), quote=False)


def split(content: Content) -> tuple[Content, ...]:
    """Two halves or more, which say together what the whole says; buttons under the last.

    Between its pieces, if it has several, else as plain text at the end of a line.
    """
    pieces = content.pieces
    if len(pieces) > 1:
        middle = len(pieces) // 2
        first = content.model_copy(update={"pieces": pieces[:middle], "keyboard": None})
        return first, content.model_copy(update={"pieces": pieces[middle:]})
    plain = to_plain(content)
    texts = list(_cut(html.unescape(plain.text)))
    return tuple(
        plain.model_copy(
            update={
                "pieces": (Piece(html=html.escape(text, quote=False), shown=content.shown),),
                "keyboard": content.keyboard if number == len(texts) else None,
            }
        )
        for number, text in enumerate(texts, 1)
    )


def _cut(text: str) -> Iterator[str]:
    """Pieces of a plain text, cut behind a line, else a sentence or word, else anywhere."""
    while len(text) > PLAIN_LENGTH:
        ends = (text.rfind(mark, 1, PLAIN_LENGTH) for mark in ("\n", "。", ". ", " "))
        end = next((place for place in ends if place > 0), PLAIN_LENGTH - 1) + 1
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    if text:
        yield text
