"""What the model's process does next, and what becomes of a release when it dies.

Nothing that was asked for is lost: what the process leaves unanswered is tried again in a new
one, alone; what it was working on at two deaths is extracted by a process without a model.
While the model can't be loaded, again and again, extracts carry on.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from data.models import Release, Summary
from summarizer.loading import EngineOptions
from summarizer.meter import Meter, Speeds
from summarizer.summarize import summarize_headlines
from summarizer.translation import mark_untranslated
from summarizer.worker.child import Child, ProcessEndedError, Serve
from summarizer.worker.limits import DEFAULT_LIMITS, Limits
from summarizer.worker.messages import Done, Task
from summarizer.worker.process import serve
from summarizer.worker.queue import Job, Waiting
from summarizer.worker.report import State, Tally, WorkerReport, describe_batch
from summarizer.worker.restarts import Restarts

logger = logging.getLogger(__name__)

_MOST_DEATHS = 2
_MOST_WANTED = 256
_LOG_SECONDS = 30.0
ENDED_TWICE = "the model's process ended twice"
HELD_BACK = "the model's process can't be kept running"


class WorkerClosedError(RuntimeError):
    """No more summaries are made: the worker is closed."""


@dataclass(frozen=True, slots=True)
class _Period:
    """When the time began that the next line in the log is on, and what had been done by then."""

    began: float = field(default_factory=time.monotonic)
    tally: Tally = field(default_factory=Tally)
    speeds: Speeds = field(default_factory=Speeds)


class SummaryWorker:
    """Summaries from a process of their own, which is started when there is work.

    All methods belong to one event loop.
    """

    def __init__(
        self, options: EngineOptions, limits: Limits = DEFAULT_LIMITS, *, serve: Serve = serve
    ) -> None:
        """``serve`` is the life of the process, by default the real one."""
        self._options = options
        self._limits = limits
        self._serve = serve
        self._child: Child | None = None
        self._extractor: Child | None = None
        self._loading = asyncio.Lock()
        self._runner: asyncio.Task[None] | None = None
        self._closed = False
        self._waiting = Waiting(limits.waiting)
        self._in_flight: dict[int, Job] = {}
        self._numbers = count(1)
        self._wanted: dict[str, None] = {}  # in the order of asking
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._restarts = Restarts()
        self._tally = Tally()
        self._meter = Meter()
        self._period = _Period()
        self.engine_sentence: str | None = None

    @property
    def wanted(self) -> frozenset[str]:
        """The ids of releases that somebody waits for and that are not made yet."""
        return frozenset(self._wanted)

    async def start(self) -> str:
        """Load the engine now; says which it is and why, or why there is none yet.

        Raises:
            WrongUseError: if the engine asked for can't be what was meant.
        """
        await self._get_child()
        return self.engine_sentence or self._restarts.reason or HELD_BACK

    async def summarize(self, release: Release) -> tuple[Summary, ...]:
        """The release's summaries; never raises for what the release does to the process.

        Waits for room first, if too many wait.

        Raises:
            WrongUseError: if the engine asked for can't be what was meant.
            WorkerClosedError: if the worker is closed before they are made.
        """
        return await self._ask(release, None)

    async def translate(
        self, release: Release, summaries: Sequence[Summary]
    ) -> tuple[Summary, ...]:
        """What the release's summaries are in the language that it lacks, or why they are not.

        Raises:
            WrongUseError, WorkerClosedError: as for ``summarize``.
        """
        return await self._ask(release, tuple(summaries))

    def want(self, release_ids: Iterable[str]) -> None:
        """Somebody waits for these: they go first, those that wait and those that come later."""
        for each in release_ids:
            self._wanted.pop(each, None)
            self._wanted[each] = None
        while len(self._wanted) > _MOST_WANTED:
            del self._wanted[next(iter(self._wanted))]

    def report(self) -> WorkerReport:
        """How it stands."""
        alive = self._child if self._child and self._child.alive else None
        return WorkerReport(
            engine=self.engine_sentence,
            state=self._name_state(),
            waiting=len(self._waiting),
            in_flight=len(self._in_flight),
            summaries=self._tally.summaries,
            tries=self._tally.tries,
            fallbacks=dict(self._tally.fallbacks.most_common()),
            restarts=self._restarts.count,
            speeds=self._meter.snapshot(),
            memory=alive.memory if alive else None,
            ceiling=self._limits.memory,
        )

    async def close(self) -> None:
        """End the process at once, whatever it is doing, for good; may be repeated."""
        self._closed = True
        self._room.set()
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.wait([self._runner])
        self._fail_all(WorkerClosedError("no summaries are made any more"))
        await self._unload()

    async def _ask(self, release: Release, told: tuple[Summary, ...] | None) -> tuple[Summary, ...]:
        while self._waiting.is_full and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise WorkerClosedError("no summaries are made any more")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Summary, ...]] = loop.create_future()
        self._waiting.add([Job(next(self._numbers), release, answer, told)])
        self._work.set()
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name="summary worker")
        try:
            return await answer
        finally:
            self._room.set()

    async def _run(self) -> None:
        while not self._closed:
            try:
                await self._do_next()
            except Exception as error:  # noqa: BLE001  # whoever waits is told, and the next is served
                self._fail_all(error)
                await self._drop_child()

    async def _do_next(self) -> None:
        if not self._waiting:
            await self._rest()
            return
        child = await self._get_child()
        batch = self._waiting.take(child.batch if child else 1, self._wanted)
        self._room.set()
        self._in_flight = {job.number: job for job in batch}
        if child is None:
            await self._extract_all(batch, HELD_BACK)
        else:
            await self._do(batch, child)

    async def _rest(self) -> None:
        """Wait for work; after too long without, let the process go."""
        self._work.clear()
        running = self._child or self._extractor
        try:
            async with asyncio.timeout(
                self._limits.idle if running and self._limits.idle else None
            ):
                await self._work.wait()
            self._period = replace(self._period, began=time.monotonic())
        except TimeoutError:
            logger.info("The summariser's process ends: it had no work for %d s", self._limits.idle)
            await self._unload()

    async def _get_child(self) -> Child | None:
        """The process with its engine loaded; None while it must not be started again.

        Raises:
            WrongUseError: if the engine asked for can't be what was meant.
        """
        async with self._loading:
            if self._child is not None and not self._child.alive:
                await self._bury("it ended while it had nothing to do", loading=False)
            if self._child is not None:
                return self._child
            if self._closed or not self._restarts.may_start(time.monotonic()):
                return None
            self._child = Child(self._serve, self._options, self._limits)
            try:
                ready = await self._child.start()
            except ProcessEndedError as error:
                await self._bury(str(error), loading=True)
                return None
            except BaseException:
                await self._drop_child()
                raise
            self.engine_sentence = ready.reason
            logger.log(logging.WARNING if ready.fell_back else logging.INFO, ready.reason)
            await self._drop_extractor()
            return self._child

    async def _do(self, batch: Sequence[Job], child: Child) -> None:
        """Give the process a batch, and deal with what it leaves unanswered."""
        before = child.speeds
        try:
            await child.give([_write_task(job) for job in batch])
            await self._hear_all(child, len(batch))
        except ProcessEndedError as error:
            await self._bury(str(error), loading=False)
            await self._try_again(str(error))
        else:
            await self._extract_all(list(self._in_flight.values()), "the engine gave no answer")
        self._meter.add(child.speeds.since(before).total)
        self._log_progress()

    async def _hear_all(self, child: Child, size: int) -> None:
        until = time.monotonic() + self._limits.release * size
        while isinstance(answer := await child.hear(until - time.monotonic()), Done):
            if (job := self._in_flight.get(answer.number)) is None:
                continue
            summaries = tuple(Summary.from_json(line) for line in answer.summaries)
            self._finish(job, summaries, by_model=child.has_model)
            self._restarts.note_answer()

    async def _try_again(self, reason: str) -> None:
        """What a process left when it died goes back, or, after its second death, to extract."""
        left = list(self._in_flight.values())
        for job in left:
            job.deaths += 1
        given_up = [job for job in left if job.deaths >= _MOST_DEATHS]
        for job in given_up:
            logger.error(
                "Release %s: %s (the last time: %s); it is extracted instead",
                job.release.id,
                ENDED_TWICE,
                reason,
            )
        back = [job for job in left if job not in given_up]
        for job in back:
            del self._in_flight[job.number]
        self._waiting.add(back)
        await self._extract_all(given_up, ENDED_TWICE)

    async def _extract_all(self, jobs: Iterable[Job], reason: str) -> None:
        for job in jobs:
            if job.told is None:
                summaries = await self._extract(job, reason)
            else:
                summaries = mark_untranslated(job.release, reason)
            self._finish(job, summaries, by_model=True)

    async def _extract(self, job: Job, reason: str) -> tuple[Summary, ...]:
        """Extracts from a process without a model; the headlines if even that dies."""
        lines: tuple[str, ...] = ()
        try:
            extractor = await self._get_extractor()
            await extractor.give([_write_task(job)])
            while isinstance(answer := await extractor.hear(self._limits.release), Done):
                lines = answer.summaries
        except ProcessEndedError as error:
            logger.error("Release %s can't be extracted either: %s", job.release.id, error)  # noqa: TRY400  # the sentence says all
            await self._drop_extractor()
        if not lines:
            return _explain(summarize_headlines(job.release), reason)
        return _explain([Summary.from_json(line) for line in lines], reason)

    async def _get_extractor(self) -> Child:
        if self._extractor is None or not self._extractor.alive:
            await self._drop_extractor()
            self._extractor = Child(self._serve, EngineOptions("extract"), self._limits)
            await self._extractor.start()
        return self._extractor

    def _log_progress(self) -> None:
        """A line on what was made since the last, when nothing waits or some time has passed."""
        now, speeds = time.monotonic(), self._meter.snapshot()
        if self._waiting and now - self._period.began < _LOG_SECONDS:
            return
        made = self._tally.since(self._period.tally)
        period = speeds.since(self._period.speeds)
        told = describe_batch(made, now - self._period.began, period, len(self._waiting))
        logger.info("Summaries: %s", told)
        self._period = _Period(now, self._tally.copy(), speeds)

    def _finish(self, job: Job, summaries: tuple[Summary, ...], *, by_model: bool) -> None:
        self._tally.add(summaries, by_model=by_model)
        self._in_flight.pop(job.number, None)
        self._wanted.pop(job.release.id, None)
        if not job.answer.done():
            job.answer.set_result(summaries)

    def _fail_all(self, error: Exception) -> None:
        for job in [*self._in_flight.values(), *self._waiting.clear()]:
            if not job.answer.done():
                job.answer.set_exception(error)
        self._in_flight = {}

    def _name_state(self) -> State:
        if self._closed:
            return "closed"
        if self._loading.locked():
            return "loading"
        if self._child is not None and self._child.alive:
            return "working" if self._in_flight else "ready"
        return "unloaded" if self._restarts.may_start(time.monotonic()) else "held_back"

    async def _bury(self, reason: str, *, loading: bool) -> None:
        """The process is dead, or is to be: end it, and say in one sentence why."""
        if self._closed:
            await self._drop_child()
            return
        wait = self._restarts.note_death(reason, time.monotonic(), loading=loading)
        doing = "while it loaded its engine" if loading else "before its time"
        pause = f"for {wait:.0f} s extracts carry on, then it" if wait else "it"
        logger.warning(
            "The summariser's process ended %s: %s; %s is started anew", doing, reason, pause
        )
        await self._drop_child()

    async def _unload(self) -> None:
        await self._drop_child()
        await self._drop_extractor()

    async def _drop_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await child.end()

    async def _drop_extractor(self) -> None:
        child, self._extractor = self._extractor, None
        if child is not None:
            await child.end()


def _write_task(job: Job) -> Task:
    told = None if job.told is None else tuple(summary.to_json() for summary in job.told)
    return Task(job.number, job.release.to_json(), told)


def _explain(summaries: Iterable[Summary], reason: str) -> tuple[Summary, ...]:
    """The summaries, each with the reason for which no model wrote it."""
    return tuple(
        summary.model_copy(
            update={"reason": f"{reason}; {summary.reason}" if summary.reason else reason}
        )
        for summary in summaries
    )
