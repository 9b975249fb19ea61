"""/topic: list, follow, unfollow, and read one topic."""

from collections.abc import Iterable
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler

from bot.handlers.latest import DEFAULT_COUNT
from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    find_message,
    pressed,
)
from bot.keyboards import topic_keyboard, topics_keyboard
from bot.render import name_topic, render_list
from bot.texts import say, say_in
from data.models import TOPICS, Chat, ChatLanguage, Topic
from data.tables import Tables


class TopicHandlers:
    """Topics: what a chat follows."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            CommandHandler(["topic", "topics"], self.topic),
            CallbackQueryHandler(self.press_topics, pattern=r"^topics:"),
            CallbackQueryHandler(self.press_follow, pattern=topic_pattern("follow")),
            CallbackQueryHandler(self.press_unfollow, pattern=topic_pattern("unfollow")),
            CallbackQueryHandler(self.press_all, pattern=r"^follow:all$"),
        ]

    async def topic(self, update: Update, context: Context) -> None:
        """The topics to choose from, or the newest releases of the one that was named."""
        chat = self._services.get_chat(update)
        name = argument(context)
        if not name:
            self._send_choice(update, chat, say_in(chat.languages, "topic.choose"))
            return
        topic = self._services.tables.find_topic(name)
        if topic is None:
            text = say_in(chat.languages, "topic.unknown", name=name[:MAX_ECHO])
            self._send_choice(update, chat, text)
            return
        self._send_latest(update, chat, topic)

    async def press_topics(self, update: Update, _: Context) -> None:
        """The topics to choose from, by button."""
        chat = self._services.get_chat(update)
        self._send_choice(update, chat, say_in(chat.languages, "topic.choose"))
        await acknowledge(update)

    async def press_follow(self, update: Update, _: Context) -> None:
        """Follow a topic."""
        chat = self._services.get_chat(update)
        topic = pressed_topic(update)
        followed = self._services.store.chats.list_followed(chat)
        await self._set(update, chat, [*followed, *({topic} - set(followed))], "followed", topic)

    async def press_unfollow(self, update: Update, _: Context) -> None:
        """Follow a topic no longer."""
        chat = self._services.get_chat(update)
        topic = pressed_topic(update)
        followed = self._services.store.chats.list_followed(chat)
        kept = [each for each in followed if each != topic]
        await self._set(update, chat, kept, "unfollowed", topic)

    async def press_all(self, update: Update, _: Context) -> None:
        """Follow nothing in particular, which is everything."""
        await self._set(update, self._services.get_chat(update), [], "all", None)

    async def _set(
        self, update: Update, chat: Chat, topics: list[Topic], key: str, topic: Topic | None
    ) -> None:
        tables = self._services.tables
        self._services.store.chats.set_followed(chat, topics)
        first = chat.languages[:1]
        values = {"topic": name_topic(topic, first, tables)} if topic else {}
        if topic is not None and "follow:all" not in _data_of(find_message(update)):
            # Under the releases of one topic, which stay to be read.
            self._services.change_keyboard(update, topic_keyboard(topic, topics, chat.languages))
        else:
            keyboard = topics_keyboard(topics, chat.languages, tables)
            self._services.change(update, say_in(chat.languages, "topic.choose"), keyboard)
        await acknowledge(update, say(first[0], f"topic.{key}", **values))

    def _send_choice(self, update: Update, chat: Chat, text: str) -> None:
        followed = self._services.store.chats.list_followed(chat)
        keyboard = topics_keyboard(followed, chat.languages, self._services.tables)
        self._services.answer(update, text, keyboard)

    def _send_latest(self, update: Update, chat: Chat, topic: Topic) -> None:
        store, tables = self._services.store, self._services.tables
        followed = store.chats.list_followed(chat)
        keyboard = topic_keyboard(topic, followed, chat.languages)
        releases = store.releases.list_latest(DEFAULT_COUNT, topic)
        self._services.want_missing(releases)
        titles = [
            say(
                language,
                "topic.latest" if releases else "topic.none_yet",
                topic=name_topic(topic, (language,), tables),
            )
            for language in chat.languages
        ]
        title = "\n".join(titles)
        publishers = self._services.publishers
        parts = render_list(title, releases, chat.languages, publishers) if releases else (title,)
        self._services.answer(update, parts, keyboard)


def join_topics(topics: Iterable[Topic], language: ChatLanguage, tables: Tables) -> str:
    """The names of topics in a row; a topic's name can hold a comma."""
    separator = "; " if language == "en" else "、"
    return separator.join(name_topic(topic, (language,), tables) for topic in topics)


def topic_pattern(verb: str) -> str:
    """The callback data of one verb with any of the topics, and nothing else."""
    return rf"^{verb}:(?:{'|'.join(TOPICS)})$"


def pressed_topic(update: Update) -> Topic:
    """The topic of a button."""
    return next(topic for topic in TOPICS if topic == pressed(update))


def _data_of(message: Any) -> set[str]:  # noqa: ANN401  # a message, or one too old to read
    rows = getattr(getattr(message, "reply_markup", None), "inline_keyboard", ())
    return {button.callback_data for row in rows for button in row}
