"""Replacing a file whole: a kill, a power loss or a full disk leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_FOR_YOU_ALONE = 0o600


def replace_file(path: Path, content: bytes) -> None:
    """Put new content in the place of a file, or make it.

    A link stays one, and the file that it leads to is replaced. Its mode and, where the system
    lets us, its owner stay; a new file can be read by its owner alone. Missing folders are made.

    Raises:
        OSError: It could not be done; the old file is as it was.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as undo:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        undo.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as fresh:
            _like(target, fresh.fileno())
            fresh.write(content)
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(name).replace(target)
        undo.pop_all()
    _remember(target.parent)


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let nobody else who asks so read and replace files of a folder meanwhile; waits for them.

    Where the file system knows no locks, nobody is kept out.
    """
    handle = None
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(handle, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _like(target: Path, handle: int) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        _mode(handle, _FOR_YOU_ALONE)
        return
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)
    _mode(handle, stat.S_IMODE(old.st_mode))


def _mode(handle: int, mode: int) -> None:
    if sys.platform != "win32":
        os.fchmod(handle, mode)


def _remember(folder: Path) -> None:
    """Let the new name in a folder survive a power loss; the file itself has it already."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
