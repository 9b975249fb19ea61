"""The engine with an encoder-decoder model, which summarises whatever text it is given.

Such a model can't be told what was wrong: its second try is a search with beams.
"""

from collections.abc import Sequence
from time import perf_counter

import torch
from transformers import LogitsProcessorList

from data.models import Method, ReleaseText
from summarizer.check import to_hong_kong_date
from summarizer.engines.asking import MOST_NEW_TOKENS, compose_source_request, read_summary
from summarizer.engines.base import Draft
from summarizer.engines.transformer.decoding import find_ends
from summarizer.engines.transformer.digit_guard import DigitGuard
from summarizer.engines.transformer.loading import LoadedModel
from summarizer.engines.transformer.untyped import Config
from summarizer.figure_guard import FigureGuard
from summarizer.meter import Generation, Meter

_BEAMS = 4
_TIME_LIMIT = 300.0


class SequenceEngine:
    """Summaries written by a model such as T5, BART or Pegasus."""

    method: Method = "model"

    def __init__(self, model: LoadedModel, meter: Meter) -> None:
        self.model: str | None = model.name
        self.meter = meter
        self._loaded = model
        self._prefix = _find_prefix(model.network.config)

    def describe(self) -> str:
        """Where and how the model computes: "float32 on 2 cores"."""
        return self._loaded.describe()

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """The model's summary, cut back to whole sentences within the length allowed.

        Raises:
            EngineError: if the model answers with nothing, or computes what is no number.
        """
        source = compose_source_request(text, self._loaded.count, self._loaded.room, self._prefix)
        guard = FigureGuard(text.body, text.language, to_hong_kong_date(text.issued_at))
        answer = self._generate(
            source, guard, MOST_NEW_TOKENS[text.language], 1 if not faults else _BEAMS
        )
        return Draft(read_summary(answer, text.language, self.model))

    @torch.inference_mode()
    def _generate(self, source: str, guard: FigureGuard, most_new: int, beams: int) -> str:
        network, tokenizer = self._loaded.network, self._loaded.tokenizer
        start = perf_counter()
        inputs = tokenizer(
            source, return_tensors="pt", truncation=True, max_length=self._loaded.room
        ).to(network.device)
        ends = find_ends(network, tokenizer)
        output = network.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            do_sample=False,
            num_beams=beams,
            max_new_tokens=most_new,
            max_time=_TIME_LIMIT,
            # After any of these the guard has no say.
            eos_token_id=sorted(ends),
            # One token begins each answer.
            logits_processor=LogitsProcessorList(
                [DigitGuard(tokenizer, [guard], 1, ends, keep=1 if beams == 1 else 2 * beams)]
            ),
        )
        self.meter.add(
            Generation(
                prompt_tokens=inputs["input_ids"].shape[1],
                new_tokens=output.shape[1] - 1,
                decode_seconds=perf_counter() - start,
            )
        )
        return str(tokenizer.decode(output[0], skip_special_tokens=True))


def _find_prefix(config: Config) -> str:
    """The words that the model was taught to begin a text with, where its config tells."""
    tasks = getattr(config, "task_specific_params", None) or {}
    return str(tasks.get("summarization", {}).get("prefix", ""))
