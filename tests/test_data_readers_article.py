"""Reading pages of other sites through trafilatura; all pages here are invented."""

import contextlib
import logging
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured import run_measured

from data.readers.article import read_article
from data.readers.reading import ReadError

ADDRESS = "https://www.harbour.example.org/news/pier"
TITLE = "Pier at Shek Wan to close for repairs"
TEXT = (
    "The Harbour Office said today that the ferry pier at Shek Wan will be closed for repairs"
    " from next week, and that passengers should use the pier at Lung Mei in the meantime.",
    "Divers found cracks in four piles of the pier. The companies have been asked to put on two"
    " more sailings in each peak hour while the piles are mended.",
)
ZH_TITLE = "石環碼頭將關閉維修"
ZH_TEXT = (
    "海港處今日表示，石環碼頭將於下星期起關閉進行維修，乘客可改用附近的龍尾碼頭，步行前往只需數分鐘。",
    "潛水員在碼頭的四條樁柱發現裂縫。海港處已要求渡輪公司在維修期間於繁忙時間每小時加開兩班船。",
)
PUBLISHED = '<meta property="article:published_time" content="2026-11-20T09:30:00+08:00">'


def page(
    head: str = PUBLISHED,
    title: str = TITLE,
    text: tuple[str, ...] = TEXT,
    extra: str = "",
    language: str = "en",
    above: str = "",
) -> str:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text)
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title} - Harbour Office</title>{head}</head><body>"
        '<header><nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav>'
        f"</header><main><article>{above}<h1>{title}</h1>"
        f'<div class="entry-content">{paragraphs}{extra}</div></article></main>'
        '<aside><h2>Related</h2><ul><li><a href="/2">Another matter</a></li></ul></aside>'
        "<footer>Copyright 2025 Harbour Office. All rights reserved.</footer></body></html>"
    )


def test_a_page_gives_title_text_date_language_and_source() -> None:
    reading = read_article(page(), ADDRESS)
    assert reading.text.title == TITLE
    assert reading.text.body.split("\n\n") == list(TEXT)
    assert reading.text.issued_at == datetime.fromisoformat("2026-11-20T09:30+08:00")
    assert reading.text.language == "en"
    assert reading.text.id == reading.text.url == ADDRESS
    assert reading.source == "harbour.example.org"


def test_a_chinese_page_is_read_as_chinese_in_its_own_script() -> None:
    simplified = (
        "海港处今日表示，石环码头将于下星期起关闭进行维修，乘客可改用附近的龙尾码头，步行只需数分钟。",
    )
    for title, text in ((ZH_TITLE, ZH_TEXT), ("石环码头将关闭维修", simplified)):
        reading = read_article(page(title=title, text=text, language="zh-HK"), ADDRESS)
        assert reading.text.language == "zh"
        assert reading.text.title == title
        assert reading.text.body.split("\n\n") == list(text)


def test_a_news_flash_of_a_sentence_or_two_is_read_without_what_stands_around_it() -> None:
    flash = (
        '<html lang="zh-hk"><head><title>新聞 - 龍尾碼頭重開</title></head><body><div id="header">'
        '<a href="/1">健康</a><a href="/2">財經</a></div><div class="news-content">'
        '<h1>龍尾碼頭重開</h1><div class="news-date">2026年11月20日</div><div class="news-text">'
        "<p>海港處今日宣布，龍尾碼頭重開。</p><p>&nbsp;</p><p>處方感謝市民體諒。</p></div>"
        '<div class="related"><h3>相關新聞</h3><a href="/3">另一則</a></div></div></body></html>'
    )
    text = read_article(flash, "https://www.news.example.org/tc/20261120_140809_185.html").text
    assert text.title == "龍尾碼頭重開"
    assert text.body == "海港處今日宣布，龍尾碼頭重開。\n\n處方感謝市民體諒。"


def test_an_alert_keeps_its_table_and_signature() -> None:
    alert = (
        "<html><head><title>Money Office - Alert on fraudulent websites</title></head><body>"
        '<div class="header"><ul><li><a href="/a">About</a></li></ul></div><div class="press">'
        '<h2 class="press-release-title">Alert on fraudulent websites</h2>'
        '<div class="press-release-date">20 Nov 2026</div><div class="content-wrapper">'
        "<p>The Money Office alerts the public to fraudulent websites of these banks:</p>"
        "<table><tr><td><b>Bank</b></td><td><b>Scam</b></td></tr>"
        "<tr><td>Lantern Bank</td><td>Website</td></tr></table>"
        "<p>Money Office<br>20 November 2026</p></div></div></body></html>"
    )
    text = read_article(alert, "https://www.money.example.org/eng/press/20261120-3/").text
    assert text.title == "Alert on fraudulent websites"
    assert text.body.split("\n\n") == [
        "The Money Office alerts the public to fraudulent websites of these banks:",
        "Bank | Scam\nLantern Bank | Website",
        "Money Office\n20 November 2026",
    ]
    assert text.issued_at == datetime.fromisoformat("2026-11-20T00:00+08:00")


