"""An empty home, and an environment made from nothing, for the programs of one test."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from parts.processes import SEARCH_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator


TIME_ZONES = str(files("tzdata") / "zoneinfo")
"""For TZDIR, so that names mean the same where the system has no zone files."""

NO_BUS = "unix:path=/nonexistent/bus"
"""For DBUS_SYSTEM_BUS_ADDRESS, so that it is never the machine's own."""

ANOTHER_DATE = (
    "LD_PRELOAD",
    "FAKETIME_TIMESTAMP_FILE",
    "FAKETIME_DONT_FAKE_MONOTONIC",
    "FAKETIME_FORCE_MONOTONIC_FIX",
)
"""Variables of libfaketime."""


def another_date() -> dict[str, str]:
    """Return the variables of another date, where the tests run on one: ./scripts/test --date."""
    return {name: os.environ[name] for name in ANOTHER_DATE if name in os.environ}


@dataclass(frozen=True, slots=True)
class Home:
    """The places of one person who logged in for the first time.

    Attributes:
        path: HOME, an empty folder.
        runtime: XDG_RUNTIME_DIR, empty and 0700. Its path is short: the address of a Unix socket
            has at most 107 bytes, unix(7).
        aside: what belongs to the harness rather than the person: logs and configuration of the
            programs that a test runs beside nightcare.
        time_zone: TZ, an IANA name.
    """

    path: Path
    runtime: Path
    aside: Path
    time_zone: str

    @property
    def config(self) -> Path:
        """XDG_CONFIG_HOME; as for a new user it does not exist yet."""
        return self.path / ".config"

    @property
    def state(self) -> Path:
        """XDG_STATE_HOME; it does not exist yet."""
        return self.path / ".local" / "state"

    @property
    def data(self) -> Path:
        """XDG_DATA_HOME; it does not exist yet."""
        return self.path / ".local" / "share"

    @property
    def cache(self) -> Path:
        """XDG_CACHE_HOME; it does not exist yet."""
        return self.path / ".cache"

    def log(self, name: str) -> Path:
        """Return the log file of a program of the harness."""
        return self.aside / f"{name}.log"

    def environment(self, **more: str) -> dict[str, str]:
        """Return a whole environment, with `more` laid over it; another date alone is inherited."""
        return {
            **another_date(),
            "PATH": SEARCH_PATH,
            "LANG": "C.UTF-8",
            "TZ": self.time_zone,
            "TZDIR": TIME_ZONES,
            "HOME": str(self.path),
            "XDG_CONFIG_HOME": str(self.config),
            "XDG_STATE_HOME": str(self.state),
            "XDG_DATA_HOME": str(self.data),
            "XDG_CACHE_HOME": str(self.cache),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            **more,
        }


@contextlib.contextmanager
def private_home(time_zone: str = "Europe/Copenhagen") -> Iterator[Home]:
    """Make a home that is removed on leaving.

    Args:
        time_zone: TZ of its programs. The default is none whose offset is 0, so that a mistaken
            UTC shows.
    """
    # Not the temporary folder of pytest, whose paths are too long for sockets.
    root = Path(tempfile.mkdtemp(prefix="nc-", dir="/tmp"))
    try:
        home = Home(root / "home", root / "run", root / "aside", time_zone)
        for folder in (home.path, home.runtime, home.aside):
            folder.mkdir(mode=0o700)
        yield home
    finally:
        _remove(root)


def _remove(root: Path) -> None:
    # A test, or a user manager, may have made folders that even their owner cannot open.
    for parent, folders, _ in os.walk(root):
        for folder in (Path(parent, name) for name in folders):
            if not folder.is_symlink():
                folder.chmod(0o700)
    shutil.rmtree(root)
