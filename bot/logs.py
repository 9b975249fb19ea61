"""Logging that never shows a bot token or a key."""

import logging
import re
import sys
from collections.abc import Iterable

# A token anywhere: in an address (…/bot123:abc/…), an object's repr or a traceback.
_TOKEN = re.compile(r"(?<!\d)\d{5,20}(?::|%3A)[A-Za-z0-9_-]{30,50}", re.IGNORECASE)


# What a key for a server looks like where it is sent.
_BEARER = re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{6,}")


class RedactingFormatter(logging.Formatter):
    """Blots out bot tokens and secrets in everything that is written, tracebacks included."""

    def __init__(self, form: str | None = None, secrets: Iterable[str] = ()) -> None:
        super().__init__(form)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text without tokens and secrets."""
        return redact(super().format(record), self._secrets)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text with each bot token, bearer key and secret blotted out."""
    for secret in secrets:
        text = text.replace(secret, "[key]")
    return _BEARER.sub(r"\1[key]", _TOKEN.sub("[token]", text))


def set_up_logging(level: str, secrets: Iterable[str] = ()) -> None:
    """Log to standard error from ``level`` up; libraries that write addresses only warn.

    Args:
        level: such as ``info``.
        secrets: what is blotted out beside what is known by its form.
    """
    handler = logging.StreamHandler(sys.stderr)
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(RedactingFormatter(form, secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in ("httpx", "httpcore", "telegram", "aiohttp.access", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns each time that a tick is left out because the one before still works, as summarising
    # does for minutes; that a tick fails is told by another logger.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
