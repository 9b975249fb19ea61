"""The sentences that an extract may be made of, in a summary's wording. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from data.models import Language
from summarizer import trim_en, trim_zh, wording_en, wording_zh
from summarizer.openings import retell_opening
from summarizer.passages import MARKER, SUBSTANCE, Passage, Reading, Role
from summarizer.script import to_traditional
from summarizer.tellings import may_be_told

Span = tuple[int, int]

# No sentence is this long: it is a list or a text without stops, and trimming it takes too long.
_LONGEST: dict[Language, int] = {"en": 2_000, "zh": 800}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sentence that could be taken.

    ``forms`` are its wordings, the longest first; ``order`` its place among the release's
    sentences; ``leans`` says that it speaks of what the sentence before it named.
    """

    order: int
    forms: tuple[str, ...]
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
    r"defendants?|arrestees?|arrested|ages?|latter))\b|\b(?:above-mentioned|aforementioned|"
    r"the above|the former|the latter|"
    r"as mentioned)\b|\b(?:in|over|between) the two (?:periods|quarters|months|years)\b|"
    r"^(?:\S+ ){1,8}(?:these|those) [a-z]+"
)
_LEANS_ZH = re.compile(
    r"^(?:他|她|它|其(?!他)|該|此(?!外)|這|兩者|當中|其中|前者|後者|他們|她們|有關(?:人士|人員|"
    r"計劃|安排|措施|產品|行動|工程|個案|服務|病人|食物|批次)|"
    r"兩人|[一二三四五六七八九十\d]+人|上述|同日|屆時|事主|死者|傷者|病人|疑犯|被捕|被告|涉案|"
    r"二人|三人)|上述|前述|該(?:名|等|兩|三|項|批|宗|些|處|署|局|計劃|公司|產品|食肆|男|女)"
)
_INTRO_INCLUDE_EN = re.compile(
    r"\b(?:include|includes|are|comprise|comprises|cover|covers)(?: the following)?:$"
)
_INTRO_INCLUDE_ZH = re.compile(r"(?:包括|計有|涵蓋)[：︰:]$")
_NAMED_LIST_ZH = re.compile(r"(措施|安排|建議|服務|工作)[^，。]{0,8}[：︰:]$")
_FOLLOWS_EN = re.compile(
    r",?\s(?:as (?:follows|below)|(?:as )?set out (?:as follows|below)|below):$"
)
_FOLLOWS_ZH = re.compile(r"(?:，?(?:詳情|現)?(?:表列)?如下|載列如下|列表如下)[：︰:]$")
_RUN_IN_HEADING = re.compile(
    r"^[^.。]{3,160}? [–—-] (?=[A-Z])|^[^。，]{3,40}(?: ?[–—─-]+ ?|：)(?=[\u4e00-\u9fff])"
)
_POINTER = re.compile(
    r"\s?\((?:www\.|https?:|see\b|please\b|[\w.-]+@|[\w-]+\.[\w-]+\.[\w.-]+)[^()]*\)"
    r"|[（(](?:見|詳見|請參閱|網址|www\.|https?:|[\w-]+\.[\w-]+\.[\w.-]+)[^（）()]*[）)]"
)
_EMPTY_EN = re.compile(
    r"^(?:(?:further |more )?(?:details|information|particulars)\b|for (?:details|more|further|"
    r"enquir)|please (?:refer|visit|see)|"
    r"the (?:figures|details|table|arrangements|information) .{0,60}(?:are|is)(?: set out|"
    r" listed| shown| at)|"
    r".{0,80}\b(?:is|are) (?:at|in|listed in|set out in|shown in) (?:the )?(?:annex|appendix|"
    r"table)|there (?:is|are) \w+ photos?)",
    re.IGNORECASE,
)
_EMPTY_ZH = re.compile(
    r"^(?:詳情|有關詳情|更多資料|如欲|如有查詢|查詢詳情|市民可瀏覽|請參閱|資料載於)|載於附件|"
    r"見附[件表]|表列"
)


def list_candidates(reading: Reading, today: date) -> tuple[Candidate, ...]:
    """The sentences of a body that may be taken, each in a summary's wording."""
    return tuple(_list(reading, today))


def _list(reading: Reading, today: date) -> Iterator[Candidate]:
    word = _Wording(reading.language, today)
    intro: Passage | None = None
    for order, passage in enumerate(reading.passages):
        if passage.role == "opening" and reading.form != "notice":
            if told := retell_opening(passage.text, reading.language):
                yield _make(word.wordings(told), order, (passage,))
        elif passage.role == "intro":
            intro = passage
            if plain := _close_intro(passage.text, word):
                yield _make(plain, order, (passage,))
        elif passage.role in SUBSTANCE:
            yield from _list_plain(passage, order, intro, word)


