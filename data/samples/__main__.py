"""The samples from the command line.

``python -m data.samples [--port N]`` serves the sample site until Ctrl-C; with ``releases`` or
``references`` it prints the samples, or their reference summaries, as JSON lines.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import get_args

from data.models import to_utc
from data.samples.rendering import Split, render_samples, sample_references
from data.samples.server import HOST, SampleSite

_OFFICIAL = "https://www.info.gov.hk"
# So that scores can be made again: the dates in the texts count from this moment.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_ANY_MOMENT = "2026-11-22T15:30:00+08:00"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve or print the samples; 0 when done, 1 if the port can't be had, 2 on wrong use."""
    options = _parse(arguments)
    if options.command != "serve":
        try:
            for line in _list_lines(options.command, options.split, options.at):
                print(line, flush=True)
        except BrokenPipeError:
            # Whoever read the output has gone; so that nothing is flushed to it at exit:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    try:
        asyncio.run(_serve(options.port))
    except OSError as error:
        reason = error.strerror or error
        said = f"can't listen on {HOST}:{options.port}: {reason}; choose another --port"
        print(said, file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.samples",
        description="Publish the fictional sample releases on this machine, like the real site; "
        "or print them, or their reference summaries, as JSON lines.",
    )
    parser.add_argument(
        "command", nargs="?", choices=["serve", "releases", "references"], default="serve"
    )
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any)")
    parser.add_argument("--split", choices=get_args(Split), help="of one split (default: both)")
    parser.add_argument(
        "--at",
        type=_moment,
        default=_ANY_MOMENT,
        help=f"the moment from which the dates in the texts count (default: {_ANY_MOMENT})",
    )
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = to_utc(datetime.fromisoformat(text))
    except ValueError:
        moment = None
    # Their dates reach some years to either side.
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise argparse.ArgumentTypeError(
            f"give a moment such as 2026-11-22T15:30+08:00, from {_FIRST_YEAR} to {_LAST_YEAR}"
        )
    return moment


def _list_lines(command: str, split: Split | None, at: datetime) -> Iterator[str]:
    if command == "references":
        for reference in sample_references(at):
            if split in (None, reference.split):
                yield reference.model_dump_json()
        return
    for sample in render_samples(at):
        if split in (None, sample.split):
            yield sample.to_release(_OFFICIAL).to_json()


async def _serve(port: int) -> None:
    site = SampleSite(lambda: datetime.now(UTC))
    await site.start(port)
    try:
        for url in site.feed_urls.values():
            print(url)
        print(f"Today's releases: {site.url}/ (Ctrl-C ends)", flush=True)
        stopped = asyncio.Event()
        # Asked for by name: a process started in the background ignores Ctrl-C by default.
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        await stopped.wait()
    finally:
        await site.close()


if __name__ == "__main__":
    sys.exit(main())
