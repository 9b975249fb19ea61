from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import Language
from summarizer.facts import SourceFacts, find_facts
from summarizer.facts.numerals import read_chinese, write_chinese_digits

ISSUED = date(2025, 11, 27)


def read(text: str, language: Language) -> set[tuple[str, str, str]]:
    return {(fact.kind, fact.value, fact.unit) for fact in find_facts(text, language, ISSUED)}


def supports(language: Language, source: str, said: str) -> bool:
    facts = SourceFacts(find_facts(source, language, ISSUED), ISSUED)
    return all(facts.supports(fact) for fact in find_facts(said, language, ISSUED))


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("$5.1 million", "五百一十萬元"),
        ("$5.1 million", "510萬元"),
        ("$5 100 000", "510萬元"),
        ("$1.8 billion", "18億元"),
        ("HK$20,000", "二萬元"),
        ("US$3 billion", "30億美元"),
        ("RMB5 million", "人民幣五百萬元"),
        ("12.5 per cent", "百分之十二點五"),
        ("12.5%", "12.5％"),
        ("0.5 percentage points", "0.5個百分點"),
        ("2.51pm", "下午二時五十一分"),
        ("3.02pm", "下午三時○二分"),
        ("12.05am", "凌晨零時零五分"),
        ("2.30pm to 5pm", "下午二時三十分至五時"),
        ("noon", "正午"),
        ("November 27", "十一月二十七日"),
        ("November 27, 2025", "二○二五年十一月二十七日"),
        ("27 November 2025", "2025年11月27日"),
        ("May 12 and 28", "五月十二日及二十八日"),
        ("today", "今日"),
        ("yesterday", "昨日"),
        ("tomorrow", "明天"),
        ("2025-26", "二○二五至二六年度"),
        ("3582 8987", "3582 8987"),
        ("37 people", "三十七人"),
        ("13 600 people", "一萬三千六百人"),
        ("twenty-three cases", "二十三宗"),
        ("two weeks", "兩星期"),
        ("24-hour", "24小時"),
        ("eighth-term", "第八屆"),
        ("No. 5 alarm", "五級"),
        ("one third", "三分之一"),
        ("Monday", "星期一"),
        ("in July", "七月"),
        ("half a million", "五十萬"),
        ("$50,000 to $60,000", "五萬元至六萬元"),
        ("$5 million to $6 million", "五百至六百萬元"),
        ("aged between 29 and 63", "29至63歲"),
        ("34-year-old", "34歲"),
        ("six working days", "六個工作天"),
        ("2.5 hours", "兩個半小時"),
        ("half an hour", "半小時"),
        ("November 27 to 29", "十一月二十七至二十九日"),
        ("12/F", "12樓"),
        ("12th floor", "十二樓"),
        ("Room 1201", "1201室"),
        ("tomorrow and the following day", "明日及翌日"),
        ("35 per cent", "三成半"),
        ("two litres", "兩公升"),
        ("Friday", "周五"),
    ],
)
def test_english_and_chinese_figures_have_one_form(english: str, chinese: str) -> None:
    assert read(english, "en") == read(chinese, "zh") != set()


@pytest.mark.parametrize(
    "text",
    [
        "十五五規劃",
        "一帶一路",
        "一國兩制",
        "中九龍",
        "十分重視",
        "三藩市",
        "八達通",
        "數百人",
        "萬一",
    ],
)
def test_numerals_of_names_and_idioms_are_no_figures(text: str) -> None:
    assert read(text, "zh") == set()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("五百一十萬", "5100000"),
        ("三億五千萬", "350000000"),
        ("二○二五", "2025"),
        ("十", "10"),
        ("一百零五", "105"),
        ("1,300", "1300"),
        ("5.1億", "510000000"),
        ("三點五億", "350000000"),
    ],
)
def test_chinese_numerals_are_read_exactly(text: str, value: str) -> None:
    assert read_chinese(text) == Decimal(value)


@given(st.integers(min_value=1, max_value=10**12))
def test_a_number_written_for_readers_reads_back_as_itself(value: int) -> None:
    assert read_chinese(write_chinese_digits(Decimal(value))) == value


def write_in_numerals(value: int) -> str:
    """Numbers below a hundred million in Chinese numerals, written here to test the reader."""
    digits = "零一二三四五六七八九"

    def section(number: int) -> str:
        written, gap = "", False
        for step, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = number // step % 10
            gap = gap or (digit == 0 and bool(written))
            if digit:
                written += ("零" if gap and written else "") + digits[digit] + mark
                gap = False
        return written

    high, low = divmod(value, 10_000)
    joint = "零" if high and low and low < 1_000 else ""
    return (section(high) + "萬" if high else "") + joint + (section(low) if low else "")


@given(st.integers(min_value=1, max_value=99_999_999))
def test_any_chinese_numeral_is_read_as_its_value(value: int) -> None:
    assert read_chinese(write_in_numerals(value)) == value


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("12 people were hurt.", "It rose 12%."),
        ("Losses were $5.1 million.", "Losses were $51 million."),
        ("Losses were $5.1 million.", "Losses were $5.1 billion."),
        ("Losses were $5.1 million.", "Losses were US$5.1 million."),
        ("It opens on November 27.", "It opens on December 27."),
        ("It opens on November 27.", "It opens on November 27, 2024."),
        ("It opens at 2.51pm.", "It opens at 2.51am."),
        ("It lasts 30 hours.", "It lasts 30 days."),
        ("Call 3582 8987.", "Call 3582 8978."),
        ("Route 72A is diverted.", "Route 72B is diverted."),
        ("It is closed on Monday.", "It is closed on Tuesday."),
        ("It rose by 2 percentage points.", "It rose by 2%."),
    ],
)
def test_a_figure_of_another_kind_or_size_is_not_supported(source: str, said: str) -> None:
    assert supports("en", source, source)
    assert not supports("en", source, said)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("三十七人受傷。", "升37%。"),
        ("損失五百一十萬元。", "損失5,100萬元。"),
        ("損失五百一十萬元。", "損失510萬美元。"),
        ("十一月二十七日舉行。", "12月27日舉行。"),
        ("下午二時五十一分接報。", "上午2時51分接報。"),
        ("為期三十日內。", "為期30個月。"),
        ("熱線3582 8987。", "熱線3582 8978。"),
        ("五級火警。", "四級火警。"),
    ],
)
def test_a_chinese_figure_of_another_kind_or_size_is_not_supported(source: str, said: str) -> None:
    assert supports("zh", source, source)
    assert not supports("zh", source, said)


