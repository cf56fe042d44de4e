"""Sleep schedules, reminders and deliveries for tests, written the way a person writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nightcare.domain.care_day import Calendar, Hours, Sleep
from nightcare.domain.delivery import Delivery, begin
from nightcare.domain.diary import Cramp, place_of
from nightcare.domain.moments import parse_clock, parse_length, parse_moment
from nightcare.domain.reasons import Condition
from nightcare.domain.reminders import (
    At,
    Cron,
    Every,
    Key,
    Occurrence,
    Reminder,
    Topic,
    Urgency,
    WhenBusy,
)

DAILY = frozenset(range(7))
ZONES = (
    "Europe/Copenhagen", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
    "Africa/Casablanca", "America/Sao_Paulo", "Asia/Kolkata", "UTC",
)  # fmt: skip
"""Zones with clock changes, skipped dates and uneven offsets."""

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def utc(text: str) -> datetime:
    """Return an instant, written as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    """Return a wall time without a zone."""
    return datetime.fromisoformat(text)


def day(text: str) -> date:
    """Return a date."""
    return date.fromisoformat(text)


def length(text: str) -> timedelta:
    """Return a length."""
    return parse_length(text)


def hours(wake: str, bedtime: str) -> Hours:
    """Return the hours of one care day."""
    return Hours(parse_clock(wake), parse_clock(bedtime))


def sleep(usual: str = "07:00-22:30", **days: str) -> Sleep:
    """Return a week of "wake-bedtime", with other hours for the weekdays named."""
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
        hours(*days.get(name, usual).split("-")) for name in _WEEKDAYS
    )
    return Sleep((monday, tuesday, wednesday, thursday, friday, saturday, sunday))


def calendar(
    zone: str = "Europe/Copenhagen",
    usual: str = "07:00-22:30",
    tonight: Mapping[date, time] | None = None,
    **days: str,
) -> Calendar:
    """Return the calendar of a person who keeps these hours in that zone."""
    return Calendar(sleep(usual, **days), ZoneInfo(zone), tonight or {})


def at(*moments: str) -> At:
    """Due at these moments."""
    return At(tuple(parse_moment(one) for one in moments))


def every(interval: str, first: str, until: str) -> Every:
    """Due again and again."""
    return Every(parse_length(interval), parse_moment(first), parse_moment(until))


def reminder(timing: At | Every | Cron, name: str = "water", **changes: Any) -> Reminder:
    """Return a plain reminder with the given values."""
    plain = Reminder(
        name=name,
        topic=Topic.HYDRATION,
        timing=timing,
        days=DAILY,
        text=None,
        enabled=True,
        snooze=(timedelta(minutes=10), timedelta(minutes=30)),
        fresh=timedelta(minutes=45),
        stays=timedelta(minutes=10),
        repeat=None,
        urgency=Urgency.NORMAL,
        sound=None,
        quiet=dict.fromkeys(Condition, WhenBusy.HOLD) | {Condition.PRESENTING: WhenBusy.SHOW},
    )
    return replace(plain, **changes)


def delivery(due: datetime, name: str = "water", care_day: str = "2026-11-02") -> Delivery:
    """Return the delivery of an occurrence that is due."""
    return begin(Occurrence(Key(name, day(care_day), "1"), due), Topic.HYDRATION)


def on_the_clock(made: Iterable[Occurrence], calendar: Calendar) -> list[str]:
    """Return the due times of occurrences on the person's clock: "Sun 29 08:00"."""
    return [f"{calendar.local(one.due):%a %d %H:%M}" for one in made]


def labelled(made: Iterable[Occurrence]) -> list[tuple[str, str]]:
    """Return the due times of occurrences in UTC, each with the date of its care day."""
    return [(f"{one.due:%d %H:%M}", f"{one.key.care_day:%d}") for one in made]


def cramp(local: str, own: Calendar | None = None, **changes: object) -> Cramp:
    """Return a cramp at a wall time of the person's."""
    own = own or calendar()
    at = own.instant(wall(local))
    plain = Cramp(
        1, at, own.local(at).utcoffset() or timedelta(), place_of(at, own), None, None, None, "", at
    )
    return replace(plain, **changes)  # type: ignore[arg-type]
