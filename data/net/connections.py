"""Connections that lead where they were checked to lead, and end when they must.

A name is resolved once, each of its addresses is checked, and the connection goes to an address
that was checked: a second look-up could answer otherwise. TLS still checks the name.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from typing import Any

import httpcore

# Addresses of a host by its name and port. Raises OSError or ValueError if there are none.
Resolve = Callable[[str, int], Sequence[str]]
MAX_ADDRESSES_TRIED = 4


class AddressRefusedError(Exception):
    """A host leads to an address that may not be connected to; the message says which."""


class Deadline:
    """The one time limit that all steps of a fetch share, in seconds of a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._end = 0.0

    def start(self, seconds: float) -> None:
        """Begin anew."""
        self._end = self._monotonic() + seconds

    def extend(self, seconds: float) -> None:
        """Leave out a time that we chose to wait ourselves."""
        self._end += seconds

    def get_seconds_left(self) -> float:
        """What is left, always above 0.

        Raises:
            httpcore.TimeoutException: if nothing is.
        """
        left = self._end - self._monotonic()
        if left <= 0:
            raise httpcore.TimeoutException("out of time")
        return left


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Addresses of a host as the system knows them, best first.

    Raises:
        OSError: if the name is not known.
        ValueError: if it can be no name.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections for a pool, to hosts all of whose addresses pass a check.

    Args:
        resolve: finds the addresses of a host.
        is_allowed: whether a host, the first argument, may be connected to at an address.
        deadline: of the fetch that is under way.
    """

    def __init__(
        self, resolve: Resolve, is_allowed: Callable[[str, str], bool], deadline: Deadline
    ) -> None:
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the deadline's is used
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that answers.

        Raises:
            AddressRefusedError: if one of its addresses fails the check.
            httpcore.NetworkError: if it can't be resolved, or no address answers.
            httpcore.TimeoutException: if the deadline passes.
        """
        addresses = self._find_addresses(host, port)
        for number, address in enumerate(addresses, 1):
            # An address that never answers must leave time for the next.
            share = self._deadline.get_seconds_left() / (len(addresses) - number + 1)
            try:
                stream = self._sockets.connect_tcp(
                    address, port, share, local_address, socket_options
                )
            except (httpcore.NetworkError, httpcore.TimeoutException):
                if number == len(addresses):
                    raise
            else:
                return DeadlineStream(stream, address, self._deadline)
        raise httpcore.ConnectError("its name has no address")

    def _find_addresses(self, host: str, port: int) -> Sequence[str]:
        addresses = _resolve_within(self._deadline.get_seconds_left(), self._resolve, host, port)
        for address in addresses:
            if not self._is_allowed(host, address):
                raise AddressRefusedError(address)
        return addresses[:MAX_ADDRESSES_TRIED]


def _resolve_within(seconds: float, resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """Look a name up in a thread: the system's resolver takes no time limit."""
    answer: Future[Sequence[str]] = Future()

    def look_up() -> None:
        try:
            answer.set_result(resolve(host, port))
        except (OSError, ValueError) as error:
            answer.set_exception(httpcore.ConnectError(f"its name can't be resolved ({error})"))

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise httpcore.ConnectTimeout("its name is not resolved in time") from None


class DeadlineStream(httpcore.NetworkStream):
    """A connection of which every step ends by the deadline, however the server drips."""

    def __init__(self, stream: httpcore.NetworkStream, address: str, deadline: Deadline) -> None:
        self._stream = stream
        self._address = address
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002  # as above
        """What has come, at most ``max_bytes``; waits for the first byte."""
        return self._stream.read(max_bytes, self._deadline.get_seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  # as above
        """Send all of the buffer."""
        self._stream.write(buffer, self._deadline.get_seconds_left())

    def close(self) -> None:
        """Let go of the socket."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # as above
    ) -> httpcore.NetworkStream:
        """The same connection under TLS, with the server's name checked."""
        try:
            left = self._deadline.get_seconds_left()
        except httpcore.TimeoutException:
            self.close()
            raise
        secured = self._stream.start_tls(ssl_context, server_hostname, left)
        return DeadlineStream(secured, self._address, self._deadline)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as the base has it
        """Facts about the socket; ``server_addr`` is the address that was checked."""
        return self._address if info == "server_addr" else self._stream.get_extra_info(info)
