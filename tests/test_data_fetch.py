"""Fetching over real HTTP from a server on loopback."""

import gzip
import time

import pytest
from fakes import Page, StaticSite

from data.fetch import Fetcher, FetchError, Validators, open_fetcher


def test_a_document_comes_with_what_to_ask_for_changes_with(site: StaticSite) -> None:
    site.pages["/feed"] = Page(b"words", headers={"ETag": '"1"', "Last-Modified": "Sat"})
    with open_fetcher() as fetcher:
        fetched = fetcher.fetch(f"{site.url}/feed")
    assert fetched.content == b"words"
    assert fetched.validators == Validators('"1"', "Sat")


def test_an_unchanged_document_has_no_content(site: StaticSite) -> None:
    def answer(headers: dict[str, str]) -> Page:
        known = headers.get("if-none-match") == '"1"' and headers.get("if-modified-since") == "Sat"
        return Page(status=304) if known else Page(b"words")

    site.pages["/feed"] = answer
    with open_fetcher() as fetcher:
        fetched = fetcher.fetch(f"{site.url}/feed", Validators('"1"', "Sat"))
    assert fetched.content is None
    assert fetched.validators == Validators('"1"', "Sat")


def test_we_say_who_we_are(site: StaticSite) -> None:
    seen: dict[str, str] = {}

    def answer(headers: dict[str, str]) -> Page:
        seen.update(headers)
        return Page(b"x")

    site.pages["/"] = answer
    with open_fetcher() as fetcher:
        fetcher.fetch(f"{site.url}/")
    assert "Tongbao" in seen["user-agent"]


@pytest.mark.parametrize("status", [403, 404, 410, 429, 500, 503])
def test_an_error_answer_is_named(site: StaticSite, status: int) -> None:
    site.pages["/feed"] = Page(b"words", status)
    with open_fetcher() as fetcher, pytest.raises(FetchError, match=f"answers {status}"):
        fetcher.fetch(f"{site.url}/feed")


def test_a_bomb_of_compressed_zeros_is_refused_by_its_real_size(site: StaticSite) -> None:
    site.pages["/bomb"] = Page(
        gzip.compress(b"0" * 30_000_000), headers={"Content-Encoding": "gzip"}
    )
    with open_fetcher() as fetcher, pytest.raises(FetchError, match="longer than"):
        fetcher.fetch(f"{site.url}/bomb")


def test_endless_redirects_end(site: StaticSite) -> None:
    site.pages["/round"] = Page(status=302, headers={"Location": "/round"})
    with open_fetcher() as fetcher, pytest.raises(FetchError, match="redirect"):
        fetcher.fetch(f"{site.url}/round")
    assert len(site.requests) == 6


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://x/y", "nonsense", "http://", ""])
def test_only_web_addresses_are_fetched(url: str) -> None:
    with open_fetcher() as fetcher, pytest.raises(FetchError, match="not a web address"):
        fetcher.fetch(url)


def test_a_host_that_is_down_is_left_alone_after_two_tries(site: StaticSite) -> None:
    with StaticSite() as gone:
        dead = gone.url
    with open_fetcher() as fetcher:
        for _ in range(2):
            with pytest.raises(FetchError, match=r"refused|failed"):
                fetcher.fetch(f"{dead}/x")
        with pytest.raises(FetchError, match="not tried again"):
            fetcher.fetch(f"{dead}/y")
        site.pages["/"] = Page(b"alive")
        assert fetcher.fetch(f"{site.url}/").content == b"alive"


def test_a_slow_answer_is_given_up(site: StaticSite) -> None:
    def answer(_: dict[str, str]) -> Page:
        time.sleep(0.5)
        return Page(b"late")

    site.pages["/slow"] = answer
    fetcher = Fetcher(max_seconds=0.2)
    with pytest.raises(FetchError, match=r"slow: .*time"):
        fetcher.fetch(f"{site.url}/slow")
    fetcher.close()
