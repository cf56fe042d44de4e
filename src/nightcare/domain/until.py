"""The end of a snooze or a pause, as a person types it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from nightcare.domain.care_day import ONE_DAY, Calendar
from nightcare.domain.moments import normalised, parse_length, without, without_first
from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.errors import ValueRefused


def parse_end(said: str, calendar: Calendar, now: datetime, words: TimeWords = ENGLISH) -> datetime:
    """Parse a length, or "until" and a clock time, a day or both, as an instant (UTC) after `now`.

    A number alone is minutes; "2 hours from now" and "until in 2 hours" are lengths too. A day
    without a clock time ends at its wake-up, and tomorrow begins with the next wake-up. Of all
    instants that fit, the end is the next one.

    Raises:
        ValueRefused: It is none of these, has two meanings, or has passed.
    """
    end = without_first(said, words.until)
    if end is None:
        return _after(_length(said, words), said, calendar, now)
    length = _bare_length(end, words)
    if length != end:
        with suppress(ValueRefused):
            return _after(parse_length(length, words), said, calendar, now)
    if end in words.bedtime:
        return _next_bedtime(calendar, now)
    from nightcare.domain.next_moment import next_moment  # noqa: PLC0415 - lengths need none

    found = next_moment(end, calendar, now, words)
    if found is None:
        raise ValueRefused("end_not_understood", found=said)
    return found


def _after(length: timedelta, said: str, calendar: Calendar, now: datetime) -> datetime:
    """Return the end (UTC) of a length.

    Raises:
        ValueRefused: It is outside the calendar.
    """
    try:
        end = now + length
        calendar.at(end)
    except OverflowError as error:
        raise ValueRefused("end_not_understood", found=said) from error
    return end


def _next_bedtime(calendar: Calendar, now: datetime) -> datetime:
    day = calendar.at(now)
    return day.bedtime if day.bedtime > now else calendar.day(day.date + ONE_DAY).bedtime


def _length(said: str, words: TimeWords) -> timedelta:
    try:
        return parse_length(_bare_length(said, words), words, in_minutes=True)
    except ValueRefused as error:
        if error.key == "length_not_understood" and _is_moment(said, words):
            raise ValueRefused("end_without_until", found=said) from error
        raise ValueRefused(error.key, found=said) from error


def _bare_length(said: str, words: TimeWords) -> str:
    """Return a length without the words before or after it: "in 2 hours", "2 hours from now"."""
    bare = without(normalised(said), words.during)
    for name in words.from_now:
        bare = bare.removesuffix(f" {name}")
    return bare


def _is_moment(said: str, words: TimeWords) -> bool:
    from nightcare.domain.day_parser import parse_day_and_clock  # noqa: PLC0415 - after an error

    try:
        return parse_day_and_clock(said, words) is not None
    except ValueRefused:
        return True
