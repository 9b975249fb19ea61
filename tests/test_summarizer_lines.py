"""Answers in order, from one process or several."""

import os
import threading
import time
from collections.abc import Iterator

import pytest

from summarizer.lines import Answer, answer_in_order, count_processes


def respond(line: bytes) -> Answer:
    """Later lines are answered sooner."""
    time.sleep(0.02 if int(line) % 3 == 0 else 0.0)
    return Answer((line.decode(),), "odd" if int(line) % 2 else None)


PARENT = os.getpid()


def die_elsewhere(line: bytes) -> Answer:
    """Kills every process but the one that runs the tests, as a lack of memory does."""
    if os.getpid() != PARENT and line == b"40":
        os._exit(9)
    return Answer((line.decode(),))


def name_process(line: bytes) -> Answer:
    time.sleep(0.01)
    return Answer((str(os.getpid()),))


def number(count: int) -> Iterator[tuple[int, bytes]]:
    return ((each, str(each).encode()) for each in range(count))


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 24, 25, 120])
def test_every_line_is_answered_once_and_in_order(processes: int, count: int) -> None:
    answers = list(answer_in_order(number(count), respond, processes))
    assert [each for each, _ in answers] == list(range(count))
    assert [answer.lines for _, answer in answers] == [(str(each),) for each in range(count)]
    assert [bool(answer.fault) for _, answer in answers] == [each % 2 == 1 for each in range(count)]


def test_many_lines_are_shared_out_and_few_are_not() -> None:
    few = {answer.lines for _, answer in answer_in_order(number(20), name_process, 2)}
    many = {answer.lines for _, answer in answer_in_order(number(90), name_process, 2)}
    assert few == {(str(PARENT),)}
    assert len(many) == 3


def test_a_process_that_is_killed_loses_no_line() -> None:
    answers = list(answer_in_order(number(90), die_elsewhere, 2))
    assert [answer.lines for _, answer in answers] == [(str(each),) for each in range(90)]


def test_an_answer_does_not_wait_for_the_line_after_the_next() -> None:
    more = threading.Event()

    def slowly() -> Iterator[tuple[int, bytes]]:
        yield from number(40)
        assert more.wait(60)
        yield 40, b"40"

    answers = answer_in_order(slowly(), respond, 2)
    early = [next(answers) for _ in range(40)]
    assert [each for each, _ in early] == list(range(40))
    more.set()
    assert [each for each, _ in answers] == [40]


def test_lines_are_read_only_a_little_ahead() -> None:
    read = 0

    def count() -> Iterator[tuple[int, bytes]]:
        nonlocal read
        for line in number(10_000):
            read += 1
            yield line

    answers = answer_in_order(count(), respond, 2)
    for _ in range(60):
        next(answers)
    answers.close()  # type: ignore[attr-defined]  # a generator
    assert read < 200


def test_a_source_of_lines_that_fails_says_so() -> None:
    def fail() -> Iterator[tuple[int, bytes]]:
        yield from number(50)
        raise OSError("the disk is gone")

    answers = answer_in_order(fail(), respond, 2)
    assert [next(answers)[0] for _ in range(50)] == list(range(50))
    with pytest.raises(OSError, match="the disk is gone"):
        next(answers)


def test_there_is_at_least_one_process() -> None:
    assert 1 <= count_processes() <= 4
