"""The local chat: a Bot API server on loopback, with a page to chat in."""

from bot.local.server import LOCAL_TOKEN, LocalTelegram, LocalTelegramError
from bot.local.state import READER_ID, Answer, Chat, Message

__all__ = [
    "LOCAL_TOKEN",
    "READER_ID",
    "Answer",
    "Chat",
    "LocalTelegram",
    "LocalTelegramError",
    "Message",
]
