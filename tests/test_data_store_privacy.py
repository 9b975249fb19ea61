"""What is kept of a chat: handed over in full, and deleted without a trace."""

import json
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_summaries, make_text

from data.models import Chat, Content, Delivery, Edition, Subscription
from data.store.database import write
from data.store.privacy import MOST_MESSAGES
from data.store.store import Store, open_store

ROOT = Path(__file__).parent.parent
READER, OTHER, GROUP = 987654321, 5005, -1009876543210
UPDATES = {READER: 1, OTHER: 2, GROUP: 100}
SECRET = "lanterns of Mrs Chan 陳太的燈籠"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "kept.db")


def owe(store: Store, key: str, chat_id: int, text: str, now: datetime, thread_id: int = 0) -> None:
    values = {"chat_id": chat_id, "thread_id": thread_id, "not_before": now}
    store.deliveries.owe([Delivery(key=key, content=Content.of(text), **values)], now)


def fill(store: Store, chat_id: int, now: datetime, thread_id: int = 0) -> None:
    """A chat that has one of everything."""
    chat = Chat(
        id=chat_id, thread_id=thread_id, language="en", time_zone="Asia/Hong_Kong",
        digest_time=now.time(), subscribed=True,
    )  # fmt: skip
    store.chats.save(chat)
    store.chats.subscribe(chat, Subscription(kind="keyword", value=f"{SECRET} {chat_id}"))
    owe(store, f"answer:{chat_id}:{thread_id}", chat_id, f"{SECRET} of {chat_id}", now, thread_id)
    release, text = make_release(), make_text()
    summary = make_summaries(release)[0]
    store.feedback.give(chat_id, abs(chat_id), text, summary, "wrong", now, ["13"])
    number = UPDATES[chat_id] + thread_id
    message = {"chat": {"id": chat_id}, "text": SECRET}
    store.updates.save([{"update_id": number, "message": message}], now)
    store.updates.begin(number)


def list_traces(store: Store, number: int) -> list[str]:
    """The tables and columns in which a number stands anywhere, be it within a text."""
    tables = store.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    traces = []
    for (table,) in tables:
        for row in store.db.query(f"SELECT * FROM {table}"):
            traces += [
                f"{table}.{column}"
                for column, value in row.items()
                if str(abs(number)) in str(value)
            ]
    return traces


def read_bytes(store: Store, folder: Path) -> bytes:
    """All that stands in the database's files, in pages that are free as well."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("kept.db*")))


def test_nothing_of_a_person_is_left_in_any_table(store: Store, now: datetime) -> None:
    fill(store, READER, now)
    fill(store, OTHER, now)
    store.feedback.give(GROUP, READER, make_text(), make_summaries(make_release())[0], "bad", now)
    owe(store, f"report:answer:{READER}:0:{OTHER}", OTHER, f"refused by {READER}", now)
    owe(store, f"report:answer:{OTHER}:0:{OTHER}", OTHER, "refused by another", now)
    sent = store.announcements.write("sent", "已發出", READER, now)
    store.announcements.approve(sent, now)
    store.announcements.write("a draft", "草稿", READER, now)
    tables = {trace.partition(".")[0] for trace in list_traces(store, READER)}
    expected = {"chats", "subscriptions", "deliveries", "contents", "feedback", "updates"}
    assert tables == expected | {"announcements"}
    others = list_traces(store, OTHER)

    store.privacy.erase(READER, 0, is_private=True)

    assert list_traces(store, READER) == []
    assert sorted(set(list_traces(store, OTHER))) == sorted(set(others))
    assert store.deliveries.find(f"report:answer:{OTHER}:0:{OTHER}") is not None
    pending = store.announcements.find_pending()
    assert pending is not None, "what was approved still goes out"
    assert pending.number == sent


def test_nor_in_the_bytes_of_the_files(store: Store, now: datetime, tmp_path: Path) -> None:
    fill(store, READER, now)
    fill(store, OTHER, now)
    for number in range(50):
        owe(store, f"answer:9{number}", READER, f"{number} {SECRET} " * 90, now)
    assert SECRET.encode() in read_bytes(store, tmp_path)
    store.privacy.erase(READER, 0, is_private=True)
    left = read_bytes(store, tmp_path)
    assert f"{SECRET} of {OTHER}".encode() in left
    assert f"{SECRET} of {READER}".encode() not in left
    assert str(READER).encode() not in left


def test_nor_of_what_was_said_before_and_written_over_since(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    fill(store, READER, now)
    store.updates.mark_handled(UPDATES[READER])
    chat = store.chats.find(READER)
    assert chat is not None
    store.chats.unsubscribe(chat, "keyword", f"{SECRET} {READER}")
    store.privacy.erase(READER, 0, is_private=True)
    assert "陳太".encode() not in read_bytes(store, tmp_path)


def test_a_topic_of_a_forum_goes_alone_and_the_last_takes_the_feedback_along(
    store: Store, now: datetime
) -> None:
    fill(store, GROUP, now)
    fill(store, GROUP, now, thread_id=7)
    store.privacy.erase(GROUP, 7, is_private=False)
    assert [each.thread_id for each in store.chats.list_threads(GROUP)] == [0]
    assert store.deliveries.find(f"answer:{GROUP}:7") is None
    assert store.deliveries.find(f"answer:{GROUP}:0") is not None
    assert "feedback.chat_id" in list_traces(store, GROUP)
    store.privacy.erase(GROUP, 0, is_private=False)
    assert list_traces(store, GROUP) == []


def test_what_another_chat_has_as_well_stays(store: Store, now: datetime) -> None:
    for chat_id in (READER, OTHER):
        owe(store, f"answer:{chat_id}", chat_id, "the same words", now)
    store.privacy.erase(READER, 0, is_private=True)
    kept = store.deliveries.find(f"answer:{OTHER}")
    assert kept is not None
    assert kept.content.text == "the same words"
    store.privacy.erase(OTHER, 0, is_private=True)
    assert store.db["contents"].count == 0


def test_a_digest_of_others_stays(store: Store, now: datetime) -> None:
    """An edition is nobody's own."""
    content = Content.of("what everybody reads")
    edition = Edition(local_date=now.date(), release_ids=("P1",), parts=(content,))
    with write(store.db):
        kept = store.digests.keep(edition, [store.contents.keep(content, now)])
    for chat_id in (READER, OTHER):
        store.db.execute(
            "INSERT INTO digests VALUES (?, 0, ?, ?, ?)",
            [chat_id, now.date().isoformat(), kept.number, now.isoformat()],
        )
        owe(store, f"digest:{chat_id}", chat_id, content.text, now)
    store.privacy.erase(READER, 0, is_private=True)
    assert store.db["edition_parts"].count == store.db["contents"].count == 1
    assert [each["release_ids"] for each in export(store, OTHER)["digests"]] == [["P1"]]


