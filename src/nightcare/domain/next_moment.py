"""The next moment that a clock time, a day or both name, as a person types them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.day_parser import (
    DayAndClock,
    check_date_exists,
    instant_with_offset,
    parse_day_and_clock,
)
from nightcare.domain.moments import clock_of
from nightcare.domain.named_days import NearDay, OnDate, dates_ahead
from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.errors import ValueRefused

_JUST_PASSED = timedelta(days=183)
"""The time since a date within which it does not mean the next year, unless that is named."""


def next_moment(
    said: str, calendar: Calendar, now: datetime, words: TimeWords = ENGLISH
) -> datetime | None:
    """Parse a clock time, a day or both as the next instant (UTC) after `now`.

    A day without a clock time means its wake-up, and tomorrow begins with the next wake-up.

    Raises:
        ValueRefused: It has two meanings, or has passed.

    Returns:
        The instant; None if the text is none of these.
    """
    try:
        exact = instant_with_offset(said)
        if exact is not None:
            if exact <= now:
                raise ValueRefused("date_has_passed", found=said)
            # The first dates and the last have no care day.
            calendar.at(exact)
            return exact
        moment = parse_day_and_clock(said, words)
        return None if moment is None else _next(moment, said, calendar, now)
    except OverflowError:  # the first and the last dates of the calendar
        return None


def _next(moment: DayAndClock, said: str, calendar: Calendar, now: datetime) -> datetime | None:
    """Return the next instant (UTC) that was meant; None where there is no such date.

    Raises:
        ValueRefused: It has passed, or the date is not on the weekday that was named.
        OverflowError: It is outside the calendar.
    """
    day = moment.day
    if day is None:
        assert moment.clock is not None
        return calendar.next_clock(clock_of(moment.clock), now)
    today = calendar.local(now).date()
    moment.check_meaning(said, today)
    if isinstance(day, NearDay) and day.away > 0:
        first = calendar.local(calendar.at(now).ends).date() + (day.away - 1) * ONE_DAY
        days = [first, first + ONE_DAY]
    else:
        days = dates_ahead(day, today)
    check_date_exists(day, days, said)
    if not days:
        return None
    passed: datetime | None = None
    for one in days:
        end = _instant(moment, one, calendar, now)
        if end > now:
            break
        passed = end
    else:
        raise ValueRefused("date_has_passed", found=said)
    if isinstance(day, OnDate):
        _check_date(day, one, passed, said, now)
    return end


def _check_date(
    day: OnDate, found: date, passed: datetime | None, said: str, now: datetime
) -> None:
    """Check that the next date of a day was meant, and not one that has `passed` (UTC).

    Raises:
        ValueRefused: The other one may be meant, or it is not on the weekday that was named.
    """
    if passed is not None and day.month is None:
        raise ValueRefused("date_has_passed", found=said)
    if passed is not None and passed > now - _JUST_PASSED:
        raise ValueRefused("date_wants_year", found=said, year=found.year)
    if not day.fits(found):
        raise ValueRefused("date_on_other_weekday", found=said, date=found)


def _instant(moment: DayAndClock, day: date, calendar: Calendar, now: datetime) -> datetime:
    """Return the moment on a date (UTC); if its wall time occurs twice, the next after `now`."""
    wall = moment.wall(day)
    if wall is None:
        return calendar.day(day).wake
    first = calendar.instant(wall)
    return first if first > now else calendar.instant(wall.replace(fold=1))
