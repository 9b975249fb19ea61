"""Reads the sample files and renders them as releases issued around a moment; pure but for reading.

A sample file (``releases/NN-slug.toml``) says what kind of release it is, how many hours before
"now" it is issued (less than 0: not yet), and holds a table ``en`` and ``zh`` (or one of them)
with title, body, reference summary and key facts: the words and figures without which a summary
would not do. The body's paragraphs are parted by a blank line; lines of cells parted by `` | ``
are the rows of a table. Dates are placeholders, see ``placeholders``.

``split`` is "test" for samples that nothing is tuned on: they are only ever scored.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from data.models import (
    HONG_KONG,
    LANGUAGES,
    Frozen,
    Instant,
    Language,
    Release,
    ReleaseText,
    Topic,
    describe_faults,
)
from data.samples.placeholders import PlaceholderError, fill_placeholders

SOURCE = "gia"
Split = Literal["development", "test"]
_FOLDER = Path(__file__).parent / "releases"
_FILE_NAME = re.compile(r"(\d{2,3})-([a-z0-9]+(?:-[a-z0-9]+)*)")
# Issue times on the five minutes keep every clock time in the texts a likely one.
_ISSUE_STEP = timedelta(minutes=5)
_SUFFIX = re.compile(
    r"\s*(?:\((?:with photos?(?:/video)?|English only|\d)\)"
    r"|（(?:附圖(?:／短片)?|只有中文|[一二三四五六七八九])）)$"
)
_IDS_PER_SAMPLE = 8
_ID_SLOTS = 512
_ID_STRIDE = 77  # has no factor in common with the slots, so that no two samples share one


class SampleError(ValueError):
    """A sample file that is not well-formed; the message names the file and the fault."""


class SampleText(BaseModel):
    """One language of a sample, with placeholders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    body: str = Field(min_length=1)
    summary: str = Field(min_length=1)
    facts: tuple[str, ...] = ()


class Sample(BaseModel):
    """One fictional release as its file has it, with placeholders."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, lt=_ID_SLOTS // 2)
    slug: str
    kind: str
    topics: tuple[Topic, ...] = Field(min_length=1, max_length=2)
    department: str
    hours_before: float
    split: Split = "development"
    zh_minutes_earlier: int = Field(default=0, ge=0)
    en: SampleText | None = None
    zh: SampleText | None = None

    @model_validator(mode="after")
    def _has_a_text(self) -> "Sample":
        if not self.texts:
            raise ValueError("a sample needs a table en or zh")
        return self

    @property
    def texts(self) -> Mapping[Language, SampleText]:
        """The texts by language, English first."""
        pairs: tuple[tuple[Language, SampleText | None], ...] = (("en", self.en), ("zh", self.zh))
        return {language: text for language, text in pairs if text is not None}


class SampleReleaseText(Frozen):
    """One language's text of a sample release as the site publishes it.

    ``title`` has its suffix as the site shows it ("(with photos)", （附圖）), ``headline`` has
    not; ``summary`` is the reference, written by hand, and ``facts`` are its key facts.
    """

    language: Language
    id: str
    title: str
    headline: str
    body: str
    summary: str
    facts: tuple[str, ...]
    issued_at: Instant

    @property
    def path(self) -> str:
        """Where the site shows it, such as ``/gia/general/202611/22/P2026112200123.htm``."""
        return f"/gia/general/{self.issued_at.astimezone(HONG_KONG):%Y%m/%d}/{self.id}.htm"


class SampleRelease(Frozen):
    """A sample issued at a definite moment."""

    slug: str
    kind: str
    split: Split
    topics: tuple[Topic, ...]
    department: str
    issued_at: Instant
    texts: Mapping[Language, SampleReleaseText]

    @property
    def id(self) -> str:
        """The id of the text that came first, as a stored release has it."""
        return min(self.texts.values(), key=lambda text: text.issued_at).id

    def to_release(self, base_url: str) -> Release:
        """This release as a reader makes it from the pages of a site at ``base_url``."""
        return Release(
            id=self.id,
            source=SOURCE,
            issued_at=self.issued_at,
            topics=self.topics,
            department=self.department,
            texts={
                language: _to_release_text(text, base_url) for language, text in self.texts.items()
            },
        )


class SampleReference(Frozen):
    """A hand-written summary to measure others by; ``id`` is the release's."""

    id: str
    slug: str
    kind: str
    split: Split
    language: Language
    summary: str
    facts: tuple[str, ...]


@cache
def read_samples() -> tuple[Sample, ...]:
    """All samples, in the order of their numbers.

    Raises:
        SampleError: if a file is not well-formed.
    """
    samples = (read_sample(path) for path in _FOLDER.glob("*.toml"))
    return tuple(sorted(samples, key=lambda sample: sample.number))


