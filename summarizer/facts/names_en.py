"""Names in English text, and those that a summary may only take from its source. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from summarizer.abbreviations import find_abbreviations
from summarizer.facts.bodies import read_bodies
from summarizer.facts.figures import Fact

_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][\w\u00c0-\u024f&]*(?:['’.-][A-Za-z\u00c0-\u024f]\w*)*")
_JOINERS_LIST = """
    of and the for in on at de la van & to
"""
_JOINERS = frozenset(_JOINERS_LIST.split())
_STARTERS_LIST = """
    the a an in on at from to for of by with as it its this that these those they he she his her
    their there we our i you if when where while after before during since until under over
    about around some all both each every any no not more most many several other another such
    one two three four five six seven eight nine ten only also however meanwhile moreover
    further furthermore besides although though because due owing given following according
    between among through police members people officers residents visitors passengers anyone
    public details enquiries applications applicants services service work works new total then
    once upon whether who what which how and but or so yet earlier later today tomorrow
    yesterday sources source free entry tickets admission speaking addressing president mr ms dr
    mrs prof eleven twelve thirteen fifteen twenty thirty forty fifty sixty seventy eighty ninety
    half nearly almost just open closed please anyone everyone nobody nothing none children women
    men prices sales rain winds heavy strong hot cold dry fine fires fire flood traffic buses
    trains ferries flights roads schools pupils parents teachers firms shops banks homes flats
    bids bidders tenders results figures talks forms places seats entries bookings
"""
_STARTERS = frozenset(_STARTERS_LIST.split())
_CALENDAR_LIST = """
    january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday am pm hk
