"""What stands around the texts on a re-publisher's page, told line by line; pure.

The shapes are those of Hong Kong news sites that carry Government releases, in English and
Chinese: markers that part or close the articles, buttons, section names, notices, and the
captions that name a photo's source.
"""

import re
from datetime import datetime
from typing import Literal

from data.models import HONG_KONG

# ``text``: a sentence or more. ``short``: headlines, captions, entries of lists, subheadings.
# ``parting``: the next article follows. ``closing``: lists of links follow.
# ``furniture``: buttons, ``section``: names of sections; a text's own words may equal both.
# ``notice``: what no text has, such as copyright lines.
Kind = Literal[
    "text", "short", "dateline", "parting", "closing", "furniture", "section", "notice", "credit"
]

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_NOT_WORDS = re.compile(r"[\W_]+")
_SENTENCE_END = re.compile(r"[.。;；:：︰﹕…,，、][\"'”’」』)）]*$")
_CLAIM_END = re.compile(r"[!?！？][\"'”’」』)）]*$")
# A line as wide as this is a paragraph whatever it ends with; a Chinese character says about
# as much as three Latin letters.
_PARAGRAPH_WIDTH = 200
_CLAIM_WIDTH = 110
_TAIL = 12

_PARTING = re.compile(
    r"(?:next (?:article|story|post)|往下看更多(?:文章)?|下一篇(?:文章)?|下一則)", re.IGNORECASE
)
_JOINED_MARKER = re.compile(r"(Next Article|往下看更多文章)\s*[:：>»|]?\s*(\S.{10,})")
_CLOSING = re.compile(
    r"(?:recommended(?: (?:articles|for you|stories|reading))?|you (?:may|might) (?:also )?"
    r"(?:like|be interested in)(?: these)?|related (?:articles|news|stories|posts|topics|links)"
    r"|(?:more|other|latest|hot|popular|trending|top|featured) (?:articles|news|stories|posts)"
    r"|most (?:read|popular|viewed|shared)(?: (?:articles|news|stories))?|trending(?: now)?"
    r"|editor'?s (?:picks?|choice)|also read|read (?:more|next) (?:articles|stories)|ranking"
    r"|你(?:可能|或|也許|亦|或者)?(?:會|也|亦)?(?:有興趣|感興趣|喜歡|想看)的?(?:其他)?(?:文章|新聞|內容)?"
    r"|(?:推薦|推介|相關|熱門|最新|最熱|精選|更多|其他|延伸)(?:閱讀|文章|新聞|報道|報導|內容|話題)"
    r"|延伸閱讀|編輯(?:推薦|推介|精選)|(?:點擊|人氣|熱門|閱讀|新聞)?排行榜?|最多(?:人)?(?:閱讀|點擊|瀏覽)"
    r"|(?:本周|今日|一周|即日|24小時)(?:熱門|最熱|熱話)(?:文章|新聞)?|猜你喜歡)",
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:skip to (?:main )?content|facebook feature image|feature image|image"
    r"|(?:share|follow|like|join|find)(?: (?:this|us|on|to|via|the|article|story|our|now|page"
    r"|channel|with|friends|facebook|whatsapp|telegram|twitter|x|wechat|weibo|instagram|threads"
    r"|youtube|linkedin|line|email|google|news))*"
    r"|facebook|fb|whatsapp|telegram|twitter|x|wechat|weibo|instagram|ig|threads|youtube|linkedin"
    r"|line|email|e-mail|print|save|bookmark|copy(?: (?:the )?link)?|link copied|copied|comments?"
    r"|leave a (?:comment|reply)|advertisements?|ad|ads|sponsored|promoted|loading|load more"
    r"|read more|see more|view more|show more|more|menu|search|login|log in|sign (?:in|up)|register"
    r"|subscribe(?: (?:now|to our newsletter))?|newsletter|home|back(?: to (?:top|home))?|top|close"
    r"|previous(?: article| story)?|next|prev|accept(?: all)?(?: cookies)?|agree|got it|ok"
    r"|about(?: us)?|contact(?: us)?|privacy(?: policy)?|terms(?: (?:of (?:use|service)|and "
    r"conditions))?|disclaimer|sitemap|download(?: (?:our|the))? app|font size|listen|play|pause"
    r"|(?:add|set) .{0,30}preferred source.{0,20}|app store|google play|language|english|繁|简|簡"
    r"|繁體|简体|繁體中文|简体中文|中文|跳到主?要?內容|跳至(?:主要)?內容|分享(?:至|到|給|此|這|文章|朋友|連結|本文)*"
    r"|分享文章|複製(?:連結|網址|鏈接)|已複製|讚好?|列印|收藏|留言|評論|發表(?:評論|意見)|廣告|贊助(?:內容)?"
    r"|載入(?:中|更多)?|(?:閱讀|查看|顯示|看|睇)(?:更多|全文)|繼續閱讀|更多|目錄|選單|搜尋|搜索|登入|登出|註冊|會員"
    r"|訂閱(?:電子報|我們)?|主頁|首頁|返回(?:主頁|首頁|頂部|頁首)?|頂部|關閉|上一篇(?:文章)?|上一則|接受(?:所有)?"
    r"|同意|知道了|關於我們|聯絡我們|私隱(?:政策|條款|聲明)|使用條款|條款及細則|服務條款|免責聲明|網站地圖"
    r"|下載(?:應用程式|app)|字體(?:大小)?|追蹤我們|關注我們|播放|收聽)",
    re.IGNORECASE,
)
_SECTION = re.compile(
    r"(?:hk|hong kong|china|mainland|world|international|asia|global|greater bay area|gba|taiwan"
    r"|macau|macao|local|news|breaking(?: news)?|politics|business|finance|money|markets?|economy"
    r"|property|tech(?:nology)?|science|sports?|entertainment|showbiz|lifestyle|life|culture|travel"
    r"|food|health|education|opinion|blogs?|columns?|videos?|photos?|features?|society|weather"
    r"|編輯室?|社會事|政事|錢財事|大視野|兩岸|娛圈事|生活事|心靈事|健康事|旅遊事|親子事|運動事|科技事|博客|專欄"
    r"|港聞|本地|本港|香港|中國|內地|國際|世界|兩岸國際|大灣區|台灣|澳門|政治|社會|財經|經濟|地產|科技|體育|娛樂"
    r"|生活|文化|教育|健康|旅遊|飲食|副刊|評論|即時|即時新聞|突發|新聞|要聞|影片|視頻|圖片|圖輯|天氣)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\d{1,2}|[\d,.]+[km]?\s*(?:views?|shares?|likes?|comments?"
    r"|次(?:瀏覽|分享|觀看)|人(?:讚好|瀏覽))",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"all rights reserved|©|\bcopyright (?:©|\(c\)|\d{4})"
    r"|版權所有|不得轉載|未經(?:授權|許可).{0,12}轉載"
    r"|文責自負.{0,6}不代表本公司立場|does not (?:represent|reflect) the (?:position|views?) of"
    r"|\b(?:uses?|using) cookies\b|cookie (?:policy|settings)|(?:使用|接受).{0,10}cookies?"
    r"|^By [A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,4}$|^(?:撰文|作者|文)\s*[:：/／]\s*\S{2,12}$"
    r"|^(?:tags?|keywords?|標籤|關鍵字|分類|categories|category)\s*[:：]|^#\S+(?:\s+#\S+)*$",
    re.IGNORECASE,
)
_NOTICE_WIDTH = 400
_LONGEST_FURNITURE = 60

