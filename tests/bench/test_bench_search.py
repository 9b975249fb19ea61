"""Finding words in 20,000 texts, beside SQLite's own trigram index and a scan with LIKE.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from factories import make_releases

from data.models import Release
from data.search import make_query, make_terms
from data.store.store import open_store

pytestmark = pytest.mark.bench

COUNT = 20_000
ROUNDS = 5
# Words of the trade, of two characters as most in Chinese, and longer.
CHINESE = re.findall(
    r"\S+",
    "觀塘 醫院 消防 海濱 渡輪 大埔 食物 安全 天氣 暴雨 學校 交通 意外 機場 房屋 碼頭 隧道 巴士 流感"
    " 行政長官 消防處 衞生署 颱風 統計 銀行 詐騙 海關 法庭 入境 市民 今日 公布 表示 安排 服務 措施",
)
ENGLISH = re.findall(
    r"\S+",
    "harbour hospital fire ferry school traffic airport tunnel bus vaccine typhoon bank court"
    " customs police weather rain housing market notice road pier statistics people today service",
)
ASKED = ("觀塘", "消防處", "暴雨", "行政長官", "ferry", "typhoon", "隧道巴士", "墟")


@dataclass(frozen=True)
class Rival:
    """A way to find: how it is filled, and the query for a word."""

    name: str
    path: Path
    find: Callable[[sqlite3.Connection, str], set[int]]


def make_texts() -> list[str]:
    """As long as a Chinese release, of words without blanks, with an English one now and then."""
    dice = Random(7)
    return [
        "".join(
            f" {dice.choice(ENGLISH)} " if dice.random() < 0.15 else dice.choice(CHINESE)
            for _ in range(dice.randint(60, 400))
        )
        for _ in range(COUNT)
    ]


def fill(path: Path, statement: str, texts: list[str]) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.executemany("INSERT INTO texts (rowid, body) VALUES (?, ?)", enumerate(texts, 1))
    db.commit()
    db.execute("VACUUM")
    db.close()


def find_ours(db: sqlite3.Connection, word: str) -> set[int]:
    rows = db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [make_query(word)])
    return {number for (number,) in rows}


def find_trigram(db: sqlite3.Connection, word: str) -> set[int]:
    rows = db.execute("SELECT rowid FROM texts WHERE texts MATCH ?", [f'"{word}"'])
    return {number for (number,) in rows}


def find_like(db: sqlite3.Connection, word: str) -> set[int]:
    rows = db.execute("SELECT rowid FROM texts WHERE body LIKE ?", [f"%{word}%"])
    return {number for (number,) in rows}


def test_words_in_twenty_thousand_texts(tmp_path: Path) -> None:
    texts = make_texts()
    truth = {word: {n for n, text in enumerate(texts, 1) if word in text} for word in ASKED}
    ours = Rival("pairs", tmp_path / "pairs.db", find_ours)
    trigram = Rival("trigram", tmp_path / "trigram.db", find_trigram)
    like = Rival("LIKE", tmp_path / "like.db", find_like)
    begin = time.perf_counter()
    terms = [make_terms(text) for text in texts]
    print(f"\nterms made of texts a second: {COUNT / (time.perf_counter() - begin):,.0f}")
    fill(ours.path, "CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='unicode61')", terms)
    fill(trigram.path, "CREATE VIRTUAL TABLE texts USING fts5(body, tokenize='trigram')", texts)
    fill(like.path, "CREATE TABLE texts (body TEXT)", texts)
    sizes = {each.name: each.path.stat().st_size for each in (ours, trigram, like)}
    seconds = {}
    for rival in (ours, trigram, like):
        seconds[rival.name] = measure(rival, truth, sizes[rival.name])
    print(f"time: pairs / trigram {seconds['pairs'] / seconds['trigram']:.2f};", end=" ")
    print(f"pairs / LIKE {seconds['pairs'] / seconds['LIKE']:.3f}", end="; ")
    print(f"size: pairs / trigram {sizes['pairs'] / sizes['trigram']:.2f}", end=", ")
    print(f"without the text {weigh_index(ours) / weigh_index(trigram):.2f}")


def weigh_index(rival: Rival) -> int:
    """Bytes of an index, without the text that stands beside it."""
    db = sqlite3.connect(rival.path)
    ((size,),) = db.execute("SELECT sum(length(block)) FROM texts_data")
    db.close()
    return int(size)


def measure(rival: Rival, truth: dict[str, set[int]], size: int) -> float:
    """Median seconds for all words; prints what was found of what there is."""
    db = sqlite3.connect(rival.path)
    found = {word: rival.find(db, word) for word in truth}
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for word in truth:
            rival.find(db, word)
        taken.append(time.perf_counter() - begin)
    db.close()
    right = sum(len(found[word] & truth[word]) for word in truth)
    recall = right / sum(map(len, truth.values()))
    precision = right / max(1, sum(map(len, found.values())))
    seconds = sorted(taken)[ROUNDS // 2]
    print(
        f"{rival.name}: {seconds * 1000 / len(truth):.1f} ms a word, {size / 1e6:.0f} MB,", end=""
    )
    print(f" recall {recall:.3f}, precision {precision:.3f}")
    return seconds


def test_the_bots_own_search_with_ranking(tmp_path: Path) -> None:
    store, now = open_store(tmp_path / "own.db"), datetime(2026, 11, 22, tzinfo=UTC)
    texts = make_texts()
    releases = make_releases(COUNT // 2, step=timedelta(minutes=3))
    bodies = iter(texts)
    begin = time.perf_counter()
    store.releases.save([put_bodies(each, bodies) for each in releases], now)
    taken = time.perf_counter() - begin
    print(f"\nreleases stored and indexed a second: {len(releases) / taken:.0f}")
    for typed in (*ASKED, "觀塘 ferry", "fer"):
        begin = time.perf_counter()
        found = store.search.find(typed, now, is_unfinished=typed == "fer")
        taken = (time.perf_counter() - begin) * 1000
        print(f"{typed}: {taken:.1f} ms, {len(found.seqs)} listed")
    store.close()


def put_bodies(release: Release, bodies: Iterator[str]) -> Release:
    texts = {
        language: text.model_copy(update={"body": next(bodies)})
        for language, text in release.texts.items()
    }
    return release.model_copy(update={"texts": texts})
