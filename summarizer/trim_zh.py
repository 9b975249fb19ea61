"""Shorter forms of a Chinese sentence that are still whole sentences. Pure.

A sentence is a chain of clauses parted by ，and ；. A trailing clause, an aside or a purpose
can go where the rest still has its subject and verb; where that is in doubt it stays.
"""

import re
from collections.abc import Iterator

from summarizer.brackets import drop_asides

_SPLIT = re.compile(r"[，；]")
_GROUP = re.compile(r"（[^（）]*）|\([^()]*\)|「[^「」]*」|『[^『』]*』|《[^《》]*》")
_CONNECTIVE = re.compile(
    r"^(?:此外|另外|同時|與此同時|其中|因此|故此|然而|不過|另一方面|再者|而且|另|亦|具體而言|"
    r"至於|首先|其次|最後|"
    r"在此期間|為此|就此|總括而言|整體而言|展望未來|事實上|例如|需注意的是|值得注意的是|"
    r"在這方面)[，：]"
    r"|^(?:而且|因此|此外|另外|同時)(?=[\u4e00-\u9fff])"
)
_OPENER = re.compile(
    r"^(?:並|而|亦|又|同時)?(?:就(?!業|讀|診|職)|因應|為(?!期|數|止|首|全|本港|香港)|為了|由於|"
    r"鑑於|鑒於|隨着|隨著|除了?|"
    r"如(?!期|常|下|實)|若|當(?!局|中|日|晚|天|值)|根據|按照?|截至|關於|對於|針對|透過|通過|"
    r"基於|儘管|雖然|即使|除非|只要|"
    r"無論|面對|本着|憑藉|作為|考慮到|介乎|配合(?!的)|繼(?!續)|連同|倘|每逢|參照)"
)
# Why it is done may go; under what condition, of what and since when may not.
_PURPOSE = re.compile(
    r"^(?:就|為|因應|由於|鑑於|鑒於|隨着|隨著|針對|配合|面對|考慮到|作為|透過|通過|本着|憑藉)"
)
_PLACE_OR_TIME = re.compile(r"^(?:在|於|自|由|從|經|以)(?!此|下|上|外|內|營|濟|常|理)")
_MAIN_MARK = re.compile(r"[將已須了]|(?<![許認])可(?!能)|(?<![社委協議機大晚宴展工聯學教商司])會")
# What goes on with a subject that stood before it.
_SUBJECTLESS = re.compile(
    r"^(?:試圖|企圖|並|以|而|包括|提供|協助|加強|讓|使|令|確保|支援|加派|繼續|共同|全力|進一步|"
    r"提升|推動|促進|減低|方便|便利|"
    r"務求|藉|從而|正|已|將|會|亦|又|也|仍|還是|都|才|方(?!面|法)|則|就|便|可|須|應|需|是|因此|"
    r"故|所以|對|向|要|即|立即|積極)"
)
# Looks like a clause, but only names what it is about or how it is counted.
_NO_CLAUSE = re.compile(
    r"^(?:以(?:經|上|下)?.{0,20}計算|(?:以|位於|介乎|來自|有關)[^，]*的[^，將會已須可]{1,16}|"
    r"(?:剔除|扣除|撇除|除去).{0,30}|除.{1,30}外|由[^，]{2,30}的[^，將會已]{2,8}|"
    r"有關.{1,30}(?:詳情|安排|資料)|"
    r"[^，將會已獲被是有可須應]{1,24}(?:詳情|資料|方面|情況下|前提下))$"
)
_DANGLING_CONDITION = re.compile(
    r"(?:如|若|倘)(?:對|有|因|需|欲|遇|未|發現|接獲|果|在)(?!.*(?:可|請|應|須|將|會))"
)
_CONDITION = re.compile(r"^(?:如|若|倘|除非|只要|凡|但|惟|不過|否則|當(?!局|中)|即使|並非|而非)")
_LEANING_END = re.compile(
    r"(?:表示|指出|強調|宣布|公布|說|稱|認為|相信|提醒|呼籲|包括|以及|及|和|與|或|並|的|(?:由|"
    r"自|從)[^，]*起|(?:提醒|呼籲|促請|建議|要求|勸諭)(?:市民|公眾|業界|各界|僱主|駕駛人士|"
    r"人士)?|為|是|在|於|由|至|(?<!\d)時|後|(?<!\d)下|期間|方面|當中|前提下|指|得悉|發現|接報|"
    r"估計|預計)$"
)
_TAIL_START = re.compile(
    r"^(?:並|同時|而(?!且非)|以(?!上|下)|包括|從而|藉以?|藉此|務求|當中|其中|例如|屆時|詳情|"
    r"至於|另|此外|亦|冀|期望|確保|協助|讓|"
    r"令|使|減低|減少|應對|展示|反映|提供|旨在|致力|配合|方便|便利|避免|防止|加強|提升|推動|"
    r"促進|進一步|繼續|共同|全力|分別|"
    r"有關|署方|處方|局方|警方|政府|市民|又|也|再|全部|部分|涉及|佔|較|不過|但|惟|相關|大部分|"
    r"現時|目前|因此|故|遂|預計|估計|希望)"
)
_VERB = re.compile(
    r"[是有會將已獲被把使令讓為在]|舉行|公布|宣布|表示|推出|提供|發出|展開|採取|接獲|拘捕|檢獲|"
    r"呼籲|提醒|錄得|上升|下跌|增加|減少|"
    r"設立|成立|委任|出席|訪問|介紹|支援|協助|要求|安排|調整|重開|封閉|停課|完成|進行|發行|"
    r"發售|開始|結束|生效|實施|支持|加強|"
    r"涉及|包括|佔|達|須|應|可|請|調派|巡查|檢控|判|罰|死亡|受傷|送院|調查|跟進|聯絡|舉辦|參加|"
    r"參與|豁免|致|升|跌|派出|感謝|留意|前往|改"
)
_ATTRIBUTION = re.compile(
    r"^(?P<who>[^，。]{2,40}?)(?P<spoke>(?:的)?發言人)(?P<when>[^，。]{0,24}?)(?P<say>表示|"
    r"指出|說|稱|強調|補充|呼籲|提醒)(?P<mark>，)?"
)
_SAID = re.compile(
    r"^(?:該?發言人|署方|處方|局方|當局|他|她|[^，。]{2,20})(?:同時|亦|又|並|續)?(?:表示|指出|"
    r"強調|補充說?|說|稱|續稱)，"
)
# Not 不但…亦, 除…外亦, 即使…也.
_ALSO = re.compile(
    r"^((?![^，]*(?:不但|不僅|即使|除|無論|連|雖|再|誰))[^，。；]{2,16}?)"
    r"(?:(?:亦|也)(?=[已將會正可須獲應有在])|同時(?=[向將會已]))"
)
_ASIDE = re.compile(r"(?<![\d）])（(?![^（）]*\d{4})[^（）]*）")
_MEANING = re.compile(r"（即[^（）]*）")
_MOST_VARIANTS = 14


