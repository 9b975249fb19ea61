"""The index of words is true to the texts whatever is saved, and finds the best first."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import ISSUED, make_release, make_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from data.__main__ import main
from data.migrations import MIGRATIONS
from data.models import Language, Release
from data.search import make_terms
from data.store.search import MOST_RANKED
from data.store.store import Store, open_store

LATER = ISSUED + timedelta(days=3)
COLUMNS = "rowid, title_en, body_en, title_zh, body_zh"


def make(number: int, title: str, chinese: str = "通告", *, body: str = "Words.") -> Release:
    """A release in both languages, an hour later for each number."""
    at = ISSUED + timedelta(hours=number)
    en = make_text("en", text_id=f"E{number}", title=title, body=body, issued_at=at)
    zh = make_text("zh", text_id=f"Z{number}", title=chinese, body="內容。", issued_at=at)
    return make_release(en, zh)


def find(
    store: Store, typed: str, now: datetime = LATER, language: Language | None = None
) -> list[str]:
    """English titles of what is found, the best first."""
    seqs = store.search.find(typed, now, language=language).seqs
    by_seq = {each.seq: each for each in store.releases.list_by_seq(seqs)}
    return [by_seq[seq].release.texts["en"].title for seq in seqs]


def read_index(store: Store) -> list[tuple[object, ...]]:
    """What is indexed now."""
    return store.db.execute(f"SELECT {COLUMNS} FROM search ORDER BY rowid").fetchall()


def expect_index(store: Store) -> list[tuple[object, ...]]:
    """What an index made anew would hold."""
    rows = []
    for stored in store.releases.list_latest(1000):
        texts = stored.release.texts
        parts = [
            make_terms(part)
            for language in ("en", "zh")
            for part in (
                (texts[language].title, texts[language].body) if language in texts else ("", "")
            )
        ]
        rows.append((stored.seq, *parts))
    return sorted(rows)


WORDS = st.text(alphabet="ab海港", min_size=1, max_size=3)


@st.composite
def draw_saves(draw: st.DrawFn) -> list[list[Release]]:
    """Three English and three Chinese texts, alone or in pairs, in other words each time."""
    saves = []
    for _ in range(draw(st.integers(1, 5))):
        pairs = list(zip("123", draw(st.permutations("123")), strict=True))
        en = {
            n: make_text("en", text_id=f"E{n}", title=draw(WORDS), body=draw(WORDS)) for n in "123"
        }
        zh = {
            n: make_text("zh", text_id=f"Z{n}", title=draw(WORDS), body=draw(WORDS)) for n in "123"
        }
        releases = []
        for first, second in pairs:
            if draw(st.booleans()):
                releases.append(make_release(en[first], zh[second]))
            else:
                releases += [make_release(en[first]), make_release(zh[second])]
        saves.append(releases)
    return saves


@given(saves=draw_saves())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_index_is_as_if_made_anew_after_any_saves(
    store: Store, saves: list[list[Release]]
) -> None:
    for releases in saves:
        store.releases.save(releases, ISSUED)
        assert read_index(store) == expect_index(store)


def test_a_text_that_changes_is_found_by_its_new_words_alone(store: Store, now: datetime) -> None:
    store.releases.save([make(1, "Bridge closed")], now)
    store.releases.save([make(1, "Tunnel closed")], now)
    assert find(store, "bridge") == []
    assert find(store, "tunnel") == ["Tunnel closed"]


def test_a_release_that_lost_one_of_its_texts_is_not_found_by_it(
    store: Store, now: datetime
) -> None:
    first = make(1, "Ferry", "渡輪")
    store.releases.save([first.model_copy(update={"id": "R1"})], now)
    store.releases.save([make_release(first.texts["en"], release_id="R2")], now)
    assert len(store.search.find("ferry", now).seqs) == 1
    assert len(store.search.find("渡輪", now).seqs) == 1
    assert read_index(store) == expect_index(store)


def test_words_of_either_language_find_one_release(store: Store, now: datetime) -> None:
    store.releases.save([make(1, "Kwun Tong", "觀塘海濱"), make(2, "Sha Tin", "沙田")], now)
    for typed in ("kwun tong", "觀塘", "观塘", "海", "tong 海濱"):
        assert find(store, typed) == ["Kwun Tong"]


def test_one_language_can_be_asked_for(store: Store, now: datetime) -> None:
    store.releases.save([make(1, "Pier", "碼頭 Ferry"), make(2, "Ferry", "渡輪")], now)
    assert find(store, "ferry", language="en") == ["Ferry"]
    assert find(store, "ferry", language="zh") == ["Pier"]
    assert set(find(store, "ferry")) == {"Pier", "Ferry"}


def test_a_word_in_the_title_comes_before_one_in_the_body(store: Store, now: datetime) -> None:
    body = "The ferry sails. " + "Other words stand here. " * 3
    store.releases.save([make(2, "Notice", body=body), make(1, "Ferry", body="x " * 20)], now)
    assert find(store, "ferry") == ["Ferry", "Notice"]


def test_of_equals_the_newest_comes_first(store: Store, now: datetime) -> None:
    store.releases.save([make(n, f"Ferry {chr(97 + n)}") for n in (2, 0, 1)], now)
    assert find(store, "ferry") == ["Ferry c", "Ferry b", "Ferry a"]


def test_all_words_are_asked_for_first_and_any_only_if_none_has_all(
    store: Store, now: datetime
) -> None:
    store.releases.save([make(1, "Red ferry"), make(2, "Green ferry")], now)
    assert find(store, "red ferry") == ["Red ferry"]
    assert store.search.find("red ferry", now).has_all
    some = store.search.find("red zebra", now)
    assert (len(some.seqs), some.has_all) == (1, False)
    assert store.search.find("zebra", now).seqs == ()


def test_a_common_word_brings_no_endless_list(store: Store, now: datetime) -> None:
    store.releases.save([make(n, "Ferry") for n in range(MOST_RANKED + 5)], now)
    assert len(store.search.find("ferry", now).seqs) == MOST_RANKED


@pytest.mark.parametrize(
    "typed", ["", '"', "AND", "ferry AND NOT", "ferry*", "^ferry", "a:b", "\0"]
)
def test_whatever_is_typed_is_literal(store: Store, now: datetime, typed: str) -> None:
    store.releases.save([make(1, "Ferry")], now)
    store.search.find(typed, now, is_unfinished=True)
    assert find(store, "title_en:zebra") == []


def test_what_was_stored_before_there_was_an_index_is_found(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "old.db"
    store = open_store(path)
    store.releases.save([make(1, "Ferry")], now)
    store.close()
    db = Database(path)
    db.execute("DROP TRIGGER releases_unsearched")
    db.execute("DROP TABLE search")
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm006_search'")
    db.conn.commit()
    db.close()
    store = open_store(path)
    assert find(store, "ferry") == ["Ferry"]
    assert MIGRATIONS.pending(store.db) == []
    store.close()


def test_the_command_prints_the_best_first(
    tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "some.db"
    store = open_store(path)
    store.releases.save([make(n, f"Ferry {chr(97 + n)}", "渡輪") for n in range(3)], now)
    store.close()
    assert main(["search", "--database", str(path), "--limit", "2", "渡轮", "ferry"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [Release.from_json(line).id for line in lines] == ["E2", "E1"]
    assert json.loads(lines[0])["texts"]["zh"]["title"] == "渡輪"
    assert main(["search", "--database", str(path), "--language", "zh", "ferry"]) == 0
    assert capsys.readouterr() == ("", "no stored release has any of these words\n")


def test_the_command_needs_a_database_and_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--database", str(tmp_path / "none.db"), "ferry"]) == 2
    assert "--database" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    for wrong in ([], ["--limit", "x", "y"], ["--limit", "0", "y"], ["--language", "fr", "y"]):
        with pytest.raises(SystemExit) as ended:
            main(["search", *wrong])
        assert ended.value.code == 2
