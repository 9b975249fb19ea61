"""/stats: how it stands, for the people who run the bot; nobody else learns that it exists."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CommandHandler, filters

from bot.handlers.services import Context, Services
from bot.texts import say
from data.models import ChatLanguage, Method
from data.store.releases import Made
from summarizer.worker import WorkerReport, count_reason

REACH = timedelta(hours=24)
MOST_REASONS = 5
_METHODS: tuple[Method, ...] = ("model", "extract", "translation")


class AdminHandlers:
    """The operator's commands."""

    def __init__(
        self, services: Services, admin_ids: Iterable[int], report: Callable[[], WorkerReport]
    ) -> None:
        """``report`` tells how it stands with the summaries."""
        self._services = services
        self._admin_ids = frozenset(admin_ids)
        self._report = report

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation, for administrators in private alone."""
        admins = filters.ChatType.PRIVATE & filters.User(self._admin_ids)
        return [CommandHandler("stats", self.stats, filters=admins)]

    async def stats(self, update: Update, _: Context) -> None:
        """The summariser's figures, and the last day's from the database."""
        chat = self._services.get_chat(update)
        store = self._services.store
        made = store.releases.list_made(self._services.clock() - REACH)
        report = self._report()
        parts = (render_stats(language, report, made) for language in chat.languages)
        self._services.answer(update, "\n\n".join(parts))


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
