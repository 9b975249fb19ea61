"""What the bot really got into its chats: in memory, and on disk a JSON line each.

A line is written once the message stands in its chat and before the bot is answered, in one
piece: whoever kills the bot or the server finds every message that was delivered.
"""

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import FileIO
from pathlib import Path
from typing import Any

from bot.local.chats import Message

EDITS = frozenset({"editMessageText", "editMessageReplyMarkup"})


@dataclass(frozen=True)
class Entry:
    """A message as it was sent or edited.

    ``at`` is aware; ``thread_id`` is 0 outside forums; ``text`` is the caption if a file was
    sent; ``keyboard`` is the ``reply_markup`` or None.
    """

    at: datetime
    method: str
    chat_id: int
    thread_id: int
    message_id: int
    text: str
    keyboard: dict[str, Any] | None


class Journal:
    """Every message that the bot sent or edited.

    Args:
        path: the file to append to; None keeps none.
        longest: how many sent messages to keep in memory, the last; None keeps all.
    """

    def __init__(self, path: Path | None = None, longest: int | None = None) -> None:
        self._path = path
        self._file: FileIO | None = None
        self.sent: deque[Message] = deque(maxlen=longest)
        self.counts: Counter[str] = Counter()

    def open(self) -> None:
        """Get the file ready.

        Raises:
            OSError: if it can't be written.
        """
        if self._path and self._file is None:
            self._file = FileIO(self._path, "a")

    def close(self) -> None:
        """Let the file go; again is no error."""
        file, self._file = self._file, None
        if file:
            file.close()

    def record(self, method: str, message: Message) -> None:
        """Keep what a method has just done."""
        self.counts[method] += 1
        if method not in EDITS:
            self.sent.append(message)
        if self._file:
            self._file.write(_write_line(method, message))


def read_journal(path: Path) -> Iterator[Entry]:
    """What a journal's file holds, oldest first; a line that is not yet whole is left out."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                value = json.loads(line)
                yield Entry(**{**value, "at": datetime.fromisoformat(value["at"])})


def _write_line(method: str, message: Message) -> bytes:
    entry = Entry(
        message.edited_at or message.sent_at,
        method,
        message.chat_id,
        message.thread_id,
        message.message_id,
        message.text,
        message.markup,
    )
    value = {**vars(entry), "at": entry.at.isoformat()}
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode()
