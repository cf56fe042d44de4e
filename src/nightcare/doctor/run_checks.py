"""Everything is looked at, at the same time and each within its limit; then it is judged."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from nightcare.config.load import load
from nightcare.config.load_result import LoadResult
from nightcare.desktop.clock import KernelAlarm, alarm
from nightcare.desktop.clock_probe import find_synchronised
from nightcare.desktop.instance_lock import running_service, service_runs
from nightcare.desktop.manager_environment import manager_environment
from nightcare.desktop.notify.factory import session_bus
from nightcare.desktop.probe_results import DoNotDisturbFacts, Fault
from nightcare.desktop.time_zone import compare, local
from nightcare.desktop.unit_probe import find_session, find_systemd, find_unit
from nightcare.desktop.versions_probe import find_versions
from nightcare.doctor.checks.environment import published
from nightcare.doctor.conclude import conclude
from nightcare.doctor.facts import (
    CheckedFolder,
    Facts,
    Failure,
    Limits,
    LocalTime,
    ReadConfig,
    SessionBus,
)
from nightcare.doctor.finding import Finding
from nightcare.errors import ConfigError
from nightcare.journal.inspection import Content, Inspection, inspect
from nightcare.paths import chosen_config, with_those_of_service
from nightcare.threads import run_in_thread

Found = TypeVar("Found")


@dataclass(frozen=True)
class CheckResults:
    """What came of it.

    Attributes:
        findings: All of it, in the order in which one thing rests on another.
        loaded: The configuration; None where it is wrong or cannot be read.
    """

    findings: tuple[Finding, ...]
    loaded: LoadResult | None


async def examine(place: CheckedFolder, limits: Limits) -> CheckResults:
    """Look at everything, and judge it; nothing is changed, and nothing here raises.

    Args:
        place: Where.
        limits: How long to wait.
    """
    variables, wait = place.variables, limits.question

    def begun(probe: Awaitable[Found]) -> asyncio.Task[Found | Failure]:
        return asyncio.create_task(_attempt(probe, limits.probe))

    def begun_aside(call: Callable[[], Found]) -> asyncio.Task[Found | Failure]:
        return begun(run_in_thread(call, limits.probe))

    bus = begun(_look_at_own_bus(variables, limits))
    manager = begun_aside(partial(manager_environment, variables, wait))
    synchronised = begun(find_synchronised(variables, wait))
    kernel = begun(_kernel_tells())
    setting = begun_aside(partial(_setting, variables, wait))
    unit = begun_aside(partial(find_unit, variables, wait))
    session = begun_aside(partial(find_session, variables))
    runs = begun_aside(partial(_service_runs, place))
    config = begun_aside(partial(_read_config, place))
    journal = begun_aside(partial(_inspect, place.state))
    local_time = begun_aside(partial(_look_at_zone, place.now))
    versions = begun_aside(lambda: find_versions(find_systemd(variables, wait)))
    facts = Facts(
        bus=await bus,
        service_bus=await begun(_look_at_service_bus(await runs, await journal, variables, limits)),
        manager=await manager,
        setting=await setting,
        unit=await unit,
        session=await session,
        runs=await runs,
        config=await config,
        journal=await journal,
        synchronised=await synchronised,
        local_time=await local_time,
        alarm=await kernel,
        versions=await versions,
    )
    return CheckResults(conclude(place, facts, limits), facts.loaded)


async def _attempt(probe: Awaitable[Found], limit: float) -> Found | Failure:
    """What a probe finds, or why it finds nothing."""
    try:
        async with asyncio.timeout(limit):
            return await probe
    except TimeoutError:
        return Failure()
    except OSError as error:
        return Failure(error.strerror or repr(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a line and no traceback
        return Failure(f"{type(error).__name__}: {error}")


async def _look_at_own_bus(variables: Mapping[str, str], limits: Limits) -> SessionBus:
    return await _look_at_bus(session_bus(variables), variables, limits)


async def _look_at_service_bus(
    runs: bool | Failure,  # noqa: FBT001 - what a probe found
    journal: Inspection | Failure | None,
    variables: Mapping[str, str],
    limits: Limits,
) -> SessionBus | None:
    """Look at the session bus that the running service says it is on."""
    content = journal.content if isinstance(journal, Inspection) else None
    service = published(content.service) if isinstance(content, Content) else None
    if runs is not True or service is None:
        return None
    return await _look_at_bus(service.bus or None, variables, limits)


async def _look_at_bus(
    address: str | None, variables: Mapping[str, str], limits: Limits
) -> SessionBus:
    """Look at a session bus, and on it at the notification server and do not disturb."""
    if address is None or sys.platform != "linux":
        return SessionBus(address)
    from nightcare.desktop.dbus.connection import CallError, ConnectionLost  # noqa: PLC0415 - likewise
    from nightcare.desktop.dbus.transport import open_connection  # noqa: PLC0415 - likewise
    from nightcare.desktop.notifier_probe import find_notifier  # noqa: PLC0415 - Linux only
    from nightcare.desktop.quiet_probe import find_quiet  # noqa: PLC0415 - likewise

    try:
        async with open_connection(address, limits.question) as bus:
            notifier, quiet = await asyncio.gather(
                _attempt(find_notifier(bus), limits.service),
                _attempt(find_quiet(bus, variables), limits.service),
            )
            return SessionBus(address, None, notifier, quiet, await bus.get_id())
    except TimeoutError:
        return SessionBus(address, Fault.LATE)
    except (ConnectionLost, CallError) as error:
        late = isinstance(error.__cause__, TimeoutError)
        return SessionBus(address, Fault.LATE if late else Fault.REFUSED)


def _setting(variables: Mapping[str, str], limit: float) -> DoNotDisturbFacts:
    if sys.platform != "linux":
        return DoNotDisturbFacts(None)
    from nightcare.desktop.quiet_probe import setting_of_desktop  # noqa: PLC0415 - Linux only

    return setting_of_desktop(variables, limit)


def _look_at_zone(now: datetime) -> LocalTime:
    here = local()
    return LocalTime(here, tuple(compare(here, now)))


def _inspect(folder: Path | None) -> Inspection | None:
    return None if folder is None else inspect(folder)


def _service_runs(place: CheckedFolder) -> bool:
    if running_service(place.variables) is not None:
        return True
    return place.state is not None and service_runs(place.state)


def _read_config(place: CheckedFolder) -> ReadConfig:
    path = chosen_config(place.named, place.variables, place.service)
    try:
        return ReadConfig(path, load(path, with_those_of_service(place.variables, place.service)))
    except ConfigError as error:
        return ReadConfig(path, error)


async def _kernel_tells() -> bool:
    """Whether the kernel tells of clock steps and resumes.

    Raises:
        OSError: It refuses what the service needs for that.
    """
    tried = alarm(asyncio.get_running_loop(), _nothing, _nothing)
    tried.close()
    return isinstance(tried, KernelAlarm)


def _nothing() -> None:
    """It is only tried out."""
