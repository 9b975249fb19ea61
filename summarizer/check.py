"""Whether a source supports a summary: every figure, every name; language, script, length. Pure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from data.models import HONG_KONG, Language
from summarizer.facts import Fact, SourceFacts, find_facts
from summarizer.measure import BOUNDS, MOST_CHARACTERS, measure
from summarizer.names import ChineseNames, EnglishNames
from summarizer.passages import Reading, read_body
from summarizer.script import (
    count_foreign,
    count_han,
    count_latin,
    count_letters,
    find_simplified,
    to_traditional,
)
from summarizer.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Verdict:
    """The finding: ``unsupported`` says what is wrong, a clause each; empty if supported."""

    unsupported: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether nothing is wrong."""
        return not self.unsupported


_NAMES_OF_KINDS = {
    "number": "number", "quantity": "quantity", "rank": "number", "percent": "percentage",
    "money": "amount", "date": "date", "month": "month", "year": "year", "time": "time",
    "weekday": "weekday", "phone": "telephone number", "code": "code", "fraction": "fraction",
}  # fmt: skip
_LEFTOVERS = re.compile(
    r"</?\w+[^<>]*>|<\|[^|]*\|>|\[/?INST\]|```|\*\*|^#+ |^\s*[{\[]|\\n|\\u[0-9a-f]{4}|&\w+;"
    r"|^(?:summary|here is|here's|sure|certainly|okay|answer|output|as an ai)\b|\bas an AI\b"
    r"|^(?:摘要|總結|以下是|好的|當然)[：:，,]?|(?:user|assistant|system)\s*:\s|\|",
    re.IGNORECASE | re.MULTILINE,
)
_PADDED = re.compile(r"0\d+(?![\d.:])")
_ENDING = re.compile(r"[.。!?！？][\"'”’」』）)]*$")
_ELLIPSIS = re.compile(r"…|\.\.\.")
_BRACKETS = (("(", ")"), ("（", "）"), ("「", "」"), ("『", "』"), ("“", "”"), ("《", "》"))


def check(language: Language, source: str, summary: str, issued_at: date | datetime) -> Verdict:
    """What the source does not support in a summary.

    Args:
        language: the language that both should be in.
        source: the body of the official text.
        summary: the summary's text.
        issued_at: when the source was issued; a time without a zone is Hong Kong's.
    """
    return Checker(language, source, issued_at).check(summary)


