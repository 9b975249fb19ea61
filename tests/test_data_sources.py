"""Readings made to fit the rules of their feed."""

from datetime import UTC, datetime

import pytest
from factories import EN_ID, ISSUED, OFFICIAL, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.feeds import Feed, PairingRule
from data.models import Language, ReleaseText
from data.readers.feed import read_feed
from data.readers.reading import Reading, Readings
from data.sources import adopt, bring_to_traditional, fold_address

GIA = Feed(source="gia", url=f"{OFFICIAL}/gia/rss/general_en.xml", language="en")


def make_feed_of(
    url: str = "https://news.example.org/en/rss.xml",
    language: Language | None = "en",
    pairing: PairingRule = "address",
) -> Feed:
    return Feed(source="example", url=url, language=language, pairing=pairing)


def make_reading(url: str, language: Language = "en", issued_at: datetime = ISSUED) -> Reading:
    text = make_text(language, issued_at=issued_at)
    return Reading(text.model_copy(update={"id": url, "url": url}))


def adopt_one(reading: Reading, feed: Feed) -> Reading:
    (adopted,) = adopt(Readings((reading,)), feed).items
    return adopted


# --- source, language, script ---------------------------------------------------------------


def test_official_releases_keep_their_ids() -> None:
    adopted = adopt_one(Reading(make_text()), GIA)
    assert adopted == Reading(make_text())


def test_a_feed_on_another_host_keeps_official_ids_of_its_own_site() -> None:
    site = "http://127.0.0.1:8080"
    feed = Feed(source="sample", url=f"{site}/gia/rss/general_en.xml")
    adopted = adopt_one(Reading(make_text(site=site)), feed)
    assert (adopted.text.id, adopted.source) == (EN_ID, "sample")


def test_a_feed_that_links_to_an_official_release_can_not_stand_in_for_it() -> None:
    adopted = adopt_one(Reading(make_text()), make_feed_of())
    assert adopted.text.id == f"example:en:{EN_ID}"


def test_ids_differ_between_sources_and_languages_and_stay_from_run_to_run() -> None:
    url = "https://news.example.org/stories/7"
    other = Feed(source="other", url="https://news.example.org/rss.xml", pairing="address")
    ids = [
        adopt_one(make_reading(url, language), feed).text.id
        for language in ("en", "zh")
        for feed in (make_feed_of(language=language), other)
        for _ in range(2)
    ]
    assert ids[0::2] == ids[1::2]
    assert len(set(ids)) == 4
    assert ids[0] == f"example:en:{url}"


@pytest.mark.parametrize(
    ("feed_language", "title", "found", "language"),
    [
        ("zh", "LEGO燈籠 in Lantern Hall tonight", "en", "zh"),
        ("en", "海港署 (Harbour Department) 點亮燈籠", "zh", "en"),
        ("zh", "Speech at Lantern Hall", "en", "en"),
        ("en", "海港署點亮燈籠", "zh", "zh"),
        (None, "海港署點亮燈籠", "zh", "zh"),
    ],
)
def test_the_feeds_language_counts_unless_the_text_has_no_letter_of_it(
    feed_language: Language | None, title: str, found: Language, language: Language
) -> None:
    text = make_text(found, title=title, body="13")
    adopted = adopt_one(Reading(text), make_feed_of(language=feed_language))
    assert adopted.text.language == language


def test_simplified_chinese_is_brought_to_traditional() -> None:
    text = make_text("zh", title="联合灯会开幕", body="市民后天可到会场。\n\n欢迎长者。")
    adopted = adopt_one(Reading(text), make_feed_of(language="zh"))
    assert adopted.text.title == "聯合燈會開幕"
    assert adopted.text.body == "市民後天可到會場。\n\n歡迎長者。"
    assert bring_to_traditional(text).body == adopted.text.body


def test_english_is_never_converted() -> None:
    text = make_text("en", title="Lanterns (灯笼) lit", body="The word is 灯笼 in Simplified 汉字.")
    assert bring_to_traditional(text) == text


