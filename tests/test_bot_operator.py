"""The operator's commands, over HTTP with the local Bot API server."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from talk import Talk, open_talk

from bot.announcing import BATCH, read_announcement, render_announcement
from bot.app import Address, Surroundings, build_app
from bot.commands import COMMANDS
from bot.config import Settings
from bot.handlers.operator import LETTERS
from bot.handlers.stats import render_stats
from bot.local import READER_ID, Message
from bot.texts import say
from data.feeds import Feed
from data.fetch import Validators
from data.models import Chat, ChatLanguage, Content, Delivery, Priority
from data.store.announcements import Announcement
from data.store.database import write
from data.store.releases import Made
from summarizer.meter import Generation, Speeds
from summarizer.worker import STATES, WorkerReport

ROOT = Path(__file__).parent.parent
STRANGER = 2002
OPERATORS_COMMANDS = [each.name for each in COMMANDS if each.section == "operator"]
FEED = "https://feeds.example/general_en.xml"


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now, admin_ids=f"{READER_ID}, 77") as opened:
        opened.telegram.open_chat(STRANGER)
        yield opened


def words_of(messages: list[Message]) -> str:
    return "\n\n".join(each.text for each in messages)


def owe(talk: Talk, key: str, priority: Priority = Priority.DIGEST, text: str = "words") -> None:
    delivery = Delivery(
        key=key, chat_id=STRANGER, content=Content.of(text), priority=priority,
        not_before=talk.clock(),
    )  # fmt: skip
    talk.app.store.deliveries.owe([delivery], talk.clock())


def subscribe(talk: Talk, *numbers: int, language: ChatLanguage = "en", **values: object) -> None:
    with write(talk.app.store.db):
        for number in numbers:
            chat = Chat(id=number, language=language, subscribed=True)
            talk.app.store.chats.save(chat.model_copy(update=values))


# Nobody else


@pytest.mark.parametrize("name", OPERATORS_COMMANDS)
@pytest.mark.parametrize("code", ["en", "zh-hk", "zh-cn"])
async def test_to_others_each_command_is_unknown(talk: Talk, name: str, code: str) -> None:
    known, unknown = [
        await talk.ask(f"/{each} words", chat_id=STRANGER, user_id=STRANGER, code=code)
        for each in (name, "nonsense")
    ]
    assert known.text == unknown.text
    assert known.buttons == unknown.buttons
    assert talk.app.store.db["announcements"].count == talk.app.store.db["switches"].count == 0


@pytest.mark.parametrize(
    "data",
    ["announce:send:1", "announce:drop:1", "letters:0", "letter:retry:0:1", "letter:drop:0:1"],
)
async def test_to_others_each_button_is_an_old_one(talk: Talk, data: str) -> None:
    talk.app.store.announcements.write("words", "字", READER_ID, talk.clock())
    owe(talk, "refused", Priority.DIGEST, " ")
    talk.app.store.deliveries.mark_refused(1, "Bad Request: text must be non-empty")
    message = await talk.ask("/help", chat_id=STRANGER, user_id=STRANGER)
    answers = [
        await talk.press(message, each, user_id=STRANGER, force=True) for each in (data, "x:1")
    ]
    assert answers[0] == answers[1]
    talk.telegram.open_chat(-5005, "group", administrators=(READER_ID,))
    in_group = await talk.ask("/help", chat_id=-5005)
    toast, sent = await talk.press(in_group, data, force=True)
    assert (toast.text, sent) == (say("en", "error.old_button"), [])
    assert talk.app.store.deliveries.count("refused") == 1
    assert talk.app.store.announcements.find_pending() is None
    assert talk.app.store.announcements.drop(1), "it is a draft as before"


async def test_no_menu_names_them(talk: Talk) -> None:
    commands = await talk.app.application.bot.get_my_commands()
    assert not {command.command for command in commands} & set(OPERATORS_COMMANDS)


@pytest.mark.parametrize("name", OPERATORS_COMMANDS)
async def test_a_group_is_told_nothing(talk: Talk, name: str) -> None:
    talk.telegram.open_chat(-5005, "group", "Neighbours", administrators=(READER_ID,))
    assert await talk.say(f"/{name}", chat_id=-5005) == []


async def test_without_administrators_nobody_has_them(tmp_path: Path, now: datetime) -> None:
    async with open_talk(tmp_path, now) as talk:
        for name in OPERATORS_COMMANDS:
            assert (await talk.ask(f"/{name}")).text == say("en", "error.unknown_command")


# /stats


async def test_an_administrator_sees_the_figures_and_the_last_day(talk: Talk) -> None:
    releases = make_releases(4)
    talk.app.store.releases.save(releases, talk.clock())
    old, refused, recent, _ = releases
    talk.app.store.releases.save_summaries(old, make_summaries(old), talk.clock())
    talk.clock.now += timedelta(hours=25)
    talk.app.store.releases.save_summaries(recent, make_summaries(recent), talk.clock())
    faults = ("the figure “13” is not in the text", "it is too long")
    lame = [
        summary.model_copy(update={"supported": False, "unsupported": faults})
        for summary in make_summaries(refused)
    ]
    talk.app.store.releases.save_summaries(refused, lame, talk.clock())
    assert await talk.app.jobs.summarize() == 2
    text = words_of(await talk.say("/stats"))
    assert "Engine: Summaries come from the extract engine, as chosen." in text
    assert "Process: ready" in text or "Process: working" in text
    assert "Summaries: 2, from 2 drafts" in text
    assert "Extracts: 4" in text
    assert "Refused by the check, only headlines shown: 2" in text
    assert "• 2 × the figure “…” is not in the text" in text
    assert "Releases: 4, 4 of them in both languages" in text
    assert "Summaries of the last 24 hours: 6; 67% passed the check" in text
    assert "Summaries of the last 30 days: 8; 75% passed the check" in text
    assert "• extract: 8, 75%" in text


async def test_it_counts_chats_what_is_owed_and_what_readers_think(talk: Talk) -> None:
    subscribe(talk, 3, 4, language="zh-Hant")
    subscribe(talk, 5, status="gone")
    subscribe(talk, 6, status="paused")
    owe(talk, "one")
    owe(talk, "two")
    owe(talk, "urgent", Priority.ALERT)
    owe(talk, "lame", text=" ")
    store, release = talk.app.store, make_releases(1)[0]
    store.deliveries.mark_refused(4, "Bad Request: message text is empty")
    store.deliveries.mark_later(1, talk.clock() + timedelta(hours=1), "timed out", in_doubt=True)
    store.feedback.give(
        3, 3, release.texts["en"], make_summaries(release)[0], "wrong", talk.clock()
    )
    store.feeds.mark_asked(FEED, None, talk.clock() - timedelta(minutes=3))
    store.feeds.mark_asked(f"{FEED}?<b>", "503", talk.clock() - timedelta(hours=2))
    store.feeds.mark_asked("https://gone.example", None, talk.clock() - timedelta(hours=25))
    text = words_of(await talk.say("/stats"))
    assert "Chats: 3 active, 2 of them subscribed; 1 paused, 1 gone" in text
    assert "• 繁體: 2" in text
    assert "Owed: alerts 1 and digests 2; in doubt: 1; refused by Telegram: 1 (/letters)" in text
    assert "• extract: 0 · 0 · 1" in text
    assert f"• {FEED}: 3 minutes ago" in text
    assert f"• ⚠️ {FEED}?<b>: 2 hours ago, in vain" in text
    assert "gone.example" not in text


async def test_the_picture_of_thirty_days_comes_with_it_and_is_kept_nowhere(talk: Talk) -> None:
    messages = await talk.say("/stats")
    (picture,) = [each for each in messages if each.photo]
    assert picture.photo is not None
    assert picture.photo.content.startswith(b"\x89PNG")
    assert (picture.photo.width, picture.photo.height) == (900, 1050)
    assert picture.text == say("en", "stats.picture", days=30)
    kept = talk.app.store.db.execute("SELECT payload FROM contents").fetchall()
    assert not any("30 days. Summaries: dark" in payload for (payload,) in kept)


async def test_days_are_those_of_hong_kong(talk: Talk, now: datetime) -> None:
    """It is 8 in the morning there, on the 22nd."""
    store = talk.app.store
    early, late = make_releases(2)
    store.releases.save([early], now - timedelta(hours=8, seconds=1))
    store.releases.save([late], now - timedelta(hours=8))
    days = store.statistics.list_days(now.date(), 30)
    assert len(days) == 30
    assert [each.releases for each in days[-2:]] == [1, 1]


@pytest.mark.parametrize(
    ("code", "word"), [("zh-hk", "過去24小時的摘要"), ("zh-hans", "过去24小时的摘要")]
)
async def test_it_is_told_in_the_language_of_the_chat(talk: Talk, code: str, word: str) -> None:
    assert word in words_of(await talk.say("/stats", code=code))


# /feeds


@pytest.fixture
async def fed(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    """A bot with feeds, more than one message can tell of."""
    async with open_talk(tmp_path, now, admin_ids=f"{READER_ID}") as opened:
        feeds = [
            Feed(source="gia", url=f"{FEED}?<b>{number}", name_en="x", name_zh="x")
            for number in range(25)
        ]
        address = Address(
            opened.telegram.token, opened.telegram.base_url, opened.telegram.base_file_url
        )
        surroundings = Surroundings(address, feeds, tmp_path / "fed.db", opened.telegram)
        settings = Settings.model_validate(
            {"state_dir": tmp_path, "summary_engine": "extract", "admin_ids": f"{READER_ID}"}
        )
        opened.app = build_app(settings, surroundings, opened.clock)
        await opened.app.connect()
        yield opened
        await opened.app.close()


async def test_each_feed_tells_when_it_was_asked_and_what_is_wrong(fed: Talk) -> None:
    store, now = fed.app.store, fed.clock()
    store.feeds.mark_asked(f"{FEED}?<b>0", None, now)
    store.feeds.mark_asked(f"{FEED}?<b>1", "<i>503</i> " * 90, now)
    store.feeds.mark_fetched(f"{FEED}?<b>1", Validators(), now - timedelta(days=1))
    store.feeds.mark_missed(f"{FEED}?<b>1", now)
    store.releases.save(make_releases(1), now)
    for number in range(2, 25):
        store.feeds.mark_asked(f"{FEED}?<b>{number}", "it did not answer " * 9, now)
    text = words_of(messages := await fed.say("/feeds"))
    assert len(messages) > 1, "cut between feeds"
    assert f"{FEED}?<b>0\nasked Sunday, 22 November 2026 08:00" in text
    assert "last had something new Saturday, 21 November 2026 08:00" in text
    assert "⚠️ <i>503</i>" in text
    assert "entries may be missing since Sunday, 22 November 2026 08:00" in text
    assert "The newest release was issued Saturday, 21 November 2026 15:30." in text
    assert text.count(FEED) == 25


async def test_a_feed_that_was_never_asked_is_told_as_well(fed: Talk) -> None:
    text = words_of(await fed.say("/feeds", code="zh-cn"))
    assert text.count("尚未读取") == 25
    assert "最新公报发出时间：–" in text


# /pause and /resume


async def test_while_paused_only_answers_and_reports_go_out(talk: Talk) -> None:
    for priority in Priority:
        owe(talk, priority.name.lower(), priority, text=priority.name)
    answer = await talk.ask("/pause")
    assert "5 messages wait now" in answer.text
    await talk.app.sender.deliver_due()
    assert {each.text for each in talk.telegram.messages(STRANGER)} == {"ANSWER", "REPORT"}
    assert say("en", "stats.is_paused") in words_of(await talk.say("/stats"))
    assert (await talk.ask("/resume")).text == say("en", "operator.resumed")
    await talk.app.sender.deliver_due()
    assert len(talk.telegram.messages(STRANGER)) == len(Priority)
    assert (await talk.ask("/resume")).text == say("en", "operator.not_paused")


async def test_it_stays_paused_over_a_restart(tmp_path: Path, now: datetime) -> None:
    async with open_talk(tmp_path, now, admin_ids=f"{READER_ID}") as talk:
        await talk.ask("/pause extra words")
        await talk.ask("/pause")
    later = now + timedelta(days=1)
    async with open_talk(tmp_path, later, admin_ids=f"{READER_ID}") as talk:
        talk.telegram.open_chat(STRANGER)
        owe(talk, "digest")
        assert await talk.app.sender.deliver_due() == 0
        await talk.ask("/resume")
        assert await talk.app.sender.deliver_due() == 1


# /announce


async def test_an_announcement_is_shown_first_and_sent_once_approved(talk: Talk) -> None:
    talk.telegram.open_chat(3)
    subscribe(talk, STRANGER)
    subscribe(talk, 3, language="zh-Hans")
    subscribe(talk, 4, status="paused")
    subscribe(talk, 5, subscribed=False)
    english, chinese, asked = await talk.say("/announce Moving <house> tonight.\n---\n今晚搬機。")
    assert english.text.endswith("Moving <house> tonight.")
    assert chinese.text.endswith("今晚搬機。")
    assert asked.text == "This is what 2 chats would get. Send it?"
    assert await talk.app.sender.deliver_due() == 0, "nothing goes out unasked"
    await talk.press(asked, "announce:send:1")
    assert talk.now_reads(asked).text == "It is on its way to 2 chats."
    toast, _ = await talk.press(asked, "announce:send:1", force=True)
    assert toast.text == say("en", "operator.announce_gone")
    toast, _ = await talk.press(asked, "announce:drop:1", force=True)
    assert toast.text == say("en", "operator.announce_gone")
    await talk.app.sender.deliver_due()
    (message,) = talk.telegram.messages(STRANGER)
    assert message.text.endswith("Moving <house> tonight.")
    (message,) = talk.telegram.messages(3)
    assert message.text.endswith("今晚搬机。")


async def test_a_dropped_announcement_never_goes_out(talk: Talk) -> None:
    subscribe(talk, STRANGER)
    *_, asked = await talk.say("/announce words")
    await talk.press(asked, "announce:drop:1")
    assert talk.now_reads(asked).text == say("en", "operator.announce_dropped")
    toast, _ = await talk.press(asked, "announce:send:1", force=True)
    assert toast.text == say("en", "operator.announce_gone")
    assert await talk.app.sender.deliver_due() == 0


async def test_it_heeds_quiet_hours(talk: Talk) -> None:
    subscribe(talk, STRANGER, quiet=(time(7), time(9)))  # it is 08:00 in Hong Kong
    *_, asked = await talk.say("/announce words")
    await talk.press(asked, "announce:send:1")
    assert await talk.app.sender.deliver_due() == 0
    talk.clock.now += timedelta(hours=1)
    assert await talk.app.sender.deliver_due() == 1


async def test_a_new_line_behind_the_command_parts_it_from_the_words(talk: Talk) -> None:
    english, *_ = await talk.say("/announce\nThe first word counts.\n\nAnd a paragraph.")
    assert english.text.endswith("\n\nThe first word counts.\n\nAnd a paragraph.")


@pytest.mark.parametrize("text", ["/announce", "/announce   ", "/announce\n"])
async def test_without_words_it_tells_how(talk: Talk, text: str) -> None:
    assert (await talk.ask(text)).text.startswith("Write what to tell all subscribers")


async def test_what_is_too_long_for_one_message_is_refused(talk: Talk) -> None:
    answer = await talk.ask("/announce " + "字" * 4_080)
    assert answer.text == say("en", "operator.announce_long")
    assert talk.app.store.db["announcements"].count == 0


@pytest.mark.parametrize(
    "data",
    [
        "announce:send:999999999999999999",
        "announce:send:x",
        "announce:go:1",
        "announce:",
        "letters:-1",
        "letters:99999",
        "letter:retry:0:0",
        "letter:burn:0:1",
        "letter:drop:0:999999999999999999",
    ],
)
async def test_tampered_buttons_do_nothing(talk: Talk, data: str) -> None:
    subscribe(talk, STRANGER)
    *_, asked = await talk.say("/announce words")
    toast, _ = await talk.press(asked, data, force=True)
    assert toast.text
    assert talk.app.store.announcements.find_pending() is None


@pytest.mark.parametrize(
    ("typed", "english", "chinese"),
    [
        ("one for all", "one for all", "one for all"),
        ("a <b> & c\n---\n中<文", "a &lt;b&gt; &amp; c", "中&lt;文"),
        ("English\n-----\n中文\n---\nrest", "English", "中文\n---\nrest"),
        ("---\n只有中文", "只有中文", "只有中文"),
        ("English alone\n---", "English alone", "English alone"),
        ("a --- b", "a --- b", "a --- b"),
    ],
)
def test_a_line_of_hyphens_parts_the_languages(typed: str, english: str, chinese: str) -> None:
    assert read_announcement(typed) == (english, chinese)


def test_two_languages_together_get_both_or_the_one_there_is() -> None:
    both = render_announcement(Announcement(1, "words", "文字"), "en+zh-Hant").text
    assert both.endswith("\n\nwords\n\n文字")
    alone = render_announcement(Announcement(1, "words", "words"), "en+zh-Hant").text
    assert alone.count("words") == 1


# Dies by kill -9 while some hundreds are owed already, and others are not.
DYING = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.announcing import Announcer
from data.store.store import open_store

store = open_store(Path(sys.argv[1]))
store.db.conn.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
store.db.execute(
    "CREATE TEMP TRIGGER dies BEFORE INSERT ON main.deliveries WHEN new.chat_id = 400"
    " BEGIN SELECT die(); END"
)
announcer = Announcer(store, lambda: None, lambda: datetime(2026, 11, 22, tzinfo=UTC))
asyncio.run(announcer.owe_due())
"""


