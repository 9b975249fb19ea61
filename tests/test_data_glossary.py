"""The bilingual files of words and places."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.glossary import Glossary, load_glossary
from data.models import LANGUAGES, Language
from data.phrases import to_plain
from data.tables import TablesError

GLOSSARY = '[exclusive.flag]\n"raised" = "升起"\n[courts]\n"fine, fined" = "罰款"\n'
PLACES = '[districts]\n"Sha Tin, Shatin" = "沙田"\n"Sha Tin Beach" = "沙田泳灘"\n'


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load_glossary()


def names(glossary: Glossary, text: str, language: Language) -> set[str]:
    mentions = glossary.find_mentions(to_plain(text, language), language)
    return {meaning.key for mention in mentions for meaning in mention.meanings}


@pytest.mark.parametrize(
    ("english", "chinese", "key"),
    [
        ("a flat in Sham Shui Po", "深水埗一個單位", "Sham Shui Po"),
        ("Red flags hoisted at the beach", "泳灘懸掛紅旗", "red flag hoisted"),
        ("LCQ12: Ferries", "立法會十二題：渡輪", "LCQ12"),
        ("two restaurants were fined", "两间食肆被罚款", "fined"),
        ("in Queen Mary Hospital", "瑪麗醫院", "Queen Mary Hospital"),
    ],
)
def test_the_same_is_found_in_both_languages(
    glossary: Glossary, english: str, chinese: str, key: str
) -> None:
    assert key in names(glossary, english, "en")
    assert key in names(glossary, chinese, "zh")


def test_the_longest_name_counts(glossary: Glossary) -> None:
    assert names(glossary, "Shek O Beach", "en") == {"Shek O Beach"}
    assert names(glossary, "石澳泳灘", "zh") == {"Shek O Beach"}


def test_an_english_place_counts_with_a_capital_only(glossary: Glossary) -> None:
    assert "Central" in names(glossary, "a shop in Central", "en")
    assert "Central" not in names(glossary, "a central shop", "en")


def write(folder: Path, glossary: str = GLOSSARY, places: str = PLACES) -> Path:
    (folder / "glossary.toml").write_text(glossary, encoding="utf-8")
    (folder / "places.toml").write_text(places, encoding="utf-8")
    return folder


def test_an_operators_own_files_are_read(tmp_path: Path) -> None:
    own = load_glossary(write(tmp_path))
    assert names(own, "fines raised in Shatin", "en") == {"fine", "raised", "Sha Tin"}


@pytest.mark.parametrize(
    ("glossary", "said"),
    [
        ("[courts\n", "isn't valid TOML"),
        ('"fine" = "罰款"\n', "stands outside of a section"),
        ('[courts]\n"fine" = 3\n', "'fine'"),
        ('[courts]\n"fine" = "，"\n', "'fine'"),
    ],
)
def test_a_faulty_file_is_named_with_its_fault(tmp_path: Path, glossary: str, said: str) -> None:
    with pytest.raises(TablesError, match=r"glossary\.toml") as error:
        load_glossary(write(tmp_path, glossary))
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "places.toml").unlink()
    with pytest.raises(TablesError, match=r"places\.toml can't be read"):
        load_glossary(tmp_path)


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_can_be_searched(text: str, language: Language) -> None:
    for mention in load_glossary().find_mentions(to_plain(text, language), language):
        assert mention.meanings
