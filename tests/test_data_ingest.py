"""From feeds over HTTP into the database."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest
from factories import EN_ID, ISSUED, ZH_ID, make_feed, make_page, make_text
from fakes import Page, StaticSite

from data.backfill import Backfill
from data.feeds import Feed
from data.fetch import open_fetcher
from data.ingest import IngestCounts, ingest
from data.kinds import load_kinds
from data.models import HONG_KONG, Language, ReleaseText
from data.progress import Item
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


def run(
    store: Store,
    press: Press,
    tables: Tables,
    now: datetime,
    *,
    feeds: Sequence[Feed] = (),
    backfill: Backfill = Backfill(),
) -> IngestCounts:
    with open_fetcher() as fetcher:
        return ingest(
            store,
            feeds or press.feeds,
            fetcher,
            tables,
            load_kinds(),
            lambda: now,
            backfill=backfill,
        )


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
    assert store.db.conn.total_changes - before <= 4  # when each feed was asked and fetched


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
    press.zh = press.zh.model_copy(update={"title": "另一則公告", "body": "巴士改道至五號碼頭。"})
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


# What an unchanged world costs


def test_an_unchanged_feed_costs_one_conditional_request_and_the_note_of_it(
    store: Store, press: Press, tables: Tables, now: datetime
) -> None:
    press.publish(press.en, press.zh)
    for code in ("en", "zh"):
        whole = press.site.pages[f"/{code}.xml"]
        assert isinstance(whole, Page)
        tagged = Page(whole.body, headers={"ETag": f'"{code}"'})

        def answer(asked: dict[str, str], tagged: Page = tagged) -> Page:
            same = asked.get("if-none-match") == tagged.headers["ETag"]
            return Page(status=304) if same else tagged

        press.site.pages[f"/{code}.xml"] = answer
    run(store, press, tables, now)
    before, asked = store.db.conn.total_changes, len(press.site.requests)
    counts = run(store, press, tables, now + timedelta(minutes=10))
    assert counts.unchanged_feeds == 2
    assert press.site.requests[asked:] == ["/en.xml", "/zh.xml"]
    assert store.db.conn.total_changes == before + 2  # when each feed was asked


def test_a_host_that_asks_for_time_gets_it_in_later_runs_too(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.en, press.zh)
    good = press.site.pages["/en.xml"]
    press.site.pages["/en.xml"] = Page(status=429, headers={"Retry-After": "3600"})
    began = datetime.now(HONG_KONG)
    first = run(store, press, tables, began)
    assert len(first.failures) == 2  # one host has both feeds
    assert press.site.requests == ["/en.xml"]
    press.site.pages["/en.xml"] = good
    again = run(store, press, tables, began + timedelta(minutes=10))
    assert press.site.requests == ["/en.xml"]
    assert len(again.failures) == 2
    later = run(store, press, tables, began + timedelta(minutes=61))
    assert (later.failures, later.new) == ([], 2)


# Looking again


def test_a_page_without_its_link_is_looked_at_again_until_the_counterpart_is_there(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.zh)
    run(store, press, tables, ISSUED)
    path = press.zh.url.removeprefix(press.site.url)
    press.site.pages[path] = Page(make_page(press.zh, press.en.url))
    press.site.pages[press.en.url.removeprefix(press.site.url)] = Page(make_page(press.en))
    counts = run(store, press, tables, ISSUED + timedelta(minutes=10))
    assert counts.new == 1  # it came by the link, and stands in no feed
    (joined,) = store.releases.list_latest(5)
    assert dict(joined.release.texts) == {"en": press.en, "zh": press.zh}
    asked = len(press.site.requests)
    run(store, press, tables, ISSUED + timedelta(minutes=20))
    assert press.site.requests[asked:] == ["/en.xml", "/zh.xml"]


def test_a_page_is_looked_at_ever_more_rarely_and_not_for_ever(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.zh)
    path = press.zh.url.removeprefix(press.site.url)
    looked = []
    for minutes in (*range(0, 12 * 60 + 10, 10), *range(13 * 60, 24 * 60, 60)):
        before = len(press.site.requests)
        run(store, press, tables, ISSUED + timedelta(minutes=minutes))
        if path in press.site.requests[before:]:
            looked.append(minutes)
    assert looked[:4] == [0, 10, 20, 40]
    assert 5 <= len(looked) <= 8
    assert 381 <= looked[-1] <= 720  # the latest counterpart seen came after 381 minutes


@pytest.mark.parametrize("old", [True, False])
def test_a_text_that_will_have_no_counterpart_is_left_alone(
    store: Store, press: Press, tables: Tables, old: bool
) -> None:
    if not old:
        press.zh = press.zh.model_copy(update={"title": "海港點亮燈籠（只有中文）"})
    press.publish(press.zh)
    since = timedelta(days=2) if old else timedelta()
    run(store, press, tables, ISSUED + since)
    asked = len(press.site.requests)
    run(store, press, tables, ISSUED + since + timedelta(minutes=10))
    assert press.site.requests[asked:] == ["/en.xml", "/zh.xml"]


# Counterparts without a link

TOLD = {
    "en": (
        "Harbour Department opens Lantern Wharf on November 28",
        "The Harbour Department announced today (November 21) that Lantern Wharf in Sai Kung will "
        "open on November 28. The works cost $5.1 million and took 423 days.\n\n"
        "Some 1 300 visitors are expected a day. For enquiries, please call 2000 0123.",
    ),
    "zh": (
        "海事處燈籠碼頭十一月二十八日啟用",
        "海事處今日（十一月二十一日）宣布，西貢燈籠碼頭將於十一月二十八日啟用。工程耗資五百一十萬元，"
        "歷時423日。\n\n預計每日有1 300名遊客到訪。查詢請致電2000 0123。",
    ),
}


def tell(press: Press) -> None:
    for text in ("en", "zh"):
        language: Language = "en" if text == "en" else "zh"
        title, body = TOLD[language]
        told = getattr(press, text).model_copy(update={"title": title, "body": body})
        setattr(press, text, told)


def test_counterparts_without_a_link_are_joined_by_what_they_say_and_marked(
    store: Store, press: Press, tables: Tables
) -> None:
    tell(press)
    press.publish(press.en, press.zh, linked=False)
    counts = run(store, press, tables, ISSUED)
    assert counts.inferred == 1
    (joined,) = store.releases.list_latest(5)
    assert joined.release.texts.keys() == {"en", "zh"}
    assert 0.9 < (joined.release.pairing_score or 0) <= 1


def test_a_link_that_comes_later_overrules_what_was_inferred(
    store: Store, press: Press, tables: Tables
) -> None:
    tell(press)
    press.publish(press.en, press.zh, linked=False)
    run(store, press, tables, ISSUED)
    right = make_text("zh", text_id="P2026112100303", title="另一則公告", site=press.site.url)
    press.site.pages[right.url.removeprefix(press.site.url)] = Page(make_page(right, press.en.url))
    press.site.pages["/zh.xml"] = Page(make_feed([press.zh, right]))
    run(store, press, tables, ISSUED + timedelta(minutes=10))
    stored = {each.release.id: each.release for each in store.releases.list_latest(5)}
    by_english = [release for release in stored.values() if "en" in release.texts]
    assert [release.texts["zh"].id for release in by_english] == [right.id]
    assert by_english[0].pairing_score is None
    assert {text.id for each in stored.values() for text in each.texts.values()} == {
        press.en.id,
        press.zh.id,
        right.id,
    }


def test_sources_never_share_a_release(store: Store, press: Press, tables: Tables) -> None:
    tell(press)
    press.publish(press.en, press.zh, linked=False)
    feeds = [
        Feed(source=name, url=f"{press.site.url}/{code}.xml")
        for name, code in (("one", "en"), ("two", "zh"))
    ]
    assert run(store, press, tables, ISSUED, feeds=feeds).inferred == 0
    assert {each.release.source for each in store.releases.list_latest(5)} == {"one", "two"}


# Day lists

DAY = "/gia/general/202611"


def publish_days(press: Press) -> list[ReleaseText]:
    """Two releases that no feed shows any more, on the day lists of their days."""
    lost = [
        make_text("en", text_id="P2026111900101", title="Lost notice", site=press.site.url),
        make_text("en", text_id="P2026112000101", title="Missed notice", site=press.site.url),
    ]
    for text, day, issued in zip(lost, ("19", "20"), (2, 1), strict=True):
        at = ISSUED - timedelta(days=issued)
        moved = text.model_copy(
            update={"url": text.url.replace("/21/", f"/{day}/"), "issued_at": at}
        )
        lost[lost.index(text)] = moved
        path = moved.url.removeprefix(press.site.url)
        press.site.pages[path] = Page(make_page(moved))
        link = f'<ul id="prlist"><li><a href="{path}">{moved.title}</a></li></ul>'
        press.site.pages[f"{DAY}/{day}.htm"] = Page(link.encode())
    return lost


def official_feeds(press: Press) -> list[Feed]:
    for code in ("en", "zh"):
        press.site.pages[f"/gia/rss/general_{code}.xml"] = press.site.pages[f"/{code}.xml"]
    return [
        Feed(source="gia", url=f"{press.site.url}/gia/rss/general_{code}.xml")
        for code in ("en", "zh")
    ]


def test_days_that_the_feeds_have_lost_are_filled_from_their_lists(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.en, press.zh)
    lost = publish_days(press)
    feeds = official_feeds(press)
    counts = run(store, press, tables, ISSUED, feeds=feeds, backfill=Backfill(days=3))
    assert (counts.backfilled, counts.new, counts.faults) == (2, 4, [])
    for text in lost:
        assert store.releases.get(text.id).release.texts["en"] == text
    asked = len(press.site.requests)
    again = run(store, press, tables, ISSUED, feeds=feeds, backfill=Backfill(days=3))
    assert (again.backfilled, again.new) == (2, 0)
    assert not [path for path in press.site.requests[asked:] if "P2026" in path]


def test_the_menu_of_a_day_serves_where_its_page_is_missing(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.en, press.zh)
    lost = publish_days(press)[1]
    del press.site.pages[f"{DAY}/20.htm"]
    menu = f'<select id="selectManual"><option value="{lost.id}">Missed notice</option></select>'
    press.site.pages[f"{DAY}/20/select_en.htm"] = Page(menu.encode())
    feeds = official_feeds(press)
    assert run(store, press, tables, ISSUED, feeds=feeds, backfill=Backfill(days=1)).new == 3


def test_a_day_list_that_fails_is_named_and_the_others_are_read(
    store: Store, press: Press, tables: Tables
) -> None:
    press.publish(press.en, press.zh)
    publish_days(press)
    press.site.pages[f"{DAY}/20.htm"] = Page(b"oops", 500)
    press.site.pages[f"{DAY}/19c.htm"] = Page(b"<html>maintenance</html>")
    counts = run(
        store, press, tables, ISSUED, feeds=official_feeds(press), backfill=Backfill(days=3)
    )
    assert counts.new == 3
    assert "/20.htm" in " ".join(counts.faults)
    assert "/19c.htm" in " ".join(counts.faults)


def test_after_an_outage_longer_than_the_feed_the_lists_are_read_unasked(
    store: Store, press: Press, tables: Tables
) -> None:
    old = press.en.model_copy(
        update={"issued_at": ISSUED - timedelta(days=2, hours=1), "body": "Long ago."}
    )
    press.publish(press.zh)
    press.site.pages["/en.xml"] = Page(make_feed([old]))
    press.site.pages[old.url.removeprefix(press.site.url)] = Page(make_page(old))
    automatic = Backfill(most_days=5)
    run(store, press, tables, ISSUED - timedelta(days=2), feeds=official_feeds(press))
    publish_days(press)
    newer = make_text("en", text_id="P2026112100777", title="Newest", site=press.site.url)
    press.site.pages[newer.url.removeprefix(press.site.url)] = Page(make_page(newer))
    press.site.pages["/en.xml"] = Page(make_feed([newer]))
    feeds = official_feeds(press)
    counts = run(store, press, tables, ISSUED, feeds=feeds, backfill=automatic)
    assert (counts.backfilled, counts.new) == (2, 3)
    # While the feed's oldest entry is known, nothing can have been missed.
    asked = len(press.site.requests)
    run(store, press, tables, ISSUED + timedelta(hours=1), feeds=feeds, backfill=automatic)
    assert not [path for path in press.site.requests[asked:] if path.endswith(("0.htm", "c.htm"))]


def outlast(store: Store, press: Press, tables: Tables) -> list[Feed]:
    """A feed that no longer reaches back to what is stored; its day lists are online."""
    old = press.en.model_copy(update={"issued_at": ISSUED - timedelta(days=2, hours=1)})
    press.publish(press.zh)
    press.site.pages["/en.xml"] = Page(make_feed([old]))
    press.site.pages[old.url.removeprefix(press.site.url)] = Page(make_page(old))
    run(store, press, tables, ISSUED - timedelta(days=2), feeds=official_feeds(press))
    publish_days(press)
    newer = make_text("en", text_id="P2026112100777", title="Newest", site=press.site.url)
    press.site.pages[newer.url.removeprefix(press.site.url)] = Page(make_page(newer))
    press.site.pages["/en.xml"] = Page(make_feed([newer]))
    return official_feeds(press)


def test_a_day_list_that_fails_after_an_outage_is_asked_for_again(
    store: Store, press: Press, tables: Tables
) -> None:
    feeds = outlast(store, press, tables)
    automatic = Backfill(most_days=5)
    whole = press.site.pages[f"{DAY}/20.htm"]
    press.site.pages[f"{DAY}/20.htm"] = Page(b"oops", 500)
    first = run(store, press, tables, ISSUED, feeds=feeds, backfill=automatic)
    assert (first.new, len(first.faults)) == (2, 1)
    press.site.pages[f"{DAY}/20.htm"] = whole
    later = ISSUED + timedelta(minutes=10)
    assert run(store, press, tables, later, feeds=feeds, backfill=automatic).new == 1
    third = run(store, press, tables, later, feeds=feeds, backfill=automatic)
    assert (third.new, third.backfilled) == (0, 0)


def test_a_page_that_a_list_names_is_awaited_until_it_can_be_read(
    store: Store, press: Press, tables: Tables
) -> None:
    feeds = outlast(store, press, tables)
    automatic = Backfill(most_days=5)
    path = "/gia/general/202611/20/P2026112000101.htm"
    whole = press.site.pages.pop(path)
    first = run(store, press, tables, ISSUED, feeds=feeds, backfill=automatic)
    assert (first.new, len(first.faults)) == (2, 1)
    press.site.pages[path] = whole
    later = ISSUED + timedelta(minutes=10)
    assert run(store, press, tables, later, feeds=feeds, backfill=automatic).new == 1
    asked = len(press.site.requests)
    run(store, press, tables, later + timedelta(days=1), feeds=feeds, backfill=automatic)
    assert path not in press.site.requests[asked:]


class Killed(BaseException):
    """The end of the process, at a place of our choice."""


def test_a_kill_in_the_midst_of_a_backfill_leaves_the_gap_open(
    store: Store, press: Press, tables: Tables
) -> None:
    feeds = outlast(store, press, tables)
    automatic = Backfill(most_days=5)
    path = "/gia/general/202611/19/P2026111900101.htm"

    def work(items: Sequence[Item], what: str) -> Iterator[Item]:
        for item in items:
            yield item
            if what == "texts" and press.site.requests[-1] == path:
                raise Killed

    with pytest.raises(Killed), open_fetcher() as fetcher:
        ingest(
            store,
            feeds,
            fetcher,
            tables,
            load_kinds(),
            lambda: ISSUED,
            backfill=automatic,
            track=work,
        )
    later = ISSUED + timedelta(minutes=10)
    run(store, press, tables, later, feeds=feeds, backfill=automatic)
    lost = ("P2026111900101", "P2026112000101")
    assert all(store.texts.has(text_id) for text_id in lost)
    third = run(store, press, tables, later, feeds=feeds, backfill=automatic)
    assert (third.backfilled, third.new) == (0, 0)


def test_a_page_that_never_comes_is_not_awaited_for_ever(
    store: Store, press: Press, tables: Tables
) -> None:
    feeds = outlast(store, press, tables)
    path = "/gia/general/202611/20/P2026112000101.htm"
    del press.site.pages[path]
    for hours in range(30):
        run(
            store,
            press,
            tables,
            ISSUED + timedelta(hours=hours),
            feeds=feeds,
            backfill=Backfill(most_days=5),
        )
    assert 5 <= press.site.requests.count(path) <= 9


# Other publishers

STORY = (
    "The harbour band will play thirty marches at the Lantern Pavilion this weekend, the "
    "organisers said, and entry is free for everybody who brings a lantern of their own making. "
)


def story_page(title: str, *paragraphs: str) -> Page:
    body = "".join(f"<p>{each}</p>" for each in paragraphs)
    return Page(
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title></head><body><nav>Home</nav>"
        f"<article><h1>{title}</h1><time datetime='2026-11-21T15:00:00+08:00'>21 Nov</time>{body}"
        "</article><footer>All rights reserved</footer></body></html>".encode()
    )


def story_feed(url: str, title: str, text: str) -> Page:
    return Page(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Band</title><item>'
        f"<title>{title}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate><description>{text}</description>"
        "</item></channel></rss>".encode()
    )


def test_a_feed_of_another_site_gets_its_excerpts_filled_from_the_pages(
    store: Store, press: Press, tables: Tables
) -> None:
    url = f"{press.site.url}/news/1.html"
    press.site.pages["/band.xml"] = story_feed(url, "Band plays thirty marches", "Read more…")
    press.site.pages["/news/1.html"] = story_page("Band plays", STORY, STORY * 2)
    feed = Feed(source="band", url=f"{press.site.url}/band.xml", pairing="none", topic="culture")
    counts = run(store, press, tables, ISSUED, feeds=[feed])
    assert (counts.new, counts.faults) == (1, [])
    (stored,) = store.releases.list_latest(5)
    text = stored.release.texts["en"]
    assert (text.title, text.issued_at) == ("Band plays thirty marches", ISSUED)
    assert "thirty marches at the Lantern Pavilion" in text.body
    assert "rights reserved" not in text.body
    assert (stored.release.source, stored.release.topics[0]) == ("band", "culture")


def test_a_page_without_a_date_takes_the_feeds(store: Store, press: Press, tables: Tables) -> None:
    url = f"{press.site.url}/news/1.html"
    press.site.pages["/band.xml"] = story_feed(url, "Band plays thirty marches", "")
    body = f"<html><body><article><h1>Band</h1><p>{STORY}</p><p>{STORY * 2}</p></article></body>"
    press.site.pages["/news/1.html"] = Page(body.encode())
    feed = Feed(source="band", url=f"{press.site.url}/band.xml", pairing="none")
    counts = run(store, press, tables, ISSUED, feeds=[feed])
    assert (counts.new, counts.faults) == (1, [])
    text = store.releases.list_latest(1)[0].release.texts["en"]
    assert (text.title, text.issued_at) == ("Band plays thirty marches", ISSUED)
    assert "Lantern Pavilion" in text.body
    never = feed.model_copy(update={"pages": "never", "source": "other"})
    press.site.pages["/band.xml"] = story_feed(url + "?2", "Band again", "")
    asked = len(press.site.requests)
    counts = run(store, press, tables, ISSUED, feeds=[never])
    assert (counts.new, press.site.requests[asked:]) == (0, ["/band.xml"])
    assert "without a text" in counts.faults[0]


def test_an_entry_from_the_far_future_is_left_out_and_named(
    store: Store, press: Press, tables: Tables
) -> None:
    late = make_text("en", issued_at=ISSUED + timedelta(days=36500), site=press.site.url)
    press.publish(press.zh)
    press.site.pages["/en.xml"] = Page(make_feed([late]))
    counts = run(store, press, tables, ISSUED)
    assert (counts.new, "from now: 1" in counts.faults[0]) == (1, True)


def test_pairs_by_address_and_a_list_without_texts_become_releases(
    store: Store, press: Press, tables: Tables
) -> None:
    feeds = []
    for code, lang, title in (("eng", "en", "Band plays"), ("chi", "tc", "樂隊演奏進行曲")):
        url = f"{press.site.url}/{code}/press/20261121-3/"
        record = f'{{"title": "{title}", "link": "{url}", "date": "2026-11-21"}}'
        listing = f'{{"header": {{"success": true}}, "result": {{"records": [{record}]}}}}'
        press.site.pages[f"/list?lang={lang}"] = Page(listing.encode())
        words = (
            STORY
            if code == "eng"
            else "樂隊將於本周末在燈籠亭演奏三十首進行曲，公眾可免費入場。" * 4
        )
        press.site.pages[f"/{code}/press/20261121-3/"] = story_page(title, words, words)
        language: Language = "en" if code == "eng" else "zh"
        feeds.append(
            Feed(
                source="bank",
                url=f"{press.site.url}/list?lang={lang}",
                language=language,
                pairing="address",
                pages="always",
                topic="finance",
            )
        )
    counts = run(store, press, tables, ISSUED, feeds=feeds)
    assert (counts.new, counts.faults, counts.failures) == (2, [], [])
    (stored,) = store.releases.list_latest(5)
    assert stored.release.texts.keys() == {"en", "zh"}
    assert stored.release.texts["zh"].title == "樂隊演奏進行曲"
    asked = len(press.site.requests)
    assert run(store, press, tables, ISSUED, feeds=feeds).new == 0
    assert len(press.site.requests) - asked == 2
