"""Check the versions of nightcare, Python, the system and the libraries."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

from nightcare import __version__
from nightcare.desktop.programs import output
from nightcare.doctor.check import Check, CheckContext, Failure, Finding, TextKey, bad, failed, good

LIBRARIES = (
    "apscheduler", "click", "cronsim", "platformdirs", "plyer", "pydantic", "pydantic-settings",
    "rich", "tomli", "tomlkit", "tzdata",
)  # fmt: skip
"""The libraries that are needed everywhere."""

ON_LINUX = ("asyncinotify", "jeepney")
"""The libraries that are needed on Linux only."""


@dataclass(frozen=True)
class VersionFacts:
    """The installed versions.

    Attributes:
        python: The version of Python.
        system: The name and version of the operating system.
        systemd: The version of systemd; empty if there is none.
        libraries: The version of each library that is needed; None if it is not installed.
    """

    python: str
    system: str
    systemd: str
    libraries: Mapping[str, str | None]


def probe_versions(context: CheckContext) -> VersionFacts:
    """Find the versions."""
    needed = sorted(LIBRARIES + (ON_LINUX if sys.platform == "linux" else ()))
    return VersionFacts(
        python=platform.python_version(),
        system=_system(),
        systemd=_systemd(context),
        libraries={name: _installed(name) for name in needed},
    )


def _system() -> str:
    """Return the system's name and version, by os-release(5) if it has that."""
    kernel = f"{platform.system()} {platform.release()} ({platform.machine()})"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel


def _systemd(context: CheckContext) -> str:
    try:
        printed = output(("systemctl", "--version"), context.variables, context.limits.call)
    except (OSError, TimeoutError):
        return ""
    version = re.match(r"systemd (\S+)", printed.out)
    return version[1] if version else ""


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def judge_versions(found: VersionFacts | Failure) -> list[Finding]:
    """Report the versions, and the libraries that are missing."""
    if isinstance(found, Failure):
        return [failed(Check.VERSIONS, found)]
    systemd = found.systemd or TextKey("doctor_none")
    ours = {"nightcare": __version__, "python": found.python}
    findings = [
        good(Check.VERSIONS, "doctor_versions", system=found.system, systemd=systemd, **ours)
    ]
    installed = tuple(f"{name} {one}" for name, one in found.libraries.items() if one is not None)
    missing = tuple(name for name, one in found.libraries.items() if one is None)
    if installed:
        findings.append(good(Check.VERSIONS, "doctor_libraries", libraries=installed))
    if missing:
        findings.append(bad(Check.VERSIONS, "doctor_libraries_missing", libraries=missing))
    return findings
