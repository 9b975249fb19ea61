"""How long a summary is, counted so that both usual ways of counting keep the bounds. Pure."""

import re
from dataclasses import dataclass

from data.models import Language


@dataclass(frozen=True, slots=True)
class Length:
    """A text's length by the count that gives least and the count that gives most.

    English words parted by white space, "13 600" and "3582 8987" as one or as two; Chinese
    characters but for white space, without or with punctuation.
    """

    least: int
    most: int


BOUNDS: dict[Language, tuple[int, int]] = {"en": (25, 60), "zh": (50, 110)}
# Characters beyond which no text is a summary, however few its "words".
MOST_CHARACTERS: dict[Language, int] = {"en": 600, "zh": 200}
# Both begin with what a search goes to quickly.
_SPACED_FIGURE = re.compile(r" (?<=\d )(?=\d{3})")
_WORDLESS = re.compile(r"[^\w\s](?<!\S.)[^\w\s]*(?!\S)")
_SENTENCES = re.compile(r".*(?:[.!?](?=\s|$)|[。！？])", re.DOTALL)
_CLAUSES = re.compile(r".*(?=[\s，；、])", re.DOTALL)
_PUNCTUATION = re.compile(r"[\W_]")


def measure(text: str, language: Language) -> Length:
    """The length of a text in the unit of its language: words or characters."""
    if language == "en":
        joined = _SPACED_FIGURE.sub("", _WORDLESS.sub("", text))
        return Length(len(joined.split()), len(text.split()))
    characters = "".join(text.split())
    return Length(len(_PUNCTUATION.sub("", characters)), len(characters))


def cut(text: str, language: Language) -> str:
    """The text within its most characters, cut after a sentence, else a clause, else a word."""
    most = MOST_CHARACTERS[language]
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    for pattern in (_SENTENCES, _CLAUSES):
        if (match := pattern.match(kept)) and match.end() > most // 3:
            kept = match[0]
            break
    stop = "." if language == "en" else "。"
    return kept if _SENTENCES.fullmatch(kept) else kept.rstrip(" ,，；、") + stop
