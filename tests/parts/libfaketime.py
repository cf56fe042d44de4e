"""libfaketime, faketime(1), with fixes for waits on CLOCK_MONOTONIC and for ever.

Python sleeps by clock_nanosleep(), and systemd arms a timerfd, until an instant of CLOCK_MONOTONIC.
libfaketime 0.9.10 moves that instant by the offset of the wall clock, even with
FAKETIME_DONT_FAKE_MONOTONIC, and the call fails with EINVAL (wolfcw/libfaketime#426). A library
loaded before it hands these calls to the kernel. FAKETIME_FORCE_MONOTONIC_FIX=0 does the same for
pthread_cond_timedwait(); without it, threads that wait for Python's lock spin, and a program with
four of them takes thirty times as long. The same library keeps the largest instant, by which
systemd means never: moved later, it would become negative.

`python tests/parts/libfaketime.py FOLDER` builds that library and prints the value of LD_PRELOAD.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from parts.processes import find_program

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* A later instant means never, and would overflow if it were moved. */
#define NEVER (1L << 60)

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, time, left) == 0 ? 0 : errno;
}

/* Return the clock of a timerfd, proc_pid_fdinfo(5), or -1. */
static int clock_of(int timer)
{
    char path[32], line[64];
    int clock = -1;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", timer);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return -1;
    while (fgets(line, sizeof line, file) != NULL && sscanf(line, "clockid: %d", &clock) != 1)
        ;
    fclose(file);
    return clock;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *time, struct itimerspec *old)
{
    if (clock_of(timer) == CLOCK_MONOTONIC || time->it_value.tv_sec > NEVER)
        return syscall(SYS_timerfd_settime, timer, flags, time, old);
    typeof(timerfd_settime) *next = dlsym(RTLD_NEXT, "timerfd_settime");
    return next(timer, flags, time, old);
}
"""


def build(folder: Path) -> str:
    """Build the library in a folder that exists, unless it is there.

    Returns:
        The value of LD_PRELOAD.
    """
    library = folder / "monotonic-waits.so"
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
