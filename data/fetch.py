"""Guarded HTTP for feeds and pages: conditional, capped, polite, pinned to public addresses.

Proxies in the environment are not used: a proxy looks names up by itself, so that what was
checked here would not be where the request goes.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpcore
import httpx

from data.addresses import WebAddress, join_address, split_address
from data.net.connections import (
    AddressRefusedError,
    CheckedBackend,
    Deadline,
    Resolve,
    resolve_host,
)
from data.net.content_coding import ACCEPTED_CODINGS, CodingError, decode_content
from data.net.politeness import MIN_INTERVAL, Politeness
from data.net.public_addresses import can_be_meant_by, is_public_address

MAX_BYTES = 15_000_000  # on the wire, and after decompression
MAX_SECONDS = 20.0  # for name, connection, redirects and all of the answer together
MAX_REDIRECTS = 5
MAX_CONNECTIONS = 4  # in all; one to a host
KEPT_ALIVE_SECONDS = 5.0
USER_AGENT = "Tongbao/0.1 (unofficial press release digest bot; reads RSS every few minutes)"
_MAX_VALIDATOR_LENGTH = 1_000
# Characters of an error message.
_MAX_URL_SHOWN, _MAX_REASON_SHOWN = 200, 500

NO_WEB_ADDRESS = "not a web address (http:// or https://, without user name and password)"
PEER = "server_addr"  # httpcore's word for the address at the other end
OK, NOT_MODIFIED = 200, 304
REDIRECTS = {301, 302, 303, 307, 308}
COME_BACK_LATER = {429, 503}


class FetchError(Exception):
    """A document could not be had; the message says which and why, in one line.

    Attributes:
        status: of the server's answer, where that is what failed.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class RetryLater(FetchError):  # noqa: N818  # no error of ours or theirs: an appointment
    """A server wants to be asked again later, by its 429 or 503.

    Attributes:
        host: ``host[:port]`` that asked for it.
        seconds: how long from now.
    """

    def __init__(self, message: str, host: str, seconds: float, status: int | None = None) -> None:
        super().__init__(message, status)
        self.host = host
        self.seconds = seconds


