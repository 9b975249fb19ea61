import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Language
from data.samples import render_samples
from summarizer.facts import find_facts
from summarizer.passages import read_body
from summarizer.salience import cut_body

QUESTION = """\
Following is a question by the Hon Lau Ying and a written reply by the Secretary for Lamps, \
Ms Poon Kit, in the Legislative Council today (May 6):

Question:

It is learnt that lamps are dark in many streets. Many people have told me of their fear at night.

(1) of the number of lamps that were broken in each of the past three years; and

(2) whether it will repair lamps faster?

Reply:

President,

Lamps are dear to all of us, and the Government attaches great importance to light at night.

(1) The figures are as follows:

Year | Broken lamps | Repaired
2022 | 3 112 | 2 960
2023 | 3 540 | 3 305
2024 | 4 038 | 3 911

People of all ages have always walked in the streets, and lamps have always stood beside them.

(2) We will repair lamps within three days, instead of nine, from July 1, at a cost of $5.1 million.

We shall go on to listen to all views."""
SPEECH = """\
Following is the speech by the Secretary for Lamps, Ms Poon Kit, at a dinner today (May 6):

Good evening, ladies and gentlemen.

Thank you for coming.

When I was a child, I used to read by the light of a candle, and my mother told me to sleep.

Candles are gone, and we have all grown older since, but some of us still like to read at night.

I am glad to announce that the Government will set up a Lamp Fund of $600 million on July 1.

I wish you all a pleasant evening."""
NOTICE = """\
The water supply to a part of Shell Bay will be suspended from 11pm on May 6 to 5am on May 7.

The works are for the good of all, and people have always known that pipes grow old in the ground.

Affected premises:

Phase I (from 11pm)

(1) 1 to 37 Pier Road; and

(2) all of Lamp Lane.

Water wagons will stand at 12 Pier Road."""
APPOINTMENTS = """\
The Government today (May 6) appointed members of the Lamp Board for two years from June 1.

A board is a good thing to have, as people have said on many occasions and in many different places.

Ms Poon Kit has been appointed Chairperson of the Lamp Board.

The board meets in the old hall by the sea, where the light is better than in most other places."""


def count(text: str) -> int:
    """Like a tokenizer: one for each word of Latin letters, each Chinese character."""
    return len(text.split()) + sum("\u4e00" <= each <= "\u9fff" for each in text)


def cut(body: str, budget: int, title: str = "Lamps", language: Language = "en") -> str:
    return cut_body(read_body(body, language), title, budget, count)


def test_a_body_that_fits_is_kept_whole() -> None:
    body = "The LB will buy lamps.\n\nLamp | Cost\nOld | $5\n\nIt said so. Twice."
    assert cut(body, 1_000) == body
    chinese = "燈管局將購買街燈。2025年完成。\n\n共500支，" + "每支都很亮，" * 60 + "2026年再買。"
    assert cut(chinese, 1_000, language="zh") == chinese


def test_greetings_and_end_marks_are_left_out_even_where_they_fit() -> None:
    kept = cut(SPEECH + "\n\nEnds", 1_000)
    for said in ("Good evening", "Thank you", "I wish you", "Ends"):
        assert said not in kept
    assert kept.startswith("Following is the speech")


def test_a_body_of_nothing_else_is_kept() -> None:
    assert cut("Thank you.\n\nGood evening, ladies and gentlemen.", 100).startswith("Thank you.")
    assert cut("Ends", 10) == "Ends"
    assert cut("", 10) == ""


def test_a_long_body_is_cut_to_what_weighs_most_and_keeps_its_order() -> None:
    filler = "\n\n".join(f"Chair {number} stood by the old wall." for number in range(200))
    last = "The lamps will cost $5.1 million, and the lamps will be lit on May 2."
    body = f"The LB will buy lamps for the pier.\n\n{filler}\n\n{last}"
    kept = cut(body, 90, "LB buys lamps for $5.1 million")
    assert kept.startswith("The LB will buy lamps for the pier.")
    assert kept.endswith(last)
    assert count(kept) <= 90


def test_of_a_council_question_the_reply_is_kept_with_one_sentence_of_what_was_asked() -> None:
    kept = cut(QUESTION, 125, "LCQ7: Broken lamps")
    assert kept.startswith("Following is a question by the Hon Lau Ying")
    assert "within three days, instead of nine, from July 1, at a cost of $5.1 million" in kept
    assert "2024 | 4 038 | 3 911" in kept
    asked = ("It is learnt", "Many people have told", "(1) of the number", "(2) whether")
    assert sum(sentence in kept for sentence in asked) == 1
    assert "People of all ages" not in kept


def test_of_a_speech_what_is_announced_is_kept() -> None:
    kept = cut(SPEECH, 45, "Speech by Secretary for Lamps")
    assert "Lamp Fund of $600 million on July 1" in kept
    assert "candle" not in kept


