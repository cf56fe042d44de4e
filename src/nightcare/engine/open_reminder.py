"""Requests of the person about the reminder that is open: show it again, start its stretch."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from nightcare.domain.delivery import Active, DeliveryStatus, foremost
from nightcare.engine.context import Context
from nightcare.engine.guided_routine import GuidedRoutine
from nightcare.engine.ports import JournalPort
from nightcare.errors import NothingToDo


def put_back(journal: JournalPort) -> bool:
    """Put what is open back on the screen if it has left it; return whether anything is open.

    If several are open, the one on the screen stays, or the latest comes.
    """
    delivery = foremost(one for one in journal.unsettled() if isinstance(one.state, Active))
    if delivery is None:
        return False
    if isinstance(delivery.state, Active) and delivery.state.away:
        back = replace(delivery.state, away=False, delivery=DeliveryStatus.DECIDED)
        with journal.transaction():
            journal.save(replace(delivery, state=back))
    return True


def start_open_stretch(context: Context, guided_routine: GuidedRoutine, now: datetime) -> None:
    """Begin the guided stretch of the open reminder that has one (now in UTC).

    Raises:
        NothingToDo: There is none.
    """
    journal = context.journal
    active = [one for one in journal.unsettled() if isinstance(one.state, Active)]
    delivery = foremost(one for one in active if context.routine_of(one))
    routine = None if delivery is None else context.routine_of(delivery)
    if delivery is None or routine is None:
        raise NothingToDo("nothing_to_stretch")
    with journal.transaction():
        guided_routine.start(delivery, routine, journal, now)