@dataclass(frozen=True)
class Validators:
    """What a server gave to ask "has it changed?" with."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Fetched:
    """An answer; ``content`` is None if the server says that nothing has changed."""

    url: str
    content: bytes | None
    validators: Validators = Validators()


class Fetcher:
    """Fetches documents over HTTP, one connection a host, one request at a time.

    Connects to public addresses only, save where ``allow`` made an exception. Serves one thread.

    Args:
        max_seconds: for one document, from the look-up of its name to its last byte.
        max_bytes: of one document.
        min_interval: seconds between the starts of two requests to a host, unless it is the
            operator's own on a private address.
        resolve: finds the IP addresses of a host.
        is_public: tells which IP addresses may be connected to.
        now: the time that Retry-After counts from, aware.
        monotonic: the clock of deadlines and intervals, in seconds.
        sleep: waits for some seconds.
    """

    def __init__(
        self,
        *,
        max_seconds: float = MAX_SECONDS,
        max_bytes: int = MAX_BYTES,
        min_interval: float = MIN_INTERVAL,
        resolve: Resolve = resolve_host,
        is_public: Callable[[str], bool] = is_public_address,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._is_public = is_public
        self._deadline = Deadline(monotonic)
        self._politeness = Politeness(min_interval, now, monotonic, sleep)
        self._stated: set[str] = set()
        self._kept: set[str] = set()  # hosts to which a connection may have been kept
        tls = httpx.create_ssl_context()
        # Two pools, so that a connection to a stated address never serves anyone else.
        self._public_pool, self._stated_pool = (
            httpcore.ConnectionPool(
                ssl_context=tls,
                max_connections=MAX_CONNECTIONS,
                keepalive_expiry=KEPT_ALIVE_SECONDS,
                network_backend=CheckedBackend(resolve, is_allowed, self._deadline),
            )
            for is_allowed in (
                lambda _, address: is_public(address),
                lambda host, address: is_public(address) or can_be_meant_by(host, address),
            )
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._public_pool.close()
        self._stated_pool.close()

    def allow(self, url: str) -> None:
        """Let the host and port of an address be private, because the operator stated it.

        It holds for that host and port only, by http and https, and only for what is asked for
        there and for its redirects to itself. What a name may lead to is said at
        ``can_be_meant_by``.
        """
        address = split_address(url)
        if address is not None:
            self._stated.add(address.origin)

    def heed(self, waits: Mapping[str, datetime]) -> None:
        """Ask no host before the time that it asked for in an earlier run (``asked_waits``)."""
        self._politeness.heed(waits)

    @property
    def asked_waits(self) -> Mapping[str, datetime]:
        """The hosts that asked in this run not to be asked again before a time."""
        return self._politeness.asked_waits

    def fetch(self, url: str, validators: Validators = Validators()) -> Fetched:
        """One document.

        Raises:
            RetryLater: if the server asks for time, or asked for it before and it has not passed.
            FetchError: if the address is no web address or leads to a private machine, the
                server can't be reached, answers with an error or too slowly, or sends too much.
        """
        start = split_address(url)
        if start is None:
            raise FetchError(_complain(url, NO_WEB_ADDRESS))
        self._deadline.start(self._max_seconds)
        address = start
        try:
            for _ in range(MAX_REDIRECTS + 1):
                is_stated = address.origin == start.origin and start.origin in self._stated
                answer = self._ask_politely(address, validators, is_stated=is_stated)
                if isinstance(answer, Fetched):
                    return answer
                address = answer
        except RetryLater as error:
            message = _trace(start, address, url, error)
            raise RetryLater(message, error.host, error.seconds, error.status) from None
        except FetchError as error:
            raise FetchError(_trace(start, address, url, error), error.status) from None
        raise FetchError(_complain(url, f"more than {MAX_REDIRECTS} redirects; given up"))

    def _ask_politely(
        self, address: WebAddress, validators: Validators, *, is_stated: bool
    ) -> Fetched | WebAddress:
        host, politeness = address.origin, self._politeness
        if politeness.is_given_up(host):
            raise FetchError(f"{host} could not be reached before; not tried again")
        if (wait := politeness.find_wait(host)) is not None:
            raise RetryLater(f"{host} asked for {wait:.0f} more seconds of peace", host, wait)
        self._deadline.extend(politeness.wait_turn(host))
        try:
            answer = self._ask_anew_if_stale(address, validators, is_stated=is_stated)
        except httpcore.TimeoutException:
            reason = f"no whole answer in time ({self._max_seconds:g} seconds); given up"
        except httpcore.NetworkError as error:
            reason = f"the connection failed ({error})"
        except httpcore.ProtocolError as error:
            reason = f"the answer is no proper HTTP ({error})"
        except AddressRefusedError as error:
            raise FetchError(_explain_refusal(host, error)) from None
        except FetchError:  # an answer all the same
            politeness.mark_reached(host)
            raise
        else:
            politeness.mark_reached(host)
            return answer
        politeness.mark_failed(host)
        raise FetchError(reason)

    def _ask_anew_if_stale(
        self, address: WebAddress, validators: Validators, *, is_stated: bool
    ) -> Fetched | WebAddress:
        """A kept connection can turn out to have been closed by the host just now."""
        may_be_stale = address.origin in self._kept
        self._kept.add(address.origin)
        try:
            return self._ask(address, validators, is_stated=is_stated)
        except (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError):
            self._kept.discard(address.origin)
            if not may_be_stale:
                raise
        return self._ask(address, validators, is_stated=is_stated)

    def _ask(
        self, address: WebAddress, validators: Validators, *, is_stated: bool
    ) -> Fetched | WebAddress:
        pool = self._stated_pool if is_stated else self._public_pool
        url = httpcore.URL(
            scheme=address.scheme, host=address.host, port=address.port, target=address.target
        )
        with pool.stream("GET", url, headers=_make_headers(address, validators)) as response:
            if not self._is_public(response.extensions["network_stream"].get_extra_info(PEER)):
                self._politeness.mark_own(address.origin)
            headers = _read_headers(response)
            if response.status in REDIRECTS:
                return _find_redirect(address, headers.get("location"))
            if response.status in COME_BACK_LATER:
                raise self._postpone(address.origin, response.status, headers.get("retry-after"))
            fresh = _read_validators(headers)
            if response.status == NOT_MODIFIED and _keep_usable(validators) != Validators():
                return Fetched(address.url, None, validators)
            if response.status != OK:
                raise FetchError(f"the server answers {response.status}", response.status)
            return Fetched(address.url, self._read_content(response, headers), fresh)

    def _postpone(self, host: str, status: int, retry_after: str | None) -> RetryLater:
        seconds = self._politeness.postpone(host, retry_after)
        reason = f"the server answers {status}; {host} is not asked for {seconds:.0f} seconds"
        return RetryLater(reason, host, seconds, status)

    def _read_content(self, response: httpcore.Response, headers: Mapping[str, str]) -> bytes:
        stated_length = headers.get("content-length", "")
        if stated_length.isdecimal() and int(stated_length) > self._max_bytes:
            raise self._refuse_length()
        content = bytearray()
        try:
            on_the_wire = self._cap(response.iter_stream())
            for chunk in self._cap(
                decode_content(on_the_wire, headers.get("content-encoding", ""))
            ):
                content += chunk
        except CodingError as error:
            raise FetchError(str(error)) from None
        if not content:
            raise FetchError("the answer is empty")
        return bytes(content)

    def _cap(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self._max_bytes:
                raise self._refuse_length()
            yield chunk

    def _refuse_length(self) -> FetchError:
        return FetchError(f"longer than {self._max_bytes:,} bytes; refused")


def _explain_refusal(host: str, error: AddressRefusedError) -> str:
    where = host if str(error) in host else f"{host} leads to {error}, which"
    return (
        f"{where} is not on the public internet; refused."
        " If it is meant, state it with its IP address in the feeds file or on the command line"
    )


def _make_headers(address: WebAddress, validators: Validators) -> list[tuple[str, str]]:
    usable = _keep_usable(validators)
    headers = {
        "Host": address.origin,
        "User-Agent": USER_AGENT,
        "Accept": "*/*",
        "Accept-Encoding": ACCEPTED_CODINGS,
        "If-None-Match": usable.etag,
        "If-Modified-Since": usable.last_modified,
    }
    return [(name, value) for name, value in headers.items() if value is not None]


def _read_headers(response: httpcore.Response) -> dict[str, str]:
    """Headers by lower-case name; of those that are there twice, the first."""
    headers: dict[str, str] = {}
    for name, value in response.headers:
        headers.setdefault(name.decode("latin-1").lower(), value.decode("utf-8", "replace"))
    return headers


def _find_redirect(address: WebAddress, location: str | None) -> WebAddress:
    if location is None:
        raise FetchError("the server redirects without saying where to")
    found = split_address(join_address(address.url, location) or "")
    if found is None:
        raise FetchError(f"the server redirects to what is no web address: {location}")
    return found


def _read_validators(headers: Mapping[str, str]) -> Validators:
    return _keep_usable(Validators(headers.get("etag"), headers.get("last-modified")))


def _keep_usable(validators: Validators) -> Validators:
    """Without what no well-meaning server sends and no header can hold."""
    return Validators(_find_usable(validators.etag), _find_usable(validators.last_modified))


def _find_usable(value: str | None) -> str | None:
    if value is None or not 0 < len(value) <= _MAX_VALIDATOR_LENGTH:
        return None
    return value if value.isascii() and value.isprintable() else None


def _trace(start: WebAddress, address: WebAddress, url: str, error: FetchError) -> str:
    """Address and reason, with the address that we were redirected to if it failed there."""
    shown = _tidy(address.url, _MAX_URL_SHOWN)
    return _complain(url, str(error) if address == start else f"redirected to {shown}: {error}")


def _complain(url: str, reason: str) -> str:
    """Address and reason in one line of bearable length."""
    shown = re.sub("//[^/]*@", "//…@", url)  # a password is nobody's business
    return f"{_tidy(shown, _MAX_URL_SHOWN)}: {_tidy(reason, _MAX_REASON_SHOWN)}"


def _tidy(words: str, length: int) -> str:
    """Without what could break the line or steer a terminal."""
    line = " ".join("".join(each if each.isprintable() else " " for each in words).split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


@contextmanager
def open_fetcher() -> Iterator[Fetcher]:
    """A fetcher that is closed at the end."""
    fetcher = Fetcher()
    try:
        yield fetcher
    finally:
        fetcher.close()
