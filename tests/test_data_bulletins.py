"""How warnings are headed, and entries that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.bulletins import drop_dispatch, is_nothing_in_force, word_title


@pytest.mark.parametrize(
    "title",
    [
        "There is no special announcement (19:00 HKT on 22.11.2026)",
        "There is no warning in force",
        "There is no warning in force (07:05 HKT 22/11/2026) ",
        "There are currently no warnings in force.",
        "現時並無特別報告 (2026年11月22日19時00分)",
        "現時並無警告生效",
        "現時並無警告生效。（香港時間19時0分）",
        "目前沒有任何天氣警告生效",
    ],
)
def test_an_entry_that_says_nothing_is_in_force_is_no_release(title: str) -> None:
    assert is_nothing_in_force(title)


@pytest.mark.parametrize(
    "title",
    [
        "Frost Warning cancelled at 07:05 HKT 22/11/2026",
        "There is no special announcement like this one",
        "取消霜凍警告 (07:05 HKT 22/11/2026)",
        "警告生效",
        "特別天氣提示",
        "",
    ],
)
def test_a_warning_and_its_end_are_releases(title: str) -> None:
    assert not is_nothing_in_force(title)


@pytest.mark.parametrize(
    ("title", "body", "headline"),
    [
        ("Information about Frost Warning (06:45 HKT on 22.11.2026)", "x", "Frost Warning"),
        ("Frost Warning issued (06:45 HKT 22/11/2026) ", "x", "Frost Warning issued"),
        ("發出霜凍警告 (06:45 HKT 22/11/2026)", "x", "發出霜凍警告"),
        ("霜凍警告（2026年11月22日6時45分）", "x", "霜凍警告"),
        ("Special Weather Tips", "x", "Special Weather Tips"),
        (
            "Weather Warning Bulletin",
            "The Frost Warning was issued at 06:45 HKT on 22.11.2026.",
            "The Frost Warning",
        ),
        ("Fire Danger Warning (Lantern Hill)", "x", "Fire Danger Warning (Lantern Hill)"),
        (
            "Weather Warning Bulletin",
            "Frost Warning is in force.\n\nKeep warm.",
            "Frost Warning is in force",
        ),
        (
            "Bulletin updated at 06:45 HKT 22/Nov/2026",
            "The Frost Warning has been issued at 6:45 a.m.\n\nKeep warm.",
            "The Frost Warning has been issued at 6:45 a.m.",
        ),
        (
            "天氣警告",
            "天文台在上午6時45分發出霜凍警告。\n\n請注意保暖。",
            "天文台在上午6時45分發出霜凍警告",
        ),
        (
            "Weather Warning Information",
            f"Frost is expected on Lantern Hill tonight. {'Keep warm and look after plants. ' * 5}",
            "Frost is expected on Lantern Hill tonight",
        ),
        ("Weather Warning Bulletin", "", "Weather Warning Bulletin"),
        ("Weather Warning Bulletin", "x" * 500, "Weather Warning Bulletin"),
    ],
)
def test_a_headline_tells_which_warning_it_is(title: str, body: str, headline: str) -> None:
    assert word_title(title, body) == headline


def test_a_title_of_many_brackets_and_clocks_is_read_at_once() -> None:
    title = "(1:11 " * 20_000
    assert word_title(title, "Frost.").startswith("(1:11 (1:11")
    assert not is_nothing_in_force(title)


@given(st.text(min_size=1).filter(str.strip), st.text())
def test_a_title_never_becomes_empty(title: str, body: str) -> None:
    assert word_title(title, body).strip()


@pytest.mark.parametrize(
    "last",
    [
        "Dispatched by Hong Kong Observatory at 06:45 HKT on 22.11.2026",
        "Dispatched by the Hong Kong Observatory at 06:45 HKT on 22.11.2026.",
        "以上天氣稿由天文台於2026年11月22日06時45分發出",
        "香港天文台於 2026 年 11 月 22 日 06 時 45 分發放。",
    ],
)
def test_the_line_of_dispatch_is_no_part_of_the_text(last: str) -> None:
    assert drop_dispatch(f"Keep warm.\n\n{last}") == "Keep warm."
    assert drop_dispatch(last) == last


def test_a_last_paragraph_that_says_more_stays() -> None:
    body = "Frost.\n\n天文台在下午發出霜凍警告，請市民注意保暖。"
    assert drop_dispatch(body) == body
