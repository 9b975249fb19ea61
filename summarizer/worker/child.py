"""The parent's hold on the model's process: start it, give it tasks, hear it, end it."""

import asyncio
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

from summarizer.engines.base import WrongUseError
from summarizer.loading import EngineOptions
from summarizer.meter import Speeds
from summarizer.worker.limits import Limits
from summarizer.worker.messages import (
    Answer,
    Beat,
    Done,
    Logged,
    Message,
    Ready,
    Refused,
    Rested,
    Setup,
    Task,
)

logger = logging.getLogger(__name__)

_SPAWN = multiprocessing.get_context("spawn")
_LOOK = 1.0
_ENDING = 5.0

Serve = Callable[[Connection, Setup], None]


class ProcessEndedError(RuntimeError):
    """The process ended, or does what it must not; the message is a clause that says what."""


class Child:
    """One process, from its start to its end; a thread listens to it."""

    def __init__(self, serve: Serve, options: EngineOptions, limits: Limits) -> None:
        level = logging.getLogger().getEffectiveLevel()
        setup = Setup(options, limits.beat, limits.niceness, level)
        self._limits = limits
        self._pipe, self._its_end = _SPAWN.Pipe()
        self._process = _SPAWN.Process(
            target=serve, args=(self._its_end, setup), name="summarizer", daemon=True
        )
        self._listener = threading.Thread(
            target=self._listen, args=(asyncio.get_running_loop(),), name="listener", daemon=True
        )
        self._answers: asyncio.Queue[Answer | None] = asyncio.Queue()
        self._changing = threading.Lock()  # starting and ending happen in threads
        self._over = False
        self._beats = 0
        self._last_beat: Beat | None = None
        self.batch = 1
        self.has_model = False
        self.speeds = Speeds()

    @property
    def alive(self) -> bool:
        """Whether it can be given tasks."""
        return not self._over and self._listener.is_alive()

    @property
    def memory(self) -> int | None:
        """The bytes that it held at its last beat, where that is known."""
        return self._last_beat.memory if self._last_beat else None

    async def start(self) -> Ready:
        """Start it and wait until its engine is loaded.

        Raises:
            WrongUseError: if the options can't be what was meant.
            ProcessEndedError: if it ends before that.
        """
        await asyncio.to_thread(self._begin)
        answer = await self._hear(self._limits.loading, silence=self._limits.loading)
        if isinstance(answer, Refused):
            raise WrongUseError(answer.reason)
        if not isinstance(answer, Ready):
            raise ProcessEndedError(f"it began with {type(answer).__name__}")
        self.batch, self.has_model = answer.batch, answer.has_model
        return answer

    async def give(self, tasks: Sequence[Task]) -> None:
        """Give it a batch of tasks.

        Raises:
            ProcessEndedError: if it does not listen.
        """
        try:
            async with asyncio.timeout(self._limits.silence):
                await asyncio.to_thread(self._pipe.send, tuple(tasks))
        except TimeoutError:
            raise ProcessEndedError("it does not take what it is given") from None
        except OSError:
            raise ProcessEndedError(await self._explain_end()) from None

    async def hear(self, limit: float) -> Done | Rested:
        """Its next answer.

        Raises:
            ProcessEndedError: if it ends, is silent, holds too much memory, or takes more than
                ``limit`` seconds.
        """
        answer = await self._hear(limit, silence=self._limits.silence)
        if not isinstance(answer, Done | Rested):
            raise ProcessEndedError(f"it answered with {type(answer).__name__}")
        if isinstance(answer, Rested):
            self.speeds = answer.speeds
        return answer

    async def end(self) -> None:
        """End it at once, whatever it is doing; may be repeated."""
        await asyncio.to_thread(self._end)

    def _begin(self) -> None:
        with self._changing:
            if not self._over:
                self._process.start()
                self._its_end.close()  # so that the pipe ends when the process does
                self._listener.start()

    def _end(self) -> None:
        with self._changing:
            first, self._over = not self._over, True
            if first and self._process.pid is not None:
                self._process.kill()
                self._process.join(_ENDING)
                self._listener.join(_ENDING)
            if first:
                self._its_end.close()
                self._pipe.close()

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """The listener: what is said until the pipe ends, and then None."""
        try:
            while True:
                self._take(self._pipe.recv(), loop)
        except (EOFError, OSError):
            self._put(None, loop)

    def _take(self, message: Message, loop: asyncio.AbstractEventLoop) -> None:
        if isinstance(message, Beat):
            self._last_beat, self._beats = message, self._beats + 1
        elif isinstance(message, Logged):
            logging.getLogger(message.logger).log(message.level, "%s", message.text)
        else:
            self._put(message, loop)

    def _put(self, answer: Answer | None, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._answers.put_nowait, answer)

    async def _hear(self, limit: float, silence: float) -> Answer:
        look = min(_LOOK, silence / 4, limit / 4)
        until = time.monotonic() + limit
        quiet, beats = 0.0, self._beats
        while True:
            try:
                async with asyncio.timeout(look):
                    answer = await self._answers.get()
            except TimeoutError:
                # Looks are counted, not seconds: nobody beats while the machine sleeps.
                quiet, beats = (0.0 if self._beats != beats else quiet + look), self._beats
            else:
                if answer is None:
                    raise ProcessEndedError(await self._explain_end())
                return answer
            self._check_memory()
            if quiet >= silence:
                raise ProcessEndedError(f"it gave no sign of life for {silence:.0f} seconds")
            if time.monotonic() > until:
                raise ProcessEndedError(f"it took longer than {limit:.0f} seconds")

    def _check_memory(self) -> None:
        held, ceiling = self.memory, self._limits.memory
        if held is not None and ceiling is not None and held > ceiling:
            raise ProcessEndedError(
                f"it held {held / 1e6:,.0f} MB of memory and may hold {ceiling / 1e6:,.0f} MB"
            )

    async def _explain_end(self) -> str:
        await asyncio.to_thread(self._process.join, _ENDING)
        status = self._process.exitcode
        if status is not None and status < 0:
            return f"it was killed by signal {-status}, as a machine without free memory does"
        return f"it ended with status {status}"
