"""Guarded HTTP for feeds and pages: conditional, capped in size, time and redirects."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from data.addresses import find_host

log = logging.getLogger(__name__)

MAX_BYTES = 15_000_000  # after decompression
MAX_SECONDS = 20.0
MAX_REDIRECTS = 5
USER_AGENT = "Tongbao/0.1 (unofficial press release digest bot; reads RSS every few minutes)"
# After this many failed connections in a row a host is left alone for the rest of the run.
MAX_FAILED_CONNECTIONS = 2


class FetchError(Exception):
    """A document could not be had; the message says which and why."""


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
    """Fetches documents over HTTP, one connection a host, one request at a time."""

    def __init__(self, max_seconds: float = MAX_SECONDS, max_bytes: int = MAX_BYTES) -> None:
        self._max_seconds = max_seconds
        self._max_bytes = max_bytes
        self._failed_connections: dict[str, int] = {}
        self._client = httpx.Client(
            headers={"User-Agent": USER_AGENT},
            timeout=httpx.Timeout(max_seconds / 2),
            limits=httpx.Limits(max_connections=4, max_keepalive_connections=4),
            follow_redirects=True,
            max_redirects=MAX_REDIRECTS,
        )

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def fetch(self, url: str, validators: Validators = Validators()) -> Fetched:
        """One document.

        Raises:
            FetchError: if the address is no web address, the server can't be reached, answers
                with an error or too slowly, or sends too much.
        """
        host = find_host(url)
        if host is None:
            raise FetchError(f"{url}: not a web address (http:// or https://)")
        if self._failed_connections.get(host, 0) >= MAX_FAILED_CONNECTIONS:
            raise FetchError(f"{url}: {host} could not be reached before; not tried again")
        try:
            fetched = self._get(url, validators)
        except (httpx.TransportError, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            self._failed_connections[host] = self._failed_connections.get(host, 0) + 1
            raise FetchError(f"{url}: {describe_error(error)}") from None
        self._failed_connections.pop(host, None)
        return fetched

    def _get(self, url: str, validators: Validators) -> Fetched:
        headers = {}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        deadline = time.monotonic() + self._max_seconds
        with self._client.stream("GET", url, headers=headers) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return Fetched(url, None, validators)
            if not response.is_success:
                raise FetchError(f"{url}: the server answers {response.status_code}")
            content = b"".join(self._read_capped(url, response.iter_bytes(), deadline))
            fresh = Validators(response.headers.get("etag"), response.headers.get("last-modified"))
            return Fetched(str(response.url), content, fresh)

    def _read_capped(self, url: str, chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > self._max_bytes:
                raise FetchError(f"{url}: longer than {self._max_bytes:,} bytes; refused")
            if time.monotonic() > deadline:
                raise FetchError(f"{url}: took longer than {self._max_seconds:g} seconds; given up")
            yield chunk


def describe_error(error: Exception) -> str:
    """A transport error in a few words; some carry none of their own."""
    return str(error) or type(error).__name__


@contextmanager
def open_fetcher() -> Iterator[Fetcher]:
    """A fetcher that is closed at the end."""
    fetcher = Fetcher()
    try:
        yield fetcher
    finally:
        fetcher.close()
