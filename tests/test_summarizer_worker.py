import asyncio
import os
import signal
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from data.models import Release, ReleaseText
from summarizer.loading import EngineOptions, LoadedEngine, WrongUseError, load_engine
from summarizer.worker import SummaryWorker, serve

BODY = (
    "The Lantern Bureau announced today (November 27) that 13 600 lamps on Pier Road in Tai Po "
    "will be replaced from December 1. Members of the public should avoid Pier Road at night."
)


def make_release(name: str = "P1", body: str = BODY) -> Release:
    issued = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
    text = ReleaseText(language="en", id=name, url="u", title="Lamps", body=body, issued_at=issued)
    return Release(id=name, source="s", issued_at=issued, texts={"en": text})


async def test_summaries_come_from_a_process_of_their_own() -> None:
    worker = SummaryWorker(EngineOptions("extract"))
    try:
        assert await worker.start() == worker.engine_sentence
        assert "extract engine" in (worker.engine_sentence or "")
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.supported) == ("extract", True)
    finally:
        await worker.close()


async def test_a_model_is_loaded_and_used_in_the_process(tmp_path: Path) -> None:
    import tiny_models  # here: the children of the other tests must not import torch

    folder = tiny_models.build_reciting(
        tmp_path / "model",
        "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1,",
        " and members of the public should avoid the road at night.",
    )
    worker = SummaryWorker(EngineOptions("auto", str(folder)))
    try:
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.model) == ("model", str(folder))
        assert str(folder) in (worker.engine_sentence or "")
    finally:
        await worker.close()


async def test_a_killed_process_is_replaced_and_loses_nothing() -> None:
    worker = SummaryWorker(EngineOptions("extract"))
    try:
        await worker.start()
        os.kill(find_child(), signal.SIGKILL)
        summaries = await asyncio.gather(
            *(worker.summarize(make_release(f"P{number}")) for number in range(3))
        )
        assert [summary.id for (summary,) in summaries] == ["P0", "P1", "P2"]
    finally:
        await worker.close()


async def test_a_caller_that_gives_up_leaves_no_answer_for_the_next() -> None:
    worker = SummaryWorker(EngineOptions("extract"))
    try:
        await worker.start()
        first = asyncio.ensure_future(worker.summarize(make_release("P1")))
        await asyncio.sleep(0)
        first.cancel()
        (summary,) = await worker.summarize(make_release("P2"))
        assert summary.id == "P2"
    finally:
        await worker.close()


async def test_closing_ends_the_process_and_may_be_repeated() -> None:
    worker = SummaryWorker(EngineOptions("extract"))
    await worker.start()
    await worker.close()
    await worker.close()
    (summary,) = await worker.summarize(make_release())
    assert summary.supported
    await worker.close()


async def test_wrong_use_is_told_to_whoever_starts_it() -> None:
    worker = SummaryWorker(EngineOptions("transformer"))
    with pytest.raises(WrongUseError, match="needs a model"):
        await worker.start()
    await worker.close()


class Deadly:
    """Dies on a release that says so, as a model out of memory does."""

    method = "model"
    model = "deadly"

    def draft(self, text: ReleaseText, faults: object = ()) -> object:
        os._exit(9)


def load_deadly(options: EngineOptions) -> LoadedEngine:
    if options.choice == "extract":
        return load_engine(options)
    return LoadedEngine(Deadly(), "deadly")  # type: ignore[arg-type]


def serve_deadly(pipe: Connection, options: EngineOptions) -> None:
    serve(pipe, options, load_deadly)


async def test_a_release_that_kills_the_process_twice_is_extracted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    worker = SummaryWorker(EngineOptions("auto"), serve=serve_deadly)
    try:
        (summary,) = await worker.summarize(make_release("P7"))
        assert (summary.id, summary.method, summary.supported) == ("P7", "extract", True)
        assert "P7 ended the model's process twice" in caplog.text
    finally:
        await worker.close()


def find_child() -> int:
    (child,) = get_context("spawn").active_children()
    assert child.pid is not None
    return child.pid
