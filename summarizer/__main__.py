"""The command line: releases in, summaries out; or summaries in, verdicts out.

Lines of JSON on standard input and output, UTF-8. Exit status 0: done; 1: some lines failed,
each named on standard error, the rest done; 2: wrong use.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from data.models import Release
from summarizer.engines.base import WrongUseError
from summarizer.lines import (
    Answer,
    LineError,
    answer_in_batches,
    answer_in_order,
    check_line,
    count_processes,
    count_releases_at_once,
    parse_line,
    read_lines,
    summarize_line,
    summarize_lines,
)

if TYPE_CHECKING:
    from summarizer.loading import LoadedEngine

_ENGINES = ("auto", "extract", "transformer", "remote")
_ABOUT_MODELS = ("models", "fetch")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parse(arguments)
    try:
        if options.command in _ABOUT_MODELS:
            return _run_about_models(options)
        lines = _open_input()
        if options.command == "check":
            return _answer_lines(lines, sys.stdout.buffer, check_line)
        if options.command == "evaluate":
            return _evaluate_lines(options, lines, sys.stdout.buffer)
        return _summarize_lines(options, lines, sys.stdout.buffer)
    except BrokenPipeError:
        # Whoever read the output has gone; so that nothing is flushed to it at exit:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except WrongUseError as error:
        _say(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


def _open_input() -> BinaryIO:
    """Standard input, but not the interpreter's own file.

    That one aborts the process if a thread still waits for a line when it ends.
    """
    return open(sys.stdin.fileno(), "rb", closefd=False)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer",
        description="Reads releases as JSON lines and writes a summary of each text; "
        "with “check”, reads summaries with their sources and writes verdicts; "
        "with “evaluate”, scores the summaries of the releases against references; with “models”, "
        "tells which models there are; with “fetch NAME”, has one on this machine.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["check", "evaluate", *_ABOUT_MODELS],
        help="check summaries, score an engine, list the models or fetch one, instead",
    )
    parser.add_argument(
        "name",
        nargs="?",
        metavar="TIER_OR_NAME",
        help="what to fetch: small, default, quality, auto, or NAME[@REVISION] on the hub (fetch)",
    )
    parser.add_argument(
        "--references",
        type=Path,
        metavar="FILE",
        help="hand-written summaries to score against, as JSON lines (evaluate)",
    )
    parser.add_argument("--json", action="store_true", help="JSON lines (evaluate, models)")
    parser.add_argument(
        "--engine",
        choices=_ENGINES,
        default=os.environ.get("SUMMARY_ENGINE", "").lower() or "auto",
        help="who writes (default: SUMMARY_ENGINE, else auto: the model if one can be loaded)",
    )
    parser.add_argument(
        "--model",
        default=os.environ.get("SUMMARY_MODEL") or None,
        metavar="NAME_OR_DIR",
        help="model on the hub or in a folder (default: SUMMARY_MODEL)",
    )
    parser.add_argument(
        "--url",
        default=os.environ.get("REMOTE_URL") or None,
        help="address of an inference server, for the remote engine (default: REMOTE_URL); its "
        "key is REMOTE_KEY",
    )
    parser.add_argument(
        "--revision",
        default=os.environ.get("SUMMARY_REVISION") or None,
        help="branch, tag or commit of the model on the hub (default: SUMMARY_REVISION)",
    )
    options = parser.parse_args(arguments)
    if (options.command == "evaluate") != bool(options.references):
        parser.error("evaluate and --references FILE go together")
    if (options.command == "fetch") != bool(options.name):
        parser.error("fetch and TIER_OR_NAME go together")
    writes = options.command in {None, "evaluate"}
    if writes and options.engine not in _ENGINES:
        parser.error(f"SUMMARY_ENGINE is {options.engine!r}; choose one of {', '.join(_ENGINES)}")
    if writes and options.engine == "transformer" and not options.model:
        parser.error("the transformer engine needs --model or SUMMARY_MODEL")
    if writes and options.engine == "remote" and not options.url:
        parser.error("the remote engine needs --url or REMOTE_URL")
    return options


def _summarize_lines(options: argparse.Namespace, lines: BinaryIO, out: BinaryIO) -> int:
    loaded = _load(options)
    engine, numbered = loaded.engine, read_lines(lines)
    if engine.method == "extract":
        respond = partial(summarize_line, engine)
        return _write_answers(answer_in_order(numbered, respond, count_processes()), out)
    # A model is in this process alone; what it needs can't be had twice.
    from summarizer.progress import Progress

    with Progress(engine, sys.stderr) as progress:
        answers = answer_in_batches(
            numbered, partial(summarize_lines, engine), count_releases_at_once(engine)
        )
        return _write_answers(progress.watch(answers), out)


def _load(options: argparse.Namespace) -> "LoadedEngine":
    from summarizer.loading import EngineOptions, load_engine

    wanted = EngineOptions(
        options.engine,
        options.model,
        options.revision,
        cache=Path(os.environ.get("STATE_DIR") or "var") / "models",
        remote_url=options.url,
        remote_key=os.environ.get("REMOTE_KEY") or None,
    )
    loaded = load_engine(wanted)
    _say(loaded.reason)
    return loaded


def _evaluate_lines(options: argparse.Namespace, lines: BinaryIO, out: BinaryIO) -> int:
    from summarizer.evaluate import ReferencesError, evaluate, read_references, render_table

    try:
        references = read_references(options.references)
    except ReferencesError as error:
        _say(str(error))
        return 2
    loaded = _load(options)
    releases: list[Release] = []

    def collect(line: bytes) -> Answer:
        try:
            releases.append(parse_line(Release, line))
        except LineError as error:
            return Answer((), str(error))
        return Answer(())

    status = _answer_lines(lines, out, collect)
    name = loaded.engine.model or loaded.engine.method
    evaluation = evaluate(releases, references, loaded.engine, name)
    for missing in evaluation.missing:
        _say(f"there is no release for the reference of {missing}")
    if options.json:
        for tally in evaluation.tallies:
            _write(out, tally.to_json())
    else:
        _write(out, render_table(evaluation.tallies))
    return 1 if evaluation.missing else status


def _run_about_models(options: argparse.Namespace) -> int:
    from summarizer.model_commands import fetch_model, show_models

    if options.command == "models":
        return show_models(options.json)
    return fetch_model(options.name, options.revision)


def _answer_lines(
    lines: BinaryIO, out: BinaryIO, respond: Callable[[bytes], Answer], processes: int = 1
) -> int:
    """Answer each line; one that fails is named, and the rest is done."""
    return _write_answers(answer_in_order(read_lines(lines), respond, processes), out)


def _write_answers(answers: Iterable[tuple[int, Answer]], out: BinaryIO) -> int:
    status = 0
    for number, answer in answers:
        for line in answer.lines:
            _write(out, line)
        if answer.fault:
            status = 1
            _say(f"line {number}: {answer.fault}")
    return status


def _write(out: BinaryIO, line: str) -> None:
    out.write(line.encode() + b"\n")
    out.flush()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
