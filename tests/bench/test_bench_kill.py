"""Killing the bot hundreds of times: what is lost, and what comes twice.

The promise itself is asserted; the figures are printed, and kept in docs/benchmarks.md.
"""

import signal
from pathlib import Path

import pytest
from bot_process import BotNursery
from killing import answer_under_fire, deliver_under_fire

from bot.delivery import IN_FLIGHT

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7_200)]


@pytest.mark.parametrize(
    ("number", "chats", "kills"), [(signal.SIGKILL, 50_000, 500), (signal.SIGTERM, 5_000, 100)]
)
def test_fifty_thousand_digests(
    nursery: BotNursery, tmp_path: Path, number: signal.Signals, chats: int, kills: int
) -> None:
    came = deliver_under_fire(
        nursery,
        tmp_path,
        chats=chats,
        kills=kills,
        number=number,
        seed=7,
        longest=1.0,
    )
    print(f"\n{number.name} over {chats:,} digests: {came.in_words}")
    assert came.lost == 0
    assert came.repeated <= (IN_FLIGHT * came.kills if number == signal.SIGKILL else 0)
    assert came.integrity == "ok"


def test_five_thousand_questions(nursery: BotNursery, tmp_path: Path) -> None:
    came = answer_under_fire(
        nursery,
        tmp_path,
        updates=5_000,
        kills=200,
        seed=9,
        longest=1.0,
    )
    print(f"\n5,000 questions: {came.in_words}")
    assert came.lost == 0
    assert came.repeated <= IN_FLIGHT * came.kills
    assert came.integrity == "ok"
