"""Nights of the diary, and the times of cramps, as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

from nightcare.domain.care_day import ONE_DAY, Calendar, CareDay
from nightcare.domain.day_parser import (
    check_date_exists,
    instant_with_offset,
    parse_day_alone,
    parse_day_and_clock,
)
from nightcare.domain.diary import UP_EARLY, last_night
from nightcare.domain.moments import clock_of, normalised, parse_length, without
from nightcare.domain.named_days import NearDay, OnDate, dates_back
from nightcare.domain.time_words import ENGLISH, TimeWords
from nightcare.errors import ValueRefused

_JUST_AHEAD = timedelta(days=14)
"""The time ahead within which a date without a year does not mean the year before."""


def night_named(text: str, now: datetime, calendar: Calendar, words: TimeWords = ENGLISH) -> date:
    """Return the night of a day as typed, which has ended at `now` (UTC).

    Raises:
        ValueRefused: It is no day, or that night has not ended.
    """
    said = normalised(text)
    if said in words.last_night:
        return last_night(now, calendar).date
    evening = without(said, words.night_to)
    # The night to friday is that after the evening of thursday.
    after = ONE_DAY * (evening != said)
    named = parse_day_alone(_nights_as_days(evening, words), words)
    days = [] if named is None else dates_back(named, calendar.local(now).date())
    check_date_exists(named, days, text)
    try:
        nights = [calendar.day(day - after) for day in days]
    except OverflowError as error:
        raise ValueRefused("date_not_understood", found=text) from error
    ended = [night for night in nights if night.ends <= now + UP_EARLY]
    coming = nights[: len(nights) - len(ended)]
    if not ended or (isinstance(named, OnDate) and _too_near(coming, now)):
        raise ValueRefused("night_not_over" if nights else "date_not_understood", found=text)
    if isinstance(named, OnDate) and not named.fits(ended[0].date + after):
        raise ValueRefused("date_on_other_weekday", found=text, date=ended[0].date + after)
    return ended[0].date


def _nights_as_days(said: str, words: TimeWords) -> str:
    """Return "2 nights ago" as that number of days ago: the night after the evening of that day."""
    for name in words.nights:
        for ago in words.ago:
            count = said.removesuffix(f" {name} {ago}")
            if count != said:
                return f"{count} {words.days[0]} {ago}"
    return said


def _too_near(coming: list[CareDay], now: datetime) -> bool:
    """Return whether the last of these care days, the next one, is probably meant."""
    return bool(coming) and coming[-1].wake - now < _JUST_AHEAD


def parse_at(said: str, calendar: Calendar, now: datetime, words: TimeWords = ENGLISH) -> datetime:
    """Parse a clock time, with or without a day, as its last instant (UTC).

    "03:10", "yesterday 03:10", "monday 3.10", "21 November 03:10", "2026-11-22T03:10" or
    "10 minutes ago". A clock time alone is the last time that the person's clock showed it. With a
    day, one that occurs twice when the clocks go back is the first; a date with an offset, as
    ISO 8601 writes it, says which.

    Raises:
        ValueRefused: It is none of these, has two meanings, or has not come yet.
    """
    try:
        moment = instant_with_offset(said) or _ago(said, now, words)
        moment = moment or _last(said, calendar, now, words)
        # The first dates and the last have no care day.
        calendar.at(moment)
    except OverflowError as error:
        raise ValueRefused("at_not_understood", found=said) from error
    if moment > now:
        raise ValueRefused("cramp_to_come", found=said)
    return moment


def _ago(said: str, now: datetime, words: TimeWords) -> datetime | None:
    """Parse this moment, or a length before it, as an instant (UTC); None where it is none."""
    text = normalised(said)
    if text in words.now:
        return now
    for name in words.ago:
        if text.endswith(f" {name}"):
            with suppress(ValueRefused):
                length = parse_length(without(text.removesuffix(name), words.during), words)
                # "2 days ago" is a day without a time.
                return now - length if length < ONE_DAY else None
    return None


def _last(said: str, calendar: Calendar, now: datetime, words: TimeWords) -> datetime:
    """Return the last instant (UTC) up to `now` that was meant; else the first one after it."""
    moment = parse_day_and_clock(said, words)
    if moment is None or moment.clock is None or moment.day == NearDay(1):
        raise ValueRefused("at_not_understood", found=said)
    if moment.day is None:
        return calendar.last_clock(clock_of(moment.clock), now)
    today = calendar.local(now).date()
    moment.check_meaning(said, today, back=True)
    days = dates_back(moment.day, today)
    check_date_exists(moment.day, days, said)
    instants = [calendar.instant(wall) for day in days if (wall := moment.wall(day))]
    if not instants:
        raise ValueRefused("at_not_understood", found=said)
    at = next((at for at, instant in enumerate(instants) if instant <= now), 0)
    if isinstance(moment.day, OnDate) and at and instants[at - 1] - now < _JUST_AHEAD:
        at -= 1
    if isinstance(moment.day, OnDate) and not moment.day.fits(days[at]):
        raise ValueRefused("date_on_other_weekday", found=said, date=days[at])
    return instants[at]
