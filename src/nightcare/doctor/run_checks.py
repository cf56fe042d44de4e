"""Run all probes at the same time, each within its limit, and judge what they find."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from nightcare.config.source import LoadResult
from nightcare.desktop.systemd.service_environment import manager_environment
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


@dataclass(frozen=True)
class Facts:
    """The results of all probes.

    Attributes:
        own_bus: The session bus of this command.
        service_bus: The session bus of the running service; None if it does not tell which.
        setting: The desktop's setting for do not disturb.
        manager: The environment that the user manager gives its services.
        unit: The user unit.
        session: The session of this command.
        runs: Whether a service runs.
        service: The environment of the running service, if there is one that tells it.
        config: The config.
        journal: The journal; None if there is no folder for it.
        content: The content of the journal, as far as it can be read.
        zone: The time zone of this process.
        synchronised: Whether the clock is synchronised; None if unknown.
        alarm: Whether the kernel reports clock steps and resumes.
        versions: The installed versions.
    """

    own_bus: session_bus.BusFacts | Failure
    service_bus: session_bus.BusFacts | Failure | None
    setting: notification_server.DoNotDisturbFacts | Failure
    manager: Mapping[str, str] | Failure
    unit: service_unit.UnitFacts | service_unit.NoManager | Failure
    session: service_unit.SessionFacts | Failure
    runs: bool | Failure
    service: PublishedEnvironment | None
    config: files.ConfigFacts | Failure
    journal: Inspection | Failure | None
    content: Content
    zone: system_clock.ZoneFacts | Failure
    synchronised: bool | Failure | None
    alarm: bool | Failure
    versions: versions.VersionFacts | Failure

    @property
    def loaded(self) -> LoadResult | None:
        """The configuration; None if it is invalid or cannot be read."""
        result = None if isinstance(self.config, Failure) else self.config.result
        return result if isinstance(result, LoadResult) else None

    @property
    def in_session(self) -> bool:
        """True if this command runs in a session with a screen."""
        return not isinstance(self.session, Failure) and bool(self.session.kind)

    @property
    def has_screen(self) -> bool:
        """True if a notification server could be started on some screen."""
        variables = {} if isinstance(self.manager, Failure) else self.manager
        drawn = variables.get("DISPLAY") or variables.get("WAYLAND_DISPLAY")
        return bool(self.in_session or drawn or (self.service and self.service.display))


async def run_checks(context: CheckContext) -> CheckResults:
    """Check everything; change nothing, and raise nothing."""
    facts = await _probe(context)
    findings: list[Finding] = []
    for check, judge in _judgements(context, facts):
        try:
            findings += judge()
        except Exception as error:  # noqa: BLE001 - a journal may hold anything
            limit = timedelta(seconds=context.limits.probe)
            findings.append(failed(check, Failure(limit, f"{type(error).__name__}: {error}")))
    return CheckResults(tuple(findings), facts.loaded)


async def _probe(context: CheckContext) -> Facts:
    limit = context.limits.probe

    def start(probe: Awaitable[Found]) -> asyncio.Task[Found | Failure]:
        return asyncio.create_task(attempt(probe, limit))

    def start_thread(probe: Callable[[CheckContext], Found]) -> asyncio.Task[Found | Failure]:
        return start(run_in_thread(partial(probe, context), limit))

    own_bus = start(session_bus.probe_own_bus(context))
    synchronised = start(system_clock.probe_synchronisation(context))
    alarm = start(system_clock.probe_alarm())
    manager = start_thread(_probe_manager)
    setting = start_thread(notification_server.probe_desktop_setting)
    unit = start_thread(service_unit.probe_unit)
    session = start_thread(service_unit.probe_session)
    runs = start_thread(running_service.probe_service)
    config = start_thread(files.probe_config)
    journal = start_thread(files.probe_journal)
    zone = start_thread(system_clock.probe_zone)
    installed = start_thread(versions.probe_versions)
    inspected = await journal
    found = inspected.content if isinstance(inspected, Inspection) else None
    content = found if isinstance(found, Content) else Content(sound=True, version=0)
    service = content.service.environment if await runs is True else None
    service_bus = None
    if service is not None:
        service_bus = await start(session_bus.probe_bus(service.bus, context))
    return Facts(
        own_bus=await own_bus,
        service_bus=service_bus,
        setting=await setting,
        manager=await manager,
        unit=await unit,
        session=await session,
        runs=await runs,
        service=service,
        config=await config,
        journal=inspected,
        content=content,
        zone=await zone,
        synchronised=await synchronised,
        alarm=await alarm,
        versions=await installed,
    )


def _probe_manager(context: CheckContext) -> Mapping[str, str]:
    return manager_environment(context.variables, context.limits.call)


def _judgements(
    context: CheckContext, facts: Facts
) -> tuple[tuple[Check, Callable[[], Iterable[Finding]]], ...]:
    """Return each judgement, with the check that an unexpected error in it is reported under."""
    units, limit = service_unit, context.call_limit
    told = facts.service is not None
    return (
        (Check.BUS, lambda: _judge_notifications(context, facts)),
        (Check.UNIT, lambda: units.judge_unit_and_session(facts.unit, facts.session, limit)),
        (Check.SERVICE, lambda: _judge_service(context, facts)),
        (Check.CONFIG, lambda: files.judge_config(facts.config, context, service_runs=told)),
        (Check.JOURNAL, lambda: files.judge_journal(facts.journal, context.state)),
        (Check.CLOCK, lambda: _judge_clock(context, facts)),
        (Check.VERSIONS, lambda: versions.judge_versions(facts.versions)),
    )


def _judge_notifications(context: CheckContext, facts: Facts) -> list[Finding]:
    backend = None if facts.loaded is None else facts.loaded.schedule.notify
    return session_bus.judge_backend(
        backend, facts.service, context.variables
    ) or session_bus.judge_notifications(
        facts.own_bus,
        facts.service_bus,
        facts.service,
        facts.setting,
        context.call_limit,
        has_screen=facts.has_screen,
    )


def _judge_service(context: CheckContext, facts: Facts) -> Iterable[Finding]:
    runs, bus, config, loaded = facts.runs, facts.own_bus, facts.config, facts.loaded
    if isinstance(runs, Failure):
        return [failed(Check.SERVICE, runs)]
    answers = not isinstance(bus, Failure) and bus.address is not None and bus.fault is None
    desktop = answers and (loaded is None or loaded.schedule.notify is None)
    status = facts.content.service if runs else None
    path = None if isinstance(config, Failure) else config.path
    findings = running_service.judge_service(status, path, desktop=desktop)
    if is_home_of_another():
        findings.append(running_service.judge_home(context.variables.get("HOME")))
    if facts.service is not None:
        language = None if loaded is None else loaded.schedule.language
        own = running_service.CommandEnvironment.of(context, language)
        findings += running_service.judge_environment(
            facts.service, own, has_screen=facts.in_session
        )
    return findings


def _judge_clock(context: CheckContext, facts: Facts) -> list[Finding]:
    configured = None if facts.loaded is None else facts.loaded.schedule.zone
    of_service = facts.content.service.zone if facts.runs is True else None
    synchronised = None if isinstance(facts.synchronised, Failure) else facts.synchronised
    return [
        *system_clock.judge_zones(facts.zone, configured, of_service, context),
        *system_clock.judge_clock(context.now, facts.content.updated, synchronised=synchronised),
        system_clock.judge_alarm(facts.alarm),
    ]
