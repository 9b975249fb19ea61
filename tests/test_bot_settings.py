"""/settings by tapping, typing and sharing a place, over HTTP with the local server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from talk import Talk, open_talk

from bot.local import READER_ID, Message
from bot.texts import say
from data.models import WORKDAYS, Chat, Content, Delivery, Priority, Subscription

GROUP = -1_000_500
PANELS = ["time", "days", "zone", "quiet", "length", "language", "alerts", "empty", "silent"]


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


def marked(message: Message) -> list[str]:
    return [b["callback_data"] for b in message.buttons if b["text"].startswith("✓")]


def chat_of(talk: Talk, chat_id: int = READER_ID, thread_id: int = 0) -> Chat:
    chat = talk.app.store.chats.find(chat_id, thread_id)
    assert chat is not None
    return chat


async def open_panel(talk: Talk, panel: str, chat_id: int = READER_ID) -> Message:
    overview = await talk.ask("/settings", chat_id=chat_id)
    await talk.press(overview, f"set:{panel}")
    return talk.now_reads(overview)


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans", "en+zh-Hant"])
async def test_every_panel_opens_in_the_same_message_and_leads_back(
    talk: Talk, language: str
) -> None:
    await talk.say(f"/language {language}")
    overview = await talk.ask("/settings")
    for panel in PANELS:
        assert f"set:{panel}" in data_of(talk.now_reads(overview))
        _, sent = await talk.press(overview, f"set:{panel}")
        assert sent == []
        opened = talk.now_reads(overview)
        assert opened.text != overview.text
        assert data_of(opened)[-1] == "set:main"
        await talk.press(opened, "set:main")
        assert talk.now_reads(overview).text == overview.text


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        ("set:at:2100", "digest_time", time(21)),
        ("set:days:12345", "weekdays", WORKDAYS),
        ("set:day:7", "weekdays", frozenset({1, 2, 3, 4, 5, 6})),
        ("set:quiet:2300-0700", "quiet", (time(23), time(7))),
        ("set:length:headlines", "length", "headlines"),
        ("set:length:full", "length", "full"),
        ("set:language:zh-Hans", "language", "zh-Hans"),
        ("set:empty:skip", "skip_empty", True),
        ("set:silent:on", "is_silent", True),
    ],
)
async def test_a_tap_changes_a_setting_and_shows_it(
    talk: Talk, data: str, field: str, value: object
) -> None:
    panel = {"at": "time", "day": "days"}.get(data.split(":")[1], data.split(":")[1])
    opened = await open_panel(talk, panel)
    before = opened.text
    await talk.press(opened, data, force=True)
    assert getattr(chat_of(talk), field) == value
    changed = talk.now_reads(opened)
    assert (changed.text, marked(changed)) != (before, marked(opened))
    if not data.startswith("set:day:"):
        assert data in marked(changed)


async def test_alerts_are_tapped_on_and_off(talk: Talk) -> None:
    opened = await open_panel(talk, "alerts")
    await talk.press(opened, "set:alert:weather")
    await talk.press(opened, "set:alert:health")
    await talk.press(opened, "set:alert:weather")
    assert talk.app.store.chats.list_alerts(chat_of(talk)) == ("health",)
    assert marked(talk.now_reads(opened)) == ["set:alert:health"]


async def test_the_last_day_can_not_be_taken_away(talk: Talk) -> None:
    opened = await open_panel(talk, "days")
    for day in range(1, 8):
        await talk.press(opened, f"set:day:{day}")
    assert chat_of(talk).weekdays == {7}


async def test_a_change_of_the_hour_the_days_or_the_zone_plans_the_next_digest_anew(
    talk: Talk,
) -> None:
    await talk.say("/subscribe 7:30")
    opened = await open_panel(talk, "time")
    await talk.press(opened, "set:at:2000")
    assert chat_of(talk).next_due == datetime(2026, 11, 22, 12, tzinfo=UTC)
    await talk.ask("London")
    assert chat_of(talk).time_zone == "Asia/Hong_Kong"  # words are for the hour while that is open
    await talk.press(opened, "set:zone", force=True)
    await talk.ask("London")
    assert chat_of(talk).next_due == datetime(2026, 11, 22, 20, tzinfo=UTC)
    await talk.press(opened, "set:days", force=True)
    await talk.press(opened, "set:day:7")
    assert chat_of(talk).next_due == datetime(2026, 11, 23, 20, tzinfo=UTC)


async def test_who_has_no_digest_can_begin_one_here(talk: Talk) -> None:
    overview = await talk.ask("/settings")
    assert "none for now" in overview.text
    await talk.press(overview, "set:subscribe")
    assert chat_of(talk).subscribed
    assert "Next digest" in talk.now_reads(overview).text
    assert "set:subscribe" not in data_of(talk.now_reads(overview))


@pytest.mark.parametrize(
    ("typed", "at"),
    [("7:30", time(7, 30)), ("7點半", time(7, 30)), ("晚上八點", time(20)), ("8pm", time(20))],
)
async def test_the_hour_is_typed_while_its_panel_is_open(talk: Talk, typed: str, at: time) -> None:
    await open_panel(talk, "time")
    assert f"{at:%H:%M}" in (await talk.ask(typed)).text
    chat = chat_of(talk)
    assert (chat.digest_time, chat.awaiting, chat.subscribed) == (at, None, False)
    assert (await talk.ask("9:00")).text == say("en", "error.plain_text")
    assert chat_of(talk).digest_time == at


@pytest.mark.parametrize("panel", ["time", "quiet", "zone"])
@pytest.mark.parametrize("typed", ["<b>x</b>", "x" * 4000, "🙂", "&lt;", "25:99", "\u202e\u2066x"])
async def test_what_is_not_understood_is_asked_for_again(
    talk: Talk, panel: str, typed: str
) -> None:
    await open_panel(talk, panel)
    before = chat_of(talk)
    message = await talk.ask(typed)
    assert "/zone" in message.text or "7:30" in message.text or "/quiet" in message.text
    assert len(message.text) < 400
    assert chat_of(talk) == before


async def test_quiet_hours_are_typed_too(talk: Talk) -> None:
    await open_panel(talk, "quiet")
    assert "23:15–06:45" in (await talk.ask("23:15-06:45")).text
    assert chat_of(talk).quiet == (time(23, 15), time(6, 45))
    await open_panel(talk, "quiet")
    assert "same time" in (await talk.ask("7:00-7:00")).text
    await talk.ask("off")
    assert chat_of(talk).quiet is None


async def test_a_city_is_typed_and_an_offset_offers_cities(talk: Talk) -> None:
    await open_panel(talk, "zone")
    offered = await talk.ask("GMT+8")
    assert "zone:Asia/Singapore" in data_of(offered)
    assert "Asia/Shanghai" in (await talk.ask("深圳")).text
    assert chat_of(talk).time_zone == "Asia/Shanghai"


async def test_a_city_that_is_tapped_ends_the_asking_too(talk: Talk) -> None:
    await open_panel(talk, "zone")
    offered = await talk.ask("Londn")
    await talk.press(offered, "zone:Europe/London")
    chat = chat_of(talk)
    assert (chat.time_zone, chat.awaiting) == ("Europe/London", None)
    assert "/search" in (await talk.ask("thank you")).text


@pytest.mark.parametrize("way", ["/help", "/latest", "set:main", "set:length"])
async def test_nothing_is_awaited_any_more_after_a_command_or_the_way_back(
    talk: Talk, way: str
) -> None:
    opened = await open_panel(talk, "time")
    assert chat_of(talk).awaiting == "time"
    if way.startswith("/"):
        await talk.say(way)
    else:
        await talk.press(opened, way, force=True)
    assert (await talk.ask("9:00")).text == say("en", "error.plain_text")
    assert chat_of(talk).digest_time == time(8)


async def test_a_place_gives_its_zone_and_the_key_goes_away(talk: Talk) -> None:
    opened = await open_panel(talk, "zone")
    _, (asked,) = await talk.press(opened, "set:locate")
    assert asked.markup is not None
    assert asked.markup["keyboard"][0][0]["request_location"]
    (told,) = await talk.share_location(51.5, -0.12)
    assert "Europe/London" in told.text
    assert told.markup == {"remove_keyboard": True}
    chat = chat_of(talk)
    assert (chat.time_zone, chat.awaiting) == ("Europe/London", None)


async def test_a_place_without_a_zone_is_answered(talk: Talk) -> None:
    (told,) = await talk.share_location(0, -140)
    assert told.text == say("en", "settings.no_zone_there")
    assert chat_of(talk).time_zone == "Asia/Hong_Kong"


async def test_in_a_group_the_panels_say_what_to_write_and_take_no_words(talk: Talk) -> None:
    talk.telegram.open_chat(GROUP, "supergroup", "Neighbours", administrators=[READER_ID])
    opened = await open_panel(talk, "time", GROUP)
    assert "/subscribe 7:30" in opened.text
    assert chat_of(talk, GROUP).awaiting is None
    assert await talk.say("9:00", chat_id=GROUP) == []
    zone = await open_panel(talk, "zone", GROUP)
    assert data_of(zone) == ["set:main"]
    assert await talk.share_location(51.5, -0.12, chat_id=GROUP) == []
    assert chat_of(talk, GROUP).time_zone == "Asia/Hong_Kong"


@pytest.mark.parametrize(
    "data",
    [
        *("set:", "set:x", "set:at:9999", "set:at:", "set:at:12345", "set:day:8", "set:day:0"),
        *("set:days:", "set:days:67", "set:quiet:2300", "set:quiet:2300-2300", "set:quiet:9-8"),
        *("set:length:epic", "set:language:xx", "set:empty:yes", "set:silent:", "set:alert:x"),
        *(
            "set:alert:all",
            "set:main:x",
            "set:main\n",
            "set:time\n",
            "set:silent:on\n",
            "set:at:٠٨٠٠",
        ),
    ],
)
async def test_a_tap_that_was_tampered_with_changes_nothing(talk: Talk, data: str) -> None:
    overview = await talk.ask("/settings")
    before = chat_of(talk)
    answer, sent = await talk.press(overview, data, force=True)
    assert "no longer works" in (answer.text or "")
    assert sent == []
    assert chat_of(talk) == before
    assert talk.now_reads(overview).text == overview.text


async def test_only_what_comes_unasked_and_can_wait_is_silent(talk: Talk) -> None:
    opened = await open_panel(talk, "silent")
    await talk.press(opened, "set:silent:on")
    for priority in Priority:
        delivery = Delivery(
            key=f"x:{priority.name}",
            chat_id=READER_ID,
            content=Content.of(priority.name),
            priority=priority,
            not_before=talk.clock(),
        )
        talk.app.store.deliveries.owe([delivery], talk.clock())
    await talk.app.sender.deliver_due()
    silent = {each.text for each in talk.telegram.messages() if each.is_silent}
    assert silent == {"CORRECTION", "DIGEST"}
    sounding = {each.text for each in talk.telegram.messages() if not each.is_silent}
    assert {"ANSWER", "ALERT"} <= sounding


async def test_what_is_followed_and_muted_is_told_and_escaped(talk: Talk) -> None:
    await talk.say("/mute <b>beach")
    assert "Holds: everything (left out: “<b>beach”)" in (await talk.ask("/settings")).text
    await talk.say("/follow health")
    words = "Health and welfare (left out: “<b>beach”)"
    assert f"Holds: {words}" in (await talk.ask("/settings")).text
    assert f"It holds: {words}." in (await talk.ask("/subscribe")).text


@pytest.mark.parametrize("language", ["en", "zh-Hans", "en+zh-Hant"])
async def test_a_long_list_is_told_in_short(talk: Talk, language: str) -> None:
    await talk.say(f"/language {language}")
    for number in range(50):
        word = Subscription(kind="keyword", value=f"{number:02}{'長' * 30}", follow=number % 2 == 0)
        talk.app.store.chats.subscribe(chat_of(talk), word)
    text = (await talk.ask("/settings")).text
    assert ("17 more" in text) == (language != "zh-Hans")
    assert ("另17项" in text) == (language == "zh-Hans")
    assert "…" not in text


async def test_two_chats_and_two_topics_of_a_forum_have_settings_of_their_own(talk: Talk) -> None:
    talk.telegram.open_chat(GROUP, "supergroup", "F", threads=[7, 8], administrators=[READER_ID])
    seven = await talk.ask("/settings", chat_id=GROUP, thread_id=7)
    await talk.ask("/settings", chat_id=GROUP, thread_id=8)
    await talk.press(seven, "set:language")
    await talk.press(seven, "set:language:zh-Hant")
    assert chat_of(talk, GROUP, 7).language == "zh-Hant"
    assert chat_of(talk, GROUP, 8).language == "en"
