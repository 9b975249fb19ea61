"""Reading feeds, whole and hostile."""

import pytest
from factories import make_feed, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.readers.document import read_document
from data.readers.feed import read_feed
from data.readers.reading import ReadError


def test_a_feed_gives_back_the_texts_it_was_made_from() -> None:
    texts = [make_text("en"), make_text("zh")]
    readings = read_feed(make_feed(texts))
    assert [item.text for item in readings.items] == texts
    assert readings.faults == ()


def test_entries_that_lack_a_part_are_named_and_the_others_kept() -> None:
    good = make_feed([make_text()]).decode()
    deep = "&lt;b&gt;" * 100_000
    broken = (
        "<item><title>No link</title><pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate>"
        "<description>x</description></item>"
        "<item><link>https://example.org/1</link><description>x</description></item>"
        "<item><title>No date</title><link>https://example.org/2</link>"
        "<description>x</description></item>"
        "<item><title>No text</title><link>https://example.org/3</link>"
        "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate></item>"
        "<item><title>Bad link</title><link>http://[::1/x</link>"
        "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate><description>x</description></item>"
        "<item><title>Deep</title><link>https://example.org/4</link>"
        "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate>"
        f"<description>{deep}</description></item>"
        "<item><title>Bad link</title><link>javascript:alert(1)</link>"
        "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate><description>x</description></item>"
    )
    readings = read_feed(good.replace("<channel>", f"<channel>{broken}").encode())
    assert [item.text for item in readings.items] == [make_text()]
    named = ("web link", "title", "date", "no text", "web link", "nests", "web link")
    for fault, reason in zip(readings.faults, named, strict=True):
        assert reason in fault


def test_a_truncated_feed_keeps_what_came_whole_and_says_so() -> None:
    content = make_feed([make_text("en"), make_text("zh")])
    readings = read_feed(content[: int(len(content) * 0.7)])
    assert readings.items[0].text == make_text("en")
    assert "damaged" in readings.faults[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"just words", "neither a feed nor a page"),
        (b"<html><body>Down for maintenance</body></html>", "neither a feed nor a page"),
        (b'{"title": "json"}', "neither a feed nor a page"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel>', "damaged"),
        (
            b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'
            b"<rss><channel><item><title>&b;</title></item></channel></rss>",
            "DOCTYPE",
        ),
        (
            b'<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss version="2.0"><channel/></rss>',
            "DOCTYPE",
        ),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_document(content)


def test_an_empty_feed_is_a_feed_without_entries() -> None:
    assert read_feed(make_feed([])).items == ()


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), max_size=4))
def test_any_title_and_text_of_a_feed_is_read_or_named(words: list[str]) -> None:
    body = "".join(words).replace("]]>", "") or "x"
    text = make_text(title=body[:50].strip() or "x", body=body)
    readings = read_feed(make_feed([text]))
    assert len(readings.items) + len(readings.faults) >= 1
