"""The HTTP transport under python-telegram-bot: aiohttp, at a fraction of the stock one's cost.

It sends what the stock ``HTTPXRequest`` sends and fails as that one fails, with these
differences: cookies are ignored, a SOCKS proxy is refused, half a surrogate pair is left out of a
text, a server that answers before it has read the whole request is heard at once, an answer that
is longer than it says or says its length twice is an error, and a timeout of more than five
seconds may take up to one more.

What can't be told: whether bytes that the system has taken over have left the machine. They count
as written, so a server that never reads a short request ends it by the read timeout.
"""

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, cast
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from telegram._utils.defaultvalue import DefaultValue  # the contract of BaseRequest names them
from telegram._utils.types import ODVInput
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.logs import redact

FORM = "application/x-www-form-urlencoded"
LONGEST_HEADER = 1 << 16  # bytes
NO_FREE_CONNECTION = (
    "Pool timeout: All connections in the connection pool are occupied. Request was *not* sent to "
    "Telegram. Consider adjusting the connection pool size or the pool timeout."
)


class PoolTimeoutError(Exception):
    """No connection became free in time."""


# What is raised before a request has a connection to go out on. A proxy that refuses to connect
# is among them: ours as ``ClientHttpProxyError``, the stock transport's as ``ProxyError``.
_UNSENT = (
    PoolTimeoutError,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    httpx.PoolTimeout,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.ProxyError,
)


def is_surely_unsent(error: TelegramError) -> bool:
    """Whether the request surely never reached the server, so that a repeat doubles nothing.

    True where no connection was free or none could be made: name, address, TLS. All else may
    hide a message that was delivered. Knows this transport's causes and the stock one's.
    """
    return isinstance(error.__cause__, _UNSENT)


