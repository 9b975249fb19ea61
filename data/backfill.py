"""Days that feeds no longer show: read from the day lists of the official site."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from data.addresses import find_host
from data.feeds import Feed
from data.fetch import Fetcher, FetchError
from data.models import HONG_KONG
from data.progress import Track
from data.readers.charset import decode_html
from data.readers.day_list import day_list_addresses, read_day_list
from data.readers.reading import Listed, ReadError, Reading

MAX_BACKFILL_DAYS = 60
DEFAULT_BACKFILL_DAYS = 3
NOT_FOUND = 404


@dataclass(frozen=True)
class Backfill:
    """How far back the day lists are read.

    Attributes:
        days: so many days before today, asked for by hand; None leaves it to ``most_days``.
        most_days: after an outage that outlasted a feed's reach, at most so many days.
    """

    days: int | None = None
    most_days: int = 0


def choose_days(backfill: Backfill, missed_since: datetime | None, now: datetime) -> list[date]:
    """The days in Hong Kong whose lists are to be read, the newest first.

    Args:
        backfill: how far back.
        missed_since: when the last release that is surely known of came in; None if nothing
            was missed.
        now: the present.
    """
    today = now.astimezone(HONG_KONG).date()
    if backfill.days is not None:
        count = backfill.days
    elif missed_since is not None:
        missed = (today - missed_since.astimezone(HONG_KONG).date()).days
        count = min(missed, backfill.most_days)
        if backfill.most_days <= 0:
            return []
    else:
        return []
    return [today - timedelta(days=back) for back in range(count + 1)]


def find_gap(
    readings: Sequence[Reading], known_urls: set[str], last: datetime | None
) -> datetime | None:
    """Since when a feed may have dropped entries that nobody read; None if it can't have.

    A feed drops its oldest entries. While its oldest is one that is stored already, everything
    since is there too.

    Args:
        readings: the feed's texts.
        known_urls: addresses of those that are stored.
        last: when the feed was last read with something new; None for a feed not met before,
            which has missed nothing.
    """
    if last is None or not readings:
        return None
    oldest = min(readings, key=lambda reading: reading.text.issued_at)
    return None if oldest.text.url in known_urls else last


@dataclass
class DayLists:
    """Reads the day lists of feeds; ``failures`` are lists that could not be read."""

    fetcher: Fetcher
    failures: list[str] = field(default_factory=list)

    def list_releases(
        self, feeds: Sequence[Feed], days: Sequence[date], track: Track
    ) -> Iterator[tuple[Feed, Listed]]:
        """Every release that the lists of these days name, with the feed that it belongs to."""
        wanted = [
            (feed, day) for day in days for feed in feeds if day_list_addresses(feed.url, day)
        ]
        for feed, day in track(wanted, "day lists"):
            for listed in self._read_day(feed, day):
                # A list could name any address; the feed's own site is where its pages are.
                if find_host(listed.url) == find_host(feed.url):
                    yield feed, listed

    def _read_day(self, feed: Feed, day: date) -> tuple[Listed, ...]:
        """The releases of one day; the second form of the list counts where the first has none."""
        failure = None
        for address in day_list_addresses(feed.url, day):
            try:
                html = decode_html(self.fetcher.fetch(address).content or b"")
                if items := read_day_list(html, address).listed:
                    return items
            except FetchError as error:
                # The site has no list for a day on which it issued nothing.
                failure = failure if error.status == NOT_FOUND else str(error)
            except ReadError as error:
                failure = f"{address}: {error}"
        if failure is not None:
            self.failures.append(failure)
        return ()
