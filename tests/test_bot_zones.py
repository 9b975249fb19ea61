"""Which time zone a reader means."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.zones import find_zones, locate_zone, suggest_zones


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("london", "Europe/London"),
        ("ＬＯＮＤＯＮ", "Europe/London"),
        ("倫敦", "Europe/London"),
        ("伦敦", "Europe/London"),
        ("英國", "Europe/London"),
        ("United Kingdom", "Europe/London"),
        ("new york", "America/New_York"),
        ("NewYork", "America/New_York"),
        ("紐約", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("sao paulo", "America/Sao_Paulo"),
        ("port au prince", "America/Port-au-Prince"),
        ("Hong Kong", "Asia/Hong_Kong"),
        ("香港", "Asia/Hong_Kong"),
        ("台北", "Asia/Taipei"),
        ("臺北", "Asia/Taipei"),
        ("溫哥華", "America/Vancouver"),
        ("Calcutta", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("Hongkong", "Asia/Hong_Kong"),
        ("UTC", "Etc/UTC"),
        ("北京", "Asia/Shanghai"),
        ("Shenzhen", "Asia/Shanghai"),
        ("深圳", "Asia/Shanghai"),
        ("廣州", "Asia/Shanghai"),
        ("广州", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("San Francisco", "America/Los_Angeles"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("gmt +0545", "Asia/Kathmandu"),
        ("UTC−3:30", "America/St_Johns"),
    ],
)
def test_a_zone_is_found_by_its_name_a_city_or_a_country(typed: str, zone: str) -> None:
    assert find_zones(typed) == (zone,)


def test_a_name_of_several_zones_is_ambiguous() -> None:
    assert find_zones("Central") == ("America/Chicago", "America/Winnipeg")


@pytest.mark.parametrize("typed", ["GMT+8", "UTC+8", "utc +08:00", "ＧＭＴ＋８", "+8", "UTC+0800"])
def test_an_offset_is_answered_with_cities_that_have_it(typed: str) -> None:
    assert find_zones(typed)[:2] == ("Asia/Hong_Kong", "Asia/Shanghai")


def test_ahead_of_greenwich_is_east_of_it_and_behind_is_west() -> None:
    assert find_zones("GMT+5:30") == ("Asia/Kolkata", "Asia/Colombo")
    assert find_zones("GMT-5") == ("America/New_York", "America/Toronto", "America/Lima")


@pytest.mark.parametrize("minutes", range(-12 * 60, 14 * 60 + 1, 15))
def test_the_cities_of_an_offset_have_it_when_it_is_winter_there(minutes: int) -> None:
    hours, rest = divmod(abs(minutes), 60)
    for zone in find_zones(f"UTC{'-' if minutes < 0 else '+'}{hours}:{rest:02}"):
        offsets = {datetime(2026, month, 15, tzinfo=ZoneInfo(zone)).utcoffset() for month in (1, 7)}
        assert min(each for each in offsets if each is not None) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (22.30, 114.17, "Asia/Hong_Kong"),
        (51.5, -0.12, "Europe/London"),
        (28.61, 77.2, "Asia/Kolkata"),
        (-33.87, 151.2, "Australia/Sydney"),
    ],
)
def test_a_place_has_the_zone_that_it_lies_in(latitude: float, longitude: float, zone: str) -> None:
    assert locate_zone(latitude, longitude) == zone


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        *((0.0, -140.0), (91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (0.0, float("nan"))),
        *((float("inf"), 0.0), (0.0, float("-inf")), (1e308, 1e308)),
    ],
)
def test_the_sea_and_what_is_no_place_have_none(latitude: float, longitude: float) -> None:
    assert locate_zone(latitude, longitude) is None


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Atlantis", "加拿大", "localtime", "Factory", "../x"),
        *("GMT+25", "GMT+8:99", "GMT+5:15", "UTC+", "8", "+" + "8" * 40),
    ],
)
def test_what_is_no_zone_is_none(typed: str) -> None:
    assert find_zones(typed) == ()


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Londn", "Europe/London"),
        ("Europe/Berln", "Europe/Berlin"),
        ("倫", "Europe/London"),
        ("Lond", "Europe/London"),
    ],
)
def test_a_slip_is_answered_with_zones_like_it(typed: str, zone: str) -> None:
    suggested = suggest_zones(typed)
    assert suggested[0] == zone
    assert len(suggested) <= 6
