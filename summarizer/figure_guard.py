"""Which figures a summary may go on to write, character by character. Pure.

The reader of facts is the judge. A text is whole if every figure in it that is written in
numerals is one that the source supports. A text is let on if it is whole, or becomes whole with
the rest of a figure of the source that its end has begun: "rose to 13,6" with "00". So from
every text let on a whole one can be reached, by that rest; and a whole text stays whole with a
line break after it, for no figure goes on over one.

Figures in English words, and a Chinese 一 that counts nothing, are not guarded: words are no
numerals, and what they say is for the check.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence, Set
from datetime import date
from functools import lru_cache
from itertools import islice

from data.models import Language
from summarizer.facts import Fact, SourceFacts, find_facts
from summarizer.facts.numerals import HAN_NUMERAL, fold_width
from summarizer.spellings import LONGEST, list_spellings, list_words

_GUARDED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\d"),
    "zh": re.compile(rf"\d|廿|{HAN_NUMERAL}"),
}
# Not to be read as two figures, even if the source has both.
_JOINED: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"\d(?:[.,](?=\d)|[ -]?(?:hundred|thousand|million|billion|trillion|dozen)s?\b)",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        r"\d(?:[.,](?=\d)|[十百千萬億]|點(?=[零○〇一二兩三四五六七八九]))|[十百千萬億](?=\d)"
    ),
}
_PADDED = re.compile(r"(?<![\d.,:/-])0\d+(?![\d.:])")
_LATIN = re.compile(r"[!-~]*\d[!-~]*")
_ODD_NUMERALS = frozenset(
    mark for mark in map(chr, range(0x80, 0x20000)) if unicodedata.category(mark)[0] == "N"
) - {"〇"}
# No figure goes on over these.
_BOUNDARY = re.compile(r"[\n。！？]|[.!?] (?=[A-Z])")
_WITHIN_NUMBER = re.compile(r"\d[.,]?\Z")
_MOST_TRIED = 200
_MOST_KEPT = 2_000


class FigureGuard:
    """A source, read once, that tells which texts may go on to be a summary of it.

    Args:
        source: the text that the check will read, so that both know the same figures.
        language: of source and summary.
        today: the Hong Kong date of issue.
    """

    def __init__(self, source: str, language: Language, today: date) -> None:
        facts = find_facts(source, language, today)
        self._language = language
        self._today = today
        self._source = source
        self._facts = SourceFacts(facts, today, source)
        self._spellings = sorted(list_spellings(source, facts, language, today))
        self._words = frozenset(list_words(source))
        self._known: dict[tuple[str, ...], bool] = {}
        # The same few texts are asked about at every step that leads to them.
        self._is_whole = lru_cache(_MOST_KEPT)(self._read_whole)

    def may_end(self, text: str) -> bool:
        """Whether every figure of a text is whole and in the source."""
        return self._is_whole(text)

    def allows(self, text: str, since: int = 0) -> bool:
        """Whether a text is whole, or can become so by the rest of a figure of the source.

        Args:
            text: the whole text so far.
            since: how many of its first characters are known to be let on.
        """
        return next(self.list_rests(text, since), None) is not None

    def list_rests(self, text: str, since: int = 0) -> Iterator[str]:
        """What makes a text whole, each at the text's end; first nothing, if it is whole."""
        start = self._find_start(text, since)
        read = text[start:]
        if self._is_whole(read):
            yield ""
        for rest in islice(self._list_possible(read), _MOST_TRIED):
            if self._is_whole(read + rest):
                yield rest

    def _list_possible(self, text: str) -> Iterator[str]:
        """The rests of all that a text's end may have begun, right or wrong there.

        In an order that stays: those before a rest get no more while it is written.
        """
        for start in range(max(0, len(text) - LONGEST), len(text)):
            if text[start].isdigit() and _WITHIN_NUMBER.search(text, 0, start):
                continue
            begun = text[start:]
            for number in range(bisect_right(self._spellings, begun), len(self._spellings)):
                if not self._spellings[number].startswith(begun):
                    break
                yield self._spellings[number][len(begun) :]

    def _find_start(self, text: str, since: int) -> int:
        """Where the sentence starts that goes on at a place: figures before it stay as read."""
        starts = (found.end() for found in _BOUNDARY.finditer(text, 0, since))
        return max(starts, default=0)

    def _read_whole(self, text: str) -> bool:
        folded = fold_width(text)
        guarded = _GUARDED[self._language]
        if not guarded.search(folded):
            return self._knows_odd_numerals(text)
        facts = find_facts(text, self._language, self._today)
        own = [fact for fact in facts if guarded.search(fact.surface)]
        return (
            all(map(self._supports, own))
            and self._covers(own, folded)
            and self._keeps_together({fact.start for fact in facts}, folded)
            and self._knows_odd_numerals(text)
        )

    def _supports(self, fact: Fact) -> bool:
        said = (fact.kind, fact.value, fact.unit, fact.surface)
        if said not in self._known:
            self._known[said] = self._facts.supports(fact) and not self._is_padded(fact)
        return self._known[said]

    def _is_padded(self, fact: Fact) -> bool:
        """Whether a figure has a zero before it that the source has not: 01 people."""
        plain = fact.kind not in {"date", "time", "phone"}
        return plain and bool(_PADDED.search(fact.surface)) and fact.surface not in self._source

    def _covers(self, facts: Sequence[Fact], text: str) -> bool:
        """Whether each digit is part of a figure, or of a word that the source has."""
        covered = {place for fact in facts for place in range(fact.start, fact.end)}
        for word in _LATIN.finditer(text):
            digits = (at for at in range(*word.span()) if text[at].isdigit())
            if not covered.issuperset(digits) and next(list_words(word[0])) not in self._words:
                return False
        return True

    def _keeps_together(self, starts: Set[int], text: str) -> bool:
        """Whether no figure starts within what is one figure to any reader."""
        return all(
            starts.isdisjoint(range(joined.start() + 1, joined.end() + 1))
            for joined in _JOINED[self._language].finditer(text)
        )

    def _knows_odd_numerals(self, text: str) -> bool:
        """Whether ①, ², ٣ and ３ stand only where the source has them, in words like its own."""
        if _ODD_NUMERALS.isdisjoint(text):
            return True
        return all(
            text[at - 1 if at and text[at - 1].isalnum() else at : at + 1] in self._source
            for at, mark in enumerate(text)
            if mark in _ODD_NUMERALS
        )
