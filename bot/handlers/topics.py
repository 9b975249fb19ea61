"""/topic: the topics to follow, and the newest releases of one or of a department."""

from collections.abc import Iterable, Sequence
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MaybeInaccessibleMessage,
    Message,
    Update,
)
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.handlers.latest import LatestHandlers, Wanted, find_subject
from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
    find_message,
    pressed,
)
from bot.keyboards.follow import count_pages, departments_keyboard, sort_departments
from bot.keyboards.topics import subject_keyboard, topics_keyboard
from bot.render import name_topic
from bot.subjects import MOST_SUBSCRIPTIONS, find_equal, is_full, unpack
from bot.texts import say, say_in
from data.models import TOPICS, Chat, ChatLanguage, Subscription, SubscriptionKind, Topic
from data.tables import Tables

PAGE = r"\d{1,3}"


class TopicHandlers:
    """Topics and departments to choose from, and the releases of one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._latest = LatestHandlers(services)

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command(["topic", "topics"], self.topic),
            CallbackQueryHandler(self.press_topics, pattern=r"^topics:"),
            CallbackQueryHandler(self.press_follow, pattern=topic_pattern("follow")),
            CallbackQueryHandler(self.press_unfollow, pattern=topic_pattern("unfollow")),
            CallbackQueryHandler(self.press_all, pattern=r"^follow:all\Z"),
            CallbackQueryHandler(self.press_departments, pattern=rf"^departments:{PAGE}\Z"),
            CallbackQueryHandler(self.press_department, pattern=rf"^dept:{PAGE}:.+\Z"),
            CallbackQueryHandler(self.press_subject, pattern=r"^(?:follow|mute|unfollow):[td]:"),
        ]

    async def topic(self, update: Update, context: Context) -> None:
        """The topics to choose from, or the newest releases of the one that was named."""
        chat = self._services.get_chat(update)
        name = argument(context)
        if not name:
            self._send_choice(update, chat, say_in(chat.languages, "topic.choose"))
            return
        wanted = find_subject(name, self._services.tables)
        if wanted is None:
            text = say_in(chat.languages, "topic.unknown", name=name[:MAX_ECHO])
            self._send_choice(update, chat, text)
            return
        self._send_latest(update, chat, wanted)

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
        first = chat.languages[:1]
        values = {"topic": name_topic(topic, first, tables)} if topic else {}
        keyboard = topics_keyboard(topics, chat.languages, tables)
        with self._services.together():
            self._services.store.chats.set_followed(chat, topics)
            self._services.change(update, say_in(chat.languages, "topic.choose"), keyboard)
        await acknowledge(update, say(first[0], f"topic.{key}", **values))

    async def press_subject(self, update: Update, _: Context) -> None:
        """Under releases, which stay to be read: follow their topic or department, or not."""
        chat, chats = self._services.get_chat(update), self._services.store.chats
        verb, packed = _get_data(update).split(":", 1)
        subject = unpack(packed, self._services.tables, follow=verb == "follow")
        if subject is None:
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        held = chats.list_subscriptions(chat)
        if verb != "unfollow" and is_full(subject, held):
            text = say(chat.languages[0], "follow.too_many", most=MOST_SUBSCRIPTIONS)
            await acknowledge(update, text)
            return
        with self._services.together():
            if verb == "unfollow":
                chats.unsubscribe(chat, subject.kind, subject.value)
            else:
                chats.subscribe(chat, subject)
            keyboard = subject_keyboard(subject, chats.list_subscriptions(chat), chat.languages)
            kept = _rows_above(find_message(update))
            rows = [*kept, *keyboard.inline_keyboard]
            self._services.change_keyboard(update, InlineKeyboardMarkup(rows))
        await acknowledge(update)

    async def press_departments(self, update: Update, _: Context) -> None:
        """A page of all departments."""
        chat = self._services.get_chat(update)
        self._show_departments(update, chat, int(pressed(update)))
        await acknowledge(update)

    async def press_department(self, update: Update, _: Context) -> None:
        """Follow a department, or end that."""
        chat = self._services.get_chat(update)
        page, key = pressed(update).split(":", 1)
        if key not in self._services.tables.departments:
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        subject = Subscription(kind="department", value=key)
        held = self._services.store.chats.list_subscriptions(chat)
        if find_equal(subject, held) is not None:
            self._services.store.chats.unsubscribe(chat, "department", key)
        elif is_full(subject, held):
            text = say(chat.languages[0], "follow.too_many", most=MOST_SUBSCRIPTIONS)
            await acknowledge(update, text)
            return
        else:
            self._services.store.chats.subscribe(chat, subject)
        self._show_departments(update, chat, int(page))
        await acknowledge(update)

    def _show_departments(self, update: Update, chat: Chat, page: int) -> None:
        tables = self._services.tables
        page = min(page, count_pages(len(sort_departments(chat.languages[0], tables))) - 1)
        held = self._services.store.chats.list_subscriptions(chat)
        keyboard = departments_keyboard(held, page, chat.languages, tables)
        self._services.change(update, say_in(chat.languages, "follow.departments"), keyboard)

    def _send_choice(self, update: Update, chat: Chat, text: str) -> None:
        followed = self._services.store.chats.list_followed(chat)
        keyboard = topics_keyboard(followed, chat.languages, self._services.tables)
        self._services.answer(update, text, keyboard)

    def _send_latest(self, update: Update, chat: Chat, wanted: Wanted) -> None:
        """The newest releases of what was named, and the buttons to follow it."""
        kind: SubscriptionKind = "topic" if wanted.kind == "topic" else "department"
        subject = Subscription(kind=kind, value=wanted.value)
        held = self._services.store.chats.list_subscriptions(chat)
        self._latest.send(update, chat, wanted, subject_keyboard(subject, held, chat.languages))


def join_topics(topics: Iterable[Topic], language: ChatLanguage, tables: Tables) -> str:
    """The names of topics in a row; a topic's name can hold a comma."""
    separator = "; " if language == "en" else "、"
    return separator.join(name_topic(topic, (language,), tables) for topic in topics)


def topic_pattern(verb: str) -> str:
    """The callback data of one verb with any of the topics, and nothing else."""
    return rf"^{verb}:(?:{'|'.join(TOPICS)})\Z"


def pressed_topic(update: Update) -> Topic:
    """The topic of a button."""
    return next(topic for topic in TOPICS if topic == pressed(update))


def _get_data(update: Update) -> str:
    return (update.callback_query and update.callback_query.data) or ""


def _rows_above(message: MaybeInaccessibleMessage | None) -> list[Sequence[InlineKeyboardButton]]:
    """The buttons of a message that open releases or lead to older ones."""
    markup = message.reply_markup if isinstance(message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    return [row for row in rows if str(row[0].callback_data).startswith(("card:", "older:"))]