"""
_CALENDAR = frozenset(_CALENDAR_LIST.split())
_ORDINARY_ENDING = re.compile(
    r"(?:s|ed|ing|ly|tion|ment|ity|ance|ence|al|able|ive|ers?|ful|ous|less|ary)$"
)
# What may stand inside one name; "and", "in" and "at" also stand between two.
_WITHIN_NAMES = frozenset({"", "of", "the", "of the", "for", "&"})
_TITLES = frozenset(
    {"secretary", "director", "commissioner", "chairman", "chairperson", "president", "chief"}
    | {"minister", "professor", "captain", "justice", "officer", "executive", "superintendent"}
)
_EVERYWHERE = frozenset({"hong", "kong", "government", "hksar"})
# What a country's name becomes before a noun.
_OF_COUNTRIES = {
    "chinese": "china", "japanese": "japan", "korean": "korea", "thai": "thailand",
    "french": "france", "german": "germany", "italian": "italy", "spanish": "spain",
    "dutch": "netherlands", "australian": "australia", "canadian": "canada",
    "malaysian": "malaysia", "indonesian": "indonesia", "vietnamese": "vietnam",
    "indian": "india", "russian": "russia", "portuguese": "portugal", "swiss": "switzerland",
    "polish": "poland", "brazilian": "brazil", "european": "europe", "asian": "asia",
}  # fmt: skip
_SKIPPED = _CALENDAR | _STARTERS | _EVERYWHERE | _TITLES
_LAST_SKIPPED = _CALENDAR | _STARTERS | _EVERYWHERE
_BRACKETED = re.compile(r"\([A-Z][A-Za-z&]*[A-Z&][A-Za-z&]*\)|\([^()]*[^A-Za-z ()][^()]*\)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]['\"”’)]*\s+|\n\s*|[\"“])$")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s(?!\w)|(?<=\w)['’](?!\w)")


_SENTENCES = re.compile(r"[.!?](?=\s)|\n")
_LONGEST_SHORT = 3
_FEW_WORDS = 50  # characters
_SPECIES = re.compile(r"[A-Z]\. [a-z]{3}")  # E. coli
_CAPITALISED = re.compile(r"[A-Z]\w+")


class EnglishNames:
    """A source, ready to be asked for the names of a summary."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._folded = source.lower()

    @cached_property
    def _runs(self) -> str:
        """The words that tell, in order: as they stand, without brackets, and spelt out.

        "Legislative Council (LegCo) Election" also names the Legislative Council Election.
        """
        spelt = self._source
        for short, name in find_abbreviations(self._source).items():
            spelt = re.sub(rf"(?<![\w(]){re.escape(short)}(?!\w)", name, spelt)
        texts = (self._source, _BRACKETED.sub("", self._source), spelt)
        return "".join(_join_words(_WORD.findall(_POSSESSIVE.sub("", each))) for each in texts)

    def find_unsupported(self, summary: str) -> Iterator[str]:
        """The capitalised names of the summary that the source lacks."""
        name: tuple[str, ...] = ()
        end = 0
        for match in _WORD.finditer(summary):
            word = match[0]
            if word.lower() in _JOINERS:
                continue
            if word.islower():
                name = ()
                continue
            word = _drop_possessive(word)
            start = match.start()
            starts = bool(_SENTENCE_START.search(summary, max(0, start - 8), start))
            if _SPECIES.match(summary, start):
                continue
            if self._lacks(word, starts, summary[match.end() : match.end() + 2]):
                yield word
            name = () if starts else self._join(name, summary[end:start])
            if name and self._apart((*name, word)):
                yield " ".join((*name, word))
            name = (*name, word)[-2:] if word == match[0] else ()
            end = match.end()

    def find_repeated(self, sentences: Iterable[str]) -> Iterator[str]:
        """The names that a sentence gives twice in a few words, as none of the source's does."""
        for sentence in sentences:
            if max(Counter(_CAPITALISED.findall(sentence)).values(), default=0) < 2:
                continue
            last: dict[str, int] = {}
            for fact in find_english_names(sentence):
                name, before = fact.surface, last.get(fact.surface)
                last[name] = fact.end
                if before is None or fact.start - before > _FEW_WORDS or name.isupper():
                    continue
                if len(name) > _LONGEST_SHORT and not self._repeats(name):
                    yield name

    def _repeats(self, name: str) -> bool:
        return any(part.count(name) > 1 for part in _SENTENCES.split(self._source))

    def _lacks(self, word: str, starts: bool, following: str) -> bool:
        lower = word.lower()
        if lower in _CALENDAR or lower in _EVERYWHERE:
            return False
        if lower in _OF_COUNTRIES and _has_word(self._folded, _OF_COUNTRIES[lower]):
            return False
        if _has_word(self._source, word):
            return False
        known = _has_word(self._folded, lower)
        if word != word[0] + lower[1:]:  # an abbreviation, or capitals within
            return not known or word.isupper()
        if known:
            return False
        if not starts:
            return not self._known_by_stem(word)
        return not self._may_start(word, following)

    def _known_by_stem(self, word: str) -> bool:
        return _has_word(self._source, word.removesuffix("s")) or _has_word(
            self._source, f"{word}s"
        )

    def _may_start(self, word: str, following: str) -> bool:
        """An unknown first word is taken for ordinary, unless it looks like a name."""
        if word.lower() in _STARTERS:
            return True
        if re.match(r" [A-Z]", following):
            return False
        return following[1:].islower() or bool(_ORDINARY_ENDING.search(word.lower()))

    @staticmethod
    def _join(name: tuple[str, ...], gap: str) -> tuple[str, ...]:
        """The name so far, if what stands before the next word lets it go on."""
        goes_on = gap.strip().lower() in _WITHIN_NAMES
        return name if goes_on and name and name[-1].lower() not in _TITLES else ()

    def _apart(self, name: tuple[str, ...]) -> bool:
        """Whether the neighbours in a name never stand together in the source."""
        run = tuple(word.lower() for word in name)
        while run and (run[0] in _SKIPPED or run[0] in _OF_COUNTRIES):
            run = run[1:]
        if len(run) < 2 or run[-1] in _LAST_SKIPPED:
            return False
        if self._stands(run):
            return False
        ends = range(1, len(run))
        return not any(
            self._stands(run[:end]) and self._stands(run[end:]) and self._meets(run, end)
            for end in ends
        )

    def _meets(self, run: tuple[str, ...], end: int) -> bool:
        """Whether two names may meet: a post and who holds it, a brand and its product."""
        before, after = re.escape(run[end - 1]), re.escape(run[end])
        pattern = rf"\b(?:mr|mrs|ms|miss|dr|prof|professor|sir)\.? {after}\b|: {before}\b"
        return bool(re.search(pattern, self._folded)) or _has_word(self._source, run[end].upper())

    def _stands(self, run: tuple[str, ...]) -> bool:
        """Whether the source has these words next to one another."""
        told = " ".join(run)
        return told in self._folded or f" {told} " in self._runs


