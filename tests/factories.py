"""Values for tests, each with sensible defaults; and pages and feeds in the official form."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from data.models import HONG_KONG, Language, Release, ReleaseText, Summary, Topic

ISSUED = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
OFFICIAL = "https://www.info.gov.hk"
EN_ID, ZH_ID = "P2026112100101", "P2026112100202"
EN_BODY = (
    "The Harbour Department said today (November 21) that 13 lanterns had been lit.\n\n"
    "Members of the public may call 2000 0123 for details."
)
ZH_BODY = "海港署今日（十一月二十一日）表示，已點亮13盞燈籠。\n\n市民如有查詢，可致電2000 0123。"


def make_text(
    language: Language = "en",
    *,
    text_id: str | None = None,
    title: str | None = None,
    body: str | None = None,
    issued_at: datetime = ISSUED,
    site: str = OFFICIAL,
) -> ReleaseText:
    text_id = text_id or (EN_ID if language == "en" else ZH_ID)
    return ReleaseText(
        language=language,
        id=text_id,
        url=f"{site}/gia/general/202611/21/{text_id}.htm",
        title=title or ("Lanterns lit at harbour" if language == "en" else "海港點亮燈籠"),
        body=body if body is not None else (EN_BODY if language == "en" else ZH_BODY),
        issued_at=issued_at,
    )


def make_release(
    *texts: ReleaseText, topics: Sequence[Topic] = ("culture",), release_id: str | None = None
) -> Release:
    texts = texts or (make_text("en"), make_text("zh"))
    first = min(texts, key=lambda text: (text.issued_at, text.id))
    return Release(
        id=release_id or first.id,
        source="gia",
        issued_at=first.issued_at,
        topics=tuple(topics),
        department=None,
        texts={text.language: text for text in texts},
    )


def make_releases(
    count: int,
    *,
    topics: Sequence[Topic] = ("culture",),
    start: datetime = ISSUED,
    step: timedelta = timedelta(minutes=5),
) -> list[Release]:
    """Bilingual releases, each a step later than the one before; their ids are those of a day."""
    releases = []
    for number in range(count):
        at = start + number * step
        en = make_text("en", text_id=f"P{at:%Y%m%d}{number:05d}", title=f"Notice {number}")
        zh = make_text("zh", text_id=f"P{at:%Y%m%d}{number + 50000:05d}", title=f"通告{number}")
        pair = (each.model_copy(update={"issued_at": at}) for each in (en, zh))
        releases.append(make_release(*pair, topics=topics))
    return releases


def make_summaries(release: Release) -> list[Summary]:
    words: dict[Language, str] = {
        "en": "Thirteen lanterns were lit at the harbour on November 21.",
        "zh": "海港署於11月21日點亮13盞燈籠。",
    }
    return [
        Summary(
            id=release.id,
            language=language,
            headline=text.title,
            text=words[language],
            method="extract",
            supported=True,
            sources=((0, 10),),
        )
        for language, text in release.texts.items()
    ]


def make_page(text: ReleaseText, counterpart_url: str | None = None) -> bytes:
    """A release's page with the official site's marks."""
    local = text.issued_at.astimezone(HONG_KONG)
    english = text.language == "en"
    link = "hdrTCLnk" if english else "hdrENLnk"
    other = f'<a href="{counterpart_url}"><img id="{link}"></a>' if counterpart_url else ""
    weekday = "一二三四五六日"[local.weekday()]
    footer = (
        f"<div>Ends/{local:%A, %B} {local.day}, {local.year}<br>\n Issued at HKT "
        f"{local.hour}:{local.minute:02d}</div><div>NNNN</div>"
        if english
        else f"<div>完</div><div>{local.year}年{local.month}月{local.day}日（星期{weekday}）<br>\n"
        f" 香港時間{local.hour}時{local.minute:02d}分</div>"
    )
    body = "<br>\n<br>\n".join(escape(part) for part in text.body.split("\n\n"))
    return (
        f"<!DOCTYPE html><html><body>{other}"
        f'<a class="icon_mailto" href="MAILTO:?body={quote(text.url, safe="")}"></a>'
        '<div id="PRHeadline"><span id="PRHeadlineSpan">'
        f'{escape(text.title)}</span></div><div id="starBar">***</div>'
        f'<span id="pressrelease">{body}<br><div class="controlDisplay2">Photo</div>'
        f"{footer}</span></body></html>"
    ).encode()


def make_feed(texts: Sequence[ReleaseText]) -> bytes:
    """An RSS feed in the official form."""
    items = "".join(
        f"<item><title><![CDATA[{text.title}]]></title><guid>{text.url}</guid>"
        f"<link>{text.url}</link>"
        f"<pubDate>{format_datetime(text.issued_at.astimezone(HONG_KONG))}</pubDate>"
        f"<description><![CDATA[{_lines(text.body)}]]></description>"
        "</item>"
        for text in texts
    )
    head = '<?xml version="1.0" encoding="utf-8"?>'
    return f'{head}<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def _lines(body: str) -> str:
    return "<br>\n<br>\n".join(escape(part) for part in body.split("\n\n"))
