"""A request's parameters: strings and files, whatever body they came in."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.local.refusals import bad_request

_NUMBER = re.compile(r"[+-]?\d{1,19}", re.ASCII)


@dataclass(frozen=True)
class Upload:
    """A file of a multipart body."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Parameters:
    """The parameters of one call; numbers, booleans and objects are JSON in a string.

    What is missing or not of its type counts as the default, as on the real server, except
    where a method needs it.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A string; empty if missing.

        Raises:
            Refusal: if it is no Unicode text.
        """
        value = self.values.get(name, "")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
        return value

    def integer(self, name: str, default: int = 0) -> int:
        """A number."""
        value = self.values.get(name, "").strip()
        return int(value) if _NUMBER.fullmatch(value) else default

    def flag(self, name: str) -> bool:
        """A boolean."""
        return self.values.get(name, "").strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> object:
        """The value of a JSON parameter, or None if it is missing.

        Raises:
            Refusal: if it is not JSON.
        """
        value = self.text(name)
        if not value:
            return None
        try:
            parsed: object = json.loads(value)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {what} JSON object") from None
        return parsed

    def chat_id(self) -> int:
        """The chat that the call is about; only chats known by number exist here.

        Raises:
            Refusal: if it is missing or not a number.
        """
        value = self.text("chat_id").strip()
        if not value:
            raise bad_request("chat_id is empty")
        if not _NUMBER.fullmatch(value):
            raise bad_request("chat not found")
        return int(value)


def to_strings(body: Mapping[str, Any]) -> dict[str, str]:
    """The members of a JSON body as strings; null counts as missing."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in body.items()
        if value is not None
    }
