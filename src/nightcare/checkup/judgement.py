"""What the facts mean for the person: each good, a warning, bad or unknown. Nothing is asked here.

Bad is what keeps reminders, or what is remembered, from the person; a warning what may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from nightcare.checkup.finding import Check, Finding, Said, bad, good, unknown, warning
from nightcare.desktop.found import (
    Fault,
    Identity,
    NoManager,
    Notifier,
    Quiet,
    Session,
    Unit,
    Versions,
)
from nightcare.errors import ConfigError, Problem
from nightcare.journal.inspection import Content, Inspection

_CAPABILITIES = {
    "actions": "doctor_can_buttons",
    "body": "doctor_can_body",
    "body-markup": "doctor_can_markup",
    "persistence": "doctor_can_persistence",
    "sound": "doctor_can_sound",
}
"""Of the specification's capabilities those that matter here."""

_SCREENS = {"freedesktop": "doctor_screen_desktop", "terminal": "doctor_screen_terminal"}

_GRAPHICAL = "graphical-session.target"
_WRONG_CONFIG = str(ConfigError.exit_code)
_MOST_MISTAKES = 5

_FULL = 2**20
"""Bytes; with less the journal cannot be written for long."""

_LOW = 50 * 2**20
"""Bytes; with less it is time to make room."""

_MEBIBYTE, _GIBIBYTE = 2**20, 2**30

_GROUP_AND_OTHERS = 0o077

_SET_BACK = timedelta(minutes=2)
"""A clock that is synchronised is set back by less."""


# The bus and who is on it


def judge_bus(address: str | None, fault: Fault | None, limit: timedelta) -> Finding:
    """The session bus.

    Args:
        address: Where it is; None where there is none.
        fault: Why it does not answer; None if it does.
        limit: What it had to answer in.
    """
    if address is None:
        return bad(Check.BUS, "doctor_bus_none", "doctor_bus_none_mend")
    match fault:
        case None:
            return good(Check.BUS, "doctor_bus_good", address=address)
        case Fault.LATE:
            return bad(
                Check.BUS,
                "doctor_bus_late",
                "doctor_bus_late_mend",
                address=address,
                limit=limit,
            )
        case _:
            return bad(Check.BUS, "doctor_bus_gone", "doctor_bus_gone_mend", address=address)


def judge_notifier(notifier: Notifier, limit: timedelta) -> list[Finding]:
    """The notification server, which had so long to answer."""
    if not notifier.owned:
        if notifier.startable:
            return [good(Check.SERVER, "doctor_server_startable")]
        return [bad(Check.SERVER, "doctor_server_none", "doctor_server_none_mend")]
    name = _name(notifier)
    match notifier.capabilities:
        case Fault.LATE:
            return [
                bad(
                    Check.SERVER,
                    "doctor_server_late",
                    "doctor_server_late_mend",
                    name=name,
                    limit=limit,
                )
            ]
        case Fault():
            return [
                warning(
                    Check.SERVER, "doctor_server_refused", "doctor_server_refused_mend", name=name
                )
            ]
        case capabilities:
            return _judge_capabilities(name, notifier.identity, capabilities)


def _judge_capabilities(
    name: object, identity: Identity | Fault, capabilities: frozenset[str]
) -> list[Finding]:
    can = tuple(Said(key) for one, key in _CAPABILITIES.items() if one in capabilities)
    shown = can or Said("doctor_can_nothing")
    if isinstance(identity, Identity):
        first = good(
            Check.SERVER,
            "doctor_server_good",
            name=name,
            specification=identity.specification or "-",
            capabilities=shown,
        )
    else:
        first = warning(
            Check.SERVER,
            "doctor_server_nameless",
            "doctor_server_nameless_mend",
            name=name,
            capabilities=shown,
        )
    findings = [first]
    if "actions" not in capabilities:
        findings.append(
            warning(
                Check.SERVER, "doctor_server_no_buttons", "doctor_server_no_buttons_mend", name=name
            )
        )
    if "body" not in capabilities:
        findings.append(
            warning(Check.SERVER, "doctor_server_no_body", "doctor_server_no_body_mend", name=name)
        )
    return findings


def _name(notifier: Notifier) -> object:
    if isinstance(notifier.identity, Identity):
        one = notifier.identity
        parts = (one.name, one.version, f"({one.vendor})" if one.vendor else "")
        return " ".join(filter(None, parts)) or notifier.process or Said("doctor_server_unnamed")
    return notifier.process or Said("doctor_server_unnamed")


def judge_quiet(quiet: Quiet) -> Finding:
    """Do not disturb."""
    if quiet.on is None:
        return unknown(Check.QUIET, "doctor_quiet_unknown")
    by = quiet.by or Said("doctor_quiet_server")
    if quiet.on:
        return warning(Check.QUIET, "doctor_quiet_on", "doctor_quiet_on_mend", by=by)
    return good(Check.QUIET, "doctor_quiet_off", by=by)


# The unit, the session, the service


