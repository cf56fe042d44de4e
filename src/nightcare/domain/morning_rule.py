"""The rule for the morning question: whether and when to ask about the last night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import Night, day_before
from nightcare.domain.moments import Moment

ASKED_UNTIL = timedelta(hours=5)
"""The time after the wake-up in which the morning question may be asked."""

ASKED_AGAIN = timedelta(hours=1)
"""The time after its first showing at which the morning question comes back."""

_TIMES_ASKED = 2


@dataclass(frozen=True)
class AskNow:
    """Ask after this night now, until an instant (UTC)."""

    night: date
    until: datetime


@dataclass(frozen=True)
class AskLater:
    """Look again at an instant (UTC); None for when the screen is free, or something is written."""

    at: datetime | None


@dataclass(frozen=True)
class AskNot:
    """Nothing is asked about the last night, or no more."""


Asking = AskNow | AskLater | AskNot


@dataclass(frozen=True)
class DiaryFacts:
    """The facts about the last night that the morning question depends on.

    Attributes:
        night: What the diary says of it.
        asked: When the question was put on the screen (UTC), in order of time.
        covered_since: Since when the service has run (UTC); None if it never has.
        screen_taken: Whether a reminder is on the screen, or waits for its turn.
    """

    night: Night
    asked: tuple[datetime, ...]
    covered_since: datetime | None
    screen_taken: bool


def morning_question(
    now: datetime, calendar: Calendar, moment: Moment | None, known: DiaryFacts
) -> Asking:
    """Decide whether to ask about the last night at an instant (UTC).

    Only a night that the service covered from its bedtime on is asked after, and only one of which
    the diary says nothing. The question gives way to reminders, comes back once, and is given up
    five hours after the wake-up; a moment of the person's own that is later still has an hour.

    Args:
        now: The instant.
        calendar: The person's care days.
        moment: When to ask; None for never.
        known: What is known of the night before the care day of `now`.
    """
    today = calendar.at(now)
    night = day_before(today, calendar)
    if (
        moment is None
        or known.night.recorded
        or known.covered_since is None
        or known.covered_since > night.bedtime
        or len(known.asked) >= _TIMES_ASKED
    ):
        return AskNot()
    first = calendar.resolve(moment, today)
    ends = min(max(today.wake + ASKED_UNTIL, first + ASKED_AGAIN), today.ends)
    due = max([first, *(asked + ASKED_AGAIN for asked in known.asked)])
    if max(due, now) >= ends:
        return AskNot()
    if now < due:
        return AskLater(due)
    return AskLater(None) if known.screen_taken else AskNow(night.date, ends)
