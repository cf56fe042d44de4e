"""A rollback of changed files, for an installation that fails half-way."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class _File:
    """The former state of a file: a link, content with a mode, or missing."""

    path: Path
    link: Path | None = None
    content: bytes | None = None
    mode: int = 0


class FileRollback:
    """Snapshot of files before they are changed, from which they can be restored."""

    def __init__(self) -> None:
        self._files: list[_File] = []
        self._missing: list[Path] = []

    def keep(self, path: Path) -> None:
        """Record a file, or that it and its folders are missing.

        Raises:
            OSError: It cannot be read or is a folder, so it could not be restored.
        """
        self._missing += [one for one in path.parents if not one.exists()]
        if path.is_symlink():
            self._files.append(_File(path, link=path.readlink()))
        elif path.is_file() or path.is_dir():
            mode = path.stat().st_mode & 0o7777
            self._files.append(_File(path, content=path.read_bytes(), mode=mode))
        else:
            self._files.append(_File(path))

    def keep_folder(self, folder: Path) -> None:
        """Record that a folder is missing, so that `restore` removes it with its content."""
        if not folder.exists():
            self._missing += [one for one in folder.parents if not one.exists()]
            self._files.append(_File(folder))

    def restore(self) -> None:
        """Restore every file, and remove those that were missing, as far as possible."""
        for file in reversed(self._files):
            with contextlib.suppress(OSError):
                _restore(file)
        # Remove the deepest folder first, and only empty ones.
        for folder in sorted(set(self._missing), key=lambda one: len(one.parts), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _restore(file: _File) -> None:
    if file.path.is_dir() and not file.path.is_symlink():
        import shutil  # noqa: PLC0415 - the service loads this module, and restores nothing

        shutil.rmtree(file.path)
    else:
        file.path.unlink(missing_ok=True)
    if file.link is not None:
        file.path.symlink_to(file.link)
    elif file.content is not None:
        file.path.touch(mode=file.mode)
        file.path.write_bytes(file.content)
        file.path.chmod(file.mode)
