"""Bot and Telegram in one process, in a time that passes at once; all faults on; the reckoning.

The time is the event loop's own, so that every wait is in it: the pace, what Telegram tells to
wait, time-outs of connections, polling. It moves on when there is nothing to do but wait, which
makes half an hour of sending as long as its work. What goes to the server takes a while on the
way, each request another while, so that a message arrives at any time between start and answer.
"""

import asyncio
import selectors
import time
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from bot.app import Address, App, Surroundings, build_app
from bot.config import Settings
from bot.local import LocalTelegram, Message
from bot.local.faults import CUT_AFTER, HANG, read_fault
from bot.local.judge import TOLD_TO_WAIT, Violation
from bot.local.methods import WRITING
from bot.local.plans import AtRandom
from bot.local.windows import Limits
from bot.timer import Timer
from data.models import Chat, Content, Delivery, Piece, Priority
from data.store.database import write
from data.store.store import Store

T = TypeVar("T")

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
# A network that has nothing for so long, in seconds of the clock, has nothing on the way.
GRACE = 0.0001
LONGEST_WAY = 0.2  # seconds to the server
# What comes no later after a 429 was given was on its way, or its sender had not yet read it.
UNAWARE = 0.5
OWED_TO_GROUP = 30  # more than a minute's window
ACTS_A_SECOND = 1.0  # of all people together
LONGEST = 4 * 3_600.0  # seconds; what isn't sent by then never will be

# Shares of all calls.
WRITING_FAULTS: Mapping[str, float] = {
    "none": 0.871,
    "slow:0.1": 0.1,
    "slow:3": 0.004,
    "server-error": 0.005,
    "bad-gateway": 0.005,
    "odd-page": 0.003,
    "cut-before": 0.004,
    "cut-after": 0.005,
    "hang": 0.002,
}
OTHER_FAULTS: Mapping[str, float] = {
    "none": 0.9,
    "slow:1": 0.02,
    "flood:2": 0.005,
    "server-error": 0.02,
    "bad-gateway": 0.02,
    "odd-page": 0.01,
    "cut-before": 0.01,
    "cut-after": 0.01,
    "hang": 0.005,
}
FLOODS = ("flood:2", "flood:7", "flood-without-wait")
OTHER_METHODS = ("getUpdates", "answerCallbackQuery")
# By the names under which they are counted.
ALL_FAULTS = {
    fault.name
    for name in (*WRITING_FAULTS, *OTHER_FAULTS, *FLOODS)
    if (fault := read_fault(name)) is not None
}


class _Network(selectors.DefaultSelector):
    """Says what came in; where nothing does, time passes instead."""

    def __init__(self, let_pass: Callable[[float], None]) -> None:
        super().__init__()
        self._let_pass = let_pass

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        found = super().select(0)
        if not found:
            time.sleep(GRACE)
            found = super().select(0)
        if not found:
            self._let_pass(timeout)
        return found


class _OnTheWay(asyncio.Protocol):
    """Lets a server have what comes in a while later, in its order."""

    def __init__(self, server: Any, loop: "QuickLoop", way: Callable[[], float]) -> None:
        self._server = server
        self._loop = loop
        self._way = way
        self._last = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._server.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._pass_on(self._server.data_received, data)

    def eof_received(self) -> None:
        self._pass_on(self._server.eof_received)

    def connection_lost(self, error: Exception | None) -> None:
        self._pass_on(self._server.connection_lost, error)

    def pause_writing(self) -> None:
        self._server.pause_writing()

    def resume_writing(self) -> None:
        self._server.resume_writing()

    def _pass_on(self, what: Callable[..., object], *values: object) -> None:
        # Two of the very same time might change places.
        self._last = max(self._last + 1e-6, self._loop.time() + self._way())
        self._loop.call_at(self._last, what, *values)


class QuickLoop(asyncio.SelectorEventLoop):
    """A loop whose time moves on when there is nothing to do but wait.

    Args:
        way: how many seconds the next bytes take to a server.
    """

    def __init__(self, way: Callable[[], float] = lambda: 0.0) -> None:
        self._seconds = 1_000.0
        self._way = way
        super().__init__(_Network(self._let_pass))

    def time(self) -> float:
        return self._seconds

    def _let_pass(self, seconds: float) -> None:
        self._seconds += seconds

    async def create_server(
        self, protocol_factory: Callable[[], Any], *args: Any, **values: Any
    ) -> asyncio.Server:
        def make() -> _OnTheWay:
            return _OnTheWay(protocol_factory(), self, self._way)

        return await super().create_server(make, *args, **values)