def drop_connective(text: str) -> str:
    """The sentence without 此外， and the like at its start, and without 亦 and 也."""
    while match := _CONNECTIVE.match(text):
        text = text[match.end() :]
    return _ALSO.sub(r"\1", text)


def list_variants(text: str) -> tuple[str, ...]:
    """The sentence and its shorter forms, each a whole sentence, the longest first."""
    found = dict.fromkeys([text])
    for cut in (_drop_spokesman, _drop_asides, _drop_purposes, _drop_tails, _drop_saying):
        for form in tuple(found):
            for shorter in cut(form):
                if len(found) < _MOST_VARIANTS and is_whole(shorter):
                    found.setdefault(shorter)
    return tuple(sorted(found, key=len, reverse=True))


def is_whole(text: str) -> bool:
    """Whether a text reads as one full sentence: balanced, with a verb, not left leaning."""
    if len(text) < 10 or not re.search(r"[。！？][」』）]*$", text):
        return False
    if any(
        text.count(left) != text.count(right) for left, right in ("（）", "「」", "『』", "《》")
    ):
        return False
    clauses = [clause.strip("。！？」』，；") for clause in split_clauses(text)]
    last = clauses[-1]
    if _LEANING_END.search(last) or _leans(last) or _DANGLING_CONDITION.search(last):
        return False
    return any(_stands(clause, number) for number, clause in enumerate(clauses))


