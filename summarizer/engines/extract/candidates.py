"""The sentences that an extract may be made of, in a summary's wording. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from summarizer.engines.extract.details import tell_product
from summarizer.engines.extract.forms import is_whole
from summarizer.engines.extract.joins import join_publisher
from summarizer.engines.extract.lists import drop_item_name, join_items
from summarizer.engines.extract.openings import retell_opening
from summarizer.engines.extract.wording import Wording
from summarizer.passages import MARKER, SUBSTANCE, Passage, Reading, Role, drop_label

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence that could be taken.

    ``order`` is its place among the release's sentences; ``leans`` says that it speaks of what
    the sentence before it named.
    """

    order: int
    text: str
    spans: tuple[Span, ...]
    role: Role
    leans: bool


_LEANS_EN = re.compile(
    r"^(?:It|He|She|They|This|These|Such|That|Those|His|Her|Their|Its|Both|The (?:two|three|"
    r"four|latter|former|same|above|said|"
    r"other|others|remaining|rest|aforesaid)|Of (?:these|them|the)|Among (?:these|them|the)|"
    r"Another|Others|There,|Here|Then|"
    r"Apart from this|Also|Some of|Most of them|All of them|The (?:man|woman|men|women|"
    r"suspects?|victims?|patients?|driver|deceased|"
    r"defendants?|arrestees?|arrested|ages?|latter))\b|"
    r"^(?:\S+ ){1,8}(?:these|those) [a-z]+|\A[^\d]*\b(?:the same day|the next day)\b"
)
_POINTS_BACK_EN = re.compile(
    r"\b(?:(?:above-mentioned|aforementioned|"
    r"the above|(?:matters?|items?|parts?|measures?) above|the former|the latter|"
    r"as mentioned|(?:in|over|between) the two (?:periods|quarters|months|years)|"
    r"(?:products?|batch(?:es)?|importer|vendor) concerned)\b|"
    r"the affected (?:batch|product|item|food))"
)
_LEANS_ZH = re.compile(
    r"^[^\d]*(?:同日|翌日|當日)|"
    r"^(?:他|她|它|其(?!他)|該|此(?!外)|這|兩者|當中|其中|前者|後者|他們|她們|有關(?:人士|人員|"
    r"計劃|安排|措施|產品|行動|工程|個案|服務|病人|食物|批次)|"
    r"兩人|[一二三四五六七八九十\d]+人|上述|同日|屆時|事主|死者|傷者|病人|疑犯|被捕|被告|涉案|"
    r"二人|三人|\d{4}年(?:在|獲|於|加入))|上述|前述|該(?:名|等|兩|三|項|批|宗|些|處|署|局|計劃|公司|產品|食肆|男|女)"
)
_FOLLOWS_EN = re.compile(
    r",?\s(?:as (?:follows|below)|(?:as )?set out (?:as follows|below)|below):$"
)
_FOLLOWS_ZH = re.compile(r"(?:，?(?:詳情|現)?(?:表列)?如下|載列如下|列表如下)[：︰:]$")
_MOST_DETAILS = 10
# What a spokesman is about to say: who says it, when, and what about.
_STATED_EN = re.compile(
    r"^(?:(?P<before>Regarding|Concerning|In response to) (?P<early>.{3,160}?), )?"
    r"(?:[Tt]he|[Aa]) spokes(?:person|man|woman) (?:for|of) (?P<who>.{3,90}?) "
    r"(?:made|gave|issued) the following "
    r"(?P<what>announcement|update|statement|response|clarification)s?"
    r"(?P<when>(?: as)?(?: at [\d.:apm]+)?,? (?:today|yesterday|on [A-Z]\w+ \d+)(?: \([^()]*\))?)?"
    r"(?P<about> (?:regarding|concerning|on|about|in response to|in relation to) .+)?:$"
)
_STATED_ZH = re.compile(
    r"^(?P<who>[^，]{2,24}?)(?:的)?發言人?(?P<when>[今昨]日（[^（）]*）)?就(?P<about>[^，：]{4,60}?)，?"
    r"(?:現|特)?(?:作出|作|有|發表|發出)?(?:以下|下列)的?(?P<what>公布|回應|更新|聲明|澄清|宣布|交代)[：︰:]$"
)
_OPEN_EN = re.compile(
    r"\b(?:includ\w+|are|is|was|were|that|said|follow\w*|compris\w+|to|of|for|by|and|with|as|"
    r"below|namely|cover\w*|read\w*)(?: the)?:$"
)
_ITEM_ENDS = (";", "；", "; and", "；及", ",", "，")


def list_candidates(
    reading: Reading, today: date, title: str = "", orders: Collection[int] | None = None
) -> tuple[Candidate, ...]:
    """The sentences of a body that may be taken, each in a summary's wording.

    Where ``orders`` are given, only the passages with these numbers are read, besides openings
    and lists.
    """
    wording = Wording(reading, today, title)
    found = sorted(_list(reading, wording, orders), key=lambda each: each.order)
    return (*found, *_join_first(found, wording))


def _list(
    reading: Reading, wording: Wording, orders: Collection[int] | None
) -> Iterator[Candidate]:
    lists = _find_lists(reading)
    leads = {item: intro for intro, items in lists.items() for item in items}
    for order, passage in enumerate(reading.passages):
        if order in lists:
            items = [reading.passages[number] for number in lists[order]]
            yield from _list_whole_list(order, passage, items, wording)
        if passage.role == "intro":
            yield from _tell_details(reading, order, wording)
        if passage.role == "opening" and reading.form != "notice":
            told = retell_opening(passage.text, reading.language, wording.title)
            yield from _make(told, order, (passage,), wording)
        elif orders is None or order in orders:
            lead = reading.passages[leads[order]] if order in leads else None
            yield from _list_plain(passage, order, lead, wording)


