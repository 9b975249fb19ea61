"""What is typed or sent where the bot asked for it: an hour, a city or a place, quiet hours.

A chat remembers what it was asked for; the next plain words are taken for that.
"""

from telegram import ReplyKeyboardRemove, Update

from bot.handlers.overview import Overview
from bot.handlers.samples import render_sample
from bot.handlers.services import MAX_ECHO, Services
from bot.handlers.timetable import keep_settings, tell_setting
from bot.keyboards.settings import settings_keyboard
from bot.keyboards.start import begun_keyboard
from bot.keyboards.timetable import zones_keyboard
from bot.texts import format_moment, say, say_in
from bot.wishes import read_quiet, read_wish
from bot.zones import find_zones, locate_zone, suggest_zones
from data.models import Chat, ChatLanguage, Content

# An hour for whoever is at the third tap of /start.
BEGIN = "begin"


class Asking:
    """Asks, and takes what comes."""

    def __init__(self, services: Services, overview: Overview) -> None:
        self._services = services
        self._overview = overview

    def ask_first_hour(self, update: Update, chat: Chat) -> None:
        """Ask for an hour to begin with; in groups plain words don't reach the bot."""
        if chat.id > 0:
            self._keep(chat, awaiting=BEGIN)
        key = "settings.type_time" if chat.id > 0 else "settings.type_time_group"
        self._services.answer(update, say_in(chat.languages, key))

    def take(self, update: Update, chat: Chat) -> bool:
        """Take plain words or a place for what was asked; whether anything was."""
        message = update.message
        if message is None:
            return False
        if message.location is not None:
            self._take_place(update, chat, message.location.latitude, message.location.longitude)
            return True
        takers = {
            "time": self._take_time,
            BEGIN: self._take_time,
            "zone": self._take_zone,
            "quiet": self._take_quiet,
        }
        taker = takers.get(chat.awaiting or "")
        if taker is None or not message.text:
            return False
        taker(update, chat, message.text)
        return True

    def _take_time(self, update: Update, chat: Chat, typed: str) -> None:
        wish = read_wish(typed)
        if wish is None or wish.at is None:
            self._services.answer(update, say_in(chat.languages, "settings.type_time"))
            return
        days = wish.weekdays or chat.weekdays
        begins = chat.awaiting == BEGIN
        changes = {"digest_time": wish.at, "weekdays": days, "awaiting": None}
        if begins:
            changes["subscribed"] = True
        with self._services.together():
            kept = self._keep(chat, **changes)
            if begins:
                parts: list[str | Content] = [
                    self._overview.tell_begun(kept),
                    *render_sample(self._services, kept),
                ]
                self._services.answer(update, parts, begun_keyboard(kept.languages))
            else:
                self._services.answer(update, self._overview.tell(kept), settings_keyboard(kept))

    def _take_zone(self, update: Update, chat: Chat, typed: str) -> None:
        found = find_zones(typed[:MAX_ECHO])
        if len(found) == 1:
            self._keep_zone(update, chat, found[0])
            return
        alike = found or suggest_zones(typed[:MAX_ECHO])
        key = "zone.ambiguous" if found else "zone.alike" if alike else "zone.unknown"
        text = say_in(chat.languages, key, name=typed[:MAX_ECHO])
        self._services.answer(update, text, zones_keyboard(alike))

    def _take_place(self, update: Update, chat: Chat, latitude: float, longitude: float) -> None:
        zone = locate_zone(latitude, longitude)
        if zone is None:
            text = say_in(chat.languages, "settings.no_zone_there")
            self._services.answer(update, text, ReplyKeyboardRemove())
            return
        self._keep_zone(update, chat, zone)

    def _keep_zone(self, update: Update, chat: Chat, zone: str) -> None:
        now = self._services.clock()

        def tell(language: ChatLanguage, chat: Chat) -> str:
            moment = format_moment(language, now, chat.time_zone)
            return say(language, "zone.chosen", time_zone=chat.time_zone, moment=moment)

        with self._services.together():
            kept = self._keep(chat, time_zone=zone, awaiting=None)
            # It takes the key that sends a place away, if there is one.
            self._services.answer(update, tell_setting(kept, tell), ReplyKeyboardRemove())

    def _take_quiet(self, update: Update, chat: Chat, typed: str) -> None:
        hours = read_quiet(typed)
        if hours is None or hours == "same":
            key = "quiet.bad" if hours is None else "quiet.equal"
            self._services.answer(update, say_in(chat.languages, key))
            return
        with self._services.together():
            kept = keep_settings(
                self._services, chat, quiet=None if hours == "off" else hours, awaiting=None
            )
            self._services.answer(update, self._overview.tell(kept), settings_keyboard(kept))

    def _keep(self, chat: Chat, **settings: object) -> Chat:
        return keep_settings(self._services, chat, **settings)
