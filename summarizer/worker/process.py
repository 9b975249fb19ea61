"""The life of the model's process: load, say so, then do batch after batch.

It beats while it computes, for torch lets other threads run. Whatever is said into a pipe that
nobody reads any more fails: so a beat is also how it finds that its parent is gone.
"""

import contextlib
import logging
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

from data.models import Release, Summary
from summarizer.engines.base import BatchEngine, Engine, WrongUseError
from summarizer.loading import EngineOptions, LoadedEngine, load_engine
from summarizer.meter import Metered, Speeds
from summarizer.summarize import summarize_batch
from summarizer.translation import translate_release
from summarizer.worker.memory import read_held
from summarizer.worker.messages import (
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

# Of a release's two texts each is a request of its own.
_REQUESTS_A_RELEASE = 2

Loader = Callable[[EngineOptions], LoadedEngine]


class _Voice:
    """Says messages into the pipe; threads take turns."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._turn = threading.Lock()

    def say(self, message: Message) -> None:
        with self._turn:
            self._pipe.send(message)


class _Pulse(threading.Thread):
    """Beats, until there is nobody to hear it: then the process ends, whatever it is doing."""

    def __init__(self, voice: _Voice, seconds: float) -> None:
        super().__init__(name="pulse", daemon=True)
        self._voice = voice
        self._seconds = seconds
        self._stopped = threading.Event()
        self.doing = "loading"

    def run(self) -> None:
        while not self._stopped.wait(self._seconds):
            try:
                self._voice.say(Beat(self.doing, read_held()))
            except OSError:
                os._exit(1)

    def stop(self) -> None:
        self._stopped.set()


class _Sender(logging.Handler):
    """Sends log lines to the parent, which writes them as it writes its own."""

    def __init__(self, voice: _Voice) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter())
        self._voice = voice

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):
            self._voice.say(Logged(record.name, record.levelno, self.format(record)))


def serve(pipe: Connection, setup: Setup, load: Loader = load_engine) -> None:
    """The life of the process; it ends when the pipe does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    if hasattr(os, "nice"):
        os.nice(setup.niceness)
    voice = _Voice(pipe)
    logging.basicConfig(level=setup.log_level, handlers=[_Sender(voice)], force=True)
    logging.captureWarnings(capture=True)
    pulse = _Pulse(voice, setup.beat)
    pulse.start()
    try:
        _live(pipe, setup, load, voice, pulse)
    except OSError:
        pass  # the parent is gone
    except Exception:
        logger.exception("The model's process fails")
        raise SystemExit(1) from None
    finally:
        pulse.stop()


def _live(pipe: Connection, setup: Setup, load: Loader, voice: _Voice, pulse: _Pulse) -> None:
    try:
        loaded = load(setup.options)
    except WrongUseError as error:
        voice.say(Refused(str(error)))
        return
    engine = loaded.engine
    batch = count_releases_at_once(engine)
    voice.say(Ready(loaded.reason, loaded.fell_back, engine.method == "model", batch))
    with contextlib.suppress(EOFError):
        while True:
            pulse.doing = "waiting"
            tasks: Sequence[Task] = pipe.recv()
            pulse.doing = f"working on {len(tasks)} of at most {batch} at once"
            _do(tasks, engine, voice)
            voice.say(Rested(_read_speeds(engine)))


def count_releases_at_once(engine: Engine) -> int:
    """How many releases an engine is best given at once."""
    size = engine.batch_size if isinstance(engine, BatchEngine) else 1
    return max(1, size // _REQUESTS_A_RELEASE)


def _do(tasks: Sequence[Task], engine: Engine, voice: _Voice) -> None:
    """Answer each task as soon as it is done; one to translate comes alone."""
    if tasks[0].told is not None:
        told = [Summary.from_json(line) for line in tasks[0].told]
        summaries = translate_release(Release.from_json(tasks[0].release), told, engine)
        _answer(tasks[0].number, summaries, voice)
        return
    releases = [Release.from_json(task.release) for task in tasks]
    numbers = {release.id: task.number for release, task in zip(releases, tasks, strict=True)}
    for release, summaries in summarize_batch(releases, engine):
        _answer(numbers[release.id], summaries, voice)


def _answer(number: int, summaries: Sequence[Summary], voice: _Voice) -> None:
    voice.say(Done(number, tuple(summary.to_json() for summary in summaries)))


def _read_speeds(engine: Engine) -> Speeds:
    return engine.meter.snapshot() if isinstance(engine, Metered) else Speeds()
