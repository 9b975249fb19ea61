"""Which time zone a reader means."""

import pytest

from bot.zones import find_zones, suggest_zones


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
    ],
)
def test_a_zone_is_found_by_its_name_a_city_or_a_country(typed: str, zone: str) -> None:
    assert find_zones(typed) == (zone,)


def test_a_name_of_several_zones_is_ambiguous() -> None:
    assert find_zones("Central") == ("America/Chicago", "America/Winnipeg")


@pytest.mark.parametrize(
    "typed", ["", "Atlantis", "GMT+8", "GMT-8", "加拿大", "localtime", "Factory", "../x"]
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
