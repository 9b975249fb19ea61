"""Web addresses, taken apart without trusting them; pure."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import quote, urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_ADDRESS_LENGTH = 8_000  # what RFC 9110 (4.1) asks everyone to bear
_HIGHEST_PORT = 65_535
_LONGEST_NETLOC = 300  # a host name has 253 characters at most

# Host and port and nothing else: no user name, no password, no percent-encoding.
_NETLOC = re.compile(
    r"(?:\[(?P<six>[0-9A-Fa-f:.]+)]|(?P<name>[^\[\]:@]+))(?::(?P<port>[0-9]{0,5}))?"
)
_NAME = re.compile(r"[a-z0-9_.-]+")
# Stays as it is in a path or query; all else is percent-encoded, as browsers do.
_KEPT_IN_PATH = "/%:@!$&'()*+,;=~[]|^\\"
_KEPT_IN_QUERY = _KEPT_IN_PATH + "?`{}"


@dataclass(frozen=True)
class WebAddress:
    """An http or https address that is fit to be fetched.

    Attributes:
        scheme: ``http`` or ``https``.
        host: name or IP address in lower-case ASCII; an IPv6 address without its brackets.
        port: 1 to 65535, the scheme's own where none was given.
        target: path and query in ASCII, as a request states them.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> str:
        """Host and port in one spelling; a scheme's own port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address in one spelling, without its fragment."""
        return f"{self.scheme}://{self.origin}{self.target}"


def split_address(url: str) -> WebAddress | None:
    """The parts of a web address; None if it is none or none that may be fetched.

    An address with a user name or password, a port that no machine has or a host in some
    disguise is none. Everything that asks where an address leads asks here, so that what was
    checked is what is fetched.
    """
    if len(url) > MAX_ADDRESS_LENGTH:
        return None
    try:
        parts = urlsplit(url)
        where = _split_netloc(parts.netloc) if parts.scheme in DEFAULT_PORTS else None
    except ValueError:  # such as http://[::1 or a name that IDNA refuses
        return None
    if where is None:
        return None
    host, port = where
    query = quote(parts.query, _KEPT_IN_QUERY, errors="replace")
    target = quote(parts.path or "/", _KEPT_IN_PATH, errors="replace") + (query and f"?{query}")
    return WebAddress(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme], target)


def _split_netloc(netloc: str) -> tuple[str, int | None] | None:
    found = _NETLOC.fullmatch(netloc) if len(netloc) <= _LONGEST_NETLOC else None
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port <= _HIGHEST_PORT:
        return None
    if found["six"]:
        return IPv6Address(found["six"]).compressed, port
    name = found["name"] if found["name"].isascii() else found["name"].encode("idna").decode()
    return (name.lower(), port) if _NAME.fullmatch(name.lower()) else None


def find_host(url: str) -> str | None:
    """Host and port of a web address in one spelling; None if it is none (``split_address``)."""
    address = split_address(url)
    return address.origin if address else None


def join_address(base: str, link: str) -> str | None:
    """The address that a link on a page leads to; None if it is none."""
    try:
        return urljoin(base, link)
    except ValueError:
        return None
