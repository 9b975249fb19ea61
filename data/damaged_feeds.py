"""Repairs feeds that are not well-formed, in a process of its own with limits.

feedparser forgives almost everything, but hostile input makes it take minutes and gigabytes.
Run as a script, this file is that process: a feed in UTF-8 on standard input, its entries as
JSON on standard output. It needs nothing of Tongbao then, so that it starts at once.
"""

import json
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

MAX_SECONDS = 10
MAX_MEMORY = 300_000_000  # bytes of address space, with Python's own
MAX_ENTRIES = 5_000


class BeyondRepairError(Exception):
    """Nothing could be saved within the limits; the message says why."""


def repair_feed(text: str, max_seconds: float = MAX_SECONDS) -> list[dict[str, Any]]:
    """The entries that can be saved of a damaged feed.

    Each entry has the keys of ``RawEntry`` (``data.readers.feed_xml``).

    Raises:
        BeyondRepairError: if it takes too long or too much memory.
    """
    command = [sys.executable, "-P", str(Path(__file__).resolve())]
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and file
            command, input=text.encode(), capture_output=True, timeout=max_seconds, check=False
        )
        entries: list[dict[str, Any]] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise BeyondRepairError(f"repairing it takes longer than {max_seconds:g} seconds") from None
    except json.JSONDecodeError:
        raise BeyondRepairError("repairing it takes more memory than it is worth") from None
    return entries


def _limit_process() -> None:
    limits = ((resource.RLIMIT_AS, MAX_MEMORY), (resource.RLIMIT_CPU, MAX_SECONDS))
    for limit, value in limits:
        with suppress(ValueError, OSError):  # some systems know no such limit
            resource.setrlimit(limit, (value, value))


def _repair(content: bytes) -> list[dict[str, Any]]:
    import feedparser

    parsed = feedparser.parse(
        content,
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return [_describe(entry) for entry in parsed.entries[:MAX_ENTRIES]]


def _describe(entry: Any) -> dict[str, Any]:  # noqa: ANN401  # feedparser is untyped
    contents = [entry.get("summary"), *(part.get("value") for part in entry.get("content", ()))]
    return {
        "title": entry.get("title") or "",
        "link": entry.get("link") or "",
        "id": entry.get("id") or "",
        "published": entry.get("published") or "",
        "updated": entry.get("updated") or "",
        "contents": [content for content in contents if content],
    }


if __name__ == "__main__":
    _limit_process()
    print(json.dumps(_repair(sys.stdin.buffer.read())))
