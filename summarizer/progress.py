"""What is seen while a model summarises many releases: a line that is renewed, and a sum."""

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TextIO

from tqdm import tqdm

from summarizer.engines.base import Engine
from summarizer.lines import Answer
from summarizer.meter import Metered, Speeds
from summarizer.worker.report import Tally, describe_batch


class Progress:
    """Watches answers go by; speaks to a terminal as they come, and to anyone at the end."""

    def __init__(self, engine: Engine, stream: TextIO) -> None:
        self._engine, self._stream = engine, stream
        self._bar = tqdm(unit=" releases", file=stream, disable=not stream.isatty())
        self._start = time.monotonic()
        self._tally = Tally()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
        if self._tally.summaries:
            print(self.describe(), file=self._stream, flush=True)

    def watch(self, answers: Iterable[tuple[int, Answer]]) -> Iterator[tuple[int, Answer]]:
        """The same answers, counted."""
        for number, answer in answers:
            self._tally.add(answer.summaries, by_model=True)
            yield number, answer
            self._bar.set_postfix_str(self.describe(), refresh=False)
            self._bar.update()

    def describe(self) -> str:
        """What was made so far, how fast, and why not all of it by the model."""
        seconds = time.monotonic() - self._start
        speeds = self._engine.meter.snapshot() if isinstance(self._engine, Metered) else Speeds()
        return f"Summaries: {describe_batch(self._tally, seconds, speeds)}."