_SHOT = r"(?:photo(?:graph)?|image|picture|screenshot|video|graphic|illustration)s?"
_ENGLISH_CREDIT = re.compile(
    # Capital letters mark a credit: "Photo by …", but "photos from the public" are a matter.
    r"(?:^|[\s,.;(|/])(?:(?:File|Reference|Screen) )?(?-i:Photo|Image|Picture|Screenshot|Video"
    r"|Graphic|Illustration)s?\s+(?:by|from|via)\s+[^.]{1,60}\)?\.?$"
    rf"|(?:^|[\s,.;(|/])(?:(?:file|reference) )?{_SHOT}\s*(?:source|credit|courtesy)s?(?: of)?"
    r"\s*[:：]?\s*[^.]{0,80}\)?\.?$"
    rf"|(?:^|[,.;(|/]\s*){_SHOT}\s*[:：/]\s*[^.]{{1,80}}\)?$|\(courtesy of [^()]{{1,80}}\)\.?$"
    rf"|\((?:AP|AFP|Xinhua|Reuters|CNS)? ?(?:file )?{_SHOT}\b[^()]{{0,80}}\)\.?$"
    r"|.{4}\S\s[(|]?(?-i:Source|SOURCE)\s*[:：]\s*[^.:：]{2,80}\.?$"
    r"|^source\s*[:：]\s*(?:HKSAR Government(?: Press Releases)?|Bastille ?Post|AI[- ].{0,30}"
    r"|reference images?|(?:the )?internet|online)\.?$",
    re.IGNORECASE,
)
_CHINESE_SHOT = r"(?:圖片|相片|資料圖|資料相|網圖|截圖|擷圖|截取|示意圖|設計圖)"
_CHINESE_CREDIT = re.compile(
    r"(?:圖片|相片|照片|影片|視頻|截圖|圖|相)(?:來源|出處|提供|由|來自)?\s*[:：︰]\s*.{0,40}$"
    rf"|(?:[，。、；（(\s】][^，。、；：（(\s]{{0,16}}|^(?:資料|網上|網絡|政府新聞處|新聞處|fb|ig|示意|模擬"
    rf"|影片|短片|巴士的報|警方|新華社|中新社|央視|AP|法新社|路透社|美聯社))"
    rf"{_CHINESE_SHOT}[）)]?[。.]?$"
    r"|[^，。\s]{0,12}(?<![拍錄])[攝摄][）)]?[。.]?$"
    r"|^(?:圖片|相片|資料|圖)?來源\s*[:：︰]\s*.{1,40}$",
    re.IGNORECASE,
)
_CREDIT_WIDTH = 500  # captions of news agencies are a sentence or two
_CHINESE_CREDIT_WIDTH = 260
_CREDIT_LENGTH = 120

