"""Which engine writes: from what was asked for to an engine that is ready, or the next best."""

from dataclasses import dataclass, field
from pathlib import Path

from summarizer.engines.base import Engine, ModelUnavailableError
from summarizer.engines.extract import ExtractEngine

ENGINES = ("auto", "extract", "transformer", "remote")


class WrongUseError(ValueError):
    """The engine asked for can't be what was meant; the message says what to do."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What an operator asks for; can be sent to another process.

    ``model`` is a tier, a name on the hub, a folder, or what a remote server calls its model;
    ``revision`` a branch, tag or commit of the hub, None for the default branch; ``cache`` the
    folder where the int8 form of a model is kept, None for no cache. The rest is for the remote
    engine: base address, key, requests at once, seconds for an answer.
    """

    choice: str = "auto"
    model: str | None = None
    revision: str | None = None
    cache: Path | None = None
    remote_url: str | None = None
    remote_key: str | None = field(default=None, repr=False)
    remote_concurrency: int = 4
    remote_timeout: float = 120.0


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine, and the sentence that says which it is and why; ``fell_back`` if not as asked."""

    engine: Engine
    reason: str
    fell_back: bool = False


def load_engine(options: EngineOptions) -> LoadedEngine:
    """The engine that the options ask for.

    A model that can't be loaded is no failure: the extract engine carries on, and the reason
    says so; whoever asked for the engine says it on, once.

    Raises:
        WrongUseError: if the choice is unknown, or lacks what it needs.
    """
    choice, model = options.choice, options.model
    if choice not in ENGINES:
        raise WrongUseError(f"There is no engine {choice!r}; choose one of {', '.join(ENGINES)}.")
    if choice == "transformer" and not model:
        raise WrongUseError(
            "The transformer engine needs a model: name one on the hub or a folder."
        )
    if choice == "extract":
        return LoadedEngine(ExtractEngine(), "Summaries come from the extract engine, as chosen.")
    if not model:
        reason = "Summaries come from the extract engine: no model is configured."
        return LoadedEngine(ExtractEngine(), reason)
    try:
        from summarizer.engines.transformer import load_transformer

        engine: Engine = load_transformer(model)
    except ModelUnavailableError as error:
        reason = f"{error} Summaries come from the extract engine."
        return LoadedEngine(ExtractEngine(), reason, fell_back=True)
    except ImportError as error:
        reason = (
            f"transformers can't be imported ({error}). Summaries come from the extract engine."
        )
        return LoadedEngine(ExtractEngine(), reason, fell_back=True)
    return LoadedEngine(engine, f"Summaries come from the model {model}.")
