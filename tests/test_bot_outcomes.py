"""Telegram's answers and what they mean."""

from datetime import timedelta

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.outcomes import LONGEST_WAIT, Gone, Later, Moved, Outcome, Refused, choose_outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), Gone()),
        (Forbidden("Forbidden: user is deactivated"), Gone()),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), Gone()),
        (BadRequest("Chat not found"), Gone()),
        (ChatMigrated(-100123), Moved(-100123)),
        (BadRequest("Can't parse entities: unclosed start tag"), Refused()),
        (BadRequest("Message is too long"), Refused()),
        (RetryAfter(17), Later(timedelta(seconds=17), pause_all=True)),
        (TimedOut(), Later(timedelta(seconds=5))),
        (NetworkError("httpx.ConnectError"), Later(timedelta(seconds=5))),
        (NetworkError("Bad Gateway"), Later(timedelta(seconds=5))),
        (TelegramError("something new"), Later(timedelta(seconds=5))),
    ],
)
def test_an_answer_has_its_outcome(error: TelegramError, outcome: Outcome) -> None:
    assert choose_outcome(error, attempts=1) == outcome


def test_waits_grow_up_to_a_limit() -> None:
    waits = [choose_outcome(TimedOut(), attempts) for attempts in range(1, 40)]
    seconds = [wait.wait for wait in waits if isinstance(wait, Later)]
    assert seconds == sorted(seconds)
    assert seconds[0] < seconds[1] < seconds[2]
    assert seconds[-1] == LONGEST_WAIT
