"""Reads the figures of Hong Kong Chinese text. Pure."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from summarizer.facts.figures import (
    CURRENCIES,
    HALF_UNSAID,
    Context,
    Found,
    Kind,
    Reader,
    Readers,
    write_date,
    write_time,
)
from summarizer.facts.numerals import HAN_NUMERAL, read_chinese, write_number

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:[ ]\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_HAN = rf"(?:[一二兩三四五六七八九十廿]{HAN_NUMERAL}*(?:點[零○〇一二三四五六七八九]+[萬億]?)?)"
NUMBER = rf"(?:{_DIGITS}[ ]?[十百千萬億]*|{_HAN})"
_SMALL = r"(?:\d{1,2}|[零○〇一二三四五六七八九十廿]{1,3})"
_YEAR = r"(?:(?:1[89]|20)\d\d|[一二][零○〇一二三四五六七八九]{3})"
_UNITS = {
    "person": "人次 人 名 位 口 男 女",
    "vehicle": "輛 架次",
    "case": "宗 起",
    "hour": "個小時 小時 個鐘頭",
    "minute": "分鐘",
    "second": "秒",
    "day": "天 晚 個工作天 個工作日 日內 日後 日前 日間",
    "week": "周 週 個星期 星期 個禮拜",
    "month": "個月",
    "year": "年內 年期 年間 年來 年前 年後",
    "litre": "公升",
    "sqkm": "平方公里",
    "age": "歲",
    "km": "公里",
    "m": "公尺 米",
    "cm": "厘米",
    "mm": "毫米",
    "kg": "公斤 千克",
    "g": "克",
    "tonne": "公噸 噸",
    "sqm": "平方米",
    "ha": "公頃",
    "degree": "度",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_UNIT = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
# Counted without a measure that both languages name: the number alone is the fact.
COUNTERS = (
    "個百分點|個|間|所|項|次|條|座|幢|棟|層|份|張|枚|套|款|種|類|家|隻|頭|支|枝|部|台|艘|架|班|場|"
    "屋|戶|伙|頁|篇|件|批|隊|組|站|棵|株|粒|顆|包|箱|桶|瓶|罐|對|雙|盒|塊|盞|尾|串|束|首|冊|本|封|幀|席|尺|哩|幅|處|期|輪|步|方面|大|倍|劑|枱|局|樽|碗|張|口|公頃|呎"
)
# Numerals that are part of a name or a phrase, not a figure.
_NOT_FIGURES = (
    r"十[二三四五]五|一帶一路|一國兩制|[中東西]?九龍|三藩市|四川|三文魚|六合彩|八達通|八鄉|三軍|"
    r"十分(?!鐘|之|一)|千萬(?=不|別|要)|萬一|一九(?=龍)|百分百|七一|十一國慶|三一|五一|六四|"
    r"四季酒店|"
    r"四方|三方|雙方|一方|五金|二手|一直|一般|一些|一定|一致|一切|一旦|一同|一起|一向|一併|"
    r"一線|統一|"
    r"第一線|三跑|百老匯|九巴|二維碼|七人車|十字|三合會|五育|三聯|四洲|一戶一|一站式|第三者|第一時間|"
    r"一年一度|一如|一連|一次過|一手|一路|一帶|一經|一概|一再|一律|一度|一體|一環|一貫|一方面|另一方面|"
    r"三角|四周|五常法|八號幹線|十大|一號幹線|三號幹線|九號幹線|千禧|百貨|百年老|千秋|萬宜|百科|百姓"
)

_PART = "凌晨|清晨|早上|上午|正午|中午|下午|傍晚|晚上|黃昏|深夜|晚"
_HOUR_MARK = "(?:時|點鐘|點(?=半|正|[，。至]))"

# "fell 9% to 1.48 billion" is no range of percentages.
_NO_COUNT = (
    r"(?![\d.,零○〇一二兩三四五六七八九十百千萬億]"
    r"|[ ]?(?:[多餘元人名宗件輛次張間公噸年月日時歲]|港元|美元|個(?!百分)))"
)

_CHINESE = rf"""
(?P<not_figure>{_NOT_FIGURES})
|(?P<date>(?:(?P<d_year>{_YEAR})年|(?P<d_told>[去今明])年)?
    (?:(?P<d_month>{_SMALL})月|(?P<d_which>[本上下])個?月)(?P<d_days>{_SMALL}[日號]
    (?:(?:（[一二三四五六日星期周]+）|\([一二三四五六日星期周]+\))?[、,，]?(?:及|和|至|與|或|-|－|–|—)?{_SMALL}日)*
    |(?P<d_open>{_SMALL})(?:至|及|、|和)(?P<d_close>{_SMALL})日))
