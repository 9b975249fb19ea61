"""The tables of topics and departments: what readers type, display names, malformed files."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import TOPICS, Topic
from data.tables import TABLES_FOLDER, Tables, TablesError, load_tables

# What readers type, and names


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("health", "health"), ("HEALTH", "health"), ("Health and welfare", "health"),
        ("ｈｅａｌｔｈ", "health"), ("  health \n", "health"), ("hea", "health"),
        ("醫療", "health"), ("医疗", "health"), ("健康及社福", "health"), ("健康", "health"),
        ("Transport", "transport"), ("基建", "transport"), ("交通", "transport"),
        ("法治", "law"), ("治安", "law"), ("环境", "environment"),
        ("環境", "environment"), ("環保", "environment"), ("天氣", "weather"), ("天气", "weather"),
        ("typhoon", "weather"), ("打風", "weather"), ("財經", "finance"), ("财经", "finance"),
        ("教育", "education"), ("jobs", "education"), ("文化", "culture"), ("体育", "culture"),
        ("sports", "culture"), ("政務", "government"), ("gov", "government"),
        ("選舉", "government"),
    ],
)  # fmt: skip
def test_a_topic_is_found_by_name_alias_or_beginning(
    tables: Tables, typed: str, topic: Topic
) -> None:
    assert tables.find_topic(typed) == topic


@pytest.mark.parametrize("typed", ["", " ", "/", "…", "h e a l t h x", "zzz", "\0", "好", "t"])
def test_what_names_no_topic_or_several_finds_none(tables: Tables, typed: str) -> None:
    assert tables.find_topic(typed) is None


@given(typed=st.text())
def test_whatever_is_typed_finds_a_topic_or_none(typed: str) -> None:
    assert load_tables().find_topic(typed) in {*TOPICS, None}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_found_by_its_key_and_both_names(tables: Tables, topic: Topic) -> None:
    names = tables.topic_names[topic]
    assert {tables.find_topic(each) for each in (topic, names.en, names.zh)} == {topic}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("fsd", "FSD"), ("消防处", "FSD"), ("Fire Services Department", "FSD"),
        ("hong kong customs", "C&ED"), ("食環署", "FEHD"), ("Hongkong Post", "HKPO"),
        ("康文署", "LCSD"), ("c&ed", "C&ED"), ("nobody", None),
    ],
)  # fmt: skip
def test_a_body_is_found_by_its_names(tables: Tables, typed: str, key: str | None) -> None:
    assert tables.find_department(typed) == key


def test_topics_have_the_names_of_the_design(tables: Tables) -> None:
    assert [tables.topic_names[topic].zh for topic in TOPICS] == [
        "政務", "財經", "環境", "健康及社福", "基建及交通", "法治及治安", "教育及就業",
        "文化體育旅遊", "天氣",
    ]  # fmt: skip
    assert tables.topic_names["health"].en == "Health and welfare"


def test_bodies_have_full_names_and_customary_short_ones(tables: Tables) -> None:
    fsd, hkma = tables.department_names["FSD"], tables.department_names["HKMA"]
    assert (fsd.en, fsd.zh, fsd.short_zh) == ("Fire Services Department", "消防處", "消防處")
    assert (hkma.zh, hkma.short_zh) == ("香港金融管理局", "金管局")
    assert len(tables.departments) >= 70


# Malformed tables


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("topics.toml", "[weather]\n", "[wether]\n", "topics.toml, entry 'wether'"),
        (
            "topics.toml",
            "[finance]\nen = ",
            "[finance]\nenglish = ",
            "topics.toml, entry 'finance'",
        ),
        (
            "topics.toml",
            'zh = "天氣"',
            'zh = "財經"',
            "'财经' is an alias of both finance and weather",
        ),
        (
            "topics.toml",
            "defining = [\n",
            'defining = [\n  "x", "x",\n',
            "entry 'government' repeats: x",
        ),
        (
            "topics.toml",
            "defining = [\n",
            'defining = [\n  " ",\n',
            "topics.toml, entry 'government'",
        ),
        ("topics.toml", "[silent]\nen = ", "[silent]\nde = ", "topics.toml, entry 'silent': de"),
        ("topics.toml", "[government]", "[government", "topics.toml isn't valid TOML"),
        (
            "departments.toml",
            '[FSD]\nen = "Fire Services Department"',
            "[FSD]\nen = 3",
            "departments.toml, entry 'FSD': en",
        ),
        (
            "departments.toml",
            'zh = "消防處"\ntopic = "law"',
            'zh = "消防處"\ntopic = "fire"',
            "departments.toml, entry 'FSD': topic",
        ),
        ("departments.toml", 'zh = "消防處"\ntopic', 'zh = "消防處"\nchief = "x"\ntopic', "chief"),
        ("departments.toml", 'zh = "消防處"', 'zh = "屋宇署"', "'BD' and 'FSD' are both 屋宇署"),
        ("departments.toml", 'part_of = "DH"', 'part_of = "HD2"', "part_of 'HD2' is unknown"),
        ("departments.toml", 'zh = "消防處"', 'zh = ""', "entry 'FSD': zh"),
    ],
)
def test_a_malformed_table_is_named_with_its_entry(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    for name in ("topics.toml", "departments.toml"):
        shutil.copy(TABLES_FOLDER / name, tmp_path / name)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TablesError) as caught:
        load_tables(tmp_path)
    assert says in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(TablesError, match=r"topics\.toml can't be read"):
        load_tables(tmp_path)


def test_topics_that_are_missing_or_too_many_are_named(tmp_path: Path) -> None:
    shutil.copy(TABLES_FOLDER / "departments.toml", tmp_path / "departments.toml")
    text = (TABLES_FOLDER / "topics.toml").read_text(encoding="utf-8")
    weather = text[text.index("[weather]") :]
    fewer, more = tmp_path / "fewer", tmp_path / "more"
    for folder, topics in (
        (fewer, text.replace(weather, "")),
        (more, text + weather.replace("[weather", "[fog")),
    ):
        shutil.copytree(tmp_path, folder, ignore=lambda _, names: {*names} - {"departments.toml"})
        (folder / "topics.toml").write_text(topics, encoding="utf-8")
    with pytest.raises(TablesError, match=r"topics\.toml has no entry for: weather"):
        load_tables(fewer)
    with pytest.raises(TablesError, match=r"topics\.toml has entries that are no topics: fog"):
        load_tables(more)


def test_a_table_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(TablesError, match=r"topics\.toml isn't valid TOML"):
        load_tables(tmp_path)
