"""/latest: the newest releases, of all or of one topic or department."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.handlers.services import (
    MAX_ECHO,
    Context,
    Services,
    acknowledge,
    argument,
    command,
    pressed,
)
from bot.interests import list_parts
from bot.render import render_list
from bot.subjects import name_value
from bot.texts import Languages, say, say_in
from data.models import TOPICS, Chat, ChatLanguage, SubscriptionKind
from data.store.releases import Stored
from data.tables import Tables

DEFAULT_COUNT = 5
MOST = 20
# Before or behind a name, or alone.
_NUMBER = re.compile(r"^-?\d+(?!\S)|(?<!\S)-?\d+$")


@dataclass(frozen=True)
class Wanted:
    """Which releases: how many, of which topic or department, and behind which (its ``seq``)."""

    count: int = DEFAULT_COUNT
    kind: str = "all"
    value: str = ""
    before: int | None = None


class LatestHandlers:
    """The newest releases, on asking."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        return [
            command("latest", self.latest),
            CallbackQueryHandler(self.press_latest, pattern=r"^latest:\Z"),
            CallbackQueryHandler(
                self.press_older, pattern=r"^older:[0-9]{1,18}:[0-9]{1,2}:[a-z]+:"
            ),
        ]

    async def latest(self, update: Update, context: Context) -> None:
        """The newest releases, as many and of what was asked for."""
        chat = self._services.get_chat(update)
        count, name = read_count(argument(context))
        if not 1 <= count <= MOST:
            self._services.answer(update, say_in(chat.languages, "latest.bad_number", most=MOST))
            return
        wanted = find_subject(name, self._services.tables, count) if name else Wanted(count)
        if wanted is None:
            text = say_in(chat.languages, "latest.unknown", name=name[:MAX_ECHO])
            self._services.answer(update, text)
            return
        self.send(update, chat, wanted)

    async def press_latest(self, update: Update, _: Context) -> None:
        """The same by button."""
        self.send(update, self._services.get_chat(update), Wanted())
        await acknowledge(update)

    async def press_older(self, update: Update, _: Context) -> None:
        """Those before the ones above the button."""
        chat = self._services.get_chat(update)
        before, count, kind, value = pressed(update).split(":", 3)
        wanted = Wanted(int(count), kind, value, int(before))
        is_there = self._services.store.releases.list_by_seq([int(before)])
        if not is_there or not _is_known(wanted, self._services.tables):
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        self.send(update, chat, wanted)
        await acknowledge(update)

    def send(
        self,
        update: Update,
        chat: Chat,
        wanted: Wanted,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        """Answer with the releases that are wanted, and a keyboard below the way to older ones."""
        found = self._list(wanted)
        releases, has_older = found[: wanted.count], len(found) > wanted.count
        if not releases:
            self._services.answer(update, self._tell_none(chat, wanted), keyboard)
            return
        self._services.want_missing(releases)
        title = "\n".join(
            tell_title(language, wanted, self._services.tables) for language in chat.languages
        )
        parts = render_list(title, releases, chat.languages, self._services.publishers)
        rows = [] if keyboard is None else list(map(list, keyboard.inline_keyboard))
        if has_older:
            rows = [[_make_older(wanted, releases[-1].seq, chat.languages)], *rows]
        self._services.answer(update, parts, InlineKeyboardMarkup(rows) if rows else None)

    def _list(self, wanted: Wanted) -> list[Stored]:
        """Those that are wanted, and one more if there is one."""
        topic = next((each for each in TOPICS if each == wanted.value), None)
        departments = None
        if wanted.kind == "department":
            departments = list_parts(wanted.value, self._services.tables.departments)
        return self._services.store.releases.list_latest(
            wanted.count + 1,
            topic if wanted.kind == "topic" else None,
            departments,
            before=wanted.before,
        )

    def _tell_none(self, chat: Chat, wanted: Wanted) -> str:
        if wanted.kind == "all":
            return say_in(chat.languages, "latest.none_yet")
        return "\n\n".join(
            say(language, "latest.none_of", name=_name(wanted, language, self._services.tables))
            for language in chat.languages
        )


def tell_title(language: ChatLanguage, wanted: Wanted, tables: Tables) -> str:
    """What stands above the releases."""
    if wanted.kind == "all":
        return say(language, "latest.title")
    return say(language, "latest.title_of", name=_name(wanted, language, tables))


def read_count(typed: str) -> tuple[int, str]:
    """How many, and of what: a number (１０ counts as 10) and a name in either order.

    No number is the default; one that is far too large is one more than can be had.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    found = _NUMBER.search(text)
    if found is None:
        return DEFAULT_COUNT, text
    count = int(found[0]) if len(found[0]) <= len(str(MOST)) else MOST + 1
    return count, f"{text[: found.start()]} {text[found.end() :]}".strip()


def find_subject(name: str, tables: Tables, count: int = DEFAULT_COUNT) -> Wanted | None:
    """The newest releases of the topic or department of this name, or of the beginning of one."""
    whole = tables.find_whole_name(name)
    if whole is not None:
        return Wanted(count, *whole)
    if topic := tables.find_topic(name):
        return Wanted(count, "topic", topic)
    if department := tables.find_department(name):
        return Wanted(count, "department", department)
    return None


def _is_known(wanted: Wanted, tables: Tables) -> bool:
    """Whether a button asks for what there is, and no more than we would give."""
    known: dict[str, set[str]] = {
        "all": {""},
        "topic": set(TOPICS),
        "department": set(tables.departments),
    }
    return 1 <= wanted.count <= MOST and wanted.value in known.get(wanted.kind, ())


def _name(wanted: Wanted, language: ChatLanguage, tables: Tables) -> str:
    kind: SubscriptionKind = "topic" if wanted.kind == "topic" else "department"
    return name_value(kind, wanted.value, language, tables)


def _make_older(wanted: Wanted, last: int, languages: Languages) -> InlineKeyboardButton:
    name = " · ".join(say(language, "button.older") for language in languages)
    data = f"older:{last}:{wanted.count}:{wanted.kind}:{wanted.value}"
    return InlineKeyboardButton(name, callback_data=data)
