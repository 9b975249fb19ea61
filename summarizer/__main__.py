"""The command line: releases in, summaries out; or summaries in, verdicts out.

Lines of JSON on standard input and output, UTF-8. Exit status 0: done; 1: some lines failed,
each named on standard error, the rest done; 2: wrong use.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from data.models import ContractError, Language, Release, describe_faults

_LONGEST_LINE = 32 * 1024 * 1024
_ENGINES = ("auto", "extract", "transformer")


class LineError(ValueError):
    """A line that can't be used; the message says why."""


class CheckRequest(BaseModel):
    """A summary to check: one line of ``python -m summarizer check``."""

    model_config = ConfigDict(extra="ignore")

    language: Language
    source: str
    summary: str
    issued_at: datetime | date


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parse(arguments)
    try:
        if options.command == "check":
            return _check_lines(sys.stdin.buffer, sys.stdout.buffer)
        if options.command == "evaluate":
            return _evaluate_lines(options, sys.stdin.buffer, sys.stdout.buffer)
        return _summarize_lines(options, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # Whoever read the output has gone; so that nothing is flushed to it at exit:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer",
        description="Reads releases as JSON lines and writes a summary of each text; "
        "with “check”, reads summaries with their sources and writes verdicts; "
        "with “evaluate”, scores the summaries of the releases against references.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["check", "evaluate"],
        help="check summaries, or score an engine, instead",
    )
    parser.add_argument(
        "--references",
        type=Path,
        metavar="FILE",
        help="hand-written summaries to score against, as JSON lines (evaluate)",
    )
    parser.add_argument("--json", action="store_true", help="scores as JSON lines (evaluate)")
    parser.add_argument(
        "--engine",
        choices=_ENGINES,
        default=os.environ.get("SUMMARY_ENGINE") or "auto",
        help="who writes (default: SUMMARY_ENGINE, else auto: the model if one can be loaded)",
    )
    parser.add_argument(
        "--model",
        default=os.environ.get("SUMMARY_MODEL") or None,
        metavar="NAME_OR_DIR",
        help="model on the hub or in a folder (default: SUMMARY_MODEL)",
    )
    options = parser.parse_args(arguments)
    if options.engine not in _ENGINES:
        parser.error(f"SUMMARY_ENGINE is {options.engine!r}; choose one of {', '.join(_ENGINES)}")
    if (options.command == "evaluate") != bool(options.references):
        parser.error("evaluate and --references FILE go together")
    if options.command != "check" and options.engine == "transformer" and not options.model:
        parser.error("the transformer engine needs --model or SUMMARY_MODEL")
    return options


def _summarize_lines(options: argparse.Namespace, lines: BinaryIO, out: BinaryIO) -> int:
    from summarizer.summarize import NO_TEXT, load_engine, summarize_release
    from summarizer.translation import translate_release

    loaded = load_engine(options.engine, options.model)
    _say(loaded.reason)

    def summarize(line: bytes) -> Iterator[str]:
        release = Release.from_json(line)
        summaries = summarize_release(release, loaded.engine)
        yield from (summary.to_json() for summary in summaries)
        translations = translate_release(release, summaries, loaded.engine)
        yield from (translation.to_json() for translation in translations)
        empty = [each.language for each in summaries if each.unsupported == (NO_TEXT,)]
        if empty:
            raise LineError(f"release {release.id} ({', '.join(empty)}): {NO_TEXT}")

    return _answer_lines(lines, out, summarize, None)


def _check_lines(lines: BinaryIO, out: BinaryIO) -> int:
    from summarizer.check import check

    def judge(line: bytes) -> Iterator[str]:
        request = CheckRequest.model_validate_json(line)
        verdict = check(request.language, request.source, request.summary, request.issued_at)
        yield _write_verdict(verdict.unsupported)

    return _answer_lines(lines, out, judge, lambda fault: _write_verdict((fault,)))


def _evaluate_lines(options: argparse.Namespace, lines: BinaryIO, out: BinaryIO) -> int:
    from summarizer.evaluate import ReferencesError, evaluate, read_references, render_table
    from summarizer.summarize import load_engine

    try:
        references = read_references(options.references)
    except ReferencesError as error:
        _say(str(error))
        return 2
    loaded = load_engine(options.engine, options.model)
    _say(loaded.reason)
    releases: list[Release] = []

    def collect(line: bytes) -> Iterator[str]:
        releases.append(Release.from_json(line))
        return iter(())

    status = _answer_lines(lines, out, collect, None)
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


def _write_verdict(unsupported: Sequence[str]) -> str:
    verdict = {"supported": not unsupported, "unsupported": list(unsupported)}
    return json.dumps(verdict, ensure_ascii=False)


def _answer_lines(
    lines: BinaryIO,
    out: BinaryIO,
    answer: Callable[[bytes], Iterator[str]],
    excuse: Callable[[str], str] | None,
) -> int:
    """Answer each line; a line that fails is named, and excused where a line is owed for it."""
    status = 0
    for number, line in _read_lines(lines):
        try:
            for answered in answer(_refuse_long(line)):
                _write(out, answered)
        except (LineError, ContractError, ValidationError) as error:
            status = 1
            fault = describe_faults(error) if isinstance(error, ValidationError) else str(error)
            _say(f"line {number}: {fault}")
            if excuse:
                _write(out, excuse(fault))
    return status


def _refuse_long(line: bytes) -> bytes:
    if len(line) > _LONGEST_LINE:
        raise LineError("the line is too long")
    return line


def _read_lines(lines: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers, blank ones left out; of one too long, only its start."""
    number = 0
    while line := lines.readline(_LONGEST_LINE + 1):
        number += 1
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = lines.readline(_LONGEST_LINE)
        line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield number, line


def _write(out: BinaryIO, line: str) -> None:
    out.write(line.encode() + b"\n")
    out.flush()


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
