"""This process: its program files, which an upgrade replaces, its restart and its memory."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_CHECK_SECONDS = 60.0
_CHECK = (
    "import sys; from nightcare.journal.migrations import VERSION; "
    "sys.exit(1) if VERSION < int(sys.argv.pop(1)) else None; "
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
        marker: The file that stands for all of them: every installer writes or removes it.
        interpreter: The Python that runs them.
        stamp: The identity of the marker at that time.
    """

    marker: Path
    interpreter: Path
    stamp: tuple[int, ...] | None

    @classmethod
    def of_this_process(cls) -> ProgramFiles:
        """Return the files as they are now."""
        marker = _PACKAGE / "__init__.py"
        return cls(marker, Path(sys.executable), _stamp(marker))

    def state(self) -> FilesState:
        """Return the state of the files now."""
        now = _stamp(self.marker)
        if now is None or not os.access(self.interpreter, os.X_OK):
            return FilesState.MISSING
        return FilesState.UNCHANGED if now == self.stamp else FilesState.REPLACED

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
    try:
        found = marker.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def release_memory() -> None:
    """Collect garbage, and let the C library release free memory, malloc_trim(3)."""
    gc.collect()
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - commands need none

        # Only glibc retains enough free memory to make this worth a call.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
