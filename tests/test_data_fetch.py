"""Fetching over real HTTP from servers on loopback, good and hostile."""

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from certificates import make_certificate
from fakes import Clock, Page, StaticSite
from hostile_site import OK, HostileSite, drip, endless, redirect
from measured import run_measured

from data.fetch import Fetched, Fetcher, FetchError, RetryLater, Validators, open_fetcher

UNCHANGED = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@contextmanager
def open_for(*urls: str, **settings: Any) -> Iterator[Fetcher]:
    """A fetcher for which the operator has stated some addresses."""
    fetcher = Fetcher(**settings)
    for url in urls:
        fetcher.allow(url)
    try:
        yield fetcher
    finally:
        fetcher.close()


@contextmanager
def open_pretending(**settings: Any) -> Iterator[Fetcher]:
    """A fetcher to which 127.0.0.1 is a public address, and every name leads there."""
    settings = {"resolve": lambda *_: ["127.0.0.1"], "min_interval": 0} | settings
    with open_for(is_public=lambda address: address == "127.0.0.1", **settings) as fetcher:
        yield fetcher


@pytest.fixture
def hostile() -> Iterator[HostileSite]:
    with HostileSite() as running:
        yield running


def get_port(site: StaticSite) -> int:
    return int(site.url.rsplit(":")[-1])


# --- documents and whether they have changed


def test_a_document_comes_with_what_to_ask_for_changes_with(site: StaticSite) -> None:
    site.pages["/feed"] = Page(b"words", headers={"ETag": '"1"', "Last-Modified": "Sat"})
    with open_for(site.url) as fetcher:
        fetched = fetcher.fetch(f"{site.url}/feed#part")
    assert fetched == Fetched(f"{site.url}/feed", b"words", Validators('"1"', "Sat"))


def test_an_unchanged_document_has_no_content(site: StaticSite) -> None:
    def answer(headers: dict[str, str]) -> Page:
        known = headers.get("if-none-match") == '"1"' and headers.get("if-modified-since") == "Sat"
        return Page(status=304) if known else Page(b"words")

    site.pages["/feed"] = answer
    with open_for(site.url) as fetcher:
        fetched = fetcher.fetch(f"{site.url}/feed", Validators('"1"', "Sat"))
    assert fetched.content is None
    assert fetched.validators == Validators('"1"', "Sat")


def test_unchanged_is_no_answer_to_who_knows_nothing(hostile: HostileSite) -> None:
    hostile.answers["/"] = UNCHANGED
    with open_for(hostile.url) as fetcher, pytest.raises(FetchError, match="answers 304"):
        fetcher.fetch(f"{hostile.url}/")


@pytest.mark.parametrize("value", [b"x" * 10_000, "號".encode(), b"a\tb", b"a\x1b[31m", b""])
def test_validators_that_no_header_should_hold_are_dropped(
    hostile: HostileSite, value: bytes
) -> None:
    hostile.answers["/"] = OK + b"ETag: %s\r\nLast-Modified: %s\r\n\r\nwords" % (value, value)
    with open_for(hostile.url) as fetcher:
        assert fetcher.fetch(f"{hostile.url}/").validators == Validators()


@pytest.mark.parametrize("value", ["x" * 10_000, "號", "a\r\nHost: elsewhere", "a\nb", "a\0", ""])
def test_validators_that_no_header_can_hold_are_not_sent(site: StaticSite, value: str) -> None:
    seen: dict[str, str] = {}

    def answer(headers: dict[str, str]) -> Page:
        seen.update(headers)
        return Page(b"words")

    site.pages["/"] = answer
    with open_for(site.url) as fetcher:
        assert fetcher.fetch(f"{site.url}/", Validators(value, value)).content == b"words"
    assert not {"if-none-match", "if-modified-since"} & set(seen)


def test_we_say_who_we_are_and_whom_we_ask(site: StaticSite) -> None:
    seen: dict[str, str] = {}

    def answer(headers: dict[str, str]) -> Page:
        seen.update(headers)
        return Page(b"x")

    site.pages["/"] = answer
    with open_pretending() as fetcher:
        fetcher.fetch(f"http://feeds.example:{get_port(site)}/")
    assert "Tongbao" in seen["user-agent"]
    assert seen["host"] == f"feeds.example:{get_port(site)}"


