"""The queue for the screen: which candidates may be shown, and which one is."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

from nightcare.domain.delivery import Active, Delivery, DeliveryStatus, Held, Reason
from nightcare.domain.guidance import next_tip, part_of_day
from nightcare.domain.policy import (
    Drop,
    Hold,
    Show,
    Situation,
    decide,
    first_to_show,
    share_of_screen,
    shown_at_latest,
)
from nightcare.domain.reminders import Key
from nightcare.engine.context import Context


def may_show(basis: Context, course: Delivery, situation: Situation) -> bool:
    """Put a candidate through the cascade; whether it may be shown now."""
    reminder = basis.schedule.reminder(course.key.reminder)
    verdict = decide(course, reminder, situation)
    match verdict:
        case Show():
            return True
        case Hold(step):
            if course.state != Held(step):
                basis.decided(course, "hold", step, situation.now)
                basis.journal.save(course.held(step))
        case Drop(step):
            basis.decided(course, "drop", step, situation.now)
            basis.settle(course.give_up(situation.now, step))
    return False


def show_one(
    basis: Context, shows: Sequence[Delivery], situation: Situation, moved: Container[Key]
) -> None:
    """Show the first of those that may be shown; the others wait their turn or give way.

    Args:
        basis: What the service goes by.
        shows: What the cascade would show.
        situation: What the decision rests on.
        moved: What the person has made due just now by a change of the plan.
    """
    if not shows:
        return
    now = situation.now
    evening = frozenset(one.name for one in basis.schedule.enabled if one.evening)
    # Of those that rank alike, the one that is stale first is shown first.
    shows = sorted(shows, key=lambda one: _latest(basis, one, situation))
    (first, *waiting), giving_way = first_to_show(shows, evening, now, moved)
    candidates = {one.key for one in shows}
    for course in basis.journal.unsettled():
        if isinstance(course.state, Active) and course.key not in candidates:
            _give_way(basis, course, course.state, now)
    for course in waiting:
        _hold_in_line(basis, course, now)
    for course in giving_way:
        basis.decided(course, "drop", Reason.ANOTHER, now)
        basis.settle(course.give_up(now, Reason.ANOTHER))
    basis.decided(first, "show", Reason.SHOW, now)
    _give(basis, first, situation)


def share_screen(basis: Context, situation: Situation) -> None:
    """Let what is on the screen close early enough for all that wait to be shown while fresh."""
    unsettled = basis.journal.unsettled()
    led = basis.journal.routine_session()
    for course in unsettled:
        state = course.displayed
        if state is None or state.shown is None:
            continue
        if led is not None and led.key == course.key:
            continue
        waiting = [one for one in unsettled if _waits(basis, one, situation)]
        if not waiting:
            continue
        latest = [_latest(basis, one, situation) for one in waiting]
        closes = min(state.closes, share_of_screen(state.shown, latest))
        if closes < state.closes:
            basis.journal.save(replace(course, state=replace(state, closes=closes)))


def _waits(basis: Context, course: Delivery, situation: Situation) -> bool:
    """Return whether it waits to be shown for the first time, and only for the screen."""
    reminder = basis.schedule.reminder(course.key.reminder)
    if course.seen or reminder is None or not isinstance(course.state, Held):
        return False
    if course.state != Held(Reason.ANOTHER) and not reminder.evening:
        return False
    return isinstance(decide(course, reminder, situation), Show)


def _latest(basis: Context, course: Delivery, situation: Situation) -> datetime:
    """Return until when (UTC) it may be shown."""
    return shown_at_latest(course, basis.schedule.named(course.key.reminder), situation.day)


def _give_way(basis: Context, course: Delivery, state: Active, now: datetime) -> None:
    """Let another take the place on the screen; what the screen has not drawn yet comes after it.

    That is what nobody has seen yet, and what has only just come back from a snooze.
    """
    if state.away and state.delivery is DeliveryStatus.TAKEN_OFF and now < state.closes:
        # A server has made room, not the person; it can still be answered, and be asked again.
        return
    if state.shown is None and (not course.seen or course.asked <= 1):
        _hold_in_line(basis, course, now)
    else:
        basis.settle(course.give_up(now, Reason.ANOTHER))


def _hold_in_line(basis: Context, course: Delivery, now: datetime) -> None:
    if course.state != Held(Reason.ANOTHER):
        basis.decided(course, "hold", Reason.ANOTHER, now)
        basis.journal.save(course.held(Reason.ANOTHER))


def _give(basis: Context, course: Delivery, situation: Situation) -> None:
    reminder = basis.schedule.named(course.key.reminder)
    tip = course.tip
    if tip is None and reminder.text is None:
        moment = part_of_day(situation.now, situation.day)
        tips = basis.words.guidance.tips
        chosen = next_tip(tips, reminder.topic, moment, basis.journal.tips_shown())
        if chosen is not None:
            tip = chosen.id
            basis.journal.record_tip(tip, situation.now)
    basis.journal.save(course.given(reminder, tip))
