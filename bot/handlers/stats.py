"""/stats: how it stands, for the people who run the bot; nobody else learns that it exists."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_percent
from telegram import InputFile, Update
from telegram.error import TelegramError
from telegram.ext import BaseHandler, filters

from bot.handlers.services import Context, Services, command
from bot.plots import plot_days
from bot.texts import LANGUAGE_NAMES, LOCALES, format_names, format_number, say
from data.models import CHAT_LANGUAGES, HONG_KONG, Chat, ChatLanguage, Method
from data.store.feedback import FeedbackCount
from data.store.releases import Made
from data.store.statistics import Checked
from data.store.switches import PAUSE
from summarizer.worker import WorkerReport, count_reason

log = logging.getLogger(__name__)

REACH = timedelta(hours=24)
DAYS = 30
MOST_REASONS = 5
_METHODS: tuple[Method, ...] = ("model", "extract", "translation")


class StatsHandlers:
    """How it stands."""

    def __init__(self, services: Services, report: Callable[[], WorkerReport]) -> None:
        """``report`` tells how it stands with the summaries."""
        self._services = services
        self._report = report

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation, for administrators in private alone."""
        admins = filters.ChatType.PRIVATE & filters.User(self._services.admin_ids)
        return [command("stats", self.stats, admins)]

    async def stats(self, update: Update, context: Context) -> None:
        """The figures of the database and the summariser, and a picture of the last days."""
        chat = self._services.get_chat(update)
        store, now = self._services.store, self._services.clock()
        made = store.releases.list_made(now - REACH)
        report = self._report()
        parts = [
            text
            for language in chat.languages
            for text in (
                self._tell_service(language, now),
                render_stats(language, report, made),
            )
        ]
        self._services.answer(update, parts)
        await self._send_picture(chat, context, now)

    async def _send_picture(self, chat: Chat, context: Context, now: datetime) -> None:
        """Sent at once and not owed: a later one would show something else."""
        today = now.astimezone(HONG_KONG).date()
        days = self._services.store.statistics.list_days(today, DAYS)
        picture = await asyncio.to_thread(plot_days, days)
        caption = "\n".join(
            say(language, "stats.picture", days=DAYS) for language in chat.languages
        )
        try:
            await context.bot.send_photo(chat.id, InputFile(picture, "stats.png"), caption=caption)
        except TelegramError as error:
            log.warning("the picture of /stats can't be sent: %s", error)

    def _tell_service(self, language: ChatLanguage, now: datetime) -> str:
        """Chats, releases, what the check let through, what readers think, and the queue."""
        store = self._services.store
        crowd, (releases, both) = store.statistics.count_chats(), store.statistics.count_releases()
        lines = [
            say(language, "stats.service"),
            say(
                language,
                "stats.chats",
                active=format_number(language, crowd.active),
                subscribed=format_number(language, crowd.subscribed),
                paused=crowd.paused,
                gone=crowd.gone,
            ),
            *(f"• {LANGUAGE_NAMES[each]}: {count}" for each, count in _sort(crowd.by_language)),
            say(
                language,
                "stats.releases",
                releases=format_number(language, releases),
                both=format_number(language, both),
            ),
            *_tell_checked(language, store.statistics.list_checked(now - REACH), "day"),
            *_tell_checked(language, store.statistics.list_checked(now - DAYS * REACH), "month"),
            *_tell_feedback(language, store.feedback.list_counts(now - DAYS * REACH)),
            *self._tell_queue(language),
            *self._tell_feeds(language, now),
        ]
        return "\n".join(lines)

    def _tell_queue(self, language: ChatLanguage) -> Iterator[str]:
        statistics = self._services.store.statistics
        owed = [
            f"{say(language, f'stats.priorities.{priority.name.lower()}')} {count}"
            for priority, count in statistics.count_owed().items()
        ]
        yield say(
            language,
            "stats.owed",
            owed=format_names(language, owed) or "0",
            doubtful=statistics.count_in_doubt(),
            refused=statistics.count_refused(),
        )
        if self._services.store.switches.is_on(PAUSE):
            yield say(language, "stats.is_paused")

    def _tell_feeds(self, language: ChatLanguage, now: datetime) -> Iterator[str]:
        """When each feed was last fetched; one that is not in use any more is left out in time."""
        asks = self._services.store.statistics.list_asks(now - REACH)
        if asks:
            yield say(language, "stats.feeds")
        for url, asked_at, is_vain in asks:
            ago = format_timedelta(
                asked_at - now, threshold=1.2, add_direction=True, locale=LOCALES[language]
            )
            yield say(language, "stats.feed_failed" if is_vain else "stats.feed", url=url, ago=ago)


