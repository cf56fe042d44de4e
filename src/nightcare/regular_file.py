"""Reads of regular files that never wait: a link may lead to a pipe, a device or /proc/kmsg."""

from __future__ import annotations

import errno
import os
import stat

_KERNEL = ("/proc", "/sys")
"""The mount points of files that the kernel makes up, proc(5); some block, some never end."""

_PART = 256 * 1024
_READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def read_regular(path: str | os.PathLike[str], most: int | None = None) -> bytes:
    """Return the content of a regular file, up to `most` bytes.

    Raises:
        OSError: It cannot be read; with ENXIO it is a pipe, a socket, a device or a kernel file.
    """
    refuse_special(os.stat(path))  # noqa: PTH116 - a string keeps a slash at its end
    found = bytearray()
    with os.fdopen(os.open(path, _READ_ONLY), "rb", buffering=0) as stream:
        # Another file may have this name by now.
        refuse_special(os.fstat(stream.fileno()))
        while most is None or len(found) < most:
            part = stream.read(_PART if most is None else min(_PART, most - len(found)))
            if part is None:
                raise _refused()
            if not part:
                break
            found += part
    return bytes(found)


def refuse_special(status: os.stat_result) -> None:
    """Refuse a file that is not a regular one, or that the kernel makes up.

    Raises:
        OSError: It is one, with ENXIO, or a folder, with EISDIR.
    """
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode) or status.st_dev in _kernel_devices():
        raise _refused()


def _refused() -> OSError:
    return OSError(errno.ENXIO, os.strerror(errno.ENXIO))


def _kernel_devices() -> set[int]:
    """Return the devices of the mount points in `_KERNEL`."""
    found = set()
    for folder in _KERNEL:
        try:
            found.add(os.stat(folder).st_dev)  # noqa: PTH116 - as short
        except OSError:
            continue
    # A folder that is not mounted is on the device of all other files.
    return found - {os.stat("/").st_dev}  # noqa: PTH116 - likewise
