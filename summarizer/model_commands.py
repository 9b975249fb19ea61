"""The commands about models: which there are, and having one on this machine."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub import Hub, Snapshot, fetch
from summarizer.hub.client import BY_ENVIRONMENT
from summarizer.hub.finding import find_snapshot
from summarizer.hub.folders import find_damage
from summarizer.hub.progress import show_on_stderr
from summarizer.machine import find_machine, settle_model
from summarizer.tiers import (
    BYTES,
    Choice,
    ModelName,
    ModelNameError,
    Tier,
    choose_tier,
    load_tiers,
    parse_model,
    write_bytes,
)

DONE, FAILED, WRONG_USE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class TierState:
    """A tier and what this machine has of its model; ``damage`` says what is wrong with it."""

    tier: Tier
    found: Snapshot | None
    damage: str | None


def show_models(as_json: bool, hub: Hub = BY_ENVIRONMENT) -> int:
    """Print the tiers, what they take, what is on this machine, and what ``auto`` takes here."""
    choice = choose_tier(find_machine())
    states = [_find_state(tier, hub) for tier in load_tiers().values()]
    if as_json:
        for state in states:
            print(render_line(state, choice))
    else:
        print(f"{render_table(states, choice)}\n\n{choice.reason}")
    return DONE


def fetch_model(value: str, revision: str | None, hub: Hub = BY_ENVIRONMENT) -> int:
    """Have a model on this machine and print its folder."""
    try:
        model = _choose_model(parse_model(value, revision))
        print(fetch(model, hub, show_on_stderr).folder)
    except ModelNameError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    except ModelUnavailableError as error:
        print(error, file=sys.stderr)
        return FAILED
    return DONE


def _choose_model(model: ModelName) -> ModelName:
    if model.is_folder:
        raise ModelNameError(f"{model} is a folder; only names on the hub can be fetched.")
    settled, reason = settle_model(model)
    if reason:
        print(reason, file=sys.stderr)
    return settled


def _find_state(tier: Tier, hub: Hub) -> TierState:
    found = find_snapshot(tier.model_name, hub)
    return TierState(tier, found, find_damage(found.folder) if found else None)


def render_line(state: TierState, choice: Choice) -> str:
    """A tier as a line of JSON; sizes are bytes."""
    tier, found = state.tier, state.found
    chosen = tier == choice.tier
    return json.dumps(
        {
            "tier": tier.word,
            "model": tier.model,
            "revision": tier.revision,
            "licence": tier.licence,
            "parameters": tier.parameters,
            "download": tier.download,
            "memory": {arithmetic: tier.memory(arithmetic) for arithmetic in BYTES},
            "gpu_memory": tier.gpu_memory,
            "folder": str(found.folder) if found and not state.damage else None,
            "commit": found.commit if found and not state.damage else None,
            "damage": state.damage,
            "auto": chosen,
            "reason": choice.reason if chosen else None,
        },
        ensure_ascii=False,
    )


def render_table(states: Sequence[TierState], choice: Choice) -> str:
    """The tiers as a Markdown table; the one that ``auto`` takes is marked."""
    head = ("tier", "model", "revision", "parameters", "download", *BYTES)
    rows = [(*head, "licence", "on this machine"), *(_list_cells(each, choice) for each in states)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
        for row in rows
    ]
    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _list_cells(state: TierState, choice: Choice) -> tuple[str, ...]:
    tier = state.tier
    return (
        f"{tier.word} (auto)" if tier == choice.tier else tier.word,
        tier.model,
        tier.revision,
        f"{tier.parameters / 1e9:.1f} billion",
        write_bytes(tier.download),
        *(write_bytes(tier.memory(arithmetic)) for arithmetic in BYTES),
        tier.licence,
        _tell_place(state),
    )


def _tell_place(state: TierState) -> str:
    if not state.found:
        return "no"
    return f"damaged: {state.damage}" if state.damage else str(state.found.folder)
