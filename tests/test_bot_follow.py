"""Conversations about what a chat follows and leaves out, over HTTP with the local server."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from talk import Talk, open_talk

from bot.handlers.gate import REFILL
from bot.local import READER_ID, Message
from bot.subjects import MOST_SUBSCRIPTIONS, make_mark
from data.models import Chat, ChatLanguage, Subscription

ALL_LANGUAGES = ("en", "zh-Hant", "zh-Hans", "en+zh-Hant")


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def find_chat(talk: Talk, chat_id: int | None = None, thread_id: int = 0) -> Chat:
    chat_id = talk.telegram.messages()[0].chat_id if chat_id is None else chat_id
    chat = talk.app.store.chats.find(chat_id, thread_id)
    assert chat is not None
    return chat


def held_by(talk: Talk, chat_id: int | None = None, thread_id: int = 0) -> list[tuple[str, bool]]:
    chat = find_chat(talk, chat_id, thread_id)
    return [(each.value, each.follow) for each in talk.app.store.chats.list_subscriptions(chat)]


def hold(talk: Talk, count: int) -> None:
    chat = find_chat(talk)
    for number in range(count):
        subject = Subscription(kind="keyword", value=f"word {number:02}")
        talk.app.store.chats.subscribe(chat, subject)


def fill(talk: Talk, count: int = 1, department: str | None = None) -> None:
    releases = [
        each.model_copy(update={"department": department})
        for each in make_releases(count, topics=("health",))
    ]
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())


def data_of(message: Message) -> list[str]:
    return [button["callback_data"] for button in message.buttons]


def find_data(message: Message, label: str) -> str:
    """The data of the one button that says this, among other words."""
    found = [each["callback_data"] for each in message.buttons if label in each["text"]]
    assert len(found) == 1, (label, message.buttons)
    return str(found[0])


async def set_language(talk: Talk, language: ChatLanguage) -> None:
    await talk.say("/help")
    chat = find_chat(talk).model_copy(update={"language": language})
    talk.app.store.chats.save(chat)


@pytest.mark.parametrize(
    ("language", "typed", "told"),
    [
        ("en", "/follow Kwun Tong", "You now follow the word “Kwun Tong”."),
        ("en", "/follow FSD", "You now follow the department Fire Services Department."),
        ("en", "/follow health", "You now follow the topic "),
        ("en", "/mute beach", "with the word “beach”"),
        ("zh-Hant", "/follow 觀塘", "已關注字詞「觀塘」。"),
        ("zh-Hant", "/follow 消防處", "已關注部門消防處。"),
        ("zh-Hant", "/mute 健康", "略過主題健康及社福"),
        ("zh-Hans", "/follow 观塘", "已关注字词「观塘」。"),
        ("zh-Hans", "/follow 消防处", "已关注部门消防处。"),
        ("en+zh-Hant", "/follow FSD", "已關注部門消防處。"),
        ("en+zh-Hant", "/follow FSD", "You now follow the department"),
    ],
)
async def test_what_was_named_is_told_with_what_it_was_taken_for(
    talk: Talk, language: ChatLanguage, typed: str, told: str
) -> None:
    await set_language(talk, language)
    assert told in (await talk.ask(typed)).text
    assert len(held_by(talk)) == 1


async def test_a_department_can_be_the_word_by_one_tap_and_the_word_the_department(
    talk: Talk,
) -> None:
    message = await talk.ask("/follow 消防處")
    await talk.press(message, find_data(message, "Rather the word"))
    assert "the word “消防處”" in talk.now_reads(message).text
    assert held_by(talk) == [("消防處", True)]
    message = await talk.ask("/mute fire services")
    await talk.press(message, find_data(message, "Rather the department"))
    assert held_by(talk) == [("消防處", True), ("FSD", False)]
    assert "no longer get" in talk.now_reads(message).text


async def test_what_was_added_is_taken_back_and_had_again_by_button(talk: Talk) -> None:
    message = await talk.ask("/mute 觀塘")
    await talk.press(message, find_data(message, "Undo"))
    assert held_by(talk) == []
    ended = talk.now_reads(message)
    assert "Ended" in ended.text
    await talk.press(ended, find_data(ended, "Undo"))
    assert held_by(talk) == [("觀塘", False)]


async def test_a_button_that_comes_too_late_says_so(talk: Talk) -> None:
    message = await talk.ask("/follow Kwun Tong")
    undo = find_data(message, "Undo")
    await talk.say("/unfollow kwun tong")
    notice, sent = await talk.press(message, undo)
    assert "already" in (notice.text or "")
    assert sent == []


async def test_several_names_are_taken_at_once(talk: Talk) -> None:
    message = await talk.ask("/follow FSD， 觀塘、health; “fire”")
    assert held_by(talk) == [("FSD", True), ("觀塘", True), ("health", True), ("fire", True)]
    assert message.text.count("the word “") == 2
    assert "in quotes" in message.text
    await talk.say("/unfollow 觀塘, fire, FSD")
    assert held_by(talk) == [("health", True)]


async def test_a_bad_name_among_good_ones_changes_nothing_and_is_named(talk: Talk) -> None:
    message = await talk.ask("/follow FSD, x, 觀塘")
    assert "“x” is too short" in message.text
    assert held_by(talk) == []
    assert (
        "at most 10" in (await talk.ask("/follow " + ",".join(f"word {n}" for n in range(11)))).text
    )
    assert held_by(talk) == []


async def test_equal_words_count_once_and_the_first_spelling_stays(talk: Talk) -> None:
    for typed in (
        "/follow Kwun Tong",
        "/follow KWUN  tong",
        "/follow ｋｗｕｎ ｔｏｎｇ, Kwun tong",
    ):
        await talk.say(typed)
    assert held_by(talk) == [("Kwun Tong", True)]
    await talk.say("/mute kwun tong")
    assert held_by(talk) == [("Kwun Tong", False)]


async def test_the_list_ends_one_by_button_in_place(talk: Talk) -> None:
    await talk.say("/follow FSD")
    await talk.say("/mute beach")
    message = await talk.ask("/follow")
    assert [b["text"] for b in message.buttons][:2] == [
        "✕ ✓ Fire Services Department",
        "✕ 🔇 “beach”",
    ]
    notice, sent = await talk.press(message, data_of(message)[0])
    assert sent == []
    assert not notice.text
    assert held_by(talk) == [("beach", False)]
    notice, _ = await talk.press(message, data_of(message)[0], force=True)
    assert "already" in (notice.text or "")


async def test_a_long_list_is_paged_and_the_last_page_shrinks_away(talk: Talk) -> None:
    await talk.say("/help")
    hold(talk, 9)
    message = await talk.ask("/follow")
    assert "1/2" in [b["text"] for b in message.buttons]
    await talk.press(message, find_data(message, "▸"))
    second = talk.now_reads(message)
    assert "✕ ✓ “word 08”" in [b["text"] for b in second.buttons]
    await talk.press(second, data_of(second)[0])
    left = [b["text"] for b in talk.now_reads(message).buttons]
    assert "✕ ✓ “word 00”" in left
    assert "2/2" not in left


async def test_all_ends_only_when_confirmed(talk: Talk) -> None:
    await talk.say("/follow FSD, 觀塘")
    message = await talk.ask("/follow")
    await talk.press(message, "clear:ask")
    await talk.press(talk.now_reads(message), "follows:0")
    assert len(held_by(talk)) == 2
    await talk.press(talk.now_reads(message), "clear:ask")
    await talk.press(talk.now_reads(message), "clear:yes")
    assert held_by(talk) == []
    assert "nothing in particular" in talk.now_reads(message).text


async def test_departments_are_followed_from_their_list(talk: Talk) -> None:
    await set_language(talk, "zh-Hant")
    message = await talk.ask("/follow")
    await talk.press(message, "departments:0")
    listed = talk.now_reads(message)
    data = next(each for each in data_of(listed) if each.startswith("dept:0:"))
    await talk.press(listed, data)
    assert held_by(talk) == [(data.removeprefix("dept:0:"), True)]
    marked = talk.now_reads(message)
    assert any(b["text"].startswith("✓ ") for b in marked.buttons)
    await talk.press(marked, data)
    assert held_by(talk) == []


@pytest.mark.parametrize(
    ("language", "hint"), [("en", "holds everything"), ("zh-Hans", "包括所有未有略过的公报")]
)
async def test_whoever_ends_the_last_thing_they_followed_is_told_what_comes_then(
    talk: Talk, language: ChatLanguage, hint: str
) -> None:
    await set_language(talk, language)
    await talk.say("/follow FSD, 觀塘")
    assert hint not in (await talk.ask("/unfollow FSD")).text
    assert hint in (await talk.ask("/unfollow 觀塘")).text
    await talk.say("/follow 觀塘")
    assert hint in (await talk.ask("/mute 觀塘")).text


async def test_what_is_not_held_can_not_be_ended(talk: Talk) -> None:
    await talk.say("/follow 觀塘")
    message = await talk.ask("/unfollow <i>Sha Tin</i>")
    assert "<i>Sha Tin</i>" in message.text
    assert any("觀塘" in b["text"] for b in message.buttons)
    assert held_by(talk) == [("觀塘", True)]


async def test_the_fifty_first_is_refused_with_the_way_out(talk: Talk) -> None:
    await talk.say("/help")
    hold(talk, MOST_SUBSCRIPTIONS)
    for typed in ("/follow FSD", "/mute 觀塘"):
        message = await talk.ask(typed)
        assert "at most 50" in message.text
        assert "drop:0:" in data_of(message)[0]
    assert len(held_by(talk)) == MOST_SUBSCRIPTIONS
    await talk.ask("/mute word 00")
    assert ("word 00", False) in held_by(talk)


async def test_no_button_leads_past_fifty_either(talk: Talk) -> None:
    fill(talk, department="FSD")
    message = await talk.ask("/topic FSD")
    hold(talk, MOST_SUBSCRIPTIONS)
    mark = make_mark(Subscription(kind="department", value="FSD", follow=False))
    for data in (
        "follow:d:FSD",
        "mute:d:FSD",
        "dept:0:FSD",
        f"mute:1:{mark}",
        f"follow:{mark}:d:FSD",
    ):
        notice, _ = await talk.press(message, data, force=True)
        assert "at most 50" in (notice.text or ""), data
    assert len(held_by(talk)) == MOST_SUBSCRIPTIONS


async def test_sixty_follows_in_a_day_stop_at_fifty(talk: Talk) -> None:
    for number in range(60):
        await talk.say(f"/follow word {number}")
        talk.clock.now += REFILL
    assert len(held_by(talk)) == MOST_SUBSCRIPTIONS


@pytest.mark.parametrize("command", ["/follow", "/mute", "/unfollow", "/topic", "/latest"])
@pytest.mark.parametrize(
    "typed",
    [
        "x" * 4_000,
        "公" * 4_000,
        "<b>fire</b> & <script>",
        "</b>",
        "(.*)+$[a-z",
        "\u202etoor\u202c gnidaer",
        "Kwun\u200b\u200dTong",
        "🔥🔥🔥",
        "'); DROP TABLE subscriptions; --",
        "{name} {0} %s",
        ",,,;；、",
        "“",
        "\x00\x01",
        "https://example.org/?a=1&b=<2>",
    ],
)
async def test_hostile_names_are_answered_short_and_whole(
    talk: Talk, command: str, typed: str
) -> None:
    messages = await talk.say(f"{command} {typed}")
    assert len(messages) == 1
    assert 0 < len(messages[0].text) < 800
    for value, _ in held_by(talk):
        assert len(value) <= 40
    again = await talk.ask("/follow")
    for button in again.buttons:
        if button["callback_data"].startswith("drop:"):
            await talk.press(again, button["callback_data"])
    assert held_by(talk) == []


@pytest.mark.parametrize(
    "data",
    [
        "follow:d:NOPE",
        "mute:t:astrology",
        "unfollow:d:../x",
        "dept:0:NOPE",
        "follow:0123456789ab:k:x",
        "follow:0123456789ab:z:FSD",
        "mute:999999:0123456789ab",
        "mute:1:short",
        "drop:0:0123456789ab",
        "drop:999:0123456789ab",
        "undo:0123456789ab",
        "undo:<b>",
        "follows:999",
        "departments:999",
        "departments:-1",
        "clear:maybe",
        "follow:",
        "mute:",
    ],
)
async def test_tampered_and_ancient_buttons_change_nothing(talk: Talk, data: str) -> None:
    message = await talk.ask("/follow 觀塘")
    await talk.press(message, data, force=True)
    assert held_by(talk) == [("觀塘", True)]
    await talk.press(message, data, force=True, is_inaccessible=True)
    assert held_by(talk) == [("觀塘", True)]


async def test_under_a_release_the_reason_is_ended_by_one_tap_and_had_again(talk: Talk) -> None:
    fill(talk, department="FSD")
    await talk.say("/follow FSD")
    latest = await talk.ask("/latest")
    _, (card,) = await talk.press(latest, "card:1")
    await talk.press(card, next(each for each in data_of(card) if each.startswith("why:")))
    why = talk.now_reads(card)
    assert "Fire Services Department" in why.text
    notice, (told,) = await talk.press(why, find_data(why, "Stop following"))
    assert not notice.text
    assert "Ended" in told.text
    assert "holds everything" in told.text
    assert held_by(talk) == []
    await talk.press(told, find_data(told, "Undo"))
    assert held_by(talk) == [("FSD", True)]


@pytest.mark.parametrize(
    ("language", "mute", "told"),
    [
        ("en", "Mute Fire Services Department", "no longer get releases with the department"),
        ("zh-Hant", "略過消防處", "略過部門消防處"),
        ("zh-Hans", "略过消防处", "略过部门消防处"),
    ],
)
async def test_who_follows_everything_mutes_a_department_under_a_release(
    talk: Talk, language: ChatLanguage, mute: str, told: str
) -> None:
    await set_language(talk, language)
    fill(talk, department="FSD")
    latest = await talk.ask("/latest")
    _, (card,) = await talk.press(latest, "card:1")
    await talk.press(card, next(each for each in data_of(card) if each.startswith("why:")))
    why = talk.now_reads(card)
    data = find_data(why, mute)
    _, (answer,) = await talk.press(why, data)
    assert told in answer.text
    assert held_by(talk) == [("FSD", False)]
    notice, sent = await talk.press(why, data)
    assert notice.text
    assert sent == []
    undo = next(each for each in data_of(answer) if each.startswith("undo:"))
    await talk.press(answer, undo)
    assert held_by(talk) == []


async def test_a_department_is_followed_and_muted_under_its_releases_which_stay(
    talk: Talk,
) -> None:
    fill(talk, 7, department="FSD")
    message = await talk.ask("/topic 消防處")
    opens = [each for each in data_of(message) if each.startswith(("card:", "older:"))]
    assert len(opens) > 1
    for data, expected in (
        ("follow:d:FSD", [("FSD", True)]),
        ("unfollow:d:FSD", []),
        ("mute:d:FSD", [("FSD", False)]),
        ("unfollow:d:FSD", []),
    ):
        await talk.press(talk.now_reads(message), data)
        assert held_by(talk) == expected
        assert talk.now_reads(message).text == message.text
        assert data_of(talk.now_reads(message))[: len(opens)] == opens


async def test_a_topic_that_is_neither_leads_to_search_and_follow(talk: Talk) -> None:
    message = await talk.ask("/topic Kwun Tong")
    for way in ("Kwun Tong", "/search", "/follow"):
        assert way in message.text


async def test_a_channel_follows_by_its_own_posts(talk: Talk) -> None:
    talk.telegram.open_chat(
        -1007007, kind="channel", bot_is_admin=True, administrators=(READER_ID,)
    )
    message = await talk.ask("/follow FSD", chat_id=-1007007)
    assert held_by(talk, -1007007) == [("FSD", True)]
    await talk.press(message, find_data(message, "Undo"))
    assert held_by(talk, -1007007) == []


async def test_each_topic_of_a_forum_follows_on_its_own(talk: Talk) -> None:
    talk.telegram.open_chat(
        -1006006, "supergroup", "Forum", threads=(5, 6), administrators=(READER_ID,)
    )
    message = await talk.ask("/follow FSD", chat_id=-1006006, thread_id=5)
    await talk.ask("/mute 觀塘", chat_id=-1006006, thread_id=6)
    assert held_by(talk, -1006006, 5) == [("FSD", True)]
    assert held_by(talk, -1006006, 6) == [("觀塘", False)]
    await talk.press(message, find_data(message, "Rather"))
    assert talk.app.store.chats.list_subscriptions(find_chat(talk, -1006006, 5)) == (
        Subscription(kind="keyword", value="FSD"),
    )


async def test_in_a_group_only_administrators_press_what_changes(talk: Talk) -> None:
    talk.telegram.open_chat(-1006007, "supergroup", "Group", administrators=(READER_ID,))
    message = await talk.ask("/follow FSD", chat_id=-1006007)
    for data in data_of(message):
        if data != "follows:0":
            await talk.press(message, data, user_id=2002)
    assert held_by(talk, -1006007) == [("FSD", True)]


async def test_a_mute_of_a_release_that_is_gone_says_so(talk: Talk) -> None:
    message = await talk.ask("/follow FSD")
    mark = make_mark(Subscription(kind="department", value="FSD"))
    notice, sent = await talk.press(message, f"mute:77:{mark}", force=True)
    assert notice.text
    assert sent == []
    assert held_by(talk) == [("FSD", True)]
