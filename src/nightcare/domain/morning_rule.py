"""The rule for the morning question about the last night, and for its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.diary import Night, day_before
from nightcare.domain.moments import Moment

ASKED_UNTIL = timedelta(hours=5)
"""The time after the wake-up in which the morning question may be asked."""

ASKED_AGAIN = timedelta(hours=1)
"""The time after its first showing at which the morning question is repeated."""

_TIMES_ASKED = 2


@dataclass(frozen=True)
class AskNow:
    """The decision to ask about this night now, until an instant (UTC)."""

    night: date
    until: datetime


@dataclass(frozen=True)
class AskLater:
    """The decision to wait until an instant (UTC); None to wait for the next update."""

    at: datetime | None


@dataclass(frozen=True)
class AskNot:
    """The decision not to ask about the last night, or not again."""


Asking = AskNow | AskLater | AskNot


@dataclass(frozen=True)
class DiaryFacts:
    """The facts about the last night that the morning question depends on.

    Attributes:
        night: The entries of the diary about it.
        asked: The times (UTC) at which the question was shown, in order.
        covered_since: The instant (UTC) since which the service has run; None if it never has.
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

    The question is about a night in which the service ran from bedtime on, and that the diary has
    no entry for. It gives way to reminders, is repeated once, and is given up five hours after the
    wake-up; if the person has set a later moment, an hour after that.

    Args:
        now: The instant.
        calendar: The person's care days.
        moment: The time to ask at; None for never.
        known: The facts about the night before the care day of `now`.
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