async def test_killed_halfway_it_goes_on_with_those_who_are_not_owed_it_yet(
    talk: Talk, tmp_path: Path
) -> None:
    subscribe(talk, *range(1, 601))
    number = talk.app.store.announcements.write("words", "文字", READER_ID, talk.clock())
    talk.app.store.announcements.approve(number, talk.clock())
    command = [sys.executable, "-c", DYING, str(tmp_path / "talk.db")]
    ended = subprocess.run(command, check=False, cwd=ROOT)  # noqa: ASYNC221  # nothing else runs
    assert ended.returncode == -signal.SIGKILL
    deliveries = talk.app.store.db["deliveries"]
    assert deliveries.count == BATCH
    assert await talk.app.jobs.announce() == 600 - BATCH
    assert deliveries.count == 600
    assert await talk.app.jobs.announce() == 0
    assert talk.app.store.db.execute("SELECT count(*) FROM contents").fetchone() == (1,)


# /letters


async def refuse(talk: Talk, count: int) -> None:
    for number in range(count):
        owe(talk, f"digest:{number}", text=f"<b>words</b> {number} " + "long " * 90)
        talk.app.store.deliveries.mark_refused(number + 1, f"Bad Request: <no> {number}")


async def test_what_telegram_refused_is_listed_newest_first_page_by_page(talk: Talk) -> None:
    await refuse(talk, LETTERS + 2)
    message = await talk.ask("/letters")
    assert message.text.index("digest:6") < message.text.index("digest:5")
    assert "Bad Request: <no> 6" in message.text
    assert "words 6 long" in message.text
    assert message.buttons[-1]["callback_data"] == "letters:1"
    await talk.press(message, "letters:1")
    second = talk.now_reads(message)
    assert "digest:1" in second.text
    assert "digest:2" not in second.text
    await talk.press(second, "letters:9999", force=True)
    assert talk.now_reads(message).text == second.text, "beyond the last page is the last page"


