"""Keyboards under a release."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.keyboards.buttons import button
from data.models import ChatLanguage, split_language
from data.store.feedback import Verdict

THUMBS = {"good": "👍", "bad": "👎"}


def card_keyboard(
    seq: int, language: ChatLanguage, other: ChatLanguage | None, given: Verdict | None = None
) -> InlineKeyboardMarkup:
    """What can be asked and said of a release.

    Args:
        seq: the release's number.
        language: in which it is told.
        other: in which it can be told as well, if in any.
        given: what the reader said of the summary, which is marked.
    """
    languages = split_language(language)
    tail = f"{seq}:{language}"
    first = [
        button(languages, "button.more", f"more:{tail}"),
        button(languages, "button.sources", f"sources:{tail}"),
    ]
    if other is not None:
        name = "English" if other == "en" else "中文"
        first.append(InlineKeyboardButton(name, callback_data=f"tell:{seq}:{other}"))
    thumbs = [
        InlineKeyboardButton("✓ " * (given == verdict) + sign, callback_data=f"{verdict}:{tail}")
        for verdict, sign in THUMBS.items()
    ]
    wrong = button(languages, "button.wrong", f"wrong:{tail}")
    if given == "wrong":
        wrong = InlineKeyboardButton(f"✓ {wrong.text}", callback_data=f"wrong:{tail}")
    why = button(languages, "button.why", f"why:{tail}")
    return InlineKeyboardMarkup([first, [*thumbs, wrong], [why]])


def back_row(seq: int, language: ChatLanguage) -> list[InlineKeyboardButton]:
    """Back to the card, from what was put in its place."""
    return [button(split_language(language), "button.back", f"tell:{seq}:{language}")]
