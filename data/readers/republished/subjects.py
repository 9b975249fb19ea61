"""Whether a line opens another article or belongs to the one that it stands in; pure.

A headline without a dateline looks like a subheading or a caption. What tells them apart is
the matter: whether the paragraphs below speak of other things, whether they say the line again
as an opening sentence does, and whether they introduce names and dates as if for the first time.
"""

import re
from collections.abc import Sequence

from data.readers.republished.furniture import measure

# A headline is at least this wide, in Latin letters (a Chinese character counts for three).
LEAST_HEADLINE = 18
MOST_HEADLINE = 260
_SHORT_HEADLINE, _LONG_HEADLINE = 30, 42
# Points from which a line is taken for a headline; see ``weigh_headline``.
ENOUGH = 5
ENOUGH_AFTER_MARKER = 2

_WORD = re.compile(r"[A-Za-z][A-Za-z'’&-]+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_STEM = 6
# Words that releases of every subject share.
_WORDS_OF_ALL = """
    about after against also among announced announcement around arrangement arrangements been
    before being between bureau centre city conducted could department departments during each
    following from government have hksar hong including into kong made make members more most
    must need only other over people person persons press provide provided public region related
    relevant said service services should since some special administrative spokesman spokesperson
    such than that their them then there these they this those through time today under until upon
    very were what when where which while will with within would year years your
"""
_PAIRS_OF_ALL = """
    香港 政府 市民 表示 今日 昨日 有關 進行 提供 以及 並且 其他 可以 他們 我們 人士 發言 言人
    部門 公眾 特區 區政 工作 情況 包括 繼續 期間 透過 需要 如有 查詢 本港 新聞 記者 指出 相關
    服務 安排 活動 計劃 行政 特別 別行 政區 二十 及其 因此 此外 同時 已經 將會 會在 並於 以下
    當局 署方 局方 本月 今年 去年 年度
"""
_COMMON_STEMS = frozenset(word[:_STEM] for word in _WORDS_OF_ALL.split())
_COMMON_PAIRS = frozenset(_PAIRS_OF_ALL.split())
_STRONG_LEADS = (
    re.compile(r"\b(?:today|yesterday|tomorrow|tonight)\s+\((?:[A-Z][a-z]+\.? \d|\d)"),
    re.compile(
        r"^[A-Z][\w .,'’/-]{2,60}\((?:AP|AFP|Xinhua|Reuters|CNS|CGTN|CCTV|ANI|RTHK)[^)]{0,20}\)"
    ),
    re.compile(
        r"--\(?(?:BUSINESS WIRE|Business Wire)|/PRNewswire/|\((?:GLOBE NEWSWIRE|NEWSWIRE)\)"
    ),
    re.compile(r"(?:今日|今天|今早|今晚|昨日|昨天|昨晚|今|昨|明日)[（(][^）)]{1,12}[）)]"),
    re.compile(r"^[（(【][^）)】]{0,12}(?:訊|電|報道)[）)】]|^【[^】]{2,12}】"),
)
_WEAK_LEAD = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|today)\b"
    r"|今日|今天|昨日|昨晚|今早|星期[一二三四五六日]|[0-9一二三四五六七八九十]日"
)
_ABBREVIATION = re.compile(r"\(([A-Z][A-Za-z&]*[A-Z][A-Za-z&]*)\)")
_LEAST_TERMS = 12
_RESTATED, _FULLY_RESTATED, _LEAST_CLAIM = 0.4, 0.55, 5
_MOST_COMMAS = 2
# Shares of terms that two texts have in common: unrelated Government releases have a sixth of
# their English and a twelfth of their Chinese terms in common, the parts of one text twice that.
_FOREIGN = {"en": 0.16, "zh": 0.08}
_DISTANT = {"en": 0.24, "zh": 0.13}


def list_terms(text: str) -> frozenset[str]:
    """What a text speaks of: stems of its English words, pairs of its Chinese characters."""
    words = {
        word.lower()[:_STEM]
        for word in _WORD.findall(text)
        if len(word) > 3 or (word.isupper() and len(word) > 1)
    }
    pairs = {
        run[start : start + 2] for run in _HAN_RUN.findall(text) for start in range(len(run) - 1)
    }
    return frozenset(words - _COMMON_STEMS | pairs - _COMMON_PAIRS)


def share_terms(few: frozenset[str], many: frozenset[str]) -> float:
    """The share, 0 to 1, of the first terms that the second have too."""
    return len(few & many) / len(few) if few else 0.0


