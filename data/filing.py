"""From texts that were read to stored releases: joined, classed, marked and kept.

The second half of ingest; nothing here fetches.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.classify import classify
from data.feeds import Feed
from data.kinds import Kinds, mark_kind
from data.models import Release
from data.pairing import join_counterparts
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading
from data.series import make_series_key, mark_series
from data.store.store import Store
from data.store.texts import KnownText, SaveCounts, TextOrigin
from data.tables import Tables

# A release can get its counterpart so long after it was issued; the longest seen is 6 h 21 min.
COUNTERPART_WITHIN = timedelta(hours=9)
SERIES_WITHIN = timedelta(days=7)
# A page that could not be read, or that names no counterpart yet, is looked at again by the next
# two runs and then ever more rarely.
LOOK_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (0, 0, 20, 40, 80, 160, 320))


@dataclass(frozen=True)
class NewText:
    """A text that was read, with the feed whose rules hold for it.

    Attributes:
        reading: the text as its page, or else the feed, has it.
        feed: for its defaults.
        feed_version: the version that the feed has, for texts that stand in it.
        page_failed: its page was wanted and could not be read.
        whole: it is no excerpt.
    """

    reading: Reading
    feed: Feed
    feed_version: str | None = None
    page_failed: bool = False
    whole: bool = True


@dataclass(frozen=True)
class Filing:
    """Puts texts into the store as releases; ``now`` stands still during a run."""

    store: Store
    tables: Tables
    kinds: Kinds
    now: datetime

    def save(self, texts: Mapping[str, NewText]) -> SaveCounts:
        """Join the texts with each other and with what is stored, class them and store them."""
        related = self.store.texts.find_related(text.reading for text in texts.values())
        origins = {key: known.origin for key, known in related.items()}
        for key, text in texts.items():
            origins[key] = _make_origin(text, related.get(key))
        releases = join_counterparts(
            [origin.reading for origin in origins.values()],
            tables=self.tables,
            known={key: known.release for key, known in related.items()},
            infer=False,
        )
        for release in releases:
            for key in (text.id for text in release.texts.values()):
                if key in texts:
                    failed = texts[key].page_failed
                    origins[key] = self._schedule_look(origins[key], release, failed=failed)
                elif len(release.texts) > 1 and origins[key].whole:
                    origins[key] = replace(origins[key], look_at=None)
        return self._store(releases, origins)

    def infer(self, source: str, feeds: Sequence[Feed], around: Iterable[datetime]) -> int:
        """Join texts of a source that seem to be counterparts; how many pairs were joined.

        Args:
            source: whose texts.
            feeds: its feeds; sources paired by place in a file, or not at all, are left alone.
            around: issue times of texts that came in anew.
        """
        moments = sorted(around)
        if not moments or all(feed.pairing in ("none", "file") for feed in feeds):
            return 0
        singles = self.store.texts.list_single(
            source, moments[0] - COUNTERPART_WITHIN, moments[-1] + COUNTERPART_WITHIN
        )
        releases = join_counterparts(
            [known.origin.reading for known in singles.values()],
            tables=self.tables,
            known={key: known.release for key, known in singles.items()},
        )
        joined = [release for release in releases if len(release.texts) > 1]
        origins = {key: known.origin for key, known in singles.items()}
        self._store(
            joined, {text.id: origins[text.id] for r in joined for text in r.texts.values()}
        )
        return len(joined)

    def _store(self, releases: Iterable[Release], origins: Mapping[str, TextOrigin]) -> SaveCounts:
        classed = [self._classify(release, origins) for release in releases]
        series_keys = {origin.series_key for origin in origins.values() if origin.series_key}
        if classed:
            own = {release.id for release in classed}
            since = min(release.issued_at for release in classed) - SERIES_WITHIN
            earlier = self.store.releases.list_with_series_keys(series_keys, since)
            others = [release for release in earlier if release.id not in own]
            classed = list(mark_series(classed, others, SERIES_WITHIN))
        return self.store.releases.save(classed, self.now, origins=origins)

    def _classify(self, release: Release, origins: Mapping[str, TextOrigin]) -> Release:
        own = [origins[text.id] for text in release.texts.values()]
        topics = [origin.default_topic for origin in own if origin.default_topic]
        departments = [origin.default_department for origin in own if origin.default_department]
        classed = classify(
            release,
            self.tables,
            default_topic=next(iter(topics), None),
            default_department=next(iter(departments), None),
        )
        return mark_kind(classed, self.kinds)

    def _schedule_look(self, origin: TextOrigin, release: Release, *, failed: bool) -> TextOrigin:
        """When the page of a text is to be looked at again: while something may still come."""
        text = origin.reading.text
        wants_page = failed or not origin.whole
        wants_link = (
            len(release.texts) == 1
            and find_release_id(text.url) is not None
            and not origin.reading.single_language
            and origin.reading.counterpart_url is None
            and self.now - text.issued_at < COUNTERPART_WITHIN
        )
        if not (wants_page or wants_link) or origin.looks >= len(LOOK_DELAYS):
            return replace(origin, look_at=None)
        return replace(origin, look_at=self.now + LOOK_DELAYS[origin.looks], looks=origin.looks + 1)


def _make_origin(text: NewText, known: KnownText | None) -> TextOrigin:
    before = known.origin if known else None
    link = text.reading.counterpart_url or (before.reading.counterpart_url if before else None)
    return TextOrigin(
        replace(text.reading, counterpart_url=link),
        feed_version=text.feed_version or (before.feed_version if before else None),
        series_key=make_series_key(text.reading.text.title, text.reading.text.language),
        default_topic=text.feed.topic,
        default_department=text.feed.department,
        whole=text.whole,
        looks=before.looks if before else 0,
    )
