"""What a message costs over our transport, beside the stock one, to a server in another process.

No test fails on a clock: the figures are printed, and kept in docs/benchmarks.md.
"""

import asyncio
import json
import multiprocessing
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from statistics import median

import pytest
from telegram import Bot, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.transport import AiohttpRequest

pytestmark = pytest.mark.bench

ROUNDS = 5  # of each transport in turn: the machine may be busy with other things
MESSAGES = 20_000
# The stock transport takes as long for these; its rate doesn't depend on how many there are.
STOCK_MESSAGES = 2_000
TEXT = (
    "<b>天文台發出強烈季候風信號</b>\n今日上午十一時二十分，天文台發出強烈季候風信號，預料風勢頗大。\n"
    '<a href="https://www.info.gov.hk/gia/general/202611/22/P2026112200123c.htm">全文</a>\n\n'
    "<b>Strong Monsoon Signal issued</b>\nMean speeds of more than 40 km/h are expected.\n\n"
) * 6
ANSWER = json.dumps(
    {
        "ok": True,
        "result": {
            "message_id": 7,
            "from": {"id": 5, "is_bot": True, "first_name": "通報", "username": "tongbao_bot"},
            "chat": {"id": 1, "type": "private", "first_name": "讀者"},
            "date": 1_700_000_000,
            "text": re.sub("<[^>]*>", "", TEXT),
            "link_preview_options": {"is_disabled": True},
        },
    }
).encode()


class ConstantApi(asyncio.Protocol):
    """Gives every request the same answer, at less cost than any client can ask."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._waiting = b""

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        head, end, body = self._waiting.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if end and length and len(body) >= int(length[1]):
            self._waiting = body[int(length[1]) :]
            head = (
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            )
            self._transport.write(head % len(ANSWER) + ANSWER)


def serve(pipe: Connection) -> None:
    """Tell the port and answer until killed."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(ConstantApi, "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def open_constant_api() -> Iterator[str]:
    """The address of a server that costs less than any client, whose cost is then seen."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}/bot"
    process.kill()
    process.join()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with open_constant_api() as address:
        yield address


class NoRequest(BaseRequest):
    """What python-telegram-bot itself takes: the answer is there without being asked for."""

    read_timeout = None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: object,
        **more: object,
    ) -> tuple[int, bytes]:
        return 200, ANSWER


@dataclass(frozen=True)
class Measured:
    """Messages a second, and milliseconds of this process's CPU for each."""

    rate: float
    cpu: float


async def send(make: Callable[[], BaseRequest], url: str, count: int, at_once: int) -> Measured:
    left = iter(range(count))

    async def send_some(bot: Bot) -> None:
        preview = LinkPreviewOptions(is_disabled=True)
        for _ in left:
            await bot.send_message(1, TEXT, parse_mode=ParseMode.HTML, link_preview_options=preview)

    request = make()
    await request.initialize()
    bot = Bot("1:a", url, request=request)
    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(send_some(bot) for _ in range(at_once)))
    taken, cpu = time.perf_counter() - start, time.process_time() - cpu
    await request.shutdown()
    return Measured(count / taken, cpu / count * 1000)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("at_once", [4, 32])
async def test_sending_messages(url: str, at_once: int) -> None:
    makes: dict[str, tuple[Callable[[], BaseRequest], int]] = {
        "stock": (HTTPXRequest, STOCK_MESSAGES // ROUNDS),
        "ours": (AiohttpRequest, MESSAGES // ROUNDS),
        "none": (NoRequest, MESSAGES // ROUNDS),
    }
    rounds: dict[str, list[Measured]] = {name: [] for name in makes}
    for _ in range(ROUNDS):
        for name, (make, count) in makes.items():
            rounds[name].append(await send(make, url, count, at_once))
    print(f"\n{at_once} messages at once, of {len(TEXT)} characters:")
    for name, measured in rounds.items():
        rate, cpu = median(m.rate for m in measured), median(m.cpu for m in measured)
        print(f"  {name}: {rate:,.0f} a second, {cpu:.2f} ms of CPU each")
    pairs = list(zip(rounds["stock"], rounds["ours"], strict=True))
    faster = [ours.rate / stock.rate for stock, ours in pairs]
    cheaper = [stock.cpu / ours.cpu for stock, ours in pairs]
    print(f"  ours to stock: {median(faster):.1f} times the rate", end="")
    print(f" ({min(faster):.1f} to {max(faster):.1f}), CPU 1/{median(cheaper):.1f}")
