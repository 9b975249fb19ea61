"""Updates committed before they are acknowledged, so that a crash loses none.

Asking Telegram for updates from an offset confirms all before it. python-telegram-bot's own
poller confirms them before their handlers have run; this one confirms what is in the database.
Each is marked there as soon as it is handled; what was in hand when the process died is handled
again, and answered once, because answers are owed under the number of their update.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from telegram import Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.pauses import Pauses
from bot.timer import Timer
from data.store.database import DAMAGED, StoreError, is_damage
from data.store.store import Store
from data.store.updates import Waiting

log = logging.getLogger(__name__)

POLL_SECONDS = 30
ALLOWED_UPDATES = [
    "message",
    "edited_message",
    "channel_post",
    "callback_query",
    "inline_query",
    "my_chat_member",
]
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
# So many chats are served at once; each has one update in hand.
MOST_AT_ONCE = 16
# An update that was in hand so often when the process died is taken for the cause. Not fewer,
# for a process can be killed again and again for other reasons.
MOST_TRIES = 5
# After a week without updates Telegram may number them anew, below the offset, which would
# confirm them unseen.
OFFSET_HOLDS = timedelta(days=6)
# What JSON can carry as a number everywhere; an update has a small one.
_LARGEST_NUMBER = 2**53


class Inbox:
    """Fetches updates into the database and hands them to the handlers.

    Those of one chat go in order, one after the other; chats don't wait for each other.
    """

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        store: Store,
        clock: Callable[[], datetime],
        pauses: Pauses,
        timer: Timer,
    ) -> None:
        self._application = application
        self._store = store
        self._clock = clock
        self._pauses = pauses
        self._timer = timer
        self._filled = asyncio.Event()
        self._in_hand: dict[int, asyncio.Task[None]] = {}
        self._polling: asyncio.Task[None] | None = None
        self._is_stopping = False
        # A fresh process asks without offset, for the numbers may have begun anew.
        self._offset: int | None = None
        self._heard_at = clock()
        self._wait = FIRST_WAIT

    async def run(self) -> None:
        """Poll and handle until ``stop``; what was left from before comes first.

        Raises:
            StoreError: if the database is found to be damaged.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                self._polling = tasks.create_task(self._poll())
                tasks.create_task(self._handle())
        except ExceptionGroup as group:
            damage = group.subgroup(StoreError)
            raise (damage or group).exceptions[0] from None
        finally:
            await self._call_off()

    async def stop(self, seconds: float) -> None:
        """Fetch no more, and finish what is in hand, for so long at most.

        What is not finished, or not begun, is handled after the next start.
        """
        self._is_stopping = True
        self._filled.set()
        if self._polling is not None:
            self._polling.cancel()
        if self._in_hand:
            await asyncio.wait(self._in_hand.values(), timeout=seconds)
        await self._call_off()

    async def handle_due(self) -> int:
        """Handle all updates that wait; how many there were."""
        handled = 0
        while True:
            # Cleared first: what comes in meanwhile sets it again.
            self._filled.clear()
            due = [each for each in self._store.updates.list_due() if self._is_free(each.chat_id)]
            handled += await self._handle_each(due)
            if self._is_stopping or not (due or self._in_hand):
                return handled + await self._finish(0)
            await self._rest()
            handled += await self._finish(MOST_AT_ONCE)

    async def fetch(self) -> None:
        """Fetch the next updates, waiting for them if there are none, and commit them."""
        await self._pauses.wait()
        try:
            answer = await self._ask_for_updates()
        except TelegramError as error:
            await self._wait_after(error)
            return
        updates = read_updates(answer)
        if not updates and answer != []:
            log.warning("what came in the place of updates can't be read")
            await self._back_off()
            return
        self._wait = FIRST_WAIT
        if updates:
            self._heard_at = self._clock()
            self._store.updates.save(updates, self._heard_at)
            self._offset = max(update["update_id"] for update in updates) + 1
            self._filled.set()

    async def _ask_for_updates(self) -> object:
        """Raw updates: one that our library can't read must not hold up the others."""
        bot = self._application.bot
        query = {"timeout": POLL_SECONDS, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None and self._clock() - self._heard_at < OFFSET_HOLDS:
            query["offset"] = self._offset
        try:
            answer: object = await bot.request.post(
                f"{bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=POLL_SECONDS + 10
            )
        except (AttributeError, KeyError, TypeError):  # JSON, but not an object with a result
            raise TelegramError("this is no answer of the Bot API") from None
        return answer

    async def _poll(self) -> None:
        while True:
            await self._survive(self.fetch())

    async def _wait_after(self, error: TelegramError) -> None:
        match error:
            case RetryAfter():
                log.warning("can't fetch updates: %s", error)
                self._pauses.hold(error)
                return
            case Conflict():
                log.error("another program polls with this bot's token; stop one of the two")
            case InvalidToken():
                log.error("Telegram refuses the bot's token; updates wait there until it is valid")
                self._wait = LONGEST_WAIT
            case _:
                log.warning("can't fetch updates: %s", error)
        await self._back_off()

    async def _back_off(self) -> None:
        wait, self._wait = self._wait, min(LONGEST_WAIT, self._wait * 2)
        await self._timer.sleep(wait)

    async def _handle(self) -> None:
        while not self._is_stopping:
            if await self._survive(self.handle_due()) and not self._is_stopping:
                await self._filled.wait()

    async def _survive(self, work: Awaitable[object]) -> bool:
        """Whether it went well; a full disk, say, must not end the bot but only make it wait."""
        try:
            await work
        except Exception as error:  # whatever it was, answering has to go on after it
            if is_damage(error):
                raise StoreError(DAMAGED.format(error)) from None
            log.exception("updates can't be kept or handled; tried again soon")
            await self._timer.sleep(FIRST_WAIT)
            return False
        return True

    def _is_free(self, chat_id: int) -> bool:
        return chat_id not in self._in_hand

    async def _handle_each(self, due: list[Waiting]) -> int:
        """Take each of them in hand as soon as there is room; how many were handled meanwhile.

        One that was in hand when the process died goes first and alone, so that none is taken
        for what another did.
        """
        handled = 0
        for waiting in sorted(due, key=lambda each: each.tries == 0):
            handled += await self._finish(MOST_AT_ONCE - 1)
            if self._is_stopping:
                break
            self._in_hand[waiting.chat_id] = asyncio.create_task(self._handle_one(waiting))
            if waiting.tries:
                handled += await self._finish(0)
        return handled

    async def _finish(self, most: int) -> int:
        """Wait until no more than ``most`` are in hand; how many were handled."""
        handled = 0
        while True:
            for chat_id in [chat for chat, task in self._in_hand.items() if task.done()]:
                self._in_hand.pop(chat_id).result()
                handled += 1
            if len(self._in_hand) <= most:
                return handled
            await asyncio.wait(self._in_hand.values(), return_when=asyncio.FIRST_COMPLETED)

    async def _rest(self) -> None:
        """Wait until one is finished or others come in."""
        if not self._in_hand:
            return
        filled = asyncio.ensure_future(self._filled.wait())
        try:
            await asyncio.wait(
                {filled, *self._in_hand.values()}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            filled.cancel()

    async def _call_off(self) -> None:
        in_hand = list(self._in_hand.values())
        for task in in_hand:
            task.cancel()
        await asyncio.gather(*in_hand, return_exceptions=True)

    async def _handle_one(self, waiting: Waiting) -> None:
        updates = self._store.updates
        if waiting.tries >= MOST_TRIES:
            log.error("update %d ended the process %d times: given up", waiting.id, waiting.tries)
        else:
            payload = updates.begin(waiting.id)
            try:
                await self._process(payload)
            except BaseException:
                updates.mark_waiting(waiting.id)
                raise
        updates.mark_handled(waiting.id)

    async def _process(self, payload: dict[str, Any]) -> None:
        """Handlers' own errors go to the application's error handler."""
        try:
            update = Update.de_json(payload, self._application.bot)
        except Exception:  # whatever it holds, the others go on
            log.exception("an update can't be read and is left out")
            return
        await self._application.process_update(update)


def read_updates(answer: object) -> list[dict[str, Any]]:
    """The updates in what a server sent; whatever else stands beside them is left out."""
    if not isinstance(answer, list):
        return []
    return [each for each in answer if isinstance(each, dict) and _is_number(each.get("update_id"))]


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < _LARGEST_NUMBER
