"""Wiring: the only place that builds the parts and joins them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from telegram import BotCommand, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ApplicationHandlerStop

from bot.alerts import Alerts
from bot.announcing import Announcer
from bot.clocks import run_now, watch_clock
from bot.commands import list_menu
from bot.composing import Composer
from bot.config import Settings
from bot.correcting import Corrector
from bot.delivery import Sender
from bot.handlers.alerts import AlertHandlers
from bot.handlers.cards import CardHandlers
from bot.handlers.digest import DigestHandlers
from bot.handlers.feedback import FeedbackHandlers
from bot.handlers.follow import FollowHandlers
from bot.handlers.gate import GATE_GROUP, Gate
from bot.handlers.inline import InlineHandlers
from bot.handlers.latest import LatestHandlers
from bot.handlers.membership import MembershipHandlers
from bot.handlers.operator import OperatorHandlers
from bot.handlers.privacy import PrivacyHandlers
from bot.handlers.search import SearchHandlers
from bot.handlers.services import Context, Services, find_message
from bot.handlers.settings import SettingsHandlers
from bot.handlers.start import StartHandlers
from bot.handlers.stats import StatsHandlers
from bot.handlers.timetable import TimetableHandlers
from bot.handlers.topics import TopicHandlers
from bot.inbox import Inbox
from bot.jobs import Jobs
from bot.local import READER_ID, LocalTelegram
from bot.pacing import Pacing
from bot.pauses import Pauses
from bot.reports import Reports
from bot.texts import say, say_in
from bot.timer import Bell, Timer
from bot.transport import AiohttpRequest
from data.backfill import Backfill
from data.feeds import DEFAULT_FEEDS_FILE, Feed, check_departments, name_publishers, read_feeds
from data.kinds import load_kinds
from data.models import ChatLanguage
from data.samples.server import SampleSite
from data.store.database import DAMAGED, StoreError, is_damage
from data.store.store import Store, open_store
from data.tables import load_tables
from summarizer.engines.base import WrongUseError
from summarizer.loading import EngineOptions, check_options
from summarizer.machine import find_total_memory
from summarizer.worker import Limits, SummaryWorker

SAMPLES_EN, SAMPLES_ZH = "fictional sample releases", "虛構的新聞公報樣本"

log = logging.getLogger(__name__)

# Telegram shows the menu of the language of a person's app, else the one without a language.
MENUS: tuple[tuple[str | None, ChatLanguage], ...] = (
    (None, "en"),
    ("en", "en"),
    ("zh", "zh-Hant"),
)
# What the summariser may hold of the machine's memory, if the settings don't say.
SHARE_OF_MEMORY = 0.75
FIRST_WAIT = 5.0
LONGEST_WAIT = 60.0
# When it is told to stop: what is in flight may take so long, and what is being answered too.
DRAIN_SECONDS = 8.0


@dataclass(frozen=True)
class Address:
    """Where the Bot API is, and the token for it; no address means Telegram's own."""

    token: str
    base_url: str | None = None
    base_file_url: str | None = None


