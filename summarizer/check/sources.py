"""Which sentences of its source each sentence of a summary rests on. Pure."""

import math
from collections.abc import Iterator, Sequence

from summarizer.check.layout import Layout, Term
from summarizer.sentences import Sentence, split_sentences

Span = tuple[int, int]

_MOST = 3
# A further sentence must bear out this share of what can be borne out, or a figure.
_LEAST_GAIN = 0.3
_LEAST_SHARE = 0.12
_LENGTH_ALLOWED = 6


class Sources:
    """A source's sentences with their terms, ready to be asked what rests on them."""

    def __init__(self, layout: Layout, sentences: Sequence[Sentence]) -> None:
        self._layout = layout
        self._terms: dict[Span, frozenset[Term]] = {
            (each.start, each.end): layout.list_span(each.start, each.end) for each in sentences
        }

    def find(self, summary: Layout, within: Sequence[Span] = ()) -> tuple[tuple[Span, ...], ...]:
        """For each sentence of the summary its spans, in the order of the source."""
        choice = self._choose_from(within)
        parts = split_sentences(summary.text, summary.language)
        said = [summary.list_span(part.start, part.end) for part in parts]
        found = [
            list(self._find_for(part.text, terms, choice))
            for part, terms in zip(parts, said, strict=True)
        ]
        if within:
            self._use_all(choice, said, found)
        return tuple(tuple(sorted(spans)) for spans in found)

    def _choose_from(self, within: Sequence[Span]) -> dict[Span, frozenset[Term]]:
        if not within:
            return self._terms
        return {
            (start, end): self._terms.get((start, end)) or self._layout.list_span(start, end)
            for start, end in within
        }

    def _find_for(
        self, text: str, terms: frozenset[Term], choice: dict[Span, frozenset[Term]]
    ) -> Iterator[Span]:
        """The best sentence, and those that bear out what it leaves."""
        whole = sum(map(self._layout.weigh, terms))
        left = {term for term in terms if term in self._layout.index}
        taken: set[Span] = set()
        while left and len(taken) < _MOST:
            best = max(
                ((self._gain(text, left, span, own), span) for span, own in choice.items()
                 if span not in taken),
                default=None,
            )  # fmt: skip
            if best is None:
                return
            span = best[1]
            shared = left & choice[span]
            if not self._is_enough(shared, whole, bool(taken)):
                return
            taken.add(span)
            left -= shared
            yield span

    def _gain(self, text: str, left: set[Term], span: Span, terms: frozenset[Term]) -> float:
        if self._layout.text.startswith(text, span[0]):
            return math.inf
        shared = sum(map(self._layout.weigh, left & terms))
        return shared / math.sqrt(_LENGTH_ALLOWED + len(terms))

    def _is_enough(self, shared: set[Term], whole: float, further: bool) -> bool:
        """Whether a sentence bears out enough to be named."""
        if not shared:
            return False
        weight = sum(map(self._layout.weigh, shared))
        if not further:
            return weight >= _LEAST_SHARE * whole
        figures = any(isinstance(term, tuple) for term in shared)
        return weight >= _LEAST_GAIN * whole or (figures and len(shared) > 1)

    def _use_all(
        self,
        choice: dict[Span, frozenset[Term]],
        said: Sequence[frozenset[Term]],
        found: list[list[Span]],
    ) -> None:
        """Gives each sentence that is unused to the one of the summary that shares most with it."""
        for span, terms in choice.items():
            if any(span in spans for spans in found):
                continue
            shares = [sum(map(self._layout.weigh, each & terms)) for each in said]
            if shares and max(shares) > 0:
                found[shares.index(max(shares))].append(span)
