"""What a digest will be like, shown to whoever has just begun."""

from collections.abc import Sequence

from bot.handlers.services import Services
from bot.interests import is_wanted
from bot.render import render_list
from bot.texts import say
from data.models import Chat, Content

SAMPLES = 2
# And among how many of the newest it is looked for.
SEARCHED = 100


def render_sample(services: Services, chat: Chat) -> Sequence[Content]:
    """The newest releases of what the chat follows; nothing if there are none."""
    held = services.store.chats.list_subscriptions(chat)
    releases = [
        each
        for each in services.store.releases.list_latest(SEARCHED)
        if is_wanted(each.release, held, services.tables.departments)
    ][:SAMPLES]
    if not releases:
        return ()
    services.want_missing(releases)
    title = "\n".join(say(language, "start.sample") for language in chat.languages)
    return render_list(title, releases, chat.languages, services.publishers)
