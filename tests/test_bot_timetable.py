"""When readers want to hear of what: said in conversation, and what comes of it."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from talk import Talk, open_talk

from bot.local import Message
from data.models import TOPICS, Chat

HONG_KONG_MONDAY = "Next digest: Monday, 23 November 2026 08:00 (Asia/Hong_Kong)"


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    """A Sunday morning, 08:00 in Hong Kong."""
    async with open_talk(tmp_path, now) as opened:
        yield opened


def chat_of(talk: Talk) -> Chat:
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    return chat


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


async def test_subscribing_tells_the_days_the_hour_and_the_next_digest(talk: Talk) -> None:
    text = (await talk.ask("/subscribe 7:30pm weekdays")).text
    assert "a digest from Monday to Friday at 19:30" in text
    assert "Next digest: Monday, 23 November 2026 19:30 (Asia/Hong_Kong)" in text
    assert "from Monday to Friday at 19:30" in (await talk.ask("/help")).text
    text = (await talk.ask("/subscribe tue,sun")).text
    assert "a digest on Tuesday and Sunday at 19:30" in text
    assert "Next digest: Sunday, 22 November 2026 19:30" in text
    assert "already" in (await talk.ask("/subscribe 19:30")).text
    assert "every day" in (await talk.ask("/subscribe daily")).text


async def test_weekly_is_on_the_weekday_of_the_next_digest(talk: Talk) -> None:
    assert "on Monday at 08:00" in (await talk.ask("/subscribe weekly")).text
    assert chat_of(talk).weekdays == {1}
    talk.clock.advance(days=1)
    assert await talk.app.jobs.compose() == 1
    text = (await talk.ask("/subscribe weekly 9:00")).text
    assert "Next digest: Monday, 30 November 2026 09:00" in text


@pytest.mark.parametrize("typed", ["25:00", "someday", "7:30 mon-", "morning"])
async def test_what_is_not_understood_is_said_with_examples_and_changes_nothing(
    talk: Talk, typed: str
) -> None:
    await talk.ask("/subscribe 7:30 mon")
    before = chat_of(talk)
    text = (await talk.ask(f"/subscribe {typed}")).text
    assert "I don’t understand when" in text
    assert "/subscribe mon,wed,fri" in text
    assert chat_of(talk) == before


async def test_a_zone_moves_the_next_digest(talk: Talk) -> None:
    await talk.ask("/subscribe")
    text = (await talk.ask("/zone London")).text
    assert "Your time zone is now Europe/London; it is Sunday, 22 November 2026 00:00 there" in text
    assert "Next digest: Sunday, 22 November 2026 08:00 (Europe/London)" in text
    text = (await talk.ask("/zone")).text
    assert "Your time zone is Europe/London" in text
    assert "Next digest: Sunday" in text


async def test_a_zone_can_be_set_before_subscribing(talk: Talk) -> None:
    text = (await talk.ask("/zone 紐約")).text
    assert "America/New_York; it is Saturday, 21 November 2026 19:00 there" in text
    assert "Next digest" not in text
    assert "21 November 2026 20:00 (America/New_York)" in (await talk.ask("/subscribe 20:00")).text


async def test_an_ambiguous_or_mistyped_zone_is_offered_to_tap(talk: Talk) -> None:
    choice = await talk.ask("/zone Central")
    assert data_of(choice) == ["zone:America/Chicago", "zone:America/Winnipeg"]
    _, (answer,) = await talk.press(choice, "zone:America/Chicago")
    assert "Your time zone is now America/Chicago" in answer.text
    slip = await talk.ask("/zone Londn")
    assert "Did you mean" in slip.text
    assert "zone:Europe/London" in data_of(slip)


async def test_an_unknown_zone_is_answered_with_an_example_and_changes_nothing(talk: Talk) -> None:
    message = await talk.ask("/zone <b>Xyzzyplugh</b>")
    assert "<b>Xyzzyplugh</b>" in message.text
    assert "/zone London" in message.text
    assert chat_of(talk).time_zone == "Asia/Hong_Kong"


async def test_quiet_hours_are_set_shown_and_ended(talk: Talk) -> None:
    await talk.ask("/subscribe")
    text = (await talk.ask("/quiet 23:00-07:00")).text
    assert "Quiet hours: 23:00 to 07:00 (Asia/Hong_Kong)" in text
    assert "alerts of the highest level" in text
    assert HONG_KONG_MONDAY in text
    assert chat_of(talk).quiet == (time(23), time(7))
    text = (await talk.ask("/quiet")).text
    assert "23:00 to 07:00" in text
    assert "/quiet off" in text
    assert "no quiet hours" in (await talk.ask("/quiet off")).text
    assert chat_of(talk).quiet is None


@pytest.mark.parametrize(
    ("typed", "words"), [("8:00-8:00", "would never end"), ("whenever", "I don’t understand")]
)
async def test_quiet_hours_that_make_no_sense_are_refused(
    talk: Talk, typed: str, words: str
) -> None:
    await talk.ask("/quiet 23:00-07:00")
    text = (await talk.ask(f"/quiet {typed}")).text
    assert words in text
    assert "/quiet 23:00-07:00" in text
    assert chat_of(talk).quiet == (time(23), time(7))


async def test_days_without_releases_are_skipped_or_told(talk: Talk) -> None:
    await talk.ask("/subscribe")
    text = (await talk.ask("/empty")).text
    assert "a short message says so" in text
    assert "/empty skip" in text
    text = (await talk.ask("/empty skip")).text
    assert "there is no digest message" in text
    assert HONG_KONG_MONDAY in text
    assert chat_of(talk).skip_empty
    assert "/empty send" in (await talk.ask("/empty maybe")).text
    assert chat_of(talk).skip_empty
    await talk.ask("/empty 照發")
    assert not chat_of(talk).skip_empty


@pytest.mark.parametrize("typed", ["skip", "SKIP", "跳過", "跳过", "略過", "略过", "不發", "不发"])
async def test_words_are_understood_in_either_chinese_script(talk: Talk, typed: str) -> None:
    await talk.ask(f"/empty {typed}")
    assert chat_of(talk).skip_empty


async def test_alerts_are_switched_by_topic(talk: Talk) -> None:
    await talk.ask("/subscribe")
    choice = await talk.ask("/alerts")
    assert "No alerts" in choice.text
    assert HONG_KONG_MONDAY in choice.text
    assert len([data for data in data_of(choice) if data.startswith("alert:")]) == 10
    await talk.press(choice, "alert:weather")
    now_reads = talk.now_reads(choice)
    assert "Alerts on: Weather" in now_reads.text
    assert "unalert:weather" in data_of(now_reads)
    await talk.press(choice, "alert:all")
    assert talk.app.store.chats.list_alerts(chat_of(talk)) == TOPICS
    await talk.press(choice, "unalert:weather")
    assert "weather" not in talk.app.store.chats.list_alerts(chat_of(talk))
    await talk.press(choice, "unalert:all")
    assert talk.app.store.chats.list_alerts(chat_of(talk)) == ()
    assert talk.app.store.chats.list_followed(chat_of(talk)) == ()


async def test_alerts_can_be_named(talk: Talk) -> None:
    def chosen() -> tuple[str, ...]:
        return talk.app.store.chats.list_alerts(chat_of(talk))

    await talk.ask("/alerts weather")
    assert chosen() == ("weather",)
    await talk.ask("/alerts 健康、交通")
    assert chosen() == ("weather", "health", "transport")
    message = await talk.ask("/alerts weather, astrology")
    assert "I don’t know the topic “astrology”" in message.text
    assert chosen() == ("weather", "health", "transport")
    await talk.ask("/alerts －weather, -transport, law")
    assert chosen() == ("health", "law")
    await talk.ask("/alerts -health, -astrology")
    assert chosen() == ("health", "law")
    await talk.ask("/alerts off")
    assert chosen() == ()
    await talk.ask("/alerts 全部")
    assert chosen() == TOPICS


async def test_readers_in_chinese_and_in_both_languages_are_answered_so(talk: Talk) -> None:
    await talk.press(await talk.ask("/language"), "language:zh-Hans")
    text = (await talk.ask("/subscribe 一三五 晚上八點")).text
    assert "你已订阅逢星期一、星期三和星期五20:00的摘要" in text
    assert "下一份摘要：2026年11月23日星期一 20:00（Asia/Hong_Kong）" in text
    await talk.press(await talk.ask("/language"), "language:en+zh-Hant")
    text = (await talk.ask("/quiet 23-7")).text
    assert "Quiet hours: 23:00 to 07:00" in text
    assert "勿擾時段：23:00至07:00" in text
    assert text.count("2026") == 2


async def test_moving_the_hour_after_todays_digest_gives_the_next_one_tomorrow(talk: Talk) -> None:
    await talk.ask("/subscribe 8:30")
    talk.clock.advance(minutes=30)
    assert await talk.app.jobs.compose() == 1
    assert talk.app.store.chats.get_last_date(chat_of(talk)) == date(2026, 11, 22)
    text = (await talk.ask("/subscribe 20:00")).text
    assert "Next digest: Monday, 23 November 2026 20:00" in text


async def test_moving_the_hour_while_a_digest_is_due_does_not_lose_it(talk: Talk) -> None:
    await talk.ask("/subscribe 8:30")
    talk.clock.advance(minutes=31)
    await talk.ask("/subscribe 7:00")
    assert chat_of(talk).next_date == date(2026, 11, 22)
    assert await talk.app.jobs.compose() == 1
    assert chat_of(talk).next_date == date(2026, 11, 23)


async def test_unsubscribing_keeps_the_timetable(talk: Talk) -> None:
    await talk.ask("/subscribe 7:30 sat")
    await talk.ask("/unsubscribe")
    assert (chat_of(talk).next_due, chat_of(talk).next_date) == (None, None)
    assert "on Saturday at 07:30" in (await talk.ask("/subscribe")).text


async def test_a_digest_that_is_owed_does_not_come_after_unsubscribing(talk: Talk) -> None:
    await talk.ask("/subscribe")
    await talk.ask("/quiet 8:30-10:00")
    talk.clock.advance(days=1, hours=1)
    assert await talk.app.jobs.compose() == 1
    await talk.app.sender.deliver_due()
    assert await talk.settle() == []
    assert talk.app.store.deliveries.count("due") == 1
    await talk.ask("/unsubscribe")
    talk.clock.advance(hours=3)
    await talk.app.sender.deliver_due()
    assert await talk.settle() == []
    assert talk.app.store.deliveries.count("due") == 0
