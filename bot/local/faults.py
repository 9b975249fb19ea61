"""What can go wrong with a call, as values (pure).

``plans`` says which call gets which, ``gateway`` and ``failing`` do it. States that last are
better made real: ``block``, ``deactivate`` and ``upgrade`` of ``LocalTelegram``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeGuard

from bot.local.refusals import Refusal, flood, upgraded

_PAGES = frozenset(status for status in HTTPStatus if status == HTTPStatus.OK or status >= 400)
LONGEST_WAIT = 86_400  # seconds; what says more is a slip


class FaultError(ValueError):
    """A plan that can't be followed; the message says what is wrong with it."""


def is_whole(value: object) -> TypeGuard[int]:
    """Whether it is a whole number, and no truth."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: object) -> TypeGuard[float]:
    """Whether it is a number that can be reckoned with."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@dataclass(frozen=True)
class Reply:
    """A refusal in JSON; the call is not carried out.

    ``retry_after`` (seconds) and ``migrate_to_chat_id`` are its parameters, 0 for none.
    """

    code: int
    description: str
    retry_after: int = 0
    migrate_to_chat_id: int = 0

    def __post_init__(self) -> None:
        if not (is_whole(self.code) and 400 <= self.code <= 599):
            raise FaultError(f"A refusal has a status from 400 to 599, not {self.code!r}.")
        if not isinstance(self.description, str) or not self.description.strip():
            raise FaultError("A refusal has words.")
        if not (is_whole(self.retry_after) and 0 <= self.retry_after <= LONGEST_WAIT):
            raise FaultError(f"No client can wait for {self.retry_after!r} seconds.")
        if not is_whole(self.migrate_to_chat_id):
            raise FaultError(f"A chat has a number, not {self.migrate_to_chat_id!r}.")

    @property
    def name(self) -> str:
        """For the count of what was given."""
        return self.description

    def to_refusal(self) -> Refusal:
        """As the server gives it."""
        names = ("retry_after", "migrate_to_chat_id")
        parameters = {name: value for name in names if (value := getattr(self, name))}
        return Refusal(self.code, self.description, parameters)


@dataclass(frozen=True)
class Page:
    """A page in HTML, from something that stands in between; the call is not carried out."""

    status: int

    def __post_init__(self) -> None:
        if not is_whole(self.status) or self.status not in _PAGES:
            raise FaultError(f"There is no page with the status {self.status!r}.")

    @property
    def name(self) -> str:
        """For the count of what was given."""
        return f"page {int(self.status)}"

    def to_html(self) -> str:
        """In the form that nginx gives its own pages."""
        title = f"{int(self.status)} {HTTPStatus(self.status).phrase}"
        return (
            f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
            f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n"
            "</body>\r\n</html>\r\n"
        )


@dataclass(frozen=True)
class Cut:
    """The connection is reset without a word, before the call is carried out or after."""

    is_delivered: bool

    @property
    def name(self) -> str:
        """For the count of what was given."""
        return "cut after delivery" if self.is_delivered else "cut before delivery"


@dataclass(frozen=True)
class Hang:
    """The call is carried out; then silence until the client gives up or the server closes."""

    name = "hang"


@dataclass(frozen=True)
class Slow:
    """The call is carried out, and answered some seconds later."""

    seconds: float

    def __post_init__(self) -> None:
        if not (is_number(self.seconds) and 0 <= self.seconds <= LONGEST_WAIT):
            raise FaultError(f"An answer can't come {self.seconds!r} seconds later.")

    @property
    def name(self) -> str:
        """For the count of what was given."""
        return "slow"


Fault = Reply | Page | Cut | Hang | Slow


def make_flood(retry_after: int) -> Reply:
    """A 429 that tells how many seconds to wait."""
    if not (is_whole(retry_after) and retry_after >= 1):
        raise FaultError(f"A 429 tells to wait for at least one second, not {retry_after!r}.")
    refusal = flood(retry_after)
    return Reply(refusal.code, refusal.description, retry_after=retry_after)


def make_upgrade(chat_id: int) -> Reply:
    """A 400 for a group that has become the supergroup with this id."""
    if not is_whole(chat_id) or chat_id == 0:
        raise FaultError(f"A chat has a number, not {chat_id!r}.")
    refusal = upgraded(chat_id)
    return Reply(refusal.code, refusal.description, migrate_to_chat_id=chat_id)


FLOOD_WITHOUT_WAIT = Reply(429, "Too Many Requests")
SERVER_ERROR = Reply(500, "Internal Server Error")
BAD_GATEWAY = Page(502)
ODD_PAGE = Page(200)
CUT_BEFORE, CUT_AFTER = Cut(is_delivered=False), Cut(is_delivered=True)
HANG = Hang()
BLOCKED = Reply(403, "Forbidden: bot was blocked by the user")
DEACTIVATED = Reply(403, "Forbidden: user is deactivated")
KICKED_FROM_GROUP = Reply(403, "Forbidden: bot was kicked from the group chat")
KICKED_FROM_SUPERGROUP = Reply(403, "Forbidden: bot was kicked from the supergroup chat")
CHAT_NOT_FOUND = Reply(400, "Bad Request: chat not found")
CANT_PARSE = Reply(
    400, 'Bad Request: can\'t parse entities: Unsupported start tag "br" at byte offset 0'
)
TOO_LONG = Reply(400, "Bad Request: message is too long")
CANT_EDIT = Reply(400, "Bad Request: message can't be edited")
NOT_ENOUGH_RIGHTS = Reply(400, "Bad Request: not enough rights to send text messages to the chat")

# By these names a plan can be written down; three more take a number: see ``read_fault``.
NAMED: Mapping[str, Fault | None] = {
    "none": None,
    "flood-without-wait": FLOOD_WITHOUT_WAIT,
    "server-error": SERVER_ERROR,
    "bad-gateway": BAD_GATEWAY,
    "odd-page": ODD_PAGE,
    "cut-before": CUT_BEFORE,
    "cut-after": CUT_AFTER,
    "hang": HANG,
    "blocked": BLOCKED,
    "deactivated": DEACTIVATED,
    "kicked-from-group": KICKED_FROM_GROUP,
    "kicked-from-supergroup": KICKED_FROM_SUPERGROUP,
    "chat-not-found": CHAT_NOT_FOUND,
    "cant-parse": CANT_PARSE,
    "too-long": TOO_LONG,
    "cant-edit": CANT_EDIT,
    "not-enough-rights": NOT_ENOUGH_RIGHTS,
}


def read_fault(text: str) -> Fault | None:
    """A fault by its name: one of ``NAMED``, ``flood:SECONDS``, ``slow:SECONDS``, ``upgraded:ID``.

    Raises:
        FaultError: if there is none of that name, or its number is out of place.
    """
    if text in NAMED:
        return NAMED[text]
    name, _, number = text.partition(":")
    try:
        if name == "flood":
            return make_flood(int(number))
        if name == "slow":
            return Slow(float(number))
        if name == "upgraded":
            return make_upgrade(int(number))
    except FaultError:
        raise
    except ValueError:
        raise FaultError(f"{name} needs a number after the colon, not {number!r}.") from None
    known = ", ".join([*NAMED, "flood:SECONDS", "slow:SECONDS", "upgraded:ID"])
    raise FaultError(f"There is no fault {text!r}; there are: {known}.")
