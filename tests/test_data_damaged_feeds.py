"""Repairing feeds in a process with limits."""

import pytest

from data.damaged_feeds import BeyondRepairError, repair_feed
from data.readers.paragraphs import read_html_paragraphs

DAMAGED = (
    '<rss version="2.0"><channel><item><title>Salt & pepper</title><guid>tag:1</guid>'
    "<link>https://example.org/1</link><pubDate>Sat, 21 Nov 2026 15:30:00</pubDate>"
    "<description>鹽&nbsp;<b>& pepper</description></item></channel>"
)


def test_what_can_be_saved_comes_back_as_it_stood() -> None:
    (entry,) = repair_feed(DAMAGED)
    assert entry["title"] == "Salt & pepper"
    assert entry["link"] == "https://example.org/1"
    assert entry["id"] == "tag:1"
    assert entry["published"] == "Sat, 21 Nov 2026 15:30:00"
    assert read_html_paragraphs(entry["contents"][0]) == ["鹽 & pepper"]


def test_nothing_is_saved_of_what_is_no_feed() -> None:
    assert repair_feed("<html><p>Words") == []


def test_repair_that_takes_too_long_is_given_up() -> None:
    endless = "<rss><channel>" + "<item><title>x<p>y</title></item>" * 200_000
    with pytest.raises(BeyondRepairError, match=r"longer than 0\.5 seconds"):
        repair_feed(endless, max_seconds=0.5)


def test_repair_that_takes_too_much_memory_is_given_up() -> None:
    with pytest.raises(BeyondRepairError, match="memory"):
        repair_feed("<rss>" + "x" * 200_000_000)