def test_of_a_notice_times_and_places_are_kept_with_the_headings_above_them() -> None:
    kept = cut(NOTICE, 60, "Suspension of water supply in Shell Bay")
    assert "from 11pm on May 6 to 5am on May 7" in kept
    assert "Phase I (from 11pm)\n\n(1) 1 to 37 Pier Road" in kept
    assert "grow old" not in kept


def test_of_appointments_names_and_posts_are_kept() -> None:
    kept = cut(APPOINTMENTS, 40, "Appointments to Lamp Board")
    assert "Ms Poon Kit has been appointed Chairperson" in kept
    assert "by the sea" not in kept


def test_rows_of_a_table_come_with_its_head_the_first_and_the_total_before_others() -> None:
    rows = "\n".join(f"District {number} | {number}00 | {number}0" for number in range(1, 400))
    body = f"Lamps were counted.\n\nDistrict | Lamps | Broken\n{rows}\nTotal | 79 800 | 7 980"
    kept = cut(body, 80)
    assert "District | Lamps | Broken\nDistrict 1 | 100 | 10" in kept
    assert kept.endswith("Total | 79 800 | 7 980")


@pytest.mark.parametrize(
    ("body", "language", "ends"),
    [
        pytest.param("lamps, and " * 10_000 + "lamps.", "en", (",", "."), id="one sentence"),
        pytest.param("lamp " * 20_000, "en", ("lamp",), id="no punctuation"),
        pytest.param("街燈壞了，" * 5_000, "zh", ("，",), id="one Chinese sentence"),
        pytest.param("街燈壞了又好" * 5_000, "zh", tuple("街燈壞了又好"), id="no Chinese marks"),
        pytest.param("Lamp | 5\n" * 3_000, "en", ("5",), id="rows"),
        pytest.param("Lamp 7 | " * 5_000, "en", ("Lamp 7",), id="one row"),
        pytest.param("Lamp\n\n" * 2_000, "en", ("Lamp",), id="headings"),
        pytest.param("Question:\n\n" * 2_000, "en", (":",), id="openings"),
        pytest.param("Thank you.\n\n" * 2_000, "en", (".",), id="greetings"),
        pytest.param("「" * 20_000, "zh", ("「",), id="brackets"),
    ],
)
def test_whatever_the_body_something_is_kept_within_the_budget_up_to_a_boundary(
    body: str, language: Language, ends: tuple[str, ...]
) -> None:
    for budget in (900, 40, 3):
        kept = cut(body, budget, language=language)
        assert kept
        assert count(kept) <= budget
        assert budget == 3 or kept.endswith(ends)
    assert cut(body, 0, language=language) == "" or count(body) == 1


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(QUESTION.split("\n") + SPEECH.split("\n") + NOTICE.split("\n")),
            st.text(max_size=60),
        ),
        max_size=40,
    ),
    st.integers(min_value=0, max_value=300),
    st.sampled_from(["en", "zh"]),
)
def test_any_body_is_cut_within_any_budget(
    lines: list[str], budget: int, language: Language
) -> None:
    body = "\n".join(lines)
    kept = cut(body, budget, language=language)
    assert count(kept) <= budget
    assert set(kept) <= set(body) | set(" \n")


def list_long_texts() -> Iterator[tuple[str, str, Language, str]]:
    now = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    for sample in render_samples(now):
        for language, text in sample.texts.items():
            if sample.split == "development" and count(text.body) > 900:
                yield text.headline, text.body, language, text.summary


def test_two_thirds_of_a_long_body_hold_nearly_all_figures_of_its_summary() -> None:
    issued = date(2026, 11, 22)
    wanted = kept = first = 0
    for title, body, language, summary in list_long_texts():
        needed = {fact.value for fact in find_facts(summary, language, issued) if not fact.weak}
        held = find_facts(f"{title}\n{body}", language, issued)
        needed &= {fact.value for fact in held}
        part = cut_body(read_body(body, language), title, 600, count)
        wanted += len(needed)
        kept += len(needed & {fact.value for fact in find_facts(part, language, issued)})
        opening = body[: len(part)]
        first += len(needed & {fact.value for fact in find_facts(opening, language, issued)})
    assert kept > 0.85 * wanted
    assert kept > 1.5 * first


def test_the_longest_body_is_cut_in_about_a_second() -> None:
    counted = 0

    def count_once(text: str) -> int:
        nonlocal counted
        counted += len(text)
        return count(text)

    body = "\n\n".join(
        f"Lamp {number} on road {number % 97} will cost ${number} from May {number % 30}."
        for number in range(4_000)
    )
    reading = read_body(body, "en")
    start = time.process_time()
    cut_body(reading, "Lamps", 900, count_once)
    assert time.process_time() - start < 4  # on a busy machine
    assert counted < 1.2 * len(body)