|(?P<iso>(?P<i_year>(?:19|20)\d\d)[-/](?P<i_month>[01]?\d)[-/](?P<i_day>[0-3]?\d))
|(?P<month>(?:(?P<n_year>{_YEAR})年)?(?P<n_month>{_SMALL})月(?!份?[子])(?:份)?)
|(?P<told_year>(?<![過失])去年|今年|(?<![說聲證表註發列])明年)
|(?P<told_month>(?:[上下]個?|本|今個)月(?!球|餅|台|亮|租|薪))
|(?P<relative>今明兩[日天]|今[日天早晨午晚]|昨[日天晚]|明[日天早晚])
|(?P<following>翌日|次日|翌晨)
|(?P<weekday>(?:星期|禮拜|(?:每逢?|逢|本|上|下|於|至)?[周週](?=[一二三四五六日](?![次個天年間至])))
    [一二三四五六日](?:(?:至|、|及|和|或)(?:星期|[周週])?[一二三四五六日](?![十百\d]))*)
|(?P<time>(?P<t_half>{_PART}|早)?(?P<t_hour>{_SMALL}){_HOUR_MARK}
    (?:(?P<t_minute>{_SMALL})分(?!鐘)|(?P<t_part>半|正|[一三]刻))?
    (?:(?:至|到|-|–|－|及)(?P<x_half>翌日|次日)?(?P<x_part>{_PART})?
      (?P<x_hour>{_SMALL}){_HOUR_MARK}(?:(?P<x_minute>{_SMALL})分(?!鐘)|(?P<x_fraction>半|正|[一三]刻))?)?)
|(?P<clock>(?<![\d:])(?P<c_hour>[012]?\d)[:：](?P<c_minute>[0-5]\d)(?![\d:]))
|(?P<noon>正午|午夜)
|(?P<percent>百分之(?P<r_han>{NUMBER}|百)(?:至(?:百分之)?(?P<r_last>{NUMBER}){_NO_COUNT})?
    |(?P<r_digits>{NUMBER})(?:(?:至|-|–)(?P<r_end>{NUMBER}))?\ ?%)
|(?P<points>(?P<q_number>{NUMBER})個百分點)
|(?P<tenths>(?P<h_number>[一二兩三四五六七八九]|\d)成(?P<h_half>半|[一二三四五六七八九])?(?![員為功績果立就長人熟交年]))
|(?P<money>(?P<y_mark>港幣|人民幣|HK\$|US\$|\$|RMB)\ ?
    (?P<y_first>{NUMBER})(?:多|餘)?(?P<y_scale>[萬億])?
    (?:至\$?(?P<y_end>{NUMBER}))?(?:元(?![朗旦])|圓)?
    |(?P<y_plain>{NUMBER})(?:多|餘)?(?P<y_plain_scale>[萬億])?
    (?:至(?P<y_last>{NUMBER}))?\ ?
    (?P<y_unit>港元|美元|歐元|日圓|日元|英鎊|澳元|加元|坡元|澳門元|元人民幣|元(?![朗旦])|人民幣))
|(?P<phone>(?<![\d.])(?:\+?852[\ -])?\d{{4}}[\ -]\d{{4}}(?!\d)|(?<![\d.,])\d{{4}}\ \d{{3}}(?!\d))
|(?P<span>(?P<w_first>{_YEAR})(?:至|-|/|–)(?P<w_last>{_YEAR}|\d\d|[零○〇一二三四五六七八九]{{2}})(?:年度?|財政年度|學年))
|(?P<code>(?:[A-Za-z]+[-/]?\d+[A-Za-z\d]*|\d+[A-Z][A-Za-z\d]*))
|(?P<year>(?P<a_year>{_YEAR})年(?:代)?)
|(?P<fraction>(?P<f_bottom>{_SMALL})分之(?P<f_top>{_SMALL})|一半|半數)
|(?P<halves>(?P<v_number>{NUMBER})(?:個半(?P<v_unit>小時|月|星期)|(?P<v_after>小時|年)半)
    |(?<![上下前後大過])半(?P<v_half>個?小時|年|個月))
