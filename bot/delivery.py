"""The outbox to Telegram: claim, send, record."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.outcomes import Gone, Later, Moved, Outcome, Refused, choose_outcome
from data.models import Delivery
from data.store.store import Store

log = logging.getLogger(__name__)

IN_FLIGHT = 4
SENDS_PER_SECOND = 25
# The database keeps whole seconds, rounded down: two of them leave at least one between the
# messages of a private chat, and four keep a group under 20 a minute.
PRIVATE_GAP = timedelta(seconds=2)
GROUP_GAP = timedelta(seconds=4)


@dataclass
class Sender:
    """Sends what is owed, at a pace that Telegram allows."""

    bot: Bot
    store: Store
    clock: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _paused_until: datetime | None = field(default=None, init=False)

    async def deliver_due(self) -> int:
        """Send all that is due now; how many messages were sent.

        A message is claimed before it is sent and recorded after: after a crash those in
        between, four at most, are sent again.
        """
        sent = 0
        while self._paused_until is None or self.clock() >= self._paused_until:
            batch = self.store.deliveries.claim(self.clock(), IN_FLIGHT)
            if not batch:
                break
            results = await asyncio.gather(*map(self._send, batch))
            sent += sum(results)
            await self.sleep(len(batch) / SENDS_PER_SECOND)
        return sent

    async def _send(self, delivery: Delivery) -> bool:
        keyboard = delivery.payload.get("keyboard")
        try:
            message = await self.bot.send_message(
                delivery.chat_id,
                delivery.payload["text"],
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                message_thread_id=delivery.thread_id or None,
                reply_markup=keyboard and InlineKeyboardMarkup.de_json(keyboard, self.bot),
            )
        except TelegramError as error:
            self._record(delivery, choose_outcome(error, delivery.attempts), str(error))
            return False
        gap = GROUP_GAP if delivery.chat_id < 0 else PRIVATE_GAP
        self.store.deliveries.mark_sent(delivery, message.message_id, self.clock() + gap)
        return True

    def _record(self, delivery: Delivery, outcome: Outcome, error: str) -> None:
        deliveries = self.store.deliveries
        match outcome:
            case Later(wait, pause_all):
                until = self.clock() + wait
                if pause_all:
                    self._paused_until = until
                # The whole seconds of the database must not cut a wait short.
                deliveries.mark_later(delivery.key, until + timedelta(seconds=1), error)
            case Gone():
                log.info("chat %s is gone (%s)", delivery.chat_id, error)
                self.store.chats.mark_gone(delivery.chat_id)
                deliveries.mark_gone(delivery.chat_id, error)
            case Moved(chat_id):
                log.info("chat %s has become %s", delivery.chat_id, chat_id)
                self.store.chats.move(delivery.chat_id, chat_id)
                deliveries.mark_later(delivery.key, self.clock(), error)
            case Refused():
                log.error("Telegram refuses delivery %s: %s", delivery.key, error)
                deliveries.mark_refused(delivery.key, error)
            case _:
                assert_never(outcome)
