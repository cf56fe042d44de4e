"""The files of the journal: their names, and what may be in their place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

FILE_NAME = "journal.sqlite"

COMPANIONS = ("-wal", "-shm")
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


def create_file(path: Path) -> None:
    """Create the file, readable by its owner alone, unless it exists."""
    if path.exists():
        # Opening and closing it would drop SQLite's locks in this process
        # (https://www.sqlite.org/howtocorrupt.html, 2.2).
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        path.chmod(0o600)
    except FileExistsError:
        # Another command created it first; a dangling link cannot be used.
        if not path.exists():
            raise


def journal_files(folder: Path) -> list[Path]:
    """Return the paths of the journal and of SQLite's companion files."""
    return [folder / f"{FILE_NAME}{suffix}" for suffix in ("", *COMPANIONS)]
