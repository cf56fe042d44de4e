"""Undo of the last act: what it changed, what it let come, and what it kept from coming."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.delivery import Active, Closed, Delivery, Held, Outcome, Reason, begin
from nightcare.domain.global_state import GlobalState
from nightcare.domain.history import UserAction
from nightcare.domain.plan_change import Plan, PlanChange
from nightcare.domain.policy import IN_LINE
from nightcare.domain.reminders import Key
from nightcare.domain.schedule import Schedule
from nightcare.engine.ports import JournalPort
from nightcare.engine.reschedule import undo_plan_change


def plan_of(schedule: Schedule, zone: tzinfo, standing: GlobalState) -> Plan:
    """Return the plan of a schedule, with the bedtimes that hold instead of its own."""
    return Plan(schedule.enabled, Calendar(schedule.sleep, zone, standing.tonight))


def closed_by_good_night(
    journal: JournalPort, schedule: Schedule, standing: GlobalState, now: datetime
) -> list[Delivery]:
    """Return what fell due after "Good night" and is still fresh at an instant (UTC)."""
    if standing.good_night is None:
        return []
    return [
        course
        # A clock time may lie outside the hours of its care day.
        for day in (standing.good_night + days * ONE_DAY for days in (-1, 0, 1))
        for course in journal.of_care_day(day)
        if isinstance(course.state, Closed)
        and course.state.outcome is Outcome.MISSED
        and course.state.reason is Reason.GOOD_NIGHT
        and _fresh(schedule, course, now)
    ]


@dataclass(frozen=True)
class Undo:
    """Undoes acts in a journal.

    Attributes:
        journal: The journal.
        schedule: The schedule in force.
        zone: The time zone of the person.
    """

    journal: JournalPort
    schedule: Schedule
    zone: tzinfo

    def undo(self, act: UserAction, now: datetime) -> None:
        """Undo the last act at an instant (UTC)."""
        before = [self._as_seen_since(course) for course in act.courses]
        aside = [
            self._as_seen_since(course)
            for course in act.beside
            if self._pushed_aside(course, act.at, now)
        ]
        undone = self.journal.global_state()
        standing = replace(act.standing, began=undone.began, reckoned=undone.reckoned)
        self.journal.save_global_state(standing)
        restored = {one.key for one in (*act.courses, *act.beside)}
        old, new = (plan_of(self.schedule, self.zone, one) for one in (undone, standing))
        # First goes what came because of the act, or it would stand in the way of what was before.
        undo_plan_change(self.journal, PlanChange(old, new), act.at, now, restored)
        if any(one.displayed is not None for one in (*before, *aside)):
            self._put_back_in_line(act.beside)
        for course in before:
            self.journal.save(self._reopened(course, now))
        for course in aside:
            if not self._replaced(course):
                self.journal.save(self._reopened(course, now))
        self._undo_good_night(undone, standing, now, restored)
        self.journal.forget_action(act)

    def _undo_good_night(
        self, undone: GlobalState, standing: GlobalState, now: datetime, restored: Container[Key]
    ) -> None:
        """Let come what "Good night" kept away, or close the evening again."""
        calendar = Calendar(self.schedule.sleep, self.zone, standing.tonight)
        today = calendar.at(now).date
        if undone.good_night == today != standing.good_night:
            for course in closed_by_good_night(self.journal, self.schedule, undone, now):
                if course.key not in restored:
                    self.journal.save(begin(course.occurrence, course.topic))
        elif standing.good_night == today != undone.good_night:
            for course in self.journal.unsettled():
                self.journal.save(course.give_up(now, Reason.GOOD_NIGHT))

    def _as_seen_since(self, course: Delivery) -> Delivery:
        """Return a delivery as it stood, but with a showing since then kept.

        What was missed and has been seen since has expired.
        """
        present = self.journal.delivery(course.key)
        if present is None or not present.seen:
            return course
        state = course.state
        if isinstance(state, Closed) and state.outcome is Outcome.MISSED:
            state = replace(state, outcome=Outcome.EXPIRED)
        return replace(course, seen=True, state=state)

    def _reopened(self, course: Delivery, now: datetime) -> Delivery:
        """Return a course as it stood; what was on the screen then is there again, if still fresh.

        But not beside a later occurrence of its reminder, which has taken its place; and after
        what has come on the screen meanwhile.
        """
        if course.settled:
            return course
        if self._replaced(course):
            return course.give_up(now, Reason.SUPERSEDED)
        displayed = course.displayed
        if displayed is None:
            return course
        reminder = self.schedule.reminder(course.key.reminder)
        if reminder is None or self._screen_taken():
            return course.held(Reason.RESTARTED)
        closes = max(displayed.closes, course.fresh_from + reminder.fresh)
        return replace(course, state=Active(shown=None, closes=closes))

    def _replaced(self, course: Delivery) -> bool:
        """Return whether another occurrence of its reminder has taken its place."""
        rivals = [*self.journal.unsettled(), *self.journal.of_care_day(course.key.care_day)]
        return any(
            not one.settled or one.occurrence.due > course.occurrence.due
            for one in rivals
            if one.key.reminder == course.key.reminder and one.key != course.key
        )

    def _screen_taken(self) -> bool:
        return any(one.displayed is not None for one in self.journal.unsettled())

    def _put_back_in_line(self, beside: Iterable[Delivery]) -> None:
        """Let wait again what waited for the screen and got it because of the act."""
        led = self.journal.routine_session()
        for course in beside:
            present = self.journal.delivery(course.key)
            if (
                isinstance(course.state, Held)
                and course.state in IN_LINE
                and present is not None
                and isinstance(present.state, Active)
                and (led is None or led.key != course.key)
            ):
                self.journal.save(present.held(course.state.cause))

    def _pushed_aside(self, course: Delivery, act: datetime, now: datetime) -> bool:
        """Return whether it gave way, while fresh, to what came because of an act (UTC)."""
        present = self.journal.delivery(course.key)
        if present is None or not isinstance(present.state, Closed) or present.state.at < act:
            return False
        reasons = {Reason.ANOTHER, Reason.SUPERSEDED}
        gave_way = present.state.outcome is Outcome.MISSED or present.state.reason in reasons
        return gave_way and _fresh(self.schedule, course, now)


def _fresh(schedule: Schedule, course: Delivery, now: datetime) -> bool:
    reminder = schedule.reminder(course.key.reminder)
    return reminder is not None and now <= course.fresh_from + reminder.fresh
