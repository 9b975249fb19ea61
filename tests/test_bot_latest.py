"""Conversations about the newest releases, over HTTP with the local server."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import ISSUED, make_releases, make_summaries
from talk import Talk, open_talk

from bot.handlers.latest import DEFAULT_COUNT, MOST, Wanted, find_subject, read_count
from bot.local import Message
from data.models import ChatLanguage, Topic
from data.tables import Tables


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def fill(
    talk: Talk,
    count: int,
    topics: tuple[Topic, ...] = ("culture",),
    department: str | None = None,
    *,
    start: datetime = ISSUED,
) -> None:
    releases = [
        each.model_copy(update={"department": department})
        for each in make_releases(count, topics=topics, start=start)
    ]
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


def count_told(message: Message) -> int:
    return len([data for data in data_of(message) if data.startswith("card:")])


def find_older(message: Message) -> list[str]:
    return [data for data in data_of(message) if data.startswith("older:")]


@pytest.mark.parametrize(
    ("typed", "count", "name"),
    [
        ("", DEFAULT_COUNT, ""),
        ("7", 7, ""),
        ("１０", 10, ""),
        ("10 health", 10, "health"),
        ("FSD 3", 3, "FSD"),
        ("  3   消防處 ", 3, "消防處"),
        ("消防處", DEFAULT_COUNT, "消防處"),
        ("covid19", DEFAULT_COUNT, "covid19"),
        ("-3", -3, ""),
        ("0 health", 0, "health"),
        ("99999999999999999999", MOST + 1, ""),
        ("3 4", 3, "4"),
    ],
)
def test_a_number_and_a_name_are_read_in_either_order(typed: str, count: int, name: str) -> None:
    assert read_count(typed) == (count, name)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("health", "topic", "health"),
        ("健康", "topic", "health"),
        ("fire", "topic", "law"),
        ("FSD", "department", "FSD"),
        ("消防处", "department", "FSD"),
        ("fire services", "department", "FSD"),
    ],
)
def test_a_name_is_a_topic_or_department_also_by_alias_and_beginning(
    tables: Tables, name: str, kind: str, value: str
) -> None:
    assert find_subject(name, tables, 3) == Wanted(3, kind, value)


def test_a_word_that_is_neither_is_not_guessed(tables: Tables) -> None:
    assert find_subject("Kwun Tong", tables) is None


async def test_a_department_is_shown_alone_with_its_parts_and_as_many_as_asked(
    talk: Talk,
) -> None:
    fill(talk, 4, department="FSD")
    assert count_told(await talk.ask("/latest FSD 3")) == 3
    assert count_told(await talk.ask("/latest 20 消防處")) == 4
    message = await talk.ask("/latest immd")
    assert "no releases of Immigration Department" in message.text


@pytest.mark.parametrize(
    ("code", "typed", "title"),
    [
        ("en", "/latest 2 health", "Health and welfare: the newest releases"),
        ("zh-hk", "/latest 健康 2", "健康及社福：最新公報"),
        ("zh-hans", "/latest 2 健康", "健康及社福：最新公报"),
    ],
)
async def test_a_topic_is_shown_under_its_name_in_the_readers_language(
    talk: Talk, code: str, typed: str, title: str
) -> None:
    fill(talk, 3, ("health",))
    message = await talk.ask(typed, code=code)
    assert title in message.text
    assert count_told(message) == 2


async def test_in_two_languages_the_title_and_the_way_on_are_in_both(talk: Talk) -> None:
    fill(talk, 3, ("health",))
    await talk.ask("/help")
    chat = talk.app.store.chats.find(talk.telegram.messages()[0].chat_id)
    assert chat is not None
    language: ChatLanguage = "en+zh-Hant"
    talk.app.store.chats.save(chat.model_copy(update={"language": language}))
    message = await talk.ask("/latest 1 health")
    assert "Health and welfare: the newest releases" in message.text
    assert "健康及社福：最新公報" in message.text
    assert "Older · 較早公報" in [button["text"] for button in message.buttons]


async def test_older_pages_show_each_release_once_whatever_comes_in_meanwhile(talk: Talk) -> None:
    fill(talk, 7, ("health",), "FSD")
    message = await talk.ask("/latest 3 FSD")
    seen = [data for data in data_of(message) if data.startswith("card:")]
    for day in range(1, 4):
        fill(talk, 1, ("health",), "FSD", start=ISSUED + timedelta(days=day))
        older = find_older(message)
        if not older:
            break
        _, (message,) = await talk.press(message, older[0])
        seen += [data for data in data_of(message) if data.startswith("card:")]
    assert find_older(message) == []
    assert seen == [f"card:{seq}" for seq in range(7, 0, -1)]


async def test_no_way_to_older_ones_where_there_are_none(talk: Talk) -> None:
    fill(talk, 5)
    assert find_older(await talk.ask("/latest 5")) == []
    assert find_older(await talk.ask("/latest 4")) == ["older:2:4:all:"]


@pytest.mark.parametrize("typed", ["0", "21", "-1", "9" * 300, "50 health", "health 0"])
async def test_a_number_that_can_not_be_given_is_answered_with_those_that_can(
    talk: Talk, typed: str
) -> None:
    fill(talk, 1)
    message = await talk.ask(f"/latest {typed}")
    assert f"1 to {MOST}" in message.text


@pytest.mark.parametrize("typed", ["Kwun Tong", "<b>Kwun Tong</b>", "5 觀塘", "x" * 4_000])
async def test_an_unknown_name_is_echoed_short_with_the_way_to_search(
    talk: Talk, typed: str
) -> None:
    fill(talk, 1)
    message = await talk.ask(f"/latest {typed}")
    assert typed.removeprefix("5 ")[:40] in message.text
    assert "/search" in message.text
    assert len(message.text) < 400


@pytest.mark.parametrize(
    "data",
    [
        "older:20:0:all:",
        "older:5:99:all:",
        "older:9999:5:all:",
        f"older:{'9' * 18}:5:all:",
        f"older:{'9' * 19}:5:all:",
        "older:5:5:topic:astrology",
        "older:5:5:department:NOPE",
        "older:5:5:all:health",
        "older:5:5:keyword:x",
        "older:-5:5:all:",
        "older:5:5",
        "older:",
    ],
)
async def test_a_tampered_way_to_older_ones_shows_none(talk: Talk, data: str) -> None:
    fill(talk, 30)
    message = await talk.ask("/latest")
    notice, sent = await talk.press(message, data, force=True)
    assert notice.text
    assert sent == []


async def test_behind_the_last_there_are_none(talk: Talk) -> None:
    fill(talk, 2)
    message = await talk.ask("/latest 1")
    _, (told,) = await talk.press(message, "older:1:5:topic:culture", force=True)
    assert "no releases of Culture" in told.text


async def test_a_channel_is_answered_too(talk: Talk) -> None:
    fill(talk, 2)
    talk.telegram.open_chat(-1007007, kind="channel", bot_is_admin=True, administrators=(1001,))
    assert count_told(await talk.ask("/latest 2", chat_id=-1007007)) == 2
