"""Prompts to answers: what prompts share is read once, several are answered at once.

Greedy, so that the same release gives the same words. A single prompt is answered with prompt
lookup, which guesses the tokens that follow from where the last ones stood in the prompt; the
network then judges several guesses at the price of one. Several prompts are answered row by
row, which pays more.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer

from summarizer.engines.asking import THINKING
from summarizer.engines.base import EngineError
from summarizer.engines.transformer.caching import (
    copy_cache,
    join_rows,
    make_cache,
    read_cache,
    stack_caches,
    write_cache,
)
from summarizer.engines.transformer.digit_guard import DigitGuard
from summarizer.engines.transformer.fusing import has_fused_layers
from summarizer.engines.transformer.loading import LoadedModel
from summarizer.engines.transformer.memory import hand_back_memory
from summarizer.engines.transformer.untyped import Network, Tokenizer
from summarizer.figure_guard import FigureGuard
from summarizer.meter import Generation, Meter
from summarizer.prompts import Message, merge_system

logger = logging.getLogger(__name__)

Tokens = list[int]
_GUESSES_ON_CPU, _GUESSES_ON_GPU = 3, 10
_MATCHED = 3
_TIME_LIMIT = 300.0


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation to go on with.

    ``family`` names what shares its beginning with this one; ``is_enough`` tells from the answer
    so far whether it may end; ``guard`` which figures may be in it.
    """

    messages: Sequence[Message]
    family: str
    most_new_tokens: int
    is_enough: Callable[[str], bool] | None = None
    guard: FigureGuard | None = None


@dataclass(frozen=True, slots=True)
class Switches:
    """Which of the ways to be quick are on; all, but where they are measured one by one."""

    prefixes: bool = True
    lookup: bool = True
    stopping: bool = True
    guard: bool = True


