"""Corrections: messages that show what an official text no longer says are put right.

What is still owed is told anew before it goes out; what was sent is edited; and who was sent what
is wrong now is owed a note, once for each correction however many messages showed it. Everything
about a content is done in transactions that can be cut short between any two.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.corrections import Edit, fits, list_edits, make_note, retell
from bot.reshaping import split
from data.models import ChatLanguage, Content, Delivery, Piece, Priority
from data.store.corrections import EDIT_PREFIX, Corrected, Earlier, Standing
from data.store.database import write
from data.store.releases import Stored
from data.store.store import Store

log = logging.getLogger(__name__)

# Messages sent longer ago stay as they are, and who was sent them hears nothing.
REACH = timedelta(days=7)
# So long a correction waits for the summaries of the present versions.
SUMMARY_WAIT = timedelta(minutes=10)
# Deliveries that are dealt with in one transaction; a content counts as much as so many.
BATCH = 125
CONTENT_WEIGHT = 50

_Versions = tuple[str | None, ...]
_Place = tuple[int, int]  # chat id and thread id


@dataclass(frozen=True)
class Correction:
    """A release whose texts changed, and what is known of their versions."""

    stored: Stored
    earlier: Sequence[Earlier]
    now: datetime
    _edits: dict[_Versions, tuple[Edit, ...]] = field(default_factory=dict)
    _notes: dict[tuple[object, ...], Content | None] = field(default_factory=dict)

    @property
    def versions(self) -> dict[str, str]:
        """The present version of each text."""
        return {text.id: text.version for text in self.stored.release.texts.values()}

    @property
    def seqs(self) -> list[int]:
        """The numbers of the corrections up to this one, each that of the version it replaced."""
        return [each.seq for each in self.earlier if each.substantial]

    def list_edits(self, shown: Mapping[str, str]) -> tuple[Edit, ...]:
        """What changed in substance since some versions were shown."""
        key = self._find_versions(shown)
        if key not in self._edits:
            self._edits[key] = list_edits(shown, self.stored.release, self.earlier)
        return self._edits[key]

    def find_note(
        self, shown: Mapping[str, str], language: ChatLanguage, piece: Piece | None
    ) -> Content | None:
        """The note for those who were shown some versions, in this piece if it is known."""
        key = self._find_versions(shown), language, piece and piece.html
        if key not in self._notes:
            self._notes[key] = make_note(self.stored, self.list_edits(shown), language, piece)
        return self._notes[key]

    def make_note_key(self, place: _Place, seq: int) -> str:
        """The key under which a chat is owed the note of one of the corrections, once."""
        return f"correction:{place[0]}:{place[1]}:{self.stored.release.id}:{seq}"

    def _find_versions(self, shown: Mapping[str, str]) -> _Versions:
        return tuple(shown.get(text_id) for text_id in self.versions)


@dataclass(frozen=True)
class Corrector:
    """Puts messages right.

    ``wording`` is held while digests are composed: none must be owed in words that were found
    wrong since they were put down.
    """

    store: Store
    want: Callable[[Iterable[str]], None]
    wake: Callable[[], None]
    clock: Callable[[], datetime]
    wording: asyncio.Lock

    async def correct_due(self) -> int:
        """Correct what shows an earlier version of a text; how many contents were looked at."""
        now = self.clock()
        looked_at = 0
        for corrected in self.store.corrections.list_corrected(now - REACH):
            stored = self.store.releases.get(corrected.release_id)
            if not self._waits(stored, corrected, now):
                looked_at += await self._correct(stored, now)
        return looked_at

    def _waits(self, stored: Stored, corrected: Corrected, now: datetime) -> bool:
        """Whether the summaries of the present versions are still to come."""
        if not stored.lacks_summary:
            return False
        self.want([stored.release.id])
        return now < corrected.replaced_at + SUMMARY_WAIT

    async def _correct(self, stored: Stored, now: datetime) -> int:
        corrections = self.store.corrections
        text_ids = [text.id for text in stored.release.texts.values()]
        correction = Correction(stored, corrections.list_earlier(text_ids), now)
        # The newest first: it has what a reader saw last.
        numbers = corrections.list_stale(correction.versions)
        steps = (step for number in numbers for step in self._take_steps(number, correction))
        goes_on = True
        while goes_on:
            async with self.wording:
                with write(self.store.db):
                    goes_on = _do_enough(steps)
            self.wake()
            await asyncio.sleep(0)  # readers' commands come first
        log.info("corrections: %s, shown by %d contents", stored.release.id, len(numbers))
        return len(numbers)

    def _take_steps(self, number: int, correction: Correction) -> Iterator[int]:
        """Do what is to be done about one content, step by step; how much each was.

        Whatever is done twice, because the process died, has no effect the second time.
        """
        corrections, versions = self.store.corrections, correction.versions
        work = _Work(self.store, correction, number, self.store.contents.get(number))
        if not work.is_needed:
            corrections.note_shown(number, versions)
            yield 1
            return
        yield CONTENT_WEIGHT
        yield from iter(work.correct_owed, 0)
        yield from iter(work.correct_sent, 0)
        corrections.note_corrected(number, versions)


def _do_enough(steps: Iterator[int]) -> bool:
    """Take steps until enough is done for one transaction; whether there may be more."""
    done = 0
    for weight in steps:
        done += weight
        if done >= BATCH:
            return True
    return False


class _Work:
    """What is done about one content that shows a corrected release."""

    def __init__(self, store: Store, correction: Correction, number: int, content: Content) -> None:
        self._store = store
        self._correction = correction
        self._number = number
        own = correction.versions.keys()
        self._piece = next(piece for piece in content.pieces if piece.shown.keys() & own)
        self._language = content.language
        self._told = retell(content, correction.stored)
        edits = correction.list_edits(self._piece.shown)
        self.is_needed = bool(edits) and (self._told is None or self._told.text != content.text)
        self._after = 0

    def correct_owed(self) -> int:
        """Let some of what is owed with this content be owed with the new one; how many."""
        corrections, now = self._store.corrections, self._correction.now
        dropped = corrections.drop_edits(self._number, BATCH)
        if dropped or self._told is None:
            return dropped
        seqs = corrections.list_due(self._number, BATCH)
        if not fits(self._told):
            for seq in seqs:
                self._store.deliveries.replace(seq, split(self._told), "grown by a correction", now)
        elif seqs:
            corrections.point(seqs, self._store.contents.keep(self._told, now))
        return len(seqs)

    def correct_sent(self) -> int:
        """Owe edits and notes about some of what was sent with this content; how many."""
        since = self._correction.now - REACH
        standing = self._store.corrections.list_standing(self._number, since, self._after, BATCH)
        if standing:
            self._after = standing[-1].seq
            self._owe_notes(standing)
            if self._told is not None and fits(self._told):
                self._owe_edits([each for each in standing if each.message_id], self._told)
        return len(standing)

    def _owe_edits(self, standing: Sequence[Standing], told: Content) -> None:
        """Owe the edits; the next correction starts from what the messages say then."""
        for keyboard_id in {each.keyboard_id for each in standing}:
            alike = [each for each in standing if each.keyboard_id == keyboard_id]
            number = self._keep(told, keyboard_id)
            edits = ((self._make_edit(each, told), number) for each in alike)
            self._store.deliveries.owe_known(edits)
            self._store.corrections.point((each.seq for each in alike), number)

    def _keep(self, told: Content, keyboard_id: int | None) -> int:
        """The number of the new content, with the buttons that a message has by now."""
        contents = self._store.contents
        if keyboard_id is not None:
            keyboard = contents.get(keyboard_id).keyboard
            told = told.model_copy(update={"keyboard": keyboard})
        return contents.keep(told, self._correction.now)

    def _make_edit(self, standing: Standing, told: Content) -> Delivery:
        return Delivery(
            key=f"{EDIT_PREFIX}{standing.seq}:{self._correction.seqs[-1]}",
            chat_id=standing.chat_id,
            thread_id=standing.thread_id,
            content=told,
            action="edit",
            edits=standing.message_id,
            priority=Priority.CORRECTION,
            follows=standing.awaits,
            not_before=self._correction.now,
        )

    def _owe_notes(self, standing: Sequence[Standing]) -> None:
        """Owe each chat its note; one that is owed an earlier one gets this in its place."""
        places = dict.fromkeys((each.chat_id, each.thread_id) for each in standing)
        former = self._drop_former(places)
        for seq in {former.get(place) for place in places}:
            if (note := self._find_note(seq)) is not None:
                number = self._store.contents.keep(note, self._correction.now)
                alike = [place for place in places if former.get(place) == seq]
                notes = [(self._make_delivery(place, note), number) for place in alike]
                self._store.deliveries.owe_known(notes)

    def _drop_former(self, places: Iterable[_Place]) -> dict[_Place, int]:
        """Owe the notes of earlier corrections no longer; the first one's number, by chat."""
        keys = {
            self._correction.make_note_key(place, seq): (place, seq)
            for place in places
            for seq in self._correction.seqs[:-1]
        }
        dropped = self._store.corrections.drop_notes(keys)
        return dict(sorted((keys[key] for key in dropped), reverse=True))

    def _find_note(self, since: int | None) -> Content | None:
        """The note for those who haven't heard of the corrections since then either."""
        if self._language is None:
            return None
        if since is None:
            return self._correction.find_note(self._piece.shown, self._language, self._piece)
        # What each text said before the first of them: the versions come in the order of time.
        heard = {
            each.text_id: each.version
            for each in self._correction.earlier
            if each.substantial and each.seq <= since and each.text_id in self._piece.shown
        }
        return self._correction.find_note({**self._piece.shown, **heard}, self._language, None)

    def _make_delivery(self, place: _Place, note: Content) -> Delivery:
        return Delivery(
            key=self._correction.make_note_key(place, self._correction.seqs[-1]),
            chat_id=place[0],
            thread_id=place[1],
            content=note,
            priority=Priority.CORRECTION,
            heeds_quiet=True,
            not_before=self._correction.now,
        )
