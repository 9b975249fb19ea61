"""What there is to run on: memory, cores, GPU, instructions, as the system tells them."""

import os
import platform
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from summarizer.engines.base import ModelUnavailableError
from summarizer.tiers import Machine, ModelName, choose_tier

_ROOT = Path("/")
# Without one of these no library will find a GPU, and torch takes seconds to say so.
_GPU_DOORS = ("proc/driver/nvidia", "dev/nvidiactl", "dev/kfd", "dev/dxg")
_INSTRUCTIONS = {
    "avx2": "avx2",
    "avx512f": "avx512",
    "avx512_bf16": "bf16",
    "amx_bf16": "bf16",
    "bf16": "bf16",
    "asimd": "neon",
    "neon": "neon",
}


def find_machine(root: Path = _ROOT) -> Machine:
    """The machine as this process may use it.

    Args:
        root: where the system's folders (``proc``, ``sys``, ``dev``) stand.
    """
    return Machine(
        memory=_find_memory(root),
        cores=_find_cores(root),
        gpu_memory=_find_gpu_memory(root),
        instructions=_find_instructions(root),
    )


def find_total_memory(root: Path = _ROOT) -> int | None:
    """The bytes of memory of the machine, or fewer if this process's group may have fewer.

    Args:
        root: where the system's folders (``proc``, ``sys``) stand.
    """
    if not hasattr(os, "sysconf"):
        return None
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([physical, *_list_group_limits(root)])


def settle_model(model: ModelName) -> tuple[ModelName, str | None]:
    """What ``auto`` stands for on this machine, and why; any other model as it is.

    Raises:
        ModelUnavailableError: if no model fits the machine.
    """
    if not model.is_auto:
        return model, None
    choice = choose_tier(find_machine())
    if choice.tier is None:
        raise ModelUnavailableError(choice.reason)
    return choice.tier.model_name, choice.reason


def _find_memory(root: Path) -> int:
    free = _read_meminfo(root / "proc/meminfo")
    if free is None:
        # Elsewhere than on Linux no file tells what is free, and on some systems nothing does.
        ask = getattr(os, "sysconf", lambda _: 0)
        free = ask("SC_PHYS_PAGES") * ask("SC_PAGE_SIZE")
    return max(0, min([free, *_list_group_room(root)]))


def _read_meminfo(file: Path) -> int | None:
    told = re.search(r"^MemAvailable: +(\d+) kB$", _read(file), re.MULTILINE)
    return int(told[1]) * 1024 if told else None


def _find_cores(root: Path) -> int:
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    return max(1, min([cores, *_list_group_cores(root)]))


def _list_group_room(root: Path) -> Iterator[int]:
    """Bytes that each control group of this process still has, versions 2 and 1."""
    for group in _list_groups(root, "", "sys/fs/cgroup"):
        yield from _find_room(group, "memory.max", "memory.current", "inactive_file")
    for group in _list_groups(root, "memory", "sys/fs/cgroup/memory"):
        names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        yield from _find_room(group, *names)


def _list_group_limits(root: Path) -> Iterator[int]:
    """Bytes that each control group of this process may have, versions 2 and 1."""
    mounts = (
        ("", "sys/fs/cgroup", "memory.max"),
        ("memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes"),
    )
    for controller, mount, name in mounts:
        for group in _list_groups(root, controller, mount):
            limit = _read(group / name).strip()
            if limit.isdecimal():
                yield int(limit)


def _find_room(group: Path, limit: str, usage: str, reclaimable: str) -> Iterator[int]:
    allowed, used = _read(group / limit).strip(), _read(group / usage).strip()
    if not allowed.isdecimal() or not used.isdecimal():
        return
    # Cached files count as used, but give way to whoever needs memory.
    given_back = 0
    for line in _read(group / "memory.stat").splitlines():
        name, _, value = line.partition(" ")
        if name == reclaimable and value.isdecimal():
            given_back = int(value)
    yield int(allowed) - int(used) + given_back


def _list_group_cores(root: Path) -> Iterator[int]:
    for group in _list_groups(root, "", "sys/fs/cgroup"):
        quota, _, period = _read(group / "cpu.max").strip().partition(" ")
        yield from _count_cores(quota, period)
    for group in _list_groups(root, "cpu", "sys/fs/cgroup/cpu"):
        quota, period = (
            _read(group / f"cpu.cfs_{part}_us").strip() for part in ("quota", "period")
        )
        yield from _count_cores(quota, period)


def _count_cores(quota: str, period: str) -> Iterator[int]:
    if quota.isdecimal() and period.isdecimal() and int(period):
        yield -(-int(quota) // int(period))


def _list_groups(root: Path, controller: str, mount: str) -> Iterator[Path]:
    """The folders of the process's control group and of those around it."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controller in controllers.split(","):
            # In a container the path is the host's, and the mount is the group itself.
            parts = [] if ".." in path else [part for part in path.split("/") if part]
            for count in range(len(parts) + 1):
                yield (root / mount).joinpath(*parts[:count])


def _find_gpu_memory(root: Path) -> int | None:
    if platform.system() == "Linux" and not any((root / door).exists() for door in _GPU_DOORS):
        return None
    try:
        import torch

        with warnings.catch_warnings():
            # A driver that is too old for the library is no GPU; the engine says so in its time.
            warnings.simplefilter("ignore")
            return torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None
    except (ImportError, RuntimeError):
        return None


def _find_instructions(root: Path) -> frozenset[str]:
    lines = _read(root / "proc/cpuinfo").splitlines()
    told = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    found = frozenset(_INSTRUCTIONS[word] for word in told.split() if word in _INSTRUCTIONS)
    if told:
        return found
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return frozenset({"neon"})
    return _ask_torch()


def _ask_torch() -> frozenset[str]:
    try:
        import torch
    except ImportError:
        return frozenset()
    capability = torch.backends.cpu.get_cpu_capability()
    return frozenset({"avx2", capability.lower()} if capability.startswith("AVX") else ())


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
