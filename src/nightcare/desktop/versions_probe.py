"""What runs here, by version."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from importlib import metadata

from nightcare.desktop.probe_results import VersionFacts

LIBRARIES = (
    "apscheduler", "click", "cronsim", "platformdirs", "plyer", "pydantic", "pydantic-settings",
    "rich", "tomli", "tomlkit", "tzdata",
)  # fmt: skip
"""What is needed everywhere."""

ON_LINUX = ("asyncinotify", "jeepney")
"""What is needed on Linux as well."""


def find_versions(systemd: str) -> VersionFacts:
    """The versions of Python, the system and every library that is needed.

    Args:
        systemd: The version of systemd; empty where there is none.
    """
    needed = sorted(LIBRARIES + (ON_LINUX if sys.platform == "linux" else ()))
    return VersionFacts(
        python=platform.python_version(),
        system=_system(),
        systemd=systemd,
        libraries=_installed(needed),
    )


def _installed(names: list[str]) -> Mapping[str, str | None]:
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def _system() -> str:
    """The system's name and version, by os-release(5) where it has that."""
    kernel = f"{platform.system()} {platform.release()} ({platform.machine()})"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel
