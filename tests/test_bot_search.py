"""/search over HTTP: both languages find both, ranked, in pages, with the words marked."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import ISSUED, make_release, make_summaries, make_text
from talk import Talk, open_talk

from bot.local import Message
from bot.texts import to_simplified
from data.models import Release, ReleaseText, Summary
from data.search import MOST_CHARACTERS

GROUP_ID, CHANNEL_ID = -1009, -1007
EN_BODY = (
    "The Harbour Department said this today. The lanterns of Kwun Tong & Lam Tin stay lit until "
    "December 5. Lanterns are free."
)
ZH_BODY = "海港署今日表示。觀塘的燈籠將亮至十二月五日。燈籠免費。"


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def make(number: int, title: str = "", chinese: str = "") -> Release:
    """A release in the languages that it has a title in, later for each number."""
    at = ISSUED + timedelta(minutes=number)
    texts: list[ReleaseText] = []
    if title:
        texts.append(make_text("en", text_id=f"E{number}", title=title, body=EN_BODY, issued_at=at))
    if chinese:
        text_id = f"Z{number}"
        texts.append(make_text("zh", text_id=text_id, title=chinese, body=ZH_BODY, issued_at=at))
    return make_release(*texts)


def save(talk: Talk, *releases: Release) -> None:
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


async def search(talk: Talk, words: str, language: str = "en") -> Message:
    await talk.say(f"/language {language}")
    return await talk.ask(f"/search {words}")


def marked(message: Message, kind: str = "bold") -> list[str]:
    return [
        message.text[each.offset : each.offset + each.length]
        for each in message.entities
        if each.type == kind
    ]


def buttons(message: Message) -> list[tuple[str, str]]:
    return [(button["text"], button["callback_data"]) for button in message.buttons]


@pytest.mark.parametrize(
    ("language", "how", "none"),
    [
        ("en", "Which words?", "No release has the words “zebra”."),
        ("zh-Hant", "想搜尋甚麼字詞？", "沒有公報包含「zebra」。"),
        ("zh-Hans", "想搜寻", "没有公报包含「zebra」。"),
        ("both", "Which words?", "沒有公報包含「zebra」。"),
    ],
)
async def test_without_words_or_finds_it_says_what_to_do(
    talk: Talk, language: str, how: str, none: str
) -> None:
    save(talk, make(1, "Lanterns", "燈籠"))
    for words in ("", "***", "😀", '" "'):
        assert how in (await search(talk, words, language)).text
    nothing = await search(talk, "zebra", language)
    assert none in nothing.text
    assert "/follow" in nothing.text


@pytest.mark.parametrize("words", ["lanterns kwun", "觀塘", "观塘", "燈籠 tong"])
@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "Festival at harbour"),
        ("zh-Hant", "海港節日"),
        ("zh-Hans", "海港节日"),
        ("both", "海港節日"),
    ],
)
async def test_either_language_finds_the_release_in_the_readers_own(
    talk: Talk, words: str, language: str, headline: str
) -> None:
    save(talk, make(1, "Festival at harbour", "海港節日"), make(2, "Other", "其他"))
    found = await search(talk, words, language)
    assert headline in found.text
    typed = to_simplified(words) if language == "zh-Hans" else words
    assert marked(found, "code") == [typed] * (2 if language == "both" else 1)
    assert buttons(found) == [("1", "card:2"), ("2", "card:1")]


async def test_the_words_are_marked_in_a_whole_sentence_of_the_official_text(talk: Talk) -> None:
    save(talk, make(1, "Festival", "節日"))
    found = await search(talk, "lam TIN")
    assert (
        "1. Festival · 21 Nov 2026\n"
        "The lanterns of Kwun Tong & Lam Tin stay lit until December 5.\n"
    ) in found.text
    assert marked(found)[1:] == ["Lam", "Tin"]
    found = await search(talk, "观塘", "zh-Hans")
    assert "1. 节日 · 2026年11月21日\n观塘的灯笼将亮至十二月五日。\n" in found.text
    assert marked(found)[1:] == ["观塘"]


async def test_words_of_the_headline_need_no_sentence(talk: Talk) -> None:
    save(talk, make(1, "Lanterns lit", "點亮燈籠"))
    found = await search(talk, "lanterns")
    assert "1. Lanterns lit · 21 Nov 2026\n\n" in found.text
    assert marked(found)[1:] == ["Lanterns"]


async def test_the_sentence_tells_what_the_headline_does_not(talk: Talk) -> None:
    save(talk, make(1, "Lanterns lit", "點亮燈籠"))
    found = await search(talk, "lanterns free december")
    assert "stay lit until December 5.\n" in found.text
    found = await search(talk, "lanterns free")
    assert "1. Lanterns lit · 21 Nov 2026\nLanterns are free.\n" in found.text


async def test_who_issued_it_for_whom_is_no_telling_sentence(talk: Talk) -> None:
    body = "The following is issued on behalf of the Ferry Bureau:\n\nAll ferry piers are open."
    text = make_text("en", title="Notice", body=body)
    talk.app.store.releases.save([make_release(text)], ISSUED)
    assert "2026\nAll ferry piers are open.\n" in (await search(talk, "ferry")).text
    assert "1. Notice · 21 Nov 2026\n\n" in (await search(talk, "bureau")).text


async def test_words_of_the_other_language_alone_bring_its_headline_too(talk: Talk) -> None:
    save(talk, make(1, "Festival", "節日"))
    found = await search(talk, "燈籠", "en")
    assert "1. Festival · 21 Nov 2026\n節日\n觀塘的燈籠將亮至十二月五日。\n" in found.text
    assert marked(found)[1:] == ["燈籠"]
    found = await search(talk, "kwun", "zh-Hans")
    assert "1. 节日 · 2026年11月21日\nFestival\nThe lanterns of Kwun Tong" in found.text


async def test_a_release_in_one_language_says_so(talk: Talk) -> None:
    save(talk, make(1, chinese="節日"))
    found = await search(talk, "節日", "en")
    assert "1. 節日 (Chinese only) · " in found.text
    (text,) = make(1, chinese="節日").texts.values()
    translation = Summary(
        id="Z1",
        language="en",
        headline="A holiday",
        text="There is a holiday.",
        method="translation",
        supported=True,
        sources=(),
    )
    talk.app.store.releases.save_summaries(make_release(text), [translation], talk.clock())
    found = await search(talk, "燈籠", "en")
    assert (
        "1. A holiday (machine translation; the official text is in Chinese) · 21 Nov 2026\n"
        "節日\n觀塘的燈籠"
    ) in found.text


async def test_many_finds_are_turned_over_in_place(talk: Talk) -> None:
    save(talk, *(make(number, f"Ferry {number}", "渡輪") for number in range(1, 13)))
    first = await search(talk, "ferry")
    assert "12 releases" in first.text
    assert [line for line in first.text.splitlines() if " · 21 Nov" in line] == [
        f"{number}. Ferry {13 - number} · 21 Nov 2026" for number in range(1, 6)
    ]
    assert buttons(first)[-3:] == [("◂", "found:2"), ("1/3", "found:0"), ("▸", "found:1")]
    answer, sent = await talk.press(first, "found:1")
    second = talk.now_reads(first)
    assert (answer.text, sent) == ("", [])
    assert "6. Ferry 7 · " in second.text
    assert buttons(second)[0] == ("6", "card:7")
    talk.clock.advance(seconds=2)
    await talk.press(second, "found:2")
    last = talk.now_reads(first)
    assert "12. Ferry 1 · " in last.text
    assert buttons(last)[-1] == ("▸", "found:0")
    _, (card,) = await talk.press(last, "card:2")
    assert "Ferry 2" in card.text


@pytest.mark.parametrize("words", ["渡輪", "ferry", "«ferry» 渡 & <b>", "😀 ferry"])
async def test_the_words_are_read_from_the_message_whatever_they_are(
    talk: Talk, words: str
) -> None:
    save(talk, *(make(number, f"Ferry b {number}", "渡輪") for number in range(1, 8)))
    first = await search(talk, words, "both")
    await talk.press(first, "found:1")
    assert "6. Ferry b 2" in talk.now_reads(first).text
    assert marked(talk.now_reads(first), "code") == [words, words]


async def test_buttons_of_messages_that_are_gone_or_tampered_with_ask_for_the_words_again(
    talk: Talk,
) -> None:
    save(talk, *(make(number, "Ferry", "渡輪") for number in range(1, 8)))
    first = await search(talk, "ferry")
    for data in ("found:2", "found:99"):
        answer, sent = await talk.press(first, data, force=True)
        assert "/search" in answer.text
        assert sent == []
    answer, _ = await talk.press(first, "found:1", is_inaccessible=True)
    assert "/search" in answer.text
    shown = await talk.ask("/help")
    answer, _ = await talk.press(shown, "found:1", force=True)
    assert "/search" in answer.text
    assert talk.now_reads(first) == first


@pytest.mark.parametrize("data", ["found:", "found:-1", "found:100", "found:x", "found:1:2"])
async def test_a_page_that_is_none_leads_nowhere(talk: Talk, data: str) -> None:
    save(talk, *(make(number, "Ferry", "渡輪") for number in range(1, 8)))
    first = await search(talk, "ferry")
    _, sent = await talk.press(first, data, force=True)
    assert sent == []
    assert talk.now_reads(first) == first


async def test_what_has_some_of_the_words_is_said_to(talk: Talk) -> None:
    save(talk, make(1, "Red ferry", "紅色渡輪"))
    assert "some of them" in (await search(talk, "red zebra")).text
    assert "部分字詞" in (await search(talk, "渡輪 斑馬", "zh-Hant")).text


async def test_too_many_words_are_told_how_many_are_taken(talk: Talk) -> None:
    for words in ("x" * (MOST_CHARACTERS + 1), "港 " * 900, "<b>" * 900):
        assert f"at most {MOST_CHARACTERS}" in (await search(talk, words)).text
    unknown = "x" * MOST_CHARACTERS
    assert f"“{unknown[:39]}…”" in (await search(talk, unknown)).text


@pytest.mark.parametrize("words", ["<b>bold</b>", "&amp;", "' OR 1=1 --", '"', "a AND NOT", "^x*"])
async def test_what_is_typed_is_shown_and_looked_for_as_it_is(talk: Talk, words: str) -> None:
    save(talk, make(1, "A bold <b> & title", "粗體<b>"))
    answer = await search(talk, words)
    assert talk.app.store.deliveries.count("refused") == 0
    assert words in answer.text or "Which words?" in answer.text


async def test_the_longest_titles_and_commonest_words_fit_one_message(talk: Talk) -> None:
    long = "the of and in to a " * 30
    releases = [make(number, f"{number} {long}", f"{number}{'的港' * 200}") for number in range(7)]
    save(talk, *releases)
    words = "the of and in to a 的 港 lanterns 燈籠".ljust(MOST_CHARACTERS - 1, "x")
    first = await search(talk, words, "both")
    assert len(first.text) > 3000
    assert len(first.entities) <= 100
    await talk.press(first, "found:1")
    assert "7. " in talk.now_reads(first).text


async def test_groups_topics_and_channels_search_as_well(talk: Talk) -> None:
    save(talk, make(1, "Ferry", "渡輪"))
    talk.telegram.open_chat(GROUP_ID, "supergroup", "Group", threads=[5])
    found = await talk.ask("/search ferry", chat_id=GROUP_ID, thread_id=5)
    assert (found.chat_id, found.thread_id) == (GROUP_ID, 5)
    assert "1. Ferry" in found.text
    talk.telegram.open_chat(CHANNEL_ID, "channel", bot_is_admin=True, administrators=[1001])
    assert "1. Ferry" in (await talk.ask("/search 渡輪", chat_id=CHANNEL_ID)).text
