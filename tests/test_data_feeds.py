"""The feeds file: what comes with the project, and what an operator can write."""

import tomllib
from pathlib import Path

import pytest

from data.feeds import DEFAULT_FEEDS_FILE, Feed, FeedsError, read_feeds
from data.sources import fold_address
from data.tables import Tables


@pytest.fixture(scope="module")
def feeds() -> list[Feed]:
    """All feeds of the file, those that are off too."""
    entries = tomllib.loads(DEFAULT_FEEDS_FILE.read_text("utf-8"))["feed"]
    return [Feed.model_validate(entry) for entry in entries]


def test_government_releases_and_warnings_are_on_and_what_tells_them_again_is_off() -> None:
    on = [(feed.source, feed.language) for feed in read_feeds()]
    assert on == [("gia", "en"), ("gia", "zh"), ("hko", "en"), ("hko", "zh")]


def test_every_feed_has_its_other_language_under_the_same_rules(feeds: list[Feed]) -> None:
    assert len(feeds) == 22
    for english, chinese in zip(feeds[::2], feeds[1::2], strict=True):
        assert (english.language, chinese.language) == ("en", "zh")
        same = {"language": chinese.language, "url": chinese.url}
        assert english.model_copy(update=same) == chinese


def test_addresses_are_secure_and_stand_once(feeds: list[Feed]) -> None:
    urls = [feed.url for feed in feeds]
    assert len(set(urls)) == len(urls)
    assert all(url.startswith("https://") for url in urls)


def test_publishers_are_named_in_both_languages(feeds: list[Feed]) -> None:
    for feed in feeds:
        assert feed.name_en
        assert feed.name_zh
    assert {feed.name_en for feed in feeds} == {
        "HKSAR Government Press Releases",
        "Hong Kong Observatory",
        "Hong Kong Monetary Authority",
        "news.gov.hk",
        "UN News",
    }


def test_departments_of_feeds_are_in_the_table(feeds: list[Feed], tables: Tables) -> None:
    named = {feed.department for feed in feeds if feed.department}
    assert named == {"HKO", "HKMA"}
    assert named <= set(tables.departments)


def test_the_files_of_one_publisher_pair_by_their_own_addresses(feeds: list[Feed]) -> None:
    pairs = zip(feeds[::2], feeds[1::2], strict=True)
    files = [(one.url, other.url) for one, other in pairs if one.pairing == "file"]
    assert files
    for one, other in files:
        assert fold_address(one) == fold_address(other)


def write_feeds(folder: Path, text: str) -> Path:
    file = folder / "feeds.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_one_word_turns_a_feed_off(tmp_path: Path) -> None:
    feed = '[[feed]]\nsource = "a"\nurl = "https://a.example/{}"\n'
    file = write_feeds(tmp_path, feed.format(1) + "enabled = false\n" + feed.format(2))
    assert [each.url for each in read_feeds(file)] == ["https://a.example/2"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "feed"),
        ('[[feed]]\nsource = "a"\nurl = "https://a.example/"\nenabled = false\n', "no feed is"),
        ('[[feed]]\nsource = ""\nurl = "https://a.example/"\n', "source"),
        ('[[feed]]\nsource = "a"\nurl = "ftp://a.example/"\n', "http"),
        ('[[feed]]\nsource = "a"\nurl = "https://a.example/"\npairing = "guess"\n', "pairing"),
        ('[[feed]]\nsource = "a"\nurl = "https://a.example/"\nlanguage = "sc"\n', "language"),
        ('[[feed]]\nsource = "a"\nurl = "https://a.example/"\ntopic = "sport"\n', "topic"),
        ('[[feed]]\nsource = "a"\nurl = "https://a.example/"\npage = "never"\n', "page"),
        ("[[feed", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(FeedsError, match=reason):
        read_feeds(write_feeds(tmp_path, text))
