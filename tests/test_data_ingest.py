"""From feeds over HTTP into the database."""

from datetime import datetime
from pathlib import Path

import pytest
from factories import EN_ID, ZH_ID, make_feed, make_page, make_text
from fakes import Page, StaticSite

from data.feeds import Feed, FeedsError, read_feeds
from data.fetch import open_fetcher
from data.ingest import IngestCounts, ingest
from data.models import ReleaseText
from data.store.store import Store
from data.tables import Tables


class Press:
    """A small press site: two feeds, and a page for each text."""

    def __init__(self, site: StaticSite) -> None:
        self.site = site
        self.en = make_text("en", site=site.url)
        self.zh = make_text("zh", site=site.url)

    def publish(self, *texts: ReleaseText, linked: bool = True) -> None:
        """Put texts into the feed of their language, and their pages online."""
        for code in ("en", "zh"):
            own = [text for text in texts if text.language == code]
            self.site.pages[f"/{code}.xml"] = Page(make_feed(own))
        for text in texts:
            other = self.zh if text.language == "en" else self.en
            link = other.url if linked and other in texts else None
            self.site.pages[text.url.removeprefix(self.site.url)] = Page(make_page(text, link))

    @property
    def feeds(self) -> list[Feed]:
        return [Feed(source="gia", url=f"{self.site.url}/{code}.xml") for code in ("en", "zh")]


@pytest.fixture
def press(site: StaticSite) -> Press:
    return Press(site)


def run(store: Store, press: Press, tables: Tables, now: datetime) -> IngestCounts:
    with open_fetcher() as fetcher:
        return ingest(store, press.feeds, fetcher, tables, lambda: now)


