"""What Telegram finds in a text by itself: commands, addresses, mentions, hashtags (pure)."""

import re
from collections.abc import Iterator

from bot.local.entities import Entity

_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>@])")
_MENTION = re.compile(r"(?<!\w)@[A-Za-z0-9_]{2,32}(?!\w)")
_HASHTAG = re.compile(r"(?<![\w#])#(?=\w*[^\W\d_])\w{1,256}(?![\w#])")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?!\w)")
# The real server knows every top-level domain; these are the ones that releases print bare.
_ADDRESS = re.compile(
    r"(?<![\w@.-])(?:https?://[^\s<>\"'\u3000-\u303f\uff00-\uffef]+"
    r"|(?:[A-Za-z0-9-]+\.)+(?:hk|com|org|net|int|edu|gov|info|io)(?![\w.-]*[\w@])"
    r"(?:/[^\s<>\"'\u3000-\u303f\uff00-\uffef]*)?)"
)
_TRAILING = ".,;:!?)]}'\"…"

_PATTERNS = (
    ("url", _ADDRESS),
    ("email", _EMAIL),
    ("bot_command", _COMMAND),
    ("mention", _MENTION),
    ("hashtag", _HASHTAG),
)


def find_entities(text: str) -> list[Entity]:
    """The entities of the text that nobody marked; addresses win over what lies in them."""
    found: list[Entity] = []
    for kind, pattern in _PATTERNS:
        for entity in _find(kind, pattern, text):
            if not any(entity.overlaps(other) for other in found):
                found.append(entity)
    return found


def _find(kind: str, pattern: re.Pattern[str], text: str) -> Iterator[Entity]:
    for match in pattern.finditer(text):
        matched = match[0].rstrip(_TRAILING) if kind == "url" else match[0]
        yield Entity(kind, match.start(), len(matched))
