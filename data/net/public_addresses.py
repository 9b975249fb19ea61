"""Which IP addresses belong to the public internet; pure.

The ranges are stated here, after the IANA registries of special-purpose addresses, because
``ipaddress.is_global`` lets several through that lead elsewhere (NAT64, 6to4, multicast) and
changes from one Python to the next.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # shared by a carrier's customers; one cloud's metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's platform, seen from inside only
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; one cloud's metadata
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
# Everything public is in here; loopback, unique local, link-local, site-local, multicast,
# v4-compatible and local NAT64 addresses are not.
_GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarks
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in disguise, and out of use
            "3fff::/20",  # documentation
        ),
    )
)
# On a network without IPv4 the resolver puts every IPv4 address behind this prefix (RFC 6052),
# so that the address inside decides.
_NAT64 = IPv6Network("64:ff9b::/96")


# Where a home or an office keeps its own servers.
_PRIVATE_NETWORKS = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
    )
)


def is_public_address(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether an IP address leads to the public internet; False for what is no IP address."""
    try:
        checked = ip_address(address)
    except ValueError:
        return False
    if isinstance(checked, IPv6Address):
        inner = checked.ipv4_mapped or _find_address_behind_nat64(checked)
        if inner is None:
            return _is_public_6(checked)
        checked = inner
    return not any(checked in network for network in _NOT_PUBLIC_4)


def _find_address_behind_nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFF_FFFF) if address in _NAT64 else None


def _is_public_6(address: IPv6Address) -> bool:
    return address in _GLOBAL_UNICAST_6 and not any(address in each for each in _NOT_PUBLIC_6)


def can_be_meant_by(host: str, address: str) -> bool:
    """Whether an operator who states a host can mean a certain address that is not public.

    An IP address means itself, and so does a name that only the operator's own network can
    give (``localhost``, ``rsshub``). A name with a dot may be in a stranger's hands: it may lead
    into a private network, as many self-hosted services do, but neither to this very machine
    nor to the services of a cloud (link-local).
    """
    if "." not in host or host.endswith(".localhost"):
        return True
    checked = ip_address(address)
    return str(checked) == host or any(checked in network for network in _PRIVATE_NETWORKS)