def _tell_details(reading: Reading, order: int, wording: Wording) -> Iterator[Candidate]:
    """The product whose details, a line each, come after a passage."""
    after = reading.passages[order + 1 : order + 1 + _MOST_DETAILS]
    lines = list(takewhile(lambda each: each.role in {"heading", "row", "item", "intro"}, after))
    if len(lines) > 1:
        told = tell_product([each.text for each in lines], wording.language)
        for each in _make(told, order, (reading.passages[order], *lines), wording):
            yield replace(each, leans=True)


def _find_lists(reading: Reading) -> Mapping[int, Sequence[int]]:
    """For each passage that leads to a list, by their numbers, the items that follow it."""
    lists: dict[int, list[int]] = {}
    intro: int | None = None
    for order, passage in enumerate(reading.passages):
        if passage.role == "intro":
            intro = order
            lists[order] = []
        elif intro is not None and _is_item(passage):
            lists[intro].append(order)
    return lists


def _is_item(passage: Passage) -> bool:
    is_item = passage.role == "item" or passage.text.endswith(_ITEM_ENDS)
    return is_item and passage.role in SUBSTANCE and _begins_line(passage)


def _begins_line(passage: Passage) -> bool:
    return passage.sentence.start == passage.sentence.line[0]


def _join_first(found: Sequence[Candidate], wording: Wording) -> Iterator[Candidate]:
    """The second sentence as said by the body that the first says has published figures."""
    if len(found) < 2 or found[1].order - found[0].order > 2:
        return
    lead, told = found[:2]
    if joined := join_publisher(lead.text, told.text, wording.language):
        yield Candidate(told.order, joined, (*lead.spans, *told.spans), told.role, leans=False)


def _list_whole_list(
    order: int, intro: Passage, items: Sequence[Passage], wording: Wording
) -> Iterator[Candidate]:
    """An intro with the names of its items, as one sentence."""
    if len(items) > 1:
        told = join_items(intro.text, [item.text for item in items], wording.language)
        yield from _make(told, order, (intro, *items[:4]), wording)


def _list_plain(
    passage: Passage, order: int, intro: Passage | None, wording: Wording
) -> Iterator[Candidate]:
    text = drop_label(passage) if wording.form == "speech" else passage.text
    if passage.role == "intro":
        yield from _make(_close_intro(text, wording), order, (passage,), wording)
    elif passage.role == "item" or (intro and text.endswith(_ITEM_ENDS)):
        yield from _list_item(passage, order, intro, wording)
    elif passage.role in SUBSTANCE:
        text = drop_item_name(text) if _begins_line(passage) else text
        yield from _make(text, order, (passage,), wording)


def _list_item(
    passage: Passage, order: int, intro: Passage | None, wording: Wording
) -> Iterator[Candidate]:
    text = drop_item_name(wording.open_item(MARKER.sub("", passage.text)))
    closed = text if text.endswith((".", "。")) else text + wording.stop
    if wording.stands_alone(closed):
        yield from _make(closed, order, (passage,), wording)
    elif intro:
        joined = join_items(intro.text, [text], wording.language)
        yield from _make(joined, order, (intro, passage), wording)


def _close_intro(text: str, wording: Wording) -> str | None:
    """An intro as a sentence of its own: "… as follows:"."""
    if stated := _retell_statement(text, wording):
        return stated
    is_english = wording.language == "en"
    pattern = _FOLLOWS_EN if is_english else _FOLLOWS_ZH
    if pattern.search(text):
        closed = pattern.sub(wording.stop, text)
    elif is_english and text.endswith(":") and not _OPEN_EN.search(text):
        closed = f"{text[:-1]}."
    else:
        return None
    return closed if is_whole(closed, wording.language) else None


def _retell_statement(text: str, wording: Wording) -> str | None:
    """What a spokesman is about to say, as a sentence: who announced something, about what."""
    if wording.language == "zh":
        match = _STATED_ZH.match(text)
        if not match:
            return None
        return f"{match['who']}{match['when'] or ''}就{match['about']}作出{match['what']}。"
    match = _STATED_EN.match(text)
    about = match and (match["about"] or (match["early"] and f" regarding {match['early']}"))
    if not match or not about:
        return None
    who, what = match["who"], match["what"]
    article = "an" if what[0] in "au" else "a"
    deed = "gave" if what == "update" else "made"
    return f"{who[0].upper()}{who[1:]} {deed} {article} {what}{match['when'] or ''}{about}."


def _make(
    text: str | None, order: int, passages: Sequence[Passage], wording: Wording
) -> Iterator[Candidate]:
    """The candidate that a sentence makes; none if it says nothing by itself."""
    told = wording.word(text) if text else None
    if told is None:
        return
    spans = tuple((passage.sentence.start, passage.sentence.end) for passage in passages)
    leans = _leans_english(told) if wording.language == "en" else bool(_LEANS_ZH.search(told))
    yield Candidate(order, told, spans, passages[-1].role, leans)


def _leans_english(text: str) -> bool:
    return bool(_LEANS_EN.match(text) or _POINTS_BACK_EN.search(text))
