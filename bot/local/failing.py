"""Faults that break the answer itself: pages of others, connections cut, silence, delay."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.local.faults import Cut, Hang, Page, Slow
from bot.local.state import LocalState
from bot.timer import Timer

_LOOKS_EVERY = 0.05  # seconds, to see whether the client or the server has gone
# On, and no second to linger: what is closed so is reset (RST) instead of ended (FIN).
_RESET = struct.pack("ii", 1, 0)

Carry = Callable[[], Awaitable[web.Response]]


class Failing:
    """Does to a call what a fault says.

    Args:
        state: tells when the server closes.
        timer: the wait of slow answers.
    """

    def __init__(self, state: LocalState, timer: Timer) -> None:
        self._state = state
        self._timer = timer

    async def fail(
        self, fault: Page | Cut | Hang | Slow, request: web.Request, carry_out: Carry
    ) -> web.Response:
        """Carry the call out or not, and answer as the fault says, or not at all."""
        match fault:
            case Page():
                html = fault.to_html()
                return web.Response(text=html, status=fault.status, content_type="text/html")
            case Slow():
                answer = await carry_out()
                await self._timer.sleep(fault.seconds)
                return answer
            case Cut():
                if fault.is_delivered:
                    await carry_out()
            case Hang():
                await carry_out()
                while not (self._state.is_closed or _is_gone(request)):
                    await self._timer.sleep(_LOOKS_EVERY)
        return _reset(request)


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _reset(request: web.Request) -> web.Response:
    """Cut the connection; what is returned can't be written to it any more."""
    transport = request.transport
    # Anything else could not be answered on, either.
    if isinstance(transport, asyncio.WriteTransport) and not transport.is_closing():
        channel = transport.get_extra_info("socket")
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        transport.abort()
    return web.Response()
