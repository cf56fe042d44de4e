"""The state of the service and of the reminders: status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo_text, print_json
from nightcare.cli.plan_json import delivery_value, local_time, occurrence_value
from nightcare.errors import DesktopError, NotRunning
from nightcare.i18n.plan_text import ahead_line, next_line, state_line
from nightcare.journal.service_status import (
    PublishedCondition,
    ServiceStatus,
    read_status,
)
from nightcare.paths import bridge_runs

if TYPE_CHECKING:
    from nightcare.domain.guidance import Routine
    from nightcare.domain.outlook import Outlook
    from nightcare.domain.routine import RoutineSession, Stage
    from nightcare.journal.bridge_status import BridgeStatus
    from nightcare.journal.store import Journal

_SERVICE_TEXTS = {
    "running": "status_running",
    "startable": "status_startable",
    "none": "status_waiting",
}
"""The text about the running service, by the state of the notification server."""


@dataclass
class _Status:
    """The state of the service and of the reminders.

    Attributes:
        running: Whether the service runs.
        service: The status that the service published; empty if it does not run.
        outlook: The plan.
        routine: The guided routine that is under way, with its session and present stage.
        bridge: Whether the bridge to the MQTT broker runs, and its status; None without `[mqtt]`.
    """

    running: bool
    service: ServiceStatus
    outlook: Outlook
    routine: tuple[RoutineSession, Routine, Stage] | None
    bridge: tuple[bool, BridgeStatus] | None

    @property
    def notifier(self) -> str:
        """The state of the notification server: "running", "startable" or "none"."""
        if self.service.notifier:
            return "running"
        return "startable" if self.service.notifier_startable else "none"


@click.command("status", cls=LocalisedCommand)
@json_option
@pass_context
def status_command(context: CommandContext, *, as_json: bool) -> None:
    """Show the state of the service, the open reminder and the next one."""
    running = context.service_runs()
    with context.journal() as journal:
        service = _present_status(journal) if running else ServiceStatus()
        status = _Status(
            running,
            service,
            context.outlook(),
            _routine(context, journal),
            _bridge(context, journal),
        )
    if as_json:
        print_json(_value(status, context))
    else:
        for line in (*_service_lines(status, context), *_plan_lines(status, context)):
            echo_text(line)
    if not running:
        raise NotRunning("not_running")
    _report_other_bus(service, context)


def _present_status(journal: Journal) -> ServiceStatus:
    """Return the published status, with a program that is gone by now as missing.

    The kernel does not report a move of a folder above it to the service.
    """
    status = read_status(journal)
    gone = status.program is not None and not os.path.isdir(status.program)  # noqa: PTH112 - a text
    return replace(status, upgrade="missing") if gone else status


def _routine(
    context: CommandContext, journal: Journal
) -> tuple[RoutineSession, Routine, Stage] | None:
    """Return the guided routine that is under way, if any."""
    session = journal.routine_session()
    if session is None:
        return None
    from nightcare.domain.routine import Stage, current_stage, routine_named, routines  # noqa: PLC0415 - 6 ms

    known = routines(context.translator.guidance.routines, context.schedule.routines)
    routine = routine_named(known, session.routine)
    stage = None if routine is None else current_stage(session, routine, context.now)
    if routine is None or not isinstance(stage, Stage):
        return None
    return session, routine, stage


def _bridge(context: CommandContext, journal: Journal) -> tuple[bool, BridgeStatus] | None:
    """Return the state of the bridge, if the config asks for it."""
    if context.active.values.get("mqtt") is None:
        return None
    from nightcare.journal.bridge_status import read_bridge_status  # noqa: PLC0415 - only with [mqtt]

    return bridge_runs(context.state), read_bridge_status(journal)


def _value(status: _Status, context: CommandContext) -> dict[str, object]:
    """Return the status as JSON."""
    service, outlook = status.service, status.outlook
    global_state, coming = outlook.global_state, outlook.next()
    notifier = service.notifier or None
    path, published = context.active.path, asdict(service)
    return {
        "running": status.running,
        "pid": service.pid,
        "version": service.version,
        "notifier": notifier,
        "notifier_state": status.notifier if status.running else None,
        "capabilities": service.capabilities,
        "draws_buttons": None if notifier is None else "buttons" in service.capabilities,
        "config": None if path is None else str(path),
        "mistakes": service.mistakes,
        "unread": service.unread,
        "upgrade": service.upgrade,
        "zone": published["zone"],
        "presence": published["presence"],
        "environment": published["environment"],
        "tray": published["tray"],
        "mqtt": None
        if status.bridge is None
        else {"running": status.bridge[0], **asdict(status.bridge[1])},
        "paused_until": local_time(global_state.pause_end(outlook.now), outlook.calendar),
        "good_night": status.outlook.closed_by_good_night,
        "routine": _routine_value(status),
        "unsettled": [delivery_value(one, outlook) for one in outlook.unsettled()],
        "undo": _undo_value(context),
        "answered_ahead": [delivery_value(one, outlook) for one in outlook.answered_ahead()],
        "next": None if coming is None else occurrence_value(coming, outlook),
    }


def _undo_value(context: CommandContext) -> dict[str, object] | None:
    """Return the action that the next undo takes back; None if there is none."""
    from nightcare.i18n.undo_text import undoable_text  # noqa: PLC0415 - only as JSON

    with context.journal() as journal:
        action = journal.last_action()
    if action is None:
        return None
    return {
        "action": action.what,
        "at": local_time(action.at, context.calendar),
        "text": undoable_text(action, context.outlook(), context.translator),
    }


def _routine_value(status: _Status) -> dict[str, object] | None:
    if status.routine is None:
        return None
    session, routine, stage = status.routine
    calendar = status.outlook.calendar
    return {
        "reminder": session.key.reminder,
        "routine": routine.id,
        "step": stage.number,
        "of": stage.of,
        "began": local_time(session.began, calendar),
        "ends": local_time(session.began + stage.whole, calendar),
    }


def _service_lines(status: _Status, context: CommandContext) -> Iterator[str]:
    """Yield the published status of the service as lines."""
    service, say = status.service, context.translator.text
    key = _SERVICE_TEXTS[status.notifier] if status.running else "status_stopped"
    yield say(key, notifier=service.notifier)
    if service.capabilities:
        from nightcare.i18n.event_log import draws_no_buttons  # noqa: PLC0415 - not if it stopped

        if draws_no_buttons(service.capabilities):
            yield say("notifier_no_buttons")
    if service.mistakes:
        yield say("status_unread" if service.unread else "status_mistakes")
        yield from service.mistakes
    if service.upgrade is not None:
        yield say(f"status_program_{service.upgrade}")
    zone = service.zone
    if zone is not None and (zone.lost or not zone.known):
        yield say("status_zone_lost" if zone.lost else "status_zone_none", zone=zone.name)
    yield from _presence_lines(service.presence or {}, context)
    if service.tray is not None and service.tray.host:
        yield say("status_tray", host=service.tray.host)
    if status.bridge is not None:
        yield _bridge_line(*status.bridge, context)
        if status.bridge[1].differing:
            yield say("bridge_differs", computers="; ".join(status.bridge[1].differing))
        if status.bridge[1].awaited:
            yield say("bridge_awaits", computers=", ".join(status.bridge[1].awaited))


def _bridge_line(runs: bool, bridge: BridgeStatus, context: CommandContext) -> str:  # noqa: FBT001 - private
    """Return the state of the bridge to the MQTT broker as a line."""
    from nightcare.i18n.error_text import trouble_text  # noqa: PLC0415 - only with [mqtt]

    trouble = bridge.trouble and trouble_text(bridge.trouble, bridge.reason, context.translator)
    return context.translator.text(
        bridge.sentence(runs=runs),
        address=bridge.address,
        root=bridge.root,
        count=len(bridge.topics),
        topics=", ".join(bridge.refused),
        trouble=trouble,
    )


def _presence_lines(
    presence: Mapping[str, PublishedCondition], context: CommandContext
) -> Iterator[str]:
    """Yield the user's presence, as the service knows it, as lines; unknown conditions last."""
    answers = {True: "on", False: "off", None: "unknown"}
    parts: dict[str, list[str]] = {"status_presence": [], "status_presence_unknown": []}
    for condition, state in presence.items():
        sources = ", ".join(state.by)
        part = context.translator.text(f"presence_{condition}_{answers[state.on]}", by=sources)
        parts["status_presence_unknown" if state.on is None else "status_presence"].append(part)
    for key, found in parts.items():
        if found:
            yield context.translator.text(key, parts="; ".join(found))


