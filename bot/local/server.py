"""A Bot API server on loopback, with a page to chat in on the same port.

The bot can't tell it from Telegram: it polls, sends and edits over HTTP under ``base_url``.
The reader writes in the page, tests and the demo through the methods of ``LocalTelegram``.

What it can judge:

- what a message may be: Telegram's limits, markup and wordings, always and as strictly;
- what was delivered: ``journal``, and on disk a line for every message sent and edited, also
  where the bot was never told so;
- how fast the bot writes: ``limits`` turns Telegram's windows on, by arrival at the server,
  edits included; what comes too soon gets a 429 and stands in ``violations``;
- whether the bot waits when it is told to: a write before the end of a 429's ``retry_after``
  stands in ``violations``, whatever gave the 429.

And it misbehaves as Telegram and the network do: ``set_faults``, and what
befalls chats (``block``, ``promote``, ``make_forum``, ``deactivate``, ``upgrade``).
"""

import errno
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.local.chats import READER_ID, Message
from bot.local.control import Control
from bot.local.driver import Driver
from bot.local.failing import Failing
from bot.local.gateway import Gateway
from bot.local.guard import add_headers, guard
from bot.local.inline_door import InlineDoor
from bot.local.journal import Journal
from bot.local.judge import Judge, Violation
from bot.local.people import People
from bot.local.plans import FaultPlan, Faults
from bot.local.state import LocalState
from bot.local.windows import Limits
from bot.timer import Timer

HOST = "127.0.0.1"
LOCAL_TOKEN = "1000001:local-chat"  # noqa: S105 - opens nothing but this server on loopback
LARGEST_REQUEST_BYTES = 20 * 1024 * 1024

_TOKEN = re.compile(r"\d{1,16}:[A-Za-z0-9_-]+", re.ASCII)


class LocalTelegramError(RuntimeError):
    """The local server can't start, or what was waited for did not come."""


class LocalTelegram(People):
    """A Telegram of our own, in memory, for one bot.

    Args:
        token: what the bot has to call itself by; ``<number>:<letters>``.
        clock: the present instant, aware.
        timer: the seconds by which windows and waits are judged, and the wait of slow answers.
        limits: the windows to hold the bot to; None holds it to none.
        journal_path: the file to append the journal to; None writes none.
        longest: how many messages each chat and the journal hold in memory, the last; None
            for all.
    """

    def __init__(
        self,
        token: str = LOCAL_TOKEN,
        clock: Callable[[], datetime] | None = None,
        *,
        timer: Timer | None = None,
        limits: Limits | None = None,
        journal_path: Path | None = None,
        longest: int | None = None,
    ) -> None:
        if not _TOKEN.fullmatch(token):
            raise LocalTelegramError("A bot token is a number, a colon, and letters or digits.")
        if longest is not None and longest < 1:
            raise LocalTelegramError("A chat holds at least one message.")
        self.token = token
        self._journal = Journal(journal_path, longest)
        self._timer = timer or Timer()
        self._judge = Judge(self._timer.now, limits)
        self._faults = Faults()
        bot_id = int(token.partition(":")[0])
        super().__init__(LocalState(bot_id, clock or _read_clock, self._journal.record, longest))
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one.

        Raises:
            LocalTelegramError: if the port can't be had, or the journal not be written.
        """
        try:
            self._journal.open()
        except OSError as error:
            raise LocalTelegramError(f"The journal can't be written: {error}") from None
        runner = web.AppRunner(self._build(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except (OSError, OverflowError) as error:
            await runner.cleanup()
            self._journal.close()
            raise LocalTelegramError(_explain_port(port, error)) from None
        self._runner = runner
        self._port = runner.addresses[0][1]

    async def close(self) -> None:
        """Stop listening; requests that wait get what there is."""
        self.state.close()
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()
        self._journal.close()

    async def __aenter__(self) -> Self:
        if self._runner is None:
            await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{HOST}:{self._port}"

    @property
    def base_url(self) -> str:
        """For ``ApplicationBuilder().base_url``."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """For ``ApplicationBuilder().base_file_url``."""
        return f"{self.url}/file/bot"

    @property
    def journal(self) -> list[Message]:
        """Every message of the bot in the order it came, as first sent, in all chats.

        Only the last ones if ``longest`` is set.
        """
        return list(self._journal.sent)

    @property
    def violations(self) -> list[Violation]:
        """Every call that came too soon, in the order they came."""
        return list(self._judge.violations)

    @property
    def faults_given(self) -> dict[str, int]:
        """How often each fault was given, by its name."""
        return dict(self._faults.given)

    def set_faults(self, *plans: FaultPlan) -> None:
        """Let calls go wrong by these plans from now on, in place of those before.

        A call gets the first fault that a plan for its method holds ready. Without plans all
        goes well again.

        Raises:
            FaultError: if one is no plan.
        """
        self._faults.plan(*plans)

    def messages(self, chat_id: int = READER_ID) -> list[Message]:
        """What stands in a chat now, oldest first."""
        chat = self.state.chats.get(chat_id)
        return list(chat.messages.values()) if chat else []

    async def wait_for_message(
        self,
        wanted: Callable[[Message], bool] | int = 1,
        *,
        chat_id: int = READER_ID,
        timeout: float = 5.0,  # noqa: ASYNC109 - a test says how long it is ready to wait
    ) -> Message:
        """The first message of the bot in the chat that satisfies ``wanted``, or the n-th.

        Raises:
            LocalTelegramError: if none came in ``timeout`` seconds; it tells what did.
        """

        def find() -> Message | None:
            sent = [message for message in self.messages(chat_id) if message.from_bot]
            if callable(wanted):
                return next(filter(wanted, sent), None)
            return sent[wanted - 1] if len(sent) >= wanted else None

        found = await self.state.wait_until(find, timeout)
        if found is None:
            texts = [m.text for m in self.messages(chat_id) if m.from_bot]
            raise LocalTelegramError(
                f"No such message came to chat {chat_id} in {timeout} s; what came: {texts}"
            )
        return found

    def _build(self) -> web.Application:
        app = web.Application(middlewares=[guard], client_max_size=LARGEST_REQUEST_BYTES)
        failing = Failing(self.state, self._timer)
        gateway = Gateway(self.state, self.token, self._judge, self._faults, failing)
        control = Control(self.state, self._judge, self._faults, self._journal)
        doors = (gateway, Driver(self.state), InlineDoor(self.state), control)
        app.add_routes(route for door in doors for route in door.routes())
        app.on_response_prepare.append(add_headers)
        return app


def _read_clock() -> datetime:
    return datetime.now(UTC)


def _explain_port(port: int, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} on {HOST} is taken: stop the program that uses it, "
            "or choose another port for the local chat."
        )
    return f"The local chat can't listen on port {port} of {HOST}: choose another port."
