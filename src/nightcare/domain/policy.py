"""The policy: whether an occurrence is shown, held or dropped, and how long it stays open.

`decide` and `review` try their steps in order; a new reason not to show is a further step.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nightcare.domain.care_day import AFTER_BEDTIME, CareDay
from nightcare.domain.delivery import Active, Delivery, DeliveryStatus, Held, Outcome, Snoozed
from nightcare.domain.reasons import Condition, Reason
from nightcare.domain.reminders import Key, Reminder
from nightcare.domain.snooze import chosen_for_night

LIVE = timedelta(minutes=1)
"""The time after its moment in which an occurrence counts as due now; later it is a return."""


Presence = frozenset[Condition]
"""The conditions that hold now; an unknown one counts as not holding."""


@dataclass(frozen=True)
class Situation:
    """The facts that a decision rests on.

    Attributes:
        now: The instant of the decision (UTC).
        day: The care day in which it falls.
        paused_until: The end of a pause (UTC).
        good_night: Whether the evening was closed with "Good night".
        presence: The conditions that hold.
        routine_under_way: Whether a routine must not be interrupted.
    """

    now: datetime
    day: CareDay
    paused_until: datetime | None = None
    good_night: bool = False
    presence: Presence = frozenset()
    routine_under_way: bool = False

    @property
    def silent(self) -> bool:
        """True if a pause, "Good night" or a locked screen ends a guided routine."""
        paused = self.paused_until is not None
        return self.good_night or paused or Condition.LOCKED in self.presence


@dataclass(frozen=True)
class Show:
    """The verdict to show the occurrence, and to close the one that is still open."""

    step: Reason = Reason.SHOW


@dataclass(frozen=True)
class Hold:
    """The verdict to hold the occurrence, and to show it on return if still fresh."""

    step: Reason


@dataclass(frozen=True)
class Drop:
    """The verdict not to show the occurrence at all."""

    step: Reason


Verdict = Show | Hold | Drop


def decide(delivery: Delivery, reminder: Reminder | None, situation: Situation) -> Verdict:
    """Decide on one occurrence whose moment, or whose return, has come.

    Args:
        delivery: The occurrence and its state.
        reminder: Its reminder as configured now; None if it is no longer configured.
        situation: The facts of the decision.
    """
    now = situation.now
    if delivery.settled:
        return Drop(Reason.ANSWERED)
    if situation.good_night:
        return Drop(Reason.GOOD_NIGHT)
    if reminder is None or not reminder.enabled:
        return Drop(Reason.DISABLED)
    if not delivery.is_fresh(reminder, now):
        return Drop(Reason.TOO_LATE)
    if situation.paused_until is not None and now < situation.paused_until:
        return Hold(Reason.PAUSED)
    if situation.day.asleep(now) and not _meant(delivery, situation):
        return Drop(Reason.ASLEEP)
    absent = _absent(reminder, situation.presence)
    if absent is not None:
        return Hold(absent)
    if situation.routine_under_way:
        return Hold(Reason.ROUTINE)
    return Show()


def review(delivery: Delivery, reminder: Reminder | None, situation: Situation) -> Delivery:
    """Return an open occurrence in its next state: unchanged, off the screen, held or settled.

    Args:
        delivery: The occurrence, which is open.
        reminder: Its reminder as configured now; None if it is no longer configured.
        situation: The facts of the decision.
    """
    now, state = situation.now, delivery.state
    if not isinstance(state, Active):
        return delivery
    if reminder is None or not reminder.enabled:
        return delivery.give_up(now, Reason.DISABLED)
    if state.away:
        expired = state.again is None and state.closes <= now
        return delivery.settle(Outcome.EXPIRED, now) if expired else delivery
    if situation.paused_until is not None:
        return delivery.held(Reason.PAUSED)
    # Other conditions hold back coming reminders, and leave those on the screen.
    if Condition.LOCKED in situation.presence and reminder.held_while(Condition.LOCKED):
        return delivery.held(Reason.LOCKED)
    return _overdue(delivery, state, now) if state.closes <= now else delivery


def _overdue(delivery: Delivery, state: Active, now: datetime) -> Delivery:
    """Return an occurrence whose time on the screen is over in its next state."""
    if state.shown is None:
        never_sent = state.delivery in _NEVER_SENT
        return delivery.give_up(now, Reason.NOT_SHOWN if never_sent else Reason.REFUSED)
    if state.again is None:
        return delivery.settle(Outcome.EXPIRED, now)
    return replace(delivery, state=replace(state, away=True))


_NEVER_SENT = frozenset({DeliveryStatus.DECIDED, DeliveryStatus.NO_SERVER, DeliveryStatus.FAILED})


def shown_at_latest(delivery: Delivery, reminder: Reminder, day: CareDay) -> datetime:
    """Return the instant (UTC) up to which an occurrence may be shown on the care day `day`."""
    stale = delivery.fresh_until(reminder)
    return stale if chosen_for_night(delivery, day) else min(stale, day.bedtime + AFTER_BEDTIME)


def _meant(delivery: Delivery, situation: Situation) -> bool:
    """Return whether it comes in the night by the person's choice, and not as a late return."""
    # The last snooze offered ends just when late returns are dropped, and an alarm is never early.
    state = delivery.state
    ends_now = isinstance(state, Snoozed) and situation.now - state.until <= LIVE
    return ends_now or chosen_for_night(delivery, situation.day)


