"""The types that every part of Tongbao speaks in.

All of them are frozen; every instant is an aware UTC ``datetime``. Releases and summaries
also know their JSON form, the line format of the commands (one object a line, UTF-8):

* Release: ``{"id","source","issued_at","topics","department","texts":{"en":{…},"zh":{…}}}``,
  each text ``{"id","url","title","body","issued_at"}``; a blank line parts the paragraphs.
  Where they say something: ``"kind","series","urgency","pairing_score","counterpart_url"``.
* Summary: ``{"id","language","headline","summary","method","model","supported",
  "unsupported":[…],"sources":[[start,end],…]}``; sources are character spans of the body.
  Where they say something: ``"sentence_sources","tries","reason"``.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from enum import IntEnum
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_serializer,
    model_validator,
)

HONG_KONG = ZoneInfo("Asia/Hong_Kong")

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Topic = Literal[
    "government",
    "finance",
    "environment",
    "health",
    "transport",
    "law",
    "education",
    "culture",
    "weather",
]
TOPICS: tuple[Topic, ...] = get_args(Topic)

# How soon a reader who asked for alerts wants a release: ``urgent`` before the next digest,
# ``critical`` even in quiet hours.
Urgency = Literal["urgent", "critical"]

ChatLanguage = Literal["en", "zh-Hant", "zh-Hans", "en+zh-Hant"]
CHAT_LANGUAGES: tuple[ChatLanguage, ...] = get_args(ChatLanguage)


def split_language(language: ChatLanguage) -> tuple[ChatLanguage, ...]:
    """The languages of a choice, in order: two for the bilingual one."""
    return ("en", "zh-Hant") if language == "en+zh-Hant" else (language,)


Method = Literal["model", "extract", "translation"]
# How much a digest says of each release.
Length = Literal["headlines", "short", "full"]
LENGTHS: tuple[Length, ...] = get_args(Length)
ChatStatus = Literal["active", "paused", "gone"]
DeliveryStatus = Literal["due", "claimed", "sent", "refused", "gone"]
# To send a new message, or to change the text or only the buttons of one that stands already.
Action = Literal["send", "edit", "edit_keyboard"]


class Priority(IntEnum):
    """What goes out first."""

    ANSWER = 0
    ALERT = 1
    REPORT = 2
    CORRECTION = 3
    DIGEST = 4


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a time without a zone is Hong Kong's, as on the releases.

    Raises:
        ValueError: if the instant lies before the first year or after the last.
    """
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=HONG_KONG)).astimezone(UTC)
    except OverflowError:
        raise ValueError("the time is out of range") from None


Instant = Annotated[datetime, AfterValidator(to_utc)]


class Frozen(BaseModel):
    """A value that can't change; fields that it doesn't know are left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class ContractError(ValueError):
    """A line that breaks the contract; the message says where and how."""


def describe_faults(error: ValidationError) -> str:
    """The faults that pydantic found, as one readable clause each."""
    return "; ".join(_describe_faults(error))


def _describe_faults(error: ValidationError) -> Iterable[str]:
    for fault in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in fault["loc"])
        yield f"{where}: {fault['msg']}" if where else fault["msg"]


class JsonLine(Frozen):
    """A value that the commands read and write, one a line."""

    def to_json(self) -> str:
        """This value as one line of JSON."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, line: str | bytes) -> Self:
        """A value from one line of JSON.

        Raises:
            ContractError: if the line breaks the contract; the message names each fault.
        """
        try:
            return cls.model_validate_json(line)
        except ValidationError as error:
            raise ContractError(describe_faults(error)) from None


def _is_none(value: object) -> bool:
    return value is None


def _is_empty(value: tuple[object, ...]) -> bool:
    return not value


def _is_one(value: int) -> bool:
    return value == 1


class ReleaseText(Frozen):
    """One language's official text of a release.

    ``title`` has lost its suffixes ("(with photos)", （附圖）); the paragraphs of ``body`` are
    parted by a blank line, the rows of a table by a line break and its cells by `` | ``.
    """

    language: Language
    id: str = Field(min_length=1)
    url: str
    title: str = Field(min_length=1)
    body: str
    issued_at: Instant

    @property
    def version(self) -> str:
        """A hash of title and body: equal when they differ in nothing but white space."""
        letters = "".join(f"{self.title}\n{self.body}".split())
        return hashlib.sha256(letters.encode("utf-8", "replace")).hexdigest()[:16]


