"""Reading feeds: whole, damaged and hostile."""

import contextlib
import re
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import feedparser
import pytest
from factories import EN_ID, make_feed, make_text
from hypothesis import given
from hypothesis import strategies as st
from measured import run_measured

from data.readers.feed import is_feed, read_feed
from data.readers.feed_xml import MAX_ENTRIES
from data.readers.reading import ReadError, Readings

DATE = "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate>"
SOUND = (
    f"<title>Lanterns</title><link>https://example.org/1</link>{DATE}"
    "<description>Lit.</description>"
)
ZH_TITLE = "海港署公布新碼頭啟用安排"
ZH_BODY = (
    "海港署今日（十一月二十一日）公布，新碼頭將於下月一日起啟用，市民可以在網上查詢有關的服務時間。\n\n"
    "發言人說：「我們會與各部門合作，確保新設施安全，並會在有需要時增加人員。」"
)


def rss(*items: str, before: str = "", head: str = "") -> str:
    wrapped = "".join(f"<item>{item}</item>" for item in items)
    return f'{before}<rss version="2.0"><channel>{head}{wrapped}</channel></rss>'


def read(document: str) -> Readings:
    return read_feed(document.encode())


def check(readings: Readings) -> None:
    """What holds for every text that comes out of any bytes."""
    for item in readings.items:
        text = item.text
        assert text.title == text.title.strip() != ""
        assert text.body == text.body.strip() != ""
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text.title + text.body)
        assert text.issued_at.tzinfo is UTC
        assert text.id
        assert item.source


def test_a_feed_gives_back_the_texts_it_was_made_from() -> None:
    texts = [make_text("en"), make_text("zh")]
    readings = read_feed(make_feed(texts))
    assert [item.text for item in readings.items] == texts
    assert [item.source for item in readings.items] == ["gia", "gia"]
    assert readings.faults == ()


def test_entries_that_lack_a_part_are_named_and_the_others_kept() -> None:
    deep = "&lt;div&gt;" * 100_000
    date, text = DATE, "<description>x</description>"
    broken = {
        f"<title>No link</title>{date}{text}": "web link",
        f"<link>https://example.org/1</link>{text}": "no title",
        f"<title>No date</title><link>https://example.org/2</link>{text}": "date",
        f"<title>D</title><link>https://example.org/2</link><pubDate>soon</pubDate>{text}": "date",
        f"<title>Bad link</title><link>http://[::1/x</link>{date}{text}": "web link",
        f"<title>Bad link</title><link>javascript:alert(1)</link>{date}{text}": "web link",
        f"<title>Deep</title><link>https://example.org/4</link>{date}"
        f"<description>{deep}</description>": "nests",
        f"<title>{'x' * 501}</title><link>https://example.org/5</link>{date}{text}": "a title of",
        f"<title>Long</title><link>https://example.org/6</link>{date}"
        f"<description>{'x' * 1_000_001}</description>": "a text of",
        f"<title>Lost \ufffd</title><link>https://example.org/7</link>{date}{text}": "can't be",
    }
    readings = read(rss(*broken, SOUND))
    assert [item.text.title for item in readings.items] == ["Lanterns"]
    for fault, reason in zip(readings.faults, broken.values(), strict=True):
        assert reason in fault


def test_an_entry_without_a_text_is_listed_for_its_page() -> None:
    link = "<link>https://example.org/3</link>"
    for text in ("", "<description/>", "<description><![CDATA[<img src='x'>]]></description>"):
        readings = read(rss(f"<title>Pictures</title>{link}{DATE}{text}", SOUND))
        assert [item.text.title for item in readings.items] == ["Lanterns"]
        (listed,) = readings.listed
        assert (listed.url, listed.title) == ("https://example.org/3", "Pictures")
        assert listed.issued_at == readings.items[0].text.issued_at


def test_a_truncated_feed_keeps_what_came_whole_and_no_half_entry() -> None:
    content = make_feed([make_text("en"), make_text("zh")])
    second = content.rindex(b"<item>")
    for end in range(second + 6, content.rindex(b"</item>")):
        readings = read_feed(content[:end])
        assert [item.text for item in readings.items] == [make_text("en")]
        assert "damaged" in readings.faults[0]


def test_entries_on_both_sides_of_damage_are_kept_and_the_damage_is_named() -> None:
    items = [SOUND.replace("/1", f"/{number}") for number in range(4)]
    items[1] = items[1].replace("Lit.", "Salt &nbsp;& pepper")
    readings = read(rss(*items))
    assert [item.text.body for item in readings.items] == ["Lit.", "Salt & pepper", "Lit.", "Lit."]
    assert "damaged" in readings.faults[0]


