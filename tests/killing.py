"""A bot that is killed again and again while it composes, sends and answers; and the reckoning."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from bot_process import BotNursery, BotOrder
from factories import make_releases, make_summaries
from telegram_process import TelegramProcess, open_telegram

from bot.local.journal import read_journal
from data.models import HONG_KONG, Chat
from data.store.database import write
from data.store.store import Store, open_store

# Far beyond what any of these takes: a bot that gets nowhere is a failure, not a slow machine.
PATIENCE = 300.0
JOURNAL = "journal"


@dataclass(frozen=True)
class Reckoning:
    """What came of it all: messages that never came, and those that came again."""

    lost: int
    repeated: int
    kills: int
    integrity: str
    seconds: float

    @property
    def in_words(self) -> str:
        """One line for a bench."""
        return (
            f"{self.kills} ends, {self.lost} lost, {self.repeated} repeated, "
            f"integrity {self.integrity}, {self.seconds:.0f} s"
        )


def fill(order: BotOrder, chats: int) -> None:
    """Subscribers whose digest is due now, and releases to tell them of."""
    store = open_store(order.database)
    now = datetime.now(UTC)
    releases = make_releases(3, start=now - timedelta(hours=2))
    store.releases.save(releases, now)
    for release in releases:
        store.releases.save_summaries(release, make_summaries(release), now)
    due = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
    local = due.astimezone(HONG_KONG)
    at = local.time()
    with write(store.db):
        for number in range(1, chats + 1):
            values = {"subscribed": True, "next_due": due, "next_date": local.date()}
            store.chats.save(Chat(id=number, digest_time=at, **values))
    store.close()


def kill_until_done(
    nursery: BotNursery,
    order: BotOrder,
    *,
    random: Random,
    kills: int,
    number: signal.Signals,
    longest: float,
    is_done: Callable[[Store], bool],
    between: Callable[[], None] = lambda: None,
) -> int:
    """End the bot at random moments, so often at least, and then let it finish; how often."""
    store = open_store(order.database)
    ended, give_up = 0, time.monotonic() + PATIENCE + kills * (longest + 2)
    try:
        while True:
            pid = nursery.start(order)
            try:
                between()
                if ended < kills:
                    time.sleep(random.uniform(0, longest))
                else:
                    while not is_done(store) and time.monotonic() < give_up:
                        time.sleep(0.05)
                    return ended
            finally:
                nursery.end(pid, number if ended < kills else signal.SIGTERM)
            ended += 1
    finally:
        store.close()


def all_sent(chats: int) -> Callable[[Store], bool]:
    """Whether every chat has had its digest, for all that the bot knows."""

    def is_done(store: Store) -> bool:
        deliveries = store.deliveries
        return deliveries.count("sent") >= chats and not deliveries.count("claimed")

    return is_done


def deliver_under_fire(
    nursery: BotNursery,
    folder: Path,
    *,
    chats: int,
    kills: int,
    number: signal.Signals,
    seed: int,
    longest: float,
) -> Reckoning:
    """One digest to each of so many chats, while the bot is ended again and again."""
    begin = time.monotonic()
    with open_battle(folder, chats) as (_, order):
        fill(order, chats)
        ended = kill_until_done(
            nursery,
            order,
            random=Random(seed),
            kills=kills,
            number=number,
            longest=longest,
            is_done=all_sent(chats),
        )
        return _reckon(order, chats, ended, time.monotonic() - begin)


def answer_under_fire(
    nursery: BotNursery,
    folder: Path,
    *,
    updates: int,
    kills: int,
    seed: int,
    longest: float,
) -> Reckoning:
    """A question from each of so many chats, while the bot is killed again and again."""
    begin = time.monotonic()
    with open_battle(folder, updates) as (telegram, order):
        asked = iter(range(1, updates + 1))

        def ask_some() -> None:
            for chat_id in islice(asked, -(-updates // (kills or 1))):
                telegram.say("/help", chat_id)

        def is_done(store: Store) -> bool:
            return not store.updates.list_due() and store.deliveries.count("sent") >= updates

        ended = kill_until_done(
            nursery,
            order,
            random=Random(seed),
            kills=kills,
            number=signal.SIGKILL,
            longest=longest,
            is_done=is_done,
            between=ask_some,
        )
        return _reckon(order, updates, ended, time.monotonic() - begin)


@contextmanager
def open_battle(folder: Path, chats: int) -> Iterator[tuple[TelegramProcess, BotOrder]]:
    """A Telegram with so many chats that writes down what arrives, and the bot to be run on it."""
    with open_telegram(folder / JOURNAL, longest=1) as telegram:
        telegram.open_chats(1, chats)
        yield (
            telegram,
            BotOrder(str(folder), telegram.token, telegram.base_url, telegram.base_file_url),
        )


def _reckon(order: BotOrder, wanted: int, kills: int, seconds: float) -> Reckoning:
    arrived = Counter(entry.chat_id for entry in read_journal(Path(order.folder) / JOURNAL))
    store = open_store(order.database)
    (integrity,) = store.db.execute("PRAGMA integrity_check").fetchone()
    store.close()
    return Reckoning(
        lost=wanted - len(arrived),
        repeated=arrived.total() - len(arrived),
        kills=kills,
        integrity=integrity,
        seconds=seconds,
    )
