"""One service per person: its locks, and the record by which commands find it.

The record is in XDG_RUNTIME_DIR, which all programs of the person share, regardless of the
variables that their shells export. It is locked as long as the service runs, so it needs no
clean-up after a crash. The state folder is locked as well, so that two services never share a
journal. The home folder is locked for the case that there is no runtime folder and the state folder
is removed or replaced.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl

RECORD = "nightcare.json"
"""In the person's runtime folder."""

_USUAL = Path("/run/user")
"""Holds a runtime folder for each user who is logged in, pam_systemd(8)."""

_LONGEST_RECORD = 64 * 1024
_MODE = 0o1600
"""Private; the sticky bit exempts it from periodic clean-up (XDG Base Directory Specification)."""

_HANDED_OVER = "_NIGHTCARE_LOCKS"
"""A variable with the file descriptors of the locks that a restart leaves to the new program."""

_TRIES = 5
_BETWEEN_TRIES = 0.05


@dataclass(frozen=True)
class ServiceRecord:
    """The record by which commands find a running service.

    Attributes:
        pid: Its process.
        state: The folder of its journal.
        config: Its config file, which may be missing.
        variables: The `NIGHTCARE_*` variables in its environment.
        keeps_schedule: Whether its schedule may differ from a saved config that is valid.
        zone: The name of its time zone.
        zone_rules: The checksum of the rules of that zone; 0 if it has none.
    """

    pid: int
    state: Path
    config: Path
    variables: Mapping[str, str]
    keeps_schedule: bool = False
    zone: str = ""
    zone_rules: int = 0


class InstanceLock:
    """The locks that a running service holds.

    Args:
        folder: Its state folder.
        runtime: The person's runtime folder; None without one.
        home: The person's home folder; None if unknown.
    """

    def __init__(self, folder: Path, runtime: Path | None = None, home: Path | None = None) -> None:
        self._folders = [one for one in (folder, home) if one is not None]
        self._runtime = runtime
        self._held: list[int] = []
        self._record: int | None = None

    def take(self) -> bool:
        """Hold the locks until this process ends; False where another process holds one."""
        if sys.platform == "win32":
            return True
        handed_over = _handed_over()
        try:
            return self._take(handed_over)
        finally:
            for handle in handed_over.values():
                os.close(handle)

    def _take(self, handed_over: dict[tuple[int, int], int]) -> bool:
        if self._runtime is not None:
            with contextlib.suppress(OSError):
                record = _opened(self._runtime / RECORD, os.O_RDWR | os.O_CREAT)
                self._record = self._lock(record, handed_over)
                if self._record is None:
                    return False
        for folder in self._folders:
            try:
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            except OSError:
                # Without a state folder the service still reminds.
                continue
            if self._lock(handle, handed_over) is None:
                self.release()
                return False
        return True

    def publish(self, record: ServiceRecord) -> None:
        """Write the record by which commands find this service."""
        if self._record is None:
            return
        data = {
            "pid": record.pid,
            "state": str(record.state),
            "config": str(record.config),
            "variables": dict(record.variables),
            "zone": record.zone,
            "zone_rules": record.zone_rules,
            # One digit: no reader sees a part of the record when only this has changed.
            "keeps_schedule": int(record.keeps_schedule),
        }
        raw = json.dumps(data).encode()
        with contextlib.suppress(OSError):
            os.fchmod(self._record, _MODE)
            # Write everything at once, and do not empty the file before.
            os.pwrite(self._record, raw, 0)
            os.ftruncate(self._record, len(raw))

    def hand_over(self) -> None:
        """Keep the locks until the program that replaces this one, by execve(2), takes them.

        Without this, the bridge and commands would report meanwhile that no service runs.
        """
        for handle in self._held:
            os.set_inheritable(handle, True)  # noqa: FBT003 - takes it by position alone
        os.environ[_HANDED_OVER] = " ".join(map(str, self._held))
        self._held, self._record = [], None

    def release(self) -> None:
        """Release the locks."""
        for handle in self._held:
            with contextlib.suppress(OSError):
                os.close(handle)
        self._held, self._record = [], None

    def _lock(self, handle: int, handed_over: dict[tuple[int, int], int]) -> int | None:
        """Lock an open file, or take over its lock; return the handle, None if it is locked."""
        kept = handed_over.pop(_identity(handle), None)
        if kept is not None:
            os.close(handle)
            self._held.append(kept)
            return kept
        for _ in range(_TRIES):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                # A command may be checking just now whether a service runs.
                time.sleep(_BETWEEN_TRIES)
            else:
                self._held.append(handle)
                return handle
        os.close(handle)
        return None


