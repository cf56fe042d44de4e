"""The cramp diary: cramps, mornings, and the nights they belong to.

All lengths here are nightcare's own; the guidance gives none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

from nightcare.domain.care_day import Calendar, CareDay
from nightcare.domain.day_parser import (
    NearDay,
    OnDate,
    dates_back,
    parse_day,
    parse_day_and_clock,
)
from nightcare.domain.time_parser import ENGLISH, TimeWords, clock_of
from nightcare.errors import ValueRefused

UP_EARLY = timedelta(hours=2)
"""This shortly before the wake-up, "last night" means the night that is about to end."""

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
    """Only in the menu of the tray: a notification has room for three buttons."""
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
        id: The number it is known by.
        at: When it was (UTC).
        offset: How far the person's clock was ahead of UTC then, where it was noted.
        place: Where in the diary it belongs, by the zone and the hours when it was noted.
        leg: Where it was; None where nothing was said.
        severity: How bad it was; None where nothing was said.
        minutes: How long it lasted; None where nothing was said.
        note: The person's own words, as they were typed; may be empty.
        recorded: When it was noted, or last corrected (UTC).
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
        answer: What was said.
        recorded: When it was said (UTC).
    """

    night: date
    answer: Answer
    recorded: datetime


@dataclass(frozen=True)
class Night:
    """All that the diary says of one night.

    Attributes:
        night: The care day whose night it was.
        cramps: The cramps of that night, in order of time.
        answer: What was said in the morning, if anything.
    """

    night: date
    cramps: tuple[Cramp, ...]
    answer: Answer | None

    @property
    def recorded(self) -> bool:
        """True if the diary says anything of it."""
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
        """The worst of its cramps; None without any, or where nothing was said of how bad."""
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
    """Return the care day of the last night that has ended, or nearly, at an instant (UTC)."""
    return day_before(calendar.at(now + UP_EARLY), calendar)


def day_before(day: CareDay, calendar: Calendar) -> CareDay:
    """Return the care day that ends as this one begins; dates that a zone skips have none."""
    return calendar.at(day.wake - timedelta(microseconds=1))


def night_named(text: str, now: datetime, calendar: Calendar, words: TimeWords = ENGLISH) -> date:
    """Return the night after the evening of a day that was named, which has ended at `now` (UTC).

    Raises:
        ValueRefused: It is no day, or that night is still to come or to end.
    """
    named = parse_day(text, words)
    days = [] if named is None else dates_back(named, calendar.local(now).date())
    try:
        nights = [calendar.day(day) for day in days]
    except OverflowError as error:
        raise ValueRefused("date_not_understood", found=text) from error
    ended = [night for night in nights if night.ends <= now + UP_EARLY]
    if not ended:
        raise ValueRefused("night_not_over" if nights else "date_not_understood", found=text)
    if isinstance(named, OnDate) and not named.fits(ended[0].date):
        raise ValueRefused("date_on_other_weekday", found=text, date=ended[0].date)
    return ended[0].date


# When it was


def parse_at(said: str, calendar: Calendar, now: datetime, words: TimeWords = ENGLISH) -> datetime:
    """Parse a clock time, alone or of a day, as the last instant (UTC) at which it was.

    "03:10", "yesterday 03:10", "monday 3.10", "21 November 03:10" or "2026-11-22T03:10". A clock
    time alone is the last time that the person's clock showed it. With a day, one that occurs twice
    when the clocks go back is the first; a date with an offset, as ISO 8601 writes it, says which.

    Raises:
        ValueRefused: It is none of these, has two meanings, or has not come yet.
    """
    moment = _with_offset(said, calendar) or _last(said, calendar, now, words)
    if moment > now:
        raise ValueRefused("cramp_to_come", found=said)
    return moment


def _last(said: str, calendar: Calendar, now: datetime, words: TimeWords) -> datetime:
    """Return the last instant (UTC) up to `now` that was meant; else the first one after it."""
    moment = parse_day_and_clock(said, words)
    if moment is None or moment.clock is None or moment.day == NearDay(1):
        raise ValueRefused("at_not_understood", found=said)
    if moment.day is None:
        return calendar.last_clock(clock_of(moment.clock), now)
    days = dates_back(moment.day, calendar.local(now).date())
    try:
        instants = [calendar.instant(wall) for day in days if (wall := moment.wall(day))]
        for instant in instants:
            # The first dates and the last have no care day.
            calendar.at(instant)
    except OverflowError as error:
        raise ValueRefused("at_not_understood", found=said) from error
    if not instants:
        raise ValueRefused("at_not_understood", found=said)
    at = next((at for at, instant in enumerate(instants) if instant <= now), 0)
    if isinstance(moment.day, OnDate) and not moment.day.fits(days[at]):
        raise ValueRefused("date_on_other_weekday", found=said, date=days[at])
    return instants[at]


def _with_offset(said: str, calendar: Calendar) -> datetime | None:
    """Parse a date and clock time of ISO 8601 with an offset; None where it is none."""
    try:
        at = datetime.fromisoformat(said.strip())
        if at.tzinfo is None:
            return None
        instant = at.astimezone(UTC)
        calendar.at(instant)
    except (ValueError, OverflowError):
        return None
    return instant


def checked_minutes(minutes: int) -> int:
    """Return a length in minutes that a cramp can have.

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
