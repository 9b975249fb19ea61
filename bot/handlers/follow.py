"""/follow, /mute and /unfollow: topics, departments and words that a chat follows or leaves out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from telegram import InlineKeyboardMarkup, Update
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
from bot.keyboards.follow import (
    clear_keyboard,
    count_pages,
    ended_keyboard,
    followed_keyboard,
    follows_keyboard,
)
from bot.subjects import (
    LONGEST,
    MOST_SUBSCRIPTIONS,
    SubjectError,
    find_equal,
    find_other,
    is_full,
    list_muteable,
    make_mark,
    read_subject,
    split_names,
    tell_subjects,
    unpack,
)
from bot.texts import say, say_in
from data.models import Chat, ChatLanguage, Subscription

MARK = r"[0-9a-f]{12}"
PAGE = r"\d{1,3}"
# What one command may add.
MOST_NAMES = 10


class FollowHandlers:
    """What a chat follows and leaves out."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        presses: tuple[tuple[str, Callable[[Update, Context], Any]], ...] = (
            (rf"^follows:{PAGE}\Z", self.press_list),
            (rf"^drop:{PAGE}:{MARK}\Z", self.press_drop),
            (rf"^undo:{MARK}\Z", self.press_undo),
            (r"^clear:ask\Z", self.press_clear),
            (r"^clear:yes\Z", self.press_clear_yes),
            (rf"^mute:\d{{1,18}}:{MARK}\Z", self.press_mute),
            (rf"^(?:follow|mute):{MARK}:[tdk]:", self.press_instead),
        )
        return [
            command("follow", self.follow),
            command("mute", self.mute),
            command("unfollow", self.unfollow),
            *(CallbackQueryHandler(take, pattern=pattern) for pattern, take in presses),
        ]

    async def follow(self, update: Update, context: Context) -> None:
        """Follow what was named, or show all that is followed and left out."""
        self._take(update, argument(context), follow=True)

    async def mute(self, update: Update, context: Context) -> None:
        """Leave out what was named."""
        self._take(update, argument(context), follow=False)

    async def unfollow(self, update: Update, context: Context) -> None:
        """Neither follow nor leave out what was named any more."""
        chat, typed = self._services.get_chat(update), argument(context)
        held = self._list(chat)
        if not typed:
            self._show(update, chat)
            return
        dropped: list[Subscription] = []
        for name in split_names(typed, self._services.tables):
            found = self._find_named(name, held)
            if found is None:
                text = say_in(chat.languages, "follow.not_held", name=name[:MAX_ECHO])
                self._services.answer(update, text, self._list_keyboard(chat, 0))
                return
            dropped.append(found)
        with self._services.together():
            for each in dropped:
                self._services.store.chats.unsubscribe(chat, each.kind, each.value)
            self._services.answer(
                update, self._tell_ended(chat, dropped), self._list_keyboard(chat, 0)
            )

    def _find_named(self, name: str, held: Iterable[Subscription]) -> Subscription | None:
        """What a chat has by this name; a word that is a department's name too, without quotes."""
        held = list(held)
        for each in (name, f'"{name}"'):
            try:
                found = find_equal(read_subject(each, self._services.tables), held)
            except SubjectError:
                continue
            if found is not None:
                return found
        return None

    def _take(self, update: Update, typed: str, *, follow: bool) -> None:
        chat, tables = self._services.get_chat(update), self._services.tables
        names = split_names(typed, tables)
        if not names:
            self._show(update, chat)
            return
        if len(names) > MOST_NAMES:
            self._services.answer(
                update, say_in(chat.languages, "follow.too_many_names", most=MOST_NAMES)
            )
            return
        subjects: dict[str, Subscription] = {}
        for name in names:
            try:
                subject = read_subject(name, tables, follow=follow)
            except SubjectError as error:
                text = say_in(chat.languages, error.key, most=LONGEST, name=name[:MAX_ECHO])
                self._services.answer(update, text)
                return
            subjects.setdefault(make_mark(subject), subject)
        self._add(update, chat, list(subjects.values()), names)

    def _add(
        self, update: Update, chat: Chat, subjects: Sequence[Subscription], names: Sequence[str]
    ) -> None:
        tables, held = self._services.tables, self._list(chat)
        new = [each for each in subjects if find_equal(each, held) is None]
        if len(held) + len(new) > MOST_SUBSCRIPTIONS:
            text = say_in(chat.languages, "follow.too_many", most=MOST_SUBSCRIPTIONS)
            self._services.answer(update, text, self._list_keyboard(chat, 0))
            return
        only, followed = subjects[0], any(each.follow for each in held)
        with self._services.together():
            for each in subjects:
                self._subscribe(chat, each)
            is_last = followed and not any(each.follow for each in self._list(chat))
            hints = ["follow.now_all"] if is_last else []
            keyboard = self._list_keyboard(chat, 0)
            if len(subjects) == 1:
                other = find_other(names[0], only, tables)
                keyboard = followed_keyboard(only, other, chat.languages, tables)
            elif any(each.kind != "keyword" for each in subjects):
                hints.append("follow.as_word")
            self._services.answer(update, self._tell_added(chat, subjects, *hints), keyboard)

    def _subscribe(self, chat: Chat, subject: Subscription) -> None:
        """Keep one; the first spelling of a keyword stays."""
        known = find_equal(subject, self._list(chat))
        value = known.value if known else subject.value
        self._services.store.chats.subscribe(chat, subject.model_copy(update={"value": value}))

    def _tell_added(self, chat: Chat, subjects: Sequence[Subscription], *more: str) -> str:
        """What is followed or left out from now on, and what each was taken for."""
        key = "follow.done" if subjects[0].follow else "follow.muted"
        return tell_subjects(chat.languages, key, subjects, self._services.tables, *more)

    def _tell_ended(self, chat: Chat, dropped: Sequence[Subscription]) -> str:
        """What has ended; whoever ends the last that they followed gets everything again."""
        follows = any(each.follow for each in self._list(chat))
        was_last = not follows and any(each.follow for each in dropped)
        more = ("follow.now_all",) if was_last else ()
        tables = self._services.tables
        return tell_subjects(chat.languages, "follow.ended", dropped, tables, *more)

    async def press_list(self, update: Update, _: Context) -> None:
        """A page of all that is followed and left out."""
        chat = self._services.get_chat(update)
        page = int(pressed(update))
        self._services.change(update, self._tell_all(chat), self._list_keyboard(chat, page))
        await acknowledge(update)

    async def press_drop(self, update: Update, _: Context) -> None:
        """End one of the list."""
        chat = self._services.get_chat(update)
        page, mark = pressed(update).split(":")
        dropped = self._drop(chat, mark)
        self._services.change(update, self._tell_all(chat), self._list_keyboard(chat, int(page)))
        await acknowledge(update, None if dropped else say(chat.languages[0], "follow.gone"))

    async def press_undo(self, update: Update, _: Context) -> None:
        """Take back what was just added."""
        chat = self._services.get_chat(update)
        dropped = self._drop(chat, pressed(update))
        if dropped is not None:
            keyboard = ended_keyboard(dropped, chat.languages)
            self._services.change(update, self._tell_ended(chat, [dropped]), keyboard)
        await acknowledge(update, None if dropped else say(chat.languages[0], "follow.gone"))

    async def press_clear(self, update: Update, _: Context) -> None:
        """Ask whether really to end all."""
        chat = self._services.get_chat(update)
        text = say_in(chat.languages, "follow.clear")
        self._services.change(update, text, clear_keyboard(chat.languages))
        await acknowledge(update)

    async def press_clear_yes(self, update: Update, _: Context) -> None:
        """End all."""
        chat = self._services.get_chat(update)
        with self._services.together():
            for each in self._list(chat):
                self._services.store.chats.unsubscribe(chat, each.kind, each.value)
            self._services.change(update, self._tell_all(chat), self._list_keyboard(chat, 0))
        await acknowledge(update)

    async def press_mute(self, update: Update, _: Context) -> None:
        """Under a release: end what brought it, or leave out what it is of."""
        chat = self._services.get_chat(update)
        seq, mark = pressed(update).split(":")
        found = self._find_muteable(chat, int(seq), mark)
        if found is None:
            await acknowledge(update, say(chat.languages[0], "follow.gone"))
            return
        if not found.follow and is_full(found, self._list(chat)):
            text = say(chat.languages[0], "follow.too_many", most=MOST_SUBSCRIPTIONS)
            await acknowledge(update, text)
            return
        with self._services.together():
            if found.follow:
                self._services.store.chats.unsubscribe(chat, found.kind, found.value)
                text = self._tell_ended(chat, [found])
                keyboard = ended_keyboard(found, chat.languages)
            else:
                self._subscribe(chat, found)
                text = self._tell_added(chat, [found])
                tables = self._services.tables
                keyboard = followed_keyboard(found, None, chat.languages, tables)
            self._services.answer(update, text, keyboard)
        await acknowledge(update)

    async def press_instead(self, update: Update, _: Context) -> None:
        """Have another thing in the place of one that was just added, or one back that ended."""
        chat, tables = self._services.get_chat(update), self._services.tables
        data = (update.callback_query and update.callback_query.data) or ""
        verb, mark, packed = data.split(":", 2)
        subject = unpack(packed, tables, follow=verb == "follow")
        if subject is None:
            await acknowledge(update, say(chat.languages[0], "error.old_button"))
            return
        with self._services.together():
            self._drop(chat, mark)
            is_refused = is_full(subject, self._list(chat))
            if not is_refused:
                self._subscribe(chat, subject)
                keyboard = followed_keyboard(subject, None, chat.languages, tables)
                self._services.change(update, self._tell_added(chat, [subject]), keyboard)
        text = say(chat.languages[0], "follow.too_many", most=MOST_SUBSCRIPTIONS)
        await acknowledge(update, text if is_refused else None)

    def _find_muteable(self, chat: Chat, seq: int, mark: str) -> Subscription | None:
        for stored in self._services.store.releases.list_by_seq([seq]):
            muteable = list_muteable(stored.release, self._list(chat), self._services.tables)
            return next((each for each in muteable if make_mark(each) == mark), None)
        return None

    def _show(self, update: Update, chat: Chat) -> None:
        self._services.answer(update, self._tell_all(chat), self._list_keyboard(chat, 0))

    def _tell_all(self, chat: Chat) -> str:
        held = self._list(chat)
        return "\n\n".join(tell_all(held, language) for language in chat.languages)

    def _list_keyboard(self, chat: Chat, page: int) -> InlineKeyboardMarkup:
        held = self._list(chat)
        page = min(page, count_pages(len(held)) - 1)
        return follows_keyboard(held, page, chat.languages, self._services.tables)

    def _drop(self, chat: Chat, mark: str) -> Subscription | None:
        found = next((each for each in self._list(chat) if make_mark(each) == mark), None)
        if found is not None:
            self._services.store.chats.unsubscribe(chat, found.kind, found.value)
        return found

    def _list(self, chat: Chat) -> tuple[Subscription, ...]:
        return self._services.store.chats.list_subscriptions(chat)


def tell_all(held: Sequence[Subscription], language: ChatLanguage) -> str:
    """How it stands with all that a chat follows and leaves out."""
    if not held:
        return say(language, "follow.nothing")
    follows = any(each.follow for each in held)
    key = "follow.list" if follows else "follow.list_mutes"
    return say(language, key)
