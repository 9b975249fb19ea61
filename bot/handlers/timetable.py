"""/subscribe, /unsubscribe, /zone, /quiet and /empty: when a digest comes and when it is quiet."""

from collections.abc import Callable
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
    pressed,
)
from bot.holdings import tell_held
from bot.keyboards.timetable import subscribed_keyboard, zones_keyboard
from bot.schedule import Timetable, next_due, plan
from bot.texts import format_moment, format_weekdays, say, say_in
from bot.wishes import Wish, fold, read_quiet, read_wish
from bot.zones import find_zones, suggest_zones
from data.models import Chat, ChatLanguage

Teller = Callable[[ChatLanguage, Chat], str]
"""Says in one language what a chat has set."""

EMPTY_WORDS = {
    "skip": ("skip", "略過", "跳過", "不發"),
    "send": ("send", "照發", "發送", "發"),
}


class TimetableHandlers:
    """To subscribe and unsubscribe, and each setting that says when."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command("subscribe", self.subscribe),
            command("unsubscribe", self.unsubscribe),
            command("zone", self.zone),
            command("quiet", self.quiet),
            command("empty", self.empty),
            CallbackQueryHandler(self.press_subscribe, pattern=r"^subscribe:"),
            CallbackQueryHandler(self.press_zone, pattern=r"^zone:"),
        ]

    async def subscribe(self, update: Update, context: Context) -> None:
        """A digest from now on, at the hour and on the days that were typed or set before."""
        chat, typed = self._services.get_chat(update), argument(context)
        wish = read_wish(typed) if typed else Wish()
        if wish is None:
            self._services.answer(update, say_in(chat.languages, "subscribe.bad"))
            return
        self._subscribe(update, chat, wish)

    async def press_subscribe(self, update: Update, _: Context) -> None:
        """The same by button."""
        self._subscribe(update, self._services.get_chat(update), Wish())
        await acknowledge(update)

    async def unsubscribe(self, update: Update, _: Context) -> None:
        """No digest any more, not even one that is owed; all settings stay."""
        chat = self._services.get_chat(update)
        key = "subscribe.stopped" if chat.subscribed else "subscribe.not_subscribed"
        with self._services.together():
            keep_settings(self._services, chat, subscribed=False)
            self._services.store.deliveries.drop_digests(chat.id, chat.thread_id, "unsubscribed")
            self._services.answer(update, say_in(chat.languages, key))

    async def zone(self, update: Update, context: Context) -> None:
        """Take the time zone that was named, or show the present one."""
        chat, name = self._services.get_chat(update), argument(context)[:MAX_ECHO]
        found = find_zones(name)
        if len(found) == 1:
            self._choose_zone(update, chat, found[0])
        elif name:
            alike = found or suggest_zones(name)
            key = "zone.ambiguous" if found else "zone.alike" if alike else "zone.unknown"
            text = say_in(chat.languages, key, name=name)
            self._services.answer(update, text, zones_keyboard(alike))
        else:
            self._tell_zone(update, chat, "zone.present")

    async def press_zone(self, update: Update, _: Context) -> None:
        """Take the time zone of a button."""
        chat = self._services.get_chat(update)
        found = find_zones(pressed(update))
        if len(found) != 1:
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        self._choose_zone(update, chat, found[0])
        await acknowledge(update)

    async def quiet(self, update: Update, context: Context) -> None:
        """Take the quiet hours that were typed, or show the present ones."""
        chat, typed = self._services.get_chat(update), argument(context)
        hours = read_quiet(typed) if typed else None
        if typed and (hours is None or hours == "same"):
            key = "quiet.bad" if hours is None else "quiet.equal"
            self._services.answer(update, say_in(chat.languages, key))
            return
        if hours is not None:
            chat = keep_settings(self._services, chat, quiet=None if hours == "off" else hours)
        self._show(update, chat, "" if typed else "quiet.how", tell_quiet)

    async def empty(self, update: Update, context: Context) -> None:
        """Whether a digest without releases is sent: take what was typed, or show how it is."""
        chat, typed = self._services.get_chat(update), fold(argument(context))
        choice = next(
            (key for key, words in EMPTY_WORDS.items() if typed in map(fold, words)), None
        )
        if typed and choice is None:
            self._services.answer(update, say_in(chat.languages, "empty.bad"))
            return
        if choice is not None:
            chat = keep_settings(self._services, chat, skip_empty=choice == "skip")
        self._show(update, chat, "" if typed else "empty.how", tell_empty)

    def _subscribe(self, update: Update, chat: Chat, wish: Wish) -> None:
        wished = self._fill(chat, wish)
        is_new = not chat.subscribed or Timetable.of(chat) != Timetable.of(wished)
        held = self._services.store.chats.list_subscriptions(chat)

        def tell(language: ChatLanguage, chat: Chat) -> str:
            days = format_weekdays(language, chat.weekdays)
            key = "subscribe.done" if is_new else "subscribe.already"
            told = say(language, key, days=days, time=f"{chat.digest_time:%H:%M}")
            follows = tell_held(language, held, self._services.tables)
            return f"{told}\n{say(language, 'subscribe.holds', follows=follows)}"

        with self._services.together():
            kept = keep_settings(self._services, wished, subscribed=True)
            keyboard = subscribed_keyboard(kept.languages)
            self._services.answer(update, tell_setting(kept, tell), keyboard)

    def _fill(self, chat: Chat, wish: Wish) -> Chat:
        """The chat with what was wished for; weekly is on the weekday of its next digest."""
        at, days = wish.at or chat.digest_time, wish.weekdays or chat.weekdays
        if wish.is_weekly:
            last = self._services.store.chats.get_last_date(chat)
            following = next_due(Timetable(at, chat.time_zone, days), self._services.clock(), last)
            days = frozenset({following.date.isoweekday()})
        return chat.model_copy(update={"digest_time": at, "weekdays": days})

    def _choose_zone(self, update: Update, chat: Chat, time_zone: str) -> None:
        self._tell_zone(
            update,
            keep_settings(self._services, chat, time_zone=time_zone, awaiting=None),
            "zone.chosen",
        )

    def _tell_zone(self, update: Update, chat: Chat, key: str) -> None:
        now = self._services.clock()

        def tell(language: ChatLanguage, chat: Chat) -> str:
            moment = format_moment(language, now, chat.time_zone)
            return say(language, key, time_zone=chat.time_zone, moment=moment)

        self._services.answer(update, tell_setting(chat, tell))

    def _show(self, update: Update, chat: Chat, how: str, tell: Teller) -> None:
        """Show a setting as it is, and how to change it to whoever only asked."""
        self._services.answer(update, tell_setting(chat, tell, how))


def keep_settings(services: Services, chat: Chat, **settings: object) -> Chat:
    """Keep what a chat has set, with the next digest planned by it."""
    chats = services.store.chats
    changed = chat.model_copy(update=settings)
    planned = plan(changed, services.clock(), chats.get_last_date(chat))
    chats.save(planned)
    return planned


def tell_setting(chat: Chat, tell: Teller, how: str = "") -> str:
    """A setting in each of the chat's languages, with when the next digest comes.

    Args:
        chat: whose setting it is.
        tell: says in one language what is set.
        how: key of the sentence that says how to change it, if it is to be said.
    """
    return "\n\n".join(_tell_setting(language, chat, tell, how) for language in chat.languages)


def _tell_setting(language: ChatLanguage, chat: Chat, tell: Teller, how: str) -> str:
    lines = [tell(language, chat)]
    if how:
        lines.append(say(language, how))
    if chat.next_due is not None:
        moment = format_moment(language, chat.next_due, chat.time_zone)
        lines.append(say(language, "next_digest.line", moment=moment, time_zone=chat.time_zone))
    return "\n".join(lines)


def tell_quiet(language: ChatLanguage, chat: Chat) -> str:
    """The quiet hours as they are, and what they mean."""
    if chat.quiet is None:
        return say(language, "quiet.off")
    begins, ends = (f"{end:%H:%M}" for end in chat.quiet)
    return say(language, "quiet.chosen", begins=begins, ends=ends, time_zone=chat.time_zone)


def tell_empty(language: ChatLanguage, chat: Chat) -> str:
    """What happens on days without releases."""
    return say(language, "empty.skip" if chat.skip_empty else "empty.send")