# Dies by kill -9 when the last of it is to be deleted.
DYING = """
import os, signal, sys
from pathlib import Path
from data.store.store import open_store

store = open_store(Path(sys.argv[1]))
store.db.conn.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
store.db.execute(
    "CREATE TEMP TRIGGER dies BEFORE DELETE ON main.contents BEGIN SELECT die(); END"
)
store.privacy.erase(int(sys.argv[2]), 0, is_private=True)
"""


def test_killed_in_the_middle_it_has_deleted_nothing_and_can_be_asked_again(
    store: Store, now: datetime, tmp_path: Path
) -> None:
    fill(store, READER, now)
    before = list_traces(store, READER)
    command = [sys.executable, "-c", DYING, str(tmp_path / "kept.db"), str(READER)]
    assert subprocess.run(command, check=False, cwd=ROOT).returncode == -signal.SIGKILL
    assert list_traces(store, READER) == before
    store.privacy.erase(READER, 0, is_private=True)
    assert list_traces(store, READER) == []


def export(store: Store, chat_id: int, thread_id: int = 0) -> dict[str, list[dict[str, object]]]:
    """What is handed over, through JSON and back."""
    kept = store.privacy.export(chat_id, thread_id, is_private=chat_id > 0)
    read: dict[str, list[dict[str, object]]] = json.loads(json.dumps(kept))
    return read


def test_all_of_a_chat_is_handed_over_in_readable_form(store: Store, now: datetime) -> None:
    fill(store, READER, now)
    fill(store, READER, now, thread_id=3)
    fill(store, OTHER, now)
    kept = export(store, READER)
    assert [each["thread_id"] for each in kept["chats"]] == [0, 3]
    assert kept["chats"][0]["subscribed"] is True
    assert kept["subscriptions"][0] == {
        "kind": "keyword", "value": f"{SECRET} {READER}", "follow": True,
    }  # fmt: skip
    assert kept["messages"][0]["html"] == [f"{SECRET} of {READER}"]
    (said,) = kept["feedback"]
    assert (said["verdict"], said["unsupported"]) == ("wrong", ["13"])
    assert str(OTHER) not in json.dumps(kept)


def test_a_group_gets_its_own_thread_and_no_members_feedback(store: Store, now: datetime) -> None:
    fill(store, GROUP, now)
    fill(store, GROUP, now, thread_id=7)
    kept = export(store, GROUP, 7)
    assert [each["thread_id"] for each in kept["chats"]] == [7]
    assert len(kept["messages"]) == 1
    assert "feedback" not in kept


def test_of_very_many_messages_the_newest_are_handed_over(store: Store, now: datetime) -> None:
    with write(store.db):
        for number in range(MOST_MESSAGES + 2):
            owe(store, f"answer:{number}", READER, "words", now + timedelta(seconds=number))
    keys = [each["key"] for each in export(store, READER)["messages"]]
    assert (keys[0], len(keys)) == (f"answer:{MOST_MESSAGES + 1}", MOST_MESSAGES)


def test_of_a_chat_that_is_unknown_nothing_is_handed_over_or_deleted(store: Store) -> None:
    assert not any(export(store, READER).values())
    store.privacy.erase(READER, 0, is_private=True)
    assert list_traces(store, READER) == []


def test_a_reader_elsewhere_holds_erasing_up_for_a_moment_alone(tmp_path: Path) -> None:
    path = tmp_path / "held.db"
    store = open_store(path)
    store.chats.save(Chat(id=7))
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chats").fetchone()
    store.privacy.erase(7, 0, is_private=True)
    assert store.chats.find(7) is None
    assert not store.privacy.wipe()
    reader.close()
    assert store.privacy.wipe()
    store.close()
