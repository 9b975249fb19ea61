import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import Language
from summarizer.sentences import split_sentences


def split(body: str, language: Language = "en") -> list[str]:
    return [sentence.text for sentence in split_sentences(body, language)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Lam met Dr. Ho of St. Agnes' Home at 2.51pm.",
        "The No. 5 alarm fire broke out at 9 a.m. in a flat.",
        "Sales rose by 1.5 per cent to $3.2 million.",
        "The U.S. delegation visited J. P. Chan.",
        "Details are on www.example.hk/page.html for readers.",
    ],
)
def test_a_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert split(f"{sentence} The next one.") == [sentence, "The next one."]


def test_a_closing_quote_belongs_to_the_sentence_it_closes() -> None:
    assert split('He said, "It is over." They left.') == ['He said, "It is over."', "They left."]
    assert split("他說：「完了。」眾人離開。", "zh") == ["他說：「完了。」", "眾人離開。"]


def test_a_chinese_quotation_is_not_split_inside() -> None:
    assert split("她說：「我們來。我們看。」然後離開。", "zh")[0] == "她說：「我們來。我們看。」"


def test_unmatched_chinese_brackets_do_not_swallow_the_rest() -> None:
    assert split("他說：「我們來。我們看。然後離開。", "zh") == [
        "他說：「我們來。",
        "我們看。",
        "然後離開。",
    ]


def test_paragraphs_rows_and_lines_part_sentences() -> None:
    body = "A heading\n\nDistrict | Flats\nNorth | 12. 5\nIt is over.\nand it goes on."
    assert split(body) == [
        "A heading",
        "District | Flats",
        "North | 12. 5",
        "It is over.",
        "and it goes on.",
    ]


@given(st.text(alphabet="Aa1.。！「」（）\"' \n|,，", max_size=120), st.sampled_from(["en", "zh"]))
def test_spans_hold_the_sentences_and_lose_only_white_space(body: str, language: Language) -> None:
    sentences = split_sentences(body, language)
    assert all(body[each.start : each.end] == each.text for each in sentences)
    assert "".join("".join(each.text.split()) for each in sentences) == "".join(body.split())
