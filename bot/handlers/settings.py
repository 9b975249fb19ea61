"""/settings: everything that a chat can set, in one message that is edited in place."""

from collections.abc import Callable
from datetime import time
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.handlers.alerts import keep_alerts
from bot.handlers.asking import Asking
from bot.handlers.overview import TYPED, Overview
from bot.handlers.services import Context, Services, acknowledge, command, pressed
from bot.handlers.timetable import keep_settings
from bot.keyboards.settings import PANELS, locate_keyboard, panel_keyboard, settings_keyboard
from bot.texts import say, say_in
from data.models import (
    CHAT_LANGUAGES,
    EVERY_DAY,
    LENGTHS,
    TOPICS,
    WORKDAYS,
    Chat,
    Topic,
)


class SettingsHandlers:
    """What a chat has set, to be seen and changed by tapping.

    Attributes:
        overview: tells how things are set.
        asking: takes what is typed while a panel is open.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self.overview = Overview(services)
        self.asking = Asking(services, self.overview)
        self._setters: dict[str, Callable[[Chat, str], Chat | None]] = {
            "at": self._set_time,
            "day": self._set_day,
            "days": self._set_days,
            "quiet": self._set_quiet,
            "length": self._set_length,
            "language": self._set_language,
            "empty": self._set_empty,
            "silent": self._set_silent,
            "alert": self._set_alert,
        }

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        panels = "|".join(panel for row in PANELS for panel in row)
        return [
            command("settings", self.settings),
            CallbackQueryHandler(self.press_main, pattern=r"^set:main\Z"),
            CallbackQueryHandler(self.press_subscribe, pattern=r"^set:subscribe\Z"),
            CallbackQueryHandler(self.press_locate, pattern=r"^set:locate\Z"),
            CallbackQueryHandler(self.press_panel, pattern=rf"^set:(?:{panels})\Z"),
            CallbackQueryHandler(
                self.press_choice, pattern=rf"^set:(?:{'|'.join(self._setters)}):[\w+-]+\Z"
            ),
        ]

    async def settings(self, update: Update, _: Context) -> None:
        """Show all that is set."""
        chat = self._services.get_chat(update)
        self._services.answer(update, self.overview.tell(chat), settings_keyboard(chat))

    async def press_main(self, update: Update, _: Context) -> None:
        """Back to the overview, or to it from elsewhere."""
        chat = self._stop_waiting(self._services.get_chat(update))
        self._services.change(update, self.overview.tell(chat), settings_keyboard(chat))
        await acknowledge(update)

    async def press_subscribe(self, update: Update, _: Context) -> None:
        """A digest from now on, as everything is set."""
        chat = self._keep(self._services.get_chat(update), subscribed=True)
        self._services.change(update, self.overview.tell(chat), settings_keyboard(chat))
        await acknowledge(update)

    async def press_panel(self, update: Update, _: Context) -> None:
        """One setting: how it is, and its choices."""
        chat, panel = self._services.get_chat(update), pressed(update)
        chat = self._stop_waiting(chat)
        if panel in TYPED and chat.id > 0:
            chat = self._keep(chat, awaiting=panel)
        self._show_panel(update, chat, panel)
        await acknowledge(update)

    async def press_choice(self, update: Update, _: Context) -> None:
        """Take a choice, and show it."""
        chat = self._services.get_chat(update)
        name, value = pressed(update).split(":", 1)
        changed = self._setters[name](chat, value)
        if changed is None:
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        panel = {"at": "time", "day": "days", "alert": "alerts"}.get(name, name)
        self._show_panel(update, changed, panel)
        await acknowledge(update)

    async def press_locate(self, update: Update, _: Context) -> None:
        """Offer the key that sends a place; Telegram has it in private chats alone."""
        chat = self._services.get_chat(update)
        if chat.id > 0:
            self._keep(chat, awaiting="zone")
            text = say_in(chat.languages, "settings.locate")
            self._services.answer(update, text, locate_keyboard(chat.languages))
        await acknowledge(update)

    def _keep(self, chat: Chat, **settings: object) -> Chat:
        return keep_settings(self._services, chat, **settings)

    def _stop_waiting(self, chat: Chat) -> Chat:
        return chat if chat.awaiting is None else self._keep(chat, awaiting=None)

    def _set_time(self, chat: Chat, value: str) -> Chat | None:
        at = _read_minutes(value)
        return None if at is None else self._keep(chat, digest_time=at, awaiting=None)

    def _set_day(self, chat: Chat, value: str) -> Chat | None:
        if value not in set("1234567"):
            return None
        weekdays = chat.weekdays ^ {int(value)}
        # The last one stays: no digest at all is what /unsubscribe is for.
        return self._keep(chat, weekdays=weekdays) if weekdays else chat

    def _set_days(self, chat: Chat, value: str) -> Chat | None:
        choices = {"".join(map(str, sorted(each))): each for each in (EVERY_DAY, WORKDAYS)}
        weekdays = choices.get(value)
        return None if weekdays is None else self._keep(chat, weekdays=weekdays)

    def _set_quiet(self, chat: Chat, value: str) -> Chat | None:
        if value == "off":
            return self._keep(chat, quiet=None, awaiting=None)
        ends = [_read_minutes(end) for end in value.split("-")]
        if len(ends) != 2 or None in ends or ends[0] == ends[1]:
            return None
        return self._keep(chat, quiet=tuple(ends), awaiting=None)

    def _set_length(self, chat: Chat, value: str) -> Chat | None:
        return self._keep(chat, length=value) if value in LENGTHS else None

    def _set_language(self, chat: Chat, value: str) -> Chat | None:
        return self._keep(chat, language=value) if value in CHAT_LANGUAGES else None

    def _set_empty(self, chat: Chat, value: str) -> Chat | None:
        return self._keep(chat, skip_empty=value == "skip") if value in {"skip", "send"} else None

    def _set_silent(self, chat: Chat, value: str) -> Chat | None:
        return self._keep(chat, is_silent=value == "on") if value in {"on", "off"} else None

    def _set_alert(self, chat: Chat, value: str) -> Chat | None:
        topic = next((each for each in TOPICS if each == value), None)
        if topic is None:
            return None
        chosen = self._services.store.chats.list_alerts(chat)
        kept: list[Topic] = [each for each in chosen if each != topic]
        keep_alerts(self._services, chat, kept if topic in chosen else [*chosen, topic])
        return chat

    def _show_panel(self, update: Update, chat: Chat, panel: str) -> None:
        alerts = self._services.store.chats.list_alerts(chat)
        keyboard = panel_keyboard(panel, chat, alerts, self._services.tables)
        self._services.change(update, self.overview.tell_panel(chat, panel), keyboard)


def _read_minutes(text: str) -> time | None:
    if len(text) != 4 or not (text.isascii() and text.isdigit()):
        return None
    hour, minute = int(text[:2]), int(text[2:])
    return time(hour, minute) if hour < 24 and minute < 60 else None
