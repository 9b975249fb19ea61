"""Words of texts and of queries become the same terms, and all that is typed is literal."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.search import MOST_CHARACTERS, MOST_WORDS, find_marks, list_words, make_query, make_terms

TITLE = "Kwun Tong's 13 600 lanterns: the FULL list"
CHINESE = "觀塘海濱點亮１３，６００盞燈籠，市民可致電2000 0123。"


def is_found(text: str, typed: str, **wish: bool) -> bool:
    """Whether SQLite's own index finds the text."""
    query = make_query(typed, **wish)
    if query is None:
        return False
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
        db.execute("INSERT INTO t VALUES (?)", [make_terms(text)])
        return db.execute("SELECT 1 FROM t WHERE t MATCH ?", [query]).fetchone() is not None


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (TITLE, "kwun tong"),
        (TITLE, "TONG’S"),
        (TITLE, "ｋｗｕｎ"),
        (TITLE, "lantern"),
        ("A lantern", "lanterns"),
        (TITLE, "13,600"),
        (TITLE, "13600"),
        (CHINESE, "13 600"),
        (CHINESE, "2000 0123"),
        (CHINESE, "觀塘"),
        (CHINESE, "观塘"),
        (CHINESE, "海濱 觀塘"),
        (CHINESE, "塘"),
        (CHINESE, "籠"),
        (CHINESE, "塘海濱點"),
        ("二○二六年", "二〇二六"),
        ("行政長\n官", "長官"),
        ("R&D COVID-19疫苗", "r&d 疫苗"),
        ("Café", "cafe"),
        ("他看著藉口回覆", "看着借口回复"),
        ("于是", "於"),
    ],
)
def test_a_text_is_found_by_its_words_however_they_are_written(text: str, typed: str) -> None:
    assert is_found(text, typed)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        (TITLE, "kwu"),
        (TITLE, "600"),
        (TITLE, "lanterns OR zebra"),
        (TITLE, "lan*"),
        (TITLE, 'NOT "zebra"'),
        (CHINESE, "觀海"),
        (CHINESE, "塘觀"),
        ("觀光。塘", "觀塘"),
        ("passes", "pas"),
    ],
)
def test_a_text_is_not_found_by_what_it_does_not_say(text: str, typed: str) -> None:
    assert not is_found(text, typed)


def test_any_word_is_enough_where_that_is_asked_for() -> None:
    assert is_found(TITLE, "lanterns zebra", any_word=True)
    assert not is_found(TITLE, "giraffe zebra", any_word=True)


def test_the_last_word_can_be_unfinished() -> None:
    assert is_found(TITLE, "kwun lant", is_unfinished=True)
    assert is_found(CHINESE, "觀塘海", is_unfinished=True)
    assert not is_found(TITLE, "kw tong", is_unfinished=True)


@pytest.mark.parametrize("typed", ["", "  ", '"', "***", "😀", "\0", "-:^()", "_"])
def test_what_has_no_words_asks_for_nothing(typed: str) -> None:
    assert list_words(typed) == []
    assert make_query(typed) is None


def test_an_endless_query_is_read_as_far_as_it_tells_anything() -> None:
    assert len(list_words("a1 b2 c3 " * 5000)) == 3
    assert len(list_words(" ".join(chr(97 + n) for n in range(26)))) == MOST_WORDS
    assert list_words("x" * 10_000) == ["x" * MOST_CHARACTERS]


HARD = st.text(
    alphabet=st.sampled_from("觀塘观塘a B1,.'&\"*^:-()\0\n😀é\u0301ｶｶﾞ0○〇 𫝀ßİNOT"), max_size=40
)


@given(text=HARD, typed=st.one_of(HARD, st.text(max_size=40)))
def test_nothing_that_is_typed_breaks_the_query(text: str, typed: str) -> None:
    for any_word in (False, True):
        is_found(text, typed, any_word=any_word, is_unfinished=any_word)


@given(st.text(alphabet="觀塘海濱看著藉口覆核乾淨台臺", min_size=1, max_size=20), st.data())
def test_any_stretch_of_chinese_finds_its_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert is_found(text, text[start:end])


@given(HARD, HARD)
def test_marks_are_in_order_and_apart(text: str, typed: str) -> None:
    ends = [end for span in find_marks(text, list_words(typed)) for end in span]
    assert ends == sorted(set(ends))
    assert all(0 <= end <= len(text) for end in ends)


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        (TITLE, "tong’s full", ["Tong's", "FULL"]),
        (TITLE, "13600", ["13 600"]),
        (TITLE, "lantern", ["lanterns"]),
        (TITLE, "list he", ["list"]),
        (CHINESE, "观塘", ["觀塘"]),
        (CHINESE, "觀塘 塘海", ["觀塘海"]),
        (CHINESE, "13,600", ["１３，６００"]),
        ("ﬁre ½", "fire", ["ﬁre"]),
        ("a.b", ".", []),
    ],
)
def test_words_are_marked_as_they_stand(text: str, typed: str, marked: list[str]) -> None:
    spans = find_marks(text, list_words(typed))
    assert [text[begin:end] for begin, end in spans] == marked
