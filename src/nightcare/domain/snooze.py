"""The rules of snoozing: the lengths that are offered, their number, and the latest end."""

from __future__ import annotations

from datetime import datetime, timedelta

from nightcare.domain.care_day import CareDay
from nightcare.domain.delivery import Delivery


def limit_reached(delivery: Delivery, limit: int) -> bool:
    """Return whether an occurrence has been snoozed as often as allowed."""
    return delivery.snoozes >= limit


def chosen_for_night(delivery: Delivery, day: CareDay) -> bool:
    """Return whether the person chose this moment, or the end of a snooze, in the night."""
    if day.bedtime < delivery.occurrence.due < day.ends:
        return True
    # If it is open, its freshness may count from a repeat, which the person did not choose.
    return delivery.snoozes > 0 and not delivery.open and day.asleep(delivery.fresh_from)


def past_bedtime(delivery: Delivery, until: datetime, day: CareDay) -> bool:
    """Return whether a snooze until an instant (UTC) would end while the person sleeps.

    A reminder that the person has set for the night may be snoozed there.
    """
    return day.asleep(until) and not chosen_for_night(delivery, day)


def offered(
    delivery: Delivery, lengths: tuple[timedelta, ...], limit: int, day: CareDay, now: datetime
) -> tuple[timedelta, ...]:
    """Return the lengths to offer now (UTC) for an occurrence on the care day `day`."""
    if limit_reached(delivery, limit):
        return ()
    return tuple(length for length in lengths if not past_bedtime(delivery, now + length, day))
