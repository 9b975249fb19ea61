"""Our transport and the stock one, side by side, before servers that behave and that don't."""

import asyncio
import email.policy
import gzip
import json
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.parser import BytesParser
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import certifi
import httpx
import pytest
from certificates import make_certificate
from misbehaving import Heard, MisbehavingServer, Script, Wire, answer
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    LinkPreviewOptions,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram
from bot.transport import AiohttpRequest, is_surely_unsent, load_trust

TOKEN = "12345678:" + "AbCdEfGhIj" * 4
SOON = 0.2  # seconds: a timeout that a test waits for
LATE = 10.0  # seconds: one that it doesn't

Make = Callable[..., BaseRequest]
BOTH = pytest.mark.parametrize("make", [HTTPXRequest, AiohttpRequest], ids=["stock", "ours"])

MESSAGE = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 7,
            "date": 1_700_000_000,
            "chat": {"id": 1, "type": "private", "first_name": "讀者"},
            "text": "早晨",
        },
    }
).encode()
GOOD = answer(MESSAGE, "200 OK", "Content-Type: application/json")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One authority to trust: reading all that there are takes longer than most of the tests."""
    end = "-----END CERTIFICATE-----\n"
    file = tmp_path_factory.mktemp("authority") / "one.pem"
    file.write_text(Path(certifi.where()).read_text("utf-8").partition(end)[0] + end)
    return file


@pytest.fixture(autouse=True)
def environment(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and hardly anybody to trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), "127.0.0.1", "IP:127.0.0.1")


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@asynccontextmanager
async def open_bot(make: Make, url: str, **timeouts: float) -> AsyncIterator[Bot]:
    """A bot that has not asked who it is: all that the server hears is the test's."""
    patient = dict.fromkeys(
        ("read_timeout", "write_timeout", "connect_timeout", "pool_timeout", "media_write_timeout"),
        LATE,
    )
    request = make(**{**patient, **timeouts})
    await request.initialize()
    try:
        yield Bot(TOKEN, f"{url}/bot", f"{url}/file/bot", request=request)
    finally:
        await request.shutdown()


async def fail(sending: Awaitable[object]) -> TelegramError:
    """The error that must come of it."""
    with pytest.raises(TelegramError) as caught:
        await sending
    assert TOKEN not in str(caught.value)
    return caught.value


def say(*pieces: bytes) -> Script:
    """Hear the request, say this and close."""

    async def play(wire: Wire) -> None:
        await wire.hear()
        await wire.say(*pieces)

    return play


def say_and_hang(*pieces: bytes) -> Script:
    async def play(wire: Wire) -> None:
        await wire.hear()
        await wire.say(*pieces)
        await wire.hang()

    return play


def say_and_reset(*pieces: bytes) -> Script:
    async def play(wire: Wire) -> None:
        await wire.hear()
        await wire.say(*pieces, pause=0.05)
        wire.reset()

    return play


def refuse(status: str, description: str = "", **parameters: object) -> Script:
    body: dict[str, Any] = {"ok": False, "error_code": int(status[:3]), "description": description}
    if parameters:
        body["parameters"] = parameters
    return say(answer(json.dumps(body).encode(), status))


async def close_at_once(wire: Wire) -> None:
    """Not even the request is read."""


async def reset_at_once(wire: Wire) -> None:
    wire.reset()


# What the Bot API and what stands before it may answer


@dataclass(frozen=True)
class Refused:
    """A whole answer, and the error that it is."""

    name: str
    script: Script
    error: type[TelegramError]
    text: str
    extra: dict[str, object] = field(default_factory=dict)


