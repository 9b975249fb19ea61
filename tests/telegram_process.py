"""The local Bot API server in a process of its own, for benches and soaks.

``open_telegram`` starts it and hands out what a test needs; run as a script it is the process.
It ends when its standard input does, and so also when whoever started it is killed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from bot.local import LOCAL_TOKEN, LocalTelegram
from bot.local.faults import read_fault
from bot.local.plans import AtRandom
from bot.local.windows import Limits

ROOT = Path(__file__).parent.parent
_PATIENCE = 30.0  # seconds, for the start, an answer and the end
_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class TelegramProcess:
    """A server that runs elsewhere: its address, and what can be asked of it."""

    url: str
    pid: int
    token: str = LOCAL_TOKEN

    @property
    def base_url(self) -> str:
        """For ``ApplicationBuilder().base_url``."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For ``ApplicationBuilder().base_file_url``."""
        return f"{self.url}/file/bot"

    def open_chats(self, first: int, last: int, kind: str = "private") -> None:
        """Make all chats with these ids known to the bot."""
        self._call("/local/chats", {"first": first, "last": last, "kind": kind})

    def say(self, text: str, chat_id: int) -> dict[str, Any]:
        """Write to a chat as a person; the ``Message``."""
        return self._call("/local/say", {"text": text, "chat_id": chat_id})

    def set_faults(
        self, weights: Mapping[str, float] | None = None, seed: int = 0, **more: Any
    ) -> None:
        """Another mixture of faults from now on, by name; none without one."""
        plan = {"weights": dict(weights), "seed": seed, **more} if weights else more
        self._call("/local/faults", plan)

    def count(self) -> dict[str, Any]:
        """``sent``, ``edited``, ``updates`` not yet taken, ``faults`` given, ``violations``."""
        return self._call("/local/counts")

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = Request(self.url + path, data, {"Content-Type": "application/json"})
        with _DIRECT.open(request, timeout=_PATIENCE) as response:
            answer: dict[str, Any] = json.load(response)
        return answer


@contextmanager
def open_telegram(
    journal: Path | None = None,
    *,
    is_strict: bool = False,
    faults: Mapping[str, float] | None = None,
    seed: int = 0,
    longest: int | None = None,
    port: int = 0,
) -> Iterator[TelegramProcess]:
    """The server in a process of its own; it has surely ended when this has.

    Args:
        journal: the file to append what is delivered to.
        is_strict: whether Telegram's windows are on.
        faults: weights by the names of ``bot.local.faults.read_fault``; ``none`` lets a call be.
        seed: of the dice that choose them.
        longest: how many messages a chat and the journal hold in memory.
        port: 0 takes a free one.
    """
    values = {
        "journal": str(journal) if journal else None,
        "is_strict": is_strict,
        "faults": dict(faults or {}),
        "seed": seed,
        "longest": longest,
        "port": port,
    }
    process = subprocess.Popen(
        [sys.executable, __file__, json.dumps(values)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
    )
    try:
        assert process.stdout
        url = process.stdout.readline().strip()
        if not url:
            raise RuntimeError("The local Bot API server did not start.")
        yield TelegramProcess(url, process.pid)
    finally:
        _end(process)


def _end(process: "subprocess.Popen[str]") -> None:
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


async def serve(values: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Serve until standard input ends; ``tell`` gets the address."""
    telegram = LocalTelegram(
        limits=Limits() if values["is_strict"] else None,
        journal_path=Path(values["journal"]) if values["journal"] else None,
        longest=values["longest"],
    )
    if values["faults"]:
        weights = {read_fault(name): weight for name, weight in values["faults"].items()}
        telegram.set_faults(AtRandom(weights, Random(values["seed"])))
    await telegram.start(values["port"])
    try:
        tell(telegram.url)
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await telegram.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("values", type=json.loads, help="as open_telegram writes them")
    asyncio.run(serve(parser.parse_args().values, lambda url: print(url, flush=True)))