@dataclass(frozen=True)
class SoakPlan:
    """How much of what.

    Attributes:
        chats: private ones, to each of which one to three messages are owed.
        groups: to each of which more is owed than may go out in a minute.
        seconds: so long people write, press and leave at least.
        floods: share of each kind of 429 in all calls; each makes the bot halve its pace, so that
            with many the same messages take longer.
        seed: of all dice.
    """

    chats: int
    groups: int
    seconds: float
    floods: float
    seed: int


@dataclass(frozen=True)
class Owed:
    """A message of the broadcast.

    ``markers`` are the first words of what it comes as: of several messages if it is too long
    for one, of none if Telegram takes it in no form.
    """

    delivery: Delivery
    markers: tuple[str, ...]


@dataclass(frozen=True)
class Soaked:
    """What came of it.

    Attributes:
        simulated, real: seconds.
        messages: how many the server took, edits not counted.
        answers: how many of the deliveries were answers, edits included.
        told: calls while the bot was told to wait; each was on its way at that moment.
        broken: messages that broke a window.
        lost: what the bot believes to be sent, or should have sent, and never arrived.
        wrong: deliveries that ended as nobody planned, or not at all.
        disordered: chats whose parts came in another order.
        repeats: messages that came again.
        may_repeat: messages that arrived while the bot was told otherwise or nothing.
    """

    simulated: float
    real: float
    messages: int
    answers: int
    faults: Mapping[str, int]
    told: tuple[Violation, ...]
    broken: tuple[Violation, ...]
    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    disordered: tuple[int, ...]
    statuses: Mapping[str, int]
    repeats: int
    may_repeat: int

    @property
    def unkept(self) -> list[str]:
        """The promises that were not kept, each with what shows it."""
        promises: dict[str, Sequence[object]] = {
            "windows": self.broken,
            "waits": [each for each in self.told if (each.since_told or 0) > UNAWARE],
            "arrival": self.lost,
            "end": self.wrong,
            "order": self.disordered,
            "repeats": [self.repeats] if self.repeats > self.may_repeat else [],
        }
        return [f"{name}: {list(found)}" for name, found in promises.items() if found]

    @property
    def in_words(self) -> str:
        """Some lines for a bench."""
        faults = ", ".join(f"{name} {count:,}" for name, count in sorted(self.faults.items()))
        statuses = ", ".join(f"{name} {count:,}" for name, count in sorted(self.statuses.items()))
        return (
            f"{self.messages:,} messages in {self.simulated / 60:.1f} simulated minutes"
            f" ({self.messages / self.simulated:.1f} a second), {self.real:.0f} s by the clock;"
            f" {self.answers:,} answers and edits were owed meanwhile\n"
            f"windows broken {len(self.broken)}, calls on their way while told to wait"
            f" {len(self.told)}, lost {len(self.lost)}, in wrong order {len(self.disordered)},"
            f" repeated {self.repeats} of {self.may_repeat} that may be\n"
            f"deliveries: {statuses}\nfaults: {faults}"
        )


def run_soak(plan: SoakPlan, folder: Path) -> Soaked:
    """Send, answer and suffer as planned, in a time of its own, until all is delivered."""
    return run_quickly(_soak(plan, folder), plan.seed)


def run_quickly(work: Coroutine[Any, Any, T], seed: int) -> T:
    """The result of some work in a time that passes at once; the dice are the network's."""
    dice = Random(seed)

    def make_loop() -> QuickLoop:
        return QuickLoop(lambda: LONGEST_WAY * dice.random() ** 3)

    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(work)


@dataclass(frozen=True)
class Quick:
    """A bot, the Telegram that it talks with, and the time of both since their start."""

    app: App
    telegram: LocalTelegram
    now: Callable[[], float]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[Callable[[], bool]]:
        """Poll, answer and send meanwhile; what it gives says whether that goes on."""
        inbox, sender = self.app.inbox, self.app.sender
        working = [asyncio.ensure_future(inbox.run()), asyncio.ensure_future(sender.run())]
        try:
            yield lambda: self.now() < LONGEST and not any(task.done() for task in working)
        finally:
            await inbox.stop(30)
            await sender.stop(30)
            await asyncio.gather(*working)


