"""Text with its entities, brought into the form in which Telegram keeps it (pure).

Offsets are counted in code points here, which is what Python slices by, and become UTF-16
units only on the wire. The rules follow TDLib, which does this work inside the real server:
unprintable characters go, the ends are trimmed, entities that would cross are dropped, and
bold, italic and their like are merged and then split where other entities begin or end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from telegram.constants import MessageLimit

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = ("blockquote", "expandable_blockquote")
VERBATIM = ("pre", "code")

# Of two entities over the same characters the lower number stands outside.
_PRIORITY = {
    name: number
    for number, name in enumerate((*QUOTES, *VERBATIM, "text_link", "custom_emoji", "date_time"))
}
_LAST = len(_PRIORITY)

_TRIMMED = " \n"
_DROPPED = frozenset("\r\u030a\u0333\u033f" + "".join(map(chr, range(0x2028, 0x202F))))
_CLEANED = {
    **{number: " " for number in range(ord(" ")) if chr(number) != "\n"},
    **dict.fromkeys(map(ord, _DROPPED)),
}
_BLANK = frozenset(
    " \n\u00a0\u1680\u180e\u205f\u2800\u3000\ufeff\uffa0"
    + "".join(map(chr, (*range(0x2000, 0x2010), *range(0x202F, 0x2030), *range(0x2060, 0x2065))))
)


class EntityError(ValueError):
    """Entities or markup that Telegram refuses; the message is its own."""


@dataclass(frozen=True)
class Entity:
    """A stretch of text, ``[offset, end)`` in code points, and what it is.

    ``details`` are the further fields of the wire form, such as ``url`` of a ``text_link``.
    """

    type: str
    offset: int
    length: int
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The offset just after it."""
        return self.offset + self.length

    def moved_to(self, offset: int, end: int) -> "Entity":
        """The same entity over other characters."""
        if (offset, end) == (self.offset, self.end):
            return self
        return Entity(self.type, offset, end - offset, self.details)

    def overlaps(self, other: "Entity") -> bool:
        """Whether they share a character."""
        return self.offset < other.end and other.offset < self.end

    def covers(self, other: "Entity") -> bool:
        """Whether the other lies within it."""
        return self.offset <= other.offset and other.end <= self.end


@dataclass(frozen=True)
class Formatted:
    """A text and its entities, in order."""

    text: str
    entities: tuple[Entity, ...] = ()

    def to_wire(self) -> list[dict[str, Any]]:
        """The entities as ``MessageEntity`` objects, in UTF-16 units."""
        if not self.entities:
            return []
        units = _utf16_offsets(self.text)
        return [
            {
                "type": entity.type,
                "offset": units[entity.offset],
                "length": units[entity.end] - units[entity.offset],
                **entity.details,
            }
            for entity in self.entities
        ]


def read_wire_entity(text: str, value: Mapping[str, Any]) -> Entity:
    """An entity from its wire form, which counts in UTF-16 units of ``text``.

    Raises:
        EntityError: if it lies outside the text or cuts a character in two.
    """
    offset, length = value.get("offset"), value.get("length")
    if not isinstance(offset, int) or not isinstance(length, int) or min(offset, length) < 0:
        raise EntityError(f"Receive an entity with incorrect offset {offset}")
    places = {unit: index for index, unit in enumerate(_utf16_offsets(text))}
    begin, end = places.get(offset), places.get(offset + length)
    if begin is None or end is None:
        raise EntityError(
            f"Entity beginning at UTF-16 offset {offset} ends in a middle of a UTF-16 symbol "
            f"or after the end of the text at UTF-16 offset {offset + length}"
        )
    details = {k: v for k, v in value.items() if k not in {"type", "offset", "length"}}
    return Entity(str(value.get("type", "")), begin, end - begin, details)


