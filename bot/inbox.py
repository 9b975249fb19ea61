"""Updates committed before they are acknowledged, so that a crash loses none.

Asking Telegram for updates from an offset confirms all before it. python-telegram-bot's own
poller confirms them before their handlers have run; this one confirms what is in the database.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from telegram import Update
from telegram.error import Conflict, RetryAfter, TelegramError
from telegram.ext import Application

from bot.outcomes import as_timedelta
from data.store.database import DAMAGED, StoreError, is_damage
from data.store.store import Store

log = logging.getLogger(__name__)

POLL_SECONDS = 30
ALLOWED_UPDATES = ["message", "callback_query"]
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0


class Inbox:
    """Fetches updates into the database and hands them to the handlers, in order."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        store: Store,
        clock: Callable[[], datetime],
    ) -> None:
        self._application = application
        self._store = store
        self._clock = clock
        self._filled = asyncio.Event()
        # A fresh process asks without offset: after a week of silence Telegram may start its
        # numbers anew, below the last one that we know.
        self._offset: int | None = None
        self._wait = FIRST_WAIT

    async def run(self) -> None:
        """Poll and handle until cancelled; what was left from before comes first.

        Raises:
            StoreError: if the database is found to be damaged.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._poll())
                tasks.create_task(self._handle())
        except ExceptionGroup as group:
            damage = group.subgroup(StoreError)
            raise (damage or group).exceptions[0] from None

    async def handle_due(self) -> int:
        """Handle all updates that wait; how many there were."""
        handled = 0
        while due := self._store.updates.list_due():
            for payload in due:
                await self._handle_one(payload)
                self._store.updates.mark_handled(payload["update_id"])
            handled += len(due)
        return handled

    async def fetch(self) -> None:
        """Fetch the next updates, waiting for them if there are none, and commit them."""
        try:
            updates = await self._ask_for_updates()
        except TelegramError as error:
            await self._wait_after(error)
            return
        self._wait = FIRST_WAIT
        if updates:
            self._store.updates.save(updates, self._clock())
            self._offset = int(updates[-1]["update_id"]) + 1
            self._filled.set()

    async def _ask_for_updates(self) -> list[dict[str, Any]]:
        """Raw updates: one that our library can't read must not hold up the others."""
        bot = self._application.bot
        query = {"timeout": POLL_SECONDS, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            query["offset"] = self._offset
        answer = await bot.request.post(
            f"{bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=POLL_SECONDS + 10
        )
        return list(answer) if isinstance(answer, list) else []

    async def _poll(self) -> None:
        while True:
            await self._survive(self.fetch())

    async def _wait_after(self, error: TelegramError) -> None:
        if isinstance(error, Conflict):
            log.error("another program polls with this bot's token; stop one of the two")
        else:
            log.warning("can't fetch updates: %s", error)
        wait = self._wait
        if isinstance(error, RetryAfter):
            wait = as_timedelta(error.retry_after).total_seconds()
        self._wait = min(LONGEST_WAIT, self._wait * 2)
        await asyncio.sleep(wait)

    async def _handle(self) -> None:
        while True:
            # Cleared first: what comes in meanwhile sets it again.
            self._filled.clear()
            if await self._survive(self.handle_due()):
                await self._filled.wait()

    async def _survive(self, work: Awaitable[object]) -> bool:
        """Whether it went well; a full disk, say, must not end the bot but only make it wait."""
        try:
            await work
        except Exception as error:  # whatever it was, answering has to go on after it
            if is_damage(error):
                raise StoreError(DAMAGED.format(error)) from None
            log.exception("updates can't be kept or handled; tried again soon")
            await asyncio.sleep(FIRST_WAIT)
            return False
        return True

    async def _handle_one(self, payload: dict[str, Any]) -> None:
        """Handlers' own errors go to the application's error handler."""
        try:
            update = Update.de_json(payload, self._application.bot)
        except (KeyError, TypeError, ValueError):
            log.exception("an update can't be read and is left out")
            return
        await self._application.process_update(update)
