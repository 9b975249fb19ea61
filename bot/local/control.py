"""The door of a test or a bench that runs the server in a process of its own, under ``/local``."""

from collections.abc import Sequence
from dataclasses import asdict
from random import Random
from typing import Any, get_args

from aiohttp import web

from bot.local.bodies import DoorError, explain, read_body, read_number
from bot.local.chats import Chat, ChatKind
from bot.local.faults import FaultError, read_fault
from bot.local.journal import EDITS, Journal
from bot.local.judge import Judge
from bot.local.methods import WRITING
from bot.local.plans import AtRandom, FaultPlan, Faults, InOrder
from bot.local.state import LocalState

MOST_CHATS = 1_000_000


class Control:
    """Opens chats, plans faults, and tells what was counted and judged."""

    def __init__(self, state: LocalState, judge: Judge, faults: Faults, journal: Journal) -> None:
        self._state = state
        self._judge = judge
        self._faults = faults
        self._journal = journal

    def routes(self) -> list[web.RouteDef]:
        """What it listens to."""
        return [
            web.post("/local/chats", explain(self.open_chats)),
            web.post("/local/faults", explain(self.plan_faults)),
            web.get("/local/counts", explain(self.send_counts)),
        ]

    async def open_chats(self, request: web.Request) -> web.Response:
        """``{"first", "last", "kind"?}``: make all chats with these ids known; ``{"chats"}``.

        The bot is an administrator of channels, so that it can write there.
        """
        body = await read_body(request)
        first, last = read_number(body, "first"), read_number(body, "last")
        kind = _read_kind(body)
        if not 0 <= last - first < MOST_CHATS:
            raise DoorError(400, f"From one to {MOST_CHATS} chats can be opened at once.")
        for chat_id in range(first, last + 1):
            self._state.open_chat(Chat(chat_id, kind, "Reader", bot_is_admin=kind == "channel"))
        return web.json_response({"chats": len(self._state.chats)})

    async def plan_faults(self, request: web.Request) -> web.Response:
        """What goes wrong from now on; ``{}`` for nothing.

        ``{"weights": {name: weight}, "seed"}`` by chance or ``{"sequence": [name]}`` in order,
        each with ``"methods"?``; the names are those of ``faults.read_fault``.
        """
        plan = _read_plan(await read_body(request))
        self._faults.plan(*([plan] if plan else []))
        return web.json_response({})

    async def send_counts(self, _request: web.Request) -> web.Response:
        """``{"sent", "edited", "updates", "faults": {name: count}, "violations": […]}``.

        ``updates`` are those that the bot has not yet taken.
        """
        counts = self._journal.counts
        edited = sum(counts[method] for method in EDITS)
        return web.json_response(
            {
                "sent": counts.total() - edited,
                "edited": edited,
                "updates": len(self._state.updates),
                "faults": dict(self._faults.given),
                "violations": [asdict(each) for each in self._judge.violations],
            }
        )


def _read_kind(body: dict[str, Any]) -> ChatKind:
    wanted = body.get("kind", "private")
    kinds: tuple[ChatKind, ...] = get_args(ChatKind)
    for kind in kinds:
        if kind == wanted:
            return kind
    raise DoorError(400, f"There is no kind of chat {wanted!r}.")


def _read_plan(body: dict[str, Any]) -> FaultPlan | None:
    methods = _read_list(body.get("methods", sorted(WRITING)), "methods")
    if "sequence" in body:
        names = _read_list(body["sequence"], "sequence")
        return InOrder([read_fault(name) for name in names], methods)
    if "weights" in body:
        weights = body["weights"]
        if not isinstance(weights, dict):
            raise FaultError('"weights" must be an object of names with numbers.')
        named = {read_fault(name): weight for name, weight in weights.items()}
        dice = Random(read_number(body, "seed"))  # noqa: S311 - a plan has to come out twice alike
        return AtRandom(named, dice, methods)
    return None


def _read_list(value: object, name: str) -> Sequence[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise FaultError(f'"{name}" must be a list of names.')
    return value
