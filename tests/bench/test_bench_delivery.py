"""Delivery: half an hour with all faults on, the share of the pace, the cost of the outbox, and
how soon a reader is answered while a broadcast runs.

What is promised is asserted; the figures are printed, and kept in docs/benchmarks.md. What a
message costs over the bare transports is in ``test_bench_transport``.
"""

import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median, quantiles

import pytest
from bot_process import BotNursery, BotOrder
from killing import PATIENCE, fill
from soaking import SoakPlan, run_soak
from telegram.ext import ApplicationBuilder
from telegram.request import BaseRequest, HTTPXRequest
from telegram_process import TelegramProcess, open_telegram
from test_bench_transport import open_constant_api

from bot.delivery import Sender
from bot.local import LOCAL_TOKEN
from bot.local.journal import read_journal
from bot.outcomes import Outcome
from bot.pacing import Pacing
from bot.pauses import Pauses
from bot.timer import Bell, Timer
from bot.transport import AiohttpRequest
from data.models import Content, Delivery, Priority
from data.store.store import Store

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3_600)]

PACE = 25.0
PACED = 1_500
ROUNDS = 5  # of each transport in turn: the machine may be busy with other things
MESSAGES = 20_000
# The stock transport takes as long for these; its rate doesn't depend on how many there are.
STOCK_MESSAGES = 5_000
TEXT = (
    "<b>天文台發出強烈季候風信號</b>\n今日上午十一時二十分，天文台發出強烈季候風信號，預料風勢頗大。\n\n"
    * 8
)
QUESTIONS = 150
QUESTIONS_AT_REST = 50
BROADCAST = 4_000


def test_half_an_hour_with_all_faults_on(tmp_path: Path) -> None:
    plan = SoakPlan(chats=21_000, groups=100, seconds=1_800, floods=0.0001, seed=7)
    came = run_soak(plan, tmp_path)
    print(f"\n{came.in_words}\n{describe_load()}")
    assert came.unkept == []


def describe_load() -> str:
    """How much else the machine does: a figure without it says little."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def read_clock() -> datetime:
    return datetime.now(UTC)


def fail(delivery: Delivery, outcome: Outcome, error: str) -> None:
    raise AssertionError(f"{delivery.key}: {outcome} {error}")


@asynccontextmanager
async def open_sender(
    store: Store, base_url: str, request: BaseRequest, rate: float | None
) -> AsyncIterator[Sender]:
    pacing, timer = Pacing(rate), Timer()
    builder = ApplicationBuilder().token(LOCAL_TOKEN).updater(None).base_url(base_url)
    # Nothing is polled here, so that the other request is only there to be opened and closed.
    builder = builder.request(request).get_updates_request(AiohttpRequest())
    application = builder.rate_limiter(Pauses(pacing, timer)).build()
    await application.bot.request.initialize()
    try:
        yield Sender(application.bot, store, pacing, read_clock, fail, Bell(), timer)
    finally:
        await application.bot.request.shutdown()


def owe(store: Store, first: int, count: int) -> None:
    """One digest to each of so many chats; all say the same, as digests do."""
    now = datetime.now(UTC)
    store.deliveries.owe(
        [
            Delivery(
                key=f"digest:{chat_id}",
                chat_id=chat_id,
                content=Content.of(TEXT),
                priority=Priority.DIGEST,
                not_before=now,
            )
            for chat_id in range(first, first + count)
        ],
        now,
    )


@dataclass(frozen=True)
class Measured:
    """Messages a second, and milliseconds of this process's CPU for each."""

    rate: float
    cpu: float


async def deliver(sender: Sender, count: int) -> Measured:
    start, cpu = time.perf_counter(), time.process_time()
    assert await sender.deliver_due() == count
    taken, cpu = time.perf_counter() - start, time.process_time() - cpu
    return Measured(count / taken, cpu / count * 1_000)


async def test_the_pace_is_used_and_no_window_broken(tmp_path: Path, store: Store) -> None:
    journal = tmp_path / "journal"
    with open_telegram(journal, is_strict=True, longest=1) as telegram:
        telegram.open_chats(1, PACED)
        owe(store, 1, PACED)
        async with open_sender(store, telegram.base_url, AiohttpRequest(), PACE) as sender:
            measured = await deliver(sender, PACED)
        violations = telegram.count()["violations"]
    arrived = [entry.at for entry in read_journal(journal)]
    rate = (PACED - 1) / (arrived[-1] - arrived[0]).total_seconds()
    print(f"\n{PACED:,} messages at a pace of {PACE:.0f} a second, windows on:")
    print(f"  {rate:.2f} a second arrived, {rate / PACE:.1%} of the pace; ", end="")
    print(f"{measured.cpu:.2f} ms of CPU each; windows broken {len(violations)}; {describe_load()}")
    assert violations == []


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with open_constant_api() as address:
        yield address