def _sort(counts: Mapping[str, int]) -> list[tuple[ChatLanguage, int]]:
    return [(each, counts[each]) for each in CHAT_LANGUAGES if each in counts]


def _tell_checked(language: ChatLanguage, checked: Sequence[Checked], span: str) -> Iterator[str]:
    """Of the summaries made in a span of time, how many the check let through, by writer."""
    made = sum(each.made for each in checked)
    if not made:
        return
    supported = sum(each.supported for each in checked)
    share = format_percent(supported / made, locale=LOCALES[language])
    yield say(language, f"stats.checked_{span}", made=format_number(language, made), share=share)
    for each in checked:
        share = format_percent(each.supported / each.made, locale=LOCALES[language])
        writer = each.model or each.method
        yield say(language, "stats.checked_by", writer=writer, made=each.made, share=share)


def _tell_feedback(language: ChatLanguage, counts: Sequence[FeedbackCount]) -> Iterator[str]:
    if counts:
        yield say(language, "stats.feedback")
    for each in counts:
        yield say(
            language,
            "stats.feedback_by",
            writer=each.model or each.method,
            good=each.good,
            bad=each.bad,
            wrong=each.wrong,
        )


def render_stats(language: ChatLanguage, report: WorkerReport, made: Iterable[Made]) -> str:
    """The figures as Telegram HTML."""
    return "\n".join([*_tell_worker(language, report), "", *_tell_day(language, list(made))])


def _tell_worker(language: ChatLanguage, report: WorkerReport) -> Iterator[str]:
    yield say(language, "stats.title")
    yield _tell_line(language, "engine", report.engine)
    yield _tell_line(language, "state", say(language, f"stats.states.{report.state}"))
    yield say(language, "stats.queue", waiting=report.waiting, in_flight=report.in_flight)
    yield say(language, "stats.made", summaries=report.summaries, tries=report.tries)
    yield say(language, "stats.restarts", restarts=report.restarts)
    yield _tell_line(language, "memory", _tell_memory(language, report))
    speeds = report.speeds
    if speeds.total.answers:
        yield say(
            language,
            "stats.speeds",
            prefill=_round(speeds.prefill),
            decode=_round(speeds.decode),
            seconds=_round(speeds.seconds_an_answer),
        )
    yield from _tell_reasons(language, "stats.fallbacks", Counter(report.fallbacks))


def _tell_line(language: ChatLanguage, key: str, value: str | None) -> str:
    """One figure with its name; a dash where there is none."""
    return say(language, f"stats.{key}", value=value or "–")


def _tell_memory(language: ChatLanguage, report: WorkerReport) -> str | None:
    if report.memory is None:
        return None
    held, ceiling = report.memory / 1e6, (report.ceiling or 0) / 1e6
    if not ceiling:
        return f"{held:,.0f} MB"
    return say(language, "stats.of_most", held=f"{held:,.0f}", most=f"{ceiling:,.0f}")


def _tell_day(language: ChatLanguage, made: list[Made]) -> Iterator[str]:
    yield say(language, "stats.day_title")
    for method in _METHODS:
        count = sum(each.method == method and each.supported for each in made)
        yield say(language, f"stats.methods.{method}", count=count)
    yield say(language, "stats.refused", count=sum(not each.supported for each in made))
    reasons: Counter[str] = Counter()
    for each in made:
        if each.reason:
            count_reason(reasons, each.reason)
    yield from _tell_reasons(language, "stats.reasons", reasons)


def _tell_reasons(language: ChatLanguage, key: str, reasons: Counter[str]) -> Iterator[str]:
    if reasons:
        yield say(language, key)
        for reason, count in reasons.most_common(MOST_REASONS):
            yield say(language, "stats.reason", count=count, reason=reason)


def _round(speed: float | None) -> str:
    return "–" if speed is None else f"{speed:.1f}"
