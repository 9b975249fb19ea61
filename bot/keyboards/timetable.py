"""Keyboards of what says when a digest comes."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.keyboards.buttons import button
from bot.texts import Languages


def zones_keyboard(zones: Sequence[str]) -> InlineKeyboardMarkup | None:
    """Time zones to choose from; None if there are none."""
    if not zones:
        return None
    rows = [[InlineKeyboardButton(zone, callback_data=f"zone:{zone}")] for zone in zones]
    return InlineKeyboardMarkup(rows)


def subscribed_keyboard(languages: Languages) -> InlineKeyboardMarkup:
    """After subscribing: choose topics, or read at once."""
    return InlineKeyboardMarkup(
        [
            [
                button(languages, "button.topics", "topics:"),
                button(languages, "button.latest", "latest:"),
            ]
        ]
    )
