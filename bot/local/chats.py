"""What chats are made of: people, files, messages and the chats themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from bot.local.entities import Entity

ChatKind = Literal["private", "group", "supergroup", "channel"]

READER_ID = 1001
BOT_NAME = "Tongbao 通報"
BOT_USERNAME = "tongbao_local_bot"


@dataclass(frozen=True)
class User:
    """Someone who writes: the bot, the reader, members of groups."""

    id: int
    first_name: str
    is_bot: bool = False
    username: str | None = None
    language_code: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The ``User`` object."""
        body = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
            "username": self.username,
            "language_code": self.language_code,
        }
        return {key: value for key, value in body.items() if value is not None}


# Telegram's own stand-in for whoever writes in the name of a group.
ANONYMOUS = User(1087968824, "Group", is_bot=True, username="GroupAnonymousBot")


@dataclass(frozen=True)
class Document:
    """A file that the bot sent."""

    file_id: str
    name: str
    content_type: str
    content: bytes

    def to_json(self) -> dict[str, Any]:
        """The ``Document`` object."""
        return {
            "file_id": self.file_id,
            "file_unique_id": self.file_id[-12:],
            "file_name": self.name,
            "mime_type": self.content_type,
            "file_size": len(self.content),
        }


@dataclass(frozen=True)
class Photo:
    """A picture that the bot sent; sizes in pixels."""

    file_id: str
    content_type: str
    content: bytes
    width: int
    height: int

    def to_json(self) -> list[dict[str, Any]]:
        """The ``PhotoSize`` objects: one, for it is kept as it came."""
        return [
            {
                "file_id": self.file_id,
                "file_unique_id": self.file_id[-12:],
                "width": self.width,
                "height": self.height,
                "file_size": len(self.content),
            }
        ]


@dataclass(frozen=True)
class Location:
    """A place that a person shared, in degrees."""

    latitude: float
    longitude: float

    def to_json(self) -> dict[str, Any]:
        """The ``Location`` object."""
        return {"latitude": self.latitude, "longitude": self.longitude}


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says and how it was sent.

    ``text`` and ``entities`` (offsets in code points) are the caption if there is a document or
    a photo; ``markup`` is the keyboard as the bot gave it; ``as_chat`` is whether it was sent in
    the name of its chat; ``via_bot`` offered what a person sent; ``service`` are the fields of a
    message that nobody wrote, such as ``migrate_to_chat_id``.
    """

    text: str = ""
    entities: tuple[Entity, ...] = ()
    markup: dict[str, Any] | None = None
    document: Document | None = None
    photo: Photo | None = None
    location: Location | None = None
    thread_id: int = 0
    reply_to: int = 0
    link_preview: dict[str, Any] | None = None
    is_protected: bool = False
    is_silent: bool = False
    as_chat: bool = False
    via_bot: User | None = None
    service: Mapping[str, Any] | None = None


CONTENT_FIELDS = tuple(each.name for each in fields(Content))


@dataclass(frozen=True, kw_only=True, slots=True)
class Message(Content):
    """One message as it stands; an edit puts another value in its place.

    ``version`` grows with every change in any chat.
    """

    message_id: int
    chat_id: int
    sender: User
    sent_at: datetime
    edited_at: datetime | None = None
    version: int = 0

    @property
    def from_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.sender.is_bot and not self.as_chat

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The buttons of the inline keyboard beneath it, row after row."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]


@dataclass(slots=True)
class Chat:
    """A chat that the bot can reach, and what stands in it.

    ``administrators`` are people, ``owner`` among them if there is one (0 if not); ``members``
    are those who have said or pressed something; ``upgraded_to`` is the supergroup that a group
    has become, 0 if it hasn't.
    """

    id: int
    kind: ChatKind
    title: str
    bot_is_admin: bool = False
    administrators: frozenset[int] = frozenset()
    owner: int = 0
    members: set[int] = field(default_factory=set)
    is_forum: bool = False
    threads: set[int] = field(default_factory=set)
    is_blocked: bool = False
    is_deactivated: bool = False
    upgraded_to: int = 0
    last_message_id: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    deleted: dict[int, int] = field(default_factory=dict)
    typing_until: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """The ``Chat`` object."""
        name = "first_name" if self.kind == "private" else "title"
        forum = {"is_forum": True} if self.is_forum or self.threads else {}
        return {"id": self.id, name: self.title, "type": self.kind, **forum}
