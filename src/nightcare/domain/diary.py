"""The cramp diary: cramps, mornings, and the nights they belong to.

All lengths here are nightcare's own; the guidance gives none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from nightcare.domain.care_day import Calendar, CareDay
from nightcare.errors import ValueRefused

UP_EARLY = timedelta(hours=2)
"""The time before the wake-up in which "last night" means the night that is about to end."""

_LONGEST_CRAMP = 24 * 60


class Leg(StrEnum):
    """The part of the leg with the cramp."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


class Severity(StrEnum):
    """The severity of a cramp, the mildest first."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Answer(StrEnum):
    """The person's answer to the morning question."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    """Offered only in the menu of the tray, because a notification has room for three buttons."""
    SEVERE = "severe"


@dataclass(frozen=True)
class DiaryMoment:
    """The place of a moment in the diary.

    Attributes:
        care_day: The care day in which it falls.
        by_night: Whether it falls in the night of that care day.
    """

    care_day: date
    by_night: bool

    @property
    def night(self) -> date | None:
        """The care day of the night that it belongs to; None by day."""
        return self.care_day if self.by_night else None


@dataclass(frozen=True)
class Cramp:
    """One cramp, as the person noted it.

    Attributes:
        id: Its number.
        at: Its time (UTC).
        offset: The offset from UTC of the person's clock at that time, where it was noted.
        place: Its place in the diary, by the zone and the hours when it was noted.
        leg: The part of the leg; None if it was not noted.
        severity: Its severity; None if it was not noted.
        minutes: Its length; None if it was not noted.
        note: The person's own words, as they were typed; may be empty.
        recorded: The time at which it was noted, or last corrected (UTC).
    """

    id: int
    at: datetime
    offset: timedelta
    place: DiaryMoment
    leg: Leg | None
    severity: Severity | None
    minutes: int | None
    note: str
    recorded: datetime

    @property
    def local(self) -> datetime:
        """The local time of the cramp, with its offset."""
        return self.at.astimezone(timezone(self.offset))


@dataclass(frozen=True)
class Morning:
    """The person's answer about a night, given in the morning.

    Attributes:
        night: The care day whose night it was.
        answer: The answer.
        recorded: The time of the answer (UTC).
    """

    night: date
    answer: Answer
    recorded: datetime


@dataclass(frozen=True)
class Night:
    """The entries of the diary about one night.

    Attributes:
        night: The care day whose night it was.
        cramps: The cramps of that night, in order of time.
        answer: The answer in the morning, if any.
    """

    night: date
    cramps: tuple[Cramp, ...]
    answer: Answer | None

    @property
    def recorded(self) -> bool:
        """True if the diary has an entry about it."""
        return self.answer is not None or bool(self.cramps)

    @property
    def had_cramps(self) -> bool:
        """True if there was a cramp."""
        return bool(self.cramps) or self.answer not in (None, Answer.NONE)

    @property
    def severe(self) -> bool:
        """True if there was a severe one."""
        return self.worst is Severity.SEVERE

    @property
    def worst(self) -> Severity | None:
        """The worst severity of its cramps; None without any, or if no severity was noted."""
        said = [one.severity for one in self.cramps if one.severity is not None]
        if self.answer is not None and self.answer is not Answer.NONE:
            said.append(Severity(self.answer))
        return max(said, key=list(Severity).index, default=None)


# Which night


def place_of(moment: datetime, calendar: Calendar) -> DiaryMoment:
    """Return the place of an instant (UTC): by day, or in the night until the next wake-up."""
    day = calendar.at(moment)
    return DiaryMoment(day.date, by_night=moment >= day.bedtime)


def last_night(now: datetime, calendar: Calendar) -> CareDay:
    """Return the care day of the last night that has ended, or is about to, at an instant (UTC)."""
    return day_before(calendar.at(now + UP_EARLY), calendar)


def day_before(day: CareDay, calendar: Calendar) -> CareDay:
    """Return the care day before this one; a date that the zone skips has none."""
    return calendar.at(day.wake - timedelta(microseconds=1))


def checked_minutes(minutes: int) -> int:
    """Return a length in minutes, checked to be one that a cramp can have.

    Raises:
        ValueRefused: It is none.
    """
    if not 1 <= minutes <= _LONGEST_CRAMP:
        raise ValueRefused("cramp_minutes", found=minutes, most=_LONGEST_CRAMP)
    return minutes


# The nights together


def nights(
    days: Iterable[date], cramps: Iterable[Cramp], mornings: Iterable[Morning]
) -> list[Night]:
    """Return the diary's nights of these care days, in the order of the days."""
    by_night: dict[date, list[Cramp]] = {}
    for cramp in sorted(cramps, key=lambda one: one.at):
        if cramp.place.by_night:
            by_night.setdefault(cramp.place.care_day, []).append(cramp)
    answers = {one.night: one.answer for one in mornings}
    return [Night(day, tuple(by_night.get(day, ())), answers.get(day)) for day in days]
