"""Reading re-publishers' pages, saved as text and as HTML; all texts here are invented."""

import contextlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.reading import ReadError
from data.readers.republished import is_republished, read_republished, read_republished_page

DATELINE = "2026-11-20 19:25 Last Updated At:19:38"
ZH_DATELINE = "2026年11月20日 15:15 最後更新：16:27"

PIER = "Harbour Office to close Shek Wan ferry pier for urgent repairs"
PIER_TEXT = [
    "The Harbour Office (HO) said today (November 20) that the ferry pier at Shek Wan will be"
    " closed for urgent repairs, after divers found cracks in four of its piles.",
    "Passengers should use the pier at Lung Mei in the meantime. The HO has asked the ferry"
    " companies to put on two more sailings in each peak hour while the piles are mended.",
    "Officers of the HO will stand at both piers to help passengers find the right sailing.",
]
TEA = "Inspectors seize counterfeit tea worth $2 million at Kwai Lok warehouse"
TEA_TEXT = [
    "Inspectors of the Trade Marks Unit (TMU) raided a warehouse in Kwai Lok yesterday (November"
    " 19) and seized 3 400 tins of suspected counterfeit tea with a market value of $2 million.",
    "The TMU arrested a man, 41, who is believed to run the business. The tins bore forged labels"
    " of a well-known grower, and the inspectors traced them through an online shop.",
]
CHOIR = "Schools invited to join winter singing contest at the Cultural Hall"
CHOIR_TEXT = [
    "Primary schools may enter choirs of up to forty pupils for the winter singing contest, the"
    " Arts Council announced on Friday, and the final is to be sung at the Cultural Hall.",
    "Judges will listen for tone, rhythm and expression. Winning choirs receive a trophy and"
    " a recording made by professional engineers.",
]
ZH_PIER = "海港處將封閉石環渡輪碼頭進行緊急維修"
ZH_PIER_TEXT = [
    "海港處今日（十一月二十日）表示，潛水員在石環渡輪碼頭的四條樁柱發現裂縫，碼頭須封閉進行緊急維修。",
    "乘客在維修期間可改用龍尾碼頭。海港處已要求渡輪公司在繁忙時間每小時加開兩班船，直至樁柱修復為止。",
    "海港處職員會在兩個碼頭協助乘客登船。",
]
ZH_TEA = "商標組葵樂貨倉檢獲二百萬元冒牌茶葉"
ZH_TEA_TEXT = [
    "商標組昨日（十一月十九日）突擊搜查葵樂一個貨倉，檢獲三千四百罐懷疑冒牌茶葉，市值約二百萬元。",
    "人員拘捕一名四十一歲男子，相信他是負責人。罐上貼有偽造的標籤，人員循網上商店追查得知貨源。",
]
LIST = "Lung Mei\nHome\nTai Wan\nKwai Lok"
EN_HEAD = ["Skip to Content Facebook Feature Image", PIER, "HK", f"{PIER}\nHK", "HK", PIER]
ZH_HEAD = ["跳到主要內容", "政事", ZH_PIER, "社會事", f"{ZH_PIER}\n社會事", ZH_PIER]
EN_TAIL = ["Recommended Articles", "Ten things to do this weekend", "Bus fares to rise in spring"]
ZH_TAIL = ["你或有興趣的文章", "周末好去處十選", "巴士票價明春調整", "版權所有 不得轉載"]


def dump(*blocks: str | list[str]) -> str:
    lines = [line for block in blocks for line in ([block] if isinstance(block, str) else block)]
    return "\n\n".join(lines)


def read(text: str) -> list[tuple[str, list[str]]]:
    items = read_republished(text).items
    return [(item.text.title, item.text.body.split("\n\n")) for item in items]


