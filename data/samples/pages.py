"""Sample releases in the formats of the official site: feed, page, print view, day list; pure.

The hooks that readers rely on (ids, classes, footer, language links) are those seen on real
pages; the markup around them is our own. What real texts carry besides words is there too:
indents, empty ``<br/>`` lines, a U+200B here and there.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote, urlsplit

from data.models import HONG_KONG, Language
from data.samples.rendering import SampleReleaseText

_FOLDER = Path(__file__).parent
_ZERO_WIDTH = "\u200b"
_PAGE_INDENT = {"en": "&nbsp;" * 5, "zh": "\u3000" * 2}
_FEED_INDENT = {"en": " " * 5, "zh": "\u3000" * 2}
_DESCRIPTION_LENGTH = {"en": 180, "zh": 90}
_CELL_MARK = " | "
_HEADING_LENGTH = 40
_SENTENCE_END = (*'.:;?!")', *"。：；？！」）")
_LIST_ENTRY = ("(", "（")
_WEB_ADDRESS = re.compile(r"\bwww\.[a-z0-9./-]*[a-z0-9]")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "html_language": "en",
        "site_name": "Press Releases",
        "fictional": "Fictional sample releases of Tongbao, published on this machine only.",
        "skip": "Go to main content",
        "mail_word": "Email",
        "mail_subject": "Press Release : ",
        "print_word": "Print",
        "day_list_word": "Back to Index Page",
        "today_word": "Today's Press Releases",
        "top_word": "Back to top",
        "related": "Related Links",
    },
    "zh": {
        "html_language": "zh-Hant-HK",
        "site_name": "新聞公報",
        "fictional": "「通報」的虛構示範公報，只在本機發布。",
        "skip": "跳至主要內容",
        "mail_word": "電子郵件",
        "mail_subject": "新聞公報：",
        "print_word": "列印",
        "day_list_word": "返回新聞列表",
        "today_word": "即日新聞",
        "top_word": "返回頁首",
        "related": "相關連結",
    },
}


@dataclass(frozen=True)
class Surroundings:
    """What a page shows besides its own text: the site, and what is issued by now."""

    base_url: str
    counterpart: SampleReleaseText | None
    same_day: Sequence[SampleReleaseText]


def render_feed(texts: Iterable[SampleReleaseText], language: Language, base_url: str) -> str:
    """The RSS 2.0 feed of one language's texts, newest first; its channel dates are junk."""
    name = "香港特區政府新聞公報" if language == "zh" else "HKSAR Government Press Releases"
    home = base_url + _today_path(language)
    items = "\n".join(_render_item(text, base_url) for text in sort_newest_first(texts))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>{name}</title><link>{home}</link>
<language>{"zh-hk" if language == "zh" else "en-UK"}</language>
<pubDate>Sat, 27 Dec 2014 01:00:00 GMT</pubDate>
<lastBuildDate>Tue, 12 Jul 2016 11:00:00 GMT</lastBuildDate>
{items}
</channel></rss>
"""


def render_page(text: SampleReleaseText, around: Surroundings) -> str:
    """The page of one release, with a link to the other language if that is issued already."""
    words = _WORDS[text.language]
    url = around.base_url + text.path
    subject = quote(words["mail_subject"] + text.title, safe="")
    return _template("page.html").substitute(
        {name: escape(word) for name, word in words.items()},
        **_common_parts(text),
        stray=_ZERO_WIDTH if text.id.endswith(("0", "5")) else "",
        description=escape(_describe(text)),
        language_links=_render_language_links(text, around),
        same_day=render_select(around.same_day, chosen=text.id),
        mail_link=escape(f"MAILTO:?subject={subject}&body={quote(url, safe='')}"),
        print_link=f"{text.id}p.htm",
        aside=_render_aside(text, around.same_day),
        day_list=day_list_path(_day_of(text), text.language),
        today_list=_today_path(text.language),
    )


def render_print_view(text: SampleReleaseText) -> str:
    """The print view: title, text and footer alone."""
    return _template("print.html").substitute(
        html_language=_WORDS[text.language]["html_language"], **_common_parts(text)
    )


def render_day_list(texts: Iterable[SampleReleaseText], day: date, language: Language) -> str:
    """The list of one day's texts, newest first, in ``ul#prlist``."""
    entries = "\n".join(
        f'<li><a href="{text.path}">{escape(text.title)}</a></li>'
        for text in sort_newest_first(texts)
    )
    words = _WORDS[language]
    heading = f"{words['site_name']} {_long_date(day, language)}"
    return f"""<!DOCTYPE html>
<html lang="{words["html_language"]}">
<head><meta charset="utf-8"/><title>{heading}</title></head>
<body>
<h1>{heading}</h1>
<ul id="prlist" class="list">
{entries}
</ul>
<p><small>{words["fictional"]}</small></p>
</body>
</html>
"""


