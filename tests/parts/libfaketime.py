"""libfaketime, faketime(1), with a fix for `time.sleep`.

Python sleeps by clock_nanosleep() until an instant of CLOCK_MONOTONIC. libfaketime 0.9.10 moves
that instant by the offset of the wall clock, even with FAKETIME_DONT_FAKE_MONOTONIC, and the call
fails with EINVAL (wolfcw/libfaketime#426). A library loaded before it hands the call to the kernel.

`python tests/parts/libfaketime.py FOLDER` builds that library and prints the value of LD_PRELOAD.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from parts.processes import find_program

_SOURCE = """
#define _GNU_SOURCE
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno;
}
"""


def build(folder: Path) -> str:
    """Build the library in a folder that exists, unless it is there.

    Returns:
        The value of LD_PRELOAD.
    """
    library = folder / "monotonic-sleep.so"
    if not library.exists():
        compiler = find_program("cc", "build-essential")
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-o", library, "-x", "c", "-"],
            input=_SOURCE.encode(),
            check=True,
        )
    return f"{library}:{find_program('/usr/lib/*/faketime/libfaketime.so.1', 'libfaketime')}"


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))  # noqa: T201 - for ./scripts/test