def tidy(text: str, entities: Iterable[Entity] = ()) -> Formatted:
    """The text as Telegram stores it, without the entities that it finds by itself.

    Raises:
        EntityError: if nothing is left.
    """
    text, kept = _clean(text, entities)
    kept = _start_after_blanks(text, arrange(kept))
    end = len(text.rstrip(_TRIMMED))
    first = min((entity.offset for entity in kept), default=end)
    begin = min(len(text) - len(text.lstrip(_TRIMMED)), first)
    text = text[begin:end]
    if all(character in _BLANK for character in text):
        raise EntityError("Text must be non-empty")
    shifted = (e.moved_to(e.offset - begin, min(e.end, end) - begin) for e in kept)
    return Formatted(text, arrange(shifted))


def with_found(formatted: Formatted, found: Iterable[Entity]) -> Formatted:
    """The text with the entities found in it, where nobody has marked anything firmer.

    Entities after the hundredth are dropped without a word, as the real server does.
    """
    firm = [e for e in formatted.entities if e.type not in (*STYLES, *QUOTES)]
    free = [e for e in found if not any(e.overlaps(other) for other in firm)]
    arranged = arrange((*formatted.entities, *free)) if free else formatted.entities
    return Formatted(formatted.text, arranged[: MessageLimit.MESSAGE_ENTITIES])


def arrange(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """The entities in order, none crossing another, styles merged and split."""
    ordered = sorted((e for e in entities if e.length > 0), key=_order)
    if not ordered:
        return ()
    quotes = _without_overlaps(e for e in ordered if e.type in QUOTES)
    firm = [
        entity
        for entity in _without_overlaps(e for e in ordered if e.type not in (*STYLES, *QUOTES))
        if all(quote.covers(entity) or not quote.overlaps(entity) for quote in quotes)
    ]
    styles = _split_styles([e for e in ordered if e.type in STYLES], [*quotes, *firm])
    return tuple(sorted([*quotes, *firm, *styles], key=_order))


def _order(entity: Entity) -> tuple[int, int, int, str]:
    return entity.offset, -entity.length, _PRIORITY.get(entity.type, _LAST), entity.type


def _without_overlaps(entities: Iterable[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _split_styles(styles: Sequence[Entity], others: Sequence[Entity]) -> list[Entity]:
    merged = [piece for name in STYLES for piece in _merge([e for e in styles if e.type == name])]
    cuts = {edge for other in others for edge in (other.offset, other.end)}
    cuts |= {style.offset for style in merged}
    ordered = sorted(cuts)
    pieces = (piece for style in merged for piece in _cut(style, ordered))
    verbatim = [other for other in others if other.type in VERBATIM]
    return [p for p in pieces if not any(other.covers(p) for other in verbatim)]


def _merge(styles: Iterable[Entity]) -> list[Entity]:
    merged: list[Entity] = []
    for style in styles:
        if merged and style.offset <= merged[-1].end:
            last = merged.pop()
            merged.append(last.moved_to(last.offset, max(last.end, style.end)))
        else:
            merged.append(style)
    return merged


def _cut(style: Entity, cuts: Sequence[int]) -> list[Entity]:
    inside = cuts[bisect_right(cuts, style.offset) : bisect_left(cuts, style.end)]
    edges = (style.offset, *inside, style.end)
    return [style.moved_to(begin, end) for begin, end in pairwise(edges)]


def _clean(text: str, entities: Iterable[Entity]) -> tuple[str, list[Entity]]:
    cleaned = text.translate(_CLEANED)
    if len(cleaned) == len(text):
        return cleaned, list(entities)
    place = list(accumulate((character not in _DROPPED for character in text), initial=0))
    return cleaned, [e.moved_to(place[e.offset], place[e.end]) for e in entities]


def _start_after_blanks(text: str, entities: Iterable[Entity]) -> list[Entity]:
    moved = []
    for entity in entities:
        covered = text[entity.offset : entity.end]
        blanks = len(covered) - len(covered.lstrip(_TRIMMED))
        if blanks < entity.length:
            moved.append(entity.moved_to(entity.offset + blanks, entity.end))
    return moved


def _utf16_offsets(text: str) -> Sequence[int]:
    if max(text, default="") <= "\uffff":
        return range(len(text) + 1)
    return list(accumulate((1 + (character > "\uffff") for character in text), initial=0))