def judge_unit(unit: Unit | NoManager, session: Session, limit: timedelta) -> list[Finding]:
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


def _judge_start(unit: Unit, session: Session) -> Iterable[Finding]:
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
    if session.kind and not unit.graphical and unit.wanted_by == (_GRAPHICAL,):
        yield warning(Check.UNIT, "doctor_unit_target", "doctor_unit_missing_mend")
    if unit.stale:
        yield warning(Check.UNIT, "doctor_unit_stale", "doctor_unit_stale_mend", path=unit.path)


def _judge_run(unit: Unit) -> Iterable[Finding]:
    """Whether it runs."""
    if unit.active == "failed" or unit.sub == "auto-restart":
        wrong_config = (unit.result, unit.status) == ("exit-code", _WRONG_CONFIG)
        yield bad(
            Check.UNIT,
            "doctor_unit_failed",
            "doctor_unit_failed_config_mend" if wrong_config else "doctor_unit_failed_mend",
            result=unit.result,
            status=unit.status,
        )
    elif unit.active not in {"active", "reloading"}:
        yield warning(
            Check.UNIT, "doctor_unit_inactive", "doctor_unit_inactive_mend", state=unit.active
        )


def judge_session(session: Session, unit: Unit | NoManager) -> list[Finding]:
    """Whether somebody sits at a display here, and whether the service runs without them."""
    drawn = bool(session.kind)
    known = isinstance(unit, Unit) and unit.graphical
    if drawn:
        first = good(Check.SESSION, "doctor_session_good", kind=session.kind)
    elif known:
        first = good(Check.SESSION, "doctor_session_elsewhere")
    else:
        first = warning(Check.SESSION, "doctor_session_none", "doctor_session_none_mend")
    if isinstance(unit, Unit) and unit.wanted_by == (_GRAPHICAL,):
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


@dataclass(frozen=True, slots=True)
class Expected:
    """What a running service is held against.

    Attributes:
        version: The installed version.
        config: The config file that this command reads; None for the built-in defaults.
        desktop: Whether it would show reminders on the desktop if it were started now.
    """

    version: str
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
                "doctor_service_restart",
                running=running or Said("doctor_service_some_version"),
                installed=expected.version,
            )
        )
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
    if expected.desktop and note.get("screen") == "terminal":
        findings.append(warning(Check.SERVICE, "doctor_service_terminal", "doctor_service_restart"))
    return findings


def _same(theirs: object, ours: Path | None) -> bool:
    """Whether the service and this command read the same file, as far as that can be told."""
    if not isinstance(theirs, str):
        return ours is None
    # A relative one was named in a folder that is not known here.
    return not Path(theirs).is_absolute() or (ours is not None and Path(theirs) == ours.absolute())


# Config and journal


def judge_config(
    path: Path | None, warnings: Iterable[Problem], reminders: int, variables: Iterable[str]
) -> list[Finding]:
    """A config that is right.

    Args:
        path: The file; None for the built-in defaults.
        warnings: What may be a slip in it.
        reminders: How many it has switched on.
        variables: The variables that are laid over it.
    """
    named = path or Said("built_in")
    if reminders:
        findings = [good(Check.CONFIG, "doctor_config_good", path=named, count=reminders)]
    else:
        findings = [
            warning(Check.CONFIG, "doctor_config_empty", "doctor_config_empty_mend", path=named)
        ]
    findings += [
        warning(Check.CONFIG, "doctor_config_problem", "doctor_config_warning_mend", problem=one)
        for one in warnings
    ]
    return findings + _judge_variables(variables)


def judge_mistakes(error: ConfigError, variables: Iterable[str]) -> list[Finding]:
    """A config that is wrong."""
    findings = [
        bad(Check.CONFIG, "doctor_config_problem", "doctor_config_wrong_mend", problem=one)
        for one in error.problems[:_MOST_MISTAKES]
    ]
    more = len(error.problems) - _MOST_MISTAKES
    if more > 0:
        findings.append(
            bad(Check.CONFIG, "doctor_config_more", "doctor_config_wrong_mend", count=more)
        )
    return findings + _judge_variables(variables)


def _judge_variables(variables: Iterable[str]) -> list[Finding]:
    names = tuple(sorted(variables))
    return [good(Check.CONFIG, "doctor_config_variables", names=names)] if names else []


def judge_journal(seen: Inspection, known: int, *, modes: bool) -> list[Finding]:
    """The journal and its folder.

    Args:
        seen: How they are.
        known: The version of the tables that this nightcare knows.
        modes: Whether permissions mean anything on this platform.
    """
    findings = [*_judge_access(seen, modes=modes), *_judge_content(seen, known)]
    if seen.free is not None and seen.free < _LOW:
        grave, key = (
            (bad, "doctor_disk_full") if seen.free < _FULL else (warning, "doctor_disk_low")
        )
        findings.append(
            grave(Check.JOURNAL, key, "doctor_disk_mend", free=_size(seen.free), folder=seen.folder)
        )
    if findings:
        return findings
    free = "?" if seen.free is None else _size(seen.free)
    if not isinstance(seen.content, Content):
        return [good(Check.JOURNAL, "doctor_journal_not_yet", folder=seen.folder, free=free)]
    return [
        good(
            Check.JOURNAL,
            "doctor_journal_good",
            path=seen.path,
            version=seen.content.version,
            free=free,
        )
    ]


