import asyncio
import re
import signal
import socket
import subprocess
import sys
from calendar import timegm
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import feedparser
import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from data.models import HONG_KONG, LANGUAGES, Language
from data.samples import SampleRelease, SampleReleaseText
from data.samples.__main__ import main
from data.samples.pages import Surroundings, render_feed, render_page
from data.samples.server import FEED_PATHS, SampleSite

NOW = datetime(2026, 11, 22, 15, 32, tzinfo=HONG_KONG)
by_language = pytest.mark.parametrize("language", LANGUAGES)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
async def site(clock: Clock) -> AsyncIterator[SampleSite]:
    async with SampleSite(clock) as site:
        yield site


@pytest.fixture
async def client(site: SampleSite) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.url) as client:
        yield client


def find(site: SampleSite, slug: str) -> SampleRelease:
    return next(release for release in site.releases if release.slug == slug)


def issued_texts(site: SampleSite, language: Language) -> list[SampleReleaseText]:
    texts = [release.texts.get(language) for release in site.releases]
    return [text for text in texts if text is not None and text.issued_at <= NOW]


async def read_feed(client: httpx.AsyncClient, language: Language) -> Any:
    response = await client.get(FEED_PATHS[language])
    assert response.status_code == 200
    parsed = feedparser.parse(response.content)
    assert not parsed.bozo
    return parsed


async def read_page(client: httpx.AsyncClient, path: str) -> LexborHTMLParser:
    response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    return LexborHTMLParser(response.text)


def text_of(page: LexborHTMLParser, selector: str) -> str:
    node = page.css_first(selector)
    assert node is not None, selector
    return node.text()


def link_around(page: LexborHTMLParser, image: str) -> str | None:
    node = page.css_first(f"a > img#{image}")
    assert node is None or node.parent is not None
    return node.parent.attributes["href"] if node is not None and node.parent is not None else None


@by_language
async def test_a_feed_has_every_issued_text_newest_first(
    site: SampleSite, client: httpx.AsyncClient, language: Language
) -> None:
    entries = (await read_feed(client, language)).entries
    texts = {site.url + text.path: text for text in issued_texts(site, language)}
    assert len(entries) == len(texts) > 100
    assert {entry.link for entry in entries} == set(texts)
    dates = [datetime.fromtimestamp(timegm(entry.published_parsed), UTC) for entry in entries]
    assert dates == sorted(dates, reverse=True)
    for entry, issued_at in zip(entries, dates, strict=True):
        text = texts[entry.link]
        assert entry.title == " ".join(text.title.split(" "))
        assert entry.guid == entry.link
        assert entry.published.endswith(" +0800")
        assert issued_at == text.issued_at


