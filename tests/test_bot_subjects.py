"""What readers mean by the names that they follow, and what these are called."""

from collections.abc import Sequence

import pytest
from factories import make_release
from hypothesis import given
from hypothesis import strategies as st
from telegram import InlineKeyboardButton

from bot.interests import fold_keyword
from bot.keyboards.follow import (
    departments_keyboard,
    ended_keyboard,
    followed_keyboard,
    follows_keyboard,
    why_rows,
)
from bot.subjects import (
    LETTERS,
    LONGEST,
    SubjectError,
    explain_reasons,
    find_equal,
    find_other,
    list_muteable,
    make_mark,
    name_subject,
    pack,
    read_subject,
    split_names,
    unpack,
)
from data.kinds import Kinds, load_kinds
from data.models import CHAT_LANGUAGES, Release, Subscription, SubscriptionKind, split_language
from data.tables import Tables

MOST_BYTES = 64
LONG_CHINESE = "公" * LONGEST


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return load_kinds()


def make(kind: SubscriptionKind, value: str, *, follow: bool = True) -> Subscription:
    return Subscription(kind=kind, value=value, follow=follow)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("health", "topic", "health"),
        ("健康", "topic", "health"),
        ("FSD", "department", "FSD"),
        ("fsd", "department", "FSD"),
        ("消防處", "department", "FSD"),
        ("消防处", "department", "FSD"),
        ("Fire Services Department", "department", "FSD"),
        ("fire", "keyword", "fire"),
        ("scam", "keyword", "scam"),
        ("泳灘", "keyword", "泳灘"),
        ("社福", "topic", "health"),
        ("Welfare", "topic", "health"),
        ("體育", "topic", "culture"),
        ("Law & order", "keyword", "Law & order"),
        ("law and order", "topic", "law"),
        ("天文台", "department", "HKO"),
        ("flood", "keyword", "flood"),
        ("Kwun Tong", "keyword", "Kwun Tong"),
        ("觀塘", "keyword", "觀塘"),
        ('"FSD"', "keyword", "FSD"),
        ("“health”", "keyword", "health"),
        ("「消防處」", "keyword", "消防處"),
        ("  Kwun \t Tong ", "keyword", "Kwun Tong"),
        ("Kwun\u200b Tong\u202e", "keyword", "Kwun Tong"),
        ("<b>fire</b>", "keyword", "<b>fire</b>"),
        ("'; DROP TABLE chats; --", "keyword", "; DROP TABLE chats; --"),
        (".*flood.*", "keyword", ".*flood.*"),
    ],
)
def test_a_whole_name_is_a_topic_or_department_and_all_else_a_word(
    tables: Tables, typed: str, kind: str, value: str
) -> None:
    subject = read_subject(typed, tables)
    assert (subject.kind, subject.value) == (kind, value)


@pytest.mark.parametrize(
    "typed", ["a", "觀", "?!", "🔥🔥", "\u200b\u200b", '"x"', "", "「」", "\u202e"]
)
def test_what_is_too_short_or_has_no_letters_is_refused(tables: Tables, typed: str) -> None:
    with pytest.raises(SubjectError) as error:
        read_subject(typed, tables)
    assert error.value.key == "follow.too_short"


@pytest.mark.parametrize("typed", ["x" * 41, "公" * 41, "x" * 10_000, "ﷺ" * 3])
def test_what_is_too_long_is_refused_also_after_folding(tables: Tables, typed: str) -> None:
    with pytest.raises(SubjectError) as error:
        read_subject(typed, tables)
    assert error.value.key == "follow.too_long"


def test_forty_characters_are_not_too_long(tables: Tables) -> None:
    assert read_subject(LONG_CHINESE, tables).value == LONG_CHINESE


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_subject_that_can_be_packed_or_is_refused(
    tables: Tables, typed: str
) -> None:
    try:
        subject = read_subject(typed, tables)
    except SubjectError:
        return
    unpacked = unpack(pack(subject), tables)
    assert unpacked is not None
    assert make_mark(unpacked) == make_mark(subject)


@pytest.mark.parametrize("separator", [",", "，", "、", ";", "；"])
def test_names_are_parted_by_any_comma(tables: Tables, separator: str) -> None:
    assert split_names(f"FSD{separator} 觀塘 {separator}{separator}", tables) == ["FSD", "觀塘"]


def test_a_name_that_holds_a_comma_stays_whole(tables: Tables) -> None:
    names = [*tables.topic_names.values(), *tables.department_names.values()]
    with_comma = [each.en for each in names if "," in each.en]
    assert with_comma
    for name in with_comma:
        assert split_names(name, tables) == [name]