def render_select(texts: Iterable[SampleReleaseText], chosen: str | None = None) -> str:
    """The ``<select>`` of a day's ids and titles, newest first."""
    options = "\n".join(
        f'<option value="{text.id}"{" selected" if text.id == chosen else ""}>'
        f"<span>{escape(text.title)}</span></option>"
        for text in sort_newest_first(texts)
    )
    return f'<select id="selectManual" class="left">\n{options}\n</select>'


def day_list_path(day: date, language: Language) -> str:
    """Where the site lists a day's releases: ``…/202611/22.htm``, Chinese ``…/22c.htm``."""
    return f"/gia/general/{day:%Y%m/%d}{'c' if language == 'zh' else ''}.htm"


def sort_newest_first(texts: Iterable[SampleReleaseText]) -> list[SampleReleaseText]:
    """Texts by issue time, newest first; the id decides between equals."""
    return sorted(texts, key=lambda text: (text.issued_at, text.id), reverse=True)


@cache
def _template(name: str) -> Template:
    return Template((_FOLDER / name).read_text(encoding="utf-8"))


def _today_path(language: Language) -> str:
    return f"/gia/general/{'ctoday' if language == 'zh' else 'today'}.htm"


def _hong_kong(moment: datetime) -> datetime:
    return moment.astimezone(HONG_KONG)


def _day_of(text: SampleReleaseText) -> date:
    return _hong_kong(text.issued_at).date()


def _long_date(day: date, language: Language) -> str:
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日（星期{'一二三四五六日'[day.weekday()]}）"
    return f"{_DAYS[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _render_item(text: SampleReleaseText, base_url: str) -> str:
    url = base_url + text.path
    body = _render_body(text.body, _FEED_INDENT[text.language], "<br>\n<br>\n")
    return (
        f"<item><title>{_cdata(text.title)}</title><guid>{url}</guid><link>{url}</link>"
        f"<pubDate>{format_datetime(_hong_kong(text.issued_at))}</pubDate>"
        f"<description>{_cdata(body)}</description></item>"
    )


def _cdata(content: str) -> str:
    return f"<![CDATA[{content.replace(']]>', ']]&gt;')}]]>"


def _common_parts(text: SampleReleaseText) -> dict[str, str]:
    star = '<span style="letter-spacing:0.05em;">＊</span>' if text.language == "zh" else "*"
    return {
        "title": escape(text.title),
        "stars": star * min(len(text.title), 90),
        "body": _render_body(text.body, _PAGE_INDENT[text.language], "<br/>\n<br/>\n", stray=True),
        "footer": _render_footer(text),
    }


def _render_body(body: str, indent: str, blank_line: str, *, stray: bool = False) -> str:
    """Paragraphs as lines between ``<br>``; every fourth opens with U+200B where wanted."""
    blocks: list[str] = []
    for number, paragraph in enumerate(body.split("\n\n")):
        if _is_table(paragraph):
            blocks.append(_render_table(paragraph))
            continue
        opening = _ZERO_WIDTH if stray and number % 4 == 1 else ""
        lead = "" if _stands_at_margin(paragraph, first=number == 0) else indent
        blocks.append(lead + opening + _link_addresses(escape(paragraph, quote=False)))
    return blank_line.join(blocks)


