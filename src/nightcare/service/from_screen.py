"""What comes back from the screen: a reminder was shown, answered or closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightcare.domain.course import Course, Open, Outcome
from nightcare.domain.message import Answered, Closed, MessageEvent, Shown
from nightcare.domain.routine import routine_named
from nightcare.errors import ValueRefused
from nightcare.service.basis import Basis
from nightcare.service.leading import START, Leading
from nightcare.service.messages import token
from nightcare.service.on_screen import OnScreen


def take_in(
    basis: Basis, on_screen: OnScreen, leading: Leading, event: MessageEvent, now: datetime
) -> None:
    """Take in what happened to a reminder on the screen at an instant (UTC)."""
    course = on_screen.course(event.token)
    if course is None or not isinstance(course.state, Open):
        return
    match event:
        case Shown(_, handle):
            _shown(basis, course, course.state, handle, now)
        case Answered(_, button) if button == START:
            _start(basis, on_screen, leading, course, now)
        case Answered(_, button):
            _answered(basis, on_screen, course, button, now)
        case Closed():
            on_screen.left(event.token)
            _closed(basis, course, course.state, now)


def take_in_led(basis: Basis, leading: Leading, event: MessageEvent, now: datetime) -> None:
    """Take in what happened to the routine that the person is led through (now in UTC)."""
    name = leading.reminder(basis.journal)
    reminder = None if name is None else basis.schedule.reminder(name)
    became = leading.take_in(event, reminder, basis.journal, basis.answers(), now)
    if became is not None:
        basis.tell_of(became)


def _shown(basis: Basis, course: Course, state: Open, handle: str | None, now: datetime) -> None:
    reminder = basis.schedule.reminder(course.key.reminder)
    if state.shown is not None or reminder is None:
        # Shown again by a notifier that was restarted: its time goes on.
        basis.journal.save(replace(course, state=replace(state, handle=handle)))
        return
    basis.journal.save(course.shown(reminder, now, handle))
    basis.tell("log_shown", reminder=reminder.name, due=course.occurrence.due)


def _start(
    basis: Basis, on_screen: OnScreen, leading: Leading, course: Course, now: datetime
) -> None:
    """Begin to lead through the routine of a reminder."""
    reminder = basis.schedule.reminder(course.key.reminder)
    name = None if reminder is None else reminder.routine
    routine = None if name is None else routine_named(basis.routines(), name)
    if routine is None:
        # Edited away since it was shown: it is shown anew, as it is configured now.
        on_screen.left(token(course))
    else:
        leading.start(course, routine, basis.journal, now)


def _answered(
    basis: Basis, on_screen: OnScreen, course: Course, button: str, now: datetime
) -> None:
    try:
        basis.answers().button(course, button, now)
    except ValueRefused:
        return
    for one in on_screen.courses():
        basis.tell_of(one)


def _closed(basis: Basis, course: Course, state: Open, now: datetime) -> None:
    """The person closed it: no answer yet where it is asked again, else dismissed."""
    if state.again is not None:
        basis.journal.save(replace(course, state=replace(state, away=True)))
    else:
        basis.settle(course.settle(Outcome.DISMISSED, now))
