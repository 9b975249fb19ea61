"""Alerts: what can't wait for the digest, to the chats that asked for it."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import find_other
from bot.keyboards.cards import card_keyboard
from bot.render import Publishers, join_languages, render_foot, render_release
from bot.schedule import quiet_until
from bot.texts import Languages, say, to_simplified
from data.kinds import Kinds
from data.models import (
    ChatLanguage,
    Content,
    Delivery,
    Piece,
    Priority,
    Release,
    Urgency,
    split_language,
)
from data.store.alerts import Listener, Unalerted
from data.store.database import write
from data.store.releases import Stored
from data.store.store import Store

log = logging.getLogger(__name__)

# What is older is no news, nor is an alert that was owed for so long: a first start or a long
# outage must not flood the chats.
REACH = timedelta(hours=3)
# So long an alert waits for summaries that are still being made.
SUMMARY_WAIT = timedelta(seconds=60)
# Bulletins on a warning that is in force come every hour, some minutes sooner or later.
REPEATED_WITHIN = timedelta(minutes=90)
# How far back repetitions are followed; no warning has been in force for longer.
REPEATED_REACH = timedelta(days=3)
BATCH = 250

# Warnings of which there is one at a time in Hong Kong, whoever tells of it and however the
# bulletins differ: two with the same are no news.
WARNINGS = frozenset(
    {
        *("signal_1", "signal_3", "signal_8_considered", "signal_8_imminent", "signal_8"),
        *("signal_9", "signal_10", "red_rainstorm", "black_rainstorm", "extreme_conditions"),
        *("landslip_warning", "tsunami_warning"),
    }
)
# Of each of these one takes the place of another: whoever wasn't told of the earlier need not be.
IN_TURN = (
    frozenset({"signal_1", "signal_3", "signal_8", "signal_9", "signal_10"}),
    frozenset({"red_rainstorm", "black_rainstorm"}),
)
# What only says that a signal will come is overtaken by that and the graver ones alone.
_SIGNAL_8 = frozenset({"signal_8", "signal_9", "signal_10"})
ANNOUNCED = {
    "signal_8_considered": _SIGNAL_8 | {"signal_8_imminent"},
    "signal_8_imminent": _SIGNAL_8,
}
# After this one a warning can be news again.
ENDED = "critical_warning_ended"
_RANKS: dict[Urgency | None, int] = {None: 0, "urgent": 1, "critical": 2}


def find_matter(release: Release) -> str | None:
    """What a release has in common with those that only repeat it."""
    if release.kind in WARNINGS:
        return release.kind
    return f"{release.kind} {release.series}" if release.series else None


def choose_news(waiting: Iterable[Release]) -> list[Release]:
    """Those of some urgent releases that no later one overtakes."""
    news: list[Release] = []
    for release in sorted(waiting, key=_age, reverse=True):
        if not any(overtakes(later, release) for later in news):
            news.append(release)
    return news[::-1]


def overtakes(later: Release, release: Release) -> bool:
    """Whether a release need not be told to those who are told a later one.

    It is of the same matter or series, or of a warning that took the place of the earlier one's,
    and in all the languages of the earlier.
    """
    if _age(later) <= _age(release) or not _covers(later, release):
        return False
    return _is_same(release, later) or _is_in_place(release.kind, later.kind)


def _is_in_place(kind: str | None, later: str | None) -> bool:
    if kind in ANNOUNCED:
        return later in ANNOUNCED[kind]
    return any(kind in kinds and later in kinds for kinds in IN_TURN)


def list_repeated(release: Release, earlier: Iterable[Release]) -> Iterator[Release]:
    """The releases that said the same before this one, without a break, the latest first.

    There is a break where nothing was said for a while, and where a graver warning came between
    or the end of one. What was less urgent or lacked one of the languages doesn't count.
    """
    matter, last = find_matter(release), release.issued_at
    before = (each for each in earlier if _age(each) < _age(release))
    for each in sorted(before, key=_age, reverse=True):
        if find_matter(each) != matter or matter is None:
            if release.kind in WARNINGS and _is_break(each, release):
                return
            continue
        if last - each.issued_at > REPEATED_WITHIN:
            return
        last = each.issued_at
        if _RANKS[each.urgency] >= _RANKS[release.urgency] and _covers(each, release):
            yield each


def _is_break(between: Release, release: Release) -> bool:
    graver = between.kind in WARNINGS and _RANKS[between.urgency] > _RANKS[release.urgency]
    return graver or between.kind == ENDED


def _is_same(one: Release, other: Release) -> bool:
    if one.series is not None and one.series == other.series:
        return True
    return one.kind in WARNINGS and one.kind == other.kind


def _covers(one: Release, other: Release) -> bool:
    return one.texts.keys() >= other.texts.keys()


def _age(release: Release) -> tuple[datetime, str]:
    return release.issued_at, release.id


def render_alert(
    stored: Stored, languages: Languages, kinds: Kinds, publishers: Publishers
) -> Content:
    """One alert: what kind of release it is, the release, and who published it."""
    head = "\n".join(
        say(language, "alert.title", kind=_name_kind(stored.release, language, kinds))
        for language in languages
    )
    foot = render_foot([stored], languages, publishers)
    pieces = (Piece(html=head), render_release(stored, languages), Piece(html=foot))
    language = join_languages(languages)
    if language is None:
        return Content(pieces=pieces)
    keyboard = card_keyboard(stored.seq, language, find_other(stored, language))
    return Content(pieces=pieces, keyboard=keyboard.to_dict(), language=language)


def _name_kind(release: Release, language: ChatLanguage, kinds: Kinds) -> str:
    entry = kinds.entries.get(release.kind or "")
    if entry is None:  # its kind has been taken out of the file since
        return say(language, "alert.unnamed")
    if language == "en":
        return entry.en
    return to_simplified(entry.zh) if language == "zh-Hans" else entry.zh


def make_key(place: tuple[int, int], release_id: str) -> str:
    """The key under which a chat (id and thread) is owed the alert of a release, once."""
    return f"alert:{place[0]}:{place[1]}:{release_id}"


@dataclass(frozen=True)
class Alerts:
    """Owes alerts; each is owed once, however often the process dies meanwhile."""

    store: Store
    kinds: Kinds
    publishers: Publishers
    want: Callable[[Iterable[str]], None]
    wake: Callable[[], None]
    clock: Callable[[], datetime]

    async def owe_due(self) -> int:
        """Owe the alerts of the urgent releases that came in; how many were owed."""
        now = self.clock()
        waiting = self.store.alerts.list_unalerted()
        if not waiting:
            return 0
        fresh = {each.release_id: each for each in waiting if _is_fresh(each, now)}
        news = choose_news(self.store.releases.get(key).release for key in fresh)
        done = {each.release_id for each in waiting} - {release.id for release in news}
        if done:
            self.store.alerts.mark_alerted(done, now)
        owed = 0
        for release in news:
            if not self._waits(release.id, fresh[release.id], now):
                owed += await self._owe(release, now)
        return owed

    def _waits(self, release_id: str, unalerted: Unalerted, now: datetime) -> bool:
        """Whether its summaries are still to come."""
        if not self.store.releases.get(release_id).lacks_summary:
            return False
        self.want([release_id])
        return now < unalerted.first_seen_at + SUMMARY_WAIT

    async def _owe(self, release: Release, now: datetime) -> int:
        alerts, owed = self.store.alerts, 0
        urgent = alerts.list_urgent(release.issued_at - REPEATED_REACH)
        earlier = [self.store.releases.get(key).release for key in urgent]
        repeated = [each.id for each in list_repeated(release, earlier)]
        # An alert is owed to no release older than REACH, and for no longer than that.
        overtaken = [
            each.id
            for each in earlier
            if each.issued_at > now - 2 * REACH and overtakes(release, each)
        ]
        place: tuple[int, int] | None = None
        while True:
            with write(self.store.db):
                listeners = alerts.list_listeners(release.topics, place, BATCH)
                reached = _list_reached(release, listeners, now)
                self._drop(overtaken, reached)
                owed += self._owe_to(release.id, self._list_untold(repeated, reached, now), now)
                if len(listeners) < BATCH:
                    alerts.mark_alerted([release.id], now)
            self.wake()
            if len(listeners) < BATCH:
                log.info("alerts: %d of %s (%s)", owed, release.id, release.kind)
                return owed
            place = listeners[-1].place
            await asyncio.sleep(0)  # readers' commands come first

    def _drop(self, overtaken: Sequence[str], listeners: Sequence[Listener]) -> None:
        """Of several alerts that wait, in an outage for example, only the newest is to go out."""
        self.store.deliveries.drop_unsent(
            (make_key(each.place, key) for each in listeners for key in overtaken),
            "overtaken by a later alert",
        )

    def _list_untold(
        self, repeated: Sequence[str], listeners: Sequence[Listener], now: datetime
    ) -> list[Listener]:
        """Those who were not told the same before."""
        keys = (make_key(each.place, key) for each in listeners for key in repeated)
        told = self.store.alerts.find_owed(keys, now)
        return [
            each
            for each in listeners
            if not any(make_key(each.place, key) in told for key in repeated)
        ]

    def _owe_to(self, release_id: str, listeners: Sequence[Listener], now: datetime) -> int:
        # Read anew for each batch: what was corrected meanwhile is told as it is now.
        stored = self.store.releases.get(release_id)
        contents: dict[ChatLanguage, tuple[Content, int]] = {}
        for language in {each.language for each in listeners}:
            content = render_alert(stored, split_language(language), self.kinds, self.publishers)
            contents[language] = content, self.store.contents.keep(content, now)
        return self.store.deliveries.owe_known(
            (
                Delivery(
                    key=make_key(each.place, release_id),
                    chat_id=each.chat_id,
                    thread_id=each.thread_id,
                    content=contents[each.language][0],
                    priority=Priority.ALERT,
                    heeds_quiet=stored.release.urgency != "critical",
                    not_before=now,
                    expires_at=now + REACH,
                ),
                contents[each.language][1],
            )
            for each in listeners
        )


def _list_reached(release: Release, listeners: Sequence[Listener], now: datetime) -> list[Listener]:
    """Those whom it may reach now."""
    return [
        each
        for each in listeners
        if release.urgency == "critical" or quiet_until(each.quiet, each.time_zone, now) is None
    ]


def _is_fresh(unalerted: Unalerted, now: datetime) -> bool:
    return min(unalerted.issued_at, unalerted.first_seen_at) > now - REACH
