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
"""More than any change moves a moment: a bedtime by a day at most, a zone by 26 hours."""


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
        """Return what falls due later than `after` and not later than `until` (both UTC)."""
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
        """Return what the change moves behind an instant, and would not come up by itself.

        A moment that only the new plan has counts where its reminder is the same and it is
        still fresh; so does one of an `every`, whose moments stand for each other.

        Args:
            began: When the service first ran (UTC); nothing due by then has come up.
            updated: Until when everything due by the old plan comes up (UTC).
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
        """Return what is still to come after an instant (UTC) by the new plan."""
        return self.after.between(now, now + _REACH)

    def moved(self, now: datetime) -> frozenset[Key]:
        """Return the occurrences that one plan has at another moment, or not at all (UTC)."""
        span = now - _REACH, now + _REACH
        before, after = (set(one.between(*span)) for one in (self.before, self.after))
        return frozenset(one.key for one in before ^ after)

    def put_back(self, now: datetime) -> list[tuple[Occurrence, Occurrence | None]]:
        """Return what the old plan had due by now (UTC), and the new plan has not, or elsewhere.

        Each as the old plan and as the new plan has it, None where the new plan does not have it.
        What the new plan has later counts only if that is still to come, or fresh.
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
