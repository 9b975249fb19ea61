"""Web addresses in honest and in dishonest spelling."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.addresses import find_host, join_address, split_address


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.info.gov.hk/gia/rss/general_en.xml", "www.info.gov.hk"),
        ("HTTP://Feeds.Example:8080/x", "feeds.example:8080"),
        ("http://feeds.example:80/", "feeds.example"),
        ("https://feeds.example:443", "feeds.example"),
        ("http://feeds.example:443/", "feeds.example:443"),
        ("http://feeds.example:/", "feeds.example"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]/", "[::1]"),
        ("https://新聞.example/", "xn--efvv70d.example"),
        ("http://１２７.0.0.1/", "127.0.0.1"),
        ("http://127。0。0。1/", "127.0.0.1"),
        ("http://rsshub_lan:1200/", "rsshub_lan:1200"),
    ],
)
def test_a_host_has_one_spelling(url: str, host: str) -> None:
    assert find_host(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "//feeds.example/",
        "http:feeds.example",
        "http://",
        "http:///feed",
        "http://:80/",
        "ftp://feeds.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://reader:secret@feeds.example/",
        "http://feeds.example@127.0.0.1/",
        r"http://feeds.example\@127.0.0.1/",
        r"http://127.0.0.1\.feeds.example/",
        "http://%31%32%37.0.0.1/",
        "http://feeds.example%00.gov.hk/",
        "http://feeds.example:0/",
        "http://feeds.example:65536/",
        "http://feeds.example:-1/",
        "http://feeds.example:８０/",
        "http://feeds.example:http/",
        "http://[::1/",
        "http://[::1]feeds.example/",
        "http://[fe80::1%25eth0]/",
        "http://[v1.x]/",
        "http://::1/",
        "http://feeds example/",
        "http://\ud800/",
        f"http://{'字' * 70}.example/",
        f"http://{'a' * 400}/",
        f"http://feeds.example/{'a' * 8_000}",
    ],
)
def test_an_address_in_disguise_has_no_host(url: str) -> None:
    assert find_host(url) is None


def test_an_address_is_stated_as_a_request_states_it() -> None:
    address = split_address("https://feeds.example/新聞 稿/%E6%B8%AF?page=一&x=%20#part")
    assert address is not None
    assert address.target == "/%E6%96%B0%E8%81%9E%20%E7%A8%BF/%E6%B8%AF?page=%E4%B8%80&x=%20"
    assert address.url == f"https://feeds.example{address.target}"
    assert (address.scheme, address.port) == ("https", 443)


@given(st.text(), st.text(), st.text())
def test_nothing_that_stands_for_a_host_raises_or_carries_more_than_host_and_port(
    netloc: str, path: str, query: str
) -> None:
    address = split_address(f"http://{netloc}/{path}?{query}")
    if address is not None:
        assert f"http://{address.origin}{address.target}".isascii()
        assert not set(address.target) & set(" \r\n\t\0")
        assert urlsplit(address.url).hostname == address.host
        again = split_address(address.url)
        assert again is not None
        assert again.origin == address.origin


@given(st.from_regex(r"[a-z0-9.\-@:\[\]%\\]{1,20}", fullmatch=True))
def test_the_host_is_the_one_that_python_sees_too(netloc: str) -> None:
    address = split_address(f"http://{netloc}/")
    if address is not None and "[" not in netloc:
        assert urlsplit(f"http://{netloc}/").hostname == address.host


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("b.htm", "http://feeds.example/a/b.htm"),
        ("/b.htm", "http://feeds.example/b.htm"),
        ("//other.example/", "http://other.example/"),
        ("http://[::1", None),
    ],
)
def test_a_link_leads_on_from_its_page(link: str, address: str | None) -> None:
    assert join_address("http://feeds.example/a/", link) == address
