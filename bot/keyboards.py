"""Inline keyboards and what their buttons say when pressed; pure.

Callback data is ``verb:argument``; every verb has its handler in ``bot.handlers``.
"""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.render import Languages, name_topic
from bot.texts import say
from data.models import CHAT_LANGUAGES, TOPICS, ChatLanguage, Topic
from data.tables import Tables

LANGUAGE_NAMES: dict[ChatLanguage, str] = {
    "en": "English",
    "zh-Hant": "繁體",
    "zh-Hans": "简体",
    "en+zh-Hant": "English + 繁體",
}


def language_keyboard(chosen: ChatLanguage) -> InlineKeyboardMarkup:
    """The four languages, the present one marked."""
    return InlineKeyboardMarkup(_language_rows(chosen))


def start_keyboard(chosen: ChatLanguage, languages: Languages) -> InlineKeyboardMarkup:
    """Language, then what one does first."""
    return InlineKeyboardMarkup(
        [
            *_language_rows(chosen),
            [_button(languages, "button.subscribe", "subscribe:")],
            [
                _button(languages, "button.topics", "topics:"),
                _button(languages, "button.latest", "latest:"),
            ],
        ]
    )


def topics_keyboard(
    followed: Sequence[Topic], languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """Each topic to tap, marked if followed; names in two languages need the whole width."""
    buttons = []
    for topic in TOPICS:
        verb, mark = ("unfollow", "✓ ") if topic in followed else ("follow", "")
        name = mark + name_topic(topic, languages, tables)
        buttons.append(InlineKeyboardButton(name, callback_data=f"{verb}:{topic}"))
    width = 1 if len(languages) > 1 else 2
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return InlineKeyboardMarkup([*rows, [_button(languages, "button.all_topics", "follow:all")]])


def topic_keyboard(
    topic: Topic, followed: Sequence[Topic], languages: Languages
) -> InlineKeyboardMarkup:
    """Under the releases of one topic: follow or unfollow it, or see the others."""
    if topic in followed:
        toggle = _button(languages, "button.unfollow", f"unfollow:{topic}")
    else:
        toggle = _button(languages, "button.follow", f"follow:{topic}")
    return InlineKeyboardMarkup([[toggle, _button(languages, "button.other_topics", "topics:")]])


def subscribed_keyboard(languages: Languages) -> InlineKeyboardMarkup:
    """After subscribing: choose topics, or read at once."""
    return InlineKeyboardMarkup(
        [
            [
                _button(languages, "button.topics", "topics:"),
                _button(languages, "button.latest", "latest:"),
            ]
        ]
    )


def _language_rows(chosen: ChatLanguage) -> list[list[InlineKeyboardButton]]:
    buttons = [
        InlineKeyboardButton(
            ("✓ " if language == chosen else "") + LANGUAGE_NAMES[language],
            callback_data=f"language:{language}",
        )
        for language in CHAT_LANGUAGES
    ]
    return [buttons[:2], buttons[2:]]


def _button(languages: Languages, key: str, data: str) -> InlineKeyboardButton:
    name = " · ".join(say(language, key) for language in languages)
    return InlineKeyboardButton(name, callback_data=data)
