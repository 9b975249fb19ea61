"""Web addresses, taken apart without trusting them; pure."""

from urllib.parse import urljoin, urlsplit


def find_host(url: str) -> str | None:
    """Host and port of a web address; None if it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as http://[::1
        return None
    return parts.netloc or None if parts.scheme in ("http", "https") else None


def join_address(base: str, link: str) -> str | None:
    """The address that a link on a page leads to; None if it is none."""
    try:
        return urljoin(base, link)
    except ValueError:
        return None