def test_repeated_entries_count_once_and_faults_are_passed_on() -> None:
    one = make_reading("https://news.example.org/en/7")
    adopted = adopt(Readings((one, one), ("entry 3: no date",), is_feed=True), make_feed_of())
    assert len(adopted.items) == 1
    assert adopted.faults == ("entry 3: no date",)
    assert adopted.is_feed


# --- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("https://a.example/eng/press/2026/11/22-3/", "https://a.example/chi/press/2026/11/22-3/"),
        ("https://a.example/en/n/7.html", "http://www.a.example/tc/n/7.html"),
        ("https://a.example/en/n/7", "https://a.example/zh-hk/n/7#top"),
        ("https://a.example/en-GB/n/7", "https://a.example/zh_Hant_HK/n/7"),
        ("https://a.example/n/7", "https://a.example/hant/n/7"),
        ("https://en.news.example/n/7", "https://zh.news.example/n/7"),
        ("https://a.example/list?lang=en&page=2", "https://a.example/list?page=2&lang=tc"),
        ("https://a.example/n/report_e.pdf", "https://a.example/n/report_c.pdf"),
        ("https://a.example/Bulletin.xml", "https://a.example/Bulletin_uc.xml"),
        ("https://a.example/n/notice-en.html", "https://a.example/n/notice-sc.html"),
        ("https://a.example:8443/EN/n", "https://a.example:8443/TC/n"),
    ],
)
def test_addresses_that_differ_in_the_language_only_are_equal(english: str, chinese: str) -> None:
    assert fold_address(english) == fold_address(chinese)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/en/n/7", "https://a.example/tc/n/8"),
        ("https://a.example/en/n/7", "https://b.example/tc/n/7"),
        ("https://a.example/en/n/7", "https://a.example:8443/tc/n/7"),
        ("https://a.example/list?lang=en&page=2", "https://a.example/list?lang=tc&page=3"),
        ("https://a.example/list?lang=lantern", "https://a.example/list?lang=harbour"),
        ("https://a.example/vitamin-c.html", "https://a.example/vitamin-e.html"),
        ("https://en.example/n", "https://zh.example/n"),
    ],
)
def test_addresses_that_differ_otherwise_stay_apart(one: str, other: str) -> None:
    assert fold_address(one) != fold_address(other)


@given(
    st.lists(st.from_regex(r"[a-z0-9-]{3,12}", fullmatch=True), min_size=1, max_size=4),
    st.sampled_from([("en", "tc"), ("eng", "chi"), ("en-us", "zh-hant"), ("EN", "zh_HK")]),
)
def test_wherever_the_language_stands_in_a_path_the_rest_decides(
    segments: list[str], languages: tuple[str, str]
) -> None:
    base = "https://a.example"
    for place in range(len(segments)):
        one, other = (
            "/".join([base, *segments[:place], language, *segments[place:]])
            for language in languages
        )
        assert fold_address(one) == fold_address(other)
        assert fold_address(one) != fold_address(f"{other}x")


@given(st.text(max_size=50))
def test_any_address_can_be_folded(address: str) -> None:
    for url in (address, f"https://{address}", f"https://a.example/{address}"):
        assert fold_address(url) == fold_address(url)


def test_two_texts_of_one_language_never_share_a_key() -> None:
    feed = make_feed_of()
    urls = ["en/7", "eng/7", "en/8"]
    readings = tuple(make_reading(f"https://a.example/{path}") for path in urls)
    keys = [each.pair_key for each in adopt(Readings(readings), feed).items]
    assert keys[:2] == [None, None]
    assert keys[2] is not None


def test_counterparts_by_address_share_a_key_across_their_feeds() -> None:
    english = adopt_one(make_reading("https://a.example/eng/7/"), make_feed_of())
    feed = make_feed_of(language="zh")
    chinese = adopt_one(make_reading("https://a.example/chi/7/", "zh"), feed)
    assert english.pair_key == chinese.pair_key is not None


