"""What every reader hands over, and the failures that it may answer with."""

from dataclasses import dataclass

from data.models import ReleaseText


class ReadError(ValueError):
    """The bytes are not what the reader reads; the message says what is missing."""


@dataclass(frozen=True)
class Reading:
    """One official text, with the address of its counterpart in the other language, if given."""

    text: ReleaseText
    counterpart_url: str | None = None


@dataclass(frozen=True)
class Readings:
    """All texts found in one document; what could not be read is named in ``faults``."""

    items: tuple[Reading, ...] = ()
    faults: tuple[str, ...] = ()
    is_feed: bool = False
