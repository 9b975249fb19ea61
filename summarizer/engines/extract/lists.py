"""Joins a list's items to what leads to them: "The measures include waiving fees". Pure."""

import re
from collections.abc import Sequence

from data.models import Language
from summarizer.engines.extract.clauses_en import has_verb, mask
from summarizer.engines.extract.clauses_zh import leans
from summarizer.passages import MARKER

_INCLUDE_EN = re.compile(
    r"\b(?:include|includes|are|comprise|comprises|cover|covers)(?: the following)?:$"
)
# What makes a list whole: one of its items alone would be taken for all.
_ALL = re.compile(r"\b(?:are|comprises?)(?: the following)?:$|(?:計有|為|是)[：︰:]$")
_INCLUDE_ZH = re.compile(r"(?:包括|計有|涵蓋|如下)[：︰:]$")
_WITHDRAWN_ZH = re.compile("暫停|停止|取消|關閉|停用|不包括|不適用|除外|延遲|禁止|不得")
_NAMED_ZH = re.compile(r"(措施|安排|建議|服務|工作)[^，。]{0,8}[：︰:]$")
_RUN_IN_HEADING = re.compile(
    r"^(?P<head>[^.。]{3,160}?) (?:[–—]|──) (?=[A-Z])"
    r"|^(?P<name>[^。]{3,60}?)(?:──|——|：)(?=[\u4e00-\u9fff])"
)
_ITEM_END = re.compile(r"(?:[;；,，.。](?:\s*(?:and|or)|以及|及|和|或)?)$")
_FIRST_OF_EN = re.compile(
    r"[,;–—]|\. | (?:to (?:ensure|provide|help|assist|meet|alleviate)|with a view)\b"
)
_FIRST_OF_ZH = re.compile(r"[，；。]")
_MOST_ITEMS = 4
_LONGEST_ITEM = {"en": 14, "zh": 24}
_RELATIVE_ZH = re.compile(r"^(?:這些|有關|該等|該些)")


def drop_item_name(text: str) -> str:
    """An item of a list without its name: "Waiving fees – The court will …"."""
    match = _RUN_IN_HEADING.match(text)
    return text[match.end() :] if match else text


def _find_item_name(text: str) -> str:
    match = _RUN_IN_HEADING.match(text)
    return (match["head"] or match["name"]).strip() if match else ""


def join_items(intro: str, items: Sequence[str], language: Language) -> str | None:
    """An intro and the names of items as one sentence, or None where they don't join."""
    names = [name for item in items if (name := _shorten(item, language, len(items)))]
    is_part = len(names) < len(items) or len(items) == 1 or len(items) > _MOST_ITEMS
    if len(names) < min(2, len(items)) or not names or (is_part and _ALL.search(intro)):
        return None
    if len(names) > 1 and any(_has_subject(name, language) for name in names):
        return None
    return _join_english(intro, names) if language == "en" else _join_chinese(intro, names)


def _shorten(item: str, language: Language, count: int) -> str:
    """What an item is about: its name, else its first clause; a lone item stays whole."""
    text = _ITEM_END.sub("", MARKER.sub("", " ".join(item.split())).strip()).strip()
    if count == 1:
        return text
    text = _find_item_name(text) or text
    if language == "zh":
        clauses = _FIRST_OF_ZH.split(text)
        text = next((clause for clause in clauses if not leans(clause)), "")
        return text if len(text) <= _LONGEST_ITEM["zh"] else ""
    cut = _FIRST_OF_EN.search(mask(text))
    text = text[: cut.start()] if cut else text
    return text if len(text.split()) <= _LONGEST_ITEM["en"] else ""


def _has_subject(name: str, language: Language) -> bool:
    """Whether an item says by itself who does what."""
    if language == "zh":
        return bool(re.match(r"[^，]{2,14}(?:會|將|已|正|須|應|可)", name))
    return has_verb(name) and not re.match(r"[A-Za-z]+ing\b", name)


def _join_english(intro: str, names: Sequence[str]) -> str | None:
    head = re.sub(r"(?: the following)?:$", "", intro)
    lowered = [_lower(name) for name in names[:_MOST_ITEMS]]
    listed = _enumerate(lowered)
    if _INCLUDE_EN.search(intro):
        return f"{head} {listed}."
    if len(names) < 2 or any(has_verb(name.partition(" ")[0]) for name in lowered):
        return None
    gerunds = all(re.match(r"[a-z]+ing\b", name) for name in lowered)
    if gerunds and has_verb(head):
        return f"{re.sub(r',? as follows$', '', head)}, including {listed}."
    return None


def _enumerate(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _lower(name: str) -> str:
    return name if re.match(r"[A-Z]{2}|[A-Z]\w+ [A-Z]", name) else name[0].lower() + name[1:]


def _join_chinese(intro: str, names: Sequence[str]) -> str | None:
    head = re.sub(r"[：︰:]$", "", intro)
    listed = "、".join(names[:_MOST_ITEMS]) + ("等" if len(names) > _MOST_ITEMS else "")
    if len(names) == 1:
        listed = names[0]
    if _INCLUDE_ZH.search(intro):
        head = re.sub(r"，?(?:詳情|現)?如下$", "，包括", head)
        plain = head if _WITHDRAWN_ZH.search(head) else _RELATIVE_ZH.sub("", head)
        return f"{plain}{listed}。"
    if len(names) > 1 and re.search(r"措施|安排|建議|服務|工作", head):
        return f"{head}，包括{listed}。"
    # "The services suspended are:" must not become "The services include".
    named = None if _WITHDRAWN_ZH.search(intro) else _NAMED_ZH.search(intro)
    return f"{named[1]}包括{listed}。" if named else None
