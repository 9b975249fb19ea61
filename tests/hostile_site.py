"""A web site on loopback that breaks every promise of HTTP, for want of a worse one outside."""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

# The bytes that answer the requests for a path, or what makes them anew for each request.
Answer = bytes | Callable[[], Iterable[bytes]]
OK = b"HTTP/1.1 200 OK\r\n"


@dataclass
class HostileSite:
    """Sends, for each path, exactly the given bytes, and then hangs up unless told otherwise."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    hangs_up: bool = True
    tls: Callable[[socket.socket], socket.socket] = lambda connection: connection

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing.is_set():
                connection.close()
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.settimeout(10)
            with contextlib.closing(self.tls(connection)) as stream:
                while request := _receive(stream):
                    self.requests.append(request)
                    self._send(stream, self.answers[request.split()[1].decode()])
                    if self.hangs_up:
                        return

    def _send(self, stream: socket.socket, answer: Answer) -> None:
        for piece in [answer] if isinstance(answer, bytes) else answer():
            if self._closing.is_set():
                return
            stream.sendall(piece)


def _receive(stream: socket.socket) -> bytes:
    """A whole request: to hang up with some of it unread would reset the connection."""
    request = b""
    while not request.endswith(b"\r\n\r\n"):
        piece = stream.recv(65_536)
        if not piece:
            return b""
        request += piece
    return request


def redirect(location: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def endless(head: bytes = OK, piece: bytes = b"x" * 65_536) -> Callable[[], Iterable[bytes]]:
    """A head, and then the same piece over and over."""
    return lambda: itertools.chain([head + b"\r\n"], itertools.repeat(piece))


def drip(answer: bytes, seconds: float) -> Callable[[], Iterable[bytes]]:
    """An answer a byte at a time."""

    def make() -> Iterable[bytes]:
        for number in range(len(answer)):
            time.sleep(seconds)
            yield answer[number : number + 1]

    return make
