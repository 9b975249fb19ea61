"""How a server is asked: the request's fields, and what to change where it refuses them. Pure."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from summarizer.engines.asking import MOST_NEW_TOKENS, MOST_SOURCE_TOKENS, find_least_room
from summarizer.engines.remote.replies import Fault
from summarizer.prompts import Message, merge_system

# What goes out as JSON.
Body: TypeAlias = dict[str, Any]

USUAL_ROOM = 4_096
_OPTIONAL: Body = {
    "temperature": 0,
    "seed": 0,
    "chat_template_kwargs": {"enable_thinking": False},
}
_NAMED = {
    "temperature": re.compile(r"\btemperature\b"),
    "seed": re.compile(r"\bseed\b"),
    "chat_template_kwargs": re.compile(r"\bchat_template|\benable_thinking\b"),
}
_MODERN_LIMIT = "max_completion_tokens"
_CONTEXT = re.compile(r"context[ _](?:length|size|window)|\bn_ctx\b", re.IGNORECASE)
_CONTEXT_SIZE = re.compile(
    r"(?:maximum context length|context size|context window|n_ctx)\D{0,12}(\d{3,7})(?!\d)",
    re.IGNORECASE,
)
_NO_SYSTEM = re.compile(r"\bsystem (?:role|message|prompt|instruction)", re.IGNORECASE)
_REFUSALS = {400, 422}
# Where a template raises, some servers say that it is they who failed.
_TEMPLATE_FAILURES = _REFUSALS | {500}
_TOKEN = re.compile(r"[A-Za-z]+|\S")
_LETTERS_A_TOKEN = 5
_TOKENS_A_WORD = 1.3


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a server is known to understand."""

    left_out: frozenset[str] = frozenset()
    limit_name: str = "max_tokens"
    takes_system: bool = True
    room: int = USUAL_ROOM
    """Tokens that conversation and answer may have together."""


def compose_body(
    dialect: Dialect, model: str, messages: Sequence[Message], most_tokens: int
) -> Body:
    """The request for an answer of at most so many tokens."""
    return {
        "model": model,
        "messages": list(messages) if dialect.takes_system else merge_system(messages),
        dialect.limit_name: most_tokens,
        **{name: value for name, value in _OPTIONAL.items() if name not in dialect.left_out},
    }


def adapt(dialect: Dialect, fault: Fault) -> Dialect | None:
    """What may be understood where this dialect was refused; None if the dialect is not why.

    Each step takes something away, so that there is an end to them.
    """
    if (
        fault.status in _TEMPLATE_FAILURES
        and dialect.takes_system
        and _NO_SYSTEM.search(fault.said)
    ):
        return replace(dialect, takes_system=False)
    if fault.status not in _REFUSALS:
        return None
    if _CONTEXT.search(fault.said):
        return _shrink(dialect, fault.said)
    if _MODERN_LIMIT in fault.said and dialect.limit_name != _MODERN_LIMIT:
        return replace(dialect, limit_name=_MODERN_LIMIT)
    named = {name for name, pattern in _NAMED.items() if pattern.search(fault.said)}
    if named <= dialect.left_out:
        return None
    return replace(dialect, left_out=dialect.left_out | named)


def _shrink(dialect: Dialect, said: str) -> Dialect | None:
    """Less room: as much as the server says it has, or less if our estimate was too low."""
    stated = _CONTEXT_SIZE.search(said)
    room = int(stated[1]) if stated else dialect.room
    if room >= min(dialect.room, _USEFUL_ROOM):
        room = min(dialect.room, _USEFUL_ROOM) * 2 // 3
    return replace(dialect, room=room) if room >= LEAST_ROOM else None


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has, for tokenizers that are not at hand; rather too many.

    1.3 for an English word, more for a long one; 1 for a Chinese character, a digit, a mark.
    """
    return math.ceil(sum(map(_estimate, _TOKEN.findall(text))))


def _estimate(piece: str) -> float:
    if piece.isascii():
        return max(_TOKENS_A_WORD, len(piece) / _LETTERS_A_TOKEN) if piece.isalpha() else 1.0
    return 1.0 if piece < "\U00010000" else 3.0


# Other tokenizers than those that the limits were set for may need twice the tokens.
LEAST_ROOM = find_least_room(estimate_tokens) + max(MOST_NEW_TOKENS.values())
# More than this makes no prompt longer.
_USEFUL_ROOM = LEAST_ROOM + MOST_SOURCE_TOKENS