REFUSALS = [
    Refused("400", refuse("400 Bad Request", "chat not found"), BadRequest, "chat not found"),
    Refused(
        "400 with a new id",
        refuse("400 Bad Request", "upgraded", migrate_to_chat_id=-1001),
        ChatMigrated,
        "-1001",
        {"new_chat_id": -1001},
    ),
    Refused("401", refuse("401 Unauthorized", "Unauthorized"), InvalidToken, "Unauthorized"),
    Refused("403", refuse("403 Forbidden", "bot was blocked"), Forbidden, "bot was blocked"),
    Refused("404", refuse("404 Not Found", "Not Found"), InvalidToken, "Not Found"),
    Refused("409", refuse("409 Conflict", "other getUpdates"), Conflict, "other getUpdates"),
    Refused("413", refuse("413 Too Large", "too large"), NetworkError, "too large"),
    Refused(
        "429 with a wait",
        refuse("429 Too Many Requests", "slow down", retry_after=17),
        RetryAfter,
        "17",
        {"retry_after": timedelta(seconds=17)},
    ),
    Refused("429 without", refuse("429 Too Many Requests", "slow down"), NetworkError, "slow down"),
    Refused("500", refuse("500 Internal Server Error", "oh"), NetworkError, "oh"),
    Refused("502 in HTML", say(answer(b"<h1>", "502 Bad Gateway")), NetworkError, "Bad Gateway"),
    Refused("200 in HTML", say(answer(b"<h1>")), TelegramError, "Invalid server response"),
    Refused("302", say(answer(b"", "302 Found", "Location: /x")), NetworkError, "Found"),
    Refused("999", say(answer(b"{}", "999 What")), NetworkError, "999"),
]


@BOTH
@pytest.mark.parametrize("case", REFUSALS, ids=lambda case: case.name)
async def test_refusals_are_told_alike(make: Make, case: Refused) -> None:
    async with MisbehavingServer(case.script) as server, open_bot(make, server.url) as bot:
        error = await fail(bot.send_message(1, "早晨"))
    assert type(error) is case.error
    assert case.text in str(error)
    assert {name: getattr(error, name) for name in case.extra} == case.extra
    assert len(server.heard) == 1
    assert not is_surely_unsent(error)


GZIPPED = answer(gzip.compress(MESSAGE), "200 OK", "Content-Encoding: gzip")
CHUNKS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n"
    % (
        MESSAGE[:5],
        len(MESSAGE) - 5,
        MESSAGE[5:],
    )
)
GOOD_ANSWERS = {
    "whole": say(GOOD),
    "in two parts": say(GOOD[:20], GOOD[20:]),
    "gzipped": say(GZIPPED),
    "chunked": say(CHUNKS),
    "until the end": say(b"HTTP/1.1 200 OK\r\n\r\n" + MESSAGE),
    "HTTP/1.0": say(b"HTTP/1.0 200 OK\r\n\r\n" + MESSAGE),
    "without a reason": say(GOOD.replace(b" OK", b"")),
    "with a long header": say(answer(MESSAGE, "200 OK", "X-Long: " + "x" * 20_000)),
    "with many headers": say(answer(MESSAGE, "200 OK", *(f"X-{n}: {n}" for n in range(100)))),
    "with a folded header": say(answer(MESSAGE, "200 OK", "X-Folded: a\r\n b")),
    "with header bytes of old": say(GOOD.replace(b"OK\r\n", b"OK\r\nX-Old: \xe9\r\n")),
    "with bare line ends": say(b"HTTP/1.1 200 OK\nContent-Length: %d\n\n" % len(MESSAGE) + MESSAGE),
    "after an interim answer": say(b"HTTP/1.1 103 Early Hints\r\n\r\n", GOOD),
}


@BOTH
@pytest.mark.parametrize("script", GOOD_ANSWERS.values(), ids=GOOD_ANSWERS)
async def test_good_answers_are_read_however_they_are_framed(make: Make, script: Script) -> None:
    async with MisbehavingServer(script) as server, open_bot(make, server.url) as bot:
        assert (await bot.send_message(1, "早晨")).text == "早晨"
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "script",
    [say(GOOD + b"more"), say(answer(MESSAGE, "200 OK", f"Content-Length: {len(MESSAGE)}"))],
    ids=["more than was said", "its length twice"],
)
async def test_an_answer_of_doubtful_length_is_none_to_us(script: Script) -> None:
    async with MisbehavingServer(script) as server, open_bot(AiohttpRequest, server.url) as bot:
        error = await fail(bot.send_message(1, "早晨"))
    assert type(error) is NetworkError
    assert not is_surely_unsent(error)


