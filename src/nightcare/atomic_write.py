"""Replacing a file whole: a kill, a power loss or a full disk leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_FOR_YOU_ALONE = 0o600
_FOLDER_FOR_YOU_ALONE = 0o700
_ANEW = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def replace_file(path: Path, content: bytes) -> None:
    """Put new content in the place of a file, or make it.

    A link stays one, and the file that it leads to is replaced. Its mode and, where the system
    lets us, its owner stay; a new file can be read by its owner alone. Missing folders are made.

    Raises:
        OSError: It could not be done; the old file is as it was.
    """
    replace_files({path: content})


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Put new content in the place of several files, of all or of none, as `replace_file` does.

    Raises:
        OSError: It could not be done; `filename` is the file of these that it failed on, and all
            are as they were.
    """
    targets: list[tuple[Path, Path]] = []
    with contextlib.ExitStack() as undo:
        for path, content in contents.items():
            try:
                targets.append(_prepared(path, content, undo))
            except OSError as error:
                error.filename = os.fspath(path)
                raise
        replaced: list[tuple[Path, bytes | None]] = []
        for (fresh, target), path in zip(targets, contents, strict=True):
            old = target.read_bytes() if len(targets) > 1 and target.exists() else None
            try:
                fresh.replace(target)
            except OSError as error:
                _take_back(replaced)
                error.filename = os.fspath(path)
                raise
            replaced.append((target, old))
    for folder in {target.parent for _, target in targets}:
        _remember(folder)


def _take_back(replaced: Iterable[tuple[Path, bytes | None]]) -> None:
    for target, old in replaced:
        if old is None:
            target.unlink(missing_ok=True)
        else:
            replace_file(target, old)


def _prepared(path: Path, content: bytes, undo: contextlib.ExitStack) -> tuple[Path, Path]:
    """Write the content beside the file that it is for; return both.

    Args:
        path: The file, or a link to it.
        content: The content.
        undo: What removes the new file unless it has taken the place of the other.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        # A device or a folder is never what is meant.
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))
    private_folder(target.parent)
    # As tempfile does it, which would load random numbers and hashes besides.
    name = target.with_name(f".{target.name}.{os.urandom(6).hex()}")
    handle = os.open(name, _ANEW, _FOR_YOU_ALONE)
    undo.callback(name.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as fresh:
        _like(target, fresh.fileno())
        fresh.write(content)
        fresh.flush()
        os.fsync(fresh.fileno())
    return name, target


def private_folder(folder: Path) -> None:
    """Make a folder and its missing parents for their owner alone, whatever the umask.

    Source: the XDG Base Directory Specification asks for 0700.

    Raises:
        OSError: It could not be made.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=_FOLDER_FOR_YOU_ALONE, exist_ok=True)
    # Also tells of a file that is in the way.
    folder.mkdir(exist_ok=True)


@contextlib.contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Let nobody else who asks so read and replace a file meanwhile; waits for them.

    Where there is no file yet, or its file system knows no locks, nobody is kept out.
    """
    handle = None
    with contextlib.suppress(OSError):
        handle = _locked(path)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _locked(path: Path) -> int | None:
    """The lock of the file that has this name once it is ours; others may have replaced it."""
    if sys.platform == "win32":
        return None
    while True:
        # Of a named pipe nobody waits for the other end.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except OSError:
            os.close(handle)
            raise
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