def test_control_characters_are_dropped_and_the_rest_is_read() -> None:
    readings = read(rss(SOUND.replace("Lit.", "L\x00i\x0bt\x1f&#x1;&#7;.")))
    assert readings.items[0].text.body == "Lit."
    assert readings.faults == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an RSS or Atom feed"),
        (b"just words", "not an RSS or Atom feed"),
        (b"<html><body>Down for maintenance</body></html>", "not an RSS or Atom feed"),
        (b'{"title": "json"}', "not an RSS or Atom feed"),
        (b"\x00\xff\x00", "charset"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel>', "damaged"),
        (b"<rss>" * 100_000, "nests"),
        (b'<?xml version="1.0" encoding="utf-7"?><rss/>', "charset utf-7"),
        (b'<?xml version="1.0" encoding="hz-gb-2312"?><rss/>', "charset hz"),
        (b'<?xml version="1.0" encoding="iso-2022-jp"?><rss/>', "charset iso-2022-jp"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_feed(content)


BOMB = '<!DOCTYPE rss [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>'
DOCTYPES = [
    BOMB,
    '<!DOCTYPE rss SYSTEM "file:///etc/passwd">',
    '<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]>',
    f"<!--{'x' * 1_000_000}-->{BOMB}",
    f"<?pi {'x' * 5000}?><!-- <rss> <item> -->{BOMB}",
    '<!doctype rss [<!entity a "lol">]>',
]


@pytest.mark.parametrize("doctype", DOCTYPES, ids=range(len(DOCTYPES)))
@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_a_doctype_is_refused_wherever_it_hides(doctype: str, charset: str) -> None:
    with pytest.raises(ReadError, match="DOCTYPE"):
        read_feed(rss(SOUND, before=doctype).encode(charset))


def test_a_doctype_in_an_escaped_text_is_text() -> None:
    text = "<description><![CDATA[<!DOCTYPE html><p>Lit.</p>]]></description>"
    assert read(rss(SOUND.replace("<description>Lit.</description>", text))).items


def test_a_doctype_in_a_damaged_feed_is_refused_too() -> None:
    with pytest.raises(ReadError, match="DOCTYPE"):
        read(rss(SOUND.replace("Lit.", "&b; & c"), before="<oops>" + BOMB))


def test_an_empty_feed_is_a_feed_without_entries() -> None:
    assert read_feed(make_feed([])) == Readings(is_feed=True)


@pytest.mark.parametrize("declared", ["utf-8", "big5", "gb2312", "iso-8859-1", "utf-16", "x-odd"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "big5hkscs", "gb18030", "utf-16"])
def test_a_wrongly_declared_charset_hurts_no_text(declared: str, charset: str) -> None:
    text = make_text("zh", title=ZH_TITLE, body=ZH_BODY)
    document = make_feed([text]).decode().replace('encoding="utf-8"', f'encoding="{declared}"')
    assert [item.text for item in read_feed(document.encode(charset)).items] == [text]


def test_characters_of_the_hong_kong_set_are_read() -> None:
    text = make_text("zh", title="深水埗及鰂魚涌街市開放時間", body=ZH_BODY + "咗嘅啲喺嚟瞓")
    document = make_feed([text]).decode().replace("utf-8", "big5")
    assert read_feed(document.encode("big5hkscs")).items[0].text == text


def test_utf8_that_was_encoded_twice_is_refused() -> None:
    text = make_text("zh", title=ZH_TITLE, body=ZH_BODY)
    twice = make_feed([text]).decode("latin-1").encode()
    readings = read_feed(twice)
    assert readings.items == ()
    assert "can't be read" in readings.faults[0]


ATOM = "http://www.w3.org/2005/Atom"
KINDS = {
    "rss 2.0 with full content": (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<item><title>T</title><link>https://example.org/1</link>"
        "<pubDate>Sat, 21 Nov 2026 07:30:00 GMT</pubDate><description>Short.</description>"
        "<content:encoded><![CDATA[<p>Long &amp; whole.</p>]]></content:encoded></item>"
        "</channel></rss>"
    ),
    "rss 0.91 with a date of dublin core": (
        '<rss version="0.91" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        "<item><title>T</title><link>https://example.org/1</link>"
        "<dc:date>2026-11-21T15:30+08:00</dc:date>"
        "<description>&lt;p&gt;Long &amp;amp; whole.&lt;/p&gt;</description></item>"
        "</channel></rss>"
    ),
    "rss 1.0": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://example.org/"><title>Feed</title></channel>'
        '<item rdf:about="https://example.org/1"><title>T</title>'
        "<link>https://example.org/1</link><dc:date>2026-11-21T07:30:00Z</dc:date>"
        "<description>Long &amp;amp; whole.</description></item></rdf:RDF>"
    ),
    "atom 1.0 with xhtml, a base and a quoted source": (
        f'<feed xmlns="{ATOM}" xml:base="https://example.org/a/"><title>Feed</title>'
        '<link rel="self" href="feed.xml"/><entry xml:base="../"><title type="html">T</title>'
        '<link rel="enclosure" href="photo.jpg"/><link href="1"/><id>https://example.org/1</id>'
        "<source><title>Other</title><updated>2001-01-01T00:00:00Z</updated></source>"
        "<published>2026-11-21T07:30:00Z</published><updated>2026-11-22T07:30:00Z</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long &amp; whole.'
        "<br/></p></div></content></entry></feed>"
    ),
    "atom 0.3": (
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>T</title>'
        '<link rel="alternate" type="text/html" href="https://example.org/1"/>'
        "<id>https://example.org/1</id><issued>2026-11-21T15:30:00+08:00</issued>"
        "<modified>2026-11-22T07:30:00Z</modified>"
        '<content type="text/html" mode="escaped">Long &amp;amp; whole.</content></entry></feed>'
    ),
    "atom with prefix and plain text": (
        f'<a:feed xmlns:a="{ATOM}"><a:entry><a:title>T</a:title><a:id>https://example.org/1</a:id>'
        '<a:link href="https://example.org/1"/><a:updated>2026-11-21T07:30:00Z</a:updated>'
        '<a:summary type="text">Long &amp; whole.</a:summary></a:entry></a:feed>'
    ),
    "rss with relative links, media titles and an atom link": (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"'
        f' xmlns:atom="{ATOM}"><channel><atom:link rel="self" href="https://other.org/feed"/>'
        "<link>https://example.org/news</link><image><title>Logo</title></image>"
        "<item><media:title>Photo</media:title><title>T</title><link>/1</link>"
        "<media:description>Photo of a lamp that is longer than the text</media:description>"
        f"{DATE}<description>Long &amp;amp; whole.</description></item></channel></rss>"
    ),
    "rss whose guid is the link": (
        f"<rss><channel><item><title>T</title><guid>https://example.org/1</guid>{DATE}"
        "<description>Long &amp;amp; whole.</description></item></channel></rss>"
    ),
}


@pytest.mark.parametrize("document", KINDS.values(), ids=KINDS)
def test_each_kind_of_feed_gives_the_same_release(document: str) -> None:
    assert is_feed(document.encode())
    readings = read(document)
    assert readings.faults == ()
    text = readings.items[0].text
    assert (text.title, text.body) == ("T", "Long & whole.")
    assert (text.id, text.url) == ("https://example.org/1", "https://example.org/1")
    assert text.issued_at.isoformat() == "2026-11-21T07:30:00+00:00"
    assert readings.items[0].source == "example.org"


def test_entries_that_share_a_link_have_ids_of_their_own() -> None:
    guid = '<guid isPermaLink="false">warning-{}</guid>'
    later = SOUND.replace("15:30", "15:45")
    named = read(rss(SOUND + guid.format(1), later + guid.format(2))).items
    assert [item.text.id for item in named] == ["warning-1", "warning-2"]
    unnamed = read(rss(SOUND, later)).items
    assert [item.text.id for item in unnamed] == [
        "https://example.org/1#20261121T073000Z",
        "https://example.org/1#20261121T074500Z",
    ]
    assert {item.text.url for item in unnamed} == {"https://example.org/1"}


def test_a_guid_that_is_no_permanent_link_is_no_link() -> None:
    no_link = SOUND.replace("<link>https://example.org/1</link>", "")
    guid = '<guid isPermaLink="false">https://example.org/9</guid>'
    assert "web link" in read(rss(no_link + guid)).faults[0]


@pytest.mark.parametrize(
    ("title", "clean", "single"),
    [
        ("Notice (English only) (2)", "Notice", True),
        ("公告（只有中文）", "公告", True),
        ("Fire (with photos)", "Fire", False),
        ("Fish &amp;amp; chips for &lt;b&gt;all&lt;/b&gt;", "Fish & chips for all", False),
        ("If a &lt; b", "If a < b", False),
    ],
)
def test_the_title_says_whether_there_is_another_language(
    title: str, clean: str, single: bool
) -> None:
    item = read(rss(SOUND.replace("Lanterns", title))).items[0]
    assert (item.text.title, item.single_language) == (clean, single)


def test_a_time_without_a_zone_is_hong_kongs() -> None:
    item = read(rss(SOUND.replace(" +0800", ""))).items[0]
    assert item.text.issued_at.isoformat() == "2026-11-21T07:30:00+00:00"


def test_no_more_entries_are_taken_than_any_feed_has() -> None:
    readings = read(rss(*[SOUND] * (MAX_ENTRIES + 10)))
    assert len(readings.items) == MAX_ENTRIES
    assert "more than 5,000 entries" in readings.faults[0]


def test_thousands_of_faults_are_named_in_a_few_lines() -> None:
    readings = read(rss(*["<title>x</title>"] * 300, SOUND))
    assert len(readings.items) == 1
    assert len(readings.faults) == 101
    assert readings.faults[-1] == "and 200 faults more"


def test_the_real_feeds_read_as_by_feedparser(gia: Path) -> None:
    for code in ("en", "zh"):
        content = (gia / f"general_{code}.xml").read_bytes()
        parsed = feedparser.parse(content).entries
        items = read_feed(content).items
        assert [item.text.url for item in items] == [entry.link for entry in parsed]
        assert [item.text.issued_at.timetuple()[:6] for item in items] == [
            entry.published_parsed[:6] for entry in parsed
        ]
        assert {item.text.language for item in items} == {code}


PIECES = (
    *(
        "<item>",
        "</item>",
        "<title>",
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&nbsp;",
        "&#1;",
        "\x00",
        "\x0b",
    ),
    *("<!--", "-->", "<?x?>", "&", "<", ">", '"', "\ufffd", "\u200b", "<b>", "</description>"),
    *("<!DOCTYPE a>", "<link/>", "\xa0", "\U00020000", "\ud7ff", "<td>", "<br>", " " * 50),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A good feed with bytes flipped, left out, doubled, put in or cut off."""
    content = make_feed([make_text("en"), make_text("zh", title=ZH_TITLE, body=ZH_BODY)])
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(content)))
        to = at + draw(st.integers(0, 40))
        pieces = (*(piece.encode() for piece in PIECES), b"", content[at:to] * 2)
        middle = draw(st.binary(min_size=1, max_size=3) | st.sampled_from(pieces))
        content = content[:at] + middle + content[to:]
    return content[: draw(st.none() | st.integers(0, len(content)))]


@given(mutated())
def test_a_mutated_feed_is_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(ReadError):  # anything else is a failure
        check(read_feed(content))


@given(st.binary(max_size=3000).map(lambda content: b"<rss>" + content))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(ReadError):
        check(read_feed(content))


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))), max_size=4))
def test_any_title_and_text_of_a_feed_is_read_or_named(words: list[str]) -> None:
    body = "".join(words).replace("]]>", "") or "x"
    text = make_text(title=body[:50].strip() or "x", body=body)
    readings = read_feed(make_feed([text]))
    check(readings)
    assert len(readings.items) + len(readings.listed) + len(readings.faults) == 1


def fill(piece: str) -> str:
    return piece * (15_000_000 // len(piece))


def fill_item(text: str) -> str:
    return (
        "<item><title>T</title><link>https://example.org/1</link>"
        "<pubDate>Sat, 21 Nov 2026 15:30:00 +0800</pubDate>"
        f"<description>{text}</description></item>"
    )


# Items of 15 MB; each was the worst of its kind.
HOSTILE: dict[str, Callable[[], str]] = {
    "one text": lambda: fill_item(fill("x")),
    "names": lambda: "".join(f"<a{n:x}/>" for n in range(1_300_000)),
    "attributes": lambda: "<a " + " ".join(f'q{n:x}=""' for n in range(1_300_000)) + "/>",
    "depth": lambda: fill("<a>"),
    "tags": lambda: fill(fill_item("<![CDATA[" + "<b><p>x" * 19 + "]]>")),
    "paragraphs": lambda: fill(fill_item("<![CDATA[" + "<b><i><u><s>" + "<p>x" * 90_000 + "]]>")),
    "attributes of tags": lambda: fill(
        fill_item("&lt;a " + " q".join(map(hex, range(300))) + "&gt;")
    ),
    "control characters": lambda: fill_item(fill(chr(1))),
}
READ_HOSTILE = """
import sys, time
from pathlib import Path
from data.readers.feed import read_feed
from data.readers.reading import ReadError
content = Path(sys.argv[1]).read_bytes()
started = time.process_time()
try:
    read_feed(content)
except ReadError:
    pass
print(time.process_time() - started)
"""


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_15_megabytes_of_anything_are_dealt_with(make: Callable[[], str], tmp_path: Path) -> None:
    file = tmp_path / "hostile.xml"
    file.write_text(f'<rss version="2.0"><channel>{make()}</channel></rss>')
    done = run_measured(["-c", READ_HOSTILE, file], tmp_path)
    assert (done.status, done.errors) == (0, "")
    assert float(done.output) < 60  # seconds; 20 on a machine that does nothing else
    assert done.peak < 300_000_000


def test_an_official_text_has_its_official_id() -> None:
    assert read_feed(make_feed([make_text("en")])).items[0].text.id == EN_ID
