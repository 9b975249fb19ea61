"""Series: successive releases on one matter under one title; pure.

"Update on …" comes four times in a week, an index every day. A series is told by the normal form
of its title, in either language. Figures stay in that form: the signal that changes from No. 1
to No. 8 is news, and so is another number of arrests.

Many titles are formulas that fit one matter as well as another ("Red flag hoisted",
"Correction", "Appeal for information on missing man in …"): those of a known kind and short
ones. Unless such a title calls itself an update, the openings of the texts must agree too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from data.changes import find_names
from data.models import Language, Release
from data.phrases import to_plain

SERIES_WITHIN = timedelta(days=7)

# Characters of a title that are read, and of the opening of a body.
TITLE_LENGTH = 400
OPENING_LENGTH = 400
# A title with fewer letters or Chinese characters in its normal form is a formula.
TELLING_LENGTH: Mapping[Language, int] = {"en": 24, "zh": 9}
# Openings agree that name the same and share so many of their words.
AGREEING_SHARE = 0.5


def make_series_key(title: str, language: Language) -> str:
    """The normal form of a title, in which the members of a series agree.

    It has lost case, width, script and punctuation, dates, times, weekdays and the number of the
    update. A title of nothing but those keeps them.
    """
    plain = to_plain(title[:TITLE_LENGTH], language).casefold()
    return _join_words(_drop_moments(plain, language), language) or _join_words(plain, language)


def mark_series(
    releases: Sequence[Release],
    earlier: Sequence[Release] = (),
    within: timedelta = SERIES_WITHIN,
) -> tuple[Release, ...]:
    """The releases, in their order, each that belongs to a series with the series' id.

    A release belongs to the series of one with the same key that was issued at most ``within``
    before it by the same source. The id is that of the first known member, which is marked as
    well where it is among ``releases``; of those in ``earlier``, marked or not, nothing changes.
    """
    heads: dict[str, str] = {}
    places: dict[tuple[str, str, Language], list[_Member]] = {}
    for release in sorted((*earlier, *releases), key=lambda each: (each.issued_at, each.id)):
        member = _Member(release)
        before = member.find_before(places, within)
        if before:
            heads[release.id] = heads.setdefault(before.id, before.id)
        for place in member.places:
            places.setdefault(place, []).append(member)
    names = _name_series(heads, {each.id: each for each in earlier})
    return tuple(
        release.model_copy(update={"series": names.get(heads.get(release.id, ""))})
        for release in releases
    )


def _name_series(heads: Mapping[str, str], earlier: Mapping[str, Release]) -> dict[str, str]:
    """The id of each series by its first member: one that is stored already stays."""
    names: dict[str, str] = {}
    for member, head in heads.items():
        if member in earlier and head not in names:
            names[head] = earlier[member].series or member
    return {head: names.get(head, head) for head in heads.values()}


# Titles

_NUMBER_EN = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)"
_ORDINAL_EN = (
    r"(?:\d{1,3}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
    r"|final|latest|further|new)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_CLOCK = r"(?:\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b\.?|\d{1,2}:\d\d|noon|midnight)"
_REPORT = r"(?:updates?|bulletins?|announcements?|reports?)"
_MOMENT_EN = (
    rf"(?:{_CLOCK}|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}\b(?:,? \d{{4}}\b)?"
    rf"|{_MONTH} \d{{1,2}}\b(?:st|nd|rd|th)?(?:,? \d{{4}}\b)?|\d{{4}}-\d\d-\d\d"
    rf"|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
    rf"|(?:(?:this|next|last) )?{_WEEKDAY}s?\b(?: (?:morning|afternoon|evening|night))?"
    r"|(?:this|tomorrow|yesterday) (?:morning|afternoon|evening|night)\b"
    r"|today|tonight|tomorrow|yesterday)"
)
_HAN_NUMBER = r"(?:\d{1,3}|[○〇零一二三四五六七八九十百廿卅]{1,5})"
_DAY_ZH = rf"{_HAN_NUMBER}月{_HAN_NUMBER}[日号]"
_CLOCK_ZH = (
    r"(?:(?:凌晨|清晨|早上|上午|中午|正午|下午|傍晚|晚上|深夜|晚)?"
    rf"{_HAN_NUMBER}[时点](?:正|半|{_HAN_NUMBER}分)?|\d{{1,2}}:\d\d|正午|午夜)"
)
_MOMENT_ZH = (
    rf"(?:(?:\d{{4}}|[○〇零一二三四五六七八九]{{4}})年{_DAY_ZH}|{_DAY_ZH}|{_CLOCK_ZH}"
    r"|(?:本|下|上|逢|这)?(?:个)?(?:星期|周|礼拜)[一二三四五六日天](?![年季])"
    r"|[今明昨当][日晚早午天](?:上午|下午|早上|晚上)?)"
)
_DROPPED: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(
        rf"(?:\b(?:as (?:at|of)|on|at|by|up to|until|till) ){{0,2}}(?<!\w){_MOMENT_EN}(?!\w)"
        rf"|\((?:no\.? ?)?{_NUMBER_EN}\)|\((?:{_REPORT} )?(?:no\.? ?)?{_NUMBER_EN}\)"
        rf"|\b{_ORDINAL_EN} (?={_REPORT}\b)|(?<=\b)(?<=update|lletin|cement|report)"
        rf" (?:no\.? ?|#)?{_NUMBER_EN}\b(?!\w)",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        rf"(?:截至|截止|于|在|至)?{_MOMENT_ZH}(?:止|为止)?"
        rf"|\((?:第)?{_HAN_NUMBER}(?:次|号)?\)|第{_HAN_NUMBER}(?:次|份|则|号|轮)?(?=更新|公布|报告|通报|公报)"
        rf"|(?<=更新|报告|通报|公报|情况)(?:之)?{_HAN_NUMBER}$"
    ),
}
_UPDATE: Mapping[Language, re.Pattern[str]] = {
    "en": re.compile(r"\b(?:updates?|latest|follow up|progress|situation)\b"),
    "zh": re.compile(r"最新|更新|跟进|进展|情况"),
}


def _drop_moments(plain: str, language: Language) -> str:
    if language == "zh":
        plain = re.sub(r"\s+", "", plain)
    return _DROPPED[language].sub(" ", plain)


def _join_words(plain: str, language: Language) -> str:
    words = re.findall(r"[^\W_]+|[$€£%]", plain.replace("'", ""))
    return (" " if language == "en" else "").join(words)


# Whether an equal title means the same matter


class _Member:
    """A release with what its series is told by, read when it is first asked for."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.keys: dict[Language, str] = {
            language: make_series_key(text.title, language)
            for language, text in release.texts.items()
        }
        self._openings: dict[Language, Opening] = {}

    @property
    def places(self) -> list[tuple[str, str, Language]]:
        """Where other releases of its series are found."""
        return [(self.release.source, key, language) for language, key in self.keys.items()]

    def find_before(
        self, places: Mapping[tuple[str, str, Language], Sequence["_Member"]], within: timedelta
    ) -> Release | None:
        """The latest of the releases before this one that is of the same series."""
        since = self.release.issued_at - within
        found = [
            next((each.release for each in recent if self._agrees(each)), None)
            for place in self.places
            if (recent := list(_list_since(places.get(place, ()), since)))
        ]
        return max((each for each in found if each), key=lambda each: each.issued_at, default=None)

    def _agrees(self, other: "_Member") -> bool:
        one, two = self.release, other.release
        if one.id == two.id or (
            one.department and two.department and one.department != two.department
        ):
            return False
        languages = [language for language in self.keys if language in other.keys]
        return all(
            self._is_telling(language)
            or self.read_opening(language).agrees(other.read_opening(language))
            for language in languages
        )

    def _is_telling(self, language: Language) -> bool:
        key = self.keys[language]
        if _UPDATE[language].search(key):
            return len(_UPDATE[language].sub("", key).strip()) > 1
        return self.release.kind is None and len(key) >= TELLING_LENGTH[language]

    def read_opening(self, language: Language) -> "Opening":
        """The opening of its body in a language that it has."""
        if language not in self._openings:
            body = self.release.texts[language].body
            self._openings[language] = _read_opening(body[:OPENING_LENGTH], language)
        return self._openings[language]


class Opening(NamedTuple):
    """The names of a body's opening, and its words (in Chinese pairs of characters)."""

    names: frozenset[str]
    words: frozenset[str]

    def agrees(self, other: "Opening") -> bool:
        """Whether two openings are of one matter, as far as a formula lets it be told."""
        shared = len(self.words & other.words)
        return self.names == other.names and shared >= AGREEING_SHARE * len(
            self.words | other.words
        )


def _list_since(members: Sequence[_Member], since: datetime) -> Iterator[_Member]:
    """The members issued since then, the latest first."""
    return takewhile(lambda each: each.release.issued_at >= since, reversed(members))


def _read_opening(opening: str, language: Language) -> Opening:
    bare = _drop_moments(to_plain(opening, language), language)
    words = re.findall(r"[^\W\d_]+", bare.casefold())
    if language == "zh":
        signs = "".join(words)
        words = [signs[at : at + 2] for at in range(len(signs) - 1)]
    # Names are told by capitals in English, in Chinese by words in Traditional script.
    names = find_names(bare if language == "en" else opening, language)
    return Opening(
        frozenset(make_series_key(found[0], language) for found in names), frozenset(words)
    )
