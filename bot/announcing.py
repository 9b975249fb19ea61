"""What the operator tells all subscribers, owed to each once however often the process dies."""

import asyncio
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.texts import SOURCE_LANGUAGE, say, to_simplified
from data.models import ChatLanguage, Content, Delivery, Priority, split_language
from data.store.announcements import Announcement
from data.store.database import write
from data.store.store import Store

BATCH = 250
# What parts the English words from the Chinese ones.
_PART = re.compile(r"\s*^-{3,}\s*$\s*", re.MULTILINE)


def read_announcement(typed: str) -> tuple[str, str]:
    """The words for readers of English and of Chinese as HTML; the same where there is one part."""
    parts = [html.escape(part.strip(), quote=False) for part in _PART.split(typed, maxsplit=1)]
    english, chinese = parts[0], parts[-1]
    return english or chinese, chinese or english


def render_announcement(announcement: Announcement, language: ChatLanguage) -> Content:
    """What a chat is told, under a title that says who speaks."""
    parts: dict[str, None] = {}
    for each in split_language(language):
        words = announcement.html_en if SOURCE_LANGUAGE[each] == "en" else announcement.html_zh
        shown = to_simplified(words) if each == "zh-Hans" else words
        parts[shown] = None
    title = " · ".join(say(each, "operator.announcement") for each in split_language(language))
    return Content.of("\n\n".join([title, *parts]))


@dataclass(frozen=True)
class Announcer:
    """Owes what was approved."""

    store: Store
    wake: Callable[[], None]
    clock: Callable[[], datetime]

    async def owe_due(self) -> int:
        """Owe what was approved to all subscribers; to how many."""
        owed = 0
        while (announcement := self.store.announcements.find_pending()) is not None:
            owed += await self._owe(announcement)
        return owed

    async def _owe(self, announcement: Announcement) -> int:
        now, owed = self.clock(), 0
        announcements, deliveries = self.store.announcements, self.store.deliveries
        place: tuple[int, int] | None = None
        while True:
            with write(self.store.db):
                page = announcements.list_addressees(place, BATCH)
                owed += deliveries.owe(
                    [
                        Delivery(
                            key=f"announce:{announcement.number}:{each.chat_id}:{each.thread_id}",
                            chat_id=each.chat_id,
                            thread_id=each.thread_id,
                            content=render_announcement(announcement, each.language),
                            priority=Priority.DIGEST,
                            heeds_quiet=True,
                            not_before=now,
                        )
                        for each in page
                    ],
                    now,
                )
                if len(page) < BATCH:
                    announcements.mark_owed(announcement.number, now)
            self.wake()
            if len(page) < BATCH:
                return owed
            place = page[-1].place
            await asyncio.sleep(0)  # readers' commands come first
