"""Keyboards of what a chat follows and leaves out."""

from collections.abc import Sequence
from typing import TypeVar

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit

from bot.keyboards.buttons import button
from bot.subjects import (
    find_equal,
    make_mark,
    name_subject,
    name_value,
    name_with_kind,
    pack,
    say_plain,
)
from bot.texts import Languages
from data.models import ChatLanguage, Subscription
from data.tables import Tables

PAGE = 8

_Thing = TypeVar("_Thing")


def follows_keyboard(
    held: Sequence[Subscription], page: int, languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """What a chat has, each to be ended with a tap, a page of it, and where to find more."""
    first = languages[0]
    rows = [
        [
            InlineKeyboardButton(
                f"✕ {_mark(each)}{name_subject(each, first, tables)}",
                callback_data=f"drop:{page}:{make_mark(each)}",
            )
        ]
        for each in _cut(held, page)
    ]
    rows += _turns("follows", page, len(held))
    rows.append(
        [
            button(languages, "button.topics", "topics:"),
            button(languages, "button.departments", "departments:0"),
        ]
    )
    if len(held) > 1:
        rows.append([button(languages, "button.clear", "clear:ask")])
    return InlineKeyboardMarkup(rows)


def departments_keyboard(
    held: Sequence[Subscription], page: int, languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """All departments by name, a page of them, those marked that are followed or left out."""
    first = languages[0]
    marks = {each.value: _mark(each) for each in held if each.kind == "department"}
    keys = sort_departments(first, tables)
    rows = [
        [
            InlineKeyboardButton(
                marks.get(key, "") + name_value("department", key, first, tables),
                callback_data=f"dept:{page}:{key}",
            )
        ]
        for key in _cut(keys, page)
    ]
    back = [button(languages, "button.my_list", "follows:0")]
    return InlineKeyboardMarkup([*rows, *_turns("departments", page, len(keys)), back])


def sort_departments(language: ChatLanguage, tables: Tables) -> list[str]:
    """The keys of all departments, in the order of their names."""
    return sorted(
        tables.departments,
        key=lambda key: name_value("department", key, language, tables).casefold(),
    )


def followed_keyboard(
    subject: Subscription, other: Subscription | None, languages: Languages, tables: Tables
) -> InlineKeyboardMarkup:
    """After one was added: have the other thing that may have been meant, take it back, see all."""
    row = [
        button(languages, "button.undo", f"undo:{make_mark(subject)}"),
        button(languages, "button.my_list", "follows:0"),
    ]
    data = "" if other is None else _instead(subject, other)
    if other is None or not _fits(data):
        return InlineKeyboardMarkup([row])
    first = languages[0]
    name = say_plain(first, "button.instead", name_with_kind(other, first, tables))
    return InlineKeyboardMarkup([[InlineKeyboardButton(name, callback_data=data)], row])


def ended_keyboard(dropped: Subscription, languages: Languages) -> InlineKeyboardMarkup:
    """After one was ended: have it back, or see all."""
    row = [button(languages, "button.my_list", "follows:0")]
    data = _instead(dropped, dropped)
    if _fits(data):
        row.insert(0, button(languages, "button.undo", data))
    return InlineKeyboardMarkup([row])


def _instead(former: Subscription, subject: Subscription) -> str:
    """Callback data that ends one and has the other in its place."""
    verb = "follow" if subject.follow else "mute"
    return f"{verb}:{make_mark(former)}:{pack(subject)}"


def _fits(data: str) -> bool:
    return len(data.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA


def subject_rows(
    subject: Subscription, held: Sequence[Subscription], languages: Languages
) -> list[list[InlineKeyboardButton]]:
    """Under the releases of a topic or department: follow it, leave it out, or end either."""
    packed = pack(subject)
    found = find_equal(subject, held)
    if found is None:
        return [
            [
                button(languages, "button.follow", f"follow:{packed}"),
                button(languages, "button.mute_this", f"mute:{packed}"),
            ]
        ]
    key = "button.unfollow" if found.follow else "button.unmute"
    return [[button(languages, key, f"unfollow:{packed}")]]


def clear_keyboard(languages: Languages) -> InlineKeyboardMarkup:
    """Whether really to end all."""
    return InlineKeyboardMarkup(
        [
            [
                button(languages, "button.yes_clear", "clear:yes"),
                button(languages, "button.keep", "follows:0"),
            ]
        ]
    )


def why_rows(
    seq: int, muteable: Sequence[Subscription], languages: Languages, tables: Tables
) -> list[list[InlineKeyboardButton]]:
    """A button for each thing that can be ended or left out, to get no more like a release."""
    language = languages[0]
    rows = []
    for each in muteable:
        key = "button.stop_following" if each.follow else "button.mute"
        name = say_plain(language, key, name_subject(each, language, tables))
        rows.append([InlineKeyboardButton(name, callback_data=f"mute:{seq}:{make_mark(each)}")])
    return rows


def count_pages(length: int) -> int:
    """How many pages a list has."""
    return max(1, -(-length // PAGE))


def _cut(things: Sequence[_Thing], page: int) -> Sequence[_Thing]:
    return things[page * PAGE : (page + 1) * PAGE]


def _turns(verb: str, page: int, length: int) -> list[list[InlineKeyboardButton]]:
    last = count_pages(length) - 1
    if last == 0:
        return []
    before, after = (page - 1) % (last + 1), (page + 1) % (last + 1)
    return [
        [
            InlineKeyboardButton("◂", callback_data=f"{verb}:{before}"),
            InlineKeyboardButton(f"{page + 1}/{last + 1}", callback_data=f"{verb}:{page}"),
            InlineKeyboardButton("▸", callback_data=f"{verb}:{after}"),
        ]
    ]


def _mark(subscription: Subscription) -> str:
    return "✓ " if subscription.follow else "🔇 "
