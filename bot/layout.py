"""How a digest is laid out in messages; pure.

In full every release has its summary, in as many messages as that takes. Otherwise a digest is at
most two messages whatever the day: numbered headlines that link to the official texts, with
summaries folded away beneath the most important ones as far as there is room. What doesn't fit
even as a headline is counted, and a button brings everything in full.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from telegram import InlineKeyboardButton

from bot.digest import Entry, Section, list_releases
from bot.render import (
    MAX_ENTITIES,
    MAX_LENGTH,
    PART_MARK,
    Item,
    Publishers,
    Size,
    cut_parts,
    group_items,
    make_parts,
    measure,
    name_topic,
    number_item,
    render_foot,
    render_release,
)
from bot.texts import Languages, format_day, say, say_count, to_simplified
from data.kinds import Kinds
from data.models import ChatLanguage, Content, Length, Piece, PieceStyle
from data.store.releases import Stored
from data.tables import Tables

Render = Callable[[Stored, Languages, PieceStyle], Piece]
"""Renders a release; whoever lays out many digests need not render one release often."""

MOST_PARTS = 2
# Of a message, for what grows when releases are corrected.
RESERVE = Size(196, 6)
ROOM = Size(MAX_LENGTH - RESERVE.characters, MAX_ENTITIES - RESERVE.entities)


@dataclass(frozen=True)
class Look:
    """What decides how a digest looks, beside its releases.

    Attributes:
        day: the local date that it is for.
        length: how much it says of each release.
        title_key: key of its title.
        button: callback data of the button that brings everything in full.
    """

    languages: Languages
    day: date
    length: Length = "short"
    title_key: str = "digest.title"
    button: str = ""


@dataclass(frozen=True)
class _Row:
    """An entry in its place: its number, its topic's heading if it is the first of it."""

    entry: Entry
    number: int
    heading: str


def render_digest(
    sections: Sequence[Section],
    look: Look,
    tables: Tables,
    kinds: Kinds,
    publishers: Publishers,
    render: Render = render_release,
) -> tuple[Content, ...]:
    """A whole digest as messages that Telegram takes; none if there is nothing to tell."""
    releases = list_releases(sections)
    if not releases:
        return ()
    head = "\n".join(_tell_head(language, look, len(releases)) for language in look.languages)
    foot = render_foot(releases, look.languages, publishers)
    rows = _list_rows(sections, look.languages, tables)
    if look.length == "full":
        items = [_make_item(row, "full", look.languages, kinds, render) for row in rows]
        return cut_parts(head, items, look.languages, foot)
    parts = _Fitting(rows, head, foot, look, kinds, render).fit()
    return (*parts[:-1], _add_button(parts[-1], look)) if look.button else parts


def _tell_head(language: ChatLanguage, look: Look, count: int) -> str:
    title, day = say(language, look.title_key), format_day(language, look.day)
    return f"{title} · {day} · {say_count(language, 'digest.count', count)}"


def _list_rows(sections: Sequence[Section], languages: Languages, tables: Tables) -> list[_Row]:
    rows: list[_Row] = []
    for section in sections:
        for place, entry in enumerate(section.entries):
            heading = ""
            if place == 0 and section.topic is not None:
                name = html.escape(name_topic(section.topic, languages, tables), quote=False)
                heading = f"<b>— {name} —</b>"
            rows.append(_Row(entry, len(rows) + 1, heading))
    return rows


def _make_item(
    row: _Row, style: PieceStyle, languages: Languages, kinds: Kinds, render: Render
) -> Item:
    if row.entry.kind is not None:
        style = "headline"
    piece = render(row.entry.stored, languages, style)
    if row.heading:
        piece = piece.model_copy(update={"heading": row.heading})
    note = _tell_fold(row.entry, languages, kinds)
    return number_item(piece, row.number, row.entry.stored.seq, note)


def _tell_fold(entry: Entry, languages: Languages, kinds: Kinds) -> str:
    """What an entry stands for: "Beach flags (3): ", "[2 updates] "."""
    if entry.kind is not None:
        names = " · ".join(_name_kind(entry.kind, language, kinds) for language in languages)
        told = say_count(languages[0], "digest.fold", entry.count, kind=names)
        return told if told.endswith("：") else f"{told} "
    if entry.earlier:
        updates = (say_count(each, "digest.updates", entry.count) for each in languages)
        return f"[{' · '.join(updates)}] "
    return ""


