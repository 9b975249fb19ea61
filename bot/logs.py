"""Logging that never shows a bot token."""

import logging
import re
import sys

# A token anywhere: in an address (…/bot123:abc/…), an object's repr or a traceback.
_TOKEN = re.compile(r"(?<!\d)\d{5,20}(?::|%3A)[A-Za-z0-9_-]{30,50}", re.IGNORECASE)


class RedactingFormatter(logging.Formatter):
    """Blots out bot tokens in everything that is written, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text without tokens."""
        return redact(super().format(record))


def redact(text: str) -> str:
    """The text with each bot token blotted out."""
    return _TOKEN.sub("[token]", text)


def set_up_logging(level: str) -> None:
    """Log to standard error from ``level`` up; libraries that write addresses only warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "telegram", "aiohttp.access", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
