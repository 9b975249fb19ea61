"""Telegram's answers and what they mean, as python-telegram-bot itself reads them from the wire."""

import asyncio
import json
import re
import threading
from collections.abc import Awaitable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import Loopback
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from bot.outcomes import (
    LONGEST_TOLD_WAIT,
    LONGEST_WAIT,
    TABLE,
    CannotEdit,
    Gone,
    Later,
    Moved,
    Outcome,
    Paused,
    Plain,
    Refused,
    Split,
    TokenRefused,
    Unchanged,
    as_timedelta,
    choose_outcome,
)

TOKEN = "42:TEST"
DOCUMENT = Path(__file__).parent.parent / "docs" / "delivery.md"
IN_DOUBT = Later(timedelta(seconds=5), in_doubt=True)
TOLD_WITHOUT_A_WAIT = Later(timedelta(seconds=5), pause_all=True)

Wire = tuple[int, str, dict[str, Any] | None]


def say(code: int, description: str, parameters: dict[str, Any] | None = None) -> Wire:
    body = {"ok": False, "error_code": code, "description": description}
    return code, json.dumps(body), parameters


# What the server says, and the outcome; an outcome's type stands for one with the server's words.
ANSWERS: list[tuple[Wire, Outcome | type[Outcome]]] = [
    (
        say(429, "Too Many Requests: retry after 17", {"retry_after": 17}),
        Later(timedelta(seconds=17), pause_all=True),
    ),
    (
        say(429, "Too Many Requests: retry after 90000", {"retry_after": 90000}),
        Later(LONGEST_TOLD_WAIT, pause_all=True),
    ),
    (say(429, "Too Many Requests: retry after 0", {"retry_after": 0}), TOLD_WITHOUT_A_WAIT),
    (say(429, "Too Many Requests: retry later"), TOLD_WITHOUT_A_WAIT),
    (say(500, "Too Many Requests: retry after soon"), TOLD_WITHOUT_A_WAIT),
    ((429, "<html><h1>429 Too Many Requests</h1></html>", None), TOLD_WITHOUT_A_WAIT),
    (
        say(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": -1001234567890},
        ),
        Moved(-1001234567890),
    ),
    (
        say(400, "Bad Request: group chat was upgraded to a supergroup chat"),
        Later(timedelta(seconds=5)),
    ),
    (say(401, "Unauthorized"), TokenRefused()),
    (say(404, "Not Found"), TokenRefused()),
    ((403, "<html>Access denied: bot was blocked by the user</html>", None), IN_DOUBT),
    ((403, '{"error": "no"}', None), IN_DOUBT),
    ((400, "<html>Bad gateway settings: chat not found</html>", None), IN_DOUBT),
    ((400, "{}", None), IN_DOUBT),
    ((413, "<html>message is too long</html>", None), IN_DOUBT),
    (say(413, "Content Too Large"), Split),
    (say(400, "Bad Request: can't parse inline keyboard button: Text expected"), Refused),
    (say(400, "Bad Request: can't parse keyboard button: Field text expected"), Refused),
    (say(400, "Bad Request: can't parse reply keyboard markup JSON object"), Refused),
    (
        say(
            400,
            "Bad Request: inline keyboard button URL 'https://entity.hk' is invalid: "
            "Wrong HTTP URL",
        ),
        Refused,
    ),
    (
        say(
            400, 'Bad Request: can\'t parse entities: Unsupported start tag "br" at byte offset 12'
        ),
        Plain,
    ),
    (
        say(
            400,
            "Bad Request: can't parse entities: Unexpected end tag at byte offset 4",
        ),
        Plain,
    ),
    (
        say(
            400,
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag b",
        ),
        Plain,
    ),
    (say(400, "Bad Request: can't parse message text: unclosed start tag"), Plain),
    (say(400, 'Bad Request: unsupported start tag "chat_restricted"'), Plain),
    (say(400, "Bad Request: unexpected end tag at byte offset 4"), Plain),
    (say(400, "Bad Request: can't find end of the entity starting at byte offset 8"), Plain),
    (say(400, "Bad Request: ENTITY_BOUNDS_INVALID"), Plain),
    (say(400, "Bad Request: entity beginning at UTF-16 offset 3 is invalid"), Plain),
    (say(400, "Bad Request: entities in the message are invalid"), Plain),
    (say(400, "Bad Request: ENTITIES_TOO_LONG"), Plain),
    (say(400, "Bad Request: message is too long"), Split),
    (say(400, "Bad Request: MESSAGE_TOO_LONG"), Split),
    (say(400, "Bad Request: text is too long"), Split),
    (say(413, "Request Entity Too Large"), Split),
    ((413, "<html>413 Content Too Large</html>", None), IN_DOUBT),
    (
        say(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup "
            "are exactly the same as a current content and reply markup of the message",
        ),
        Unchanged(),
    ),
    (say(400, "Bad Request: MESSAGE_NOT_MODIFIED"), Unchanged()),
    (say(400, "Bad Request: message can't be edited"), CannotEdit),
    (say(400, "Bad Request: message to edit not found"), CannotEdit),
    (say(400, "Bad Request: MESSAGE_ID_INVALID"), CannotEdit),
    (say(400, "Bad Request: MESSAGE_EDIT_TIME_EXPIRED"), CannotEdit),
    (say(403, "Forbidden: MESSAGE_AUTHOR_REQUIRED"), CannotEdit),
    (say(400, "Bad Request: there is no text in the message to edit"), CannotEdit),
    (say(403, "Forbidden: user is deactivated"), Gone),
    (say(403, "Forbidden: USER_DEACTIVATED"), Gone),
    (say(400, "Bad Request: chat not found"), Gone),
    (say(400, "Bad Request: CHAT_ID_INVALID"), Gone),
    (say(400, "Bad Request: user not found"), Gone),
    (say(400, "Bad Request: USER_ID_INVALID"), Gone),
    (say(400, "Bad Request: PEER_ID_INVALID"), Gone),
    (say(403, "Forbidden: the group chat was deleted"), Gone),
    (say(400, "Bad Request: group chat was deactivated"), Gone),
    (say(400, "Bad Request: group chat is deactivated"), Gone),
    (say(403, "Forbidden: bot was blocked by the user"), Paused),
    (say(400, "Bad Request: USER_IS_BLOCKED"), Paused),
    (say(403, "Forbidden: bot was kicked from the group chat"), Paused),
    (say(403, "Forbidden: bot was kicked from the supergroup chat"), Paused),
    (say(403, "Forbidden: bot was kicked from the channel chat"), Paused),
    (say(403, "Forbidden: bot is not a member of the channel chat"), Paused),
    (say(403, "Forbidden: bot is not a member of the supergroup chat"), Paused),
    (say(403, "Forbidden: bot can't initiate conversation with a user"), Paused),
    (say(400, "Bad Request: not enough rights to send text messages to the chat"), Paused),
    (say(403, "Forbidden: not enough rights to send text messages to the chat"), Paused),
    (say(400, "Bad Request: have no rights to send a message"), Paused),
    (say(400, "Bad Request: have no write access to the chat"), Paused),
    (say(400, "Bad Request: need administrator rights in the channel chat"), Paused),
    (say(400, "Bad Request: CHAT_ADMIN_REQUIRED"), Paused),
    (say(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), Paused),
    (say(400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"), Paused),
    (say(400, "Bad Request: CHAT_GUEST_SEND_FORBIDDEN"), Paused),
    (say(400, "Bad Request: CHAT_RESTRICTED"), Paused),
    (say(400, "Bad Request: CHANNEL_PRIVATE"), Paused),
    (say(400, "Bad Request: USER_BANNED_IN_CHANNEL"), Paused),
    (say(403, "Forbidden: bots can't send messages to bots"), Paused),
    (say(403, "Forbidden: a reason of tomorrow"), Paused),
    (say(400, "Bad Request: message text is empty"), Refused),
    (say(400, "Bad Request: BUTTON_DATA_INVALID"), Refused),
    (
        say(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        Refused,
    ),
    (say(400, "Bad Request: a reason of tomorrow"), Refused),
    (
        say(409, "Conflict: terminated by other getUpdates request; make sure that only one runs"),
        IN_DOUBT,
    ),
    (say(500, "Internal Server Error"), IN_DOUBT),
    (say(500, "Internal Server Error: chat not found"), IN_DOUBT),
    (say(503, "Service Unavailable"), IN_DOUBT),
    (say(418, "I'm a teapot"), IN_DOUBT),
    ((502, "<html><h1>502 Bad Gateway</h1></html>", None), IN_DOUBT),
    ((504, "", None), IN_DOUBT),
    ((200, "<html>Welcome to our Wi-Fi</html>", None), IN_DOUBT),
]
# These concern one topic of a forum alone.
IN_A_TOPIC: list[tuple[Wire, Outcome]] = [
    (
        say(400, "Bad Request: message thread not found"),
        Gone("Message thread not found", thread_only=True),
    ),
    (say(400, "Bad Request: TOPIC_DELETED"), Gone("Topic_deleted", thread_only=True)),
    (say(400, "Bad Request: TOPIC_ID_INVALID"), Gone("Topic_id_invalid", thread_only=True)),
    (say(400, "Bad Request: TOPIC_CLOSED"), Paused("Topic_closed", thread_only=True)),
]
WIRES = [wire for wire, _ in ANSWERS] + [wire for wire, _ in IN_A_TOPIC]


class Telegram:
    """Answers every request with what is set; can also say nothing at all."""

    def __init__(self) -> None:
        self.wire: Wire = (500, "", None)
        self.silence = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if "silent" in self.path:
                    server.silence.wait()
                if "cut" in self.path or "silent" in self.path:
                    self.close_connection = True
                    return
                code, body, parameters = server.wire
                if parameters is not None:
                    body = json.dumps(json.loads(body) | {"parameters": parameters})
                self.send_response(code)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's
                """Quiet: the test tells what went wrong."""

        self.server = Loopback(Handler)

    @property
    def url(self) -> str:
        return self.server.url

    def close(self) -> None:
        self.silence.set()
        self.server.close()


async def catch(sending: Awaitable[object]) -> TelegramError:
    try:
        await sending
    except TelegramError as error:
        return error
    raise AssertionError("Telegram took the message")


def a_bot(url: str) -> Bot:
    return Bot(TOKEN, base_url=f"{url}/bot", request=HTTPXRequest(read_timeout=30))


async def read_errors(telegram: Telegram) -> list[TelegramError]:
    """What python-telegram-bot makes of each of the answers."""
    bot = a_bot(telegram.url)
    errors = []
    async with bot.request:
        for telegram.wire in WIRES:
            errors.append(await catch(bot.send_message(1, "text")))
    return errors


@pytest.fixture(scope="module")
def telegram() -> Iterator[Telegram]:
    server = Telegram()
    yield server
    server.close()


@pytest.fixture(scope="module")
def errors(telegram: Telegram) -> list[TelegramError]:
    return asyncio.run(read_errors(telegram))


@pytest.mark.parametrize(
    ("number", "expected"),
    [(number, outcome) for number, (_, outcome) in enumerate(ANSWERS)],
    ids=[f"{wire[0]} {wire[1][:90]}" for wire, _ in ANSWERS],
)
def test_an_answer_of_telegrams_has_its_outcome(
    errors: list[TelegramError], number: int, expected: Outcome | type[Outcome]
) -> None:
    outcome = choose_outcome(errors[number], attempts=1)
    if isinstance(expected, type):
        assert outcome == expected(errors[number].message)  # type: ignore[call-arg,arg-type]
    else:
        assert outcome == expected


def test_what_concerns_a_topic_of_a_forum_leaves_the_others_alone(
    errors: list[TelegramError],
) -> None:
    outcomes = [choose_outcome(error, attempts=1) for error in errors[len(ANSWERS) :]]
    assert outcomes == [outcome for _, outcome in IN_A_TOPIC]


def test_every_word_of_the_table_was_met_in_an_answer(errors: list[TelegramError]) -> None:
    said = "\n".join(error.message.lower() for error in errors)
    words = [word for row in TABLE for word in row.words]
    patterns = {word: ".*".join(map(re.escape, word.split("…"))) for word in words}
    assert [word for word, pattern in patterns.items() if not re.search(pattern, said)] == []


def test_every_line_of_the_table_decides_an_answer(errors: list[TelegramError]) -> None:
    deciding = {next(n for n, row in enumerate(TABLE) if row.fits(error)) for error in errors}
    assert deciding == set(range(len(TABLE)))


async def test_a_connection_that_breaks_leaves_the_message_in_doubt(telegram: Telegram) -> None:
    bot = a_bot(f"{telegram.url}/cut")
    async with bot.request:
        error = await catch(bot.send_message(1, "text"))
    assert type(error) is NetworkError
    assert choose_outcome(error, attempts=1) == IN_DOUBT


async def test_an_answer_that_does_not_come_leaves_the_message_in_doubt(
    telegram: Telegram,
) -> None:
    bot = a_bot(f"{telegram.url}/silent")
    async with bot.request:
        error = await catch(bot.send_message(1, "text", read_timeout=0.05))
    assert type(error) is TimedOut
    assert choose_outcome(error, attempts=1) == IN_DOUBT


async def test_a_message_that_surely_never_left_is_tried_again_soon() -> None:
    closed = Telegram()
    closed.close()
    bot = a_bot(closed.url)
    async with bot.request:
        error = await catch(bot.send_message(1, "text"))
    waits = [choose_outcome(error, attempts, unsent=True) for attempts in (1, 2, 3, 40)]
    seconds = [1, 2, 4, LONGEST_WAIT.total_seconds()]
    assert waits == [Later(timedelta(seconds=wait)) for wait in seconds]


@pytest.mark.parametrize("unsent", [False, True])
@pytest.mark.parametrize("error", [TimedOut(), NetworkError("Too Many Requests (429)")])
def test_waits_grow_up_to_a_limit(error: TelegramError, unsent: bool) -> None:
    waits = [choose_outcome(error, attempts, unsent=unsent) for attempts in range(1, 2000)]
    seconds = [wait.wait for wait in waits if isinstance(wait, Later)]
    assert seconds == sorted(seconds)
    assert seconds[0] < seconds[1] < seconds[2]
    assert seconds[-1] == LONGEST_WAIT


@given(st.integers(1, 10**9), st.integers(1, 100))
def test_a_told_wait_is_kept_up_to_an_hour(seconds: int, attempts: int) -> None:
    outcome = choose_outcome(RetryAfter(seconds), attempts)
    assert outcome == Later(min(timedelta(seconds=seconds), LONGEST_TOLD_WAIT), pause_all=True)


@given(st.text(), st.sampled_from([BadRequest, Forbidden, NetworkError, TelegramError]))
def test_whatever_telegram_says_there_is_an_outcome(words: str, kind: type[TelegramError]) -> None:
    outcome = choose_outcome(kind(words), attempts=1)
    if kind is BadRequest:
        assert not isinstance(outcome, Later | TokenRefused)


@pytest.mark.parametrize("wait", [2, 2.0, timedelta(seconds=2)])
def test_a_wait_may_come_as_a_number_or_a_timedelta(wait: float | timedelta) -> None:
    assert as_timedelta(wait) == timedelta(seconds=2)


def test_the_documented_table_is_the_one_that_decides() -> None:
    documented = [line for line in DOCUMENT.read_text("utf-8").splitlines() if line.startswith("|")]
    decides = [
        f"| {row.answer}{': ' if row.words else ''}{', '.join(row.words)} | {row.means} |"
        for row in TABLE
    ]
    assert documented[2 : 2 + len(decides)] == decides
