"""What time does to occurrences: they fall due, return, are asked again, and expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightcare.domain.course import Course, Due, Held, Open, Outcome, Snoozed, Step, begin
from nightcare.domain.decide import Situation
from nightcare.domain.plan import between, planned
from nightcare.domain.reminders import Conduct, Key
from nightcare.service.basis import Basis
from nightcare.service.leading import Leading

_LOOKS_BACK = timedelta(days=400)
"""A machine that was off for longer, or whose clock was wrong by more, has missed no more."""


def take_off(basis: Basis, situation: Situation) -> None:
    """Take off the screen what has been there long enough, or may not be there now."""
    now = situation.now
    for course in basis.journal.unsettled():
        if not isinstance(course.state, Open):
            continue
        reminder = basis.schedule.reminder(course.key.reminder)
        if reminder is None or not reminder.enabled:
            basis.settle(course.give_up(now, Step.DISABLED))
        elif course.state.away:
            if course.state.again is None and course.state.closes <= now:
                basis.settle(course.settle(Outcome.EXPIRED, now))
        elif situation.paused_until is not None:
            basis.journal.save(course.held(Step.PAUSED))
        elif situation.presence.locked and reminder.quiet.locked is Conduct.HOLD:
            basis.journal.save(course.held(Step.LOCKED))
        elif course.state.closes <= now:
            _overdue(basis, course, course.state, now)


def _overdue(basis: Basis, course: Course, state: Open, now: datetime) -> None:
    if state.shown is None:
        basis.settle(course.give_up(now, Step.NOT_SHOWN))
    elif state.again is None:
        basis.settle(course.settle(Outcome.EXPIRED, now))
    else:
        basis.journal.save(replace(course, state=replace(state, away=True)))


def candidates(basis: Basis, leading: Leading, now: datetime) -> list[Course]:
    """All that may come on the screen now: newly due, back from a snooze, held, asked again."""
    new = _newly_due(basis, leading, now)
    _drop_moved(basis, now)
    screen_taken = any(
        isinstance(one.state, Open) and not one.state.away for one in basis.journal.unsettled()
    )
    found = []
    for course in basis.journal.unsettled():
        match course.state:
            case Due():
                found.append(course)
            case Snoozed(until) if until <= now:
                found.append(course)
            case Held() if not screen_taken or new:
                found.append(course)
            case Open(again=again) as state if again is not None and again <= now:
                found.append(course.asked_again(state, again))
    return found


def _newly_due(basis: Basis, leading: Leading, now: datetime) -> list[Course]:
    """Begin the courses of what has fallen due since the last reckoning."""
    reckoned = basis.journal.standing().reckoned or now
    if now < reckoned:
        # The clock was set back: what it had run ahead of, and nobody saw, is still to come.
        basis.journal.forget_unseen(now)
    after = max(min(reckoned, now), now - _LOOKS_BACK)
    due = between(basis.schedule.enabled, basis.calendar(), after, now)
    known = basis.journal.known(one.key for one in due)
    begun = []
    for occurrence in due:
        if occurrence.key not in known:
            topic = basis.schedule.named(occurrence.key.reminder).topic
            course = begin(occurrence, topic)
            if leading.reminder(basis.journal) == course.key.reminder:
                # It would ask for what is being done just now.
                basis.settle(course.give_up(now, Step.ROUTINE))
                continue
            _supersede(basis, occurrence.key, now)
            basis.journal.save(course)
            begun.append(course)
    return begun


def _drop_moved(basis: Basis, now: datetime) -> None:
    """Drop what is held for a moment that an edit, or another bedtime, has taken away since.

    One that was moved ahead still comes. What the person has seen or snoozed stays theirs.
    """
    for course in basis.journal.unsettled():
        reminder = basis.schedule.reminder(course.key.reminder)
        seen = course.seen or course.snoozes > 0
        if seen or reminder is None or not isinstance(course.state, Held):
            continue
        moved = planned(reminder, basis.calendar(), course.key)
        if moved is None:
            basis.settle(course.give_up(now, Step.DISABLED))
        elif moved.due > now:
            basis.journal.forget(course.key)


def _supersede(basis: Basis, key: Key, now: datetime) -> None:
    """End what an earlier occurrence of the same reminder has left unanswered."""
    fresh = basis.schedule.named(key.reminder).fresh
    for course in basis.journal.unsettled():
        if course.key.reminder == key.reminder:
            late = now > course.fresh_from + fresh
            basis.settle(course.give_up(now, Step.TOO_LATE if late else Step.SUPERSEDED))
