"""Requests of the person about the reminder that is open: show it again, start its stretch."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightcare.domain.delivery import Active, Delivery, DeliveryStatus
from nightcare.domain.routine import routine_named
from nightcare.engine.context import Context
from nightcare.engine.guided_routine import GuidedRoutine
from nightcare.engine.ports import JournalPort
from nightcare.errors import NothingToDo


def put_back(journal: JournalPort) -> bool:
    """Put what is open back on the screen if it has left it; return whether anything is open.

    If several are open, the one on the screen stays, or the latest comes.
    """
    found = [(one, one.state) for one in journal.unsettled() if isinstance(one.state, Active)]
    if not found:
        return False
    delivery, state = max(found, key=lambda one: (not one[1].away, one[0].fresh_from))
    if state.away:
        back = replace(state, away=False, delivery=DeliveryStatus.DECIDED)
        with journal.transaction():
            journal.save(replace(delivery, state=back))
    return True


def start_open_stretch(context: Context, guided_routine: GuidedRoutine, now: datetime) -> None:
    """Begin the guided stretch of the open reminder that has one (now in UTC).

    Raises:
        NothingToDo: There is none.
    """
    journal = context.journal
    for delivery in journal.unsettled():
        reminder = context.schedule.reminder(delivery.key.reminder)
        name = None if reminder is None else reminder.routine
        routine = None if name is None else routine_named(context.routines(), name)
        if routine is not None and _is_open(delivery):
            with journal.transaction():
                guided_routine.start(delivery, routine, journal, now)
            return
    raise NothingToDo("nothing_to_stretch")


def _is_open(delivery: Delivery) -> bool:
    return isinstance(delivery.state, Active)
