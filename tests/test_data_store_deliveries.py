"""The outbox in the database: once for each key, in order, and never forgotten."""

import contextlib
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from data.migrations import MIGRATIONS
from data.models import Chat, Content, Delivery, Piece, Priority
from data.store.database import write
from data.store.store import Store, open_store


def owe(store: Store, key: str, now: datetime, **values: Any) -> Delivery:
    given = {"chat_id": 7, "content": Content.of(f"words of {key}"), "not_before": now, **values}
    delivery = Delivery(key=key, **given)
    store.deliveries.owe([delivery], now)
    return delivery


def claim(store: Store, now: datetime, **values: Any) -> str | None:
    claimed = store.deliveries.claim(now, **values)
    return claimed.key if claimed else None


def find(store: Store, key: str) -> Delivery:
    found = store.deliveries.find(key)
    assert found is not None
    return found


def test_owing_the_same_key_twice_owes_it_once(store: Store, now: datetime) -> None:
    owe(store, "k", now)
    twice = Delivery(key="k", chat_id=7, content=Content.of("other"), not_before=now)
    assert store.deliveries.owe([twice], now) == 0
    assert store.deliveries.count("due") == 1
    assert find(store, "k").content.text == "words of k"


def test_a_delivery_comes_back_as_it_was_owed(store: Store, now: datetime) -> None:
    keyboard = {"inline_keyboard": [[{"text": "Ja", "callback_data": "x"}]]}
    pieces = (Piece(html="<b>甲</b>", heading="Head", shown={"P1": "v1"}),)
    content = Content(pieces=pieces, keyboard=keyboard, language="zh-Hans")
    owed = owe(
        store,
        "k",
        now,
        thread_id=5,
        content=content,
        action="edit",
        edits=44,
        priority=Priority.CORRECTION,
        heeds_quiet=True,
        expires_at=now + timedelta(hours=3),
    )
    assert find(store, "k") == owed.model_copy(update={"seq": find(store, "k").seq})


def test_parts_go_out_in_order_one_at_a_time(store: Store, now: datetime) -> None:
    owe(store, "one", now)
    owe(store, "two", now, follows="one")
    assert claim(store, now) == "one"
    assert claim(store, now) is None
    store.deliveries.mark_later(find(store, "one").seq, now + timedelta(minutes=1), "slow down")
    assert claim(store, now) is None
    later = now + timedelta(minutes=1)
    assert claim(store, later) == "one"
    assert find(store, "one").attempts == 2
    store.deliveries.mark_sent(find(store, "one").seq, 55, later)
    assert find(store, "one").message_id == 55
    assert claim(store, later) == "two"


@pytest.mark.parametrize("end", ["mark_refused", "mark_dropped"])
def test_a_part_that_can_not_be_sent_does_not_hold_up_the_next(
    store: Store, now: datetime, end: str
) -> None:
    owe(store, "one", now)
    owe(store, "two", now, follows="one")
    claim(store, now)
    getattr(store.deliveries, end)(find(store, "one").seq, "no")
    assert claim(store, now) == "two"


def test_what_is_more_urgent_goes_first_and_what_is_less_can_be_left(
    store: Store, now: datetime
) -> None:
    for priority in reversed(Priority):
        owe(store, priority.name, now, chat_id=priority, priority=priority)
    assert claim(store, now, last=Priority.ANSWER) == "ANSWER"
    assert claim(store, now, last=Priority.ANSWER) is None
    assert claim(store, now, held=[Priority.ALERT]) == "REPORT"
    assert [claim(store, now) for _ in range(4)] == ["ALERT", "CORRECTION", "DIGEST", None]


def test_whether_anything_is_due_and_when_the_next_is(store: Store, now: datetime) -> None:
    later = now + timedelta(minutes=5)
    owe(store, "k", later, priority=Priority.DIGEST)
    assert not store.deliveries.has_due(now)
    assert store.deliveries.has_due(later)
    assert not store.deliveries.has_due(later, Priority.CORRECTION)


def test_what_was_claimed_before_a_crash_is_owed_again_and_in_doubt(
    store: Store, now: datetime
) -> None:
    owe(store, "k", now)
    claim(store, now)
    assert store.deliveries.list_claimed_chats() == [7]
    assert store.deliveries.release_claimed() == 1
    assert store.deliveries.release_claimed() == 0
    assert find(store, "k").in_doubt == 1
    assert claim(store, now) == "k"


