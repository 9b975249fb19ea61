"""Reading the official site's day lists, whole and hostile."""

from datetime import UTC, date, datetime

import pytest
from factories import EN_ID, OFFICIAL, ZH_ID, make_page, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.models import HONG_KONG
from data.readers.day_list import MAX_LINKS, day_list_addresses, is_day_list, read_day_list
from data.readers.reading import Listed, ReadError
from data.samples.pages import render_day_list, render_select
from data.samples.rendering import render_samples

FOLDER = f"{OFFICIAL}/gia/general/202611"
LIST = f"{FOLDER}/21.htm"
MENU = f"{FOLDER}/21/select_en.htm"
URL = f"{FOLDER}/21/{EN_ID}.htm"


def read_urls(html: str, address: str = LIST) -> list[str]:
    return [each.url for each in read_day_list(html, address).listed]


def make_list(*links: str) -> str:
    items = "".join(f"<li>{link}</li>" for link in links)
    return f'<html><body><a href="/gia/general/20.htm">Back</a><ul id="prlist">{items}</ul></html>'


def test_a_list_names_each_release_once_in_its_order() -> None:
    html = make_list(
        f'<a href="/gia/general/202611/21/{ZH_ID}.htm">Lamps <b>lit</b> (with photos)</a>',
        f'<a href="/gia/general/202611/21/{EN_ID}.htm">Lanterns\n lit</a>',
        f'<a href="/gia/general/202611/21/{ZH_ID}.htm">Lamps lit</a>',
    )
    readings = read_day_list(html, LIST)
    assert readings.listed == (
        Listed(f"{FOLDER}/21/{ZH_ID}.htm", "Lamps lit", language="en"),
        Listed(URL, "Lanterns lit", language="en"),
    )
    assert readings.is_feed


@pytest.mark.parametrize(
    ("address", "html"),
    [
        (LIST, f"<a href='21/{EN_ID}.htm'>x</a>"),
        (LIST, f"<A HREF={URL}>x</A>"),
        (LIST, f'<a href="http://www.info.gov.hk/gia/general/202611/21/{EN_ID}.htm">x</a>'),
        (LIST, f'<a href="/gia/general/202611/21/{EN_ID}.htm?fontSize=1#top">x</a>'),
        (LIST, f'<a href=" /gia/general/202611/21/{EN_ID.lower()}.html ">x</a>'),
        (f"{OFFICIAL}/gia/general/today.htm", f'<a href="202611/21/{EN_ID}.htm">x</a>'),
        (f"{OFFICIAL}/gia/general/ctoday.htm", f'<a href="/gia/general/202611/21/{EN_ID}.htm">x'),
        (LIST, f"<div onclick=\"window.location='/gia/general/202611/21/{EN_ID}.htm'\">x</div>"),
        (LIST, f'<a href="#" onclick="open(&quot;21/{EN_ID}.htm&quot;)">x</a>'),
        ("today.htm", f'<a href="/gia/general/202611/21/{EN_ID}.htm">x</a>'),
        (MENU, f"<select id='selectManual'><option value='{EN_ID}'>x</option></select>"),
        (MENU, f'<select><option value="NEW_{EN_ID}" selected><span>x</span></option></select>'),
        (MENU, f'<select><option value="{EN_ID}.htm">x</select>'),
        (f"{FOLDER}/21/select_tc.htm", f"<option value={EN_ID}>x"),
    ],
)
def test_a_release_is_found_however_its_link_is_written(address: str, html: str) -> None:
    assert read_urls(html, address) == [URL]


@pytest.mark.parametrize(
    "link",
    [
        f"/gia/general/202611/21/{EN_ID}p.htm",
        f"http://sc.isd.gov.hk/TuniS//www.info.gov.hk/gia/general/202611/21/{EN_ID}.htm",
        f"/TuniS//www.info.gov.hk/gia/general/202611/21/{EN_ID}.htm",
        f"https://evil.example/gia/general/202611/21/{EN_ID}.htm",
        f"https://www.info.gov.hk@evil.example/gia/general/202611/21/{EN_ID}.htm",
        f"//evil.example/gia/general/202611/21/{EN_ID}.htm",
        f"/gia/general/202611/21/../../../../x/{EN_ID}.htm",
        f"javascript:location='/gia/general/202611/21/{EN_ID}.htm'",
        f"data:text/html,/gia/general/202611/21/{EN_ID}.htm",
        "http://[::1/x",
        "/gia/general/202611/20.htm",
        "/gia/general/202611/21/P20261121.htm",
        f"/gia/general/202611/21/{EN_ID}.htm/more",
        "#",
        "",
    ],
)
def test_links_that_lead_elsewhere_are_left_out(link: str) -> None:
    assert read_urls(make_list(f'<a href="{link}">x</a>')) == []


@pytest.mark.parametrize("value", ["", "all", "../P2026112100101", "P1", "NEWER_P2026112100101"])
def test_options_that_are_no_release_are_left_out(value: str) -> None:
    html = f'<select id="selectManual"><option value="{value}">x</option></select>'
    assert read_urls(html, MENU) == []


