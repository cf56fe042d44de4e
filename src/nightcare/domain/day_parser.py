"""Days, and moments named by a day and a clock time, as people type them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.moments import (
    clock_of,
    clock_text,
    normalised,
    parse_length,
    since_midnight,
    without,
)
from nightcare.domain.named_days import Day, NearDay, OnDate, Weekday, dates_ahead, dates_back
from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.errors import ValueRefused

_WEEK, _YEAR = 7, 12
_CENTURY = 2000
_SHORTEST_NAME = 3
_SHORT_YEAR = 2
_LONGEST_MONTH, _LAST_HOUR = 31, 24

MOST_DAYS = 3660
"""The largest number of days in a view of the plan or of the diary: ten years."""


def parse_day(text: str, words: TimeWords = ENGLISH) -> Day | None:
    """Parse a day: "tomorrow", "monday", "24/12", "the 24th", "2 days ago", "next week".

    Raises:
        ValueRefused: The day and the month may be either way round.

    Returns:
        The day; None if the text is none.
    """
    whole = normalised(text).rstrip(", ")
    said = _without_on(whole, words)
    for one in (whole, said):
        if one in words.near:
            return NearDay(words.near[one])
        if one in words.parts_of_week:
            return Weekday(words.parts_of_week[one], 1)
    away = _days_ago(whole, words)
    if away is not None:
        return NearDay(-away)
    toward = next((one for one in words.toward if said.startswith(f"{one} ")), "")
    weekday = _named(said.removeprefix(toward).lstrip(), words.weekdays)
    if weekday is not None:
        return Weekday(weekday % _WEEK, words.toward.get(toward, 0))
    first, _, rest = said.partition(" ")
    weekday = _named(first.rstrip(","), words.weekdays)
    if weekday is None:
        return _parse_date(said, text, words)
    day = _parse_date(_without_on(rest, words), text, words)
    return None if day is None else OnDate(day.year, day.month, day.day, weekday % _WEEK)


def _without_on(said: str, words: TimeWords) -> str:
    """Return a day without the words before it; a number alone then is that day of a month."""
    rest, on = said, ""
    while rest != on:
        on, rest = rest, without(rest, words.on)
    return f"{rest}." if rest.isdecimal() and (rest != said or int(rest) > _LAST_HOUR) else rest


def _days_ago(said: str, words: TimeWords) -> int | None:
    """Parse "2 days ago" as that number of days; None where it is none of whole days."""
    for name in words.ago:
        length = said.removesuffix(f" {name}")
        if length != said:
            with suppress(ValueRefused):
                days, rest = divmod(parse_length(without(length, words.during), words), ONE_DAY)
                return None if rest else days
    return None


def parse_day_alone(text: str, words: TimeWords = ENGLISH) -> Day | None:
    """Parse a day where no clock time can be meant: "24" and "friday 13" are days of a month too.

    Raises:
        ValueRefused: As `parse_day` does.
    """
    return parse_day(text, words) or parse_day(f"{text}.", words)


@functools.cache
def _date_patterns() -> tuple[re.Pattern[str], ...]:
    return (
        re.compile(r"(?P<day>\d{1,2})(?:\.|[snrt][tdh])"),
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
    if len(parts) == 1:
        number = int(parts["day"])
        return OnDate(None, None, number) if 1 <= number <= _LONGEST_MONTH else None
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
    """Return the index of the name that a word is, or abbreviates; a final s is ignored."""
    full = word.rstrip(".")
    for short in (full, full.removesuffix("s")):
        found = next((at for at, name in enumerate(names) if name.startswith(short)), None)
        if found is not None and len(short) >= _SHORTEST_NAME:
            return found
    return None


def check_date_exists(day: Day | None, dates: list[date], text: str) -> None:
    """Check that a date has dates that it may mean.

    Raises:
        ValueRefused: It is none of the calendar, as 31 November.
    """
    if isinstance(day, OnDate) and not dates:
        raise ValueRefused("no_such_date", found=text)


# A day and a clock time


@dataclass(frozen=True)
class DayAndClock:
    """A day, a clock time, or both, as they were typed.

    Attributes:
        day: The day; None where none was named.
        clock: The time since its midnight; None where none was named.
        or_date: What the clock time after a weekday is as a date, if it may be one: friday 13.
    """

    day: Day | None
    clock: timedelta | None
    or_date: OnDate | None = None

    def wall(self, day: date) -> datetime | None:
        """Return the clock time as a wall time of a date; None where none was named."""
        if self.clock is None:
            return None
        return datetime.combine(day, time.min) + self.clock

    def check_meaning(self, said: str, today: date, *, back: bool = False) -> None:
        """Check that the clock time is no date on the weekday that was named.

        Args:
            said: The text of both.
            today: The date (local).
            back: Whether the moment has been, and is not to come.

        Raises:
            ValueRefused: It may be either.
        """
        either = self.or_date
        if either is None:
            return
        dates = dates_back(either, today) if back else dates_ahead(either, today)
        nearest = next((one for one in dates if one == today or (one < today) == back), None)
        if nearest is not None and either.fits(nearest):
            assert self.clock is not None
            raise ValueRefused("clock_or_date", found=said, clock=clock_text(clock_of(self.clock)))


def parse_day_and_clock(text: str, words: TimeWords = ENGLISH) -> DayAndClock | None:
    """Parse a day, a clock time, or a day and a clock time: "tomorrow 07:00", "24/12 at 8.30".

    The morning of a day is the day without a clock time, and a morning alone that of tomorrow.

    Raises:
        ValueRefused: It is one that has two meanings, a clock time that no clock shows, or a part
            of a day without a clock time.

    Returns:
        The parsed text; None if it is none of these.
    """
    said = normalised(text)
    refused: ValueRefused | None = None
    try:
        since = since_midnight(said, words)
        return DayAndClock(None, since if since <= ONE_DAY else since - ONE_DAY)
    except ValueRefused as error:
        refused = error if error.key != "clock_not_understood" else None
    part = _without_on(said, words)
    whole = NearDay(1) if part in words.parts else parse_day(said, words)
    if whole is not None and not (isinstance(whole, OnDate) and whole.weekday is not None):
        return _part_of_day(whole, part, text, words)
    for named, after in _splits(said):
        day = parse_day(named, words)
        if day is None:
            continue
        if after in words.parts:
            return _part_of_day(day, after, text, words)
        try:
            clock = since_midnight(after, words)
        except ValueRefused as error:
            refused = error if error.key != "clock_not_understood" else refused
        else:
            # The night of a day at one o'clock may be that before it or that after it.
            return None if clock > ONE_DAY else DayAndClock(day, clock, _as_date(day, after, words))
    if isinstance(whole, OnDate):
        return DayAndClock(whole, None)
    if refused is not None:
        raise ValueRefused(refused.key, **{**refused.values, "found": text})
    return None


def _part_of_day(day: Day, part: str, text: str, words: TimeWords) -> DayAndClock:
    """Return a day, or its morning, without a clock time.

    Raises:
        ValueRefused: It is another part of the day, and so needs one.
    """
    if words.parts.get(part, 0):
        raise ValueRefused("part_without_clock", found=text)
    return DayAndClock(day, None)


def _as_date(day: Day, clock: str, words: TimeWords) -> OnDate | None:
    """Return a clock time after a weekday as a date; None where it can be none."""
    if not isinstance(day, Weekday):
        return None
    date_text = f"{clock}." if clock.isdecimal() else clock
    found = _parse_date(date_text, clock, words)
    return found and replace(found, weekday=day.number)


def _splits(said: str) -> Iterator[tuple[str, str]]:
    """Yield each way to part a text, at a space or ISO 8601's T, into a day and a clock time."""
    parted = re.sub(r"^(\d{4}-\d\d-\d\d)t", r"\1 ", said)
    parts = [(parted[:at], parted[at + 1 :]) for at, sign in enumerate(parted) if sign == " "]
    yield from parts
    yield from ((day, clock) for clock, day in parts)


def checked_days(days: int, most: int = MOST_DAYS) -> int:
    """Return a number of days that a view may span, from 1 to `most`.

    Raises:
        ValueRefused: It is outside of this range.
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
    day = parse_day_alone(text, words)
    days = [] if day is None else dates_ahead(day, today)
    check_date_exists(day, days, text)
    named = isinstance(day, NearDay) or (isinstance(day, OnDate) and day.year is not None)
    found = next((one for one in days if named or one >= today), None)
    if found is None:
        raise ValueRefused("date_not_understood", found=text)
    if isinstance(day, OnDate) and not day.fits(found):
        raise ValueRefused("date_on_other_weekday", found=text, date=found)
    return found
