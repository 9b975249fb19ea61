"""The outbox to Telegram: claim, send, record.

A message is claimed before it is sent and recorded after. What was claimed when the process died
may or may not have arrived: it is sent again, for a repeat beats a loss. No more than four (or what
the settings say) are in flight at any time, so that no more can be repeated.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.outcomes import (
    CannotEdit,
    Gone,
    Later,
    Moved,
    Outcome,
    Paused,
    Plain,
    Refused,
    Split,
    TokenRefused,
    Unchanged,
    choose_outcome,
)
from bot.pacing import Pacing
from bot.pauses import OWED
from bot.reshaping import split, to_plain
from bot.schedule import quiet_until
from bot.timer import Bell, Timer
from bot.transport import is_surely_unsent
from data.models import Content, Delivery, Priority
from data.store.database import DAMAGED, StoreError, is_damage, write
from data.store.store import Store
from data.store.switches import PAUSE

log = logging.getLogger(__name__)

IN_FLIGHT = 4
# How long it rests when there is nothing to do: what other processes owe is seen as late as that.
REST = 1.0
# A group's window is the longest; what was sent before it has no bearing on the pace.
REMEMBERED = timedelta(seconds=61)
REFUSED_TOKEN_WAIT = 60.0
# What waits while the operator has paused all but answers and what the bot reports.
PAUSED = frozenset({Priority.ALERT, Priority.CORRECTION, Priority.DIGEST})
# What the keys of answers begin with; a chat that asks for much has them behind all others.
ANSWERS = "answer:"
LARGEST_ID = 2**53
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

Report = Callable[[Delivery, Outcome, str], None]
"""Called with a delivery that the operator should know of, and Telegram's words."""


@dataclass(frozen=True)
class _Answer:
    """What came of a request: the message's id, or what Telegram or the network said."""

    delivery: Delivery
    message_id: int | None = None
    error: TelegramError | None = None


