"""The effects of time on occurrences: they fall due, return, repeat and expire."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    Due,
    Held,
    Outcome,
    Reason,
    Snoozed,
    begin,
)
from nightcare.domain.plan_change import postponed
from nightcare.domain.policy import Situation, review
from nightcare.domain.recurrence import between, planned
from nightcare.domain.reminders import Every, Key, Reminder
from nightcare.engine.context import Context
from nightcare.engine.guided_routine import GuidedRoutine
from nightcare.engine.ports import JournalPort

_LOOKS_BACK = timedelta(days=400)
"""A machine that was off for longer, or whose clock was wrong by more, has missed no more."""


def expire(basis: Context, situation: Situation) -> None:
    """Take off the screen what has been there long enough, or may not be there now."""
    for course in basis.journal.unsettled():
        reviewed = review(course, basis.schedule.reminder(course.key.reminder), situation)
        if reviewed.settled:
            basis.settle(reviewed)
        elif reviewed != course:
            basis.journal.save(reviewed)


def candidates(basis: Context, leading: GuidedRoutine, now: datetime) -> list[Delivery]:
    """Return the candidates for the screen: newly due, back from a snooze, held, or to repeat."""
    new = _newly_due(basis, leading, now)
    _move(basis, now)
    unsettled = basis.journal.unsettled()
    screen_taken = any(one.displayed is not None for one in unsettled)
    asks_again = any(
        isinstance(one.state, Active) and one.state.again is not None and one.state.again <= now
        for one in unsettled
    )
    found = []
    for course in unsettled:
        match course.state:
            case Due():
                found.append(course)
            case Snoozed(until) if until <= now:
                found.append(course)
            case Held() if not screen_taken or new or asks_again:
                found.append(course)
            case Active(again=again) as state if again is not None and again <= now:
                found.append(course.asked_again(state, again))
    return found


def moved_by_the_person(journal: JournalPort) -> frozenset[Key]:
    """Return what a change of the plan has moved behind the last reckoning, before the next one."""
    return frozenset(one.key for one in journal.unsettled() if isinstance(one.state, Due))


def _newly_due(basis: Context, leading: GuidedRoutine, now: datetime) -> list[Delivery]:
    """Begin the courses of what has fallen due since the last reckoning."""
    reckoned = basis.journal.global_state().reckoned or now
    if now < reckoned:
        _take_back_missed(basis, now)
    after = max(min(reckoned, now), now - _LOOKS_BACK)
    due = between(basis.schedule.enabled, basis.calendar(), after, now)
    known = basis.journal.known(one.key for one in due)
    new = [one for one in due if one.key not in known]
    # What a change of the plan has moved behind the last reckoning has a course already.
    moved = [one.occurrence for one in basis.journal.unsettled() if isinstance(one.state, Due)]
    begun = []
    for occurrence in sorted([*moved, *new], key=lambda one: one.due):
        reminder = basis.schedule.reminder(occurrence.key.reminder)
        if reminder is None:
            continue
        course = begin(occurrence, reminder.topic)
        if leading.reminder(basis.journal) == reminder.name:
            # It would ask for what is being done just now.
            basis.settle(course.give_up(now, Reason.ROUTINE))
        elif _later_came(basis, course, reminder):
            basis.settle(course.give_up(now, Reason.SUPERSEDED))
        else:
            _supersede(basis, occurrence.key, now)
            basis.journal.save(course)
            begun.append(course)
    return begun


def _take_back_missed(basis: Context, now: datetime) -> None:
    """Forget what a clock that ran ahead has brought up and nobody saw (now in UTC).

    What is due later comes then. What was due before, and was missed only later than now, comes up
    again while it is fresh.
    """
    basis.journal.forget_unseen(now)
    for course in basis.journal.since(now - ONE_DAY):
        match course.state:
            case Closed(Outcome.MISSED, at) if at > now and course.snoozes == 0:
                reminder = basis.schedule.reminder(course.key.reminder)
                if reminder is not None and now <= course.fresh_from + reminder.fresh:
                    basis.journal.save(begin(course.occurrence, course.topic))


def _later_came(basis: Context, course: Delivery, reminder: Reminder) -> bool:
    """Return whether a later occurrence has taken the place of one that comes up only now.

    Of an `every` also one that has its outcome: its moments stand for each other.
    """
    others = basis.journal.unsettled()
    every = isinstance(reminder.timing, Every)
    if every:
        others = [*others, *basis.journal.of_care_day(course.key.care_day)]
    calendar = basis.calendar()

    def moment(one: Delivery) -> datetime:
        # By an earlier plan a moment that is earlier by this one may have come later.
        moved = None if every else planned(reminder, calendar, one.key)
        return one.occurrence.due if moved is None else min(one.occurrence.due, moved.due)

    return any(
        moment(one) >= course.occurrence.due
        for one in others
        if one.key.reminder == reminder.name and one.key != course.key
        if not isinstance(one.state, Due)
    )


def _move(basis: Context, now: datetime) -> None:
    """Let what is unanswered move with an edit, another bedtime, or the time zone.

    What moves ahead leaves the screen and comes at its new moment. What is held or not drawn yet,
    for a moment that is no more, does not come; what the person has seen or snoozed stays theirs.
    """
    calendar, led = basis.calendar(), basis.journal.routine_session()
    for course in basis.journal.unsettled():
        reminder = basis.schedule.reminder(course.key.reminder)
        moved = postponed(course, reminder, calendar, now, None if led is None else led.key)
        if moved is not None:
            basis.journal.forget(course.key)
            basis.tell("log_moved", reminder=course.key.reminder, due=moved.due)
        elif reminder is not None and isinstance(course.state, Held | Active):
            seen = course.seen or course.snoozes > 0
            if not seen and planned(reminder, calendar, course.key) is None:
                basis.settle(course.give_up(now, Reason.DISABLED))


def _supersede(basis: Context, key: Key, now: datetime) -> None:
    """End what an earlier occurrence of the same reminder has left unanswered."""
    fresh = basis.schedule.named(key.reminder).fresh
    for course in basis.journal.unsettled():
        if course.key.reminder == key.reminder and course.key != key:
            late = now > course.fresh_from + fresh
            basis.settle(course.give_up(now, Reason.TOO_LATE if late else Reason.SUPERSEDED))
