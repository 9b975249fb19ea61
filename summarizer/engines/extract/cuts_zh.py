"""What a Chinese sentence can stand without: asides, purposes, attributions, clauses. Pure.

Each cut leaves a whole sentence that still says what the source says; under what condition, of
what, and how many may never go.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

from summarizer.brackets import find_brackets_in_names, may_drop
from summarizer.engines.extract.clauses_zh import SUBJECTLESS, VERB, leans, split_clauses
from summarizer.engines.extract.cuts import Cut

_ASIDE = re.compile(r"(?<![\d）])（(?![^（）]*\d{4})[^（）]*）")
_MEANING = re.compile(r"（即[^（）]*）")
# Why it is done may go; under what condition, of what and since when may not.
_PURPOSE = re.compile(
    r"^(?:就|為|因應|由於|鑑於|鑒於|隨着|隨著|針對|配合|面對|考慮到|作為|透過|通過|本着|憑藉|"
    r"除[^，]{2,40}外)"
)
_CONDITION = re.compile(
    r"^(?:如|若|倘|除非|只要|凡|但|惟|不過|否則|當(?!局|中)|即使|並非|而非|直至|不包括)"
)
_TAIL_START = re.compile(
    r"^(?:並|同時|而(?!且非)|以(?!上|下)|包括|從而|藉以?|藉此|務求|當中|其中|例如|屆時|詳情|"
    r"至於|另|此外|亦|冀|期望|確保|協助|讓|令|使|減低|減少|應對|展示|反映|提供|旨在|致力|配合|方便|"
    r"便利|避免|防止|加強|提升|推動|促進|進一步|繼續|共同|全力|分別|有關|署方|處方|局方|警方|政府|"
    r"市民|又|也|再|全部|部分|涉及|佔|較|不過|但|惟|相關|大部分|現時|目前|因此|故|遂|預計|估計|希望)"
)
_EXCEPT = re.compile(r"除.{2,40}外，")
_JOINT = re.compile(r"以?及|和|或|與|是|則")
# A clause of its own among others that go on with one subject …
_LINK = re.compile(
    r"^(?:並|同時|亦|又|也|及|再|其後|隨後|即時|加強|提升|推動|促進|進一步|繼續|共同|全力|提供|協助|"
    r"支援|安排|調派|加派|包括|例如|當中|其中|透過|確保|避免|防止|減低|減少|展示|反映|應對)"
)
# … and one that speaks of the clause just before it.
_LEANS_BACK = re.compile(
    r"^(?:以|令|使|讓|從而|藉|務求|旨在|冀|期望|當中|其中|包括|例如|較|佔|分別|而|則|是|即|故|因此|"
    r"方便|便利|避免|防止|確保|涉及|因為|由於|每|共|合共|至|或|和|與|及|但|惟|不過|卻|然而|否則)"
)
_SAID = re.compile(
    r"^(?:該?發言人|署方|處方|局方|當局|他|她|[^，。]{2,20})(?:同時|亦|又|並|續)?(?P<when>\d+月\d+日)?"
    r"(?:表示|指出|強調|補充說?|說|稱|續稱|宣布|公布)，"
)
_GOES_ON = re.compile(r"(?:已|將|會|正|對|其|他|她|可|亦|並|是|由|有|須|為)")
_ADVERB = re.compile(
    r"(?<![和及、與或的「])(?:盡快|積極|密切|全力|嚴正|強烈|主動|靈活|適時|進一步|衷心|隨即|特意|"
    r"合共|一共|全面|妥善|嚴格|切實|有效|共同|同時)(?![和及、與或的，。；]|[\u4e00-\u9fff]?[，。」])"
)
_OWNER = re.compile(
    r"(?:^|(?<=[，：]))[\u4e00-\u9fff]{2,8}(?:署|局)(?=(?:[\u4e00-\u9fff]{2,6})(?:中心|辦公室)[^，]{4,})"
)


# The regulation made under the ordinance just named.
_REGULATION = re.compile(r"(?<=條例》)[及和]《[^《》]+(?:規例|規則)》")
_SMALL = (_ADVERB, _OWNER, _REGULATION)


def find_cuts(text: str) -> list[Cut]:
    """The parts of a sentence that may go, each by itself or with others."""
    clauses = split_clauses(text)
    starts = [0, *accumulate(len(clause) for clause in clauses)]
    found = [
        *_find_attribution(text),
        *_find_asides(text),
        *_find_purposes(clauses, starts),
        *_find_middles(clauses, starts),
        *_find_tails(text, clauses, starts),
        *(Cut(*match.span()) for pattern in _SMALL for match in pattern.finditer(text)),
    ]
    return list(dict.fromkeys(found))


def _find_attribution(text: str) -> Iterator[Cut]:
    match = _SAID.match(text)
    if match and not _GOES_ON.match(text, match.end()):
        yield Cut(0, match.end())


def _find_asides(text: str) -> Iterator[Cut]:
    names = [found.span() for found in find_brackets_in_names(text, "zh")]
    for pattern in (_MEANING, _ASIDE):
        for match in pattern.finditer(text):
            if may_drop(match, names):
                yield Cut(*match.span())


def _find_purposes(clauses: list[str], starts: list[int]) -> Iterator[Cut]:
    """Clauses that only open for the next one: 宣布，(為減輕負擔，)房委會放寬…."""
    for number, clause in enumerate(clauses[:-1]):
        following = clauses[number + 1]
        if not leans(clause) and not _EXCEPT.match(clause):
            continue
        if _PURPOSE.match(clause) and not SUBJECTLESS.match(following) and not leans(following):
            yield Cut(starts[number], starts[number + 1])


def _find_middles(clauses: list[str], starts: list[int]) -> Iterator[Cut]:
    """A clause between others that go on with the same subject."""
    for number in range(1, len(clauses) - 1):
        clause, following = clauses[number], clauses[number + 1]
        if not _LINK.match(clause) or _CONDITION.match(clause) or _LEANS_BACK.match(following):
            continue
        if clauses[number - 1].endswith("，") and clause.endswith("，"):
            yield Cut(starts[number], starts[number + 1])


def _find_tails(text: str, clauses: list[str], starts: list[int]) -> Iterator[Cut]:
    end = len(text.rstrip("。！？"))
    for number in range(len(clauses) - 1, 0, -1):
        following, before = clauses[number], clauses[number - 1]
        if _CONDITION.match(following) or _JOINT.match(following):
            continue
        if before.endswith("；") or _TAIL_START.match(following) or VERB.search(before):
            yield Cut(starts[number] - 1, end)
