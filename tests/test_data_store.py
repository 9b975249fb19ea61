"""The database: real SQLite."""

import os
import sqlite3
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from sqlite_utils import Database

from data.migrations import MIGRATIONS
from data.models import Chat, Delivery, Digest, Release, Summary
from data.store.database import StoreError, is_damage, open_database, write
from data.store.digests import Progress
from data.store.store import Store, open_store


def test_opening_an_old_file_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "store.db"
    open_store(path).close()
    again = open_store(path)
    assert again.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert again.db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert again.db.execute("PRAGMA synchronous").fetchone() == (2,)
    again.close()


def test_an_up_to_date_file_is_opened_without_a_write(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    before = path.read_bytes()
    opened = open_store(path)
    assert opened.db.conn.total_changes == 0
    opened.close()
    assert path.read_bytes() == before


def test_a_file_of_the_first_schema_keeps_its_texts_and_summaries(
    tmp_path: Path, now: datetime
) -> None:
    path = tmp_path / "store.db"
    db = Database(path)
    MIGRATIONS.apply(db, stop_before="m002_intake")
    old = make_text("en")
    moment = "2026-11-21T07:30:00+00:00"
    with write(db):
        db.execute(
            "INSERT INTO releases (id, source, issued_at, topics, first_seen_at)"
            " VALUES (?, 'gia', ?, '[\"law\"]', ?)",
            [old.id, moment, moment],
        )
        db.execute(
            "INSERT INTO texts VALUES (?, ?, 'en', ?, ?, ?, ?, 'old hash', NULL, 'old hash')",
            [old.id, old.id, old.url, old.title, old.body, moment],
        )
        db.execute(
            "INSERT INTO summaries VALUES (?, 'old hash', 'H', 'S', 'extract', NULL, 1, '[]',"
            " '[]', ?)",
            [old.id, moment],
        )
    db.close()
    store = open_store(path)
    stored = store.releases.get(old.id)
    assert stored.release.texts["en"] == old
    assert stored.summaries["en"].text == "S"
    assert store.texts.find_feed_versions([old.id]) == {old.id: old.version}
    assert store.releases.save([stored.release], now).changed == 0
    store.close()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"not a database, but somebody's notes" * 100)
    with pytest.raises(StoreError, match=r"store\.db can't be used"):
        open_store(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreError, match=r"store\.db"):
        open_store(tmp_path / "store.db")


def test_a_file_with_damaged_pages_is_refused(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "store.db"
    filled = open_store(path)
    filled.releases.save(make_releases(200), now)
    filled.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filled.close()
    with path.open("r+b") as file:
        for page in range(20, 60):
            file.seek(page * 4096)
            file.write(b"\xa5" * 2048)
    with pytest.raises(StoreError, match="put a backup in its place"):
        open_store(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to anything")
def test_a_file_that_can_only_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    path.chmod(0o444)
    with pytest.raises(StoreError, match="can be written"):
        open_store(path)


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_IOERR_READ, True),
        (sqlite3.SQLITE_BUSY, False),
        (sqlite3.SQLITE_FULL, False),
    ],
)
def test_damage_is_told_apart_from_what_a_later_try_can_mend(code: int, damage: bool) -> None:
    error = sqlite3.DatabaseError("as SQLite words it")
    error.sqlite_errorcode = code
    assert is_damage(error) is damage
    assert not is_damage(OSError("disk full"))
    assert not is_damage(None)


