"""Snoozing: which lengths are offered, how often, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from nightcare.domain.care_day import CareDay
from nightcare.domain.delivery import Delivery
from nightcare.domain.policy import chosen_for_night


@dataclass(frozen=True)
class SnoozeRule:
    """The snooze lengths that a reminder offers by default.

    Attributes:
        lengths: The buttons.
        limit: How many times one occurrence may be snoozed.
    """

    lengths: tuple[timedelta, ...]
    limit: int


def limit_reached(delivery: Delivery, limit: int) -> bool:
    """Return whether an occurrence has been snoozed as often as allowed."""
    return delivery.snoozes >= limit


def past_bedtime(delivery: Delivery, until: datetime, day: CareDay) -> bool:
    """Return whether a snooze until an instant (UTC) would end while the person sleeps.

    A reminder that the person put into the night may be snoozed there.
    """
    return day.asleep(until) and not chosen_for_night(delivery, day)


def offered(
    delivery: Delivery, lengths: tuple[timedelta, ...], limit: int, day: CareDay, now: datetime
) -> tuple[timedelta, ...]:
    """Return the lengths to offer now (UTC) for an occurrence on the care day `day`."""
    if limit_reached(delivery, limit):
        return ()
    return tuple(length for length in lengths if not past_bedtime(delivery, now + length, day))
