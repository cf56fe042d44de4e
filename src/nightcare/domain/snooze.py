"""Snoozing: which lengths are offered, how often, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.care_day import CareDay
from nightcare.domain.delivery import Delivery
from nightcare.domain.policy import put_into_the_night


@dataclass(frozen=True)
class SnoozeRule:
    """What a reminder offers unless it says otherwise.

    Attributes:
        lengths: The buttons.
        limit: How many times one occurrence may be snoozed.
    """

    lengths: tuple[timedelta, ...]
    limit: int


def used_up(course: Delivery, limit: int) -> bool:
    """Whether an occurrence has been snoozed as often as one may."""
    return course.snoozes >= limit


def past_bedtime(course: Delivery, until: datetime, day: CareDay) -> bool:
    """Whether a snooze until an instant (UTC) would end when the person sleeps.

    A reminder that the person put into the night may be snoozed there.
    """
    return day.asleep(until) and not put_into_the_night(course, day)


def offered(
    course: Delivery, lengths: tuple[timedelta, ...], limit: int, day: CareDay, now: datetime
) -> tuple[timedelta, ...]:
    """The lengths that make sense now (UTC) for an occurrence on the care day `day`."""
    if used_up(course, limit):
        return ()
    return tuple(length for length in lengths if not past_bedtime(course, now + length, day))
