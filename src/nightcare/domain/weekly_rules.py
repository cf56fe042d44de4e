"""Weekly rules for a calendar file, found in the occurrences of a span.

A rule says no more than the plan: dates on which it does not apply are listed, and occurrences that
no rule covers stay single. So every timing is exported by the same steps, and is exact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.reminders import Occurrence

_FEWEST = 4
"""The fewest occurrences on a weekday that make a rule."""


@dataclass(frozen=True)
class WeeklyRule:
    """Occurrences of one reminder at one wall time (local), on the same weekdays of each week.

    Attributes:
        reminder: The name of the reminder.
        clock: The wall time (local).
        weekdays: The weekdays of the dates (local), Monday 0, in order.
        first: The first date, which is one of the weekdays.
        last: The last date.
        left_out: The dates between them on which it does not apply, in order.
    """

    reminder: str
    clock: time
    weekdays: tuple[int, ...]
    first: date
    last: date
    left_out: tuple[date, ...]


def weekly_rules(
    occurrences: Iterable[Occurrence], calendar: Calendar
) -> tuple[list[WeeklyRule], list[Occurrence]]:
    """Return rules for occurrences, and the occurrences that no rule covers, in order of time.

    A date of a rule on which the clock skips its time stands for the time moved forward by the gap,
    and a time that occurs twice for the first, as in RFC 5545 (section 3.3.5).
    """
    rules: list[WeeklyRule] = []
    single: list[Occurrence] = []
    by_reminder: dict[str, dict[datetime, Occurrence]] = defaultdict(dict)
    for one in occurrences:
        by_reminder[one.key.reminder][one.due] = one
    for reminder, due in by_reminder.items():
        by_clock: dict[time, dict[int, list[date]]] = defaultdict(lambda: defaultdict(list))
        for local in map(calendar.local, sorted(due)):
            if not local.fold:
                by_clock[local.time()][local.weekday()].append(local.date())
        for clock, by_weekday in sorted(by_clock.items()):
            weekly = {day: dates for day, dates in by_weekday.items() if _is_weekly(dates)}
            if weekly:
                rules.append(_rule(reminder, clock, weekly, due, calendar))
        single += due.values()
    return rules, sorted(single, key=lambda one: one.due)


def _is_weekly(dates: list[date]) -> bool:
    """Return whether dates of one weekday leave out a quarter of their weeks at most."""
    weeks = (dates[-1] - dates[0]).days // 7 + 1
    return len(dates) >= _FEWEST and 4 * len(dates) >= 3 * weeks


def _rule(
    reminder: str,
    clock: time,
    weekly: dict[int, list[date]],
    due: dict[datetime, Occurrence],
    calendar: Calendar,
) -> WeeklyRule:
    """Return a rule for the dates of some weekdays, and take what it covers out of `due`."""
    first = min(dates[0] for dates in weekly.values())
    last = max(dates[-1] for dates in weekly.values())
    left_out = []
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        if day.weekday() not in weekly:
            continue
        if due.pop(calendar.instant(datetime.combine(day, clock)), None) is None:
            left_out.append(day)
    return WeeklyRule(reminder, clock, tuple(sorted(weekly)), first, last, tuple(left_out))
