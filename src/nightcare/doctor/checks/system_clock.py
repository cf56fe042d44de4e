"""Check the time zone, the clock and the alarm that wakes the service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nightcare import __released__
from nightcare.desktop.clock import KernelAlarm, alarm
from nightcare.desktop.dbus import system_bus
from nightcare.desktop.time_zone import TimeZone, ZoneSource, local, named
from nightcare.doctor.check import (
    Check,
    CheckContext,
    Failure,
    Finding,
    bad,
    failed,
    good,
    unknown,
    warning,
)
from nightcare.journal.service_status import PublishedZone

RELEASED = datetime.fromisoformat(__released__).replace(tzinfo=UTC)
"""The release date of this version; a clock before it is wrong."""

_SET_BACK = timedelta(minutes=2)
"""A longer step back than synchronisation causes."""

_NOON, _MIDDLE_OF_MONTH = 12, 15
_TIMEDATE = "org.freedesktop.timedate1"

_ZONE_SOURCES = {
    ZoneSource.VARIABLE: "doctor_zone_variable",
    ZoneSource.LINK: "doctor_zone_link",
    ZoneSource.COPY: "doctor_zone_copy",
}


@dataclass(frozen=True)
class Comparison:
    """Two offsets at an instant (UTC): how far local time is ahead of UTC."""

    at: datetime
    ours: timedelta
    of_c_library: timedelta


@dataclass(frozen=True)
class ZoneFacts:
    """The time zone of this process.

    Attributes:
        zone: The zone.
        compared: Its offsets beside those of the C library; the first is that of the present.
    """

    zone: TimeZone
    compared: Sequence[Comparison]


# Probes


def probe_zone(context: CheckContext) -> ZoneFacts:
    """Find the time zone of this process."""
    zone = local()
    return ZoneFacts(zone, compare_offsets(zone, context.now))


def compare_offsets(here: TimeZone, now: datetime) -> list[Comparison]:
    """Return the offset of a zone and that of the C library: now, in a January and in a July."""
    winter, summer = (
        datetime(now.year, month, _MIDDLE_OF_MONTH, _NOON, tzinfo=UTC) for month in (1, 7)
    )
    return [
        Comparison(
            at,
            at.astimezone(here.zone).utcoffset() or timedelta(),
            timedelta(seconds=time.localtime(at.timestamp()).tm_gmtoff),
        )
        for at in (now, winter, summer)
    ]


async def probe_synchronisation(context: CheckContext) -> bool | None:
    """Return whether the clock is synchronised; None if systemd-timedated does not report it."""
    address = system_bus(context.variables)
    if address is None:
        return None
    from jeepney import DBusAddress  # noqa: PLC0415 - Linux only

    from nightcare.desktop.dbus.connection import CallError, ConnectionLost  # noqa: PLC0415 - likewise
    from nightcare.desktop.dbus.transport import open_connection  # noqa: PLC0415 - likewise

    try:
        async with open_connection(address, context.limits.call) as bus:
            # systemd-timedated exits when it is idle, and is meant to be started by a query.
            owner = await bus.get_name_owner(_TIMEDATE) or await bus.start_service(_TIMEDATE)
            if owner is None:
                return None
            at = DBusAddress("/org/freedesktop/timedate1", bus_name=owner, interface=_TIMEDATE)
            return await bus.get_bool(at, "NTPSynchronized")
    except (ConnectionLost, CallError, TimeoutError):
        return None


async def probe_alarm() -> bool:
    """Return whether the kernel reports clock steps and resumes.

    Raises:
        OSError: The kernel refuses the timer.
    """
    tried = alarm(asyncio.get_running_loop(), _ignore, _ignore)
    tried.close()
    return isinstance(tried, KernelAlarm)


def _ignore() -> None:
    """Do nothing, because the alarm is closed before it can fire."""


# Judgement


def judge_zones(
    found: ZoneFacts | Failure,
    configured: str | None,
    of_service: PublishedZone | None,
    context: CheckContext,
) -> list[Finding]:
    """Judge the zone of the config, else that of this process and of the running service.

    Args:
        found: The zone of this process.
        configured: The zone that the config names, if any.
        of_service: The zone of the running service; None if it is not known.
        context: The context.
    """
    if isinstance(found, Failure):
        return [failed(Check.CLOCK, found)]
    if configured is not None:
        zone = named(configured)
        return [judge_zone(ZoneFacts(zone, compare_offsets(zone, context.now)), None)]
    findings = [judge_zone(found, context.variables.get("TZ"))]
    return findings + judge_zone_of_service(found.zone, of_service)


def judge_zone(found: ZoneFacts, variable: str | None) -> Finding:
    """Judge the source of the time zone, and whether the C library agrees.

    Args:
        found: The zone.
        variable: The value of TZ; None if it is not set.
    """
    zone, compared = found.zone, found.compared
    values = {"zone": zone.name, "offset": _offset(compared[0].ours), "variable": variable or ""}
    if zone.source is ZoneSource.DEFAULT:
        return warning(Check.CLOCK, "doctor_zone_none")
    if not zone.understood:
        return warning(Check.CLOCK, "doctor_zone_not_understood", **values)
    different = [one for one in compared if one.ours != one.of_c_library]
    if zone.source is ZoneSource.CONFIG:
        # The config may name any zone.
        if not different:
            return good(Check.CLOCK, "doctor_zone_config", **values)
        system = _offset(compared[0].of_c_library)
        return good(Check.CLOCK, "doctor_zone_config_differs", **values, system=system)
    if different:
        first = different[0]
        values |= {"ours": _offset(first.ours), "system": _offset(first.of_c_library)}
        return bad(Check.CLOCK, "doctor_zone_differs", at=first.at, **values)
    return good(Check.CLOCK, _ZONE_SOURCES[zone.source], **values)


def judge_zone_of_service(zone: TimeZone, of_service: PublishedZone | None) -> list[Finding]:
    """Judge whether the running service uses the zone of this process.

    Args:
        zone: The zone of this process.
        of_service: That of the service; None if it is not known.
    """
    if of_service is None or of_service.source == ZoneSource.CONFIG or of_service.name == zone.name:
        return []
    names = {"service": of_service.name, "zone": zone.name}
    return [warning(Check.CLOCK, "doctor_zone_of_service", **names)]


def _offset(ahead: timedelta) -> str:
    """Return an offset in the usual notation, such as UTC+05:30."""
    hours, rest = divmod(abs(ahead), timedelta(hours=1))
    minutes, rest = divmod(rest, timedelta(minutes=1))
    seconds = f":{rest.seconds:02}" if rest else ""
    return f"UTC{'-' if ahead < timedelta() else '+'}{hours:02}:{minutes:02}{seconds}"


def judge_clock(
    now: datetime, updated: datetime | None, *, synchronised: bool | None
) -> list[Finding]:
    """Judge the system's clock.

    Args:
        now: Its time (UTC).
        updated: The time of the last update on record (UTC), if any.
        synchronised: Whether it is synchronised; None if unknown.
    """
    findings = []
    times = {"now": now.astimezone(UTC)}
    if now < RELEASED:
        findings.append(bad(Check.CLOCK, "doctor_clock_early", **times, released=RELEASED))
    elif updated is not None and now < updated - _SET_BACK:
        times["reckoned"] = updated.astimezone(UTC)
        findings.append(bad(Check.CLOCK, "doctor_clock_back", **times))
    match synchronised:
        case None:
            findings.append(unknown(Check.CLOCK, "doctor_clock_sync_unknown"))
        case True:
            findings.append(good(Check.CLOCK, "doctor_clock_synchronised"))
        case False:
            findings.append(warning(Check.CLOCK, "doctor_clock_alone"))
    return findings


def judge_alarm(kernel: bool | Failure) -> Finding:  # noqa: FBT001 - the result of a probe
    """Judge the alarm: the kernel's timer, short waits, or none."""
    if isinstance(kernel, Failure):
        return bad(Check.CLOCK, "doctor_alarm_refused", reason=kernel.reason)
    return good(Check.CLOCK, "doctor_alarm_kernel" if kernel else "doctor_alarm_bounded")
