"""The effects of another plan or another global state on occurrences in the journal."""

from __future__ import annotations

from collections.abc import Collection, Container
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import Active, Closed, Delivery, Due, Held, Outcome, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.plan_change import Plan, PlanChange
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Every, Key, Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort

_UNANSWERED = frozenset({Outcome.MISSED, Outcome.EXPIRED})

_TO_RECKON = timedelta(minutes=1)
"""The time within which a running service handles what is due; a stopped one does so at its
start."""


def within_reach(journal: JournalPort, change: PlanChange, now: datetime) -> list[Delivery]:
    """Return the records that a change of the plan at an instant (UTC), or its undo, can alter."""
    moved = change.moved(now)
    return [delivery for key in moved if (delivery := journal.delivery(key)) is not None]


def unreached(journal: JournalPort, change: PlanChange, now: datetime) -> list[Delivery]:
    """Return unanswered and missed occurrences that are to come after now (UTC) by the new plan."""
    guided = journal.routine_key()
    found = [(one, journal.delivery(one.key)) for one in change.postponed(now)]
    return [
        delivery
        for one, delivery in found
        if delivery is not None
        if is_unreached(delivery) or (delivery.moves(guided) and one.due > delivery.occurrence.due)
    ]


def change_plan(
    journal: JournalPort,
    change: PlanChange,
    now: datetime,
    *,
    since: datetime | None = None,
    kept: Container[Key] = (),
) -> None:
    """Move occurrences to their new moments after a change of the plan at an instant (UTC).

    Unanswered ones that are still to come by the new plan come then. Those that move behind that
    instant come up now.

    Args:
        journal: The journal.
        change: The change.
        now: The instant (UTC).
        since: The instant (UTC) up to which moments of the new plan do not come up any more.
        kept: Records that stay as they are.
    """
    for delivery in unreached(journal, change, now):
        if delivery.key not in kept:
            journal.forget(delivery.key)
    _begin_overtaken(journal, change, now, since, kept)
    _begin_missed(journal, change, now, since, kept)


def undo_plan_change(
    journal: JournalPort,
    change: PlanChange,
    action: datetime,
    now: datetime,
    stored: Container[Key],
) -> None:
    """Move occurrences back to the moments of the plan that is restored at an instant (UTC).

    Occurrences that came by the undone plan are forgotten, even if they were seen. They come at
    their own time, if the restored plan has one after the action. A guided routine continues.

    Args:
        journal: The journal.
        change: From the plan that is undone to the one that is restored.
        action: The time of the undone action (UTC).
        now: The instant (UTC).
        stored: The records that the action stored, which are restored apart from this.
    """
    guided = journal.routine_key()
    for old, new in change.rescheduled(now):
        delivery = journal.delivery(old.key)
        if delivery is None or delivery.occurrence != old or old.key in stored:
            continue
        due = new is not None and action < new.due <= now
        if old.key == guided or (due and delivery.displayed is not None):
            continue
        journal.forget(old.key)
        if new is not None and due:
            _begin(journal, change, new)
    # A reminder that was added after its moment would not have come before the action either.
    change_plan(journal, change, now, since=action - _TO_RECKON, kept=stored)


def _begin_overtaken(
    journal: JournalPort,
    change: PlanChange,
    now: datetime,
    since: datetime | None,
    kept: Container[Key],
) -> None:
    global_state = journal.global_state()
    if global_state.updated is None or global_state.began is None:
        return
    # Occurrences of the old plan that no update has handled yet come up as before.
    began = global_state.began if since is None else max(global_state.began, since)
    overtaken = change.overtaken(began, max(global_state.updated, now), now)
    known = journal.known(one.key for one in overtaken)
    for one in overtaken:
        if one.key not in known and one.key not in kept:
            _begin(journal, change, one)


def _begin_missed(
    journal: JournalPort,
    change: PlanChange,
    now: datetime,
    since: datetime | None,
    kept: Container[Key],
) -> None:
    """Begin occurrences that were not seen by the old plan and are fresh by the new one."""
    began = journal.global_state().began or now
    for new in _missed_again(journal, change, now):
        if new.due > (since or began) and new.key not in kept:
            journal.forget(new.key)
            _begin(journal, change, new)


def _missed_again(journal: JournalPort, change: PlanChange, now: datetime) -> list[Occurrence]:
    """Return occurrences that were not seen, and are fresh by the new plan.

    By the old plan they were due earlier. They were missed, have no record because an earlier
    change put them too far behind, or wait at another moment.
    """
    found = []
    for old, new in change.rescheduled(now):
        if new is None or not old.due < new.due <= now:
            continue
        reminder = change.after.reminder(old.key.reminder)
        if reminder is None or isinstance(reminder.timing, Every):
            # The moments of an `every` stand for each other, and the next one is near.
            continue
        if any(one.key.reminder == reminder.name for one in change.after.between(new.due, now)):
            # A later moment has taken its place.
            continue
        delivery = journal.delivery(old.key)
        if delivery is None or (is_unreached(delivery) and _elsewhere(delivery, new)):
            found.append(new)
    return found


def _begin(journal: JournalPort, change: PlanChange, one: Occurrence) -> None:
    reminder = change.after.reminder(one.key.reminder)
    if reminder is not None:
        journal.save(begin(one, reminder.topic))


def is_unreached(delivery: Delivery) -> bool:
    """Return whether it is unanswered or was missed, and was neither seen nor snoozed."""
    if delivery.seen or delivery.snoozes > 0:
        return False
    match delivery.state:
        case Due() | Held() | Active() | Closed(Outcome.MISSED):
            return True
        case _:
            return False


def _elsewhere(delivery: Delivery, moment: Occurrence) -> bool:
    """Return whether it was missed, or waits at another moment.

    An occurrence that was missed because its stretch was under way stays missed.
    """
    if isinstance(delivery.state, Closed):
        return delivery.state.reason is not Reason.ROUTINE
    return delivery.occurrence != moment


def closed_by_good_night(
    journal: JournalPort,
    schedule: Schedule,
    global_state: GlobalState,
    now: datetime,
    outcomes: Collection[Outcome] = (Outcome.MISSED,),
) -> list[Delivery]:
    """Return the deliveries that "Good night" has closed and that are still fresh (now in UTC)."""
    if global_state.good_night is None:
        return []
    return [
        delivery
        # A clock time may lie outside the hours of its care day.
        for day in (global_state.good_night + days * ONE_DAY for days in (-1, 0, 1))
        for delivery in journal.of_care_day(day)
        if isinstance(delivery.state, Closed)
        and delivery.state.outcome in outcomes
        and delivery.state.reason is Reason.GOOD_NIGHT
        and delivery.is_fresh(schedule.reminder(delivery.key.reminder), now)
    ]


def apply_settings(
    journal: JournalPort, schedule: Schedule, zone: tzinfo, state: GlobalState, now: datetime
) -> None:
    """Apply a global state from another computer now (UTC).

    "Good night" there takes the open reminder off the screen here without an answer: the answer
    arrives as an act of that computer. The service does the rest at its next update, as for a
    command.
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