class Checker:
    """A source, read once, that answers for any number of summaries of it."""

    def __init__(self, language: Language, source: str, issued_at: date | datetime) -> None:
        self._language = language
        self._source = source
        self._today = to_hong_kong_date(issued_at)

    @cached_property
    def _facts(self) -> SourceFacts:
        facts = find_facts(self._source, self._language, self._today)
        return SourceFacts(facts, self._today)

    @cached_property
    def _names(self) -> EnglishNames | ChineseNames:
        if self._language == "en":
            return EnglishNames(self._source)
        return ChineseNames(to_traditional(self._source))

    @cached_property
    def _reading(self) -> Reading:
        return read_body(self._source, self._language)

    def check(self, summary: str) -> Verdict:
        """The verdict on one summary, in the order in which faults matter."""
        if not summary.strip():
            return Verdict(("the summary is empty",))
        return Verdict(tuple(dict.fromkeys(self._find_faults(summary))))

    def check_sentence(self, sentence: str) -> Verdict:
        """The verdict on one sentence of a summary, whatever its length."""
        faults = (*self._check_language(sentence), *self._check_form(sentence))
        return Verdict((*faults, *self._check_facts(sentence)))

    def _find_faults(self, summary: str) -> Iterator[str]:
        yield from self._check_language(summary)
        yield from self._check_form(summary)
        yield from self._check_length(summary)
        yield from self._check_facts(summary)

    def _check_language(self, summary: str) -> Iterator[str]:
        han, latin = count_han(summary), count_latin(summary)
        if count_foreign(summary) > 0 and not count_foreign(self._source):
            yield "it has letters of another language"
        elif self._language == "en" and (han > 0.2 * latin or 2 * latin <= count_letters(summary)):
            yield "it is not in English"
        elif self._language == "zh" and (not han or latin > 3 * han or _is_japanese(summary)):
            yield "it is not in Chinese"
        if self._language == "zh":
            stray = "".join(mark for mark in find_simplified(summary) if mark not in self._source)
            if stray:
                yield f"it has Simplified characters: {stray}"

    def _check_form(self, summary: str) -> Iterator[str]:
        for match in _LEFTOVERS.finditer(summary):
            if match[0].strip() not in self._source:
                yield f"it has markup or words of the prompt: {match[0].strip()}"
        if _ELLIPSIS.search(summary) and not _ELLIPSIS.search(self._source):
            yield "it has an ellipsis"
        unmatched = any(summary.count(left) != summary.count(right) for left, right in _BRACKETS)
        if unmatched and not self._copied(summary):
            yield "a bracket or quotation is left open"
        if not _ENDING.search(summary.rstrip()) and not self._copied(summary):
            yield "it does not end with a full sentence"
        yield from self._check_repetition(summary)

    def _copied(self, summary: str) -> bool:
        last = split_sentences(summary, self._language)[-1]
        return last.text in self._source

    def _check_repetition(self, summary: str) -> Iterator[str]:
        said = Counter(part.text for part in split_sentences(summary, self._language))
        for text, times in said.items():
            if times > max(1, self._source.count(text)) and len(text) > 5:
                yield f"it repeats itself: {text[:40]}"
        match = re.search(r"(\S(?:.{4,60}?\S))(?:\s*\1){2,}", summary)
        if match and match[0] not in self._source:
            yield f"it repeats itself: {match[1][:40]}"

    def _check_length(self, summary: str) -> Iterator[str]:
        unit = "words" if self._language == "en" else "characters"
        most = MOST_CHARACTERS[self._language]
        if len(summary) > most:
            yield f"it is too long: {len(summary)} characters, at most {most}"
        length = measure(summary, self._language)
        low, high = BOUNDS[self._language]
        if length.least > high:
            yield f"it is too long: {length.least} {unit}, at most {high}"
        if length.most < low and length.most < self._floor(low):
            yield f"it is too short: {length.most} {unit}, at least {low}"

    def _floor(self, low: int) -> int:
        """The least length that can be asked: a short source gives what there is."""
        substance = self._reading.count_substance()
        return low if substance >= 2 * low else min(low, substance) // 2

    def _check_facts(self, summary: str) -> Iterator[str]:
        own = self._drop_copied(summary)
        if not own.strip():
            return
        for fact in find_facts(own, self._language, self._today):
            if not self._facts.supports(fact) or self._is_padded(fact):
                yield self._describe(fact)
        for name in self._names.find_unsupported(own):
            yield f"the name “{name}” is not in the source"

    def _is_padded(self, fact: Fact) -> bool:
        """Whether a figure is written with a zero before it that the source has not: 01 people."""
        return bool(_PADDED.match(fact.surface)) and fact.surface not in self._source

    def _drop_copied(self, summary: str) -> str:
        """The summary without the sentences that the source has word for word."""
        own = [
            part.text
            for part in split_sentences(summary, self._language)
            if len(part.text) < 12 or part.text not in self._source
        ]
        return "\n".join(own)

    @staticmethod
    def _describe(fact: Fact) -> str:
        return f"the {_NAMES_OF_KINDS[fact.kind]} “{fact.surface}” is not in the source"


def _is_japanese(text: str) -> bool:
    """Whether it has so many letters besides the Chinese ones that it is no Chinese."""
    return count_foreign(text) > 0.1 * count_han(text)


def to_hong_kong_date(moment: date | datetime) -> date:
    """The Hong Kong date of an instant; a time without a zone is Hong Kong's."""
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(HONG_KONG).date() if moment.tzinfo else moment.date()
