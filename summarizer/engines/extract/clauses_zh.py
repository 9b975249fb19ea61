"""Whether Chinese clauses make a whole sentence: their verbs, openers and ends. Pure.

A sentence is a chain of clauses parted by ，and ；.
"""

import re

_STOPS = ("。", "！", "？")
_SPLIT = re.compile(r"[，；]")
_GROUP = re.compile(r"（[^（）]*）|\([^()]*\)|「[^「」]*」|『[^『』]*』|《[^《》]*》")
_OPENER = re.compile(
    r"^(?:並|而|亦|又|同時)?(?:就(?!業|讀|診|職)|因應|"
    r"為(?!期|數|止|首|全|本港|香港|[^，]{2,24}(?:提供|舉辦|進行|設立|作出|準備|安排|處理|接種|購買))|"
    r"為了|由於|"
    r"鑑於|鑒於|隨着|隨著|除了?|如(?!期|常|下|實)|若|當(?!局|中|日|晚|天|值)|根據|按照?|截至|"
    r"關於|對於|針對|透過|通過|基於|儘管|雖然|即使|除非|只要|無論|面對|本着|憑藉|作為|考慮到|介乎|"
    r"配合(?!的)|繼(?!續)|連同|倘|每逢|參照)"
)
_PLACE_OR_TIME = re.compile(r"^(?:在|於|自|由|從|經|以)(?!此|下|上|外|內|營|濟|常|理)")
_ENDS_OF_TIME = ("時", "後", "前", "下", "期間", "中", "內", "起", "日", "方面", "上")
_MAIN_MARK = re.compile(r"[將已須了]|(?<![許認])可(?!能)|(?<![社委協議機大晚宴展工聯學教商司])會")
# What goes on with a subject that stood before it.
SUBJECTLESS = re.compile(
    r"^(?:試圖|企圖|並|以|而|包括|提供|協助|加強|讓|使|令|確保|支援|加派|繼續|共同|全力|進一步|"
    r"提升|推動|促進|減低|方便|便利|務求|藉|從而|正|已|將|會|亦|又|也|仍|還是|都|才|方(?!面|法)|則|"
    r"就|便|可|須|應|需|是|因此|故|所以|對|向|要|即|立即|積極)"
)
# Looks like a clause, but only names what it is about or how it is counted.
_NO_CLAUSE = re.compile(
    r"^(?:以(?:經|上|下)?.{0,20}計算|(?:以|位於|介乎|來自|有關)[^，]*的[^，將會已須可]{1,16}|"
    r"(?:剔除|扣除|撇除|除去).{0,30}|除.{1,30}外|由[^，]{2,30}的[^，將會已]{2,8}|"
    r"有關.{1,30}(?:詳情|安排|資料)|"
    r"[^，將會已獲被是有可須應]{1,24}(?:詳情|資料|方面|情況下|前提下))$"
)
_DANGLING_CONDITION = re.compile(
    r"(?:如|若|倘)(?:對|有|因|需|欲|遇|未|發現|接獲|果|在|懷疑|擔心|想|希望|不適)(?!.*(?:可|請|應|須|將|會))"
)
_LEANING_END = re.compile(
    r"(?:表示|指出|強調|宣布|公布|說|稱|認為|相信|提醒|呼籲|包括|以及|及|和|與|或|並|的|(?:由|"
    r"自|從)[^，]*起|(?:提醒|呼籲|促請|建議|要求|勸諭)(?:市民|公眾|業界|各界|僱主|駕駛人士|"
    r"人士)?|為|是|在|於|由|至|(?<!\d)時|後|(?<!\d)下|期間|方面|當中|前提下|指|得悉|發現|接報|"
    r"(?:率領|帶領|聯同|陪同|連同)[^，。]*(?:代表團|團隊|官員|人員|代表|議員|成員|專家)|"
    r"(?:將|會|可|須|應|已)會?(?:根據|按照|參照|基於|因應)[^，]*(?:規則|規定|條例|"
    r"法例|原則|情況|機制|程序|指引|需要|方式)|"
    r"^[^，]*因(?:涉嫌)?(?:違反|觸犯)[^，]*|"
    r"估計|預計|或之前|之前|"
    r"(?:於|在|由|自|截至)[^，為是]*(?:前|後|起|止|內|間|日|時|月|年|分|晚|午))$"
)
VERB = re.compile(
    r"[是有會將已獲被把使令讓為在]|舉行|公布|宣布|表示|推出|提供|發出|展開|採取|接獲|拘捕|檢獲|"
    r"呼籲|提醒|錄得|上升|下跌|增加|減少|設立|成立|委任|出席|訪問|介紹|支援|協助|要求|安排|調整|"
    r"重開|封閉|停課|完成|進行|發行|發售|開始|結束|生效|實施|支持|加強|涉及|包括|佔|達|須|應(?!用)|可|請|"
    r"調派|巡查|檢控|判|罰|死亡|受傷|送院|調查|跟進|聯絡|舉辦|參加|參與|豁免|致|升|跌|派出|感謝|留意|"
    r"前往|改|出現|發現|確診|轉送|留醫|接受|發生|承認|裁定|命令|停售|暫停|恢復|維持|延長|開放|關閉|收到|"
    r"簽署|視察|探訪|頒發|證實|批准|發放|派發|招待|呈獻|搜查|截查|扣留|吸引|啟用|榮獲|提交|領取"
)


