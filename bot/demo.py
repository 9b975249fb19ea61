"""The demo: fictional releases through the whole pipeline into a local chat, printed.

Everything is the real thing on loopback: the sample site's feeds and pages are fetched and read,
summarised, put into the outbox as a digest, and sent to the local Bot API server.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import App, Surroundings, build_app, open_surroundings
from bot.config import Settings
from bot.local import READER_ID, LocalTelegram, Message
from data.models import Priority

COMMANDS = ("/latest 2", "/topic health", "/search museum", "/follow 觀塘")
# The three taps that follow /start: language, topics, hour.
TAPS = ("begin:language:en+zh-Hant", "begin:next", "begin:at:0800")


class DemoError(Exception):
    """The demo did not get what it should have; the message says what."""


@dataclass
class DemoClock:
    """The time, which can be moved on to the hour of the digest."""

    moved: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """Now, as the demo has it."""
        return datetime.now(UTC) + self.moved

    def move_to(self, moment: datetime) -> None:
        """Let it be this moment now."""
        self.moved += moment - self()


async def run_demo(settings: Settings, show: Callable[[str], None]) -> None:
    """Hold a short conversation, let the digest come due, and show all that the reader sees.

    Raises:
        DemoError: if no digest arrives.
    """
    clock = DemoClock()
    with TemporaryDirectory(prefix="tongbao-demo-") as folder:
        demo = settings.model_copy(
            update={
                "telegram_token": None,
                "feeds_file": None,
                "state_dir": Path(folder),
                "local_chat_port": 0,
                # A model may need minutes for so many releases; the demo ends within one.
                "summary_engine": "extract",
                "summary_model": None,
            }
        )
        async with open_surroundings(demo, clock) as surroundings:
            app = build_app(demo, surroundings, clock)
            try:
                await app.start()
                await _converse(app, surroundings, clock, show)
            finally:
                await app.close()


async def _converse(
    app: App, surroundings: Surroundings, clock: DemoClock, show: Callable[[str], None]
) -> None:
    local = surroundings.local
    if local is None:
        raise DemoError("the demo has no local chat")
    counts = await app.jobs.ingest()
    made = await app.jobs.summarize()
    show(f"— {counts.new} texts read from two feeds and their pages, {made} summaries made —")
    show(f"— {app.worker.engine_sentence} —")
    await _say(app, local, "/start", show)
    await _tap(app, local, show)
    for command in COMMANDS:
        await _say(app, local, command, show)
    # The digest holds everything again.
    await _say(app, local, "/unfollow 觀塘", show)
    chat = app.store.chats.find(READER_ID)
    if chat is None or chat.next_due is None:
        raise DemoError("the chat could not be subscribed")
    clock.move_to(chat.next_due)
    show(f"— it is {chat.next_due.astimezone():%A %H:%M %Z} —")
    await app.jobs.ingest()
    await app.jobs.summarize()
    await app.jobs.compose()
    before = len(local.messages())
    await app.sender.deliver_due()
    arrived = local.messages()[before:]
    if not arrived:
        raise DemoError("no digest arrived in the local chat")
    for message in arrived:
        show(_as_text(message))
    show(f"— the digest arrived in {len(arrived)} message(s) by way of the outbox —")


async def _say(app: App, local: LocalTelegram, text: str, show: Callable[[str], None]) -> None:
    show(f"You: {text}")
    before = len(local.messages())
    local.say(text)
    await _handle(app)
    for message in local.messages()[before + 1 :]:
        show(_as_text(message))


async def _tap(app: App, local: LocalTelegram, show: Callable[[str], None]) -> None:
    """Tap through the message that /start brought, which is edited in place."""
    start = next(message for message in local.messages() if message.buttons)
    for data in TAPS:
        message = _find(local, start.message_id)
        label = next(each["text"] for each in message.buttons if each["callback_data"] == data)
        show(f"You tap: {label}")
        before = len(local.messages())
        local.press(start.message_id, data)
        await _handle(app)
        show(_as_text(_find(local, start.message_id)))
        for sent in local.messages()[before:]:
            show(_as_text(sent))


def _find(local: LocalTelegram, message_id: int) -> Message:
    return next(each for each in local.messages() if each.message_id == message_id)


async def _handle(app: App) -> None:
    await app.inbox.fetch()
    await app.inbox.handle_due()
    await app.sender.deliver_due(Priority.ANSWER)


def _as_text(message: Message) -> str:
    """A message as plain text, the addresses of its links in brackets."""
    text = message.text
    links = [entity for entity in message.entities if entity.type == "text_link"]
    for link in sorted(links, key=lambda entity: entity.offset, reverse=True):
        text = f"{text[: link.end]} ({link.details['url']}){text[link.end :]}"
    return text
