"""What changed between two versions of a text, and what no reader minds."""

import time

import pytest
from factories import make_text
from hypothesis import given
from hypothesis import strategies as st

from data.changes import LISTED_ITEMS, SHOWN_LENGTH, Changes, compare_texts
from data.models import LANGUAGES, Language

EN = (
    "The Harbour Department said today (November 21) that 13 lanterns had been lit. They cost "
    "$13 600 in all.\n\nThe Director, Ms Lantern Wong, will open Pak Sha Pier at 3pm. Members of "
    'the public may call 2000 0123 for "details".'
)
ZH = (
    "海港署今日（十一月二十一日）表示，已點亮13盞燈籠，共用去五百一十萬元。\n\n"
    "署長黃燈籠女士將於下午三時主持白沙碼頭開幕禮。市民如有查詢，可致電2000 0123。"
)


def compare(language: Language, old: str, new: str) -> Changes:
    return compare_texts(make_text(language, body=old), make_text(language, body=new))


@pytest.mark.parametrize(
    ("language", "old", "new", "corrections"),
    [
        ("en", "13 lanterns", "14 lanterns", ["13 → 14"]),
        ("en", "$13 600 in", "$13 900 in", ["13 600 → 13 900"]),
        ("en", "at 3pm", "at 4.30pm", ["3pm → 4.30pm"]),
        ("en", "November 21", "November 22", ["November 21 → November 22"]),
        ("en", "2000 0123", "2000 0124", ["2000 0123 → 2000 0124"]),
        ("en", "Pak Sha Pier", "Lok Wan Pier", ["Pak Sha Pier → Lok Wan Pier"]),
        ("zh", "13盞", "14盞", ["13 → 14"]),
        ("zh", "五百一十萬", "五百二十萬", ["五百一十萬 → 五百二十萬"]),
        ("zh", "二十一日", "二十二日", ["十一月二十一日 → 十一月二十二日"]),
        ("zh", "下午三時", "下午四時", ["下午三時 → 下午四時"]),
    ],
)
def test_a_corrected_figure_or_name_is_told_as_it_was_and_is_written(
    language: Language, old: str, new: str, corrections: list[str]
) -> None:
    body = EN if language == "en" else ZH
    assert old in body
    changes = compare(language, body, body.replace(old, new))
    assert list(changes.corrections) == corrections
    assert changes.is_substantial
    assert (changes.added, changes.removed, changes.reworded) == ((), (), ())


def test_a_corrected_chinese_name_is_told() -> None:
    changes = compare("zh", ZH, ZH.replace("黃燈籠女士", "黃燈明女士"))
    assert [(each.old, each.new) for each in changes.names] == [("黃燈籠", "黃燈明")]


def test_a_correction_has_the_sentence_that_it_stands_in() -> None:
    changes = compare("en", EN, EN.replace("13 lanterns", "14 lanterns"))
    assert changes.figures[0].sentence.startswith("The Harbour Department")
    assert changes.figures[0].sentence.endswith("14 lanterns had been lit.")


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("en", "13 600", "13,600"),
        ("en", "13 lanterns", "thirteen lanterns"),
        ("en", "3pm", "3.00 pm"),
        ("en", '"details"', "“details”"),
        ("en", "Harbour Department", "HARBOUR DEPARTMENT"),
        ("en", "lit. They", "lit.\n\nThey"),
        ("en", "all.\n\nThe", "all. The"),
        ("en", "lanterns had", "lanterns\nhad"),
        ("en", "said today", "said  today"),
        ("en", "Director, Ms", "Director – Ms"),
        ("zh", "五百一十萬元", "510萬元"),
        ("zh", "13盞", "１３盞"),
        ("zh", "下午三時", "下午3時"),
        ("zh", "（十一月二十一日）", "(11月21日)"),
        ("zh", "表示，已", "表示: 已"),
        ("zh", "元。\n\n署", "元。署"),
        ("zh", "點亮", "点亮"),
        ("zh", "市民如有", "\u3000市民 如有"),
    ],
)
def test_what_no_reader_minds_is_no_change(language: Language, old: str, new: str) -> None:
    body = EN if language == "en" else ZH
    assert old in body
    assert compare(language, body, body.replace(old, new)) == Changes()


def test_a_sentence_that_came_or_went_is_told() -> None:
    more = EN + " Bring an umbrella."
    assert compare("en", EN, more) == Changes(added=("Bring an umbrella.",))
    assert compare("en", more, EN) == Changes(removed=("Bring an umbrella.",))
    assert compare("zh", ZH, ZH + "請帶雨傘。") == Changes(added=("請帶雨傘。",))


