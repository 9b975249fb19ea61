"""Some minutes of sending with all faults on; half an hour of it is a bench."""

from pathlib import Path
from random import Random

from soaking import ALL_FAULTS, SoakPlan, ask_during_broadcast, run_quickly, run_soak


def test_windows_are_kept_and_all_arrives_whatever_goes_wrong(tmp_path: Path) -> None:
    plan = SoakPlan(chats=250, groups=5, seconds=120, floods=0.002, seed=1)
    came = run_soak(plan, tmp_path)
    assert came.unkept == []
    # All that was planned did happen, or this would prove little.
    assert set(came.faults) == ALL_FAULTS
    assert set(came.statuses) == {"sent", "gone", "refused"}
    assert came.repeats > 0


def test_answers_overtake_a_broadcast_at_full_pace(tmp_path: Path) -> None:
    between = run_quickly(ask_during_broadcast(tmp_path, 400, 12, Random(2)), seed=2)
    assert len(between) == 12
    # Those in flight, and those that start while the question is on its way to the bot.
    assert max(between) <= 8
