"""The local chat's text, entities and markup, by Telegram's rules."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.local.detect import find_entities
from bot.local.entities import (
    Entity,
    EntityError,
    Formatted,
    arrange,
    read_wire_entity,
    tidy,
    with_found,
)
from bot.local.markup import check_link, parse_html

EMOJI_AND_CHINESE = st.text(
    st.one_of(
        st.sampled_from("🐉📰👩‍👩‍👧通報摘要。，a b\n<>&\"'#;x27"),
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Mn")),
    ),
    min_size=1,
    max_size=200,
)
TAGS = st.sampled_from(["b", "i", "u", "s", "code", "pre", "blockquote", "tg-spoiler", "em"])
MARKUP_PIECES = st.lists(
    st.one_of(
        TAGS.map(lambda tag: f"<{tag}>"),
        TAGS.map(lambda tag: f"</{tag}>"),
        st.sampled_from(
            [
                '<a href="https://a.example/?q=1&amp;b">',
                "</a>",
                "</>",
                "<",
                "&",
                "&#",
                '="',
                "🐉",
                "通 ",
            ]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
)
ENTITIES = st.lists(
    st.builds(
        Entity,
        st.sampled_from(["bold", "italic", "code", "pre", "text_link", "blockquote", "spoiler"]),
        st.integers(0, 19),
        st.integers(1, 10),
    ).filter(lambda entity: entity.end <= 20),
    max_size=12,
)


def show(markup: str) -> Formatted:
    parsed = parse_html(markup)
    return tidy(parsed.text, parsed.entities)


def brief(formatted: Formatted) -> list[tuple[str, str]]:
    return [(e.type, formatted.text[e.offset : e.end]) for e in formatted.entities]


@pytest.mark.parametrize(
    ("markup", "text", "entities"),
    [
        ("<b>x</b> y", "x y", [("bold", "x")]),
        ("<STRONG>x</strong>", "x", [("bold", "x")]),
        ("<i>a</i><em>b</em>", "ab", [("italic", "ab")]),
        (
            "<del>a</del> <strike>b</strike>",
            "a b",
            [("strikethrough", "a"), ("strikethrough", "b")],
        ),
        ("<u>a</u> <ins>b</ins>", "a b", [("underline", "a"), ("underline", "b")]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [("spoiler", "a")]),
        ('<span class="tg-spoiler">a</span>', "a", [("spoiler", "a")]),
        ("<span class=tg-spoiler>a</span>", "a", [("spoiler", "a")]),
        ("<blockquote>a\nb</blockquote>c", "a\nbc", [("blockquote", "a\nb")]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", "a")]),
        ("<pre>a</pre>", "a", [("pre", "a")]),
        ("<b>a</>", "a", [("bold", "a")]),
        ("<b ></b >a", "a", []),
        ("<b>  </b>a", "a", []),
        ("&lt;b&gt; &amp;amp; &quot;&#39;&#x27;", "<b> &amp; \"''", []),
        ("&nbsp;&copy; &ltx; &lt", "&nbsp;&copy; &ltx; <", []),
        ("&#0;&#1114112;x", "&#0;&#1114112;x", []),
        ("<b>粗<i>斜</i>體</b>", "粗斜體", [("bold", "粗"), ("bold", "斜體"), ("italic", "斜")]),
        ("<code>a<b>b</b></code>", "ab", [("code", "ab")]),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "ab", [("blockquote", "ab")]),
        ('<a href="foo">x</a>', "x", []),
        ("<b>a\n</b>\n ", "a", [("bold", "a")]),
        ("\n <b> a</b>", "a", [("bold", "a")]),
    ],
)
def test_markup_shows_as_telegram_shows_it(
    markup: str, text: str, entities: list[tuple[str, str]]
) -> None:
    formatted = show(markup)
    assert (formatted.text, brief(formatted)) == (text, entities)


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        ("abc<br>", 'Unsupported start tag "br" at byte offset 3'),
        ("通<br/>", 'Unsupported start tag "br/" at byte offset 3'),
        ("<p>a</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("1 <2", "Unclosed start tag at byte offset 2"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ("<a href=", "Unclosed start tag at byte offset 0"),
        ("<a href=x", "Unclosed start tag at byte offset 0"),
        ("<a href=http://x>a</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">a</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ('<a href="x"/>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        (
            "<b><i>報</b></i>",
            'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"',
        ),
        ('<tg-emoji emoji-id="x">a</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="x">a</tg-time>', "Invalid Unix time specified"),
        ('<tg-time unix="1" format="q">a</tg-time>', "Invalid date-time format specified"),
    ],
)
def test_markup_that_telegram_refuses_is_refused_in_its_words(markup: str, refusal: str) -> None:
    with pytest.raises(EntityError) as refused:
        parse_html(markup)
    assert str(refused.value) == f"Can't parse entities: {refusal}"


@pytest.mark.parametrize(
    ("markup", "kind", "details"),
    [
        ('<a href="https://A.Example">x</a>', "text_link", {"url": "https://a.example/"}),
        ("<a>a.example/x</a>", "text_link", {"url": "http://a.example/x"}),
        (
            "<a href='https://a.example/?a=1&amp;b=2'>x</a>",
            "text_link",
            {"url": "https://a.example/?a=1&b=2"},
        ),
        ('<pre><code class="language-c">x</code></pre>', "pre", {"language": "c"}),
        ('<code class="language-c"><pre>x</pre></code>', "pre", {"language": "c"}),
        ("<pre><code>x</code></pre>", "pre", {}),
        ('<code class="language-c">x</code>', "code", {}),
        ('<tg-emoji emoji-id="53">👍</tg-emoji>', "custom_emoji", {"custom_emoji_id": "53"}),
        (
            '<tg-time unix="1763791200" format="wDT">x</tg-time>',
            "date_time",
            {"unix_time": 1763791200, "date_time_format": "wDT"},
        ),
    ],
)
def test_what_a_tag_says_beside_its_text_is_kept(
    markup: str, kind: str, details: dict[str, Any]
) -> None:
    (entity,) = show(markup).entities
    assert (entity.type, entity.details) == (kind, details)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "tg://user?id=1", "https://", "localhost", "a.example:0", "a"]
)
def test_an_address_that_is_none_makes_no_link(url: str) -> None:
    assert check_link(url) is None


@given(EMOJI_AND_CHINESE)
def test_any_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text)) == Formatted(text)


@given(st.text(" \n"), EMOJI_AND_CHINESE)
def test_tidying_trims_and_a_second_time_changes_nothing(blanks: str, text: str) -> None:
    once = tidy(f"{blanks}通{text}")
    assert once.text == f"通{text}".rstrip(" \n")
    assert tidy(once.text) == once


@given(EMOJI_AND_CHINESE, EMOJI_AND_CHINESE, EMOJI_AND_CHINESE)
def test_offsets_on_the_wire_count_utf_16_units(before: str, marked: str, after: str) -> None:
    parsed = parse_html(f"{html.escape(before)}<b>{html.escape(marked)}</b>{html.escape(after)}")
    (wire,) = parsed.to_wire()
    units = parsed.text.encode("utf-16-le")
    begin, end = 2 * wire["offset"], 2 * (wire["offset"] + wire["length"])
    assert units[begin:end].decode("utf-16-le") == marked
    assert read_wire_entity(parsed.text, wire) == parsed.entities[0]


@given(MARKUP_PIECES)
def test_hostile_markup_is_shown_or_refused_and_nothing_else(pieces: list[str]) -> None:
    try:
        formatted = show("".join(pieces))
    except EntityError:
        return
    assert all(0 <= e.offset < e.end <= len(formatted.text) for e in formatted.entities)


@given(ENTITIES)
def test_arranged_entities_never_cross_and_stay_as_they_are(entities: list[Entity]) -> None:
    arranged = arrange(entities)
    for one in arranged:
        for other in arranged:
            assert one.covers(other) or other.covers(one) or not one.overlaps(other)
    assert arrange(arranged) == arranged


@given(ENTITIES)
def test_arranging_marks_no_character_that_was_not_marked(entities: list[Entity]) -> None:
    def marked(some: list[Entity]) -> set[tuple[str, int]]:
        return {(e.type, place) for e in some for place in range(e.offset, e.end)}

    assert marked(list(arrange(entities))) <= marked(entities)


@pytest.mark.parametrize("text", ["", "   \n", "\u200b\u2060", "\u3000", "\x00\x01"])
def test_a_text_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(EntityError, match="Text must be non-empty"):
        tidy(text)


def test_unprintable_characters_go_or_become_spaces() -> None:
    formatted = tidy("a\tb\r\n\u202ec🐉d", [Entity("bold", 6, 3)])
    assert (formatted.text, brief(formatted)) == ("a b\nc🐉d", [("bold", "c🐉d")])


def test_a_style_is_split_where_a_link_stands_in_it() -> None:
    formatted = show('<b>a <a href="https://a.example">b</a> c</b>')
    assert brief(formatted) == [("bold", "a "), ("text_link", "b"), ("bold", "b"), ("bold", "c")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/start", [("bot_command", "/start")]),
        ("/latest@tongbao_bot 5", [("bot_command", "/latest@tongbao_bot")]),
        ("try /help, or /topic.", [("bot_command", "/help"), ("bot_command", "/topic")]),
        ("1/2 and a/b and //x", []),
        ("見 https://www.info.gov.hk/gia/x.htm。", [("url", "https://www.info.gov.hk/gia/x.htm")]),
        ("(www.info.gov.hk/gia).", [("url", "www.info.gov.hk/gia")]),
        ("mail a.b@example.org now", [("email", "a.b@example.org")]),
        ("@hkobs #天氣 #1 C#", [("mention", "@hkobs"), ("hashtag", "#天氣")]),
        ("P2025.11 e.g. 6.40am", []),
    ],
)
def test_what_nobody_marked_is_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert brief(with_found(Formatted(text), find_entities(text))) == expected


def test_what_is_marked_already_is_not_found_again() -> None:
    formatted = show("<code>/start</code> <b>/help</b>")
    found = with_found(formatted, find_entities(formatted.text))
    assert brief(found) == [("code", "/start"), ("bold", "/help"), ("bot_command", "/help")]


def test_entities_after_the_hundredth_are_dropped() -> None:
    formatted = show("<b>a</b> " * 150)
    assert len(with_found(formatted, ()).entities) == 100


@pytest.mark.parametrize(
    "value",
    [
        {"offset": 1, "length": 1},
        {"offset": -1, "length": 1},
        {"offset": 0, "length": 9},
        {"offset": "0", "length": 1},
        {},
    ],
)
def test_an_entity_that_does_not_fit_its_text_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(EntityError):
        read_wire_entity("🐉a", {"type": "bold", **value})


@pytest.mark.parametrize(
    "build",
    [
        lambda: "<b>" * 10_000,
        lambda: "<b>a</b>" * 4_000,
        lambda: "&" * 30_000,
        lambda: "<a " + "x=" * 10_000,
        lambda: "a-" * 15_000 + "@" + "b." * 500,
    ],
    ids=["open", "many", "ampersands", "attributes", "address"],
)
@pytest.mark.timeout(5)
def test_a_long_hostile_text_takes_no_long_time(build: Callable[[], str]) -> None:
    text = build()
    find_entities(text)
    try:
        show(text)
    except EntityError:
        return
