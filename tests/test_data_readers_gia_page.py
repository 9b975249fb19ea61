"""Reading release pages: real ones where they are at hand, and made ones."""

import contextlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories import EN_ID, ZH_ID, make_page, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.models import LANGUAGES
from data.readers.charset import decode_html
from data.readers.feed import read_feed
from data.readers.gia_page import OFFICIAL_SITE, canonical_url, read_gia_page, read_issue_time
from data.readers.paragraphs import clean_title
from data.readers.reading import ReadError
from data.samples import render_samples
from data.samples.pages import Surroundings, render_page, render_print_view


def read_pairs(gia: Path) -> list[tuple[dict[str, str], str, Path]]:
    pairs = json.loads((gia / "pairs.json").read_text("utf-8"))
    return [
        (
            pair[language],
            pair["zh" if language == "en" else "en"]["url"],
            gia / pair[language]["file"],
        )
        for pair in pairs
        for language in ("en", "zh")
        if pair[language].get("file")
    ]


def test_every_real_page_gives_its_id_address_title_time_and_language(gia: Path) -> None:
    pages = read_pairs(gia)
    assert len(pages) == 36
    for known, _, file in pages:
        text = read_gia_page(file.read_text("utf-8"), str(file)).text
        assert text.id == known["id"]
        assert text.url == known["url"]
        assert text.title == clean_title(known["title"])
        assert text.issued_at == datetime.fromisoformat(known["issued_at"])
        assert len(text.body) > 50
        assert "NNNN" not in text.body
        assert not text.body.endswith(("完", "\n"))
        assert "\u3000" not in text.body
        assert "\u200b" not in text.body


def test_all_but_one_real_page_link_to_their_counterpart(gia: Path) -> None:
    found = [
        read_gia_page(file.read_text("utf-8"), str(file)).counterpart_url == other
        for _, other, file in read_pairs(gia)
    ]
    # One Chinese page was saved before its English text came out.
    assert found.count(True) == 35


def test_a_real_page_needs_no_file_name_to_know_itself(gia: Path) -> None:
    for known, _, file in read_pairs(gia):
        assert read_gia_page(file.read_text("utf-8"), "saved.htm").text.url == known["url"]


def test_a_table_becomes_lines_of_cells(gia: Path) -> None:
    file = gia / "pages/202512/02/P2025120200934.htm"
    body = read_gia_page(file.read_text("utf-8"), str(file)).text.body
    rows = [line for line in body.split("\n") if " | " in line]
    assert len(rows) == 4
    assert "\n".join(rows) in body


def test_the_feeds_and_the_pages_carry_the_same_texts(gia: Path) -> None:
    pages = {}
    for _, _, file in read_pairs(gia):
        text = read_gia_page(file.read_text("utf-8"), str(file)).text
        pages[text.id] = text
    feeds = [read_feed((gia / f"general_{code}.xml").read_bytes()) for code in ("en", "zh")]
    items = [item.text for feed in feeds for item in feed.items]
    assert len(items) == 44
    assert all(pages[text.id].version == text.version for text in items if text.id in pages)


def test_a_page_gives_back_the_text_it_was_made_from() -> None:
    for language, other in zip(LANGUAGES, (ZH_ID, EN_ID), strict=True):
        text = make_text(language)
        link = f"/gia/general/202611/21/{other}.htm?fontSize=1"
        reading = read_gia_page(make_page(text, link).decode(), text.url)
        assert reading.text == text
        assert (
            reading.counterpart_url == f"https://www.info.gov.hk/gia/general/202611/21/{other}.htm"
        )