def test_equal_words_are_one_whichever_way_they_go(tables: Tables) -> None:
    held = [make("keyword", "Kwun Tong", follow=False)]
    for typed in ("kwun tong", "KWUN  TONG", "ｋｗｕｎ ｔｏｎｇ"):
        assert find_equal(read_subject(typed, tables), held) == held[0]
    assert find_equal(read_subject("Kwun Tong Road", tables), held) is None
    assert find_equal(make("keyword", "观塘"), [make("keyword", "觀塘")]) is not None


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("FSD", "keyword", "FSD"),
        ("消防處", "keyword", "消防處"),
        ("health", "keyword", "health"),
        ("fire services", "department", "FSD"),
        ("cultur", "topic", "culture"),
        ("fire", "topic", "law"),
        ("泳灘", "topic", "weather"),
    ],
)
def test_what_is_ambiguous_has_another_reading(
    tables: Tables, typed: str, kind: str, value: str
) -> None:
    subject = read_subject(typed, tables, follow=False)
    other = find_other(typed, subject, tables)
    assert other is not None
    assert (other.kind, other.value, other.follow) == (kind, value, False)


@pytest.mark.parametrize("typed", ["Kwun Tong", "觀塘", "「消防處」", '"health"'])
def test_what_is_clear_has_none(tables: Tables, typed: str) -> None:
    assert find_other(typed, read_subject(typed, tables), tables) is None


@pytest.mark.parametrize(
    "packed",
    ["t:astrology", "d:NOPE", "d:../../x", "k:", "k:x", "k:" + "x" * 60, "z:FSD", "", "t", ":::"],
)
def test_what_was_tampered_with_is_nothing(tables: Tables, packed: str) -> None:
    assert unpack(packed, tables) is None


def test_names_are_in_the_readers_language(tables: Tables) -> None:
    fire = make("department", "FSD")
    assert name_subject(fire, "en", tables) == "Fire Services Department"
    assert name_subject(fire, "zh-Hant", tables) == "消防處"
    assert name_subject(fire, "zh-Hans", tables) == "消防处"
    assert name_subject(make("keyword", "觀塘"), "zh-Hans", tables) == "「觀塘」"
    assert name_subject(make("keyword", "fire"), "en", tables) == "“fire”"


def test_a_department_that_is_no_longer_known_goes_by_its_key(tables: Tables) -> None:
    assert name_subject(make("department", "OLD"), "zh-Hant", tables) == "OLD"


def release_of(department: str | None) -> Release:
    return make_release(topics=("health", "law")).model_copy(update={"department": department})


def test_the_reasons_name_each_match_or_that_everything_is_followed(
    tables: Tables, kinds: Kinds
) -> None:
    release = release_of("FSD")
    held = [make("topic", "law"), make("department", "FSD"), make("keyword", "lanterns")]
    told = explain_reasons("en", release, held, tables, kinds)
    for name in ("Fire Services Department", "“lanterns”"):
        assert name in told
    assert "燈籠" not in told
    everything = explain_reasons("en", release, [], tables, kinds)
    muted_only = explain_reasons("en", release, [make("topic", "law", follow=False)], tables, kinds)
    assert everything != told
    assert everything == muted_only
    unrelated = explain_reasons("zh-Hant", release, [make("topic", "finance")], tables, kinds)
    assert "無關" in unrelated
    assert "无关" in explain_reasons("zh-Hans", release, [make("topic", "finance")], tables, kinds)


def test_what_can_be_muted_are_the_reasons_and_the_releases_own(tables: Tables) -> None:
    held = [make("topic", "law"), make("keyword", "lanterns")]
    found = list_muteable(release_of("FSD"), held, tables)
    assert [(each.kind, each.value, each.follow) for each in found] == [
        ("topic", "law", True),
        ("keyword", "lanterns", True),
        ("topic", "health", False),
        ("department", "FSD", False),
    ]
    assert len(list_muteable(release_of(None), [], tables)) == 2


def test_all_callback_data_fits_into_what_telegram_takes(tables: Tables) -> None:
    keys = sorted(tables.departments)
    held = [make("keyword", LONG_CHINESE), *(make("department", key) for key in keys)]
    for language in CHAT_LANGUAGES:
        languages = split_language(language)
        rows: list[Sequence[InlineKeyboardButton]] = [*why_rows(10**17, held, languages, tables)]
        for page in range(len(held) // 8 + 1):
            rows += follows_keyboard(held, page, languages, tables).inline_keyboard
            rows += departments_keyboard(held, page, languages, tables).inline_keyboard
        for each in held:
            rows += followed_keyboard(each, held[0], languages, tables).inline_keyboard
            rows += ended_keyboard(each, languages).inline_keyboard
        data = [str(button.callback_data) for row in rows for button in row]
        assert max(len(each.encode()) for each in data) <= MOST_BYTES
        assert {f"drop:0:{make_mark(held[0])}", f"dept:0:{keys[0]}"} & set(data)


def test_each_department_can_be_reached_by_paging(tables: Tables) -> None:
    found = []
    for page in range(100):
        rows = departments_keyboard([], page, ("en",), tables).inline_keyboard
        found += [str(b.callback_data) for row in rows for b in row]
    keys = {each.split(":", 2)[2] for each in found if each.startswith("dept:")}
    assert keys == set(tables.departments)


def test_each_kind_has_a_letter_of_its_own() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS) == 3


def test_a_keyword_and_its_folded_form_have_the_same_mark() -> None:
    assert make_mark(make("keyword", "Kwun Tong")) == make_mark(
        make("keyword", fold_keyword("Kwun Tong"))
    )
