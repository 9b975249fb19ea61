"""How quickly the bot answers while the summariser's process has all processors at work.

The bot is asked over HTTP through the local Bot API server, in one process with it and with the
reader, while the worker's process multiplies matrices on every core. Beside it the same without
the lower priority, and with nothing to do. No test fails on a clock.
"""

import asyncio
import os
import statistics
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import make_releases, make_summaries
from talk import Talk, open_talk

from data.models import Method, Release, ReleaseText
from summarizer.engines.base import Draft
from summarizer.loading import EngineOptions, LoadedEngine
from summarizer.worker import Limits, SummaryWorker, serve
from summarizer.worker.messages import Setup

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

ASKED = 200
GOAL = 0.150
SIZE = 1_200


class Busy:
    """An engine that multiplies matrices on every core, as reading a prompt does, for ever."""

    method: Method = "model"
    model: str | None = "busy"

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """Never comes back."""
        cores = len(os.sched_getaffinity(0))
        threads = [threading.Thread(target=multiply, daemon=True) for _ in range(cores)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return Draft("")


def multiply() -> None:
    matrix = np.ones((SIZE, SIZE), np.float32)
    while True:
        matrix @ matrix


def serve_busy(pipe: Connection, setup: Setup) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"

    def load(options: EngineOptions) -> LoadedEngine:
        engine: Any = Busy()
        return LoadedEngine(engine, "The engine multiplies matrices.")

    serve(pipe, setup, load)


@pytest.mark.parametrize("state", ["at rest", "at work, nice 10", "at work, nice 0"])
async def test_an_answer_while_the_model_is_at_work(
    tmp_path: Path, now: datetime, state: str
) -> None:
    worker = SummaryWorker(
        EngineOptions(), Limits(niceness=0 if state.endswith("nice 0") else 10), serve=serve_busy
    )
    releases = make_releases(20)
    async with open_talk(tmp_path, now) as talk:
        fill(talk, releases)
        try:
            if state != "at rest":
                work = asyncio.ensure_future(worker.summarize(releases[0]))
                await wait_until_at_work(worker)
                work.cancel()  # the process goes on
            seconds = [await measure_answer(talk) for _ in range(ASKED)]
        finally:
            await worker.close()
    cuts = statistics.quantiles(seconds, n=20)
    late = sum(each > GOAL for each in seconds)
    print(
        f"\n/latest with the process {state}: p50 {1000 * cuts[9]:.0f} ms, p95 "
        f"{1000 * cuts[18]:.0f} ms, most {1000 * max(seconds):.0f} ms; {late} of {ASKED} over "
        f"{1000 * GOAL:.0f} ms",
        end="",
    )


def fill(talk: Talk, releases: Sequence[Release]) -> None:
    store, moment = talk.app.store, datetime(2026, 11, 22, tzinfo=UTC)
    store.releases.save(releases, moment)
    for release in releases:
        store.releases.save_summaries(release, make_summaries(release), moment)


async def wait_until_at_work(worker: SummaryWorker) -> None:
    while worker.report().state != "working":  # noqa: ASYNC110  # in another process
        await asyncio.sleep(0.1)
    await asyncio.sleep(3)  # the threads are at it


async def measure_answer(talk: Talk) -> float:
    start = time.perf_counter()
    assert (await talk.say("/latest"))[0].text
    return time.perf_counter() - start