async def test_one_is_tried_again_and_one_dropped(talk: Talk) -> None:
    await refuse(talk, 2)
    message = await talk.ask("/letters")
    await talk.press(message, "letter:retry:0:2")
    await talk.app.sender.deliver_due()
    (sent,) = talk.telegram.messages(STRANGER)
    assert sent.text.startswith("words 1")
    await talk.press(talk.now_reads(message), "letter:drop:0:1")
    assert talk.now_reads(message).text == say("en", "operator.no_letters")
    assert talk.now_reads(message).buttons == []
    toast, _ = await talk.press(message, "letter:drop:0:1", force=True)
    assert toast.text == say("en", "operator.letter_gone")
    toast, _ = await talk.press(message, "letter:retry:0:2", force=True)
    assert toast.text == say("en", "operator.letter_gone")
    await talk.app.sender.deliver_due()
    assert len(talk.telegram.messages(STRANGER)) == 1


@pytest.mark.parametrize(("code", "words"), [("zh-hk", "拒收"), ("zh-cn", "拒收")])
async def test_letters_are_told_in_the_language_of_the_chat(
    talk: Talk, code: str, words: str
) -> None:
    assert words in (await talk.ask("/letters", code=code)).text
    await refuse(talk, 1)
    message = await talk.ask("/letters", code=code)
    assert words in message.text
    assert {"重發", "重发"} & {message.buttons[0]["text"].removeprefix("1. ")}


