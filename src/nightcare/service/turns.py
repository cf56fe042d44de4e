"""Whose turn it is on the screen: which candidates may be shown, and which one of them is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nightcare.domain.course import Course, Held, Open, Step
from nightcare.domain.decide import LIVE, Drop, Hold, Show, Situation, decide, first_to_show
from nightcare.domain.guidance import next_tip, part_of_day
from nightcare.service.basis import Basis


def may_show(basis: Basis, course: Course, situation: Situation) -> bool:
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


def show_one(basis: Basis, shows: Sequence[Course], situation: Situation) -> None:
    """Show the first of those that may be shown; the others wait their turn or give way."""
    if not shows:
        return
    now = situation.now
    evening = frozenset(one.name for one in basis.schedule.enabled if one.evening)
    (first, *waiting), giving_way = first_to_show(shows, evening, now)
    for course in basis.journal.unsettled():
        if isinstance(course.state, Open) and course.key != first.key:
            _give_way(basis, course, course.state, now)
    for course in waiting:
        _hold_in_line(basis, course, now)
    for course in giving_way:
        basis.decided(course, "drop", Step.ANOTHER, now)
        basis.settle(course.give_up(now, Step.ANOTHER))
    basis.decided(first, "show", Step.SHOW, now)
    _give(basis, first, situation)


def _give_way(basis: Basis, course: Course, state: Open, now: datetime) -> None:
    """Another takes the place on the screen; what nobody has seen yet comes after it."""
    if state.shown is None and now - course.fresh_from <= LIVE:
        _hold_in_line(basis, course, now)
    else:
        basis.settle(course.give_up(now, Step.ANOTHER))


def _hold_in_line(basis: Basis, course: Course, now: datetime) -> None:
    if course.state != Held(Step.ANOTHER):
        basis.decided(course, "hold", Step.ANOTHER, now)
        basis.journal.save(course.held(Step.ANOTHER))


def _give(basis: Basis, course: Course, situation: Situation) -> None:
    reminder = basis.schedule.named(course.key.reminder)
    tip = course.tip
    if tip is None and reminder.text is None:
        moment = part_of_day(situation.now, situation.day)
        tips = basis.words.guidance.tips
        chosen = next_tip(tips, reminder.topic, moment, basis.journal.tips_shown())
        if chosen is not None:
            tip = chosen.id
            basis.journal.tip_shown(tip, situation.now)
    basis.journal.save(course.given(reminder, tip))
