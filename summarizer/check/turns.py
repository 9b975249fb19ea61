"""Whether a summary turns round what its source says: rose for fell, closed for open. Pure.

A direction or a limit is bound to the figure that it is said of; a denial, or what is still to
come, to the word that it stands before. Only what every place of the source that could be meant
contradicts is a turn: in doubt nothing is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from data.models import Language
from summarizer.check.layout import Layout, Term
from summarizer.check.related import relate
from summarizer.facts.figures import Fact

Side = Literal["more", "less"]

_UP_EN = (
    r"rose|rises?|risen|rising|increas\w+|up|higher|grew|grows?|grown|growth|growing|climb\w*|surg\w+"
    r"|rais\w+|gain\w*|expan\w+|jump\w*"
)
_DOWN_EN = (
    r"fell|falls?|fallen|falling|decreas\w+|down|lower\w*|declin\w+|drop\w*|reduc\w+|shrank|cuts?"
    r"|cutting|contract\w+|dipped|slid|shed"
)
_UP_ZH = (
    "上升|上調|增加|增至|增長|增幅|升幅|升至|調高|提高|提升|加至|(?<![提回])升(?!學|級|降|讀)"
    "|增(?![設添建])"
)
_DOWN_ZH = (
    "下跌|下調|下降|減少|減至|減幅|跌幅|跌至|調低|降低|縮減|降至|跌|(?<![升])降(?!雨|落)"
    "|減(?!免|輕)"
)
_DIRECTIONS = {
    "en": re.compile(rf"\b(?:(?P<more>{_UP_EN})|(?P<less>{_DOWN_EN}))\b", re.IGNORECASE),
    "zh": re.compile(rf"(?P<more>{_UP_ZH})|(?P<less>{_DOWN_ZH})"),
}
_CLAUSE_ENDS = {
    "en": re.compile(
        r"[,;:.!?()|](?=\s|$)|\n|\b(?:while|whereas|but|and|against|compared|after)\b"
    ),
    "zh": re.compile(r"[，；：。！？（）|\n、]|而|但|至(?=\d)"),
}
_REACH = {"en": 48, "zh": 14}
_SIGNED = frozenset({"percent", "number", "money", "quantity"})

_LIMITS_BEFORE = {
    "en": re.compile(
        r"(?P<more>at least|no (?:fewer|less) than|not (?:fewer|less) than|a minimum of|more than"
        r"|over|above|exceed\w*|in excess of)"
        r"|(?P<less>at most|up to|no more than|not more than|not exceed\w*|a maximum of|less than"
        r"|fewer than|under|below|maximum (?:fine|penalty)[a-z ]{0,12})"
    ),
    "zh": re.compile(
        r"(?P<less>最多|最高|上限|至多|不超過|不多於|少於|低於|不足|不到|未滿|未達)"
        r"|(?P<more>最少|至少|不少於|不低於|超過|超出|多於|高於|逾|最低)"
    ),
}
_LIMITS_AFTER = {
    "en": re.compile(
        r"[ -](?:[a-z]+ ){0,2}?(?:or|and) (?:(?P<more>more|above|over|older)"
        r"|(?P<less>less|below|under|fewer))\b"
    ),
    "zh": re.compile(r".{0,3}?(?:或|及)?(?:(?P<more>以上)|(?P<less>以下|以內))"),
}

# "No fare will rise by more than $1": the limit is turned already.
_DENIES_LIMIT = re.compile(
    r"\b(?:not?|never)\b(?! (?:more|less|fewer|exceed))|n't\b|[不無沒未](?![超多少低到足滿達])"
)


def find_side(text: str, fact: Fact, language: Language) -> Side | None:
    """Whether a figure is said to be one of a rise or of a fall."""
    if text[max(0, fact.start - 1) : fact.start] in {"+", "-", "−"}:
        return "more" if text[fact.start - 1] == "+" else "less"
    reach = _REACH[language]
    before = _cut_before(text[max(0, fact.start - reach) : fact.start], language)
    found = [match.lastgroup for match in _DIRECTIONS[language].finditer(before)]
    if not found:
        after = _cut_after(text[fact.end : fact.end + reach // 3], language)
        match = _DIRECTIONS[language].search(after)
        found = [match.lastgroup] if match else []
    return _as_side(found[-1]) if found else None


def find_limit(text: str, fact: Fact, language: Language) -> Side | None:
    """Whether a figure is the least or the most: "at least 12", 最多12個."""
    after = _LIMITS_AFTER[language].match(text, fact.end, fact.end + 24)
    if after:
        return _as_side(after.lastgroup)
    reach = 40 if language == "en" else 12
    before = _cut_before(text[max(0, fact.start - reach) : fact.start].lower(), language)
    if _DENIES_LIMIT.search(before):
        return None
    found = [
        match
        for match in _LIMITS_BEFORE[language].finditer(before)
        if len(before) - match.end() < (14 if language == "en" else 7)
        and not re.search(r"[.;,，。；]|\d", before[match.end() :])
    ]
    return _as_side(found[-1].lastgroup) if found else None


def _as_side(group: str | None) -> Side | None:
    return "more" if group == "more" else "less" if group == "less" else None


def _cut_before(text: str, language: Language) -> str:
    ends = [match.end() for match in _CLAUSE_ENDS[language].finditer(text)]
    return text[ends[-1] :] if ends else text


def _cut_after(text: str, language: Language) -> str:
    end = _CLAUSE_ENDS[language].search(text)
    return text[: end.start()] if end else text


def find_turned_figures(
    summary: str,
    pairs: Iterable[tuple[Fact, Sequence[Fact], Sequence[Fact]]],
    source: str,
    language: Language,
) -> Iterator[tuple[Fact, str]]:
    """The figures of a summary whose direction or limit the source turns round, and which.

    ``pairs`` gives each with those figures of the source that say the same and are most likely
    meant, and with all that say the same.
    """
    for fact, likely, same in pairs:
        if fact.kind not in _SIGNED:
            continue
        for what, find, others in (("direction", find_side, likely), ("limit", find_limit, same)):
            said = find(summary, fact, language)
            if (
                said
                and others
                and all(
                    (there := find(source, each, language)) and there != said for each in others
                )
            ):
                yield fact, what


Mode = Literal["denied", "coming", "done"]

_CONTRACTED = "(?:do|does|did|is|are|was|were|has|have|had|ca|wo|could|should|would)n't"
_MODES = re.compile(
    rf" (?:(?P<denied>not|never|cannot|{_CONTRACTED})|(?P<coming>will|shall|would)"
    r"|(?P<done>has|have|had|was|were))"
    r"(?: (?:be|been|also|now|already|soon|only|to|further))* (?P<word>[a-z]{4,})\b"
)
# What else may deny a thing, or what it is said of.
_DENYING = re.compile(
    rf"\b(?:no|not|never|none|without|cannot|neither|nor|{_CONTRACTED}|fail\w*|refus\w*|reject\w*"
    r"|exempt\w*|free|ban\w*|prohibit\w*|avoid\w*|stop\w*|unless|instead|rather|except\w*"
    r"|un[a-z]{4,})\b"
)
_OTHER_TIME: dict[Mode, Mode] = {"done": "coming", "coming": "done"}
_MUCH = 0.4


@dataclass(frozen=True, slots=True)
class Claim:
    """A word of a text and how it is said: denied, done, or still to come."""

    mode: Mode
    term: str
    word: str


def list_claims(text: str) -> list[Claim]:
    """The words of an English text that something is said of."""
    found = []
    for match in _MODES.finditer(text):
        term = relate(match["word"])
        if term and not term.startswith("~"):
            mode: Mode = "denied" if match["denied"] else "coming" if match["coming"] else "done"
            found.append(Claim(mode, term, match["word"]))
    return found


class EnglishClaims:
    """The claims of an English source, ready to be compared."""

    def __init__(self, source: Layout) -> None:
        self._source = source
        self._counts = Counter((claim.mode, claim.term) for claim in list_claims(source.text))

    def find_turned(self, sentence: str, terms: frozenset[Term]) -> Iterator[str]:
        """The words of a sentence that the source denies, or puts at another time, throughout."""
        for claim in list_claims(sentence):
            if claim.mode == "denied":
                if self._is_never_denied(claim.term) and self._tells_of(claim.term, terms):
                    yield f"not {claim.word}"
            elif self._is_always(_OTHER_TIME[claim.mode], claim.term) and self._tells_of(
                claim.term, terms
            ):
                yield f"will {claim.word}" if claim.mode == "coming" else claim.word
        if not _DENYING.search(sentence.lower()):
            for term in terms:
                if not isinstance(term, str):
                    continue
                if self._is_always("denied", term) and self._tells_of(term, terms):
                    yield term

    def _tells_of(self, term: str, terms: frozenset[Term]) -> bool:
        """Whether a sentence of the source that has the term says much of what the terms say."""
        source = self._source
        whole = sum(map(source.weigh, terms))
        return any(
            sum(map(source.weigh, terms & source.list_sentence(source.find_sentence(place))))
            > _MUCH * whole
            for place in source.index.get(term, ())
        )

    def _is_always(self, mode: Mode, term: str) -> bool:
        times = self._counts[mode, term]
        return times > 0 and times == len(self._source.index.get(term, ()))

    def _is_never_denied(self, term: str) -> bool:
        places = self._source.index.get(term, ())
        return bool(places) and not any(
            _DENYING.search(self._source.list_text(self._source.find_sentence(place)).lower())
            for place in places
        )


_DENIED_ZH = re.compile(
    r"(?:不會|不得|不可|不能|沒有|並無|並非|尚未|仍未|無須|無需|毋須|切勿|未能|不獲|不|未)([\u4e00-\u9fff]{2})"
)
_COMING_ZH = re.compile(r"(?:將會?|擬|計劃)(?:於|在)?([\u4e00-\u9fff]{2})")
_DONE_ZH = re.compile(r"已經?(?:於|在)?([\u4e00-\u9fff]{2})")
_DENYING_ZH = re.compile(r"[不未無沒勿非否毋免禁停拒]")


class ChineseClaims:
    """The claims of a Chinese source, ready to be compared."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._denied = Counter(_DENIED_ZH.findall(source))
        self._coming = Counter(_COMING_ZH.findall(source))
        self._done = Counter(_DONE_ZH.findall(source))

    def find_turned(self, sentence: str) -> Iterator[str]:
        """The words of a sentence that the source denies, or puts at another time, throughout."""
        for match in _DENIED_ZH.finditer(sentence):
            if self._is_never_denied(match[1]):
                yield match[0]
        for pattern, there in ((_COMING_ZH, self._done), (_DONE_ZH, self._coming)):
            for match in pattern.finditer(sentence):
                times = there[match[1]]
                if times and times == self._source.count(match[1]):
                    yield match[0]
        if not _DENYING_ZH.search(sentence):
            for word, times in self._denied.items():
                if word in sentence and times == self._source.count(word):
                    yield word

    def _is_never_denied(self, word: str) -> bool:
        position = self._source.find(word)
        found = position >= 0
        while position >= 0:
            start = max(self._source.rfind(mark, 0, position) for mark in "。！？\n") + 1
            end = self._source.find("。", position)
            if _DENYING_ZH.search(self._source[start : end if end >= 0 else None]):
                return False
            position = self._source.find(word, position + 1)
        return found
