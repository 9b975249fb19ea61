import re
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.models import HONG_KONG, Language
from data.samples.placeholders import Manner, PlaceholderError, fill_placeholders

ISSUED = datetime(2026, 11, 22, 16, 21, tzinfo=HONG_KONG)  # a Sunday
NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 50, tzinfo=HONG_KONG)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=HONG_KONG)
)


@pytest.mark.parametrize(
    ("placeholder", "english", "chinese", "short"),
    [
        ("date:0", "November 22", "十一月二十二日", "11月22日"),
        ("date:-1", "November 21", "十一月二十一日", "11月21日"),
        ("date:+9", "December 1", "十二月一日", "12月1日"),
        ("date:+45", "January 6, 2027", "二○二七年一月六日", "2027年1月6日"),
        ("date:sat", "November 28", "十一月二十八日", "11月28日"),
        ("date:sat-1", "November 27", "十一月二十七日", "11月27日"),
        ("date:mon", "November 30", "十一月三十日", "11月30日"),  # not tomorrow
        ("date:tue+14", "December 8", "十二月八日", "12月8日"),
        ("weekday:+3", "Wednesday", "星期三", "星期三"),
        ("weekday:0", "Sunday", "星期日", "星期日"),
        ("month:-2", "September 2026", "二○二六年九月", "2026年9月"),
        ("month:+2", "January 2027", "二○二七年一月", "2027年1月"),
        ("month:-11", "December 2025", "二○二五年十二月", "2025年12月"),
        ("year:+1", "2027", "二○二七", "2027"),
        ("clock:-90", "2.51pm", "下午二時五十一分", "下午2時51分"),
        ("clock:-79", "3.02pm", "下午三時○二分", "下午3時02分"),
        ("clock:-21", "4pm", "下午四時", "下午4時"),
        ("clock:-261", "noon", "中午十二時", "中午12時"),
        ("clock:-251", "12.10pm", "中午十二時十分", "中午12時10分"),
        ("clock:+459", "midnight", "凌晨零時", "凌晨0時"),
        ("clock:+479", "12.20am", "凌晨零時二十分", "凌晨0時20分"),
        ("clock:+300", "9.21pm", "晚上九時二十一分", "晚上9時21分"),
        ("clock:+1000", "9.01am", "上午九時○一分", "上午9時01分"),
    ],
)
def test_a_placeholder_is_filled_in_as_the_language_writes_it(
    placeholder: str, english: str, chinese: str, short: str
) -> None:
    text = f"<{{{placeholder}}}>"
    assert fill_placeholders(text, ISSUED, "en", "official") == f"<{english}>"
    assert fill_placeholders(text, ISSUED, "en", "summary") == f"<{english}>"
    assert fill_placeholders(text, ISSUED, "zh", "official") == f"<{chinese}>"
    assert fill_placeholders(text, ISSUED, "zh", "summary") == f"<{short}>"


@pytest.mark.parametrize(
    ("minutes", "english", "chinese", "summary", "short"),
    [
        (
            -90,
            "2.51pm today (November 22)",
            "今日（十一月二十二日）下午二時五十一分",
            "2.51pm on November 22",
            "11月22日下午2時51分",
        ),
        (
            -1000,
            "11.41pm yesterday (November 21)",
            "昨日（十一月二十一日）晚上十一時四十一分",
            "11.41pm on November 21",
            "11月21日晚上11時41分",
        ),
        (
            -2901,
            "4pm on November 20",
            "十一月二十日下午四時",
            "4pm on November 20",
            "11月20日下午4時",
        ),
    ],
)
def test_a_moment_names_its_day(
    minutes: int, english: str, chinese: str, summary: str, short: str
) -> None:
    text = f"{{moment:{minutes}}}"
    assert fill_placeholders(text, ISSUED, "en", "official") == english
    assert fill_placeholders(text, ISSUED, "zh", "official") == chinese
    assert fill_placeholders(text, ISSUED, "en", "summary") == summary
    assert fill_placeholders(text, ISSUED, "zh", "summary") == short