class FileLock:
    """A lock that one process of the user holds, on a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Hold the lock until this process ends; False where another process holds it."""
        if sys.platform == "win32":
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def is_held(self) -> bool:
        """Return whether a process holds the lock."""
        return _is_locked(self._path)


def runtime_folder(variables: Mapping[str, str]) -> Path | None:
    """Return the person's own runtime folder; None where there is none.

    Under su the variable names another user's folder, and under cron it is missing: then the usual
    path is used. Source: the XDG Base Directory Specification, pam_systemd(8).
    """
    if sys.platform == "win32":
        return None
    named = Path(variables.get("XDG_RUNTIME_DIR", ""))
    usual = _USUAL / str(os.geteuid())
    if named.is_absolute() and not _is_foreign(named):
        return named if named.is_dir() else None
    return usual if usual.is_dir() and not _is_foreign(usual) else None


def home_folder(variables: Mapping[str, str]) -> Path | None:
    """Return the person's own home folder; None where it is not known or another user's."""
    home = Path(variables.get("HOME", ""))
    return home if home.is_absolute() and not _is_foreign(home) else None


def running_service(variables: Mapping[str, str]) -> ServiceRecord | None:
    """Return the record of the person's running service; None where there is none.

    Args:
        variables: The environment, which says where the runtime folder is.
    """
    folder = runtime_folder(variables)
    if folder is None or sys.platform == "win32":
        return None
    try:
        handle = _opened(folder / RECORD, os.O_RDONLY)
    except OSError:
        return None
    try:
        if _is_free(handle):
            return None
        return _record_of(os.pread(handle, _LONGEST_RECORD, 0))
    except OSError:
        return None
    finally:
        os.close(handle)


def service_runs(folder: Path) -> bool:
    """Return whether a service holds the lock on a state folder."""
    return _is_locked(folder)


def _handed_over() -> dict[tuple[int, int], int]:
    """Return the locks that a restart has left to this program, by the identity of their files.

    The locks are held without a gap, so no other process finds them free.
    """
    found: dict[tuple[int, int], int] = {}
    for number in os.environ.pop(_HANDED_OVER, "").split():
        with contextlib.suppress(OSError, ValueError):
            handle = int(number)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.set_inheritable(handle, False)  # noqa: FBT003 - takes it by position alone
            found[_identity(handle)] = handle
    return found


def _identity(handle: int) -> tuple[int, int]:
    status = os.fstat(handle)
    return status.st_dev, status.st_ino


def _is_locked(path: Path) -> bool:
    """Return whether a process holds the lock on a file or a folder."""
    if sys.platform == "win32":
        return False
    try:
        # Do not wait for the writer of a named pipe.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return not _is_free(handle)
    finally:
        os.close(handle)


def _is_free(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _opened(path: Path, how: int) -> int:
    """Open a file of the person's own.

    Raises:
        OSError: It is missing, belongs to another user, or is not a regular file.
    """
    handle = os.open(path, how | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, _MODE & 0o777)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        os.close(handle)
        raise PermissionError
    return handle


def _is_foreign(folder: Path) -> bool:
    try:
        return folder.stat().st_uid != os.geteuid()
    except OSError:
        return False


def _record_of(raw: bytes) -> ServiceRecord | None:
    try:
        data = json.loads(raw)
        variables = {str(name): str(value) for name, value in data["variables"].items()}
        record = ServiceRecord(
            int(data["pid"]),
            Path(data["state"]),
            Path(data["config"]),
            variables,
            bool(data.get("keeps_schedule")),
            str(data.get("zone", "")),
            int(data.get("zone_rules", 0)),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return record if record.state.is_absolute() and record.config.is_absolute() else None
