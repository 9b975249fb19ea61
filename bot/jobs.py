"""The ticks: each asks the database what is due, does it, and never calls the next one.

Killing the process anywhere and starting it again carries on.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.alerts import Alerts
from bot.announcing import Announcer
from bot.clocks import Every
from bot.composing import Composer
from bot.correcting import Corrector
from data.backfill import Backfill
from data.feeds import Feed
from data.fetch import open_fetcher
from data.ingest import IngestCounts, ingest
from data.kinds import Kinds
from data.models import Release, Summary
from data.store.store import Store, open_store
from data.tables import Tables
from summarizer.worker import SummaryWorker, WorkerClosedError

log = logging.getLogger(__name__)

# English comes up to 6.4 hours after Chinese (117 pairs): what is single then stays so. What is
# older than a digest reaches is not worth a model's time.
COUNTERPART_WAIT = timedelta(hours=8)
TRANSLATION_REACH = timedelta(hours=36)

# So many releases are with the worker at once, which takes those first that go together best; the
# rest waits in the database. Some room is left for those that somebody waits for.
MOST_AT_ONCE = 32
MOST_WITH_WANTED = 48

SUMMARIZE_SECONDS = 5
COMPOSE_SECONDS = 15
ALERT_SECONDS = 5
ANNOUNCE_SECONDS = 15
CORRECT_SECONDS = 15
PRUNE_SECONDS = 24 * 60 * 60
# And whenever the clock has jumped.
MEND_SECONDS = 24 * 60 * 60

# How long what was sent is kept, and what digests said; so many rows go at a time.
DELIVERIES_KEPT = timedelta(days=14)
DIGESTS_KEPT = timedelta(days=60)
MOST_DROPPED = 500

# A machine that hasn't heard the time yet shows an earlier one; nothing is planned anew by that.
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
MOST_BROUGHT_BACK = 500


@dataclass
class Jobs:
    """What the bot does by itself; each method is one tick and can be called at any time."""

    store: Store
    database: Path
    feeds: Sequence[Feed]
    tables: Tables
    kinds: Kinds
    backfill: Backfill
    worker: SummaryWorker
    composer: Composer
    alerts: Alerts
    announcer: Announcer
    corrector: Corrector
    wake: Callable[[], None]
    clock: Callable[[], datetime]

    def schedule(self, ingest_minutes: int) -> AsyncIOScheduler:
        """A scheduler, not yet started, that runs the ticks; the first of each at once."""
        scheduler = AsyncIOScheduler(
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        ticks = (
            (self.ingest, ingest_minutes * 60),
            (self.summarize, SUMMARIZE_SECONDS),
            (self.compose, COMPOSE_SECONDS),
            (self.alert, ALERT_SECONDS),
            (self.announce, ANNOUNCE_SECONDS),
            (self.correct, CORRECT_SECONDS),
            (self.prune, PRUNE_SECONDS),
            (self.mend, MEND_SECONDS),
        )
        for tick, seconds in ticks:
            scheduler.add_job(
                _end_quietly(tick),
                Every(timedelta(seconds=seconds)),
                next_run_time=datetime.now(UTC),
            )
        return scheduler

    async def ingest(self) -> IngestCounts:
        """Bring in new releases; in a thread, for the network and the parser take their time."""
        counts = await asyncio.to_thread(self._ingest_in_thread)
        for message in (*counts.failures, *counts.faults):
            log.warning("ingest: %s", message)
        if counts.new or counts.changed:
            log.info("ingest: %d new texts, %d changed", counts.new, counts.changed)
        return counts

    def _ingest_in_thread(self) -> IngestCounts:
        store = open_store(self.database)  # a connection serves one thread
        try:
            with open_fetcher() as fetcher:
                return ingest(
                    store,
                    self.feeds,
                    fetcher,
                    self.tables,
                    self.kinds,
                    self.clock,
                    backfill=self.backfill,
                )
        finally:
            store.close()

    async def summarize(self) -> int:
        """Make the summaries that are missing; how many were made.

        Those that somebody waits for come first, then the newest release. Translations come last
        and one a tick, so that no new release waits for many.
        """
        made = await self._summarize_all()
        now = self.clock()
        alone = self.store.releases.find_untranslated(
            now - TRANSLATION_REACH, now - COUNTERPART_WAIT
        )
        if alone is not None:
            told = tuple(self.store.releases.get(alone.id).summaries.values())
            made += self._keep(alone, await self.worker.translate(alone, told))
        if made:
            log.info("summarize: %d summaries made", made)
        return made

    async def _summarize_all(self) -> int:
        made = 0
        tried: set[str] = set()  # a release that gets no summary must not hold up the others
        making: dict[asyncio.Task[tuple[Summary, ...]], Release] = {}
        try:
            while True:
                self._hand_over(making, tried)
                if not making:
                    return made
                # Looked at again soon: what came in meanwhile is newer than what waits.
                done, _ = await asyncio.wait(
                    making, timeout=SUMMARIZE_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    made += self._keep(making.pop(task), task.result())
        finally:
            for task in making:
                task.cancel()
            await asyncio.gather(*making, return_exceptions=True)

    def _hand_over(
        self, making: dict[asyncio.Task[tuple[Summary, ...]], Release], tried: set[str]
    ) -> None:
        """Give the worker releases, as far as there is room."""
        while (release := self._choose_release(len(making), tried)) is not None:
            tried.add(release.id)
            making[asyncio.ensure_future(self.worker.summarize(release))] = release

    def _choose_release(self, busy: int, tried: set[str]) -> Release | None:
        releases, wanted = self.store.releases, self.worker.wanted
        if wanted and busy < MOST_WITH_WANTED:
            release = releases.find_unsummarised(tried, wanted)
            if release is not None:
                return release
        return releases.find_unsummarised(tried) if busy < MOST_AT_ONCE else None

    def _keep(self, release: Release, summaries: Sequence[Summary]) -> int:
        self.store.releases.save_summaries(release, summaries, self.clock())
        return len(summaries)

    async def compose(self) -> int:
        """Compose the digests that are due and owe their parts; how many were composed."""
        async with self.corrector.wording:
            composed = await self.composer.compose_due()
        if composed:
            self.wake()
            log.info("compose: %d digests", composed)
        return composed

    async def alert(self) -> int:
        """Owe the alerts of urgent releases that came in; how many were owed."""
        return await self.alerts.owe_due()

    async def announce(self) -> int:
        """Owe what the operator announces to those who are not owed it yet; to how many."""
        return await self.announcer.owe_due()

    async def correct(self) -> int:
        """Put right what shows an earlier version of a text; how many contents were looked at."""
        return await self.corrector.correct_due()

    async def prune(self) -> None:
        """Drop what has been done for so long that nobody asks for it any more."""
        now, store = self.clock(), self.store
        steps: tuple[Callable[[], int], ...] = (
            lambda: store.deliveries.drop_done(now - DELIVERIES_KEPT, MOST_DROPPED),
            lambda: store.digests.drop_old((now - DIGESTS_KEPT).date(), MOST_DROPPED),
            lambda: store.contents.drop_unused(now - DELIVERIES_KEPT, MOST_DROPPED),
        )
        for step in steps:
            while True:
                async with self.corrector.wording:
                    dropped = step()
                if not dropped:
                    break
                await asyncio.sleep(0)  # readers' commands come first
        store.privacy.wipe()

    async def mend(self) -> int:
        """Put right what a clock that was ahead for a while put off; how much that was."""
        now = self.clock()
        if now < EARLIEST:
            return 0
        mended = await self.composer.plan_anew()
        while brought := self.store.moments.bring_back(now, MOST_BROUGHT_BACK):
            mended += brought
            await asyncio.sleep(0)  # readers' commands come first
        if mended:
            self.wake()
            log.warning("%d plans and waits lay too far ahead and are put right", mended)
        return mended


def _end_quietly(tick: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
    """The tick; that it is called off when the bot stops is no fault for the log to tell."""

    @wraps(tick)
    async def run() -> None:
        with contextlib.suppress(asyncio.CancelledError, WorkerClosedError):
            await tick()

    return run
