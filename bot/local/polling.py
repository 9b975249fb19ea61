"""Bot API methods that hand updates to the bot."""

import json
from typing import Any

from telegram.constants import PollingLimit

from bot.local.parameters import Parameters
from bot.local.refusals import Refusal
from bot.local.state import LocalState

LONGEST_POLL_SECONDS = 50


async def get_updates(state: LocalState, parameters: Parameters) -> list[dict[str, Any]]:
    """``getUpdates``: long polling.

    An offset confirms all before it. As on the real server, a new call ends the one that
    waits, which gets a 409: with two programs polling, each throws out the other.
    """
    limit = parameters.integer("limit", PollingLimit.MAX_LIMIT)
    limit = min(max(limit, PollingLimit.MIN_LIMIT), PollingLimit.MAX_LIMIT)
    seconds = min(max(parameters.integer("timeout"), 0), LONGEST_POLL_SECONDS)
    state.poll += 1
    poll = state.poll
    state.mark_changed()
    _remember_kinds(state, parameters)
    state.confirm_updates(parameters.integer("offset"))

    def find() -> list[dict[str, Any]] | None:
        if state.poll != poll:
            raise Refusal(
                409,
                "Conflict: terminated by other getUpdates request; "
                "make sure that only one bot instance is running",
            )
        return state.updates[:limit] or None

    return await state.wait_until(find, seconds) or []


async def delete_webhook(state: LocalState, parameters: Parameters) -> bool:
    """``deleteWebhook``: there never is one, so only what is pending may go."""
    if parameters.flag("drop_pending_updates"):
        state.updates.clear()
    return True


async def get_webhook_info(state: LocalState, _parameters: Parameters) -> dict[str, Any]:
    """``getWebhookInfo``."""
    pending = {"pending_update_count": len(state.updates)}
    return {"url": "", "has_custom_certificate": False, **pending}


def _remember_kinds(state: LocalState, parameters: Parameters) -> None:
    """The real server takes no notice of a list that it can't read."""
    try:
        kinds = json.loads(parameters.text("allowed_updates") or "null")
    except ValueError:
        return
    if isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds):
        state.want_updates(kinds)
