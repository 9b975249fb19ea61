"""Memory that is no longer used, handed back to the system."""

import ctypes
import gc
import sys


def hand_back_memory() -> None:
    """Have the C library give up what it keeps of freed memory, where it can be asked to.

    glibc keeps it for later; after loading a model that is hundreds of megabytes.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
