"""Buttons and rows that several keyboards have."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton

from bot.render import name_topic
from bot.texts import LANGUAGE_NAMES, Languages, say
from data.models import CHAT_LANGUAGES, TOPICS, ChatLanguage, Topic
from data.tables import Tables


def button(languages: Languages, key: str, data: str) -> InlineKeyboardButton:
    """A button that says a sentence in each of the languages."""
    name = " · ".join(say(language, key) for language in languages)
    return InlineKeyboardButton(name, callback_data=data)


def topic_rows(
    chosen: Sequence[Topic], languages: Languages, tables: Tables, verbs: tuple[str, str]
) -> list[list[InlineKeyboardButton]]:
    """Each topic with the verb that chooses it or lets it go; two languages need the width."""
    choose, let_go = verbs
    buttons = []
    for topic in TOPICS:
        verb, mark = (let_go, "✓ ") if topic in chosen else (choose, "")
        name = mark + name_topic(topic, languages, tables)
        buttons.append(InlineKeyboardButton(name, callback_data=f"{verb}:{topic}"))
    width = 1 if len(languages) > 1 else 2
    return [buttons[start : start + width] for start in range(0, len(buttons), width)]


def language_rows(chosen: ChatLanguage, verb: str) -> list[list[InlineKeyboardButton]]:
    """The four languages, the present one marked."""
    buttons = [
        InlineKeyboardButton(
            ("✓ " if language == chosen else "") + LANGUAGE_NAMES[language],
            callback_data=f"{verb}:{language}",
        )
        for language in CHAT_LANGUAGES
    ]
    return [buttons[:2], buttons[2:]]