@pytest.mark.parametrize("rule", ["link", "content", "none"])
def test_other_rules_give_no_key(rule: PairingRule) -> None:
    reading = make_reading("https://a.example/en/7")
    assert adopt_one(reading, make_feed_of(pairing=rule)).pair_key is None


# --- times ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "feed_has", "issued_at"),
    [
        ("20261122_140809_185", datetime(2026, 11, 21, 16, tzinfo=UTC), "2026-11-22T06:08:09"),
        ("20261120_140809_185", datetime(2026, 11, 21, 16, tzinfo=UTC), "2026-11-21T16:00:00"),
        ("20261122_146909_185", datetime(2026, 11, 21, 16, tzinfo=UTC), "2026-11-21T16:00:00"),
        ("20261122_140809_185", datetime(2026, 11, 22, 1, 5, tzinfo=UTC), "2026-11-22T01:05:00"),
        ("story", datetime(2026, 11, 21, 16, tzinfo=UTC), "2026-11-21T16:00:00"),
    ],
)
def test_a_date_without_a_time_gets_it_from_the_name_of_the_page(
    name: str, feed_has: datetime, issued_at: str
) -> None:
    reading = make_reading(f"https://a.example/eng/2026/11/20261122/{name}.html", "en", feed_has)
    adopted = adopt_one(reading, make_feed_of())
    assert adopted.text.issued_at == datetime.fromisoformat(issued_at).replace(tzinfo=UTC)


# --- warnings, in the Observatory's form ----------------------------------------------------

BULLETINS = {
    language: Feed(
        source="hko",
        url=f"https://rss.weather.example/rss/WeatherWarningBulletin{mark}.xml",
        language=language,
        pairing="file",
        pages="never",
        topic="weather",
    )
    for language, mark in (("en", ""), ("zh", "_uc"))
}
LINK = "http://www.weather.example/textonly/warning/detail.htm"


def make_bulletins(*entries: tuple[str, str, str]) -> bytes:
    """A file of the Observatory's: title, text with ``<br/>``, and time of each entry."""
    items = "".join(
        f"<item><title><![CDATA[{title}]]></title><link>{LINK}</link>"
        f"<author>Hong Kong Observatory</author><description><![CDATA[{text}]]></description>"
        f"<pubDate>{issued} +0800</pubDate>"
        f'<guid isPermaLink="false">http://rss.weather.example/rss/{issued}{title}</guid></item>'
        for title, text, issued in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="styleb.xsl" type="text/xsl"?>'
        f'<rss version="2.0"><channel><title>Weather Warning Information</title>{items}'
        "</channel></rss>"
    ).encode()


FROST = (
    "Information about Frost Warning (06:45 HKT on 22.11.2026)",
    "The Frost Warning has been issued at 6:45 a.m.<br/><br/>Keep warm on Lantern Hill.<br/><br/>"
    "Dispatched by Hong Kong Observatory at 06:45 HKT on 22.11.2026<br/><br/>",
    "Sun, 22 Nov 2026 06:45:00",
)
FIRE = (
    "Information about Yellow Fire Danger Warning (06:45 HKT on 22.11.2026)",
    "The fire danger on Lantern Hill is high.<br/><br/>",
    "Sun, 22 Nov 2026 06:45:00",
)
FROST_ZH = (
    "霜凍警告 (2026年11月22日06時45分)",
    "天 文 台 在 上 午 6 時 45 分 發 出 霜 凍 警 告 。<br/><br/>請 注 意 保 暖 。<br/><br/>",
    "Sun, 22 Nov 2026 06:45:00",
)
FIRE_ZH = ("黃色火災危險警告", "燈籠山火災危險性頗高。<br/>", "Sun, 22 Nov 2026 06:45:00")


def read_bulletins(language: Language, *entries: tuple[str, str, str]) -> list[Reading]:
    adopted = adopt(read_feed(make_bulletins(*entries)), BULLETINS[language])
    assert adopted.faults == ()
    return list(adopted.items)


