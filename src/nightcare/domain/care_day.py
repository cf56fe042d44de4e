"""The sleep schedule, and the care days it makes: from one wake-up to the next.

A wall time that a clock change skips moves forward by the gap. One that occurs twice is the first
of the two in a schedule, and `fold=1` (PEP 495) names the second; a time that a person types now is
the next one after now (`Calendar.next_clock`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from nightcare.domain.moments import Anchor, ClockTime, Moment

ONE_DAY = timedelta(days=1)

SHORT_DAY = timedelta(hours=8)
"""Shorter waking hours may be a mistake, such as 10:00 for ten in the evening."""

_NOON = 12

_MOST_KNOWN = 100
"""The number of care days that a calendar keeps."""

AFTER_BEDTIME = timedelta(minutes=30)
"""The time after bedtime in which a late reminder may still be shown."""


@dataclass(frozen=True)
class Hours:
    """The wake-up and the bedtime of a care day, in local wall time."""

    wake: time
    bedtime: time

    def bed_is_next_date(self) -> bool:
        """Return whether bedtime lies after midnight: not later on the clock than the wake-up."""
        return self.bedtime <= self.wake


@dataclass(frozen=True)
class Sleep:
    """The hours of each weekday of a wake-up, Monday first."""

    week: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]

    def on(self, day: date) -> Hours:
        """Return the hours of the care day of a date."""
        return self.week[day.weekday()]


@dataclass(frozen=True)
class CareDay:
    """One care day; the instants are UTC.

    Attributes:
        date: The date of its wake-up, which names it.
        wake: Its wake-up.
        bedtime: Its bedtime; the night is from here to `ends`.
        ends: The next wake-up.
    """

    date: date
    wake: datetime
    bedtime: datetime
    ends: datetime

    def awake(self, instant: datetime) -> bool:
        """Return whether an instant (UTC) lies in the waking hours, both ends included."""
        return self.wake <= instant <= self.bedtime

    def asleep(self, instant: datetime) -> bool:
        """Return whether an instant (UTC) is so late in the night that nothing is shown."""
        return self.bedtime + AFTER_BEDTIME < instant < self.ends


@dataclass(frozen=True)
class Calendar:
    """The care days of one person in one time zone.

    Attributes:
        sleep: The hours of each weekday.
        zone: The time zone of the hours.
        tonight: Another bedtime for single care days, as given by `nightcare tonight`.
    """

    sleep: Sleep
    zone: tzinfo
    tonight: Mapping[date, time] = field(default_factory=dict)
    _known: dict[date, CareDay] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Care days that were computed before."""

    def hours(self, day: date) -> Hours:
        """Return the hours of a care day, with tonight's other bedtime if there is one."""
        usual = self.sleep.on(day)
        bedtime = self.tonight.get(day)
        return usual if bedtime is None else Hours(usual.wake, bedtime)

    def day(self, day: date) -> CareDay:
        """Return the care day of a date."""
        if day not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[day] = self._computed(day)
        return self._known[day]

    def _computed(self, day: date) -> CareDay:
        wake, ends = self._wake(day), self._wake(day + ONE_DAY)
        # A clock change can move one of the three past another.
        return CareDay(day, wake, min(max(self.bedtime(day), wake), ends), ends)

    def _wake(self, day: date) -> datetime:
        noon = self.instant(datetime.combine(day, time(12)))
        # A date that the zone skips, to cross the date line, begins and ends with the next one.
        on = day if self.local(noon).date() == day else day + ONE_DAY
        return self.instant(datetime.combine(on, self.sleep.on(on).wake))

    def bedtime(self, day: date) -> datetime:
        """Return the bedtime (UTC) of a care day by its hours."""
        hours = self.hours(day)
        on = day + ONE_DAY if hours.bed_is_next_date() else day
        return self.instant(datetime.combine(on, hours.bedtime))

    def evening_half(self, bedtime: time, now: datetime) -> time | None:
        """Return the time twelve hours from a bedtime tonight that was probably meant, if any.

        The condition is that the bedtime is in the morning, has passed or would make a short day,
        and that the other time lies between `now` (UTC) and the next wake-up.
        """
        day = self.at(now)
        evening = bedtime.replace(hour=(bedtime.hour + _NOON) % (2 * _NOON))
        said, meant = (
            replace(self, tonight={day.date: one}).bedtime(day.date) for one in (bedtime, evening)
        )
        if bedtime.hour > _NOON or (now <= said <= day.ends and said - day.wake >= SHORT_DAY):
            return None
        return evening if max(now, day.wake + SHORT_DAY) <= meant <= day.ends else None

    def at(self, now: datetime) -> CareDay:
        """Return the care day in which an instant (UTC) falls."""
        local = now.astimezone(self.zone).date()
        day = self.day(local)
        while day.wake > now:
            day = self.day(day.date - ONE_DAY)
        while day.ends <= now:
            day = self.day(day.date + ONE_DAY)
        return day

    def resolve(self, moment: Moment, day: CareDay) -> datetime:
        """Return the instant (UTC) of a moment on a care day.

        Another bedtime tonight moves moments that are relative to bedtime. A clock time stays at
        its place by the usual hours: a late evening could lose it, or move it to another care day.
        """
        if isinstance(moment, ClockTime):
            hours = self.sleep.on(day.date)
            after_midnight = hours.bed_is_next_date() and moment.time <= hours.bedtime
            on = day.date + ONE_DAY if after_midnight else day.date
            return self.instant(datetime.combine(on, moment.time))
        anchor = day.wake if moment.anchor is Anchor.WAKE else day.bedtime
        return anchor + moment.offset

    def instant(self, wall: datetime) -> datetime:
        """Return the instant (UTC) of a wall time (local, without a zone).

        With `fold=1` it is the second one of a wall time that occurs twice.
        """
        first = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        if not wall.fold:
            return first
        # In a gap `fold=1` means an instant before it (PEP 495); there is no second one to name.
        return max(first, wall.replace(tzinfo=self.zone).astimezone(UTC))

    def next_clock(self, clock: time, after: datetime) -> datetime:
        """Return the next instant (UTC) later than `after` (UTC) at which the clock shows a time.

        If the time occurs twice, that is whichever comes next.
        """
        return min(one for one in self._shows(clock, after) if one > after)

    def last_clock(self, clock: time, until: datetime) -> datetime:
        """Return the last instant (UTC), not later than `until` (UTC), that shows a time."""
        return max(one for one in self._shows(clock, until) if one <= until)

    def _shows(self, clock: time, around: datetime) -> list[datetime]:
        """Return the instants (UTC) at which the clock shows a time, from days before to after."""
        today = self.local(around).date()
        # A date that the zone skips has the time of the next one.
        dates = [today + number * ONE_DAY for number in (-2, -1, 0, 1, 2)]
        return [
            self.instant(datetime.combine(date, clock.replace(fold=fold)))
            for date in dates
            for fold in (0, 1)
        ]

    def local(self, instant: datetime) -> datetime:
        """Return an instant (UTC) in the person's local time."""
        return instant.astimezone(self.zone)
