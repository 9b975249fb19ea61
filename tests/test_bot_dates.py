"""What readers type for a past day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates import read_date
from bot.texts import to_simplified

# A Monday.
TODAY = date(2026, 11, 23)
YESTERDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-11-22", "2026/11/22", "2026.11.22", "2026-11-22 ", "２０２６－１１－２２"),
        *("22/11", "22/11/2026", "22-11", "22.11", "022/11"[1:], "２２/１１"),
        *("22 Nov", "22nd November", "22 nov 2026", "Nov 22", "November 22, 2026", "nov. 22"),
        *("the day before yesterday"[15:], "YESTERDAY", "sunday", "Sun", "on Sunday", "last sun"),
        *("11月22日", "11月22號", "11 月 22 日", "十一月二十二日", "十一月廿二日", "１１月２２日"),
        *("2026年11月22日", "二〇二六年十一月二十二日", "二○二六年十一月二十二日"),
        *("昨日", "昨天", "尋日", "星期日", "星期天", "禮拜日", "上星期日", "上週日", "上個星期日"),
    ],
)
def test_a_day_is_read_in_all_the_ways_that_people_write_it(typed: str) -> None:
    assert read_date(typed, TODAY) == YESTERDAY
    assert read_date(to_simplified(typed), TODAY) == YESTERDAY


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", TODAY),
        ("今日", TODAY),
        ("前日", date(2026, 11, 21)),
        ("day before yesterday", date(2026, 11, 21)),
        ("大前日", date(2026, 11, 20)),
        ("monday", date(2026, 11, 16)),
        ("wednesday", date(2026, 11, 18)),
        ("Thurs", date(2026, 11, 19)),
        ("tues", date(2026, 11, 17)),
        ("星期三", date(2026, 11, 18)),
        ("上星期三", date(2026, 11, 18)),
        ("一月三日", date(2026, 1, 3)),
        ("1/5", date(2026, 5, 1)),
        ("sept 3", date(2026, 9, 3)),
        ("24 Nov", date(2025, 11, 24)),
        ("12月31日", date(2025, 12, 31)),
        ("29 Feb", date(2024, 2, 29)),
        ("2026-11-24", date(2026, 11, 24)),
        ("24/11/2026", date(2026, 11, 24)),
    ],
)
def test_the_latest_day_that_fits_is_meant_and_a_year_is_heeded(typed: str, day: date) -> None:
    assert read_date(typed, TODAY) == day


def test_last_week_in_chinese_is_the_week_before_from_monday() -> None:
    friday = date(2026, 11, 27)
    assert read_date("星期三", friday) == date(2026, 11, 25)
    assert read_date("上星期三", friday) == date(2026, 11, 18)
    assert read_date("星期六", friday) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "",
            "   ",
            "nonsense",
            "monkey",
            "sunflower",
            "marble 3",
            "mayor 5",
            "tomorrow",
            "next sunday",
        ),
        *(
            "31/2",
            "29 Feb 2026",
            "2026-13-01",
            "0/5",
            "99/99",
            "32日",
            "十三月一日",
            "11/22",
            "2026",
        ),
        *(
            "<b>22 Nov</b>",
            "22 Nov; drop",
            "22 Nov 22",
            "-1/-2",
            "1" * 4000,
            "星期八",
            "星期",
        ),
        *("二十二十月二日", "月日", "年月日", "百月千日", "0000-01-01", "零月零日", "昨日昨日"),
    ],
)
def test_what_is_no_day_is_not_understood(typed: str) -> None:
    assert read_date(typed, TODAY) is None


@given(st.dates(min_value=date(2020, 1, 1), max_value=TODAY))
def test_every_past_day_is_read_as_it_is_written(day: date) -> None:
    written = (
        day.isoformat(),
        f"{day:%d %b %Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    assert {read_date(each, TODAY) for each in written} == {day}
    if TODAY - day < timedelta(days=365):
        assert read_date(f"{day.day}/{day.month}", TODAY) == day


@given(st.text(max_size=30), st.dates())
def test_nothing_typed_breaks_it(typed: str, today: date) -> None:
    read_date(typed, today)
