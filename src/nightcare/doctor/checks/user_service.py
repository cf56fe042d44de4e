"""What the unit, the session and the running service mean for reminders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from nightcare.desktop.probe_results import Fault, NoManager, SessionFacts, UnitFacts
from nightcare.doctor.checks.environment import published
from nightcare.doctor.finding import Check, Finding, Said, bad, good, warning
from nightcare.errors import ConfigError

_SCREENS = {"freedesktop": "doctor_screen_desktop", "terminal": "doctor_screen_terminal"}
_UPGRADES = {
    "missing": ("doctor_program_missing", "doctor_unit_missing_mend"),
    "unusable": ("doctor_program_unusable", "doctor_service_install"),
    "waiting": ("doctor_program_waiting", "doctor_program_waiting_mend"),
}
_CANNOT_START = "203"
"""The exit status for a program that cannot be executed, systemd.exec(5)."""

_GRAPHICAL = "graphical-session.target"
_WRONG_CONFIG = str(ConfigError.exit_code)


def judge_unit(
    unit: UnitFacts | NoManager, session: SessionFacts, limit: timedelta
) -> list[Finding]:
    """The user unit, in this session; systemd had so long to answer."""
    if isinstance(unit, NoManager):
        return [_judge_no_manager(unit, limit)]
    if unit.load == "not-found":
        return [warning(Check.UNIT, "doctor_unit_missing", "doctor_unit_missing_mend")]
    if unit.load == "masked":
        return [bad(Check.UNIT, "doctor_unit_masked", "doctor_unit_masked_mend")]
    if unit.load != "loaded":
        return [
            bad(
                Check.UNIT,
                "doctor_unit_not_understood",
                "doctor_unit_missing_mend",
                path=unit.path or "-",
                state=unit.load,
            )
        ]
    findings = [*_judge_start(unit, session), *_judge_run(unit)]
    return findings or [good(Check.UNIT, "doctor_unit_good", path=unit.path)]


def _judge_no_manager(manager: NoManager, limit: timedelta) -> Finding:
    mend = "doctor_unit_otherwise"
    match manager.fault:
        case Fault.ABSENT:
            return warning(Check.UNIT, "doctor_unit_no_systemd", mend)
        case Fault.LATE:
            return warning(Check.UNIT, "doctor_unit_late", "doctor_unit_late_mend", limit=limit)
        case Fault.REFUSED:
            return warning(Check.UNIT, "doctor_unit_unreachable", mend, reason=manager.reason)


def _judge_start(unit: UnitFacts, session: SessionFacts) -> Iterable[Finding]:
    """Whether it starts with the session."""
    if unit.program:
        yield bad(
            Check.UNIT,
            "doctor_unit_program_gone",
            "doctor_unit_missing_mend",
            program=unit.program,
        )
    if not unit.file.startswith("enabled"):
        yield warning(Check.UNIT, "doctor_unit_disabled", "doctor_unit_disabled_mend")
    if session.kind and unit.graphical and _GRAPHICAL not in unit.wanted_by:
        yield warning(Check.UNIT, "doctor_unit_early", "doctor_unit_missing_mend")
    if session.kind and not unit.graphical and unit.wanted_by == (_GRAPHICAL,):
        yield warning(Check.UNIT, "doctor_unit_target", "doctor_unit_missing_mend")
    if unit.stale:
        yield warning(Check.UNIT, "doctor_unit_stale", "doctor_unit_stale_mend", path=unit.path)


def _judge_run(unit: UnitFacts) -> Iterable[Finding]:
    """Whether it runs."""
    if unit.active == "failed" or unit.sub == "auto-restart":
        mends = {
            _WRONG_CONFIG: "doctor_unit_failed_config_mend",
            _CANNOT_START: "doctor_unit_missing_mend",
        }
        exited = unit.result == "exit-code"
        yield bad(
            Check.UNIT,
            "doctor_unit_failed",
            mends.get(unit.status if exited else "", "doctor_unit_failed_mend"),
            result=unit.result,
            status=unit.status,
        )
    elif unit.active not in {"active", "reloading"}:
        yield warning(
            Check.UNIT, "doctor_unit_inactive", "doctor_unit_inactive_mend", state=unit.active
        )


def judge_session(session: SessionFacts, unit: UnitFacts | NoManager) -> list[Finding]:
    """Whether somebody sits at a display here, and whether the service runs without them."""
    drawn = bool(session.kind)
    known = isinstance(unit, UnitFacts) and unit.graphical
    if drawn:
        first = good(Check.SESSION, "doctor_session_good", kind=session.kind)
    elif known:
        first = good(Check.SESSION, "doctor_session_elsewhere")
    else:
        first = warning(Check.SESSION, "doctor_session_none", "doctor_session_none_mend")
    if isinstance(unit, UnitFacts) and unit.wanted_by == (_GRAPHICAL,):
        return [first, good(Check.SESSION, "doctor_linger_screen")]
    match session.lingering:
        case None:
            return [first]
        case False:
            return [first, good(Check.SESSION, "doctor_linger_off")]
        case True if drawn or known:
            return [first, good(Check.SESSION, "doctor_linger_on")]
        case True:
            return [
                first,
                warning(Check.SESSION, "doctor_linger_unseen", "doctor_linger_unseen_mend"),
            ]


@dataclass(frozen=True)
class Expected:
    """What a running service is held against.

    Attributes:
        version: The installed version.
        program: The folder of the installed program.
        config: The config file that this command reads; None for the built-in defaults.
        desktop: Whether it would show reminders on the desktop if it were started now.
    """

    version: str
    program: Path
    config: Path | None
    desktop: bool


def judge_service(note: Mapping[str, object] | None, expected: Expected) -> list[Finding]:
    """The running service.

    Args:
        note: What it wrote down about itself; None where none runs.
        expected: What it is held against.
    """
    if note is None:
        return [bad(Check.SERVICE, "doctor_service_stopped", "doctor_service_stopped_mend")]
    if not note:
        return [warning(Check.SERVICE, "doctor_service_mute", "doctor_service_restart")]
    config = note.get("config")
    findings = [
        good(
            Check.SERVICE,
            "doctor_service_good",
            pid=note.get("pid"),
            screen=Said(_SCREENS.get(str(note.get("screen")), "doctor_screen_other")),
            config=config or Said("built_in"),
        )
    ]
    running = note.get("version")
    if running != expected.version:
        findings.append(
            warning(
                Check.SERVICE,
                "doctor_service_older",
                "doctor_service_install",
                running=running or Said("doctor_service_some_version"),
                installed=expected.version,
            )
        )
    program = note.get("program")
    if program is not None and program != str(expected.program):
        findings.append(
            warning(
                Check.SERVICE,
                "doctor_service_elsewhere",
                "doctor_service_install",
                theirs=program,
                ours=expected.program,
            )
        )
    if (upgrade := note.get("upgrade")) in _UPGRADES:
        grave = bad if upgrade == "missing" else warning
        key, mend = _UPGRADES[str(upgrade)]
        findings.append(grave(Check.SERVICE, key, mend))
    if not _same(config, expected.config):
        findings.append(
            warning(
                Check.SERVICE,
                "doctor_service_other_config",
                "doctor_service_other_config_mend",
                theirs=config or Said("built_in"),
                ours=expected.config or Said("built_in"),
            )
        )
    if note.get("screen") == "terminal":
        findings += _judge_terminal(note, expected)
    return findings


def _judge_terminal(note: Mapping[str, object], expected: Expected) -> Iterable[Finding]:
    """Judge a service that shows reminders in its terminal, or in its log, which nobody reads."""
    service = published(note)
    if note.get("why") == "configured":
        if service is not None and not service.watched:
            yield warning(Check.SERVICE, "doctor_service_log", "doctor_service_log_mend")
    elif service is not None and service.watched:
        if expected.desktop:
            yield warning(Check.SERVICE, "doctor_service_terminal", "doctor_service_restart")
    elif service is not None or expected.desktop:
        yield bad(Check.SERVICE, "doctor_service_terminal", "doctor_service_restart")


def _same(theirs: object, ours: Path | None) -> bool:
    """Whether the service and this command read the same file, as far as that can be told."""
    if not isinstance(theirs, str):
        return ours is None
    # A relative one was named in a folder that is not known here.
    return not Path(theirs).is_absolute() or (ours is not None and Path(theirs) == ours.absolute())