# What may happen to a connection


@dataclass(frozen=True)
class Broken:
    """A broken exchange, its error, and how many requests the server has heard."""

    name: str
    script: Script
    error: type[TelegramError] = NetworkError
    heard: int = 1
    timeouts: dict[str, float] = field(default_factory=dict)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GARBLED = answer(b"\x1f\x8bno such thing", "200 OK", "Content-Encoding: gzip")
HASTY = {"read_timeout": SOON}
BROKEN = [
    Broken("closed before reading", close_at_once, heard=0),
    Broken("reset before reading", reset_at_once, heard=0),
    Broken("closed after reading", say()),
    Broken("reset after reading", say_and_reset()),
    Broken("no answer", say_and_hang(), TimedOut, timeouts=HASTY),
    Broken("half a status line", say(b"HTTP/1.1 20")),
    Broken("half the headers", say(HEAD)),
    Broken("half the headers, then silence", say_and_hang(HEAD), TimedOut, timeouts=HASTY),
    Broken("half the body", say(HEAD + b"\r\n" + MESSAGE[:50])),
    Broken("half the body, then a reset", say_and_reset(HEAD + b"\r\n" + MESSAGE[:50])),
    Broken(
        "half the body, then silence",
        say_and_hang(HEAD + b"\r\n" + MESSAGE[:50]),
        TimedOut,
        timeouts=HASTY,
    ),
    Broken("a length that is none", say(b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}")),
    Broken("a chunk without size", say(CHUNKED + b"what\r\n{}\r\n0\r\n\r\n")),
    Broken("chunks without end", say(CHUNKED + b"5\r\n" + MESSAGE[:5] + b"\r\n")),
    Broken("chunks, then a reset", say_and_reset(CHUNKED + b"5\r\n" + MESSAGE[:5] + b"\r\n")),
    Broken("chunks, then silence", say_and_hang(CHUNKED + b"5\r\n{"), TimedOut, timeouts=HASTY),
    Broken("garbage for a status line", say(b"\x00\x01\x02 what\r\n\r\n")),
    Broken("another protocol", say(b"SSH-2.0-OpenSSH_9.2\r\n")),
    Broken("a gzipped body that is none", say(GARBLED)),
]


@BOTH
@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
async def test_broken_exchanges_fail_alike_and_are_never_repeated(make: Make, case: Broken) -> None:
    async with MisbehavingServer(case.script) as server:
        async with open_bot(make, server.url, **case.timeouts) as bot:
            error, by_hand = await asyncio.gather(
                fail(bot.send_message(1, "早晨")),
                fail(bot.request.do_request(f"{server.url}/bot{TOKEN}/x", "POST", FORM)),
            )
        await server.finish()
    assert type(error) is type(by_hand) is case.error
    assert (len(server.heard), server.connections) == (2 * case.heard, 2)
    assert isinstance(error.__cause__, aiohttp.ClientError | httpx.HTTPError)
    assert not is_surely_unsent(error)
    if case.error is TimedOut:
        assert str(error) == "Timed out"


FORM = RequestData([RequestParameter.from_input("chat_id", 1)])


@BOTH
async def test_a_reset_on_a_kept_connection_leaves_one_request_with_the_server(make: Make) -> None:
    async def play(wire: Wire) -> None:
        await wire.hear()
        await wire.say(GOOD)
        await wire.hear()
        wire.reset()

    async with MisbehavingServer(play) as server, open_bot(make, server.url) as bot:
        await bot.send_message(1, "first")
        error = await fail(bot.send_message(1, "second"))
    assert type(error) is NetworkError
    assert not is_surely_unsent(error)
    assert [b"second" in heard.body for heard in server.heard] == [False, True]
    assert server.connections == 1


@BOTH
async def test_a_connection_that_was_closed_meanwhile_is_made_anew(make: Make) -> None:
    async with MisbehavingServer(say(GOOD)) as server, open_bot(make, server.url) as bot:
        for _ in range(3):
            await bot.send_message(1, "早晨")
            await asyncio.sleep(0.05)
    assert (len(server.heard), server.connections) == (3, 3)


@BOTH
async def test_a_connection_is_kept(make: Make) -> None:
    async with MisbehavingServer(keep_answering) as server, open_bot(make, server.url) as bot:
        for _ in range(3):
            await bot.send_message(1, "早晨")
    assert (len(server.heard), server.connections) == (3, 1)


async def keep_answering(wire: Wire) -> None:
    while True:
        await wire.hear()
        await wire.say(GOOD)


@BOTH
async def test_a_slow_answer_is_read_as_long_as_bytes_keep_coming(make: Make) -> None:
    async def play(wire: Wire) -> None:
        await wire.hear()
        await wire.say(*(GOOD[at : at + 20] for at in range(0, len(GOOD), 20)), pause=0.12)

    assert len(GOOD) / 20 * 0.12 > 1
    async with (
        MisbehavingServer(play) as server,
        open_bot(make, server.url, read_timeout=1) as bot,
    ):
        assert (await bot.send_message(1, "早晨")).text == "早晨"


@BOTH
async def test_a_file_of_any_size_is_read(make: Make) -> None:
    body = bytes(range(256)) * 40_000
    async with MisbehavingServer(say(answer(body))) as server, open_bot(make, server.url) as bot:
        assert await bot.request.retrieve(f"{server.url}/file") == body
    assert server.heard[0].head.startswith(b"GET /file HTTP/1.1")


@BOTH
async def test_a_server_that_takes_no_more_of_a_file_is_given_up(make: Make) -> None:
    async def play(wire: Wire) -> None:
        await asyncio.sleep(LATE)

    async with (
        MisbehavingServer(play) as server,
        open_bot(make, server.url, write_timeout=1000, media_write_timeout=SOON) as bot,
    ):
        error = await fail(bot.send_document(1, bytes(20_000_000)))
        again = await fail(bot.send_document(1, bytes(20_000_000), write_timeout=SOON))
    assert type(error) is type(again) is TimedOut
    assert isinstance(error.__cause__, aiohttp.SocketTimeoutError | httpx.WriteTimeout)
    assert not is_surely_unsent(error)


@BOTH
async def test_a_reset_while_a_file_is_sent_is_told_without_the_token(make: Make) -> None:
    async def play(wire: Wire) -> None:
        await wire.reader.readuntil(b"\r\n\r\n")
        wire.reset()

    async with MisbehavingServer(play) as server, open_bot(make, server.url) as bot:
        error = await fail(bot.send_document(1, bytes(20_000_000)))
    assert type(error) is NetworkError
    assert not is_surely_unsent(error)


async def test_an_answer_before_the_whole_file_was_read_is_heard() -> None:
    async def play(wire: Wire) -> None:
        await wire.say(answer(b"{}", "413 Too Large"))
        await asyncio.sleep(LATE)

    async with MisbehavingServer(play) as server, open_bot(AiohttpRequest, server.url) as bot:
        error = await fail(bot.send_document(1, bytes(20_000_000)))
    assert "(413)" in str(error)


# What never reaches the server


@pytest.fixture
def refused_url() -> Iterator[str]:
    """A port that is taken and where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


async def fail_to_connect(make: Make, url: str, **timeouts: float) -> TelegramError:
    async with open_bot(make, url, **timeouts) as bot:
        error = await fail(bot.send_message(1, "早晨"))
    assert is_surely_unsent(error)
    return error


@BOTH
async def test_a_refused_connection_is_surely_unsent(make: Make, refused_url: str) -> None:
    assert type(await fail_to_connect(make, refused_url)) is NetworkError


@BOTH
async def test_a_name_without_address_is_surely_unsent(make: Make) -> None:
    assert type(await fail_to_connect(make, "http://nobody.invalid")) is NetworkError


@BOTH
async def test_a_certificate_that_nobody_vouches_for_is_surely_unsent(
    make: Make, tls: ssl.SSLContext
) -> None:
    async with MisbehavingServer(say(GOOD), tls) as server:
        assert type(await fail_to_connect(make, server.url)) is NetworkError
    assert not server.heard


@BOTH
async def test_a_port_without_tls_is_surely_unsent(make: Make) -> None:
    async def speak_plainly(wire: Wire) -> None:
        await wire.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    for play in (speak_plainly, close_at_once, reset_at_once):
        async with MisbehavingServer(play) as server:
            url = f"https://127.0.0.1:{server.port}"
            assert type(await fail_to_connect(make, url)) is NetworkError


@BOTH
async def test_a_connection_that_is_not_made_in_time_is_surely_unsent(make: Make) -> None:
    async with MisbehavingServer(Wire.hang) as server:
        url = f"https://127.0.0.1:{server.port}"
        error = await fail_to_connect(make, url, connect_timeout=SOON)
    assert type(error) is TimedOut
    assert str(error) == "Timed out"


@BOTH
async def test_a_port_with_tls_that_is_spoken_to_without_fails(
    make: Make, tls: ssl.SSLContext
) -> None:
    async with (
        MisbehavingServer(say(GOOD), tls) as server,
        open_bot(make, f"http://127.0.0.1:{server.port}") as bot,
    ):
        error = await fail(bot.send_message(1, "早晨"))
    assert type(error) is NetworkError
    assert not is_surely_unsent(error)
    assert not server.heard


@BOTH
async def test_tls_is_spoken_with_whom_the_environment_trusts(
    make: Make, tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    load_trust.cache_clear()
    async with MisbehavingServer(say(GOOD), tls) as server, open_bot(make, server.url) as bot:
        assert (await bot.send_message(1, "早晨")).text == "早晨"
    load_trust.cache_clear()


@BOTH
async def test_waiting_for_a_free_connection_ends_unsent(make: Make) -> None:
    heard, free = asyncio.Event(), asyncio.Event()

    async def play(wire: Wire) -> None:
        while True:
            await wire.hear()
            heard.set()
            await free.wait()
            await wire.say(GOOD)

    async with (
        MisbehavingServer(play) as server,
        open_bot(make, server.url, connection_pool_size=1, pool_timeout=SOON) as bot,
    ):
        first = asyncio.create_task(bot.send_message(1, "first"))
        await heard.wait()
        error = await fail(bot.send_message(1, "second"))
        assert type(error) is TimedOut
        assert str(error) == (
            "Pool timeout: All connections in the connection pool are occupied. Request was *not* "
            "sent to Telegram. Consider adjusting the connection pool size or the pool timeout."
        )
        assert is_surely_unsent(error)
        assert len(server.heard) == 1
        waiting = asyncio.create_task(bot.send_message(1, "third", pool_timeout=LATE))
        free.set()
        assert (await first).text == (await waiting).text == "早晨"


@BOTH
async def test_failures_and_cancellations_give_their_connection_back(make: Make) -> None:
    arrived = asyncio.Event()

    async def play(wire: Wire) -> None:
        heard = await wire.hear()
        if b"hang" in heard.body:
            arrived.set()
            await wire.hang()
        if b"good" in heard.body:
            await wire.say(GOOD)

    async with (
        MisbehavingServer(play) as server,
        open_bot(make, server.url, connection_pool_size=1, pool_timeout=1) as bot,
    ):
        for _ in range(3):
            assert "Pool" not in str(await fail(bot.send_message(1, "bad")))
        hanging = asyncio.create_task(bot.send_message(1, "hang"))
        await arrived.wait()
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert (await bot.send_message(1, "good")).text == "早晨"


async def test_errors_that_are_not_the_transports_are_not_surely_unsent() -> None:
    assert not is_surely_unsent(BadRequest("chat not found"))
    assert not is_surely_unsent(NetworkError("unknown"))


# Proxies


@BOTH
@pytest.mark.parametrize("address", ["http://me:secret@{}", "{}"], ids=["whole", "bare"])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
async def test_the_proxy_of_the_environment_is_asked(
    make: Make, name: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with MisbehavingServer(say(GOOD)) as proxy:
        monkeypatch.setenv(name, address.format(f"127.0.0.1:{proxy.port}"))
        async with open_bot(make, "http://bot.example") as bot:
            await bot.send_message(1, "早晨")
    (heard,) = proxy.heard
    assert heard.head.startswith(f"POST http://bot.example/bot{TOKEN}/sendMessage ".encode())
    known = heard.headers.get("proxy-authorization")
    assert known == ("Basic bWU6c2VjcmV0" if "@" in address else None)


@BOTH
async def test_hosts_without_proxy_are_reached_directly(
    make: Make, refused_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", refused_url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,example.com")
    async with MisbehavingServer(say(GOOD)) as server, open_bot(make, server.url) as bot:
        await bot.send_message(1, "早晨")
    await fail_to_connect(make, "http://bot.example")


@BOTH
async def test_a_proxy_that_does_not_connect_us_is_surely_unsent(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with MisbehavingServer(say(answer(b"", "502 Bad Gateway"))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:secret@127.0.0.1:{proxy.port}")
        error = await fail_to_connect(make, "https://bot.example")
    assert type(error) is NetworkError
    assert "secret" not in str(error)
    assert proxy.heard[0].head.startswith(b"CONNECT bot.example:443 ")


async def test_a_socks_proxy_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(RuntimeError, match="ALL_PROXY"):
        await AiohttpRequest().initialize()


# What the server gets


async def hear(make: Make, send: Callable[[Bot], Awaitable[object]], reply: bytes = GOOD) -> Heard:
    async with MisbehavingServer(say(reply)) as server, open_bot(make, server.url) as bot:
        await send(bot)
    (heard,) = server.heard
    return heard


@BOTH
async def test_all_of_a_form_arrives(make: Make) -> None:
    text = "".join(map(chr, range(0x3000))) + "新聞公報🇭🇰" + chr(0x10FFFF)
    data = RequestData(
        [
            RequestParameter.from_input("text", text),
            RequestParameter.from_input("empty", ""),
            RequestParameter.from_input("a b&c=d", [1, {"字": "值+%41"}]),
        ]
    )

    async def send(bot: Bot) -> None:
        await bot.request.post(f"{bot.base_url}/sendMessage", data)

    heard = await hear(make, send)
    got = dict(parse_qsl(heard.body.decode("ascii"), keep_blank_values=True, strict_parsing=True))
    assert got == data.json_parameters
    assert heard.headers["content-type"] == "application/x-www-form-urlencoded"
    assert heard.headers["user-agent"] == BaseRequest.USER_AGENT
    assert "gzip" in heard.headers["accept-encoding"]
    assert heard.head.startswith(f"POST /bot{TOKEN}/sendMessage HTTP/1.1\r\n".encode())


@BOTH
@pytest.mark.parametrize("data", [None, RequestData([])], ids=["no data", "empty data"])
async def test_a_question_without_parameters_is_an_empty_post(
    make: Make, data: RequestData | None
) -> None:
    async def send(bot: Bot) -> None:
        url = f"{bot.base_url}/getUpdates?allowed_updates=%5B%22message%22%5D"
        await bot.request.post(url, data)

    heard = await hear(make, send)
    assert heard.head.startswith(b"POST /bot")
    assert heard.headers["content-length"] == "0"
    assert "content-type" not in heard.headers
    assert parse_qsl(heard.head.split()[1].decode().partition("?")[2]) == [
        ("allowed_updates", '["message"]')
    ]


async def test_cookies_are_ignored() -> None:
    async def play(wire: Wire) -> None:
        while True:
            await wire.hear()
            await wire.say(answer(MESSAGE, "200 OK", "Set-Cookie: a=b; Path=/"))

    async with MisbehavingServer(play) as server, open_bot(AiohttpRequest, server.url) as bot:
        await bot.send_message(1, "早晨")
        await bot.send_message(1, "早晨")
    assert [heard.headers.get("cookie") for heard in server.heard] == [None, None]


def read_parts(heard: Heard) -> list[tuple[str, str | None, str, bytes]]:
    """Name, file name, type and content of each part; made-up attachment names are numbered."""
    whole = f"Content-Type: {heard.headers['content-type']}\r\n\r\n".encode() + heard.body
    names = list(dict.fromkeys(re.findall(rb"attached[0-9a-f]{32}", whole)))
    for number, name in enumerate(names):
        whole = whole.replace(name, b"attached%d" % number)
    message = BytesParser(policy=email.policy.HTTP).parsebytes(whole)
    return [
        (
            str(part.get_param("name", header="content-disposition")),
            part.get_filename(),
            part.get_content_type(),
            bytes(part.get_payload(decode=True)),
        )
        for part in message.iter_parts()
    ]


async def send_named(bot: Bot) -> None:
    await bot.send_document(1, b"a,b\n\x00\xff", caption="名單 🇭🇰", filename='名單 "1".csv')


async def send_open_file(bot: Bot) -> None:
    await bot.send_document(1, BytesIO(bytes(200_000)), filename="log.bin", caption="<b>é</b>")


async def send_several(bot: Bot) -> None:
    media = [
        InputMediaDocument(b"one", caption="一", filename="1.txt"),
        InputMediaDocument(b"<p>two", filename="2.html"),
    ]
    await bot.send_media_group(1, media)


@pytest.mark.parametrize(
    ("send", "reply"),
    [(send_named, GOOD), (send_open_file, GOOD), (send_several, answer(b'{"result":[]}'))],
)
async def test_files_arrive_as_the_stock_transport_sends_them(
    send: Callable[[Bot], Awaitable[None]], reply: bytes
) -> None:
    stock = await hear(HTTPXRequest, send, reply)
    ours = await hear(AiohttpRequest, send, reply)
    assert read_parts(ours) == read_parts(stock)
    assert any(filename for _, filename, _, _ in read_parts(ours))
    lengths = [heard.headers["content-length"] for heard in (stock, ours)]
    assert lengths == [str(len(heard.body)) for heard in (stock, ours)]


# Beginning and end


@BOTH
async def test_a_transport_can_be_ended_twice_and_begun_again(make: Make) -> None:
    request = make(read_timeout=3.5)
    assert request.read_timeout == 3.5
    async with MisbehavingServer(keep_answering) as server:
        for _ in range(2):
            await request.initialize()
            await request.initialize()
            assert await request.do_request(f"{server.url}/x", "POST") == (200, MESSAGE)
            await request.shutdown()
            await request.shutdown()
            with pytest.raises(RuntimeError, match="is not initialized"):
                await request.do_request(f"{server.url}/x", "POST")
        assert (len(server.heard), server.connections) == (2, 2)


# All that we ask of the Bot API


async def test_every_method_that_we_use_works(local: LocalTelegram) -> None:
    local.open_chat(READER_ID)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("健康", callback_data="topic:health")]])
    request, polling = AiohttpRequest(), AiohttpRequest(connection_pool_size=1)
    bot = Bot(
        LOCAL_TOKEN,
        local.base_url,
        local.base_file_url,
        request=request,
        get_updates_request=polling,
    )
    async with bot:
        assert bot.username == (await bot.get_me()).username
        assert await bot.set_my_commands([BotCommand("latest", "最新公報")], language_code="zh")
        assert await bot.send_chat_action(READER_ID, ChatAction.TYPING)
        sent = await bot.send_message(
            READER_ID,
            "<b>新聞公報</b> &amp; summaries",
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=keyboard,
        )
        assert sent.text == "新聞公報 & summaries"
        pressed = local.press(sent.message_id, "topic:health")
        updates = await bot.get_updates(timeout=5)
        query = updates[-1].callback_query
        assert query is not None
        assert await query.answer("好")
        assert (await pressed).text == "好"
        edited = await query.edit_message_text("改了", reply_markup=keyboard)
        assert not isinstance(edited, bool)
        assert edited.text == "改了"
        await query.edit_message_reply_markup(None)
        document = (await bot.send_document(READER_ID, b"a,b\n", filename="名單.csv")).document
        assert document is not None
        assert document.file_name == "名單.csv"
        file = await bot.get_file(document.file_id)
        assert await file.download_as_bytearray() == b"a,b\n"
        with pytest.raises(BadRequest, match="hat not found"):
            await bot.send_message(987_654, "nobody")
