"""The list of feeds that an operator keeps in ``feeds.toml``."""

import tomllib
from collections import Counter
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import ConfigDict, Field, ValidationError, field_validator

from data.addresses import find_host
from data.models import Frozen, Language, Topic, describe_faults

DEFAULT_FEEDS_FILE = Path(__file__).with_name("feeds.toml")

# How the two languages of a source find each other: by the link on a release's page, by
# addresses that differ in the language only, by their place in two files that are published
# together, by what the texts say, or not at all.
PairingRule = Literal["link", "address", "file", "content", "none"]
PageRule = Literal["always", "excerpt", "never"]


class PublisherNames(NamedTuple):
    """A source as readers are told it."""

    en: str
    zh: str


class FeedsError(ValueError):
    """The feeds file can't be used; the message names file and entry."""


class Feed(Frozen):
    """One feed to poll.

    Attributes:
        source: short name of the publisher; texts are paired within one source.
        url: RSS, Atom, or the HKMA's JSON list.
        name_en, name_zh: the publisher as readers are told it; ``source`` where it is missing.
        language: of its texts; without it each text tells by itself.
        pairing: how a text finds its counterpart.
        pages: whether the page of an entry is fetched: always, where the feed has an excerpt
            only, or never.
        topic: for releases whose words tell no topic.
        department: key in ``departments.toml``, for releases that name no issuer.
        enabled: whether it is read at all; an entry can wait in the file.
    """

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1)
    url: str
    name_en: str | None = None
    name_zh: str | None = None
    language: Language | None = None
    pairing: PairingRule = "link"
    pages: PageRule = "excerpt"
    topic: Topic | None = None
    department: str | None = None
    enabled: bool = True

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if find_host(url) is None:
            raise ValueError("must be a web address that starts with http:// or https://")
        return url


class _FeedsFile(Frozen):
    feed: tuple[Feed, ...] = Field(min_length=1)


def read_feeds(path: Path = DEFAULT_FEEDS_FILE) -> tuple[Feed, ...]:
    """The feeds of a feeds file that are enabled.

    Raises:
        FeedsError: if the file is missing, is not TOML, an entry is wrong or none is enabled.
    """
    try:
        feeds = _FeedsFile.model_validate(tomllib.loads(path.read_text("utf-8"))).feed
    except OSError as error:
        raise FeedsError(f"{path}: can't be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FeedsError(f"{path}: not a TOML file ({error})") from None
    except ValidationError as error:
        raise FeedsError(f"{path}: {describe_faults(error)}") from None
    enabled = tuple(feed for feed in feeds if feed.enabled)
    if twice := [url for url, count in Counter(feed.url for feed in feeds).items() if count > 1]:
        raise FeedsError(f"{path}: {twice[0]} stands there twice")
    if not enabled:
        raise FeedsError(f"{path}: no feed is enabled; set enabled = true for one")
    return enabled


def name_publishers(feeds: Iterable[Feed]) -> dict[str, PublisherNames]:
    """The readers' name for each source; the source itself where its feeds tell none."""
    names: dict[str, PublisherNames] = {}
    for feed in feeds:
        known = names.get(feed.source, PublisherNames(feed.source, feed.source))
        names[feed.source] = PublisherNames(feed.name_en or known.en, feed.name_zh or known.zh)
    return names


def check_departments(feeds: Iterable[Feed], departments: Container[str]) -> None:
    """See that each feed's department is one of ``departments.toml``.

    Raises:
        FeedsError: if one is not; the message names it.
    """
    for feed in feeds:
        if feed.department is not None and feed.department not in departments:
            raise FeedsError(
                f"the feed {feed.url} names the department {feed.department!r}, which is no key "
                "of departments.toml"
            )