def _drop_possessive(word: str) -> str:
    return _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word


def _has_word(text: str, word: str) -> bool:
    """Whether a text has a word by itself."""
    position = text.find(word)
    while position >= 0:
        before, after = (
            text[position - 1 : position],
            text[position + len(word) : position + len(word) + 1],
        )
        if not (before.isalpha() or after.isalnum()):
            return True
        position = text.find(word, position + 1)
    return False


def _join_words(words: list[str]) -> str:
    told = (word.lower() for word in words)
    return f" {' '.join(word for word in told if word not in _JOINERS)} "


_CAPITALS = r"(?:[A-Z\u00c0-\u00de][\w\u00c0-\u024f&'’-]*\.?)"
_NAME = re.compile(
    rf"(?P<title>(?:Mr|Mrs|Ms|Miss|Dr|Prof(?:essor)?|Sir|Hon)\.? )?"
    rf"(?P<name>{_CAPITALS}(?: (?:(?:of the|of|for the|for|&|and the|and) )?{_CAPITALS})*)"
)
_BODY_ENDING = re.compile(
    r"(?:Department|Bureau|Authority|Office|Council|Commission|Police|Board|Committee|Centre|"
    r"Service|Services|Court|Courts|Tribunal|Agency|Limited|Ltd|Company|Association|University|"
    r"Hospital|School|Bank|Fund|Society)$"
)
_PARTED = re.compile(r"(?:(?! and ).)+")


def find_english_names(text: str) -> Iterator[Fact]:
    """The names of an English text, in order."""
    bodies = read_bodies("en")
    for match in _NAME.finditer(text):
        start, end = match.span("name")
        position = start
        for word in re.finditer(r"[^ ]+", match["name"]):
            at = start + word.start()
            if at < position:
                continue
            body = bodies.find_at(text, at, word[0].rstrip(".")) or bodies.find_at(
                text, at, _POSSESSIVE.sub("", word[0])
            )
            if body:
                yield from _cut_names(text, position, at, bool(match["title"]))
                yield Fact("body", body.key, "", text[body.start : body.end], body.start, body.end)
                position = body.end
        yield from _cut_names(text, position, end, bool(match["title"]))


def _cut_names(text: str, start: int, end: int, person: bool) -> Iterator[Fact]:
    """The names of a run of capitalised words: "Sai Kung and Sha Tin" are two."""
    for match in _PARTED.finditer(text, start, end):
        yield from _cut_name(text, *match.span(), person)


def _cut_name(text: str, start: int, end: int, person: bool) -> Iterator[Fact]:
    """A run of capitalised words without those that only start a sentence or tell a date."""
    words = [
        (match[0], start + match.start(), start + match.end())
        for match in re.finditer(r"[^ ]+", text[start:end])
    ]
    while words and (words[0][0].lower().rstrip(".") in _SKIPPED or words[0][0].islower()):
        words = words[1:]
    while words and (words[-1][0].lower() in _LAST_SKIPPED or words[-1][0].islower()):
        words = words[:-1]
    if not words:
        return
    first = words[0][1]
    surface = re.sub(r"(?:['’]s?|\.)$", "", text[first : words[-1][2]])
    if len(words) == 1 and not person and _starts_sentence(text, first) and not surface.isupper():
        return
    unit = "person" if person else "body" if _BODY_ENDING.search(surface) else "place"
    yield Fact("name", surface.lower(), unit, surface, first, first + len(surface))


def _starts_sentence(text: str, start: int) -> bool:
    return bool(_SENTENCE_START.search(text, max(0, start - 8), start))
