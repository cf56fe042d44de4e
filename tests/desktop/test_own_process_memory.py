"""Memory that nobody needs any more goes back to the system."""

from __future__ import annotations

import os
import subprocess
import sys

from cli.talk import SOURCE

LONG = 60.0

LEFT = """
import gc
from pathlib import Path
from nightcare.desktop.own_process import release_memory

def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 // 2**20

class Cycle:
    def __init__(self):
        self.me = self
        self.blocks = [bytearray(4000) for _ in range(100)]

gc.disable()
gone = [Cycle() for _ in range(100)]
last = bytearray(4000)
del gone
before = resident()
release_memory()
print(before - resident())
"""


def test_what_is_free_below_what_is_not_is_given_back() -> None:
    """The C library keeps it by itself: 40 MB that a cycle held, with something behind them."""
    done = subprocess.run(
        [sys.executable, "-c", LEFT],
        env={"PYTHONPATH": str(SOURCE), "PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=True,
    )
    assert int(done.stdout) >= 30
