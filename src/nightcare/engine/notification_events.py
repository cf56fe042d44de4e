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
from nightcare.engine.context import Context
from nightcare.engine.display import Display
from nightcare.engine.guided_routine import START, STOP, GuidedRoutine
from nightcare.engine.messages import key_of, token
from nightcare.engine.user_actions import DONE, SNOOZE
from nightcare.errors import ValueRefused

_BEFORE_SENT = frozenset({DeliveryStatus.DECIDED, DeliveryStatus.NO_SERVER})

_IN_TIME = timedelta(seconds=2)
"""The tolerance for a server that removes a notification early: its clock may differ."""


def handle_event(
    context: Context,
    on_screen: Display,
    guided_routine: GuidedRoutine,
    event: MessageEvent,
    now: datetime,
) -> None:
    """Handle an event of a reminder on the screen (now in UTC)."""
    delivery = on_screen.delivery(event.token)
    if delivery is None or not isinstance(delivery.state, Active):
        return
    match event:
        case NotificationShown():
            on_screen.mark_shown(event.token)
            _shown(context, delivery, delivery.state, now)
        case ButtonPressed(_, button):
            _answered(context, on_screen, guided_routine, delivery, button, now)
        case NotificationClosed(_, by_itself):
            on_screen.mark_closed(event.token)
            if by_itself:
                _taken_off(context, delivery, delivery.state, now)
            else:
                context.settle(replace(delivery, seen=True).closed(delivery.state, now))


def handle_delivery(
    context: Context,
    on_screen: Display,
    guided_routine: GuidedRoutine,
    event: DeliveryEvent,
    now: datetime,
) -> None:
    """Record the delivery status of a reminder, or of a step of its routine (now in UTC)."""
    guided = context.journal.routine_key() if guided_routine.concerns(event) else None
    delivery = (
        on_screen.delivery(event.token) if guided is None else context.journal.delivery(guided)
    )
    displayed = None if delivery is None else delivery.displayed
    if delivery is None or displayed is None:
        return
    match event:
        case Rejected(_, DeliveryStatus.TAKEN_OFF):
            on_screen.mark_lost(event.token)
            context.record_status(delivery, DeliveryStatus.TAKEN_OFF)
        case Rejected(_, status):
            on_screen.mark_lost(event.token)
            context.reject(delivery, status, now)
        case Sent() if displayed.delivery in _BEFORE_SENT:
            # A message that is sent again stays refused until a notifier shows it.
            context.record_status(delivery, DeliveryStatus.SENT)


def handle_late_press(
    context: Context,
    on_screen: Display,
    guided_routine: GuidedRoutine,
    event: ButtonPressed,
    now: datetime,
) -> tuple[str, Delivery] | None:
    """Handle a press (now in UTC) on a notification that had left the screen.

    Some servers keep drawing a notification that was closed (notification-daemon 3.20), others
    restore one (`makoctl restore`), a killed run leaves its notifications, and a press may cross
    the call that closes its notification. Every button but Start counts for an occurrence that has
    no outcome yet. Otherwise a press counts while the occurrence is fresh and no other one has been
    on the screen since.

    Returns:
        The key of the sentence that says why it does not count, and the occurrence; None if it
        counts, or changes nothing.
    """
    key = key_of(event.token)
    delivery = None if key is None else context.journal.delivery(key)
    reminder = None if delivery is None else context.schedule.reminder(delivery.key.reminder)
    if delivery is None or reminder is None or event.key == STOP:
        return None
    if delivery.key == context.journal.routine_key() and not delivery.settled:
        # It was pressed on the reminder whose stretch continues.
        return None
    if isinstance(delivery.state, Closed) and delivery.state.outcome is Outcome.DONE:
        return None if event.key == DONE else ("late_done", delivery)
    if isinstance(delivery.state, Snoozed) and event.key.startswith(SNOOZE):
        # The button was pressed or reported twice, and the first press has snoozed it.
        return None
    if not delivery.settled and event.key != START:
        _answered(context, on_screen, guided_routine, delivery, event.key, now)
        return None
    followed = _revives(event.key) and _followed(context, delivery)
    if guided_routine.under_way or followed or not on_screen.is_latest(delivery):
        return "late_another", delivery
    if not delivery.is_fresh(reminder, now):
        return "late_over", delivery
    _answered(context, on_screen, guided_routine, delivery, event.key, now)
    return None


def _revives(button: str) -> bool:
    """Return whether a button lets a closed occurrence come again."""
    return button == START or button.startswith(SNOOZE)


def _followed(context: Context, delivery: Delivery) -> bool:
    """Return whether another occurrence of the same reminder is under way."""
    return any(
        one.key.reminder == delivery.key.reminder and one.key != delivery.key
        for one in context.journal.unsettled()
    )


def handle_routine_event(
    context: Context, guided_routine: GuidedRoutine, event: MessageEvent, now: datetime
) -> None:
    """Handle an event of the guided routine (now in UTC)."""
    guided = context.journal.routine_key()
    delivery = None if guided is None else context.journal.delivery(guided)
    match event:
        case NotificationShown() if delivery is not None:
            context.record_status(delivery, DeliveryStatus.SHOWN)
        case NotificationClosed(by_itself=True) if delivery is not None:
            context.record_status(delivery, DeliveryStatus.TAKEN_OFF)
    guided_routine.handle_event(event, context, now)


def _shown(context: Context, delivery: Delivery, state: Active, now: datetime) -> None:
    reminder = context.schedule.reminder(delivery.key.reminder)
    if state.shown is not None or reminder is None:
        # A restarted notifier shows it again, and its time continues.
        context.record_status(delivery, DeliveryStatus.SHOWN)
    else:
        context.record_status(delivery.shown(reminder, now), DeliveryStatus.SHOWN)
    if reminder is not None and state.delivery is not DeliveryStatus.SHOWN:
        context.log("log_shown", reminder=reminder.name, due=delivery.occurrence.due)


def _start(
    context: Context,
    on_screen: Display,
    guided_routine: GuidedRoutine,
    delivery: Delivery,
    now: datetime,
) -> None:
    """Begin the routine of a reminder."""
    routine = context.routine_of(delivery)
    if routine is None:
        # An edit has removed the routine: show the reminder again as it is configured now.
        on_screen.mark_closed(token(delivery))
    else:
        guided_routine.start(delivery, routine, context.journal, now)


def _answered(
    context: Context,
    on_screen: Display,
    guided_routine: GuidedRoutine,
    delivery: Delivery,
    button: str,
    now: datetime,
) -> None:
    """Run the action of a reminder's button, and mark the reminder as seen."""
    if not delivery.seen:
        delivery = replace(delivery, seen=True)
        context.journal.save(delivery)
    if button == START:
        _start(context, on_screen, guided_routine, delivery, now)
        return
    try:
        context.answers().button(delivery, button, now)
    except ValueRefused:
        return
    for one in {one.key: one for one in (delivery, *on_screen.deliveries())}:
        became = context.journal.delivery(one)
        if became is not None:
            context.log_outcome(became)


def _taken_off(context: Context, delivery: Delivery, state: Active, now: datetime) -> None:
    """Keep a reminder that the server removed open for commands, until its time or its repeat.

    A removal by the server is not an action of the person. If the person closed it and the server
    does not report that, it must not come back at once.
    """
    context.record_status(
        replace(delivery, state=replace(state, away=True)), DeliveryStatus.TAKEN_OFF
    )
    if state.closes - now > _IN_TIME:
        context.log("log_taken_off", reminder=delivery.key.reminder)