class Decoder:
    """Answers prompts with a causal model; one thread at a time."""

    def __init__(
        self,
        model: LoadedModel,
        meter: Meter,
        *,
        time_limit: float = _TIME_LIMIT,
        switches: Switches | None = None,
    ) -> None:
        """``time_limit``: seconds for one call of ``answer``; what is written by then counts."""
        self._model, self._meter = model, meter
        self._tokenizer: Tokenizer = model.tokenizer
        self._network = model.network
        self._time_limit = time_limit
        self._switches = switches or Switches()
        self._prefixes: dict[str, tuple[Tokens, Cache]] = {}
        self._stop = threading.Event()
        self._padding = _find_padding(self._tokenizer)
        self._ends = find_ends(self._network, self._tokenizer)
        self._layers = self._count_layers() if self._can_keep_caches() else 0

    def cancel(self) -> None:
        """Have the answers that are being written end as soon as can be, in any thread."""
        self._stop.set()

    def learn_prefix(self, family: str, one: Prompt, other: Prompt) -> None:
        """Read what all prompts of a family begin with, from two that differ after it."""
        if not self._switches.prefixes or not self._layers:
            return
        shared = _find_shared(self._encode(one.messages), self._encode(other.messages))
        if shared:
            self._prefixes[family] = (shared, self._recall(shared) or self._learn(shared))
            hand_back_memory()

    def _recall(self, shared: Tokens) -> Cache | None:
        """What was kept of these tokens at an earlier start."""
        file = self._name_file(shared)
        return read_cache(file) if file else None

    def _learn(self, shared: Tokens) -> Cache:
        cache = make_cache(self._layers, len(shared))
        self._read(shared, cache)
        if file := self._name_file(shared):
            try:
                write_cache(cache, file)
            except OSError as error:
                logger.warning("What prompts begin with can't be kept in %s: %s", file, error)
        return cache

    def _name_file(self, shared: Tokens) -> Path | None:
        if self._model.cache is None:
            return None
        told = f"{self._model.arithmetic} {shared}"
        return (
            self._model.cache
            / f"prefix-{hashlib.sha256(told.encode()).hexdigest()[:16]}.safetensors"
        )

    def answer(self, prompts: Sequence[Prompt]) -> list[str]:
        """The answer to each prompt, without special tokens.

        Raises:
            EngineError: if the template refuses a prompt, the network computes what is no
                number, or the answering is cancelled.
        """
        self._stop.clear()
        start = time.perf_counter()
        encoded = [self._encode(prompt.messages) for prompt in prompts]
        begun = [
            self._begin(tokens, prompt) for tokens, prompt in zip(encoded, prompts, strict=True)
        ]
        if len(begun) > 1:
            begun = [self._read_on(each) for each in begun]
        stop = _Stop(self, prompts, max(len(each.left) for each in begun))
        written = self._generate(prompts, begun, stop)
        if self._stop.is_set():
            raise EngineError("the answer was cancelled")
        self._meter.add(
            Generation(
                prompt_tokens=sum(map(len, encoded)),
                cached_tokens=sum(each.known for each in begun),
                new_tokens=sum(map(len, written)),
                prefill_seconds=stop.first - start,
                decode_seconds=time.perf_counter() - stop.first,
                answers=len(prompts),
            )
        )
        del begun
        hand_back_memory()
        return [self._decode(tokens) for tokens in written]

    def _encode(self, messages: Sequence[Message]) -> Tokens:
        from jinja2 import TemplateError

        for conversation in (list(messages), merge_system(messages)):
            try:
                encoded = self._tokenizer.apply_chat_template(
                    conversation,
                    add_generation_prompt=True,
                    enable_thinking=False,
                    return_dict=True,
                )
                return list(encoded["input_ids"])
            except TemplateError as error:
                fault = error
        raise EngineError(f"The chat template of {self._model.name} refuses the prompt: {fault}.")

    def _decode(self, tokens: Sequence[int] | torch.Tensor) -> str:
        return str(
            self._tokenizer.decode(
                tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
            )
        )

    def _begin(self, tokens: Tokens, prompt: Prompt) -> "_Begun":
        """A prompt with what is known of its beginning."""
        if not self._layers:
            return _Begun(prompt.family, tokens, None)
        room = len(tokens) + prompt.most_new_tokens + _GUESSES_ON_GPU
        known, kept = self._prefixes.get(prompt.family, ([], None))
        if kept is None or tokens[: len(known)] != known or len(tokens) <= len(known):
            return _Begun(prompt.family, tokens, make_cache(self._layers, room))
        count = len(known)
        return _Begun(prompt.family, tokens[count:], copy_cache(kept, room), count, count)

    def _read_on(self, begun: "_Begun") -> "_Begun":
        """The same, with all read but the last token."""
        if begun.cache is None:
            return begun
        self._read(begun.left[:-1], begun.cache)
        return replace(begun, left=begun.left[-1:], read=begun.read + len(begun.left) - 1)

    @torch.inference_mode()
    def _read(self, tokens: Tokens, cache: Cache) -> None:
        if tokens:
            # The network without its head: what would come next is not asked yet.
            inputs = torch.tensor([tokens], device=self._network.device)
            self._network.base_model(input_ids=inputs, past_key_values=cache, use_cache=True)

    @torch.inference_mode()
    def _generate(
        self, prompts: Sequence[Prompt], begun: Sequence["_Begun"], stop: "_Stop"
    ) -> list[Tokens]:
        left = max(len(each.left) for each in begun)
        inputs = torch.full((len(begun), left), self._padding)
        mask = torch.zeros(len(begun), left + max(each.read for each in begun), dtype=torch.long)
        for row, each in enumerate(begun):
            inputs[row, left - len(each.left) :] = torch.tensor(each.left)
            mask[row, mask.shape[1] - each.read - len(each.left) :] = 1
        device = self._network.device
        # Given only what is left to read and a mask of all, the library goes on from the cache;
        # given all tokens, its prompt lookup would read those again that the cache has.
        output = self._network.generate(
            input_ids=inputs.to(device),
            attention_mask=mask.to(device),
            past_key_values=self._join(begun),
            do_sample=False,
            num_beams=1,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=max(prompt.most_new_tokens for prompt in prompts),
            pad_token_id=self._padding,
            max_time=self._time_limit,
            logits_processor=LogitsProcessorList(self._list_processors(prompts, left)),
            stopping_criteria=StoppingCriteriaList([stop]),
            **self._choose_lookup(prompts),
        )
        return [self._cut(row[left:].tolist()) for row in output]

    def _join(self, begun: Sequence["_Begun"]) -> Cache | None:
        caches = [each.cache for each in begun if each.cache is not None]
        if len(caches) < 2:
            return caches[0] if caches else None
        if not has_fused_layers(self._network):
            return stack_caches(caches)
        return join_rows(caches, list(_find_families(begun)))

    def _choose_lookup(self, prompts: Sequence[Prompt]) -> dict[str, Any]:
        if len(prompts) > 1 or not self._switches.lookup:
            return {}
        guesses = _GUESSES_ON_GPU if self._model.on_gpu else _GUESSES_ON_CPU
        return {"prompt_lookup_num_tokens": guesses, "max_matching_ngram_size": _MATCHED}

    def _list_processors(self, prompts: Sequence[Prompt], asked: int) -> list[LogitsProcessor]:
        """What may forbid tokens, in rows whose answer comes after so many tokens."""
        guards = [prompt.guard if self._switches.guard else None for prompt in prompts]
        return [DigitGuard(self._tokenizer, guards, asked, self._ends)]

    def is_done(self, prompt: Prompt, tokens: torch.Tensor) -> bool:
        """Whether an answer may end with these tokens."""
        if self._stop.is_set() or len(tokens) >= prompt.most_new_tokens:
            return True
        if prompt.is_enough is None or not self._switches.stopping:
            return False
        answer = self._decode(tokens)
        # "It cost $5." is the end of a sentence, unless the figure goes on.
        whole = prompt.guard is None or prompt.guard.may_end(THINKING.sub("", answer))
        return whole and prompt.is_enough(answer)

    def _cut(self, tokens: Tokens) -> Tokens:
        """The tokens before the one that ends an answer; what follows it is padding."""
        return list(takewhile(lambda token: token not in self._ends, tokens))

    def _count_layers(self) -> int:
        return int(self._network.config.get_text_config(decoder=True).num_hidden_layers)

    def _can_keep_caches(self) -> bool:
        """Whether all that the network remembers is keys and values of all tokens."""
        cache = DynamicCache(config=self._network.config)
        return all(type(layer) is DynamicLayer for layer in cache.layers)


