"""What an engine is: text in, draft out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from data.models import Method, ReleaseText, Summary


class EngineError(RuntimeError):
    """The engine can't do its work; the message is one sentence that says why."""


class ModelUnavailableError(EngineError):
    """A model can't be loaded: missing, damaged, gated, or of a kind that can't be prompted."""


class WrongUseError(ValueError):
    """The engine asked for can't be what was meant; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A summary before it is checked; ``sources`` are spans of the body, where known."""

    text: str
    sources: tuple[tuple[int, int], ...] = ()


class Engine(Protocol):
    """Writes a draft of a summary of one official text."""

    @property
    def method(self) -> Method:
        """How summaries of this engine are marked."""
        ...

    @property
    def model(self) -> str | None:
        """The name of the model, if there is one."""
        ...

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """A draft; ``faults`` tell what was wrong with the one before.

        Raises:
            EngineError: if no draft could be made.
        """
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A text to draft a summary of; ``faults`` tell what was wrong with the draft before."""

    text: ReleaseText
    faults: tuple[str, ...] = ()


@runtime_checkable
class BatchEngine(Engine, Protocol):
    """An engine that is quicker with several texts at once."""

    @property
    def batch_size(self) -> int:
        """How many requests it pays to ask for at once; more are no fault."""
        ...

    def draft_batch(self, requests: Sequence[Request]) -> "list[Draft | EngineError]":
        """A draft for each request, in their order, or why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Translation:
    """Headline and summary of a release in the language that it lacks, before they are checked."""

    headline: str
    text: str


@runtime_checkable
class Translator(Engine, Protocol):
    """An engine that also translates."""

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        """A text's title and its checked summary in the other official language.

        Args:
            text: the official text that the summary is of.
            summary: in the language of the text.
            faults: what was wrong with the translation before, if there was one.

        Raises:
            EngineError: if no translation could be made.
        """
        ...
