"""What the operator is told without asking: refused messages, summaries that are called wrong."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot.outcomes import Outcome, Plain, Split
from bot.texts import say
from data.models import ChatLanguage, Content, Delivery, Priority
from data.store.store import Store

_PREFIX = "report:"
# So many reports that readers bring about are owed in an hour; the figures of all are in /stats.
MOST_AN_HOUR = 20
HOUR = timedelta(hours=1)


class Reports:
    """Owes a message to each administrator; one about a report is never made."""

    def __init__(
        self,
        store: Store,
        admin_ids: Iterable[int],
        clock: Callable[[], datetime],
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """``wake`` is called when something is owed."""
        self._store = store
        self._admin_ids = tuple(admin_ids)
        self._clock = clock
        self._wake = wake
        self._brought: deque[datetime] = deque()

    def __call__(self, delivery: Delivery, outcome: Outcome, error: str) -> None:
        """Tell of a delivery that was sent in another form, or could not be sent at all."""
        if delivery.key.startswith(_PREFIX):
            return
        key = {Plain: "report.plain", Split: "report.split"}.get(type(outcome), "report.refused")
        values = {"delivery": delivery.key, "chat": delivery.chat_id, "error": error}
        self._owe(delivery.key, lambda language: say(language, key, **values))

    def tell_of_reader(self, name: str, tell: Callable[[ChatLanguage], str]) -> None:
        """Owe a report that a reader brought about, unless there were too many within an hour.

        Args:
            name: what it is about; it is owed once under its name.
            tell: says it in one language.
        """
        now = self._clock()
        while self._brought and self._brought[0] <= now - HOUR:
            self._brought.popleft()
        if len(self._brought) < MOST_AN_HOUR and self._owe(name, tell):
            self._brought.append(now)

    def _owe(self, name: str, tell: Callable[[ChatLanguage], str]) -> bool:
        """Owe each administrator a report, once under its name; whether it is a new one."""
        now, owed = self._clock(), 0
        for admin_id in self._admin_ids:
            chat = self._store.chats.find(admin_id)
            languages = chat.languages if chat else ("en",)
            report = Delivery(
                key=f"{_PREFIX}{name}:{admin_id}",
                chat_id=admin_id,
                content=Content.of("\n\n".join(map(tell, languages))),
                priority=Priority.REPORT,
                heeds_quiet=True,
                not_before=now,
            )
            owed += self._store.deliveries.owe([report], now)
        self._wake()
        return owed > 0