def looks_like_headline(line: str) -> bool:
    """Whether a short line has the form of a headline: a claim, no entry of a list or table."""
    width = measure(line)
    if not LEAST_HEADLINE <= width <= MOST_HEADLINE:
        return False
    if len(_ENUMERATION.findall(line)) > _MOST_COMMAS:
        return False
    if _UNFINISHED.search(line):
        return False
    return not _ENTRY.match(line) and " | " not in line and _WORDY.search(line) is not None


# Entries of lists, labelled lines, lines of figures and contacts.
_ENTRY = re.compile(
    r"(?:[-–—•●○▪◦‧*+>✓]|[(（]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5}|[一二三四五六七八九十]{1,3})[)）.、:：]\s*"
    r"|(?:Q|A|問|答)\s*\d*\s*[:：]|https?://|www\.|\S+@\S+$"
    r"|(?:dates?|times?|venue|location|address|tel|telephone|phone|fax|e?-?mail|website|hotlines?"
    r"|enquir(?:y|ies)|fees?|admission|remarks?|notes?|route|period|target|contact)s?\s*[:：]"
    r"|(?:日期|時間|地點|地址|電話|傳真|電郵|網址|網頁|熱線|查詢|費用|票價|收費|備註|註|對象|名額|路線|期間|聯絡)[^:：]{0,6}[:：])",
    re.IGNORECASE,
)
_ENUMERATION = re.compile(r", |[、，]")
_UNFINISHED = re.compile(r"(?:\b(?:and|or|of|the|to|for|with)|[及和與或至])$", re.IGNORECASE)
_WORDY = re.compile(
    r"(?:[A-Za-z][A-Za-z'’.&+-]*[\s,]+){2}[A-Za-z\d]|[\u3400-\u9fff].*[\u3400-\u9fff]{3}"
)


def weigh_headline(line: str, before: Sequence[str], after: Sequence[str]) -> int:
    """Points, -2 to 9, that speak for a line being the headline of what follows it.

    Args:
        line: a short line.
        before: title and paragraphs of the article that it stands in.
        after: the paragraphs that follow it.
    """
    earlier, later = "\n".join(before), "\n".join(after)
    own, known = list_terms(line), list_terms(earlier)
    opening = list_terms("\n".join(after[:2]))
    points = int(measure(line) >= _LONG_HEADLINE) - 2 * int(measure(line) < _SHORT_HEADLINE)
    points += _weigh_restatement(own, opening)
    points += int(share_terms(own, known) <= 0.4)
    points += _weigh_distance(known, list_terms(later), _language_of(later))
    return points + _weigh_lead(after[:2], earlier)


def is_restated(line: str, after: Sequence[str]) -> bool:
    """Whether the paragraphs that follow a line begin by saying it again."""
    return _weigh_restatement(list_terms(line), list_terms("\n".join(after[:2]))) > 0


def is_foreign(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether two texts speak of different things."""
    later = "\n".join(after)
    return (
        _weigh_distance(list_terms("\n".join(before)), list_terms(later), _language_of(later)) > 0
    )


def _weigh_restatement(own: frozenset[str], opening: frozenset[str]) -> int:
    """A headline is said again by the sentence that it stands for; a subheading has few words."""
    share = share_terms(own, opening)
    return int(share >= _RESTATED) + int(share >= _FULLY_RESTATED and len(own) >= _LEAST_CLAIM)


def _language_of(text: str) -> str:
    return "zh" if len("".join(_HAN_RUN.findall(text))) * 4 > len(text) else "en"


def _weigh_distance(known: frozenset[str], later: frozenset[str], language: str) -> int:
    if len(later) < _LEAST_TERMS:
        return 0
    few, many = sorted((known, later), key=len)
    share = share_terms(few, many)
    return int(share < _DISTANT[language]) + int(share < _FOREIGN[language])


def _weigh_lead(opening: Sequence[str], earlier: str) -> int:
    """Points for a beginning: a dated lead, or an abbreviation explained that was in use."""
    if not opening:
        return 0
    if any(pattern.search(text) for pattern in _STRONG_LEADS for text in opening):
        return 3
    explained = _ABBREVIATION.findall(opening[0])
    if any(re.search(rf"\b{re.escape(name)}\b", earlier) for name in explained):
        return 2
    return int(any(_WEAK_LEAD.search(text) for text in opening))
