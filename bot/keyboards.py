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
    """Each topic to tap, marked if followed."""
    rows = _topic_rows(followed, languages, tables, ("follow", "unfollow"))
    return InlineKeyboardMarkup([*rows, [_button(languages, "button.all_topics", "follow:all")]])


def alerts_keyboard(
    chosen: Sequence[Topic], languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """Each topic to tap, marked if its alerts are wanted; all and none."""
    rows = _topic_rows(chosen, languages, tables, ("alert", "unalert"))
    everything = _button(languages, "button.all_alerts", "alert:all")
    nothing = _button(languages, "button.no_alerts", "unalert:all")
    return InlineKeyboardMarkup([*rows, [everything], [nothing]])


def zones_keyboard(zones: Sequence[str]) -> InlineKeyboardMarkup | None:
    """Time zones to choose from; None if there are none."""
    if not zones:
        return None
    rows = [[InlineKeyboardButton(zone, callback_data=f"zone:{zone}")] for zone in zones]
    return InlineKeyboardMarkup(rows)


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


def _topic_rows(
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