|(?P<address>(?P<a_floor>{_SMALL})樓(?![宇房面盤市價層齡梯上下宅])|(?P<a_room>\d{{3,4}}[A-Z]?)室(?!內|外))
|(?P<rank>第(?P<k_number>{NUMBER})|(?P<k_label>{NUMBER})(?:號|級)(?!召))
|(?P<quantity>(?P<u_number>{NUMBER})(?:多|餘|幾)?(?P<u_scale>[萬億])?(?:至(?P<u_last>{NUMBER}))?(?P<u_unit>{_UNIT}))
|(?P<years>(?P<e_number>{NUMBER})(?:多)?(?:至(?P<e_last>{NUMBER}))?年)
|(?P<day>(?P<b_day>{_SMALL}|兩)日(?![常用程報本]))
|(?P<counted>(?P<o_number>{NUMBER})(?:多|餘)?(?P<o_scale>[萬億])?(?:{COUNTERS}))
|(?P<digits>{_DIGITS}\ ?[十百千萬億]*)
|(?P<han>[一二兩三四五六七八九]{HAN_NUMERAL}*[十百千萬億]{HAN_NUMERAL}*|十[一二三四五六七八九])
"""


@lru_cache(maxsize=4096)
def _read(text: str) -> Decimal:
    return read_chinese(text.replace("廿", "二十").strip())


def _small(text: str) -> int:
    return int(_read(text))


@lru_cache(maxsize=4096)
def _value(text: str, scale: str | None = None) -> str:
    return write_number(_read(text) * (read_chinese(f"1{scale}") if scale else 1))


def _first_of_range(first: str, scale: str | None, last: str | None) -> str:
    """The first number of a range; 五 of 五至六萬 and 500 of 500至600萬 are tens of thousands."""
    mark = last.strip()[-1:] if last else ""
    if not scale and mark in {"萬", "億"} and first.strip()[-1:] not in {"萬", "億"}:
        scale = mark
    return _value(first, scale)


def _read_range(
    match: re.Match[str], kind: Kind, unit: str, first: str, last: str, scale: str | None = None
) -> Iterator[Found]:
    """One number, or the two ends of a range, which each have a span of their own."""
    value = _first_of_range(match[first], scale, match[last])
    if not match[last]:
        yield Found(kind, value, unit)
        return
    yield Found(kind, value, unit, (match.start(), match.end(first)))
    yield Found(kind, _value(match[last]), unit, (match.start(last), match.end()))


def _read_date(match: re.Match[str], context: Context) -> Iterator[Found]:
    month, year = _find_month(match, context)
    context.month, context.month_end = month, match.end()
    groups = ("d_open", "d_close") if match["d_open"] else ("d_days",)
    days = [
        (day[1], match.start(group) + day.start(), match.start(group) + day.end())
        for group in groups
        for day in re.finditer(rf"({_SMALL})(?:[日號]|$)", match[group])
    ]
    for place, (day, start, end) in enumerate(days):
        span = (match.start() if place == 0 else start, end)
        dates = list(write_date(year, month, _small(day), span))
        context.day = dates[0].value
        yield from dates


def _find_month(match: re.Match[str], context: Context) -> tuple[int, int | None]:
    if match["d_which"]:
        months = context.today.year * 12 + context.today.month - 1 + MONTH_SHIFTS[match["d_which"]]
        return months % 12 + 1, months // 12
    year = _small(match["d_year"]) if match["d_year"] else None
    if match["d_told"]:
        year = context.today.year + YEAR_SHIFTS[match["d_told"]]
    return _small(match["d_month"]), year


def _read_iso(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_date(int(match["i_year"]), int(match["i_month"]), int(match["i_day"]))


def _read_month(match: re.Match[str], context: Context) -> Iterator[Found]:
    month = _small(match["n_month"])
    context.month, context.month_end = month, match.end()
    yield Found("month", f"--{month:02d}")
    if match["n_year"]:
        yield Found("year", str(_small(match["n_year"])))


YEAR_SHIFTS = {"去": -1, "今": 0, "明": 1}
MONTH_SHIFTS = {"上": -1, "本": 0, "今": 0, "下": 1}


def _read_told_year(match: re.Match[str], context: Context) -> Iterable[Found]:
    yield Found("year", str(context.today.year + YEAR_SHIFTS[match[0][0]]))


def _read_told_month(match: re.Match[str], context: Context) -> Iterable[Found]:
    month = context.today.month + MONTH_SHIFTS[match[0][0]]
    yield Found("month", f"--{(month - 1) % 12 + 1:02d}")
    yield Found("year", str(context.today.year + (month - 1) // 12))


_SHIFTS = {"今": 0, "昨": -1, "明": 1}


def _read_relative(match: re.Match[str], context: Context) -> Iterable[Found]:
    yield Found("date", context.count_on(_SHIFTS[match[0][0]]))
    if match[0].startswith("今明"):
        yield Found("date", context.count_on(1))


def _read_following(_: re.Match[str], context: Context) -> Iterable[Found]:
    if day := context.move_on():
        yield Found("date", day.isoformat())


def _read_weekday(match: re.Match[str], _: Context) -> Iterator[Found]:
    for mark in re.sub("星期|禮拜|[周週]", "", match[0]):
        if mark in "一二三四五六日":
            yield Found("weekday", str("一二三四五六日".index(mark)))


_EARLY = {"凌晨", "清晨", "早上", "上午", "早"}
_LATE = {"下午", "傍晚", "晚上", "黃昏", "深夜", "晚"}
_MINUTES = {"半": 30, "正": 0, "一刻": 15, "三刻": 45}


def _clock(
    half: str | None,
    hour: str,
    minute: str | None,
    part: str | None,
    span: tuple[int, int] | None = None,
) -> Iterable[Found]:
    hours = _small(hour)
    if half in _EARLY and hours < 25:
        hours %= 12
    elif half and hours < 12 and (half in _LATE or hours < 4):
        hours += 12
    unit = "" if half or not 0 < hours < 13 else HALF_UNSAID
    return write_time(hours, _small(minute) if minute else _MINUTES.get(part or "", 0), span, unit)


def _read_time(match: re.Match[str], context: Context) -> Iterator[Found]:
    half = match["t_half"]
    first = (half, match["t_hour"], match["t_minute"], match["t_part"])
    if not match["x_hour"]:
        yield from _clock(*first)
        return
    start = min(match.start(group) for group in ("x_half", "x_part", "x_hour") if match[group])
    yield from _clock(*first, (match.start(), start - 1))
    if match["x_half"] and (day := context.move_on()):
        yield Found("date", day.isoformat(), "", match.span("x_half"))
    last = (match["x_part"] or half, match["x_hour"], match["x_minute"], match["x_fraction"])
    yield from _clock(*last, (start, match.end()))


def _read_clock(match: re.Match[str], _: Context) -> Iterable[Found]:
    return write_time(int(match["c_hour"]), int(match["c_minute"]))


def _read_noon(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("time", "12:00" if match[0] == "正午" else "00:00")


def _read_percent(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["r_han"] == "百":
        yield Found("percent", "100")
    elif match["r_han"]:
        yield from _read_range(match, "percent", "", "r_han", "r_last")
    else:
        yield from _read_range(match, "percent", "", "r_digits", "r_end")


def _read_points(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("percent", _value(match["q_number"]), "point")


def _read_tenths(match: re.Match[str], _: Context) -> Iterable[Found]:
    half = match["h_half"]
    units = 5 if half == "半" else _small(half) if half else 0
    yield Found("percent", str(_small(match["h_number"]) * 10 + units))


def _read_money(match: re.Match[str], _: Context) -> Iterator[Found]:
    if match["y_first"]:
        unit = CURRENCIES[match["y_mark"]]
        yield from _read_range(match, "money", unit, "y_first", "y_end", match["y_scale"])
    else:
        unit = "CNY" if "人民幣" in match["y_unit"] else CURRENCIES[match["y_unit"]]
        yield from _read_range(match, "money", unit, "y_plain", "y_last", match["y_plain_scale"])


def _read_phone(match: re.Match[str], _: Context) -> Iterable[Found]:
    digits = re.sub(r"\D", "", match[0])
    yield Found("phone", digits.removeprefix("852") if len(digits) > 8 else digits)


def _read_span(match: re.Match[str], _: Context) -> Iterator[Found]:
    first, last = str(_small(match["w_first"])), f"{_small(match['w_last']):02d}"
    yield Found("year", first)
    yield Found("year", last if len(last) == 4 else first[:2] + last)


def _read_code(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("code", match[0].upper())


def _read_year(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("year", str(_small(match["a_year"])))


def _read_fraction(match: re.Match[str], _: Context) -> Iterable[Found]:
    if match["f_top"]:
        yield Found("fraction", f"{_small(match['f_top'])}/{_small(match['f_bottom'])}")
    else:
        yield Found("fraction", "1/2")


_HALVED = {"小時": "hour", "月": "month", "個月": "month", "年": "year", "星期": "week"}


def _read_halves(match: re.Match[str], _: Context) -> Iterable[Found]:
    whole = _read(match["v_number"]) if match["v_number"] else Decimal(0)
    unit = (match["v_unit"] or match["v_after"] or match["v_half"]).removeprefix("個")
    yield Found("quantity", write_number(whole + Decimal("0.5")), _HALVED[unit])


def _read_address(match: re.Match[str], _: Context) -> Iterable[Found]:
    if match["a_floor"]:
        yield Found("rank", _value(match["a_floor"]), "floor")
    else:
        yield Found("rank", match["a_room"], "room")


def _read_rank(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("rank", _value(match["k_number"] or match["k_label"]))


def _read_quantity(match: re.Match[str], _: Context) -> Iterator[Found]:
    unit = _UNIT_OF[match["u_unit"]]
    return _read_range(match, "quantity", unit, "u_number", "u_last", match["u_scale"])


def _read_years(match: re.Match[str], _: Context) -> Iterable[Found]:
    return _read_range(match, "quantity", "year", "e_number", "e_last")


# Between the days of a list: 五月十二日（星期一）、十三日及二十八日.
_GOES_ON = re.compile(r"(?:（[^（）。]{0,6})?[）)]?[、，,]?(?:以?及|和|至|與|或|[-－–—])?")


def _read_day(match: re.Match[str], context: Context) -> Iterator[Found]:
    """A day alone belongs to the month just named (十二日、十三日); else it may count days."""
    if match["b_day"] == "兩":
        yield Found("quantity", "2", "day")
        return
    day = _small(match["b_day"])
    between = match.string[context.month_end : match.start()]
    if context.month and len(between) < 12 and _GOES_ON.fullmatch(between):
        context.month_end = match.end()
        dates = list(write_date(None, context.month, day))
        context.day = dates[0].value
        yield from dates
    else:
        yield Found("date", f"---{day:02d}")


def _read_counted(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("number", _value(match["o_number"], match["o_scale"]))


def _read_bare(match: re.Match[str], _: Context) -> Iterable[Found]:
    yield Found("number", _value(match[0]))


_READERS: Readers = {
    "date": _read_date, "iso": _read_iso, "month": _read_month, "relative": _read_relative,
    "told_year": _read_told_year, "told_month": _read_told_month, "following": _read_following,
    "weekday": _read_weekday, "time": _read_time, "clock": _read_clock, "noon": _read_noon,
    "percent": _read_percent, "points": _read_points, "tenths": _read_tenths,
    "money": _read_money, "phone": _read_phone, "span": _read_span, "code": _read_code,
    "year": _read_year, "fraction": _read_fraction, "halves": _read_halves,
    "address": _read_address, "rank": _read_rank,
    "quantity": _read_quantity, "years": _read_years, "day": _read_day,
    "counted": _read_counted, "digits": _read_bare, "han": _read_bare,
}  # fmt: skip
# No figure starts with any other characters: not trying them is several times faster.
_START = re.compile(
    r"[\d$+零○〇一二兩三四五六七八九十廿百千]|(?<![A-Za-z])[A-Za-z](?=[A-Za-z]*[-/$\d]|MB)"
    r"|今[日天早晨午晚年個明]|昨[日天晚]|明[日天早晚年]|去年|[本上下]個?月|翌[日晨]|次日|萬[一宜]"
    r"|星期|禮拜|(?:每逢?|逢|本|上|下|於|至)?[周週][一二三四五六日]|正午|午夜|統一|雙方"
    r"|凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|黃昏|深夜|[早晚][\d一二三四五六七八九十]|港幣|人民幣|第|半[數個年小]|[中東西]九龍"
)
SCANNER = (re.compile(f"(?={_START.pattern})(?:{_CHINESE})", re.VERBOSE), _READERS)
_PATTERN = re.compile(_CHINESE, re.VERBOSE)


def scan(text: str) -> Iterator[tuple[re.Match[str], Reader]]:
    """The figures of a Chinese text with folded widths, in order, each with its reader."""
    position = 0
    while start := _START.search(text, position):
        match = _PATTERN.match(text, start.start())
        if match is None:
            position = start.start() + 1
            continue
        position = match.end()
        if match.lastgroup != "not_figure":
            yield match, _READERS[match.lastgroup or ""]
