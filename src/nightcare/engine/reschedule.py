"""The effects of a changed plan, or its undo, on occurrences in the journal."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime, timedelta

from nightcare.domain.delivery import Active, Closed, Delivery, Due, Held, Outcome, begin
from nightcare.domain.plan_change import PlanChange
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Every, Key, Occurrence
from nightcare.engine.ports import JournalPort

_TO_RECKON = timedelta(minutes=1)
"""Within which a running service knows what is due; one that is off finds it at its start."""


def within_reach(journal: JournalPort, change: PlanChange, now: datetime) -> list[Delivery]:
    """Return the records that a change of the plan at an instant (UTC) can alter, or its undo."""
    moved = change.moved(now)
    return [delivery for key in moved if (delivery := journal.delivery(key)) is not None]


def unreached(journal: JournalPort, change: PlanChange, now: datetime) -> list[Delivery]:
    """Return what is unanswered, or was missed, and the new plan has to come after now (UTC)."""
    session = journal.routine_session()
    found = [(one, journal.delivery(one.key)) for one in change.postponed(now)]
    return [
        delivery
        for one, delivery in found
        if delivery is not None
        if is_unreached(delivery)
        or (
            delivery.moves(None if session is None else session.key)
            and one.due > delivery.occurrence.due
        )
    ]


def change_plan(
    journal: JournalPort,
    change: PlanChange,
    now: datetime,
    *,
    since: datetime | None = None,
    kept: Container[Key] = (),
) -> None:
    """Let come (again) what a change of the plan at an instant (UTC) moves.

    What is unanswered and is still to come by the new plan comes then. What moves behind that
    instant comes up now.

    Args:
        journal: What is remembered.
        change: The change.
        now: The instant (UTC).
        since: What the new plan had due by then (UTC) does not come up any more.
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
    """Let come what comes by the plan that is restored at an instant (UTC).

    What came by the plan that is undone was not meant, and counts for nothing, also if it was
    seen; it comes at its own time, where the restored plan has one after the act. What is being
    led through goes on.

    Args:
        journal: What is remembered.
        change: From the plan that is undone to the one that is restored.
        action: When the action that is undone was done (UTC).
        now: The instant (UTC).
        stored: The records that the action stored, which are restored apart from this.
    """
    session = journal.routine_session()
    for old, new in change.put_back(now):
        delivery = journal.delivery(old.key)
        if delivery is None or delivery.occurrence != old or old.key in stored:
            continue
        due = new is not None and action < new.due <= now
        under_way = session is not None and session.key == old.key
        if under_way or (due and _on_screen(delivery)):
            continue
        journal.forget(old.key)
        if new is not None and due:
            _begin(journal, change, new)
    # A reminder that was added after its moment was not to come before the action either.
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
    # What falls due by the old plan, and was not reckoned yet, comes as it would have.
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
    """Let come now what nobody has seen by the old plan, and is fresh by the new one."""
    began = journal.global_state().began or now
    for new in _missed_again(journal, change, now):
        if new.due > (since or began) and new.key not in kept:
            journal.forget(new.key)
            _begin(journal, change, new)


def _missed_again(journal: JournalPort, change: PlanChange, now: datetime) -> list[Occurrence]:
    """Return what nobody has seen, and is fresh at its moment by the new plan.

    By the old plan its moment was earlier. It was missed, has no record because an earlier change
    put it too far behind, or waits at another moment.
    """
    found = []
    for old, new in change.put_back(now):
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
    """Return whether it is unanswered or was missed, and nobody has seen or snoozed it."""
    if delivery.seen or delivery.snoozes > 0:
        return False
    match delivery.state:
        case Due() | Held() | Active() | Closed(Outcome.MISSED):
            return True
        case _:
            return False


def _elsewhere(delivery: Delivery, moment: Occurrence) -> bool:
    """Return whether it was missed, or waits at another moment.

    What was missed because its stretch was under way then stays missed.
    """
    if isinstance(delivery.state, Closed):
        return delivery.state.reason is not Reason.ROUTINE
    return delivery.occurrence != moment


def _on_screen(delivery: Delivery) -> bool:
    return delivery.displayed is not None
