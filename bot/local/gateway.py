"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``.

A call that writes a message passes the judge first, and then whatever fault is planned for it.
Source of the format: https://core.telegram.org/bots/api#making-requests.
"""

import hmac
import json

from aiohttp import web

from bot.local.failing import Failing
from bot.local.faults import Reply
from bot.local.judge import Judge
from bot.local.methods import WRITING, call
from bot.local.parameters import Parameters, Upload, to_strings
from bot.local.plans import Faults
from bot.local.refusals import Refusal, bad_request
from bot.local.state import LocalState


class Gateway:
    """The door of the bot."""

    def __init__(
        self, state: LocalState, token: str, judge: Judge, faults: Faults, failing: Failing
    ) -> None:
        self._state = state
        self._token = token
        self._judge = judge
        self._faults = faults
        self._failing = failing

    def routes(self) -> list[web.RouteDef]:
        """What it listens to."""
        return [
            web.route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self.answer),
            web.get(r"/file/bot{token:[^/]+}/{path:.+}", self.send_file),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """Call the method and write its result, or why not."""
        method = request.match_info["method"].lower()
        try:
            self._check_token(request)
            parameters = await _read_parameters(request)
            self._admit(method, parameters)
        except Refusal as refusal:
            return _write_refusal(refusal)
        fault = self._faults.choose(method)
        if fault is None:
            return await self._carry_out(method, parameters)
        if isinstance(fault, Reply):
            if fault.retry_after and method in WRITING:
                self._judge.remember_wait(fault.retry_after)
            return _write_refusal(fault.to_refusal())
        return await self._failing.fail(fault, request, lambda: self._carry_out(method, parameters))

    async def send_file(self, request: web.Request) -> web.Response:
        """A file that the bot has sent."""
        try:
            self._check_token(request)
        except Refusal as refusal:
            return _write_refusal(refusal)
        document = self._state.files.get(request.match_info["path"])
        if document is None:
            return _write_refusal(Refusal(404, "Not Found"))
        return web.Response(body=document.content, content_type="application/octet-stream")

    def _admit(self, method: str, parameters: Parameters) -> None:
        if method in WRITING:
            chat_id = parameters.integer("chat_id")
            chat = self._state.chats.get(chat_id)
            is_group = chat.kind != "private" if chat else chat_id < 0
            self._judge.admit(method, chat_id, is_group=is_group)

    async def _carry_out(self, method: str, parameters: Parameters) -> web.Response:
        try:
            result = await call(self._state, method, parameters)
        except Refusal as refusal:
            return _write_refusal(refusal)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, request: web.Request) -> None:
        given = request.match_info["token"].encode(errors="surrogatepass")
        if not hmac.compare_digest(given, self._token.encode()):
            raise Refusal(401, "Unauthorized")


def _write_refusal(refusal: Refusal) -> web.Response:
    wait = (refusal.parameters or {}).get("retry_after")
    headers = {"Retry-After": str(wait)} if wait else None
    return web.json_response(refusal.to_json(), status=refusal.code, headers=headers)


async def _read_parameters(request: web.Request) -> Parameters:
    values = dict(request.query) if request.query_string else {}
    files: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values |= _read_json(await request.text())
        elif request.can_read_body:
            for name, value in (await request.post()).items():
                if isinstance(value, web.FileField):
                    files[name] = _read_upload(value)
                else:
                    values[name] = _read_value(value)
    except web.HTTPRequestEntityTooLarge:
        raise Refusal(413, "Request Entity Too Large") from None
    except (ValueError, LookupError):
        raise bad_request("can't parse the request body") from None
    return Parameters(values, files)


def _read_json(body: str) -> dict[str, str]:
    try:
        value = json.loads(body or "{}")
    except RecursionError:
        value = None
    if not isinstance(value, dict):
        raise bad_request("object expected in the request body")
    return to_strings(value)


def _read_value(value: str | bytes | bytearray) -> str:
    return value if isinstance(value, str) else bytes(value).decode()


def _read_upload(value: web.FileField) -> Upload:
    with value.file as file:
        return Upload(value.filename, value.content_type, file.read())
