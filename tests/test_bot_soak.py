"""Some minutes of sending with all faults on; half an hour of it is a bench."""

from pathlib import Path
from random import Random
from statistics import median

from soaking import (
    ALL_FAULTS,
    LONGEST_WAY,
    SoakPlan,
    ask_during_broadcast,
    run_quickly,
    run_soak,
)

from bot.delivery import IN_FLIGHT


def test_windows_are_kept_and_all_arrives_whatever_goes_wrong(tmp_path: Path) -> None:
    plan = SoakPlan(chats=250, groups=5, seconds=120, floods=0.002, seed=15)
    came = run_soak(plan, tmp_path)
    assert came.unkept == []
    # All that was planned did happen, or this would prove little.
    assert set(came.faults) == ALL_FAULTS
    assert set(came.statuses) == {"sent", "gone", "refused"}
    assert came.repeats > 0


def test_answers_overtake_a_broadcast_at_full_pace(tmp_path: Path) -> None:
    between = run_quickly(ask_during_broadcast(tmp_path, 400, 12, Random(2)), seed=2)
    assert len(between) == 12
    assert min(between) >= 0
    # What goes out while the bot's poll is on its way, and then the answer; and those in flight.
    assert max(between) <= 25 * 2 * LONGEST_WAY + IN_FLIGHT
    assert median(between) <= 3
