"""/start in three taps, /help, /language, and what to say to all else."""

from datetime import time
from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler, MessageHandler, filters

from bot.commands import render_help
from bot.handlers.links import Links, say_welcome
from bot.handlers.samples import render_sample
from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
    guess_language,
    is_lost,
    pressed,
)
from bot.handlers.settings import SettingsHandlers
from bot.handlers.timetable import keep_settings, tell_setting
from bot.keyboards.start import (
    begin_hours_keyboard,
    begin_topics_keyboard,
    begun_keyboard,
    first_keyboard,
    language_keyboard,
)
from bot.texts import format_weekdays, say, say_in
from bot.wishes import fold
from data.models import (
    CHAT_LANGUAGES,
    TOPICS,
    Chat,
    ChatLanguage,
)

LANGUAGE_WORDS: dict[ChatLanguage, tuple[str, ...]] = {
    "en": ("en", "english", "英文", "英語"),
    "zh-Hant": ("zh-hant", "zh-hk", "zh", "繁體", "繁體中文", "中文", "traditional"),
    "zh-Hans": ("zh-hans", "zh-cn", "簡體", "簡體中文", "simplified"),
    "en+zh-Hant": ("en+zh-hant", "english+繁體", "both", "雙語", "bilingual", "中英"),
}


class LostButtonHandler(BaseHandler[Update, Context, None]):
    """Takes the presses of which it can't be told in which topic of a forum they were."""

    def check_update(self, update: object) -> bool:
        """Whether this is one."""
        return isinstance(update, Update) and is_lost(update)