def _name_kind(key: str, language: ChatLanguage, kinds: Kinds) -> str:
    entry = kinds.entries[key]
    if language == "en":
        return entry.en
    return to_simplified(entry.zh) if language == "zh-Hans" else entry.zh


def _add_button(content: Content, look: Look) -> Content:
    name = " · ".join(say(language, "button.full_digest") for language in look.languages)
    row = [InlineKeyboardButton(name, callback_data=look.button).to_dict()]
    rows = (content.keyboard or {}).get("inline_keyboard", [])
    return content.model_copy(update={"keyboard": {"inline_keyboard": [*rows, row]}})


class _Fitting:
    """Fits rows into at most two messages."""

    def __init__(
        self,
        rows: Sequence[_Row],
        head: str,
        foot: str,
        look: Look,
        kinds: Kinds,
        render: Render,
    ) -> None:
        self._head, self._foot, self._look = head, foot, look
        self._rows = list(rows)
        # The most important first; of equals, what stands first.
        self._order = sorted(self._rows, key=lambda row: (-row.entry.rank, row.number))
        self._headlines = {
            row.number: _make_item(row, "headline", look.languages, kinds, render) for row in rows
        }
        self._folded = {
            row.number: _make_item(row, "folded", look.languages, kinds, render)
            for row in rows
            if look.length == "short" and row.entry.kind is None
        }

    def fit(self) -> tuple[Content, ...]:
        """The messages."""
        kept = self._choose_kept()
        chosen = self._choose_folded(kept)
        while True:
            groups = self._group(kept, chosen)
            if len(groups) <= MOST_PARTS:
                return make_parts(groups, self._look.languages)
            # A message ends before an item that is too long for the rest of it.
            if chosen:
                chosen.pop()
            elif len(kept) > 1:
                kept.pop()
            else:
                return make_parts(groups, self._look.languages)

    def _choose_kept(self) -> list[_Row]:
        """Those that are told, by importance: as many as fit as headlines."""
        left, kept = self._start(), list[_Row]()
        for row in self._order:
            left = _take(left, self._headlines[row.number])
            if not _is_room(left):
                break
            kept.append(row)
        return kept

    def _choose_folded(self, kept: Sequence[_Row]) -> list[int]:
        """The numbers of those whose summaries there is room for, by importance."""
        left = self._start()
        for row in kept:
            left = _take(left, self._headlines[row.number])
        chosen: list[int] = []
        for row in kept:
            if row.number not in self._folded:
                continue
            more, own = self._folded[row.number].size, self._headlines[row.number].size
            after = Size(
                left.characters - more.characters + own.characters,
                left.entities - more.entities + own.entities,
            )
            if _is_room(after):
                left = after
                chosen.append(row.number)
        return chosen

    def _start(self) -> Size:
        spent = measure(self._head) + measure(self._foot)
        return Size(
            MOST_PARTS * (ROOM.characters - PART_MARK.characters) - spent.characters,
            MOST_PARTS * (ROOM.entities - PART_MARK.entities) - spent.entities,
        )

    def _group(self, kept: Sequence[_Row], chosen: Sequence[int]) -> list[list[Item]]:
        numbers = {row.number for row in kept}
        items = [
            self._folded[row.number] if row.number in chosen else self._headlines[row.number]
            for row in self._rows
            if row.number in numbers
        ]
        left_out = sum(row.entry.count for row in self._rows if row.number not in numbers)
        if left_out:
            told = (say_count(each, "digest.more", left_out) for each in self._look.languages)
            items.append(Item(Piece(html="\n".join(told))))
        items = self._restore_headings(items, kept)
        return group_items(self._head, items, self._foot, ROOM)

    def _restore_headings(self, items: list[Item], kept: Sequence[_Row]) -> list[Item]:
        """The heading of a topic whose first entry is left out stands above the next of it."""
        if len(kept) == len(self._rows):
            return items
        headings = dict[int, str]()
        heading = ""
        for row in self._rows:
            heading = row.heading or heading
            headings[row.number] = heading
        last = ""
        restored: list[Item] = []
        for item in items:
            wanted = headings[item.opens[0]] if item.opens else ""
            piece = item.piece.model_copy(update={"heading": wanted if wanted != last else ""})
            restored.append(replace(item, piece=piece))
            last = wanted or last
        return restored


def _take(left: Size, item: Item) -> Size:
    own = item.size
    return Size(left.characters - own.characters, left.entities - own.entities)


def _is_room(left: Size) -> bool:
    return left.characters >= 0 and left.entities >= 0