class AiohttpRequest(BaseRequest):
    """Requests to the Bot API over kept connections.

    A POST goes out once, whatever becomes of it: a repeat could double a message. (A file that is
    fetched is asked for again where the kept connection turns out to be closed.)

    A proxy comes from the environment (``HTTPS_PROXY``, ``HTTP_PROXY``, ``ALL_PROXY``,
    ``NO_PROXY``), and other authorities to trust from ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, as
    with the stock transport.

    Args:
        connection_pool_size: how many requests may be under way at once.
        read_timeout: seconds without a byte from the server; None waits for ever, here as below.
        write_timeout: seconds in which the server takes none of what is being written.
        connect_timeout: seconds until there is a connection, name and TLS included.
        pool_timeout: seconds to wait while all connections are busy.
        media_write_timeout: the ``write_timeout`` of requests with files.
    """

    __slots__ = ("_media_write_timeout", "_open", "_pool_size", "_timeouts")

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
    ) -> None:
        self._pool_size = connection_pool_size
        self._timeouts = _Timeouts(read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._media_write_timeout = media_write_timeout
        self._open: _Open | None = None

    @property
    def read_timeout(self) -> float | None:
        """The default, in seconds."""
        return self._timeouts.read

    async def initialize(self) -> None:
        """Get ready to send; again is no error, nor is it after ``shutdown``.

        Raises:
            RuntimeError: if the environment names a proxy of a kind that isn't supported.
        """
        if self._open is None:
            self._open = _Open.make(self._pool_size)

    async def shutdown(self) -> None:
        """Close all connections; again is no error."""
        if self._open is not None:
            was_open, self._open = self._open, None
            await was_open.session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            TimedOut: if one of the timeouts has passed.
            NetworkError: if there was no connection, or no complete answer in HTTP.
            RuntimeError: if not initialized.
        """
        if self._open is None:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        default = self._timeouts
        has_files = request_data is not None and request_data.contains_files
        usual = self._media_write_timeout if has_files else default.write
        body = _encode(request_data, _choose(write_timeout, usual))
        patience = _make_patience(
            _choose(connect_timeout, default.connect), _choose(read_timeout, default.read)
        )
        await _take(self._open.slots, _choose(pool_timeout, default.pool))
        try:
            return await self._open.exchange(method, URL(url), body, patience)
        except aiohttp.ServerTimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(_describe(error)) from error
        finally:
            self._open.slots.release()


@dataclass(frozen=True, slots=True)
class _Timeouts:
    """In seconds."""

    read: float | None
    write: float | None
    connect: float | None
    pool: float | None


@dataclass(frozen=True, slots=True)
class _Open:
    """What there is between ``initialize`` and ``shutdown``."""

    session: aiohttp.ClientSession
    slots: asyncio.Semaphore
    proxies: Mapping[str, str]

    @classmethod
    def make(cls, pool_size: int) -> "_Open":
        proxies = _read_proxies()
        # The connector's own limit knows no timeout of its own; the semaphore does the waiting.
        # The authorities to trust are the stock transport's too.
        connector = aiohttp.TCPConnector(limit=0, ssl=load_trust())
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": BaseRequest.USER_AGENT},
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )
        return cls(session, asyncio.Semaphore(pool_size), proxies)

    async def exchange(
        self, method: str, url: URL, body: "_Body | None", patience: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        response = await self.session.request(
            method,
            url,
            data=body,
            timeout=patience,
            # Without a body there is no type of it, which aiohttp would make up.
            skip_auto_headers=("Content-Type",) if body is None else None,
            allow_redirects=False,
            proxy=_choose_proxy(self.proxies, url),
        )
        return response.status, await response.read()


class _Body(aiohttp.Payload):
    """A request's body, which gives up on a server that takes no more of it."""

    def __init__(
        self,
        chunks: Iterable[bytes],
        content_type: str,
        size: int | None,
        write_timeout: float | None,
    ) -> None:
        super().__init__(chunks, content_type=content_type)
        self._size = size
        self._write_timeout = write_timeout

    async def write(self, writer: AbstractStreamWriter) -> None:
        try:
            for chunk in self._value:
                async with asyncio.timeout(self._write_timeout):
                    await writer.write(chunk)
        except TimeoutError as error:
            raise aiohttp.SocketTimeoutError("Timeout on writing data to socket") from error

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:  # noqa: ARG002  # the base's
        raise TypeError("a body is only written")


def _encode(request_data: RequestData | None, write_timeout: float | None) -> _Body | None:
    if request_data is None:
        return None
    if request_data.contains_files:
        return _encode_files(request_data, write_timeout)
    # yarl's quoting is written in C: a fifth of the time of the standard library's.
    form = URL.build(query=request_data.json_parameters).raw_query_string.encode()
    return _Body((form,), FORM, len(form), write_timeout) if form else None


def _encode_files(request_data: RequestData, write_timeout: float | None) -> _Body:
    """By the stock transport's own library, so that the names of files come out alike."""
    files: Any = request_data.multipart_data
    form = httpx.Request("POST", "http://form", data=request_data.json_parameters, files=files)
    length = form.headers.get("Content-Length")
    chunks = cast("httpx.SyncByteStream", form.stream)
    size = int(length) if length else None
    return _Body(chunks, form.headers["Content-Type"], size, write_timeout)


def _choose(given: ODVInput[float], default: float | None) -> float | None:
    return default if isinstance(given, DefaultValue) else given


@lru_cache
def _make_patience(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


async def _take(slots: asyncio.Semaphore, pool_timeout: float | None) -> None:
    try:
        async with asyncio.timeout(pool_timeout if slots.locked() else None):
            await slots.acquire()
    except TimeoutError:
        raise TimedOut(NO_FREE_CONNECTION) from PoolTimeoutError()


@cache
def load_trust() -> ssl.SSLContext:
    """The authorities that the environment names, else the usual ones; read once: it is slow."""
    return httpx.create_ssl_context()


def _read_proxies() -> dict[str, str]:
    """Proxies by the scheme that they serve or ``all``; under ``no`` the hosts without one."""
    named = getproxies()
    proxies = {scheme: named[scheme] for scheme in ("http", "https", "all") if named.get(scheme)}
    for scheme, proxy in proxies.items():
        if proxy.startswith("socks"):
            raise RuntimeError(f"{scheme.upper()}_PROXY: only http:// and https:// are supported")
        proxies[scheme] = proxy if "://" in proxy else f"http://{proxy}"
    return {**proxies, "no": named.get("no", "")} if proxies else {}


def _choose_proxy(proxies: Mapping[str, str], url: URL) -> str | None:
    if not proxies or proxy_bypass(url.host or "", proxies):
        return None
    return proxies.get(url.scheme) or proxies.get("all")


def _describe(error: aiohttp.ClientError) -> str:
    """Without addresses, which hold the bot's token or a proxy's password."""
    text = str(error)
    if isinstance(error, aiohttp.ClientResponseError):
        text = f"{error.status} {error.message}"
    return redact(f"aiohttp.{type(error).__name__}: {text}")
