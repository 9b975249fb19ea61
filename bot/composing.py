"""Composing the digests that are due, for a million chats as for one.

Chats are gone through page by page, each page in one transaction and with no more than some
milliseconds of work, so that readers' commands are answered meanwhile. Killing the process
anywhere and composing again carries on where it ended.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from bot.editions import Editions, Wanted
from bot.render import Publishers
from bot.schedule import Due, Timetable, choose_digest, next_due, quiet_until
from data.kinds import Kinds
from data.store.digests import Digest, Progress, Standing, Turn
from data.store.store import Store
from data.tables import Tables

# A digest reaches this far back before the one before it: a release can be issued before eight
# and come in after.
REACH = timedelta(hours=24)
# So long a digest waits for summaries that are still being made.
SUMMARY_GRACE = timedelta(minutes=10)
# A digest that is no further behind goes out at its hour: it had to wait for summaries, or for
# the digests of others.
PUNCTUAL = timedelta(minutes=30)

# What is due later is looked at where a clock may have been wrong. All chats are among it whose
# digests got so far by one that their reach back is still to come.
USUALLY_AHEAD = REACH
# A chat with one weekday has a digest as seldom as that, if clocks change or it changes its hour.
MOST_BETWEEN = timedelta(days=8)

MOST_PLANS = 16_384


@dataclass(frozen=True)
class _Plan:
    """What is planned for chats of the same standing.

    Attributes:
        due: the digest that they get now; None where that is folded into the next.
        upcoming: the next digest.
        wanted: what the digest is to say, now or with the next.
    """

    due: Due | None
    upcoming: Due
    wanted: Wanted


@dataclass(frozen=True)
class Composer:
    """Composes the digests that are due.

    Attributes:
        want: called with the ids of releases whose summaries digests wait for.
        most_late: a digest that is this late is folded into the next; one that is ``PUNCTUAL``
            never is.
        page_size: so many chats have their turn in one transaction.
    """

    store: Store
    tables: Tables
    kinds: Kinds
    publishers: Publishers
    want: Callable[[Iterable[str]], None]
    clock: Callable[[], datetime]
    most_late: timedelta
    page_size: int = 100

    async def compose_due(self) -> int:
        """Compose what is due and owe its parts; how many digests were composed."""
        now = self.clock()
        editions = Editions(self.store, self.tables, self.kinds, self.publishers, self.want, now)
        plan = self._remember_plans(now)
        composed, last = 0, None
        while chats := self.store.digests.list_due(now, self.page_size, last):
            plans = {chat.standing: plan(chat.standing) for chat in chats}
            unknown = [
                each.wanted for each in plans.values() if each.due and each.wanted not in editions
            ]
            if unknown:
                await editions.prepare(dict.fromkeys(unknown))
                continue  # settings can have changed meanwhile, so the page is read again
            turns = {each: _choose_turn(each, plans[each], editions, now) for each in plans}
            due = [(chat, turn) for chat in chats if (turn := turns[chat.standing]) is not None]
            composed += self.store.digests.save(due, now)
            last = chats[-1]
            await asyncio.sleep(0)  # readers' commands come first
        return composed

    async def plan_anew(self) -> int:
        """Plan anew what was planned by a clock that was ahead; how many chats that were.

        Otherwise a chat gets nothing until it is that late: no digest is due, and then none of the
        releases was issued late enough for it.
        """
        now = self.clock()
        moment, today = now + USUALLY_AHEAD, now.astimezone(UTC).date() + timedelta(days=1)
        moved, last = 0, None
        while page := self.store.digests.list_ahead(moment, today, self.page_size, last):
            turns = ((chat, _plan_anew(chat.standing, date, now)) for chat, date in page)
            changed = [(chat, turn) for chat, turn in turns if turn is not None]
            if changed:
                self.store.digests.save(changed, now)
            moved += len(changed)
            last, _ = page[-1]
            await asyncio.sleep(0)  # readers' commands come first
        return moved

    def _remember_plans(self, now: datetime) -> Callable[[Standing], _Plan]:
        """Plans of one moment, each made once."""
        most_late = max(self.most_late, PUNCTUAL)

        @lru_cache(MOST_PLANS)
        def plan(standing: Standing) -> _Plan:
            return _make_plan(standing, now, most_late)

        return plan


def _make_plan(standing: Standing, now: datetime, most_late: timedelta) -> _Plan:
    timetable = _read_timetable(standing)
    planned = Due(standing.next_date, standing.next_due)
    due, upcoming = choose_digest(timetable, planned, now, most_late)
    reach = _choose_first_reach(standing.weekdays, planned.date)
    wanted = Wanted(
        language=standing.language,
        length=standing.length,
        subscriptions=standing.subscriptions,
        day=(due or planned).date,
        after=standing.progress.digested_seq,
        since=standing.progress.since or planned.at - reach,
        can_wait=now < (due or planned).at + SUMMARY_GRACE,
    )
    return _Plan(due, upcoming, wanted)


def _read_timetable(standing: Standing) -> Timetable:
    return Timetable(standing.digest_time, standing.time_zone, standing.weekdays)


def _plan_anew(standing: Standing, last: date | None, now: datetime) -> Turn | None:
    """What is planned for chats of this standing by the present time; None if that is so already.

    Args:
        standing: with the digest that is planned, and how far the ones before it got.
        last: the date of the last digest that was composed.
        now: the present.
    """
    due = next_due(_read_timetable(standing), now, last)
    seq, since = standing.progress.digested_seq, standing.progress.since
    is_ahead = since is not None and since > now - REACH
    if due == Due(standing.next_date, standing.next_due) and not is_ahead:
        return None
    # What was told is known by its number, so that reaching far back repeats nothing.
    return Turn(None, Progress(seq, now - MOST_BETWEEN if is_ahead else since), due.at, due.date)


def _choose_first_reach(weekdays: Iterable[int], day: date) -> timedelta:
    """Back to the weekday before: what a chat's first digest tells of."""
    days = (day.isoweekday() - weekday for weekday in weekdays)
    return timedelta(days=min((day - 1) % 7 + 1 for day in days))


def _choose_turn(standing: Standing, plan: _Plan, editions: Editions, now: datetime) -> Turn | None:
    """What comes of chats of this standing; None if they have to wait for summaries."""
    wanted, upcoming = plan.wanted, plan.upcoming
    if plan.due is None:
        return Turn(None, Progress(wanted.after, wanted.since), upcoming.at, upcoming.date)
    kept = editions[wanted]
    if kept is None:
        return None
    # Who has chosen an hour within quiet hours wants it then; what is late must wake nobody.
    is_chosen = now - plan.due.at <= PUNCTUAL and quiet_until(
        standing.quiet, standing.time_zone, plan.due.at
    )
    digest = Digest(
        kept,
        is_silent=standing.skip_empty and not kept.edition.release_ids,
        heeds_quiet=not is_chosen,
    )
    progress = Progress(max(wanted.after, editions.last), now - REACH)
    return Turn(digest, progress, upcoming.at, upcoming.date)
