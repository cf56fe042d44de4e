"""The effects of a pause, a "Good night" or another bedtime that came from another computer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo

from nightcare.domain.delivery import Due, Outcome
from nightcare.domain.global_state import GlobalState
from nightcare.domain.plan_change import Plan, PlanChange
from nightcare.domain.reasons import Reason
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort
from nightcare.engine.reschedule import change_plan
from nightcare.engine.undo import closed_by_good_night

_UNANSWERED = frozenset({Outcome.MISSED, Outcome.EXPIRED})


def apply_settings(
    journal: JournalPort, schedule: Schedule, zone: tzinfo, state: GlobalState, now: datetime
) -> None:
    """Put another global state in force now (UTC), which no action here has set.

    "Good night" on another computer takes off the screen what is there, and answers nothing: what
    the person answered with it comes as that computer's act. The service does the rest at its next
    update, as for a command.
    """
    before = journal.global_state()
    journal.save_global_state(state)
    if state.tonight != before.tonight:
        plans = (Plan.of(schedule, zone, one) for one in (before, state))
        change_plan(journal, PlanChange(*plans), now)
    today = schedule.calendar(zone, state).at(now).date
    if state.good_night == today != before.good_night:
        for one in journal.unsettled():
            if one.open:
                journal.save(one.give_up(now, Reason.GOOD_NIGHT))
    elif before.good_night == today != state.good_night:
        for one in closed_by_good_night(journal, schedule, before, now, _UNANSWERED):
            journal.save(replace(one, state=Due()))
