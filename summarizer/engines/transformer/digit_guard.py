"""The digit guard: a model may only go on with figures that its release has.

A logits processor without state: what it does follows from the tokens so far and their scores
alone, so that it serves greedy decoding, prompt lookup and batches alike. With prompt lookup,
transformers asks it at each guess, with the tokens before that guess.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import inf

import torch
from transformers import LogitsProcessor

from summarizer.engines.asking import THINKING
from summarizer.engines.base import EngineError
from summarizer.engines.transformer.untyped import Tokenizer
from summarizer.figure_guard import FigureGuard

_UNFINISHED = "\ufffd"  # what a character is decoded to that still lacks bytes
_FIRST_TRIED = 32  # tokens
_MOST_RESTS = 64
# What may follow any whole text; a tokenizer need not know them all.
_NEUTRAL = ("\n", ".", "。", " ")


class DigitGuard(LogitsProcessor):
    """Refuses the tokens that would write a figure which the source lacks.

    Tokens are tried from the best score downwards. With ``keep`` 1 those refused are ruled out
    and the first that is allowed is made best beyond doubt, which is all that greedy decoding
    asks; prompt lookup drops no guess, since what was not tried keeps its score. With more, so
    many allowed tokens are kept at most and all others ruled out, for sampling, and for beams,
    of which ``keep`` should be twice the number.
    """

    # There the rows of one call are of requests that come and go.
    supports_continuous_batching = False

    def __init__(
        self,
        tokenizer: Tokenizer,
        guards: Sequence[FigureGuard | None],
        asked: int,
        ends: Collection[int],
        keep: int = 1,
    ) -> None:
        """A guard of one call of ``generate``.

        Args:
            tokenizer: of the model.
            guards: of each text that is asked for, in order, None for what may say anything;
                where there are more rows, as with beams, each is for as many of them.
            asked: how many tokens of a row come before the answer.
            ends: the tokens that end an answer.
            keep: how many tokens to leave to choose from.
        """
        self._tokenizer = tokenizer
        self._guards = guards
        self._asked = asked
        self._ends = frozenset(ends)
        self._keep = keep

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The scores, with the tokens ruled out that are not to be chosen.

        Raises:
            EngineError: if the scores tell nothing to choose by.
        """
        best = scores.topk(min(scores.shape[-1], _FIRST_TRIED * self._keep))
        if not bool(best.values[:, 0].isfinite().all()):
            raise EngineError("The model computes scores that are no numbers.")
        ranks = zip(best.values.tolist(), best.indices.tolist(), strict=True)
        choices: dict[int, _Choice] = {}
        for row, (tokens, (values, ranked)) in enumerate(
            zip(input_ids[:, self._asked :].tolist(), ranks, strict=True)
        ):
            guard = self._guards[row * len(self._guards) // len(scores)]
            if guard is not None and self._ends.isdisjoint(tokens):
                answer = _Answer(self._tokenizer, guard, tokens, self._ends)
                if choice := self._choose(answer, values, ranked, scores[row]):
                    choices[row] = choice
        guarded = scores.clone() if choices else scores
        for row, choice in choices.items():
            choice.apply(guarded[row])
        return guarded

    def _choose(
        self, answer: "_Answer", values: list[float], ranked: list[int], scores: torch.Tensor
    ) -> "_Choice | None":
        """What to do to the scores of a row, of which the best are known; None for nothing."""
        possible = [token for value, token in zip(values, ranked, strict=True) if value > -inf]
        allowed, refused = _sort_out(answer, possible, self._keep)
        if allowed and self._keep == 1:
            settled = not refused and values[0] > max(values[1:], default=-inf)
            return None if settled else _Choice(allowed, refused)
        if not allowed and not answer.is_allowed:
            # A guess of prompt lookup that is itself refused: all after it is thrown away.
            return None
        return _Choice(allowed or [_find_way_on(answer, scores)])


@dataclass(frozen=True, slots=True)
class _Choice:
    """The tokens to choose from, and those to rule out; where these are None, all others."""

    allowed: list[int]
    refused: list[int] | None = None

    def apply(self, scores: torch.Tensor) -> None:
        """Change the scores of a row."""
        kept = scores[self.allowed]
        if self.refused is None:
            scores.fill_(-inf)
            scores[self.allowed] = kept
        else:
            scores[self.refused] = -inf
            # Above its equals too: which of these the library takes is left open.
            scores[self.allowed] = torch.nextafter(kept, torch.full_like(kept, inf))


def _sort_out(answer: "_Answer", ranked: Iterable[int], keep: int) -> tuple[list[int], list[int]]:
    """The first of the tokens that are allowed, at most ``keep``, and those refused before."""
    allowed: list[int] = []
    refused: list[int] = []
    for token in ranked:
        (allowed if answer.allows(token) else refused).append(token)
        if len(allowed) == keep:
            break
    return allowed, refused


def _find_way_on(answer: "_Answer", scores: torch.Tensor) -> int:
    """The best of the tokens that spell what makes the answer whole; else one that ends it.

    Raises:
        EngineError: if all of them are ruled out.
    """
    for tokens in (filter(answer.allows, answer.list_ways_on()), answer.ends):
        possible = [token for token in tokens if scores[token] > -inf]
        if possible:
            return max(possible, key=lambda token: float(scores[token]))
    raise EngineError("The digit guard leaves the model nothing to go on with.")


class _Answer:
    """What a model has written so far of one answer, and what it may write next."""

    def __init__(
        self, tokenizer: Tokenizer, guard: FigureGuard, tokens: list[int], ends: frozenset[int]
    ) -> None:
        self._tokenizer = tokenizer
        self._guard = guard
        self._tokens = tokens
        self.ends = ends
        self._text = self._read(tokens)
        self._decided = self._text.rstrip(_UNFINISHED)

    @property
    def is_allowed(self) -> bool:
        """Whether it has got so far by allowed tokens alone."""
        return self._guard.allows(self._decided)

    def allows(self, token: int) -> bool:
        """Whether a token may come next."""
        if token in self.ends:
            return self._may_end
        text = self._read([*self._tokens, token])
        decided = text.rstrip(_UNFINISHED)
        known = len(self._decided) if decided.startswith(self._decided) else 0
        if decided == text:
            return self._guard.allows(text, known)
        rests = self._guard.list_rests(decided, known)
        first = next(rests, None)
        if not first:
            return first is not None
        likely = [first, *islice(rests, _MOST_RESTS)]
        return self._begins_one(likely, decided, [*self._tokens, token])

    @cached_property
    def _may_end(self) -> bool:
        return self._guard.may_end(self._text)

    def _begins_one(self, rests: Iterable[str], decided: str, tokens: list[int]) -> bool:
        """Whether the bytes that stand for no character yet begin the one that must come."""
        start = next(
            (at for at in range(len(tokens), -1, -1) if self._read(tokens[:at]) == decided),
            len(tokens),
        )
        begun = tokens[start:]
        return any(self._encode(rest[0])[: len(begun)] == begun for rest in rests)

    def list_ways_on(self) -> set[int]:
        """Tokens of what makes the answer whole, or leaves it so: one of them is allowed."""
        rests = islice(self._guard.list_rests(self._decided), _MOST_RESTS)
        written = (piece for rest in rests for piece in ((rest, rest[0]) if rest else _NEUTRAL))
        return {token for piece in written for token in self._encode(piece)}

    def _read(self, tokens: list[int]) -> str:
        text = self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return THINKING.sub("", text)

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])
