from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import Language
from summarizer.facts.bodies import find_official_names
from summarizer.facts.names import find_names, list_facts

ISSUED = date(2025, 11, 27)


@pytest.mark.parametrize(
    ("text", "language", "key"),
    [
        ("The Fire Services Department came.", "en", "FSD"),
        ("The FSD came.", "en", "FSD"),
        ("消防處到場。", "zh", "FSD"),
        ("Officers of the Hospital Authority spoke.", "en", "HA"),
        ("醫管局表示。", "zh", "HA"),
        ("the Secretary for Financial Services and the Treasury", "en", "FSTB"),
        ("財經事務及庫務局局長", "zh", "FSTB"),
    ],
)
def test_a_body_has_one_key_by_all_its_names_in_both_languages(
    text: str, language: Language, key: str
) -> None:
    assert [fact.value for fact in find_names(text, language) if fact.kind == "body"] == [key]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("Mr Ko Wing-lam spoke.", "en", ("ko wing-lam", "person")),
        ("A boat left Sai Kung at noon.", "en", ("sai kung", "place")),
        ("It was sold to Bright Estuary Limited.", "en", ("bright estuary limited", "body")),
        ("高永林先生到場。", "zh", ("高永林", "person")),
        ("船隻離開西貢。", "zh", ("西貢", "place")),
    ],
)
def test_persons_places_and_firms_are_names(
    text: str, language: Language, name: tuple[str, str]
) -> None:
    found = [(fact.value, fact.unit) for fact in find_names(text, language)]
    assert found == [name]


def test_two_places_joined_by_and_are_two_names() -> None:
    names = [fact.surface for fact in find_names("Floods hit Sai Kung and Sha Tin.", "en")]
    assert names == ["Sai Kung", "Sha Tin"]


def test_all_facts_of_a_text_stand_in_order_with_their_spans() -> None:
    text = "The FSD sent 38 boats to Sai Kung on November 27."
    facts = list_facts(text, "en", ISSUED)
    assert [fact.surface for fact in facts] == ["FSD", "38", "Sai Kung", "November 27"]
    assert all(text[fact.start : fact.end] == fact.surface for fact in facts)


def test_official_names_are_given_in_the_other_language() -> None:
    assert find_official_names("The FSD came.", "en") == (("FSD", "消防處"),)
    assert find_official_names("消防處到場。", "zh") == (("消防處", "Fire Services Department"),)
    # The holder of a post is not called by the body's name.
    assert find_official_names("The Secretary for Health spoke.", "en") == ()


@given(st.text(max_size=200), st.sampled_from(["en", "zh"]))
def test_any_text_is_read_for_names(text: str, language: Language) -> None:
    for fact in find_names(text, language):
        assert text[fact.start : fact.end] == fact.surface
