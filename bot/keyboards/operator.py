"""The operator's keyboards."""

from collections.abc import Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.keyboards.buttons import button
from bot.texts import Languages, say


def announce_keyboard(languages: Languages, number: int) -> InlineKeyboardMarkup:
    """Whether to send an announcement."""
    verbs = ("send", "drop")
    row = [
        button(languages, f"button.announce_{each}", f"announce:{each}:{number}") for each in verbs
    ]
    return InlineKeyboardMarkup([row])


def letters_keyboard(
    seqs: Sequence[int], languages: Languages, page: int, *, has_more: bool
) -> InlineKeyboardMarkup:
    """For each refused message of a page whether to try it again or to drop it, and the pages."""
    rows = [
        [
            _numbered(languages, "button.letter_retry", number, f"letter:retry:{page}:{seq}"),
            _numbered(languages, "button.letter_drop", number, f"letter:drop:{page}:{seq}"),
        ]
        for number, seq in enumerate(seqs, 1)
    ]
    turns = [("◂", page - 1, page > 0), ("▸", page + 1, has_more)]
    row = [
        InlineKeyboardButton(sign, callback_data=f"letters:{other}")
        for sign, other, is_there in turns
        if is_there
    ]
    return InlineKeyboardMarkup([*rows, row] if row else rows)


def _numbered(languages: Languages, key: str, number: int, data: str) -> InlineKeyboardButton:
    name = " · ".join(say(language, key) for language in languages)
    return InlineKeyboardButton(f"{number}. {name}", callback_data=data)
