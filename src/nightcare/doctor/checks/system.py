"""What the clock, the alarm and the versions mean for reminders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from nightcare.desktop.probe_results import VersionFacts
from nightcare.desktop.time_zone import Comparison, TimeZone, ZoneSource
from nightcare.doctor.finding import Check, Finding, Said, bad, good, unknown, warning

_SET_BACK = timedelta(minutes=2)
"""A clock that is synchronised is set back by less."""


_ZONE_SOURCES = {
    ZoneSource.VARIABLE: "doctor_zone_variable",
    ZoneSource.LINK: "doctor_zone_link",
    ZoneSource.COPY: "doctor_zone_copy",
}


def judge_zone(here: TimeZone, compared: Sequence[Comparison], variable: str | None) -> Finding:
    """Judge the time zone: where it comes from, and whether the C library agrees.

    Args:
        here: The zone in force.
        compared: Its offsets beside those of the C library; the first is that of the present.
        variable: The value of TZ; None where it is not set.
    """
    values = {"zone": here.name, "offset": _offset(compared[0].ours), "variable": variable or ""}
    if here.source is ZoneSource.DEFAULT:
        return warning(Check.CLOCK, "doctor_zone_none", "doctor_zone_none_mend")
    if not here.understood:
        return warning(
            Check.CLOCK, "doctor_zone_not_understood", "doctor_zone_not_understood_mend", **values
        )
    different = [one for one in compared if one.ours != one.of_c_library]
    if here.source is ZoneSource.CONFIG:
        # A zone of one's own may be any.
        if not different:
            return good(Check.CLOCK, "doctor_zone_config", **values)
        system = _offset(compared[0].of_c_library)
        return good(Check.CLOCK, "doctor_zone_config_differs", **values, system=system)
    if different:
        first = different[0]
        return bad(
            Check.CLOCK,
            "doctor_zone_differs",
            "doctor_zone_differs_mend",
            **values,
            at=first.at,
            ours=_offset(first.ours),
            system=_offset(first.of_c_library),
        )
    return good(Check.CLOCK, _ZONE_SOURCES[here.source], **values)


def judge_zone_of_service(here: TimeZone, service: Mapping[str, Any] | None) -> list[Finding]:
    """Judge whether the running service uses this zone.

    Args:
        here: The zone of this process.
        service: What the service has noted about its own; None from an older version.
    """
    if service is None or service["source"] == ZoneSource.CONFIG or service["name"] == here.name:
        return []
    return [
        warning(
            Check.CLOCK,
            "doctor_zone_of_service",
            "doctor_zone_of_service_mend",
            service=service["name"],
            zone=here.name,
        )
    ]


def _offset(ahead: timedelta) -> str:
    """Return an offset as people write it, such as UTC+05:30."""
    seconds = abs(ahead)
    hours, rest = divmod(seconds, timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    more = f":{rest.seconds:02}" if rest else ""
    return f"UTC{'-' if ahead < timedelta() else '+'}{hours:02}:{minutes:02}{more}"


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


def judge_versions(nightcare: str, found: VersionFacts) -> list[Finding]:
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
