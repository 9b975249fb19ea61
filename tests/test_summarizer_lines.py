"""Answers in order, from one process or several, one by one or many at once."""

import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest
from factories import make_release, make_text

from data.models import Method, ReleaseText
from summarizer.engines.base import Draft, EngineError, Request
from summarizer.engines.extract import ExtractEngine
from summarizer.lines import (
    Answer,
    Line,
    answer_in_batches,
    answer_in_order,
    count_processes,
    count_releases_at_once,
    summarize_lines,
)


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

    def tally() -> Iterator[tuple[int, bytes]]:
        nonlocal read
        for line in number(10_000):
            read += 1
            yield line

    answers = answer_in_order(tally(), respond, 2)
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


@dataclass
class Responder:
    """Answers lines, and keeps how many it was given at once."""

    sizes: list[int] = field(default_factory=list)

    def __call__(self, lines: Sequence[Line]) -> Iterator[tuple[int, Answer]]:
        self.sizes.append(len(lines))
        return ((each, Answer((line.decode(),))) for each, line in lines)


@pytest.mark.parametrize("most", [1, 3, 32])
@pytest.mark.parametrize("amount", [0, 1, 50])
def test_every_line_of_a_batch_is_answered_once_and_in_order(amount: int, most: int) -> None:
    responder = Responder()
    answers = list(answer_in_batches(number(amount), responder, most))
    assert [each for each, _ in answers] == list(range(amount))
    assert [answer.lines for _, answer in answers] == [(str(each),) for each in range(amount)]
    assert sum(responder.sizes) == amount
    assert max(responder.sizes, default=0) <= most


def test_lines_that_come_while_others_are_answered_are_answered_together() -> None:
    begun, came = threading.Event(), threading.Event()

    def type_meanwhile() -> Iterator[Line]:
        yield 0, b"0"
        assert begun.wait(60)
        yield from ((each, b"") for each in (1, 2, 3, 4))
        came.set()

    responder = Responder()
    for each, _ in answer_in_batches(type_meanwhile(), responder, 4):
        if each == 0:
            begun.set()
            assert came.wait(60)
    assert responder.sizes == [1, 4]


def test_a_line_alone_is_answered_before_the_next_one_comes() -> None:
    answered = threading.Semaphore(0)

    def type_slowly() -> Iterator[Line]:
        for line in number(5):
            yield line
            assert answered.acquire(timeout=60)

    responder = Responder()
    for each, _ in answer_in_batches(type_slowly(), responder, 8):
        assert len(responder.sizes) == each + 1
        answered.release()
    assert responder.sizes == [1] * 5


def test_lines_are_read_only_a_batch_ahead_of_their_answers() -> None:
    read = count()
    answers = answer_in_batches(zip(read, iter(lambda: b"1", b""), strict=False), Responder(), 4)
    for _ in range(20):
        next(answers)
    assert next(read) <= 20 + 3 * 4


def test_a_source_of_lines_that_fails_in_a_batch_says_so_after_the_last_answer() -> None:
    def fail() -> Iterator[Line]:
        yield from number(7)
        raise OSError("the disk is gone")

    answers = answer_in_batches(fail(), Responder(), 3)
    assert [next(answers)[0] for _ in range(7)] == list(range(7))
    with pytest.raises(OSError, match="the disk is gone"):
        next(answers)


SAID = (
    "The Harbour Department said on November 21 that 13 lanterns had been lit, and members of "
    "the public may call 2000 0123 for details."
)


class Teller:
    """An engine of ours with room for so many texts, for which it has one true summary."""

    method: Method = "model"
    model: str | None = "teller"

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.sizes: list[int] = []

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        return Draft(SAID)

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        self.sizes.append(len(requests))
        return [self.draft(request.text) for request in requests]


def write_line(number: int) -> bytes:
    return make_release(make_text("en"), release_id=f"P{number}").to_json().encode()


def test_releases_are_summarised_together_and_answered_line_for_line() -> None:
    engine = Teller(8)
    lines = [(each, write_line(each)) for each in range(1, 8)]
    lines[2:2] = [(90, b"not json"), (91, b"[]")]
    answers = list(summarize_lines(engine, lines))
    assert [each for each, _ in answers] == [1, 2, 90, 91, 3, 4, 5, 6, 7]
    assert engine.sizes == [7]
    for each, answer in answers:
        if each >= 90:
            assert answer.fault
            assert not answer.lines
        else:
            assert answer.fault is None
            # The second is the headline, for want of a translator.
            assert [made.id for made in answer.summaries] == [f"P{each}"] * 2
            assert SAID in answer.lines[0]


def test_the_same_release_twice_is_answered_twice() -> None:
    answers = summarize_lines(Teller(4), [(1, write_line(1)), (2, write_line(1))])
    one, other = (answer.lines for _, answer in answers)
    assert one == other
    assert one


@pytest.mark.parametrize(("room", "releases"), [(1, 1), (2, 1), (4, 2), (64, 32)])
def test_as_many_lines_are_taken_as_keep_an_engine_busy(room: int, releases: int) -> None:
    assert count_releases_at_once(Teller(room)) == releases


def test_an_engine_that_takes_one_text_at_a_time_is_given_one_line_at_a_time() -> None:
    assert count_releases_at_once(ExtractEngine()) == 1
