"""Snoozing: which lengths are offered, how often, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain_builders import calendar, day, delivery, length, utc
from nightcare.domain.delivery import Delivery
from nightcare.domain.schedule import SnoozeRule
from nightcare.domain.snooze import limit_reached, offered, past_bedtime

FRIDAY = calendar().day(day("2026-11-06"))
BEDTIME = FRIDAY.bedtime
RULE = SnoozeRule((length("10m"), length("30m")), 3)
MINUTE = timedelta(minutes=1)


def lengths(what: Delivery, now: datetime) -> list[int]:
    """Return the lengths offered, in minutes."""
    return [int(one / MINUTE) for one in offered(what, RULE.lengths, RULE.limit, FRIDAY, now)]


def snoozed(times: int) -> Delivery:
    """Return a delivery that was snoozed so many times in the afternoon."""
    what = delivery(utc("2026-11-06 14:00"))
    for number in range(times):
        what = what.snoozed(utc("2026-11-06 14:10") + number * 10 * MINUTE)
    return what


def test_all_lengths_are_offered_while_there_is_time() -> None:
    """In the order in which they are configured."""
    noon = utc("2026-11-06 11:00")
    assert lengths(delivery(noon), noon) == [10, 30]
    turned = offered(delivery(noon), tuple(reversed(RULE.lengths)), RULE.limit, FRIDAY, noon)
    assert turned == tuple(reversed(RULE.lengths))


@pytest.mark.parametrize(
    ("before_bedtime", "expected"),
    [(0, [10, 30]), (-1, [10]), (-20, [10]), (-21, []), (30, [10, 30])],
)
def test_a_length_that_ends_too_long_after_bedtime_is_not_offered(
    before_bedtime: int, expected: list[int]
) -> None:
    """Half an hour after bedtime is the last end."""
    now = BEDTIME - before_bedtime * MINUTE
    assert lengths(delivery(BEDTIME - 30 * MINUTE), now) == expected


def test_what_the_person_put_into_the_night_may_be_snoozed_there() -> None:
    """A person who works at night is awake then."""
    due = BEDTIME + timedelta(hours=3)
    assert lengths(delivery(due), due) == [10, 30]


def test_what_was_put_off_into_the_night_may_be_put_off_further() -> None:
    """Until it is on the screen again; then the night is for sleeping."""
    what = delivery(BEDTIME - 5 * MINUTE).snoozed(BEDTIME + 35 * MINUTE)
    assert not past_bedtime(what, BEDTIME + 45 * MINUTE, FRIDAY)


@pytest.mark.parametrize(("times", "expected"), [(0, [10, 30]), (2, [10, 30]), (3, []), (4, [])])
def test_after_the_last_snooze_none_is_offered(times: int, expected: list[int]) -> None:
    """One occurrence may be put off three times, and no more after an edit of the limit."""
    assert lengths(snoozed(times), utc("2026-11-06 15:00")) == expected
    assert limit_reached(snoozed(times), RULE.limit) is (not expected)


def test_a_limit_of_none_offers_nothing() -> None:
    """A person who wants no snooze buttons sets it to 0."""
    what, now = snoozed(0), utc("2026-11-06 14:00")
    assert offered(what, RULE.lengths, 0, FRIDAY, now) == ()


def test_a_snooze_may_end_half_an_hour_after_bedtime() -> None:
    """One second later is too late."""
    what, last = delivery(BEDTIME), BEDTIME + 30 * MINUTE
    assert not past_bedtime(what, last, FRIDAY)
    assert past_bedtime(what, last + timedelta(seconds=1), FRIDAY)


def test_another_bedtime_tonight_is_the_one_that_counts() -> None:
    """A late evening leaves time for another snooze."""
    late = calendar(tonight={day("2026-11-06"): (BEDTIME + timedelta(hours=2, minutes=60)).time()})
    friday = late.day(day("2026-11-06"))
    assert friday.bedtime == BEDTIME + timedelta(hours=2)
    what, now = delivery(BEDTIME - 30 * MINUTE), BEDTIME + timedelta(hours=1)
    assert offered(what, RULE.lengths, RULE.limit, friday, now) == RULE.lengths
    assert offered(what, RULE.lengths, RULE.limit, FRIDAY, now) == ()
