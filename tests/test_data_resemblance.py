"""What speaks for an English and a Chinese text being one release, and what against it."""

import time
from datetime import timedelta

import pytest
from factories import ISSUED, make_text

from data.glossary import load_glossary
from data.models import LANGUAGES, ReleaseText
from data.resemblance import (
    CONTRADICTED,
    READ_LENGTH,
    Profile,
    compare_clues,
    compare_ids,
    compare_shapes,
    compare_times,
    compare_titles,
    count_forms,
    make_profile,
    weigh_clues,
)
from data.tables import Tables, load_tables


def profile(text: ReleaseText) -> Profile:
    return make_profile(text, load_glossary(), load_tables())


def points(english: ReleaseText, chinese: ReleaseText, *pool: ReleaseText) -> float:
    """The points of two texts' clues, among further texts of either language."""
    one, other = profile(english), profile(chinese)
    rest = [profile(text) for text in pool]
    english_forms = count_forms([one, *(each for each in rest if each.text.language == "en")])
    chinese_forms = count_forms([other, *(each for each in rest if each.text.language == "zh")])
    counts = {
        language: 1 + sum(text.language == language for text in pool) for language in ("en", "zh")
    }
    return compare_clues(
        weigh_clues(one, chinese_forms, counts["zh"]),
        weigh_clues(other, english_forms, counts["en"]),
        (one, other),
    )


EN = make_text("en", title="Kite shop fined", body="A shop in Tai Po was fined $12,345.")
ZH = make_text("zh", title="風箏店被罰款", body="大埔一間店鋪被罰款12,345元。")


@pytest.mark.parametrize(
    "body",
    [
        "大埔一間店鋪被罰款54,321元。",
        "西貢一間店鋪被罰款12,345元。",
        "大埔一間診所推出12,345個名額。",
    ],
)
def test_another_figure_place_or_event_speaks_against_a_pair(body: str) -> None:
    assert points(EN, ZH) > points(EN, ZH.model_copy(update={"body": body}))


def test_what_every_text_of_the_pool_has_says_little() -> None:
    pool = [make_text("zh", text_id=f"P202611210{n:04d}", body=ZH.body) for n in range(40)]
    assert points(EN, ZH, *pool) < points(EN, ZH) - 1


def test_chinese_script_makes_no_difference() -> None:
    simplified = ZH.model_copy(
        update={"title": "风筝店被罚款", "body": "大埔一间店铺被罚款12,345元。"}
    )
    assert points(EN, simplified) == pytest.approx(points(EN, ZH))


def test_a_family_name_and_latin_words_are_found_in_the_other_text() -> None:
    english = make_text("en", body="Mr Yeung Pak-lam opened the Moonkite Festival.")
    chinese = make_text("zh", body="楊柏霖主持Moonkite節開幕。")
    other = make_text("zh", body="劉志強主持Starkite節開幕。")
    assert points(english, chinese) > points(english, other)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("LCQ5: Trams", "立法會六題：電車"),
        ("LCQ5: Trams", "電車服務"),
        ("Red flag hoisted at beach", "泳灘除下紅旗"),
        ("Amber Rainstorm Warning issued", "紅色暴雨警告信號發出"),
        ("Strong Wind Signal No. 3 issued", "八號烈風或暴風信號發出"),
        ("Library reopens", "圖書館暫停開放"),
    ],
)
def test_titles_that_contradict_each_other_part_a_pair(english: str, chinese: str) -> None:
    one = profile(make_text("en", title=english, body=""))
    other = profile(make_text("zh", title=chinese, body=""))
    assert compare_titles(one, other) <= CONTRADICTED


def test_titles_with_other_places_or_numbers_speak_against_a_pair() -> None:
    one = profile(make_text("en", title="Four men fined in Tai Po", body=""))
    for title in ("三名男子在大埔被罰款", "四名男子在西貢被罰款"):
        assert compare_titles(one, profile(make_text("zh", title=title, body=""))) < -5
    same = profile(make_text("zh", title="四名男子在大埔被罰款", body=""))
    assert compare_titles(one, same) == 0


def test_a_place_that_only_one_title_names_contradicts_nothing_if_the_other_text_has_it() -> None:
    one = profile(make_text("en", title="Fire in Tai Po", body="A fire in Tai Wo."))
    other = profile(make_text("zh", title="太和火警", body="大埔太和發生火警。"))
    assert compare_titles(one, other) == 0


def test_texts_issued_together_resemble_each_other_more_than_texts_hours_apart() -> None:
    gaps = [0, 9, 60, 123, 381, 520]
    given = [
        compare_times(make_text("en", issued_at=ISSUED + timedelta(minutes=gap)), ZH)
        for gap in gaps
    ]
    assert given == sorted(given, reverse=True)
    assert given[0] > 3
    assert given[-1] < 0


def test_english_that_comes_first_is_seldom() -> None:
    before = make_text("en", issued_at=ISSUED - timedelta(minutes=60))
    after = make_text("en", issued_at=ISSUED + timedelta(minutes=60))
    assert compare_times(before, ZH) < compare_times(after, ZH)


def test_paragraphs_rows_and_lengths_are_compared() -> None:
    english = profile(make_text("en", body="\n\n".join(["A lantern was lit at the pier."] * 5)))
    alike = profile(make_text("zh", body="\n\n".join(["碼頭點亮一盞燈籠"] * 5)))
    longer = profile(make_text("zh", body="\n\n".join(["碼頭點亮一盞燈籠"] * 15)))
    table = profile(make_text("zh", body="燈籠 | 一盞\n" * 5))
    assert compare_shapes(english, alike) > compare_shapes(english, longer)
    assert compare_shapes(english, alike) > compare_shapes(english, table)


def test_official_ids_near_each_other_speak_for_a_pair_and_others_not_against() -> None:
    assert compare_ids("P2026112100101", "P2026112100102") > 1
    for other in ("P2026112100901", "P2026112000102", "lantern-7"):
        assert compare_ids("P2026112100101", other) == 0


def test_a_long_body_is_read_so_far_only(tables: Tables) -> None:
    late = "x" * READ_LENGTH["en"] + " $98,765"
    assert "figure 98765" not in profile(make_text("en", body=late)).forms


@pytest.mark.parametrize(
    "piece", ["Mr A", "9,", "1 ", "億", "大浪灣泳灘", "LCQ", "| ", "\u3000", "Tai Po "]
)
def test_hostile_titles_and_bodies_are_read_in_time(piece: str) -> None:
    """A hang guard: what is read has a limit, so that a megabyte takes a part of a second."""
    for language in LANGUAGES:
        start = time.process_time()
        profile(make_text(language, title=piece * 10_000, body=piece * 200_000))
        assert time.process_time() - start < 10
