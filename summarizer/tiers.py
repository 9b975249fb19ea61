"""Which model: tiers by the words of ``tiers.toml``, names on the hub, folders; pure.

What a model takes is computed, not measured: weights are parameters times the bytes of the
arithmetic, and beside them lie the library, the prompt's cache and the activations.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from summarizer.engines.base import ModelUnavailableError

TIERS_FILE = Path(__file__).with_name("tiers.toml")
AUTO = "auto"
DEFAULT_REVISION = "main"

Arithmetic = Literal["int8", "bfloat16", "float32"]
BYTES: Mapping[Arithmetic, int] = {"int8": 1, "bfloat16": 2, "float32": 4}
_BESIDE_WEIGHTS = 500_000_000
_BESIDE_WEIGHTS_ON_GPU = 1_500_000_000  # the driver's own, and the caches of a batch
_PEAK = 1.3  # of loading, over what stays

# A model may take half of the memory that is free; the rest is for the bot, the system and files.
_SHARE = 0.5
# A day: so many releases in two languages, a third of the summaries written twice. Of each text
# the model reads what a usual release has; the prompt around it is read once and kept.
_RELEASES, _TRIES = 60, 1.33
_TOKENS_READ, _TOKENS_WRITTEN = 900, 80
# Hours of a day in which the processor may be kept busy with it.
_MOST_HOURS = 3.0
_MEASURED_CORES = 2
# Cores beyond these don't make reading quicker.
_MOST_CORES = 16
# Without wide registers; an assumption, on the careful side.
_NARROW = 0.25
_WIDE = frozenset({"avx2", "avx512", "neon"})

_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_HUB_NAME = re.compile(rf"{_PART}(?:/{_PART})?")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._+-]*)*")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_LONGEST_NAME, _LONGEST_REVISION, _LONGEST_SHOWN = 96, 200, 80


class ModelNameError(ModelUnavailableError):
    """What was given can't be the name of a model; the message says what can."""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model that was asked for; made by ``parse_model`` or of a tier, so that it is well formed.

    ``name`` is one of the hub, a folder, or ``auto``; ``revision`` a branch, tag or commit of the
    hub, None for the default branch; ``tier`` the word it was asked for by.
    """

    name: str
    revision: str | None = None
    tier: str | None = None
    is_folder: bool = False

    @property
    def is_auto(self) -> bool:
        """Whether the machine is to choose."""
        return self.tier == AUTO

    def __str__(self) -> str:
        return f"{self.name}@{self.revision}" if self.revision else self.name


class Tier(BaseModel):
    """A model by a word, as ``tiers.toml`` has it; see there."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)

    word: str
    model: str
    revision: str
    licence: str
    parameters: int = Field(gt=0)
    reads: float = Field(gt=0)
    writes: float = Field(gt=0)

    @property
    def model_name(self) -> ModelName:
        """What is loaded for this tier."""
        return ModelName(self.model, self.revision, self.word)

    @property
    def download(self) -> int:
        """Bytes to fetch, at least: checkpoints have two bytes a parameter."""
        return 2 * self.parameters

    def memory(self, arithmetic: Arithmetic) -> int:
        """Bytes that it takes once it is loaded, on the processor."""
        return self.parameters * BYTES[arithmetic] + _BESIDE_WEIGHTS

    @property
    def gpu_memory(self) -> int:
        """Bytes that it takes on a GPU, in bf16."""
        return self.parameters * BYTES["bfloat16"] + _BESIDE_WEIGHTS_ON_GPU


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to run on.

    Attributes:
        memory: bytes that are free, within the limits that the process is held to.
        cores: of the processor that the process may use.
        gpu_memory: bytes that are free on the GPU; None without one.
        instructions: of ``avx2``, ``avx512``, ``bf16`` and ``neon``, those that the processor has.
    """

    memory: int
    cores: int
    gpu_memory: int | None = None
    instructions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """A tier, or None where no model fits, and the sentence that says why."""

    tier: Tier | None
    reason: str


@cache
def load_tiers() -> Mapping[str, Tier]:
    """The tiers by their word, from the smallest to the largest."""
    entries: dict[str, dict[str, Any]] = tomllib.loads(TIERS_FILE.read_text(encoding="utf-8"))
    named = {word: entry | {"word": word} for word, entry in entries.items()}
    return TypeAdapter(dict[str, Tier]).validate_python(named)


def choose_tier(machine: Machine) -> Choice:
    """The largest tier that leaves the bot its room and is done with a day's releases in time."""
    tiers = list(load_tiers().values())
    on_gpu = machine.gpu_memory or 0
    for tier in reversed(tiers):
        if tier.gpu_memory <= on_gpu:
            return Choice(tier, _tell_gpu(tier, on_gpu))
    fitting = [tier for tier in tiers if _find_hindrance(tier, machine) is None]
    if not fitting:
        return Choice(
            None,
            f"auto takes no model: {tiers[0].word} ({tiers[0].model}) "
            f"{_find_hindrance(tiers[0], machine)}.",
        )
    tier = fitting[-1]
    larger = tiers[tiers.index(tier) + 1 :]
    hindrance = f"; {larger[0].word} {_find_hindrance(larger[0], machine)}" if larger else ""
    return Choice(tier, f"{_tell_processor(tier, machine)}{hindrance}.")


