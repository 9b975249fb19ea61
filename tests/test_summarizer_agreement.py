from datetime import UTC, date, datetime

import pytest
from altered import TrueSummary, list_true_summaries
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.check.agreement import find_contradictions

ISSUED = date(2025, 11, 27)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ENGLISH_SOURCE = (
    "The Lantern Bureau sold 45 lamps to 1,300 people at $5.1 million on November 27. "
    "Sales rose by 12.5 per cent. The Fire Services Department sent 38 boats at 2.30pm."
)
CHINESE_SOURCE = (
    "燈籠局十一月二十七日向一千三百人售出45盞燈，得五百一十萬元。銷量上升百分之十二點五。"
    "消防處於下午二時三十分派出38艘船。"
)
ENGLISH = "The Lantern Bureau sold 45 lamps for $5.1 million; sales rose 12.5%."
CHINESE = "燈籠局11月27日向1,300人售出45盞燈，得510萬元，銷量升12.5%。"


def compare(english: str, chinese: str) -> tuple[str, ...]:
    return find_contradictions(english, chinese, ENGLISH_SOURCE, CHINESE_SOURCE, ISSUED)


def test_two_true_summaries_agree() -> None:
    assert compare(ENGLISH, CHINESE) == ()


def test_choosing_different_facts_is_no_contradiction() -> None:
    assert compare("The Fire Services Department sent 38 boats at 2.30pm.", CHINESE) == ()


@pytest.mark.parametrize(
    ("true", "altered"),
    [
        ("45", "54"),
        ("$5.1 million", "$5.1 billion"),
        ("$5.1 million", "US$5.1 million"),
        ("12.5", "15.2"),
        ("November 27", "November 28"),
        ("2.30pm", "3.30pm"),
        ("1,300 people", "1,300 hours"),
    ],
)
def test_a_figure_that_one_language_alone_has_is_a_contradiction(true: str, altered: str) -> None:
    source = ENGLISH_SOURCE.replace(true, altered)
    found = find_contradictions(source, CHINESE, source, CHINESE_SOURCE, ISSUED)
    assert any(altered in clause for clause in found)


def test_a_rise_in_one_language_and_a_fall_in_the_other_is_a_contradiction() -> None:
    found = compare(ENGLISH, CHINESE.replace("升12.5%", "跌12.5%"))
    assert any("rise" in clause and "fall" in clause for clause in found)


def test_two_bodies_that_each_text_alone_names_are_a_contradiction() -> None:
    english = "The Marine Department sent 38 boats."
    source = ENGLISH_SOURCE.replace("Fire Services Department", "Marine Department")
    found = find_contradictions(english, "消防處派出38艘船。", source, CHINESE_SOURCE, ISSUED)
    assert any("MD" in clause and "FSD" in clause for clause in found)


def test_the_references_of_the_samples_agree() -> None:
    pairs: dict[str, dict[str, TrueSummary]] = {}
    for true in list_true_summaries(NOW):
        pairs.setdefault(true.id, {})[true.language] = true
    both = [pair for pair in pairs.values() if len(pair) == 2]
    refused = [
        (pair["en"].id, found)
        for pair in both
        if (
            found := find_contradictions(
                pair["en"].summary,
                pair["zh"].summary,
                pair["en"].source,
                pair["zh"].source,
                pair["en"].issued,
            )
        )
    ]
    assert len(refused) <= 0.03 * len(both), refused


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_texts_are_compared(one: str, other: str, first: str, second: str) -> None:
    assert all(find_contradictions(one, other, first, second, ISSUED))