def test_lists_tables_and_line_breaks_keep_their_lines() -> None:
    extra = (
        "<h2>Getting there</h2><p>Take a bus to the pier at Lung Mei.<br>All stop there.</p>"
        "<ul><li>Route 12 from the market</li><li>Route 14 from Tai Wan</li></ul>"
        "<table><tr><th>Day</th><th>Sailings</th></tr><tr><td>Monday</td><td>14</td></tr></table>"
    )
    body = read_article(page(extra=extra), ADDRESS).text.body
    assert body.split("\n\n")[2:] == [
        "Getting there",
        "Take a bus to the pier at Lung Mei.\nAll stop there.",
        "Route 12 from the market\nRoute 14 from Tai Wan",
        "Day | Sailings\nMonday | 14",
    ]


@pytest.mark.parametrize(
    ("head", "above", "moment"),
    [
        (PUBLISHED, "", "2026-11-20T09:30+08:00"),
        ('<meta name="govuk:first-published-at" content="2026-11-20T01:30:00Z">', "", None),
        ('<meta property="article:published_time" content="2026-11-20T09:30">', "", None),
        ("", '<time class="entry-date" datetime="2026-11-20T01:30:00+00:00">Friday</time>', None),
        ("", '<div class="news-date">November 20, 2026</div>', "2026-11-20T00:00+08:00"),
        ("", '<div class="press-release-date">20 Nov 2026</div>', "2026-11-20T00:00+08:00"),
        ("", '<div class="press-release-date">2026年11月20日</div>', "2026-11-20T00:00+08:00"),
        ('<meta name="date" content="2026-11-20">', "", "2026-11-20T00:00+08:00"),
        ('<meta name="DC.date.issued" content="20261120">', "", "2026-11-20T00:00+08:00"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebPage"}, {"@type":'
            ' "NewsArticle", "datePublished": "2026-11-20T09:30:00+08:00"}]}</script>',
            *('<time datetime="2020-01-01">x</time>', "2026-11-20T09:30+08:00"),
        ),
        (
            '<script type="application/ld+json">{not json</script><meta name="date"'
            ' content="2026-11-20">',
            *('<time datetime="2026-11-20T09:30">Friday</time>', "2026-11-20T09:30+08:00"),
        ),
    ],
)
def test_the_date_is_the_page_s_own(head: str, above: str, moment: str | None) -> None:
    issued_at = read_article(page(head=head, above=above), ADDRESS).text.issued_at
    assert issued_at == datetime.fromisoformat(moment or "2026-11-20T09:30+08:00")


def test_a_date_in_the_address_serves_where_the_page_has_none() -> None:
    address = "https://www.harbour.example.org/press/2026/11/20/pier"
    issued_at = read_article(page(head=""), address).text.issued_at
    assert issued_at == datetime.fromisoformat("2026-11-20T00:00+08:00")


@pytest.mark.parametrize(
    ("link", "address", "found"),
    [
        ('<link rel="canonical" href="https://www.harbour.example.org/p/1">', ADDRESS, "/p/1"),
        ('<link rel="canonical" href="/p/1">', ADDRESS, "/p/1"),
        ('<link rel="canonical" href="https://elsewhere.example.org/p/1">', ADDRESS, "/news/pier"),
        ('<link rel="canonical" href="javascript:alert(1)">', ADDRESS, "/news/pier"),
        ("", f"{ADDRESS}?utm_source=x&id=3&fbclid=y#top", "/news/pier?id=3"),
        ('<link rel="canonical" href="https://www.harbour.example.org/p/1">', "saved.html", "/p/1"),
        ('<meta property="og:url" content="https://www.harbour.example.org/p/1">', None, "/p/1"),
    ],
)
def test_the_id_is_the_page_s_address_in_one_spelling(
    link: str, address: str | None, found: str
) -> None:
    text = read_article(page(head=PUBLISHED + link), address).text
    assert text.id == text.url == f"https://www.harbour.example.org{found}"


