"""A database of very many chats, and how long composing for them takes; run as a command.

``build FILE CHATS DUE`` makes the database, of whose chats some are due at eight in the morning;
``compose FILE`` composes for those and writes what it measured as JSON.
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from pathlib import Path

from factories import make_releases, make_summaries

from bot.composing import REACH, Composer
from bot.editions import Editions, Wanted
from data.kinds import load_kinds
from data.models import TOPICS, Release
from data.store.database import to_text, write
from data.store.digests import Digest, DueChat, Progress, Turn
from data.store.store import Store, open_store
from data.tables import Tables, load_tables

DUE = datetime(2026, 11, 23, tzinfo=UTC)
LATE = timedelta(hours=6)
# As many as on a busy day, each with a summary of three sentences.
RELEASES = 80
SENTENCES = 3
LANGUAGES = (*("en",) * 4, *("zh-Hant",) * 4, "zh-Hans", "en+zh-Hant")
# Whoever does not follow all follows one, two or three topics.
SETS = tuple(chain.from_iterable(combinations(TOPICS, count) for count in (1, 2, 3)))
OWED = 1_000_000
CLAIMS = 500
ALONE = 1_000


def build(path: Path, count: int, due: int) -> None:
    """Chats in the order in which they came, of which so many are due, and a day's releases."""
    dice = random.Random(7)
    store = open_store(path)
    ids = dice.sample(range(10**9), count)
    store.db.execute("PRAGMA synchronous=OFF")
    store.db.execute("PRAGMA cache_size=-500000")
    store.db.conn.executemany(
        "INSERT INTO chats (id, thread_id, language, time_zone, digest_time, subscribed, next_due,"
        " next_date, status, digested_seq) VALUES (?, 0, ?, 'Asia/Hong_Kong', ?, 1, ?, ?,"
        " 'active', 0)",
        (
            (each, dice.choice(LANGUAGES), *draw_hour(dice, is_due=number < due))
            for number, each in enumerate(ids)
        ),
    )
    store.db.conn.executemany(
        "INSERT INTO subscriptions VALUES (?, 0, 'topic', ?, 1)",
        ((each, topic) for each in ids if dice.random() < 0.4 for topic in dice.choice(SETS)),
    )
    store.db.conn.commit()
    add_releases(store)
    store.close()


def draw_hour(dice: random.Random, *, is_due: bool) -> tuple[str, str, str]:
    """Digest time, next due time and its date: at eight, or later on that day."""
    due = DUE if is_due else DUE + timedelta(minutes=dice.randrange(1, 15 * 60))
    return f"{due + timedelta(hours=8):%H:%M}", to_text(due), f"{DUE:%Y-%m-%d}"


def add_releases(store: Store) -> None:
    step = timedelta(minutes=15)
    for number, release in enumerate(make_releases(RELEASES, start=DUE - step * 85, step=step)):
        changed = release.model_copy(update={"topics": (TOPICS[number % len(TOPICS)],)})
        store.releases.save([changed], DUE)
        summarise(store, changed)


def summarise(store: Store, release: Release) -> None:
    summaries = [
        each.model_copy(update={"text": " ".join([each.text] * SENTENCES)})
        for each in make_summaries(release)
    ]
    store.releases.save_summaries(release, summaries, DUE)


def compose(path: Path) -> dict[str, float]:
    """What it takes to compose for the chats that are due, and to claim what is owed then."""
    store, tables = open_store(path), load_tables()
    measured: dict[str, float] = {}

    def make_composer(now: datetime) -> Composer:
        return Composer(store, tables, load_kinds(), {}, lambda _: None, lambda: now, LATE)

    early = make_composer(DUE - timedelta(minutes=1))
    measured["idle tick, ms"] = 1_000 * take_median(lambda: asyncio.run(early.compose_due()), 50)
    count, seconds = compose_one_by_one(store, tables, ALONE)
    measured["digests a second, one by one"] = count / seconds
    wait_for_one_summary(store, make_composer(DUE), measured)
    holds: list[tuple[float, float]] = []
    before = count_owed(store)
    wall, processor = time.perf_counter(), time.process_time()
    composed = asyncio.run(hold(make_composer(DUE), holds))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    owed = count_owed(store) - before
    measured |= {
        "digests": composed,
        "deliveries": owed,
        "digests a second": composed / wall,
        "deliveries a second": owed / wall,
        "deliveries a second of the processor's": owed / processor,
        **describe_holds("", [wall for wall, _ in holds]),
        **describe_holds("processor's ", [processor for _, processor in holds]),
        "editions": float(store.db.table("editions").count),
    }
    measure_claims(store, measured)
    store.close()
    return measured


