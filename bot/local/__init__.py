"""The local chat: a Bot API server on loopback, with a page to chat in."""

from bot.local.chats import READER_ID, Chat, Message
from bot.local.queries import Answer, InlineAnswer, InlineResult
from bot.local.server import LOCAL_TOKEN, LocalTelegram, LocalTelegramError

__all__ = [
    "LOCAL_TOKEN",
    "READER_ID",
    "Answer",
    "Chat",
    "InlineAnswer",
    "InlineResult",
    "LocalTelegram",
    "LocalTelegramError",
    "Message",
]
