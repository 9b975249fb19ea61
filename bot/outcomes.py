"""What Telegram's answer to a message means for its delivery; pure.

``TABLE`` holds every decision. The words are the server's own, as far as they are known; they
come in a few spellings, and codes such as ``CHAT_RESTRICTED`` pass through it untouched.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

FIRST_WAIT = timedelta(seconds=5)
# Nothing has arrived, so that a quick second try risks no repeat.
FIRST_WAIT_UNSENT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(minutes=15)
# A longer one is taken for a slip: an hour without a message is a bot that seems dead.
LONGEST_TOLD_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Later:
    """To be tried again after a wait.

    Attributes:
        wait: counted from the answer.
        pause_all: Telegram told the whole bot to wait.
        in_doubt: the message may have arrived all the same.
    """

    wait: timedelta
    pause_all: bool = False
    in_doubt: bool = False


@dataclass(frozen=True)
class Paused:
    """We may not write there; the settings are kept for the chat's return.

    ``thread_only``: only this topic of a forum is closed to us.
    """

    reason: str
    thread_only: bool = False


@dataclass(frozen=True)
class Gone:
    """The chat is no more; ``thread_only``: only this topic of a forum."""

    reason: str
    thread_only: bool = False


@dataclass(frozen=True)
class Moved:
    """The group has become a supergroup with this id."""

    chat_id: int


@dataclass(frozen=True)
class Plain:
    """Telegram can't read the mark-up: to be sent without it, and reported."""

    reason: str


@dataclass(frozen=True)
class Split:
    """Too long: to be sent in several parts, and reported."""

    reason: str


@dataclass(frozen=True)
class Unchanged:
    """The message to be edited reads like that already."""


@dataclass(frozen=True)
class CannotEdit:
    """The message to be edited is gone, too old, or not ours."""

    reason: str


@dataclass(frozen=True)
class Refused:
    """Telegram will never take this message."""

    reason: str


@dataclass(frozen=True)
class TokenRefused:
    """Telegram doesn't know the bot: nothing can be sent, all stays owed."""


Outcome = (
    Later | Paused | Gone | Moved | Plain | Split | Unchanged | CannotEdit | Refused | TokenRefused
)


