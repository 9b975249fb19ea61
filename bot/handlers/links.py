"""Links that lead to the bot: ``/start`` with a topic, a department or a release behind it."""

import re

from telegram import Update

from bot.cards import render_card
from bot.handlers.services import Services
from bot.keyboards.start import first_keyboard
from bot.keyboards.topics import subject_keyboard
from bot.subjects import name_subject
from bot.texts import say, say_in
from data.models import TOPICS, Chat, Subscription, Topic

_LINK = re.compile(r"(?P<kind>topic|dept|release)-(?P<value>[A-Za-z0-9_-]{1,60})")


class Links:
    """Takes up what a link asks for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def follow(self, update: Update, chat: Chat, payload: str) -> bool:
        """Take up what a link asks for; whether it asked for anything that there is."""
        found = _LINK.fullmatch(payload)
        if found is None:
            return False
        match found["kind"]:
            case "release":
                return self._show_release(update, chat, found["value"])
            case "dept":
                return self._offer_department(update, chat, found["value"])
        topic = next((each for each in TOPICS if each == found["value"].lower()), None)
        if topic is None:
            return False
        self._offer_topic(update, chat, topic)
        return True

    def _offer_topic(self, update: Update, chat: Chat, topic: Topic) -> None:
        """For whoever is new the topic is chosen; a group, or who is subscribed, is asked."""
        chats = self._services.store.chats
        if chat.subscribed or chat.id < 0:
            self._offer(update, chat, Subscription(kind="topic", value=topic))
            return
        with self._services.together():
            chats.set_followed(chat, list(dict.fromkeys([*chats.list_followed(chat), topic])))
            self._services.answer(update, say_welcome(chat), first_keyboard(chat.language))

    def _offer_department(self, update: Update, chat: Chat, value: str) -> bool:
        found = self._services.tables.find_whole_name(value)
        if found is None or found[0] != "department":
            return False
        self._offer(update, chat, Subscription(kind="department", value=found[1]))
        return True

    def _offer(self, update: Update, chat: Chat, subject: Subscription) -> None:
        """Ask whether to follow something; the button says whether that is so already."""
        tables, held = self._services.tables, self._services.store.chats.list_subscriptions(chat)
        text = "\n\n".join(
            say(language, "start.offer", name=name_subject(subject, language, tables))
            for language in chat.languages
        )
        self._services.answer(update, text, subject_keyboard(subject, held, chat.languages))

    def _show_release(self, update: Update, chat: Chat, value: str) -> bool:
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            return False
        services = self._services
        for stored in services.store.releases.list_by_seq([int(value)]):
            card = render_card(
                stored, chat.language, services.tables, services.publishers, chat.time_zone
            )
            services.want_missing([stored])
            services.answer(update, card)
            return True
        return False


def say_welcome(chat: Chat) -> str:
    """What the bot is; who has not chosen a language yet is asked in each of them."""
    asked = f"{say('en', 'start.language')} · {say('zh-Hant', 'start.language')}"
    return f"{say_in(chat.languages, 'welcome')}\n\n{asked}"
