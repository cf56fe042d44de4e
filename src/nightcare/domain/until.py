"""The end of a snooze or a pause, as a person types it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nightcare.domain.care_day import Calendar
from nightcare.domain.day_parser import (
    DayAndClock,
    NearDay,
    OnDate,
    dates_ahead,
    parse_day_and_clock,
)
from nightcare.domain.time_parser import (
    ENGLISH,
    TimeWords,
    clock_of,
    parse_length,
    without_first,
)
from nightcare.errors import ValueRefused

_JUST_PASSED = timedelta(days=183)
"""A date that passed so shortly ago is that of the next year only where that year is named."""


def parse_end(said: str, calendar: Calendar, now: datetime, words: TimeWords = ENGLISH) -> datetime:
    """Parse a length, or "until" and a clock time, a day or both, as an instant (UTC) after `now`.

    A number alone is minutes. A day without a clock time ends at its wake-up, and tomorrow begins
    with the next wake-up. Of all instants that fit, the end is the next one.

    Raises:
        ValueRefused: It is none of these, has two meanings, or has passed.
    """
    end = without_first(said, words.until)
    if end is None:
        return now + _length(said, words)
    moment = parse_day_and_clock(end, words)
    try:
        found = None if moment is None else _next(moment, end, calendar, now)
    except OverflowError:  # the first and the last dates of the calendar
        found = None
    if found is None:
        raise ValueRefused("end_not_understood", found=said)
    return found


def _length(said: str, words: TimeWords) -> timedelta:
    rest = without_first(said, words.during)
    try:
        return parse_length(said if rest is None else rest, words, in_minutes=True)
    except ValueRefused as error:
        if error.key == "length_not_understood" and _is_moment(said, words):
            raise ValueRefused("end_without_until", found=said) from error
        raise ValueRefused(error.key, found=said) from error


def _is_moment(said: str, words: TimeWords) -> bool:
    try:
        return parse_day_and_clock(said, words) is not None
    except ValueRefused:
        return True


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
    if day == NearDay(1):
        days = [calendar.local(calendar.at(now).ends).date()]
    else:
        days = dates_ahead(day, today)
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
        if passed is not None and passed > now - _JUST_PASSED:
            raise ValueRefused("date_wants_year", found=said, year=one.year)
        if not day.fits(one):
            raise ValueRefused("date_on_other_weekday", found=said, date=one)
    return end


def _instant(moment: DayAndClock, day: date, calendar: Calendar, now: datetime) -> datetime:
    """Return the moment on a date (UTC); of a wall time that occurs twice the next after `now`."""
    wall = moment.wall(day)
    if wall is None:
        return calendar.day(day).wake
    first = calendar.instant(wall)
    return first if first > now else calendar.instant(wall.replace(fold=1))
