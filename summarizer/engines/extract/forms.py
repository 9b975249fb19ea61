"""A sentence's forms: itself, and what is left of it as the parts worth least go. Pure."""

import re
from collections.abc import Iterable, Iterator

from data.models import Language
from summarizer.engines.extract import clauses_en, clauses_zh, cuts_en, cuts_zh
from summarizer.engines.extract.cuts import Cut, are_apart, make_cuts

_SPACES = re.compile(r"  +")
_SPACE_BEFORE_MARK = re.compile(r"\s+(?=[,.;])")


def find_cuts(text: str, language: Language) -> list[Cut]:
    """The parts of a sentence, in a summary's wording, that may go."""
    return cuts_en.find_cuts(text) if language == "en" else cuts_zh.find_cuts(text)


def is_whole(text: str, language: Language) -> bool:
    """Whether a text reads as one full sentence."""
    return clauses_en.is_whole(text) if language == "en" else clauses_zh.is_whole(text)


def shorten(text: str, cuts: Iterable[Cut], language: Language, most: int) -> Iterator[str]:
    """Ever shorter forms, as one part after the other goes.

    A part that can't go with those gone before it stays.
    """
    gone: list[Cut] = []
    for cut in cuts:
        if not are_apart(gone, cut):
            continue
        form = finish(make_cuts(text, [*gone, cut]), language)
        if not is_whole(form, language) or not _keeps_verb(form, text, language):
            continue
        gone.append(cut)
        yield form
        if len(gone) == most:
            return


def _keeps_verb(form: str, text: str, language: Language) -> bool:
    return language == "zh" or clauses_en.keeps_verb(form, text)


def finish(text: str, language: Language) -> str:
    """The text with its spaces, its marks and its first letter as a sentence has them."""
    if language == "zh":
        text = text.lstrip("，；、")
        stop = text[-1:] if text.endswith(("。", "！", "？")) else ""
        return text.removesuffix(stop).rstrip("，；、：") + stop
    text = _SPACES.sub(" ", text).strip(" ,;")
    text = _SPACE_BEFORE_MARK.sub("", text)
    if text.endswith("."):
        text = text[:-1].rstrip(",;–—:-") + "."
    return text[:1].upper() + text[1:]
