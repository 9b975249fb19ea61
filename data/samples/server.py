"""A small site on loopback that publishes the sample releases like the official one.

Feeds, release pages, print views and day lists lie under the official paths. A release appears
when the clock reaches its issue time; the dates in the texts are fixed when the site starts.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Self

import opencc
from aiohttp import web

from data.models import HONG_KONG, LANGUAGES, Language
from data.samples.pages import (
    Surroundings,
    render_day_list,
    render_feed,
    render_page,
    render_print_view,
    render_select,
)
from data.samples.rendering import SampleRelease, SampleReleaseText, render_samples

HOST = "127.0.0.1"
FEED_PATHS: dict[Language, str] = {
    "en": "/gia/rss/general_en.xml",
    "zh": "/gia/rss/general_zh.xml",
}
_FIRST_MODIFIED = datetime(2014, 12, 27, 1, tzinfo=UTC)


class SampleSite:
    """The sample releases, served on 127.0.0.1 only.

    ``clock`` gives aware moments. It is read once at the start, to fix the texts' dates, and at
    each request, to choose what is issued already.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._releases: tuple[SampleRelease, ...] = ()
        self._runner: web.AppRunner | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """The site's address without a path, such as ``http://127.0.0.1:8080``."""
        if self._url is None:
            raise RuntimeError("the sample site has not been started")
        return self._url

    @property
    def feed_urls(self) -> dict[Language, str]:
        """The addresses of the two feeds."""
        return {language: self.url + path for language, path in FEED_PATHS.items()}

    @property
    def releases(self) -> tuple[SampleRelease, ...]:
        """All releases as rendered at the start, also those yet to be issued."""
        return self._releases

    async def start(self, port: int = 0) -> None:
        """Begin to listen; port 0 takes any free one.

        Raises:
            OSError: if the port can't be had.
        """
        self._releases = render_samples(self._clock())
        runner = web.AppRunner(self._build_application(), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._url = f"http://{HOST}:{runner.addresses[0][1]}"

    async def close(self) -> None:
        """Stop listening; closing twice does no harm."""
        runner, self._runner, self._url = self._runner, None, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        if self._runner is None:
            await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _build_application(self) -> web.Application:
        application = web.Application()
        day = "/gia/general/{month:[0-9]{6}}/{day:[0-9]{2}}"
        application.add_routes(
            [
                web.get("/", self._answer_root),
                web.get("/gia/rss/general_{language:en|zh}.xml", self._answer_feed),
                web.get("/gia/general/{today:c?today}.htm", self._answer_today),
                web.get(day + "{mark:c?}.htm", self._answer_day),
                web.get(day + "/select_{language:en|tc}.htm", self._answer_select),
                web.get(day + "/{id:P[0-9]{13}}{print:p?}.htm", self._answer_release),
                web.get(f"/TuniS//{{host}}{day}/{{id:P[0-9]{{13}}}}.htm", self._answer_simplified),
            ]
        )
        return application

    async def _answer_root(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("/gia/general/today.htm")

    async def _answer_feed(self, request: web.Request) -> web.Response:
        language: Language = "en" if request.match_info["language"] == "en" else "zh"
        texts = self._list_issued(language)
        body = render_feed(texts, language, self.url).encode()
        tag = hashlib.sha256(body).hexdigest()[:16]
        modified = max((text.issued_at for text in texts), default=_FIRST_MODIFIED)
        headers = {
            "ETag": f'"{tag}"',
            "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
        }
        if _is_unchanged(request, tag, modified):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=body, content_type="application/xml", charset="utf-8", headers=headers
        )

    async def _answer_today(self, request: web.Request) -> web.Response:
        language: Language = "zh" if request.match_info["today"] == "ctoday" else "en"
        today = self._clock().astimezone(HONG_KONG).date()
        return _html(render_day_list(self._list_day(language, today), today, language))

    async def _answer_day(self, request: web.Request) -> web.Response:
        language: Language = "zh" if request.match_info["mark"] else "en"
        day = _read_day(request)
        return _html(render_day_list(self._get_day(language, day), day, language))

    async def _answer_select(self, request: web.Request) -> web.Response:
        language: Language = "zh" if request.match_info["language"] == "tc" else "en"
        return _html(render_select(self._get_day(language, _read_day(request))))

    async def _answer_release(self, request: web.Request) -> web.Response:
        text, counterpart = self._get_release(request)
        if request.match_info["print"]:
            return _html(render_print_view(text))
        return _html(self._render(text, counterpart))

    async def _answer_simplified(self, request: web.Request) -> web.Response:
        text, counterpart = self._get_release(request)
        return _html(opencc.OpenCC("hk2s").convert(self._render(text, counterpart)))

    def _render(self, text: SampleReleaseText, counterpart: SampleReleaseText | None) -> str:
        day = text.issued_at.astimezone(HONG_KONG).date()
        same_day = self._list_day(text.language, day)
        return render_page(text, Surroundings(self.url, counterpart, same_day))

    def _is_issued(self, text: SampleReleaseText) -> bool:
        return text.issued_at <= self._clock()

    def _list_issued(self, language: Language) -> list[SampleReleaseText]:
        texts = (release.texts.get(language) for release in self._releases)
        return [text for text in texts if text is not None and self._is_issued(text)]

    def _list_day(self, language: Language, day: date) -> list[SampleReleaseText]:
        return [
            text
            for text in self._list_issued(language)
            if text.issued_at.astimezone(HONG_KONG).date() == day
        ]

    def _get_day(self, language: Language, day: date) -> list[SampleReleaseText]:
        texts = self._list_day(language, day)
        if not texts:
            raise web.HTTPNotFound(text="No releases were issued on that day.")
        return texts

    def _get_release(
        self, request: web.Request
    ) -> tuple[SampleReleaseText, SampleReleaseText | None]:
        """The text that a request names, and its counterpart if that is issued already."""
        wanted = "/gia/general/{month}/{day}/{id}.htm".format(**request.match_info)
        for release in self._releases:
            for language in LANGUAGES:
                text = release.texts.get(language)
                if text is None or text.path != wanted or not self._is_issued(text):
                    continue
                other = release.texts.get("zh" if language == "en" else "en")
                return text, other if other is not None and self._is_issued(other) else None
        raise web.HTTPNotFound(text="There is no such release.")


def _html(content: str) -> web.Response:
    return web.Response(text=content, content_type="text/html", charset="utf-8")


def _read_day(request: web.Request) -> date:
    month, day = request.match_info["month"], request.match_info["day"]
    try:
        return date(int(month[:4]), int(month[4:]), int(day))
    except ValueError:
        raise web.HTTPNotFound(text="There is no such day.") from None


def _is_unchanged(request: web.Request, tag: str, modified: datetime) -> bool:
    """Whether the client has this feed: its tag counts, its date only where it sent no tag."""
    if request.if_none_match is not None:
        return any(known.value in (tag, "*") for known in request.if_none_match)
    since = request.if_modified_since
    return since is not None and modified.replace(microsecond=0) <= since
