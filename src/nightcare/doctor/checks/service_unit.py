"""Check the user unit of systemd, and the session in which it shows reminders.

Sources: systemctl(1), org.freedesktop.systemd1(5), loginctl(1), pam_systemd(8).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nightcare.desktop.dbus import Fault
from nightcare.desktop.programs import output
from nightcare.desktop.systemd.unit_file import ENV, GRAPHICAL, NAME, overriding_drop_ins
from nightcare.doctor.check import Check, CheckContext, Failure, Finding, bad, failed, good, warning
from nightcare.errors import ConfigError
from nightcare.regular_file import read_regular

if sys.platform != "win32":
    import pwd

LINGERING = Path("/var/lib/systemd/linger")
"""The folder with a file for each user who lingers."""

BOOTED = Path("/run/systemd/system")
"""The folder that exists if systemd is the service manager, sd_booted(3)."""

_PROPERTIES = (
    "Id", "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "ExecMainStatus",
    "FragmentPath", "DropInPaths", "ExecStart", "WantedBy", "NeedDaemonReload",
)  # fmt: skip

_LONGEST_FIRST_LINE = 512

_MODULE = "nightcare.service"
_LOAD = "from nightcare.service.startup import load_code; load_code()"

_INVALID_CONFIG = str(ConfigError.exit_code)
_CANNOT_EXECUTE = "203"
"""The exit status for a program that cannot be executed, systemd.exec(5)."""


@dataclass(frozen=True)
class UnitFacts:
    """The user unit, in the terms of org.freedesktop.systemd1(5).

    Attributes:
        load: LoadState, such as "loaded" or "not-found".
        file: UnitFileState, such as "enabled".
        active: ActiveState.
        sub: SubState.
        result: Result of the last run, such as "success" or "exit-code".
        status: The exit status of the last run.
        path: The unit's file.
        program: The program that it starts, if that does not exist; else empty.
        foreign: The program that it starts, if that is not nightcare; else empty.
        unusable: The interpreter that it starts, if that cannot load the service; else empty.
        reason: Why it cannot.
        overrides: The drop-in files that let it start something else than this installation.
        wanted_by: The targets that start it.
        stale: Whether its file was changed since the manager read it.
        graphical: Whether the manager knows of a graphical session.
    """

    load: str
    file: str = ""
    active: str = "inactive"
    sub: str = "dead"
    result: str = "success"
    status: str = "0"
    path: str = ""
    program: str = ""
    foreign: str = ""
    unusable: str = ""
    reason: str = ""
    overrides: tuple[str, ...] = ()
    wanted_by: tuple[str, ...] = ()
    stale: bool = False
    graphical: bool = False


@dataclass(frozen=True)
class NoManager:
    """The reason why the user manager does not describe the unit."""

    fault: Fault
    reason: str = ""


@dataclass(frozen=True)
class SessionFacts:
    """The login session of this command.

    Attributes:
        kind: Its display server, such as "wayland" or "x11"; empty if it has no screen.
        lingering: Whether the user manager also runs while the user is logged out; None if unknown.
    """

    kind: str
    lingering: bool | None


NO_SESSION = SessionFacts("", None)


# Probes


def probe_unit(context: CheckContext) -> UnitFacts | NoManager:
    """Query the user manager of this command for the unit."""
    show = f"--property={','.join(_PROPERTIES)}"
    command = ("systemctl", "--user", "show", show, NAME, GRAPHICAL)
    try:
        printed = output(command, context.variables, context.limits.call)
    except TimeoutError:
        return NoManager(Fault.LATE)
    except OSError:
        return NoManager(Fault.ABSENT)
    if printed.status:
        return NoManager(Fault.REFUSED, " ".join(printed.err.split()) or str(printed.status))
    units = {one.get("Id"): one for one in map(_properties, printed.out.split("\n\n"))}
    unit, session = units.get(NAME, {}), units.get(GRAPHICAL, {})
    start = unit.get("ExecStart", "")
    missing = _missing_program(start)
    reason = "" if missing else _load_error(start, context)
    return UnitFacts(
        load=unit.get("LoadState", "not-found"),
        file=unit.get("UnitFileState", ""),
        active=unit.get("ActiveState", ""),
        sub=unit.get("SubState", ""),
        result=unit.get("Result", ""),
        status=unit.get("ExecMainStatus", ""),
        path=unit.get("FragmentPath", ""),
        program=missing,
        foreign="" if "nightcare" in start else _program(start),
        unusable=_program(start) if reason else "",
        reason=reason,
        overrides=overriding_drop_ins(unit.get("DropInPaths", ""), start),
        wanted_by=tuple(unit.get("WantedBy", "").split()),
        stale=unit.get("NeedDaemonReload") == "yes",
        graphical=session.get("ActiveState") == "active",
    )


def _properties(block: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in block.strip().splitlines())
    return {name: value for name, _, value in pairs}


def _program(start: str) -> str:
    """Return the program of an ExecStart; empty without one."""
    path = re.search(r"\bpath=(.*?) ; argv", start)
    if path is None or path[1] != ENV:
        return "" if path is None else path[1]
    # The unit starts an interpreter with unusual signs in its path through env(1).
    argument = re.search(rf"argv\[\]={ENV} (.*?) -P -m ", start, re.DOTALL)
    return ENV if argument is None else argument[1].replace("$$", "$")


def _missing_program(start: str) -> str:
    """Return the program of an ExecStart, or a script's interpreter, if it is gone; else empty."""
    program = _program(start)
    needed = (program, _interpreter(Path(program))) if program else ()
    return next((one for one in needed if one and not os.access(one, os.X_OK)), "")


