"""How the Bot API says no: an error code, a description, sometimes parameters.

The descriptions are the real server's words, because the code under test reads them.
"""

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):  # noqa: N818 - a refusal is an answer on the wire, not a fault of ours
    """An answer other than "ok"; ``parameters`` is ``ResponseParameters`` or None."""

    def __init__(
        self, code: int, description: str, parameters: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return body | ({"parameters": dict(self.parameters)} if self.parameters else {})


def bad_request(reason: str) -> Refusal:
    """A 400; the first letter is lowered as the server does, unless it opens a CODE_WORD."""
    is_code = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
    return Refusal(400, f"Bad Request: {reason if is_code else reason[:1].lower() + reason[1:]}")


def forbidden(reason: str) -> Refusal:
    """A 403."""
    return Refusal(403, f"Forbidden: {reason}")


def upgraded(chat_id: int) -> Refusal:
    """A 400 for a group that has become the supergroup with this id."""
    reason = "group chat was upgraded to a supergroup chat"
    return Refusal(400, f"Bad Request: {reason}", {"migrate_to_chat_id": chat_id})


def flood(seconds: int) -> Refusal:
    """A 429 that tells how many seconds to wait."""
    words = f"Too Many Requests: retry after {seconds}"
    return Refusal(429, words, {"retry_after": seconds})