async def test_descriptions_are_the_whole_text_in_the_sites_markup(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    english = (await client.get(FEED_PATHS["en"])).text
    chinese = (await client.get(FEED_PATHS["zh"])).text
    assert "<title><![CDATA[No. 3 alarm fire in Kwai Chung" in english
    assert "<description><![CDATA[     A No. 3 alarm fire" in english
    assert "<description><![CDATA[\u3000\u3000消防處表示" in chinese
    assert ".<br>\n<br>\n     The FSD received" in english
    assert "<td>Medicines and cosmetics</td><td>12.3</td><td>+2.2</td>" in english
    assert "<description><![CDATA[下稿代香港金融管理局發出：<br>" in chinese


async def test_the_dates_of_the_channel_are_junk_as_on_the_real_site(
    client: httpx.AsyncClient,
) -> None:
    channel = (await read_feed(client, "en")).feed
    assert channel.published_parsed.tm_year == 2014
    assert channel.updated_parsed.tm_year == 2016


async def test_a_page_has_the_hooks_that_readers_rely_on(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    text = find(site, "industrial-building-fire").texts["en"]
    page = await read_page(client, text.path)
    assert text_of(page, "#PRHeadline #PRHeadlineSpan").strip("\u200b") == text.title
    assert set(text_of(page, "#starBar")) == {"*"}
    body = text_of(page, "span#pressrelease")
    assert body.index("A No. 3 alarm fire") < body.index("Ends/Sunday, November 22, 2026")
    assert re.search(r"Issued at HKT 13:05\s+NNNN\s*$", body)
    assert page.css_first("span#pressrelease .controlDisplay2 h2") is not None
    assert page.css_first(".controlDisplay1 h2") is not None
    description = page.css_first('meta[name="description"]')
    assert description is not None
    content = description.attributes["content"] or ""
    assert " ".join(text.body.split()).startswith(content.removesuffix("..."))
    assert len(content) < 200
    mail = page.css_first("a.icon_mailto")
    assert mail is not None
    assert unquote(mail.attributes["href"] or "").endswith(f"&body={site.url}{text.path}")


async def test_a_chinese_page_ends_in_the_chinese_way(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    text = find(site, "industrial-building-fire").texts["zh"]
    page = await read_page(client, text.path)
    body = text_of(page, "span#pressrelease")
    footer = r"完\s+2026年11月22日（星期日）\s+香港時間12時56分\s*$"
    assert re.search(footer, body)
    assert set(text_of(page, "#starBar")) == {"＊"}


async def test_paragraphs_have_indents_blank_lines_and_a_stray_character(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    texts = find(site, "measles-case").texts
    english = (await client.get(texts["en"].path)).text
    chinese = (await client.get(texts["zh"].path)).text
    assert "&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;\u200bThe case involves" in english
    assert "<br/>\n<br/>\n&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;An epidemiological" in english
    assert "<br/>\n<br/>\n\u3000\u3000流行病學調查" in chinese
    assert 'href="https://www.example.gov.hk/chp/measles"' in chinese


async def test_headings_and_lists_stand_at_the_margin(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    closure = (await client.get(find(site, "sunday-road-closure").texts["en"].path)).text
    assert "<br/>\nRoad closure<br/>" in closure.replace("\u200b", "")
    council = (await client.get(find(site, "lcq-mid-career-training").texts["zh"].path)).text
    assert "<br/>\n（一）過去三年" in council.replace("\u200b", "")


async def test_every_issued_text_has_its_page_and_print_view(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    for language in LANGUAGES:
        for text in issued_texts(site, language):
            page = await read_page(client, text.path)
            view = await read_page(client, text.path.replace(".htm", "p.htm"))
            title = text_of(page, "#PRHeadlineSpan").strip("\u200b")
            assert title == text_of(view, "#PRHeadlineSpan") == text.title
            opening = text.body.split("\n\n")[0]
            assert opening in text_of(page, "#pressrelease")
            assert opening in text_of(view, "#pressrelease")
            assert link_around(view, "hdrTCLnk") is None


async def test_both_pages_of_a_pair_link_to_each_other(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    for release in site.releases:
        texts = {key: text for key, text in release.texts.items() if text.issued_at <= NOW}
        for language, text in texts.items():
            page = await read_page(client, text.path)
            other = texts.get("zh" if language == "en" else "en")
            link = link_around(page, "hdrTCLnk" if language == "en" else "hdrENLnk")
            assert (link and link.removesuffix("?fontSize=1")) == (other and other.path)


async def test_the_language_link_waits_for_the_counterpart(
    site: SampleSite, client: httpx.AsyncClient, clock: Clock
) -> None:
    release = find(site, "industrial-building-fire")
    clock.now = release.texts["en"].issued_at - timedelta(minutes=1)
    assert (await client.get(release.texts["en"].path)).status_code == 404
    early = await read_page(client, release.texts["zh"].path)
    assert link_around(early, "hdrENLnk") is None
    assert link_around(early, "hdrSCLnk") is not None
    clock.now = NOW
    late = await read_page(client, release.texts["zh"].path)
    assert link_around(late, "hdrENLnk") == f"{release.texts['en'].path}?fontSize=1"


async def test_the_simplified_page_is_a_conversion_of_the_chinese_one(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    page = await read_page(client, find(site, "measles-case").texts["en"].path)
    link = link_around(page, "hdrSCLnk")
    assert link is not None
    simplified = await read_page(client, link)
    assert "卫生防护中心" in text_of(simplified, "#PRHeadlineSpan")


async def test_releases_appear_when_the_clock_reaches_their_time(
    site: SampleSite, client: httpx.AsyncClient, clock: Clock
) -> None:
    waiting = [release for release in site.releases if release.issued_at > NOW]
    assert [release.slug for release in sorted(waiting, key=lambda each: each.issued_at)] == [
        "red-rainstorm",
        "coach-accident-update-two",
        "postal-disruption",
    ]
    for release in waiting:
        for text in release.texts.values():
            assert (await client.get(text.path)).status_code == 404
    clock.now = NOW + timedelta(hours=2)
    for language in LANGUAGES:
        links = {entry.link for entry in (await read_feed(client, language)).entries}
        assert links == {
            site.url + release.texts[language].path
            for release in site.releases
            if language in release.texts
        }
        assert {site.url + release.texts[language].path for release in waiting} <= links
    assert (await client.get(waiting[0].texts["en"].path)).status_code == 200


async def test_texts_stay_as_they_were_at_the_start(
    site: SampleSite, client: httpx.AsyncClient, clock: Clock
) -> None:
    path = find(site, "measles-case").texts["en"].path
    before = text_of(await read_page(client, path), "#pressrelease")
    clock.now = NOW + timedelta(days=3)
    after = text_of(await read_page(client, path), "#pressrelease")
    assert "today (November 22)" in before
    assert after == before


@by_language
async def test_an_unchanged_feed_is_answered_with_304(
    client: httpx.AsyncClient, language: Language
) -> None:
    first = await client.get(FEED_PATHS[language])
    tag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
        again = await client.get(FEED_PATHS[language], headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    other = await client.get(FEED_PATHS[language], headers={"If-None-Match": '"another"'})
    assert other.status_code == 200
    earlier = {"If-Modified-Since": "Sat, 21 Nov 2026 00:00:00 GMT"}
    assert (await client.get(FEED_PATHS[language], headers=earlier)).status_code == 200


async def test_a_feed_with_a_new_release_is_sent_anew(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    first = await client.get(FEED_PATHS["en"])
    known = {
        "If-None-Match": first.headers["ETag"],
        "If-Modified-Since": first.headers["Last-Modified"],
    }
    clock.now = NOW + timedelta(minutes=10)
    second = await client.get(FEED_PATHS["en"], headers=known)
    assert second.status_code == 200
    assert "Red Rainstorm Warning Signal issued" in second.text
    assert second.headers["Last-Modified"] > first.headers["Last-Modified"]


async def test_before_the_first_release_the_feed_is_empty_but_sound(
    client: httpx.AsyncClient, clock: Clock
) -> None:
    clock.now = NOW - timedelta(days=5)
    assert (await read_feed(client, "en")).entries == []


@pytest.mark.parametrize(
    ("path", "language", "day"),
    [
        ("/gia/general/today.htm", "en", 22),
        ("/gia/general/ctoday.htm", "zh", 22),
        ("/gia/general/202611/22.htm", "en", 22),
        ("/gia/general/202611/21.htm", "en", 21),
        ("/gia/general/202611/21c.htm", "zh", 21),
    ],
)
async def test_a_day_list_links_the_days_releases(
    site: SampleSite, client: httpx.AsyncClient, path: str, language: Language, day: int
) -> None:
    page = await read_page(client, path)
    links = [node.attributes["href"] for node in page.css("ul#prlist li a")]
    texts = [
        text
        for text in issued_texts(site, language)
        if text.issued_at.astimezone(HONG_KONG).day == day
    ]
    assert len(texts) > 5
    newest_first = sorted(texts, key=lambda text: (text.issued_at, text.id), reverse=True)
    assert links == [text.path for text in newest_first]
    assert {node.text() for node in page.css("ul#prlist li a")} == {text.title for text in texts}


@pytest.mark.parametrize(("name", "language"), [("select_en", "en"), ("select_tc", "zh")])
async def test_the_select_lists_a_days_ids_and_titles(
    site: SampleSite, client: httpx.AsyncClient, name: str, language: Language
) -> None:
    page = await read_page(client, f"/gia/general/202611/22/{name}.htm")
    listed = {
        node.attributes["value"]: node.text().strip() for node in page.css("#selectManual option")
    }
    day = NOW.date()
    assert listed == {
        text.id: text.title
        for text in issued_texts(site, language)
        if text.issued_at.astimezone(HONG_KONG).date() == day
    }


@pytest.mark.parametrize(
    "path",
    [
        *("/gia/rss/general_sc.xml", "/gia/general/tomorrow.htm", "/favicon.ico"),
        *(
            "/gia/general/202610/20.htm",
            "/gia/general/202613/01.htm",
            "/gia/general/202611/31c.htm",
        ),
        *("/gia/general/202611/22/P2026112299999.htm", "/gia/general/202611/22/P1.htm"),
        *("/gia/general/000000/00/select_en.htm", "/gia/general/202610/20/select_tc.htm"),
        *(
            "/gia/general/202611/22/../../../etc/passwd",
            "/gia/general/202611/22/%2e%2e%2fpage.html",
        ),
        *("/TuniS//127.0.0.1/gia/general/202611/22/P2026112299999.htm",),
    ],
)
async def test_unknown_pages_are_404(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_a_release_under_another_day_is_404(
    site: SampleSite, client: httpx.AsyncClient
) -> None:
    path = find(site, "measles-case").texts["en"].path
    assert (await client.get(path.replace("/22/", "/21/"))).status_code == 404


async def test_the_root_leads_to_todays_list(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "/gia/general/today.htm")


async def test_only_reading_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.head(FEED_PATHS["en"])).status_code == 200
    assert (await client.post(FEED_PATHS["en"])).status_code == 405


async def test_the_site_listens_on_loopback_and_ends_when_closed(clock: Clock) -> None:
    site = SampleSite(clock)
    with pytest.raises(RuntimeError, match="has not been started"):
        _ = site.url
    await site.start()
    assert site.url.startswith("http://127.0.0.1:")
    assert site.feed_urls == {language: site.url + FEED_PATHS[language] for language in LANGUAGES}
    port = int(site.url.rpartition(":")[2])
    await site.close()
    await site.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_taken_port_is_an_os_error(site: SampleSite, clock: Clock) -> None:
    port = int(site.url.rpartition(":")[2])
    second = SampleSite(clock)
    with pytest.raises(OSError, match=str(port)):
        await second.start(port)
    with pytest.raises(RuntimeError):
        _ = second.url


HOSTILE = SampleReleaseText(
    language="en",
    id="P2026112200001",
    title='Tom & Jerry\'s "<b>$title</b>" ]]> & more (with photos)',
    headline="unused",
    body='If 1 < 2 & "x" ]]> then ${body}:\n\n<script>alert(1)</script>\n\na | <i>b</i>\nc | &amp;',
    summary="unused",
    facts=(),
    issued_at=NOW,
)


def test_hostile_text_survives_the_feed() -> None:
    parsed = feedparser.parse(render_feed([HOSTILE], "en", "http://127.0.0.1:1"))
    assert not parsed.bozo
    description = LexborHTMLParser(parsed.entries[0].description)
    shown = description.body.text() if description.body else ""
    assert 'If 1 < 2 & "x" ]]> then ${body}:' in shown
    assert "<script>alert(1)</script>" in shown
    assert [cell.text() for cell in description.css("td")] == ["a", "<i>b</i>", "c", "&amp;"]


def test_hostile_text_survives_the_page() -> None:
    html = render_page(HOSTILE, Surroundings("http://127.0.0.1:1", None, [HOSTILE]))
    page = LexborHTMLParser(html)
    assert text_of(page, "#PRHeadlineSpan").strip("\u200b") == HOSTILE.title
    assert "<script>alert(1)</script>" in text_of(page, "#pressrelease")
    assert "alert" not in "".join(node.text() for node in page.css("script"))
    assert [cell.text() for cell in page.css("td")] == ["a", "<i>b</i>", "c", "&amp;"]


@pytest.mark.parametrize("port", ["99999", "-1", "x", "８０"])
def test_a_wrong_port_is_named(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([f"--port={port}"])
    assert exit_.value.code == 2
    assert "give a number from 0 to 65535" in capsys.readouterr().err


def test_a_taken_port_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"can't listen on 127.0.0.1:{port}: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_the_feeds_and_ends_when_asked(number: signal.Signals) -> None:
    root = Path(__file__).parents[1]
    command = [sys.executable, "-m", "data.samples"]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().strip() for _ in range(3)]
            assert httpx.get(lines[0]).text.startswith("<?xml")
            process.send_signal(number)
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/gia/rss/general_en\.xml", lines[0])
    assert lines[1] == lines[0].replace("_en", "_zh")
