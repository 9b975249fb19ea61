"""How much memory this process holds."""

import contextlib
import os
import sys
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
