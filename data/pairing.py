"""English texts joined with their Chinese counterparts; pure.

The two texts of a release have unrelated ids. What tells that they belong together is, in this
order: the link of either page to the other, a key that the publisher's addresses or files give,
what an earlier run found, and what the texts say (see ``data.resemblance``).
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from data.addresses import split_address
from data.glossary import load_glossary
from data.models import Language, Release, ReleaseText
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading
from data.resemblance import (
    CONTRADICTED,
    EARLIEST,
    LATEST,
    Profile,
    compare_clues,
    compare_ids,
    compare_shapes,
    compare_times,
    compare_titles,
    count_forms,
    make_profile,
    weigh_clues,
)
from data.tables import Tables, load_tables

# Texts are joined on what they say when one can be so sure that they are one release.
LEAST_SCORE = 0.9
# Of a text's possible counterparts so many are looked at, the nearest in time.
MOST_CANDIDATES = 300
# Points at which two texts that have no other candidates are as likely one release as not, and
# what a point is worth: clues of a text depend on each other, so that it is less than a nat.
EVEN_POINTS = 7.5
POINT_WORTH = 0.6


class KnownRelease(NamedTuple):
    """A stored release that holds a text: its id, and its score if it was joined on one."""

    id: str
    pairing_score: float | None


def join_counterparts(
    readings: Iterable[Reading],
    *,
    tables: Tables | None = None,
    known: Mapping[str, KnownRelease] | None = None,
    ignore_links: bool = False,
    infer: bool = True,
) -> tuple[Release, ...]:
    """Texts to releases.

    Args:
        readings: texts with the link and key that each has; of a text that comes twice the last
            counts, with the link and key of either.
        tables: for the names of departments; the project's own where none are given.
        known: text id to the stored release that holds it. A release keeps its id when a text
            joins it; of two it is that of the text that came first. Texts of one stored release
            stay together unless a link or a key parts them.
        ignore_links: go by what the texts say alone.
        infer: join on what the texts say, those that nothing else joins. A text that links to
            another, or says that it has no counterpart, is not joined so.

    Returns:
        Releases by issue time, the oldest first. One text has at most one counterpart; a second
        text that claims it stays single. Texts of two sources are never joined.
    """
    joining = _Joining(_one_reading_each(readings), {} if ignore_links else known or {})
    if not ignore_links:
        joining.join_linked()
        joining.join_keyed()
        joining.join_known()
    if infer:
        joining.infer(tables or load_tables(), ignore_links=ignore_links)
    return joining.release()


def pair_releases(
    releases: Iterable[Release], tables: Tables | None = None, *, ignore_links: bool = False
) -> tuple[Release, ...]:
    """Releases with those of one language joined to their counterparts.

    A release that stays as it was keeps all its fields; of one that was joined or, with
    ``ignore_links``, parted, topics and the like are to be found anew.
    """
    given = list(releases)
    by_texts = {frozenset(text.id for text in each.texts.values()): each for each in given}
    joined = join_counterparts(
        [
            Reading(text, each.counterpart_url, each.source)
            for each in given
            for text in each.texts.values()
        ],
        tables=tables,
        known={
            text.id: KnownRelease(each.id, each.pairing_score)
            for each in given
            for text in each.texts.values()
        },
        ignore_links=ignore_links,
    )
    return tuple(_keep(each, by_texts, ignore_links=ignore_links) for each in joined)


def _keep(
    joined: Release, by_texts: Mapping[frozenset[str], Release], *, ignore_links: bool
) -> Release:
    given = by_texts.get(frozenset(text.id for text in joined.texts.values()))
    if given is None:
        return joined
    return given.model_copy(update={"pairing_score": joined.pairing_score} if ignore_links else {})


def _one_reading_each(readings: Iterable[Reading]) -> dict[str, Reading]:
    by_id: dict[str, Reading] = {}
    for reading in readings:
        known = by_id.get(reading.text.id, reading)
        by_id[reading.text.id] = replace(
            reading,
            counterpart_url=reading.counterpart_url or known.counterpart_url,
            pair_key=reading.pair_key or known.pair_key,
        )
    return by_id


@dataclass
class _Joining:
    """Texts by id, and the counterpart found for each so far; scores are by either text's id."""

    readings: Mapping[str, Reading]
    known: Mapping[str, KnownRelease]
    partner: dict[str, str] = field(default_factory=dict)
    scores: dict[str, float | None] = field(default_factory=dict)

    def _join(self, one: str, other: str, score: float | None = None) -> None:
        """Join two texts, unless either has a counterpart or they can't be of one release."""
        first, second = self.readings[one], self.readings[other]
        free = not {one, other} & self.partner.keys()
        if free and _may_join(first, second):
            self.partner |= {one: other, other: one}
            self.scores |= {one: score, other: score}

    def join_linked(self) -> None:
        """Pages that link to each other, then those that link one way."""
        links = self._resolve_links()
        for one, other in links.items():
            if links.get(other) == one:
                self._join(one, other)
        for one, other in links.items():
            self._join(one, other)

    def _resolve_links(self) -> dict[str, str]:
        by_address = {_spell(reading.text.url): key for key, reading in self.readings.items()}
        links = {}
        for key, reading in self.readings.items():
            if url := reading.counterpart_url:
                official = find_release_id(url)
                other = official if official in self.readings else by_address.get(_spell(url))
                if other:
                    links[key] = other
        return links

    def join_keyed(self) -> None:
        """Texts to which the publisher gives one key."""
        by_key: dict[tuple[str, str, Language], str] = {}
        for key, reading in self.readings.items():
            if reading.pair_key:
                by_key.setdefault((reading.source, reading.pair_key, reading.text.language), key)
        for (source, pair_key, language), one in by_key.items():
            if language == "en" and (other := by_key.get((source, pair_key, "zh"))):
                self._join(one, other)

    def join_known(self) -> None:
        """Texts of one stored release that neither links nor keys have parted."""
        by_release: defaultdict[str, list[str]] = defaultdict(list)
        for key in self.readings:
            if key in self.known and key not in self.partner:
                by_release[self.known[key].id].append(key)
        for texts in by_release.values():
            if len(texts) == 2 and not self._are_parted(texts[0], texts[1]):
                self._join(texts[0], texts[1], self.known[texts[0]].pairing_score)

    def _are_parted(self, one: str, other: str) -> bool:
        linked = any(self.readings[key].counterpart_url is not None for key in (one, other))
        return linked or self._differ_in_key(one, other)

    def _differ_in_key(self, one: str, other: str) -> bool:
        keys = {self.readings[key].pair_key for key in (one, other)}
        return len(keys - {None}) == 2

    def infer(self, tables: Tables, *, ignore_links: bool) -> None:
        """Texts of one source that seem to be counterparts."""
        singles: defaultdict[str, list[Reading]] = defaultdict(list)
        for key, reading in self.readings.items():
            linked = reading.counterpart_url is not None and not ignore_links
            if key not in self.partner and not linked and not reading.single_language:
                singles[reading.source].append(reading)
        for readings in singles.values():
            for english, chinese, score in propose_pairs(
                [reading.text for reading in readings], tables
            ):
                if ignore_links or not self._differ_in_key(english, chinese):
                    self._join(english, chinese, round(score, 3))

    def release(self) -> tuple[Release, ...]:
        """What has been joined, by issue time."""
        releases = [
            self._make_release(key, self.partner.get(key))
            for key in self.readings
            if key <= self.partner.get(key, key)
        ]
        return tuple(sorted(releases, key=lambda release: (release.issued_at, release.id)))

    def _make_release(self, key: str, other: str | None) -> Release:
        readings = [self.readings[each] for each in (key, other) if each]
        readings.sort(key=lambda reading: (reading.text.issued_at, reading.text.id))
        texts = [reading.text for reading in readings]
        # Of a stored release that is parted, only the part with its own text keeps its id.
        stored = [self.known[text.id].id for text in texts if text.id in self.known]
        kept = [each for each in stored if each in {text.id for text in texts}]
        return Release(
            id=kept[0] if kept else texts[0].id,
            source=readings[0].source,
            issued_at=texts[0].issued_at,
            texts={text.language: text for text in texts},
            pairing_score=self.scores.get(key),
            counterpart_url=None if other else readings[0].counterpart_url,
        )


