"""The user unit as systemd sees it, and the session that it would show reminders in.

Sources: systemctl(1), org.freedesktop.systemd1(5), loginctl(1), pam_systemd(8).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from nightcare.desktop.probe_results import Fault, NoManager, SessionFacts, UnitFacts
from nightcare.desktop.programs import output

if sys.platform != "win32":
    import pwd

_LONGEST_FIRST_LINE = 512

UNIT = "nightcare.service"
GRAPHICAL = "graphical-session.target"

LINGERING = Path("/var/lib/systemd/linger")
"""Holds a file for each user who lingers."""

BOOTED = Path("/run/systemd/system")
"""Is there where systemd is the service manager, by sd_booted(3)."""

_PROPERTIES = (
    "Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "ExecMainStatus",
    "FragmentPath", "ExecStart", "WantedBy", "NeedDaemonReload",
)  # fmt: skip


def find_unit(variables: Mapping[str, str], limit: float) -> UnitFacts | NoManager:
    """The unit, as the user manager of who asks has it.

    Args:
        variables: The environment, which says where the manager is.
        limit: Seconds within which it must answer.
    """
    ask = ("systemctl", "--user", "show", f"--property={','.join(_PROPERTIES)}", UNIT, GRAPHICAL)
    try:
        said = output(ask, variables, limit)
    except TimeoutError:
        return NoManager(Fault.LATE)
    except OSError:
        return NoManager(Fault.ABSENT)
    if said.status:
        return NoManager(Fault.REFUSED, " ".join(said.err.split()) or str(said.status))
    units = {one.get("Id"): one for one in map(_properties, said.out.split("\n\n"))}
    ours = units.get(UNIT, {})
    session = units.get(GRAPHICAL, {})
    return UnitFacts(
        load=ours.get("LoadState", "not-found"),
        file=ours.get("UnitFileState", ""),
        active=ours.get("ActiveState", ""),
        sub=ours.get("SubState", ""),
        result=ours.get("Result", ""),
        status=ours.get("ExecMainStatus", ""),
        path=ours.get("FragmentPath", ""),
        program=_missing(ours.get("ExecStart", "")),
        wanted_by=tuple(ours.get("WantedBy", "").split()),
        stale=ours.get("NeedDaemonReload") == "yes",
        graphical=session.get("ActiveState") == "active",
    )


def find_session(variables: Mapping[str, str], lingering: Path = LINGERING) -> SessionFacts:
    """The session of who asks.

    Args:
        variables: The environment.
        lingering: The folder with a file for each user who lingers.
    """
    kind = variables.get("XDG_SESSION_TYPE", "")
    if variables.get("WAYLAND_DISPLAY"):
        kind = "wayland"
    elif variables.get("DISPLAY"):
        # Forwarded through ssh it is somebody's screen as well.
        kind = "x11"
    elif kind not in {"wayland", "x11", "mir"}:
        kind = ""
    return SessionFacts(kind, _lingers(lingering))


def find_systemd(variables: Mapping[str, str], limit: float) -> str:
    """The version of systemd; empty where there is none."""
    try:
        said = output(("systemctl", "--version"), variables, limit)
    except (OSError, TimeoutError):
        return ""
    version = re.match(r"systemd (\S+)", said.out)
    return version[1] if version else ""


def _lingers(folder: Path) -> bool | None:
    if sys.platform == "win32" or not (folder.parent.is_dir() and BOOTED.is_dir()):
        return None
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
        return (folder / name).exists()
    except (KeyError, OSError):
        return None


def _properties(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.strip().splitlines())
    return {name: value for name, _, value in pairs}


def _missing(start: str) -> str:
    """Return the program of an ExecStart, or a script's interpreter, if it is gone; else empty."""
    path = re.search(r"\bpath=(.*?) ; argv", start)
    if path is None:
        return ""
    needed = (path[1], _interpreter_of(Path(path[1])))
    return next((one for one in needed if one and not os.access(one, os.X_OK)), "")


def _interpreter_of(program: Path) -> str:
    """Return what a script's first line starts it with, execve(2); empty where it is no script."""
    try:
        with program.open("rb") as script:
            first = script.readline(_LONGEST_FIRST_LINE)
    except OSError:
        return ""
    if not first.startswith(b"#!"):
        return ""
    words = first[2:].decode(errors="replace").split()
    return words[0] if words else ""
