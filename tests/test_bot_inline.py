"""Inline mode over HTTP: releases to be put into any chat, in the language of who asks."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from talk import Talk, open_talk

from bot.handlers.inline import PAGE
from bot.local.faults import Reply
from bot.local.plans import InOrder
from data.models import Summary

STRANGER_ID, GROUP_ID = 4242, -1009


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def fill(talk: Talk, count: int) -> None:
    releases = make_releases(count)
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


@pytest.mark.parametrize(
    ("code", "title", "start"),
    [("en", "Notice 2", "Thirteen"), ("zh-hk", "通告2", "海港署"), ("zh-hans", "通告2", "海港署")],
)
async def test_words_bring_releases_in_the_language_of_the_persons_telegram(
    talk: Talk, code: str, title: str, start: str
) -> None:
    fill(talk, 4)
    answer = await talk.ask_inline("通告2 ", user_id=STRANGER_ID, code=code)
    (result,) = answer.results
    assert result.title == title
    assert result.description.startswith(start)
    assert (answer.is_personal, answer.next_offset) == (True, "")
    assert answer.cache_time <= 60


async def test_what_is_chosen_tells_the_release_with_its_source_and_official_link(
    talk: Talk,
) -> None:
    fill(talk, 1)
    talk.telegram.open_chat(GROUP_ID, "supergroup", "Group")
    (result,) = (await talk.ask_inline("notice")).results
    sent = talk.telegram.choose(result, chat_id=GROUP_ID)
    assert sent.text.startswith("Notice 0\nThirteen lanterns were lit")
    assert "Unofficial" in sent.text
    assert [each.type for each in sent.entities][:2] == ["bold", "text_link"]
    assert sent.entities[1].details["url"].startswith("https://www.info.gov.hk/")
    assert await talk.settle(GROUP_ID) == []


async def test_the_language_of_a_chat_with_the_bot_counts_before_that_of_the_app(
    talk: Talk,
) -> None:
    fill(talk, 1)
    await talk.say("/language zh-Hans")
    (result,) = (await talk.ask_inline("notice", code="en")).results
    assert "点亮" in result.description
    await talk.say("/language both")
    (result,) = (await talk.ask_inline("通告")).results
    assert result.title == "Notice 0"
    assert "Thirteen" in result.content.text
    assert "點亮" in result.content.text


async def test_without_words_the_newest_come_in_pages(talk: Talk) -> None:
    fill(talk, 2 * PAGE + 5)
    first = await talk.ask_inline(" ")
    assert [each.title for each in first.results][:2] == ["Notice 44", "Notice 43"]
    second = await talk.ask_inline(" ", offset=first.next_offset)
    third = await talk.ask_inline("", offset=second.next_offset)
    assert [len(each.results) for each in (first, second, third)] == [PAGE, PAGE, 5]
    assert third.next_offset == ""
    ids = [each.id for page in (first, second, third) for each in page.results]
    assert len(set(ids)) == 2 * PAGE + 5


async def test_what_is_found_comes_in_pages_too(talk: Talk) -> None:
    fill(talk, PAGE + 1)
    first = await talk.ask_inline("通告")
    second = await talk.ask_inline("通告", offset=first.next_offset)
    assert (len(first.results), len(second.results)) == (PAGE, 1)


async def test_a_word_that_is_not_finished_finds_what_begins_with_it(talk: Talk) -> None:
    fill(talk, 2)
    assert len((await talk.ask_inline("noti")).results) == 2
    assert len((await talk.ask_inline("otice")).results) == 0
    assert len((await talk.ask_inline("noti ")).results) == 0


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("zebra", ""),
        ("***", ""),
        ("😀", ""),
        ("<zz>" * 60, ""),
        ("x" * 256, ""),
        ("notice", "9999"),
    ],
)
async def test_what_finds_nothing_is_answered_with_nothing(
    talk: Talk, text: str, offset: str
) -> None:
    fill(talk, 2)
    assert (await talk.ask_inline(text, offset=offset)).results == ()


@pytest.mark.parametrize("offset", ["-1", "x", "9" * 60, "１", "1e3", "<b>"])
async def test_an_offset_that_is_none_of_ours_begins_anew(talk: Talk, offset: str) -> None:
    fill(talk, 2)
    assert len((await talk.ask_inline("notice", offset=offset)).results) == 2


async def test_a_title_with_mark_up_is_shown_as_it_is(talk: Talk) -> None:
    release = make_release(make_text(title="Safe & <b>sound</b>"))
    talk.app.store.releases.save([release], talk.clock())
    (result,) = (await talk.ask_inline("sound")).results
    assert result.title == "Safe & <b>sound</b>"
    assert result.description == ""
    assert result.content.text.startswith("Safe & <b>sound</b>\n")


async def test_a_summary_that_failed_the_check_is_not_offered(talk: Talk) -> None:
    release = make_release(make_text())
    wrong: Summary = make_summaries(release)[0].model_copy(update={"supported": False})
    talk.app.store.releases.save([release], talk.clock())
    talk.app.store.releases.save_summaries(release, [wrong], talk.clock())
    (result,) = (await talk.ask_inline("lanterns")).results
    assert result.description == ""
    assert wrong.text not in result.content.text


async def test_of_letters_that_came_one_by_one_only_the_last_word_is_answered(talk: Talk) -> None:
    fill(talk, 2)
    typed = [talk.telegram.ask_inline("notice"[:end]) for end in range(1, 7)]
    other = talk.telegram.ask_inline("通告", user_id=STRANGER_ID, language_code="zh")
    await talk.settle()
    answer = await asyncio.wait_for(typed[-1], 5)
    assert len(answer.results) == 2
    assert not any(each.done() for each in typed[:-1])
    assert len((await asyncio.wait_for(other, 5)).results) == 2
    assert talk.app.store.updates.list_due() == []


async def test_a_command_of_the_same_person_overtakes_nothing(talk: Talk) -> None:
    fill(talk, 1)
    asked = talk.telegram.ask_inline("notice")
    await talk.ask("/latest 1")
    assert len((await asyncio.wait_for(asked, 5)).results) == 1


async def test_an_answer_that_fails_is_not_owed_and_the_next_is_given(talk: Talk) -> None:
    fill(talk, 1)
    late = Reply(400, "Bad Request: query is too old and response timeout expired")
    talk.telegram.set_faults(InOrder([late], methods={"answerInlineQuery"}))
    talk.telegram.ask_inline("notice")
    assert await talk.settle() == []
    assert talk.app.store.deliveries.count("due") == 0
    assert talk.app.store.updates.list_due() == []
    assert len((await talk.ask_inline("notice")).results) == 1