EN_ONE = dump(EN_HEAD, DATELINE, PIER_TEXT, EN_TAIL)
ZH_ONE = dump(ZH_HEAD, ZH_DATELINE, ZH_PIER_TEXT, ZH_TAIL)
CAPTION = ["Divers at the pier, Photo by Bastille Post"] * 2
PLAIN_CAPTION = ["Divers look at a pile of the pier"] * 3
OFFICIAL = [f"{PIER}  Source: HKSAR Government Press Releases"] * 4

SHAPES = {
    "one article": (EN_ONE, [(PIER, PIER_TEXT)]),
    "one Chinese article": (ZH_ONE, [(ZH_PIER, ZH_PIER_TEXT)]),
    "a second article after the photos of the first": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, OFFICIAL, TEA, TEA_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT), (TEA, TEA_TEXT)],
    ),
    "a second article without anything between": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, TEA, TEA_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT), (TEA, TEA_TEXT)],
    ),
    "three articles, a marker between two": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, TEA, TEA_TEXT, "Next Article", CHOIR, CHOIR_TEXT),
        [(PIER, PIER_TEXT), (TEA, TEA_TEXT), (CHOIR, CHOIR_TEXT)],
    ),
    "a marker that is joined to the headline": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, f"Next Article {CHOIR}", CHOIR_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT), (CHOIR, CHOIR_TEXT)],
    ),
    "a second Chinese article after a marker": (
        dump(ZH_HEAD, ZH_DATELINE, ZH_PIER_TEXT, "往下看更多文章", ZH_TEA, ZH_TEA_TEXT, ZH_TAIL),
        [(ZH_PIER, ZH_PIER_TEXT), (ZH_TEA, ZH_TEA_TEXT)],
    ),
    "a second Chinese article without a marker": (
        dump(ZH_HEAD, ZH_DATELINE, ZH_PIER_TEXT, ZH_TEA, ZH_TEA_TEXT, ZH_TAIL),
        [(ZH_PIER, ZH_PIER_TEXT), (ZH_TEA, ZH_TEA_TEXT)],
    ),
    "a second article with its own dateline and headline twice": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT, OFFICIAL, TEA, "HK", TEA),
            *("2026-11-19 08:05 Last Updated At:08:30", TEA_TEXT, EN_TAIL),
        ),
        [(PIER, PIER_TEXT), (TEA, TEA_TEXT)],
    ),
    "an article with a dateline below the lists of links": (
        dump(EN_ONE, TEA, "2026-11-19 08:05 Last Updated At:08:30", TEA_TEXT),
        [(PIER, PIER_TEXT), (TEA, TEA_TEXT)],
    ),
    "captions with and without their source": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT[0], CAPTION, PIER_TEXT[1], PLAIN_CAPTION),
            *(PIER_TEXT[2], OFFICIAL, EN_TAIL),
        ),
        [(PIER, PIER_TEXT)],
    ),
    "an agency's long caption and a byline": (
        dump(
            *(EN_HEAD, DATELINE, "By Harbour Desk", PIER_TEXT[0]),
            "FILE - A ferry leaves the pier at Shek Wan, which was built sixty years ago and is"
            " used by nine thousand passengers a day, on a foggy morning in Shek Wan, Friday, Nov."
            " 13, 2026. The pier has been mended four times since, most lately after a storm had"
            " torn away its roof. (AP Photo/Some Body, File)",
            *(PIER_TEXT[1:], EN_TAIL),
        ),
        [(PIER, PIER_TEXT)],
    ),
    "Chinese captions": (
        dump(
            *(ZH_HEAD, ZH_DATELINE, ["潛水員檢查樁柱。資料圖片"] * 2, ZH_PIER_TEXT[0]),
            *(["石環渡輪碼頭外觀"] * 2, ZH_PIER_TEXT[1], "碼頭樁柱。巴士的報記者攝"),
            *(ZH_PIER_TEXT[2], ["圖：海港處提供"] * 3, ZH_TAIL),
        ),
        [(ZH_PIER, ZH_PIER_TEXT)],
    ),
    "a feature picture's caption under the dateline": (
        dump(EN_HEAD, DATELINE, "Harbour Office closes pier", PIER_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "a caption that is how a paragraph begins": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT[0]),
            *(["Passengers should use the pier at Lung Mei"] * 2, PIER_TEXT[1:], EN_TAIL),
        ),
        [(PIER, PIER_TEXT)],
    ),
    "subheadings and a list": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT[0], "More sailings", PIER_TEXT[1]),
            *("Extra sailings of the ferry leave the pier at:", LIST),
            *(PIER_TEXT[2], EN_TAIL),
        ),
        [
            (
                PIER,
                [
                    *(PIER_TEXT[0], "More sailings", PIER_TEXT[1]),
                    *("Extra sailings of the ferry leave the pier at:", LIST),
                    PIER_TEXT[2],
                ],
            )
        ],
    ),
    "questions and answers": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT[0]),
            *("Reporter: How long will the pier be closed?", "Director: Until the piles hold."),
            *("Reporter: And the ferry fares?", PIER_TEXT[1], EN_TAIL),
        ),
        [
            (
                PIER,
                [
                    *(PIER_TEXT[0], "Reporter: How long will the pier be closed?"),
                    *("Director: Until the piles hold.", "Reporter: And the ferry fares?"),
                    PIER_TEXT[1],
                ],
            )
        ],
    ),
    "buttons, notices and tags among the text": (
        dump(
            *(EN_HEAD, DATELINE, "Share Facebook WhatsApp", PIER_TEXT[0], "Advertisement"),
            *(PIER_TEXT[1:], "#pier #ferry", "Copyright © 2026 The Page. All rights reserved."),
            *("We use cookies to give you the best experience.", "Share", EN_TAIL),
        ),
        [(PIER, PIER_TEXT)],
    ),
    "a blog's disclaimer": (
        dump(ZH_HEAD, ZH_DATELINE, ZH_PIER_TEXT, "** 博客文章文責自負，不代表本公司立場 **"),
        [(ZH_PIER, ZH_PIER_TEXT)],
    ),
    "the same article twice": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, "Next Article", PIER, PIER_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "a next article of which only the headline stands": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, "Next Article", TEA, EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "a teaser that breaks off": (
        dump(EN_HEAD, DATELINE, PIER_TEXT, "Next Article", TEA, TEA_TEXT[0][:-1] + "…", EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "headlines at the end that no line names": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT, "Singer returns to stage after two years"),
            *("Lottery draws record crowd in Central", "Panda cubs meet visitors at zoo"),
        ),
        [(PIER, PIER_TEXT)],
    ),
    "no blank lines": (EN_ONE.replace("\n\n", "\n"), [(PIER, PIER_TEXT)]),
    "a dateline within a line": (
        dump(PIER, f"HK {DATELINE} {PIER_TEXT[0]}", PIER_TEXT[1:], EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "a dateline in two lines": (
        dump(EN_HEAD, "2026-11-20 19:25", "Last Updated At:19:38", PIER_TEXT, EN_TAIL),
        [(PIER, PIER_TEXT)],
    ),
    "Windows line ends and full-width blanks": (
        ZH_ONE.replace("\n", "\r\n").replace("海港處將", "\u3000海港處將"),
        [(ZH_PIER, ZH_PIER_TEXT)],
    ),
    "a news agency's article": (
        dump(
            *(EN_HEAD, DATELINE, PIER_TEXT, "Volcano erupts on remote island after long sleep"),
            "PORT MARY (AP) — A volcano erupted on Sunday on a remote island in the southern ocean"
            " after ninety years of sleep, sending ash four kilometres high.",
            "No one lives within sight of it, geologists said.",
        ),
        [
            (PIER, PIER_TEXT),
            (
                "Volcano erupts on remote island after long sleep",
                [
                    "PORT MARY (AP) — A volcano erupted on Sunday on a remote island in the"
                    " southern ocean after ninety years of sleep, sending ash four kilometres"
                    " high.",
                    "No one lives within sight of it, geologists said.",
                ],
            ),
        ],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_dump_gives_exactly_its_articles_with_clean_bodies(shape: str) -> None:
    text, articles = SHAPES[shape]
    assert read(text) == articles


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "no blank lines"])
def test_the_html_of_a_page_gives_what_its_text_gives(shape: str) -> None:
    text, _ = SHAPES[shape]
    paragraphs = [f"<p>{block.replace(chr(10), '<br>')}</p>" for block in text.split("\n\n")]
    page = (
        "<!DOCTYPE html><html><head><title>Page</title><style>p{}</style></head><body>"
        f"<nav><a>Home</a> <a>A section of the site</a></nav>{''.join(paragraphs)}"
        "<figure><img><figcaption>A caption of its own</figcaption></figure>"
        "<footer>About us</footer><script>var x = 1;</script></body></html>"
    )
    address = "https://www.example.org/global/article/1-pier"
    from_page = [item.text for item in read_republished_page(page, address).items]
    from_text = [item.text for item in read_republished(text, "saved.txt").items]
    assert [(one.id, one.title, one.body, one.issued_at) for one in from_page] == [
        (one.id, one.title, one.body, one.issued_at) for one in from_text
    ]
    assert {one.url for one in from_page} == {address}
    assert {one.url for one in from_text} == {""}


def test_the_real_dump_holds_two_releases(gia: Path) -> None:
    [saved] = sorted((gia.parent / "seeds").glob("*.txt"))
    text = saved.read_text("utf-8")
    assert is_republished(text)
    items = read_republished(text, saved.name).items
    assert len(items) == 2
    assert [len(item.text.body.split("\n\n")) for item in items] == [6, 5]
    assert {item.source for item in items} == {"bastillepost"}
    for item in items:
        assert item.text.language == "en"
        for waste in ("Photo", "Source:", "Recommended", item.text.title):
            assert waste not in item.text.body


def test_each_article_has_its_own_dateline_or_the_page_s() -> None:
    own = "2026-11-19 08:05 Last Updated At:08:30"
    text = dump(EN_HEAD, DATELINE, PIER_TEXT, TEA, own, TEA_TEXT, CHOIR, CHOIR_TEXT)
    moments = [item.text.issued_at for item in read_republished(text).items]
    assert moments == [
        datetime.fromisoformat(moment)
        for moment in (
            "2026-11-20T19:25+08:00",
            "2026-11-19T08:05+08:00",
            "2026-11-20T19:25+08:00",
        )
    ]


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("A second raid was conducted from December 29 to 31, 2026, in the same district.", "31"),
        ("A further raid will take place on December 29, 2026, in the same district.", None),
        ("A further raid was made on November 2, 2026, in the same district.", None),
    ],
)
def test_a_later_day_of_which_a_text_speaks_as_past_dates_it(
    sentence: str, day: str | None
) -> None:
    undated = [TEA_TEXT[0].replace(" (November 19)", ""), TEA_TEXT[1], sentence]
    text = dump(EN_HEAD, DATELINE, PIER_TEXT, "Next Article", TEA, undated)
    issued_at = read_republished(text).items[1].text.issued_at
    expected = f"2026-12-{day}T00:00+08:00" if day else "2026-11-20T19:25+08:00"
    assert issued_at == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("今日（十二月三日）", "2026-12-03"),
        ("今日（21日）", "2026-11-21"),
        ("今早（一月二日）", "2027-01-02"),
    ],
)
def test_the_day_that_a_text_calls_today_dates_it(said: str, day: str) -> None:
    tea = [text.replace("昨日（十一月十九日）", said) for text in ZH_TEA_TEXT]
    text = dump(ZH_HEAD, ZH_DATELINE, ZH_PIER_TEXT, "往下看更多文章", ZH_TEA, tea)
    issued_at = read_republished(text).items[1].text.issued_at
    assert issued_at == datetime.fromisoformat(f"{day}T00:00+08:00")


