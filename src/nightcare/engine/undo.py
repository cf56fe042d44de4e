"""Undo of the last action, with its effects on all occurrences."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from nightcare.domain.delivery import (
    Active,
    Closed,
    Delivery,
    Due,
    Held,
    Outcome,
    begin,
    skipped_days,
)
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import UserAction
from nightcare.domain.plan_change import Plan, PlanChange
from nightcare.domain.policy import IN_LINE
from nightcare.domain.reasons import Reason
from nightcare.domain.recurrence import planned
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort
from nightcare.engine.reschedule import closed_by_good_night, is_unreached, undo_plan_change

_CHANGED_BY: Mapping[str, tuple[str, ...]] = {
    "pause": ("paused_until",),
    "good-night": ("good_night",),
    "resume": ("paused_until", "good_night"),
    "tonight": ("tonight",),
}
"""The fields of the global state that each kind of action changes."""


@dataclass(frozen=True)
class Undo:
    """Undo of actions in a journal: the records that an action stored are restored together.

    A record is restored if it differs now because of the action. Later effects of time and of the
    person stay.

    Attributes:
        journal: The journal.
        schedule: The schedule in force.
        zone: The time zone of the person.
    """

    journal: JournalPort
    schedule: Schedule
    zone: tzinfo

    def undo(self, action: UserAction, now: datetime) -> None:
        """Undo the last action at an instant (UTC)."""
        ahead = [
            one
            for one in action.deliveries
            if isinstance(one.state, Due) and one.occurrence.due > action.at
        ]
        changed = [one for one in action.deliveries if one not in ahead]
        stored = {one.key: one for one in (*action.others, *changed)}
        restored = [self._as_seen_since(one) for one in changed]
        aside = [
            self._as_seen_since(one) for one in action.others if self._is_effect(one, action, now)
        ]
        undone = self.journal.global_state()
        # Settings that were changed since came from another computer, and stay.
        restored_fields: dict[str, Any] = {
            name: getattr(action.global_state, name) for name in _CHANGED_BY.get(action.what, ())
        }
        state = replace(undone, **restored_fields)
        self.journal.save_global_state(state)
        for one in ahead:
            self._undo_answer_ahead(one, now)
        # First remove occurrences that came because of the action, because they would take the
        # place of the restored ones.
        old, new = (Plan.of(self.schedule, self.zone, one) for one in (undone, state))
        undo_plan_change(self.journal, PlanChange(old, new), action.at, now, stored)
        if any(one.displayed is not None for one in (*restored, *aside)):
            self._requeue(action.others)
        for delivery in restored:
            if self._is_to_come(delivery, state, now):
                self.journal.forget(delivery.key)
            else:
                self.journal.save(self._reopened(delivery, stored, action.at, now))
        # Restore the one on the screen last, after the one that had taken its place has left.
        for delivery in sorted(aside, key=lambda one: one.displayed is not None):
            present = self.journal.delivery(delivery.key)
            ended = present is not None and present.settled
            if not (ended and self._replaced(delivery, stored, action.at, now)):
                self.journal.save(self._reopened(delivery, stored, action.at, now))
        self._undo_good_night(action, undone, now, stored)
        self.journal.forget_action(action)

    def _is_effect(self, stored: Delivery, action: UserAction, now: datetime) -> bool:
        """Return whether a record differs now (UTC) because of an action.

        The action, or its changed plan, has forgotten or moved the occurrence; or it gave way,
        while fresh, to one that came because of the action.
        """
        present = self.journal.delivery(stored.key)
        if present is None:
            # When a clock is set back, future occurrences are forgotten, and come by themselves.
            back = stored.seen or stored.settled or stored.occurrence.due <= now
            return back and not self._is_to_come(stored, action.global_state, now)
        if present.occurrence != stored.occurrence:
            return stored.key != self.journal.routine_key()
        if stored.settled:
            return False
        if isinstance(present.state, Closed):
            reasons = {Reason.ANOTHER, Reason.SUPERSEDED}
            gave_way = present.state.outcome is Outcome.MISSED or present.state.reason in reasons
            reminder = self.schedule.reminder(stored.key.reminder)
            return gave_way and present.state.at >= action.at and stored.is_fresh(reminder, now)
        return stored.displayed is not None and present.state in IN_LINE

    def _is_to_come(self, stored: Delivery, state: GlobalState, now: datetime) -> bool:
        """Return whether it was not seen, and a journey since has moved it into the future."""
        reminder = self.schedule.reminder(stored.key.reminder)
        if reminder is None or not is_unreached(stored):
            return False
        moment = planned(reminder, self.schedule.calendar(self.zone, state), stored.key)
        return moment is not None and moment.due > now

    def _undo_answer_ahead(self, delivery: Delivery, now: datetime) -> None:
        """Reopen an occurrence that was answered before its moment."""
        calendar = self.schedule.calendar(self.zone, self.journal.global_state())
        reminder = self.schedule.reminder(delivery.key.reminder)
        moment = None if reminder is None else planned(reminder, calendar, delivery.key)
        moment = moment or delivery.occurrence
        self.journal.forget(delivery.key)
        if moment.due <= now:
            self.journal.save(begin(moment, delivery.topic))

    def _undo_good_night(
        self,
        action: UserAction,
        undone: GlobalState,
        now: datetime,
        stored: Mapping[Key, Delivery],
    ) -> None:
        """Reopen the occurrences that "Good night" closed, or close the evening again."""
        state = self.journal.global_state()
        today = self.schedule.calendar(self.zone, state).at(now).date
        if undone.good_night == today != state.good_night:
            for delivery in closed_by_good_night(self.journal, self.schedule, undone, now):
                assert isinstance(delivery.state, Closed)
                # Occurrences that an earlier "Good night" closed stay closed. For an action by a
                # clock that ran ahead, all of them count as closed by it.
                by_this = action.at > now or delivery.state.at >= action.at
                if by_this and delivery.key not in stored:
                    self.journal.save(begin(delivery.occurrence, delivery.topic))
        elif state.good_night == today != undone.good_night:
            for delivery in self.journal.unsettled():
                before = stored.get(delivery.key)
                # Occurrences that were open although the evening was closed stay as they were then.
                if before is None or (delivery.displayed is not None and before.displayed is None):
                    self.journal.save(delivery.give_up(now, Reason.GOOD_NIGHT))

    def _as_seen_since(self, stored: Delivery) -> Delivery:
        """Return a delivery as it was stored, but marked as seen if it has been shown since.

        A missed one that has been seen since has expired.
        """
        present = self.journal.delivery(stored.key)
        if present is None or not present.seen:
            return stored
        state = stored.state
        if isinstance(state, Closed) and state.outcome is Outcome.MISSED:
            state = replace(state, outcome=Outcome.EXPIRED)
        return replace(stored, seen=True, state=state)

    def _reopened(
        self, delivery: Delivery, stored: Container[Key], since: datetime, now: datetime
    ) -> Delivery:
        """Return a delivery in its former state; one that was on the screen is shown while fresh.

        It is not shown beside a later occurrence of its reminder that has taken its place, and it
        waits for an occurrence that has come on the screen meanwhile.
        """
        if delivery.settled:
            return delivery
        if self._replaced(delivery, stored, since, now):
            return delivery.give_up(now, Reason.SUPERSEDED)
        displayed = delivery.displayed
        if displayed is None:
            return delivery
        reminder = self.schedule.reminder(delivery.key.reminder)
        if reminder is None or self._screen_taken(delivery):
            return delivery.held(Reason.RESTARTED)
        closes = max(displayed.closes, delivery.fresh_until(reminder))
        return replace(delivery, state=Active(shown=None, closes=closes))

    def _replaced(
        self, delivery: Delivery, stored: Container[Key], since: datetime, now: datetime
    ) -> bool:
        """Return whether another occurrence of its reminder has taken its place since (UTC).

        One that was answered by a clock that ran ahead has not.
        """
        rivals = [*self.journal.unsettled(), *self.journal.of_care_day(delivery.key.care_day)]
        return any(
            not isinstance(one.state, Closed)
            or (one.occurrence.due > delivery.occurrence.due and since <= one.state.at <= now)
            for one in rivals
            if one.key.reminder == delivery.key.reminder
            if one.key not in stored and not one.answered_ahead
        )

    def _screen_taken(self, delivery: Delivery) -> bool:
        return any(
            one.displayed is not None for one in self.journal.unsettled() if one.key != delivery.key
        )

    def _requeue(self, deliveries: Iterable[Delivery]) -> None:
        """Hold again the occurrences that were held, and that the action brought on the screen."""
        guided = self.journal.routine_key()
        for delivery in deliveries:
            present = self.journal.delivery(delivery.key)
            if (
                isinstance(delivery.state, Held)
                and present is not None
                and present.open
                and delivery.key != guided
            ):
                self.journal.save(present.held(delivery.state.cause))


def days_skipped_by(journal: JournalPort, action: UserAction) -> frozenset[tuple[str, date]]:
    """Return the reminders that an action skipped for the rest of a care day, each with the day."""
    present = [journal.delivery(one.key) for one in action.deliveries]
    return skipped_days(one for one in present if one is not None)


def unskip(
    journal: JournalPort, action: UserAction, days: frozenset[tuple[str, date]], now: datetime
) -> None:
    """Reopen occurrences that were skipped only because they fell due on a skipped care day.

    Args:
        journal: The journal.
        action: The skip, which is undone already.
        days: The reminders that it skipped for the rest of a care day, each with the day.
        now: The instant (UTC).
    """
    restored = {one.key for one in action.deliveries}
    for one in [one for _, day in days for one in journal.of_care_day(day)]:
        skipped = isinstance(one.state, Closed) and one.state.reason is Reason.SKIPPED_TODAY
        if skipped and (one.key.reminder, one.key.care_day) in days and one.key not in restored:
            journal.forget(one.key)
            if one.occurrence.due <= now:
                journal.save(begin(one.occurrence, one.topic))
