"""What every engine with a model shares: the conversation that asks, and the answer made usable.

Pure: how many tokens a text has is an argument.
"""

import re
from collections.abc import Sequence

from data.models import HONG_KONG, LANGUAGES, Language, ReleaseText, Summary
from summarizer.engines.base import EngineError, Translation
from summarizer.facts.bodies import find_official_names
from summarizer.facts.figures_en import MONTHS
from summarizer.measure import BOUNDS, measure
from summarizer.passages import read_body
from summarizer.prompts import (
    Message,
    clean_source,
    compose_messages,
    compose_source,
    compose_translation,
)
from summarizer.salience import Count, cut_body
from summarizer.sentences import split_sentences

# Of a body. With 900, a model reads 99 in 100 of the figures that a summary by hand has, of longer
# bodies 95; each 100 more take a second on two cores.
MOST_SOURCE_TOKENS = 900
LEAST_SOURCE_TOKENS = 200
MOST_NEW_TOKENS: dict[Language, int] = {"en": 140, "zh": 220}
# Once a sentence ends at this length, what follows would only be cut away.
_ENOUGH: dict[Language, int] = {"en": 38, "zh": 75}
_LONGEST_TITLE = 240  # characters
_LONGEST_READ = 400_000  # characters of a body; the longest releases have half of that
_TEMPLATE_TOKENS = 20  # that a chat template adds to a message, at most
THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
# What models like to say before a summary: "Summary:", "Here is the summary:", 「摘要：」.
_LEAD_IN = re.compile(
    r"\A[*#_\s]*(?:here(?:'s| is) (?:the|a|my) [^:\n]{0,60}|(?:the )?summary"
    r"|(?:以下|下面)是[^：:\n]{0,20}|(?:新聞)?摘要(?:如下)?)[*_]*(?:\s*[:：][*_]*|\s*\n)\s*",
    re.IGNORECASE,
)
_ENDING = re.compile(r"[.!?。！？][\"'”’」』）)]*\s*$")


def compose_request(
    text: ReleaseText,
    faults: Sequence[str],
    count: Count,
    room: int,
    most: int = MOST_SOURCE_TOKENS,
) -> list[Message]:
    """The conversation that asks for a summary of a text, its body cut to what fits.

    Args:
        text: the official text.
        faults: what was wrong with the summary before, if there was one.
        count: how many tokens a piece of text has.
        room: tokens that conversation and answer may have together.
        most: tokens of the body, however much room there is.
    """
    title, issued_on = text.title[:_LONGEST_TITLE], write_issue_date(text)
    frame = _count_frame(compose_messages(text.language, title, "", issued_on, faults), count)
    budget = min(most, room - MOST_NEW_TOKENS[text.language] - frame)
    body = _cut(text, budget, count)
    return compose_messages(text.language, title, body, issued_on, faults)


def compose_source_request(
    text: ReleaseText, count: Count, room: int, prefix: str = "", most: int = MOST_SOURCE_TOKENS
) -> str:
    """What a model reads that summarises whatever it is given, its body cut to what fits.

    Args:
        text: the official text.
        count: how many tokens a piece of text has.
        room: tokens that the model reads at most.
        prefix: the words, if any, that the model was taught to begin with.
        most: tokens of the body, however much room there is.
    """
    title, issued_on = text.title[:_LONGEST_TITLE], write_issue_date(text)
    frame = count(compose_source(title, "", issued_on, prefix)) + _TEMPLATE_TOKENS
    body = _cut(text, min(most, room - frame), count)
    return compose_source(title, body, issued_on, prefix)


def find_least_room(count: Count) -> int:
    """Tokens that a model must be able to read and write at once to be asked for summaries."""
    return max(
        _count_frame(compose_messages(each, "", "", ""), count)
        + LEAST_SOURCE_TOKENS
        + MOST_NEW_TOKENS[each]
        for each in LANGUAGES
    )


def _count_frame(messages: Sequence[Message], count: Count) -> int:
    """Tokens of a conversation and of what a chat template adds to it."""
    return sum(count(message["content"]) + _TEMPLATE_TOKENS for message in messages)


def _cut(text: ReleaseText, budget: int, count: Count) -> str:
    reading = read_body(text.body[:_LONGEST_READ], text.language)
    return cut_body(reading, text.title, budget, lambda piece: count(clean_source(piece)))


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
    said = _LEAD_IN.sub("", THINKING.sub("", answer))
    summary = keep_whole_sentences(said, language)
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
    headline, _, said = THINKING.sub("", answer).strip().partition("\n")
    said = keep_whole_sentences(said, language)
    if not headline.strip() or not said:
        raise EngineError(f"The model {model} answered without headline and summary.")
    return Translation(headline.strip(), said)


def is_enough(answer: str, language: Language) -> bool:
    """Whether an answer so far ends a sentence at a good length, or is beyond any good length."""
    _, high = BOUNDS[language]
    text = THINKING.sub("", answer)
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
