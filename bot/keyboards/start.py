"""Keyboards of the first three taps."""

from collections.abc import Sequence
from datetime import time

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.keyboards.buttons import button, language_rows, topic_rows
from bot.texts import Languages
from data.models import ChatLanguage, Topic
from data.tables import Tables

HOURS = tuple(time(hour) for hour in (6, 7, 8, 9, 12, 18, 20, 22))
IN_A_ROW = 4


def language_keyboard(chosen: ChatLanguage) -> InlineKeyboardMarkup:
    """The four languages, the present one marked."""
    return InlineKeyboardMarkup(language_rows(chosen, "language"))


def first_keyboard(chosen: ChatLanguage) -> InlineKeyboardMarkup:
    """The first tap: the language."""
    return InlineKeyboardMarkup(language_rows(chosen, "begin:language"))


def begin_topics_keyboard(
    followed: Sequence[Topic], languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """The second tap: all topics, or some and then on."""
    rows = topic_rows(followed, languages, tables, ("begin:topic", "begin:topic"))
    onward = (
        button(languages, "button.continue", "begin:next")
        if followed
        else button(languages, "button.every_topic", "begin:next")
    )
    return InlineKeyboardMarkup([[onward], *rows])


def begin_hours_keyboard(at: time, languages: Languages) -> InlineKeyboardMarkup:
    """The third tap: the hour."""
    return InlineKeyboardMarkup(
        [
            *hour_rows(at, "begin:at"),
            [button(languages, "button.other_hour", "begin:other")],
        ]
    )


def hour_rows(at: time, verb: str) -> list[list[InlineKeyboardButton]]:
    """Hours to tap, the present one marked."""
    hours = sorted({*HOURS, at.replace(second=0, microsecond=0)})
    buttons = [
        InlineKeyboardButton(
            ("✓ " if hour == at else "") + f"{hour:%H:%M}", callback_data=f"{verb}:{hour:%H%M}"
        )
        for hour in hours
    ]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def begun_keyboard(languages: Languages) -> InlineKeyboardMarkup:
    """For whoever has begun: what is done most."""
    return InlineKeyboardMarkup(
        [
            [
                button(languages, "button.latest", "latest:"),
                button(languages, "button.my_list", "follows:0"),
            ],
            [button(languages, "button.settings", "set:main")],
        ]
    )