@pytest.mark.parametrize(
    ("footer", "moment"),
    [
        (
            "Ends/Friday, November 20, 2026\nIssued at HKT 15:55\n\nNNNN",
            "2026-11-20T15:55+08:00",
        ),
        ("完\n\n2026年11月20日（星期五）\n香港時間17時27分", "2026-11-20T17:27+08:00"),
    ],
)
def test_a_saved_text_of_one_release_is_read(footer: str, moment: str) -> None:
    title, body = (PIER, PIER_TEXT) if "Ends" in footer else (ZH_PIER, ZH_PIER_TEXT)
    text = dump(title, "The following is issued on behalf of the Harbour Office:", body, footer)
    [item] = read_republished(text, "release.txt").items
    assert item.text.title == title
    assert item.text.body.split("\n\n")[1:] == body
    assert item.text.issued_at == datetime.fromisoformat(moment)
    assert item.source == "gia"


def test_two_articles_under_one_title_are_both_kept() -> None:
    text = dump(EN_HEAD, DATELINE, PIER_TEXT, "Next Article", PIER, TEA_TEXT, EN_TAIL)
    items = read_republished(text).items
    assert [item.text.body.split("\n\n") for item in items] == [PIER_TEXT, TEA_TEXT]
    assert items[0].text.id != items[1].text.id


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no headline"),
        ("   \n\n", "no headline"),
        ("Only a headline of some words", "no headline"),
        (dump(PIER, PIER_TEXT), "when it was issued"),
        (dump(DATELINE), "no headline"),
        ("a\n" * 4_000, "more lines"),
        ("word " * 300_000, "larger"),
    ],
)
def test_what_holds_no_release_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_republished(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (EN_ONE, True),
        (ZH_ONE, True),
        (f"<html><body><span>2026-11-20 19:25</span> <i>Last Updated At:19:38</i>{PIER}", True),
        (f"<html><body><p>{ZH_PIER}</p><h3>往下看更多文章</h3><h3>你或有興趣的文章</h3>", True),
        (dump(PIER, "HK", PIER, PIER_TEXT), True),
        (dump(PIER, PIER_TEXT, EN_TAIL), True),
        (dump(PIER, PIER_TEXT), False),
        ("<html><body><p>Last updated: 20 November 2026</p></body></html>", False),
        ("<html>" + "<" * 1_000_000, False),
        ("", False),
    ],
)
def test_a_re_publisher_s_page_is_known_by_its_shape(text: str, expected: bool) -> None:
    assert is_republished(text) is expected


PIECES = st.sampled_from(
    [
        *(DATELINE, ZH_DATELINE, PIER, TEA, ZH_PIER, "HK", "Next Article", "往下看更多文章", "\n"),
        *(PIER_TEXT[0], TEA_TEXT[0], ZH_PIER_TEXT[0], "Recommended Articles", "完", "NNNN", "…"),
        *("2026-02-30 25:61 Last Updated At:99:99", "Ends/Friday, May 1, 2026", "(1)", "a | b"),
        *("今日（九十九月九日）", "今日（月日）", "February 30, 2026 was", "二○二六年十三月一日了"),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=60)), max_size=25), st.sampled_from("\n \t"))
def test_any_text_is_read_or_refused_by_name(pieces: list[str], joint: str) -> None:
    text = f"\n{joint}".join(pieces)
    is_republished(text)
    with contextlib.suppress(ReadError):
        items = read_republished(text).items
        assert len({item.text.id for item in items}) == len(items) > 0
        assert all(item.text.body for item in items)
    with contextlib.suppress(ReadError):
        read_republished_page(text, "https://www.example.org/1")
