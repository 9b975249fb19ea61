"""What every reader hands over, and the failures that it may answer with."""

from dataclasses import dataclass
from datetime import datetime

from data.models import Language, ReleaseText


class ReadError(ValueError):
    """The bytes are not what the reader reads; the message says what is missing."""


@dataclass(frozen=True)
class Reading:
    """One official text as a document has it, with what the document says of its counterpart.

    Attributes:
        text: the text itself.
        source: short name of the publisher.
        counterpart_url: address of the same release in the other language, where it is linked.
        pair_key: two texts of a source with equal keys are counterparts; for publishers whose
            addresses or files tell it (see ``data.sources``).
        single_language: the title says that there is no other language: (English only),
            （只有中文）.
    """

    text: ReleaseText
    counterpart_url: str | None = None
    source: str = "gia"
    pair_key: str | None = None
    single_language: bool = False


@dataclass(frozen=True)
class Listed:
    """A release that a list names without its text, which stands on the page at ``url``."""

    url: str
    title: str
    issued_at: datetime | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Readings:
    """All texts found in one document, and those that it only names.

    What could not be read is named in ``faults``. A feed is a document with many releases that
    changes as they come.
    """

    items: tuple[Reading, ...] = ()
    faults: tuple[str, ...] = ()
    is_feed: bool = False
    listed: tuple[Listed, ...] = ()
