"""Alerts: what can't wait comes at once, once, and only to those who asked for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from factories import make_release, make_summaries, make_text
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk, open_talk

from bot.alerts import REACH, REPEATED_WITHIN, WARNINGS, choose_news, list_repeated
from bot.handlers.services import MOST_IN_FRONT
from bot.local import Message
from data.kinds import load_kinds
from data.models import Language, Release, Topic

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
KINDS = load_kinds().entries


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, NOON) as opened:
        await opened.say("/start")
        yield opened


def make_warning(
    kind: str,
    at: datetime,
    *,
    series: str | None = None,
    languages: Sequence[Language] = ("en", "zh"),
    topics: Sequence[Topic] = ("weather",),
) -> Release:
    stamp = f"{at:%Y%m%d%H%M}"
    texts = (
        make_text(
            language,
            text_id=f"{kind}-{language}-{stamp}",
            title=f"{kind} at {at:%H:%M}",
            issued_at=at,
        )
        for language in languages
    )
    release = make_release(*texts, topics=topics)
    urgency = KINDS[kind].urgency
    return release.model_copy(update={"kind": kind, "series": series, "urgency": urgency})


def add(talk: Talk, *releases: Release, summarised: bool = True) -> None:
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases if summarised else ():
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


def ask_for_alerts(talk: Talk, *topics: Topic, **settings: object) -> None:
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    chat = chat.model_copy(update=settings)
    talk.app.store.chats.save(chat)
    talk.app.store.chats.set_alerts(chat, topics or ("weather",))


async def alert(talk: Talk) -> list[Message]:
    await talk.app.jobs.alert()
    await talk.app.sender.deliver_due()
    return await talk.settle()


def test_the_warnings_of_which_there_is_one_at_a_time_are_kinds() -> None:
    assert all(KINDS[kind].urgency for kind in WARNINGS)


async def test_an_alert_comes_at_once_and_once_to_a_chat_that_asked_for_the_topic(
    talk: Talk,
) -> None:
    ask_for_alerts(talk, "weather", "law")
    add(talk, make_warning("signal_8", NOON, topics=("transport", "weather")))
    (message,) = await alert(talk)
    assert message.text.startswith("⚠️ Alert: Gale or Storm Signal No. 8\n\nsignal_8 at 04:00\n")
    assert "Thirteen lanterns were lit" in message.text
    assert "Unofficial, machine-made summaries" in message.text
    assert await alert(talk) == []


async def test_other_topics_and_other_releases_bring_no_alert(talk: Talk) -> None:
    ask_for_alerts(talk, "law")
    calm = make_warning("signal_3", NOON, topics=("law",))
    add(talk, make_warning("signal_8", NOON), calm.model_copy(update={"urgency": None}))
    assert await alert(talk) == []


async def test_alerts_are_told_in_both_languages_of_a_bilingual_chat(talk: Talk) -> None:
    ask_for_alerts(talk, language="en+zh-Hant")
    add(talk, make_warning("black_rainstorm", NOON))
    (message,) = await alert(talk)
    assert "Alert: Black Rainstorm Warning Signal" in message.text
    assert "即時通知：黑色暴雨警告信號" in message.text
    assert "海港署於11月21日點亮13盞燈籠" in message.text


async def test_an_alert_waits_a_minute_for_its_summary_and_then_goes_without(talk: Talk) -> None:
    ask_for_alerts(talk)
    release = make_warning("signal_8", NOON)
    add(talk, release, summarised=False)
    talk.clock.advance(seconds=59)
    assert await alert(talk) == []
    assert talk.app.worker.wanted == {release.id}
    talk.clock.advance(seconds=1)
    (message,) = await alert(talk)
    assert "The summary is still being written" in message.text


@pytest.mark.parametrize("kind", ["signal_3", "signal_8"])
async def test_only_the_gravest_alerts_come_in_quiet_hours(talk: Talk, kind: str) -> None:
    ask_for_alerts(talk, quiet=(time(23), time(7)))
    talk.clock.now = MIDNIGHT
    add(talk, make_warning(kind, MIDNIGHT))
    assert len(await alert(talk)) == (kind == "signal_8")
    talk.clock.advance(hours=2)
    assert await alert(talk) == []


async def test_a_bulletin_after_quiet_hours_tells_those_who_were_not_told_yet(talk: Talk) -> None:
    ask_for_alerts(talk, quiet=(time(23), time(7)))
    morning = MIDNIGHT + timedelta(hours=6, minutes=30)
    for at, told in ((morning, 0), (morning + timedelta(hours=1), 1)):
        talk.clock.now = at
        add(talk, make_warning("signal_3", at))
        assert len(await alert(talk)) == told


@pytest.mark.parametrize(
    ("issued", "seen"), [(REACH, REACH), (REACH, timedelta()), (timedelta(hours=-1), REACH)]
)
async def test_what_is_older_than_three_hours_is_no_news(
    talk: Talk, issued: timedelta, seen: timedelta
) -> None:
    ask_for_alerts(talk)
    now = talk.clock()
    talk.clock.now = now - seen
    add(talk, make_warning("signal_8", now - issued))
    talk.clock.now = now
    assert await alert(talk) == []
    assert talk.app.store.alerts.list_unalerted() == []


async def test_of_two_bulletins_that_wait_the_newest_goes(talk: Talk) -> None:
    ask_for_alerts(talk)
    earlier = NOON - timedelta(minutes=40)
    add(talk, make_warning("signal_8", earlier), make_warning("signal_8", NOON))
    (message,) = await alert(talk)
    assert "signal_8 at 04:00" in message.text


async def test_a_warning_is_told_once_while_bulletins_repeat_it(talk: Talk) -> None:
    ask_for_alerts(talk)
    told = []
    for kind in ("signal_3", "signal_3", "signal_8", "signal_8", "critical_warning_ended"):
        add(talk, make_warning(kind, talk.clock()))
        told += [kind for _ in await alert(talk)]
        talk.clock.advance(hours=1, minutes=2)
    assert told == ["signal_3", "signal_8", "critical_warning_ended"]


@pytest.mark.parametrize(("minutes", "told"), [(179, 1), (180, 0), (660, 0)])
async def test_after_an_outage_an_alert_of_three_hours_ago_is_dropped(
    talk: Talk, minutes: int, told: int
) -> None:
    ask_for_alerts(talk, quiet=(time(23), time(7)))
    add(talk, make_warning("signal_8", NOON))
    assert await talk.app.jobs.alert() == 1
    talk.clock.advance(minutes=minutes)
    await talk.app.sender.deliver_due()
    assert len(await talk.settle()) == told
    assert talk.app.store.deliveries.count("due") == 0
    assert talk.app.store.deliveries.count("gone") == 1 - told


async def test_what_quiet_hours_kept_back_is_told_in_the_morning_by_the_newest_bulletin(
    talk: Talk,
) -> None:
    ask_for_alerts(talk, quiet=(time(23), time(7)))
    evening = MIDNIGHT - timedelta(minutes=61)  # 22:59 in Hong Kong
    talk.clock.now = evening
    add(talk, make_warning("signal_3", evening))
    assert await talk.app.jobs.alert() == 1  # and nothing is sent before 23:00
    told = []
    for _ in range(12):
        talk.clock.advance(hours=1)
        add(talk, make_warning("signal_3", talk.clock()))
        told += await alert(talk)
    (message,) = told
    assert "signal_3 at 23:59" in message.text  # 07:59 in Hong Kong


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("signal_8", "signal_8"), [1]),
        (("signal_3", "signal_8", "signal_9"), [2]),
        (("signal_8", "signal_3"), [1]),
        (("signal_8_considered", "signal_8_imminent", "signal_8"), [2]),
        (("signal_8_imminent", "signal_3"), [0, 1]),
        (("signal_3", "signal_8_imminent"), [0, 1]),
        (("red_rainstorm", "black_rainstorm"), [1]),
        (("signal_8", "black_rainstorm"), [0, 1]),
        (("signal_8", "critical_warning_ended"), [0, 1]),
    ],
)
@pytest.mark.parametrize("owed_at_once", [True, False])
async def test_of_warnings_that_take_each_others_place_only_the_newest_that_waits_goes_out(
    talk: Talk, kinds: Sequence[str], told: list[int], *, owed_at_once: bool
) -> None:
    ask_for_alerts(talk)
    for kind in kinds:
        talk.clock.advance(minutes=20)
        add(talk, make_warning(kind, talk.clock()))
        if not owed_at_once:
            assert await talk.app.jobs.alert() == 1
    titles = [message.text.partition("\n\n")[2].partition("\n")[0] for message in await alert(talk)]
    expected = [f"{kinds[number]} at 04:{20 * (number + 1):02}" for number in told]
    assert titles == [each.replace("04:60", "05:00") for each in expected]


async def test_a_later_alert_in_one_language_leaves_the_earlier_one_in_both(talk: Talk) -> None:
    ask_for_alerts(talk)
    warnings: tuple[tuple[str, Sequence[Language]], ...]
    warnings = (("signal_3", ("en", "zh")), ("signal_8", ("zh",)))
    for kind, languages in warnings:
        talk.clock.advance(minutes=20)
        add(talk, make_warning(kind, talk.clock(), languages=languages))
        await talk.app.jobs.alert()
    await talk.app.sender.deliver_due()
    assert len(await talk.settle()) == 2


@pytest.mark.parametrize(
    ("typed", "left"),
    [("off", []), ("-weather", ["black_rainstorm"]), ("-law", ["signal_8", "black_rainstorm"])],
)
async def test_alerts_that_are_not_wanted_any_more_do_not_come(
    talk: Talk, typed: str, left: list[str]
) -> None:
    ask_for_alerts(talk, "weather", "law", "transport")
    add(talk, make_warning("signal_8", NOON))
    add(talk, make_warning("black_rainstorm", NOON, topics=("transport", "weather")))
    assert await talk.app.jobs.alert() == 2
    await talk.ask(f"/alerts {typed}")
    await talk.app.sender.deliver_due()
    told = [message.text for message in await talk.settle()]
    assert [
        kind for kind in ("signal_8", "black_rainstorm") if any(kind in text for text in told)
    ] == left


async def test_a_chat_that_asks_for_more_than_can_go_out_gets_its_alert_first(talk: Talk) -> None:
    group = -100_500
    talk.telegram.open_chat(group, "supergroup", "Group")
    welcome = await talk.ask("/start", chat_id=group)
    chat = talk.app.store.chats.find(group)
    assert chat is not None
    talk.app.store.chats.set_alerts(chat, ("weather",))
    for _ in range(2):
        talk.clock.advance(minutes=1)  # no more at once than a chat may ask
        for _ in range(20):
            talk.telegram.say("/help", chat_id=group)
        await talk.app.inbox.fetch()
        await talk.app.inbox.handle_due()
    add(talk, make_warning("signal_8", NOON))
    assert await talk.app.jobs.alert() == 1
    await talk.app.sender.deliver_due()
    sent = [each for each in talk.telegram.messages(group) if each.from_bot and each != welcome]
    assert len(sent) == 41
    places = [number for number, message in enumerate(sent) if "Alert" in message.text[:10]]
    assert places == [MOST_IN_FRONT]


async def test_a_chat_that_is_paused_gets_no_alert(talk: Talk) -> None:
    ask_for_alerts(talk)
    talk.app.store.chats.mark_paused(1001, "bot was blocked by the user")
    add(talk, make_warning("signal_8", NOON))
    assert await alert(talk) == []


async def test_alerts_to_many_chats_are_owed_once_each_though_the_process_dies(
    talk: Talk,
) -> None:
    count, db = 1_200, talk.app.store.db
    ask_for_alerts(talk)
    columns = "language, time_zone, digest_time, subscribed, status, digested_seq"
    with db.conn:
        db.conn.executemany(
            f"INSERT INTO chats (id, thread_id, {columns})"
            f" SELECT ?, 0, {columns} FROM chats WHERE id = 1001",
            [(number,) for number in range(5_000, 5_000 + count)],
        )
        db.conn.executemany(
            "INSERT INTO subscriptions VALUES (?, 0, 'alert', 'weather', 1)",
            [(number,) for number in range(5_000, 5_000 + count)],
        )
    add(talk, make_warning("signal_8", NOON))
    tick = asyncio.ensure_future(talk.app.jobs.alert())
    await asyncio.sleep(0)
    tick.cancel()
    await asyncio.gather(tick, return_exceptions=True)
    assert 0 < talk.app.store.deliveries.count("due") < count
    await talk.app.jobs.alert()
    assert talk.app.store.deliveries.count("due") == count + 1
    assert await talk.app.jobs.alert() == 0
    chats = db.execute("SELECT count(DISTINCT chat_id) FROM deliveries WHERE status = 'due'")
    assert chats.fetchone() == (count + 1,)


# What is news


def test_of_a_matter_only_the_newest_release_in_all_its_languages_is_news() -> None:
    chinese = make_warning("signal_8", NOON, languages=("zh",))
    english = make_warning("signal_8", NOON + timedelta(minutes=5), languages=("en",))
    both = make_warning("signal_8", NOON + timedelta(minutes=9))
    update = make_warning("recall", NOON, series="P1")
    other = make_warning("transport_disruption", NOON + timedelta(minutes=1), series="P1")
    assert choose_news([chinese, english]) == [chinese, english]
    assert choose_news([both, chinese, english]) == [both]
    assert choose_news([update, other]) == [other]
    alone = [make_warning("recall", NOON), make_warning("recall", NOON + timedelta(minutes=1))]
    assert choose_news(alone) == alone


@given(st.lists(st.integers(min_value=1, max_value=300), min_size=1, max_size=12))
def test_a_warning_is_news_again_only_after_a_silence(minutes: list[int]) -> None:
    moments = [NOON + timedelta(minutes=each) for each in accumulate(minutes)]
    bulletins = [make_warning("black_rainstorm", at) for at in moments]
    told: list[Release] = []
    for number, bulletin in enumerate(bulletins):
        repeated = {each.id for each in list_repeated(bulletin, bulletins[:number])}
        if not repeated & {each.id for each in told}:
            told.append(bulletin)
    silent = [
        bulletin
        for bulletin, gap in zip(bulletins, minutes, strict=True)
        if timedelta(minutes=gap) > REPEATED_WITHIN or bulletin is bulletins[0]
    ]
    assert told == silent


@pytest.mark.parametrize(
    ("between", "is_news"),
    [
        ("signal_8", True),  # graver: back to No. 3 is news
        ("critical_warning_ended", True),
        ("black_rainstorm", True),
        ("red_rainstorm", False),
        ("recall", False),
        ("signal_1", False),
    ],
)
def test_a_graver_warning_or_the_end_of_one_makes_an_old_one_news(
    between: str, *, is_news: bool
) -> None:
    first = make_warning("signal_3", NOON)
    middle = make_warning(between, NOON + timedelta(minutes=20))
    again = make_warning("signal_3", NOON + timedelta(minutes=40))
    assert (list(list_repeated(again, [first, middle])) == []) is is_news


def test_what_was_less_urgent_or_in_another_language_is_told_again() -> None:
    later = make_warning("signal_8", NOON + timedelta(minutes=40))
    mild = make_warning("signal_8", NOON).model_copy(update={"urgency": "urgent"})
    chinese = make_warning("signal_8", NOON + timedelta(minutes=1), languages=("zh",))
    assert list(list_repeated(later, [mild, chinese])) == []
    assert list(list_repeated(chinese, [make_warning("signal_8", NOON)])) != []


def test_without_a_series_other_kinds_are_no_repetitions() -> None:
    first, second = (
        make_warning("recall", NOON + timedelta(minutes=each), series=None) for each in (0, 5)
    )
    assert list(list_repeated(second, [first])) == []
    named = [each.model_copy(update={"series": "P1"}) for each in (first, second)]
    assert list(list_repeated(named[1], named[:1])) == named[:1]
