"""The time from which "done" means the next occurrence of a reminder, before it is due."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.recurrence import between
from nightcare.domain.reminders import Every, Occurrence, Reminder

EARLIEST = timedelta(hours=4)
"""The longest time before an occurrence in which "done" means it, unless it is an `every`."""


def early_from(reminder: Reminder, calendar: Calendar, coming: Occurrence) -> datetime:
    """Return the instant (UTC) from which "done" means an occurrence that is still to come.

    It is nearer then than the one before it: half of the interval of an `every`, else half of the
    time since the moment before, but not more than `EARLIEST`.
    """
    if isinstance(reminder.timing, Every):
        return coming.due - reminder.timing.interval / 2
    reach = coming.due - 2 * EARLIEST
    before = between([reminder], calendar, reach, coming.due - timedelta.resolution)
    last = before[-1].due if before else reach
    return coming.due - (coming.due - last) / 2
