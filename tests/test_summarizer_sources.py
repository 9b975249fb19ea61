from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import Language
from summarizer.check import Checker
from summarizer.sentences import split_sentences

ISSUED = date(2025, 11, 27)
BODY = (
    "The Lantern Bureau will replace 13 600 lamps on Pier Road from December 1.\n\n"
    "The works will cost $5.1 million. Workers start at 2.30pm each Monday.\n\n"
    "Members of the public who see a dark lamp may call 2000 0123."
)
SENTENCES = [sentence.text for sentence in split_sentences(BODY, "en")]
CHINESE = (
    "燈籠局將由十二月一日起更換一萬三千六百盞街燈。工程費用為五百一十萬元。市民可致電2000 0123。"
)


def find(summary: str, language: Language = "en") -> list[list[str]]:
    body = BODY if language == "en" else CHINESE
    found = Checker(language, body, ISSUED).find_sources(summary)
    return [[body[start:end] for start, end in spans] for spans in found]


def test_each_sentence_rests_on_the_source_sentence_that_says_it() -> None:
    summary = "Dark lamps can be reported on 2000 0123. Replacing lamps on Pier Road begins soon."
    assert find(summary) == [[SENTENCES[3]], [SENTENCES[0]]]


def test_a_sentence_of_two_rests_on_both_in_the_order_of_the_source() -> None:
    summary = "At a cost of $5.1 million, 13,600 lamps on Pier Road are to be replaced."
    assert find(summary) == [[SENTENCES[0], SENTENCES[1]]]


def test_a_copied_sentence_rests_on_itself_alone() -> None:
    assert find(" ".join(SENTENCES)) == [[sentence] for sentence in SENTENCES]


def test_a_sentence_that_says_nothing_of_the_source_rests_on_nothing() -> None:
    assert find("Elephants dance.") == [[]]


def test_chinese_figures_as_digits_rest_on_those_in_numerals() -> None:
    assert find("工程耗資510萬元。", "zh") == [["工程費用為五百一十萬元。"]]


def test_spans_given_are_the_only_ones_and_each_is_used() -> None:
    spans = [(each.start, each.end) for each in split_sentences(BODY, "en")][:2]
    checker = Checker("en", BODY, ISSUED)
    summary = "The Bureau will replace lamps on Pier Road. A dark lamp may be reported."
    found = checker.find_sources(summary, spans)
    assert {span for each in found for span in each} <= set(spans)
    assert spans[0] in found[0]


@settings(max_examples=60)
@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(["en", "zh"]))
def test_any_texts_get_as_many_answers_as_there_are_sentences(
    source: str, summary: str, language: Language
) -> None:
    checker = Checker(language, source, ISSUED)
    found = checker.find_sources(summary)
    assert len(found) == len(split_sentences(summary, language))
    assert all(0 <= start < end <= len(source) for spans in found for start, end in spans)
    assert all(len(spans) <= 3 for spans in found)
