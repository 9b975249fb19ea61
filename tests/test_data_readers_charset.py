"""Bytes to text, whatever charset is declared."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.charset import decode_feed, decode_html, is_mangled
from data.readers.reading import ReadError

TRADITIONAL = "海港署今日公布，新碼頭將於下月一日起啟用，市民可以在網上查詢有關的服務時間。"
SIMPLIFIED = "海港署今日公布，新码头将于下月一日起启用，市民可以在网上查询有关的服务时间。"
ENGLISH = "The Harbour Department’s café opens today – £5 a cup."
DECLARED = ["utf-8", "big5", "Big5-HKSCS", "gb2312", "gbk", "iso-8859-1", "windows-1252", "x", ""]


def page(text: str, declared: str) -> str:
    return f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL + "咗嘅啲喺嚟", "big5hkscs"),
        (TRADITIONAL + "€", "cp950"),
        (TRADITIONAL, "gb18030"),
        (SIMPLIFIED, "gb2312"),
        (SIMPLIFIED + "𠀀", "gb18030"),
        (TRADITIONAL, "utf-16"),
        (TRADITIONAL, "utf-16-le"),
        (TRADITIONAL, "utf-32"),
        (TRADITIONAL, "utf-8-sig"),
        (ENGLISH, "utf-8"),
    ],
)
def test_text_is_read_whatever_is_declared(text: str, charset: str, declared: str) -> None:
    html = page(text, declared)
    assert decode_html(html.encode(charset)) == html


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "us-ascii"])
def test_western_text_is_read_as_declared(declared: str) -> None:
    html = page(ENGLISH, declared)
    assert decode_html(html.encode("cp1252")) == html


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (page("x", "utf-7").encode(), "utf-7"),
        (page("x", "hz-gb-2312").encode(), "hz-gb-2312"),
        (page("~{<:Ky~}", "iso-2022-cn").encode(), "iso-2022-cn"),
        (bytes(range(128, 256)) * 4, "no charset"),
        (page(ENGLISH, "").encode("cp1252"), "no charset"),
    ],
)
def test_text_that_nobody_can_be_sure_of_is_refused(content: bytes, named: str) -> None:
    with pytest.raises(ReadError, match=named):
        decode_html(content)


def test_a_few_bad_bytes_in_utf8_are_shown_and_do_not_change_the_charset() -> None:
    content = page(TRADITIONAL * 4, "big5").encode()
    at = content.index("署".encode())
    damaged = decode_html(content[:at] + b"\xff" + content[at + 3 :])
    assert damaged == page(TRADITIONAL * 4, "big5").replace("署", "\ufffd", 1)


def test_a_text_that_is_cut_within_a_character_keeps_the_rest() -> None:
    for charset in ("utf-8", "big5"):
        content = TRADITIONAL.encode(charset)
        assert decode_html(content[:-1]) == TRADITIONAL[:-1]


def test_the_declaration_of_a_feed_is_dropped_with_what_it_says() -> None:
    assert decode_feed(b'\n<?xml version="1.0" encoding="big5"?><rss/>') == "<rss/>"
    assert decode_feed(b"<rss/>") == "<rss/>"


@pytest.mark.parametrize(
    ("text", "mangled"),
    [
        (TRADITIONAL, False),
        (ENGLISH, False),
        ("Señor Ibáñez naïvely ordered crème brûlée à la façon d’été", False),
        (TRADITIONAL.encode().decode("latin-1"), True),
        (TRADITIONAL.encode().decode("cp1252", "ignore"), True),
        (TRADITIONAL.replace("公", "\ufffd"), True),
        (TRADITIONAL * 10 + "\ufffd", False),
        ("", False),
    ],
)
def test_text_that_was_read_in_the_wrong_charset_is_known(text: str, mangled: bool) -> None:
    assert is_mangled(text) is mangled


@given(st.binary(max_size=2000) | st.binary(max_size=500).map(lambda tail: b"<p>\xb4\xe4" + tail))
def test_any_bytes_are_decoded_or_refused(content: bytes) -> None:
    with contextlib.suppress(ReadError):  # anything else is a failure
        assert isinstance(decode_html(content), str)
        assert isinstance(decode_feed(content), str)


@given(st.text(max_size=300))
def test_any_utf8_is_read_as_it_was_written(text: str) -> None:
    assert decode_html(("\u9999" + text).encode()) == "\u9999" + text
