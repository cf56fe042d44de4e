"""The effects of a changed plan on moments: another bedtime, zone or sleep schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.global_state import GlobalState
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Every, Key, Occurrence, Reminder
from nightcare.domain.schedule import Schedule

_REACH = 2 * ONE_DAY
"""The longest distance by which a change can move a moment: a bedtime moves it by a day at most, a
zone by 26 hours."""


@dataclass(frozen=True)
class Plan:
    """Reminders, and the calendar in which their moments are resolved."""

    reminders: Sequence[Reminder]
    calendar: Calendar

    @classmethod
    def of(cls, schedule: Schedule, zone: tzinfo, state: GlobalState) -> Plan:
        """Return the plan of a schedule, with tonight's other bedtime if there is one."""
        return cls(schedule.enabled, schedule.calendar(zone, state))

    def between(self, after: datetime, until: datetime) -> list[Occurrence]:
        """Return the occurrences that fall due after `after` and up to `until` (both UTC)."""
        return between(self.reminders, self.calendar, after, until)

    def reminder(self, name: str) -> Reminder | None:
        """Return the reminder of that name."""
        return next((one for one in self.reminders if one.name == name), None)


@dataclass(frozen=True)
class PlanChange:
    """The plan before a change, and the one after it."""

    before: Plan
    after: Plan

    def overtaken(self, began: datetime, updated: datetime, now: datetime) -> list[Occurrence]:
        """Return occurrences that the change moves into the past, and that would not come up.

        A moment that only the new plan has counts if its reminder is the same and it is still
        fresh; so does one of an `every`, whose moments stand for each other.

        Args:
            began: The first start of the service (UTC); nothing due by then has come up.
            updated: The instant (UTC) up to which everything due by the old plan comes up.
            now: The instant of the change (UTC).
        """
        since = max(updated - 2 * _REACH, min(began, updated))
        had = {one.key for one in self.before.between(since, updated)}
        coming = {one.key for one in self.before.between(updated, updated + _REACH)}
        return [
            one
            for one in self.after.between(max(updated - _REACH, since), updated)
            if one.key not in had and self._counts(one, moved=one.key in coming, now=now)
        ]

    def postponed(self, now: datetime) -> list[Occurrence]:
        """Return the occurrences that come after an instant (UTC) by the new plan."""
        return self.after.between(now, now + _REACH)

    def moved(self, now: datetime) -> frozenset[Key]:
        """Return the occurrences whose moments differ between the plans, or are in one only."""
        span = now - _REACH, now + _REACH
        before, after = (set(one.between(*span)) for one in (self.before, self.after))
        return frozenset(one.key for one in before ^ after)

    def rescheduled(self, now: datetime) -> list[tuple[Occurrence, Occurrence | None]]:
        """Return occurrences due by now (UTC) whose moment differs in the new plan, or is missing.

        Each pair has the occurrence by the old plan and by the new plan, None if the new plan lacks
        it. A later moment of the new plan counts only if it is still to come, or fresh.
        """
        new = {one.key: one for one in self.after.between(now - _REACH, now + _REACH)}
        pairs = [(one, new.get(one.key)) for one in self.before.between(now - _REACH / 2, now)]
        return [
            (one, moved)
            for one, moved in pairs
            if moved is None
            or moved.due < one.due
            or (moved.due > one.due and self._fresh(moved, now))
        ]

    def _counts(self, one: Occurrence, *, moved: bool, now: datetime) -> bool:
        old = self.before.reminder(one.key.reminder)
        new = self.after.reminder(one.key.reminder)
        if moved and new is not None and not isinstance(new.timing, Every):
            return True
        same = old is not None and new is not None and old.timing == new.timing
        return (moved or same) and self._fresh(one, now)

    def _fresh(self, one: Occurrence, now: datetime) -> bool:
        reminder = self.after.reminder(one.key.reminder)
        return reminder is not None and now <= one.due + reminder.fresh