class Release(JsonLine):
    """One announcement, with its English text, its Chinese text, or both.

    The fields below ``texts`` stand in the JSON only where they say something.

    Attributes:
        kind: key of a kind in ``kinds.toml``, such as a routine that digests fold.
        series: what the successive releases of one series have in common, else None.
        urgency: set for warnings that should not wait for the digest.
        pairing_score: 0 to 1, for a counterpart that was inferred and not linked to.
        counterpart_url: of a release in one language, where its page says that the other is.
    """

    id: str = Field(min_length=1)
    source: str
    issued_at: Instant
    topics: tuple[Topic, ...] = ()
    department: str | None = None
    texts: Mapping[Language, ReleaseText] = Field(min_length=1)
    kind: str | None = Field(default=None, exclude_if=_is_none)
    series: str | None = Field(default=None, exclude_if=_is_none)
    urgency: Urgency | None = Field(default=None, exclude_if=_is_none)
    pairing_score: float | None = Field(default=None, ge=0, le=1, exclude_if=_is_none)
    counterpart_url: str | None = Field(default=None, exclude_if=_is_none)

    @model_validator(mode="before")
    @classmethod
    def _name_language_of_texts(cls, value: object) -> object:
        """In JSON the language of a text is its key."""
        if not isinstance(value, dict) or not isinstance(value.get("texts"), dict):
            return value
        texts = {
            key: {**text, "language": key} if isinstance(text, dict) else text
            for key, text in value["texts"].items()
        }
        return {**value, "texts": texts}

    @field_serializer("texts")
    def _drop_language_of_texts(self, texts: Mapping[Language, ReleaseText]) -> dict[str, Any]:
        return {
            language: texts[language].model_dump(mode="json", exclude={"language"})
            for language in LANGUAGES
            if language in texts
        }


Span = tuple[int, int]


class Summary(JsonLine):
    """A checked summary of one release in one language.

    Attributes:
        id: the release's.
        language: the summary's; of a translation, the one that the release lacks.
        method: who wrote it; a translation is a model's, of the summary in the other language.
        unsupported: why it is not supported, a clause each.
        sources: (start, end) character spans of the body of the text that was summarised, in
            the order in which the summary uses them.
        sentence_sources: for each sentence of the summary, those that it rests on.
        tries: how many drafts were made; the extract engine's own first draft is one.
        reason: why the summary is not what the chosen engine wrote first, if it is not.
    """

    id: str
    language: Language
    headline: str
    text: str = Field(alias="summary")
    method: Method
    model: str | None = None
    supported: bool
    unsupported: tuple[str, ...] = ()
    sources: tuple[Span, ...] = ()
    sentence_sources: tuple[tuple[Span, ...], ...] = Field(default=(), exclude_if=_is_empty)
    tries: int = Field(default=1, exclude_if=_is_one)
    reason: str | None = Field(default=None, exclude_if=_is_none)


Weekday = Annotated[int, Field(ge=1, le=7)]
"""As ISO 8601 counts them: Monday is 1."""
EVERY_DAY: frozenset[Weekday] = frozenset(range(1, 8))
WORKDAYS: frozenset[Weekday] = frozenset(range(1, 6))
Quiet = tuple[time, time]
"""Local times from which and to which it is quiet; over midnight if the second is the earlier."""


class Chat(Frozen):
    """A private chat, group, channel or forum topic, and how it wants to be served.

    Attributes:
        digest_time: local, in ``time_zone``.
        weekdays: the days on which a digest goes out.
        quiet: local times between which nothing comes that can wait.
        skip_empty: whether a date without releases goes by without a message.
        length: how much its digests say of each release.
        is_silent: whether what comes unasked, alerts aside, comes without a sound.
        awaiting: what the next plain words of a private chat are taken for, such as ``time``.
        next_due: when the next digest is due.
        next_date: the local date that the next digest is for.
        paused_for: why nothing is sent for the time being, in Telegram's words.
    """

    id: int
    thread_id: int = 0
    language: ChatLanguage = "en"
    time_zone: str = "Asia/Hong_Kong"
    digest_time: time = time(8)
    weekdays: frozenset[Weekday] = Field(default=EVERY_DAY, min_length=1)
    quiet: Quiet | None = None
    skip_empty: bool = False
    length: Length = "short"
    is_silent: bool = False
    awaiting: str | None = None
    subscribed: bool = False
    next_due: Instant | None = None
    next_date: date | None = None
    status: ChatStatus = "active"
    paused_for: str | None = None

    @property
    def languages(self) -> tuple[ChatLanguage, ...]:
        """The languages to write in, in order: two for the bilingual choice."""
        return split_language(self.language)


