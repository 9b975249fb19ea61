"""Abbreviations of a summary: each stands for a name that the reader has been given. Pure."""

import re

from data.models import Language
from summarizer.brackets import is_in_name

_DEFINED = re.compile(r" \((?P<short>[A-Z][A-Za-z&]*[A-Z&][A-Za-z&]*)\)")
_LONGEST_NAME = 160
_SMALL = frozenset(["of", "and", "the", "for", "in", "on", "to", "at"])


def find_abbreviations(source: str) -> dict[str, str]:
    """The names that the source shortens: {"TD": "Transport Department"}."""
    found: dict[str, str] = {}
    for match in _DEFINED.finditer(source):
        before = source[max(0, match.start() - _LONGEST_NAME) : match.start()].split()
        if name := _match_initials(before[-12:], match["short"]):
            found.setdefault(match["short"], name)
    return found


def _match_initials(words: list[str], short: str) -> str | None:
    """The fewest last words whose initials spell the abbreviation."""
    letters = [mark.lower() for mark in short if mark.isupper()]
    for start in range(len(words) - 1, -1, -1):
        name = words[start:]
        if name[0].lower() in _SMALL or (name[0][0].islower() and len(letters) < 3):
            continue
        initials = [
            part[0].lower()
            for word in name
            if word.lower() not in _SMALL
            for part in word.split("-")
            if part
        ]
        if initials == letters:
            prefix = "Hong Kong " if words[max(0, start - 2) : start] == ["Hong", "Kong"] else ""
            return prefix + " ".join(name)
    return None


def settle_abbreviations(summary: str, source: str, language: Language) -> str:
    """The summary with each abbreviation spelt out where it first stands.

    "(TD)" goes where the short form is not used again; a short form that the summary never
    explains becomes the full name that the source gives it.
    """
    if language == "zh":
        return _drop_chinese_definitions(summary)
    for short, name in find_abbreviations(source).items():
        summary = _settle(summary, short, name)
    return summary


def _settle(summary: str, short: str, name: str) -> str:
    if name[0].islower():
        return _spell_out(summary, short, name)
    definition = f" ({short})"
    uses = re.compile(rf"(?<![\w(]){re.escape(short)}(?![\w)])")
    position = summary.find(definition)
    if position < 0:
        used = uses.search(summary)
        if used and name not in summary[: used.start()]:
            summary = uses.sub(name, summary, count=1)
        if uses.search(summary):
            summary = summary.replace(name, name + definition, 1)
        return summary
    if not uses.search(summary):
        return summary.replace(definition, "")
    before = uses.sub(name, summary[:position])
    return before + summary[position:]


def _spell_out(summary: str, short: str, name: str) -> str:
    """A common noun's short form (FDHs) as the noun itself (foreign domestic helpers)."""
    one = name.removesuffix("s")
    summary = summary.replace(f" ({short})", "").replace(f" ({short}s)", "")
    summary = re.sub(rf"(?<!\w){re.escape(short)}s(?!\w)", f"{one}s", summary)
    return re.sub(rf"(?<!\w){re.escape(short)}(?!\w)", one, summary)


_CHINESE_DEFINED = re.compile(r"(?<=[\u4e00-\u9fff]{3})（(?P<inside>[\u4e00-\u9fff]{2,8})）")


def _drop_chinese_definitions(summary: str) -> str:
    """Without （社署） and the like: the short form is plain from the name before it."""

    def shorten(match: re.Match[str]) -> str:
        name = re.search(r"[\u4e00-\u9fff]{3,20}$", match.string[: match.start()])
        letters = iter(name[0] if name else "")
        is_short = all(mark in letters for mark in match["inside"])
        return "" if is_short and not is_in_name(summary, match, "zh") else match[0]

    return _CHINESE_DEFINED.sub(shorten, summary)
