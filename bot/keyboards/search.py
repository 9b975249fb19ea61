"""Keyboards under what a search found."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup


def turn_keyboard(page: int, pages: int) -> InlineKeyboardMarkup | None:
    """Buttons to the pages around one, counted from 0; None if it is the only one."""
    if pages == 1:
        return None
    turns = (("◂", page - 1), (f"{page + 1}/{pages}", page), ("▸", page + 1))
    row = [InlineKeyboardButton(name, callback_data=f"found:{to % pages}") for name, to in turns]
    return InlineKeyboardMarkup([row])
