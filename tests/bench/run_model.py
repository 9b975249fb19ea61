"""One way to run a model over some releases, in a process of its own, measured.

    python run_model.py FOLDER CACHE WAY STARTED

prints a line of JSON. Random weights say nothing, so every answer is forced to be the reference
summary of its text: the network computes as ever, and then nothing but the next token of the
reference is left to choose. What prompt lookup guesses is judged by that, so its gain is that of
summaries which copy as much as the references do.
"""

import json
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import torch
from transformers import LogitsProcessor, LogitsProcessorList

from data.models import Release
from data.samples import sample_references, sample_releases
from summarizer.engines.asking import write_issue_date
from summarizer.engines.transformer.decoding import Decoder, Prompt, Switches
from summarizer.engines.transformer.engine import TransformerEngine
from summarizer.engines.transformer.loading import LoadedModel, load_model
from summarizer.meter import Generation, Meter
from summarizer.prompts import compose_messages
from summarizer.summarize import summarize_batch
from summarizer.tiers import Arithmetic

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
WHOLE_BODY = 100_000  # tokens


_BARE = Switches(prefixes=False, lookup=False, guard=False)


@dataclass(frozen=True)
class Way:
    """How to run: "plain" is the library's ``generate`` on the whole release, nothing else."""

    releases: int
    plain: bool = False
    arithmetic: Arithmetic = "int8"
    whole_body: bool = False
    switches: Switches = _BARE
    batch: int = 1


_CUT = Way(2, switches=_BARE)
_PREFIXES = replace(_CUT, switches=replace(_BARE, prefixes=True))
_LOOKUP = replace(_PREFIXES, switches=replace(_BARE, prefixes=True, lookup=True))
_GUARD = replace(_LOOKUP, switches=Switches())
WAYS = {
    "the library's default (bfloat16)": Way(1, plain=True, arithmetic="bfloat16"),
    "plain float32": Way(2, plain=True, arithmetic="float32"),
    "int8": Way(2, whole_body=True, switches=_BARE),
    "and the body cut": _CUT,
    "and the shared prefix kept": _PREFIXES,
    "and prompt lookup": _LOOKUP,
    "and the digit guard": _GUARD,
    "2 at once": replace(_GUARD, batch=2),
    "4 at once": replace(_GUARD, batch=4),
    "8 at once": replace(_GUARD, releases=4, batch=8),
}


class FirstMeter(Meter):
    """A meter that notes when the first answer was there."""

    first: float | None = None

    def add(self, generation: Generation) -> None:
        self.first = self.first or time.perf_counter()
        super().add(generation)


class Forced(LogitsProcessor):
    """Leaves nothing but the next token of what each row is to say."""

    def __init__(self, sayings: Sequence[list[int]], asked: int) -> None:
        self._sayings, self._asked = sayings, asked

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        forced = torch.full_like(scores, -torch.inf)
        for row, saying in enumerate(self._sayings):
            forced[row, saying[min(input_ids.shape[1] - self._asked, len(saying) - 1)]] = 0
        return forced


class Sayings:
    """What is to be said of each release, found by the title in its prompt."""

    def __init__(self, releases: Sequence[Release], model: LoadedModel) -> None:
        wanted = {(each.id, each.language): each.summary for each in sample_references(NOW)}
        end = model.tokenizer.eos_token_id
        self._by_title = {
            text.title: [*model.tokenizer(wanted[release.id, language])["input_ids"], end]
            for release in releases
            for language, text in release.texts.items()
        }

    def find(self, prompt: str) -> list[int]:
        """The tokens to say in answer to a prompt."""
        return next(saying for title, saying in self._by_title.items() if title in prompt)


class ForcedDecoder(Decoder):
    """Our decoder, saying what it is told to."""

    sayings: Sayings

    def _list_processors(self, prompts: Sequence[Prompt], asked: int) -> list[LogitsProcessor]:
        said = [self.sayings.find(prompt.messages[-1]["content"]) for prompt in prompts]
        return [Forced(said, asked), *super()._list_processors(prompts, asked)]


