"""What Telegram's answer to a message means for its delivery; pure."""

from dataclasses import dataclass
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    RetryAfter,
    TelegramError,
)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)

_NO_SUCH_CHAT = ("chat not found", "user not found", "peer_id_invalid")


@dataclass(frozen=True)
class Later:
    """To be tried again after a wait; ``pause_all`` if Telegram told the whole bot to wait."""

    wait: timedelta
    pause_all: bool = False


@dataclass(frozen=True)
class Gone:
    """The chat is no more for us: nothing is owed to it."""


@dataclass(frozen=True)
class Moved:
    """The group has become a supergroup with this id."""

    chat_id: int


@dataclass(frozen=True)
class Refused:
    """Telegram will never take this message."""


Outcome = Later | Gone | Moved | Refused


def choose_outcome(error: TelegramError, attempts: int) -> Outcome:
    """What to do after a failed send.

    A time-out or a broken connection may hide a message that was delivered: it is sent again,
    for a repeat beats a loss. The order matters: ``BadRequest`` and ``TimedOut`` are subclasses
    of ``NetworkError``.

    Args:
        error: what python-telegram-bot raised.
        attempts: how often this message was tried, this time included.
    """
    if isinstance(error, RetryAfter):
        return Later(as_timedelta(error.retry_after), pause_all=True)
    if isinstance(error, ChatMigrated):
        return Moved(error.new_chat_id)
    if isinstance(error, Forbidden):
        return Gone()
    if isinstance(error, BadRequest):
        gone = any(phrase in str(error).lower() for phrase in _NO_SUCH_CHAT)
        return Gone() if gone else Refused()
    return Later(back_off(attempts))


def as_timedelta(wait: float | timedelta) -> timedelta:
    """A wait as python-telegram-bot gives it: seconds or, from its next major version, this."""
    return wait if isinstance(wait, timedelta) else timedelta(seconds=float(wait))


def back_off(attempts: int) -> timedelta:
    """5 s, 10 s, 20 s … up to 15 minutes."""
    doublings = min(max(attempts, 1) - 1, 10)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))
