"""Which IP addresses are public: tables of special ones, and rules over all of them."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.net.public_addresses import can_be_meant_by, is_public_address

NOT_PUBLIC = """
    0.0.0.0 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
    169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.9 192.0.0.192 192.0.2.1 192.88.99.1
    192.168.1.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.251
    239.255.255.250 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:8.8.8.8
    64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b::169.254.169.254 64:ff9b:1::808:808 100::1
    2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1
    2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254
    fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 4000::1
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.0.1.1 198.17.255.255
    223.255.255.255 ::ffff:8.8.8.8 64:ff9b::808:808 2001:200::1 2001:4860:4860::8888
    2400:cb00::1 2606:4700::1111 2a00::1
"""


@pytest.mark.parametrize("address", NOT_PUBLIC.split())
def test_a_special_address_is_not_public(address: str) -> None:
    assert not is_public_address(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public_address(address)


@pytest.mark.parametrize(
    "words", ["", "localhost", "127.1", "0x7f000001", "1.1.1.1:80", "１.1.1.1"]
)
def test_what_is_no_address_is_not_public(words: str) -> None:
    assert not is_public_address(words)


@given(st.ip_addresses())
def test_nothing_is_public_that_python_knows_to_be_special(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_public_address(address):
        assert not address.is_multicast
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_private
        assert not address.is_unspecified


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_by_itself(inner: IPv4Address) -> None:
    for network in ("::ffff:0:0", "64:ff9b::"):
        outer = IPv6Address(int(IPv6Address(network)) + int(inner))
        assert is_public_address(outer) == is_public_address(inner)


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_an_address_inside_6to4_teredo_or_nothing_is_never_public(
    inner: IPv4Address, rest: int
) -> None:
    assert not is_public_address(IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest))
    assert not is_public_address(IPv6Address((0x20010000 << 96) | (rest << 16) | int(inner)))
    assert not is_public_address(IPv6Address(int(inner)))


@pytest.mark.parametrize(
    ("host", "address", "can"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("::1", "::1", True),
        ("169.254.1.1", "169.254.1.1", True),
        ("localhost", "127.0.0.1", True),
        ("rsshub", "127.0.0.1", True),
        ("feeds.localhost", "::1", True),
        ("rsshub.lan", "192.168.1.20", True),
        ("feeds.example", "10.0.0.1", True),
        ("feeds.example", "100.64.0.1", True),
        ("feeds.example", "fd00::1", True),
        ("feeds.example", "127.0.0.1", False),
        ("feeds.example", "::1", False),
        ("feeds.example", "169.254.169.254", False),
        ("feeds.example", "64:ff9b::7f00:1", False),
        ("feeds.example", "2002:7f00:1::", False),
        ("127.0.0.1.feeds.example", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.2", False),
    ],
)
def test_a_stated_name_may_lead_into_a_private_network_and_no_deeper(
    host: str, address: str, can: bool
) -> None:
    assert can_be_meant_by(host, address) == can
