"""Days, and moments named by a day and a clock time, as people type them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.moments import normalised, since_midnight, without
from nightcare.domain.named_days import Day, NearDay, OnDate, Weekday, dates_ahead
from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.errors import ValueRefused

_WEEK, _YEAR = 7, 12
_CENTURY = 2000
_SHORTEST_NAME = 3
_SHORT_YEAR = 2

MOST_DAYS = 3660
"""The largest number of days in a view of the plan or of the diary: ten years."""


def parse_day(text: str, words: TimeWords = ENGLISH) -> Day | None:
    """Parse a day: "tomorrow", "monday", "24 December", "24/12", "24.12.", "2026-12-24".

    Raises:
        ValueRefused: The day and the month may be either way round.

    Returns:
        The day; None where it is none.
    """
    whole = normalised(text).rstrip(", ")
    said = without(whole, words.on)
    for one in (whole, said):
        if one in words.near:
            return NearDay(words.near[one])
    toward = next((one for one in words.toward if said.startswith(f"{one} ")), "")
    weekday = _named(said.removeprefix(toward).lstrip(), words.weekdays)
    if weekday is not None:
        return Weekday(weekday % _WEEK, words.toward.get(toward, 0))
    first, _, rest = said.partition(" ")
    weekday = _named(first.rstrip(","), words.weekdays)
    if weekday is None:
        return _parse_date(said, text, words)
    day = _parse_date(without(rest, words.on), text, words)
    return None if day is None else OnDate(day.year, day.month, day.day, weekday % _WEEK)


@functools.cache
def _date_patterns() -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})"),
        re.compile(
            r"(?P<day>\d{1,2})(?:\.|[snrt][tdh])? ?(?:of )?(?P<name>[^\W\d_]+)\.?"
            r"(?:,? (?P<year>\d{4}))?"
        ),
        re.compile(
            r"(?P<name>[^\W\d_]+)\.? (?:the )?(?P<day>\d{1,2})(?:[snrt][tdh])?"
            r"(?:,? (?P<year>\d{4}))?"
        ),
        re.compile(r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})(?:\.(?P<year> ?\d{4}|\d{2})?)?"),
        re.compile(
            r"(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:(?:[-/]| (?=\d{4}))(?P<year>\d{4}|\d{2}))?"
        ),
        re.compile(r"(?P<first>\d{1,2})-(?P<second>\d{1,2})-(?P<year>\d{4})"),
    )


def _parse_date(said: str, text: str, words: TimeWords) -> OnDate | None:
    found = next((one for form in _date_patterns() if (one := form.fullmatch(said))), None)
    if found is None:
        return None
    parts = found.groupdict()
    year = None if parts["year"] is None else int(parts["year"])
    if year is not None and len(parts["year"]) == _SHORT_YEAR:
        year += _CENTURY
    if "name" in parts:
        month = _named(parts["name"], words.months)
        return None if month is None else OnDate(year, month % _YEAR + 1, int(parts["day"]))
    if "first" not in parts:
        month = int(parts["month"])
        # "friday 22.30" is a clock time.
        return OnDate(year, month, int(parts["day"])) if 1 <= month <= _YEAR else None
    day, month = int(parts["first"]), int(parts["second"])
    if day <= _YEAR < month:
        day, month = month, day
    elif day != month and day <= _YEAR and month <= _YEAR and not words.day_first:
        spoken = words.months[-_YEAR:]
        raise ValueRefused(
            "date_which_way",
            found=text,
            one=f"{day} {spoken[month - 1].capitalize()}",
            other=f"{month} {spoken[day - 1].capitalize()}",
        )
    return OnDate(year, month, day)


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """Return the place of the name that a word is, or is short for; a final s may be too much."""
    full = word.rstrip(".")
    for short in (full, full.removesuffix("s")):
        found = next((at for at, name in enumerate(names) if name.startswith(short)), None)
        if found is not None and len(short) >= _SHORTEST_NAME:
            return found
    return None


# A day and a clock time


@dataclass(frozen=True)
class DayAndClock:
    """A day, a clock time, or both, as they were said.

    Attributes:
        day: The day; None where none was named.
        clock: The time since its midnight; None where none was named.
    """

    day: Day | None
    clock: timedelta | None

    def wall(self, day: date) -> datetime | None:
        """Return the clock time as a wall time of a date; None where none was named."""
        if self.clock is None:
            return None
        return datetime.combine(day, time.min) + self.clock


def parse_day_and_clock(text: str, words: TimeWords = ENGLISH) -> DayAndClock | None:
    """Parse a day, a clock time, or a day and a clock time: "tomorrow 07:00", "24/12 at 8.30".

    The morning of a day is the day without a clock time.

    Raises:
        ValueRefused: It is one that has two meanings, or a clock time that no clock shows.

    Returns:
        What was said; None where it is none of these.
    """
    said = normalised(text)
    refused: ValueRefused | None = None
    try:
        since = since_midnight(said, words)
        return DayAndClock(None, since if since <= ONE_DAY else since - ONE_DAY)
    except ValueRefused as error:
        refused = error if error.key != "clock_not_understood" else None
    day = parse_day(said, words)
    if day is not None:
        return DayAndClock(day, None)
    for named, after in _splits(said):
        day = parse_day(named, words)
        if day is None:
            continue
        if words.parts.get(after) == 0:
            return DayAndClock(day, None)
        try:
            clock = since_midnight(after, words)
        except ValueRefused as error:
            refused = error if error.key != "clock_not_understood" else refused
        else:
            # The night of a day at one o'clock may be that before it or that after it.
            return None if clock > ONE_DAY else DayAndClock(day, clock)
    if refused is not None:
        raise ValueRefused(refused.key, **{**refused.values, "found": text})
    return None


def _splits(said: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a text, at a space or ISO 8601's T, into a day and a clock time."""
    parted = re.sub(r"^(\d{4}-\d\d-\d\d)t", r"\1 ", said)
    parts = [(parted[:at], parted[at + 1 :]) for at, sign in enumerate(parted) if sign == " "]
    yield from parts
    yield from ((day, clock) for clock, day in parts)


def checked_days(days: int, most: int = MOST_DAYS) -> int:
    """Return a number of days that a view may span, from 1 to `most`.

    Raises:
        ValueRefused: It is outside of these.
    """
    if not 1 <= days <= most:
        raise ValueRefused("days_out_of_range", found=days, most=most)
    return days


def instant_with_offset(said: str) -> datetime | None:
    """Parse a date and clock time of ISO 8601 with an offset (UTC); None where it is none.

    Raises:
        OverflowError: It is outside the calendar.
    """
    try:
        at = datetime.fromisoformat(said.strip().upper())
    except ValueError:
        return None
    return None if at.tzinfo is None else at.astimezone(UTC)


def coming_date(text: str, today: date, words: TimeWords = ENGLISH) -> date:
    """Parse a day as its next date from today (local) on; a date with its year may have been.

    Raises:
        ValueRefused: It is none, or has two meanings.
    """
    day = parse_day(text, words)
    days = [] if day is None else dates_ahead(day, today)
    named = isinstance(day, NearDay) or (isinstance(day, OnDate) and day.year is not None)
    found = next((one for one in days if named or one >= today), None)
    if found is None:
        raise ValueRefused("date_not_understood", found=text)
    if isinstance(day, OnDate) and not day.fits(found):
        raise ValueRefused("date_on_other_weekday", found=text, date=found)
    return found
