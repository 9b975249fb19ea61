"""The keyboard of what is kept of a chat."""

from telegram import InlineKeyboardMarkup

from bot.keyboards.buttons import button
from bot.texts import Languages


def erase_keyboard(languages: Languages, until: int, asked_by: int) -> InlineKeyboardMarkup:
    """Whether really to delete all.

    Args:
        languages: of the chat.
        until: when the question is no longer open, in seconds since 1970.
        asked_by: the only person who may say yes; 0 for any that the chat lets.
    """
    yes = button(languages, "button.erase", f"erase:{until}:{asked_by}")
    no = button(languages, "button.keep", "erase:keep")
    return InlineKeyboardMarkup([[yes], [no]])
