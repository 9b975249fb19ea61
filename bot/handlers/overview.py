"""What a chat has set, in words: all of it, or one setting with how to change it."""

from bot.handlers.services import Services
from bot.handlers.timetable import tell_empty, tell_quiet, tell_setting
from bot.handlers.topics import join_topics
from bot.holdings import tell_held
from bot.texts import LANGUAGE_NAMES, format_moment, format_weekdays, say
from data.models import Chat, ChatLanguage

# What plain words are taken for, while its panel is open.
TYPED = frozenset({"time", "zone", "quiet"})


class Overview:
    """Tells how things are set, in each of the chat's languages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def tell(self, chat: Chat) -> str:
        """All that is set, with when the next digest comes."""

        def tell(language: ChatLanguage, chat: Chat) -> str:
            key = "settings.overview" if chat.subscribed else "settings.overview_stopped"
            return say(language, key, **self._fill(language, chat))

        return tell_setting(chat, tell)

    def tell_panel(self, chat: Chat, panel: str) -> str:
        """One setting as it is, and its choices."""
        return tell_setting(chat, lambda language, chat: self._tell_panel(language, chat, panel))

    def tell_begun(self, chat: Chat) -> str:
        """That it has begun, and what comes when."""

        def tell(language: ChatLanguage, chat: Chat) -> str:
            return say(language, "start.done", **self._fill(language, chat))

        return tell_setting(chat, tell)

    def _tell_panel(self, language: ChatLanguage, chat: Chat, panel: str) -> str:
        """How a setting is, and how to change it by typing."""
        how = f"settings.panels.{panel}"
        if panel in TYPED and chat.id < 0:
            how = f"{how}_group"
        lines = {"quiet": tell_quiet, "empty": tell_empty}
        told = [lines[panel](language, chat)] if panel in lines else []
        return "\n".join([*told, say(language, how, **self._fill(language, chat))])

    def _fill(self, language: ChatLanguage, chat: Chat) -> dict[str, str]:
        """What the sentences on settings are filled with."""
        quiet = chat.quiet and "–".join(f"{end:%H:%M}" for end in chat.quiet)
        chats, tables = self._services.store.chats, self._services.tables
        held = chats.list_subscriptions(chat)
        alerts = join_topics(chats.list_alerts(chat), language, tables)
        return {
            "time": f"{chat.digest_time:%H:%M}",
            "days": format_weekdays(language, chat.weekdays),
            "time_zone": chat.time_zone,
            "moment": format_moment(language, self._services.clock(), chat.time_zone),
            "quiet": quiet or say(language, "settings.none"),
            "length": say(language, f"button.length_{chat.length}"),
            "chosen": LANGUAGE_NAMES[chat.language],
            "alerts": alerts or say(language, "settings.none"),
            "empty": say(language, f"button.empty_{'skip' if chat.skip_empty else 'send'}"),
            "silent": say(language, f"button.silent_{'on' if chat.is_silent else 'off'}"),
            "follows": tell_held(language, held, tables),
        }