def wait_for_one_summary(store: Store, composer: Composer, measured: dict[str, float]) -> None:
    """A tick at which all have to wait."""
    rows = store.db.execute("DELETE FROM summaries RETURNING *").fetchall()
    start = time.perf_counter()
    assert asyncio.run(composer.compose_due()) == 0
    measured["a tick at which all wait for summaries, s"] = time.perf_counter() - start
    marks = ", ".join("?" for _ in rows[0])
    store.db.conn.executemany(f"INSERT INTO summaries VALUES ({marks})", rows)
    store.db.conn.commit()


async def hold(composer: Composer, holds: list[tuple[float, float]]) -> int:
    """Compose, and note how long others wait for their turn: by the clock, and at work."""
    composing = asyncio.ensure_future(composer.compose_due())
    while not composing.done():
        wall, processor = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0)
        holds.append((time.perf_counter() - wall, time.thread_time() - processor))
    return await composing


def describe_holds(whose: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"the loop is held, {whose}ms, median": 1_000 * ordered[len(ordered) // 2],
        f"the loop is held, {whose}ms, 99th percentile": 1_000 * ordered[len(ordered) * 99 // 100],
        f"the loop is held, {whose}ms, at most": 1_000 * ordered[-1],
    }


def compose_one_by_one(store: Store, tables: Tables, count: int) -> tuple[int, float]:
    """The rival: what each chat gets is looked up, rendered and stored for that chat alone."""
    start = time.perf_counter()
    for chat in store.digests.list_due(DUE, count):
        editions = Editions(store, tables, load_kinds(), {}, lambda _: None, DUE)
        asyncio.run(compose_for(store, editions, chat))
    return count, time.perf_counter() - start


async def compose_for(store: Store, editions: Editions, chat: DueChat) -> None:
    standing = chat.standing
    wanted = Wanted(
        language=standing.language,
        length=standing.length,
        subscriptions=standing.subscriptions,
        day=standing.next_date,
        after=0,
        since=DUE - REACH,
        can_wait=False,
    )
    await editions.prepare([wanted])
    kept = editions[wanted]
    assert kept is not None
    day = timedelta(days=1)
    progress = Progress(editions.last, DUE - REACH)
    turn = Turn(Digest(kept), progress, DUE + day, standing.next_date + day)
    store.digests.save([(chat, turn)], DUE)


def measure_claims(store: Store, measured: dict[str, float]) -> None:
    """Fill the outbox up, and claim and record as the sender does."""
    missing = max(0, OWED - count_owed(store))
    store.db.conn.executemany(
        "INSERT INTO deliveries (key, chat_id, thread_id, content_id, action, priority,"
        " heeds_quiet, status, attempts, in_doubt, not_before)"
        " VALUES (?, ?, 0, 1, 'send', 4, 1, 'due', 0, 0, ?)",
        ((f"more:{number}", -number, to_text(DUE)) for number in range(missing)),
    )
    store.db.conn.commit()
    measured["owed"] = count_owed(store)
    held = list(range(-40, 0))

    def claim() -> None:
        with write(store.db):
            delivery = store.deliveries.claim(DUE, held=held)
            assert delivery is not None
            store.deliveries.mark_sent(delivery.seq, 1, DUE)

    measured["claim and record, ms"] = 1_000 * take_median(claim, CLAIMS)


def count_owed(store: Store) -> int:
    return store.deliveries.count("due")


def take_median(work: Callable[[], object], rounds: int) -> float:
    return sorted(_time(work, rounds))[rounds // 2]


def _time(work: Callable[[], object], rounds: int) -> Iterator[float]:
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        yield time.perf_counter() - start


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["build", file, chats, due]:
            build(Path(file), int(chats), int(due))
        case ["compose", file]:
            json.dump(compose(Path(file)), sys.stdout)
