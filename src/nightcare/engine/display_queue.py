"""The queue for the screen: which candidates may be shown, and which one is."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

from nightcare.domain.delivery import Active, Delivery, DeliveryStatus, Held
from nightcare.domain.guidance import next_tip, part_of_day
from nightcare.domain.policy import (
    Drop,
    Hold,
    Show,
    Situation,
    closes_at,
    decide,
    first_to_show,
    shown_at_latest,
    waits_its_turn,
)
from nightcare.domain.reasons import Reason
from nightcare.domain.reminders import Key
from nightcare.engine.context import Context


def _may_show(context: Context, delivery: Delivery, situation: Situation) -> bool:
    """Apply the policy to a candidate; return whether it may be shown now."""
    reminder = context.schedule.reminder(delivery.key.reminder)
    verdict = decide(delivery, reminder, situation)
    match verdict:
        case Show():
            return True
        case Hold(step):
            if delivery.state != Held(step):
                context.record_decision(delivery, "hold", step, situation.now)
                context.journal.save(delivery.held(step))
        case Drop(step):
            context.record_decision(delivery, "drop", step, situation.now)
            context.settle(delivery.give_up(situation.now, step))
    return False


def show_one(
    context: Context, found: Sequence[Delivery], situation: Situation, moved: Container[Key]
) -> None:
    """Show the first of the candidates that may be shown; the others wait or give way.

    Args:
        context: The schedule, zone, journal and texts in use.
        found: The candidates.
        situation: The facts of the decision.
        moved: The occurrences that a change of the plan by the person has made due just now.
    """
    shows = [one for one in found if _may_show(context, one, situation)]
    candidates = {one.key for one in shows}
    came = {one.key for one in found if not isinstance(one.state, Held)}
    unsettled = context.journal.unsettled()
    taken = any(one.displayed is not None for one in unsettled if one.key not in candidates)
    if not shows or (taken and not any(one.key in came for one in unsettled)):
        # If all candidates were dropped, none takes the place of the one on the screen.
        return
    now = situation.now
    evening = frozenset(one.name for one in context.schedule.enabled if one.evening)
    # Of equal rank, the one that is stale first is shown first.
    shows = sorted(shows, key=lambda one: _latest(context, one, situation))
    (first, *waiting), giving_way = first_to_show(shows, evening, now, moved)
    for delivery in unsettled:
        if isinstance(delivery.state, Active) and delivery.key not in candidates:
            _give_way(context, delivery, delivery.state, now)
    for delivery in waiting:
        _hold_in_line(context, delivery, now)
    for delivery in giving_way:
        context.record_decision(delivery, "drop", Reason.ANOTHER, now)
        context.settle(delivery.give_up(now, Reason.ANOTHER))
    context.record_decision(first, "show", Reason.SHOW, now)
    _give(context, first, situation)


def share_screen(context: Context, situation: Situation) -> None:
    """Close the occurrence on the screen in time to show all that wait while they are fresh."""
    unsettled = context.journal.unsettled()
    guided = context.journal.routine_key()
    for delivery in unsettled:
        state, reminder = delivery.displayed, context.schedule.reminder(delivery.key.reminder)
        if state is None or state.shown is None or reminder is None or delivery.key == guided:
            continue
        latest = [
            _latest(context, one, situation)
            for one in unsettled
            if waits_its_turn(one, context.schedule.reminder(one.key.reminder), situation)
        ]
        closes = closes_at(state.shown, reminder, latest)
        if situation.presence:
            # Occurrences that are held for an absence may return at any moment.
            closes = min(closes, state.closes)
        if closes != state.closes:
            context.journal.save(replace(delivery, state=replace(state, closes=closes)))


def _latest(context: Context, delivery: Delivery, situation: Situation) -> datetime:
    """Return the instant (UTC) up to which it may be shown."""
    return shown_at_latest(delivery, context.schedule.named(delivery.key.reminder), situation.day)


def _give_way(context: Context, delivery: Delivery, state: Active, now: datetime) -> None:
    """Give the place on the screen to another occurrence.

    One that was not seen yet, or has just come back from a snooze, is shown after it.
    """
    if state.away and state.delivery is DeliveryStatus.TAKEN_OFF and now < state.closes:
        # The server closed it, not the person, so it can still be answered, and be repeated.
        return
    if state.shown is None and (not delivery.seen or delivery.showings <= 1):
        _hold_in_line(context, delivery, now)
    else:
        context.settle(delivery.give_up(now, Reason.ANOTHER))


def _hold_in_line(context: Context, delivery: Delivery, now: datetime) -> None:
    if delivery.state != Held(Reason.ANOTHER):
        context.record_decision(delivery, "hold", Reason.ANOTHER, now)
        context.journal.save(delivery.held(Reason.ANOTHER))


def _give(context: Context, delivery: Delivery, situation: Situation) -> None:
    reminder = context.schedule.named(delivery.key.reminder)
    tip = delivery.tip
    if tip is None and reminder.text is None:
        moment = part_of_day(situation.now, situation.day)
        tips = context.translator.guidance.tips
        chosen = next_tip(tips, reminder.topic, moment, context.journal.tips_shown())
        if chosen is not None:
            tip = chosen.id
            context.journal.record_tip(tip, situation.now)
    context.journal.save(delivery.given(reminder, tip))
