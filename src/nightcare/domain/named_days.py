"""Days as people name them, and the dates that each may mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

_WEEK, _YEAR = 7, 12

_MOST_YEARS = 9
"""Within so many years every date comes: the 29th of February skips one leap year at most."""


@dataclass(frozen=True)
class NearDay:
    """A day by its distance from today: tomorrow (1), yesterday (-1)."""

    away: int


@dataclass(frozen=True)
class Weekday:
    """A day of the week.

    Attributes:
        number: The day, Monday 0.
        toward: 1 if it comes after today, -1 if it was before, 0 if that was not given.
    """

    number: int
    toward: int = 0


@dataclass(frozen=True)
class OnDate:
    """A date, whose year may be left open, and then the month too.

    Attributes:
        year: The year; None if it was not given.
        month: From 1; None if it was not given.
        day: From 1.
        weekday: The day of the week that was named with it, Monday 0, if any.
    """

    year: int | None
    month: int | None
    day: int
    weekday: int | None = None

    def within(self, year: int, month: int) -> date | None:
        """Return the date, in this year and month if none was given; None if it does not exist."""
        try:
            return date(self.year or year, self.month or month, self.day)
        except ValueError:
            return None

    def fits(self, day: date) -> bool:
        """Return whether a date is on the day of the week that was named."""
        return self.weekday in (None, day.weekday())


Day = NearDay | Weekday | OnDate


def dates_ahead(day: Day, today: date) -> list[date]:
    """Return the dates from today on that a day may mean, the nearest first.

    Args:
        day: The day.
        today: The date (local).
    """
    return _dates(day, today, 1)


def dates_back(day: Day, today: date) -> list[date]:
    """Return the dates up to today that a day may mean, the nearest first."""
    return _dates(day, today, -1)


def _dates(day: Day, today: date, way: int) -> list[date]:
    match day:
        case NearDay(away):
            # Of a million days ago there is no date.
            number = today.toordinal() + away
            return [date.fromordinal(number)] if 1 <= number <= date.max.toordinal() else []
        case Weekday(toward=toward) if toward == -way:
            return []
        case Weekday(number, toward):
            apart = way * (number - today.weekday()) % _WEEK
            days = [today + timedelta(days=way * (apart + more)) for more in (0, _WEEK)]
            return days[1:] if toward and not apart else days
        case OnDate(month=None):
            months = (today.year * _YEAR + today.month - 1 + way * more for more in range(_YEAR))
            found = (day.within(one // _YEAR, one % _YEAR + 1) for one in months)
            return [one for one in found if one is not None and (one - today).days * way >= 0]
        case OnDate(year=None):
            # Of the year before, too, so that it can be told that a date has just passed.
            years = range(today.year - way, today.year + way * _MOST_YEARS, way)
            dates = (day.within(year, today.month) for year in years)
            return [one for one in dates if one is not None]
        case _:
            one = day.within(today.year, today.month)
            return [] if one is None else [one]
