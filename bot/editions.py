"""What digests say: rendered and stored once for all the chats that get the same."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from bot.digest import Section, choose_sections, list_releases
from bot.layout import Look, render_digest
from bot.render import Publishers, render_release
from bot.texts import Languages, say_in
from data.kinds import Kinds
from data.models import (
    ChatLanguage,
    Content,
    Edition,
    Length,
    Piece,
    PieceStyle,
    Subscription,
    split_language,
)
from data.store.database import write
from data.store.digests import Kept
from data.store.releases import Stored
from data.store.store import Store
from data.tables import Tables

# So many releases are worked on without a pause, and so many editions stored.
STRETCH = 20
FEW = 4
# More than there are combinations of topics in each language.
MOST_EDITIONS = 4_096
MOST_RELEASES = 2_000
MOST_PIECES = 8_000

# In which styles a digest of each length may tell of a release.
STYLES: Mapping[Length, tuple[PieceStyle, ...]] = {
    "headlines": ("headline",),
    "short": ("headline", "folded"),
    "full": ("full",),
}

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Lately(Generic[_Key, _Value]):
    """A memory of so many things, which forgets those that were not asked for the longest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, _Value] = OrderedDict()

    def __contains__(self, key: _Key) -> bool:
        return key in self._kept

    def __getitem__(self, key: _Key) -> _Value:
        self._kept.move_to_end(key)
        return self._kept[key]

    def __setitem__(self, key: _Key, value: _Value) -> None:
        self._kept[key] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


@dataclass(frozen=True)
class Wanted:
    """All that decides what a digest says.

    Attributes:
        day: the local date that it is for.
        after: number of the last release that earlier digests could tell of.
        since: releases issued later than this are told.
        can_wait: whether there is time left to wait for summaries.
    """

    language: ChatLanguage
    length: Length
    subscriptions: frozenset[Subscription]
    day: date
    after: int
    since: datetime
    can_wait: bool

    @property
    def languages(self) -> Languages:
        """The languages to write in."""
        return split_language(self.language)


class Editions:
    """What is told at one moment, and remembered for as long as that is composed.

    Releases that come in meanwhile are for the next digests: ``last`` is the number of the last
    one before.
    """

    def __init__(
        self,
        store: Store,
        tables: Tables,
        kinds: Kinds,
        publishers: Publishers,
        want: Callable[[Iterable[str]], None],
        now: datetime,
    ) -> None:
        self._store = store
        self._tables = tables
        self._kinds = kinds
        self._publishers = publishers
        self._want = want
        self._now = now
        self.last = store.releases.get_last_seq()
        self._prepared: Lately[Wanted, Kept | None] = Lately(MOST_EDITIONS)
        self._releases: Lately[int, Stored] = Lately(MOST_RELEASES)
        self._pieces: Lately[tuple[int, Languages, PieceStyle], Piece] = Lately(MOST_PIECES)

    def __contains__(self, wanted: Wanted) -> bool:
        return wanted in self._prepared

    def __getitem__(self, wanted: Wanted) -> Kept | None:
        return self._prepared[wanted]

    async def prepare(self, wanted: Iterable[Wanted]) -> None:
        """Render and store what is wanted, or find out that it waits for summaries.

        Each is then ``self[wanted]``, which is None where it waits.
        """
        composed: list[tuple[Wanted, Edition]] = []
        for each in wanted:
            edition = await self._compose(each)
            if edition is None:
                self._prepared[each] = None
            else:
                composed.append((each, edition))
        for some in _cut(composed, FEW):
            with write(self._store.db):
                kept = [(each, self._keep(edition)) for each, edition in some]
            for each, stored in kept:
                self._prepared[each] = stored
            await asyncio.sleep(0)

    async def _compose(self, wanted: Wanted) -> Edition | None:
        """What is wanted; None if it waits for summaries."""
        releases = await self._load(wanted)
        sections = choose_sections(
            releases,
            wanted.subscriptions,
            self._tables,
            self._kinds,
            is_folded=wanted.length != "full",
        )
        told = list_releases(sections)
        lacking = [stored.release.id for stored in told if stored.lacks_summary]
        if lacking and wanted.can_wait:
            self._want(lacking)
            return None
        for some in _cut(told, STRETCH):
            for stored in some:
                for style in STYLES[wanted.length]:
                    self._render_release(stored, wanted.languages, style)
            await asyncio.sleep(0)
        return Edition(
            local_date=wanted.day,
            release_ids=tuple(stored.release.id for stored in told),
            parts=self._render(wanted, sections),
        )

    def _keep(self, edition: Edition) -> Kept:
        numbers = [self._store.contents.keep(part, self._now) for part in edition.parts]
        return self._store.digests.keep(edition, numbers)

    async def _load(self, wanted: Wanted) -> list[Stored]:
        """The releases that may be told, in the order in which they came in."""
        releases: list[Stored] = []
        seqs = self._store.releases.list_seqs(wanted.since, wanted.after, self.last)
        for some in _cut(seqs, STRETCH):
            found = {seq: self._releases[seq] for seq in some if seq in self._releases}
            for stored in self._store.releases.list_by_seq(seq for seq in some if seq not in found):
                found[stored.seq] = self._releases[stored.seq] = stored
            # One that is gone by now has become part of another.
            releases += (found[seq] for seq in some if seq in found)
            await asyncio.sleep(0)
        return releases

    def _render(self, wanted: Wanted, sections: Sequence[Section]) -> tuple[Content, ...]:
        look = Look(
            wanted.languages, wanted.day, wanted.length, button=f"full:{wanted.day.isoformat()}"
        )
        parts = render_digest(
            sections, look, self._tables, self._kinds, self._publishers, self._render_release
        )
        chosen = wanted.subscriptions
        nothing = "digest.none_today_followed" if chosen else "digest.none_today"
        return parts or (Content.of(say_in(wanted.languages, nothing)),)

    def _render_release(self, stored: Stored, languages: Languages, style: PieceStyle) -> Piece:
        key = (stored.seq, languages, style)
        if key not in self._pieces:
            self._pieces[key] = render_release(stored, languages, style)
        return self._pieces[key]


def _cut(things: Sequence[_Value], length: int) -> Iterator[Sequence[_Value]]:
    """Stretches after each of which something else gets its turn."""
    return (things[start : start + length] for start in range(0, len(things), length))