@dataclass(frozen=True)
class Failure:
    """A failed send: the error, how often it was tried, and whether it surely never left."""

    error: TelegramError
    attempts: int
    unsent: bool = False

    @property
    def reason(self) -> str:
        """Telegram's words."""
        return self.error.message


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        answer: what Telegram answers, for people.
        kinds: as which errors python-telegram-bot raises it.
        words: one of these is in the answer, in any case; "…" stands for anything. None at all:
            whatever the answer says.
        means: what is done then, for people.
        decide: the same for the program.
    """

    answer: str
    kinds: type[TelegramError] | tuple[type[TelegramError], ...]
    words: tuple[str, ...]
    means: str
    decide: Callable[[Failure], Outcome]

    def fits(self, error: TelegramError) -> bool:
        """Whether this line is about such an answer."""
        if not isinstance(error, self.kinds):
            return False
        said = error.message.lower()
        return not self.words or any(_matches(word, said) for word in self.words)


def choose_outcome(error: TelegramError, attempts: int, *, unsent: bool = False) -> Outcome:
    """What to do after a failed send.

    Args:
        error: what python-telegram-bot raised.
        attempts: how often this message was tried, this time included.
        unsent: whether the request surely never reached Telegram.
    """
    row = next(row for row in TABLE if row.fits(error))
    return row.decide(Failure(error, attempts, unsent))


def as_timedelta(wait: float | timedelta) -> timedelta:
    """A wait as python-telegram-bot gives it: seconds or, from its next major version, this."""
    return wait if isinstance(wait, timedelta) else timedelta(seconds=float(wait))


def back_off(attempts: int, first: timedelta = FIRST_WAIT) -> timedelta:
    """5 s, 10 s, 20 s … up to 15 minutes, or from another first wait on."""
    doublings = min(max(attempts, 1) - 1, 10)
    return min(LONGEST_WAIT, first * (1 << doublings))


def _matches(word: str, said: str) -> bool:
    pattern = ".*".join(re.escape(part) for part in word.lower().split("…"))
    return re.search(pattern, said, re.DOTALL) is not None


def _wait_as_told(failure: Failure) -> Outcome:
    if not isinstance(failure.error, RetryAfter):
        return Later(back_off(failure.attempts), pause_all=True)
    wait = as_timedelta(failure.error.retry_after)
    return Later(min(wait, LONGEST_TOLD_WAIT), pause_all=True)


def _follow(failure: Failure) -> Outcome:
    if isinstance(failure.error, ChatMigrated):
        return Moved(failure.error.new_chat_id)
    return Later(back_off(failure.attempts))


def _try_again(failure: Failure) -> Outcome:
    if failure.unsent:
        return Later(back_off(failure.attempts, FIRST_WAIT_UNSENT))
    return Later(back_off(failure.attempts), in_doubt=True)


def _with_reason(
    outcome: type[Paused | Gone | Plain | Split | CannotEdit | Refused],
) -> Callable[[Failure], Outcome]:
    return lambda failure: outcome(failure.reason)


_NO = (BadRequest, Forbidden)

# The first line that fits decides. ``BadRequest`` is a ``NetworkError`` too, as ``TimedOut`` is:
# what says no comes before what says nothing. Complaints about mark-up and buttons come before
# the other words, because they repeat a piece of our own text.
TABLE: tuple[Row, ...] = (
    Row(
        "429 with a wait",
        RetryAfter,
        (),
        "Nobody is written to for as long as it says, an hour at most, and then more slowly.",
        _wait_as_told,
    ),
    Row(
        "400 with the new id of a group",
        ChatMigrated,
        (),
        "The group has become a supergroup: settings and all that is owed go along.",
        _follow,
    ),
    Row(
        "401, 404",
        InvalidToken,
        (),
        "The bot's token is not valid: nothing is sent, and nothing dropped, until it is.",
        lambda _: TokenRefused(),
    ),
    Row(
        "400, 403, 413 in other words than the Bot API's",
        (NetworkError, Forbidden),
        ("bad request (400)", "forbidden (403)", "too large (413)"),
        "Something on the way spoke, not Telegram: tried again after 5 s, 10 s, 20 s … up to 15 "
        "minutes.",
        _try_again,
    ),
    Row(
        "400",
        BadRequest,
        (
            "can't parse inline keyboard",
            "can't parse keyboard",
            "can't parse reply",
            "inline keyboard button",
        ),
        "The buttons are at fault: never sent again; the operator is told.",
        _with_reason(Refused),
    ),
    Row(
        "400",
        BadRequest,
        (
            "can't parse",
            "unsupported start tag",
            "unexpected end tag",
            "can't find end",
            "entity…invalid",
            "entities…invalid",
            "entities_too_long",
        ),
        "The mark-up is at fault: sent without it; the operator is told.",
        _with_reason(Plain),
    ),
    Row(
        "400, 413",
        NetworkError,
        (
            "message is too long",
            "message_too_long",
            "text is too long",
            "request entity too large",
            "content too large",
        ),
        "Sent in several parts; the operator is told.",
        _with_reason(Split),
    ),
    Row(
        "400",
        BadRequest,
        ("message is not modified", "message_not_modified"),
        "The message reads as it should already: done.",
        lambda _: Unchanged(),
    ),
    Row(
        "400, 403",
        _NO,
        (
            "message can't be edited",
            "message to edit not found",
            "message_id_invalid",
            "message_edit_time_expired",
            "message_author_required",
            "there is no text in the message to edit",
        ),
        "The message can't be edited: it stays as it is.",
        _with_reason(CannotEdit),
    ),
    Row(
        "400, 403",
        _NO,
        ("message thread not found", "topic_deleted", "topic_id_invalid"),
        "That topic of the forum is gone: nothing is owed to it; other topics go on.",
        lambda failure: Gone(failure.reason, thread_only=True),
    ),
    Row(
        "400, 403",
        _NO,
        ("topic_closed",),
        "That topic of the forum is closed: its settings are kept; other topics go on.",
        lambda failure: Paused(failure.reason, thread_only=True),
    ),
    Row(
        "400, 403",
        _NO,
        (
            "user is deactivated",
            "user_deactivated",
            "chat not found",
            "chat_id_invalid",
            "user not found",
            "user_id_invalid",
            "peer_id_invalid",
            "chat was deleted",
            "chat was deactivated",
            "chat is deactivated",
        ),
        "The chat is no more: nothing is owed to it.",
        _with_reason(Gone),
    ),
    Row(
        "400, 403",
        _NO,
        (
            "blocked by the user",
            "user_is_blocked",
            "bot was kicked",
            "bot is not a member",
            "can't initiate conversation",
            "not enough rights",
            "no rights to send",
            "no write access",
            "need administrator rights",
            "chat_admin_required",
            "chat_write_forbidden",
            "chat_send_…forbidden",
            "chat_guest_send_forbidden",
            "chat_restricted",
            "channel_private",
            "user_banned_in_channel",
        ),
        "Nothing more is sent there; the chat's settings are kept for its return.",
        _with_reason(Paused),
    ),
    Row(
        "400",
        BadRequest,
        ("group chat was upgraded",),
        "The new id is not known yet: tried again, ever more rarely, until it is.",
        _follow,
    ),
    Row(
        "any other 403",
        Forbidden,
        (),
        "Nothing more is sent there; the chat's settings are kept for its return.",
        _with_reason(Paused),
    ),
    Row(
        "any other 400",
        BadRequest,
        (),
        "Never sent again; the operator is told.",
        _with_reason(Refused),
    ),
    Row(
        "429 without a wait, or with a wait of 0",
        TelegramError,
        ("too many requests",),
        "Nobody is written to for 5 s, then 10 s, 20 s … up to 15 minutes, and then more slowly.",
        _wait_as_told,
    ),
    Row(
        "500 and above, 409, no answer in time, a broken connection, or not the Bot API's answer",
        TelegramError,
        (),
        "Tried again after 5 s, 10 s, 20 s … up to 15 minutes, in doubt because it may have "
        "arrived; from 1 s on, and without doubt, if it surely never left.",
        _try_again,
    ),
)
