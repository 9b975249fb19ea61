"""What the operator is told without asking: messages that Telegram would not take."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.outcomes import Outcome, Plain, Split
from bot.texts import say_in
from data.models import Content, Delivery, Priority
from data.store.store import Store

_PREFIX = "report:"


class Reports:
    """Owes a message to each administrator; one about a report is never made."""

    def __init__(
        self, store: Store, admin_ids: Iterable[int], clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._admin_ids = tuple(admin_ids)
        self._clock = clock

    def __call__(self, delivery: Delivery, outcome: Outcome, error: str) -> None:
        """Tell of a delivery that was sent in another form, or could not be sent at all."""
        if delivery.key.startswith(_PREFIX):
            return
        now = self._clock()
        key = {Plain: "report.plain", Split: "report.split"}.get(type(outcome), "report.refused")
        for admin_id in self._admin_ids:
            chat = self._store.chats.find(admin_id)
            languages = chat.languages if chat else ("en",)
            values = {"delivery": delivery.key, "chat": delivery.chat_id, "error": error}
            text = say_in(languages, key, **values)
            report = Delivery(
                key=f"{_PREFIX}{delivery.key}:{admin_id}",
                chat_id=admin_id,
                content=Content.of(text),
                priority=Priority.REPORT,
                heeds_quiet=True,
                not_before=now,
            )
            self._store.deliveries.owe([report], now)
