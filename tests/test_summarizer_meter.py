"""The meter: what a model did, added up, and told as speeds."""

import pickle
import threading

import pytest

from summarizer.meter import Generation, Meter, Speeds


def test_speeds_are_of_tokens_that_were_really_read_and_written() -> None:
    meter = Meter()
    meter.add(Generation(1_000, 400, 90, prefill_seconds=6.0, decode_seconds=9.0, answers=1))
    meter.add(Generation(600, 0, 110, prefill_seconds=6.0, decode_seconds=11.0, answers=3))
    speeds = meter.snapshot()
    assert speeds.prefill == pytest.approx(100.0)
    assert speeds.decode == pytest.approx(10.0)
    assert speeds.seconds_an_answer == pytest.approx(8.0)
    assert speeds.total == Generation(1_600, 400, 200, 12.0, 20.0, 4)


def test_what_was_not_measured_has_no_speed() -> None:
    assert Speeds().prefill is None
    assert Speeds().seconds_an_answer is None
    meter = Meter()
    meter.add(Generation(new_tokens=50, decode_seconds=5.0))
    assert (meter.snapshot().prefill, meter.snapshot().decode) == (None, 10.0)


def test_what_came_after_an_earlier_snapshot_can_be_told() -> None:
    meter = Meter()
    meter.add(Generation(100, 0, 10, 1.0, 1.0))
    before = meter.snapshot()
    meter.add(Generation(300, 100, 40, 1.0, 2.0))
    between = meter.snapshot().since(before)
    assert between.total == Generation(300, 100, 40, 1.0, 2.0, 1)
    assert (between.prefill, between.decode) == (200.0, 20.0)


def test_a_snapshot_can_be_sent_to_another_process() -> None:
    meter = Meter()
    meter.add(Generation(100, 0, 10, 1.0, 1.0))
    assert pickle.loads(pickle.dumps(meter.snapshot())) == meter.snapshot()


def test_threads_may_add_at_the_same_time() -> None:
    meter = Meter()

    def add_many() -> None:
        for _ in range(500):
            meter.add(Generation(3, 1, 2, 0.5, 0.25))

    threads = [threading.Thread(target=add_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.snapshot().total == Generation(6_000, 2_000, 4_000, 1_000.0, 500.0, 2_000)