@pytest.mark.parametrize(
    ("html", "missing"),
    [
        ("<span id=PRHeadlineSpan>T</span>", "no text"),
        ("<span id=PRHeadlineSpan>T</span><span id=pressrelease>  <br>\u3000</span>", "no text"),
        ("<span id=PRHeadlineSpan> </span><span id=pressrelease>Words</span>", "no title"),
        ("<span id=PRHeadlineSpan>T</span><span id=pressrelease>Words</span>", "issued"),
        (
            "<span id=PRHeadlineSpan>T</span><span id=pressrelease>Words<div>Ends/Friday, "
            "December 32, 2025<br>Issued at HKT 15:55</div></span>",
            "issued",
        ),
    ],
)
def test_a_page_that_lacks_a_part_is_refused_by_naming_it(html: str, missing: str) -> None:
    with pytest.raises(ReadError, match=missing):
        read_gia_page(html, "https://www.info.gov.hk/gia/general/202611/21/P2026112100101.htm")


def test_the_simplified_link_of_an_english_page_is_not_taken_for_its_own() -> None:
    text = make_text("en")
    link = f"http://sc.isd.gov.hk/TuniS//www.info.gov.hk/gia/general/202611/21/{ZH_ID}.htm"
    simplified = f'<a href="{link}"><img id="hdrSCLnk"></a>'
    page = make_page(text).decode().replace("<body>", f"<body>{simplified}")
    bare = page.replace("icon_mailto", "gone")
    assert read_gia_page(page, "saved.htm").text.id == EN_ID
    assert read_gia_page(bare, text.url).text.id == EN_ID
    assert read_gia_page(bare, f"{EN_ID}.htm").text == text


@pytest.mark.parametrize("tag", ["div", "b", "span id=x"])
@pytest.mark.parametrize("depth", [10, 3_000, 150_000])
def test_a_page_that_nests_without_reason_is_read_or_refused_at_once(tag: str, depth: int) -> None:
    deep = f"<{tag}>" * depth + "Words" + f"</{tag.split(maxsplit=1)[0]}>" * depth
    page = make_page(make_text(body="BODY")).replace(b"BODY", deep.encode()).decode()
    if depth < 100:
        assert read_gia_page(page, make_text().url).text.body == "Words"
    else:
        with pytest.raises(ReadError, match="refused"):
            read_gia_page(page, make_text().url)


def test_tags_whose_end_is_left_out_do_not_count_as_nesting() -> None:
    loose = "".join(f"<p>Line {number}<br>" for number in range(5_000))
    page = make_page(make_text(body="BODY")).replace(b"BODY", loose.encode()).decode()
    assert read_gia_page(page, make_text().url).text.body.endswith("Line 4999")


@pytest.mark.parametrize(
    ("footer", "expected"),
    [
        ("Ends/Thursday, November 27, 2025\nIssued at HKT 15:55", "2025-11-27T15:55:00+08:00"),
        ("Ends/Friday, May 1, 2026\nIssued at HKT 1:50", "2026-05-01T01:50:00+08:00"),
        ("完\n2025年11月26日（星期三）\n香港時間17時27分", "2025-11-26T17:27:00+08:00"),
        ("完\n2025年1月6日（星期二）\n香港時間0時5分", "2025-01-06T00:05:00+08:00"),
        ("Ends/Someday, Smarch 27, 2025\nIssued at HKT 15:55", None),
        ("Issued at HKT 15:55", None),
        ("", None),
    ],
)
def test_the_issue_time_is_read_from_the_footer(footer: str, expected: str | None) -> None:
    found = read_issue_time(footer)
    assert (found and found.isoformat()) == expected


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("Fire in Tai Po (with photos)", "Fire in Tai Po"),
        ("Fire in Tai Po (with photo/video) (2)", "Fire in Tai Po"),
        ("Notice (English only)", "Notice"),
        ("Results for 2025 (2025)", "Results for 2025 (2025)"),
        ("Report (First Quarter)", "Report (First Quarter)"),
        ("香港郵政發行郵票 （附圖）", "香港郵政發行郵票"),
        ("火警（附圖／短片）（二）", "火警"),
        ("公告（只有中文）", "公告"),
        ("\u200b教育局　公布", "教育局 公布"),
        ("(2)", "(2)"),
        ("條例（修訂）草案", "條例（修訂）草案"),
    ],
)
def test_titles_lose_their_suffixes_and_nothing_else(title: str, clean: str) -> None:
    assert clean_title(title) == clean


