"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``.

Source of the format: https://core.telegram.org/bots/api#making-requests.
"""

import hmac
import json

from aiohttp import web

from bot.local.methods import call
from bot.local.parameters import Parameters, Upload, to_strings
from bot.local.refusals import Refusal, bad_request
from bot.local.state import LocalState


class Gateway:
    """The door of the bot."""

    def __init__(self, state: LocalState, token: str) -> None:
        self._state = state
        self._token = token

    def routes(self) -> list[web.RouteDef]:
        """What it listens to."""
        return [
            web.route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self.answer),
            web.get(r"/file/bot{token:[^/]+}/{path:.+}", self.send_file),
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """Call the method and write its result, or why not."""
        try:
            self._check_token(request)
            parameters = await _read_parameters(request)
            result = await call(self._state, request.match_info["method"], parameters)
        except Refusal as refusal:
            return _write_refusal(refusal)
        return web.json_response({"ok": True, "result": result})

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

    def _check_token(self, request: web.Request) -> None:
        given = request.match_info["token"].encode(errors="surrogatepass")
        if not hmac.compare_digest(given, self._token.encode()):
            raise Refusal(401, "Unauthorized")


def _write_refusal(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.to_json(), status=refusal.code)


async def _read_parameters(request: web.Request) -> Parameters:
    values = dict(request.query)
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