def _judge_access(seen: Inspection, *, modes: bool) -> Iterable[Finding]:
    if seen.foreign is not None:
        yield warning(
            Check.JOURNAL,
            "doctor_journal_foreign",
            "doctor_journal_foreign_mend",
            path=seen.foreign,
            folder=seen.folder,
        )
    if not seen.writable:
        yield bad(
            Check.JOURNAL,
            "doctor_journal_not_writable",
            "doctor_journal_not_writable_mend",
            folder=seen.folder,
        )
    for path, mode, right in (
        (seen.folder, seen.folder_mode, "0700"),
        (seen.path, seen.file_mode, "0600"),
    ):
        if modes and mode is not None and mode & _GROUP_AND_OTHERS:
            yield warning(
                Check.JOURNAL,
                "doctor_journal_open",
                "doctor_journal_open_mend",
                path=path,
                mode=f"{mode:04o}",
                right=right,
            )


def _judge_content(seen: Inspection, known: int) -> Iterable[Finding]:
    match seen.content:
        case str(reason):
            yield bad(
                Check.JOURNAL,
                "doctor_journal_unreadable",
                "doctor_journal_damaged_mend",
                path=seen.path,
                reason=reason,
            )
        case Content(sound=False):
            yield bad(
                Check.JOURNAL,
                "doctor_journal_damaged",
                "doctor_journal_damaged_mend",
                path=seen.path,
            )
        case Content(version=version) if version > known:
            yield bad(
                Check.JOURNAL,
                "doctor_journal_newer",
                "doctor_journal_newer_mend",
                path=seen.path,
                version=version,
                known=known,
            )
        case _:
            pass


def _size(free: int) -> str:
    if free >= _GIBIBYTE:
        return f"{free / _GIBIBYTE:.1f} GiB"
    return f"{free // _MEBIBYTE} MiB"


# The clock


def judge_zone(zone: str, source: Said) -> Finding:
    """The time zone in force, and where it comes from."""
    return good(Check.CLOCK, "doctor_zone_good", zone=zone, source=source)


def judge_clock(
    now: datetime, released: datetime, reckoned: datetime | None, *, synchronised: bool | None
) -> list[Finding]:
    """The system's clock.

    Args:
        now: What it says (UTC).
        released: The release of this version (UTC): it cannot be earlier.
        reckoned: The last reckoning on record (UTC), if any: it should not be earlier.
        synchronised: Whether it is synchronised with others; None where that is not known.
    """
    findings = []
    if now < released:
        findings.append(
            bad(
                Check.CLOCK,
                "doctor_clock_early",
                "doctor_clock_early_mend",
                now=now.astimezone(UTC),
                released=released.astimezone(UTC),
            )
        )
    elif reckoned is not None and now < reckoned - _SET_BACK:
        findings.append(
            bad(
                Check.CLOCK,
                "doctor_clock_back",
                "doctor_clock_back_mend",
                now=now.astimezone(UTC),
                reckoned=reckoned.astimezone(UTC),
            )
        )
    match synchronised:
        case None:
            findings.append(unknown(Check.CLOCK, "doctor_clock_sync_unknown"))
        case True:
            findings.append(good(Check.CLOCK, "doctor_clock_synchronised"))
        case False:
            findings.append(warning(Check.CLOCK, "doctor_clock_alone", "doctor_clock_alone_mend"))
    return findings


def judge_alarm(kernel: bool | str) -> Finding:  # noqa: FBT001 - a fact, or why there is none
    """What wakes the service: the kernel's timer, short waits, or nothing for this reason."""
    if isinstance(kernel, str):
        return bad(Check.CLOCK, "doctor_alarm_refused", "doctor_alarm_refused_mend", reason=kernel)
    return good(Check.CLOCK, "doctor_alarm_kernel" if kernel else "doctor_alarm_bounded")


# Versions


def judge_versions(nightcare: str, found: Versions) -> list[Finding]:
    """What runs here, with this nightcare."""
    findings = [
        good(
            Check.VERSIONS,
            "doctor_versions",
            nightcare=nightcare,
            python=found.python,
            system=found.system,
            systemd=found.systemd or Said("doctor_none"),
        )
    ]
    there = tuple(f"{name} {one}" for name, one in found.libraries.items() if one is not None)
    missing = tuple(name for name, one in found.libraries.items() if one is None)
    if there:
        findings.append(good(Check.VERSIONS, "doctor_libraries", libraries=there))
    if missing:
        findings.append(
            bad(
                Check.VERSIONS,
                "doctor_libraries_missing",
                "doctor_libraries_missing_mend",
                libraries=missing,
            )
        )
    return findings
