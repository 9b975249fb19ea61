"""Series: which titles are one, and which releases belong to one series."""

import time
from datetime import timedelta

import pytest
from factories import ISSUED, make_release, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.models import LANGUAGES, Language, Release
from data.phrases import to_plain
from data.series import make_series_key, mark_series

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def make_single(
    name: str,
    title: str,
    at: timedelta = timedelta(),
    *,
    language: Language = "en",
    body: str = "",
    source: str = "gia",
    kind: str | None = None,
    department: str | None = None,
) -> Release:
    text = make_text(language, text_id=name, title=title, body=body, issued_at=ISSUED + at)
    changes = {"source": source, "kind": kind, "department": department}
    return make_release(text).model_copy(update=changes)


def list_series(*releases: Release) -> list[str | None]:
    return [each.series for each in mark_series(releases)]


# Titles


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        (
            "en",
            [
                "Update on lantern fire in Lok Wan",
                "UPDATE ON  Lantern Fire in Lok Wan",
                "Update on lantern fire in Lok Wan (3)",
                "Third update on lantern fire in Lok Wan",
                "Update No. 12 on lantern fire in Lok Wan",
                "Update on lantern fire in Lok Wan as at 3pm",
                "Update on lantern fire in Lok Wan as at 3.15 p.m. on November 21",
                "Update on lantern fire in Lok Wan (November 21)",
                "Update on lantern fire in Lok Wan on Saturday",
                "Update on lantern fire in Lok Wan today",
                "Update on “lantern fire” in Lok Wan",
                "Ｕｐｄａｔｅ on lantern fire in Lok Wan",
            ],
        ),
        (
            "zh",
            [
                "樂環燈籠火警最新情況",
                "乐环灯笼火警最新情况",
                "樂環燈籠火警最新情況（三）",
                "樂環燈籠火警最新情況(3)",
                "樂環「燈籠」火警最新情況",
                "樂環燈籠火警 最新情況",
                "截至下午三時樂環燈籠火警最新情況",
                "樂環燈籠火警最新情況（截至下午三時十五分）",
                "今日樂環燈籠火警最新情況",
                "樂環燈籠火警最新情況（十一月二十一日）",
                "樂環燈籠火警最新情況（星期六）",
            ],
        ),
    ],
)
def test_successive_titles_have_one_key(language: Language, titles: list[str]) -> None:
    assert len({make_series_key(title, language) for title in titles}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Standby Signal No. 1 issued", "Gale or Storm Signal No. 8 issued"),
        ("en", "Signal No. 1 issued", "Signal No. 8 issued"),
        ("en", "17 persons arrested in Lok Wan", "12 persons arrested in Lok Wan"),
        ("en", "Update on fire in Lok Wan", "Update on fire in Pak Sha"),
        ("en", "Red flag hoisted at Lok Wan Beach", "Red flag lowered at Lok Wan Beach"),
        ("en", "Statistics for March", "Statistics for April"),
        ("zh", "一號信號現正生效", "八號信號現正生效"),
        ("zh", "樂環火警最新情況", "白沙火警最新情況"),
        ("zh", "樂環泳灘懸掛紅旗", "樂環泳灘除下紅旗"),
    ],
)
def test_titles_on_different_matters_have_different_keys(
    language: Language, one: str, other: str
) -> None:
    assert make_series_key(one, language) != make_series_key(other, language)