def test_today_is_the_hong_kong_date_of_issue() -> None:
    assert supports("en", "The scheme starts today.", "The scheme starts on November 27.")
    assert not supports("en", "The scheme starts today.", "The scheme starts on November 26.")


def test_a_day_named_in_a_list_keeps_its_month() -> None:
    assert supports("en", "Talks are on May 12 and 28.", "A talk is on May 28.")
    assert supports("zh", "講座於五月十二日、十三日及二十八日舉行。", "5月28日有講座。")
    assert not supports("zh", "講座於五月十二日、十三日及二十八日舉行。", "6月28日有講座。")


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("a dozen boats", "en", "12"),
        ("two dozen boats", "en", "24"),
        ("half a dozen boats", "en", "6"),
        ("12 Nathan Road", "en", "12"),
        ("彌敦道12號", "zh", "12"),
        ("the twenty-first floor plan", "en", "21"),
    ],
)
def test_figures_in_words_and_addresses_are_read(text: str, language: Language, value: str) -> None:
    assert {found[1] for found in read(text, language)} == {value}


@pytest.mark.parametrize(
    ("text", "language", "surfaces"),
    [
        ("from 9am to 5.30pm", "en", ["9am", "5.30pm"]),
        ("$2.2 to $5.7", "en", ["$2.2", "5.7"]),
        ("from November 27 to 29", "en", ["November 27", "29"]),
        ("上午九時至下午五時", "zh", ["上午九時", "下午五時"]),
        ("29至63歲", "zh", ["29", "63歲"]),
        ("十二月三日、四日", "zh", ["十二月三日", "四日"]),
    ],
)
def test_each_end_of_a_range_has_a_span_of_its_own(
    text: str, language: Language, surfaces: list[str]
) -> None:
    assert [fact.surface for fact in find_facts(text, language, ISSUED)] == surfaces


@pytest.mark.parametrize(
    ("source", "said", "language", "supported"),
    [
        ("It lasts two weeks.", "It lasts 14 days.", "en", True),
        ("It takes 12 months.", "It takes one year.", "en", True),
        ("It is 1.5 kilometres long.", "It is 1,500 metres long.", "en", True),
        ("It lasts two weeks.", "It lasts 15 days.", "en", False),
        ("Of 23 injured persons, two died.", "It took 23 days.", "en", False),
        ("Three men and two women came.", "Five people came.", "en", True),
        ("Three boats and two men came.", "Five people came.", "en", False),
        ("由晚上八時延至十時。", "延至晚上10時。", "zh", True),
        ("由上午八時延至上午十時。", "延至晚上10時。", "zh", False),
        ("五女一男被捕。", "6人被捕。", "zh", True),
    ],
)
def test_a_figure_may_be_said_in_another_measure_or_be_added_up(
    source: str, said: str, language: Language, supported: bool
) -> None:
    assert supports(language, source, said) is supported


TABLE = "Item ($ million) | Sum | Share (%)\nLamps | 291 | 12.5\nBoats | 40 | 3.1"


@pytest.mark.parametrize(
    ("said", "supported"),
    [
        ("Lamps took $291 million.", True),
        ("Lamps took $291 billion.", False),
        ("Lamps took US$291 million.", False),
        ("Lamps had 12.5%.", True),
        ("Lamps had 12.5 percentage points.", False),
    ],
)
def test_the_head_of_a_table_gives_its_numbers_their_sign_and_scale(
    said: str, supported: bool
) -> None:
    source = SourceFacts(find_facts(TABLE, "en", ISSUED), ISSUED, TABLE)
    assert all(source.supports(fact) for fact in find_facts(said, "en", ISSUED)) is supported


@given(st.text(max_size=200), st.sampled_from(["en", "zh"]))
def test_any_text_is_read_and_spans_are_the_surfaces(text: str, language: Language) -> None:
    for fact in find_facts(text, language, ISSUED):
        assert text[fact.start : fact.end] == fact.surface


@pytest.mark.parametrize("text", ["1" * 100_000, "五" * 50_000 + "人", "9" * 5_000 + "億元"])
def test_a_figure_of_absurd_length_is_survived(text: str) -> None:
    find_facts(text, "zh", ISSUED)
    find_facts(text, "en", ISSUED)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("跌百分之九至14.8億元。", [("percent", "9"), ("money", "1480000000")]),
        ("升百分之二至三萬人。", [("percent", "2"), ("quantity", "30000")]),
        ("升百分之三至五。", [("percent", "3"), ("percent", "5")]),
    ],
)
def test_a_percentage_and_what_it_leads_to_are_no_range(
    text: str, found: list[tuple[str, str]]
) -> None:
    facts = find_facts(text, "zh", date(2026, 11, 22))
    assert [(fact.kind, fact.value) for fact in facts] == found
