"""Brings Chinese sentences to a summary's wording: absolute dates, figures as digits. Pure."""

import re
from datetime import date, timedelta

from summarizer.figures_zh import MONTH_SHIFTS, SCANNER, YEAR_SHIFTS
from summarizer.numerals import HAN_NUMERAL, fold_width, read_chinese, write_chinese_digits

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
_WE = re.compile(r"(^|[，；年月日])我們(?:亦|也|同時)?(?=會|將|計劃|已(?!經?離)|正)")
_TOLD_MONTH = re.compile(r"(?<![早晚])([上下本今](?=個?月))個?月(?![球餅台亮租薪份結])")
_SHIFTS = {"今": 0, "昨": -1, "明": 1}
_PARTS = {"早": "早上", "晨": "清晨", "午": "中午", "晚": "晚上"}
_PLAIN = frozenset({"date", "month", "time", "day"})  # small whole numbers, never with marks
_COUNTED = frozenset({"money", "quantity", "counted", "years", "points"})
_SPACED = re.compile(r"(?<![\d.,])\d{1,3}(?: \d{3})+(?![\d]| \d)")
_TELEPHONE = re.compile(r"(?:電|熱線|話|傳真|號碼)[^。，；]{0,12}$")


def make_dates_absolute(text: str, today: date) -> str:
    """The sentence with 今日（十一月二十七日） and the like turned into 十一月二十七日.

    A relative word without a date is counted from ``today``, the Hong Kong date of issue.
    """
    text = _TOLD_YEAR.sub(lambda match: f"{today.year + YEAR_SHIFTS[match[1]]}年", text)
    text = _TOLD_MONTH.sub(lambda match: _place_month(match, today), text)
    return _RELATIVE.sub(lambda match: _place_date(match, today), text)


def leave_out_we(text: str) -> str:
    """A speaker's sentence without 我們 where Chinese needs no subject: 今年（我們）會預留…."""
    return text if "「" in text else _WE.sub(r"\1", text)


def _place_month(match: re.Match[str], today: date) -> str:
    years, month = divmod(today.year * 12 + today.month - 1 + MONTH_SHIFTS[match[1]], 12)
    return f"{month + 1}月" if years == today.year else f"{years}年{month + 1}月"


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
        written = _write(match.lastgroup or "", text[start:end])
        pieces += [text[position:start], written]
        position = end
    pieces.append(text[position:])
    return _SPACED.sub(_join_thousands, "".join(pieces))


def _write(kind: str, surface: str) -> str:
    if kind in _PLAIN:
        return _RUN.sub(lambda run: f"{int(read_chinese(run[0]))}", surface)
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
    if re.fullmatch(r"兩(?:人|宗|歲|元|年|小時|個月)", surface):
        return f"2{surface[1:]}"
    return _RUN.sub(_write_count, surface)


def _write_year(run: re.Match[str]) -> str:
    digits = str(int(read_chinese(run[0])))
    return digits.zfill(len(run[0]))


def _write_count(run: re.Match[str]) -> str:
    if run[0] in {"一", "兩"} or run[0][0] in "百千萬億零":
        return run[0]
    return write_chinese_digits(read_chinese(run[0]))


def _join_thousands(match: re.Match[str]) -> str:
    if _TELEPHONE.search(match.string[max(0, match.start() - 20) : match.start()]):
        return match[0]
    return match[0].replace(" ", ",")