def _plan_lines(status: _Status, context: CommandContext) -> Iterator[str]:
    """Yield the open, the held and the next reminders as lines."""
    outlook, say = status.outlook, context.translator.text
    paused_until = outlook.global_state.pause_end(outlook.now)
    if paused_until is not None:
        yield say("status_paused", until=context.clock(paused_until))
    if status.outlook.closed_by_good_night:
        yield say("status_good_night")
    if status.routine is not None:
        from nightcare.engine.guided_routine import stage_words  # noqa: PLC0415 - rarely

        session, routine, stage = status.routine
        step = stage_words(stage, context.translator)
        title = context.title(session.key.reminder)
        yield say("status_routine", reminder=title, routine=routine.name, step=step)
    for delivery in outlook.unsettled():
        yield state_line(delivery, outlook, context.translator, running=status.running)
    ahead = ahead_line(outlook, context.translator)
    if ahead is not None:
        yield ahead
    yield next_line(outlook.next(), outlook, context.translator)


def _report_other_bus(service: ServiceStatus, context: CommandContext) -> None:
    """Print the place where the service shows reminders, if it is not this desktop.

    Raises:
        DesktopError: It shows them nowhere, because it uses another session bus.
    """
    environment = service.environment
    if service.screen != "freedesktop" or environment is None:
        return
    from nightcare.desktop.dbus import same_bus, session_bus  # noqa: PLC0415 - as above

    ours, theirs = session_bus(os.environ), environment.bus
    if ours is None or (theirs and same_bus(ours, theirs)):
        return
    managed, there = environment.managed, theirs or context.translator.text("doctor_none")
    error = DesktopError("other_bus" if managed else "other_bus_of_run", theirs=there, ours=ours)
    if not service.notifier:
        raise error
    context.print(f"error_{error.key}", err=True, **error.values)
