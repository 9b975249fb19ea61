"""Whether a summary repeats what the model was told instead of what it read. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from data.models import Language
from summarizer.prompts import compose_messages, compose_translation
from summarizer.sentences import Sentence, split_sentences

_Run = tuple[str, ...]


class _Told(NamedTuple):
    """What a model is told: whole rules, the runs of the rules, the runs of the example."""

    rules: frozenset[_Run]
    runs: frozenset[_Run]
    example: frozenset[_Run]


# So many words, or characters, in a row no summary shares with a rule by chance.
_RUN: dict[Language, int] = {"en": 6, "zh": 10}
# The example is worded as summaries are: so many of its runs, one after the other, are no chance.
_FEWEST_OF_EXAMPLE: dict[Language, int] = {"en": 5, "zh": 7}
_UNITS: dict[Language, re.Pattern[str]] = {
    "en": re.compile("[a-z]+"),
    # Without figures, which a source writes otherwise than its summary.
    "zh": re.compile(r"[^\W\d_零○〇一二兩三四五六七八九十百千萬億]"),
}


def find_echoes(parts: Sequence[Sentence], source: str, language: Language) -> Iterator[str]:
    """What the sentences of a summary repeat of the prompt and the source doesn't have."""
    told = _list_told(language)
    for part in parts:
        units = _split(part.text, language)
        runs = frozenset(_list_runs(units, _RUN[language]))
        rules = told.rules & {tuple(units)} or told.runs & runs
        if rules:
            read = " ".join(_split(source, language))
            if not all(" ".join(run) in read for run in rules):
                yield part.text
        elif _is_of_example(runs, language):
            read_runs = frozenset(_list_runs(_split(source, language), _RUN[language]))
            if not _is_of_example(read_runs, language):
                yield part.text


def _is_of_example(runs: frozenset[_Run], language: Language) -> bool:
    return len(_list_told(language).example & runs) >= _FEWEST_OF_EXAMPLE[language]


@cache
def _list_told(language: Language) -> _Told:
    system, *example, asked = compose_messages(language, "", "", "", ("",))
    translating = compose_translation(language, "", "", faults=("",))
    rules = [
        _split(sentence.text, language)
        for message in (system, asked, *translating)
        for sentence in split_sentences(message["content"], language)
    ]
    examples = [_split(message["content"], language) for message in example]
    return _Told(
        frozenset(tuple(each) for each in rules if each),
        frozenset(run for each in rules for run in _list_runs(each, _RUN[language])),
        frozenset(run for each in examples for run in _list_runs(each, _RUN[language])),
    )


def _split(text: str, language: Language) -> list[str]:
    return _UNITS[language].findall(text.lower())


def _list_runs(units: list[str], length: int) -> Iterator[_Run]:
    return zip(*(units[start:] for start in range(length)), strict=False)
