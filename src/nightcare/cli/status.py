"""The state of the service and of the reminders: status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.output import echo, print_json
from nightcare.cli.plan_json import delivery_value, local_time, occurrence_value
from nightcare.domain.guidance import Routine
from nightcare.domain.outlook import Outlook
from nightcare.domain.routine import Stage, routine_named, routines
from nightcare.domain.routine_session import RoutineSession, whereabouts
from nightcare.errors import DesktopError, NotRunning
from nightcare.i18n.plan_text import next_line, state_line
from nightcare.journal.store import SERVICE_NOTE, Journal

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
        note: What the service published about itself; empty if it does not run.
        outlook: The plan.
        routine: The guided routine that is under way, with its session and present stage.
    """

    running: bool
    note: Mapping[str, Any]
    outlook: Outlook
    routine: tuple[RoutineSession, Routine, Stage] | None

    @property
    def notifier(self) -> str:
        """The state of the notification server: "running", "startable" or "none"."""
        if self.note.get("notifier"):
            return "running"
        return "startable" if self.note.get("notifier_startable") else "none"

    @property
    def closed_by_good_night(self) -> bool:
        """Whether good-night closed this evening."""
        outlook = self.outlook
        return outlook.standing.good_night == outlook.calendar.at(outlook.now).date


@click.command("status")
@json_option
@pass_context
def status_command(context: CommandContext, *, as_json: bool) -> None:
    """Show whether the service runs, what is open and what comes next."""
    running = context.service_runs()
    with context.journal() as journal:
        note = journal.read_note(SERVICE_NOTE) if running else {}
        status = _Status(running, note, context.outlook(), _routine(context, journal))
    if as_json:
        print_json(_value(status, context))
    else:
        for line in (*_service_lines(status, context), *_plan_lines(status, context)):
            echo(line)
    if not running:
        raise NotRunning("not_running")
    _report_other_bus(note, context)


def _routine(
    context: CommandContext, journal: Journal
) -> tuple[RoutineSession, Routine, Stage] | None:
    """Return the guided routine that is under way, if any."""
    session = journal.routine_session()
    if session is None:
        return None
    known = routines(context.words.guidance.routines, context.schedule.routines)
    routine = routine_named(known, session.routine)
    stage = None if routine is None else whereabouts(session, routine, context.now)
    if routine is None or not isinstance(stage, Stage):
        return None
    return session, routine, stage


def _value(status: _Status, context: CommandContext) -> dict[str, object]:
    """Return the status as JSON."""
    note, outlook = status.note, status.outlook
    standing, coming = outlook.standing, outlook.next()
    notifier, capabilities = note.get("notifier") or None, note.get("capabilities", [])
    path = context.active.path
    return {
        "running": status.running,
        "pid": note.get("pid"),
        "version": note.get("version"),
        "notifier": notifier,
        "notifier_state": status.notifier if status.running else None,
        "capabilities": capabilities,
        "draws_buttons": None if notifier is None else "buttons" in capabilities,
        "config": None if path is None else str(path),
        "mistakes": note.get("mistakes", []),
        "upgrade": note.get("upgrade"),
        "zone": note.get("zone"),
        "presence": note.get("presence"),
        "environment": note.get("environment"),
        "paused_until": local_time(
            standing.paused_until if standing.paused(outlook.now) else None, outlook.calendar
        ),
        "good_night": status.closed_by_good_night,
        "routine": _routine_value(status),
        "unsettled": [delivery_value(one, outlook) for one in outlook.unsettled()],
        "next": None if coming is None else occurrence_value(coming, outlook),
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
    """Yield what the service published about itself as lines."""
    note, say = status.note, context.words.say
    key = _SERVICE_TEXTS[status.notifier] if status.running else "status_stopped"
    yield say(key, notifier=note.get("notifier"))
    if note.get("capabilities"):
        from nightcare.i18n.event_log import draws_no_buttons  # noqa: PLC0415 - not if it stopped

        if draws_no_buttons(note["capabilities"]):
            yield say("notifier_no_buttons")
    if mistakes := note.get("mistakes"):
        yield say("status_mistakes")
        yield from mistakes
    if upgrade := note.get("upgrade"):
        yield say(f"status_program_{upgrade}")
    zone = note.get("zone")
    if zone is not None and (zone["lost"] or not zone["known"]):
        key = "status_zone_lost" if zone["lost"] else "status_zone_none"
        yield say(key, zone=zone["name"])
    yield from _presence_lines(note.get("presence") or {}, context)


def _presence_lines(
    presence: Mapping[str, Mapping[str, Any]], context: CommandContext
) -> Iterator[str]:
    """Yield what the service knows of the user's presence as lines, what it does not know last."""
    answers = {True: "on", False: "off", None: "unknown"}
    parts: dict[str, list[str]] = {"status_presence": [], "status_presence_unknown": []}
    for condition, state in presence.items():
        on, sources = state.get("on"), ", ".join(state.get("by", []))
        part = context.words.say(f"presence_{condition}_{answers[on]}", by=sources)
        parts["status_presence_unknown" if on is None else "status_presence"].append(part)
    for key, found in parts.items():
        if found:
            yield context.words.say(key, parts="; ".join(found))


def _plan_lines(status: _Status, context: CommandContext) -> Iterator[str]:
    """Yield what is open, what is held back and what comes next as lines."""
    outlook, say = status.outlook, context.words.say
    paused_until = outlook.standing.paused_until
    if paused_until is not None and outlook.standing.paused(outlook.now):
        yield say("status_paused", until=context.clock(paused_until))
    if status.closed_by_good_night:
        yield say("status_good_night")
    if status.routine is not None:
        from nightcare.engine.guided_routine import stage_words  # noqa: PLC0415 - rarely

        session, routine, stage = status.routine
        step = stage_words(stage, context.words)
        yield say("status_routine", reminder=session.key.reminder, routine=routine.name, step=step)
    for delivery in outlook.unsettled():
        yield state_line(delivery, outlook, context.words, running=status.running)
    yield next_line(outlook.next(), outlook, context.words)


def _report_other_bus(note: Mapping[str, Any], context: CommandContext) -> None:
    """Print where the service shows reminders, if that is not on this desktop.

    Raises:
        DesktopError: It shows them nowhere, because its session bus is not this desktop's.
    """
    environment = note.get("environment") or {}
    if note.get("screen") != "freedesktop" or "bus" not in environment:
        return
    from nightcare.desktop.notify.factory import same_bus, session_bus  # noqa: PLC0415 - as above

    ours, theirs = session_bus(os.environ), environment["bus"]
    if ours is None or (theirs and same_bus(ours, theirs)):
        return
    managed, there = environment.get("managed"), theirs or context.words.say("doctor_none")
    error = DesktopError("other_bus" if managed else "other_bus_of_run", theirs=there, ours=ours)
    if not note.get("notifier"):
        raise error
    context.print(f"error_{error.key}", err=True, **error.values)
