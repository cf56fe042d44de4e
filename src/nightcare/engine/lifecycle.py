"""The effects of time on occurrences: they fall due, return, repeat and expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    Due,
    Held,
    Outcome,
    Snoozed,
    begin,
    skipped_days,
)
from nightcare.domain.plan_change import PlanChange
from nightcare.domain.policy import Drop, Situation, decide, review
from nightcare.domain.reasons import Reason
from nightcare.domain.recurrence import between, planned, postponed
from nightcare.domain.reminders import Every, Key, Occurrence, Reminder
from nightcare.domain.shared_acts import answered_elsewhere
from nightcare.engine.context import Context
from nightcare.engine.guided_routine import GuidedRoutine
from nightcare.engine.ports import JournalPort
from nightcare.engine.reschedule import unreached

_LOOKS_BACK = timedelta(days=400)
"""The longest time for which missed occurrences are recorded after the machine was off, or its
clock wrong."""

_FAR_AHEAD = timedelta(hours=2)
"""The largest usual correction of a clock; occurrences that were seen less far ahead are kept."""


def apply_answers_elsewhere(context: Context, now: datetime) -> None:
    """Apply answers on other computers to the occurrences without an outcome (now in UTC).

    The bridge applies an act when it receives it, but an undo here may have restored the state
    before it.
    """
    for delivery in context.journal.unsettled():
        changed = _as_elsewhere(context, delivery, now)
        if changed.settled:
            context.settle(changed)
        elif changed != delivery:
            context.journal.save(changed)


def _as_elsewhere(context: Context, delivery: Delivery, now: datetime) -> Delivery:
    acts = context.journal.acts_elsewhere(delivery.key)
    changed = answered_elsewhere(delivery, acts, now) if acts else delivery
    if changed != delivery:
        # Record it now, because afterwards the undone answer would look like one that is valid.
        context.journal.record_undone(delivery, now)
    return changed


def expire(context: Context, situation: Situation) -> None:
    """Take occurrences off the screen whose time is over, or that may not be shown now."""
    for delivery in context.journal.unsettled():
        reviewed = review(delivery, context.schedule.reminder(delivery.key.reminder), situation)
        if reviewed.settled:
            context.settle(reviewed)
        elif reviewed != delivery:
            context.journal.save(reviewed)


def candidates(
    context: Context, guided_routine: GuidedRoutine, situation: Situation
) -> list[Delivery]:
    """Return the candidates for the screen: newly due, back from a snooze, held, or to repeat."""
    now = situation.now
    new = _newly_due(context, guided_routine, situation)
    _move(context, now)
    _keep_one_each(context, now)
    unsettled = context.journal.unsettled()
    screen_taken = any(one.displayed is not None for one in unsettled)
    repeats = any(
        isinstance(one.state, Active) and one.state.again is not None and one.state.again <= now
        for one in unsettled
    )
    found = []
    for delivery in unsettled:
        match delivery.state:
            case Due():
                found.append(delivery)
            case Snoozed(until) if until <= now:
                found.append(delivery)
            case Held() if not screen_taken or new or repeats:
                found.append(delivery)
            case Active(again=again) as state if again is not None and again <= now:
                found.append(delivery.repeated(state, again))
    return found


def moved_by_person(journal: JournalPort) -> frozenset[Key]:
    """Return the occurrences that a change of the plan has moved to before the last update."""
    return frozenset(one.key for one in journal.unsettled() if isinstance(one.state, Due))


def _newly_due(
    context: Context, guided_routine: GuidedRoutine, situation: Situation
) -> list[Delivery]:
    """Begin the deliveries of occurrences that fell due since the last update."""
    now = situation.now
    updated = context.journal.global_state().updated or now
    if now < updated:
        _set_back(context, updated, now)
        due = _fresh_again(context, updated, now)
    else:
        after = max(updated, now - _LOOKS_BACK)
        due = between(context.schedule.enabled, context.calendar(), after, now)
    known = context.journal.known(one.key for one in due)
    new = [one for one in due if one.key not in known]
    # Occurrences that a change of the plan moved to before the last update have a delivery.
    moved = [one for one in context.journal.unsettled() if isinstance(one.state, Due)]
    seen = {one.key for one in moved if one.seen}
    begun = []
    for occurrence in sorted([*(one.occurrence for one in moved), *new], key=lambda one: one.due):
        reminder = context.schedule.reminder(occurrence.key.reminder)
        if reminder is None:
            continue
        fresh = replace(begin(occurrence, reminder.topic), seen=occurrence.key in seen)
        delivery = _as_elsewhere(context, fresh, now)
        if delivery.settled:
            context.record_decision(delivery, "drop", Reason.ANSWERED, now)
            context.settle(delivery)
        elif guided_routine.reminder(context.journal) == reminder.name:
            # The person is doing that stretch now.
            context.settle(delivery.give_up(now, Reason.ROUTINE))
        elif (reminder.name, occurrence.key.care_day) in skipped_days(
            context.journal.of_care_day(occurrence.key.care_day)
        ):
            context.settle(delivery.settle(Outcome.SKIPPED, now, Reason.SKIPPED_TODAY))
        elif _later_came(context, delivery, reminder, now):
            context.settle(delivery.give_up(now, Reason.SUPERSEDED))
        elif isinstance(verdict := decide(delivery, reminder, situation), Drop):
            # An occurrence that is dropped does not end an earlier one.
            context.record_decision(delivery, "drop", verdict.step, now)
            context.settle(delivery.give_up(now, verdict.step))
        else:
            _supersede(context, occurrence.key, now)
            context.journal.save(delivery)
            begun.append(delivery)
    return begun


def _set_back(context: Context, updated: datetime, now: datetime) -> None:
    """Undo the effects of a clock that ran ahead on unanswered occurrences.

    Occurrences that are due later than now come at their time: those that were seen or snoozed only
    if they are far ahead, and expired ones only if they are a day ahead. Those that were due
    before, and were missed later than now, come up again while they are fresh. A pause keeps its
    remaining length; "Good night" and another bedtime of a future care day are forgotten.

    Args:
        context: The schedule, zone, journal and texts in use.
        updated: The instant (UTC) at which the clock was.
        now: The instant (UTC) to which it was set back.
    """
    if updated > now + _FAR_AHEAD:
        _set_state_back(context, updated, now)
    guided = context.journal.routine_key()
    for delivery in context.journal.since(now - ONE_DAY):
        state = delivery.state
        closed = state if isinstance(state, Closed) else None
        stands = closed is not None and closed.outcome not in {Outcome.MISSED, Outcome.EXPIRED}
        if stands or delivery.key == guided:
            continue
        stays = timedelta(0)
        if delivery.seen or delivery.snoozes > 0:
            stays = _FAR_AHEAD if closed is None else ONE_DAY
        if delivery.occurrence.due > now + stays:
            context.journal.forget(delivery.key)
        elif closed is not None and closed.outcome is Outcome.MISSED and closed.at > now:
            reminder = context.schedule.reminder(delivery.key.reminder)
            if delivery.snoozes == 0 and delivery.is_fresh(reminder, now):
                context.journal.save(begin(delivery.occurrence, delivery.topic))
    # A change of the plan may have put a moment behind that clock that is still to come now.
    plan = context.plan()
    for delivery in unreached(context.journal, PlanChange(plan, plan), now):
        if delivery.key != guided:
            context.journal.forget(delivery.key)


def _set_state_back(context: Context, updated: datetime, now: datetime) -> None:
    """Set the global state back from a clock that ran far ahead to now (both UTC)."""
    state, today = context.journal.global_state(), context.calendar().at(now).date
    paused_until, good_night = state.paused_until, state.good_night
    if paused_until is not None and paused_until > updated:
        paused_until = now + (paused_until - updated)
    if good_night is not None and good_night > today:
        good_night = None
    tonight = {day: bedtime for day, bedtime in state.tonight.items() if day <= today}
    changed = replace(state, paused_until=paused_until, good_night=good_night, tonight=tonight)
    context.journal.save_global_state(changed)


def _fresh_again(context: Context, ahead: datetime, now: datetime) -> list[Occurrence]:
    """Return occurrences that were too late by a clock that ran ahead, and are fresh now.

    A change of the plan may have put them behind that clock, so that they have no record.

    Args:
        context: The schedule, zone, journal and texts in use.
        ahead: The instant (UTC) at which the clock was.
        now: The instant (UTC) to which it was set back.
    """
    began = context.journal.global_state().began or now
    return [
        one
        for reminder in context.schedule.enabled
        for one in between(
            [reminder],
            context.calendar(),
            max(began, now - reminder.fresh),
            min(now, ahead - reminder.fresh),
        )
    ]


def _later_came(context: Context, delivery: Delivery, reminder: Reminder, now: datetime) -> bool:
    """Return whether a later occurrence has taken the place of one that comes up now (UTC).

    For an `every` this includes one with an outcome, because its moments stand for each other. An
    occurrence that was answered ahead takes no other's place, nor does one that came up by a clock
    that ran ahead.
    """
    others = context.journal.unsettled()
    every = isinstance(reminder.timing, Every)
    if every:
        others = [*others, *context.journal.of_care_day(delivery.key.care_day)]
    calendar = context.calendar()

    def moment(one: Delivery) -> datetime:
        # An earlier plan may have had the occurrence at a later moment than this one.
        moved = None if every else planned(reminder, calendar, one.key)
        return one.occurrence.due if moved is None else min(one.occurrence.due, moved.due)

    return any(
        delivery.occurrence.due <= moment(one) <= now
        for one in others
        if one.key.reminder == reminder.name and one.key != delivery.key
        if not (isinstance(one.state, Due) or one.answered_ahead)
    )


def _move(context: Context, now: datetime) -> None:
    """Move unanswered occurrences with an edit, another bedtime, or the time zone.

    Those that move ahead leave the screen and come at their new moment. Those whose moment no
    longer exists are dropped, unless the person has seen or snoozed them.
    """
    calendar, guided = context.calendar(), context.journal.routine_key()
    for delivery in context.journal.unsettled():
        reminder = context.schedule.reminder(delivery.key.reminder)
        moved = postponed(delivery, reminder, calendar, now, guided)
        if moved is not None:
            context.journal.forget(delivery.key)
            context.log("log_moved", reminder=delivery.key.reminder, due=moved.due)
        elif reminder is not None and isinstance(delivery.state, Held | Active):
            seen = delivery.seen or delivery.snoozes > 0
            if not seen and planned(reminder, calendar, delivery.key) is None:
                context.settle(delivery.give_up(now, Reason.DISABLED))


def _keep_one_each(context: Context, now: datetime) -> None:
    """End all but one unanswered occurrence of each reminder: its routine's, else the latest.

    An undo may have restored one beside another, and an answer may have snoozed it at once.
    """
    unsettled, guided = context.journal.unsettled(), context.journal.routine_key()
    ordered = sorted(unsettled, key=lambda one: (one.key == guided, one.occurrence.due))
    kept = {one.key.reminder: one.key for one in ordered}
    if len(kept) < len(unsettled):
        for name, key in kept.items():
            if context.schedule.reminder(name) is not None:
                _supersede(context, key, now)


def _supersede(context: Context, key: Key, now: datetime) -> None:
    """End the unanswered earlier occurrences of the same reminder."""
    reminder = context.schedule.named(key.reminder)
    for delivery in context.journal.unsettled():
        if delivery.key.reminder == key.reminder and delivery.key != key:
            fresh = delivery.is_fresh(reminder, now)
            context.settle(delivery.give_up(now, Reason.SUPERSEDED if fresh else Reason.TOO_LATE))
