"""Small stand-ins for the world outside: a time and a web site that do as they are told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

from loopback import Loopback

from bot.timer import Timer


@dataclass
class Clock:
    """A time that stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)


@dataclass
class QuickTime:
    """Seconds that pass at once when someone waits for them."""

    seconds: float = 1_000.0

    def timer(self) -> Timer:
        return Timer(now=lambda: self.seconds, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        # The loop has to get round to what comes over the network meanwhile.
        await asyncio.sleep(0.001)
        self.seconds += seconds


@dataclass
class Page:
    """An answer to a request."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class StaticSite:
    """A web site on loopback; ``pages`` by path, each fixed or made from the request's headers."""

    pages: dict[str, Page | Callable[[dict[str, str]], Page]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = Loopback(self._make_handler())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return self._server.url

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append(self.path)
                page = site.pages.get(self.path, Page(b"not here", 404))
                if not isinstance(page, Page):
                    page = page({key.lower(): value for key, value in self.headers.items()})
                self.send_response(page.status)
                for name, value in page.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                try:
                    self.wfile.write(page.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's
                """Quiet: the test tells what went wrong."""

        return Handler