def read_sample(path: Path) -> Sample:
    """The sample in one file, named ``NN-slug.toml``.

    Raises:
        SampleError: if it is not well-formed; unknown keys are refused.
    """
    name = _FILE_NAME.fullmatch(path.stem)
    if name is None:
        raise SampleError(f"{path.name}: name the file NN-slug.toml")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return Sample.model_validate({**content, "number": int(name[1]), "slug": name[2]})
    except ValidationError as error:
        raise SampleError(f"{path.name}: {describe_faults(error)}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SampleError(f"{path.name}: {error}") from None


def render_sample(sample: Sample, now: datetime) -> SampleRelease:
    """The sample as it is issued ``hours_before`` before ``now``, its dates filled in.

    The moment is rounded down to five minutes. Chinese may come earlier, but on the same day:
    "today" must mean one day in both languages.

    Raises:
        SampleError: if a text holds an unknown placeholder.
    """
    issued = {language: _issue_time(sample, language, now) for language in sample.texts}
    texts = {language: _render_text(sample, language, issued[language], now) for language in issued}
    return SampleRelease(
        slug=sample.slug,
        kind=sample.kind,
        split=sample.split,
        topics=sample.topics,
        department=sample.department,
        issued_at=min(issued.values()),
        texts=texts,
    )


def render_samples(now: datetime) -> tuple[SampleRelease, ...]:
    """All samples as releases, in the order of their numbers, also those yet to be issued."""
    return tuple(render_sample(sample, now) for sample in read_samples())


def sample_releases(now: datetime, base_url: str) -> list[Release]:
    """The releases already issued at ``now``, newest first, titles without suffixes.

    ``base_url`` is the site's, such as ``http://127.0.0.1:8080``.
    """
    issued = (sample for sample in render_samples(now) if sample.issued_at <= now)
    newest_first = sorted(issued, key=lambda release: release.issued_at, reverse=True)
    return [release.to_release(base_url) for release in newest_first]


def sample_references(now: datetime) -> list[SampleReference]:
    """The reference summaries of all samples as rendered at ``now``."""
    return [
        SampleReference(
            id=release.id,
            slug=release.slug,
            kind=release.kind,
            split=release.split,
            language=language,
            summary=text.summary,
            facts=text.facts,
        )
        for release in render_samples(now)
        for language, text in release.texts.items()
    ]


def _english_issue_time(sample: Sample, now: datetime) -> datetime:
    moment = now.astimezone(HONG_KONG) - timedelta(hours=sample.hours_before)
    since_midnight = timedelta(hours=moment.hour, minutes=moment.minute)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + since_midnight // _ISSUE_STEP * _ISSUE_STEP


def _issue_time(sample: Sample, language: Language, now: datetime) -> datetime:
    english = _english_issue_time(sample, now)
    if language == "en":
        return english
    chinese = english - timedelta(minutes=sample.zh_minutes_earlier)
    return chinese if chinese.date() == english.date() else english


def _render_text(
    sample: Sample, language: Language, issued: datetime, now: datetime
) -> SampleReleaseText:
    text = sample.texts[language]
    # Clock times count from one moment, so that both languages tell the same facts.
    base = _english_issue_time(sample, now)
    try:
        title = fill_placeholders(text.title, base, language, "official")
        body = fill_placeholders(text.body.strip(), base, language, "official")
        summary = fill_placeholders(text.summary, base, language, "summary")
        facts = tuple(fill_placeholders(fact, base, language, "summary") for fact in text.facts)
    except PlaceholderError as error:
        raise SampleError(f"{sample.number:02}-{sample.slug}.toml, {language}: {error}") from None
    return SampleReleaseText(
        language=language,
        id=_release_id(sample, language, issued),
        title=title,
        headline=_strip_suffixes(title),
        body=body,
        summary=summary,
        facts=facts,
        issued_at=issued,
    )


def _release_id(sample: Sample, language: Language, issued: datetime) -> str:
    """An id in the official shape: ``P``, the day of issue, five digits that tell nothing."""
    day = f"{issued:%Y%m%d}"
    slot = (sample.number * len(LANGUAGES) + LANGUAGES.index(language)) * _ID_STRIDE % _ID_SLOTS
    digest = hashlib.sha256(f"{sample.slug} {language} {day}".encode()).digest()
    return f"P{day}{slot * _IDS_PER_SAMPLE + digest[0] % _IDS_PER_SAMPLE:05}"


def _strip_suffixes(title: str) -> str:
    """The title as readers have it: no suffixes, single blanks (also for U+3000)."""
    title = " ".join(title.split())
    while (shorter := _SUFFIX.sub("", title)) != title:
        title = shorter
    return title


def _to_release_text(text: SampleReleaseText, base_url: str) -> ReleaseText:
    return ReleaseText(
        language=text.language,
        id=text.id,
        url=base_url.rstrip("/") + text.path,
        title=text.headline,
        body=text.body,
        issued_at=text.issued_at,
    )