async def test_the_outbox_without_a_pace(base_url: str, store: Store) -> None:
    """Claim, send, and record with a commit that outlives a power cut."""
    makes: dict[str, tuple[Callable[[], BaseRequest], int]] = {
        "stock": (HTTPXRequest, STOCK_MESSAGES // ROUNDS),
        "ours": (AiohttpRequest, MESSAGES // ROUNDS),
    }
    rounds: dict[str, list[Measured]] = {name: [] for name in makes}
    first = 1
    for _ in range(ROUNDS):
        for name, (make, count) in makes.items():
            owe(store, first, count)
            first += count
            async with open_sender(store, base_url, make(), None) as sender:
                rounds[name].append(await deliver(sender, count))
    print(f"\nthe outbox without a pace, messages of {len(TEXT)} characters ({describe_load()}):")
    for name, measured in rounds.items():
        rate, cpu = median(m.rate for m in measured), median(m.cpu for m in measured)
        print(f"  {name}: {rate:,.0f} a second, {cpu:.2f} ms of CPU each")
    pairs = list(zip(rounds["stock"], rounds["ours"], strict=True))
    faster = [ours.rate / stock.rate for stock, ours in pairs]
    cheaper = [stock.cpu / ours.cpu for stock, ours in pairs]
    print(f"  ours to stock: {median(faster):.1f} times the rate", end="")
    print(f" ({min(faster):.1f} to {max(faster):.1f}), CPU 1/{median(cheaper):.1f}")


def test_latest_is_answered_at_once_while_a_broadcast_runs(tmp_path: Path) -> None:
    journal, dice = tmp_path / "journal", Random(5)
    with BotNursery() as nursery, open_telegram(journal, is_strict=True, longest=1) as telegram:
        address = (telegram.token, telegram.base_url, telegram.base_file_url)
        order = BotOrder(str(tmp_path), *address, PACE)
        asking = Asking(telegram, journal, dice)
        telegram.open_chats(1, BROADCAST + QUESTIONS + QUESTIONS_AT_REST + 1)
        fill(order, 0)
        pid = nursery.start(order)
        # The first one only shows that the bot has started.
        asking.ask(BROADCAST + 1, 1)
        at_rest = asking.ask(BROADCAST + 2, QUESTIONS_AT_REST)
        nursery.end(pid, signal.SIGTERM)
        fill(order, BROADCAST)
        pid = nursery.start(order)
        asking.wait_for(lambda: telegram.count()["sent"] > QUESTIONS_AT_REST + 2 * PACE)
        meanwhile = asking.ask(BROADCAST + 2 + QUESTIONS_AT_REST, QUESTIONS)
        came = telegram.count()
        nursery.end(pid, signal.SIGTERM)
    print(f"\nfrom /latest to its answer, in ms ({describe_load()}):")
    print(f"  nothing else to send: {describe(at_rest)}")
    print(f"  during a broadcast at {PACE:.0f} a second: {describe(meanwhile)}")
    assert came["sent"] < BROADCAST  # it was not over before the last question
    assert came["violations"] == []


@dataclass(frozen=True)
class Asking:
    """People who ask at random moments, each in a chat of their own."""

    telegram: TelegramProcess
    journal: Path
    dice: Random

    def ask(self, first: int, count: int) -> list[float]:
        """Milliseconds until each answer stood in its chat."""
        asked: dict[int, datetime] = {}
        for chat_id in range(first, first + count):
            time.sleep(self.dice.uniform(0, 0.6))
            asked[chat_id] = datetime.now(UTC)
            self.telegram.say("/latest", chat_id)
        self.wait_for(lambda: len(self._find_answers(asked)) == len(asked))
        answered = self._find_answers(asked)
        return [(answered[each] - at).total_seconds() * 1_000 for each, at in asked.items()]

    def wait_for(self, wanted: Callable[[], bool]) -> None:
        give_up = time.monotonic() + PATIENCE
        while not wanted():
            assert time.monotonic() < give_up
            time.sleep(0.5)

    def _find_answers(self, asked: Collection[int]) -> dict[int, datetime]:
        entries = read_journal(self.journal)
        return {entry.chat_id: entry.at for entry in entries if entry.chat_id in asked}


def describe(waits: list[float]) -> str:
    return (
        f"{median(waits):.0f} at the median, {quantiles(waits, n=20)[-1]:.0f} at the 95th"
        f" percentile, {max(waits):.0f} at most, of {len(waits)}"
    )