@dataclass(frozen=True)
class App:
    """All parts, built and joined."""

    application: Application[Any, Any, Any, Any, Any, Any]
    store: Store
    inbox: Inbox
    sender: Sender
    jobs: Jobs
    worker: SummaryWorker
    settings: Settings
    timer: Timer

    async def start(self) -> None:
        """Reach the Bot API, set the command menus, and take up what a crash left.

        Raises:
            InvalidToken: if the token is refused. Other answers are tried again until it works.
        """
        await self.connect()
        returned = self.sender.recover()
        if returned:
            log.warning("%d messages in doubt after a crash are sent again", returned)

    async def run(self) -> None:
        """Answer and tick until cancelled; a model is loaded meanwhile.

        Raises:
            StoreError: if the database is found to be damaged, which no later try can mend.
            WrongUseError: if the engine of the settings can't be used.
        """
        scheduler: AsyncIOScheduler = self.jobs.schedule(self.settings.ingest_minutes)
        spoilt: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def spoil(error: BaseException) -> None:
            if not spoilt.done():
                spoilt.set_exception(error)

        def watch(event: JobExecutionEvent) -> None:
            if is_damage(event.exception):
                spoil(StoreError(DAMAGED.format(event.exception)))

        async def load() -> None:
            try:
                await self.worker.start()
            except WrongUseError as error:
                spoil(error)

        scheduler.add_listener(watch, EVENT_JOB_ERROR)
        tasks: set[asyncio.Task[None]] = set()
        try:
            await self.start()
            tasks.add(asyncio.create_task(load()))
            scheduler.start()
            working = {
                asyncio.create_task(self.inbox.run()),
                asyncio.create_task(self.sender.run()),
            }
            watching = watch_clock(self.jobs.clock, self.timer, lambda: run_now(scheduler))
            tasks |= {*working, asyncio.create_task(watching)}
            await asyncio.wait({*working, spoilt}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (spoilt, *working):
                if ended.done():
                    await ended
        finally:
            if scheduler.running:
                scheduler.shutdown(wait=False)
            await self._drain(tasks)
            await self.close()

    async def _drain(self, tasks: set[asyncio.Task[None]]) -> None:
        """Finish what is in hand, as far as it can be in good time; the rest stays owed."""
        try:
            await self.inbox.stop(DRAIN_SECONDS)
            await self.sender.stop(DRAIN_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Let go of worker, connections and database."""
        await self.worker.close()
        await self.application.shutdown()
        # After a refused token the library holds on to the connections that it had opened.
        await self.application.bot.shutdown()
        self.store.close()

    async def connect(self) -> None:
        """Reach the Bot API, however long it takes, and set the command menus."""
        wait = FIRST_WAIT
        while True:
            try:
                await self.application.initialize()
                await self._set_menus()
            except InvalidToken:
                raise
            except TelegramError as error:  # a 429 is no network's fault, and ends neither
                log.warning("the Bot API can't be reached (%s); tried again in %d s", error, wait)
                await self.timer.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)
            else:
                return

    async def _set_menus(self) -> None:
        for code, language in MENUS:
            menu = [BotCommand(name, say(language, f"command.{name}")) for name in list_menu()]
            await self.application.bot.set_my_commands(menu, language_code=code)


@dataclass(frozen=True)
class Surroundings:
    """Where the bot lives: its Bot API, its feeds, its database, and the local chat if any.

    ``timer`` is the time in which it waits; one of its own lets a test wait without waiting.
    """

    address: Address
    feeds: Sequence[Feed]
    database: Path
    local: LocalTelegram | None = None
    timer: Timer = field(default_factory=Timer)


@asynccontextmanager
async def open_surroundings(
    settings: Settings, clock: Callable[[], datetime]
) -> AsyncIterator[Surroundings]:
    """Telegram and the live feeds with a token; without one, the local chat on sample releases.

    Each has a database of its own, so that no sample release ever reaches a real chat.

    Raises:
        FeedsError: if the feeds file can't be used.
        LocalTelegramError: if the local chat's port is taken.
    """
    if settings.telegram_token is not None:
        feeds = read_feeds(settings.feeds_file or DEFAULT_FEEDS_FILE)
        address = Address(settings.telegram_token.get_secret_value())
        yield Surroundings(address, feeds, settings.state_dir / "tongbao.db")
        return
    async with AsyncExitStack() as stack:
        local = LocalTelegram(clock=clock)
        await local.start(settings.local_chat_port)
        stack.push_async_callback(local.close)
        # Messages live in memory; a chat that subscribed before a restart must still be there.
        local.open_chat(READER_ID)
        address = Address(local.token, local.base_url, local.base_file_url)
        if settings.feeds_file is not None:
            feeds = read_feeds(settings.feeds_file)
            yield Surroundings(address, feeds, settings.state_dir / "local.db", local)
            return
        site = await stack.enter_async_context(SampleSite(clock))
        feeds = tuple(
            Feed(source="samples", url=url, name_en=SAMPLES_EN, name_zh=SAMPLES_ZH)
            for url in site.feed_urls.values()
        )
        yield Surroundings(address, feeds, settings.state_dir / "samples.db", local)


def build_app(settings: Settings, surroundings: Surroundings, clock: Callable[[], datetime]) -> App:
    """Every part, joined.

    Raises:
        FeedsError: if a feed names a department that there is not.
        StoreError: if the database can't be used.
        WrongUseError: if the engine can't be what was meant.
        KindsError, TablesError: if the tables of kinds, topics and departments can't be.
    """
    store, tables = open_store(surroundings.database), load_tables()
    if surroundings.local is not None:
        store.deliveries.forget_messages()  # they lived in the memory of the process before
    check_departments(surroundings.feeds, tables.departments)
    publishers = name_publishers(surroundings.feeds)
    options = choose_engine(settings)
    check_options(options)
    worker = SummaryWorker(options, choose_limits(settings))
    timer, pacing = surroundings.timer, Pacing(settings.sends_per_second)
    pauses = Pauses(pacing, timer)
    bell = Bell()
    kinds = load_kinds()
    services = Services(
        store=store,
        tables=tables,
        kinds=kinds,
        publishers=publishers,
        clock=clock,
        digest_time=settings.digest_time,
        time_zone=settings.time_zone,
        admin_ids=frozenset(settings.admin_ids),
        want=worker.want,
        wake=bell.ring,
    )
    announcer = Announcer(store, bell.ring, clock)
    operators = (
        StatsHandlers(services, worker.report),
        OperatorHandlers(services, surroundings.feeds, announcer.owe_due),
    )
    reports = Reports(store, settings.admin_ids, clock, bell.ring)
    application = _build_application(surroundings.address, services, operators, reports, pauses)
    sender = Sender(
        bot=application.bot,
        store=store,
        pacing=pacing,
        clock=clock,
        report=reports,
        bell=bell,
        timer=timer,
        most_in_flight=settings.sends_in_flight,
    )
    most_late = timedelta(hours=settings.digest_late_hours)
    jobs = Jobs(
        store=store,
        database=surroundings.database,
        feeds=surroundings.feeds,
        tables=tables,
        kinds=kinds,
        backfill=Backfill(most_days=settings.backfill_days),
        worker=worker,
        composer=Composer(store, tables, kinds, publishers, worker.want, clock, most_late),
        alerts=Alerts(store, kinds, publishers, worker.want, bell.ring, clock),
        announcer=announcer,
        corrector=Corrector(store, worker.want, bell.ring, clock, asyncio.Lock()),
        wake=bell.ring,
        clock=clock,
    )
    inbox = Inbox(application, store, clock, pauses, timer)
    return App(application, store, inbox, sender, jobs, worker, settings, timer)


def choose_engine(settings: Settings) -> EngineOptions:
    """Which engine the settings ask for."""
    return EngineOptions(
        choice=settings.summary_engine,
        model=settings.summary_model,
        revision=settings.summary_revision,
        cache=settings.state_dir / "models",
        remote_url=settings.remote_url,
        remote_key=settings.remote_key.get_secret_value() if settings.remote_key else None,
        remote_concurrency=settings.remote_concurrency,
        remote_timeout=settings.remote_timeout,
    )


def choose_limits(settings: Settings) -> Limits:
    """What the settings allow the summariser's process."""
    memory, total = settings.summary_memory_mb, find_total_memory()
    if memory is not None:
        ceiling: int | None = memory * 1_000_000
    else:
        ceiling = int(total * SHARE_OF_MEMORY) if total else None
    return Limits(memory=ceiling, idle=settings.summary_idle_minutes * 60)


def _build_application(
    address: Address,
    services: Services,
    operators: tuple[StatsHandlers, OperatorHandlers],
    reports: Reports,
    pauses: Pauses,
) -> Application[Any, Any, Any, Any, Any, Any]:
    # Without updater: updates come from our own inbox, which commits them first.
    builder = ApplicationBuilder().token(address.token).updater(None).rate_limiter(pauses)
    # The second would be a stock one otherwise; it has nothing to do, for the inbox uses the first.
    builder = builder.request(AiohttpRequest()).get_updates_request(AiohttpRequest())
    if address.base_url and address.base_file_url:
        builder = builder.base_url(address.base_url).base_file_url(address.base_file_url)
    application = builder.build()
    chat_settings = SettingsHandlers(services)
    start = StartHandlers(services, chat_settings)
    conversations = (
        start,
        LatestHandlers(services),
        TopicHandlers(services),
        FollowHandlers(services),
        DigestHandlers(services),
        SearchHandlers(services),
        InlineHandlers(services),
        CardHandlers(services),
        FeedbackHandlers(services, reports),
        TimetableHandlers(services),
        AlertHandlers(services),
        chat_settings,
        MembershipHandlers(services),
        PrivacyHandlers(services),
        *operators,
    )
    for conversation in conversations:
        application.add_handlers(conversation.list_handlers())
    application.add_handlers(start.list_last_handlers())
    application.add_handlers(Gate(services).list_handlers(), GATE_GROUP)

    async def report_error(update: object, context: Context) -> None:
        log.error("an update could not be answered", exc_info=context.error)
        if isinstance(update, Update) and find_message(update) is not None:
            languages = services.get_chat(update).languages
            services.answer(update, say_in(languages, "error.failed"))
        # Else the next group would take up what the gate failed to look at.
        raise ApplicationHandlerStop

    application.add_error_handler(report_error)
    return application
