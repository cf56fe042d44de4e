"""Run all probes at the same time, each within its limit, and judge their results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from nightcare.config.config_source import LoadResult
from nightcare.desktop.systemd.service_manager import manager_environment
from nightcare.doctor.check import Check, CheckContext, Failure, Finding, attempt, failed
from nightcare.doctor.checks import (
    files,
    notification_server,
    running_service,
    service_unit,
    session_bus,
    system_clock,
    versions,
)
from nightcare.journal.inspection import Content, Inspection
from nightcare.journal.service_status import PublishedEnvironment
from nightcare.paths import is_home_of_another
from nightcare.threads import run_in_thread

Found = TypeVar("Found")


@dataclass(frozen=True)
class CheckResults:
    """The results of all checks.

    Attributes:
        findings: The findings, in the order in which one subject depends on another.
        loaded: The configuration; None if it is invalid or cannot be read.
    """

    findings: tuple[Finding, ...]
    loaded: LoadResult | None


async def run_checks(context: CheckContext) -> CheckResults:
    """Check everything; change nothing, and raise nothing."""
    checks = _Checks(context)
    findings: list[Finding] = []
    # Each judgement, with the check that an unexpected error in it is reported under.
    for check, judgement in (
        (Check.BUS, checks.notifications),
        (Check.UNIT, checks.unit_and_session),
        (Check.SERVICE, checks.service),
        (Check.TRAY, checks.tray),
        (Check.MQTT, checks.bridge),
        (Check.CONFIG, checks.config),
        (Check.JOURNAL, checks.journal),
        (Check.CLOCK, checks.clock),
        (Check.VERSIONS, checks.versions),
    ):
        try:
            findings += await judgement()
        except Exception as error:  # noqa: BLE001 - a journal may hold anything
            limit = timedelta(seconds=context.limits.probe)
            findings.append(failed(check, Failure(limit, f"{type(error).__name__}: {error}")))
    return CheckResults(tuple(findings), await checks.loaded())


class _Checks:
    """The probes, which all run at the same time, and the judgements, which wait for them."""

    def __init__(self, context: CheckContext) -> None:
        self._context = context
        self._own_bus = self._start(session_bus.probe_own_bus(context))
        self._synchronised = self._start(system_clock.probe_synchronisation(context))
        self._alarm = self._start(system_clock.probe_alarm())
        self._manager = self._start_thread(_probe_manager)
        self._setting = self._start_thread(notification_server.probe_desktop_setting)
        self._unit = self._start_thread(service_unit.probe_unit)
        self._session = self._start_thread(service_unit.probe_session)
        self._runs = self._start_thread(running_service.probe_service)
        self._config = self._start_thread(files.probe_config)
        self._journal = self._start_thread(files.probe_journal)
        self._zone = self._start_thread(system_clock.probe_zone)
        self._versions = self._start_thread(versions.probe_versions)
        self._bridge = self._start_thread(running_service.probe_bridge)
        self._service_bus = asyncio.create_task(self._probe_service_bus())

    def _start(self, probe: Awaitable[Found]) -> asyncio.Task[Found | Failure]:
        return asyncio.create_task(attempt(probe, self._context.limits.probe))

    def _start_thread(
        self, probe: Callable[[CheckContext], Found]
    ) -> asyncio.Task[Found | Failure]:
        limit = self._context.limits.probe
        return self._start(run_in_thread(partial(probe, self._context), limit))

    async def _probe_service_bus(self) -> session_bus.BusFacts | Failure | None:
        service = await self._published()
        if service is None:
            return None
        return await self._start(session_bus.probe_bus(service.bus, self._context))

    async def _content(self) -> Content:
        """Return the content of the journal, as far as it can be read."""
        found = await self._journal
        content = found.content if isinstance(found, Inspection) else None
        return content if isinstance(content, Content) else Content(sound=True, version=0)

    async def _published(self) -> PublishedEnvironment | None:
        """Return the environment of the running service, if it published one."""
        return (await self._content()).service.environment if await self._runs is True else None

    async def loaded(self) -> LoadResult | None:
        """Return the configuration; None if it is invalid or cannot be read."""
        config = await self._config
        result = None if isinstance(config, Failure) else config.result
        return result if isinstance(result, LoadResult) else None

    async def _in_session(self) -> bool:
        """Return whether this command runs in a session with a screen."""
        session = await self._session
        return not isinstance(session, Failure) and bool(session.kind)

    async def notifications(self) -> list[Finding]:
        """Judge the bus, the notification server and do not disturb."""
        loaded, service, manager = await self.loaded(), await self._published(), await self._manager
        variables = {} if isinstance(manager, Failure) else manager
        drawn = variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")
        # A notification server could be started on any screen.
        has_screen = await self._in_session() or drawn or (service and service.display)
        backend = None if loaded is None else loaded.schedule.notify
        return session_bus.judge_backend(
            backend, service, self._context.variables
        ) or session_bus.judge_notifications(
            await self._own_bus,
            await self._service_bus,
            service,
            await self._setting,
            self._context.call_limit,
            has_screen=bool(has_screen),
        )

    async def unit_and_session(self) -> list[Finding]:
        """Judge the user unit and the session."""
        limit = self._context.call_limit
        return service_unit.judge_unit_and_session(await self._unit, await self._session, limit)

    async def service(self) -> list[Finding]:
        """Judge the running service and its environment."""
        context, runs, bus = self._context, await self._runs, await self._own_bus
        if isinstance(runs, Failure):
            return [failed(Check.SERVICE, runs)]
        config, loaded = await self._config, await self.loaded()
        answers = not isinstance(bus, Failure) and bus.address is not None and bus.fault is None
        desktop = answers and (loaded is None or loaded.schedule.notify is None)
        content = await self._content()
        path = None if isinstance(config, Failure) else config.path
        findings = running_service.judge_service(
            content.service if runs else None, path, desktop=desktop
        )
        findings += running_service.judge_refusal(content.refusal if runs else None)
        if is_home_of_another():
            findings.append(running_service.judge_home(context.variables.get("HOME")))
        service = await self._published()
        if service is not None:
            language = None if loaded is None else loaded.schedule.language
            own = running_service.CommandEnvironment.of(context, language)
            in_session = await self._in_session()
            findings += running_service.judge_environment(service, own, has_screen=in_session)
        return findings

    async def tray(self) -> list[Finding]:
        """Report where the tray icon is shown."""
        return running_service.judge_tray(
            (await self._content()).service if await self._runs is True else None
        )

    async def bridge(self) -> list[Finding]:
        """Judge the bridge to the MQTT broker, if the config asks for it."""
        loaded, runs = await self.loaded(), await self._bridge
        if isinstance(runs, Failure):
            return [failed(Check.MQTT, runs)]
        wanted = loaded is not None and loaded.values.get("mqtt") is not None
        return running_service.judge_bridge(
            (await self._content()).bridge, wanted=wanted, runs=runs
        )

    async def config(self) -> list[Finding]:
        """Judge the config."""
        known = await self._published() is not None
        return files.judge_config(await self._config, self._context, service_runs=known)

    async def journal(self) -> list[Finding]:
        """Judge the journal."""
        return files.judge_journal(await self._journal, self._context.state)

    async def clock(self) -> list[Finding]:
        """Judge the time zone, the clock and the alarm."""
        context, content, loaded = self._context, await self._content(), await self.loaded()
        configured = None if loaded is None else loaded.schedule.zone
        of_service = content.service.zone if await self._runs is True else None
        found = await self._synchronised
        synchronised = None if isinstance(found, Failure) else found
        return [
            *system_clock.judge_zones(await self._zone, configured, of_service, context),
            *system_clock.judge_clock(context.now, content.updated, synchronised=synchronised),
            system_clock.judge_alarm(await self._alarm),
        ]

    async def versions(self) -> list[Finding]:
        """Report the versions."""
        return versions.judge_versions(await self._versions)


def _probe_manager(context: CheckContext) -> Mapping[str, str]:
    return manager_environment(context.variables, context.limits.call)
