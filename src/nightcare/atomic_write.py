"""Atomic writes: a kill, a power loss or a full disk leaves either the old or the new file."""

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

_PRIVATE_FILE = 0o600
_USUAL_FILE = 0o666
"""The mode from which the umask takes."""

_PRIVATE_FOLDER = 0o700
_RANDOM_BYTES = 6
_HEX_DIGITS = frozenset("0123456789abcdef")
_LEFTOVER_SECONDS = 60.0
"""The age from which a temporary file counts as left behind."""

_CREATE_FLAGS = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def replace_file(path: Path, content: bytes) -> None:
    """Replace the content of a file, or create it.

    A link is kept, and its target replaced. The mode stays and, where the system allows it, the
    owner; a new file is readable by its owner alone. Missing folders are created.

    Raises:
        OSError: The write failed; the old file is unchanged.
    """
    replace_files({path: content})


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Replace all of several files or none, as `replace_file` does.

    Raises:
        OSError: The write of the file in `filename` failed; all files are unchanged.
    """
    targets: list[tuple[Path, Path]] = []
    with contextlib.ExitStack() as undo:
        for path, content in contents.items():
            try:
                targets.append(_write_temporary(path, content, undo))
            except OSError as error:
                error.filename = os.fspath(path)
                raise
        replaced: list[tuple[Path, bytes | None]] = []
        for (fresh, target), path in zip(targets, contents, strict=True):
            old = target.read_bytes() if len(targets) > 1 and target.exists() else None
            try:
                fresh.replace(target)
            except OSError as error:
                _restore(replaced)
                error.filename = os.fspath(path)
                raise
            replaced.append((target, old))
    for folder in {target.parent for _, target in targets}:
        _sync_folder(folder)


def replace_entry(path: Path, text: str) -> None:
    """Replace a file, or the link in its place, by a new file with the usual mode.

    Missing folders are created.

    Raises:
        OSError: The write failed; the old file is unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = _temporary(path)
    try:
        # A link in its place is not followed.
        with os.fdopen(os.open(fresh, _CREATE_FLAGS, _USUAL_FILE), "wb") as file:
            file.write(text.encode())
        _remove_leftovers(fresh, path)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def _restore(replaced: Iterable[tuple[Path, bytes | None]]) -> None:
    for target, old in replaced:
        if old is None:
            target.unlink(missing_ok=True)
        else:
            replace_file(target, old)


def _write_temporary(path: Path, content: bytes, undo: contextlib.ExitStack) -> tuple[Path, Path]:
    """Write a temporary file beside the target; return both paths.

    Args:
        path: The target, or a link to it.
        content: The content.
        undo: Receives a callback that removes the temporary file if it is still there.
    """
    target = resolved(path)
    if target.exists() and not target.is_file():
        # A device or a folder is never meant.
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))
    private_folder(target.parent)
    name = _temporary(target)
    handle = os.open(name, _CREATE_FLAGS, _PRIVATE_FILE)
    undo.callback(name.unlink, missing_ok=True)
    with os.fdopen(handle, "wb") as fresh:
        _copy_owner_and_mode(target, fresh.fileno())
        fresh.write(content)
        fresh.flush()
        os.fsync(fresh.fileno())
    _remove_leftovers(name, target)
    return name, target


def _remove_leftovers(fresh: Path, target: Path) -> None:
    """Remove the temporary files of writers that were killed; another may still be writing."""
    with contextlib.suppress(OSError):
        before = fresh.stat().st_mtime - _LEFTOVER_SECONDS
        for one in target.parent.iterdir():
            if _is_temporary(one.name, target) and one.lstat().st_mtime < before:
                one.unlink()


def _temporary(path: Path) -> Path:
    """Return an unused name beside a path."""
    # tempfile does the same, but would load the random and hashlib modules.
    return path.with_name(f".{path.name}.{os.urandom(_RANDOM_BYTES).hex()}")


def _is_temporary(name: str, path: Path) -> bool:
    """Return whether a name is that of a temporary file of a path."""
    start, _, end = name.rpartition(".")
    return start == f".{path.name}" and len(end) == 2 * _RANDOM_BYTES and set(end) <= _HEX_DIGITS


def resolved(path: Path) -> Path:
    """Return the path behind all links, whether or not it exists.

    Raises:
        OSError: A link leads to itself; Path.resolve() returns it since 3.13, and raised before.
    """
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def private_folder(folder: Path) -> None:
    """Create a folder and its missing parents for their owner alone, whatever the umask.

    Source: the XDG Base Directory Specification asks for 0700.

    Raises:
        OSError: The folder cannot be created.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
        # A umask such as 0177 has taken bits away.
        one.chmod(_PRIVATE_FOLDER)
    # This fails if a file has its name.
    folder.mkdir(exist_ok=True)


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock of a file, against other processes that read and replace it under the lock.

    There is no lock if the file is missing, or if its file system supports none.
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
    """Lock the file that has this name once it is locked; another process may replace it first."""
    if sys.platform == "win32":
        return None
    while True:
        # Opening a named pipe must not wait for its other end.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except OSError:
            os.close(handle)
            raise
        os.close(handle)


def _copy_owner_and_mode(target: Path, handle: int) -> None:
    try:
        old = target.stat()
    except FileNotFoundError:
        _set_mode(handle, _PRIVATE_FILE)
        return
    if sys.platform != "win32":
        with contextlib.suppress(PermissionError):
            os.fchown(handle, old.st_uid, old.st_gid)
    _set_mode(handle, stat.S_IMODE(old.st_mode))


def _set_mode(handle: int, mode: int) -> None:
    if sys.platform != "win32":
        os.fchmod(handle, mode)


def _sync_folder(folder: Path) -> None:
    """Flush a folder, so that the new name survives a power loss."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
