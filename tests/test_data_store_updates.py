"""Updates in the database: kept once, listed chat by chat, and counted as they are tried."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from data.migrations import MIGRATIONS
from data.models import Content, Delivery
from data.store.database import write
from data.store.store import Store
from data.store.updates import KEPT_HANDLED, Updates


def make_update(number: int, chat_id: int, text: str = "hi") -> dict[str, Any]:
    return {"update_id": number, "message": {"text": text, "chat": {"id": chat_id}}}


def list_ids(store: Store) -> list[int]:
    return [waiting.id for waiting in store.updates.list_due()]


def test_an_update_is_kept_once_until_it_is_handled(store: Store, now: datetime) -> None:
    updates = [make_update(5, 1), make_update(6, 2)]
    store.updates.save(updates, now)
    store.updates.save([make_update(5, 1, "other words")], now)
    assert list_ids(store) == [5, 6]
    assert store.updates.begin(5) == updates[0]
    store.updates.mark_handled(5)
    store.updates.save(updates, now + timedelta(days=7))
    assert list_ids(store) == [6]
    (payload,) = store.db.execute("SELECT payload FROM updates WHERE id = 5").fetchone()
    assert payload == "{}"


def test_only_the_last_of_those_that_were_handled_are_remembered(
    store: Store, now: datetime
) -> None:
    store.updates.save([make_update(1, 1), make_update(KEPT_HANDLED + 1, 1)], now)
    store.updates.mark_handled(1)
    store.updates.mark_handled(KEPT_HANDLED + 1)
    (left,) = store.db.execute("SELECT count(*) FROM updates").fetchone()
    assert left == 1


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    opened = Database(memory=True)
    MIGRATIONS.apply(opened)
    yield opened
    opened.close()


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), max_size=30))
def test_of_each_chat_the_first_that_waits_is_listed_the_oldest_first(
    db: Database, rows: list[tuple[int, bool]]
) -> None:
    with write(db):
        db.execute("DELETE FROM updates")
    updates, now = Updates(db), datetime(2026, 11, 22, tzinfo=UTC)
    expected: dict[int, int] = {}
    for number, (chat_id, is_handled) in enumerate(rows, 1):
        updates.save([make_update(number, chat_id)], now)
        if is_handled:
            updates.mark_handled(number)
        else:
            expected.setdefault(chat_id, number)
    found = updates.list_due()
    assert [(each.chat_id, each.id) for each in found] == list(expected.items())


@pytest.mark.parametrize(
    ("update", "chat_id"),
    [
        ({"message": {"chat": {"id": 7}}}, 7),
        ({"edited_message": {"chat": {"id": -7}}}, -7),
        ({"my_chat_member": {"chat": {"id": 7}}}, 7),
        ({"callback_query": {"from": {"id": 3}, "message": {"chat": {"id": 7}}}}, 7),
        ({"callback_query": {"from": {"id": 3}, "inline_message_id": "x"}}, 3),
        ({"inline_query": {"from": {"id": 3}, "query": "x"}}, 2**62 + 3),
        ({"inline_query": {"from": {"id": 2**63 - 1}}}, 2**63 - 1),
        ({"inline_query": {"from": {"id": -1}}}, 2**63 - 1),
        ({"inline_query": {"from": 3}}, 0),
        ({"poll": {"id": "9"}}, 0),
        ({"message": "no message"}, 0),
        ({"message": {"chat": "no chat"}}, 0),
        ({"message": {"chat": {"id": "7"}}}, 0),
        ({"message": {"chat": {"id": 10**30}}}, 0),
        ({"message": {"chat": {"id": -(2**63)}}}, 0),
        ({"message": {"chat": {"id": 2**63 - 1}}}, 2**63 - 1),
        ({}, 0),
    ],
)
def test_the_chat_of_an_update_is_found_whatever_it_tells(
    store: Store, now: datetime, update: Mapping[str, Any], chat_id: int
) -> None:
    store.updates.save([{"update_id": 1, **update}], now)
    (waiting,) = store.updates.list_due()
    assert waiting.chat_id == chat_id


def test_half_a_character_is_no_reason_to_lose_an_update(store: Store, now: datetime) -> None:
    store.updates.save([make_update(1, 1, "a\ud800b"), make_update(2, 2, "好😀")], now)
    assert store.updates.begin(1)["message"]["text"] == "a?b"
    assert store.updates.begin(2)["message"]["text"] == "好😀"


def test_tries_are_counted_unless_they_were_called_off(store: Store, now: datetime) -> None:
    store.updates.save([make_update(1, 1)], now)
    for _ in range(3):
        store.updates.begin(1)
    store.updates.mark_waiting(1)
    assert [waiting.tries for waiting in store.updates.list_due()] == [2]
    store.updates.mark_handled(1)
    with pytest.raises(KeyError):
        store.updates.begin(1)


def owe_answer(store: Store, number: int, at: datetime) -> None:
    content = Content.of("An answer")
    answer = Delivery(key=f"answer:{number}:1", chat_id=1, content=content, not_before=at)
    store.deliveries.owe([answer], at)


def test_a_number_that_comes_again_after_eight_days_is_another_updates(
    store: Store, now: datetime
) -> None:
    for number in (7, 77):
        store.updates.save([make_update(number, 1)], now)
        store.updates.begin(number)
        store.updates.mark_handled(number)
        owe_answer(store, number, now)
        delivery = store.deliveries.claim(now)
        assert delivery
        store.deliveries.mark_sent(delivery.seq, 1, now)
    later = now + timedelta(days=8, seconds=1)
    store.updates.save([make_update(7, 2, "new")], later)
    assert [tuple(waiting) for waiting in store.updates.list_due()] == [(7, 2, 0)]
    assert store.updates.begin(7)["message"]["text"] == "new"
    assert store.deliveries.find("answer:7:1") is None
    assert store.deliveries.find("answer:77:1") is not None


def test_what_is_owed_still_is_not_forgotten_for_a_new_number(store: Store, now: datetime) -> None:
    owe_answer(store, 7, now)
    store.updates.save([make_update(7, 1)], now + timedelta(days=9))
    assert store.deliveries.find("answer:7:1") is not None


def test_an_update_is_overtaken_by_a_later_one_of_its_own_lane_alone(
    store: Store, now: datetime
) -> None:
    def ask(number: int, user_id: int) -> dict[str, Any]:
        return {"update_id": number, "inline_query": {"from": {"id": user_id}}}

    updates = store.updates
    updates.save([ask(1, 3), make_update(2, 3), ask(3, 4), ask(4, 3)], now)
    assert [updates.is_overtaken(number) for number in range(1, 5)] == [True, False, False, False]
    updates.mark_handled(4)
    assert not updates.is_overtaken(1)