def estimate_hours(tier: Tier, machine: Machine) -> float:
    """Hours that a day's summaries take on the processor.

    Reading is work for every core; writing waits for memory, which more cores don't make faster.
    """
    width = 1.0 if machine.instructions & _WIDE else _NARROW
    cores = min(machine.cores, _MOST_CORES) / _MEASURED_CORES
    reading = _TOKENS_READ / (tier.reads * cores * width)
    writing = _TOKENS_WRITTEN / (tier.writes * min(1.0, cores) * width)
    return 2 * _RELEASES * _TRIES * (reading + writing) / 3600


def parse_model(value: str, revision: str | None = None) -> ModelName:
    """The model that an operator means: tier, ``auto``, name, ``NAME@REVISION`` or folder.

    A word of the tiers is never a folder: ``./small`` is. A name with one stroke may be either;
    whoever looks on the disk finds out.

    Args:
        value: what was given.
        revision: branch, tag or commit, if it was given apart; it goes before the tier's own.

    Raises:
        ModelNameError: if it can be none of these.
    """
    value = value.strip()
    if not value or not value.isprintable():
        raise ModelNameError(f"{_show(value)} is no name of a model: {_CAN_BE}.")
    if _looks_like_folder(value):
        return ModelName(value, is_folder=True)
    if _ADDRESS.match(value):
        raise ModelNameError(
            f"{_show(value)} is an address; give the model's name alone, such as Qwen/Qwen3-0.6B."
        )
    name, mark, attached = value.partition("@")
    wanted = _check_revision(attached if mark else (revision or "").strip() or None)
    if name.lower() == AUTO:
        if wanted:
            raise ModelNameError("auto has no revision; name the model that the revision is of.")
        return ModelName(AUTO, tier=AUTO)
    tier = load_tiers().get(name.lower())
    if tier:
        return replace(tier.model_name, revision=wanted or tier.revision)
    if not _HUB_NAME.fullmatch(name) or ".." in name or "--" in name or len(name) > _LONGEST_NAME:
        raise ModelNameError(f"{_show(name)} is no name of a model: {_CAN_BE}.")
    return ModelName(name, wanted)


_CAN_BE = "give a tier (small, default, quality), auto, a name on the hub or a folder"


def _looks_like_folder(value: str) -> bool:
    name = value.partition("@")[0]
    return bool(
        value.startswith((".", "/", "~", "\\")) or _DRIVE.match(value) or "\\" in value
    ) or (name.count("/") > 1 and not _ADDRESS.match(value))


def _check_revision(revision: str | None) -> str | None:
    if revision is None:
        return None
    fits = _REVISION.fullmatch(revision) and ".." not in revision
    if not fits or len(revision) > _LONGEST_REVISION:
        raise ModelNameError(
            f"{_show(revision)} is no revision: give a branch, a tag or a commit of the hub."
        )
    return revision


def _show(value: str) -> str:
    shown = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
    return repr(shown)


def _find_hindrance(tier: Tier, machine: Machine) -> str | None:
    needed = int(tier.memory("int8") * _PEAK)
    if needed > machine.memory * _SHARE:
        free = write_bytes(machine.memory)
        return f"needs {write_bytes(needed)} to load, more than half of the {free} that is free"
    hours = estimate_hours(tier, machine)
    if hours > _MOST_HOURS:
        return f"would keep {_count_cores(machine)} busy for about {hours:.1f} hours a day"
    return None


def _tell_gpu(tier: Tier, free: int) -> str:
    return (
        f"auto takes {tier.word} ({tier.model}): it needs {write_bytes(tier.gpu_memory)} of the "
        f"{write_bytes(free)} that is free on the GPU."
    )


def _tell_processor(tier: Tier, machine: Machine) -> str:
    return (
        f"auto takes {tier.word} ({tier.model}): it needs {write_bytes(tier.memory('int8'))} of "
        f"the {write_bytes(machine.memory)} of memory that is free, and a day's releases take "
        f"{_count_cores(machine)} about {estimate_hours(tier, machine):.1f} hours"
    )


def _count_cores(machine: Machine) -> str:
    return "1 core" if machine.cores == 1 else f"{machine.cores} cores"


def write_bytes(size: float) -> str:
    """A number of bytes for people, in units of a thousand."""
    for unit, decimals in (("bytes", 0), ("kB", 0), ("MB", 1)):
        if size < 1000:
            return f"{size:.{decimals}f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
