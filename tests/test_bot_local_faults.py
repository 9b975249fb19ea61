"""What the local server does wrong on purpose, and how two clients of others take it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import aiogram
import aiogram.exceptions
import httpx
import pytest
import telegram
import telegram.error
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from fakes import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.request import HTTPXRequest

from bot.local import LOCAL_TOKEN, READER_ID, LocalTelegram, faults
from bot.local.faults import NAMED, Fault, FaultError, Page, Reply, Slow, make_flood, make_upgrade
from bot.local.judge import TOLD_TO_WAIT, Violation
from bot.local.plans import AtRandom, Faults, InOrder
from bot.local.reader import ReaderError
from bot.timer import Timer

GROUP_ID, SUPERGROUP_ID, CHANNEL_ID = -5, -1005, -1007
GIVES_UP = 0.5  # seconds


@pytest.fixture
async def bot(local: LocalTelegram) -> AsyncIterator[telegram.Bot]:
    async with make_bot(local) as bot:
        yield bot


def make_bot(local: LocalTelegram) -> telegram.Bot:
    """Without certificates, which take longer to load than a test takes."""
    requests = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    return telegram.Bot(
        LOCAL_TOKEN, local.base_url, request=requests[0], get_updates_request=requests[1]
    )


@pytest.fixture
async def other_bot(local: LocalTelegram) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(local.url))
    async with aiogram.Bot(LOCAL_TOKEN, session=session) as bot:
        yield bot


# Two clients that others wrote

stock, other = telegram.error, aiogram.exceptions
ANSWERS: list[tuple[Fault, type[Exception], type[Exception], str | None]] = [
    (make_flood(7), stock.RetryAfter, other.TelegramRetryAfter, "[Rr]etry (in|after) (7|0:00:07)"),
    (faults.FLOOD_WITHOUT_WAIT, stock.NetworkError, other.TelegramAPIError, "Too Many Requests"),
    (faults.SERVER_ERROR, stock.NetworkError, other.TelegramServerError, "Internal Server Error"),
    (faults.BAD_GATEWAY, stock.NetworkError, other.ClientDecodeError, "Bad Gateway"),
    (faults.ODD_PAGE, stock.TelegramError, other.ClientDecodeError, "Invalid server|200 OK"),
    (faults.BLOCKED, stock.Forbidden, other.TelegramForbiddenError, "blocked by the user"),
    (faults.DEACTIVATED, stock.Forbidden, other.TelegramForbiddenError, "user is deactivated"),
    (
        faults.KICKED_FROM_GROUP,
        stock.Forbidden,
        other.TelegramForbiddenError,
        "kicked from the group chat",
    ),
    (
        faults.KICKED_FROM_SUPERGROUP,
        stock.Forbidden,
        other.TelegramForbiddenError,
        "kicked from the supergroup chat",
    ),
    (make_upgrade(-1005), stock.ChatMigrated, other.TelegramMigrateToChat, "-1005"),
    (faults.CHAT_NOT_FOUND, stock.BadRequest, other.TelegramBadRequest, "hat not found"),
    (faults.CANT_PARSE, stock.BadRequest, other.TelegramBadRequest, "an't parse entities"),
    (faults.TOO_LONG, stock.BadRequest, other.TelegramBadRequest, "essage is too long"),
    (faults.CANT_EDIT, stock.BadRequest, other.TelegramBadRequest, "essage can't be edited"),
    (faults.NOT_ENOUGH_RIGHTS, stock.BadRequest, other.TelegramBadRequest, "ot enough rights"),
    (faults.CUT_BEFORE, stock.NetworkError, other.TelegramNetworkError, None),
    (faults.CUT_AFTER, stock.NetworkError, other.TelegramNetworkError, None),
    (faults.HANG, stock.TimedOut, other.TelegramNetworkError, "[Tt]imed? ?out"),
]
CARRIED_OUT = {faults.CUT_AFTER, faults.HANG}


def test_every_fault_that_has_a_name_is_among_those_that_clients_are_asked_about() -> None:
    assert {fault for fault in NAMED.values() if fault} <= {row[0] for row in ANSWERS}


@pytest.mark.parametrize(
    ("fault", "stock_error", "other_error", "words"), ANSWERS, ids=[row[0].name for row in ANSWERS]
)
async def test_both_clients_raise_what_they_have_for_it(
    local: LocalTelegram,
    bot: telegram.Bot,
    other_bot: aiogram.Bot,
    fault: Fault,
    stock_error: type[Exception],
    other_error: type[Exception],
    words: str | None,
) -> None:
    local.open_chat(READER_ID)
    local.set_faults(InOrder([fault, fault]))
    wait = other_bot.session.timeout = GIVES_UP if fault == faults.HANG else 30
    with pytest.raises(stock_error, match=words) as raised:
        await bot.send_message(READER_ID, "by one", read_timeout=wait)
    with pytest.raises(other_error, match=words) as other_raised:
        await other_bot.send_message(READER_ID, "by the other")

    # The very kind, and none of the more special ones that clients act upon.
    assert type(raised.value) is stock_error
    assert type(other_raised.value) is other_error
    delivered = ["by one", "by the other"] if fault in CARRIED_OUT else []
    if delivered:  # on a busy machine, after the client has given up
        await local.wait_for_message(2)
    assert [message.text for message in local.journal] == delivered
    assert local.faults_given == {fault.name: 2}
    # After the sequence all is well again.
    assert (await bot.send_message(READER_ID, "x")).text == "x"


async def test_a_slow_answer_comes_when_its_seconds_have_passed(clock: Clock) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert [message.text for message in local.journal] == ["x"]

    async with (
        LocalTelegram(clock=clock, timer=Timer(sleep=sleep)) as local,
        make_bot(local) as bot,
    ):
        local.open_chat(READER_ID)
        local.set_faults(InOrder([Slow(9.5)]))
        assert (await bot.send_message(READER_ID, "x")).text == "x"
    assert slept == [9.5]


async def ask_raw(local: LocalTelegram) -> bytes:
    """What the server writes to a socket that asks ``getMe``, until it closes."""
    port = int(local.url.rpartition(":")[2])
    request = f"GET /bot{LOCAL_TOKEN}/getMe HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    with socket.socket() as channel:
        channel.setblocking(False)
        await loop.sock_connect(channel, ("127.0.0.1", port))
        await loop.sock_sendall(channel, request)
        return await asyncio.wait_for(loop.sock_recv(channel, 1), 10)


@pytest.mark.parametrize("fault", [faults.CUT_BEFORE, faults.CUT_AFTER])
async def test_a_cut_resets_the_connection_instead_of_ending_it(
    local: LocalTelegram, fault: Fault
) -> None:
    local.set_faults(InOrder([fault], ["getMe"]))
    with pytest.raises(ConnectionResetError):
        await ask_raw(local)


async def test_a_silent_answer_does_not_keep_the_server_from_closing(clock: Clock) -> None:
    hangs = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        hangs.set()
        await asyncio.sleep(0.01)

    async with LocalTelegram(clock=clock, timer=Timer(sleep=sleep)) as local:
        local.set_faults(InOrder([faults.HANG], ["getMe"]))
        asked = asyncio.create_task(ask_raw(local))
        await asyncio.wait_for(hangs.wait(), 10)
        await asyncio.wait_for(local.close(), 10)
        with pytest.raises(ConnectionResetError):
            await asked


async def test_pages_look_like_those_of_something_in_between(local: LocalTelegram) -> None:
    local.set_faults(InOrder([faults.BAD_GATEWAY, faults.ODD_PAGE], ["getMe"]))
    async with httpx.AsyncClient(verify=False) as http:
        answers = [await http.get(f"{local.base_url}{LOCAL_TOKEN}/getMe") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [502, 200]
    for answer in answers:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "<h1>" in answer.text


# Waiting as told


async def test_a_write_before_the_end_of_a_wait_is_written_down_whatever_it_writes(
    clock: Clock,
) -> None:
    seconds = [100.0]
    async with (
        LocalTelegram(clock=clock, timer=Timer(now=lambda: seconds[0])) as local,
        make_bot(local) as bot,
    ):
        local.open_chat(READER_ID)
        local.open_chat(2)
        await bot.send_message(READER_ID, "x")
        local.set_faults(InOrder([make_flood(5)]))
        with pytest.raises(telegram.error.RetryAfter):
            await bot.send_message(READER_ID, "y")
        seconds[0] = 101.0
        await bot.edit_message_text("z", READER_ID, 1)
        seconds[0] = 104.5
        await bot.send_document(2, b"x")
        await bot.send_chat_action(2, "typing")
        seconds[0] = 105.0
        await bot.send_message(2, "in time")
    assert local.violations == [
        Violation(TOLD_TO_WAIT, 101.0, READER_ID, "editmessagetext", early=4.0, since_told=1.0),
        Violation(TOLD_TO_WAIT, 104.5, 2, "senddocument", early=0.5, since_told=4.5),
    ]


async def test_a_flood_that_tells_no_time_asks_for_no_wait(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    local.set_faults(InOrder([faults.FLOOD_WITHOUT_WAIT]))
    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(READER_ID, "x")
    await bot.send_message(READER_ID, "x")
    assert local.violations == []


# Plans


def follow(plan: InOrder | AtRandom, method: str, count: int) -> list[Fault | None]:
    running = Faults()
    running.plan(plan)
    return [running.choose(method) for _ in range(count)]


def test_a_sequence_gives_each_call_its_own_and_then_no_more() -> None:
    plan = InOrder([faults.HANG, None, faults.BLOCKED])
    assert follow(plan, "sendmessage", 5) == [faults.HANG, None, faults.BLOCKED, None, None]
    assert follow(plan, "sendmessage", 1) == [faults.HANG]  # a plan is a value


def test_a_plan_is_for_writing_messages_unless_it_says_otherwise() -> None:
    plan = InOrder([faults.HANG])
    assert [follow(plan, method, 1) for method in ("getme", "getupdates", "sendchataction")] == [
        [None]
    ] * 3
    for method in ("sendmessage", "senddocument", "editmessagetext", "editmessagereplymarkup"):
        assert follow(plan, method, 1) == [faults.HANG]
    assert follow(InOrder([faults.HANG], ["getUpdates"]), "getupdates", 1) == [faults.HANG]


def test_of_several_plans_each_gives_to_its_own_methods() -> None:
    running = Faults()
    running.plan(InOrder([faults.HANG], ["getUpdates"]), InOrder([None, faults.BLOCKED]))
    methods = ["sendmessage", "getupdates", "sendmessage", "getupdates"]
    chosen = [running.choose(method) for method in methods]
    assert chosen == [None, faults.HANG, faults.BLOCKED, None]
    assert running.given == {"hang": 1, faults.BLOCKED.name: 1}
    running.plan()
    assert running.choose("sendmessage") is None


@settings(max_examples=20)
@given(st.integers())
def test_a_mixture_is_the_same_for_the_same_seed_and_holds_only_what_has_weight(seed: int) -> None:
    weights: dict[Fault | None, float] = {
        None: 2,
        faults.HANG: 1.5,
        make_flood(3): 1,
        faults.BLOCKED: 0,
    }
    one, two = (follow(AtRandom(weights, Random(seed)), "sendmessage", 200) for _ in range(2))
    assert one == two
    assert set(one) == {None, faults.HANG, make_flood(3)}


def test_a_mixture_keeps_to_its_weights() -> None:
    weights: dict[Fault | None, float] = {None: 70, faults.CUT_AFTER: 20, faults.HANG: 10}
    chosen = follow(AtRandom(weights, Random(1)), "sendmessage", 20_000)
    for fault, weight in weights.items():
        assert chosen.count(fault) / 20_000 == pytest.approx(weight / 100, abs=0.02)


DICE = Random(1)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: make_flood(0), "at least one second"),
        (lambda: make_flood(1.5), "at least one second"),  # type: ignore[arg-type]
        (lambda: make_flood(10**6), "can wait"),
        (lambda: make_upgrade(0), "a number"),
        (lambda: make_upgrade("-1"), "a number"),  # type: ignore[arg-type]
        (lambda: Reply(200, "fine"), "from 400 to 599"),
        (lambda: Reply(400, " "), "has words"),
        (lambda: Page(302), "no page"),
        (lambda: Page("502"), "no page"),  # type: ignore[arg-type]
        (lambda: Slow(-1), "seconds later"),
        (lambda: Slow(float("nan")), "seconds later"),
        (lambda: InOrder(["hang"]), "is no fault"),  # type: ignore[list-item]
        (lambda: InOrder([faults.HANG], ["sendNothing"]), "no method 'sendNothing'"),
        (lambda: InOrder([faults.HANG], "sendMessage"), "names of some methods"),
        (lambda: InOrder([faults.HANG], []), "names of some methods"),
        (lambda: AtRandom({}, DICE), "above 0"),
        (lambda: AtRandom({None: 0}, DICE), "above 0"),
        (lambda: AtRandom({None: 1, faults.HANG: -1}, DICE), "below 0"),
        (lambda: AtRandom({None: float("inf")}, DICE), "below 0"),
        (lambda: AtRandom({None: "1"}, DICE), "below 0"),  # type: ignore[dict-item]
        (lambda: AtRandom({"hang": 1}, DICE), "is no fault"),  # type: ignore[dict-item]
        (lambda: AtRandom({None: 1}, 5), "random.Random"),  # type: ignore[arg-type]
        (lambda: Faults().plan(faults.HANG), "InOrder or AtRandom"),  # type: ignore[arg-type]
        (lambda: faults.read_fault("flood:soon"), "needs a number after the colon, not 'soon'"),
        (lambda: faults.read_fault("flood"), "needs a number after the colon, not ''"),
        (lambda: faults.read_fault("slow:-1"), "seconds later"),
        (lambda: faults.read_fault("sloth"), "no fault 'sloth'; there are: none, flood-"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(make: Any, reason: str) -> None:
    with pytest.raises(FaultError, match=reason):
        make()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("none", None),
        ("hang", faults.HANG),
        ("flood:7", make_flood(7)),
        ("slow:0.5", Slow(0.5)),
        ("upgraded:-1005", make_upgrade(-1005)),
    ],
)
def test_a_fault_can_be_named(text: str, fault: Fault | None) -> None:
    assert faults.read_fault(text) == fault


# States that last


def open_group(local: LocalTelegram) -> None:
    local.open_chat(GROUP_ID, "group", "Readers", bot_is_admin=True, administrators=[7])


async def test_a_group_that_becomes_a_supergroup_goes_on_under_another_id(
    local: LocalTelegram, bot: telegram.Bot, other_bot: aiogram.Bot
) -> None:
    open_group(local)
    old = await bot.send_message(GROUP_ID, "before")
    local.upgrade(GROUP_ID, SUPERGROUP_ID)

    updates = await bot.get_updates()
    leaving, coming = (update.message for update in updates)
    assert leaving
    assert (leaving.chat.id, leaving.migrate_to_chat_id) == (GROUP_ID, SUPERGROUP_ID)
    assert coming
    assert (coming.chat.id, coming.migrate_from_chat_id) == (SUPERGROUP_ID, GROUP_ID)
    assert (coming.chat.type, coming.text) == ("supergroup", None)
    others = await other_bot.get_updates()
    assert [update.message and update.message.migrate_to_chat_id for update in others] == [
        SUPERGROUP_ID,
        None,
    ]
    for _ in range(2):
        with pytest.raises(telegram.error.ChatMigrated) as moved:
            await bot.send_message(GROUP_ID, "x")
        assert moved.value.new_chat_id == SUPERGROUP_ID
        with pytest.raises(aiogram.exceptions.TelegramMigrateToChat) as other_moved:
            await other_bot.edit_message_text("x", None, GROUP_ID, old.message_id)
        assert other_moved.value.migrate_to_chat_id == SUPERGROUP_ID
    with pytest.raises(telegram.error.BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", SUPERGROUP_ID, old.message_id)
    await bot.send_message(SUPERGROUP_ID, "after")
    members = await bot.get_chat_administrators(SUPERGROUP_ID)
    assert [member.user.id for member in members] == [7, bot.id]
    local.say("hello", chat_id=SUPERGROUP_ID, user_id=7)
    assert [message.text for message in local.messages(SUPERGROUP_ID)] == ["", "after", "hello"]
    with pytest.raises(ReaderError, match=f"is now chat {SUPERGROUP_ID}"):
        local.say("hello", chat_id=GROUP_ID)


async def test_only_a_group_can_become_a_supergroup_and_only_one_that_is_new(
    local: LocalTelegram,
) -> None:
    open_group(local)
    local.open_chat(SUPERGROUP_ID, "supergroup", "Taken")
    local.open_chat(READER_ID)
    for chat_id, new_id in (
        (GROUP_ID, SUPERGROUP_ID),
        (GROUP_ID, 5),
        (SUPERGROUP_ID, -9),
        (READER_ID, -9),
        (-77, -9),
    ):
        with pytest.raises(ReaderError):
            local.upgrade(chat_id, new_id)
    assert local.state.updates == []


async def test_an_account_that_has_ended_takes_nothing_and_the_bot_is_not_told(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(READER_ID)
    open_group(local)
    local.deactivate()
    with pytest.raises(telegram.error.Forbidden, match="user is deactivated"):
        await bot.send_message(READER_ID, "x")
    with pytest.raises(ReaderError, match="no more"):
        local.say("x")
    for chat_id in (GROUP_ID, 42):
        with pytest.raises(ReaderError):
            local.deactivate(chat_id)
    assert await bot.get_updates() == ()


async def test_a_person_can_change_the_words_of_a_message(
    local: LocalTelegram, bot: telegram.Bot, other_bot: aiogram.Bot, clock: Clock
) -> None:
    said = local.say("first")
    clock.advance(minutes=1)
    local.edit(said.message_id, "/latest 二")
    local.open_chat(CHANNEL_ID, "channel", "Channel", bot_is_admin=True)
    announced = local.say("news", chat_id=CHANNEL_ID)
    local.edit(announced.message_id, "newer", chat_id=CHANNEL_ID)

    edited = (await bot.get_updates())[1].edited_message
    assert edited
    assert (edited.message_id, edited.text) == (said.message_id, "/latest 二")
    assert edited.edit_date == clock.now
    assert edited.entities[0].type == "bot_command"
    updates = await other_bot.get_updates()
    kinds = ["message", "edited_message", "channel_post", "edited_channel_post"]
    assert [update.event_type for update in updates] == kinds
    assert updates[3].edited_channel_post
    assert updates[3].edited_channel_post.text == "newer"


async def test_a_person_can_change_only_what_a_person_wrote_and_only_to_something_else(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    said = local.say("first")
    sent = await bot.send_message(READER_ID, "the bot's")
    for message_id, text in ((said.message_id, "first"), (sent.message_id, "x"), (99, "x")):
        with pytest.raises(ReaderError):
            local.edit(message_id, text)
    assert len(await bot.get_updates()) == 1


async def test_an_edit_in_a_group_reaches_a_plain_bot_only_if_it_is_meant_for_it(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(GROUP_ID, "group", "Group")
    said = local.say("hello", chat_id=GROUP_ID)
    local.edit(said.message_id, "hello all", chat_id=GROUP_ID)
    local.edit(said.message_id, "/latest", chat_id=GROUP_ID)
    (update,) = await bot.get_updates()
    assert update.edited_message
    assert update.edited_message.text == "/latest"


async def test_in_a_private_chat_it_is_its_owner_who_writes_and_presses(
    local: LocalTelegram, bot: telegram.Bot
) -> None:
    local.open_chat(2, "private", "Second")
    local.say("/start", chat_id=2)
    button = telegram.InlineKeyboardButton("x", callback_data="x")
    sent = await bot.send_message(2, "x", reply_markup=telegram.InlineKeyboardMarkup([[button]]))
    local.press(sent.message_id, "x", chat_id=2)
    written, pressed = await bot.get_updates()
    assert written.effective_user
    assert pressed.effective_user
    assert written.effective_user.id == pressed.effective_user.id == 2