@asynccontextmanager
async def open_quick(folder: Path) -> AsyncIterator[Quick]:
    """A bot that has reached its Telegram, with windows on, and does nothing yet."""
    loop = asyncio.get_running_loop()
    timer, started = Timer(now=loop.time), loop.time()

    def now() -> float:
        return loop.time() - started

    def clock() -> datetime:
        return BEGIN + timedelta(seconds=now())

    async with LocalTelegram(clock=clock, timer=timer, limits=Limits()) as telegram:
        address = Address(telegram.token, telegram.base_url, telegram.base_file_url)
        surroundings = Surroundings(address, (), folder / "soak.db", telegram, timer)
        settings = Settings.model_validate({"state_dir": folder, "summary_engine": "extract"})
        app = build_app(settings, surroundings, clock)
        # Here the power stays on, and waiting for the disk would be most of the time.
        app.store.db.execute("PRAGMA synchronous=OFF")
        try:
            await app.start()
            yield Quick(app, telegram, now)
        finally:
            await app.close()


async def _soak(plan: SoakPlan, folder: Path) -> Soaked:
    began, dice = time.perf_counter(), Random(plan.seed)
    async with open_quick(folder) as quick:
        owed = list_owed(plan, dice)
        prepare(quick.app.store, quick.telegram, owed)
        quick.telegram.set_faults(*_make_plans(plan))
        people = People(quick.telegram, plan, dice)
        await _run(quick, people, plan)
        return reckon(
            quick.app.store,
            quick.telegram,
            owed,
            people,
            simulated=quick.now(),
            real=time.perf_counter() - began,
        )


def _make_plans(plan: SoakPlan) -> Iterator[AtRandom]:
    writing = {**WRITING_FAULTS, **dict.fromkeys(FLOODS, plan.floods)}
    for number, (shares, methods) in enumerate(((writing, WRITING), (OTHER_FAULTS, OTHER_METHODS))):
        weights = {read_fault(name): share for name, share in shares.items()}
        yield AtRandom(weights, Random(plan.seed + 10 + number), methods)


def list_owed(plan: SoakPlan, dice: Random) -> list[Owed]:
    """The broadcast: a digest in parts to each private chat, and much to each group."""
    owed = []
    for chat_id in range(1, plan.chats + 1):
        before = None
        for number in range(1, dice.choice((1, 2, 3)) + 1):
            each = _make_owed(chat_id, number, before)
            before = each.delivery.key
            owed.append(each)
    for group in range(1, plan.groups + 1):
        owed += [_make_owed(-group, number, None) for number in range(1, OWED_TO_GROUP + 1)]
    return owed


def _make_owed(chat_id: int, number: int, before: str | None) -> Owed:
    key = f"digest:{chat_id}:{number}"
    markers: tuple[str, ...] = (key,)
    content = Content.of(f"{key} <b>天文台</b> {'風勢頗大。' * 40}")
    if number == 1 and chat_id > 0:
        if chat_id % 41 == 0:  # Telegram can't parse it
            content = Content.of(f"{key} 13 & 14<br>{'風勢頗大。' * 40}")
        elif chat_id % 43 == 0:  # too long for one message
            markers = (f"{key}.1", f"{key}.2")
            content = Content(
                pieces=tuple(Piece(html=f"{marker} {'x' * 3_000}") for marker in markers)
            )
        elif chat_id % 47 == 0:  # there is nothing in it
            content, markers = Content.of(" " * chat_id), ()
    delivery = Delivery(
        key=key,
        chat_id=chat_id,
        content=content,
        priority=Priority.DIGEST,
        follows=before,
        not_before=BEGIN,
    )
    return Owed(delivery, markers)


def prepare(store: Store, telegram: LocalTelegram, owed: Iterable[Owed]) -> None:
    """Open all chats, and owe them the broadcast."""
    deliveries = [each.delivery for each in owed]
    with write(store.db):
        for chat_id in dict.fromkeys(delivery.chat_id for delivery in deliveries):
            telegram.open_chat(chat_id, "private" if chat_id > 0 else "group")
            store.chats.save(Chat(id=chat_id))
        store.deliveries.owe(deliveries, BEGIN)


async def _run(quick: Quick, people: "People", plan: SoakPlan) -> None:
    store, end = quick.app.store, quick.now() + plan.seconds
    async with quick.working() as goes_on:
        living = asyncio.ensure_future(people.live())
        await _sleep_until(
            lambda: not goes_on() or (quick.now() > end and not _owes(store, Priority.DIGEST))
        )
        living.cancel()
        await _sleep_until(lambda: not goes_on() or _is_done(store, quick.telegram))


async def _sleep_until(wanted: Callable[[], bool]) -> None:
    while not wanted():  # noqa: ASYNC110  # nobody tells
        await asyncio.sleep(1)


def _owes(store: Store, *priorities: Priority) -> bool:
    return any(
        store.db.execute(
            "SELECT 1 FROM deliveries WHERE status = 'due' AND priority = ? LIMIT 1", [priority]
        ).fetchone()
        for priority in priorities
    )


