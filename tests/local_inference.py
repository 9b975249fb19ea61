"""An OpenAI-compatible inference server on loopback: well-behaved until told otherwise."""

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from loopback import Loopback

Json = dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A reply; ``cut`` bytes of it are kept back, and each byte comes ``drip`` seconds late."""

    body: bytes | Json = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    cut: int = 0
    drip: float = 0.0
    hangs_up: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Json


def say(content: object, finish: str = "stop", **more: object) -> Json:
    """The body of a reply whose message has such content."""
    return {
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, **more},
            }
        ],
        "usage": {"prompt_tokens": 500, "completion_tokens": 40, "total_tokens": 540},
    }


@dataclass
class LocalInference:
    """Serves ``replies`` in turn, then ``answer`` for ever; lists ``models`` under ``prefix``."""

    answer: Callable[[Json], Served] = lambda body: Served(say("A summary."))
    models: Served | list[Json] = field(default_factory=lambda: [{"id": "small"}])
    prefix: str = "/v1"
    replies: deque[Served] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    listed: list[Asked] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    def __enter__(self) -> Self:
        site = self
        self._lock = threading.Lock()
        self._closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.serve(self, b"")

            def do_POST(self) -> None:
                site.serve(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # its name there
                """Nobody reads it."""

        self._server = Loopback(Handler)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.close()

    @property
    def root(self) -> str:
        return self._server.url

    @property
    def url(self) -> str:
        return self.root + self.prefix

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        asked = Asked(handler.path, dict(handler.headers.items()), json.loads(body or b"{}"))
        with self._lock:
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            self._send(handler, self._choose(asked))
        except OSError:  # the client has gone
            handler.close_connection = True
        finally:
            with self._lock:
                self.in_flight -= 1

    def _choose(self, asked: Asked) -> Served:
        if asked.path == f"{self.prefix}/models":
            self.listed.append(asked)
            listed = self.models
            return listed if isinstance(listed, Served) else Served({"data": listed})
        if asked.path != f"{self.prefix}/chat/completions":
            return Served({"detail": "Not Found"}, 404)
        with self._lock:
            self.asked.append(asked)
            served = self.replies.popleft() if self.replies else None
        return served or self.answer(asked.body)

    def _send(self, handler: BaseHTTPRequestHandler, served: Served) -> None:
        self._closing.wait(served.pause)
        handler.close_connection = served.hangs_up or bool(served.cut)
        if served.hangs_up:
            return
        body = json.dumps(served.body).encode() if isinstance(served.body, dict) else served.body
        handler.send_response(served.status)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in {**headers, **served.headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        sent = body[: len(body) - served.cut]
        for piece in [sent] if not served.drip else (sent[i : i + 1] for i in range(len(sent))):
            handler.wfile.write(piece)
            if self._closing.wait(served.drip):
                return
