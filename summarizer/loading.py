"""Which engine writes: from what was asked for to an engine that is ready, or the next best."""

from dataclasses import dataclass, field
from pathlib import Path

from summarizer.engines.base import Engine, ModelUnavailableError, WrongUseError
from summarizer.engines.extract import ExtractEngine

ENGINES = ("auto", "extract", "transformer", "remote")


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

    A model that can't be had is no failure: the extract engine carries on, and the reason says
    so; whoever asked for the engine says it on, once.

    Raises:
        WrongUseError: if the choice is unknown, or lacks what it needs.
    """
    check_options(options)
    if options.choice == "extract":
        return LoadedEngine(ExtractEngine(), "Summaries come from the extract engine, as chosen.")
    if options.choice == "auto" and not options.model:
        reason = "Summaries come from the extract engine: no model is configured."
        return LoadedEngine(ExtractEngine(), reason)
    load = _load_remote if options.choice == "remote" else _load_transformer
    try:
        return load(options)
    except ModelUnavailableError as error:
        reason = f"{error} Summaries come from the extract engine."
    except ImportError as error:
        reason = f"A library is missing ({error}). Summaries come from the extract engine."
    return LoadedEngine(ExtractEngine(), reason, fell_back=True)


def check_options(options: EngineOptions) -> None:
    """Find what is wrong with options before anything is loaded or asked.

    Raises:
        WrongUseError: if the choice is unknown, lacks what it needs, or a model's name or a
            server's address or key can't be one.
    """
    choice = options.choice
    if choice not in ENGINES:
        raise WrongUseError(f"There is no engine {choice!r}; choose one of {', '.join(ENGINES)}.")
    if choice == "transformer" and not options.model:
        raise WrongUseError(
            "The transformer engine needs a model: name a tier, a model on the hub or a folder."
        )
    if choice == "remote" and not options.remote_url:
        raise WrongUseError("The remote engine needs the address of its server: REMOTE_URL.")
    if choice == "remote":
        from summarizer.engines.remote import check_remote

        check_remote(options)
    elif choice != "extract" and options.model:
        _check_name(options.model, options.revision)


def _check_name(model: str, revision: str | None) -> None:
    from summarizer.tiers import ModelNameError, parse_model

    try:
        parse_model(model, revision)
    except ModelNameError as error:
        raise WrongUseError(str(error)) from None


def _load_transformer(options: EngineOptions) -> LoadedEngine:
    from summarizer.engines.transformer import load_transformer
    from summarizer.hub import get_folder
    from summarizer.machine import settle_model
    from summarizer.tiers import parse_model

    model, why = settle_model(parse_model(options.model or "", options.revision))
    snapshot = get_folder(model)
    engine = load_transformer(snapshot.folder, model.name, options.cache)
    commit = f" at commit {snapshot.commit[:12]}" if snapshot.commit else ""
    said = f"Summaries come from the model {model.name}{commit}, {engine.describe()}."
    return LoadedEngine(engine, f"{why} {said}" if why else said)


def _load_remote(options: EngineOptions) -> LoadedEngine:
    from summarizer.engines.remote import load_remote

    engine = load_remote(options)
    return LoadedEngine(engine, engine.standing, fell_back=not engine.is_up)
