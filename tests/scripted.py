"""A model that does what the title of a release says, in a real process of the worker.

It writes down what it is given, so that a test can tell what was tried, when and with what.
"""

import os
import signal
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from data.models import Method, ReleaseText, Summary
from summarizer.engines.base import Draft, EngineError, Request, Translation
from summarizer.loading import EngineOptions, LoadedEngine, load_engine
from summarizer.meter import Generation, Meter
from summarizer.worker import serve
from summarizer.worker.messages import Setup

BODY = (
    "The Lantern Bureau announced today (November 27) that 13 600 lamps on Pier Road in Tai Po "
    "will be replaced from December 1. Members of the public should avoid Pier Road at night."
)
SAID = (
    "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1, and "
    "members of the public should avoid the road at night."
)
_HELD: list[bytearray] = []


class Scripted:
    """An engine for four releases of one text at once."""

    method: Method = "model"
    model: str | None = "scripted"
    batch_size = 8

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.meter = Meter()

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """One alone."""
        self._note([text])
        return self._write(text, faults)

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        """Several, one after the other."""
        self._note([request.text for request in requests])
        return [self._write(request.text, request.faults) for request in requests]

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        """A sentence whose facts are in the text."""
        self._note([text])
        self._act(text.title, faults)
        return Translation(
            "更換燈泡", "燈籠局將於12月1日起更換碼頭道13,600盞燈，市民應避免晚間使用。"
        )

    def _write(self, text: ReleaseText, faults: Sequence[str]) -> Draft:
        self._act(text.title, faults)
        self.meter.add(Generation(400, 100, 30, 3.0, 5.0))
        wrong = text.title in {"wrong", "relapse"}
        return Draft("Nothing that is true." if wrong else SAID)

    def _note(self, texts: Sequence[ReleaseText]) -> None:
        with (self._folder / "notes").open("a", encoding="utf-8") as notes:
            notes.write(" ".join(text.id for text in texts) + "\n")

    def _act(self, title: str, faults: Sequence[str]) -> None:
        order, _, number = title.partition(" ")
        if order == "die" or (order == "relapse" and faults):
            os._exit(9)
        if order == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        if order == "grow":
            _HELD.append(bytearray(int(number)))
        while order in {"wait", "grow"} and not (self._folder / "go").exists():
            time.sleep(0.02)


def serve_scripted(pipe: Connection, setup: Setup) -> None:
    """The life of the process, with the folder for notes in the place of a model's name.

    With a file ``fail`` in it, the process dies while it loads.
    """

    def load(options: EngineOptions) -> LoadedEngine:
        if options.choice == "extract":
            return load_engine(options)
        folder = Path(str(options.model))
        with (folder / "loads").open("a", encoding="utf-8") as loads:
            loads.write(f"{os.getpid()}\n")
        if (folder / "fail").exists():
            os._exit(7)
        engine: Any = Scripted(folder)
        return LoadedEngine(engine, "Summaries come from a script.")

    serve(pipe, setup, load)