def _load_error(start: str, context: CheckContext) -> str:
    """Return why the interpreter of an ExecStart cannot load the service; empty if it can.

    That is so after a change of the interpreter's minor version, and with damaged files.
    """
    if f" -m {_MODULE}" not in start:
        return ""
    variables = {**context.variables}
    variables.pop("PYTHONPATH", None)
    try:
        # The limit of the probe leaves so much after `systemctl`.
        limit = context.limits.call / 2
        loaded = output((_program(start), "-P", "-c", _LOAD), variables, limit)
    except (OSError, TimeoutError):
        return ""
    lines = loaded.err.strip().splitlines()
    return (lines[-1] if lines else str(loaded.status)) if loaded.status else ""


def _interpreter(program: Path) -> str:
    """Return the interpreter that the first line of a script names, execve(2), or empty."""
    try:
        first, _, _ = read_regular(program, _LONGEST_FIRST_LINE).partition(b"\n")
    except OSError:
        return ""
    words = first[2:].decode(errors="replace").split() if first.startswith(b"#!") else []
    return words[0] if words else ""


def probe_session(context: CheckContext) -> SessionFacts:
    """Return the session of this command, by its environment."""
    variables = context.variables
    kind = variables.get("XDG_SESSION_TYPE", "")
    if variables.get("WAYLAND_DISPLAY"):
        kind = "wayland"
    elif variables.get("DISPLAY"):
        # A display that ssh forwards also counts as a screen.
        kind = "x11"
    elif kind not in {"wayland", "x11", "mir"}:
        kind = ""
    return SessionFacts(kind, _lingers())


def _lingers() -> bool | None:
    if sys.platform == "win32" or not (LINGERING.parent.is_dir() and BOOTED.is_dir()):
        return None
    try:
        return (LINGERING / pwd.getpwuid(os.geteuid()).pw_name).exists()
    except (KeyError, OSError):
        return None


# Judgement


def judge_unit_and_session(
    unit: UnitFacts | NoManager | Failure, session: SessionFacts | Failure, limit: timedelta
) -> list[Finding]:
    """Judge the unit and the session; `limit` is the time that systemd had to answer."""
    if sys.platform != "linux":
        return []
    manager = NoManager(Fault.LATE) if isinstance(unit, Failure) else unit
    if isinstance(session, Failure):
        return [*judge_unit(manager, NO_SESSION, limit), failed(Check.SESSION, session)]
    return [*judge_unit(manager, session, limit), *judge_session(session, manager)]