def test_an_option_outside_of_a_days_folder_leads_nowhere() -> None:
    html = f'<ul id="prlist"></ul><option value="{EN_ID}">x</option>'
    assert read_urls(html, f"{OFFICIAL}/gia/general/today.htm") == []


def test_a_release_without_a_title_is_not_missed() -> None:
    html = f'<a href="{URL}"><img src="x.gif"></a>'
    assert read_day_list(html, LIST).listed == (Listed(URL, "", language="en"),)
    assert read_day_list(html + f'<a href="{URL}">Lanterns</a>', LIST).listed[0].title == "Lanterns"


@pytest.mark.parametrize("address", [f"{FOLDER}/21c.htm", f"{FOLDER}/21/select_tc.htm", "21c.htm"])
def test_the_language_is_that_of_the_title_or_else_of_the_list(address: str) -> None:
    html = "".join(
        f'<a href="/gia/general/202611/21/P202611210000{number}.htm">{title}</a>'
        for number, title in enumerate(["海港署點亮LED燈籠", "Speech at Lantern Hall", ""])
    )
    languages = [each.language for each in read_day_list(html, address).listed]
    assert languages == ["zh", "en", "zh"]


def test_a_day_without_releases_is_an_empty_list() -> None:
    assert read_urls('<ul id="prlist"></ul>') == []
    assert read_urls('<select id="selectManual"></select>', MENU) == []


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<html><body>Down for maintenance</body></html>",
        "\x00",
        "<div>" * 100_000,
        f'<ul id="prlist"><a href="{URL}">x</a>' + "<a href='#'>x</a>" * MAX_LINKS,
    ],
)
def test_a_page_that_is_no_list_is_refused(html: str) -> None:
    with pytest.raises(ReadError):
        read_day_list(html, LIST)


def test_lists_are_told_by_address_or_marks() -> None:
    page = make_page(make_text()).decode()
    assert is_day_list("<html></html>", LIST)
    assert is_day_list("<html></html>", MENU)
    assert is_day_list("<html></html>", f"{OFFICIAL}/gia/general/ctoday.htm?x=1")
    assert is_day_list(make_list(), "saved.htm")
    assert not is_day_list("<html></html>", "saved.htm")
    assert not is_day_list("<html></html>", URL)
    assert not is_day_list("<script>$('#selectManual')</script>", URL)
    assert not is_day_list(page, URL)
    assert not is_day_list(page + '<select id="selectManual"></select>', URL)


def test_the_sample_sites_lists_read_back_whole() -> None:
    now = datetime(2026, 11, 22, 4, tzinfo=UTC)
    texts = [release.texts["zh"] for release in render_samples(now) if "zh" in release.texts]
    day = texts[0].issued_at.astimezone(HONG_KONG).date()
    of_day = [text for text in texts if text.issued_at.astimezone(HONG_KONG).date() == day]
    expected = {f"{OFFICIAL}{text.path}" for text in of_day}
    page, menu = day_list_addresses(f"{OFFICIAL}/gia/rss/general_zh.xml", day)
    assert len(expected) > 1
    assert set(read_urls(render_day_list(of_day, day, "zh"), page)) == expected
    assert set(read_urls(render_select(of_day), menu)) == expected


def test_a_feed_knows_the_addresses_of_its_day_lists() -> None:
    day = date(2026, 11, 2)
    assert day_list_addresses(f"{OFFICIAL}/gia/rss/general_en.xml", day) == (
        f"{FOLDER}/02.htm",
        f"{FOLDER}/02/select_en.htm",
    )
    assert day_list_addresses("http://127.0.0.1:8080/gia/rss/general_zh.xml", day) == (
        "http://127.0.0.1:8080/gia/general/202611/02c.htm",
        "http://127.0.0.1:8080/gia/general/202611/02/select_tc.htm",
    )


@pytest.mark.parametrize(
    "feed",
    ["https://news.example.org/rss.xml", f"{OFFICIAL}/gia/rss/general_sc.xml", "x", "http://[::1/"],
)
def test_other_feeds_have_no_day_lists(feed: str) -> None:
    assert day_list_addresses(feed, date(2026, 11, 22)) == ()


@given(
    st.lists(
        st.one_of(
            st.text(max_size=40),
            st.sampled_from(
                ["<a href='", "<option value=", "onclick='", "'>", EN_ID, ".htm", "<ul id=prlist>"]
            ),
            st.just(URL),
        ),
        max_size=20,
    ).map("".join),
    st.one_of(st.sampled_from([LIST, MENU, "21.htm"]), st.text(max_size=40)),
)
def test_whatever_is_read_only_a_read_error_comes_out(html: str, address: str) -> None:
    is_day_list(html, address)
    try:
        readings = read_day_list(html, address)
    except ReadError:
        return
    assert all("/gia/general/" in each.url for each in readings.listed)
