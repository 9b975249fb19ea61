"""What readers think of a summary: good, bad, or wrong, which reaches the operator."""

import asyncio
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler

from bot.cards import find_other, find_text
from bot.handlers.cards import LANGUAGE, SEQ, Pressed, find_given, find_pressed
from bot.handlers.services import Context, Services, acknowledge
from bot.keyboards.cards import card_keyboard
from bot.rechecking import check_again, tell_wrong
from bot.reports import Reports
from bot.texts import say
from data.models import Summary
from data.store.feedback import VERDICTS, Verdict


class FeedbackHandlers:
    """What is said of summaries by the buttons under them."""

    def __init__(self, services: Services, reports: Reports) -> None:
        self._services = services
        self._reports = reports

    def list_handlers(self) -> list[BaseHandler[Update, Context, Any]]:
        """The handlers of this conversation."""
        verdicts = "|".join(VERDICTS)
        pattern = rf"^(?:{verdicts}):{SEQ}:{LANGUAGE}\Z"
        return [CallbackQueryHandler(self.press, pattern=pattern)]

    async def press(self, update: Update, _: Context) -> None:
        """Keep what was said; the same again takes it back."""
        found = await find_pressed(self._services, update)
        if found is None:
            return
        first = found.chat.languages[0]
        if not found.summaries:
            await acknowledge(update, say(first, "feedback.no_summary"))
            return
        given = self._choose(update, found)
        said = [(summary, await self._check(found, summary, given)) for summary in found.summaries]
        with self._services.together():
            for summary, unsupported in said:
                self._keep(found, summary, given, unsupported)
            if found.is_private:
                self._mark(update, found, given)
        await acknowledge(update, say(first, f"feedback.{given or 'taken_back'}"))

    def _choose(self, update: Update, found: Pressed) -> Verdict | None:
        """What the button says; nothing if that is what was said before."""
        query = update.callback_query
        said = ((query and query.data) or "").partition(":")[0]
        verdict = next(each for each in VERDICTS if each == said)
        return None if find_given(self._services, found) == verdict else verdict

    async def _check(
        self, found: Pressed, summary: Summary, given: Verdict | None
    ) -> tuple[str, ...]:
        """What the check says now of a summary that is called wrong."""
        if given != "wrong":
            return ()
        # A release is read in a millisecond or two; one of great length takes longer.
        return await asyncio.to_thread(check_again, find_text(found.stored, summary), summary)

    def _keep(
        self,
        found: Pressed,
        summary: Summary,
        verdict: Verdict | None,
        unsupported: tuple[str, ...],
    ) -> None:
        """Keep what was said; what is wrong is told to the operator, once for each summary."""
        feedback, stored = self._services.store.feedback, found.stored
        text, person = find_text(stored, summary), (found.chat.id, found.user_id)
        if verdict is None:
            feedback.take_back(*person, text, summary)
            return
        feedback.give(*person, text, summary, verdict, self._services.clock(), unsupported)
        if verdict == "wrong":
            self._reports.tell_of_reader(
                f"wrong:{text.id}:{summary.language}:{text.version}",
                lambda language: tell_wrong(language, stored, summary, unsupported),
            )

    def _mark(self, update: Update, found: Pressed, given: Verdict | None) -> None:
        other = find_other(found.stored, found.language)
        keyboard = card_keyboard(found.stored.seq, found.language, other, given)
        self._services.change_keyboard(update, keyboard)
