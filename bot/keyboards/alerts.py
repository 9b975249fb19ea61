"""The keyboard of alerts."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot.keyboards.buttons import button, topic_rows
from bot.texts import Languages
from data.models import Topic
from data.tables import Tables


def alerts_keyboard(
    chosen: Sequence[Topic], languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """Each topic to tap, marked if its alerts are wanted; all and none."""
    rows = topic_rows(chosen, languages, tables, ("alert", "unalert"))
    everything = button(languages, "button.all_alerts", "alert:all")
    nothing = button(languages, "button.no_alerts", "unalert:all")
    return InlineKeyboardMarkup([*rows, [everything], [nothing]])
