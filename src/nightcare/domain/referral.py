"""The rule for advising to see a professional, and the times of the notice.

The numbers are nightcare's own; the guidance gives none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.diary import Answer, Cramp, Morning, Severity
from nightcare.domain.schedule import ReferralRule

NOTICE_EVERY = timedelta(days=7)
"""The shortest time between two notices."""


class ReferralReason(StrEnum):
    """A reason to see a professional."""

    SEVERE = "severe"
    MANY = "many"
    MANY_AND_SEVERE = "many-and-severe"

    @property
    def advice(self) -> tuple[str, ...]:
        """The statements of the guidance about it, by their ids in the catalogue."""
        if self is ReferralReason.MANY_AND_SEVERE:
            return "frequent-at-night", "severe-and-persistent"
        return ("persistent-or-severe",)


@dataclass(frozen=True)
class Referral:
    """A reason to see a professional, with its figure.

    Attributes:
        reason: The reason.
        nights: The number of nights with cramps within the days of the rule.
    """

    reason: ReferralReason
    nights: int


def first_of_window(now: datetime, calendar: Calendar, rule: ReferralRule) -> date:
    """Return the first care day that the rule looks at, at an instant (UTC)."""
    day = calendar.at(now)
    newest = day.date if now >= day.bedtime else day.date - ONE_DAY
    return newest - (rule.days - 1) * ONE_DAY


def concern(
    first: date, rule: ReferralRule, cramps: Sequence[Cramp], mornings: Sequence[Morning]
) -> Referral | None:
    """Return the diary's reason to see a professional since a care day; None without one.

    A severe cramp counts by day as well; of many cramps the nights are counted.
    """
    near = [one for one in cramps if one.place.care_day >= first]
    answers = [one for one in mornings if one.night >= first]
    restless = {one.place.care_day for one in near if one.place.by_night}
    restless |= {one.night for one in answers if one.answer is not Answer.NONE}
    many = len(restless) >= rule.nights
    severe = any(one.severity is Severity.SEVERE for one in near) or any(
        one.answer is Answer.SEVERE for one in answers
    )
    if not many and not severe:
        return None
    either = ReferralReason.SEVERE if severe else ReferralReason.MANY
    reason = ReferralReason.MANY_AND_SEVERE if many and severe else either
    return Referral(reason, len(restless))


def notice_due(now: datetime, calendar: Calendar, last: datetime | None) -> datetime:
    """Return the next time (UTC) for a notice: once a week, and never in the night.

    Args:
        now: The instant (UTC).
        calendar: The person's care days.
        last: The time of the last one (UTC); None without one. A time in the future, because the
            clock was set back since, counts as now.
    """
    earliest = now if last is None else max(now, min(last, now) + NOTICE_EVERY)
    day = calendar.at(earliest)
    return earliest if earliest < day.bedtime else day.ends
