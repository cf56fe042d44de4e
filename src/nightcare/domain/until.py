"""Until when a snooze or a pause lasts, as a person says it."""

from __future__ import annotations

from datetime import date, datetime, time

from nightcare.domain.care_day import Calendar
from nightcare.domain.moments import parse_clock, parse_length
from nightcare.errors import ValueRefused

UNTIL = "until"
_TOMORROW = "tomorrow"


def parse_end(words: str, calendar: Calendar, now: datetime) -> datetime:
    """Understand "10m", "until 21:00", "until tomorrow" or "until 2026-12-27" as an instant (UTC).

    "Tomorrow" is the next wake-up, and a date is its wake-up; a clock time is the next one after
    now, also where the clock shows it twice.

    Raises:
        ValueRefused: It is none of these, or has passed.
    """
    first, _, rest = words.strip().partition(" ")
    if first.lower() != UNTIL:
        return now + parse_length(words)
    end = rest.strip().lower()
    if end == _TOMORROW:
        return calendar.at(now).ends
    day = _date(end)
    if day is None:
        return calendar.next_clock(_clock(end, words), now)
    try:
        wake = calendar.day(day).wake
    except OverflowError as error:  # the last and the first dates of the calendar have no wake-up
        raise ValueRefused("end_not_understood", found=words) from error
    if wake <= now:
        raise ValueRefused("date_has_passed", found=end)
    return wake


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _clock(text: str, words: str) -> time:
    try:
        return parse_clock(text)
    except ValueRefused as error:
        raise ValueRefused("end_not_understood", found=words) from error
