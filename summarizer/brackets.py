"""Which brackets are part of a name: Bank of China (Hong Kong) Limited. Pure."""

import re
from collections.abc import Iterator, Sequence

from data.models import Language

_ENGLISH = re.compile(r"\((?P<inside>[^()]*)\)")
_CHINESE = re.compile(r"[（(](?P<inside>[^（）()]*)[)）]")
_PROPER = re.compile(
    r"(?:[A-Z][\w'’-]*[a-z][\w'’-]*)(?:[ -](?:of |and |the )?[A-Z][\w'’-]*[a-z]\w*)*"
)
_SHORT_FORM = re.compile(r"[A-Z][A-Za-z&]*[A-Z&][A-Za-z&]*")
_CAPITAL_BEFORE = re.compile(r"[A-Z][\w'’.-]*,? ?$")
# "Winds of (up to) 120 km", "the trade (except restaurants)": without it, another statement.
_QUALIFIES = re.compile(
    r"\s*\((?:up to|about|around|at (?:least|most)|over|nearly|except|excluding|not|no longer|if|"
    r"unless|only|subject to|provided|until|before|after)\b"
    r"|（(?:不包括|不|並非|而非|除|如|若|最多|最少|至少|約|只|僅|[^（）]*除外）)"
)
_NAME_GOES_ON = re.compile(r",? [A-Z]")
_KIND_OF_BODY = (
    r"(?:有限公司|公司|集團|控股|銀行|保險|證券|信託|大學|學院|書院|學校|中學|小學|幼稚園|醫院|"
    r"診所|基金|協會|學會|總會|商會|工會|聯會|委員會|中心|有限合夥|條例|規例|規則|令|草案|法案|"
    r"計劃|巴士|航空|集團)"
)
_CHINESE_GOES_ON = re.compile(rf"(?:[\u4e00-\u9fff]{{0,4}}?){_KIND_OF_BODY}")
_NO_NAME = re.compile(r"[及與和或的在於由對將會已向為並就，、]")
_PLACE = re.compile(
    r"(?:香港|中國|亞洲|亞太|國際|環球|全球|內地|澳門|台灣|新加坡|英國|美國|日本|九龍|新界|香港島|"
    r"大嶼山|離島|東|西|南|北|中|第[一二三四五六七八九十]期)"
)
_KIND_BEFORE = re.compile(
    r"(?:公司|集團|銀行|大學|學院|中學|小學|醫院|中心|邨|苑|站|總站|路|廣場)$"
)


def is_in_name(text: str, match: re.Match[str], language: Language) -> bool:
    """Whether brackets, as ``find_brackets`` gives them, belong to the name they stand in."""
    before, inside, after = text[: match.start()], match["inside"], text[match.end() :]
    if language == "en":
        if _SHORT_FORM.fullmatch(inside) or not _CAPITAL_BEFORE.search(before):
            return False
        if _NAME_GOES_ON.match(after):
            return True
        # "a District Services and Community Care Team (Care Team)" only says what it is called.
        is_short = set(inside.split()) <= set(before.split()[-12:])
        return bool(_PROPER.fullmatch(inside)) and not is_short
    if before.count("《") > before.count("》"):
        return True
    if re.search(r"\d", inside) or not re.search(r"[\u4e00-\u9fff]$", before):
        return False
    goes_on = _CHINESE_GOES_ON.match(after)
    if goes_on and not _NO_NAME.search(goes_on[0]):
        return True
    return bool(_PLACE.fullmatch(inside) and _KIND_BEFORE.search(before))


def find_brackets(text: str, language: Language) -> Iterator[re.Match[str]]:
    """Each pair of brackets without others inside, in order; ``inside`` is what they hold."""
    return (_ENGLISH if language == "en" else _CHINESE).finditer(text)


def find_brackets_in_names(text: str, language: Language) -> Iterator[re.Match[str]]:
    """The brackets that can't be left out without changing a name."""
    return (found for found in find_brackets(text, language) if is_in_name(text, found, language))


def may_drop(match: re.Match[str], names: Sequence[tuple[int, int]]) -> bool:
    """Whether an aside can go: it is no part of a name and no condition of what is said.

    ``names`` are the spans of the brackets that belong to names.
    """
    start, end = match.span()
    inside_name = any(start <= left and right <= end for left, right in names)
    return not inside_name and not _QUALIFIES.match(match[0])


def drop_asides(text: str, aside: re.Pattern[str], language: Language) -> str:
    """The text without the asides that a pattern finds, but for names' parts and conditions."""
    kept = [found.span() for found in find_brackets_in_names(text, language)]

    return aside.sub(lambda match: "" if may_drop(match, kept) else match[0], text)
