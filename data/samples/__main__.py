"""``python -m data.samples [--port N]``: the sample site until Ctrl-C."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from data.samples.server import HOST, SampleSite


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the sample releases; 0 after Ctrl-C, 1 if the port can't be had, 2 on wrong use."""
    port = _parse(arguments)
    try:
        asyncio.run(_serve(port))
    except OSError as error:
        reason = error.strerror or error
        print(f"can't listen on {HOST}:{port}: {reason}; choose another --port", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: Sequence[str] | None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m data.samples",
        description="Publish the fictional sample releases on this machine, like the real site.",
    )
    parser.add_argument("--port", type=_port, default=0, help="port to listen on (default: any)")
    return int(parser.parse_args(arguments).port)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("give a number from 0 to 65535")
    return int(text)


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
