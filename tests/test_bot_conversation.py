"""Whole conversations over HTTP with the local Bot API server."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from fakes import Clock, QuickTime
from talk import Talk, open_talk
from telegram.error import InvalidToken

from bot.app import Address, Surroundings, build_app
from bot.commands import list_menu
from bot.config import Settings
from bot.local import LocalTelegram, Message
from bot.local.faults import Fault, Page, Reply
from bot.local.plans import InOrder
from bot.texts import say
from data.models import Release, Topic
from data.store.store import open_store


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def fill(talk: Talk, count: int, topics: Sequence[Topic] = ("culture",)) -> list[Release]:
    releases = make_releases(count, topics=topics)
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())
    return releases


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


def labels_of(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_the_menus_are_set_in_both_languages(talk: Talk) -> None:
    bot = talk.app.application.bot
    english, chinese = await bot.get_my_commands(), await bot.get_my_commands(language_code="zh")
    assert [command.command for command in english] == list_menu()
    assert [command.command for command in chinese] == list_menu()
    assert next(c.description for c in chinese if c.command == "latest") == "最新公報"


async def test_start_says_that_it_is_unofficial_and_offers_languages(talk: Talk) -> None:
    message = await talk.ask("/start")
    assert "unofficial" in message.text
    assert data_of(message) == [
        "begin:language:en",
        "begin:language:zh-Hant",
        "begin:language:zh-Hans",
        "begin:language:en+zh-Hant",
    ]


@pytest.mark.parametrize(
    ("code", "word"),
    [("en", "unofficial"), ("zh-hk", "並非官方"), ("zh-hans", "并非官方"), ("fr", "unofficial")],
)
async def test_the_first_answer_is_in_the_language_of_the_persons_telegram(
    talk: Talk, code: str, word: str
) -> None:
    assert word in (await talk.ask("/start", code=code)).text


async def test_choosing_a_language_changes_the_message_and_all_that_follows(talk: Talk) -> None:
    choice = await talk.ask("/language")
    await talk.press(choice, "language:zh-Hans")
    assert "简体中文" in talk.now_reads(choice).text
    assert "✓ 简体" in labels_of(talk.now_reads(choice))
    assert "订阅" in (await talk.ask("/help")).text


async def test_both_languages_together(talk: Talk) -> None:
    fill(talk, 1)
    choice = await talk.ask("/language")
    await talk.press(choice, "language:en+zh-Hant")
    latest = await talk.ask("/latest")
    assert "Thirteen lanterns" in latest.text
    assert "點亮13盞燈籠" in latest.text
    assert latest.text.count("https") == 0
    assert len([e for e in latest.entities if e.type == "text_link"]) == 2


async def test_latest_shows_as_many_as_asked_newest_first(talk: Talk) -> None:
    fill(talk, 8)
    five = (await talk.ask("/latest")).text
    assert five.index("Notice 7") < five.index("Notice 3")
    assert "Notice 2" not in five
    assert "Notice 5" not in (await talk.ask("/latest 2")).text
    assert "Notice 0" in (await talk.ask("/latest ８")).text


@pytest.mark.parametrize("typed", ["0", "21", "9" * 4000])
async def test_latest_with_a_bad_number_says_what_to_type(talk: Talk, typed: str) -> None:
    fill(talk, 2)
    message = await talk.ask(f"/latest {typed}")
    assert "number from 1 to 20" in message.text
    assert "/latest 5" in message.text


async def test_latest_on_an_empty_database_says_so(talk: Talk) -> None:
    assert "no releases yet" in (await talk.ask("/latest")).text


async def test_topics_are_followed_and_unfollowed_by_button(talk: Talk) -> None:
    choice = await talk.ask("/topic")
    assert len([data for data in data_of(choice) if data.startswith("follow:")]) == 10
    notice, _ = await talk.press(choice, "follow:health")
    assert "Following Health" in (notice.text or "")
    assert "unfollow:health" in data_of(talk.now_reads(choice))
    await talk.press(choice, "follow:law")
    notice, _ = await talk.press(choice, "unfollow:health")
    assert "No longer following Health" in (notice.text or "")
    chat = talk.app.store.chats.find(choice.chat_id)
    assert chat is not None
    assert talk.app.store.chats.list_followed(chat) == ("law",)
    await talk.press(choice, "follow:all")
    assert talk.app.store.chats.list_followed(chat) == ()


@pytest.mark.parametrize("name", ["health", "Health and", "HEALTH", "健康", "健康及社福", "卫生"])
async def test_a_topic_is_found_by_its_names_and_shows_its_newest_releases(
    talk: Talk, name: str
) -> None:
    fill(talk, 2, topics=("health",))
    message = await talk.ask(f"/topic {name}")
    assert "Notice 1" in message.text
    assert data_of(message)[-3:] == ["follow:t:health", "mute:t:health", "topics:"]


async def test_following_under_the_releases_of_a_topic_turns_the_button(talk: Talk) -> None:
    fill(talk, 1, topics=("health",))
    message = await talk.ask("/topic health")
    await talk.press(message, "follow:t:health")
    now_reads = talk.now_reads(message)
    assert data_of(now_reads)[-2:] == ["unfollow:t:health", "topics:"]
    assert now_reads.text == message.text


async def test_the_keyboard_of_a_long_answer_goes_under_its_last_part(talk: Talk) -> None:
    await talk.press(await talk.ask("/language"), "language:en+zh-Hant")
    for release in fill(talk, 5, topics=("law",)):
        long = [
            summary.model_copy(update={"text": "word " * 120})
            for summary in make_summaries(release)
        ]
        talk.app.store.releases.save_summaries(release, long, talk.clock())
    first, last = await talk.say("/topic law")
    assert all(data.startswith("card:") for data in data_of(first))
    assert data_of(last)[-3:] == ["follow:t:law", "mute:t:law", "topics:"]


async def test_a_topic_without_releases_says_so_and_can_be_followed(talk: Talk) -> None:
    message = await talk.ask("/topic weather")
    assert "no releases of Weather" in message.text
    assert "follow:t:weather" in data_of(message)


@pytest.mark.parametrize("name", ["astrology", "<b>x</b>", "占星", "'; DROP TABLE chats; --"])
async def test_an_unknown_topic_is_answered_with_those_there_are(talk: Talk, name: str) -> None:
    message = await talk.ask(f"/topic {name}")
    assert name in message.text
    assert "follow:health" in data_of(message)


async def test_subscribing_tells_when_the_next_digest_comes(talk: Talk) -> None:
    message = await talk.ask("/subscribe")
    assert "Monday, 23 November 2026 08:00 (Asia/Hong_Kong)" in message.text
    assert "already" in (await talk.ask("/subscribe")).text
    assert "/subscribe brings it back" in (await talk.ask("/unsubscribe")).text
    assert "no digest to stop" in (await talk.ask("/unsubscribe")).text


async def test_subscribing_with_an_hour_sets_it(talk: Talk) -> None:
    assert "22 November 2026 19:30" in (await talk.ask("/subscribe 19:30")).text
    assert "23 November 2026 07:05" in (await talk.ask("/subscribe ７：０５")).text
    assert "already" in (await talk.ask("/subscribe 7:05")).text
    assert "every day at 07:05" in (await talk.ask("/help")).text


@pytest.mark.parametrize("typed", ["25:99", "24:00", "7:60", "morning", "7", "<b>", "-1:00"])
async def test_an_hour_that_is_none_is_answered_with_how_to_write_it(
    talk: Talk, typed: str
) -> None:
    assert "/subscribe 07:30" in (await talk.ask(f"/subscribe {typed}")).text
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    assert not chat.subscribed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("简体", "以后我会以简体中文回复"),
        ("繁體", "以後我會以繁體中文回覆"),
        ("English", "I’ll write in English"),
        ("both", "I’ll write in English from now on.\n\n以後我會以繁體中文回覆。"),
    ],
)
async def test_a_language_can_be_named(talk: Talk, typed: str, words: str) -> None:
    assert words in (await talk.ask(f"/language {typed}")).text


async def test_simplified_readers_are_told_that_they_get_simplified(talk: Talk) -> None:
    choice = await talk.ask("/language")
    await talk.press(choice, "language:zh-Hans")
    assert talk.now_reads(choice).text == "以后我会以简体中文回复。"


async def test_an_unknown_language_is_answered_with_those_there_are(talk: Talk) -> None:
    message = await talk.ask("/language Klingon")
    assert "Klingon" in message.text
    assert "language:zh-Hans" in data_of(message)


async def test_digest_now_holds_the_last_24_hours_of_the_topics_followed(talk: Talk) -> None:
    fill(talk, 3, topics=("health",))
    everything = await talk.ask("/digest")
    assert "3 releases" in everything.text
    choice = await talk.ask("/topic")
    await talk.press(choice, "follow:law")
    assert "fit what you follow" in (await talk.ask("/digest")).text
    await talk.press(choice, "unfollow:law")
    talk.clock.advance(hours=25)
    assert "No releases in the last 24 hours. " in (await talk.ask("/digest")).text


async def test_a_digest_of_a_full_day_is_two_messages_and_comes_in_full_on_asking(
    talk: Talk,
) -> None:
    fill(talk, 60)
    parts = await talk.say("/digest")
    assert len(parts) == 2
    assert sum(part.text.count("Notice") for part in parts) >= 60
    _, full = await talk.press(parts[-1], data_of(parts[-1])[-1])
    assert len(full) == 2
    assert sum(part.text.count("Official text") for part in full) == 60


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/weather", "I don’t know that command"),
        ("/LATEST5", "I don’t know that command"),
        ("hello", "I answer commands"),
        ("你好", "I answer commands"),
        ("<script>alert(1)</script>", "I answer commands"),
    ],
)
async def test_what_it_does_not_know_gets_a_helpful_answer(
    talk: Talk, typed: str, answer: str
) -> None:
    message = await talk.ask(typed)
    assert answer in message.text
    assert "/help" in message.text


async def test_a_button_of_an_older_version_or_tampered_with_is_answered(talk: Talk) -> None:
    welcome = await talk.ask("/start")
    for data in ("language:xx", "follow:astrology", "topic:../../x", "nonsense", ":", "subscribe"):
        # Such data can't come from our keyboards; a modified client can send it all the same.
        await talk.app.application.bot.edit_message_reply_markup(
            welcome.chat_id,
            welcome.message_id,
            reply_markup={"inline_keyboard": [[{"text": "x", "callback_data": data}]]},
        )
        notice, sent = await talk.press(talk.now_reads(welcome), data)
        assert "no longer works" in (notice.text or "")
        assert sent == []


async def test_pressing_twice_is_no_error(talk: Talk) -> None:
    choice = await talk.ask("/language")
    for _ in range(2):
        await talk.press(choice, "language:en")
    assert talk.now_reads(choice).text == "I’ll write in English from now on."


async def test_a_group_is_served_and_other_bots_commands_are_left_alone(talk: Talk) -> None:
    fill(talk, 1)
    talk.telegram.open_chat(-500, "supergroup", "Neighbours")
    answered = await talk.say("/latest@tongbao_local_bot", chat_id=-500)
    assert "Notice 0" in answered[0].text
    assert await talk.say("/weather", chat_id=-500) == []
    assert await talk.say("/latest@another_bot", chat_id=-500) == []


async def test_a_chat_that_blocked_the_bot_and_returns_has_its_settings(talk: Talk) -> None:
    await talk.press(await talk.ask("/language"), "language:zh-Hant")
    await talk.say("/subscribe")
    talk.app.store.chats.mark_gone(1001)
    assert "訂閱" in (await talk.ask("/help")).text
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    assert (chat.status, chat.subscribed) == ("active", True)


async def test_updates_fetched_before_a_crash_are_handled_after_it(
    tmp_path: Path, now: datetime
) -> None:
    async with open_talk(tmp_path, now) as talk:
        talk.telegram.say("/help")
        await talk.app.inbox.fetch()
        # The process dies here: committed and not yet handled.
        again = open_again(talk)
        assert again == 1
        assert await talk.app.inbox.handle_due() == 1
        assert await talk.app.inbox.handle_due() == 0
        assert await talk.app.sender.deliver_due() == 1
        assert "What I can do" in talk.telegram.messages()[-1].text


def open_again(talk: Talk) -> int:
    other = open_store(talk.app.jobs.database)
    waiting = len(other.updates.list_due())
    other.close()
    return waiting


async def test_an_update_that_cannot_be_read_holds_up_nothing(talk: Talk) -> None:
    talk.app.store.updates.save([{"update_id": 1, "message": {"date": "x"}}], talk.clock())
    assert "What I can do" in (await talk.ask("/help")).text
    assert talk.app.store.updates.list_due() == []


async def test_a_failure_is_confessed_to_the_reader_and_the_bot_goes_on(talk: Talk) -> None:
    await talk.ask("/help")
    talk.app.store.db.execute("ALTER TABLE releases RENAME TO hidden")
    assert "Something went wrong" in (await talk.ask("/latest")).text
    talk.app.store.db.execute("ALTER TABLE hidden RENAME TO releases")
    assert "no releases yet" in (await talk.ask("/latest")).text


async def test_a_refused_token_is_told_apart_from_an_outage(
    tmp_path: Path, local: LocalTelegram, clock: Clock
) -> None:
    address = Address("123456:" + "A" * 35, local.base_url, local.base_file_url)
    surroundings = Surroundings(address, (), tmp_path / "x.db")
    app = build_app(Settings.model_validate({"state_dir": tmp_path}), surroundings, clock)
    with pytest.raises(InvalidToken):
        await app.connect()
    await app.close()


async def test_a_start_outlasts_whatever_telegram_answers(
    tmp_path: Path, local: LocalTelegram, clock: Clock
) -> None:
    address = Address(local.token, local.base_url, local.base_file_url)
    timer = QuickTime().timer()
    surroundings = Surroundings(address, (), tmp_path / "x.db", timer=timer)
    app = build_app(Settings.model_validate({"state_dir": tmp_path}), surroundings, clock)
    flood = Reply(429, "Too Many Requests: retry after 5", retry_after=5)
    faults: list[Fault] = [Page(502), *[flood] * 7, Reply(500, "Internal Server Error"), Page(200)]
    local.set_faults(InOrder(faults, methods={"getMe", "setMyCommands"}))
    await app.connect()
    await app.close()
    assert sum(local.faults_given.values()) == len(faults)


@pytest.mark.parametrize("command", ["/latest 2", "/topic culture", "/digest"])
async def test_what_somebody_is_shown_without_a_summary_is_made_first(
    talk: Talk, command: str
) -> None:
    shown, *_ = fill(talk, 2)
    changed = shown.texts["en"].model_copy(update={"body": "Thirteen lanterns went out."})
    missing = shown.model_copy(update={"texts": {**shown.texts, "en": changed}})
    talk.app.store.releases.save([missing], talk.clock())
    await talk.say(command)
    assert talk.app.worker.wanted == {missing.id}


@pytest.mark.parametrize("data", ["language:zh-Hant", "follow:law", "alert:weather", "subscribe:"])
async def test_a_button_that_was_in_an_unknown_topic_of_a_forum_changes_nothing(
    talk: Talk, data: str
) -> None:
    forum = {"id": -100_700, "type": "supergroup", "title": "Forum", "is_forum": True}
    talk.telegram.open_chat(-100_700, "supergroup", "Forum", threads=[7])
    assert await press_lost(talk, forum, data) == say("en", "error.old_button")
    assert talk.app.store.chats.list_threads(-100_700) == []
    assert talk.app.store.deliveries.count("sent") == 0


async def test_a_button_of_a_message_that_is_gone_still_works_where_its_chat_is_known(
    talk: Talk,
) -> None:
    private = {"id": 1001, "type": "private", "first_name": "Reader"}
    assert await press_lost(talk, private, "language:zh-Hant") == ""
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    assert chat.language == "zh-Hant"


async def press_lost(talk: Talk, chat: dict[str, object], data: str) -> str:
    """Press a button of a message that Telegram tells nothing of; the notice that comes."""
    query_id, answer = talk.telegram.state.add_query()
    query = {
        "id": query_id,
        "from": {"id": 1001, "is_bot": False, "first_name": "Reader", "language_code": "en"},
        "chat_instance": "1",
        "data": data,
        "message": {"chat": chat, "message_id": 5, "date": 0},
    }
    talk.telegram.state.push_update("callback_query", query)
    await talk.settle()
    return (await answer).text
