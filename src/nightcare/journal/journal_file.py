"""The names of the journal's files in its folder."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

FILE_NAME = "journal.sqlite"

_COMPANIONS = ("-wal", "-shm")
"""Suffixes of the files that SQLite adds beside it."""


def obstacle(path: Path) -> str | None:
    """Return "folder", "link" or "device" if the path is not a file, or None.

    SQLite would wait for the other end of a named pipe.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        return "link" if path.is_symlink() else None
    if stat.S_ISDIR(mode):
        return "folder"
    return None if stat.S_ISREG(mode) else "device"


def create(path: Path) -> None:
    """Create the file, readable by its owner alone, unless it exists."""
    if path.exists():
        # Opening and closing it would drop SQLite's locks in this process
        # (https://www.sqlite.org/howtocorrupt.html, 2.2).
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        # Another command was quicker; a dangling link cannot be used.
        if not path.exists():
            raise


def set_aside(folder: Path, now: datetime) -> Path | None:
    """Rename a corrupt journal, so that a new one can take its place.

    Args:
        folder: The folder of the journal.
        now: The instant for the new name (UTC).

    Returns:
        The new path; None where the file cannot be renamed.
    """
    path = folder / FILE_NAME
    renamed = path.with_name(f"{path.stem}-corrupt-{now:%Y%m%dT%H%M%S}{path.suffix}")
    try:
        path.rename(renamed)
        # They belong to the corrupt file, and would spoil the new one.
        for suffix in _COMPANIONS:
            companion = Path(f"{path}{suffix}")
            if companion.exists():
                companion.rename(f"{renamed}{suffix}")
    except OSError:
        return None
    return renamed


def set_aside_files(folder: Path) -> list[Path]:
    """Return the corrupt journals that `set_aside` has renamed, with their companion files."""
    name = Path(FILE_NAME)
    return sorted(folder.glob(f"{name.stem}-corrupt-*{name.suffix}*"))


def journal_files(folder: Path) -> list[Path]:
    """Return the paths of the journal and of SQLite's companion files."""
    return [folder / f"{FILE_NAME}{suffix}" for suffix in ("", *_COMPANIONS)]