@pytest.mark.parametrize(
    ("language", "links", "found"),
    [
        ("en", {"zh-Hans": "/sc/p", "zh-hk": "/tc/p", "x-default": "/"}, "/tc/p"),
        ("en", {"zh-Hans": "/sc/p", "en": "/news/pier"}, "/sc/p"),
        ("en", {"zh-Hant": "../tc/p", "zh": "/z/p"}, "/tc/p"),
        ("zh", {"en": "/en/p", "zh-hk": "/news/pier"}, "/en/p"),
        ("zh", {"zh-Hans": "/sc/p"}, None),
        ("en", {"zh": "javascript:alert(1)"}, None),
        ("en", {"zh": "http://[::1/p"}, None),
        ("zh", {"en": "/news/pier"}, None),
        ("en", {}, None),
    ],
)
def test_the_other_language_is_the_best_alternate(
    language: str, links: dict[str, str], found: str | None
) -> None:
    head = PUBLISHED + "".join(
        f'<link rel="alternate" hreflang="{code}" href="{link}">' for code, link in links.items()
    )
    title, text = (TITLE, TEXT) if language == "en" else (ZH_TITLE, ZH_TEXT)
    reading = read_article(page(head=head, title=title, text=text), ADDRESS)
    assert reading.counterpart_url == (found and f"https://www.harbour.example.org{found}")


@pytest.mark.parametrize(
    ("html", "address", "reason"),
    [
        ("", ADDRESS, "no title"),
        (page(text=()), ADDRESS, "no text"),
        (page(head=""), ADDRESS, "when it was issued"),
        (page(head='<meta name="date" content="yesterday">'), ADDRESS, "when it was issued"),
        (page(head='<meta name="date" content="2026-13-41">'), ADDRESS, "when it was issued"),
        (page(), None, "its address"),
        (page(), "saved.html", "its address"),
        (page(extra="<i>" * 50_000), ADDRESS, "tags"),
        (page(extra="<div>" * 300), ADDRESS, "deep"),
        (page(extra="x" * 5_000_000), ADDRESS, "characters"),
        (page(extra="x" * 500_000), ADDRESS, "characters of text"),
    ],
)
def test_what_is_no_release_is_refused_with_its_reason(
    html: str, address: str | None, reason: str
) -> None:
    with pytest.raises(ReadError, match=reason):
        read_article(html, address)


def test_nothing_is_logged_for_a_page_that_can_t_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG), contextlib.suppress(ReadError):
        read_article("<html><body>" + "<p>\x00</p>" * 20, ADDRESS)
    assert caplog.records == []


HOSTILE = """
import time
from data.readers.article import read_article
from data.readers.reading import ReadError
words = "The pier at Shek Wan will be closed for repairs next week. "
head = ('<html><head><title>Pier closes</title><meta name="date" content="2026-11-20"></head>'
        '<body><article><h1>Pier closes</h1>')
pages = (
    "<div>" * 100_000 + words,
    "<p>" * 5_000_000,
    '<a href="/x">y</a>' * 1_000_000,
    '<p title="' + "a" * 15_000_000 + '">' + words,
    '<p title="' + "a" * 3_900_000 + '">' + words,
    "<p>" + words + '<a href="/x">y z w</a>' * 18_000,
    "<p>" + words + "<br>" * 38_000,
    "<p>" + words + "<span>word </span>" * 18_000,
    "<table>" + "<tr><td>a</td><td>b</td></tr>" * 6_500,
    "<p>" + "a" * 390_000,
    '<script type="application/ld+json">' + "[" * 190_000 + "</script>" + words,
)
slowest = 0.0
for page in pages:
    start = time.process_time()
    try:
        read_article(head + page, "https://www.example.org/1")
    except ReadError:
        pass
    slowest = max(slowest, time.process_time() - start)
print(slowest)
"""


def test_hostile_pages_are_read_or_refused_within_bounds(tmp_path: Path) -> None:
    done = run_measured(["-c", HOSTILE], tmp_path)
    assert (done.status, done.errors) == (0, "")
    assert float(done.output) < 20  # seconds of computing for one page, a few at most
    assert done.peak < 300_000_000


MARKUP = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div>",
            "<table><tr><td>",
            "</table>",
            "<ul><li>",
            "<br>",
            "<h1>",
            "<!--",
        ),
        *(TITLE, TEXT[0], ZH_TEXT[0], PUBLISHED, "<script>", "</script>", "<time datetime=''>"),
        *('<link rel="canonical" href="http://[">', '<html lang="xx">', "\x00", "&#xD800;", "<"),
        '<meta name="date" content="0001-01-01T00:00:00+14:00">',
        '<script type="application/ld+json">[[], {"datePublished": 3}]</script>',
        '<link rel="alternate" hreflang="zh" href="http://[::1">',
    ]
)


@settings(max_examples=30)
@given(st.lists(st.one_of(MARKUP, st.text(max_size=30)), max_size=20))
def test_any_page_is_read_or_refused_by_name(pieces: list[str]) -> None:
    with contextlib.suppress(ReadError):
        assert read_article("".join(pieces), ADDRESS).text.body