def test_both_languages_are_stored_as_one_classed_release(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    counts = run(store, press, tables, now)
    assert (counts.new, counts.failures, counts.faults) == (2, [], [])
    (stored,) = store.releases.list_latest(5)
    assert dict(stored.release.texts) == {"en": press.en, "zh": press.zh}
    assert stored.release.topics


def test_running_it_twice_adds_nothing(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    run(store, press, tables, now)
    before = store.db.conn.total_changes
    asked = len(press.site.requests)
    counts = run(store, press, tables, now)
    assert (counts.new, counts.changed, store.releases.count()) == (0, 0, 1)
    assert len(press.site.requests) - asked == 2  # the feeds, and no page again
    assert store.db.conn.total_changes - before <= 4  # when each feed was fetched


def test_a_chinese_text_is_joined_when_its_english_comes_later(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.zh)
    run(store, press, tables, now)
    (alone,) = store.releases.list_latest(5)
    assert alone.release.texts.keys() == {"zh"}
    press.publish(press.en, press.zh)
    counts = run(store, press, tables, now)
    (joined,) = store.releases.list_latest(5)
    assert joined.release.texts.keys() == {"en", "zh"}
    assert (joined.seq, joined.release.id) == (alone.seq, alone.release.id)
    assert (counts.new, counts.changed) == (1, 0)


def test_two_texts_stored_singly_merge_once_their_link_is_known(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh, linked=False)
    run(store, press, tables, now)
    assert store.releases.count() == 2
    changed = press.en.model_copy(update={"body": press.en.body + "\n\nOne more sentence."})
    press.en = changed
    press.publish(changed, press.zh)
    counts = run(store, press, tables, now)
    (merged,) = store.releases.list_latest(5)
    assert dict(merged.release.texts) == {"en": changed, "zh": press.zh}
    assert (counts.new, counts.changed) == (0, 1)


def test_an_edited_text_replaces_the_old_one_in_either_language(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    run(store, press, tables, now)
    press.zh = press.zh.model_copy(update={"body": "海港署今日表示，已點亮14盞燈籠。"})
    press.publish(press.en, press.zh)
    counts = run(store, press, tables, now)
    assert counts.changed == 1
    (stored,) = store.releases.list_latest(5)
    assert stored.release.texts["zh"].body == "海港署今日表示，已點亮14盞燈籠。"


def test_a_change_of_suffix_is_no_event(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    run(store, press, tables, now)
    feed = make_feed([press.en]).replace(b"harbour]]>", b"harbour (with photos)]]>", 1)
    press.site.pages["/en.xml"] = Page(feed)
    counts = run(store, press, tables, now)
    assert (counts.new, counts.changed) == (0, 0)


def test_a_feed_that_fails_is_reported_and_the_other_goes_on(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    for broken in (Page(b"oops", 500), Page(b"<html>maintenance</html>"), Page(b"")):
        press.site.pages["/en.xml"] = broken
        counts = run(store, press, tables, now)
        assert len(counts.failures) == 1
        assert "/en.xml" in counts.failures[0]
    # The Chinese page links to the English one, which is fetched though no feed carries it.
    assert store.releases.list_latest(1)[0].release.texts.keys() == {"en", "zh"}


def test_a_page_without_a_body_is_an_error_for_that_page_only(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    third = make_text("en", text_id="P2026112100303", title="Third", site=press.site.url)
    press.publish(press.en, press.zh, third)
    press.site.pages[third.url.removeprefix(press.site.url)] = Page(
        b"<html><span id=PRHeadlineSpan>Third</span><span id=pressrelease></span></html>"
    )
    counts = run(store, press, tables, now)
    assert "no text" in counts.faults[0]
    assert third.id in counts.faults[0]
    assert counts.new == 3  # the third as the feed has it
    press.publish(press.en, press.zh, third)
    again = run(store, press, tables, now)
    assert (again.new, again.faults) == (0, [])
    assert f"/gia/general/202611/21/{third.id}.htm" == press.site.requests[-1]


def test_a_text_cut_short_in_the_feed_is_taken_from_its_page(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    for code, text in (("en", press.en), ("zh", press.zh)):
        short = text.model_copy(update={"body": text.body[:20] + "..."})
        press.site.pages[f"/{code}.xml"] = Page(make_feed([short]))
    run(store, press, tables, now)
    (stored,) = store.releases.list_latest(5)
    assert dict(stored.release.texts) == {"en": press.en, "zh": press.zh}


def test_pages_on_foreign_hosts_are_never_fetched(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    with StaticSite() as inner:
        trap = make_text("en", site=inner.url)
        press.site.pages["/en.xml"] = Page(make_feed([trap]))
        zh = make_page(press.zh, f"{inner.url}/gia/general/202611/21/{EN_ID}.htm")
        press.site.pages["/zh.xml"] = Page(make_feed([press.zh]))
        press.site.pages[f"/gia/general/202611/21/{ZH_ID}.htm"] = Page(zh)
        run(store, press, tables, now)
        assert inner.requests == []
    (stored,) = store.releases.list_latest(5)
    assert dict(stored.release.texts) == {"en": trap, "zh": press.zh}  # as the feeds have them


def test_a_page_that_names_another_release_does_not_overwrite_it(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    other = make_text("en", text_id="P2026112100303", title="Other", site=press.site.url)
    press.site.pages["/en.xml"] = Page(make_feed([press.en, other]))
    path = other.url.removeprefix(press.site.url)
    press.site.pages[path] = Page(make_page(press.en))
    counts = run(store, press, tables, now)
    assert f"another release ({press.en.id})" in counts.faults[0]
    stored = store.releases.list_latest(5)
    titles = {each.release.texts["en"].title for each in stored if "en" in each.release.texts}
    assert titles == {press.en.title, "Other"}


def test_the_default_feeds_are_the_two_official_ones() -> None:
    assert [feed.url for feed in read_feeds()] == [
        "https://www.info.gov.hk/gia/rss/general_en.xml",
        "https://www.info.gov.hk/gia/rss/general_zh.xml",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "feed"),
        ("[[feed]]\nsource = 'x'\n", r"feed\.0\.url"),
        ("[[feed]]\nsource = ''\nurl = 'https://x.hk'\n", r"feed\.0\.source"),
        ("[[feed]]\nsource = 'x'\nurl = 'file:///etc/passwd'\n", "web address"),
        ("not toml", "not a TOML file"),
        ("\x00\x01", "not a TOML file"),
    ],
)
def test_a_feeds_file_that_is_wrong_is_refused_by_entry(
    tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "feeds.toml"
    file.write_text(content)
    with pytest.raises(FeedsError, match=reason) as refusal:
        read_feeds(file)
    assert "feeds.toml" in str(refusal.value)


def test_a_feeds_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FeedsError, match=r"none\.toml: can't be read"):
        read_feeds(tmp_path / "none.toml")