class _Stop(StoppingCriteria):
    """Ends each row when it may end; notes when the first tokens were there."""

    def __init__(self, decoder: Decoder, prompts: Sequence[Prompt], asked: int) -> None:
        self._decoder, self._prompts, self._asked = decoder, prompts, asked
        self.first = 0.0

    def __call__(self, input_ids: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        self.first = self.first or time.perf_counter()
        done = [
            self._decoder.is_done(prompt, row[self._asked :])
            for prompt, row in zip(self._prompts, input_ids, strict=True)
        ]
        return torch.tensor(done, device=input_ids.device)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A prompt of which ``read`` tokens are in a cache, ``known`` of them from before."""

    family: str
    left: Tokens
    cache: Cache | None
    known: int = 0
    read: int = 0


def _find_families(begun: Sequence[_Begun]) -> Iterator[tuple[slice, int]]:
    """The rows side by side that were begun with the same tokens, and how many these are."""
    start = 0
    for (_, known), rows in groupby(begun, key=lambda each: (each.family, each.known)):
        end = start + len(list(rows))
        yield slice(start, end), known
        start = end


def _find_padding(tokenizer: Tokenizer) -> int:
    """The token that fills the left of shorter prompts."""
    padding = tokenizer.pad_token_id
    return int(padding if padding is not None else tokenizer.eos_token_id or 0)


def find_ends(network: Network, tokenizer: Tokenizer) -> set[int]:
    """The tokens that end an answer, and the one that follows its end in a batch."""
    ends = network.generation_config.eos_token_id
    listed = ends if isinstance(ends, list) else [ends]
    several = (*listed, tokenizer.eos_token_id, tokenizer.pad_token_id)
    return {int(each) for each in several if each is not None}


def _find_shared(one: Tokens, other: Tokens) -> Tokens:
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return [token for token, _ in pairs]
