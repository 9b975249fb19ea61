"""The figures of a text, in one form for both languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.figures import find_figures
from data.models import LANGUAGES, Language


def values(text: str, language: Language) -> list[str]:
    return [figure.value for figure in find_figures(text, language)]


@pytest.mark.parametrize(
    ("english", "chinese", "expected"),
    [
        ("$5.1 million", "510萬元", ["5100000"]),
        ("5 100 000", "五百一十萬", ["5100000"]),
        ("HK$1.8 billion", "18億港元", ["1800000000"]),
        ("120,000,000", "1億2,000萬", ["120000000"]),
        ("13 600 lanterns", "１３６００盞燈籠", ["13600"]),
        ("1,300 lanterns", "一千三百盞燈籠", ["1300"]),
        ("12.5 per cent", "百分之十二點五", ["12.5%"]),
        ("30%", "三成", ["30%"]),
        ("35 per cent", "三成半", ["35%"]),
        ("5 to 8 per cent", "百分之五至八", ["5%", "8%"]),
        ("0.3 percentage points", "0.3個百分點", ["0.3%"]),
        ("two-thirds", "三分之二", ["2/3"]),
        ("November 27", "十一月二十七日", ["--11-27"]),
        ("November 27 and 28", "十一月二十七及二十八日", ["--11-27", "--11-28"]),
        ("November 29 to 30", "11月29日至30日", ["--11-29", "--11-30"]),
        ("in November 2025", "二○二五年十一月", ["--11", "2025"]),
        ("3 December", "十二月三日", ["--12-03"]),
        ("2025-26", "二○二五至二六年度", ["2025", "2026"]),
        ("2025/26 school year", "二〇二五／二六學年", ["2025", "2026"]),
        ("2.51pm", "下午二時五十一分", ["14:51"]),
        ("2:51 p.m.", "下午2時51分", ["14:51"]),
        ("12.05am", "凌晨十二時零五分", ["00:05"]),
        ("9am to 5.30pm", "上午九時至下午五時三十分", ["09:00", "17:30"]),
        ("9.30 to 11am", "上午九時半至上午十一時", ["09:30", "11:00"]),
        ("noon", "正午", ["12:00"]),
        ("midnight", "晚上十二時", ["00:00"]),
        ("Thursday", "星期四", ["Thu"]),
        ("call 2000 0123.", "致電：2000 0123。", ["20000123"]),
        ("call 1800 200", "致電，1800 200", ["1800200"]),
        ("three men", "三名男子", ["3"]),
        ("twenty-three men", "廿三名男子", ["23"]),
        ("two hundred and fifty seats", "二百五十個座位", ["250"]),
        ("the fifth meeting", "第五次會議", ["5"]),
        ("the 21st batch", "第二十一批", ["21"]),
        ("route 272K", "第272K號線", ["272K"]),
        ("H5N1", "H5N1", ["H5N1"]),
        ("aged 35", "35歲", ["35"]),
    ],
)
def test_a_figure_has_one_value_in_both_languages(
    english: str, chinese: str, expected: list[str]
) -> None:
    assert sorted(values(english, "en")) == sorted(expected)
    assert sorted(values(chinese, "zh")) == sorted(expected)


@pytest.mark.parametrize(
    "text", ["一般而言", "九龍灣", "十分重要", "進一步", "萬一下雨", "四川菜", "統一安排"]
)
def test_numerals_that_are_part_of_a_word_are_no_figures(text: str) -> None:
    assert values(text, "zh") == []


def test_simplified_chinese_has_the_same_figures() -> None:
    assert values("下午3时20分，捐款5千万元，涉及1.2亿", "zh") == ["15:20", "50000000", "120000000"]


def test_a_figure_knows_where_it_stands() -> None:
    text = "共有510萬元，其中三成"
    found = find_figures(text, "zh")
    assert [text[figure.start : figure.end] for figure in found] == ["510萬", "三成"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_runs_of_digits_and_numerals_are_read_in_time(language: Language) -> None:
    for piece in ("1", "1,", "1 ", "億", "十一月", "one ", "一百", "9", "May 1, ", "1.", "二"):
        find_figures(piece * (50_000 // len(piece)), language)


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_spans_lie_inside_it(text: str, language: Language) -> None:
    for figure in find_figures(text, language):
        assert figure.value
        assert 0 <= figure.start < figure.end <= len(text)


@given(st.text(alphabet="0123456789,. -%$年月日時分點十百千萬億成第一二三元至上午零○pmJune "))
def test_any_mixture_of_numerals_is_read(text: str) -> None:
    for language in LANGUAGES:
        find_figures(text, language)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_number_in_digits_is_itself_in_both_languages(number: int) -> None:
    for written in (f"about {number:,} cups", f"about {number} cups"):
        expected = str(number)
        assert values(written, "en") == [expected]
        assert values(f"約{number:,}隻杯", "zh") == [expected]