def test_a_reworded_sentence_is_told_before_and_after() -> None:
    changes = compare("en", EN, EN.replace("may call", "are welcome to call"))
    assert [each.new for each in changes.reworded] == [
        'Members of the public are welcome to call 2000 0123 for "details".'
    ]
    assert (changes.figures, changes.names, changes.added, changes.removed) == ((), (), (), ())


def test_a_figure_is_told_too_where_the_sentence_was_reworded() -> None:
    changes = compare("en", EN, EN.replace("13 lanterns had been lit", "14 lamps had been lit"))
    assert changes.corrections == ("13 → 14",)
    assert len(changes.reworded) == 1


def test_a_changed_title_is_told_and_its_case_is_not() -> None:
    old = make_text("en", title="Thirteen lanterns lit")
    assert compare_texts(old, make_text("en", title="13 Lanterns Lit")) == Changes()
    changed = compare_texts(old, make_text("en", title="Fourteen lanterns lit"))
    assert changed.corrections == ("Thirteen → Fourteen",)


def test_a_sign_before_a_figure_and_a_currency_count() -> None:
    assert compare("en", "It fell by -3%.", "It fell by 3%.").is_substantial
    assert compare("en", "It cost $3.", "It cost €3.").is_substantial


def test_changes_go_to_json_and_back() -> None:
    changes = compare("en", EN, EN.replace("13", "14") + " Bring an umbrella.")
    assert changes.is_substantial
    assert Changes.model_validate_json(changes.model_dump_json()) == changes


def test_long_lists_and_sentences_are_cut() -> None:
    old = " ".join(f"Word {'x' * number} end." for number in range(1, 300))
    changes = compare("en", old, "Nothing of it is left." * 3 + "y" * 10_000)
    assert len(changes.removed) == LISTED_ITEMS
    assert max(len(each) for each in (*changes.removed, *changes.added)) == SHOWN_LENGTH


def test_what_changes_far_down_is_known_to_have_changed() -> None:
    long = "Lanterns are lit. " * 20_000
    assert compare("en", long + "13", long + "14") == Changes(beyond=True)
    assert compare("en", long + "Thirteen!", long + "\n thirteen") == Changes()


@given(body=st.text(), language=st.sampled_from(LANGUAGES))
def test_a_text_has_no_changes_from_itself(body: str, language: Language) -> None:
    assert compare(language, body, body) == Changes()


@given(old=st.text(), new=st.text(), language=st.sampled_from(LANGUAGES))
def test_changes_both_ways_are_substantial_or_not_alike(
    old: str, new: str, language: Language
) -> None:
    there, back = compare(language, old, new), compare(language, new, old)
    assert there.is_substantial == back.is_substantial


@given(
    body=st.lists(st.sampled_from(["Lanterns are lit.", "Call 2000 0123.", "Ms Wong spoke."])),
    seams=st.lists(st.sampled_from([" ", "\n", "\n\n", "  \n"]), min_size=20, max_size=20),
)
def test_moved_paragraph_breaks_are_no_change(body: list[str], seams: list[str]) -> None:
    broken = "".join(f"{one}{seam}" for one, seam in zip(body, seams, strict=False))
    assert compare("en", " ".join(body[:20]), broken) == Changes()


HOSTILE = {
    "one sentence of a megabyte": ("word " * 200_000, "ward " * 200_000),
    "sentences that all differ": (
        " ".join(f"Lamp {number} is lit." for number in range(50_000)),
        " ".join(f"Lamp {number} was out." for number in range(50_000)),
    ),
    "sentences that all repeat": ("A b. C d. " * 50_000, "C d. A b. E f. " * 40_000),
    "fifteen megabytes": ("Lit. " * 3_000_000, "Lot. " * 3_000_000),
    "figures only": ("1 2 " * 250_000, "2 3 " * 250_000),
    "capitals only": ("A B " * 250_000, "B C " * 250_000),
    "signs only": ("((((" * 250_000, "))))" * 250_000),
    "Chinese without an end": ("燈籠一十百千萬" * 100_000, "籠燈萬千百十一" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_text_takes_bounded_time(name: str, language: Language) -> None:
    started = time.process_time()
    changes = compare(language, *HOSTILE[name])
    assert time.process_time() - started < 20  # a few seconds at most
    assert len(changes.model_dump_json()) < 500_000