def _is_done(store: Store, telegram: LocalTelegram) -> bool:
    is_answered = not (telegram.state.updates or store.updates.list_due())
    return is_answered and not (_owes(store, *Priority) or store.deliveries.count("claimed"))


class People:
    """What people do meanwhile: write, press, leave, come back, found supergroups.

    Args:
        telegram: where they do it.
        plan: which chats there are.
        dice: who does what, and when.

    Attributes:
        gone: chats that could not be written to, if only for a while.
        homes: what a group was called before it moved, by its new id.
    """

    def __init__(self, telegram: LocalTelegram, plan: SoakPlan, dice: Random) -> None:
        self.telegram = telegram
        self.gone: set[int] = set()
        self.homes: dict[int, int] = {}
        self._dice = dice
        people, groups = range(1, plan.chats + 1), range(-plan.groups, 0)
        # Some are going to leave, to end their account, to move; the others stay.
        self._leaving = [each for each in (*people, *groups) if each % 10 == 3]
        self._ending = [each for each in people if each % 10 == 7]
        self._moving = [each for each in groups if each % 10 == 5]
        self._staying = [each for each in people if each % 10 not in {3, 7}]
        self._out: list[int] = []
        self._choosing: list[int] = []
        for several in (self._leaving, self._ending, self._moving):
            dice.shuffle(several)

    async def live(self) -> None:
        """Do one thing after another until cancelled."""
        acts = {self._ask: 6, self._choose: 3, self._press: 6, self._leave: 3, self._return: 1}
        acts |= {self._end_account: 1, self._move: 1}
        while True:
            await asyncio.sleep(self._dice.expovariate(ACTS_A_SECOND))
            (act,) = self._dice.choices(list(acts), list(acts.values()))
            act()

    def _ask(self) -> None:
        self.telegram.say("/help", chat_id=self._dice.choice(self._staying))

    def _choose(self) -> None:
        chat_id = self._dice.choice(self._staying)
        self.telegram.say("/topic", chat_id=chat_id)
        self._choosing.append(chat_id)

    def _press(self) -> None:
        """Two buttons in quick succession, as a rule before the first was answered."""
        chat_id = self._dice.choice(self._choosing or self._staying)
        with_buttons = [each for each in self.telegram.messages(chat_id) if each.buttons]
        for message in with_buttons[-1:]:
            for button in self._dice.sample(message.buttons, 2):
                data = button["callback_data"]
                self.telegram.press(message.message_id, data, chat_id=chat_id)

    def _leave(self) -> None:
        if self._leaving:
            chat_id = self._leaving.pop()
            self.telegram.block(chat_id)
            self.gone.add(chat_id)
            self._out.append(chat_id)

    def _return(self) -> None:
        if self._out:
            self.telegram.block(self._out.pop(), is_blocked=False)

    def _end_account(self) -> None:
        if self._ending:
            person = self._ending.pop()
            self.telegram.deactivate(person)
            self.gone.add(person)

    def _move(self) -> None:
        if self._moving:
            group = self._moving.pop()
            new_id = -1_000_000_000_000 + group
            self.telegram.upgrade(group, new_id)
            self.homes[new_id] = group


@dataclass(frozen=True)
class _Ended:
    """How a delivery stands at the end."""

    key: str
    home: int
    status: str
    action: str
    error: str
    in_doubt: int


