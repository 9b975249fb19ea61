"""The worker with real processes: whatever becomes of them, no release is lost."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from scripted import BODY, SAID, serve_scripted

from data.models import Release, ReleaseText, Summary
from summarizer.engines.base import WrongUseError
from summarizer.loading import EngineOptions
from summarizer.machine import find_total_memory
from summarizer.worker import Limits, SummaryWorker, WorkerClosedError
from summarizer.worker.memory import read_held
from summarizer.worker.report import Tally, count_reason, name_kind
from summarizer.worker.restarts import Restarts

ISSUED = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
QUICK = Limits(beat=0.05, niceness=0)
PATIENCE = 100


def make_release(name: str = "P1", title: str = "Lamps", *, minutes: int = 0) -> Release:
    issued = ISSUED + timedelta(minutes=minutes)
    text = ReleaseText(language="en", id=name, url="u", title=title, body=BODY, issued_at=issued)
    return Release(id=name, source="s", issued_at=issued, texts={"en": text})


def make_releases(count: int, title: str = "Lamps") -> list[Release]:
    """The last is the newest."""
    return [make_release(f"P{number}", title, minutes=number) for number in range(count)]


def make_summary() -> Summary:
    return Summary(
        id="P9", language="en", headline="Lamps", text=SAID, method="model", supported=True
    )


@asynccontextmanager
async def open_worker(folder: Path, **limits: Any) -> AsyncIterator[SummaryWorker]:
    options = EngineOptions("auto", str(folder))
    worker = SummaryWorker(options, replace(QUICK, **limits), serve=serve_scripted)
    try:
        yield worker
    finally:
        await worker.close()


def read_notes(folder: Path, name: str = "notes") -> list[str]:
    return (folder / name).read_text("utf-8").splitlines()


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  # what is waited for happens in other processes
            await asyncio.sleep(0.02)


def begin(worker: SummaryWorker, *releases: Release) -> list[asyncio.Task[tuple[Summary, ...]]]:
    return [asyncio.ensure_future(worker.summarize(release)) for release in releases]


async def begin_behind_another(
    worker: SummaryWorker, folder: Path, *releases: Release
) -> list[asyncio.Task[tuple[Summary, ...]]]:
    """Let all of them wait while the process is at work on another, and then go on."""
    (busy,) = begin(worker, make_release("busy", "wait"))
    await wait_until(lambda: worker.report().in_flight == 1)
    tasks = begin(worker, *releases)
    await wait_until(lambda: worker.report().waiting == len(releases))
    (folder / "go").touch()
    await busy
    return tasks


async def test_summaries_come_from_a_process_of_their_own() -> None:
    worker = SummaryWorker(EngineOptions("extract"))
    try:
        assert await worker.start() == worker.engine_sentence
        assert "extract engine" in (worker.engine_sentence or "")
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.supported) == ("extract", True)
        assert worker.report().fallbacks == {}
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


async def test_releases_go_in_batches_newest_first_and_wanted_ones_before_all(
    tmp_path: Path,
) -> None:
    async with open_worker(tmp_path) as worker:
        worker.want(["P2"])
        releases = [*make_releases(10), make_release("P0")]  # one of them asked for twice
        tasks = await begin_behind_another(worker, tmp_path, *releases)
        summaries = [summary for (summary,) in await asyncio.gather(*tasks)]
        assert [summary.id for summary in summaries] == [release.id for release in releases]
        assert {summary.text for summary in summaries} == {SAID}
        batches = ["busy", "P2 P9 P8 P7", "P6 P5 P4 P3", "P1 P0", "P0"]
        assert read_notes(tmp_path) == batches
        assert worker.wanted == frozenset()


async def test_a_translation_comes_after_the_summaries_and_alone(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        (busy,) = begin(worker, make_release("busy", "wait"))
        await wait_until(lambda: worker.report().in_flight == 1)
        release = make_release("P9", minutes=9)
        later = asyncio.ensure_future(worker.translate(release, [make_summary()]))
        tasks = begin(worker, *make_releases(2))
        await wait_until(lambda: worker.report().waiting == 3)
        (tmp_path / "go").touch()
        await asyncio.gather(busy, *tasks)
        (translated,) = await later
        assert (translated.id, translated.language) == ("P9", "zh")
        assert translated.method == "translation", translated.unsupported
        assert read_notes(tmp_path) == ["busy", "P1 P0", "P9"]


async def test_a_process_that_dies_while_it_has_nothing_to_do_is_replaced(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_worker(tmp_path) as worker:
        await worker.start()
        os.kill(find_child(), signal.SIGKILL)
        await wait_until(lambda: worker.report().state != "ready")
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.reason) == ("model", None)
        assert "while it had nothing to do" in caplog.text
        assert worker.report().restarts == 1


async def test_a_kill_in_the_middle_of_a_batch_loses_nothing_and_each_is_tried_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_worker(tmp_path) as worker:
        await worker.start()
        tasks = begin(worker, *make_releases(3, "wait"))
        await wait_until((tmp_path / "notes").exists)
        os.kill(find_child(), signal.SIGKILL)
        (tmp_path / "go").touch()
        summaries = [summary for (summary,) in await asyncio.gather(*tasks)]
        assert [(each.id, each.method) for each in summaries] == [
            (f"P{number}", "model") for number in range(3)
        ]
        assert read_notes(tmp_path) == ["P2 P1 P0", "P2", "P1", "P0"]
        assert "killed by signal 9" in caplog.text


async def test_the_release_that_kills_is_found_extracted_and_named_and_the_others_are_spared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_worker(tmp_path) as worker:
        good, bad = make_release("P1"), make_release("P7", "relapse")
        tasks = await begin_behind_another(worker, tmp_path, good, bad)
        ((spared,), (deadly,)) = await asyncio.gather(*tasks)
        assert (spared.method, spared.reason) == ("model", None)
        assert (deadly.id, deadly.method, deadly.supported) == ("P7", "extract", True)
        assert deadly.reason == "the model's process ended twice"
        # What was answered before the death is kept, and not tried again.
        assert read_notes(tmp_path) == ["busy", "P1 P7", "P7", "P7", "P7"]
        (named,) = [record for record in caplog.records if record.levelname == "ERROR"]
        assert "Release P7: the model's process ended twice" in named.message
        report = worker.report()
        assert report.fallbacks == {"the model's process ended twice": 1}
        assert (report.restarts, report.waiting, report.in_flight) == (2, 0, 0)


async def test_a_translation_that_kills_is_left_and_says_why(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        (mark,) = await worker.translate(make_release("P2", "die"), [make_summary()])
        assert mark.unsupported == ("the model's process ended twice",)


@pytest.mark.parametrize(
    ("title", "limits", "said"),
    [
        ("wait", {"release": 0.6}, "it took longer than"),
        ("stop", {"silence": 0.5}, "it gave no sign of life"),
        ("grow 400000000", {"memory": 300_000_000}, "it held"),
    ],
)
async def test_a_process_that_does_what_it_must_not_is_ended_and_the_reason_told(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    title: str,
    limits: dict[str, Any],
    said: str,
) -> None:
    async with open_worker(tmp_path, **limits) as worker:
        (summary,) = await worker.summarize(make_release("P3", title))
        assert summary.method == "extract"
        told = [record.message for record in caplog.records if record.levelname == "WARNING"]
        assert sum(said in message for message in told) >= 2


async def test_extracts_carry_on_while_the_model_cannot_be_loaded(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "fail").touch()
    async with open_worker(tmp_path) as worker:
        assert await worker.start() == "it ended with status 7"
        assert worker.report().state == "held_back"
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.supported) == ("extract", True)
        assert summary.reason == "the model's process can't be kept running"
        assert "for 1 s extracts carry on" in caplog.text
        (tmp_path / "fail").unlink()
        await wait_until(lambda: worker.report().state != "held_back")
        (summary,) = await worker.summarize(make_release())
        assert (summary.method, summary.reason) == ("model", None)


async def test_an_idle_process_ends_and_starts_again_by_itself(tmp_path: Path) -> None:
    async with open_worker(tmp_path, idle=0.2) as worker:
        await worker.summarize(make_release("P1"))
        await wait_until(lambda: worker.report().state == "unloaded")
        await wait_until(lambda: get_context("spawn").active_children() == [])
        (summary,) = await worker.summarize(make_release("P2"))
        assert summary.method == "model"
        assert worker.report().restarts == 0
        assert len(read_notes(tmp_path, "loads")) == 2


async def test_whoever_brings_too_much_waits_until_there_is_room(tmp_path: Path) -> None:
    async with open_worker(tmp_path, waiting=2) as worker:
        (busy,) = begin(worker, make_release("busy", "wait"))
        await wait_until(lambda: worker.report().in_flight == 1)
        tasks = begin(worker, *make_releases(6))
        await wait_until(lambda: worker.report().waiting == 2)
        await asyncio.sleep(0.05)
        assert worker.report().waiting == 2
        (tmp_path / "go").touch()
        await busy
        assert len(await asyncio.gather(*tasks)) == 6
        assert all(len(batch.split()) <= 2 for batch in read_notes(tmp_path))


async def test_a_caller_that_gives_up_leaves_no_answer_for_the_next(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        given_up = begin(worker, make_release("P1", "wait"))
        await wait_until(lambda: worker.report().in_flight == 1)
        given_up += begin(worker, make_release("P6"))
        await wait_until(lambda: worker.report().waiting == 1)
        for task in given_up:
            task.cancel()
        await wait_until(lambda: worker.report().waiting == 0)
        (tmp_path / "go").touch()
        (summary,) = await worker.summarize(make_release("P2"))
        assert summary.id == "P2"
        assert read_notes(tmp_path) == ["P1", "P2"]


async def test_closing_is_for_good_and_tells_whoever_waits(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        tasks = begin(worker, *make_releases(12, "wait"))
        await wait_until(lambda: worker.report().in_flight > 0)
        await worker.close()
        for task in tasks:
            with pytest.raises(WorkerClosedError):
                await task
        with pytest.raises(WorkerClosedError):
            await worker.summarize(make_release())
        await worker.close()
        assert worker.report().state == "closed"
        assert len(read_notes(tmp_path, "loads")) == 1
        assert get_context("spawn").active_children() == []


async def test_closing_while_it_loads_ends_the_process(tmp_path: Path) -> None:
    async with open_worker(tmp_path) as worker:
        starting = asyncio.ensure_future(worker.start())
        await asyncio.sleep(0.05)
        await worker.close()
        await starting
        assert get_context("spawn").active_children() == []


async def test_wrong_use_is_told_to_whoever_starts_it_or_asks_it() -> None:
    worker = SummaryWorker(EngineOptions("transformer"))
    with pytest.raises(WrongUseError, match="needs a model"):
        await worker.start()
    with pytest.raises(WrongUseError, match="needs a model"):
        await worker.summarize(make_release())
    await worker.close()


async def test_the_log_and_the_report_tell_what_was_made_and_how_fast(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with open_worker(tmp_path, memory=10**12) as worker:
        await worker.summarize(make_release("P1"))
        await wait_until(lambda: len(list_lines(caplog, "Summaries: ")) == 1)
        await worker.summarize(make_release("P2", "wrong"))
        await wait_until(lambda: len(list_lines(caplog, "Summaries: ")) == 2)
        lines = list_lines(caplog, "Summaries: ")
        assert "100 tokens/s read; 6.0 tokens/s written" in lines[0]
        assert "extracts instead: 1 × it is too short" in lines[1]
        # What the process itself has to say comes through the parent's log.
        assert len(list_lines(caplog, "A draft for P2")) == 2
        await wait_until(lambda: (worker.report().memory or 0) > 0)
        report = worker.report()
        assert (report.engine, report.state) == ("Summaries come from a script.", "ready")
        assert (report.summaries, report.tries) == (2, 4)
        assert sum(report.fallbacks.values()) == 1
        assert (report.speeds.prefill, report.speeds.decode) == (100.0, 6.0)
        assert report.ceiling == 10**12


def list_lines(caplog: pytest.LogCaptureFixture, beginning: str) -> list[str]:
    messages = [record.getMessage() for record in caplog.records]
    return [message for message in messages if message.startswith(beginning)]


def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "import test_summarizer_worker as tests\n"
        "async def main():\n"
        "    async with tests.open_worker(Path(sys.argv[1])) as worker:\n"
        "        await worker.summarize(tests.make_release(title='wait'))\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(main())\n"
    )
    (tmp_path / "parent.py").write_text(script, "utf-8")
    here = Path(__file__).parent
    parent = subprocess.Popen(
        [sys.executable, tmp_path / "parent.py", tmp_path],
        env={**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"},
    )
    try:
        wait_in_thread((tmp_path / "notes").exists)
    finally:
        parent.kill()
        parent.wait()
    (child,) = read_notes(tmp_path, "loads")
    wait_in_thread(lambda: not is_running(int(child)))


def wait_in_thread(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(number: int) -> bool:
    """A process that nobody has taken leave of yet is dead all the same."""
    try:
        state = Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def find_child() -> int:
    (child,) = get_context("spawn").active_children()
    assert child.pid is not None
    return child.pid


def test_a_process_that_keeps_dying_is_started_ever_later_until_it_answers() -> None:
    restarts = Restarts()
    waits = [restarts.note_death("it died", 100.0, loading=True) for _ in range(12)]
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 300.0
    assert not restarts.may_start(399.0)
    assert restarts.may_start(400.0)
    restarts.note_answer()
    deaths = [restarts.note_death("it died", 500.0, loading=False) for _ in range(6)]
    assert deaths == [0.0, 0.0, 0.0, 0.0, 1.0, 2.0]
    assert restarts.count == 18


def test_reasons_are_counted_by_kind_and_there_are_only_so_many() -> None:
    one = name_kind("the figure “13,600” is not in the text; it is too long")
    assert one == name_kind("the figure “7” is not in the text")
    counts = Tally().fallbacks
    for number in range(100):
        count_reason(counts, f"reason {'x' * (number % 50)}")
    assert len(counts) == 25
    assert counts["other reasons"] == 52


def test_the_memory_that_it_holds_is_known() -> None:
    held, total = read_held(), find_total_memory()
    assert held is not None
    assert total is not None
    assert 1_000_000 < held < total


@pytest.mark.parametrize(
    ("group", "file"),
    [
        ("0::/a.slice/b.service", "sys/fs/cgroup/a.slice/memory.max"),
        ("5:cpu,memory:/box", "sys/fs/cgroup/memory/memory.limit_in_bytes"),
    ],
)
def test_a_group_that_may_have_less_memory_than_the_machine_counts(
    tmp_path: Path, group: str, file: str
) -> None:
    for name, content in (("proc/self/cgroup", f"{group}\n"), (file, "123456789\n")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    assert find_total_memory(tmp_path) == 123_456_789
