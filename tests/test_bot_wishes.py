"""What readers type about hours and days."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wishes import Wish, read_quiet, read_wish
from data.models import EVERY_DAY, WORKDAYS


def days(text: str) -> frozenset[int]:
    return frozenset(map(int, text))


@pytest.mark.parametrize(
    ("typed", "day", "at"),
    [
        ("週二十點半", "2", time(10, 30)),
        ("星期二十點半", "2", time(10, 30)),
        ("礼拜三十點", "3", time(10)),
        ("逢星期一二十點", "1", time(20)),
        ("週二十二點", "2", time(12)),
        ("週日二十點", "7", time(20)),
    ],
)
def test_the_first_numeral_after_a_weeks_name_is_the_day(typed: str, day: str, at: time) -> None:
    assert read_wish(typed) == Wish(at, days(day))


def test_a_day_alone_is_not_taken_for_an_hour() -> None:
    assert read_wish("星期二點") is None


HALF_PAST_SEVEN = [
    *("7:30", "07:30", "7.30", "7:30am", "7:30 a.m.", "７：３０", "７：３０ＡＭ", "7點半", "7点半"),
    *("七點半", "七時三十分", "上午七時三十分", "早上7:30", "朝早七點半", "7點30分", "7时30分"),
]
HALF_PAST_SEVEN_AT_NIGHT = [
    *("19:30", "7:30pm", "7:30 P.M.", "7.30PM", "晚上七點半", "下午7:30", "夜晚7點半", "晚7点半"),
    *("十九時三十分", "19時30分", "晚上19:30"),
]


@pytest.mark.parametrize("typed", HALF_PAST_SEVEN)
def test_half_past_seven_is_read_however_it_is_written(typed: str) -> None:
    assert read_wish(typed) == Wish(at=time(7, 30))


@pytest.mark.parametrize("typed", HALF_PAST_SEVEN_AT_NIGHT)
def test_and_so_is_the_one_at_night(typed: str) -> None:
    assert read_wish(typed) == Wish(at=time(19, 30))


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("8am", time(8)),
        ("8 pm", time(20)),
        ("12am", time(0)),
        ("12:15 pm", time(12, 15)),
        ("0:30am", time(0, 30)),
        ("noon", time(12)),
        ("midnight", time(0)),
        ("正午", time(12)),
        ("中午十二點", time(12)),
        ("中午1點", time(13)),
        ("晚上十二點", time(0)),
        ("凌晨十二時", time(0)),
        ("凌晨兩點", time(2)),
        ("下午三時零五分", time(15, 5)),
        ("八點正", time(8)),
        ("八點三刻", time(8, 45)),
        ("二十三時五十九分", time(23, 59)),
        ("零時", time(0)),
        ("0800", time(8)),
        ("2359", time(23, 59)),
        ("廿時", time(20)),
        ("廿三時廿五分", time(23, 25)),
        ("8點鐘", time(8)),
        ("8点钟", time(8)),
        ("下午两点钟", time(14)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_hours_of_every_part_of_the_day_are_read(typed: str, at: time) -> None:
    assert read_wish(typed) == Wish(at=at)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("daily", "1234567"),
        ("every day", "1234567"),
        ("每日", "1234567"),
        ("每天", "1234567"),
        ("weekdays", "12345"),
        ("Every Weekday", "12345"),
        ("平日", "12345"),
        ("工作日", "12345"),
        ("星期一至五", "12345"),
        ("星期一到星期五", "12345"),
        ("mon-fri", "12345"),
        ("Monday to Friday", "12345"),
        ("mon – fri", "12345"),
        ("weekends", "67"),
        ("週末", "67"),
        ("每个周末", "67"),
        ("礼拜一与礼拜三", "13"),
        ("星期六日", "67"),
        ("mon,wed,fri", "135"),
        ("Mon, Wed & Fri", "135"),
        ("mondays and fridays", "15"),
        ("一三五", "135"),
        ("一、三、五", "135"),
        ("逢星期一三五", "135"),
        ("周一周三", "13"),
        ("每星期六", "6"),
        ("每周六", "6"),
        ("禮拜日", "7"),
        ("星期天", "7"),
        ("sat-mon", "167"),
        ("weekly thu", "4"),
        ("tues thurs", "24"),
        ("weekdays, sun", "123457"),
    ],
)
def test_days_are_read_in_both_languages(typed: str, expected: str) -> None:
    assert read_wish(typed) == Wish(weekdays=days(expected))


@pytest.mark.parametrize(
    "typed", ["weekly", "every week", "once a week", "每周", "每星期", "每個禮拜"]
)
def test_weekly_leaves_the_day_open(typed: str) -> None:
    assert read_wish(typed) == Wish(is_weekly=True)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7:30 weekdays", Wish(time(7, 30), WORKDAYS)),
        ("weekdays at 7:30", Wish(time(7, 30), WORKDAYS)),
        ("逢星期一三五晚上八點半", Wish(time(20, 30), days("135"))),
        ("晚上八點半 一三五", Wish(time(20, 30), days("135"))),
        ("一三五七點半", Wish(time(7, 30), days("135"))),
        ("每日7:05", Wish(time(7, 5), EVERY_DAY)),
        ("7pm每日", Wish(time(19), EVERY_DAY)),
        ("weekly 9:00", Wish(time(9), None, is_weekly=True)),
        ("9:00, sat", Wish(time(9), days("6"))),
    ],
)
def test_hour_and_days_come_in_any_order(typed: str, expected: Wish) -> None:
    assert read_wish(typed) == expected


NOT_UNDERSTOOD = [
    *(
        "24:00",
        "25:99",
        "7:60",
        "-1:00",
        "7",
        "730",
        "2400",
        "0860",
        "08000",
        "7:305",
        "7:30:00",
        "13:30am",
        "早上13點",
    ),
    *("morning", "morning 7:30", "7:30 8:30", "mon-", "-fri", "to fri", "mon - 7:30", "monfri"),
    *(
        "someday",
        "月",
        "七",
        "7點三",
        "七點七",
        "十點十點",
        "at",
        "每",
        "星期",
        "<b>",
        "1",
        "８",
        "½",
    ),
    *("7:30 mon tue x", "😀", "星期八", "星期一至", "二十四時", "八點六十分"),
]


@pytest.mark.parametrize("typed", NOT_UNDERSTOOD)
def test_what_is_not_understood_whole_is_not_understood(typed: str) -> None:
    assert read_wish(typed) is None


@given(
    st.text(
        st.sampled_from("1234567890:.-~ ,ampmonfri一二三五六日天點時半每星期至零十晚早上x½٣"),
        max_size=40,
    )
)
def test_whatever_is_typed_is_read_or_not_and_never_fails(typed: str) -> None:
    wish, hours = read_wish(typed), read_quiet(typed)
    assert wish is None or wish != Wish()
    assert wish is None or wish.weekdays is None or wish.weekdays
    assert hours in (None, "off", "same") or len(set(hours or ())) == 2


@given(st.times(), st.frozensets(st.integers(1, 7), min_size=1), st.booleans())
def test_every_minute_and_every_set_of_days_can_be_typed(
    at: time, weekdays: frozenset[int], chinese: bool
) -> None:
    at = at.replace(second=0, microsecond=0)
    names = "一二三四五六日" if chinese else ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    typed = " ".join(names[day - 1] for day in weekdays) + f" {at:%H:%M}"
    assert read_wish(typed) == Wish(at, weekdays)


def test_a_very_long_message_is_read_quickly_enough_to_be_refused() -> None:
    """Nothing in it makes the reading go round and round: each of these ends."""
    for part in ("7:3 ", "一", "from ", "- ", "pm ", "星期", "9 " * 3 + "a"):
        assert read_wish(part * 2000 + "!") is None
        assert read_quiet(part * 2000 + "!") is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("23:00-07:00", (time(23), time(7))),
        ("23-7", (time(23), time(7))),
        ("11pm to 7am", (time(23), time(7))),
        ("from 11pm until 7:30 am", (time(23), time(7, 30))),
        ("between 11pm and 7am", (time(23), time(7))),
        ("23:00至07:00", (time(23), time(7))),
        ("２３：００－０７：００", (time(23), time(7))),
        ("23:00 ～ 07:00", (time(23), time(7))),
        ("晚上十一點到早上七點", (time(23), time(7))),
        ("由晚上11點至翌日", None),
        ("12:00–13:30", (time(12), time(13, 30))),
        ("off", "off"),
        ("OFF", "off"),
        ("關閉", "off"),
        ("关", "off"),
        ("7-7", "same"),
        ("23:00", None),
        ("23:00 07:00", (time(23), time(7))),
        ("2300-0700", (time(23), time(7))),
        ("11pm 7am", (time(23), time(7))),
        ("11 pm to 7 am", (time(23), time(7))),
        ("23:00 07:00 08:00", None),
        ("24:00-07:00", None),
        ("-", None),
        ("night", None),
    ],
)
def test_quiet_hours_are_read(typed: str, expected: object) -> None:
    assert read_quiet(typed) == expected