@pytest.mark.parametrize(("hangs_up", "connections"), [(False, 1), (True, 3)])
def test_one_connection_serves_a_host_unless_the_host_hangs_up(
    hangs_up: bool, connections: int
) -> None:
    answer = OK + b"Content-Length: 5\r\n\r\nwords"
    with HostileSite({"/": answer}, hangs_up=hangs_up) as site, open_for(site.url) as fetcher:
        for _ in range(3):
            assert fetcher.fetch(f"{site.url}/").content == b"words"
        assert site.connections == connections


def test_compressed_documents_are_read(site: StaticSite) -> None:
    for name, content in (("gzip", gzip.compress(b"words")), ("deflate", zlib.compress(b"words"))):
        site.pages[f"/{name}"] = Page(content, headers={"Content-Encoding": name})
        with open_for(site.url) as fetcher:
            assert fetcher.fetch(f"{site.url}/{name}").content == b"words"


@pytest.mark.parametrize("status", [204, 206, 300, 400, 403, 404, 410, 429, 500, 503])
def test_an_answer_that_is_no_document_is_named(site: StaticSite, status: int) -> None:
    site.pages["/feed"] = Page(b"" if status == 204 else b"words", status)
    with open_for(site.url) as fetcher:
        with pytest.raises(FetchError, match=f"answers {status}") as raised:
            fetcher.fetch(f"{site.url}/feed")
        assert raised.value.status == status


def test_an_empty_answer_is_refused(site: StaticSite) -> None:
    site.pages["/feed"] = Page(b"", headers={"ETag": '"1"'})
    with open_for(site.url) as fetcher, pytest.raises(FetchError, match="empty"):
        fetcher.fetch(f"{site.url}/feed")


# --- private addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.168.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "１２７.0.0.1",
        "127。0。0。1",
    ],
)
def test_a_private_address_is_refused_in_any_spelling(site: StaticSite, host: str) -> None:
    site.pages["/"] = Page(b"secret")
    port = get_port(site)
    with (
        open_fetcher() as fetcher,
        pytest.raises(FetchError, match=r"not on the public internet; refused.*feeds file"),
    ):
        fetcher.fetch(f"http://{host}:{port}/")
    assert site.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://x/y",
        "nonsense",
        "http://",
        "",
        "http://reader:secret@feeds.example/",
        "http://%31%32%37.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://[::1/",
        "http://\ud800/",
    ],
)
def test_only_web_addresses_are_fetched_and_no_password_is_told(url: str) -> None:
    with open_fetcher() as fetcher, pytest.raises(FetchError, match="not a web address") as raised:
        fetcher.fetch(url)
    assert "secret" not in str(raised.value)


