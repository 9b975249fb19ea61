"""The picture of the last days for the operator: one PNG, drawn without a screen."""

from calendar import month_abbr
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from data.store.statistics import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Inches and dots an inch: 900 by 1050 dots, which a phone shows whole.
_SIZE, _DPI = (6.0, 7.0), 150
_RELEASES, _DIGESTS = "#2c5f8a", "#8a6d2c"
_SUMMARIES = {"written": "#1b6e53", "extracted": "#8fbf9f", "refused": "#c0392b"}
# Days from one date on the axis to the next.
_WEEK = 7


def plot_days(days: Sequence[Day]) -> bytes:
    """Releases, summaries by what became of them, and digests, each day a bar, as PNG.

    Its few words are English, for fonts with Chinese are on few servers.
    """
    # It takes a second and 45 MB, for whoever asks for the picture and for nobody else.
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    releases, summaries, digests = figure.subplots(3, 1, sharex=True)
    _draw(releases, "Releases a day", {_RELEASES: [day.releases for day in days]})
    counts = {
        colour: [int(getattr(day, name)) for day in days] for name, colour in _SUMMARIES.items()
    }
    _draw(summaries, "Summaries a day", counts)
    summaries.legend(_SUMMARIES, frameon=False, ncols=3, loc="upper left", fontsize="small")
    _draw(digests, "Digests a day", {_DIGESTS: [day.digests for day in days]})
    # The last day and each a week before another.
    places = range(len(days) - 1, -1, -_WEEK)
    digests.set_xticks(places, [_name(days[place]) for place in places])
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _draw(axes: "Axes", title: str, counts: dict[str, list[int]]) -> None:
    """Bars by colour, those of a day upon each other."""
    from matplotlib.ticker import MaxNLocator

    tops = [0] * len(next(iter(counts.values())))
    for colour, heights in counts.items():
        axes.bar(range(len(tops)), heights, bottom=tops, color=colour)
        tops = [top + height for top, height in zip(tops, heights, strict=True)]
    # Room above the bars for what the colours mean.
    axes.set_ylim(0, max(1, *tops) * 1.25)
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    axes.yaxis.set_major_formatter("{x:,.0f}")


def _name(day: Day) -> str:
    return f"{day.date.day} {month_abbr[day.date.month]}"
