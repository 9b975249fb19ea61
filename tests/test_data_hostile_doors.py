"""One good source among hostile ones: ingest as a process, and what is left of it afterwards."""

import gzip
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from factories import make_feed, make_page, make_text
from fakes import Page, StaticSite
from hostile_site import OK, Answer, HostileSite, drip, endless, redirect
from measured import Measured, run_measured

from data.models import Release, ReleaseText
from data.store.store import open_store


def make_link(name: str) -> str:
    """The address of a feed's entry; it is one for documentation, and nobody is asked there."""
    return f"http://192.0.2.1/{name}.htm"


def answer(content: bytes | str) -> bytes:
    body = content.encode() if isinstance(content, str) else content
    return OK + b"Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def make_bomb() -> bytes:
    body = gzip.compress(bytes(200_000_000), 9)
    return OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def wrap(words: str, doctype: str = "", *, name: str = "entry", encoding: str = "utf-8") -> str:
    """A feed of one entry with the words as its title."""
    link = make_link(name)
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<rss version="2.0"><channel><item>'
        f"<title>{words}</title><link>{link}</link><guid>{link}</guid>"
        "<pubDate>Sun, 22 Nov 2026 08:00:00 +0800</pubDate>"
        f"<description>{words}</description></item></channel></rss>"
    )


def list_entities() -> str:
    """Each entity ten times the one before: ten thousand million words."""
    names = "abcdefghij"
    lines = [f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)]
    return f'<!DOCTYPE rss [<!ENTITY a "word">{"".join(lines)}]>'


def list_refused(other: str) -> dict[str, Answer]:
    """Feeds of which nothing may be taken; ``other`` is a site on the operator's own machine."""
    external = '<!DOCTYPE rss [<!ENTITY x SYSTEM "{}">]>'
    nested = "<a>" * 100_000
    return {
        "endless": endless(),
        "says-too-long": OK + b"Content-Length: 1000000000\r\n\r\n",
        "loop": redirect("/feed"),
        "to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        "to-private": redirect("http://10.0.0.1/"),
        "to-other-port": redirect(f"{other}/secret"),
        "to-localhost": redirect(f"{other.replace('127.0.0.1', 'localhost')}/secret"),
        "to-nat64": redirect("http://[64:ff9b::7f00:1]/"),
        "to-6to4": redirect("http://[2002:7f00:1::]/"),
        "to-multicast": redirect("http://224.0.0.1/"),
        "to-file": redirect("file:///etc/passwd"),
        "bomb": make_bomb(),
        "cut-connection": OK + b"Content-Length: 9000\r\n\r\n" + wrap("words").encode(),
        "no-http": bytes(range(256)) * 100,
        "long-headers": OK + b"X: " + b"x" * 200_000 + b"\r\n\r\n",
        "steering": b"HTTP/1.1 302 Found\r\nLocation: x:\x1b[31m\x07\r\n\r\n",
        "entity-bomb": answer(wrap("&j;", list_entities())),
        "external-file": answer(wrap("&x;", external.format("file:///etc/passwd"))),
        "external-site": answer(wrap("&x;", external.format(f"{other}/secret"))),
        "external-dtd": answer(wrap("words", f'<!DOCTYPE rss SYSTEM "{other}/secret">')),
        "nested": answer(f"<rss><channel><item>{nested}"),
        "nested-and-closed": answer(f"<rss>{nested}{'</a>' * 100_000}</rss>"),
        "truncated": answer(wrap("words")[:60]),
        "empty": answer(b""),
        "no-feed": answer(b"\0" * 10_000),
    }


def list_odd() -> dict[str, Answer]:
    """Feeds that may be read as far as they go, or refused; each is named if it is."""
    control = "words \x00\x01\x08\x0b\x1b[31m \x7f\x9b words"
    script = escape('<script>x</script><a href="javascript:x">y</a>')
    odd: dict[str, bytes | str] = {
        "big5-as-utf8": wrap("港島燈籠", name="big5-as-utf8").encode("big5"),
        "utf8-as-big5": wrap("港島燈籠", name="utf8-as-big5", encoding="big5"),
        "gb18030-as-utf8": wrap("港岛灯笼", name="gb18030-as-utf8").encode("gb18030"),
        "big5": wrap("港口文字", name="big5", encoding="big5").encode("big5"),
        "gb18030": wrap("花山水月", name="gb18030", encoding="gb18030").encode("gb18030"),
        "control": wrap(control, name="control"),
        "long-title": wrap("長" * 10_000, name="long-title"),
        "markup": wrap(script, name="markup"),
    }
    return {name: answer(content) for name, content in odd.items()}


REFUSED = tuple(list_refused(""))
ODD = list_odd()
SLOW = drip(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 999, 0.2)