def _list_plain(
    passage: Passage, order: int, intro: Passage | None, word: "_Wording"
) -> Iterator[Candidate]:
    text = passage.text
    if passage.role == "item" or (intro and text.endswith((";", "；", "; and", "；及"))):
        yield from _list_item(passage, order, intro, word)
        return
    if forms := word.wordings(text):
        yield _make(forms, order, (passage,), word.leans(text))


def _list_item(
    passage: Passage, order: int, intro: Passage | None, word: "_Wording"
) -> Iterator[Candidate]:
    text = MARKER.sub("", passage.text)
    text = re.sub(r"(?:[;；,，](?:\s*(?:and|or)|以及|及|和|或)?)$", "", text.strip()).strip()
    text = _RUN_IN_HEADING.sub("", text)
    closed = text if text.endswith((".", "。")) else text + word.stop
    joined = word.join_item(intro.text, text) if intro else None
    if intro and joined and not word.stands_alone(closed):
        if forms := word.wordings(joined):
            yield _make(forms, order, (intro, passage), leans=word.leans(joined))
    elif word.stands_alone(closed) and (forms := word.wordings(closed)):
        yield _make(forms, order, (passage,), leans=word.leans(closed))


def _close_intro(text: str, word: "_Wording") -> tuple[str, ...]:
    pattern = _FOLLOWS_EN if word.language == "en" else _FOLLOWS_ZH
    if not pattern.search(text):
        return ()
    closed = pattern.sub(word.stop, text)
    return word.wordings(closed) if word.is_whole(closed) else ()


def _make(
    forms: tuple[str, ...],
    order: int,
    passages: Sequence[Passage],
    leans: bool = False,
) -> Candidate:
    spans = tuple((passage.sentence.start, passage.sentence.end) for passage in passages)
    return Candidate(order, forms, spans, passages[-1].role, leans)


@dataclass(frozen=True, slots=True)
class _Wording:
    """The rules of one language for sentences of a given day."""

    language: Language
    today: date

    @property
    def stop(self) -> str:
        return "." if self.language == "en" else "。"

    def wordings(self, text: str) -> tuple[str, ...]:
        """The forms of a sentence, none if it is not whole or says nothing by itself."""
        text = _POINTER.sub("", " ".join(text.split()))
        if len(text) > _LONGEST[self.language] or not may_be_told(text):
            return ()
        if self.language == "en":
            if _EMPTY_EN.search(text):
                return ()
            text = wording_en.make_dates_absolute(trim_en.drop_connective(text), self.today)
            text = wording_en.write_figures(text)
            return trim_en.list_variants(text) if trim_en.may_stand(text) else ()
        if _EMPTY_ZH.search(text):
            return ()
        text = wording_zh.make_dates_absolute(trim_zh.drop_connective(text), self.today)
        text = to_traditional(wording_zh.write_figures(wording_zh.leave_out_we(text)))
        return trim_zh.list_variants(text)

    def is_whole(self, text: str) -> bool:
        return trim_en.is_whole(text) if self.language == "en" else trim_zh.is_whole(text)

    def stands_alone(self, item: str) -> bool:
        """Whether an item of a list says by itself who does what."""
        if self.language == "en":
            return self.is_whole(item)
        return bool(re.match(r"[^，]{2,14}(?:會|將|已|正|須|應|可)", item)) and self.is_whole(item)

    def leans(self, text: str) -> bool:
        if self.language == "en":
            return bool(_LEANS_EN.search(trim_en.drop_connective(text)))
        return bool(_LEANS_ZH.search(trim_zh.drop_connective(text)))

    def join_item(self, intro: str, item: str) -> str | None:
        """An intro and an item as one sentence: "The measures include setting up a team."."""
        pattern = _INTRO_INCLUDE_EN if self.language == "en" else _INTRO_INCLUDE_ZH
        if not pattern.search(intro):
            named = _NAMED_LIST_ZH.search(intro) if self.language == "zh" else None
            return f"{named[1]}包括{item.rstrip('。')}。" if named else None
        head = re.sub(r"[：︰:]$", "", intro)
        if self.language == "zh":
            return f"{re.sub('^(?:這些|有關|該等|該些)', '', head)}{item.rstrip('。')}。"
        head = re.sub(r" the following$", "", head)
        lowered = item if re.match(r"[A-Z]{2}|[A-Z]\w+ [A-Z]", item) else item[0].lower() + item[1:]
        return f"{head} {lowered.rstrip('.')}."
