"""The list of feeds that an operator keeps in ``feeds.toml``."""

import tomllib
from pathlib import Path

from pydantic import Field, ValidationError, field_validator

from data.addresses import find_host
from data.models import Frozen, describe_faults

DEFAULT_FEEDS_FILE = Path(__file__).with_name("feeds.toml")


class FeedsError(ValueError):
    """The feeds file can't be used; the message names file and entry."""


class Feed(Frozen):
    """One feed to poll."""

    source: str = Field(min_length=1)
    url: str

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if find_host(url) is None:
            raise ValueError("must be a web address that starts with http:// or https://")
        return url


class _FeedsFile(Frozen):
    feed: tuple[Feed, ...] = Field(min_length=1)


def read_feeds(path: Path = DEFAULT_FEEDS_FILE) -> tuple[Feed, ...]:
    """The feeds of a feeds file.

    Raises:
        FeedsError: if the file is missing, is not TOML, or an entry is wrong.
    """
    try:
        return _FeedsFile.model_validate(tomllib.loads(path.read_text("utf-8"))).feed
    except OSError as error:
        raise FeedsError(f"{path}: can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedsError(f"{path}: not a TOML file ({error})") from None
    except ValidationError as error:
        raise FeedsError(f"{path}: {describe_faults(error)}") from None