class Reckoning:
    """What the server has, beside what was owed and what the bot believes."""

    def __init__(
        self, store: Store, journal: Iterable[Message], owed: Sequence[Owed], people: People
    ) -> None:
        self._owed = owed
        self._gone = people.gone
        self._ended = {each.key: each for each in _list_ended(store, people.homes)}
        # Of each message of the broadcast its marker, of each answer nothing.
        marks = {marker for each in owed for marker in each.markers}
        self._arrived: Counter[str] = Counter()
        self._answered: Counter[int] = Counter()
        for message in journal:
            first = message.text.partition(" ")[0]
            if first in marks:
                self._arrived[first] += 1
            else:
                self._answered[people.homes.get(message.chat_id, message.chat_id)] += 1

    def list_answers(self) -> list[_Ended]:
        """What was owed beside the broadcast."""
        return [each for each in self._ended.values() if not each.key.startswith("digest:")]

    def list_lost(self) -> list[str]:
        """What never arrived, although the bot believes so or the chat was there all the time."""
        lost = []
        for each, keys in ((each, _list_keys(each)) for each in self._owed):
            must = each.delivery.chat_id not in self._gone
            for key, marker in keys.items():
                is_sent = key in self._ended and self._ended[key].status == "sent"
                if (must or is_sent) and not self._arrived[marker]:
                    lost.append(marker)
        sent = Counter(each.home for each in self._list_sent_answers())
        return lost + [f"answers to {chat_id}" for chat_id in sent - self._answered]

    def list_wrong(self) -> list[str]:
        """What ended as nobody planned, and what came again without having been in doubt."""
        refused = {each.delivery.key for each in self._owed if not each.markers}
        wrong = [
            f"{each.key} in {each.home}: {each.status} ({each.error})"
            for each in self._ended.values()
            if not self._is_right(each, is_refused=each.key in refused)
        ]
        for each in self._owed:
            for key, marker in _list_keys(each).items():
                doubts = self._ended[key].in_doubt if key in self._ended else 0
                if self._arrived[marker] > 1 + doubts:
                    wrong.append(f"{marker} came {self._arrived[marker]} times, {doubts} in doubt")
        return wrong

    def _is_right(self, ended: _Ended, *, is_refused: bool) -> bool:
        if ended.status == "gone":
            return ended.home in self._gone or "overtaken" in ended.error
        return ended.status == ("refused" if is_refused else "sent")

    def list_disordered(self) -> list[int]:
        """Private chats whose parts came in another order than they are in."""
        came: dict[int, list[str]] = {}
        for marker in self._arrived:
            came.setdefault(int(marker.split(":")[1]), []).append(marker)
        return [
            chat_id
            for chat_id, markers in came.items()
            if chat_id > 0 and markers != sorted(markers)
        ]

    def count_repeats(self) -> int:
        """Messages that came once more than the bot knows of."""
        answers = self._answered.total() - len(self._list_sent_answers())
        return self._arrived.total() - len(self._arrived) + answers

    def _list_sent_answers(self) -> list[_Ended]:
        answers = self.list_answers()
        return [each for each in answers if (each.status, each.action) == ("sent", "send")]


def _list_keys(owed: Owed) -> dict[str, str]:
    """Of each delivery that a message becomes, what it begins with."""
    key = owed.delivery.key
    return dict(zip((key, f"{key}/2"), owed.markers, strict=False))


def _list_ended(store: Store, homes: Mapping[int, int]) -> Iterator[_Ended]:
    for key, chat_id, status, action, error, in_doubt in store.db.execute(
        "SELECT key, chat_id, status, action, error, in_doubt FROM deliveries"
    ):
        yield _Ended(key, homes.get(chat_id, chat_id), status, action, error or "", in_doubt)


def reckon(
    store: Store,
    telegram: LocalTelegram,
    owed: Sequence[Owed],
    people: People,
    *,
    simulated: float,
    real: float,
) -> Soaked:
    """What came of it."""
    reckoning = Reckoning(store, telegram.journal, owed, people)
    given, violations = telegram.faults_given, telegram.violations
    statuses = store.db.execute("SELECT status, count(*) FROM deliveries GROUP BY status")
    return Soaked(
        simulated=simulated,
        real=real,
        messages=len(telegram.journal),
        answers=len(reckoning.list_answers()),
        faults=given,
        told=tuple(each for each in violations if each.rule == TOLD_TO_WAIT),
        broken=tuple(each for each in violations if each.rule != TOLD_TO_WAIT),
        lost=tuple(reckoning.list_lost()),
        wrong=tuple(reckoning.list_wrong()),
        disordered=tuple(reckoning.list_disordered()),
        statuses=dict(statuses.fetchall()),
        repeats=reckoning.count_repeats(),
        may_repeat=given.get(CUT_AFTER.name, 0) + given.get(HANG.name, 0),
    )


async def ask_during_broadcast(folder: Path, chats: int, questions: int, dice: Random) -> list[int]:
    """How many messages of a broadcast to so many chats arrive between question and answer.

    Raises:
        ValueError: if the broadcast was over before the last question.
    """
    askers = range(chats + 1, chats + questions + 1)
    asked: dict[int, int] = {}
    async with open_quick(folder) as quick:
        store, telegram = quick.app.store, quick.telegram
        prepare(store, telegram, [_make_owed(n, 2, None) for n in range(1, chats + 1)])
        async with quick.working() as goes_on:
            for asker in askers:
                await asyncio.sleep(dice.uniform(0.5, 1.5))
                telegram.open_chat(asker)
                asked[asker] = len(telegram.journal)
                telegram.say("/latest", chat_id=asker)
            if not _owes(store, Priority.DIGEST):
                raise ValueError("the broadcast was over before the last question")
            await _sleep_until(lambda: not goes_on() or _is_done(store, telegram))
        came = [message.chat_id for message in telegram.journal]
    return [came.index(asker) - before for asker, before in asked.items()]
