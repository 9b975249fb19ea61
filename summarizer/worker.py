"""The process that holds the model, so that the bot stays quick and survives its death.

One child process, started by ``spawn``, serves one job at a time over a pipe: a release to
summarise, or one whose summary is to be translated. A release during which it dies is given to a
new process once more, then to the extract engine.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import signal
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from data.models import Release, Summary
from summarizer.loading import EngineOptions, LoadedEngine, WrongUseError, load_engine
from summarizer.summarize import summarize_headlines, summarize_release
from summarizer.translation import mark_untranslated, translate_release

logger = logging.getLogger(__name__)

_SPAWN = multiprocessing.get_context("spawn")
_LOADING_LIMIT = 1_800.0
_SUMMARY_LIMIT = 900.0
_Answer = tuple[str, tuple[str, ...]]
# A release's line; then the lines of its summaries, if it is these that are to be translated.
_Job = tuple[str, tuple[str, ...]]
_LastResort = Callable[[], tuple[Summary, ...]]
Loader = Callable[[EngineOptions], LoadedEngine]
Serve = Callable[[Connection, EngineOptions], None]


class WorkerDiedError(RuntimeError):
    """The process ended, or took longer than it may, before it answered."""


def serve(pipe: Connection, options: EngineOptions, load: Loader = load_engine) -> None:
    """The life of the process: load, say so, then do job after job."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    try:
        loaded = load(options)
    except WrongUseError as error:
        pipe.send(("wrong use", (str(error),)))
        return
    pipe.send(("fell back" if loaded.fell_back else "ready", (loaded.reason,)))
    with contextlib.suppress(EOFError):
        while True:
            line, told = pipe.recv()
            release = Release.from_json(line)
            if told:
                summaries = translate_release(
                    release, [Summary.from_json(each) for each in told], loaded.engine
                )
            else:
                summaries = summarize_release(release, loaded.engine)
            pipe.send(("done", tuple(summary.to_json() for summary in summaries)))


class SummaryWorker:
    """Summaries from a process of their own.

    ``start`` and ``close`` may be called any number of times; ``summarize`` starts by itself.
    """

    def __init__(self, options: EngineOptions, *, serve: Serve = serve) -> None:
        """``serve`` is the life of the process, by default the real one."""
        self._options = options
        self._serve = serve
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._turn = asyncio.Lock()
        self.engine_sentence: str | None = None

    async def start(self) -> str:
        """Start the process and load the engine; says which engine it is and why.

        Raises:
            WrongUseError: if the engine asked for can't be what was meant.
            WorkerDiedError: if the process ends while it loads.
        """
        async with self._turn:
            return await self._start(self._options)

    async def summarize(self, release: Release) -> tuple[Summary, ...]:
        """The release's summaries; never raises for what the release does to the process."""
        last_resort = partial(summarize_headlines, release)
        return await self._shield((release.to_json(), ()), release.id, last_resort)

    async def translate(
        self, release: Release, summaries: Sequence[Summary]
    ) -> tuple[Summary, ...]:
        """What the release's summaries are in the language that it lacks, or why they are not."""
        told = tuple(summary.to_json() for summary in summaries)
        last_resort = partial(mark_untranslated, release, "no translation could be made")
        return await self._shield((release.to_json(), told), release.id, last_resort)

    async def close(self) -> None:
        """End the process at once, whatever it is doing."""
        self._kill()

    async def _shield(self, job: _Job, name: str, last_resort: _LastResort) -> tuple[Summary, ...]:
        # A caller that gives up must not leave an answer in the pipe for the next.
        return await asyncio.shield(asyncio.ensure_future(self._take_turn(job, name, last_resort)))

    async def _take_turn(
        self, job: _Job, name: str, last_resort: _LastResort
    ) -> tuple[Summary, ...]:
        async with self._turn:
            for attempt in (1, 2):
                try:
                    await self._start(self._options)
                    return await self._ask(job)
                except WorkerDiedError as error:
                    logger.warning("Release %s, try %d: %s", name, attempt, error)
                    self._kill()
            return await self._extract(job, name, last_resort)

    async def _extract(self, job: _Job, name: str, last_resort: _LastResort) -> tuple[Summary, ...]:
        logger.error("Release %s ended the model's process twice; extracting instead", name)
        try:
            await self._start(EngineOptions("extract"))
            return await self._ask(job)
        except WorkerDiedError:
            logger.exception("Release %s can't be extracted either", name)
            return last_resort()
        finally:
            self._kill()

    async def _start(self, options: EngineOptions) -> str:
        if self._process is None or not self._process.is_alive():
            self._kill()
            self._pipe, child = _SPAWN.Pipe()
            self._process = _SPAWN.Process(
                target=self._serve, args=(child, options), name="summarizer", daemon=True
            )
            await asyncio.to_thread(self._process.start)
            child.close()  # so that the pipe ends when the process does
            kind, said = await asyncio.to_thread(_receive, self._pipe, _LOADING_LIMIT)
            if kind == "wrong use":
                self._kill()
                raise WrongUseError(said[0])
            if options == self._options:
                self.engine_sentence = said[0]
            logger.log(logging.WARNING if kind == "fell back" else logging.INFO, said[0])
        return self.engine_sentence or ""

    async def _ask(self, job: _Job) -> tuple[Summary, ...]:
        pipe = self._pipe
        if pipe is None:
            raise WorkerDiedError("the process was closed")
        try:
            await asyncio.to_thread(pipe.send, job)
        except OSError as error:
            raise WorkerDiedError(f"the process does not listen: {error}") from error
        _, lines = await asyncio.to_thread(_receive, pipe, _SUMMARY_LIMIT)
        return tuple(Summary.from_json(line) for line in lines)

    def _kill(self) -> None:
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if process is not None:
            process.kill()
            process.join(timeout=5)
        if pipe is not None:
            pipe.close()


def _receive(pipe: Connection, limit: float) -> _Answer:
    """The next answer, waited for in a thread.

    Raises:
        WorkerDiedError: if the pipe ends or ``limit`` seconds pass.
    """
    try:
        if not pipe.poll(limit):
            raise WorkerDiedError(f"no answer within {limit:.0f} seconds")
        kind, said = pipe.recv()
    except (EOFError, OSError) as error:
        raise WorkerDiedError("the process ended before it answered") from error
    return str(kind), tuple(said)