# Names people or things, and says nothing of them yet: 持有郵票的市民，….
_NOUN = re.compile(
    r"^(?:(?:\d{4}年)?(?:推出|公布|提供|設立|舉辦)|持有|已|曾|有(?!關)|擁有|年滿|受|未|沒有|居於|居住|合資格|符合|經|獲|乘搭|參加|參與|使用|需要)"
    r"[^，]*的[^，的]{1,8}$"
)
# Who says or is told so is the subject of what follows: 局方表示，將…; 提醒市民，切勿….
_REPORTING = re.compile(
    r".{2}(?:表示|指出|強調|宣布|公布|說|稱|認為|補充|聲明|(?:提醒|呼籲|促請|建議|要求|勸諭)[^，]{0,8})，?$"
)


def is_whole(text: str) -> bool:
    """Whether a text reads as one full sentence: balanced, with a verb, not left leaning."""
    if len(text) < 10 or not text.rstrip("」』）").endswith(_STOPS):
        return False
    if any(
        text.count(left) != text.count(right) for left, right in ("（）", "「」", "『』", "《》")
    ):
        return False
    clauses = [clause.strip("。！？」』，；") for clause in split_clauses(text)]
    last = clauses[-1]
    if _LEANING_END.search(last) or leans(last) or _DANGLING_CONDITION.search(last):
        return False
    befores = ["", *clauses]
    return any(_stands(*pair) for pair in zip(clauses, befores, strict=False))


def _stands(clause: str, before: str) -> bool:
    """Whether a clause has its own subject and verb, as far as its words tell."""
    if leans(clause) or _NO_CLAUSE.match(clause) or _LEANING_END.search(clause):
        return False
    if not before and _NOUN.match(clause):
        return False
    if not VERB.search(clause):
        return False
    has_subject = not before or bool(_REPORTING.search(before))
    return has_subject or not SUBJECTLESS.match(clause)


def split_clauses(text: str) -> list[str]:
    """The clauses of a sentence with their marks; brackets and quotations are not split."""
    masked = _GROUP.sub(lambda match: "囗" * len(match[0]), text)
    pieces, position = [], 0
    for match in _SPLIT.finditer(masked):
        pieces.append(text[position : match.end()])
        position = match.end()
    return [*pieces, text[position:]] if position < len(text) else pieces


def leans(clause: str) -> bool:
    """Whether a clause only opens for another: 為減輕負擔，; 就昨日的火警，; 因應…，."""
    bare = clause.strip("，；。")
    if _OPENER.match(bare):
        return not _MAIN_MARK.search(bare[2:]) or bare.startswith(("因應", "由於", "為了", "隨着"))
    if not _PLACE_OR_TIME.match(bare):
        return False
    return not VERB.search(bare[1:]) or bare.endswith(_ENDS_OF_TIME)
