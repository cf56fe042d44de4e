"""All occurrences over a span, and the next one.

If two care days generate the same moment of one reminder, it is one occurrence, and belongs to the
earlier day.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from nightcare.domain.care_day import ONE_DAY, Calendar, CareDay
from nightcare.domain.reminders import (
    Cron,
    Every,
    Key,
    Occurrence,
    Reminder,
    cron_occurrences,
    cron_on,
    occurrences,
)

if TYPE_CHECKING:
    from nightcare.domain.delivery import Delivery

_ASIDE = 2 * ONE_DAY
"""The largest distance of a clock time from its care day, as around a skipped date."""

_REACHES = (ONE_DAY, 8 * ONE_DAY, 22 * ONE_DAY)
"""The horizon for the next occurrence: some come weekly, and a clock change may drop one."""

_FURTHEST = timedelta(days=366 * 8 + 2)
"""A 29 February can be eight years away; cron fields without a match until then have none."""


def plan(
    reminders: Sequence[Reminder], calendar: Calendar, first: date, days: int
) -> list[Occurrence]:
    """Return the occurrences of a number of care days from `first` on, in order of time."""
    last = first + (days - 1) * ONE_DAY
    care_days = _care_days(calendar, first - _ASIDE, last)
    return _in_order(
        one
        for reminder in reminders
        if reminder.enabled
        for one in _each_once(reminder, calendar, care_days)
        if first <= one.key.care_day
    )


def between(
    reminders: Sequence[Reminder], calendar: Calendar, after: datetime, until: datetime
) -> list[Occurrence]:
    """Return the occurrences after `after` and up to `until` (both UTC), in order of time."""
    care_days = _care_days(
        calendar, calendar.at(after).date - _ASIDE, calendar.at(until).date + _ASIDE
    )
    return _in_order(
        one
        for reminder in reminders
        if reminder.enabled
        for one in (
            cron_occurrences(reminder, reminder.timing, calendar, after, until)
            if isinstance(reminder.timing, Cron)
            else _each_once(reminder, calendar, care_days)
        )
        if after < one.due <= until
    )


def upcoming(
    reminder: Reminder,
    calendar: Calendar,
    after: datetime,
    *,
    known: Container[Key] = frozenset(),
) -> Occurrence | None:
    """Return the next occurrence of a reminder after an instant (UTC); None without one.

    Args:
        reminder: The reminder.
        calendar: The care days.
        after: The instant (UTC).
        known: The keys of occurrences to leave out.
    """
    if not reminder.enabled:
        return None
    if isinstance(reminder.timing, Cron):
        made = cron_occurrences(reminder, reminder.timing, calendar, after, after + _FURTHEST)
        return next((one for one in made if one.key not in known), None)
    for span in _REACHES:
        for one in between([reminder], calendar, after, after + span):
            if one.key not in known:
                return one
    return None


def reach(reminder: Reminder) -> timedelta:
    """Return the time ahead of an instant that `upcoming` searches for the reminder."""
    return _FURTHEST if isinstance(reminder.timing, Cron) else _REACHES[-1]


def planned(reminder: Reminder, calendar: Calendar, key: Key) -> Occurrence | None:
    """Return the occurrence of a key as it is planned now; None if it is not planned."""
    day = calendar.day(key.care_day)
    return next((one for one in occurrences(reminder, day, calendar) if one.key == key), None)


def postponed(
    delivery: Delivery,
    reminder: Reminder | None,
    calendar: Calendar,
    now: datetime,
    routine_key: Key | None,
) -> Occurrence | None:
    """Return an unanswered occurrence at its new moment, if that has moved ahead.

    It moves with another bedtime, an edit of the schedule, or the time zone. A snoozed one moves
    only at the change itself (`engine/reschedule.py`): a snooze that ends later is shown and stays.

    Args:
        delivery: The occurrence and its state.
        reminder: Its reminder as configured now; None if it is no longer configured.
        calendar: The care days as they are now.
        now: The instant (UTC).
        routine_key: The occurrence whose routine is under way, if any.

    Returns:
        The occurrence at its new moment, which is still to come; None if it has not moved ahead.
    """
    if not delivery.moves(routine_key) or delivery.snoozes > 0:
        return None
    if reminder is None or not reminder.enabled:
        return None
    moved = planned(reminder, calendar, delivery.key)
    ahead = moved is not None and moved.due > max(now, delivery.occurrence.due)
    return moved if ahead else None


def _care_days(calendar: Calendar, first: date, last: date) -> list[CareDay]:
    return [calendar.day(first + number * ONE_DAY) for number in range((last - first).days + 1)]


def _each_once(
    reminder: Reminder, calendar: Calendar, care_days: Sequence[CareDay]
) -> Iterable[Occurrence]:
    """Yield the occurrences of consecutive care days, each moment once."""
    made: dict[datetime, Occurrence] = {}
    if isinstance(reminder.timing, Cron):
        found = cron_on(reminder, reminder.timing, care_days, calendar)
    else:
        found = chain.from_iterable(occurrences(reminder, day, calendar) for day in care_days)
    for one in found:
        made.setdefault(one.due, one)
    return made.values()


def _in_order(made: Iterable[Occurrence]) -> list[Occurrence]:
    return sorted(made, key=lambda one: one.due)


EARLIEST = timedelta(hours=4)
"""The longest time before an occurrence in which "done" means it, unless it is an `every`."""


def early_from(reminder: Reminder, calendar: Calendar, coming: Occurrence) -> datetime:
    """Return the instant (UTC) from which "done" means an occurrence that is still to come.

    From then on it is nearer than the one before it: by half of the interval of an `every`, else by
    half of the time since the moment before, but not more than `EARLIEST`.
    """
    if isinstance(reminder.timing, Every):
        return coming.due - reminder.timing.interval / 2
    reach = coming.due - 2 * EARLIEST
    before = between([reminder], calendar, reach, coming.due - timedelta.resolution)
    last = before[-1].due if before else reach
    return coming.due - (coming.due - last) / 2
