"""The first three taps, and the links that lead to the bot, over HTTP with the local server."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from factories import ISSUED, make_releases, make_summaries
from talk import Talk, open_talk

from bot.local import READER_ID, Message
from bot.texts import say
from data.models import Chat, ChatLanguage, Subscription, Topic


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def fill(talk: Talk, count: int, topics: Sequence[Topic] = ("culture",)) -> None:
    releases = make_releases(count, topics=topics)
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


def marked(message: Message) -> list[str]:
    return [b["callback_data"] for b in message.buttons if b["text"].startswith("✓")]


def chat_of(talk: Talk, chat_id: int = READER_ID, thread_id: int = 0) -> Chat:
    chat = talk.app.store.chats.find(chat_id, thread_id)
    assert chat is not None
    return chat


ALL_SET = {
    "en": ("All set.", "Next digest", "This is what it will be like"),
    "zh-Hant": ("設定完成", "下一份摘要", "摘要會是這樣的"),
    "zh-Hans": ("设定完成", "下一份摘要", "摘要会是这样的"),
    "en+zh-Hant": ("All set.", "設定完成", "摘要會是這樣的"),
}


@pytest.mark.parametrize("language", ALL_SET)
async def test_three_taps_lead_to_a_subscription_with_a_sample_of_it(
    talk: Talk, language: ChatLanguage
) -> None:
    fill(talk, 5)
    first = await talk.ask("/start")
    assert "unofficial" in first.text
    await talk.press(first, f"begin:language:{language}")
    await talk.press(first, "begin:next")
    _, sent = await talk.press(first, "begin:at:0700")
    assert len(talk.telegram.messages()) == 3
    text = "\n".join([talk.now_reads(first).text, *(each.text for each in sent)])
    for words in ALL_SET[language]:
        assert words in text
    assert ("Notice 4" in text) == language.startswith("en")
    assert ("通告4" in text) == (language != "en")
    chat = chat_of(talk)
    assert (chat.subscribed, chat.language, chat.digest_time) == (True, language, time(7))
    assert chat.next_due is not None


async def test_each_tap_has_a_sensible_default(talk: Talk) -> None:
    first = await talk.ask("/start", code="zh-hk")
    assert marked(first) == ["begin:language:zh-Hant"]
    await talk.press(first, "begin:language:zh-Hant")
    second = talk.now_reads(first)
    assert marked(second) == []
    assert "所有主題 ▸" in [each["text"] for each in second.buttons]
    await talk.press(second, "begin:next")
    assert marked(talk.now_reads(first)) == ["begin:at:0800"]
    await talk.press(first, "begin:at:0800")
    assert "所有公報" in talk.now_reads(first).text


async def test_topics_are_tapped_on_and_off_before_going_on(talk: Talk) -> None:
    first = await talk.ask("/start")
    await talk.press(first, "begin:language:en")
    for topic in ("health", "law", "health"):
        await talk.press(first, f"begin:topic:{topic}")
    assert marked(talk.now_reads(first)) == ["begin:topic:law"]
    assert "Continue ▸" in [each["text"] for each in talk.now_reads(first).buttons]
    assert talk.app.store.chats.list_followed(chat_of(talk)) == ("law",)


@pytest.mark.parametrize(
    ("topics", "shown"),
    [(("law",), "Notice 1"), (("law", "health"), "Notice 1"), (("weather",), None)],
)
async def test_the_sample_is_of_what_was_chosen(
    talk: Talk, topics: Sequence[Topic], shown: str | None
) -> None:
    earlier = make_releases(2, topics=("law",), start=ISSUED - timedelta(days=1))
    talk.app.store.releases.save(earlier, talk.clock())
    fill(talk, 5)
    first = await talk.ask("/start")
    await talk.press(first, "begin:language:en")
    for topic in topics:
        await talk.press(first, f"begin:topic:{topic}")
    await talk.press(first, "begin:next")
    _, sent = await talk.press(first, "begin:at:0800")
    assert len(sent) == (shown is not None)
    assert all(shown in each.text and "Notice 4" not in each.text for each in sent if shown)


async def test_another_hour_is_typed(talk: Talk) -> None:
    first = await talk.ask("/start")
    await talk.press(first, "begin:language:en")
    await talk.press(first, "begin:next")
    _, (how,) = await talk.press(first, "begin:other")
    assert how.text == say("en", "settings.type_time")
    assert (await talk.ask("teatime")).text == say("en", "settings.type_time")
    fill(talk, 3)
    done, sample = await talk.say("晚上八點半")
    assert "Notice 2" in sample.text
    assert data_of(sample)[-3:] == ["latest:", "follows:0", "set:main"]
    assert "All set." in done.text
    assert "20:30" in done.text
    chat = chat_of(talk)
    assert (chat.subscribed, chat.digest_time, chat.awaiting) == (True, time(20, 30), None)


async def test_an_hour_tapped_after_all_leaves_nothing_awaited(talk: Talk) -> None:
    first = await talk.ask("/start")
    await talk.press(first, "begin:language:en")
    await talk.press(first, "begin:next")
    await talk.press(first, "begin:other")
    await talk.press(first, "begin:at:0600")
    assert chat_of(talk).awaiting is None
    assert (await talk.ask("7:30")).text == say("en", "error.plain_text")
    assert chat_of(talk).digest_time == time(6)


async def test_who_is_subscribed_is_welcomed_back(talk: Talk) -> None:
    await talk.say("/subscribe 7:05")
    again = await talk.ask("/start")
    assert "Welcome back" in again.text
    assert "07:05" in again.text
    assert data_of(again) == ["latest:", "follows:0", "set:main"]


async def test_a_link_to_a_topic_has_it_chosen(talk: Talk) -> None:
    first = await talk.ask("/start topic-health")
    await talk.press(first, "begin:language:en")
    assert marked(talk.now_reads(first)) == ["begin:topic:health"]


async def test_a_link_to_a_topic_takes_nothing_from_who_chose_before(talk: Talk) -> None:
    await talk.say("/follow law")
    await talk.say("/subscribe")
    offer = await talk.ask("/start topic-health")
    assert "Health" in offer.text
    assert talk.app.store.chats.list_followed(chat_of(talk)) == ("law",)


async def test_a_link_to_a_topic_adds_it_to_what_was_chosen_before_a_digest_began(
    talk: Talk,
) -> None:
    await talk.say("/follow law")
    await talk.ask("/start topic-health")
    await talk.ask("/start topic-health")
    assert talk.app.store.chats.list_followed(chat_of(talk)) == ("law", "health")


async def test_a_link_sent_by_a_member_of_a_group_chooses_nothing_for_it(talk: Talk) -> None:
    talk.telegram.open_chat(-100_600, "supergroup", "G", administrators=[42])
    offer = await talk.ask("/start topic-health", chat_id=-100_600)
    assert talk.app.store.chats.list_followed(chat_of(talk, -100_600)) == ()
    await talk.press(offer, "follow:t:health")
    assert talk.app.store.chats.list_followed(chat_of(talk, -100_600)) == ()
    await talk.press(offer, "follow:t:health", user_id=42)
    assert talk.app.store.chats.list_followed(chat_of(talk, -100_600)) == ("health",)


async def test_a_link_to_a_department_offers_to_follow_it(talk: Talk) -> None:
    offer = await talk.ask("/start dept-FSD")
    assert "Fire Services Department" in offer.text
    follow = next(data for data in data_of(offer) if data.startswith("follow:"))
    assert talk.app.store.chats.list_subscriptions(chat_of(talk)) == ()
    await talk.press(offer, follow)
    assert talk.app.store.chats.list_subscriptions(chat_of(talk)) == (
        Subscription(kind="department", value="FSD"),
    )


async def test_a_link_to_a_release_shows_it(talk: Talk) -> None:
    fill(talk, 3)
    seq = talk.app.store.releases.list_latest(1)[0].seq
    card = await talk.ask(f"/start release-{seq}")
    assert "Notice 2" in card.text
    assert f"sources:{seq}:en" in data_of(card)


@pytest.mark.parametrize(
    "payload",
    [
        *("topic-", "topic-astrology", "dept-", "dept-NOBODY", "release-", "release-0"),
        *("release-999999999999999999", "release-" + "9" * 50, "release-x", "x" * 64, "-", "_"),
        *("TOPIC_health", "topic-<b>", "topic-health extra", "健康", "release-１", "' OR 1=1 --"),
    ],
)
async def test_a_link_to_what_is_not_there_is_an_ordinary_start(talk: Talk, payload: str) -> None:
    fill(talk, 1)
    first = await talk.ask(f"/start {payload}")
    assert "unofficial" in first.text
    assert len(data_of(first)) == 4


@pytest.mark.parametrize(
    "data",
    [
        *("begin:", "begin:x", "begin:language:", "begin:language:xx", "begin:topic:astrology"),
        *("begin:at:2500", "begin:at:0760", "begin:at:", "begin:at:٠٨٠٠", "begin:next:x"),
        *("begin:at:0800\n", "begin:next\n", "begin:topic:law\n"),
    ],
)
async def test_a_tap_that_was_tampered_with_changes_nothing(talk: Talk, data: str) -> None:
    first = await talk.ask("/start")
    before = chat_of(talk)
    answer, sent = await talk.press(first, data, force=True)
    assert "no longer works" in (answer.text or "")
    assert sent == []
    assert chat_of(talk) == before
    assert talk.app.store.chats.list_followed(before) == ()


async def test_the_buttons_of_the_welcome_of_an_earlier_version_still_work(talk: Talk) -> None:
    first = await talk.ask("/start")
    await talk.press(first, "language:zh-Hant", force=True)
    _, (told,) = await talk.press(first, "subscribe:", force=True)
    assert "你已訂閱" in told.text
    assert chat_of(talk).subscribed


async def test_the_taps_work_beneath_a_message_that_is_gone(talk: Talk) -> None:
    first = await talk.ask("/start")
    await talk.press(first, "begin:language:zh-Hant", is_inaccessible=True)
    assert chat_of(talk).language == "zh-Hant"


async def test_a_forum_topic_starts_by_itself(talk: Talk) -> None:
    talk.telegram.open_chat(-100_800, "supergroup", "F", threads=[7], administrators=[READER_ID])
    first = await talk.ask("/start", chat_id=-100_800, thread_id=7)
    await talk.press(first, "begin:language:zh-Hans")
    await talk.press(first, "begin:next")
    _, (how,) = await talk.press(first, "begin:other")
    assert how.text == say("zh-Hans", "settings.type_time_group")
    await talk.press(first, "begin:at:0800")
    assert chat_of(talk, -100_800, 7).subscribed
    assert talk.app.store.chats.find(-100_800, 0) is None


async def test_a_channel_starts_too(talk: Talk) -> None:
    talk.telegram.open_chat(
        -100_900, "channel", "News", bot_is_admin=True, administrators=[READER_ID]
    )
    first = await talk.ask("/start", chat_id=-100_900)
    await talk.press(first, "begin:language:en")
    await talk.press(first, "begin:next")
    await talk.press(first, "begin:at:0800")
    assert chat_of(talk, -100_900).subscribed