class BenchEngine(TransformerEngine):
    """Our engine, with batches of another size and bodies uncut, if so asked."""

    def __init__(self, model: LoadedModel, decoder: Decoder, meter: Meter, way: Way) -> None:
        super().__init__(model, decoder, meter)
        self.batch_size = way.batch
        if way.whole_body:
            self._most_source = WHOLE_BODY


def list_releases(count: int) -> list[Release]:
    """Releases of the test split in both languages, of all lengths alike."""
    split = {(each.id, each.language) for each in sample_references(NOW) if each.split == "test"}
    both = [
        release
        for release in sample_releases(NOW, "https://example.org")
        if all((release.id, language) in split for language in ("en", "zh"))
    ]
    both.sort(key=lambda release: len(release.texts["en"].body))
    return [both[(2 * each + 1) * len(both) // (2 * count)] for each in range(count)]


def run_plain(model: LoadedModel, releases: Sequence[Release], sayings: Sayings) -> "FirstMeter":
    """One text after the other by ``generate``, given all of its body."""
    meter = FirstMeter()
    for release in releases:
        for text in release.texts.values():
            messages = compose_messages(
                text.language, text.title, text.body, write_issue_date(text)
            )
            inputs = model.tokenizer.apply_chat_template(
                messages, add_generation_prompt=True, return_dict=True, return_tensors="pt"
            )
            width = inputs["input_ids"].shape[1]
            saying = sayings.find(messages[-1]["content"])
            clock = First(saying, width)
            start = time.perf_counter()
            with torch.inference_mode():
                model.network.generate(
                    **inputs,
                    do_sample=False,
                    max_new_tokens=len(saying),
                    logits_processor=LogitsProcessorList([clock]),
                )
            seconds = clock.seconds - start, time.perf_counter() - clock.seconds
            meter.add(Generation(width, 0, len(saying), *seconds))
    return meter


class First(Forced):
    """Notes when the first token was asked for."""

    def __init__(self, saying: list[int], asked: int) -> None:
        super().__init__([saying], asked)
        self.seconds = 0.0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        self.seconds = self.seconds or time.perf_counter()
        return super().__call__(input_ids, scores)


def run_ours(
    model: LoadedModel, releases: Sequence[Release], sayings: Sayings, way: Way
) -> "FirstMeter":
    """From releases to finished summaries, both languages, checked."""
    meter = FirstMeter()
    decoder = ForcedDecoder(model, meter, switches=way.switches)
    decoder.sayings = sayings
    engine = BenchEngine(model, decoder, meter, way)
    done = list(summarize_batch(releases, engine))
    assert len(done) == len(releases)
    return meter


def read_memory() -> int:
    """The bytes that this process holds."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * resource.getpagesize()


def main(folder: Path, cache: Path, name: str, started: float) -> None:
    """Run one way and print what was measured; ``started``: when the process was asked for."""
    torch.set_num_threads(2)
    way = WAYS[name]
    releases = list_releases(way.releases)
    start = time.perf_counter()
    model = load_model(folder, name, cache, way.arithmetic)
    loaded, held = time.perf_counter(), read_memory()
    sayings = Sayings(releases, model)
    meter = (
        run_plain(model, releases, sayings)
        if way.plain
        else run_ours(model, releases, sayings, way)
    )
    seconds = time.perf_counter() - loaded
    ready = time.time() - started - seconds
    speeds = meter.snapshot()
    found = {
        "loading": loaded - start,
        "start to loaded": ready,
        "start to first summary": ready + (meter.first or 0.0) - loaded,
        "seconds": seconds,
        "summaries an hour": 3_600 * speeds.total.answers / seconds,
        "prefill": speeds.prefill,
        "decode": speeds.decode,
        **asdict(speeds.total),
        "held": held,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1_024,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
