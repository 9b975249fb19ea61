"""Scores an engine's summaries against hand-written references, beside the opening sentences.

ROUGE-1, -2 and -L (Lin 2004, "ROUGE: A package for automatic evaluation of summaries") as
F-measures, English by word and Chinese by character; the share of the reference's figures, and
of its key facts, that a summary carries; what the check finds unsupported; what it refused on
the way; length and time.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from data.models import LANGUAGES, Language, Release, ReleaseText, Summary, describe_faults
from summarizer.check import Checker, to_hong_kong_date
from summarizer.engines.base import Engine
from summarizer.facts import Fact, find_facts
from summarizer.measure import BOUNDS, cut, measure
from summarizer.sentences import split_sentences
from summarizer.summarize import summarize_release
from summarizer.terms import list_terms

OPENING = "opening"
_MEASURES = ("rouge1", "rouge2", "rougeL")
# What names something; all other kinds of facts are figures.
_NAMING = frozenset({"name", "body"})
_MOST_OF_TERMS = 0.5


class ReferencesError(ValueError):
    """A file of references that can't be used; the message says where and why."""


class Reference(BaseModel):
    """A hand-written summary of one release in one language, and its key facts."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    language: Language
    summary: str = Field(min_length=1, validation_alias=AliasChoices("summary", "reference"))
    facts: tuple[str, ...] = ()


References = Mapping[tuple[str, Language], Sequence[Reference]]


def read_references(path: Path) -> References:
    """References from JSON lines: ``{"id","language","summary","facts"}``, ``facts`` optional.

    A release may have several in one language; the best match counts.

    Raises:
        ReferencesError: if the file can't be read, a line breaks the form, or there is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ReferencesError(f"{path} can't be read as UTF-8 text: {error}") from None
    found: dict[tuple[str, Language], list[Reference]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reference = Reference.model_validate_json(line)
        except ValidationError as error:
            raise ReferencesError(f"{path}, line {number}: {describe_faults(error)}") from None
        found.setdefault((reference.id, reference.language), []).append(reference)
    if not found:
        raise ReferencesError(f"{path} holds no reference.")
    return found


@dataclass
class Tally:
    """What has been counted of one engine in one language."""

    engine: str
    language: Language
    summaries: int = 0
    rouge: dict[str, float] = field(default_factory=lambda: dict.fromkeys(_MEASURES, 0.0))
    figures: list[int] = field(default_factory=lambda: [0, 0])
    facts: list[int] = field(default_factory=lambda: [0, 0])
    unsupported: int = 0
    refused: int = 0
    length: int = 0
    seconds: float = 0.0

    def add(self, summary: Summary, text: ReleaseText, references: Sequence[Reference]) -> None:
        """Count one summary of one text."""
        self.summaries += 1
        scores = score_rouge(summary.text, [each.summary for each in references], self.language)
        for name, value in scores.items():
            self.rouge[name] += value
        today = to_hong_kong_date(text.issued_at)
        for counts, carried in zip(
            (self.figures, self.facts), _count_carried(summary.text, references, today), strict=True
        ):
            counts[0] += carried[0]
            counts[1] += carried[1]
        checker = Checker(self.language, f"{text.title}\n\n{text.body}", text.issued_at)
        self.unsupported += len(checker.check(summary.text).unsupported)
        self.refused += bool(summary.reason) or not summary.supported
        self.length += measure(summary.text, self.language).most

    def to_json(self) -> str:
        """The scores as one line of JSON: shares and F-measures from 0 to 1."""
        count = max(1, self.summaries)
        values: dict[str, Any] = {
            "engine": self.engine,
            "language": self.language,
            "summaries": self.summaries,
            **{name: round(value / count, 4) for name, value in self.rouge.items()},
            "figure_recall": _share(self.figures),
            "fact_recall": _share(self.facts),
            "unsupported": self.unsupported,
            "refused": self.refused,
            "length": round(self.length / count, 1),
            "seconds": round(self.seconds / count, 5),
        }
        return json.dumps(values)


def _share(counts: Sequence[int]) -> float | None:
    carried, wanted = counts
    return round(carried / wanted, 4) if wanted else None


@dataclass(frozen=True)
class Evaluation:
    """The tallies of each engine and language, and what had no counterpart."""

    tallies: Sequence[Tally]
    missing: Sequence[str]


def evaluate(
    releases: Iterable[Release], references: References, engine: Engine, name: str
) -> Evaluation:
    """Summarise the releases that have references and score both engine and opening sentences."""
    tallies = {
        (label, language): Tally(label, language)
        for language in LANGUAGES
        for label in (OPENING, name)
    }
    seen: set[tuple[str, Language]] = set()
    for release in releases:
        wanted = [each for each in release.texts if (release.id, each) in references]
        if not wanted:
            continue
        start = time.perf_counter()
        summaries = {each.language: each for each in summarize_release(release, engine)}
        seconds = (time.perf_counter() - start) / len(release.texts)
        for language in wanted:
            key = release.id, language
            text = release.texts[language]
            seen.add(key)
            tallies[name, language].add(summaries[language], text, references[key])
            tallies[name, language].seconds += seconds
            tallies[OPENING, language].add(_open(release, text), text, references[key])
    missing = [f"{key[0]} ({key[1]})" for key in references if key not in seen]
    return Evaluation([each for each in tallies.values() if each.summaries], missing)


def _open(release: Release, text: ReleaseText) -> Summary:
    """The opening sentences, as many as fit the length of a summary: the plainest rival."""
    joiner = " " if text.language == "en" else ""
    _, high = BOUNDS[text.language]
    said = ""
    for sentence in split_sentences(text.body, text.language):
        longer = f"{said}{joiner if said else ''}{' '.join(sentence.text.split())}"
        if said and measure(longer, text.language).most > high:
            break
        said = longer
    return Summary(
        id=release.id,
        language=text.language,
        headline=text.title,
        text=_shorten(said or text.title, text.language),
        method="extract",
        supported=True,
    )


def _shorten(text: str, language: Language) -> str:
    _, high = BOUNDS[language]
    if measure(text, language).most <= high:
        return text
    return " ".join(text.split()[:high]) if language == "en" else cut(text, language)[:high]


def score_rouge(summary: str, references: Sequence[str], language: Language) -> dict[str, float]:
    """F-measures of ROUGE-1, -2 and -L by name, 0 to 1; of several references, the best."""
    scores = _scorer(language).score_multi(list(references), summary)
    return {name: float(scores[name].fmeasure) for name in _MEASURES}


@cache
def _scorer(language: Language) -> Any:  # noqa: ANN401  # the library is untyped
    from rouge_score import rouge_scorer

    tokenizer = _Characters() if language == "zh" else None
    return rouge_scorer.RougeScorer(list(_MEASURES), use_stemmer=False, tokenizer=tokenizer)


class _Characters:
    """Every letter, digit and Chinese character by itself: the library knows only a to z."""

    def tokenize(self, text: str) -> list[str]:
        return re.findall(r"[^\W_]", text.lower())


def _count_carried(
    summary: str, references: Sequence[Reference], today: date
) -> Iterator[tuple[int, int]]:
    """Of the reference's figures, then of its key facts: how many are carried, how many it has."""
    language = references[0].language
    told = list(find_facts(summary, language, today))
    figures = {_key(fact) for fact in told}
    wanted = {
        _key(fact)
        for fact in find_facts(references[0].summary, language, today)
        if fact.kind not in _NAMING and not fact.weak
    }
    yield len(wanted & figures), len(wanted)
    facts = references[0].facts
    yield sum(_carries(summary, figures, fact, language, today) for fact in facts), len(facts)


def _carries(
    summary: str, told: set[tuple[str, str]], fact: str, language: Language, today: date
) -> bool:
    """Whether a summary has a key fact: its figures, and most of its words."""
    figures = {_key(each) for each in find_facts(fact, language, today) if each.kind not in _NAMING}
    terms = list_terms(fact, language)
    shared = len(terms & list_terms(summary, language))
    return figures <= told and shared >= _MOST_OF_TERMS * len(terms)


def _key(fact: Fact) -> tuple[str, str]:
    """The figure in one form: 510萬 is 5,100,000; a date is the same with and without its year."""
    counts = fact.kind in {"number", "quantity"}
    return (
        "count" if counts else fact.kind,
        fact.value[-5:] if fact.kind == "date" else fact.value,
    )


def render_table(tallies: Sequence[Tally]) -> str:
    """The scores as a Markdown table, one row an engine and language."""
    head = (
        "| engine | language | summaries | ROUGE-1 | ROUGE-2 | ROUGE-L | figures | key facts "
        "| unsupported | refused | length | ms |"
    )
    rule = "|---|---|" + "--:|" * 10
    return "\n".join([head, rule, *(_render_row(each) for each in tallies)])


def _render_row(tally: Tally) -> str:
    count = max(1, tally.summaries)
    rouge = [f"{100 * tally.rouge[name] / count:.1f}" for name in _MEASURES]
    shares = [
        "–" if (share := _share(counts)) is None else f"{share:.0%}"
        for counts in (tally.figures, tally.facts)
    ]
    unit = "words" if tally.language == "en" else "characters"
    cells = [
        *(tally.engine, tally.language, str(tally.summaries), *rouge, *shares),
        *(str(tally.unsupported), str(tally.refused), f"{tally.length / count:.0f} {unit}"),
        f"{1000 * tally.seconds / count:.1f}" if tally.seconds else "–",
    ]
    return f"| {' | '.join(cells)} |"