def _stands(clause: str, number: int) -> bool:
    """Whether a clause has its own subject and verb, as far as its words tell."""
    if _leans(clause) or _NO_CLAUSE.match(clause) or _LEANING_END.search(clause):
        return False
    if not _VERB.search(clause):
        return False
    return number == 0 or not _SUBJECTLESS.match(clause)


def split_clauses(text: str) -> list[str]:
    """The clauses of a sentence with their marks; brackets and quotations are not split."""
    masked = _GROUP.sub(lambda match: "囗" * len(match[0]), text)
    pieces, position = [], 0
    for match in _SPLIT.finditer(masked):
        pieces.append(text[position : match.end()])
        position = match.end()
    return [*pieces, text[position:]] if position < len(text) else pieces


def _leans(clause: str) -> bool:
    """Whether a clause only opens for another: 為減輕負擔，; 就昨日的火警，; 因應…，."""
    bare = clause.strip("，；。")
    if _OPENER.match(bare):
        return not _MAIN_MARK.search(bare[2:]) or bare.startswith(("因應", "由於", "為了", "隨着"))
    if not _PLACE_OR_TIME.match(bare):
        return False
    return not _VERB.search(bare[1:]) or bool(
        re.search(r"(?:時|後|前|下|期間|中|內|起|日|方面|上)$", bare)
    )


def _finish(text: str) -> str:
    return text.rstrip("，；、：") + "。"


def _drop_spokesman(text: str) -> Iterator[str]:
    if match := _ATTRIBUTION.match(text):
        mark = match["mark"] or ""
        yield match["who"] + match["when"] + match["say"] + mark + text[match.end() :]


def _drop_asides(text: str) -> Iterator[str]:
    for aside in (_MEANING, _ASIDE):
        if (form := drop_asides(text, aside, "zh")) != text:
            yield form


def _drop_purposes(text: str) -> Iterator[str]:
    """Without clauses that only open for the next one: 宣布，(為減輕負擔，)房委會放寬…."""
    clauses = split_clauses(text)
    kept = [
        clause
        for clause, following in zip(clauses, [*clauses[1:], ""], strict=True)
        if not _may_drop(clause, following)
    ]
    if len(kept) < len(clauses):
        yield "".join(kept)


def _may_drop(clause: str, following: str) -> bool:
    """An opener may go where the clause after it has its own subject."""
    if not following or not _leans(clause) or not _PURPOSE.match(clause):
        return False
    return not _SUBJECTLESS.match(following) and not _leans(following)


def _drop_tails(text: str) -> Iterator[str]:
    clauses = split_clauses(text)
    for number in range(len(clauses) - 1, 0, -1):
        following = clauses[number]
        if _CONDITION.match(following) or re.match(r"以?及|和|或|與|是|則", following):
            continue
        strong = clauses[number - 1].endswith("；")
        if strong or _TAIL_START.match(following) or _VERB.search(clauses[number - 1]):
            yield _finish("".join(clauses[:number]))


def _drop_saying(text: str) -> Iterator[str]:
    match = _SAID.match(text)
    if match and not re.match(r"(?:已|將|會|正|對|其|他|她|可|亦|並|是)", text[match.end() :]):
        yield text[match.end() :]
