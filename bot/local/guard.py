"""Who may talk to the server: programs of this machine and its own page, no other site's.

Listening on 127.0.0.1 keeps other machines out, but not the web pages that the reader has
open: a page can post to any address, and can point its own name at 127.0.0.1 (DNS rebinding).
So the Host has to be ours, and whatever a browser says of where a request began has to be us.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NAMES = ("127.0.0.1", "localhost")
_OWN_SITES = frozenset({"same-origin", "none"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what comes from another site; mark what goes out."""
    reason = find_fault(request)
    if reason:
        return web.json_response({"error": reason}, status=403)
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """On every response: nothing from elsewhere, nothing kept, nothing framed."""
    response.headers.update(_HEADERS)


def find_fault(request: web.Request) -> str | None:
    """Why the request is not one of ours, or None."""
    transport = request.transport
    port = transport.get_extra_info("sockname")[1] if transport else 0
    if request.headers.get("Host", "") not in {f"{name}:{port}" for name in _NAMES}:
        return "This server answers only under its own address on this machine."
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"http://{name}:{port}" for name in _NAMES}:
        return "Requests from other sites are refused."
    site = request.headers.get("Sec-Fetch-Site", "none")
    # Following a link from elsewhere to the page itself does no harm.
    if site not in _OWN_SITES and request.path != "/":
        return "Requests from other sites are refused."
    return None
