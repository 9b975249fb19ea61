"""The page's door to inline mode: ask the bot, and send what it offers."""

from typing import Any

from aiohttp import web

from bot.local import inline_asking
from bot.local.bodies import DoorError, explain, read_body, read_language, read_text
from bot.local.chats import READER_ID
from bot.local.driver import ANSWER_WAIT_SECONDS, write_for_page
from bot.local.queries import InlineAnswer, InlineResult
from bot.local.state import LocalState


class InlineDoor:
    """Asks for the page, and remembers what it was offered last."""

    def __init__(self, state: LocalState) -> None:
        self._state = state
        self._offered: dict[str, InlineResult] = {}
        self._asked = 0

    def routes(self) -> list[web.RouteDef]:
        """What it listens to."""
        return [
            web.post("/local/inline", explain(self.ask)),
            web.post("/local/choose", explain(self.choose)),
        ]

    async def ask(self, request: web.Request) -> web.Response:
        """``{"text", "offset"?}``: what the bot offers, once it does.

        ``{"answered", "results": [{"key", "title", "description"}], "next_offset", "button"}``.
        """
        body = await read_body(request)
        offset = read_text(body, "offset") if "offset" in body else ""
        asked = inline_asking.ask_inline(
            self._state,
            read_text(body, "text"),
            language_code=read_language(body),
            offset=offset,
        )

        def find() -> bool | None:
            return True if asked.done() else None

        is_answered = await self._state.wait_until(find, ANSWER_WAIT_SECONDS)
        answer = asked.result() if is_answered else InlineAnswer()
        if not offset:
            self._offered.clear()
        results = [{"key": self._keep(each), **_list(each)} for each in answer.results]
        further = {"next_offset": answer.next_offset, "button": answer.button}
        return web.json_response({"answered": bool(is_answered), "results": results, **further})

    async def choose(self, request: web.Request) -> web.Response:
        """``{"key"}``: the message that stands in the reader's chat now."""
        body = await read_body(request)
        result = self._offered.get(read_text(body, "key"))
        if result is None:
            raise DoorError(400, "The bot doesn't offer that any more.")
        language = read_language(body)
        message = inline_asking.choose(self._state, result, language_code=language)
        return web.json_response(write_for_page(self._state.chats[READER_ID], message))

    def _keep(self, result: InlineResult) -> str:
        self._asked += 1
        key = str(self._asked)
        self._offered[key] = result
        return key


def _list(result: InlineResult) -> dict[str, Any]:
    return {"title": result.title, "description": result.description}