async def test_two_languages_together_are_both_spoken(talk: Talk) -> None:
    await talk.ask("/language en+zh-Hant")
    await refuse(talk, 1)
    message = await talk.ask("/letters")
    assert message.buttons[0]["text"] == "1. Try again · 重發"
    text = words_of(await talk.say("/pause"))
    assert "Paused" in text
    assert "已暫停" in text


# The figures of the summariser


def make_report(**changes: object) -> WorkerReport:
    values: dict[str, object] = {
        "engine": "Summaries come from the model <b>.",
        "state": "ready",
        "waiting": 3,
        "in_flight": 2,
        "summaries": 10,
        "tries": 14,
        "fallbacks": {"it is too long": 2},
        "restarts": 1,
        "speeds": Speeds(Generation(1_000, 0, 90, 10.0, 9.0, 2)),
        "memory": 1_234_000_000,
        "ceiling": 6_000_000_000,
    }
    return WorkerReport(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_every_state_and_figure_has_its_words(language: ChatLanguage) -> None:
    for state in STATES:
        text = render_stats(language, make_report(state=state), [Made("model", True, None)])
        assert say(language, f"stats.states.{state}") in text
        assert "&lt;b&gt;" in text
        for figure in ("1,234 MB", "6,000 MB", "100.0", "10.0", "9.5", "it is too long"):
            assert figure in text


def test_what_is_not_known_is_a_dash() -> None:
    report = make_report(engine=None, memory=None, ceiling=None, speeds=Speeds(), fallbacks={})
    text = render_stats("en", report, [])
    assert "Engine: –" in text
    assert "Memory of the process: –" in text
    assert "Tokens" not in text
    assert "50 MB" in render_stats("en", make_report(memory=50_000_000, ceiling=None), [])
