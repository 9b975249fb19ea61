"""Command line of the bot: run (default) · demo · commands.

Exit status: 0 done, 1 the work failed, 2 wrong use or settings that can't be used.
"""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from telegram.error import InvalidToken

from bot.app import build_app, open_surroundings
from bot.commands import put_into, render_table
from bot.config import ConfigError, Settings, read_settings
from bot.demo import DemoError, run_demo
from bot.local import LocalTelegramError
from bot.logs import set_up_logging
from data.feeds import FeedsError
from data.kinds import KindsError
from data.store.database import StoreError
from data.tables import TablesError
from summarizer.engines.base import WrongUseError

log = logging.getLogger("bot")

DONE, FAILED, WRONG_USE = 0, 1, 2
UNUSABLE = (
    ConfigError,
    FeedsError,
    KindsError,
    TablesError,
    StoreError,
    LocalTelegramError,
    WrongUseError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = _make_parser()
    options = parser.parse_args(arguments)
    if options.command == "commands":
        return _tell_commands(options.file)
    if options.file is not None:
        parser.error(f"{options.command} takes no file")
    try:
        settings = read_settings()
        level = "warning" if options.command == "demo" else settings.log_level
        set_up_logging(level, settings.list_secrets())
        if options.command == "demo":
            return run_until_stopped(run_demo(settings, _show))
        with _lock(settings.state_dir):
            return run_until_stopped(_run_bot(settings))
    except UNUSABLE as error:
        return _complain(str(error), WRONG_USE)
    except InvalidToken:
        return _complain(
            "TELEGRAM_TOKEN: Telegram refuses this token; ask @BotFather for it.", WRONG_USE
        )
    except Exception:
        # By way of the log, which blots out tokens, rather than as a bare traceback.
        log.exception("Tongbao stops: this should not have happened")
        return FAILED


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the state folder, so that no second bot works on it.

    Raises:
        ConfigError: if the folder can't be used, or another bot holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "bot.lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise ConfigError(
            f"Another Tongbao runs already with {folder} as its STATE_DIR; stop it first, or give "
            "this one a folder of its own."
        ) from None
    except OSError as error:
        raise ConfigError(f"STATE_DIR: {folder} can't be used ({error.strerror})") from None
    try:
        yield
    finally:
        lock.release()


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Tongbao: press release digests in Telegram. With TELEGRAM_TOKEN set it is "
        "your Telegram bot on the live feeds; without, a local chat on sample releases.",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=("run", "demo", "commands"),
        default="run",
        help="run: until stopped (default); demo: print a digest that went through everything; "
        "commands: print what can be said to the bot, or put it into a document",
    )
    parser.add_argument(
        "file", nargs="?", type=Path, help="with commands: the document, such as docs/commands.md"
    )
    return parser


def _tell_commands(document: Path | None) -> int:
    if document is None:
        print(render_table())
        return DONE
    try:
        document.write_text(put_into(document.read_text("utf-8")), "utf-8")
    except (OSError, ValueError) as error:
        return _complain(f"{document}: {error}", WRONG_USE)
    return DONE


async def _run_bot(settings: Settings) -> None:
    async with open_surroundings(settings, _clock) as surroundings:
        app = build_app(settings, surroundings, _clock)
        # What is there by now stays: going through all of it again and again holds up the loop.
        gc.collect()
        gc.freeze()
        if surroundings.local is not None:
            print(f"The local chat is open: {surroundings.local.url}", flush=True)
        await app.run()


def run_until_stopped(work: Coroutine[Any, Any, None]) -> int:
    """Run to the end, or until SIGINT or SIGTERM asks to stop in good order."""

    async def run() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        await task

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        log.info("stopped")
    except DemoError as error:
        return _complain(f"The demo failed: {error}", FAILED)
    return DONE


def _show(text: str) -> None:
    print(f"{text}\n", flush=True)


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr, flush=True)
    return status


def _clock() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
