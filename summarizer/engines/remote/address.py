"""Where an inference server is, from the address that an operator writes."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

import httpx

_HIGHEST_PORT = 65_535
# What people copy along with the address.
_ENDPOINTS = re.compile(r"/(?:chat/completions|completions|models)$")
_VERSIONED = re.compile(r"/(?:v\d\w*|openai)$")
_HOME_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


@dataclass(frozen=True, slots=True)
class Address:
    """An inference server's address.

    ``bases`` are the addresses, without a slash at the end, under which its API may lie: the
    likelier first.
    """

    bases: tuple[str, ...]
    is_encrypted: bool
    is_private: bool
    """On this machine or in the operator's own network."""


def read_address(written: str) -> Address:
    """The address of a server, with or without ``/v1``, a slash at the end, a path before it.

    Raises:
        ValueError: if it is none; the message never repeats it, for a password may be in it.
    """
    try:
        url = httpx.URL(written.strip())
    except httpx.InvalidURL:
        raise ValueError("it can't be read") from None
    if url.scheme not in {"http", "https"} or not url.host or "%" in url.host:
        raise ValueError("it is not of the form http://host:port/v1")
    if url.port is not None and not 0 < url.port <= _HIGHEST_PORT:
        raise ValueError("there is no such port")
    if url.userinfo:
        raise ValueError("it has a user name or password in it; a key is set by itself")
    if url.query or url.fragment:
        raise ValueError("it has a “?” or “#” in it")
    path = _ENDPOINTS.sub("", re.sub(r"/{2,}", "/", url.raw_path.decode("ascii")).rstrip("/"))
    root = str(url.copy_with(path="/")).rstrip("/")
    paths = (path,) if _VERSIONED.search(path) else (f"{path}/v1", path)
    return Address(
        tuple(root + each for each in paths), url.scheme == "https", is_private_host(url.host)
    )


def is_private_host(host: str) -> bool:
    """Whether a host can only be meant within the operator's own network; asks no name server."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").lower().endswith(_HOME_NAMES)
