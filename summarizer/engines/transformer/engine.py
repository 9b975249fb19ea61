"""The engine with a causal language model: prompted to summarise and to translate.

The model's face: text in, text out; tensors stay in this package.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from data.models import LANGUAGES, Language, Method, ReleaseText, Summary
from summarizer.check import to_hong_kong_date
from summarizer.engines.asking import (
    MOST_NEW_TOKENS,
    MOST_SOURCE_TOKENS,
    compose_request,
    compose_translation_request,
    is_enough,
    read_summary,
    read_translation,
)
from summarizer.engines.base import Draft, EngineError, Request, Translation
from summarizer.engines.transformer.batching import BatchDecoder
from summarizer.engines.transformer.decoding import Decoder, Prompt
from summarizer.engines.transformer.loading import LoadedModel
from summarizer.figure_guard import FigureGuard
from summarizer.meter import Meter

_BATCH_ON_CPU, _BATCH_ON_GPU = 4, 64
# A GPU reads so fast that nothing need be left out for the sake of time.
_MOST_SOURCE_TOKENS_ON_GPU = 1_400
_LONGEST_GUARDED = 400_000  # characters; 57,000 tokens are the longest releases
_EXAMPLE_BODIES = ("Work will start soon.", "工程即將展開。")


class TransformerEngine:
    """Summaries written by a causal language model with a chat template."""

    method: Method = "model"

    def __init__(self, model: LoadedModel, decoder: Decoder, meter: Meter) -> None:
        self.model: str | None = model.name
        self.meter = meter
        self.batch_size = _BATCH_ON_GPU if model.on_gpu else _BATCH_ON_CPU
        self._loaded = model
        self._most_source = _MOST_SOURCE_TOKENS_ON_GPU if model.on_gpu else MOST_SOURCE_TOKENS
        self._decoder = decoder
        for language in LANGUAGES:
            one, other = (self._make_prompt(Request(text)) for text in _make_examples(language))
            decoder.learn_prefix(language, one, other)

    def describe(self) -> str:
        """Where and how the model computes: "int8 on 2 cores"."""
        return self._loaded.describe()

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """The model's summary, cut back to whole sentences within the length allowed.

        Raises:
            EngineError: if the model answers with nothing.
        """
        (draft,) = self.draft_batch([Request(text, tuple(faults))])
        if isinstance(draft, EngineError):
            raise draft
        return draft

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        """The model's summaries, as many at once as pay; those of like length together."""
        prompts = [self._make_prompt(request) for request in requests]
        answers: dict[int, str | EngineError] = {}
        for rows in self._share_out(prompts):
            answers |= zip(rows, self._answer(rows, prompts, requests), strict=True)
        return [
            self._read(answers[row], request.text.language) for row, request in enumerate(requests)
        ]

    def _answer(
        self, rows: Sequence[int], prompts: Sequence[Prompt], requests: Sequence[Request]
    ) -> Sequence[str | EngineError]:
        asked = [prompts[row] for row in rows]
        again = any(requests[row].faults for row in rows)
        if isinstance(self._decoder, BatchDecoder) and len(rows) > 1 and not again:
            return self._decoder.answer_many(asked)
        return self._decoder.answer(asked)

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        """The model's translation of title and summary into the other language.

        Raises:
            EngineError: if the model does not answer with a headline and a summary.
        """
        target: Language = "zh" if text.language == "en" else "en"
        messages = compose_translation_request(text, summary, faults)
        prompt = Prompt(messages, f"into {target}", MOST_NEW_TOKENS[target])
        (answer,) = self._decoder.answer([prompt])
        return read_translation(answer, target, self.model)

    def _share_out(self, prompts: Sequence[Prompt]) -> Iterator[list[int]]:
        """The numbers of prompts to answer together: those that begin alike, by their length."""
        sizes = [sum(len(message["content"]) for message in prompt.messages) for prompt in prompts]
        rows = sorted(range(len(prompts)), key=lambda row: (prompts[row].family, sizes[row]))
        for start in range(0, len(rows), self.batch_size):
            yield rows[start : start + self.batch_size]

    def _make_prompt(self, request: Request) -> Prompt:
        text = request.text
        return Prompt(
            compose_request(
                text, request.faults, self._loaded.count, self._loaded.room, self._most_source
            ),
            family=text.language,
            most_new_tokens=MOST_NEW_TOKENS[text.language],
            is_enough=lambda answer: is_enough(answer, text.language),
            guard=_make_guard(text),
        )

    def _read(self, answer: str | EngineError, language: Language) -> Draft | EngineError:
        if isinstance(answer, EngineError):
            return answer
        try:
            return Draft(read_summary(answer, language, self.model))
        except EngineError as error:
            return error


def _make_guard(text: ReleaseText) -> FigureGuard | None:
    """A guard of figures; none for a text so long that reading all its figures takes minutes."""
    if len(text.body) > _LONGEST_GUARDED:
        return None
    return FigureGuard(text.body, text.language, to_hong_kong_date(text.issued_at))


def _make_examples(language: Language) -> Iterator[ReleaseText]:
    """Two texts that have nothing in common, so that their prompts share what all prompts do."""
    for number, title in enumerate(("Lamps", "碼頭")):
        yield ReleaseText(
            language=language,
            id="example",
            url="",
            title=title,
            body=_EXAMPLE_BODIES[number],
            issued_at=datetime(2020 + 11 * number, 1 + 9 * number, 2 + 9 * number, tzinfo=UTC),
        )
