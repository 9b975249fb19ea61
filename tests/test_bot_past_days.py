"""/digest with a day, and everything of a digest in full, over HTTP with the local server."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from talk import Talk, open_talk

from bot.local import READER_ID, Message
from data.models import Release, Topic

# A Monday, 20:00 in Hong Kong.
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GROUP_ID, CHANNEL_ID, FORUM_ID = -5, -1007, -1009


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, NOW) as opened:
        yield opened


def fill(
    talk: Talk, count: int, start: datetime, topics: Sequence[Topic] = ("culture",)
) -> list[Release]:
    releases = make_releases(count, topics=topics, start=start)
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())
    return releases


def fill_days(talk: Talk) -> None:
    """Two releases on Saturday, three on Sunday, one on Monday, as days go in Hong Kong."""
    fill(talk, 2, datetime(2026, 11, 20, 16, 0, tzinfo=UTC))
    fill(talk, 3, datetime(2026, 11, 22, 15, 45, tzinfo=UTC))
    fill(talk, 1, datetime(2026, 11, 23, 4, 0, tzinfo=UTC))


def last_button(message: Message) -> str:
    return str(message.buttons[-1]["callback_data"])


@pytest.mark.parametrize(
    "typed", ["yesterday", "2026-11-22", "22/11", "22 Nov", "sunday", "昨日", "11月22日", "星期日"]
)
async def test_a_past_day_goes_from_midnight_to_midnight_of_the_chats_zone(
    talk: Talk, typed: str
) -> None:
    fill_days(talk)
    message = await talk.ask(f"/digest {typed}")
    assert message.text.startswith("Digest of a past day · Sunday, 22 November 2026 · 3 releases")
    _, (full,) = await talk.press(message, "day:2026-11-22")
    assert full.text.count("Official text") == 3


async def test_the_first_instant_of_a_day_is_in_it_and_the_last_of_the_day_before_is_not(
    talk: Talk,
) -> None:
    midnight = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    releases = make_releases(2, start=midnight - timedelta(seconds=1), step=timedelta(seconds=1))
    talk.app.store.releases.save(releases, talk.clock())
    fill(talk, 1, midnight + timedelta(days=1))
    for typed in ("2026-11-21", "2026-11-22", "2026-11-23"):
        assert "· 1 release\n" in (await talk.ask(f"/digest {typed}")).text


@pytest.mark.parametrize(
    ("choice", "title", "count"),
    [
        ("zh-Hant", "往日摘要 · 2026年11月22日星期日 · 3則公報", 1),
        ("zh-Hans", "往日摘要 · 2026年11月22日星期日 · 3则公报", 1),
        ("en+zh-Hant", "往日摘要 · 2026年11月22日星期日 · 3則公報", 2),
    ],
)
async def test_a_past_day_is_told_in_the_chats_language(
    talk: Talk, choice: str, title: str, count: int
) -> None:
    fill_days(talk)
    await talk.press(await talk.ask("/language"), f"language:{choice}")
    message = await talk.ask("/digest 昨日")
    assert title in message.text
    links = [each for each in message.entities if each.type == "text_link"]
    assert len(links) == 3 * count
    quotes = [each for each in message.entities if each.type == "expandable_blockquote"]
    assert len(quotes) == 3


async def test_a_day_still_to_come_nonsense_and_an_empty_day_get_an_answer_that_helps(
    talk: Talk,
) -> None:
    fill_days(talk)
    assert "still to come" in (await talk.ask("/digest 2026-11-24")).text
    assert "still to come" in (await talk.ask("/digest 9999-12-31")).text
    for typed in ("<b>x</b>", "31/2", "&&&", "9" * 4000, "星期八", "\u202e22", "1 of may or june"):
        answer = (await talk.ask(f"/digest {typed}")).text
        assert "/digest yesterday" in answer
        assert "<b>" not in answer
    early = await talk.ask("/digest 2026-11-20")
    assert early.text == (
        "I have no releases of Friday, 20 November 2026: the oldest are of Saturday, 21 November"
        " 2026."
    )
    assert "the oldest are of" in (await talk.ask("/digest 0001-01-01")).text
    await talk.say("/follow law")
    assert "No releases for you on Sunday" in (await talk.ask("/digest sunday")).text


async def test_without_any_release_a_day_has_none(talk: Talk) -> None:
    for typed in ("yesterday", "0001-01-01", "1900-01-01"):
        assert "No releases for you on" in (await talk.ask(f"/digest {typed}")).text


async def test_a_day_is_that_of_the_chats_own_zone(talk: Talk) -> None:
    fill_days(talk)
    await talk.say("/zone London")
    # 15:45 of Sunday in London, of which the third is before 16:00 too.
    assert "3 releases" in (await talk.ask("/digest 22 nov")).text
    assert "2 releases" in (await talk.ask("/digest 20 nov")).text


async def test_the_last_day_asked_for_stays_the_same_when_its_button_is_pressed_later(
    talk: Talk,
) -> None:
    fill(talk, 2, NOW - timedelta(hours=3))
    message = await talk.ask("/digest")
    talk.clock.advance(days=3)
    _, (full,) = await talk.press(message, last_button(message))
    assert full.text.startswith("Digest of the last 24 hours · Monday, 23 November 2026")
    assert full.text.count("Official text") == 2


async def test_the_digest_that_came_is_told_in_full_whatever_is_followed_by_then(
    talk: Talk,
) -> None:
    await talk.say("/subscribe")
    fill(talk, 40, NOW + timedelta(minutes=1))
    talk.clock.now = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
    await talk.app.jobs.compose()
    await talk.app.sender.deliver_due()
    parts = await talk.settle()
    assert 1 <= len(parts) <= 2
    assert last_button(parts[-1]) == "full:2026-11-24"
    await talk.say("/follow law")
    _, full = await talk.press(parts[-1], "full:2026-11-24")
    assert sum(each.text.count("Official text") for each in full) == 40
    _, again = await talk.press(parts[-1], "full:2026-11-24")
    assert [each.text for each in again] == [each.text for each in full]


@pytest.mark.parametrize("choice", ["en", "zh-Hant", "zh-Hans", "en+zh-Hant"])
async def test_a_busy_day_is_two_messages_that_the_server_takes_as_they_are(
    talk: Talk, choice: str
) -> None:
    fill(talk, 55, NOW - timedelta(hours=5))
    await talk.press(await talk.ask("/language"), f"language:{choice}")
    parts = await talk.say("/digest")
    assert len(parts) == 2 if choice == "en+zh-Hant" else len(parts) <= 2
    entities = [entity for part in parts for entity in part.entities]
    links = sum(each.type == "text_link" for each in entities)
    assert links == (110 if choice == "en+zh-Hant" else 55)
    assert all(len(part.entities) <= 100 for part in parts)
    opened = [each["callback_data"] for part in parts for each in part.buttons][:-1]
    assert len(set(opened)) == len(opened) == 55
    _, full = await talk.press(parts[-1], last_button(parts[-1]))
    assert sum(each.text.count("\n\n") for each in full) >= 55
    assert talk.telegram.faults_given == {}


@pytest.mark.parametrize("length", ["headlines", "full"])
async def test_the_length_that_the_chat_chose_is_kept_to(talk: Talk, length: str) -> None:
    fill_days(talk)
    await talk.ask("/latest")
    chat = talk.app.store.chats.find(READER_ID)
    assert chat
    talk.app.store.chats.save(chat.model_copy(update={"length": length}))
    message = await talk.ask("/digest yesterday")
    assert ("Thirteen lanterns" in message.text) == (length == "full")
    assert (last_button(message) == "day:2026-11-22") == (length == "headlines")


@pytest.mark.parametrize(
    "data",
    [
        *("full:2026-11-22", "full:2026-02-31", "full:", "full:2026-11-22:1", "full:9999-12-31"),
        *("day:2026-13-01", "day:9999-12-31", "day:now", "day:", "day:99"),
        *("day:2026-11-22\n", "day:２０２６-11-22", "full:2026-11-22' OR 1", "day:<b>"),
    ],
)
async def test_buttons_that_were_tampered_with_or_lead_nowhere_are_answered(
    talk: Talk, data: str
) -> None:
    fill_days(talk)
    message = await talk.ask("/digest yesterday")
    answer, sent = await talk.press(message, data, force=True)
    assert sent == []
    assert answer.text in {
        "I no longer have that digest. /digest with its date brings the day’s releases.",
        "This button no longer works. Please send the command again.",
    }


async def test_a_moment_to_come_is_now_and_a_very_old_one_has_nothing(talk: Talk) -> None:
    fill_days(talk)
    message = await talk.ask("/digest")
    _, (future,) = await talk.press(message, "day:99999999999", force=True)
    assert "Monday, 23 November 2026" in future.text
    _, (past,) = await talk.press(message, "day:100000000", force=True)
    assert "No releases in the last 24 hours" in past.text
    _, (first,) = await talk.press(message, "day:0001-01-01", force=True)
    assert "the oldest are of Saturday, 21 November 2026" in first.text


async def test_a_button_beneath_a_message_that_is_gone_still_brings_the_day(talk: Talk) -> None:
    fill_days(talk)
    message = await talk.ask("/digest yesterday")
    _, (full,) = await talk.press(message, "day:2026-11-22", is_inaccessible=True)
    assert full.text.count("Official text") == 3


async def test_groups_channels_and_forum_topics_have_past_days_too(talk: Talk) -> None:
    fill_days(talk)
    talk.telegram.open_chat(GROUP_ID, "supergroup", "Group", owner=7)
    talk.telegram.open_chat(CHANNEL_ID, "channel", "Channel", owner=7, bot_is_admin=True)
    talk.telegram.open_chat(FORUM_ID, "supergroup", "Forum", owner=7, threads=[3])
    for where in (
        {"chat_id": GROUP_ID, "user_id": 9},
        {"chat_id": CHANNEL_ID},
        {"chat_id": FORUM_ID, "user_id": 9, "thread_id": 3},
    ):
        message = await talk.ask("/digest 22/11", **where)  # type: ignore[arg-type]
        assert "3 releases" in message.text
        assert message.thread_id == where.get("thread_id", 0)
        _, (full,) = await talk.press(message, "day:2026-11-22", user_id=9)
        assert full.text.count("Official text") == 3
        assert full.thread_id == message.thread_id
