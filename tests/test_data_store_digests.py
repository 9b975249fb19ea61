"""Digests in the database: composed once, owed at once, and dropped when they are old."""

from datetime import UTC, date, datetime, timedelta

import pytest

from data.models import Chat, Content, Edition
from data.store.digests import Digest, DueChat, Kept, Progress, Turn
from data.store.store import Store

DAY = date(2026, 11, 22)


def keep(store: Store, now: datetime, *parts: str, day: date = DAY) -> Kept:
    contents = tuple(map(Content.of, parts or ("one", "two")))
    edition = Edition(local_date=day, release_ids=("P1",), parts=contents)
    return store.digests.keep(edition, [store.contents.keep(part, now) for part in contents])


def find_due(store: Store, chat_id: int = 7) -> DueChat:
    due = store.digests.list_due(datetime.max.replace(tzinfo=UTC))
    return next(each for each in due if each.place == (chat_id, 0))


def save(store: Store, kept: Kept | None, now: datetime, chat_id: int = 7) -> int:
    tomorrow, progress = now + timedelta(days=1), Progress(9, now)
    turn = Turn(Digest(kept) if kept else None, progress, tomorrow, tomorrow.date())
    return store.digests.save([(find_due(store, chat_id), turn)], now)


def count(store: Store, table: str) -> int:
    (rows,) = store.db.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(rows)


def add_chat(store: Store, now: datetime, chat_id: int = 7) -> Chat:
    chat = Chat(id=chat_id, subscribed=True, next_due=now, next_date=DAY)
    store.chats.save(chat)
    return chat


@pytest.fixture
def chat(store: Store, now: datetime) -> Chat:
    return add_chat(store, now)


def find_progress(store: Store) -> Progress:
    return find_due(store).standing.progress


def test_a_digest_is_owed_once_and_moves_the_due_time(
    store: Store, chat: Chat, now: datetime
) -> None:
    assert [due.place for due in store.digests.list_due(now)] == [(7, 0)]
    assert save(store, keep(store, now), now) == 1
    assert find_progress(store) == Progress(9, now)
    moved = store.chats.find(7)
    assert moved is not None
    assert (moved.next_due, moved.next_date) == (now + timedelta(days=1), date(2026, 11, 23))
    assert store.deliveries.count("due") == 2


def test_a_date_that_has_its_digest_gets_no_other_but_the_due_time_moves(
    store: Store, chat: Chat, now: datetime
) -> None:
    save(store, keep(store, now), now)
    store.chats.save(chat)
    later = now + timedelta(hours=1)
    assert save(store, keep(store, now, "other"), later) == 0
    assert find_progress(store) == Progress(9, now)
    assert store.deliveries.count("due") == 2
    assert store.digests.list_due(later) == []


def test_the_parts_go_out_one_behind_the_other(store: Store, chat: Chat, now: datetime) -> None:
    save(store, keep(store, now, "one", "two", "three"), now)
    said = []
    while (delivery := store.deliveries.claim(now)) is not None:
        assert store.deliveries.claim(now) is None
        store.deliveries.mark_sent(delivery.seq, 1, now)
        said.append((delivery.key, delivery.content.text))
    assert said == [
        ("digest:7:0:2026-11-22:1", "one"),
        ("digest:7:0:2026-11-22:2", "two"),
        ("digest:7:0:2026-11-22:3", "three"),
    ]


def test_what_many_chats_get_is_kept_once(store: Store, now: datetime) -> None:
    for number in range(5):
        add_chat(store, now, number)
        save(store, keep(store, now), now, number)
    assert (count(store, "digests"), count(store, "deliveries")) == (5, 10)
    assert (count(store, "editions"), count(store, "contents")) == (1, 2)
    # Another date is another edition, were it in the same words.
    keep(store, now, day=DAY + timedelta(days=1))
    assert (count(store, "editions"), count(store, "contents")) == (2, 2)


def test_a_digest_that_is_folded_owes_nothing(store: Store, chat: Chat, now: datetime) -> None:
    assert save(store, None, now) == 0
    assert count(store, "digests") == 0
    assert find_progress(store) == Progress(9, now)


def test_saving_a_chats_settings_leaves_its_progress_alone(
    store: Store, chat: Chat, now: datetime
) -> None:
    save(store, keep(store, now), now)
    store.chats.save(chat.model_copy(update={"language": "zh-Hans"}))
    assert find_progress(store) == Progress(9, now)


def test_a_chat_that_comes_back_is_not_owed_what_it_missed_and_nothing_twice(
    store: Store, chat: Chat, now: datetime
) -> None:
    save(store, keep(store, now), now)
    store.chats.save(chat.model_copy(update={"subscribed": False}))
    store.chats.save(chat)
    assert find_progress(store) == Progress(9, None)


def test_so_it_is_with_one_that_had_blocked_the_bot(
    store: Store, chat: Chat, now: datetime
) -> None:
    save(store, keep(store, now), now)
    store.chats.save(chat)
    assert find_progress(store) == Progress(9, now)
    store.chats.mark_paused(7, "blocked")
    store.chats.save(chat)
    assert find_progress(store) == Progress(9, None)


def test_old_digests_are_dropped_with_what_they_said(store: Store, now: datetime) -> None:
    old, new = keep(store, now, "old"), keep(store, now, "new", day=DAY + timedelta(days=1))
    for number in range(5):
        add_chat(store, now, number)
        save(store, old, now, number)
        save(store, new, now, number)
    steps = 0
    while store.digests.drop_old(DAY + timedelta(days=1), limit=2):
        steps += 1
    assert steps == 3
    assert (count(store, "digests"), count(store, "editions")) == (5, 1)
    store.db.execute("DELETE FROM deliveries")
    assert store.contents.drop_unused(now + timedelta(days=1), limit=1) == 1
    assert store.contents.drop_unused(now + timedelta(days=1)) == 0
    assert store.contents.get(new.content_numbers[0]).text == "new"