def _may_join(one: Reading, other: Reading) -> bool:
    return one.source == other.source and one.text.language != other.text.language


def _spell(url: str) -> str:
    address = split_address(url)
    return address.url if address else url


# By what the texts say

Points = dict[tuple[str, str], float]


class Proposal(NamedTuple):
    """Ids of an English and a Chinese text, and how sure it is that they are one release."""

    english: str
    chinese: str
    score: float


def propose_pairs(texts: Iterable[ReleaseText], tables: Tables) -> list[Proposal]:
    """Texts of one source that are counterparts by what they say."""
    return choose_pairs(compare_texts(list(texts), tables))


def compare_texts(texts: Sequence[ReleaseText], tables: Tables) -> Points:
    """Points (see ``data.resemblance``) of each English with each Chinese text near in time."""
    candidates = list(_list_candidates(texts))
    profiles = {
        text.id: make_profile(text, load_glossary(), tables)
        for text in {text.id: text for pair in candidates for text in pair}.values()
    }
    english = [each for each in profiles.values() if each.text.language == "en"]
    chinese = [each for each in profiles.values() if each.text.language == "zh"]
    english_forms, chinese_forms = count_forms(english), count_forms(chinese)
    clues = {each.text.id: weigh_clues(each, chinese_forms, len(chinese)) for each in english}
    clues |= {each.text.id: weigh_clues(each, english_forms, len(english)) for each in chinese}

    def compare(one: Profile, other: Profile) -> float:
        titles = compare_titles(one, other)
        if titles <= CONTRADICTED:
            return titles
        return (
            titles
            + compare_times(one.text, other.text)
            + compare_ids(one.text.id, other.text.id)
            + compare_shapes(one, other)
            + compare_clues(clues[one.text.id], clues[other.text.id], (one, other))
        )

    return {
        (one.id, other.id): compare(profiles[one.id], profiles[other.id])
        for one, other in candidates
    }


