"""A forecast of the screen from an instant on, if the person is present and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from nightcare.domain.care_day import Calendar
from nightcare.domain.delivery import Active, Delivery
from nightcare.domain.global_state import GlobalState
from nightcare.domain.policy import (
    Show,
    Situation,
    closes_at,
    decide,
    first_to_show,
    shown_at_latest,
    waits_its_turn,
)
from nightcare.domain.schedule import Schedule


@dataclass(frozen=True)
class ScreenForecast:
    """The order in which open and waiting occurrences are shown.

    Attributes:
        schedule: The schedule in force.
        calendar: The care days, with tonight's bedtime.
        global_state: The state shared by all reminders.
        deliveries: Those without an outcome, apart from a routine under way.
        now: The instant (UTC).
    """

    schedule: Schedule
    calendar: Calendar
    global_state: GlobalState
    deliveries: Sequence[Delivery]
    now: datetime

    def turn(self, delivery: Delivery) -> datetime:
        """Return the time (UTC) at which a waiting delivery is shown if no other one waits."""
        return next(
            at
            for at, again in self._turns
            if again is None
            or not self.may_show(delivery, at)
            or self.ranked([delivery, again], at)[0] is delivery
        )

    def may_show(self, delivery: Delivery, at: datetime) -> bool:
        """Return whether the policy shows an occurrence at an instant (UTC)."""
        reminder = self.schedule.reminder(delivery.key.reminder)
        return isinstance(decide(delivery, reminder, self._situation(at)), Show)

    def ranked(self, deliveries: Iterable[Delivery], at: datetime) -> list[Delivery]:
        """Return the deliveries that are shown of those due at one instant (UTC), in order."""
        situation = self._situation(at)
        ordered = sorted(deliveries, key=_in_the_journal)
        ordered.sort(key=lambda one: self._latest(one, situation))
        evening = frozenset(one.name for one in self.schedule.enabled if one.evening)
        return first_to_show(ordered, evening, at)[0]

    @cached_property
    def _turns(self) -> list[tuple[datetime, Delivery | None]]:
        """The instants (UTC) at which the screen is free, or the open occurrence is repeated."""
        there = next((one for one in self.deliveries if one.displayed is not None), None)
        if there is None:
            return [(self.now, None)]
        reminder = self.schedule.reminder(there.key.reminder)
        turns: list[tuple[datetime, Delivery | None]] = []
        showing, state = self._shown(there, self.now)
        while state.again is not None and state.again <= state.closes:
            again = showing.repeated(state, state.again)
            if reminder is None or not self.may_show(again, state.again):
                return [*turns, (state.again, None)]
            turns.append((state.again, again))
            showing, state = self._shown(again.given(reminder, again.tip), state.again)
        return [*turns, (state.closes, None)]

    def _shown(self, delivery: Delivery, at: datetime) -> tuple[Delivery, Active]:
        """Return the delivery that was given to the screen, in its state once shown (UTC)."""
        reminder, state = self.schedule.reminder(delivery.key.reminder), delivery.state
        assert isinstance(state, Active)
        decided = state.shown is None and state.delivery.refusal is None
        if reminder is None or not decided:
            return delivery, state
        delivery = delivery.shown(reminder, at)
        situation = self._situation(at)
        latest = [
            self._latest(one, situation)
            for one in self.deliveries
            if waits_its_turn(one, self.schedule.reminder(one.key.reminder), situation)
        ]
        state = delivery.state
        assert isinstance(state, Active)
        state = replace(state, closes=closes_at(at, reminder, latest))
        return replace(delivery, state=state), state

    def _latest(self, delivery: Delivery, situation: Situation) -> datetime:
        return shown_at_latest(delivery, self.schedule.named(delivery.key.reminder), situation.day)

    def _situation(self, at: datetime) -> Situation:
        day = self.calendar.at(at)
        return Situation(
            now=at,
            day=day,
            paused_until=self.global_state.paused_until,
            good_night=self.global_state.good_night == day.date,
        )


def _in_the_journal(delivery: Delivery) -> tuple[datetime, str, date, str]:
    key = delivery.key
    return delivery.occurrence.due, key.reminder, key.care_day, key.slot
