"""Brings Chinese sentences to a summary's wording: absolute dates, figures as digits. Pure."""

import re
from datetime import date, timedelta
from functools import lru_cache

from summarizer.facts.figures_zh import MONTH_SHIFTS, SCANNER, YEAR_SHIFTS
from summarizer.facts.numerals import HAN_NUMERAL, fold_width, read_chinese, write_chinese_digits

_NUMERAL = rf"{HAN_NUMERAL}+(?:點[零○〇一二三四五六七八九]+[萬億]?)?"
_RUN = re.compile(_NUMERAL)
_RELATIVE = re.compile(
    r"(?P<word>[今昨明])(?P<part>[日天早晨午晚])"
    r"(?:[（(](?P<date>(?:[\d零○〇一二三四五六七八九]{4}年)?[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}日)"
    r"(?:[，,]?星期[一二三四五六日])?[)）])?"
)
# 過去年度, 失去年輕 and 說明年期 name no year.
_TOLD_YEAR = re.compile(
    r"((?<![過失])去|(?<![如現])今|(?<![說聲證表註發列訂寫])明)年(?![輕青幼長老期齡資限代])"
)
_CONNECTIVE = re.compile(
    r"^(?:此外|另外|同時|與此同時|其中|因此|故此|然而|不過|另一方面|再者|而且|另|亦|具體而言|"
    r"至於|首先|其次|最後|"
    r"在此期間|為此|就此|總括而言|整體而言|展望未來|事實上|例如|需注意的是|值得注意的是|"
    r"在這方面)[，：]"
    r"|^(?:而且|因此|此外|另外|同時)(?=[\u4e00-\u9fff])"
)
# Not 不但…亦, 除…外亦, 即使…也.
_ALSO = re.compile(
    r"^((?![^，]*(?:不但|不僅|即使|除|無論|連|雖|再|誰))[^，。；]{2,16}?)"
    r"(?:(?:亦|也)(?=[已將會正可須獲應有在])|同時(?=[向將會已]))"
)
_SPOKESMAN = re.compile(
    r"^([^，。]{2,40}?)(?:的)?發言人(?=[^，。]{0,24}?(?:表示|指出|說|稱|強調|補充|呼籲|提醒))"
)
_WE = re.compile(r"(^|[，；年月日])我們(?:亦|也|同時)?(?=會|將|計劃|已(?!經?離)|正)")
_TOLD_MONTH = re.compile(r"(?<![早晚])([上下本今](?=個?月))個?月(?![球餅台亮租薪份結])")
_WEEKDAY = r"(?:星期|周|週|禮拜)[一二三四五六日天]"
_WEEKDAY_GIVEN = re.compile(
    rf"(?:本|下)?{_WEEKDAY}（((?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日)）"
    rf"|((?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}日)（{_WEEKDAY}）"
)
_TWO_DAYS = re.compile(r"(?P<words>今明|昨今)兩[日天]")
# 5月20日（倫敦時間5月20日）
_TWICE_GIVEN = re.compile(r"(\d{1,2}月\d{1,2}日)（([\u4e00-\u9fff]{2,8}時間)，?\1）")
_LONG_GOVERNMENT = re.compile(r"香港特別行政區(?=政府)")
# A centre is known without the department that it is part of.
_OWNER = re.compile(
    r"(?:^|(?<=[，：]))(?!社會福利署)[\u4e00-\u9fff]{2,8}署(?:轄下的?)?(?=[\u4e00-\u9fff]{4}中心)"
)
# 三棟屋路 and the like name places.
_PLACE_GOES_ON = re.compile(r"[\u4e00-\u9fff]?(?:路|街|邨|村)(?![面上人段線牌燈名])")
_SHIFTS = {"今": 0, "昨": -1, "明": 1}
_PARTS = {"早": "早上", "晨": "清晨", "午": "中午", "晚": "晚上"}
_PLAIN = frozenset({"date", "month", "time", "day"})  # small whole numbers, never with marks
_COUNTED = frozenset({"money", "quantity", "counted", "years", "points"})
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d]| \d)")
_TWO = re.compile(r"兩(?:人|宗|歲|元|年|小時|個月)")
_TELEPHONE = re.compile(r"(?:電|熱線|話|傳真|號碼)[^。，；]{0,12}$")


def drop_connective(text: str) -> str:
    """The sentence without 此外， and the like at its start, without 亦 and without 發言人."""
    while match := _CONNECTIVE.match(text):
        text = text[match.end() :]
    return _SPOKESMAN.sub(r"\1", _ALSO.sub(r"\1", text))


