"""Events from the notifier: a reminder was shown, answered or closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightcare.domain.delivery import Active, Closed, Delivery, DeliveryStatus, Outcome, Snoozed
from nightcare.domain.notification import (
    ButtonPressed,
    DeliveryEvent,
    MessageEvent,
    NotificationClosed,
    NotificationShown,
    Rejected,
    Sent,
)
from nightcare.domain.routine import routine_named
from nightcare.engine.context import Context
from nightcare.engine.display import Display
from nightcare.engine.guided_routine import START, STOP, GuidedRoutine
from nightcare.engine.messages import key_of, token
from nightcare.engine.user_actions import DONE, SNOOZE
from nightcare.errors import ValueRefused

_BEFORE_SENT = frozenset({DeliveryStatus.DECIDED, DeliveryStatus.NO_SERVER})

_IN_TIME = timedelta(seconds=2)
"""The tolerance for a server that takes a notification off early: its clock is not ours."""


def handle_event(
    basis: Context, on_screen: Display, leading: GuidedRoutine, event: MessageEvent, now: datetime
) -> None:
    """Take in what happened to a reminder on the screen at an instant (UTC)."""
    course = on_screen.course(event.token)
    if course is None or not isinstance(course.state, Active):
        return
    match event:
        case NotificationShown():
            on_screen.taken(event.token)
            _shown(basis, course, course.state, now)
        case ButtonPressed(_, button):
            _answered(basis, on_screen, leading, course, button, now)
        case NotificationClosed(_, by_itself):
            on_screen.left(event.token)
            if by_itself:
                _taken_off(basis, course, course.state, now)
            else:
                _closed(basis, replace(course, seen=True), course.state, now)


def handle_delivery(
    basis: Context, on_screen: Display, leading: GuidedRoutine, event: DeliveryEvent, now: datetime
) -> None:
    """Take in (now in UTC) how far a reminder, or a step of its routine, has come."""
    led = basis.journal.routine_session() if leading.concerns(event) else None
    course = on_screen.course(event.token) if led is None else basis.journal.delivery(led.key)
    displayed = None if course is None else course.displayed
    if course is None or displayed is None:
        return
    match event:
        case Rejected(_, DeliveryStatus.TAKEN_OFF):
            on_screen.lost(event.token)
            basis.deliver(course, DeliveryStatus.TAKEN_OFF)
        case Rejected(_, status):
            on_screen.lost(event.token)
            basis.reject(course, status, now)
        case Sent() if displayed.delivery in _BEFORE_SENT:
            # What is sent again stays refused until a notifier takes it.
            basis.deliver(course, DeliveryStatus.SENT)


def handle_late_press(
    basis: Context, on_screen: Display, leading: GuidedRoutine, event: ButtonPressed, now: datetime
) -> tuple[str, Delivery] | None:
    """Take in a press (UTC) on a notification that had left the screen.

    Some servers leave there what they were told to close (notification-daemon 3.20), others bring
    back what has gone (`makoctl restore`), and a run that was killed leaves what it had. A press
    counts while the occurrence is fresh and no other one has been on the screen since.

    Returns:
        The key of the sentence that says why it does not count, and the occurrence; None if it
        counts, or changes nothing.
    """
    key = key_of(event.token)
    course = None if key is None else basis.journal.delivery(key)
    reminder = None if course is None else basis.schedule.reminder(course.key.reminder)
    if course is None or reminder is None or event.key == STOP or leading.under_way:
        return None
    if isinstance(course.state, Closed) and course.state.outcome is Outcome.DONE:
        return None if event.key == DONE else ("late_done", course)
    if isinstance(course.state, Snoozed) and event.key.startswith(SNOOZE):
        # Pressed twice, or told twice: it was put off by the first.
        return None
    if not on_screen.was_last(course) or (_revives(event.key) and _followed(basis, course)):
        return "late_another", course
    if now > course.fresh_from + reminder.fresh:
        return "late_over", course
    _answered(basis, on_screen, leading, course, event.key, now)
    return None


def _revives(button: str) -> bool:
    """Return whether a button lets a closed occurrence come again."""
    return button == START or button.startswith(SNOOZE)


def _followed(basis: Context, course: Delivery) -> bool:
    """Return whether another occurrence of the same reminder is under way."""
    return any(
        one.key.reminder == course.key.reminder and one.key != course.key
        for one in basis.journal.unsettled()
    )


def handle_routine_event(
    basis: Context, leading: GuidedRoutine, event: MessageEvent, now: datetime
) -> None:
    """Take in what happened to the routine that the person is led through (now in UTC)."""
    name = leading.reminder(basis.journal)
    reminder = None if name is None else basis.schedule.reminder(name)
    _deliver_step(basis, event)
    became = leading.handle_event(event, reminder, basis.journal, basis.answers(), now)
    if became is not None:
        basis.tell_of(became)


def _deliver_step(basis: Context, event: MessageEvent) -> None:
    """Write down whether the present step is on the screen."""
    led = basis.journal.routine_session()
    course = None if led is None else basis.journal.delivery(led.key)
    match event:
        case NotificationShown() if course is not None:
            basis.deliver(course, DeliveryStatus.SHOWN)
        case NotificationClosed(by_itself=True) if course is not None:
            basis.deliver(course, DeliveryStatus.TAKEN_OFF)


def _shown(basis: Context, course: Delivery, state: Active, now: datetime) -> None:
    reminder = basis.schedule.reminder(course.key.reminder)
    if state.shown is not None or reminder is None:
        # Shown again by a notifier that was restarted: its time goes on.
        basis.deliver(course, DeliveryStatus.SHOWN)
        return
    basis.deliver(course.shown(reminder, now), DeliveryStatus.SHOWN)
    basis.tell("log_shown", reminder=reminder.name, due=course.occurrence.due)


def _start(
    basis: Context, on_screen: Display, leading: GuidedRoutine, course: Delivery, now: datetime
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
    basis: Context,
    on_screen: Display,
    leading: GuidedRoutine,
    course: Delivery,
    button: str,
    now: datetime,
) -> None:
    """Do what a button of a reminder stands for; who presses one has seen the reminder."""
    if not course.seen:
        course = replace(course, seen=True)
        basis.journal.save(course)
    if button == START:
        _start(basis, on_screen, leading, course, now)
        return
    try:
        basis.answers().button(course, button, now)
    except ValueRefused:
        return
    for one in {one.key: one for one in (course, *on_screen.courses())}:
        became = basis.journal.delivery(one)
        if became is not None:
            basis.tell_of(became)


def _taken_off(basis: Context, course: Delivery, state: Active, now: datetime) -> None:
    """Keep it open for commands until its time is over, or it is asked again.

    The server took it off, which is no act of the person; or the person closed it and the server
    does not say so, and then it must not come back at once.
    """
    basis.deliver(replace(course, state=replace(state, away=True)), DeliveryStatus.TAKEN_OFF)
    if state.closes - now > _IN_TIME:
        basis.tell("log_taken_off", reminder=course.key.reminder)


def _closed(basis: Context, course: Delivery, state: Active, now: datetime) -> None:
    """Record that the person closed it: dismissed, unless a repeat is to come."""
    if state.again is not None:
        basis.journal.save(replace(course, state=replace(state, away=True)))
    else:
        basis.settle(course.settle(Outcome.DISMISSED, now))