def judge_unit(
    unit: UnitFacts | NoManager, session: SessionFacts, limit: timedelta
) -> list[Finding]:
    """Judge the user unit."""
    if isinstance(unit, NoManager):
        return [_judge_no_manager(unit, limit)]
    match unit.load:
        case "loaded":
            findings = [*_judge_start(unit, session), *_judge_run(unit)]
            return findings or [good(Check.UNIT, "doctor_unit_good", path=unit.path)]
        case "not-found":
            return [warning(Check.UNIT, "doctor_unit_missing")]
        case "masked":
            return [bad(Check.UNIT, "doctor_unit_masked")]
        case state:
            key, path = "doctor_unit_not_understood", unit.path or "-"
            return [bad(Check.UNIT, key, "doctor_unit_missing_mend", path=path, state=state)]


def _judge_no_manager(manager: NoManager, limit: timedelta) -> Finding:
    fix = "doctor_unit_otherwise"
    match manager.fault:
        case Fault.ABSENT:
            return warning(Check.UNIT, "doctor_unit_no_systemd", fix)
        case Fault.LATE:
            return warning(Check.UNIT, "doctor_unit_late", limit=limit)
        case Fault.REFUSED:
            return warning(Check.UNIT, "doctor_unit_unreachable", fix, reason=manager.reason)


def _judge_start(unit: UnitFacts, session: SessionFacts) -> Iterable[Finding]:
    """Yield the findings on whether it starts with the session."""
    install = "doctor_unit_missing_mend"
    if unit.program:
        yield bad(Check.UNIT, "doctor_unit_program_gone", install, program=unit.program)
    if unit.foreign:
        yield bad(Check.UNIT, "doctor_unit_foreign", install, program=unit.foreign)
    if unit.unusable:
        named = {"program": unit.unusable, "reason": unit.reason}
        yield bad(Check.UNIT, "doctor_unit_unusable", **named)
    if unit.overrides:
        yield warning(Check.UNIT, "doctor_unit_overridden", paths=unit.overrides)
    if not unit.file.startswith("enabled"):
        yield warning(Check.UNIT, "doctor_unit_disabled")
    if session.kind and unit.graphical and GRAPHICAL not in unit.wanted_by:
        yield warning(Check.UNIT, "doctor_unit_early", install)
    if session.kind and not unit.graphical and unit.wanted_by == (GRAPHICAL,):
        yield warning(Check.UNIT, "doctor_unit_target", install)
    if unit.stale:
        yield warning(Check.UNIT, "doctor_unit_stale", path=unit.path)


def _judge_run(unit: UnitFacts) -> Iterable[Finding]:
    """Yield the findings on whether it runs."""
    if unit.active == "failed" or unit.sub == "auto-restart":
        fix = None
        if unit.result == "exit-code" and unit.status == _INVALID_CONFIG:
            fix = "doctor_unit_failed_config_mend"
        elif unit.result == "exit-code" and unit.status == _CANNOT_EXECUTE:
            fix = "doctor_unit_missing_mend"
        ended = {"result": unit.result, "status": unit.status}
        yield bad(Check.UNIT, "doctor_unit_failed", fix, **ended)
    elif unit.active not in {"active", "reloading"}:
        yield warning(Check.UNIT, "doctor_unit_inactive", state=unit.active)


def judge_session(session: SessionFacts, unit: UnitFacts | NoManager) -> list[Finding]:
    """Judge whether there is a screen, and whether the service also runs without one."""
    elsewhere = isinstance(unit, UnitFacts) and unit.graphical
    if session.kind:
        findings = [good(Check.SESSION, "doctor_session_good", kind=session.kind)]
    elif elsewhere:
        findings = [good(Check.SESSION, "doctor_session_elsewhere")]
    else:
        findings = [warning(Check.SESSION, "doctor_session_none")]
    if isinstance(unit, UnitFacts) and unit.wanted_by == (GRAPHICAL,):
        findings.append(good(Check.SESSION, "doctor_linger_screen"))
    elif session.lingering is False:
        findings.append(good(Check.SESSION, "doctor_linger_off"))
    elif session.lingering and (session.kind or elsewhere):
        findings.append(good(Check.SESSION, "doctor_linger_on"))
    elif session.lingering:
        findings.append(warning(Check.SESSION, "doctor_linger_unseen"))
    return findings
