"""Nothing owed is lost when the bot is killed; the long form of this is a bench."""

import signal
from pathlib import Path

from bot_process import BotNursery
from killing import answer_under_fire, deliver_under_fire

from bot.delivery import IN_FLIGHT


def test_kill_9_loses_no_digest_and_repeats_no_more_than_were_in_flight(
    nursery: BotNursery, tmp_path: Path
) -> None:
    came = deliver_under_fire(
        nursery,
        tmp_path,
        chats=120,
        kills=6,
        number=signal.SIGKILL,
        seed=1,
        longest=1.0,
    )
    assert came.lost == 0
    assert came.repeated <= IN_FLIGHT * came.kills
    assert came.integrity == "ok"


def test_sigterm_loses_no_digest_and_repeats_none(nursery: BotNursery, tmp_path: Path) -> None:
    came = deliver_under_fire(
        nursery,
        tmp_path,
        chats=80,
        kills=4,
        number=signal.SIGTERM,
        seed=2,
        longest=1.0,
    )
    assert (came.lost, came.repeated) == (0, 0)


def test_kill_9_loses_no_question(nursery: BotNursery, tmp_path: Path) -> None:
    came = answer_under_fire(
        nursery,
        tmp_path,
        updates=60,
        kills=5,
        seed=3,
        longest=1.0,
    )
    assert came.lost == 0
    assert came.repeated <= IN_FLIGHT * came.kills
