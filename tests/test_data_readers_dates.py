"""Dates as feeds write them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.readers.dates import read_date

MORNING = datetime(2026, 9, 8, 23, 33, 4, tzinfo=UTC)  # 9 September, 7:33:04 in Hong Kong


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 09 Sep 2026 07:33:04 +0800",
        "Wed, 9 Sep 2026 07:33:04 +08:00",
        "Tue, 08 Sep 2026 23:33:04 GMT",
        "Tue, 08 Sep 2026 23:33:04 Z",
        "Tue, 08 Sep 2026 19:33:04 EDT",
        "09 Sep 26 07:33:04 HKT",
        "Wed, 09 Sep 2026 07:33:04",
        "Wednesday, 09 September 2026 07:33:04 +0800",
        "Wed,09 Sep 2026 07:33:04 GMT+8",
        "Wed, 09 Sep 2026 07:33:04 GMT+0800 (China Standard Time)",
        "Wed, 09 Sep 2026 7:33:04 AM +0800",
        "Tue, 08-Sep-2026 23:33:04 GMT",
        "Wed Sep  9 07:33:04 2026",
        "Sep 9, 2026 7:33:04 am",
        "2026-09-09T07:33:04+08:00",
        "2026-09-09T07:33:04",
        "2026-09-08T23:33:04Z",
        "2026-09-08T23:33:04.000Z",
        "2026-09-09 07:33:04 +0800",
        "2026-09-09T07:33:04 HKT",
        "20260908T233304Z",
        "2026/9/9 7:33:04",
        "2026年9月9日 07:33:04",
        "2026年9月9日（星期三）上午7時33分04秒",
        "2026年9月9日 星期三 07:33:04",
        "星期三, 09 九月 2026 07:33:04 +0800",
        "週三, 09 9月 2026 07:33:04 +0800",
        "周三，09 九月 2026 07:33:04 HKT",
        "三, 09 九月 2026 07:33:04",
    ],
)
def test_one_morning_in_all_the_forms_of_feeds(text: str) -> None:
    assert read_date(text) == MORNING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026年9月9日 下午7時33分", "2026-09-09T11:33:00+00:00"),
        ("2026年12月9日 中午12時5分", "2026-12-09T04:05:00+00:00"),
        ("周日, 11 十月 2026 07:33:04 GMT", "2026-10-11T07:33:04+00:00"),
        ("周日, 13 十二月 2026 07:33:04 GMT", "2026-12-13T07:33:04+00:00"),
        ("2026-09-09", "2026-09-08T16:00:00+00:00"),
        ("09 Sep 2026", "2026-09-08T16:00:00+00:00"),
        ("Thu, 31 Dec 2026 23:59:60 GMT", "2026-12-31T23:59:59+00:00"),
    ],
)
def test_other_moments(text: str, expected: str) -> None:
    found = read_date(text)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "1", "2026-09", "09/09/2026 07:33", "x" * 10_000, "：", "年月日"),
        *("Wed, 32 Sep 2026 07:33:04 +0800", "Wed, 09 Sep 2026 25:33:04 +0800"),
        *("Wed, 09 Sep 2026 07:33:04 XYZ", "Wed, 09 Sep 2026 07:33:04 +9999"),
        *("Wed, 09 Sep 0001 07:33:04 +0800", "0001-01-01T00:00:00+08:00"),
        *("9999-12-31T23:59:59-08:00", "Fri, 31 Dec 9999 23:59:59 GMT", "9 十三月 2026 07:33"),
    ],
)
def test_what_names_no_moment_that_can_be_is_none(text: str) -> None:
    assert read_date(text) is None


@given(
    st.integers(40_000_000, 4_000_000_000),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
def test_a_date_that_was_written_is_read_again(seconds: int, zone: timezone) -> None:
    moment = datetime.fromtimestamp(seconds, zone)
    assert read_date(format_datetime(moment)) == moment
    assert read_date(moment.isoformat()) == moment
    assert read_date(f"{moment:%Y-%m-%d %H:%M:%S %z}") == moment


@given(
    st.text(alphabet="0123456789 :+-年月日星期三時分上下午,SepGMTZ./()", max_size=60) | st.text()
)
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    found = read_date(text)
    assert found is None or found.tzinfo is UTC