@pytest.mark.parametrize("title", ["Saturday", "3pm", "(3)", "今日", "星期六", "…", "！"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_of_nothing_but_times_are_no_series(language: Language, title: str) -> None:
    first = make_single("A", title, language=language, body="Lanterns are lit.")
    second = make_single("B", title, HOUR, language=language, body="Boats sail in Pak Sha.")
    assert list_series(first, second) == [None, None]


@given(
    words=st.lists(st.sampled_from(["update", "lantern", "fire", "No. 8", "Lok Wan"]), min_size=2),
    moment=st.sampled_from(["at 3pm", "on Saturday", "(November 21)", "(2)", "as at 11.05 am"]),
)
def test_a_moment_at_the_end_never_changes_the_key(words: list[str], moment: str) -> None:
    title = " ".join(words)
    assert make_series_key(f"{title} {moment}", "en") == make_series_key(title, "en")


@given(title=st.text(), language=st.sampled_from(LANGUAGES))
def test_case_space_width_and_script_never_change_the_key(title: str, language: Language) -> None:
    plain = to_plain(title, language)
    assert make_series_key(f"  {plain}\t", language) == make_series_key(title, language)


# Series


def test_four_updates_in_a_week_are_one_series_named_after_the_first() -> None:
    title = "Update on lantern fire in Lok Wan"
    updates = [make_single(name, title, at * DAY) for at, name in enumerate("ABCD")]
    assert list_series(*updates) == ["A"] * 4
    assert list_series(*reversed(updates)) == ["A"] * 4


def test_a_release_alone_is_no_series() -> None:
    assert list_series(make_single("A", "Update on lantern fire in Lok Wan")) == [None]


def test_a_series_goes_on_as_long_as_no_gap_exceeds_the_window() -> None:
    title = "Update on lantern fire in Lok Wan"
    spread = [make_single(name, title, at * 6 * DAY) for at, name in enumerate("ABC")]
    late = make_single("D", title, 12 * DAY + 7 * DAY + HOUR)
    assert list_series(*spread, late) == ["A", "A", "A", None]


def test_a_key_of_either_language_is_enough() -> None:
    both = make_release(
        make_text("en", text_id="A", title="Fire at Lok Wan lantern works: latest"),
        make_text("zh", text_id="B", title="樂環燈籠廠火警最新情況"),
    )
    single = make_single("C", "樂環燈籠廠火警最新情況", HOUR, language="zh")
    assert list_series(both, single) == [both.id, both.id]


def test_earlier_releases_name_the_series_and_are_not_returned() -> None:
    title = "Update on lantern fire in Lok Wan"
    stored = make_single("B", title, DAY).model_copy(update={"series": "A"})
    new = make_single("C", title, 2 * DAY)
    assert [each.series for each in mark_series([new], [stored])] == ["A"]
    backfilled = make_single("0", title)
    marked = mark_series([backfilled, new], [stored])
    assert [each.series for each in marked] == ["A", "A"]


def test_sources_never_share_a_series() -> None:
    title = "Update on lantern fire in Lok Wan"
    assert list_series(make_single("A", title), make_single("B", title, HOUR, source="news")) == [
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("language", "title", "bodies"),
    [
        ("en", "Correction", ("The opening hour of Lok Wan Pier.", "A list of 13 lantern makers.")),
        ("en", "Clarification", ("On lanterns.", "On boats that sail at night.")),
        (
            "en",
            "Red flag hoisted",
            (
                "Due to big waves, the red flag has been hoisted at Lok Wan Beach.",
                "Due to big waves, the red flag has been hoisted at Pak Sha Beach.",
            ),
        ),
        ("zh", "更正", ("樂環碼頭的開放時間。", "13間燈籠店名單。")),
        (
            "zh",
            "泳灘懸掛紅旗",
            (
                "康樂署今日表示，由於大浪，位於樂環泳灘已懸掛紅旗。",
                "康樂署今日表示，由於大浪，位於白沙泳灘已懸掛紅旗。",
            ),
        ),
    ],
)
def test_short_titles_on_different_matters_are_no_series(
    language: Language, title: str, bodies: tuple[str, str]
) -> None:
    one = make_single("A", title, language=language, body=bodies[0])
    other = make_single("B", title, DAY, language=language, body=bodies[1])
    same = make_single("C", title, 2 * DAY, language=language, body=bodies[1])
    assert list_series(one, other, same) == [None, "B", "B"]


def test_a_title_of_a_known_kind_needs_the_same_names() -> None:
    title = "Appeal for information on missing man in Lok Wan district"
    bodies = [
        f"Police today (November {day}) appealed for information on a missing man.\n\n{name}, "
        "aged 70, went missing in Lok Wan."
        for day, name in ((20, "Lantern Ho"), (21, "Lantern Ho"), (22, "Boat Wai"))
    ]
    releases = [
        make_single(name, title, at * DAY, body=bodies[at], kind="missing_person")
        for at, name in enumerate("ABC")
    ]
    assert list_series(*releases) == ["A", "A", None]


def test_a_daily_figure_is_a_series_whatever_the_figure() -> None:
    bodies = [
        "The effective exchange rate index for the Hong Kong dollar on Monday, May 4, 2026 is "
        "105 (same as yesterday's index).",
        "The effective exchange rate index for the Hong Kong dollar on Tuesday, May 5, 2026 is "
        "105.1 (up 0.1 against yesterday's index).",
    ]
    releases = [
        make_single(str(at), "Effective Exchange Rate Index", at * DAY, body=body, kind="index")
        for at, body in enumerate(bodies)
    ]
    assert list_series(*releases) == ["0", "0"]


def test_departments_that_differ_are_different_matters() -> None:
    title = "Update on lantern fire in Lok Wan"
    one = make_single("A", title, department="FSD")
    other = make_single("B", title, HOUR, department="SWD")
    assert list_series(one, other) == [None, None]


@given(
    titles=st.lists(st.sampled_from(["Update on lamp fire", "Update on boat race"]), max_size=12),
    hours=st.lists(st.integers(0, 400), min_size=12, max_size=12),
)
def test_marking_keeps_order_and_texts_and_names_the_first_member(
    titles: list[str], hours: list[int]
) -> None:
    releases = [
        make_single(f"{at:02d}", title, hours[at] * HOUR) for at, title in enumerate(titles)
    ]
    marked = mark_series(releases)
    assert [each.id for each in marked] == [each.id for each in releases]
    assert mark_series(marked) == marked
    for release in marked:
        members = [each for each in marked if release.series and each.series == release.series]
        assert len(members) != 1
        if members:
            first = min(members, key=lambda each: (each.issued_at, each.id))
            assert first.id == release.series
            assert len({each.texts["en"].title for each in members}) == 1


def test_a_month_of_releases_and_hostile_ones_take_no_time() -> None:
    same = [
        make_single(f"{at:05d}", "Notice " * 50, at * HOUR / 10, body="Lamp A. " * 9000)
        for at in range(600)
    ]
    hostile = [
        make_single("H1", "November 1 at " * 10_000, body="(" * 1_000_000),
        make_single("H2", "第一次更新（" * 10_000, language="zh", body="一" * 1_000_000),
    ]
    started = time.process_time()
    marked = mark_series([*same, *hostile])
    assert time.process_time() - started < 30  # about a second
    assert len({each.series for each in marked[:600]}) == 1
