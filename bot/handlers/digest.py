"""/digest: the last 24 hours or a past day, now; and everything of a digest in full."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.dates import read_date
from bot.digest import choose_sections, list_releases
from bot.handlers.services import Context, Services, acknowledge, argument, command, pressed
from bot.layout import Look, render_digest
from bot.texts import format_day, say, say_in
from data.models import Chat, Content, Length, Subscription
from data.store.releases import Stored

REACH = timedelta(hours=24)


class DigestHandlers:
    """A digest on asking."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command("digest", self.digest),
            CallbackQueryHandler(self.press_full, pattern=r"^full:\d{4}-\d\d-\d\d\Z"),
            CallbackQueryHandler(self.press_day, pattern=r"^day:\d{4}-\d\d-\d\d\Z"),
            CallbackQueryHandler(self.press_moment, pattern=r"^day:\d{9,11}\Z"),
        ]

    async def digest(self, update: Update, context: Context) -> None:
        """The last 24 hours, or the day that was named; the planned digest is left alone."""
        chat, typed = self._services.get_chat(update), argument(context)
        if not typed:
            now = self._services.clock()
            self._services.answer(update, self._tell_last_day(chat, now, chat.length))
            return
        today = self._find_today(chat)
        day = read_date(typed, today)
        if day is None or day > today:
            key = "digest.bad_date" if day is None else "digest.to_come"
            self._services.answer(update, say_in(chat.languages, key))
            return
        self._services.answer(update, self._tell_day(chat, day, chat.length))

    async def press_full(self, update: Update, _: Context) -> None:
        """All summaries of a digest that was composed for the chat."""
        chat = self._services.get_chat(update)
        day = _read_iso(pressed(update))
        ids = self._services.store.digests.list_release_ids(chat, day) if day else []
        releases = self._services.store.releases.list_by_id(ids)
        if day is None or not releases:
            await acknowledge(update, say(chat.languages[0], "digest.gone"))
            return
        # What it told is told whatever the chat follows by now.
        look = Look(chat.languages, day, "full")
        self._services.answer(update, self._render(releases, look, ()))
        await acknowledge(update)

    async def press_day(self, update: Update, _: Context) -> None:
        """All summaries of a past day."""
        chat, day = self._services.get_chat(update), _read_iso(pressed(update))
        if day is None or day > self._find_today(chat):
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        self._services.answer(update, self._tell_day(chat, day, "full"))
        await acknowledge(update)

    async def press_moment(self, update: Update, _: Context) -> None:
        """All summaries of the 24 hours before a digest was asked for."""
        chat = self._services.get_chat(update)
        until, now = datetime.fromtimestamp(int(pressed(update)), UTC), self._services.clock()
        self._services.answer(update, self._tell_last_day(chat, min(until, now), "full"))
        await acknowledge(update)

    def _find_today(self, chat: Chat) -> date:
        return self._services.clock().astimezone(ZoneInfo(chat.time_zone)).date()

    def _tell_last_day(
        self, chat: Chat, until: datetime, length: Length
    ) -> Sequence[Content] | str:
        """What was issued in the 24 hours before a moment."""
        releases = self._services.store.releases.list_between(until - REACH, until)
        subscriptions = self._services.store.chats.list_subscriptions(chat)
        day = until.astimezone(ZoneInfo(chat.time_zone)).date()
        button = f"day:{int(until.timestamp())}"
        look = Look(chat.languages, day, length, "digest.title_now", button)
        nothing = "digest.none_followed" if subscriptions else "digest.none"
        return self._render(releases, look, subscriptions) or say_in(chat.languages, nothing)

    def _tell_day(self, chat: Chat, day: date, length: Length) -> Sequence[Content] | str:
        """What was issued on a day of the chat's own zone."""
        first = self._services.store.releases.find_first_day()
        zone = ZoneInfo(chat.time_zone)
        first_day = first.astimezone(zone).date() if first else None
        if first_day is None or day < first_day:
            return _tell_none(chat, day, first_day)
        # Up to the instant before the day; who reckons so has none of the one after.
        begins, ends = (
            datetime.combine(each, time(), zone) - timedelta(microseconds=1)
            for each in (day, day + timedelta(days=1))
        )
        releases = self._services.store.releases.list_between(begins, ends)
        subscriptions = self._services.store.chats.list_subscriptions(chat)
        look = Look(chat.languages, day, length, "digest.title_day", f"day:{day.isoformat()}")
        return self._render(releases, look, subscriptions) or _tell_none(chat, day, None)

    def _render(
        self, releases: Sequence[Stored], look: Look, subscriptions: Iterable[Subscription]
    ) -> tuple[Content, ...]:
        services = self._services
        sections = choose_sections(
            releases,
            tuple(subscriptions),
            services.tables,
            services.kinds,
            is_folded=look.length != "full",
        )
        services.want_missing(list_releases(sections))
        return render_digest(sections, look, services.tables, services.kinds, services.publishers)


def _tell_none(chat: Chat, day: date, first: date | None) -> str:
    """That a day has nothing, and which is the first that can have if it is before that."""
    key = "digest.before_first" if first else "digest.none_on_day"
    return "\n\n".join(
        say(
            language,
            key,
            day=format_day(language, day),
            first=format_day(language, first) if first else "",
        )
        for language in chat.languages
    )


def _read_iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