def test_tomorrow_needs_no_year_even_in_the_new_one() -> None:
    assert fill_placeholders("{date:+1}", NEW_YEARS_EVE, "en", "official") == "January 1"
    assert fill_placeholders("{date:+2}", NEW_YEARS_EVE, "en", "official") == "January 2, 2027"
    moment = fill_placeholders("{moment:+10}", NEW_YEARS_EVE, "zh", "official")
    assert moment == "明日（一月一日）凌晨零時"


def test_the_day_is_hong_kongs_wherever_the_clock_stands() -> None:
    in_utc = datetime.fromisoformat("2026-11-21T23:00:00+00:00")
    assert fill_placeholders("{date:0} {clock:0}", in_utc, "en", "official") == "November 22 7am"


@pytest.mark.parametrize(
    "text",
    [
        *("{}", "{date}", "{date:}", "{date:1}", "{date:+}", "{date:today}", "{Date:0}"),
        *("{date:+1.5}", "{date:+99999}", "{date: 0}", "{{date:0}}", "{date:0", "date:0}"),
        *("{plain moment:0}", "{clock:sat}", "{month:mon+1}", "{year:sun}", "{sat}", "{date:sat2}"),
        *("{__class__:0}", "{0}", "{weekday:sunday}", "{date:+１}"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("manner", ["official", "summary"])
def test_an_unknown_placeholder_or_lone_brace_is_refused(
    text: str, language: Language, manner: Manner
) -> None:
    with pytest.raises(PlaceholderError):
        fill_placeholders(text, ISSUED, language, manner)


@given(st.text().filter(lambda text: not set(text) & set("{}")), moments)
def test_text_without_placeholders_stays_as_it_is(text: str, issued: datetime) -> None:
    assert fill_placeholders(text, issued, "zh", "summary") == text


@given(moments, st.integers(-400, 400))
def test_all_manners_name_the_same_day(issued: datetime, days: int) -> None:
    wanted = issued.date() + timedelta(days=days)
    text = f"{{date:{days:+d}}}"
    english = fill_placeholders(text, issued, "en", "official")
    short = fill_placeholders(text, issued, "zh", "summary")
    assert f"{wanted:%B} {wanted.day}" == english.split(",")[0]
    years_and_days = [int(number) for number in re.findall(r"\d+", short)]
    assert years_and_days[-2:] == [wanted.month, wanted.day]
    named_year = english.endswith(f", {wanted.year}")
    assert named_year == (years_and_days[0] == wanted.year)
    assert named_year or wanted.year == issued.year or abs(days) == 1


@given(moments, st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]))
def test_a_named_day_lies_two_to_eight_days_ahead(issued: datetime, name: str) -> None:
    weekday = fill_placeholders(f"{{weekday:{name}}}", issued, "en", "official")
    assert weekday.lower().startswith(name)
    ahead = [
        days
        for days in range(2, 9)
        if fill_placeholders(f"{{date:{days:+d}}}", issued, "en", "official")
        == fill_placeholders(f"{{date:{name}}}", issued, "en", "official")
    ]
    assert len(ahead) == 1


@given(moments, st.integers(-3000, 3000))
def test_all_manners_tell_the_same_time(issued: datetime, minutes: int) -> None:
    wanted = issued.replace(tzinfo=None) + timedelta(minutes=minutes)
    text = f"{{clock:{minutes:+d}}}"
    short = fill_placeholders(text, issued, "zh", "summary")
    hour, *rest = (int(number) for number in re.findall(r"\d+", short))
    after_noon = short.startswith(("下午", "晚上"))
    assert (hour + 12 * after_noon, *(rest or [0])) == (wanted.hour, wanted.minute)
    english = fill_placeholders(text, issued, "en", "official")
    assert english == english_clock(wanted)


def english_clock(moment: datetime) -> str:
    exact = moment.strftime("%I.%M%p").lower().lstrip("0").replace(".00", "")
    return {"12am": "midnight", "12pm": "noon"}.get(exact, exact)


@given(moments, st.integers(-60, 60))
def test_months_are_counted_across_years(issued: datetime, months: int) -> None:
    written = fill_placeholders(f"{{month:{months:+d}}}", issued, "zh", "summary")
    year, month = (int(number) for number in re.findall(r"\d+", written))
    assert year * 12 + month == issued.year * 12 + issued.month + months
    assert date(year, month, 1)
