"""Fixtures that more than one test file needs."""

import gc
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from bot_process import BotNursery
from fakes import Clock, StaticSite

from bot.local import LocalTelegram
from data.store.store import Store, open_store
from data.tables import Tables, load_tables

# No test fails on a clock: a busy machine is no fault of the code. CI keeps hypothesis's own
# profile, which has no deadline either and draws the same examples each time.
if not os.environ.get("CI"):
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")

SHARED = Path(__file__).parent.parent.parent / "shared"


@pytest.fixture(scope="module", autouse=True)
def _spare_the_collector() -> None:
    """Let it pass by what is there before the file: torch, tables and some 8,000 tests.

    Decoding and trafilatura collect after each answer; looking through all of that is a second.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def gia() -> Path:
    """The folder of real pages and feeds, where it is at hand."""
    folder = SHARED / "gia"
    if not folder.is_dir():
        pytest.skip("the real pages and feeds are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def seeds() -> list[Path]:
    """The saved texts of re-publishers' pages, where they are at hand."""
    files = sorted((SHARED / "seeds").glob("*.txt"))
    if not files:
        pytest.skip("the saved texts of re-publishers' pages are not beside this checkout")
    return files


@pytest.fixture(scope="session")
def tables() -> Tables:
    return load_tables()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "test.db")
    yield opened
    opened.close()


@pytest.fixture
def site() -> Iterator[StaticSite]:
    with StaticSite() as running:
        yield running


@pytest.fixture
def now() -> datetime:
    """A fixed moment: a Sunday morning, 08:00 in Hong Kong."""
    return datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
async def local(clock: Clock) -> AsyncIterator[LocalTelegram]:
    async with LocalTelegram(clock=clock) as server:
        yield server


@pytest.fixture(scope="module")
def nursery() -> Iterator[BotNursery]:
    with BotNursery() as opened:
        yield opened
