"""/start, /help, /language, and what to say to all else."""

from typing import Any

from telegram import Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    find_message,
    guess_language,
    is_lost,
    pressed,
)
from bot.keyboards import language_keyboard, start_keyboard
from bot.texts import format_weekdays, say, say_in
from bot.wishes import fold
from data.models import CHAT_LANGUAGES, Chat, ChatLanguage

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

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            LostButtonHandler(self.lost_button),
            CommandHandler("start", self.start),
            CommandHandler("help", self.help),
            CommandHandler("language", self.language),
            CallbackQueryHandler(self.choose_language, pattern=r"^language:"),
        ]

    def list_last_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers that must come after all others."""
        return [
            MessageHandler(filters.COMMAND, self.unknown_command),
            MessageHandler(filters.ChatType.PRIVATE & ~filters.StatusUpdate.ALL, self.plain_text),
            CallbackQueryHandler(self.unknown_button),
        ]

    async def start(self, update: Update, _: Context) -> None:
        """Say what this is and offer the first choices."""
        chat = self._services.get_chat(update)
        self._services.answer(
            update, self._welcome(chat), start_keyboard(chat.language, chat.languages)
        )

    async def help(self, update: Update, _: Context) -> None:
        """List the commands."""
        chat = self._services.get_chat(update)
        texts = (_say_hours(language, chat, "help") for language in chat.languages)
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
        choice = next((each for each in CHAT_LANGUAGES if each == pressed(update)), None)
        if choice is None:
            await self.unknown_button(update, context)
            return
        chat = self._services.get_chat(update).model_copy(update={"language": choice})
        self._services.store.chats.save(chat)
        if self._is_start(getattr(find_message(update), "reply_markup", None)):
            keyboard = start_keyboard(chat.language, chat.languages)
            self._services.change(update, self._welcome(chat), keyboard)
        else:
            self._services.change(update, confirm_language(chat), language_keyboard(chat.language))
        await acknowledge(update)

    async def unknown_command(self, update: Update, _: Context) -> None:
        """A command that we don't have; in a group it may be another bot's."""
        if update.effective_chat is None or update.effective_chat.type != ChatType.PRIVATE:
            return
        chat = self._services.get_chat(update)
        self._services.answer(update, say_in(chat.languages, "error.unknown_command"))

    async def plain_text(self, update: Update, _: Context) -> None:
        """Words that are no command."""
        if update.message is None:
            return
        chat = self._services.get_chat(update)
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

    def _welcome(self, chat: Chat) -> str:
        sentences = (
            f"{_say_hours(language, chat, 'welcome')}\n\n{say(language, 'welcome_next')}"
            for language in chat.languages
        )
        return "\n\n".join(sentences)

    @staticmethod
    def _is_start(keyboard: Any) -> bool:  # noqa: ANN401  # any markup or None
        rows = getattr(keyboard, "inline_keyboard", ())
        return any(button.callback_data == "subscribe:" for row in rows for button in row)


def _say_hours(language: ChatLanguage, chat: Chat, key: str) -> str:
    """A sentence that tells on which days and when the chat gets or would get its digest."""
    values = {
        "days": format_weekdays(language, chat.weekdays),
        "time": f"{chat.digest_time:%H:%M}",
        "time_zone": chat.time_zone,
    }
    return say(language, key, **values)


def confirm_language(chat: Chat) -> str:
    """That the bot writes in the chat's language from now on, said in it."""
    if chat.language == "zh-Hans":
        return say("zh-Hans", "language.chosen_simplified")
    return say_in(chat.languages, "language.chosen")


def find_language(typed: str) -> ChatLanguage | None:
    """The language that someone means by its name or code, whatever case, width and script."""
    folded = fold(typed).replace(" ", "")
    for language, names in LANGUAGE_WORDS.items():
        if folded in map(fold, names):
            return language
    return None
