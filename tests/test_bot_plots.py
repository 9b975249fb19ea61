"""The picture of the last days: what is in it, and how large it is."""

import subprocess
import sys
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from matplotlib.image import imread

from bot.plots import plot_days
from data.store.statistics import Day

LAST = date(2026, 11, 22)
NAMES = {"releases", "written", "extracted", "refused", "digests"}


def make_days(count: int = 30, **values: int) -> list[Day]:
    return [Day(LAST - timedelta(days=ago), **values) for ago in reversed(range(count))]


def count_dots(png: bytes, colour: tuple[int, int, int]) -> int:
    """How many dots of the picture have a colour."""
    pixels = (imread(BytesIO(png), format="png")[:, :, :3] * 255).round()
    return int((pixels == colour).all(axis=2).sum())


def test_it_is_a_picture_that_a_phone_shows_whole() -> None:
    pixels = imread(BytesIO(plot_days(make_days(releases=3))), format="png")
    assert pixels.shape[:2] == (1050, 900)


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("releases", (44, 95, 138)),
        ("written", (27, 110, 83)),
        ("extracted", (143, 191, 159)),
        ("refused", (192, 57, 43)),
        ("digests", (138, 109, 44)),
    ],
)
def test_each_figure_has_bars_of_its_own_colour(name: str, colour: tuple[int, int, int]) -> None:
    with_it = count_dots(plot_days(make_days(**{name: 40})), colour)
    # What is left is in the legend.
    without = count_dots(plot_days(make_days(**dict.fromkeys(NAMES - {name}, 40))), colour)
    assert with_it > 100_000
    assert without < 1_000


@pytest.mark.parametrize(
    "days", [make_days(), make_days(1, releases=1), make_days(30, digests=10**6)]
)
def test_days_without_anything_a_first_day_and_very_many_can_be_shown(days: list[Day]) -> None:
    assert plot_days(days).startswith(b"\x89PNG")


def test_the_library_is_loaded_for_the_picture_alone() -> None:
    """It takes a second and some 45 MB."""
    program = "import sys, bot.app; sys.exit('matplotlib' in sys.modules)"
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", program], check=False, cwd=root).returncode == 0
