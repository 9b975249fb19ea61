"""/feeds, /pause, /resume, /announce and /letters, for the people who run the bot."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from telegram import InlineKeyboardMarkup, Update
from telegram.constants import ChatType
from telegram.ext import BaseHandler, CallbackQueryHandler, filters

from bot.announcing import read_announcement, render_announcement
from bot.handlers.services import Context, Services, acknowledge, command, pressed
from bot.keyboards.operator import announce_keyboard, letters_keyboard
from bot.render import Item, cut_parts, measure, strip_markup
from bot.texts import Languages, format_moment, say, say_count, say_in
from data.feeds import Feed
from data.models import Chat, ChatLanguage, Delivery, Piece
from data.store.announcements import Announcement
from data.store.switches import PAUSE

LETTERS = 5
# Of a refused message, and of Telegram's or a site's words about it.
SHOWN = 160
SEQ = r"\d{1,18}"
PAGE = r"\d{1,4}"


class OperatorHandlers:
    """What only the operator can do; nobody else learns that it exists."""

    def __init__(
        self, services: Services, feeds: Sequence[Feed], announce: Callable[[], Awaitable[int]]
    ) -> None:
        """``announce`` owes what was approved."""
        self._services = services
        self._feeds = tuple(feeds)
        self._announce = announce

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation, for administrators in private alone."""
        only = filters.ChatType.PRIVATE & filters.User(self._services.admin_ids)
        presses = (
            (rf"^announce:send:{SEQ}\Z", self.press_send),
            (rf"^announce:drop:{SEQ}\Z", self.press_drop),
            (rf"^letters:{PAGE}\Z", self.press_letters),
            (rf"^letter:(?:retry|drop):{PAGE}:{SEQ}\Z", self.press_letter),
        )
        return [
            command("feeds", self.feeds, only),
            command("pause", self.pause, only),
            command("resume", self.resume, only),
            command("announce", self.announce, only),
            command("letters", self.letters, only),
            *(CallbackQueryHandler(self._guard(take), pattern=each) for each, take in presses),
        ]

    def _guard(
        self, take: Callable[[Update, Context], Awaitable[None]]
    ) -> Callable[[Update, Context], Any]:
        """To all others, and outside private chats, such a button is one of an older version."""

        async def guarded(update: Update, context: Context) -> None:
            user, chat = update.effective_user, update.effective_chat
            is_private = chat is not None and chat.type == ChatType.PRIVATE
            if is_private and user is not None and user.id in self._services.admin_ids:
                await take(update, context)
                return
            languages = self._services.get_chat(update).languages
            await acknowledge(update, say(languages[0], "error.old_button"))

        return guarded

    async def feeds(self, update: Update, _: Context) -> None:
        """Each feed: when it was last asked, and what is awaited."""
        chat = self._services.get_chat(update)
        sources = [each.source for each in self._feeds]
        newest = self._services.store.statistics.find_newest(sources)
        parts = [
            part
            for language in chat.languages
            for part in cut_parts(
                say(language, "operator.feeds"),
                [Item(Piece(html=self._tell_feed(language, chat, feed))) for feed in self._feeds],
                (language,),
                say(language, "operator.newest", moment=_tell(newest, language, chat)),
            )
        ]
        self._services.answer(update, parts)

    def _tell_feed(self, language: ChatLanguage, chat: Chat, feed: Feed) -> str:
        store = self._services.store
        ask, state = store.feeds.find_ask(feed.url), store.feeds.get_state(feed.url)
        if ask is None:
            return say(language, "operator.feed_new", url=feed.url)
        asked_at, failure = ask
        lines = [
            say(
                language,
                "operator.feed",
                url=feed.url,
                asked=_tell(asked_at, language, chat),
                changed=_tell(state.changed_at, language, chat),
                awaited=store.statistics.count_awaited(feed.url),
            )
        ]
        if failure:
            lines.append(say(language, "operator.feed_failed", failure=_shorten(failure)))
        if state.missed_since:
            since = _tell(state.missed_since, language, chat)
            lines.append(say(language, "operator.feed_missed", since=since))
        return "\n".join(lines)

    async def pause(self, update: Update, _: Context) -> None:
        """Send nothing but answers and reports."""
        chat, store = self._services.get_chat(update), self._services.store
        with self._services.together():
            store.switches.turn_on(PAUSE, self._services.clock())
            waiting = sum(store.statistics.count_owed().values())
            self._services.answer(update, _say_count(chat.languages, "operator.paused", waiting))

    async def resume(self, update: Update, _: Context) -> None:
        """Send again."""
        chat, store = self._services.get_chat(update), self._services.store
        with self._services.together():
            was_on = store.switches.is_on(PAUSE)
            store.switches.turn_off(PAUSE)
            key = "operator.resumed" if was_on else "operator.not_paused"
            self._services.answer(update, say_in(chat.languages, key))

    async def announce(self, update: Update, _: Context) -> None:
        """Show what all subscribers would be told, and how many they are."""
        chat, message = self._services.get_chat(update), update.effective_message
        # The command ends with its first blank, be it a new line.
        typed = ((message and message.text) or "").split(maxsplit=1)[1:]
        if not typed:
            self._services.answer(update, say_in(chat.languages, "operator.announce_how"))
            return
        english, chinese = read_announcement(typed[0])
        draft = Announcement(0, english, chinese)
        if not measure(render_announcement(draft, "en+zh-Hant").text).fits:
            self._services.answer(update, say_in(chat.languages, "operator.announce_long"))
            return
        announcements, now = self._services.store.announcements, self._services.clock()
        previews = [render_announcement(draft, each) for each in ("en", "zh-Hant")]
        with self._services.together():
            number = announcements.write(english, chinese, chat.id, now)
            count = announcements.count_addressees()
            asked = _say_count(chat.languages, "operator.announce_ask", count)
            keyboard = announce_keyboard(chat.languages, number)
            self._services.answer(update, [*previews, asked], keyboard)

    async def press_send(self, update: Update, _: Context) -> None:
        """Let it go out, once; what is not owed yet when the process dies is owed after that."""
        chat, announcements = self._services.get_chat(update), self._services.store.announcements
        number = int(pressed(update).partition(":")[2])
        with self._services.together():
            approved = announcements.approve(number, self._services.clock())
            if approved:
                count = announcements.count_addressees()
                text = _say_count(chat.languages, "operator.announced", count)
                self._services.change(update, text)
        notice = None if approved else say(chat.languages[0], "operator.announce_gone")
        await acknowledge(update, notice)
        await self._announce()

    async def press_drop(self, update: Update, _: Context) -> None:
        """Forget it."""
        chat = self._services.get_chat(update)
        number = int(pressed(update).partition(":")[2])
        dropped = self._services.store.announcements.drop(number)
        if dropped:
            self._services.change(update, say_in(chat.languages, "operator.announce_dropped"))
        notice = None if dropped else say(chat.languages[0], "operator.announce_gone")
        await acknowledge(update, notice)

    async def letters(self, update: Update, _: Context) -> None:
        """What Telegram refused, the newest first."""
        chat = self._services.get_chat(update)
        text, keyboard = self._render_letters(chat, 0)
        self._services.answer(update, text, keyboard)

    async def press_letters(self, update: Update, _: Context) -> None:
        """Another page of them."""
        chat = self._services.get_chat(update)
        text, keyboard = self._render_letters(chat, int(pressed(update)))
        self._services.change(update, text, keyboard)
        await acknowledge(update)

    async def press_letter(self, update: Update, _: Context) -> None:
        """Try one again, or give it up."""
        chat, deliveries = self._services.get_chat(update), self._services.store.deliveries
        verb, page, seq = pressed(update).split(":")
        if verb == "retry":
            done = deliveries.retry(int(seq), self._services.clock())
        else:
            done = deliveries.drop_refused(int(seq))
        text, keyboard = self._render_letters(chat, int(page))
        self._services.change(update, text, keyboard)
        await acknowledge(update, None if done else say(chat.languages[0], "operator.letter_gone"))

    def _render_letters(self, chat: Chat, page: int) -> tuple[str, InlineKeyboardMarkup | None]:
        """A page of them; of what has become fewer meanwhile, the last page."""
        deliveries = self._services.store.deliveries
        page = min(page, max(0, deliveries.count("refused") - 1) // LETTERS)
        found = deliveries.list_refused(LETTERS + 1, page * LETTERS)
        if not found:
            return say_in(chat.languages, "operator.no_letters"), None
        shown = found[:LETTERS]
        lines = [" · ".join(say(each, "operator.letters") for each in chat.languages)]
        lines += [
            _tell_letter(chat.languages[0], number, *each) for number, each in enumerate(shown, 1)
        ]
        seqs = [delivery.seq for delivery, _ in shown]
        has_more = len(found) > LETTERS
        return "\n\n".join(lines), letters_keyboard(seqs, chat.languages, page, has_more=has_more)


def _tell_letter(language: ChatLanguage, number: int, delivery: Delivery, error: str) -> str:
    return say(
        language,
        "operator.letter",
        number=number,
        delivery=delivery.key,
        chat=delivery.chat_id,
        error=_shorten(error),
        words=_shorten(strip_markup(delivery.content.text)),
    )


def _shorten(words: str) -> str:
    """So much of some words as tells which they are."""
    return words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"


def _say_count(languages: Languages, key: str, count: int) -> str:
    return "\n\n".join(say_count(language, key, count) for language in languages)


def _tell(moment: datetime | None, language: ChatLanguage, chat: Chat) -> str:
    """An instant where the chat is; a dash for none."""
    return format_moment(language, moment, chat.time_zone) if moment else "–"