def test_a_name_that_leads_to_a_private_address_is_refused(site: StaticSite) -> None:
    for addresses in (["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["64:ff9b::7f00:1"]):
        with (
            open_for(resolve=lambda *_, found=addresses: found) as fetcher,
            pytest.raises(FetchError, match=r"feeds\.example leads to"),
        ):
            fetcher.fetch("http://feeds.example/")


def test_what_was_stated_is_allowed_on_its_port_only(site: StaticSite) -> None:
    site.pages["/"] = Page(b"ours")
    with StaticSite({"/": Page(b"secret")}) as other, open_for(f"{site.url}/feed") as fetcher:
        assert fetcher.fetch(f"{site.url}/").content == b"ours"
        with pytest.raises(FetchError, match="not on the public internet"):
            fetcher.fetch(f"{other.url}/")
        with pytest.raises(FetchError, match="not on the public internet"):
            fetcher.fetch(f"http://localhost:{get_port(site)}/")
        assert other.requests == []


def test_a_stated_name_may_lead_to_our_network_and_one_from_elsewhere_may_not(
    site: StaticSite,
) -> None:
    site.pages["/"] = Page(b"ours")
    port = get_port(site)
    with open_for(f"http://rsshub:{port}/", resolve=lambda *_: ["127.0.0.1"]) as fetcher:
        assert fetcher.fetch(f"http://rsshub:{port}/").content == b"ours"
        with pytest.raises(FetchError, match="leads to"):
            fetcher.fetch(f"http://elsewhere:{port}/")


def test_a_strangers_name_leads_to_this_machine_even_if_stated_to_no_avail(
    site: StaticSite,
) -> None:
    url = f"http://feeds.example:{get_port(site)}/"
    with (
        open_for(url, resolve=lambda *_: ["127.0.0.1"]) as fetcher,
        pytest.raises(FetchError, match="IP address"),
    ):
        fetcher.fetch(url)


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/", "http://10.0.0.1/", "http://[64:ff9b::7f00:1]/", "http://[::1]/"],
)
def test_a_redirect_into_a_private_network_is_refused(site: StaticSite, target: str) -> None:
    site.pages["/"] = Page(status=302, headers={"Location": target})
    with open_for(site.url) as fetcher, pytest.raises(FetchError, match="not on the public"):
        fetcher.fetch(f"{site.url}/")


def test_a_public_host_redirects_to_public_hosts_only(site: StaticSite) -> None:
    addresses = {"feeds.example": "127.0.0.1", "router.lan": "10.0.0.1"}

    def resolve(host: str, _: int) -> Sequence[str]:
        return [addresses.get(host, host)]

    port = get_port(site)
    site.pages["/"] = Page(status=301, headers={"Location": f"http://router.lan:{port}/x"})
    with open_pretending(resolve=resolve) as fetcher:
        fetcher.allow(f"http://router.lan:{port}/")  # stated, but not by the one who redirects
        with pytest.raises(FetchError, match=r"router\.lan:\d+ leads to 10\.0\.0\.1"):
            fetcher.fetch(f"http://feeds.example:{port}/")


def test_a_stated_host_does_not_open_another_stated_host_even_over_a_live_connection(
    site: StaticSite,
) -> None:
    with StaticSite({"/": Page(b"secret")}) as other, open_for(site.url, other.url) as fetcher:
        site.pages["/"] = Page(status=302, headers={"Location": f"{other.url}/"})
        assert fetcher.fetch(f"{other.url}/").content == b"secret"
        with pytest.raises(FetchError, match="not on the public"):
            fetcher.fetch(f"{site.url}/")
        assert other.requests == ["/"]


def test_the_proxy_of_the_environment_is_not_asked(
    site: StaticSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/"] = Page(b"words")
    with StaticSite() as proxy, open_for(site.url) as fetcher:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        assert fetcher.fetch(f"{site.url}/").content == b"words"
        assert proxy.requests == []


# --- TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for feeds.example, in one file."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "feeds.example", "DNS:feeds.example")


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostileSite]:
    """A site under TLS as feeds.example, which the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    with HostileSite(tls=partial(server.wrap_socket, server_side=True)) as running:
        yield running


def test_tls_checks_the_name_though_the_connection_goes_to_an_address(secure: HostileSite) -> None:
    secure.answers["/"] = OK + b"\r\nwords"
    with open_pretending() as fetcher:
        good = fetcher.fetch(f"https://feeds.example:{secure.port}/")
        assert good.content == b"words"
        with pytest.raises(FetchError, match=r"certificate.*other\.example"):
            fetcher.fetch(f"https://other.example:{secure.port}/")
    assert len(secure.requests) == 1


def test_a_redirect_may_change_between_http_and_https(
    site: StaticSite, secure: HostileSite
) -> None:
    back = f"http://feeds.example:{get_port(site)}/2"
    site.pages["/1"] = Page(
        status=301, headers={"Location": f"https://feeds.example:{secure.port}/"}
    )
    secure.answers["/"] = redirect(back)
    site.pages["/2"] = Page(b"words")
    with open_pretending() as fetcher:
        assert fetcher.fetch(back.replace("/2", "/1")) == Fetched(back, b"words")


def test_a_tls_handshake_that_never_ends_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        with open_for(url, max_seconds=0.2) as fetcher, pytest.raises(FetchError, match="time"):
            fetcher.fetch(url)


# --- redirects


def test_redirects_lead_on_by_any_way_of_saying_where(site: StaticSite) -> None:
    site.pages["/1"] = Page(status=301, headers={"Location": "2"})
    site.pages["/2"] = Page(
        b"gone to", 302, headers={"Location": f"//127.0.0.1:{get_port(site)}/3"}
    )
    site.pages["/3"] = Page(status=307, headers={"Location": f"{site.url}/4?a b"})
    site.pages["/4?a%20b"] = Page(b"words")
    with open_for(site.url) as fetcher:
        assert fetcher.fetch(f"{site.url}/1") == Fetched(f"{site.url}/4?a%20b", b"words")


def test_endless_redirects_end(site: StaticSite) -> None:
    site.pages["/round"] = Page(status=302, headers={"Location": "/round"})
    with open_for(site.url) as fetcher, pytest.raises(FetchError, match="redirects; given up"):
        fetcher.fetch(f"{site.url}/round")
    assert len(site.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://feeds.example/",
        "javascript:alert(1)",
        "data:text/xml,x",
        "http://[::1",
        "http://a:b@127.0.0.1/",
        "http://127.0.0.1:99999/",
    ],
)
def test_a_redirect_to_no_web_address_is_refused(hostile: HostileSite, location: str) -> None:
    hostile.answers["/"] = redirect(location)
    with open_for(hostile.url) as fetcher, pytest.raises(FetchError, match="no web address"):
        fetcher.fetch(f"{hostile.url}/")


def test_a_redirect_to_nowhere_is_refused(site: StaticSite) -> None:
    site.pages["/"] = Page(status=302)
    with open_for(site.url) as fetcher, pytest.raises(FetchError, match="without saying where"):
        fetcher.fetch(f"{site.url}/")


# --- too much, too slow, no HTTP


def test_an_endless_document_is_refused_at_the_cap(hostile: HostileSite) -> None:
    hostile.answers["/"] = endless()
    with (
        open_for(hostile.url) as fetcher,
        pytest.raises(FetchError, match="longer than 15,000,000"),
    ):
        fetcher.fetch(f"{hostile.url}/")


def test_a_document_that_says_it_is_too_long_is_not_begun(hostile: HostileSite) -> None:
    hostile.answers["/"] = OK + b"Content-Length: 1000000000\r\n\r\n"
    with open_for(hostile.url) as fetcher, pytest.raises(FetchError, match="longer than"):
        fetcher.fetch(f"{hostile.url}/")


@pytest.mark.parametrize("size", [5, 6])
def test_the_cap_lets_through_what_just_fits(site: StaticSite, size: int) -> None:
    site.pages["/plain"] = Page(b"words")
    site.pages["/gzip"] = Page(gzip.compress(b"w" * 50), headers={"Content-Encoding": "gzip"})
    with open_for(site.url, max_bytes=size) as fetcher:
        assert fetcher.fetch(f"{site.url}/plain").content == b"words"
    with open_for(site.url, max_bytes=4) as fetcher:
        for path in ("/plain", "/gzip"):
            with pytest.raises(FetchError, match="longer than 4 bytes"):
                fetcher.fetch(f"{site.url}{path}")


FETCH = """
import sys
from data.fetch import Fetcher, FetchError
fetcher = Fetcher()
fetcher.allow(sys.argv[1])
try:
    fetcher.fetch(sys.argv[1])
except FetchError as error:
    print(error)
"""


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_is_refused_by_its_real_size_within_300_megabytes(
    hostile: HostileSite, tmp_path: Path, coding: str
) -> None:
    zeros = bytes(1_000_000)
    packer = zlib.compressobj(9, wbits=31 if coding == "gzip" else 15)
    bomb = b"".join(packer.compress(zeros) for _ in range(500)) + packer.flush()
    hostile.answers["/"] = OK + f"Content-Encoding: {coding}\r\n\r\n".encode() + bomb
    done = run_measured(["-c", FETCH, f"{hostile.url}/"], tmp_path)
    assert "longer than" in done.output
    assert done.peak < 300_000_000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"Content-Length: 300\r\n\r\nwords", id="longer than sent"),
        pytest.param(OK + b"Content-Length: -1\r\n\r\nwords", id="negative length"),
        pytest.param(OK + b"Content-Length: x\r\n\r\nwords", id="length in letters"),
        pytest.param(OK + b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n", id="endless length"),
        pytest.param(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", id="two lengths"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nwo", id="chunk cut off"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\nfff\x1b\r\nwo", id="no chunk size"),
        pytest.param(OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nwords", id="chunk below 0"),
        pytest.param(OK + b"Transfer-Encoding: gzip\r\n\r\nwords", id="other transfer"),
        pytest.param(OK + b"Content-Encoding: br\r\n\r\nwords", id="coding not asked for"),
        pytest.param(OK + b"Content-Encoding: gzip\r\n\r\nwords", id="broken gzip"),
        pytest.param(OK + b"X: " + b"a" * 200_000 + b"\r\n\r\nwords", id="200 KB of headers"),
        pytest.param(OK + b"X: a\0b\r\n\r\nwords", id="zero byte in header"),
        pytest.param(b"<rss>words</rss>", id="HTTP/0.9"),
        pytest.param(b"", id="nothing"),
        pytest.param(bytes(range(256)) * 500, id="garbage"),
        pytest.param(b"\x16\x03\x01\x02\0\x01", id="TLS"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="SSH"),
        pytest.param(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", id="upgrade"),
        pytest.param(b"HTTP/1.1 000 \x1b[31mNone\r\n\r\n", id="status 0"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, id="continue and stop"),
        pytest.param(b"HTTP/1.1 404 \x1b]0;title\x07\r\n\r\nwords", id="steers the terminal"),
        pytest.param(redirect("javascript:\x1b[31m\u202e\u2028x"), id="steers by address"),
    ],
)
def test_a_broken_answer_is_named_in_one_clean_line(hostile: HostileSite, answer: bytes) -> None:
    hostile.answers["/"] = answer
    with open_for(hostile.url) as fetcher, pytest.raises(FetchError) as raised:
        fetcher.fetch(f"{hostile.url}/")
    message = str(raised.value)
    assert message.startswith(f"{hostile.url}/: ")
    assert message.isprintable()
    assert len(message) < 800


def test_an_error_names_the_reason_however_long_the_address(site: StaticSite) -> None:
    with open_for(site.url) as fetcher, pytest.raises(FetchError, match="answers 404") as raised:
        fetcher.fetch(f"{site.url}/{'x' * 7_000}\x1b[31m\r\n")
    assert str(raised.value).isprintable()
    assert len(str(raised.value)) < 800


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(OK + b"X: y\r\n\r\nwords", id="headers"),
        pytest.param(OK + b"\r\n" + b"words" * 99, id="body"),
        pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 99, id="promises"),
    ],
)
def test_an_answer_that_drips_is_given_up(hostile: HostileSite, answer: bytes) -> None:
    hostile.answers["/slow"] = drip(answer, 0.05)
    with (
        open_for(hostile.url, max_seconds=0.3) as fetcher,
        pytest.raises(FetchError, match=r"slow: .*time \(0\.3 seconds\)"),
    ):
        fetcher.fetch(f"{hostile.url}/slow")


def test_a_server_that_never_answers_is_given_up(hostile: HostileSite) -> None:
    hostile.answers["/slow"] = drip(b"H" * 40, 0.5)
    with open_for(hostile.url, max_seconds=0.2) as fetcher, pytest.raises(FetchError, match="time"):
        fetcher.fetch(f"{hostile.url}/slow")


def test_redirects_share_one_deadline(site: StaticSite) -> None:
    def answer(_: dict[str, str]) -> Page:
        time.sleep(0.2)
        return Page(status=302, headers={"Location": "/round"})

    site.pages["/round"] = answer
    with open_for(site.url, max_seconds=0.5) as fetcher, pytest.raises(FetchError, match="time"):
        fetcher.fetch(f"{site.url}/round")


def test_a_name_that_takes_too_long_to_resolve_is_given_up() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    with (
        open_for(resolve=resolve, max_seconds=0.1) as fetcher,
        pytest.raises(FetchError, match="time"),
    ):
        fetcher.fetch("http://feeds.example/")


# --- politeness


def test_a_host_that_is_down_is_left_alone_after_two_tries(site: StaticSite) -> None:
    with StaticSite() as gone:
        dead = gone.url
    with open_for(dead, site.url) as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match="refused"):
                fetcher.fetch(f"{dead}/x")
        with pytest.raises(FetchError, match="not tried again") as raised:
            fetcher.fetch(f"{dead}/y")
        assert raised.value.status is None
        site.pages["/"] = Page(b"alive")
        assert fetcher.fetch(f"{site.url}/").content == b"alive"


def test_a_host_that_drips_is_left_alone_after_two_tries(hostile: HostileSite) -> None:
    hostile.answers["/"] = drip(OK + b"\r\n" + b"words" * 99, 0.02)
    with open_for(hostile.url, max_seconds=0.6) as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match="time"):
                fetcher.fetch(f"{hostile.url}/")
        with pytest.raises(FetchError, match="not tried again"):
            fetcher.fetch(f"{hostile.url}/")


def test_a_host_that_answers_with_errors_is_not_down(site: StaticSite) -> None:
    with open_for(site.url) as fetcher:
        for _ in range(5):
            with pytest.raises(FetchError, match="answers 404"):
                fetcher.fetch(f"{site.url}/")


def test_a_host_behind_a_redirect_that_is_down_does_not_count_against_the_redirecting(
    site: StaticSite,
) -> None:
    with StaticSite() as gone:
        dead = f"http://down.example:{get_port(gone)}/"
    site.pages["/"] = Page(status=302, headers={"Location": dead})
    site.pages["/good"] = Page(b"words")
    with open_pretending() as fetcher:
        here = f"http://feeds.example:{get_port(site)}"
        for reason in (f"redirected to {dead}: .*refused", "refused", "not tried again"):
            with pytest.raises(FetchError, match=reason):
                fetcher.fetch(f"{here}/")
        assert fetcher.fetch(f"{here}/good").content == b"words"


def test_public_hosts_are_asked_with_pauses_and_our_own_without(site: StaticSite) -> None:
    site.pages["/"] = Page(b"words")
    naps: list[float] = []
    seconds = {"monotonic": lambda: 1_000.0, "sleep": naps.append, "min_interval": 0.25}
    with open_pretending(**seconds) as fetcher:
        for host in ("feeds.example", "feeds.example", "other.example"):
            fetcher.fetch(f"http://{host}:{get_port(site)}/")
    assert naps == [0.25]
    with open_for(site.url, **seconds) as fetcher:
        for _ in range(3):
            fetcher.fetch(f"{site.url}/")
    assert naps == [0.25]


@pytest.mark.parametrize("status", [429, 503])
def test_a_host_that_wants_peace_gets_it(
    site: StaticSite, clock: Clock, now: datetime, status: int
) -> None:
    site.pages["/busy"] = Page(b"later", status, {"Retry-After": "120"})
    site.pages["/"] = Page(b"words")
    with open_for(site.url, now=clock) as fetcher:
        with pytest.raises(RetryLater, match=f"busy: .*answers {status}.*120 sec") as raised:
            fetcher.fetch(f"{site.url}/busy")
        host = f"127.0.0.1:{get_port(site)}"
        assert (raised.value.host, raised.value.seconds) == (host, 120)
        assert fetcher.asked_waits == {host: now + timedelta(seconds=120)}
        clock.advance(seconds=60)
        with pytest.raises(RetryLater, match="60 more seconds") as raised:
            fetcher.fetch(f"{site.url}/")
        assert (raised.value.host, raised.value.seconds) == (host, 60)
        assert site.requests == ["/busy"]
        clock.advance(seconds=60)
        assert fetcher.fetch(f"{site.url}/").content == b"words"


def test_a_wait_from_an_earlier_run_is_heeded(
    site: StaticSite, clock: Clock, now: datetime
) -> None:
    with open_for(site.url, now=clock) as fetcher:
        fetcher.heed({f"127.0.0.1:{get_port(site)}": now + timedelta(minutes=5)})
        with pytest.raises(RetryLater, match="300 more seconds"):
            fetcher.fetch(f"{site.url}/")
    assert site.requests == []
    assert fetcher.asked_waits == {}
