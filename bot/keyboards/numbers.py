"""Numbers to tap: each opens the release that has it in the message above."""

from collections.abc import Iterable

from telegram.constants import InlineKeyboardMarkupLimit

IN_A_ROW = int(InlineKeyboardMarkupLimit.BUTTONS_PER_ROW)


def number_rows(numbered: Iterable[tuple[int, int]]) -> list[list[dict[str, str]]]:
    """Rows of buttons for releases, given as (number in the message, ``seq`` in the database).

    They are as the Bot API takes them: a digest has dozens, and there are many digests.
    """
    buttons = [{"callback_data": f"card:{seq}", "text": str(number)} for number, seq in numbered]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]
