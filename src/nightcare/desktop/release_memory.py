"""Release of unused memory to the system."""

from __future__ import annotations

import gc
import sys


def release_memory() -> None:
    """Collect garbage, and let the C library release free memory, malloc_trim(3)."""
    gc.collect()
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - commands need none

        # Only glibc keeps so much that it has to be asked.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
