"""Fits the extract engine's weights to releases with references and prints them.

Run from the repository's root: ``python tests/bench/fit_weights.py --releases FILE --references
FILE``, the pair any number of times, each release of which counts as ``--worth`` of the
development samples; what it prints goes into ``summarizer/weights.py``. Two logistic
regressions: whether a reference has a term, given the term's traits (for each language) and its
sentence's (shared); then whether it has a figure.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[2]))

from data.models import Language, Release, ReleaseText
from data.samples import sample_references, sample_releases
from summarizer.check import to_hong_kong_date
from summarizer.engines.extract.candidates import list_candidates
from summarizer.engines.extract.outline import Outline
from summarizer.engines.extract.weighing import Weigher, is_figure, name_figure
from summarizer.engines.extract.weights import FIGURE, TERM_TRAITS, TRAITS
from summarizer.evaluate import read_references
from summarizer.facts import find_facts
from summarizer.passages import read_body
from summarizer.terms import (
    AT_FIGURE,
    BRACKETED,
    CLAUSE_SHIFT,
    NAMED,
    list_terms,
    locate_terms,
    tell_kind,
)

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
Pair = tuple[ReleaseText, str]
Row = tuple[Language, list[float], tuple[float, ...], bool]
Array = npt.NDArray[np.float64]
_SPREAD_OF_TERMS, _SPREAD_OF_FIGURES = 20.0, 5.0  # how strongly weights are held near 0


def list_samples() -> Iterator[Pair]:
    """The texts of the development samples with their references."""
    releases = {release.id: release for release in sample_releases(NOW, "https://example.hk")}
    for reference in sample_references(NOW):
        if reference.split == "development" and reference.id in releases:
            yield releases[reference.id].texts[reference.language], reference.summary


def list_pairs(releases: Path, references: Path) -> Iterator[Pair]:
    """The texts of a file of releases with their references from another."""
    wanted = read_references(references)
    for line in releases.read_text(encoding="utf-8").splitlines():
        release = Release.model_validate_json(line)
        for language, text in release.texts.items():
            for reference in wanted.get((release.id, language), ()):
                yield text, reference.summary


def list_term_traits(outline: Outline, term: str, place: int, spot: int) -> list[float]:
    """What a term is like, a number for each of ``weights.TERM_TRAITS``."""
    kind = tell_kind(term, outline.language)
    first = outline.find_first(term, place)
    return [
        1.0,
        *(float(kind == each) for each in ("pair", "loose", "figure")),
        float(term in outline.titled),
        math.log(min(8, outline.counts.get(term, 1))),
        float(first == 0),
        math.log1p(first),
        *(float(bool(spot & flag)) for flag in (BRACKETED, NAMED, AT_FIGURE)),
        float(spot >> CLAUSE_SHIFT),
    ]


def list_rows(text: ReleaseText, reference: str) -> tuple[list[Row], list[Row]]:
    """The terms and the figures of a text: their traits, and whether the reference has them."""
    language, today = text.language, to_hong_kong_date(text.issued_at)
    reading = read_body(text.body, language)
    outline = Outline(reading, text.title)
    weigher = Weigher(outline, text.title, today)
    wanted = list_terms(reference, language)
    figures = {
        name_figure(each) for each in find_facts(reference, language, today) if is_figure(each)
    }
    terms: list[Row] = []
    found: list[Row] = []
    for seen in weigher.read(list_candidates(reading, today, text.title)):
        place = outline.by_order[seen.candidate.order].place
        for term, spot in locate_terms(seen.candidate.text, language).items():
            traits = list_term_traits(outline, term, place, spot)
            terms.append((language, traits, seen.traits, term in wanted))
        for name, _, figure in seen.figures:
            traits = [figure.get(trait, 0.0) for trait in FIGURE if trait != "sentence"]
            found.append((language, traits, seen.traits, name in figures))
    return terms, found


def fit(rows: Array, wanted: Array, worth: Array, spread: float) -> Array:
    """Logistic regression by Newton's method, weights but the first held near 0."""
    weights = np.zeros(rows.shape[1])
    hold = np.full(rows.shape[1], spread)
    hold[0] = 1e-6
    for _ in range(15):
        shares = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (worth * (wanted - shares)) - hold * weights
        bend = (rows * (worth * shares * (1 - shares))[:, None]).T @ rows + np.diag(hold)
        weights += np.linalg.solve(bend, slope)
    return weights


def fit_all(pairs: Iterable[tuple[Pair, float]]) -> dict[str, dict[str, float]]:
    """The weights of terms, sentences and figures by their names; each pair with its worth."""
    terms: list[Row] = []
    figures: list[Row] = []
    worths: tuple[list[float], list[float]] = ([], [])
    for pair, worth in pairs:
        more_terms, more_figures = list_rows(*pair)
        terms += more_terms
        figures += more_figures
        worths[0].extend([worth] * len(more_terms))
        worths[1].extend([worth] * len(more_figures))
    blank = [0.0] * len(TERM_TRAITS)
    lines = [
        [*(own if language == "en" else blank), *(own if language == "zh" else blank), *shared]
        for language, own, shared, _ in terms
    ]
    weights = fit(np.array(lines), _list_wanted(terms), np.array(worths[0]), _SPREAD_OF_TERMS)
    english, chinese, sentence = np.split(weights, [len(TERM_TRAITS), 2 * len(TERM_TRAITS)])
    lines = [[*own, float(np.dot(sentence, shared))] for _, own, shared, _ in figures]
    figure = fit(np.array(lines), _list_wanted(figures), np.array(worths[1]), _SPREAD_OF_FIGURES)
    return {
        title: {name: round(float(value), 2) for name, value in zip(names, values, strict=True)}
        for title, names, values in (
            ("TERM en", TERM_TRAITS, english),
            ("TERM zh", TERM_TRAITS, chinese),
            ("SENTENCE", TRAITS, sentence),
            ("FIGURE", tuple(FIGURE), figure),
        )
    }


def _list_wanted(rows: Iterable[Row]) -> Array:
    return np.array([float(row[3]) for row in rows])


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=Path, action="append", default=[])
    parser.add_argument("--references", type=Path, action="append", default=[])
    parser.add_argument("--worth", type=float, default=3.0)
    options = parser.parse_args()
    pairs = [(pair, 1.0) for pair in list_samples()]
    for files in zip(options.releases, options.references, strict=True):
        pairs += [(pair, options.worth) for pair in list_pairs(*files)]
    for title, weights in fit_all(pairs).items():
        print(title, weights)


if __name__ == "__main__":
    main()