@given(st.text(max_size=200))
def test_cleaning_a_title_twice_changes_nothing(title: str) -> None:
    once = clean_title(title)
    assert clean_title(once) == once


@pytest.mark.parametrize(
    "url",
    [
        "https://www.info.gov.hk/gia/general/202511/27/P2025112700789.htm",
        "https://www.info.gov.hk/gia/general/202511/27/P2025112700789p.htm",
        "https://www.info.gov.hk/gia/general/202511/27/P2025112700789.htm?fontSize=1#top",
        "http://www.info.gov.hk/gia/general/202511/27/P2025112700789.htm",
        "https://sc.isd.gov.hk/TuniS/www.info.gov.hk/gia/general/202511/27/P2025112700789.htm",
        "http://sc.isd.gov.hk/gb/www.info.gov.hk/gia/general/202511/27/p2025112700789p.html",
    ],
)
def test_a_release_has_one_address(url: str) -> None:
    plain = "https://www.info.gov.hk/gia/general/202511/27/P2025112700789.htm"
    assert canonical_url(url) == plain


FOOTER = "<div>Ends/Saturday, November 21, 2026<br>Issued at HKT 15:30</div><div>NNNN</div>"
ZH_FOOTER = "<div>完</div><div>2026年11月21日（星期六）<br>香港時間15時30分</div>"
URL = make_text().url


def page_of(text: str, footer: str = FOOTER, title: str = "Lanterns lit") -> str:
    return (
        f"<html><head><title>{title}</title></head><body><div id='PRHeadline'>"
        f"<span id='PRHeadlineSpan'>{title}</span></div>"
        f"<span id='pressrelease'>{text}{footer}</span></body></html>"
    )


BODIES = {
    "a speech": ("Thank you.<br><br>(Applause)<br><br>&nbsp; &nbsp; Good day.", 3),
    "questions": ("Question:<br><br>Why?<br><br>Reply:<br><br>President,<br><br>Because.", 5),
    "nested blocks": ("<div><div><span>One</span></div><span><b>Two</b></span></div>Three", 3),
    "a list": ("Members:<ul><li>One</li><li>Two</li></ul>", 2),
    "a layout table": ("<table><tr><td><p>One</p><p>Two<br>more</p></td></tr></table>", 2),
    "a table in a table": (
        "<table><tr><td>Above<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"
        "</table></td><td>Beside</td></tr></table>",
        3,
    ),
    "photos only beside": ("Words<div class='controlDisplay2'><h2>Photo</h2></div>", 1),
    "comments and scripts": (
        "One<!-- <br><br>not --><script>no('<p>')</script><style>x</style>",
        1,
    ),
}


@pytest.mark.parametrize(("html", "paragraphs"), BODIES.values(), ids=BODIES)
def test_texts_of_all_shapes_keep_their_paragraphs(html: str, paragraphs: int) -> None:
    body = read_gia_page(page_of(html), URL).text.body
    assert len(body.split("\n\n")) == paragraphs, body
    assert "not" not in body
    assert "Photo" not in body


def test_what_stands_in_a_cell_stays_in_its_row() -> None:
    table = (
        "<table><tr><th>Item</th><th>Sum</th></tr>"
        "<tr><td><p>Oil<br>lamps</p></td><td><ul><li>13</li><li>14</li></ul></td></tr></table>"
    )
    body = read_gia_page(page_of("See:" + table + "That is all."), URL).text.body
    assert body == "See:\n\nItem | Sum\nOil lamps | 13 14\n\nThat is all."


