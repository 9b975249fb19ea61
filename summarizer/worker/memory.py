"""How much memory this process holds, and how much there may be had."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/")


def read_held() -> int | None:
    """The bytes of memory that this process holds now; None where it can't be told.

    Where only the most that it ever held is known (macOS), that.
    """
    with contextlib.suppress(OSError):
        resident = (_ROOT / "proc/self/statm").read_text("ascii").split()[1]
        return int(resident) * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return None


def find_total(root: Path = _ROOT) -> int | None:
    """The bytes of memory of the machine, or fewer if this process's group may have fewer.

    Args:
        root: where the system's folders (``proc``, ``sys``) stand.
    """
    if not hasattr(os, "sysconf"):
        return None
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([physical, *_list_group_limits(root)])


def _list_group_limits(root: Path) -> Iterator[int]:
    """Limits of the control groups that this process is in, versions 2 and 1."""
    mounts = (
        ("", "sys/fs/cgroup", "memory.max"),
        ("memory", "sys/fs/cgroup/memory", "memory.limit_in_bytes"),
    )
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        for controller, mount, name in mounts:
            if controller in controllers.split(","):
                parts = Path(path.lstrip("/")).parts
                for count in range(len(parts) + 1):
                    limit = _read(root.joinpath(mount, *parts[:count], name)).strip()
                    if limit.isdecimal():
                        yield int(limit)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
