"""Answers to lines of JSON, in their order; many lines are shared out among processes."""

import contextlib
import json
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from itertools import chain, islice
from typing import BinaryIO, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from data.models import Language, Release, Summary, describe_faults
from summarizer.engines.base import BatchEngine, Engine

_LONGEST = 32 * 1024 * 1024
# So few lines are answered before any process could have started.
_ALONE = 24
_MOST_PROCESSES = 4
_WAITING_EACH = 8

Line = tuple[int, bytes]
_Parsed = TypeVar("_Parsed", bound=BaseModel)
_Item = TypeVar("_Item")


class LineError(ValueError):
    """A line that can't be used; the message says why."""


class Answer(NamedTuple):
    """The lines that answer a line, what was wrong with it, and the summaries in them."""

    lines: tuple[str, ...]
    fault: str | None = None
    summaries: tuple[Summary, ...] = ()


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Lines with their numbers, blank ones left out; of one too long, only its start."""
    number = 0
    while line := stream.readline(_LONGEST + 1):
        number += 1
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(_LONGEST)
        line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line


def parse_line(kind: type[_Parsed], line: bytes) -> _Parsed:
    """The value that a line of JSON holds.

    Raises:
        LineError: if it is too long or breaks the contract; the message names each fault.
    """
    if len(line) > _LONGEST:
        raise LineError("the line is too long")
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise LineError(describe_faults(error)) from None


Respond = Callable[[bytes], Answer]
RespondToAll = Callable[[Sequence[Line]], Iterable[tuple[int, Answer]]]


def summarize_line(engine: Engine, line: bytes) -> Answer:
    """The summaries of a release, a line each."""
    ((_, answer),) = summarize_lines(engine, [(1, line)])
    return answer


def summarize_lines(engine: Engine, lines: Sequence[Line]) -> Iterator[tuple[int, Answer]]:
    """The summaries of several releases, in the order of their lines; asked for together."""
    from summarizer.summarize import summarize_batch

    answers: dict[int, Answer] = {}
    releases: dict[int, Release] = {}
    for number, line in lines:
        try:
            releases[number] = parse_line(Release, line)
        except LineError as error:
            answers[number] = Answer((), str(error))
    numbers = {id(release): number for number, release in releases.items()}
    for release, summaries in summarize_batch(releases.values(), engine):
        answers[numbers[id(release)]] = _answer(release, summaries, engine)
    return ((number, answers[number]) for number, _ in lines)


def _answer(release: Release, summaries: Sequence[Summary], engine: Engine) -> Answer:
    from summarizer.summarize import NO_TEXT
    from summarizer.translation import translate_release

    told = [*summaries, *translate_release(release, summaries, engine)]
    empty = [each.language for each in summaries if each.unsupported == (NO_TEXT,)]
    fault = f"release {release.id} ({', '.join(empty)}): {NO_TEXT}" if empty else None
    return Answer(tuple(each.to_json() for each in told), fault, tuple(told))


class CheckRequest(BaseModel):
    """A summary to check: one line of ``python -m summarizer check``."""

    model_config = ConfigDict(extra="ignore")

    language: Language
    source: str
    summary: str
    issued_at: datetime | date


def check_line(line: bytes) -> Answer:
    """The verdict on a summary; a line that can't be read gets one as well."""
    from summarizer.check import check

    try:
        request = parse_line(CheckRequest, line)
    except LineError as error:
        return Answer((_write_verdict((str(error),)),), str(error))
    verdict = check(request.language, request.source, request.summary, request.issued_at)
    return Answer((_write_verdict(verdict.unsupported),))


def _write_verdict(unsupported: tuple[str, ...]) -> str:
    verdict = {"supported": not unsupported, "unsupported": list(unsupported)}
    return json.dumps(verdict, ensure_ascii=False)


def count_releases_at_once(engine: Engine) -> int:
    """How many releases keep an engine busy: each has two texts."""
    return max(1, engine.batch_size // 2) if isinstance(engine, BatchEngine) else 1


def count_processes() -> int:
    """How many processes this machine has room for."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, _MOST_PROCESSES)


def answer_in_order(
    lines: Iterable[Line], respond: Respond, processes: int
) -> Iterator[tuple[int, Answer]]:
    """Each line's number and answer, in the order of the lines, as soon as it is there.

    Args:
        lines: numbered lines; read only a little ahead of what has been answered.
        respond: pure, and such as can be sent to another process.
        processes: how many to share the lines out among; 1 answers them all here.
    """
    lines = iter(lines)
    alone = islice(lines, _ALONE) if processes > 1 else lines
    yield from ((number, respond(line)) for number, line in alone)
    if processes > 1:
        yield from _share_out(lines, respond, processes)


def answer_in_batches(
    lines: Iterable[Line], respond: RespondToAll, most: int
) -> Iterator[tuple[int, Answer]]:
    """Each line's number and answer, in order; lines that are there already are given together.

    Args:
        lines: numbered lines, read in a thread, for one may be long in coming.
        respond: answers several lines, at most ``most`` of them.
        most: how many lines to give at once, and to read ahead.
    """
    waiting = _read_ahead(lines, most)
    last: Line | Exception | None = (0, b"")
    while isinstance(last, tuple):
        taken = _take(waiting, most)
        last = taken[-1]
        batch = [each for each in taken if isinstance(each, tuple)]
        if batch:
            yield from respond(batch)
    if last is not None:
        raise last


def _take(
    waiting: "queue.Queue[Line | Exception | None]", most: int
) -> list[Line | Exception | None]:
    """What is there, at least one; nothing comes after what is no line."""
    taken = [waiting.get()]
    with contextlib.suppress(queue.Empty):
        while len(taken) < most and isinstance(taken[-1], tuple):
            taken.append(waiting.get_nowait())
    return taken


def _read_ahead(items: Iterable[_Item], most: int) -> "queue.Queue[_Item | Exception | None]":
    """A queue that a thread fills, for an item may be long in coming while answers are ready.

    After the last comes None, or what went wrong, to be raised where the answers are awaited.
    """
    waiting: queue.Queue[_Item | Exception | None] = queue.Queue(most)

    def feed() -> None:
        ended: Exception | None = None
        try:
            for item in items:
                waiting.put(item)
        except Exception as error:  # noqa: BLE001  # see above
            ended = error
        waiting.put(ended)

    threading.Thread(target=feed, daemon=True).start()
    return waiting


def _share_out(
    lines: Iterator[Line], respond: Respond, processes: int
) -> Iterator[tuple[int, Answer]]:
    first = next(lines, None)
    if first is None:
        return
    pool = ProcessPoolExecutor(processes, initializer=_leave_interrupts_to_the_parent)
    given = ((line, _submit(pool, respond, line[1])) for line in chain((first,), lines))
    waiting = _read_ahead(given, processes * _WAITING_EACH)
    try:
        while isinstance(item := waiting.get(), tuple):
            (number, line), answer = item
            yield number, _get(answer, respond, line)
        if item is not None:
            raise item
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, respond: Respond, line: bytes) -> "Future[Answer] | None":
    try:
        return pool.submit(respond, line)
    except RuntimeError:
        return None  # broken, or shut down


def _get(answer: "Future[Answer] | None", respond: Respond, line: bytes) -> Answer:
    """An answer; where a process was killed, what it had is answered here."""
    if answer is not None:
        with contextlib.suppress(BrokenProcessPool):
            return answer.result()
    return respond(line)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