def test_a_warning_reads_as_its_own_release_with_its_own_headline() -> None:
    (frost,) = read_bulletins("en", FROST)
    assert frost.text.title == "Frost Warning"
    assert frost.text.body == (
        "The Frost Warning has been issued at 6:45 a.m.\n\nKeep warm on Lantern Hill."
    )
    assert frost.text.issued_at == datetime(2026, 11, 21, 22, 45, tzinfo=UTC)
    assert frost.source == "hko"


def test_chinese_warnings_lose_the_blanks_between_their_characters() -> None:
    (frost,) = read_bulletins("zh", FROST_ZH)
    assert frost.text.title == "霜凍警告"
    assert frost.text.body == "天文台在上午6時45分發出霜凍警告。\n\n請注意保暖。"


def test_each_bulletin_under_one_address_is_a_release_of_its_own() -> None:
    later = (FROST[0].replace("06:45", "09:45"), FROST[1], "Sun, 22 Nov 2026 09:45:00")
    ids = [each.text.id for each in read_bulletins("en", later, FROST, FIRE)]
    assert len(set(ids)) == 3
    assert ids[1:] == [each.text.id for each in read_bulletins("en", FROST, FIRE)]
    assert ids[1].startswith("hko:en:20261121T2245Z:")


def test_bulletins_pair_by_file_minute_and_place() -> None:
    english, chinese = read_bulletins("en", FROST, FIRE), read_bulletins("zh", FROST_ZH, FIRE_ZH)
    keys = [each.pair_key for each in english]
    assert keys == [each.pair_key for each in chinese]
    assert len(set(keys)) == 2


def test_bulletins_do_not_pair_while_one_file_lags_behind() -> None:
    english, chinese = read_bulletins("en", FROST, FIRE), read_bulletins("zh", FIRE_ZH)
    assert not {each.pair_key for each in english} & {each.pair_key for each in chinese}


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "There is no special announcement (19:00 HKT on 22.11.2026)"),
        ("en", "There is no warning in force (19:00 HKT 22/11/2026) "),
        ("zh", "現時並無特別報告 (2026年11月22日19時00分)"),
        ("zh", "現 時 並 無 警 告 生 效"),
    ],
)
def test_while_nothing_is_in_force_there_is_no_release_and_no_fault(
    language: Language, title: str
) -> None:
    assert read_bulletins(language, (title, title, "Sun, 22 Nov 2026 19:00:53")) == []


# --- rules that hold for anything -----------------------------------------------------------

_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_TEXTS = st.builds(
    ReleaseText,
    language=st.sampled_from(["en", "zh"]),
    id=st.text(min_size=1, max_size=30),
    url=st.one_of(
        st.text(max_size=60),
        st.sampled_from(["https://a.example/en/7", "https://a.example/tc/7", "http://[::1/x"]),
    ),
    title=_WORDS.filter(str.strip),
    body=_WORDS,
    issued_at=st.integers(0, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC)),
)
_FEEDS = st.builds(
    Feed,
    source=st.sampled_from(["gia", "hko", "example"]),
    url=st.just("https://a.example/en/rss.xml"),
    language=st.sampled_from(["en", "zh", None]),
    pairing=st.sampled_from(["link", "address", "file", "content", "none"]),
)


@given(st.lists(_TEXTS, max_size=5), _FEEDS)
def test_adopting_keeps_to_the_rules_whatever_the_readers_found(
    texts: list[ReleaseText], feed: Feed
) -> None:
    once = adopt(Readings(tuple(map(Reading, texts))), feed)
    assert adopt(once, feed) == once
    ids = [each.text.id for each in once.items]
    assert len(set(ids)) == len(ids)
    keys = [(each.text.language, each.pair_key) for each in once.items if each.pair_key]
    assert len(set(keys)) == len(keys)
    assert {each.source for each in once.items} <= {feed.source}