def make_dates_absolute(text: str, today: date) -> str:
    """The sentence with 今日（十一月二十七日） and the like turned into 十一月二十七日.

    A relative word without a date is counted from ``today``, the Hong Kong date of issue.
    """
    text = _TOLD_YEAR.sub(lambda match: f"{today.year + YEAR_SHIFTS[match[1]]}年", text)
    text = _TOLD_MONTH.sub(lambda match: _place_month(match, today), text)
    text = _TWO_DAYS.sub(lambda match: _place_two_days(match, today), text)
    return _RELATIVE.sub(lambda match: _place_date(match, today), text)


def leave_out_we(text: str) -> str:
    """A speaker's sentence without 我們 where Chinese needs no subject: 今年（我們）會預留…."""
    return text if "「" in text else _WE.sub(r"\1", text)


def _place_month(match: re.Match[str], today: date) -> str:
    years, month = divmod(today.year * 12 + today.month - 1 + MONTH_SHIFTS[match[1]], 12)
    return f"{month + 1}月" if years == today.year else f"{years}年{month + 1}月"


def _place_two_days(match: re.Match[str], today: date) -> str:
    first, second = (today + timedelta(days=_SHIFTS[word]) for word in match["words"])
    return f"{first.month}月{first.day}日及{second.month}月{second.day}日"


def _place_date(match: re.Match[str], today: date) -> str:
    day = today + timedelta(days=_SHIFTS[match["word"]])
    following = match.string[match.end() : match.end() + 2]
    part = (
        ""
        if following in {"上午", "下午", "凌晨", "早上", "晚上"}
        else _PARTS.get(match["part"], "")
    )
    return f"{match['date'] or f'{day.month}月{day.day}日'}{part}"


def write_figures(text: str) -> str:
    """The sentence with its unambiguous Chinese numerals as digits: 510萬元, 37人, 2時51分.

    Names, idioms, ordinals and ranks (五級, 第八屆) stay as they are, and so do 一 and 兩.
    """
    pattern, _ = SCANNER
    pieces: list[str] = []
    position = 0
    for match in pattern.finditer(fold_width(text)):
        start, end = match.span()
        is_name = _PLACE_GOES_ON.match(text, end)
        written = text[start:end] if is_name else _write(match.lastgroup or "", text[start:end])
        pieces += [text[position:start], written]
        position = end
    pieces.append(text[position:])
    text = _SPACED.sub(_join_thousands, "".join(pieces))
    text = _WEEKDAY_GIVEN.sub(lambda found: found[1] or found[2], text)
    return _TWICE_GIVEN.sub(r"\1（\2）", text)


def shorten_bodies(text: str) -> str:
    """The sentence with bodies as they are mostly called: 衞生署衞生防護中心 is 衞生防護中心."""
    return _OWNER.sub("", _LONG_GOVERNMENT.sub("香港特區", text))


def _write(kind: str, surface: str) -> str:
    if kind in _PLAIN:
        return _RUN.sub(lambda run: _write_whole(run[0]), surface)
    if kind in {"year", "span"}:
        return _RUN.sub(_write_year, surface)
    if kind == "percent":
        surface = re.sub(rf"百分之(.+?)至(?:百分之)?({_NUMERAL}|[\d.]+)$", r"\1至\2%", surface)
        surface = re.sub(r"^百分之(?!百)(.+)$", r"\1%", surface)
        return _RUN.sub(_write_count, surface)
    if kind == "han" and len(surface) > 2:
        return _RUN.sub(_write_count, surface)
    if kind not in _COUNTED:
        return surface
    if _TWO.fullmatch(surface):
        return f"2{surface[1:]}"
    return _RUN.sub(_write_count, surface)


def _write_year(run: re.Match[str]) -> str:
    digits = str(int(read_chinese(run[0])))
    return digits.zfill(len(run[0]))


def _write_count(run: re.Match[str]) -> str:
    if run[0] in {"一", "兩"} or run[0][0] in "百千萬億零":
        return run[0]
    return _write_numeral(run[0])


@lru_cache(maxsize=1024)
def _write_whole(numeral: str) -> str:
    return f"{int(read_chinese(numeral))}"


@lru_cache(maxsize=1024)
def _write_numeral(numeral: str) -> str:
    return write_chinese_digits(read_chinese(numeral))


def _join_thousands(match: re.Match[str]) -> str:
    if _TELEPHONE.search(match.string[max(0, match.start() - 20) : match.start()]):
        return match[0]
    return match[0].replace(" ", ",")
