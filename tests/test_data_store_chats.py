"""Chats in the database: what they have set, who is due, and groups that move."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Chat, Content, Delivery, Subscription
from data.store.digests import DueChat
from data.store.store import Store

OLD, NEW = -500, -1001
MUTED = Subscription(kind="keyword", value="觀塘", follow=False)
TABLES = {"chats": "id", "subscriptions": "chat_id", "digests": "chat_id", "deliveries": "chat_id"}


def find(store: Store, chat_id: int, thread_id: int = 0) -> Chat:
    chat = store.chats.find(chat_id, thread_id)
    assert chat is not None
    return chat


def add_digest(store: Store, chat_id: int, day: date, *, thread_id: int = 0) -> None:
    store.db.execute(
        "INSERT OR IGNORE INTO editions (id, hash, local_date, release_ids)"
        " VALUES (1, 'x', '2026-11-22', '[]')"
    )
    store.db.execute(
        "INSERT INTO digests (chat_id, thread_id, local_date, edition_id, composed_at)"
        " VALUES (?, ?, ?, 1, '2026-11-22T00:00:00+00:00')",
        [chat_id, thread_id, day.isoformat()],
    )
    store.db.conn.commit()


def set_progress(store: Store, chat_id: int, seq: int, since: str | None) -> None:
    store.db.execute(
        "UPDATE chats SET digested_seq = ?, digest_since = ? WHERE id = ?", [seq, since, chat_id]
    )
    store.db.conn.commit()


def get_progress(store: Store, chat_id: int) -> tuple[Any, ...]:
    found = store.db.execute("SELECT digested_seq, digest_since FROM chats WHERE id = ?", [chat_id])
    return tuple(found.fetchone())


def owe(store: Store, key: str, chat_id: int, now: datetime, **values: Any) -> None:
    delivery = Delivery(key=key, chat_id=chat_id, content=Content.of(key), not_before=now, **values)
    store.deliveries.owe([delivery], now)


def list_all(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: [tuple(row) for row in store.db.execute(f"SELECT * FROM {table}").fetchall()]
        for table in TABLES
    }


def count_of(store: Store, chat_id: int) -> int:
    return sum(
        store.db.execute(f"SELECT count(*) FROM {table} WHERE {key} = ?", [chat_id]).fetchone()[0]
        for table, key in TABLES.items()
    )


times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    st.builds(
        Chat,
        id=st.integers(-(2**52), 2**52),
        thread_id=st.integers(0, 2**31),
        language=st.sampled_from(["en", "zh-Hant", "zh-Hans", "en+zh-Hant"]),
        time_zone=st.sampled_from(["Asia/Hong_Kong", "America/Nuuk"]),
        digest_time=times,
        weekdays=st.frozensets(st.integers(1, 7), min_size=1),
        quiet=st.none() | st.tuples(times, times),
        skip_empty=st.booleans(),
        subscribed=st.booleans(),
        next_due=st.none()
        | st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
        next_date=st.none() | st.dates(),
        status=st.sampled_from(["active", "paused", "gone"]),
        paused_for=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_chat_comes_back_as_it_was_saved(store: Store, chat: Chat) -> None:
    for _ in range(2):
        store.chats.save(chat)
        assert store.chats.find(chat.id, chat.thread_id) == chat


def test_a_chat_that_never_wrote_is_none(store: Store) -> None:
    assert store.chats.find(7) is None


def test_the_chats_that_are_due_are_paged_through_once_each(store: Store, now: datetime) -> None:
    def save(chat_id: int, thread_id: int, at: datetime, **settings: Any) -> None:
        values = {"subscribed": True, "next_due": at, "next_date": at.date(), **settings}
        store.chats.save(Chat(id=chat_id, thread_id=thread_id, **values))

    due = [
        (now - timedelta(minutes=minutes), chat_id, thread_id)
        for chat_id in (-5, -1, 3, 8)
        for thread_id, minutes in ((0, 0), (2, 0), (4, 9))
    ]
    for at, chat_id, thread_id in due:
        save(chat_id, thread_id, at)
    save(20, 0, now + timedelta(seconds=1))
    save(21, 0, now, subscribed=False)
    save(22, 0, now, status="paused")
    save(23, 0, now, status="gone")
    for limit in (1, 2, 5, 100):
        found: list[DueChat] = []
        while page := store.digests.list_due(now, limit, found[-1] if found else None):
            assert len(page) <= limit
            found += page
        assert [each.place for each in found] == [each[1:] for each in sorted(due)]


def test_the_last_date_is_that_of_the_last_digest(store: Store) -> None:
    chat = Chat(id=7)
    assert store.chats.get_last_date(chat) is None
    for day in (date(2026, 11, 22), date(2026, 12, 1), date(2026, 11, 30)):
        add_digest(store, 7, day)
    add_digest(store, 8, date(2027, 1, 1))
    add_digest(store, 7, date(2027, 1, 1), thread_id=3)
    assert store.chats.get_last_date(chat) == date(2026, 12, 1)


def test_alerts_and_followed_topics_are_apart(store: Store) -> None:
    chat = Chat(id=7)
    store.chats.set_followed(chat, ["law"])
    store.chats.set_alerts(chat, ["weather", "health"])
    assert store.chats.list_alerts(chat) == ("weather", "health")
    assert store.chats.list_alerts(Chat(id=7, thread_id=1)) == ()
    store.chats.set_alerts(chat, [])
    assert store.chats.list_alerts(chat) == ()
    assert store.chats.list_followed(chat) == ("law",)


def test_what_a_chat_follows_and_leaves_out_keeps_its_order_and_is_its_own(store: Store) -> None:
    chat, hostile = Chat(id=7), "'); DROP TABLE chats; --"
    chosen = (
        Subscription(kind="keyword", value=hostile),
        Subscription(kind="department", value="FSD", follow=False),
        Subscription(kind="topic", value="law"),
    )
    for each in chosen:
        store.chats.subscribe(chat, each)
    store.chats.set_alerts(chat, ["weather"])
    assert store.chats.list_subscriptions(chat) == chosen
    assert store.chats.list_subscriptions(Chat(id=7, thread_id=1)) == ()
    assert store.chats.list_followed(chat) == ("law",)


def test_to_leave_out_what_is_followed_ends_the_following(store: Store) -> None:
    chat = Chat(id=7)
    store.chats.set_followed(chat, ["law", "health"])
    muted = Subscription(kind="topic", value="law", follow=False)
    store.chats.subscribe(chat, muted)
    assert store.chats.list_followed(chat) == ("health",)
    assert muted in store.chats.list_subscriptions(chat)
    store.chats.set_followed(chat, ["law"])
    assert store.chats.list_subscriptions(chat) == (Subscription(kind="topic", value="law"),)


def test_what_is_left_out_stays_when_all_topics_are_followed_again(store: Store) -> None:
    chat, muted = Chat(id=7), Subscription(kind="topic", value="law", follow=False)
    store.chats.subscribe(chat, muted)
    store.chats.set_followed(chat, ["health"])
    store.chats.set_followed(chat, [])
    assert store.chats.list_subscriptions(chat) == (muted,)


def test_what_was_ended_is_gone_and_ending_it_again_says_that_there_was_nothing(
    store: Store,
) -> None:
    chat = Chat(id=7)
    store.chats.subscribe(chat, Subscription(kind="keyword", value="觀塘"))
    store.chats.set_alerts(chat, ["law"])
    assert not store.chats.unsubscribe(chat, "topic", "law")
    assert store.chats.unsubscribe(chat, "keyword", "觀塘")
    assert not store.chats.unsubscribe(chat, "keyword", "觀塘")
    assert store.chats.list_subscriptions(chat) == ()
    assert store.chats.list_alerts(chat) == ("law",)


def test_a_chat_is_paused_and_comes_back_with_all_it_had(store: Store, now: datetime) -> None:
    chat = Chat(
        id=7, subscribed=True, next_due=now, next_date=now.date(), weekdays=frozenset({1, 3})
    )
    store.chats.save(chat)
    store.chats.save(chat.model_copy(update={"thread_id": 4}))
    store.chats.mark_paused(7, "bot was blocked by the user")
    paused = find(store, 7)
    assert (paused.status, paused.paused_for) == ("paused", "bot was blocked by the user")
    assert find(store, 7, 4).status == "paused"
    assert store.digests.list_due(now) == []
    store.chats.save(paused.model_copy(update={"status": "active", "paused_for": None}))
    assert find(store, 7) == chat


def test_a_thread_goes_alone(store: Store) -> None:
    for thread_id in (0, 4):
        store.chats.save(Chat(id=7, thread_id=thread_id))
    store.chats.mark_gone(7, thread_id=4)
    assert [find(store, 7, thread_id).status for thread_id in (0, 4)] == ["active", "gone"]
    store.chats.mark_paused(7, "closed", thread_id=0)
    assert [find(store, 7, thread_id).status for thread_id in (0, 4)] == ["paused", "gone"]


@pytest.fixture
def group(store: Store, now: datetime) -> Chat:
    """A group with settings, topics, alerts, a digest of yesterday, and messages sent and owed."""
    chat = Chat(
        id=OLD,
        language="zh-Hant",
        digest_time=time(7, 5),
        quiet=(time(23), time(7)),
        subscribed=True,
        next_due=now,
        next_date=now.date(),
    )
    store.chats.save(chat)
    set_progress(store, OLD, 40, "2026-11-21T00:00:00+00:00")
    store.chats.set_followed(chat, ["law"])
    store.chats.set_alerts(chat, ["weather"])
    store.chats.subscribe(chat, MUTED)
    add_digest(store, OLD, date(2026, 11, 21))
    owe(store, "sent", OLD, now)
    claimed = store.deliveries.claim(now)
    assert claimed is not None
    store.deliveries.mark_sent(claimed.seq, 77, now)
    owe(store, "edit", OLD, now, action="edit", edits=77)
    owe(store, "owed", OLD, now)
    return chat


def check_moved(store: Store, group: Chat) -> None:
    moved = find(store, NEW)
    assert moved == group.model_copy(update={"id": NEW})
    assert store.chats.list_followed(moved) == ("law",)
    assert store.chats.list_alerts(moved) == ("weather",)
    assert MUTED in store.chats.list_subscriptions(moved)
    assert store.chats.get_last_date(moved) == date(2026, 11, 21)
    assert get_progress(store, NEW) == (40, "2026-11-21T00:00:00+00:00")
    assert count_of(store, OLD) == 0


def test_a_group_that_moves_takes_everything_along(
    store: Store, group: Chat, now: datetime
) -> None:
    store.chats.move(OLD, NEW)
    check_moved(store, group)
    sent, edit = store.deliveries.find("sent"), store.deliveries.find("edit")
    assert sent is not None
    assert edit is not None
    assert (sent.status, sent.chat_id, sent.message_id) == ("sent", NEW, None)
    assert edit.status == "gone"
    owed = store.deliveries.claim(now)
    assert owed is not None
    assert (owed.key, owed.chat_id) == ("owed", NEW)


def test_moving_twice_or_to_itself_changes_nothing(store: Store, group: Chat) -> None:
    before = list_all(store)
    store.chats.move(OLD, OLD)
    assert list_all(store) == before
    store.chats.move(OLD, NEW)
    after = list_all(store)
    store.chats.move(OLD, NEW)
    assert list_all(store) == after


def test_who_wrote_in_the_new_one_without_subscribing_has_the_settings_of_the_old(
    store: Store, group: Chat
) -> None:
    there = Chat(id=NEW, language="en")
    store.chats.save(there)
    store.chats.set_followed(there, ["health"])
    store.chats.move(OLD, NEW)
    check_moved(store, group)


def test_who_subscribed_in_the_new_one_keeps_that_and_gets_no_release_again(
    store: Store, group: Chat, now: datetime
) -> None:
    there = Chat(id=NEW, subscribed=True, next_due=now, next_date=date(2026, 11, 21))
    store.chats.save(there)
    store.chats.set_followed(there, ["health"])
    add_digest(store, NEW, date(2026, 11, 20))
    owe(store, "theirs", NEW, now)
    store.chats.move(OLD, NEW)
    assert find(store, NEW) == there
    assert store.chats.list_followed(there) == ("health",)
    assert store.chats.list_alerts(there) == ()
    assert get_progress(store, NEW) == (40, "2026-11-21T00:00:00+00:00")
    # The digest of this date went to the old one: none is owed again.
    assert store.chats.get_last_date(there) == date(2026, 11, 21)
    assert store.deliveries.count("due") == 2
    assert count_of(store, OLD) == 0


def test_a_later_progress_of_the_new_one_stays(store: Store, group: Chat, now: datetime) -> None:
    store.chats.save(Chat(id=NEW, subscribed=True, next_due=now, next_date=now.date()))
    set_progress(store, NEW, 41, "2026-11-22T00:00:00+00:00")
    store.chats.move(OLD, NEW)
    assert get_progress(store, NEW) == (41, "2026-11-22T00:00:00+00:00")


def test_the_same_date_in_both_is_kept_once(store: Store, group: Chat) -> None:
    add_digest(store, NEW, date(2026, 11, 21))
    store.chats.move(OLD, NEW)
    assert len(list_all(store)["digests"]) == 1


def test_a_group_that_moved_is_active_whatever_was_heard_of_the_old_one(
    store: Store, group: Chat
) -> None:
    store.chats.mark_paused(OLD, "bot was kicked from the group chat")
    store.chats.move(OLD, NEW)
    check_moved(store, group)


def test_a_group_that_nobody_wrote_in_moves_to_nothing(store: Store) -> None:
    store.chats.move(OLD, NEW)
    assert store.chats.find(NEW) is None
