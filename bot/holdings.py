"""What a chat's digest holds, in words: what it follows and what it leaves out; pure."""

import html
from collections.abc import Sequence

from bot.subjects import name_subject
from bot.texts import say, say_count
from data.models import ChatLanguage, Subscription
from data.tables import Tables

# So many are named; /follow lists them all.
MOST_NAMED = 8


def tell_held(language: ChatLanguage, held: Sequence[Subscription], tables: Tables) -> str:
    """Such as "Health and welfare; “fire” (left out: “beach”)", not escaped."""
    followed = [name_subject(each, language, tables) for each in held if each.follow]
    muted = [name_subject(each, language, tables) for each in held if not each.follow]
    told = _join(language, followed) or html.unescape(say(language, "holds.everything"))
    if not muted:
        return told
    without = say(language, "holds.without", names=told, muted=_join(language, muted))
    return html.unescape(without)


def _join(language: ChatLanguage, names: Sequence[str]) -> str:
    """Names in a row; one can hold a comma or an "and" of its own."""
    named, rest = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    if rest > 0:
        named.append(html.unescape(say_count(language, "holds.more", rest)))
    return ("; " if language == "en" else "、").join(named)
