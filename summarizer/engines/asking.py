"""What every engine with a model shares: the conversation that asks, and the answer made usable.

Pure: how many tokens a text has is an argument.
"""

import re
from collections.abc import Callable, Sequence

from data.models import HONG_KONG, Language, ReleaseText, Summary
from summarizer.engines.base import EngineError, Translation
from summarizer.facts.bodies import find_official_names
from summarizer.facts.figures_en import MONTHS
from summarizer.measure import BOUNDS, measure
from summarizer.passages import read_body
from summarizer.prompts import Message, compose_messages, compose_translation
from summarizer.salience import cut_body
from summarizer.sentences import split_sentences

MOST_SOURCE_TOKENS = 1_400
LEAST_SOURCE_TOKENS = 200
MOST_NEW_TOKENS: dict[Language, int] = {"en": 140, "zh": 220}
# Once a sentence ends at this length, what follows would only be cut away.
_ENOUGH: dict[Language, int] = {"en": 38, "zh": 75}
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_ENDING = re.compile(r"[.!?。！？][\"'”’」』）)]*\s*$")

Count = Callable[[str], int]


def compose_request(
    text: ReleaseText, faults: Sequence[str], count: Count, room: int
) -> list[Message]:
    """The conversation that asks for a summary of a text, its body cut to what fits.

    Args:
        text: the official text.
        faults: what was wrong with the summary before, if there was one.
        count: how many tokens a piece of text has.
        room: tokens that conversation and answer may have together.
    """
    issued_on = write_issue_date(text)
    empty = compose_messages(text.language, text.title, "", issued_on, faults)
    frame = sum(count(message["content"]) for message in empty) + 32
    budget = min(MOST_SOURCE_TOKENS, room - MOST_NEW_TOKENS[text.language] - frame)
    reading = read_body(text.body, text.language)
    body = cut_body(reading, text.title, max(0, budget), count)
    return compose_messages(text.language, text.title, body, issued_on, faults)


def write_issue_date(text: ReleaseText) -> str:
    """The date of issue in Hong Kong, as a summary in the language of the text writes it."""
    issued = text.issued_at.astimezone(HONG_KONG)
    if text.language == "en":
        return f"{MONTHS[issued.month - 1]} {issued.day}, {issued.year}"
    return f"{issued.year}年{issued.month}月{issued.day}日"


def read_summary(answer: str, language: Language, model: str | None) -> str:
    """The summary in a model's answer, cut back to whole sentences within the length allowed.

    Raises:
        EngineError: if there is nothing in it.
    """
    summary = keep_whole_sentences(_THINKING.sub("", answer), language)
    if not summary:
        raise EngineError(f"The model {model} answered with nothing.")
    return summary


def compose_translation_request(
    text: ReleaseText, summary: Summary, faults: Sequence[str]
) -> list[Message]:
    """The conversation that asks for a text's title and summary in the other language."""
    target: Language = "zh" if text.language == "en" else "en"
    names = find_official_names(f"{text.title}\n{summary.text}", text.language)
    return compose_translation(target, text.title, summary.text, names, faults)


def read_translation(answer: str, language: Language, model: str | None) -> Translation:
    """Headline and summary in a model's answer, which is in ``language``.

    Raises:
        EngineError: if one of them is missing.
    """
    headline, _, said = _THINKING.sub("", answer).strip().partition("\n")
    said = keep_whole_sentences(said, language)
    if not headline.strip() or not said:
        raise EngineError(f"The model {model} answered without headline and summary.")
    return Translation(headline.strip(), said)


def is_enough(answer: str, language: Language) -> bool:
    """Whether an answer so far ends a sentence at a good length, or is beyond any good length."""
    _, high = BOUNDS[language]
    text = _THINKING.sub("", answer)
    length = measure(text, language)
    ended = length.least >= _ENOUGH[language] and bool(_ENDING.search(text))
    return ended or length.least > high + 15


def keep_whole_sentences(text: str, language: Language) -> str:
    """As many of the first sentences as fit the length allowed, without an unfinished one."""
    _, high = BOUNDS[language]
    joiner = " " if language == "en" else ""
    kept = ""
    for sentence in split_sentences(text.strip(), language):
        longer = f"{kept}{joiner if kept else ''}{' '.join(sentence.text.split())}"
        if not _ENDING.search(sentence.text) or (kept and measure(longer, language).most > high):
            break
        kept = longer
    return kept or " ".join(text.split())
