"""Keyboards of /settings: an overview, and a panel for each setting."""

from collections.abc import Sequence

from babel.dates import get_day_names
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from bot.keyboards.buttons import button, language_rows, topic_rows
from bot.keyboards.start import hour_rows
from bot.texts import LOCALES, Languages, say
from data.models import EVERY_DAY, LENGTHS, WORKDAYS, Chat, Topic
from data.tables import Tables

PANELS = (
    ("time", "days"),
    ("zone", "quiet"),
    ("length", "language"),
    ("alerts", "empty"),
    ("silent",),
)
# From and to, as they stand in callback data.
QUIET_CHOICES = ("2200-0700", "2300-0700", "0000-0800")


def settings_keyboard(chat: Chat) -> InlineKeyboardMarkup:
    """A button for each setting."""
    languages = chat.languages
    rows = [
        [button(languages, f"button.set_{panel}", f"set:{panel}") for panel in row]
        for row in PANELS
    ]
    rows.append([button(languages, "button.my_list", "follows:0")])
    if not chat.subscribed:
        rows.insert(0, [button(languages, "button.subscribe", "set:subscribe")])
    return InlineKeyboardMarkup(rows)


def panel_keyboard(
    panel: str, chat: Chat, alerts: Sequence[Topic], tables: Tables
) -> InlineKeyboardMarkup:
    """The choices of one setting, the present one marked, and the way back."""
    rows = _list_choices(panel, chat, alerts, tables)
    return InlineKeyboardMarkup([*rows, [button(chat.languages, "button.back", "set:main")]])


def _list_choices(
    panel: str, chat: Chat, alerts: Sequence[Topic], tables: Tables
) -> list[list[InlineKeyboardButton]]:
    languages = chat.languages
    match panel:
        case "time":
            return hour_rows(chat.digest_time, "set:at")
        case "days":
            return _day_rows(chat)
        case "quiet":
            return _quiet_rows(chat)
        case "length":
            return _choice_rows(languages, "length", LENGTHS, chat.length)
        case "language":
            return language_rows(chat.language, "set:language")
        case "alerts":
            return topic_rows(alerts, languages, tables, ("set:alert", "set:alert"))
        case "empty":
            return _choice_rows(
                languages, "empty", ("send", "skip"), "skip" if chat.skip_empty else "send"
            )
        case "silent":
            return _choice_rows(
                languages, "silent", ("off", "on"), "on" if chat.is_silent else "off"
            )
        case _:  # the zone: it is typed, or sent as a place
            return [[button(languages, "button.locate", "set:locate")]] if chat.id > 0 else []


def _choice_rows(
    languages: Languages, name: str, choices: Sequence[str], present: str
) -> list[list[InlineKeyboardButton]]:
    return [
        [
            _mark(
                button(languages, f"button.{name}_{choice}", f"set:{name}:{choice}"),
                is_present=choice == present,
            )
        ]
        for choice in choices
    ]


def _mark(each: InlineKeyboardButton, *, is_present: bool) -> InlineKeyboardButton:
    if not is_present:
        return each
    return InlineKeyboardButton(f"✓ {each.text}", callback_data=each.callback_data)


def _day_rows(chat: Chat) -> list[list[InlineKeyboardButton]]:
    languages = chat.languages
    names = get_day_names("abbreviated", locale=LOCALES[languages[0]])
    days = [
        InlineKeyboardButton(
            ("✓ " if day in chat.weekdays else "") + names[day - 1], callback_data=f"set:day:{day}"
        )
        for day in range(1, 8)
    ]
    together = [
        _mark(
            button(languages, f"button.days_{name}", f"set:days:{''.join(map(str, sorted(each)))}"),
            is_present=each == chat.weekdays,
        )
        for name, each in (("every", EVERY_DAY), ("workdays", WORKDAYS))
    ]
    return [days[:4], days[4:], together]


def _quiet_rows(chat: Chat) -> list[list[InlineKeyboardButton]]:
    present = chat.quiet and "-".join(f"{end:%H%M}" for end in chat.quiet)
    rows = [
        [
            InlineKeyboardButton(
                ("✓ " if choice == present else "")
                + f"{choice[:2]}:{choice[2:4]}–{choice[5:7]}:{choice[7:]}",
                callback_data=f"set:quiet:{choice}",
            )
        ]
        for choice in QUIET_CHOICES
    ]
    off = _mark(
        button(chat.languages, "button.quiet_off", "set:quiet:off"), is_present=present is None
    )
    return [*rows, [off]]


def locate_keyboard(languages: Languages) -> ReplyKeyboardMarkup:
    """A key that sends the place where the reader is."""
    name = " · ".join(say(language, "button.send_place") for language in languages)
    key = KeyboardButton(name, request_location=True)
    return ReplyKeyboardMarkup([[key]], resize_keyboard=True, one_time_keyboard=True)