@dataclass
class Sender:
    """Sends what is owed, at a pace that Telegram allows.

    ``most_in_flight`` bounds what a crash can repeat, and what is sent in the time of an answer.
    """

    bot: Bot
    store: Store
    pacing: Pacing
    clock: Callable[[], datetime]
    report: Report
    bell: Bell
    timer: Timer
    most_in_flight: int = IN_FLIGHT
    _in_flight: dict[asyncio.Task[_Answer], Delivery] = field(default_factory=dict, init=False)
    _unrecorded: list[_Answer] = field(default_factory=list, init=False)
    _is_stopping: bool = field(default=False, init=False)
    _is_failing: bool = field(default=False, init=False)

    def recover(self) -> int:
        """After a start: take up what was in flight when the process ended, and the pace.

        Returns:
            How many messages are in doubt and sent again.
        """
        now = self.clock()
        for chat_id, sent_at in self.store.deliveries.list_sent_since(now - REMEMBERED):
            # The database keeps whole seconds, rounded down.
            ago = max(0.0, (now - sent_at).total_seconds() - 1)
            self.pacing.remember(chat_id, ago, self.timer.now())
        for chat_id in self.store.deliveries.list_claimed_chats():
            self.pacing.remember(chat_id, 0.0, self.timer.now())
        return self.store.deliveries.release_claimed()

    async def run(self) -> None:
        """Send what comes due until ``stop``; a full disk, say, only makes it wait.

        Raises:
            StoreError: if the database is found to be damaged.
        """
        while not (self._is_stopping and not self._in_flight):
            try:
                self._step(Priority.DIGEST)
            except Exception as error:  # whatever it was, sending has to go on after it
                if is_damage(error):
                    raise StoreError(DAMAGED.format(error)) from None
                if not self._is_failing:
                    log.exception("what is owed can't be sent or recorded; tried until it can")
                self._is_failing = True
                await self.timer.sleep(REST)
            else:
                if self._is_failing:
                    log.warning("what is owed can be sent and recorded again")
                self._is_failing = False
                await self._rest(self._until_next())

    def _list_paused(self) -> frozenset[Priority]:
        """What may not go, for the operator wants it so."""
        return PAUSED if self.store.switches.is_on(PAUSE) else frozenset()

    async def stop(self, seconds: float) -> None:
        """Claim no more, and let those in flight be answered and recorded, for so long at most.

        What is still in flight then is in doubt, and sent again at the next start.
        """
        self._is_stopping = True
        self.bell.ring()
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=seconds)
            self._record(self._take_answers())

    async def deliver_due(self, last: Priority = Priority.DIGEST) -> int:
        """Send all that is due now, and nothing of less urgency than ``last``.

        Returns:
            How many messages were sent.
        """
        sent = 0
        while True:
            sent += self._step(last)
            wait = self._until_held_open()
            if not self._in_flight and (wait is None or not self._is_due(last)):
                return sent
            await self._rest(wait if wait is not None else REST)

    def _is_due(self, last: Priority) -> bool:
        return self.store.deliveries.has_due(self.clock(), last, without=self._list_paused())

    def _until_held_open(self) -> float | None:
        """Seconds until something that is held back by the pace may go; None if nothing is."""
        now = self.timer.now()
        waits = [self.pacing.wait(now) or None, self.pacing.next_opening(now)]
        return min((wait for wait in waits if wait is not None), default=None)

    def _until_next(self) -> float:
        wait = self._until_held_open()
        return REST if wait is None else min(REST, wait)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until an answer comes or something is owed."""
        waits = {
            asyncio.ensure_future(self.timer.sleep(seconds)),
            asyncio.ensure_future(self.bell.wait()),
        }
        try:
            await asyncio.wait({*waits, *self._in_flight}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _step(self, last: Priority) -> int:
        """Record what was answered and send what may go, in one transaction; how many arrived.

        One commit for both: it is the slowest thing here.
        """
        self.bell.hush()
        answers = self._take_answers()
        claimed: list[Delivery] = []
        try:
            with write(self.store.db):
                sent = self._record(answers)
                if not self._is_stopping:
                    self._claim(last, claimed)
        except BaseException:
            # Not recorded: they stay in hand until they are.
            self._unrecorded = answers
            for delivery in claimed:
                self.pacing.end(delivery.chat_id, self.timer.now())
            raise
        for delivery in claimed:
            self._in_flight[asyncio.ensure_future(self._send(delivery))] = delivery
        return sent

    def _take_answers(self) -> list[_Answer]:
        done = [task for task in self._in_flight if task.done()]
        answers, self._unrecorded = self._unrecorded, []
        for task in done:
            del self._in_flight[task]
            answers.append(task.result())
        return answers

    def _claim(self, last: Priority, claimed: list[Delivery]) -> None:
        """Add what may go now; what was added before it fails is known to the caller."""
        now = self.timer.now()
        # One place is left to answers, so that a reader who asks need not wait for a digest.
        most_broadcasts = max(1, self.most_in_flight - 1)
        paused = self._list_paused()
        while (
            len(self._in_flight) + len(claimed) < self.most_in_flight and self.pacing.wait(now) <= 0
        ):
            has_room = self._count_broadcasts(claimed) < most_broadcasts
            found = self.store.deliveries.claim(
                self.clock(),
                last=last if has_room else Priority.ANSWER,
                held=self.pacing.list_held(now),
                without=paused,
            )
            if found is None:
                return
            if self._is_put_off(found):
                continue
            self.pacing.start(found.chat_id, now)
            claimed.append(found)

    def _count_broadcasts(self, claimed: Sequence[Delivery]) -> int:
        in_hand = (*self._in_flight.values(), *claimed)
        return sum(delivery.priority > Priority.ANSWER for delivery in in_hand)

    def _is_put_off(self, delivery: Delivery) -> bool:
        """Whether it came to be of no use, or has to wait for the end of the chat's quiet hours."""
        if delivery.expires_at is not None and delivery.expires_at <= self.clock():
            self.store.deliveries.mark_dropped(delivery.seq, "too late to be of use")
            return True
        if not delivery.heeds_quiet:
            return False
        chat = self.store.chats.find(delivery.chat_id, delivery.thread_id)
        until = chat and quiet_until(chat.quiet, chat.time_zone, self.clock())
        if not until:
            return False
        self.store.deliveries.mark_waiting(delivery.seq, until)
        return True

    async def _send(self, delivery: Delivery) -> _Answer:
        try:
            message_id = _read_message_id(await self._ask(delivery))
        except TelegramError as error:
            return _Answer(delivery, error=error)
        except Exception as error:  # noqa: BLE001  # the library trips over what is no answer
            return _Answer(delivery, error=TelegramError(f"no answer of the Bot API: {error!r}"))
        finally:
            self.pacing.end(delivery.chat_id, self.timer.now())
        return _Answer(delivery, message_id)

    async def _ask(self, delivery: Delivery) -> Message | bool:
        content = delivery.content
        # The sender keeps the pace, so its requests are not held back a second time.
        common: dict[str, Any] = {
            "reply_markup": _read_keyboard(content.keyboard),
            "rate_limit_args": OWED,
        }
        if delivery.action == "edit_keyboard":
            return await self.bot.edit_message_reply_markup(
                delivery.chat_id, delivery.edits, **common
            )
        common |= {"parse_mode": ParseMode.HTML, "link_preview_options": NO_PREVIEW}
        if delivery.action == "edit":
            return await self.bot.edit_message_text(
                content.text, delivery.chat_id, delivery.edits, **common
            )
        return await self.bot.send_message(
            delivery.chat_id,
            content.text,
            message_thread_id=delivery.thread_id or None,
            disable_notification=self._is_silent(delivery) or None,
            **common,
        )

    def _is_silent(self, delivery: Delivery) -> bool:
        """Whether it comes without a sound: what was not asked for and can wait, if so wished."""
        if delivery.priority < Priority.CORRECTION or delivery.key.startswith(ANSWERS):
            return False
        return self.store.chats.is_silent(delivery.chat_id, delivery.thread_id)

    def _record(self, answers: Sequence[_Answer]) -> int:
        """Write down what came of some requests; how many messages arrived."""
        sent = 0
        for answer in answers:
            delivery = answer.delivery
            if answer.error is None:
                self.store.deliveries.mark_sent(delivery.seq, answer.message_id, self.clock())
                sent += 1
                continue
            unsent = is_surely_unsent(answer.error)
            outcome = choose_outcome(answer.error, delivery.attempts, unsent=unsent)
            self._decide(delivery, outcome, str(answer.error))
        return sent

    def _decide(self, delivery: Delivery, outcome: Outcome, error: str) -> None:
        deliveries, now = self.store.deliveries, self.clock()
        match outcome:
            case Later(wait, pause_all, in_doubt):
                if pause_all:
                    self.pacing.hold(wait.total_seconds(), self.timer.now())
                # The whole seconds of the database must not cut a wait short.
                until = now + wait + timedelta(seconds=1)
                deliveries.mark_later(delivery.seq, until, error, in_doubt=in_doubt)
            case TokenRefused():
                log.error("Telegram refuses the bot's token; what is owed stays owed")
                self.pacing.hold(REFUSED_TOKEN_WAIT, self.timer.now())
                deliveries.mark_later(delivery.seq, now, error)
            case Unchanged():
                deliveries.mark_sent(delivery.seq, delivery.edits, now)
            case CannotEdit():
                deliveries.mark_dropped(delivery.seq, error)
            case Paused() | Gone() | Moved():
                self._follow(delivery, outcome, error)
            case Plain() | Split() | Refused():
                self._reshape(delivery, outcome, error)
            case _:
                assert_never(outcome)

    def _follow(self, delivery: Delivery, outcome: Paused | Gone | Moved, error: str) -> None:
        """The chat itself has changed."""
        chats, deliveries, chat_id = self.store.chats, self.store.deliveries, delivery.chat_id
        log.info("chat %s: %s", chat_id, error)
        if isinstance(outcome, Moved):
            chats.move(chat_id, outcome.chat_id)
            if delivery.action == "send":
                deliveries.mark_later(delivery.seq, self.clock(), error)
            else:
                # Messages are numbered anew there: it would change another one.
                deliveries.mark_dropped(delivery.seq, error)
            return
        thread_id = delivery.thread_id if outcome.thread_only else None
        if isinstance(outcome, Paused):
            chats.mark_paused(chat_id, outcome.reason, thread_id=thread_id)
        else:
            chats.mark_gone(chat_id, thread_id=thread_id)
        deliveries.mark_gone(chat_id, error, thread_id=thread_id)

    def _reshape(self, delivery: Delivery, outcome: Plain | Split | Refused, error: str) -> None:
        """Telegram will not take it as it is: the operator should know, the reader still get it."""
        if self.store.deliveries.find(delivery.key) is None:
            return  # all that was kept of its chat was deleted while it was on its way
        contents: tuple[Content, ...] = ()
        if isinstance(outcome, Plain):
            contents = (to_plain(delivery.content),)
        elif isinstance(outcome, Split) and delivery.action == "send":
            contents = split(delivery.content)
        log.error("Telegram refuses delivery %s: %s", delivery.key, error)
        if contents and contents != (delivery.content,):
            self.store.deliveries.replace(delivery.seq, contents, error, self.clock())
        else:
            self.store.deliveries.mark_refused(delivery.seq, error)
        self.report(delivery, outcome, error)


def _read_message_id(answer: Message | bool) -> int | None:
    """The id of the message that was sent or edited, if the answer has one.

    Raises:
        ValueError: if it is none that Telegram gives.
    """
    if not isinstance(answer, Message):
        return None
    message_id: object = answer.message_id
    if not isinstance(message_id, int) or not 0 < message_id < LARGEST_ID:
        raise ValueError("a message's id is a number")
    return message_id


def _read_keyboard(
    keyboard: Mapping[str, Any] | None,
) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None:
    """The buttons under a message, or those in the place of the keyboard, or that those go."""
    if not keyboard:
        return None
    if "inline_keyboard" in keyboard:
        return InlineKeyboardMarkup.de_json(dict(keyboard))
    if "keyboard" in keyboard:
        return ReplyKeyboardMarkup.de_json(dict(keyboard))
    return ReplyKeyboardRemove()
