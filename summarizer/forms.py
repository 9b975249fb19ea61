"""A sentence's forms: itself, and what is left of it as the parts worth least go. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator

from data.models import Language
from summarizer import clauses_en, clauses_zh, cuts_en, cuts_zh
from summarizer.cuts import Cut, are_apart, make_cuts

Weigh = Callable[[str], float]


def find_cuts(text: str, language: Language) -> list[Cut]:
    """The parts of a sentence, in a summary's wording, that may go."""
    return cuts_en.find_cuts(text) if language == "en" else cuts_zh.find_cuts(text)


def is_whole(text: str, language: Language) -> bool:
    """Whether a text reads as one full sentence."""
    return clauses_en.is_whole(text) if language == "en" else clauses_zh.is_whole(text)


def shorten(
    text: str, cuts: Iterable[Cut], language: Language, weigh: Weigh, most: int
) -> Iterator[str]:
    """Ever shorter forms: first goes what weighs least for its length.

    A part that can't go with those gone before it stays.
    """
    ranked = sorted(cuts, key=lambda cut: _find_density(text, cut, weigh))
    gone: list[Cut] = []
    for cut in ranked:
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


def _find_density(text: str, cut: Cut, weigh: Weigh) -> float:
    lost = weigh(text[cut.start : cut.end]) - (weigh(cut.put) if cut.put else 0.0)
    return lost / max(1, cut.end - cut.start - len(cut.put))


def finish(text: str, language: Language) -> str:
    """The text with its spaces, its marks and its first letter as a sentence has them."""
    if language == "zh":
        text = re.sub(r"^[，；、]+", "", text)
        return re.sub(r"[，；、：]+(?=[。！？]?$)", "", text)
    text = re.sub(r" {2,}", " ", text).strip(" ,;")
    text = re.sub(r"\s+(?=[,.;])", "", text)
    text = re.sub(r"[,;–—:-]+\.$", ".", text)
    return text[:1].upper() + text[1:]
