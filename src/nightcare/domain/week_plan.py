"""The plan of a usual week, with the days that are alike put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.recurrence import plan
from nightcare.domain.reminders import Reminder

_DAYS = 7


@dataclass(frozen=True)
class PlannedTime:
    """A reminder of a usual day.

    Attributes:
        clock: The time at which it is due (local).
        reminder: The name of the reminder.
        after_midnight: Whether that is on the date after the one that the day has.
    """

    clock: time
    reminder: str
    after_midnight: bool = False


@dataclass(frozen=True)
class AlikeDays:
    """The weekdays that have the same hours and the same reminders.

    Attributes:
        weekdays: The days, Monday 0, in order.
        wake: The wake-up (local).
        bedtime: The bedtime (local).
        times: The reminders, in order of time.
    """

    weekdays: tuple[int, ...]
    wake: time
    bedtime: time
    times: tuple[PlannedTime, ...]


def week_plan(
    reminders: Sequence[Reminder], calendar: Calendar, today: date
) -> tuple[AlikeDays, ...]:
    """Return the week that begins after `today`, with the days that are alike put together.

    Args:
        reminders: The reminders; those that are off do not count.
        calendar: The care days, without another bedtime for a single one.
        today: The date before the first of the seven days.

    Returns:
        The groups, in the order of the first weekday of each.
    """
    first = today + ONE_DAY
    due: dict[date, list[PlannedTime]] = {
        first + timedelta(days=number): [] for number in range(_DAYS)
    }
    for one in plan(reminders, calendar, first, _DAYS):
        local, day = calendar.local(one.due), one.key.care_day
        clock = local.time().replace(second=0, microsecond=0, fold=0)
        due[day].append(PlannedTime(clock, one.key.reminder, local.date() > day))
    alike: dict[tuple[time, time, tuple[PlannedTime, ...]], list[int]] = {}
    for day in sorted(due, key=date.weekday):
        hours = calendar.sleep.on(day)
        alike.setdefault((hours.wake, hours.bedtime, tuple(due[day])), []).append(day.weekday())
    return tuple(
        AlikeDays(tuple(days), wake, bedtime, times)
        for (wake, bedtime, times), days in alike.items()
    )


def reminders_a_day(week: Sequence[AlikeDays]) -> tuple[int, int]:
    """Return the fewest and the most reminders on a day of a week."""
    counts = [len(one.times) for one in week]
    return min(counts), max(counts)