def _list_candidates(texts: Iterable[ReleaseText]) -> Iterator[tuple[ReleaseText, ReleaseText]]:
    """English with Chinese texts that were issued near enough to be one release."""
    ordered = sorted(texts, key=lambda text: (text.issued_at, text.id))
    chinese = [text for text in ordered if text.language == "zh"]
    moments = [text.issued_at for text in chinese]
    for text in ordered:
        if text.language == "en":
            near = chinese[
                bisect_left(moments, text.issued_at - LATEST) : bisect_right(
                    moments, text.issued_at - EARLIEST
                )
            ]
            if len(near) > MOST_CANDIDATES:
                near = sorted(near, key=_distance_from(text))[:MOST_CANDIDATES]
            yield from ((text, other) for other in near)


def _distance_from(text: ReleaseText) -> Callable[[ReleaseText], float]:
    return lambda other: abs((other.issued_at - text.issued_at).total_seconds())


def choose_pairs(points: Mapping[tuple[str, str], float]) -> list[Proposal]:
    """Counterparts that are sure enough, each text once.

    A pair competes with all others that want either of its texts: its score is its odds over
    one plus all their odds. Texts that have been chosen compete no more, which may decide for
    others, so that the rest is looked at again while anything is chosen.
    """
    odds = {
        pair: math.exp(max(-50.0, POINT_WORTH * (value - EVEN_POINTS)))
        for pair, value in points.items()
    }
    wanted: defaultdict[str, dict[tuple[str, str], float]] = defaultdict(dict)
    for pair, value in odds.items():
        for key in pair:
            wanted[key][pair] = value
    # With even odds and no rival at all a score would be a half.
    ranked = sorted((pair for pair in odds if odds[pair] > 1), key=lambda pair: -odds[pair])
    chosen: list[Proposal] = []
    before = -1
    while len(chosen) > before:
        before = len(chosen)
        chosen += _choose_once(ranked, wanted)
    return chosen


def _choose_once(
    ranked: Iterable[tuple[str, str]], wanted: Mapping[str, dict[tuple[str, str], float]]
) -> Iterator[Proposal]:
    for pair in ranked:
        own = [wanted[key] for key in pair]
        if any(pair not in each for each in own):
            continue
        odds = own[0][pair]
        rivals = sum(sum(each.values()) - odds for each in own)
        score = odds / (1 + odds + max(0.0, rivals))
        if score >= LEAST_SCORE:
            yield Proposal(*pair, score)
            for taken in {key for each in own for key in each}:
                for key in taken:
                    wanted[key].pop(taken, None)
