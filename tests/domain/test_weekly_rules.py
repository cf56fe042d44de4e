"""Weekly rules, and what stays single beside them: together exactly the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from domain_builders import ZONES, at, calendar, day, every, reminder
from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.recurrence import plan
from nightcare.domain.reminders import Cron, Occurrence, Reminder
from nightcare.domain.weekly_rules import WeeklyRule, weekly_rules

REMINDERS = (
    reminder(every("2h", "wake + 1h", "bedtime - 1h")),
    reminder(at("bedtime - 45m"), "stretch"),
    reminder(at("10:30", "02:30"), "desk", days=frozenset({0, 2, 6})),
    reminder(every("50m", "22:00", "bedtime"), "late", days=frozenset({5})),
    reminder(Cron("0 9 * * mon#2"), "second-monday"),
    reminder(Cron("*/40 0-4 * * sat,sun"), "nightly"),
    reminder(Cron("0 17 L * *"), "month-end"),
)
YEAR = 366


def instants(rule: WeeklyRule, own: Calendar) -> list[datetime]:
    """Return what a calendar shows for a rule: each date by itself (RFC 5545, section 3.8.5.3)."""
    dates = [rule.first + number * ONE_DAY for number in range((rule.last - rule.first).days + 1)]
    return [
        own.instant(datetime.combine(one, rule.clock))
        for one in dates
        if one.weekday() in rule.weekdays and one not in rule.left_out
    ]


def shown(made: Sequence[Occurrence], own: Calendar) -> list[tuple[datetime, str]]:
    """Return all that a calendar shows for occurrences, in order of time."""
    rules, single = weekly_rules(made, own)
    return sorted(
        [(one, rule.reminder) for rule in rules for one in instants(rule, own)]
        + [(one.due, one.key.reminder) for one in single]
    )


def planned(reminders: Sequence[Reminder], own: Calendar, first: date) -> list[Occurrence]:
    """Return a year of occurrences."""
    return plan(reminders, own, first, YEAR)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("first", ["2011-06-01", "2026-11-28"])
def test_the_rules_and_the_single_ones_are_the_plan(zone: str, first: str) -> None:
    """Each occurrence is there once, also where the clock changes or a date is skipped."""
    own = calendar(zone, fri="07:00-23:15", sat="09:00-04:30")
    made = planned(REMINDERS, own, day(first))
    assert shown(made, own) == sorted((one.due, one.key.reminder) for one in made)


def test_the_default_evening_is_one_rule() -> None:
    """Days with the same time share it, and other days have their own."""
    own = calendar(fri="07:00-23:15")
    made = planned([reminder(at("bedtime - 45m"), "stretch")], own, day("2026-11-28"))
    rules, single = weekly_rules(made, own)
    assert [(f"{one.clock:%H:%M}", one.weekdays, one.left_out) for one in rules] == [
        ("21:45", (0, 1, 2, 3, 5, 6), ()),
        ("22:30", (4,), ()),
    ]
    assert single == []
    assert (rules[0].first, rules[0].last) == (day("2026-11-28"), day("2027-11-28"))


def test_another_bedtime_is_an_exception() -> None:
    """The date is left out of its rule, and its other time is single."""
    tonight = {day("2026-12-05"): datetime.strptime("23:45", "%H:%M").time()}  # noqa: DTZ007 - a clock time alone
    own = calendar(tonight=tonight)
    made = planned([reminder(at("bedtime - 45m"), "stretch")], own, day("2026-11-28"))
    (rule,), (single,) = weekly_rules(made, own)
    assert rule.left_out == (day("2026-12-05"),)
    assert f"{own.local(single.due):%Y-%m-%d %H:%M}" == "2026-12-05 23:00"


def test_a_pause_is_left_out() -> None:
    """The dates that a pause drops are left out."""
    own = calendar()
    made = planned([reminder(at("21:45"), "stretch")], own, day("2026-11-28"))
    kept = made[:10] + made[13:]
    (rule,), single = weekly_rules(kept, own)
    assert rule.left_out == tuple(day("2026-12-08") + number * ONE_DAY for number in range(3))
    assert single == []


@pytest.mark.parametrize(("weeks", "is_rule"), [(3, False), (4, True)])
def test_a_few_dates_are_no_rule(weeks: int, *, is_rule: bool) -> None:
    """Three Mondays are single; a rule begins at four."""
    own = calendar()
    made = plan(
        [reminder(at("10:00"), days=frozenset({0}))], own, day("2026-11-30"), 7 * (weeks - 1) + 1
    )
    rules, single = weekly_rules(made, own)
    assert (len(rules), len(single)) == ((1, 0) if is_rule else (0, weeks))


def test_every_second_week_is_no_rule() -> None:
    """A rule with more exceptions than occurrences says less than the single ones."""
    own = calendar()
    made = planned([reminder(at("10:00"), days=frozenset({0}))], own, day("2026-11-30"))
    rules, single = weekly_rules(made[::2], own)
    assert rules == []
    assert [one.due for one in single] == [one.due for one in made[::2]]
    assert single[1].due - single[0].due == timedelta(days=14)