@pytest.mark.parametrize(
    "footer",
    [
        FOOTER,
        FOOTER.replace("Ends/", "Ends / "),
        FOOTER.replace("Ends/", "Ends<br>"),
        FOOTER.replace("Ends/", "- End -<br>"),
        FOOTER.replace("Ends/", "ENDS/").replace("<div>NNNN</div>", ""),
        FOOTER.replace("Ends/", ""),
        ZH_FOOTER,
        ZH_FOOTER.replace("完", "　完　"),
        ZH_FOOTER.replace("完", "（完）"),
        ZH_FOOTER.replace("完", ""),
        ZH_FOOTER.replace("15時30分", "１５時３０分"),
        "<p>完<p>２０２６年１１月２１日（星期六）<br>香港時間１５時３０分",
    ],
)
def test_the_footer_is_no_text_whatever_its_form(footer: str) -> None:
    text = read_gia_page(page_of("Words.<br><br>More words.", footer), URL).text
    assert text.body == "Words.\n\nMore words."
    assert text.issued_at.isoformat() == "2026-11-21T07:30:00+00:00"


def test_a_text_that_speaks_of_an_end_is_not_cut_there() -> None:
    body = "Ends<br><br>The show ends.<br><br>More words."
    assert read_gia_page(page_of(body), URL).text.body.endswith("More words.")


def test_a_page_of_older_years_has_its_title_in_the_text() -> None:
    page = (
        "<html><head><title>Lanterns lit</title></head><body><div id=pressrelease>Lanterns lit<br>"
        f"************<br><br>Words.<br><br>{FOOTER}</div></body></html>"
    )
    url = "http://www.info.gov.hk/gia/general/200611/21/P200611210226.htm"
    text = read_gia_page(page, url).text
    assert (text.title, text.body, text.id) == ("Lanterns lit", "Words.", "P200611210226")


def test_a_page_says_whether_there_is_another_language() -> None:
    assert read_gia_page(page_of("x", title="Notice (English only)"), URL).single_language
    assert not read_gia_page(page_of("x", title="Notice (with photos)"), URL).single_language


def test_the_samples_of_the_project_read_as_they_were_written() -> None:
    samples = render_samples(datetime(2026, 11, 22, tzinfo=UTC))
    around = Surroundings(OFFICIAL_SITE, None, [])
    for text in [text for sample in samples for text in sample.texts.values()]:
        for page in (render_page(text, around), render_print_view(text)):
            read = read_gia_page(page, OFFICIAL_SITE + text.path).text
            assert (read.title, read.issued_at) == (text.headline, text.issued_at)
            assert read.body == text.body


PIECES = (
    *(
        "<b>",
        "</span>",
        "<table><tr><td>",
        "<br>",
        "<!--",
        "-->",
        "<script>",
        "&",
        "<",
        ">",
        "\x00",
    ),
    *(
        "&#1;",
        "&nbsp;",
        "完",
        "Ends/",
        "\u200b",
        "</body>",
        "<span id=pressrelease>",
        "\x1e",
        "\x1f",
    ),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good page with pieces left out, doubled, put in or cut off."""
    page = make_page(make_text(draw(st.sampled_from(LANGUAGES)))).decode()
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(page)))
        to = at + draw(st.integers(0, 60))
        middle = draw(st.sampled_from((*PIECES, "", page[at:to] * 2)))
        page = page[:at] + middle + page[to:]
    return page


@given(mutated())
def test_a_mutated_page_is_read_or_refused(page: str) -> None:
    with contextlib.suppress(ReadError):  # anything else is a failure
        text = read_gia_page(page, URL).text
        assert text.title
        assert text.body.strip()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text.title + text.body)
        assert text.issued_at.tzinfo is UTC


@given(st.text(max_size=2000))
def test_any_text_in_a_page_is_read_or_refused(body: str) -> None:
    html = make_page(make_text(body=body or "x")).decode("utf-8", "replace")
    try:
        reading = read_gia_page(html, make_text().url)
    except ReadError:
        return
    assert reading.text.body.strip() == reading.text.body
    assert "\n\n\n" not in reading.text.body


def test_a_page_in_big5_is_read_by_its_declaration() -> None:
    page = make_page(make_text("zh")).replace(b"<html>", b'<html><meta charset="big5">')
    html = decode_html(page.decode().encode("big5"))
    assert read_gia_page(html, make_text("zh").url).text == make_text("zh")
