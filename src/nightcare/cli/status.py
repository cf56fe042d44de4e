"""Looking: status, next, today, preview, why."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from nightcare.cli.command_context import CommandContext
from nightcare.cli.completion import reminder_names
from nightcare.cli.declaring import argument, as_json, command, number, option
from nightcare.cli.output import echo, say_json
from nightcare.desktop.notify.factory import same_bus, session_bus
from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.day_parser import checked_days, coming_date
from nightcare.domain.delivery import STATE_NAMES, Active, Closed, Delivery, Held, Snoozed
from nightcare.domain.guidance import Routine
from nightcare.domain.outlook import Outlook, OutlookEntry
from nightcare.domain.reminders import Occurrence, Reminder
from nightcare.domain.routine import Stage, routine_named, routines
from nightcare.domain.routine_session import RoutineSession, whereabouts
from nightcare.engine.guided_routine import stage_words
from nightcare.engine.outlook_reader import read_outlook
from nightcare.errors import DesktopError, NotRunning, ValueRefused
from nightcare.i18n.event_log import delivery_text, draws_no_buttons
from nightcare.journal.store import SERVICE_NOTE, Journal

_STATUS = {
    "running": "status_running",
    "startable": "status_startable",
    "none": "status_waiting",
}
"""The sentence about the running service, by whether there is a notification server."""


@command("status", help="Say whether the service runs, what is open and what comes next.")
@as_json
def status_command(person: CommandContext, *, for_program: bool) -> None:
    """Whether the service runs, what is open and what comes next."""
    running = person.service_runs()
    with person.journal() as journal:
        calendar = person.calendar
        standing = journal.global_state()
        paused = standing.paused_until if standing.paused(person.now) else None
        closed = standing.good_night == calendar.at(person.now).date
        outlook = outlook_of(person, journal, calendar)
        unsettled = outlook.unsettled()
        coming = outlook.next()
        under_way = _under_way(person, journal)
        note: dict[str, Any] = journal.read_note(SERVICE_NOTE) if running else {}
    if for_program:
        say_json(
            {
                "running": running,
                "pid": note.get("pid"),
                "version": note.get("version"),
                **_notifier_record(note, running=running),
                "config": None if person.in_force.path is None else str(person.in_force.path),
                "mistakes": note.get("mistakes", []),
                "upgrade": note.get("upgrade"),
                "zone": note.get("zone"),
                "presence": note.get("presence"),
                "environment": note.get("environment"),
                "paused_until": _iso(paused, calendar),
                "good_night": closed,
                "routine": None if under_way is None else _routine_record(under_way, calendar),
                "unsettled": [_course(one, outlook) for one in unsettled],
                "next": None if coming is None else _occurrence(coming, person, calendar),
            }
        )
    else:
        for line in _service_lines(note, person, running=running):
            echo(line)
        for line in _zone_lines(note.get("zone"), person):
            echo(line)
        for line in _presence_lines(note.get("presence") or {}, person):
            echo(line)
        if paused is not None:
            echo(person.words.say("status_paused", until=person.clock(paused)))
        if closed:
            echo(person.words.say("status_good_night"))
        if under_way is not None:
            led, routine, stage = under_way
            echo(
                person.words.say(
                    "status_routine",
                    reminder=led.key.reminder,
                    routine=routine.name,
                    step=stage_words(stage, person.words),
                )
            )
        for course in unsettled:
            echo(_state_line(course, person, outlook, running=running))
        echo(_next_line(coming, person))
    if not running:
        raise NotRunning("not_running")
    _tell_of_another_bus(note, person)


def _tell_of_another_bus(note: Mapping[str, Any], person: CommandContext) -> None:
    """Say where the service shows reminders, if that is not on this desktop.

    Raises:
        DesktopError: It shows them nowhere, for its session bus is not this desktop's.
    """
    environment = note.get("environment") or {}
    if note.get("screen") != "freedesktop" or "bus" not in environment:
        return
    ours, theirs = session_bus(os.environ), environment["bus"]
    if ours is None or (theirs and same_bus(ours, theirs)):
        return
    there = theirs or person.words.say("doctor_none")
    error = (
        DesktopError("other_bus", theirs=there, ours=ours)
        if environment.get("managed")
        else DesktopError("other_bus_of_run", theirs=there, ours=ours)
    )
    if not note.get("notifier"):
        raise error
    echo(person.words.say(f"error_{error.key}", **error.values), err=True)


def _service_lines(
    note: Mapping[str, Any], person: CommandContext, *, running: bool
) -> Iterable[str]:
    """Yield what the service says of itself: its notification server, and what is wrong."""
    key = _STATUS[_notifier_state(note)] if running else "status_stopped"
    yield person.words.say(key, notifier=note.get("notifier"))
    if draws_no_buttons(note.get("capabilities", [])):
        yield person.words.say("notifier_no_buttons")
    if mistakes := note.get("mistakes"):
        yield person.words.say("status_mistakes")
        yield from mistakes
    if word := note.get("upgrade"):
        yield person.words.say(f"status_program_{word}")


def _notifier_record(note: Mapping[str, Any], *, running: bool) -> dict[str, object]:
    notifier, capabilities = note.get("notifier") or None, note.get("capabilities", [])
    return {
        "notifier": notifier,
        "notifier_state": _notifier_state(note) if running else None,
        "capabilities": capabilities,
        "draws_buttons": None if notifier is None else "buttons" in capabilities,
    }


def _notifier_state(note: Mapping[str, Any]) -> str:
    if note.get("notifier"):
        return "running"
    return "startable" if note.get("notifier_startable") else "none"


_UnderWay = tuple[RoutineSession, Routine, Stage]


def _under_way(person: CommandContext, journal: Journal) -> _UnderWay | None:
    """The routine that the person is being led through, and where it is; None where it is none."""
    led = journal.routine_session()
    if led is None:
        return None
    found = routines(person.words.guidance.routines, person.schedule.routines)
    routine = routine_named(found, led.routine)
    stage = None if routine is None else whereabouts(led, routine, person.now)
    if routine is None or not isinstance(stage, Stage):
        return None
    return led, routine, stage


def _routine_record(under_way: _UnderWay, calendar: Calendar) -> dict[str, object]:
    led, routine, stage = under_way
    return {
        "reminder": led.key.reminder,
        "routine": routine.id,
        "step": stage.number,
        "of": stage.of,
        "began": _iso(led.began, calendar),
        "ends": _iso(led.began + stage.whole, calendar),
    }


def _zone_lines(zone: dict[str, Any] | None, person: CommandContext) -> list[str]:
    """Return what is wrong with the time zone of the running service; nothing if it is known."""
    if zone is None or (zone["known"] and not zone["lost"]):
        return []
    key = "status_zone_lost" if zone["lost"] else "status_zone_none"
    return [person.words.say(key, zone=zone["name"])]


def _presence_lines(presence: Mapping[str, dict[str, Any]], person: CommandContext) -> list[str]:
    """What the service knows of whether somebody is there; nothing where it asks nobody."""
    answers = {True: "on", False: "off", None: "unknown"}
    said: list[str] = []
    unsaid: list[str] = []
    for matter, known in presence.items():
        on = known.get("on")
        by = ", ".join(known.get("by", []))
        part = person.words.say(f"presence_{matter}_{answers[on]}", by=by)
        (unsaid if on is None else said).append(part)
    told = (("status_presence", said), ("status_presence_unknown", unsaid))
    return [person.words.say(key, parts="; ".join(parts)) for key, parts in told if parts]


@command("next", help="Say what comes next.")
@as_json
def next_command(person: CommandContext, *, for_program: bool) -> None:
    """What comes next."""
    with person.journal() as journal:
        calendar = person.calendar
        coming = outlook_of(person, journal, calendar).next()
    if for_program:
        say_json(None if coming is None else _occurrence(coming, person, calendar))
    else:
        echo(_next_line(coming, person))


@command("today", help="Show the care day: what was, and what is to come.")
@as_json
def today_command(person: CommandContext, *, for_program: bool) -> None:
    """The care day: what was, and what is to come."""
    with person.journal() as journal:
        calendar = person.calendar
        outlook = outlook_of(person, journal, calendar)
    day = calendar.at(person.now)
    entries = outlook.day(day)
    if for_program:
        say_json([_entry(one, person, outlook) for one in entries])
        return
    echo(person.words.date(day.date))
    if not entries:
        echo(person.words.say("plan_empty"))
    for one in entries:
        echo(_day_line(one, person, outlook))


@command("preview", help="Show what is due over the coming care days.")
@option("--days", type=number(), default=7, show_default=True, help="How many care days.")
@option("--from", "first", metavar="DATE", help="The first day: 2026-12-24, 24/12, monday.")
@as_json
def preview_command(
    person: CommandContext, *, days: int, first: str | None, for_program: bool
) -> None:
    """What is due over the coming care days."""
    checked_days(days)
    outlook = person.outlook(person.loaded.schedule)
    if first is None:
        day = _coming_day(outlook)
    else:
        today = outlook.calendar.at(outlook.now).date
        day = coming_date(first, today, person.words.input)
    try:
        entries = outlook.days(day, days)
    except OverflowError as error:
        raise ValueRefused("date_not_understood", found=first) from error
    if for_program:
        say_json([_entry(one, person, outlook) for one in entries])
    else:
        for line in day_lines(entries, person, outlook):
            echo(line)


def _coming_day(outlook: Outlook) -> date:
    """Return the present care day; the next one where nothing more is to come of it."""
    day = outlook.calendar.at(outlook.now)
    ahead = outlook.until(day.ends)
    return day.date if any(one.key.care_day == day.date for one in ahead) else day.date + ONE_DAY


@command("why", help="Say which step decided last time, for one reminder or for each.")
@argument("reminder", required=False, shell_complete=reminder_names)
@as_json
def why_command(person: CommandContext, *, reminder: str | None, for_program: bool) -> None:
    """Which step of the cascade decided last time."""
    with person.journal() as journal:
        if reminder is not None:
            person.answers(journal).reminder(reminder)
        decisions = journal.last_decisions(reminder)
        calendar = person.calendar
    if for_program:
        say_json(
            [
                {
                    **_key(one.occurrence, calendar),
                    "decided": _iso(one.at, calendar),
                    "verdict": one.verdict,
                    "step": one.step,
                    "delivery": None if one.delivery is None else one.delivery.stage,
                    "refusal": None if one.delivery is None else one.delivery.refusal,
                }
                for one in decisions
            ]
        )
        return
    if not decisions:
        echo(person.words.say("why_nothing"))
    for one in decisions:
        shown = one.delivery is None or one.delivery.stage == "shown"
        reason = (
            person.words.say(f"reason_{one.step.replace(' ', '_')}")
            if shown
            else delivery_text(person.words, str(one.delivery))
        )
        echo(
            person.words.say(
                f"why_{one.verdict if shown else 'not_shown'}",
                reminder=one.occurrence.key.reminder,
                due=person.clock(one.occurrence.due),
                at=person.clock(one.at),
                reason=reason,
            )
        )


def plan_lines(
    planned: Sequence[Occurrence], person: CommandContext, outlook: Outlook
) -> Iterable[str]:
    """Yield what is to come as lines to read, under the date of each care day."""
    return day_lines([OutlookEntry(one, None) for one in planned], person, outlook)


def day_lines(
    entries: Sequence[OutlookEntry], person: CommandContext, outlook: Outlook
) -> Iterable[str]:
    """Yield entries as lines to read, under the date of each care day."""
    if not entries:
        yield person.words.say("plan_empty")
    day: date | None = None
    for one in sorted(entries, key=lambda one: (one.occurrence.key.care_day, one.occurrence.due)):
        if one.occurrence.key.care_day != day:
            day = one.occurrence.key.care_day
            yield person.words.date(day)
        yield _day_line(one, person, outlook)


def outlook_of(person: CommandContext, journal: Journal, calendar: Calendar) -> Outlook:
    """Return what is to come and what has been, for a view of the plan."""
    return read_outlook(person.schedule, calendar, journal, person.now)


def _next_line(coming: Occurrence | None, person: CommandContext) -> str:
    if coming is None:
        return person.words.say("next_nothing")
    return person.words.say("next_line", reminder=coming.key.reminder, due=person.clock(coming.due))


def _state_line(
    course: Delivery, person: CommandContext, outlook: Outlook, *, running: bool
) -> str:
    name, due = course.key.reminder, person.clock(course.occurrence.due)
    match course.state:
        case Snoozed():
            until = outlook.comes(course)
            if until is None:
                return person.words.say("state_snoozed_not_back", reminder=name)
            return person.words.say("state_snoozed", reminder=name, until=person.clock(until))
        case Held(cause):
            reason = person.words.say(f"reason_{cause.replace(' ', '_')}")
            return person.words.say("state_held", reminder=name, due=due, reason=reason)
        case Active() if not running:
            return person.words.say("state_stopped", reminder=name, due=due)
        case Active() as shown if not _was_on_screen(shown):
            why = delivery_text(person.words, shown.delivery)
            return person.words.say("state_not_shown", reminder=name, due=due, reason=why)
        case Active() as shown if not shown.on_screen:
            return person.words.say("state_off", reminder=name, due=due)
        case _:
            return person.words.say("state_open", reminder=name, due=due)


def _was_on_screen(state: Active) -> bool:
    """Whether it is on the screen, or has left it without an answer."""
    return state.delivery.stage == "shown" or state.away


def _day_line(entry: OutlookEntry, person: CommandContext, outlook: Outlook) -> str:
    name = entry.occurrence.key.reminder
    local = outlook.calendar.local(entry.occurrence.due)
    reminder = outlook.schedule.reminder(name)
    topic = "" if reminder is None else person.words.say(f"topic_{reminder.topic}")
    became = "" if entry.course is None else _became(entry.course, person, outlook)
    return f"  {local:%H:%M}  {name:<18} {topic:<14} {became}".rstrip()


def _became(course: Delivery, person: CommandContext, outlook: Outlook) -> str:
    match course.state:
        case Closed(outcome, _, reason):
            said = person.words.say(f"outcome_{outcome}")
            if reason is None:
                return said
            return f"{said} ({person.words.say('reason_' + reason.replace(' ', '_'))})"
        case Snoozed():
            until = outlook.comes(course)
            if until is None:
                return person.words.say("became_snoozed_not_back")
            return person.words.say("became_snoozed", until=person.clock(until))
        case Held(cause):
            return person.words.say(
                "became_held", reason=person.words.say(f"reason_{cause.replace(' ', '_')}")
            )
        case Active() as shown if not _was_on_screen(shown):
            why = delivery_text(person.words, shown.delivery)
            return person.words.say("became_not_shown", reason=why)
        case Active() as shown if not shown.on_screen:
            return person.words.say("became_off")
        case _:
            return person.words.say("became_open")


def _key(one: Occurrence, calendar: Calendar) -> dict[str, object]:
    return {
        "reminder": one.key.reminder,
        "due": _iso(one.due, calendar),
        "care_day": one.key.care_day.isoformat(),
    }


def _occurrence(one: Occurrence, person: CommandContext, calendar: Calendar) -> dict[str, object]:
    reminder: Reminder | None = person.schedule.reminder(one.key.reminder)
    topic = None if reminder is None else reminder.topic
    return {**_key(one, calendar), "topic": topic, "state": "planned"}


def _entry(entry: OutlookEntry, person: CommandContext, outlook: Outlook) -> dict[str, object]:
    if entry.course is None:
        return _occurrence(entry.occurrence, person, outlook.calendar)
    return _course(entry.course, outlook)


def _course(course: Delivery, outlook: Outlook) -> dict[str, object]:
    calendar = outlook.calendar
    entry = {
        **_key(course.occurrence, calendar),
        "topic": course.topic,
        "state": STATE_NAMES[type(course.state)],
        "snoozes": course.snoozes,
    }
    match course.state:
        case Closed(outcome, at, reason):
            entry |= {"outcome": outcome, "at": _iso(at, calendar), "reason": reason}
        case Snoozed(until):
            comes = outlook.comes(course)
            entry |= {"until": _iso(until, calendar), "comes": _iso(comes, calendar)}
        case Held(cause):
            entry |= {"reason": cause}
        case Active(shown, closes) as state:
            entry |= {
                "shown": _iso(shown, calendar),
                "closes": _iso(closes, calendar),
                "delivery": state.delivery.stage,
                "refusal": state.delivery.refusal,
                "on_screen": state.on_screen,
            }
    return entry


def _iso(instant: datetime | None, calendar: Calendar) -> str | None:
    return None if instant is None else calendar.local(instant).isoformat()