class StartHandlers:
    """The first words of a conversation."""

    def __init__(self, services: Services, settings: SettingsHandlers) -> None:
        """``settings`` takes plain words where they were asked for."""
        self._services = services
        self._links = Links(services)
        self._overview = settings.overview
        self._asking = settings.asking

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            LostButtonHandler(self.lost_button),
            command("start", self.start),
            command("help", self.help),
            command("language", self.language),
            CallbackQueryHandler(self.choose_language, pattern=r"^language:"),
            CallbackQueryHandler(self.begin_language, pattern=r"^begin:language:"),
            CallbackQueryHandler(
                self.begin_topic, pattern=rf"^begin:topic:(?:{'|'.join(TOPICS)})\Z"
            ),
            CallbackQueryHandler(self.begin_hours, pattern=r"^begin:next\Z"),
            CallbackQueryHandler(self.begin_other, pattern=r"^begin:other\Z"),
            CallbackQueryHandler(
                self.begin_digests, pattern=r"^begin:at:(?:[01]\d|2[0-3])[0-5]\d\Z"
            ),
        ]

    def list_last_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers that must come after all others."""
        words = filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL & ~filters.VIA_BOT
        return [
            MessageHandler(filters.COMMAND, self.unknown_command),
            MessageHandler(words, self.plain_text),
            CallbackQueryHandler(self.unknown_button),
        ]

    async def start(self, update: Update, context: Context) -> None:
        """The first of three taps; or what the link asks for that led here."""
        chat = self._services.get_chat(update)
        if self._links.follow(update, chat, argument(context)):
            return
        if chat.subscribed:
            self._services.answer(
                update, tell_setting(chat, _say_again), begun_keyboard(chat.languages)
            )
            return
        self._services.answer(update, say_welcome(chat), first_keyboard(chat.language))

    async def begin_language(self, update: Update, context: Context) -> None:
        """The first tap was made; the second: topics."""
        choice = _read_language(pressed(update).partition(":")[2])
        if choice is None:
            await self.unknown_button(update, context)
            return
        chat = self._services.get_chat(update).model_copy(update={"language": choice})
        self._services.store.chats.save(chat)
        self._show_topics(update, chat)
        await acknowledge(update)

    async def begin_topic(self, update: Update, _: Context) -> None:
        """A topic more or fewer."""
        chat = self._services.get_chat(update)
        value = pressed(update).partition(":")[2]
        topic = next(each for each in TOPICS if each == value)
        followed = self._services.store.chats.list_followed(chat)
        kept = [each for each in followed if each != topic]
        chosen = kept if topic in followed else [*followed, topic]
        self._services.store.chats.set_followed(chat, chosen)
        self._show_topics(update, chat)
        await acknowledge(update)

    def _show_topics(self, update: Update, chat: Chat) -> None:
        followed = self._services.store.chats.list_followed(chat)
        keyboard = begin_topics_keyboard(followed, chat.languages, self._services.tables)
        self._services.change(update, say_in(chat.languages, "start.topics"), keyboard)

    async def begin_hours(self, update: Update, _: Context) -> None:
        """The second tap was made; the third: the hour."""
        chat = self._services.get_chat(update)
        keyboard = begin_hours_keyboard(chat.digest_time, chat.languages)
        text = "\n\n".join(
            say(language, "start.hours", time_zone=chat.time_zone) for language in chat.languages
        )
        self._services.change(update, text, keyboard)
        await acknowledge(update)

    async def begin_other(self, update: Update, _: Context) -> None:
        """How to type an hour that is not among the buttons."""
        chat = self._services.get_chat(update)
        self._asking.ask_first_hour(update, chat)
        await acknowledge(update)

    async def begin_digests(self, update: Update, _: Context) -> None:
        """The third tap was made: subscribed, with a sample of what will come."""
        chat, typed = self._services.get_chat(update), pressed(update).partition(":")[2]
        at = time(int(typed[:2]), int(typed[2:]))
        with self._services.together():
            kept = keep_settings(
                self._services, chat, digest_time=at, subscribed=True, awaiting=None
            )
            text = self._overview.tell_begun(kept)
            self._services.change(update, text, begun_keyboard(kept.languages))
            if sample := render_sample(self._services, kept):
                self._services.answer(update, sample)
        await acknowledge(update)

    async def help(self, update: Update, _: Context) -> None:
        """List the commands."""
        chat = self._services.get_chat(update)
        user = update.effective_user
        is_operator = user is not None and user.id in self._services.admin_ids
        is_private = update.effective_chat is not None and (
            update.effective_chat.type == ChatType.PRIVATE
        )
        texts = [
            render_help(
                language,
                is_operator=is_operator and is_private,
                days=format_weekdays(language, chat.weekdays),
                time=f"{chat.digest_time:%H:%M}",
                time_zone=chat.time_zone,
            )
            for language in chat.languages
        ]
        self._services.answer(update, "\n\n".join(texts))

    async def language(self, update: Update, context: Context) -> None:
        """Take the language that was named, or offer those there are."""
        chat = self._services.get_chat(update)
        name = argument(context)
        choice = find_language(name)
        if choice is not None:
            chat = chat.model_copy(update={"language": choice})
            self._services.store.chats.save(chat)
            text = confirm_language(chat)
        elif name:
            text = say_in(chat.languages, "language.unknown", name=name[:MAX_ECHO])
        else:
            text = say_in(chat.languages, "language.choose")
        self._services.answer(update, text, language_keyboard(chat.language))

    async def choose_language(self, update: Update, context: Context) -> None:
        """Take the language of a button; the buttons are shown in it at once."""
        choice = _read_language(pressed(update))
        if choice is None:
            await self.unknown_button(update, context)
            return
        chat = self._services.get_chat(update).model_copy(update={"language": choice})
        self._services.store.chats.save(chat)
        self._services.change(update, confirm_language(chat), language_keyboard(chat.language))
        await acknowledge(update)

    async def unknown_command(self, update: Update, _: Context) -> None:
        """A command that we don't have; in a group it may be another bot's."""
        if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
            return
        chat = self._services.get_chat(update)
        self._services.answer(update, say_in(chat.languages, "error.unknown_command"))

    async def plain_text(self, update: Update, _: Context) -> None:
        """Words or a place that are no command: taken for what was asked, else answered."""
        if update.message is None:
            return
        chat = self._services.get_chat(update)
        if not self._asking.take(update, chat):
            self._services.answer(update, say_in(chat.languages, "error.plain_text"))

    async def unknown_button(self, update: Update, _: Context) -> None:
        """A button of an older version, or data that was tampered with."""
        if update.effective_chat is None:
            await acknowledge(update)
            return
        chat = self._services.get_chat(update)
        await acknowledge(update, say(chat.languages[0], "error.old_button"))

    async def lost_button(self, update: Update, _: Context) -> None:
        """A button whose chat can't be told: another's settings must not be changed for it."""
        await acknowledge(update, say(guess_language(update), "error.old_button"))


def _say_again(language: ChatLanguage, _: Chat) -> str:
    return say(language, "start.again")


def confirm_language(chat: Chat) -> str:
    """That the bot writes in the chat's language from now on, said in it."""
    if chat.language == "zh-Hans":
        return say("zh-Hans", "language.chosen_simplified")
    return say_in(chat.languages, "language.chosen")


def _read_language(code: str) -> ChatLanguage | None:
    return next((each for each in CHAT_LANGUAGES if each == code), None)


def find_language(typed: str) -> ChatLanguage | None:
    """The language that someone means by its name or code, whatever case, width and script."""
    folded = fold(typed).replace(" ", "")
    for language, names in LANGUAGE_WORDS.items():
        if folded in map(fold, names):
            return language
    return None