def test_many_writers_wait_for_each_other(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_database(path).close()

    def count_up() -> None:
        db = open_database(path)
        for _ in range(50):
            with write(db):
                (n,) = db.execute("PRAGMA user_version").fetchone()
                db.execute(f"PRAGMA user_version = {n + 1}")
        db.close()

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db = open_database(path)
    assert db.execute("PRAGMA user_version").fetchone() == (200,)
    db.close()


def test_a_failed_write_leaves_nothing_behind(store: Store, now: datetime) -> None:
    def fail_halfway() -> None:
        with write(store.db):
            store.releases.save([make_release()], now)
            store.db.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(sqlite3.Error):
        fail_halfway()
    assert store.releases.count() == 0


def test_releases_come_back_as_they_were_saved(store: Store, now: datetime) -> None:
    releases = make_releases(5)
    counts = store.releases.save(releases, now)
    assert (counts.new, counts.changed) == (10, 0)
    back = [stored.release for stored in store.releases.list_latest(10)]
    assert back == releases[::-1]
    assert store.releases.get(releases[2].id).release == releases[2]
    with pytest.raises(KeyError):
        store.releases.get("P0")


def test_releases_are_listed_by_topic(store: Store, now: datetime) -> None:
    store.releases.save([make_release(topics=("law", "health"))], now)
    assert len(store.releases.list_latest(5, "law")) == 1
    assert len(store.releases.list_latest(5, "health")) == 1
    assert store.releases.list_latest(5, "weather") == []


def test_a_summary_counts_for_the_version_it_was_made_of(store: Store, now: datetime) -> None:
    release = make_release()
    store.releases.save([release], now)
    assert store.releases.find_unsummarised() == release
    assert store.releases.find_unsummarised([release.id]) is None
    store.releases.save_summaries(release, make_summaries(release), now)
    assert store.releases.find_unsummarised() is None
    assert store.releases.get(release.id).summaries["en"] == make_summaries(release)[0]

    changed = make_release(make_text("en", body="Other words."), make_text("zh"))
    store.releases.save([changed], now)
    assert store.releases.get(release.id).summaries.keys() == {"zh"}
    assert store.releases.find_unsummarised() == changed
    # A summary that was being made of the old words meanwhile does not pass for one of the new.
    store.releases.save_summaries(release, make_summaries(release), now)
    assert store.releases.find_unsummarised() == changed


def test_a_summary_is_kept_with_what_it_rests_on_its_tries_and_its_reason(
    store: Store, now: datetime
) -> None:
    release = make_release(make_text("en"))
    store.releases.save([release], now)
    summary = make_summaries(release)[0].model_copy(
        update={
            "sentence_sources": (((0, 10), (12, 20)), ()),
            "tries": 2,
            "reason": "the number “13” is not in the source",
        }
    )
    store.releases.save_summaries(release, [summary], now)
    assert store.releases.get(release.id).summaries["en"] == summary


def make_translation(release: Release) -> Summary:
    update = {"language": "zh", "text": "海港點亮13盞燈籠。", "method": "translation"}
    return make_summaries(release)[0].model_copy(update=update)


def test_a_release_without_counterpart_is_to_be_translated_once_it_is_old_enough(
    store: Store, now: datetime
) -> None:
    release = make_release(make_text("en"))
    store.releases.save([release], now)
    day = timedelta(days=1)
    since, until = release.issued_at - day, release.issued_at + day
    assert store.releases.find_untranslated(since, until) is None  # nothing to translate yet
    store.releases.save_summaries(release, make_summaries(release), now)
    assert store.releases.find_untranslated(since, until) == release
    assert store.releases.find_untranslated(since, release.issued_at - day) is None
    assert store.releases.find_untranslated(release.issued_at, until) is None
    store.releases.save_summaries(release, [make_translation(release)], now)
    assert store.releases.find_untranslated(since, until) is None
    stored = store.releases.get(release.id)
    assert stored.summaries["zh"] == make_translation(release)
    assert stored.summaries["en"].method == "extract"
    assert store.releases.find_unsummarised() is None


def test_the_summary_of_a_text_that_comes_late_takes_the_place_of_the_translation(
    store: Store, now: datetime
) -> None:
    release = make_release(make_text("en"))
    store.releases.save([release], now)
    told = [*make_summaries(release), make_translation(release)]
    store.releases.save_summaries(release, told, now)
    both = make_release(make_text("en"), make_text("zh"), release_id=release.id)
    store.releases.save([both], now)
    assert store.releases.find_unsummarised() == both
    store.releases.save_summaries(both, make_summaries(both), now)
    assert store.releases.get(both.id).summaries["zh"].method == "extract"
    assert store.releases.find_unsummarised() is None


def test_a_translation_of_an_earlier_version_counts_no_more(store: Store, now: datetime) -> None:
    release = make_release(make_text("en"))
    store.releases.save([release], now)
    told = [*make_summaries(release), make_translation(release)]
    store.releases.save_summaries(release, told, now)
    changed = make_release(make_text("en", body="Other words."))
    store.releases.save([changed], now)
    assert store.releases.get(release.id).summaries == {}


def test_summaries_are_made_of_the_newest_release_first(store: Store, now: datetime) -> None:
    releases = make_releases(3)
    store.releases.save(releases, now)
    assert store.releases.find_unsummarised() == releases[-1]


def test_a_number_of_arrival_is_never_used_twice(store: Store, now: datetime) -> None:
    first, second = make_releases(2)
    store.releases.save([first, second], now)
    before = store.releases.get(second.id).seq
    with write(store.db):
        store.db.execute("DELETE FROM texts WHERE release_id = ?", [second.id])
        store.db.execute("DELETE FROM releases WHERE id = ?", [second.id])
    store.releases.save([second], now)
    assert store.releases.get(second.id).seq > before


def make_digest(parts: tuple[str, ...] = ("one", "two")) -> Digest:
    return Digest(chat_id=7, local_date=date(2026, 11, 22), release_ids=("P1",), parts=parts)


def compose(store: Store, digest: Digest, now: datetime) -> bool:
    due = now + timedelta(days=1)
    return store.digests.save_composed(digest, Progress(9, now), now=now, next_due=due)


def test_a_digest_is_owed_once_and_moves_the_due_time(store: Store, now: datetime) -> None:
    store.chats.save(Chat(id=7, subscribed=True, next_due=now))
    assert [chat.id for chat in store.chats.list_due(now)] == [7]
    assert compose(store, make_digest(), now)
    assert not compose(store, make_digest(("other",)), now)
    assert store.chats.list_due(now) == []
    assert store.deliveries.count("due") == 2
    chat = store.chats.find(7)
    assert chat is not None
    assert store.digests.get_progress(chat) == Progress(9, now)


def test_saving_a_chats_settings_leaves_its_progress_alone(store: Store, now: datetime) -> None:
    chat = Chat(id=7, subscribed=True, next_due=now)
    store.chats.save(chat)
    compose(store, make_digest(), now)
    store.chats.save(chat.model_copy(update={"language": "zh-Hans"}))
    assert store.digests.get_progress(chat) == Progress(9, now)


def claim(store: Store, now: datetime) -> list[Delivery]:
    return store.deliveries.claim(now, 10)


def test_parts_go_out_in_order_one_at_a_time(store: Store, now: datetime) -> None:
    store.chats.save(Chat(id=7, subscribed=True, next_due=now))
    compose(store, make_digest(), now)
    (first,) = claim(store, now)
    assert first.payload["text"] == "one"
    assert claim(store, now) == []
    store.deliveries.mark_later(first.key, now + timedelta(minutes=1), "slow down")
    assert claim(store, now) == []
    (again,) = claim(store, now + timedelta(minutes=1))
    assert (again.key, again.attempts) == (first.key, 2)
    later = now + timedelta(minutes=1, seconds=2)
    store.deliveries.mark_sent(again, 55, later)
    assert claim(store, now + timedelta(minutes=1)) == []
    assert [delivery.payload["text"] for delivery in claim(store, later)] == ["two"]


def test_what_was_claimed_before_a_crash_is_owed_again(store: Store, now: datetime) -> None:
    store.deliveries.add("k", 7, 0, {"text": "x"}, now)
    claim(store, now)
    assert store.deliveries.release_claimed() == 1
    assert [delivery.key for delivery in claim(store, now)] == ["k"]


def test_owing_the_same_key_twice_owes_it_once(store: Store, now: datetime) -> None:
    assert store.deliveries.add("k", 7, 0, {"text": "x"}, now)
    assert not store.deliveries.add("k", 7, 0, {"text": "y"}, now)
    assert store.deliveries.count("due") == 1


def test_nothing_is_owed_to_a_chat_that_is_gone(store: Store, now: datetime) -> None:
    store.chats.save(Chat(id=7, subscribed=True, next_due=now))
    compose(store, make_digest(), now)
    store.chats.mark_gone(7)
    store.deliveries.mark_gone(7, "blocked")
    assert claim(store, now) == []
    store.chats.save(Chat(id=8, subscribed=True, next_due=now))
    assert [chat.id for chat in store.chats.list_due(now)] == [8]


def test_a_group_that_moves_takes_everything_along(store: Store, now: datetime) -> None:
    chat = Chat(id=-7, subscribed=True, next_due=now)
    store.chats.save(chat)
    store.chats.set_followed(chat, ["law", "health"])
    store.deliveries.add("k", -7, 0, {"text": "x"}, now)
    store.chats.move(-7, -100)
    moved = store.chats.find(-100)
    assert moved is not None
    assert store.chats.find(-7) is None
    assert store.chats.list_followed(moved) == ("law", "health")
    assert claim(store, now)[0].chat_id == -100


def test_topics_are_followed_per_chat_and_forum_topic(store: Store) -> None:
    here, there = Chat(id=7), Chat(id=7, thread_id=3)
    store.chats.set_followed(here, ["law"])
    assert store.chats.list_followed(here) == ("law",)
    assert store.chats.list_followed(there) == ()


def test_an_update_is_kept_once_until_it_is_handled(store: Store, now: datetime) -> None:
    updates: list[dict[str, object]] = [
        {"update_id": 5, "message": {"text": "hi"}},
        {"update_id": 6},
    ]
    store.updates.save(updates, now)
    store.updates.save(updates, now)
    assert store.updates.list_due() == updates
    store.updates.mark_handled(5)
    store.updates.save(updates, now)
    assert store.updates.list_due() == [{"update_id": 6}]
    assert "hi" not in str(list(store.db.query("SELECT * FROM updates")))
