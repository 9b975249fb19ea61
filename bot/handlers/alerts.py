"""/alerts: on which topics a chat wants urgent releases at once."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.alerts import make_key
from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
)
from bot.handlers.timetable import tell_setting
from bot.handlers.topics import join_topics, pressed_topic, topic_pattern
from bot.keyboards.alerts import alerts_keyboard
from bot.texts import say, say_in
from bot.wishes import fold, means_off
from data.models import TOPICS, Chat, ChatLanguage, Topic

ALL_WORDS = ("all", "on", "全部", "所有", "所有主題")
_MINUS = ("-", "–", "−")  # as phones put them in its place


class AlertHandlers:
    """Alerts: on which topics."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command(["alerts", "alert"], self.alerts),
            CallbackQueryHandler(self.press_on, pattern=topic_pattern("alert")),
            CallbackQueryHandler(self.press_off, pattern=topic_pattern("unalert")),
            CallbackQueryHandler(self.press_all, pattern=r"^alert:all\Z"),
            CallbackQueryHandler(self.press_none, pattern=r"^unalert:all\Z"),
        ]

    async def alerts(self, update: Update, context: Context) -> None:
        """Have alerts on what was named as well, or with a minus no longer, or show how it is."""
        chat, typed = self._services.get_chat(update), argument(context)
        chosen = self._services.store.chats.list_alerts(chat)
        text = ""
        if typed:
            changed = self._choose(chosen, typed)
            if isinstance(changed, str):
                text = say_in(chat.languages, "alerts.unknown", name=changed[:MAX_ECHO])
            else:
                chosen = changed
                keep_alerts(self._services, chat, chosen)
        keyboard = alerts_keyboard(chosen, chat.languages, self._services.tables)
        self._services.answer(update, text or self._tell(chat, chosen), keyboard)

    async def press_on(self, update: Update, _: Context) -> None:
        """Have alerts on a topic."""
        chat, topic = self._services.get_chat(update), pressed_topic(update)
        chosen = self._services.store.chats.list_alerts(chat)
        await self._set(update, chat, (*chosen, *({topic} - set(chosen))))

    async def press_off(self, update: Update, _: Context) -> None:
        """Have alerts on a topic no longer."""
        chat, topic = self._services.get_chat(update), pressed_topic(update)
        chosen = self._services.store.chats.list_alerts(chat)
        await self._set(update, chat, tuple(each for each in chosen if each != topic))

    async def press_all(self, update: Update, _: Context) -> None:
        """Have alerts on every topic."""
        await self._set(update, self._services.get_chat(update), TOPICS)

    async def press_none(self, update: Update, _: Context) -> None:
        """Have no alerts."""
        await self._set(update, self._services.get_chat(update), ())

    async def _set(self, update: Update, chat: Chat, topics: tuple[Topic, ...]) -> None:
        keep_alerts(self._services, chat, topics)
        keyboard = alerts_keyboard(topics, chat.languages, self._services.tables)
        self._services.change(update, self._tell(chat, topics), keyboard)
        await acknowledge(update)

    def _choose(self, chosen: Iterable[Topic], typed: str) -> tuple[Topic, ...] | str:
        """The choice after what was typed, none for "off"; or the first name that means nothing."""
        text = fold(typed)
        if means_off(text):
            return ()
        if text in map(fold, ALL_WORDS):
            return TOPICS
        # A topic's own name can hold a comma.
        is_one = self._services.tables.find_topic(typed) is not None
        topics = dict.fromkeys(chosen)
        for name in [typed] if is_one else re.split(r"[,;，、；]", typed):
            topic = self._services.tables.find_topic(name)
            if topic is None:
                return name.strip() or typed
            if fold(name).startswith(_MINUS):
                topics.pop(topic, None)
            else:
                topics[topic] = None
        return tuple(topics)

    def _tell(self, chat: Chat, topics: tuple[Topic, ...]) -> str:
        def tell(language: ChatLanguage, _: Chat) -> str:
            explained = say(language, "alerts.choose")
            if not topics:
                return f"{explained}\n\n{say(language, 'alerts.off')}"
            names = join_topics(topics, language, self._services.tables)
            return f"{explained}\n\n{say(language, 'alerts.on', topics=names)}"

        return tell_setting(chat, tell)


def keep_alerts(services: Services, chat: Chat, topics: Sequence[Topic]) -> None:
    """Keep on which topics alerts are wanted; what is owed on others is owed no longer."""
    prefix = make_key((chat.id, chat.thread_id), "")
    with services.together():
        services.store.chats.set_alerts(chat, topics)
        services.store.alerts.drop_unwanted(chat.id, chat.thread_id, prefix, topics)
