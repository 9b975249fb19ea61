"""Keyboards of topics, and under the releases of a topic or department."""

from collections.abc import Sequence

from telegram import InlineKeyboardMarkup

from bot.keyboards.buttons import button, topic_rows
from bot.keyboards.follow import subject_rows
from bot.texts import Languages
from data.models import Subscription, Topic
from data.tables import Tables


def topics_keyboard(
    followed: Sequence[Topic], languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """Each topic to tap, marked if followed."""
    rows = topic_rows(followed, languages, tables, ("follow", "unfollow"))
    return InlineKeyboardMarkup([*rows, [button(languages, "button.all_topics", "follow:all")]])


def subject_keyboard(
    subject: Subscription, held: Sequence[Subscription], languages: Languages
) -> InlineKeyboardMarkup:
    """Under the releases of a topic or department: have it or not, or see what else there is."""
    if subject.kind == "topic":
        others = button(languages, "button.other_topics", "topics:")
    else:
        others = button(languages, "button.my_list", "follows:0")
    return InlineKeyboardMarkup([*subject_rows(subject, held, languages), [others]])
