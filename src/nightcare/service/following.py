"""What comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from nightcare.domain.care_day import Calendar
from nightcare.domain.course import Course, Snoozed
from nightcare.domain.plan import upcoming
from nightcare.domain.reminders import Occurrence
from nightcare.domain.schedule import Schedule
from nightcare.domain.standing import Standing


def following(
    schedule: Schedule,
    calendar: Calendar,
    standing: Standing,
    unsettled: Iterable[Course],
    now: datetime,
) -> Occurrence | None:
    """What comes next after an instant (UTC): falls due, or comes back from a snooze.

    Nothing does during a pause, or in the night after "Good night".
    """
    after = max(now, standing.paused_until or now)
    today = calendar.at(now)
    if standing.good_night == today.date:
        after = max(after, today.ends)
    due = [upcoming(reminder, calendar, after) for reminder in schedule.enabled]
    back = [
        Occurrence(one.key, max(one.state.until, after))
        for one in unsettled
        if isinstance(one.state, Snoozed)
    ]
    return min(
        (one for one in (*due, *back) if one is not None), key=lambda one: one.due, default=None
    )
