"""This process: its program files, which an upgrade replaces, its restart and its memory."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_LIBRARIES = ("site-packages", "dist-packages")
_CHECK_SECONDS = 60.0
_CHECK = (
    "import sys; from nightcare.journal.migrations import VERSION; "
    "sys.exit(1) if VERSION < int(sys.argv.pop(1)) else None; "
    # A module that is loaded later may be damaged or missing.
    "import ast, importlib.util, pathlib, nightcare; "
    "files = pathlib.Path(nightcare.__file__).parent.rglob('*.py'); "
    "nodes = (node for one in files for node in ast.walk(ast.parse(one.read_bytes()))); "
    "names = {one.module or '' for one in nodes if isinstance(one, ast.ImportFrom)}; "
    "ours = [one for one in names if one.startswith('nightcare.')]; "
    "all(map(importlib.util.find_spec, ours)) or sys.exit(1); "
    "from nightcare.service.startup import load_code; load_code(); "
    "import nightcare.desktop.tray.tray_icon, nightcare.service.tray_actions; "
    "from nightcare.cli.main import main; main()"
)


class FilesState(Enum):
    """The state of the program's files, compared with the start of the process."""

    UNCHANGED = auto()
    REPLACED = auto()
    MISSING = auto()


@dataclass(frozen=True)
class ProgramFiles:
    """The program's files as they were at one time.

    Attributes:
        marker: The file that every installer writes or removes; the others are in its folder.
        interpreter: The Python that runs them.
        stamp: The identity of all of them at that time; None if they were missing.
    """

    marker: Path
    interpreter: Path
    stamp: tuple[int, ...] | None

    @classmethod
    def of_this_process(cls) -> ProgramFiles:
        """Return the files as they are now."""
        return cls.found(_PACKAGE / "__init__.py", Path(sys.executable))

    @classmethod
    def found(cls, marker: Path, interpreter: Path) -> ProgramFiles:
        """Return the files of a marker as they are now."""
        return cls(marker, interpreter, _stamp(marker))

    def identity(self) -> tuple[int, ...] | None:
        """Return the identity of the files now; None if they or their interpreter are missing."""
        return _stamp(self.marker) if os.access(self.interpreter, os.X_OK) else None

    def state(self) -> FilesState:
        """Return the state of the files now."""
        return self.state_of(self.identity())

    def state_of(self, identity: tuple[int, ...] | None) -> FilesState:
        """Return the state of files with an identity."""
        if identity is None:
            return FilesState.MISSING
        return FilesState.UNCHANGED if identity == self.stamp else FilesState.REPLACED

    def folders(self) -> Iterator[Path]:
        """Yield the folders of the files, the libraries and the Python of a virtual environment."""
        for folder, inner, _ in os.walk(self.marker.parent):
            inner[:] = [one for one in inner if not _is_incidental(one)]
            yield Path(folder)
        yield from (Path(one) for one in sys.path if one.endswith(_LIBRARIES))
        if (self.interpreter.parents[1] / "pyvenv.cfg").exists():
            yield self.interpreter.parent

    def can_start(self, config: Path | None, journal: int) -> bool:
        """Return whether the files there now can be loaded, and accept the journal and the config.

        It takes a second or more; a service calls it in a thread.

        Args:
            config: The file that `--config` names, if any.
            journal: The version of the journal's tables; older files refuse a newer journal.
        """
        named = [] if config is None else ["--config", str(config.absolute())]
        words = [str(journal), *named, "config", "check"]
        try:
            result = subprocess.run(  # noqa: S603 - ourselves
                [str(self.interpreter), "-P", "-c", _CHECK, *words],
                env={**os.environ, "PYTHONPATH": _search_path()},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_CHECK_SECONDS,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return False
        return result.returncode == 0


def restart() -> None:
    """Replace this process by a new start of the same command; its number stays.

    Raises:
        OSError: The interpreter cannot be started.
    """
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as it was started


def _search_path() -> str:
    before = os.environ.get("PYTHONPATH")
    package = str(_PACKAGE.parent)
    return f"{package}:{before}" if before else package


def _stamp(marker: Path) -> tuple[int, ...] | None:
    """Return the identity of a marker and of all files in its folder; None if it is missing."""
    try:
        found = marker.stat()
    except OSError:
        return None
    others = hash(frozenset(_files(str(marker.parent))))
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, others


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and time of each file; `git pull` writes those alone that differ."""
    # What is removed meanwhile changes the identity like any other change.
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for one in found:
            if _is_incidental(one.name):
                continue
            if one.is_dir(follow_symlinks=False):
                yield from _files(one.path)
                continue
            with contextlib.suppress(OSError):
                status = one.stat()
                yield one.path, status.st_size, status.st_mtime_ns


def _is_incidental(name: str) -> bool:
    """Return whether a name is that of compiled code, a hidden file or an editor's backup."""
    return name == "__pycache__" or name.startswith(".") or name.endswith("~")


def release_memory() -> None:
    """Collect garbage, and let the C library release free memory, malloc_trim(3)."""
    gc.collect()
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - commands need none

        # Only glibc retains enough free memory to make this worth a call.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
