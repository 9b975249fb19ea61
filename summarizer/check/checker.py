"""Whether a source supports a summary: every figure, every name, every turn; its form. Pure.

A summary's sentences that stand word for word in the source need no proof. Of the others each
figure must stand in the source and be of the same thing there (``support``), each name must
stand there (``names``), and nothing may be turned round (``turns``); of every sentence the source
must have some words at all, and none may be a model's own (``voice``, ``addresses``). What no
summary may be, whatever its source says, is in ``form``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import accumulate

from data.models import HONG_KONG, Language
from summarizer.check.addresses import find_addresses, is_known
from summarizer.check.doers import Doers
from summarizer.check.form import find_form_faults, find_language_faults, is_english, list_words
from summarizer.check.layout import Layout, Term
from summarizer.check.sources import Sources, Span
from summarizer.check.support import FigureSupport, Placing, Summary
from summarizer.check.turns import ChineseClaims, EnglishClaims, find_turned_figures
from summarizer.check.voice import find_own_voice
from summarizer.facts import Fact, SourceFacts, find_facts
from summarizer.facts.names import ChineseNames, EnglishNames, find_aliases, find_bodies
from summarizer.facts.numerals import fold_width, write_han
from summarizer.measure import BOUNDS, MOST_CHARACTERS, measure
from summarizer.passages import Reading, read_body
from summarizer.script import to_traditional
from summarizer.sentences import Sentence, split_sentences


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
    "name": "name", "body": "name",
}  # fmt: skip
_PADDED = re.compile(r"(?<![\d.,:/-])0\d+(?![\d.:])")
_JOINED = re.compile(r"(?: ?(?:to|and|or|-|–) ?(?:from |on )?| ?[至及和、或] ?)")
# Beyond this nothing is read: a text that is so long is refused for its length.
_MOST_READ = 4_000
_SHORTEST_COPY = 12
_FEWEST_ADDED = 3
_SAMPLE_OF_COPY = 4
# The share of a sentence, by weight, that its source must have: of 488 sentences of true summaries
# in their own words the lowest had 0.33, of those with many terms 0.40.
_LEAST_SHARE, _LEAST_SHARE_OF_MANY = 0.25, 0.33
_MANY_TERMS: dict[Language, int] = {"en": 4, "zh": 6}
_FEWEST_MISSING = 2


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
    """A source, read once, that answers for any number of summaries of it.

    Each part of the source is read only when a summary first needs it.
    """

    def __init__(self, language: Language, source: str, issued_at: date | datetime) -> None:
        self._language = language
        self._source = source
        self._today = to_hong_kong_date(issued_at)

    def check(self, summary: str) -> Verdict:
        """The verdict on one summary, in the order in which faults matter."""
        if not summary.strip():
            return Verdict(("the summary is empty",))
        return Verdict(tuple(dict.fromkeys(self._find_faults(summary))))

    def check_sentence(self, sentence: str) -> Verdict:
        """The verdict on one sentence of a summary, whatever its length."""
        read = sentence[:_MOST_READ]
        parts = split_sentences(read, self._language)
        own = [part for part in parts if not self._is_copied(part.text)]
        faults = [*self._check_form(read, parts, own)]
        if own:
            faults += self._check_facts(read, own)
        return Verdict(tuple(dict.fromkeys(faults)))

    def find_sources(
        self, summary: str, within: Sequence[Span] = ()
    ) -> tuple[tuple[Span, ...], ...]:
        """For each sentence of a summary, the spans of the source's sentences that it rests on.

        One or two of them, at most three, in the order of the source; none where nothing of a
        sentence stands in the source. ``within`` leaves only some of the source's sentences to
        choose from, and each of these is then used at least once if it shares anything at all.
        """
        return self._sources.find(self._lay_out(summary), within)

    @cached_property
    def _figures(self) -> tuple[Fact, ...]:
        return find_facts(self._source, self._language, self._today)

    @cached_property
    def _facts(self) -> SourceFacts:
        return SourceFacts(self._figures, self._today, self._source)

    @cached_property
    def _layout(self) -> Layout:
        text = fold_width(self._source)
        return Layout(
            text, self._language, self._figures, find_bodies(text, self._language, self._aliases)
        )

    @cached_property
    def _support(self) -> FigureSupport:
        return FigureSupport(self._layout, self._facts)

    @cached_property
    def _aliases(self) -> dict[str, str]:
        return find_aliases(self._source, self._language)

    @cached_property
    def _doers(self) -> Doers:
        return Doers(self._layout)

    @cached_property
    def _names(self) -> EnglishNames | ChineseNames:
        if self._language == "en":
            return EnglishNames(self._source)
        return ChineseNames(to_traditional(self._source))

    @cached_property
    def _english_claims(self) -> EnglishClaims:
        return EnglishClaims(self._layout)

    @cached_property
    def _chinese_claims(self) -> ChineseClaims:
        return ChineseClaims(self._source)

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self._layout, split_sentences(self._source, self._language))

    @cached_property
    def _reading(self) -> Reading:
        return read_body(self._source, self._language)

    @cached_property
    def _words(self) -> frozenset[str]:
        return list_words(self._source)

    @cached_property
    def _addresses(self) -> frozenset[str]:
        return frozenset(find_addresses(self._source))

    def _lay_out(self, summary: str) -> Layout:
        facts = find_facts(summary, self._language, self._today)
        text = fold_width(summary)
        return Layout(text, self._language, facts, find_bodies(text, self._language, self._aliases))

    def _find_faults(self, summary: str) -> Iterator[str]:
        read = summary[:_MOST_READ]
        parts = split_sentences(read, self._language)
        own = [part for part in parts if not self._is_copied(part.text)]
        yield from self._check_form(read, parts, own)
        yield from self._check_length(summary)
        if own and len(summary) <= _MOST_READ:
            yield from self._check_facts(read, own)

    def _check_form(
        self, summary: str, parts: Sequence[Sentence], own: Sequence[Sentence]
    ) -> Iterator[str]:
        copied = not parts or parts[-1] not in own
        yield from find_language_faults(summary, self._source, self._language)
        yield from find_form_faults(summary, self._source, parts, self._language, copied=copied)
        yield from self._check_voice("\n".join(part.text for part in own))

    def _check_voice(self, own: str) -> Iterator[str]:
        """What nobody says who tells of the source, in the sentences that it doesn't have."""
        if self._language == "en" and not is_english(own, self._words):
            yield "it is not in English"
        for address in find_addresses(own):
            if not is_known(address, self._addresses):
                yield f"the address “{address}” is not in the source"
        for said in find_own_voice(own, self._source, self._language):
            yield f"it speaks for itself, not for the source: {said}"

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

    def _check_facts(self, summary: str, own: Sequence[Sentence]) -> Iterator[str]:
        """What the source doesn't bear out of the sentences that are the summary's own."""
        layout = self._lay_out(summary)
        yield from self._check_figures(layout, own)
        for part in own:
            if self._is_strange(layout.list_span(part.start, part.end)):
                yield f"the source says nothing of this: {part.text[:60]}"
        text = "\n".join(part.text for part in own)
        if self._language == "zh":
            text = to_traditional(text)
        for name in self._names.find_unsupported(text):
            yield f"the name “{name}” is not in the source"
        if isinstance(self._names, EnglishNames):
            for name in self._names.find_repeated(part.text for part in own):
                yield f"it says the name “{name}” twice, as the source doesn't"

    def _is_strange(self, terms: frozenset[Term]) -> bool:
        """Whether the source has hardly any of a sentence's words; its figures are asked alone."""
        source = self._layout
        missing = [term for term in terms if isinstance(term, str) and term not in source.index]
        least = _LEAST_SHARE if len(terms) < _MANY_TERMS[self._language] else _LEAST_SHARE_OF_MANY
        whole = sum(map(source.weigh, terms))
        return (
            len(missing) >= _FEWEST_MISSING
            and sum(map(source.weigh, missing)) > (1 - least) * whole
        )

    def _is_copied(self, text: str) -> bool:
        """Whether the source has a sentence word for word, or all of several run together."""
        if len(text) >= _SHORTEST_COPY and text in self._source:
            return True
        if text[:_SAMPLE_OF_COPY] not in self._source:
            return False
        left = text
        while left:
            found = next((each for each in self._sentences if left.startswith(each)), None)
            if found is None:
                return False
            left = left[len(found) :].lstrip()
        return True

    @cached_property
    def _sentences(self) -> tuple[str, ...]:
        """The source's sentences, the longest first."""
        parts = split_sentences(self._source, self._language)
        return tuple(sorted({part.text for part in parts}, key=len, reverse=True))

    def _check_figures(self, layout: Layout, own: Sequence[Sentence]) -> Iterator[str]:
        whole = Summary(layout)
        pairs: list[tuple[Fact, Sequence[Fact], Sequence[Fact]]] = []
        for number, fact in enumerate(layout.facts[: layout.figure_count]):
            if fact.weak or not any(part.start <= fact.start < part.end for part in own):
                continue
            same = list(self._facts.find(fact))
            known = (
                same
                or self._facts.supports(fact)
                or self._is_spelt(layout.text, fact)
                or self._adds_up(layout, number)
            )
            if not known or self._is_padded(fact):
                yield f"the {_NAMES_OF_KINDS[fact.kind]} “{fact.surface}” is not in the source"
                continue
            if self._is_doubled(layout, number):
                yield f"it says “{fact.surface}” where the source has two"
                continue
            placing = self._support.place(whole, number, same)
            if placing.rival:
                yield _describe_misplaced(fact, placing)
                continue
            pairs.append((fact, [placing.meant] if placing.meant else same, same))
        yield from self._check_turns(layout, pairs, own)
        yield from self._check_bodies(whole, own)

    def _adds_up(self, layout: Layout, number: int) -> bool:
        """Whether a number is the sum of three or more that follow it: 21 people: 14, four, …."""
        fact = layout.facts[number]
        if fact.kind not in {"number", "quantity"} or not fact.value.isdigit():
            return False
        parts = [
            int(other.value)
            for other in layout.facts[number + 1 : layout.figure_count]
            if other.kind in {"number", "quantity"} and other.value.isdigit()
        ]
        sums = enumerate(accumulate(parts), 1)
        return any(total == int(fact.value) and count >= _FEWEST_ADDED for count, total in sums)

    def _check_bodies(self, whole: Summary, own: Sequence[Sentence]) -> Iterator[str]:
        layout = whole.layout
        for number in range(layout.figure_count, len(layout.facts)):
            fact = layout.facts[number]
            if any(part.start <= fact.start < part.end for part in own):
                rival = self._doers.find_rival(whole, number)
                if rival:
                    yield (
                        f"the name “{fact.surface}” is of another body than the source's "
                        f"“{rival.surface}”"
                    )

    def _check_turns(
        self,
        layout: Layout,
        pairs: Sequence[tuple[Fact, Sequence[Fact], Sequence[Fact]]],
        own: Sequence[Sentence],
    ) -> Iterator[str]:
        source = self._layout.text
        for fact, what in find_turned_figures(layout.text, pairs, source, self._language):
            yield f"the source gives “{fact.surface}” the opposite {what}"
        for part in own:
            for word in self._find_turned_claims(layout, part):
                yield f"the source says the opposite of “{word}”"

    def _find_turned_claims(self, layout: Layout, part: Sentence) -> Iterator[str]:
        if self._language == "zh":
            return self._chinese_claims.find_turned(part.text)
        return self._english_claims.find_turned(part.text, layout.list_span(part.start, part.end))

    def _is_spelt(self, summary: str, fact: Fact) -> bool:
        """Whether the source counts the same with a counter that the reader doesn't know: 五倍."""
        counted = summary[fact.start + len(fact.value) : fact.start + len(fact.value) + 1]
        small = fact.value.isdigit() and len(fact.value) < 3 and fact.surface.startswith(fact.value)
        if self._language == "en" or not small or not counted.isalpha():
            return False
        return f"{write_han(int(fact.value))}{counted}" in self._source

    @staticmethod
    def _is_doubled(layout: Layout, number: int) -> bool:
        """Whether a figure is joined to itself: "from 6am to 6am"."""
        if number == 0 or layout.names[number] != layout.names[number - 1]:
            return False
        one, other = layout.facts[number - 1], layout.facts[number]
        return other.start >= one.end and bool(_JOINED.fullmatch(layout.text, one.end, other.start))

    def _is_padded(self, fact: Fact) -> bool:
        """Whether a figure is written with a zero before it that the source has not: 01 people."""
        if fact.kind in {"date", "time", "phone"}:
            return False
        return bool(_PADDED.search(fact.surface)) and fact.surface not in self._source


def _describe_misplaced(fact: Fact, placing: Placing) -> str:
    kind = _NAMES_OF_KINDS[fact.kind]
    rival = placing.rival.surface if placing.rival else ""
    return (
        f"the {kind} “{fact.surface}” is of something else in the source, which has “{rival}” here"
    )


def to_hong_kong_date(moment: date | datetime) -> date:
    """The Hong Kong date of an instant; a time without a zone is Hong Kong's.

    At the end of the calendar, where Hong Kong's day has no date any more, the instant's own.
    """
    if not isinstance(moment, datetime):
        return moment
    try:
        return moment.astimezone(HONG_KONG).date() if moment.tzinfo else moment.date()
    except OverflowError:
        return moment.date()
