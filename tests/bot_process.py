"""Bots in processes of their own, to be killed: forked from one that has imported all there is.

A start of Python with all libraries takes a second or two, a fork some hundredths; so that a bot
can be killed some hundreds of times in a minute or two. What a fork runs is the whole of
``App.run``: polling, answering, ticking, sending, and the reaction to SIGTERM.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class BotOrder:
    """What bot to run.

    Attributes:
        folder: its state folder; the database is ``bot.db`` in it.
        token, base_url, base_file_url: where its Bot API is.
        sends_per_second: its pace.
        now: a moment at which its clock starts with the process, or None for the present.
    """

    folder: str
    token: str
    base_url: str
    base_file_url: str
    sends_per_second: float = 1_000
    now: str | None = None

    @property
    def database(self) -> Path:
        """Where its database is."""
        return Path(self.folder) / "bot.db"


class BotNursery:
    """Starts bots, one at a time, and tells how they ended."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        )
        self._read()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def start(self, order: BotOrder) -> int:
        """The process id of a bot that starts now."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        return int(self._read())

    def end(self, pid: int, number: signal.Signals) -> int:
        """Send a signal and wait for the end; the exit status, or minus the signal's number."""
        os.kill(pid, number)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end of the bot that was started last."""
        return int(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that starts bots has died")
        return line


def _serve() -> None:
    """Fork a bot for each order, one after the other."""
    from bot.__main__ import run_until_stopped
    from bot.app import Address, Surroundings, build_app
    from bot.config import Settings
    from data.kinds import load_kinds
    from data.tables import load_tables

    # Read here once: what was read is remembered, and a fork remembers it too.
    load_kinds()
    load_tables()

    print("ready", flush=True)
    for line in sys.stdin:
        order = BotOrder(**json.loads(line))
        pid = os.fork()
        if pid == 0:
            started = datetime.now(UTC)
            begin = datetime.fromisoformat(order.now) if order.now else started

            def clock(begin: datetime = begin, started: datetime = started) -> datetime:
                return begin + (datetime.now(UTC) - started)

            async def run(order: BotOrder = order) -> None:
                settings = Settings.model_validate(
                    {
                        "state_dir": Path(order.folder),
                        "summary_engine": "extract",
                        "sends_per_second": order.sends_per_second,
                    }
                )
                address = Address(order.token, order.base_url, order.base_file_url)
                surroundings = Surroundings(address, (), order.database)
                await build_app(settings, surroundings, clock).run()

            status = 1
            try:
                status = run_until_stopped(run())
            finally:
                os._exit(status)
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    _serve()
