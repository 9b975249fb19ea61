"""The terms of a text, and how much each weighs in its release. Pure.

A term is what a summary can cover: a pair of neighbouring content words (or Chinese
characters), a content word, a figure. Weights follow Gillick and Favre (2009), "A scalable
global model for summarization": cover what the document says often, early and in its title.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

from data.models import Language
from summarizer.facts import find_facts

_WORD = re.compile(r"[A-Za-z][A-Za-z'’&-]*|\d[\d.,]*")
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]+")
_STOP_WORDS_LIST = """
    the a an and or but nor of to in on at by for from with as is are was were be been being has
    have had do does did will would shall should may might can could must that which who whom
    whose this these those it its they their them he his she her we our us you your i my not no
    also such other any all each some more most than then there here when where while if so up
    out about into over under between among through during before after until since per via both
    either said would said mr ms dr hong kong government including include well same new one two
    further please today tomorrow yesterday
"""
_STOP_WORDS = frozenset(_STOP_WORDS_LIST.split())
_STOP_HAN = frozenset(
    "的了和與及或在是有為由對就將會已並而以於可之其亦也等個該此這那向被把從至到所"
)
_WEIGHTS = {
    "money": 2.4, "percent": 2.2, "quantity": 2.0, "number": 1.6, "date": 1.6, "time": 1.2,
    "rank": 1.0, "month": 1.2, "year": 0.8, "code": 0.8, "phone": 0.7, "fraction": 1.2,
    "weekday": 0.2,
}  # fmt: skip

_COUNTING = frozenset({"money", "percent", "quantity", "number"})

# Said more often than this, it is a form of words rather than what the release is about.
_OFTEN = 6


def list_terms(text: str, language: Language) -> set[str]:
    """The terms of a text but for its figures."""
    if language == "en":
        return _english_terms(text)
    terms = {
        run[position : position + 2]
        for run in _HAN_RUN.findall(text)
        for position in range(len(run) - 1)
    }
    terms = {term for term in terms if not (term[0] in _STOP_HAN or term[1] in _STOP_HAN)}
    return terms | {word.lower() for word in _WORD.findall(text) if word[0].isalpha()}


def _english_terms(text: str) -> set[str]:
    words = [_stem(word.lower()) for word in _WORD.findall(text)]
    content = [word for word in words if word not in _STOP_WORDS and not word[0].isdigit()]
    pairs = {f"{one} {other}" for one, other in pairwise(content)}
    return pairs | set(content)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@dataclass(frozen=True, slots=True)
class FigureTerm:
    """A figure of a sentence as a term: its name, its weight, and how the sentence writes it.

    ``counts`` says that it tells how much or how many, not when.
    """

    name: str
    weight: float
    surface: str
    counts: bool


def list_figures(text: str, language: Language, today: date) -> tuple[FigureTerm, ...]:
    """The figures of a text as terms."""
    return tuple(
        FigureTerm(
            f"{fact.kind}={_shorten(fact.kind, fact.value)}",
            _WEIGHTS[fact.kind],
            fact.surface,
            fact.kind in _COUNTING,
        )
        for fact in find_facts(text, language, today)
        if not fact.weak
    )


def _shorten(kind: str, value: str) -> str:
    return value[-5:] if kind == "date" else value


def weigh_terms(
    sentences: Sequence[Iterable[str]],
    title: Iterable[str],
    language: Language,
    decay: float,
) -> Mapping[str, float]:
    """How much each term of the sentences weighs, given their order and the title's terms.

    ``decay`` says how fast what stands later loses weight: notices say first what matters,
    speeches don't.
    """
    weights: dict[str, float] = {}
    counts: dict[str, int] = {}
    for number, terms in enumerate(sentences):
        early = 1 / (1 + decay * number)
        for term in terms:
            counts[term] = counts.get(term, 0) + 1
            weights[term] = max(weights.get(term, 0.0), early)
    titled = set(title)
    single = 0.45 if language == "en" else 1.0
    for term, count in counts.items():
        frequent = 0.5 + math.log(1 + min(count, _OFTEN))
        weights[term] = (0.35 + weights[term]) * frequent * (1.9 if term in titled else 1.0)
        if " " not in term:
            weights[term] *= single
    return weights
