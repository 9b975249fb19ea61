"""The short names that a release gives to bodies and things, and how a summary uses them. Pure."""

import re
from collections.abc import Mapping, Sequence

from summarizer.brackets import is_in_name
from summarizer.engines.extract.clauses_en import has_verb
from summarizer.passages import Reading

_GIVEN = re.compile(r"[（(](?P<short>[\u4e00-\u9fff]{2,7})[）)]")
_LONGEST = 24
_NAME = re.compile(rf"[\u4e00-\u9fff]{{4,{_LONGEST}}}$")
# A word for any such thing is no name of it: 本計劃, 公司, 條例.
_COMMON = re.compile(
    r"^(?:本|該|此)|^(?:計劃|公司|條例|基金|小組|委員會|中心|學院|大學|集團|銀行|內地)$"
)
# 副署長（文化） names a post, not what is in brackets.
_POST = re.compile(r"[長員任官師]$")
_BEFORE = re.compile(r"(?:香港特別行政區|香港)$")


def find_short_names(reading: Reading) -> Mapping[str, str]:
    """Full names with their short ones: {"香港金融管理局": "金管局"}, the longest first."""
    if reading.language == "en":
        return {}
    found: dict[str, str] = {}
    for passage in reading.passages:
        for match in _GIVEN.finditer(passage.text):
            before = passage.text[max(0, match.start() - _LONGEST) : match.start()]
            name = _NAME.search(before)
            if name and (full := _find_full(name[0], match["short"])):
                found[full] = match["short"]
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _find_full(before: str, short: str) -> str:
    """The part of the text before that a name shortens: from its first character on."""
    is_post = _POST.search(before) and not _POST.search(short)
    if _COMMON.match(short) or before.endswith(short) or is_post:
        return ""
    for start in range(len(before) - len(short) - 1, -1, -1):
        if before[start] != short[0]:
            continue
        letters = iter(before[start:])
        if all(letter in letters for letter in short):
            prefix = _BEFORE.search(before[:start])
            return f"{prefix[0] if prefix else ''}{before[start:]}"
    return ""


def use_short_names(text: str, names: Mapping[str, str]) -> str:
    """The sentence with the short names in the place of the full ones and their brackets."""
    for full, short in names.items():
        if full in text:
            text = text.replace(f"{full}（{short}）", short)
            text = re.sub(rf"{full}(?![^《》]*》)", short, text)
    return text


_SHORT_NAME = re.compile(r" \((?P<inside>[A-Z][\w&. -]*)\)")


def drop_unused_short_names(summary: str) -> str:
    """Without "(Care Team)" after the full name where the summary doesn't use it again."""

    def drop(match: re.Match[str]) -> str:
        before, inside = summary[: match.start()], match["inside"]
        is_short = all(
            word in before.split()[-14:] or re.fullmatch(r"[A-Z][A-Za-z&]*[A-Z]", word)
            for word in inside.split()
        )
        used = inside in summary[match.end() :]
        return "" if is_short and not used and not is_in_name(summary, match, "en") else match[0]

    return _SHORT_NAME.sub(drop, summary)


def use_pronouns(sentences: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """English sentences, with "It" for a body that the sentence before begins with as well.

    ``names`` are full names by their short ones: {"TD": "Transport Department"}.
    """
    told: list[str] = []
    subject = ""
    for sentence in sentences:
        found = _find_subject(sentence, names)
        rest = sentence.removeprefix(f"The {found} ")
        goes_on = rest != sentence and has_verb(rest.partition(" ")[0])
        told.append(f"It {rest}" if goes_on and found == subject else sentence)
        subject = found
    return told


def _find_subject(sentence: str, names: Mapping[str, str]) -> str:
    """The short name of the body that a sentence begins with."""
    for short, name in names.items():
        if name[0].isupper() and sentence.startswith((f"The {name} ", f"The {short} ")):
            return short
    return ""
