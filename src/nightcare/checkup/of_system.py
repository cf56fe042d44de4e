"""What the clock, the alarm and the versions mean for reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nightcare.checkup.finding import Check, Finding, Said, bad, good, unknown, warning
from nightcare.desktop.found import Versions

_SET_BACK = timedelta(minutes=2)
"""A clock that is synchronised is set back by less."""


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