SubscriptionKind = Literal["topic", "department", "keyword"]


class Subscription(Frozen):
    """What a chat follows or leaves out; a chat that follows nothing gets everything.

    Attributes:
        kind: what ``value`` is.
        value: a topic, the key of a department, or a keyword as it was typed.
        follow: False if releases with it are left out.
    """

    kind: SubscriptionKind
    value: str
    follow: bool = True


PieceStyle = Literal["full", "folded", "headline"]
"""With its summary; with its summary folded away; without one."""


class Piece(Frozen):
    """A piece of a message, such as one release: Telegram HTML that can stand by itself.

    Attributes:
        html: what it says.
        heading: stands above it, and stays when the piece is told anew.
        lead: stands before it on its first line, such as its number, and stays as well.
        style: how it tells of its release.
        shown: id to version of the official texts whose summaries it shows.
    """

    html: str
    heading: str = ""
    lead: str = ""
    style: PieceStyle = "full"
    shown: Mapping[str, str] = Field(default_factory=dict)

    @property
    def text(self) -> str:
        """Heading, lead and words."""
        words = f"{self.lead}{self.html}"
        return f"{self.heading}\n\n{words}" if self.heading else words


class Content(Frozen):
    """What one message says, frozen when it is owed; many chats can be owed the same.

    Attributes:
        pieces: parted by a blank line; none for a change of buttons alone.
        keyboard: an inline keyboard as the Bot API takes it.
        language: of the chat that it was made for, so that a piece can be told anew.
    """

    pieces: tuple[Piece, ...]
    keyboard: Mapping[str, Any] | None = None
    language: ChatLanguage | None = None

    @classmethod
    def of(cls, html: str, keyboard: Mapping[str, Any] | None = None) -> Self:
        """A message of one piece."""
        return cls(pieces=(Piece(html=html),), keyboard=keyboard)

    @property
    def text(self) -> str:
        """The whole message as Telegram HTML."""
        return "\n\n".join(piece.text for piece in self.pieces)

    @property
    def shown(self) -> dict[str, str]:
        """Id to version of all official texts whose summaries it shows."""
        return {key: version for piece in self.pieces for key, version in piece.shown.items()}


class Edition(Frozen):
    """What a digest says, frozen when it was composed; many chats can get the same.

    Attributes:
        local_date: the date that it is for.
        release_ids: the releases that it tells of; none on an empty day.
        parts: a message each.
    """

    local_date: date
    release_ids: tuple[str, ...]
    parts: tuple[Content, ...]


class Delivery(Frozen):
    """One message owed to one chat. ``key`` is unique: owing it twice owes it once.

    Attributes:
        seq: the order in which it was owed; 0 until it is stored.
        action: what is done with the content.
        edits: the id of the message to be changed.
        priority: what goes first.
        follows: key of the delivery to the same chat that has to be done with before this one.
        heeds_quiet: whether it waits for the end of the chat's quiet hours.
        attempts: how often it was claimed.
        in_doubt: how many of the attempts may have reached the chat, for all that is known.
        message_id: Telegram's, once it is sent.
        expires_at: from when it is of no use any more, and dropped; None for never.
    """

    key: str
    chat_id: int
    thread_id: int = 0
    content: Content
    action: Action = "send"
    edits: int | None = None
    priority: Priority = Priority.ANSWER
    follows: str | None = None
    heeds_quiet: bool = False
    not_before: Instant
    expires_at: Instant | None = None
    seq: int = 0
    status: DeliveryStatus = "due"
    attempts: int = 0
    in_doubt: int = 0
    message_id: int | None = None