_DAY = (
    r"(?:(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2}|[A-Z][a-z]{2})\s*[-/.月]\s*"
    r"(?P<day>\d{1,2})日?"
    r"|(?P<day2>\d{1,2})\s+(?P<month2>[A-Z][a-z]{2,8})\.?,?\s+(?P<year2>\d{4})"
    r"|(?P<month3>[A-Z][a-z]{2,8})\.?\s+(?P<day3>\d{1,2}),?\s+(?P<year3>\d{4}))"
)
_CLOCK = r"(?P<hour>\d{1,2})\s*[:：時]\s*(?P<minute>\d{2})(?:[:：]\d{2})?分?"
_UPDATED = r"(?:(?:last\s+)?updated?(?:\s+(?:at|on))?|(?:最後)?更新(?:時間|於)?)"
_PUBLISHED = (
    r"(?:published|posted|issued|date|time"
    r"|發[佈布](?:時間|日期|於)?|刊登(?:時間|於)?|出版|日期|時間)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOMENT = rf"{_DAY}(?:[\sT,，]*(?:（.{{1,4}}）|\(.{{1,4}}\))?\s*(?:at\s+)?{_CLOCK})?"
# The re-publisher's own line, wherever it stands in a line of a dump.
_OWN_DATELINE = re.compile(
    rf"{_DAY}[\sT]+{_CLOCK}\s*[|｜·・/,，]?\s*{_UPDATED}\s*[:：]\s*"
    rf"(?:{_DAY.replace('?P<', '?P<updated_')}\s*)?\d{{1,2}}[:：]\d{{2}}",
    re.IGNORECASE,
)
_LABEL = re.compile(rf"\b{_PUBLISHED}\b|{_PUBLISHED}|{_UPDATED}|\b(?:hkt|by)\b", re.IGNORECASE)
_ANY_MOMENT = re.compile(_MOMENT)
_ANY_CLOCK = re.compile(_CLOCK)


def measure(line: str) -> int:
    """The width of a line in Latin letters: a Chinese character counts for three."""
    return len(line) + 2 * len(_HAN.findall(line))


def fold(line: str) -> str:
    """A line brought to what makes two of them the same: its letters and figures."""
    return _NOT_WORDS.sub("", line).casefold()


def split_joined(line: str) -> list[str]:
    """A line in its parts where an extractor joined it with a dateline or a marker."""
    if match := _OWN_DATELINE.search(line):
        parts = (line[: match.start()], match[0], line[match.end() :])
    elif match := _JOINED_MARKER.match(line):
        parts = (match[1], match[2], "")
    else:
        parts = (line, "", "")
    return [part.strip() for part in parts if part.strip()]


def read_dateline(line: str) -> datetime | None:
    """The moment, in Hong Kong's zone, of a line that holds nothing but when it was issued.

    ``2025-08-08 19:25 Last Updated At:19:38``, ``2025年11月28日 15:15 最後更新：16:27``,
    ``Published: 28 Nov 2025, 15:15``; a bare day needs a label before it.
    """
    if len(line) > _NOTICE_WIDTH // 4:
        return None
    match = _ANY_MOMENT.search(line)
    if match is None:
        return None
    rest = _ANY_CLOCK.sub("", _ANY_MOMENT.sub("", line))
    bare = _LABEL.sub("", rest)
    if fold(bare) or (match["hour"] is None and bare == rest):
        return None
    return _moment_of(match)


def has_own_dateline(text: str) -> bool:
    """Whether the dateline with its update, which only re-publishers print, is in a text."""
    return _OWN_DATELINE.search(text) is not None


def is_update_line(line: str) -> bool:
    """Whether a line only says when a page was updated: ``Last Updated At:19:38``."""
    found = _LABEL.search(line) is not None and _ANY_CLOCK.search(line) is not None
    return found and not fold(_LABEL.sub("", _ANY_CLOCK.sub("", line)))


def _moment_of(match: re.Match[str]) -> datetime | None:
    part = match.groupdict()
    year = part["year"] or part["year2"] or part["year3"]
    month = part["month"] or part["month2"] or part["month3"]
    day = part["day"] or part["day2"] or part["day3"]
    number = int(month) if month.isdigit() else _month_number(month)
    try:
        return datetime(
            *(int(year), number, int(day), int(part["hour"] or 0), int(part["minute"] or 0)),
            tzinfo=HONG_KONG,
        )
    except ValueError:
        return None


def _month_number(name: str) -> int:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def classify_line(line: str) -> Kind:
    """What a cleaned line is, as far as it tells by itself."""
    bare = line.strip(" *·•|>»›→▼↓:：-–—.!…<«[]【】()（）")
    if read_dateline(line) is not None or is_update_line(line):
        return "dateline"
    if len(bare) <= _LONGEST_FURNITURE:
        for pattern, kind in _WHOLE_LINES:
            if pattern.fullmatch(bare):
                return kind
    width = measure(line)
    if not bare or (width <= _NOTICE_WIDTH and _NOTICE.search(line)):
        return "notice"
    if is_credit(line):
        return "credit"
    return "text" if _is_text(line, width) else "short"


_WHOLE_LINES: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (_PARTING, "parting"),
    (_CLOSING, "closing"),
    (_SECTION, "section"),
    (_COUNT, "furniture"),
    # Several in a row where an extractor joined them.
    (
        re.compile(rf"{_FURNITURE.pattern}(?:[\s|·/]+{_FURNITURE.pattern}){{0,11}}", re.IGNORECASE),
        "furniture",
    ),
)


def _is_text(line: str, width: int) -> bool:
    if width >= _PARAGRAPH_WIDTH or _SENTENCE_END.search(line[-_TAIL:]):
        return True
    return width >= _CLAIM_WIDTH and _CLAIM_END.search(line[-_TAIL:]) is not None


def is_credit(line: str) -> bool:
    """Whether a line is a caption that ends in the name of a photo's source."""
    width, end = measure(line), line[-_CREDIT_LENGTH:]
    if width <= _CHINESE_CREDIT_WIDTH and _CHINESE_CREDIT.search(end):
        return True
    return width <= _CREDIT_WIDTH and _ENGLISH_CREDIT.search(end) is not None


def strip_credit(line: str) -> str:
    """A caption without the name of its source."""
    return _CHINESE_CREDIT.sub("", _ENGLISH_SOURCE.sub("", line)).strip(" ,，。.(（|")


_ENGLISH_SOURCE = re.compile(
    r"[\s,.;(|]*(?:(?:file |reference )?(?:photos?|images?)\s*(?:by|source|credit|courtesy of|:)"
    r"|source\s*[:：]).*$",
    re.IGNORECASE,
)