def _absent(reminder: Reminder, presence: Presence) -> Reason | None:
    """Return the first condition that holds this reminder back."""
    for condition in Condition:
        if condition in presence and reminder.held_while(condition):
            return Reason.of(condition)
    return None


IN_LINE = (Held(Reason.ANOTHER), Held(Reason.ROUTINE), Held(Reason.RESTARTED))
"""The states of occurrences that only wait for the screen, or were taken off it unanswered."""


def first_to_show(
    deliveries: Iterable[Delivery],
    evening: frozenset[str],
    now: datetime,
    moved: Container[Key] = frozenset(),
) -> tuple[list[Delivery], list[Delivery]]:
    """Rank the occurrences that may be shown now, because only one is shown at a time.

    A first showing comes before a repeat, then evening reminders, then snoozed ones, then the
    freshest.

    Args:
        deliveries: The occurrences that `decide` would show.
        evening: The names of the evening reminders.
        now: The instant (UTC).
        moved: The occurrences that a change of the plan by the person has made due just now.

    Returns:
        The one to show, followed by those that may wait for their turn, because they are due just
        now or have waited before; and those that were held or missed and give way on a return.
    """

    def rank(delivery: Delivery) -> tuple[bool, bool, bool, datetime]:
        asked_for = isinstance(delivery.state, Snoozed)
        return (
            delivery.showings == 0,
            delivery.key.reminder in evening,
            asked_for,
            delivery.fresh_from,
        )

    def may_wait(delivery: Delivery) -> bool:
        due_now = now - delivery.fresh_from <= LIVE or delivery.key in moved
        return due_now or delivery.state in IN_LINE

    ranked = sorted(deliveries, key=rank, reverse=True)
    waiting = [delivery for delivery in ranked if delivery is ranked[0] or may_wait(delivery)]
    giving_way = [delivery for delivery in ranked if delivery not in waiting]
    return waiting, giving_way


def waits_its_turn(delivery: Delivery, reminder: Reminder | None, situation: Situation) -> bool:
    """Return whether an occurrence waits for the screen alone, to be shown for the first time."""
    if delivery.seen or reminder is None or not isinstance(delivery.state, Held):
        return False
    if delivery.state != Held(Reason.ANOTHER) and not reminder.evening:
        return False
    return isinstance(decide(delivery, reminder, situation), Show)


SHORTEST_SHARE = timedelta(minutes=1)
"""The shortest time on the screen while others wait."""


def closes_at(shown: datetime, reminder: Reminder, latest: Sequence[datetime]) -> datetime:
    """Return when to close the one on the screen, so that all that wait are shown while fresh.

    The time until each has to be shown is divided evenly among those up to it, itself included.

    Args:
        shown: The instant (UTC) since which it is on the screen.
        reminder: Its reminder.
        latest: The instant (UTC) up to which each of those that wait may be shown.
    """
    if not latest:
        return shown + reminder.stays
    share = max(SHORTEST_SHARE, _share([end - shown for end in latest]))
    return shown + min(reminder.stays, share)


def fits_on_screen(waiting: Sequence[timedelta]) -> bool:
    """Return whether all that wait for the screen can be shown in time.

    Args:
        waiting: The time for which each of them may still be shown.
    """
    return not waiting or _share(waiting) >= SHORTEST_SHARE


def _share(waiting: Sequence[timedelta]) -> timedelta:
    return min(length / (2 + place) for place, length in enumerate(sorted(waiting)))
