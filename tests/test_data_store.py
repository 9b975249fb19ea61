"""The database: real SQLite."""

import os
import sqlite3
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from sqlite_utils import Database

from data.migrations import MIGRATIONS
from data.models import Chat, Release, Summary
from data.store.database import StoreError, is_damage, open_database, write
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


def test_topics_are_followed_per_chat_and_forum_topic(store: Store) -> None:
    here, there = Chat(id=7), Chat(id=7, thread_id=3)
    store.chats.set_followed(here, ["law"])
    assert store.chats.list_followed(here) == ("law",)
    assert store.chats.list_followed(there) == ()