def _is_table(paragraph: str) -> bool:
    lines = paragraph.split("\n")
    return len(lines) > 1 and all(_CELL_MARK in line for line in lines)


def _render_table(paragraph: str) -> str:
    rows = []
    for number, line in enumerate(paragraph.split("\n")):
        cells = [escape(cell.strip()) for cell in line.split(_CELL_MARK)]
        marked = [f"<strong>{cell}</strong>" for cell in cells] if number == 0 else cells
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in marked) + "</tr>")
    table = "\n".join(rows)
    return (
        f'<div style="overflow-x:auto;"><table border="1">\n<tbody>\n{table}\n</tbody>\n'
        "</table></div>"
    )


def _stands_at_margin(paragraph: str, *, first: bool) -> bool:
    """Headings, entries of lists and a prefatory first line have no indent."""
    heading = len(paragraph) < _HEADING_LENGTH and not paragraph.endswith(_SENTENCE_END)
    preface = first and paragraph.endswith((":", "："))
    return heading or preface or paragraph.startswith(_LIST_ENTRY)


def _link_addresses(html: str) -> str:
    return _WEB_ADDRESS.sub(r'<a href="https://\g<0>" target="_blank">\g<0></a>', html)


def _render_footer(text: SampleReleaseText) -> str:
    moment = _hong_kong(text.issued_at)
    day = _long_date(moment.date(), text.language)
    if text.language == "zh":
        return (
            '<div class="mB15 f15">完</div>\n'
            f'<div class="mB15 f15">{day}<br/>\n'
            f"\t\t\t\t香港時間{moment.hour}時{moment.minute:02}分</div>"
        )
    return (
        f'<div class="mB15 f15">Ends/{day}\n\t\t\t\t<br/>\n'
        f"\t\t\t\t Issued at HKT {moment.hour}:{moment.minute:02}\n\t\t\t\t</div>\n"
        '<div style="margin-top:10px;">\n\t\t\t\t NNNN\n\t\t\t\t</div>'
    )


def _describe(text: SampleReleaseText) -> str:
    """The opening of the text, as in ``meta[name=description]``."""
    opening = " ".join(text.body.split())
    length = _DESCRIPTION_LENGTH[text.language]
    return opening if len(opening) <= length else f"{opening[:length].rstrip()}..."


def _render_language_links(text: SampleReleaseText, around: Surroundings) -> str:
    chinese = text if text.language == "zh" else around.counterpart
    links = []
    if chinese is not None and text.language == "en":
        links.append(_image_link(chinese.path, "hdrTCLnk", "Traditional Chinese", "繁體版"))
    if chinese is not None:
        host = urlsplit(around.base_url).netloc
        simplified = f"{around.base_url}/TuniS//{host}{chinese.path}"
        links.append(_image_link(simplified, "hdrSCLnk", "Simplified Chinese", "簡體版"))
    if text.language == "zh" and around.counterpart is not None:
        path = f"{around.counterpart.path}?fontSize=1"
        links.append(_image_link(path, "hdrENLnk", "英文版", "English"))
    return "\n".join(links)


def _image_link(address: str, image_id: str, title: str, label: str) -> str:
    """A language link; without the site's pictures the label shows instead."""
    return f'<a href="{escape(address)}"><img id="{image_id}" alt="{label}" title="{title}"/></a>'


def _render_aside(text: SampleReleaseText, same_day: Sequence[SampleReleaseText]) -> str:
    """A related link, such as real pages have beside the text and again inside it."""
    heading = f'<h2 class="attTypeTitle1">{_WORDS[text.language]["related"]}</h2>'
    links = [
        f'<a class="redArr" href="{other.path}"><span>{escape(other.title)}</span></a>'
        for other in same_day
        if other.id != text.id
    ]
    related = heading + links[0] if links else ""
    return f'<div id="rightContent" class="fontSize1">{related}</div>'
