"""What a chat follows and leaves out, and which releases that lets through."""

import re
from pathlib import Path

import pytest
from factories import make_release, make_text
from hypothesis import given
from hypothesis import strategies as st

from bot.interests import fold_keyword, holds, is_wanted, list_parts, list_reasons
from data.models import Release, Subscription, SubscriptionKind
from data.readers.charset import decode_html
from data.readers.gia_page import read_gia_page
from data.tables import Tables

FIRE = "The Fire Services Department reminds Kwun Tong residents of tie-up drills."


def make(body: str, *, title: str = "Notice", department: str | None = None) -> Release:
    release = make_release(make_text("en", title=title, body=body), topics=("health",))
    return release.model_copy(update={"department": department})


def make_chinese(body: str, title: str = "通告") -> Release:
    return make_release(make_text("zh", title=title, body=body), topics=("health",))


def follow(kind: SubscriptionKind, value: str) -> Subscription:
    return Subscription(kind=kind, value=value, follow=True)


def mute(kind: SubscriptionKind, value: str) -> Subscription:
    return Subscription(kind=kind, value=value, follow=False)


def test_a_chat_that_follows_nothing_is_told_of_everything(tables: Tables) -> None:
    assert is_wanted(make(FIRE), [], tables.departments)


def test_a_chat_that_only_leaves_out_is_told_of_the_rest(tables: Tables) -> None:
    assert not is_wanted(make(FIRE), [mute("topic", "health")], tables.departments)
    assert is_wanted(make(FIRE), [mute("topic", "law")], tables.departments)


def test_what_is_left_out_counts_more_than_what_is_followed(tables: Tables) -> None:
    both = [follow("topic", "health"), mute("keyword", "Kwun Tong")]
    assert not is_wanted(make(FIRE), both, tables.departments)
    assert is_wanted(make("Nothing else."), both, tables.departments)


def test_the_reasons_are_those_that_are_followed_and_fit(tables: Tables) -> None:
    held = [follow("topic", "health"), follow("keyword", "kwun tong"), follow("topic", "law")]
    reasons = list_reasons(make(FIRE), held, tables.departments)
    assert [each.value for each in reasons] == ["health", "kwun tong"]


def test_a_release_of_a_part_is_one_of_the_whole_but_not_the_other_way(tables: Tables) -> None:
    part, whole = next(
        (key, entry.part_of) for key, entry in tables.departments.items() if entry.part_of
    )
    assert whole is not None
    assert part in list_parts(whole, tables.departments)
    of_part, of_whole = make("x", department=part), make("x", department=whole)
    assert is_wanted(of_part, [follow("department", whole)], tables.departments)
    assert not is_wanted(of_whole, [follow("department", part)], tables.departments)


@pytest.mark.parametrize(
    ("keyword", "is_there"),
    [
        ("Kwun Tong", True),
        ("kwun   TONG", True),
        ("ＫＷＵＮ　Ｔｏｎｇ", True),
        ("tie-up", True),
        ("Kwun", True),
        ("wun Tong", False),  # whole words alone
        ("resident", False),
        ("F.re", False),  # no patterns
        (".*", False),
        ("(", False),
        ("[a-z]+", False),
        ("", False),
    ],
)
def test_a_latin_keyword_is_literal_and_fits_whole_words(keyword: str, is_there: bool) -> None:
    assert holds(make(FIRE), keyword) is is_there


@pytest.mark.parametrize("keyword", ["觀塘", "观塘", "觀 塘", "塘居", "消防處"])
@pytest.mark.parametrize(
    "body",
    [
        "消防處提醒觀塘居民",
        "消防处提醒观塘居民",
        "消防\n處提醒觀\n塘\n居民",
        "消防 處提醒觀　塘居民",
    ],
)
def test_a_chinese_keyword_fits_in_either_script_and_across_the_end_of_a_line(
    keyword: str, body: str
) -> None:
    assert holds(make_chinese(body), keyword)


def test_no_keyword_spans_the_end_of_a_paragraph_or_of_the_title() -> None:
    assert not holds(make_chinese("今日參觀\n\n塘邊散步"), "觀塘")
    assert not holds(make_chinese("塘邊散步", title="今日參觀"), "觀塘")
    assert not holds(make("Tong is here", title="Visit to Kwun"), "Kwun Tong")


def test_words_are_looked_for_in_both_languages_and_in_the_title() -> None:
    release = make_release(
        make_text("en", title="Harbour lights"), make_text("zh", title="海港", body="燈火")
    )
    assert holds(release, "harbour")
    assert holds(release, "海港")
    assert holds(release, "燈火")


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(keyword: str) -> None:
    assert fold_keyword(fold_keyword(keyword)) == fold_keyword(keyword)


@given(st.text(max_size=40))
def test_no_keyword_breaks_the_search(keyword: str) -> None:
    assert holds(make(f"before {keyword} after"), "before")
    holds(make(FIRE), keyword)


def test_in_real_releases_each_word_is_found_also_where_a_line_ends_within_it(gia: Path) -> None:
    pages = sorted((gia / "pages").glob("*/*/P*.htm"))
    assert pages
    ends = 0
    for page in pages:
        text = read_gia_page(decode_html(page.read_bytes()), page.name).text
        if text.language == "en":
            continue
        release = make_chinese(text.body)
        for word in re.findall(r"[\u4e00-\u9fff]{2,6}", text.body)[:200]:
            assert holds(release, word), (page.name, word)
        for before, after in re.findall(r"([\u4e00-\u9fff]{2})\n([\u4e00-\u9fff]{2})", text.body):
            ends += 1
            assert holds(release, before + after), (page.name, before, after)
    assert ends > 0