def test_waiting_for_the_end_of_quiet_hours_counts_for_no_attempt(
    store: Store, now: datetime
) -> None:
    owe(store, "k", now)
    claim(store, now)
    store.deliveries.mark_waiting(find(store, "k").seq, now + timedelta(hours=8))
    assert claim(store, now) is None
    assert find(store, "k").attempts == 0


def test_nothing_is_owed_to_a_chat_that_is_gone(store: Store, now: datetime) -> None:
    owe(store, "here", now, thread_id=3)
    owe(store, "there", now, thread_id=4)
    owe(store, "elsewhere", now, chat_id=8)
    store.deliveries.mark_gone(7, "no such thread", thread_id=3)
    assert find(store, "here").status == "gone"
    assert find(store, "there").status == "due"
    store.deliveries.mark_gone(7, "blocked")
    assert store.deliveries.count("gone") == 2
    assert claim(store, now) == "elsewhere"


def test_another_content_takes_the_place_of_one_that_was_refused(
    store: Store, now: datetime
) -> None:
    owe(store, "one", now)
    owe(store, "two", now, follows="one")
    claim(store, now)
    pieces = [Content.of("A"), Content.of("B"), Content.of("C")]
    store.deliveries.replace(find(store, "one").seq, pieces, "too long", now)
    said = []
    while (claimed := store.deliveries.claim(now)) is not None:
        said.append(claimed.content.text)
        store.deliveries.mark_sent(claimed.seq, 1, now)
    assert said == ["A", "B", "C", "words of two"]


def test_the_same_content_is_kept_once_with_what_it_shows(store: Store, now: datetime) -> None:
    content = Content(pieces=(Piece(html="x", shown={"P1": "v1", "P2": "v1"}),))
    numbers = {store.contents.keep(content, now) for _ in range(3)}
    assert len(numbers) == 1
    assert store.contents.get(numbers.pop()) == content
    rows = store.db.execute("SELECT text_id, version FROM shown ORDER BY text_id").fetchall()
    assert rows == [("P1", "v1"), ("P2", "v1")]
    with pytest.raises(KeyError):
        store.contents.get(99)


def test_what_is_done_is_dropped_in_time_and_what_is_owed_is_not(
    store: Store, now: datetime
) -> None:
    for key in ("sent", "refused", "gone", "due"):
        owe(store, key, now, content=Content(pieces=(Piece(html=key, shown={key: "v"}),)))
    store.deliveries.mark_sent(find(store, "sent").seq, 1, now)
    store.deliveries.mark_refused(find(store, "refused").seq, "no")
    store.deliveries.mark_dropped(find(store, "gone").seq, "no")
    assert store.deliveries.drop_done(now) == 0
    later = now + timedelta(days=15)
    assert store.deliveries.drop_done(later, limit=1) == 3
    assert store.deliveries.count("due") == 1
    assert store.contents.drop_unused(later) == 3
    assert store.db.execute("SELECT text_id FROM shown").fetchall() == [("due",)]


def test_what_was_sent_lately_is_known_for_the_pace(store: Store, now: datetime) -> None:
    owe(store, "old", now)
    owe(store, "new", now, chat_id=-8)
    store.deliveries.mark_sent(find(store, "old").seq, 1, now - timedelta(minutes=5))
    store.deliveries.mark_sent(find(store, "new").seq, 2, now)
    since = now - timedelta(minutes=1)
    assert store.deliveries.list_sent_since(since) == [(-8, now)]


def test_a_claim_that_is_taken_back_with_its_transaction_is_none(
    store: Store, now: datetime
) -> None:
    owe(store, "k", now)
    with contextlib.suppress(ZeroDivisionError), write(store.db):
        assert claim(store, now) == "k"
        _ = 1 / 0
    assert claim(store, now) == "k"


