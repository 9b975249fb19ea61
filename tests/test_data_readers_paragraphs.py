"""HTML to paragraphs, titles and languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.bombs import refuse_bombs
from data.readers.paragraphs import (
    choose_language,
    clean_line,
    clean_title,
    read_html_paragraphs,
    read_parsed_paragraphs,
    says_single_language,
)
from data.readers.reading import ReadError

TAGS = ("br", "br/", "p", "/p", "div", "/div", "b", "/b", "span", "/span", "ul", "/ul", "li", "/li")
TABLE_TAGS = ("table", "/table", "tbody", "/tbody", "tr", "/tr", "td", "/td", "th", "/th")
OTHER_TAGS = (
    "h2",
    "/h2",
    "script",
    "/script",
    "!--",
    "--",
    "/br",
    "BR",
    "P",
    'a href="x?a=1&amp;b"',
)
WORDS = ("Lamp", "燈", "  ", " ", "\n", "     ", "\u3000\u3000", "\xa0", "\u200b", "\t", "e\u0301")
SIGNS = (
    "&amp;",
    "&nbsp;",
    "&#39;",
    "&copy;",
    "&",
    "<",
    ">",
    '"',
    "----",
    "|",
    "\x1d",
    "\x1e",
    "\x1f",
)
markup = st.lists(
    st.sampled_from([f"<{tag}>" for tag in (*TAGS, "br", *TABLE_TAGS, *OTHER_TAGS)])
    | st.sampled_from((*WORDS, *SIGNS))
    | st.text(max_size=5),
    max_size=30,
).map("".join)


def nested(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    inner = st.lists(children, max_size=4).map("".join)
    cells = st.lists(inner, max_size=3).map(lambda texts: "".join(f"<td>{t}</td>" for t in texts))
    rows = st.lists(cells, max_size=3).map(lambda rows: "".join(f"<tr>{r}</tr>" for r in rows))
    return st.one_of(
        inner,
        inner.map("<p>{}</p>".format),
        inner.map('<div class="x">{}</div>'.format),
        inner.map("<b>{}</b>".format),
        inner.map("<ul><li>{}</li></ul>".format),
        rows.map("<table><tbody>\n{}</tbody></table>".format),
    )


well_formed = st.recursive(st.sampled_from((*WORDS, "<br>", "Oil &amp; wick")), nested)


@given(markup | well_formed)
def test_the_quick_way_reads_as_the_parser_does(html: str) -> None:
    assert read_html_paragraphs(html) == read_parsed_paragraphs(html)


@given(markup | well_formed)
def test_paragraphs_are_clean(html: str) -> None:
    for paragraph in read_html_paragraphs(html):
        for line in paragraph.split("\n"):
            assert line == clean_line(line) != ""


@pytest.mark.parametrize(
    ("html", "paragraphs"),
    [
        ("One<br>\n<br>\n     Two<br>three", ["One", "Two\nthree"]),
        ("　　一段。<br>　　二段。", ["一段。", "二段。"]),
        ("<p>One</p><p>Two<p>Three", ["One", "Two", "Three"]),
        ("中文\n換行 and English\nwraps", ["中文換行 and English wraps"]),
        ("Fish &amp; chips &lt;3", ["Fish & chips <3"]),
        ("1<br>---<br>2", ["1", "2"]),
        (
            "<table><tr><th>a</th><td></td><td>b</td></tr><tr><td>c</td></tr></table>d",
            ["a | | b\nc", "d"],
        ),
        ("<ol><li>One</li><li>Two</li></ol>", ["One\nTwo"]),
        ("<table><tr><td>One<br>line</td></tr><tr><td>Two</td></tr></table>", ["One\nline", "Two"]),
        ("a</div>b<div>c</div>", ["ab", "c"]),
        ("e\u0301 \u200b\u00ad\ufeff!", ["é !"]),
        ("<script>if (a < b) '<p>'</script>x<!-- <p> -->y", ["xy"]),
        ("", []),
        ("<br>&nbsp;<br>", []),
    ],
)
def test_markup_becomes_paragraphs(html: str, paragraphs: list[str]) -> None:
    assert read_html_paragraphs(html) == paragraphs


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Observatory 天文台 said so.", "en"),
        ("消防處FSD今日表示，Mong Kok一帶發生火警。", "zh"),
        ("香港 ABCDEFGH", "en"),
        ("𠀀𠀁𠀂", "zh"),
        ("Café – naïve", "en"),
        ("1 2 3", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_that_which_carries_the_text(text: str, language: str) -> None:
    assert choose_language(text) == language


@given(st.text(st.sampled_from("aZ 1.é—燈火港𠀀")))
def test_a_chinese_character_weighs_as_much_as_four_letters(text: str) -> None:
    han = sum(character in "燈火港𠀀" for character in text)
    latin = sum(character in "aZ" for character in text)
    assert choose_language(text) == ("zh" if han * 4 > latin else "en")


@pytest.mark.parametrize(
    ("title", "single"),
    [
        ("Notice (English only)", True),
        ("Notice (Chinese only) (with photo)", True),
        ("Notice (English version only) (2)", True),
        ("公告（只有中文）", True),
        ("公告（只有英文）（附圖）", True),
        ("公告 (只备中文版)", True),
        ("公告（僅有中文）", True),
        ("Notice (with photos)", False),
        ("English only, please", False),
        ("條例（修訂）草案", False),
        ("只有中文", False),
        ("", False),
    ],
)
def test_a_suffix_says_that_there_is_one_language_only(title: str, single: bool) -> None:
    assert says_single_language(title) is single


@given(
    st.text(max_size=50), st.sampled_from(["(with photos)", "（附圖）", "(2)", "(English only)"])
)
def test_a_suffix_is_dropped_from_any_title(title: str, suffix: str) -> None:
    clean = clean_title(title)
    assert clean_title(f"x{clean} {suffix}") == clean_title(f"x{clean}")


BOMBS = {
    "longer": "x" * 5_000_001,
    "tags": "<br>" * 200_001,
    "deep": "<div>" * 2_001,
    "tag of": "<a " + " ".join(f"q{number}" for number in range(1_000)) + ">",
    "tag of more": "<a " + " ".join(f'q{number}=">"' for number in range(1_000)) + ">",
    "formatting": "".join(f"<b id={number}>" for number in range(13)) + "<p>" * 40,
}


@pytest.mark.parametrize(("reason", "html"), BOMBS.items(), ids=BOMBS)
def test_markup_that_would_cost_too_much_is_refused(reason: str, html: str) -> None:
    with pytest.raises(ReadError, match=reason):
        refuse_bombs(html)


@pytest.mark.parametrize(
    "html",
    [
        "<b>x</b>" * 5_000,
        "<p>x<li>y<td>z<br>" * 5_000,
        '<img src="data:image/png;base64,' + "x" * 100_000 + '">',
        "<div>" * 500 + "</div>" * 500,
    ],
)
def test_large_but_honest_markup_passes(html: str) -> None:
    refuse_bombs(html)
