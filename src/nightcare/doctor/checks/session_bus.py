"""Check the session bus, on which a desktop's notifications are sent.

Source: https://dbus.freedesktop.org/doc/dbus-specification.html.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from nightcare.desktop.dbus import Fault, session_bus
from nightcare.desktop.notify.plyer_notifier import obstacle_on_linux
from nightcare.doctor.check import (
    Check,
    CheckContext,
    Failure,
    Finding,
    attempt,
    bad,
    failed,
    good,
    unknown,
    warning,
)
from nightcare.doctor.checks.notification_server import (
    NOT_KNOWN,
    DoNotDisturbFacts,
    ServerFacts,
    judge_do_not_disturb,
    judge_server,
    probe_do_not_disturb,
    probe_server,
)
from nightcare.journal.service_status import PublishedEnvironment


@dataclass(frozen=True)
class BusFacts:
    """A session bus.

    Attributes:
        address: Its address; None if there is none.
        fault: The reason why it does not answer; None if it does.
        server: The notification server on it; None if the bus does not answer.
        do_not_disturb: The state of do not disturb by the server; likewise.
        id: The identifier of the bus, which does not depend on its address.
    """

    address: str | None
    fault: Fault | None = None
    server: ServerFacts | Failure | None = None
    do_not_disturb: DoNotDisturbFacts | Failure | None = None
    id: str = ""


async def probe_own_bus(context: CheckContext) -> BusFacts:
    """Query the session bus of this command."""
    return await probe_bus(session_bus(context.variables), context)


async def probe_bus(address: str | None, context: CheckContext) -> BusFacts:
    """Query a session bus, its notification server, and the server's do not disturb."""
    if address is None or sys.platform != "linux":
        return BusFacts(address)
    from nightcare.desktop.dbus.connection import CallError, ConnectionLost  # noqa: PLC0415 - likewise
    from nightcare.desktop.dbus.transport import open_connection  # noqa: PLC0415 - Linux only

    limits = context.limits
    try:
        async with open_connection(address, limits.call) as bus:
            server, quiet = await asyncio.gather(
                attempt(probe_server(bus), limits.service),
                attempt(probe_do_not_disturb(bus, context.variables), limits.service),
            )
            return BusFacts(address, None, server, quiet, await bus.get_id())
    except TimeoutError:
        return BusFacts(address, Fault.LATE)
    except (ConnectionLost, CallError) as error:
        late = isinstance(error.__cause__, TimeoutError)
        return BusFacts(address, Fault.LATE if late else Fault.REFUSED)


def judge_backend(
    backend: str | None, service: PublishedEnvironment | None, variables: Mapping[str, str]
) -> list[Finding]:
    """Judge a notifier that needs no session bus; return nothing for one that does.

    Args:
        backend: The notifier that the config names, if any.
        service: The environment of the running service, which takes precedence.
        variables: The environment of this command.
    """
    if backend == "plyer" and sys.platform == "linux":
        if service is None:
            return [judge_plyer(obstacle_on_linux(session_bus(variables), variables))]
        return [judge_plyer(obstacle_on_linux(service.bus, {"PATH": service.path}))]
    if backend == "terminal" or sys.platform != "linux":
        return [good(Check.BUS, "doctor_bus_not_needed", backend=backend or "plyer")]
    return []


def judge_plyer(obstacle: str) -> Finding:
    """Judge plyer on Linux, where it fails silently; the obstacle is empty if there is none."""
    if obstacle:
        return bad(Check.BUS, "doctor_plyer", reason=obstacle)
    return good(Check.BUS, "doctor_bus_not_needed", backend="plyer")


def judge_notifications(
    own: BusFacts | Failure,
    of_service: BusFacts | Failure | None,
    service: PublishedEnvironment | None,
    setting: DoNotDisturbFacts | Failure,
    limit: timedelta,
    *,
    has_screen: bool,
) -> list[Finding]:
    """Judge the session bus of the running service, else that of this command.

    Args:
        own: The bus of this command.
        of_service: The bus of the running service, if there is one.
        service: The environment of the running service.
        setting: The desktop's setting for do not disturb.
        limit: The time that a call had.
        has_screen: Whether a notification server could be started on a screen.
    """
    bus = own if service is None or of_service is None else of_service
    if isinstance(bus, Failure):
        return [failed(Check.BUS, bus), *_without_server()]
    findings = [judge_bus(bus, limit)]
    if service is not None and isinstance(own, BusFacts) and of_service is not None:
        differences = judge_buses(service, of_service, own)
        findings = differences if bus.address is None and differences else findings + differences
    if bus.server is None or bus.do_not_disturb is None:
        return [*findings, *_without_server()]
    if isinstance(bus.server, Failure):
        findings.append(failed(Check.SERVER, bus.server))
    else:
        findings += judge_server(bus.server, limit, has_screen=has_screen)
    quiet = bus.do_not_disturb
    if isinstance(quiet, Failure) or quiet.on is None:
        quiet = NOT_KNOWN if isinstance(setting, Failure) else setting
    return [*findings, judge_do_not_disturb(quiet)]


def _without_server() -> list[Finding]:
    return [unknown(check, "doctor_server_unknown") for check in (Check.SERVER, Check.QUIET)]


def judge_bus(bus: BusFacts, limit: timedelta) -> Finding:
    """Judge whether a session bus answers."""
    if bus.address is None:
        return bad(Check.BUS, "doctor_bus_none")
    match bus.fault:
        case None:
            return good(Check.BUS, "doctor_bus_good", address=bus.address)
        case Fault.LATE:
            return bad(Check.BUS, "doctor_bus_late", address=bus.address, limit=limit)
        case _:
            return bad(Check.BUS, "doctor_bus_gone", address=bus.address)


def judge_buses(
    service: PublishedEnvironment, of_service: BusFacts | Failure, own: BusFacts
) -> list[Finding]:
    """Judge whether the service is on the session bus of this desktop.

    Args:
        service: The environment of the service.
        of_service: Its session bus.
        own: The session bus of this command, which may run outside of any session.
    """
    if own.address is None or own.fault is not None or isinstance(of_service, Failure):
        return []
    fix = "doctor_bus_other_mend" if service.managed else "doctor_bus_other_run_mend"
    if of_service.address is None:
        return [bad(Check.BUS, "doctor_bus_other_none", fix, ours=own.address)]
    if of_service.id == own.id or of_service.fault is not None:
        return []
    served = isinstance(of_service.server, ServerFacts) and of_service.server.owned
    report = warning if served else bad
    addresses = {"theirs": of_service.address, "ours": own.address}
    return [report(Check.BUS, "doctor_bus_other", fix, **addresses)]
