"""One service a user: a lock on the state folder, which ends with the process that holds it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_TRIES = 5
_BETWEEN_TRIES = 0.05


class OnlyOne:
    """The lock that a running service holds.

    It is a lock on the folder itself, so that it leaves no file behind and works where the folder
    cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: int | None = None

    def take(self) -> bool:
        """Hold the lock until this process ends; False where another process holds it."""
        if sys.platform == "win32":
            return True
        try:
            handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            # No folder, no lock; the service still reminds.
            return True
        for _ in range(_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                # A command may be looking just now whether a service runs.
                time.sleep(_BETWEEN_TRIES)
            else:
                self._held = handle
                return True
        os.close(handle)
        return False

    def release(self) -> None:
        """Let go of the lock."""
        if self._held is not None:
            with contextlib.suppress(OSError):
                os.close(self._held)
            self._held = None


def service_runs(folder: Path) -> bool:
    """Whether a service holds the lock on a state folder."""
    if sys.platform == "win32":
        return False
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(handle)
