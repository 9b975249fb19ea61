"""Many prompts at once on a GPU, by the library's continuous batching.

Rows come and go there, so that neither the guard of figures nor the stop at a good length can
take part: a first draft is written to the model's own end and cut, and the check reads it as
ever. A retry goes the other way, with the guard.
"""

import contextlib
import sys
import time
from collections.abc import Sequence

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig

from summarizer.engines.base import EngineError
from summarizer.engines.transformer.decoding import Decoder, Prompt, Tokens
from summarizer.meter import Generation

_PAGE = 256  # tokens for which a block has room in each layer
_MOST_TOKENS_AT_ONCE = 8_192
_SHARE_OF_MEMORY = 0.5


class BatchDecoder(Decoder):
    """A decoder that can also answer many prompts together."""

    def answer_many(self, prompts: Sequence[Prompt]) -> list[str | EngineError]:
        """The answer to each prompt, or why there is none; unguarded.

        Raises:
            EngineError: if the template refuses a prompt.
        """
        start = time.perf_counter()
        encoded = [self._encode(prompt.messages) for prompt in prompts]
        most_new = max(prompt.most_new_tokens for prompt in prompts)
        written = self._run(encoded, most_new)
        self._meter.add(
            Generation(
                prompt_tokens=sum(map(len, encoded)),
                new_tokens=sum(map(len, written.values())),
                decode_seconds=time.perf_counter() - start,
                answers=len(prompts),
            )
        )
        return [self._read_answer(written.get(tuple(tokens))) for tokens in encoded]

    def _read_answer(self, tokens: Tokens | None) -> str | EngineError:
        if tokens is None:
            return EngineError(f"The model {self._model.name} gave no answer in its batch.")
        return self._decode(self._cut(tokens))

    def _run(self, encoded: Sequence[Tokens], most_new: int) -> dict[tuple[int, ...], Tokens]:
        """New tokens by the tokens of their prompt, for those that were answered."""
        longest = max(map(len, encoded)) + most_new
        asked = GenerationConfig(  # type: ignore[no-untyped-call]  # untyped there
            do_sample=False,
            max_new_tokens=most_new,
            eos_token_id=sorted(self._ends),
            pad_token_id=self._padding,
        )
        limits = ContinuousBatchingConfig(
            num_blocks=count_blocks(len(encoded), longest, self._count_affordable_blocks()),
            max_batch_tokens=_MOST_TOKENS_AT_ONCE,
            max_requests_per_batch=len(encoded),
        )
        # The library prints when a batch fails; standard output is for summaries.
        with contextlib.redirect_stdout(sys.stderr):
            found = self._network.generate_batch(
                inputs=[list(tokens) for tokens in encoded],
                generation_config=asked,
                continuous_batching_config=limits,
            )
        return {
            tuple(each.prompt_ids): list(each.generated_tokens)
            for each in found.values()
            if each.error is None
        }

    def _count_affordable_blocks(self) -> int:
        """How many blocks of keys and values fit into the memory that may be used for them."""
        config = self._network.config.get_text_config(decoder=True)
        heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
        width = (
            getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        )
        size = 2 * config.num_hidden_layers * heads * width * _PAGE * self._network.dtype.itemsize
        return max(1, int(_find_free_memory(self._model.on_gpu) * _SHARE_OF_MEMORY) // int(size))


def count_blocks(requests: int, longest: int, affordable: int) -> int:
    """Blocks for all requests at their longest, but no more than can be afforded.

    Never fewer than one request needs: the library waits for ever for a block that there is not.
    """
    each = -(-longest // _PAGE) + 1
    return max(each, min(affordable, requests * each))


def _find_free_memory(on_gpu: bool) -> int:
    if on_gpu:
        free, _ = torch.cuda.mem_get_info()
        return int(free)
    return 1 << 30