@dataclass(frozen=True)
class Outcome:
    """How one run over all the feeds went."""

    done: Measured
    urls: Mapping[str, str]
    good: tuple[ReleaseText, ...]
    stored: tuple[Release, ...]
    asked_of_other: tuple[str, ...]

    def list_lines(self, name: str) -> list[str]:
        """What was said of one of the feeds."""
        start = f"{self.urls[name]}: "
        return [line for line in self.done.errors.splitlines() if line.startswith(start)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("doors")
    with ExitStack() as stack:
        good_site = stack.enter_context(StaticSite())
        other = stack.enter_context(StaticSite({"/secret": Page(b"secret")}))
        urls = {}
        for name, each in (list_refused(other.url) | ODD | {"slow": SLOW}).items():
            # Each has a host of its own: one that fails twice is left alone.
            bad_site = stack.enter_context(HostileSite({"/feed": each}))
            urls[name] = f"{bad_site.url}/feed"
        good = publish(good_site)
        bad = list(urls.values())
        done = ingest([*bad[::2], f"{good_site.url}/good.xml", *bad[1::2]], folder)
        asked = tuple(other.requests)
    store = open_store(folder / "tongbao.db")
    stored = tuple(each.release for each in store.releases.list_latest(100))
    store.close()
    return Outcome(done, urls, good, stored, asked)


def ingest(feeds: Sequence[str], folder: Path) -> Measured:
    # One source for the good feed and one for all others, so that nothing of theirs is paired.
    entries = (
        f'[[feed]]\nsource = "{"gia" if url.endswith("/good.xml") else "strangers"}"\n'
        f'url = "{url}"\n'
        for url in feeds
    )
    (folder / "feeds.toml").write_text("".join(entries))
    files = ["--feeds", "feeds.toml", "--database", "tongbao.db"]
    return run_measured(["-m", "data", "ingest", *files], folder)


def publish(site: StaticSite) -> tuple[ReleaseText, ...]:
    """Three releases of the good source: a feed in English, pages in both languages."""
    texts: list[ReleaseText] = []
    for number in range(3):
        en = make_text("en", text_id=f"P202611210010{number}", site=site.url)
        zh = make_text("zh", text_id=f"P202611210020{number}", site=site.url)
        for text, counterpart in ((en, zh), (zh, en)):
            page = make_page(text, counterpart.url.removeprefix(site.url))
            site.pages[text.url.removeprefix(site.url)] = Page(page)
            texts.append(text)
    site.pages["/good.xml"] = Page(make_feed(texts[::2]))
    return tuple(texts)


def test_the_good_releases_are_all_stored_in_both_languages(outcome: Outcome) -> None:
    pairs = zip(outcome.good[::2], outcome.good[1::2], strict=True)
    stored = {release.id: dict(release.texts) for release in outcome.stored}
    for en, zh in pairs:
        assert stored[en.id] == {"en": en, "zh": zh}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_feed_is_named(outcome: Outcome, name: str) -> None:
    assert outcome.list_lines(name)


def test_every_complaint_is_one_line_that_steers_no_terminal(outcome: Outcome) -> None:
    for line in outcome.done.errors.splitlines():
        assert line.isprintable()
        assert not line.startswith(" ")


@pytest.mark.parametrize("name", ODD)
def test_an_odd_feed_is_read_or_named(outcome: Outcome, name: str) -> None:
    read = {text.url for release in outcome.stored for text in release.texts.values()}
    assert outcome.list_lines(name) or make_link(name) in read


# Words that look the same in Traditional and in Simplified script.
@pytest.mark.parametrize("title", ["港口文字", "花山水月"])
def test_a_feed_in_an_encoding_that_it_states_truly_is_read(outcome: Outcome, title: str) -> None:
    assert title in {each.title for release in outcome.stored for each in release.texts.values()}


def test_a_feed_that_drips_is_given_up(outcome: Outcome) -> None:
    (line,) = outcome.list_lines("slow")
    assert "in time (20 seconds)" in line


def test_no_other_door_of_this_machine_was_knocked_at(outcome: Outcome) -> None:
    assert outcome.asked_of_other == ()
    assert "secret" not in str(outcome.stored)
    assert "root:" not in str(outcome.stored)


def test_no_title_that_is_stored_steers_a_terminal(outcome: Outcome) -> None:
    texts = [each for release in outcome.stored for each in release.texts.values()]
    assert all(text.title.isprintable() for text in texts)


def test_the_run_ends_with_status_1_without_traceback_within_300_megabytes(
    outcome: Outcome,
) -> None:
    assert outcome.done.status == 1
    assert "Traceback" not in outcome.done.errors
    assert outcome.done.peak < 300_000_000