def test_what_an_older_version_owed_is_owed_still_and_in_order(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    db = Database(sqlite3.connect(path))
    MIGRATIONS.apply(db, stop_before="m004_outbox")
    for statement in _OLD_ROWS:
        db.execute(statement)
    db.conn.commit()
    db.close()
    store = open_store(path)
    now = datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert claim(store, now) == "answer:9:2"
    first = store.deliveries.claim(now)
    assert first is not None
    assert (first.key, first.content.text) == ("digest:7:0:2026-11-22:2", "<b>two</b>")
    assert first.in_doubt == 0
    sent = find(store, "digest:7:0:2026-11-22:1")
    assert (sent.status, sent.message_id, sent.content.text) == ("sent", 40, "one")
    chat = store.chats.find(7)
    assert chat is not None
    assert chat.next_date == date(2026, 11, 23)
    kept = store.db.execute(
        "SELECT release_ids, number, content_id FROM digests JOIN editions ON id = edition_id"
        " JOIN edition_parts USING (edition_id) ORDER BY number"
    ).fetchall()
    assert kept == [('["P1"]', 1, 1), ('["P1"]', 2, 2)]
    store.close()


def test_only_the_digests_of_one_thread_that_are_not_on_their_way_are_dropped(
    store: Store, now: datetime
) -> None:
    keys = ("digest:7:0:a:1", "digest:7:0:a:2", "digest:7:5:a:1", "digest:8:0:a:1", "answer:1:1")
    for key in keys:
        _, chat_id, thread_id, *_ = (*key.split(":"), "0") if key[0] == "d" else ("", "7", "0")
        place = {"chat_id": int(chat_id), "thread_id": int(thread_id)}
        owe(store, key, now, priority=Priority.DIGEST, **place)
    assert claim(store, now) == keys[0]
    store.deliveries.drop_digests(7, 0, "unsubscribed")
    statuses = [find(store, key).status for key in keys]
    assert statuses == ["claimed", "gone", "due", "due", "due"]


def test_the_answers_that_a_chat_is_owed_are_counted_up_to_a_number(
    store: Store, now: datetime
) -> None:
    for number in range(4):
        owe(store, f"answer:{number}:1", now)
    owe(store, "digest:7:0:a:1", now)
    owe(store, "answer:9:1", now, chat_id=8)
    store.deliveries.mark_sent(find(store, "answer:0:1").seq, 1, now)
    assert store.deliveries.count_answers(7, 10) == 3
    assert store.deliveries.count_answers(7, 2) == 2


def test_what_a_chat_is_owed_is_looked_up_by_an_index(store: Store) -> None:
    for statement in (
        "SELECT 1 FROM deliveries WHERE chat_id = ? AND status IN ('due', 'claimed')"
        " AND key GLOB 'answer:*' LIMIT 10",
        "UPDATE deliveries SET status = 'gone' WHERE chat_id = ?"
        " AND status IN ('due', 'claimed') AND thread_id = ? AND status = 'due'"
        " AND key GLOB 'digest:*'",
    ):
        values = [7] * statement.count("?")
        plan = store.db.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
        assert "deliveries_owed" in plan[0][3]


def test_messages_are_forgotten_and_what_would_change_them_is_not_owed(
    store: Store, now: datetime
) -> None:
    owe(store, "sent", now)
    store.deliveries.mark_sent(find(store, "sent").seq, 44, now)
    owe(store, "edit", now, action="edit", edits=44)
    owe(store, "due", now)
    store.deliveries.forget_messages()
    assert find(store, "sent").message_id is None
    assert [find(store, key).status for key in ("sent", "edit", "due")] == ["sent", "gone", "due"]


_OLD_ROWS = (
    "INSERT INTO chats VALUES (7, 0, 'en', 'Asia/Hong_Kong', '08:00', 1,"
    " '2026-11-23T00:00:00+00:00', 'active', 5, NULL)",
    "INSERT INTO digests VALUES (7, 0, '2026-11-22', '[\"P1\"]', '[\"one\", \"<b>two</b>\"]',"
    " '2026-11-22T00:00:00+00:00')",
    "INSERT INTO deliveries (key, chat_id, thread_id, payload, status, attempts, not_before,"
    " message_id) VALUES"
    " ('digest:7:0:2026-11-22:1', 7, 0, '{\"text\": \"one\"}', 'sent', 1,"
    " '2026-11-22T00:00:00+00:00', 40),"
    " ('digest:7:0:2026-11-22:2', 7, 0, '{\"text\": \"<b>two</b>\"}', 'due', 0,"
    " '2026-11-22T00:00:02+00:00', NULL),"
    " ('answer:9:2', 8, 0, '{\"text\": \"hi\", \"keyboard\": null}', 'due', 0,"
    " '2026-11-22T00:00:03+00:00', NULL)",
)


def test_a_chat_that_is_gone_is_not_due(store: Store, now: datetime) -> None:
    chat = Chat(id=7, subscribed=True, next_due=now, next_date=now.date())
    store.chats.save(chat)
    store.chats.mark_gone(7)
    store.chats.save(chat.model_copy(update={"id": 8}))
    assert [due.place for due in store.digests.list_due(now)] == [(8, 0)]
