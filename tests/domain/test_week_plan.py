"""The plan of a usual week: days that are alike are put together."""

from __future__ import annotations

from datetime import date, time

import pytest

from domain_builders import at, calendar, every, reminder
from nightcare.domain.reminders import Reminder
from nightcare.domain.week_plan import PlannedTime, reminders_a_day, week_plan

TODAY = date(2026, 11, 22)
"""A Sunday, so that the week begins on Monday."""

BEDDING = reminder(at("bedtime - 10m"), "bedding")
WATER = reminder(every("4h", "wake + 1h", "bedtime - 1h"))


def test_a_week_without_exceptions_is_one_group() -> None:
    """All seven days, with their reminders in order of time."""
    (days,) = week_plan([BEDDING, WATER], calendar(), TODAY)
    assert days.weekdays == tuple(range(7))
    assert (days.wake, days.bedtime) == (time(7), time(22, 30))
    assert days.times == (
        PlannedTime(time(8), "water"),
        PlannedTime(time(12), "water"),
        PlannedTime(time(16), "water"),
        PlannedTime(time(20), "water"),
        PlannedTime(time(22, 20), "bedding"),
    )
    assert reminders_a_day([days]) == (5, 5)


def test_other_hours_and_other_days_make_other_groups() -> None:
    """Groups come in the order of the week, on whatever day it begins."""
    own = calendar(fri="07:00-00:05", sat="09:00-00:15")
    at_work = reminder(at("12:00"), "desk", days=frozenset({0, 2}))
    for today in (TODAY, date(2026, 11, 26)):
        week = week_plan([BEDDING, at_work], own, today)
        assert [one.weekdays for one in week] == [(0, 2), (1, 3, 6), (4,), (5,)]
        assert week[2].times == (PlannedTime(time(23, 55), "bedding"),)
        assert week[3].times == (PlannedTime(time(0, 5), "bedding", after_midnight=True),)
        assert reminders_a_day(week) == (1, 2)


@pytest.mark.parametrize("reminders", [[], [reminder(at("12:00"), enabled=False)]])
def test_a_week_without_reminders_has_its_hours(reminders: list[Reminder]) -> None:
    """A reminder that is off does not count."""
    (days,) = week_plan(reminders, calendar(), TODAY)
    assert (days.times, reminders_a_day([days])) == ((), (0, 0))
