"""Where connections lead, by resolvers that say anything, and when they end."""

import socket
import threading
import time
from collections.abc import Sequence

import httpcore
import pytest
from fakes import StaticSite
from hostile_site import HostileSite

from data.net.connections import (
    AddressRefusedError,
    CheckedBackend,
    Deadline,
    Resolve,
    resolve_host,
)


def make_backend(resolve: Resolve, seconds: float = 5) -> CheckedBackend:
    deadline = Deadline(time.monotonic)
    deadline.start(seconds)
    return CheckedBackend(resolve, lambda _, address: address in {"127.0.0.1", "::1"}, deadline)


def answer(*addresses: str) -> Resolve:
    return lambda _host, _port: addresses


def find_unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_one_forbidden_address_among_many_is_enough_to_refuse(site: StaticSite) -> None:
    backend = make_backend(answer("127.0.0.1", "127.0.0.1", "10.0.0.1"))
    with pytest.raises(AddressRefusedError, match=r"10\.0\.0\.1"):
        backend.connect_tcp("feeds.example", int(site.url.rsplit(":")[-1]))


def test_the_name_is_resolved_once_and_the_checked_address_connected_to(site: StaticSite) -> None:
    asked: list[tuple[str, int]] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    port = int(site.url.rsplit(":")[-1])
    stream = make_backend(resolve).connect_tcp("feeds.example", port)
    assert stream.get_extra_info("server_addr") == "127.0.0.1"
    assert stream.get_extra_info("socket").getpeername() == ("127.0.0.1", port)
    assert asked == [("feeds.example", port)]
    stream.close()


def test_an_address_that_is_down_gives_way_to_the_next() -> None:
    with HostileSite() as site:
        # Nothing listens at the port of this site on the loopback of IPv6.
        backend = make_backend(answer("::1", "127.0.0.1"))
        stream = backend.connect_tcp("feeds.example", site.port)
        assert stream.get_extra_info("server_addr") == "127.0.0.1"
        stream.close()


def test_a_host_all_of_whose_addresses_are_down_fails_as_its_last() -> None:
    with pytest.raises(httpcore.ConnectError, match="refused"):
        make_backend(answer("127.0.0.1")).connect_tcp("feeds.example", find_unused_port())


@pytest.mark.parametrize("error", [OSError("unknown"), UnicodeError("label too long")])
def test_a_name_that_no_one_knows_is_said_so(error: Exception) -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise error

    with pytest.raises(httpcore.ConnectError, match="can't be resolved"):
        make_backend(resolve).connect_tcp("feeds.example", 80)


def test_a_name_without_any_address_is_said_so() -> None:
    with pytest.raises(httpcore.ConnectError, match="no address"):
        make_backend(answer()).connect_tcp("feeds.example", 80)


def test_a_resolver_that_hangs_is_left_behind() -> None:
    released = threading.Event()

    def resolve(host: str, port: int) -> Sequence[str]:
        released.wait(30)
        return ["127.0.0.1"]

    with pytest.raises(httpcore.TimeoutException):
        make_backend(resolve, seconds=0.1).connect_tcp("feeds.example", 80)
    released.set()


def test_a_deadline_passes_and_is_put_off() -> None:
    seconds = [0.0]
    deadline = Deadline(lambda: seconds[0])
    deadline.start(20)
    seconds[0] = 19
    assert deadline.get_seconds_left() == 1
    deadline.extend(5)
    assert deadline.get_seconds_left() == 6
    seconds[0] = 25
    with pytest.raises(httpcore.TimeoutException):
        deadline.get_seconds_left()


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_the_system_sees_through_odd_spellings_of_an_address(host: str) -> None:
    assert resolve_host(host, 80) == ["127.0.0.1"]
