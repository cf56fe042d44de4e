"""The rules about time a second time: slowly, minute by minute, by looking at a clock face.

It knows nothing of offsets, folds and searches. It writes down what the clock on the wall shows in
each minute of some days, and reads everything else from that. What it says can be checked against
the design by eye; what `nightcare.domain` says is checked against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from nightcare.domain.care_day import Sleep
from nightcare.domain.moments import Anchor, ClockTime, Moment
from nightcare.domain.reminders import At, Every

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CronTable:
    """Five cron fields, and the numbers each stands for; Sunday is 0."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    dates: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def matches(self, wall: datetime) -> bool:
        """Return whether the wall clock matches; of two kinds of day, either may match."""
        if wall.minute not in self.minutes or wall.hour not in self.hours:
            return False
        _, _, dates, _, weekdays = self.text.split()
        right_date = wall.day in self.dates
        right_weekday = (wall.weekday() + 1) % 7 in self.weekdays
        if dates.startswith("*") or weekdays.startswith("*"):
            right_day = right_date and right_weekday
        else:
            right_day = right_date or right_weekday
        return right_day and wall.month in self.months


class ClockFace:
    """The time on the wall clock in each minute of some days."""

    def __init__(self, zone: tzinfo, first: date, last: date) -> None:
        minute = datetime.combine(first, time(), UTC) - DAY
        end = datetime.combine(last, time(), UTC) + 2 * DAY
        self.shown: dict[datetime, datetime] = {}
        self.gaps: list[tuple[datetime, datetime]] = []
        before = None
        while minute < end:
            wall = minute.astimezone(zone).replace(tzinfo=None)
            self.shown.setdefault(wall, minute)
            if before is not None and wall > before + MINUTE:
                self.gaps.append((before + MINUTE, wall))
            before = wall
            minute += MINUTE

    def instant(self, wall: datetime) -> datetime:
        """Return the first instant of this wall time, shifted by the missing minutes in a gap."""
        for begins, ends in self.gaps:
            if begins <= wall < ends:
                return self.shown[wall + (ends - begins)]
        return self.shown[wall]

    def has(self, day: date) -> bool:
        """Return whether the clock ever shows this date."""
        return datetime.combine(day, time(12)) in self.shown


@dataclass(frozen=True, slots=True)
class Naive:
    """The rules, on a clock face."""

    face: ClockFace
    sleep: Sleep
    tonight: Mapping[date, time]

    def wake(self, day: date) -> datetime:
        """Return the start of a care day; a day that never occurs starts with the next."""
        while not self.face.has(day):
            day += DAY
        return self.face.instant(datetime.combine(day, self.sleep.on(day).wake))

    def bedtime(self, day: date) -> datetime:
        """Return the bedtime of a care day, within that day."""
        wake = self.sleep.on(day).wake
        bedtime = self.tonight.get(day, self.sleep.on(day).bedtime)
        instant = self.face.instant(datetime.combine(day + DAY * (bedtime <= wake), bedtime))
        return sorted([self.wake(day), instant, self.wake(day + DAY)])[1]

    def moment(self, moment: Moment, day: date) -> datetime:
        """Return the time of a moment on a care day."""
        if isinstance(moment, ClockTime):
            hours = self.sleep.on(day)
            past_midnight = moment.time <= hours.bedtime <= hours.wake
            return self.face.instant(datetime.combine(day + DAY * past_midnight, moment.time))
        anchor = self.wake if moment.anchor is Anchor.WAKE else self.bedtime
        return anchor(day) + moment.offset

    def generated(self, timing: At | Every | CronTable, day: date) -> Iterator[datetime]:
        """Yield the times that a care day generates."""
        wake, bedtime, ends = self.wake(day), self.bedtime(day), self.wake(day + DAY)
        if isinstance(timing, At):
            for moment in timing.moments:
                due = self.moment(moment, day)
                if isinstance(moment, ClockTime) or wake <= due <= bedtime:
                    yield due
        elif isinstance(timing, Every):
            first, until = self.moment(timing.first, day), self.moment(timing.until, day)
            if not isinstance(timing.first, ClockTime):
                if first > bedtime:
                    return
                first = max(first, wake)
            if not isinstance(timing.until, ClockTime):
                until = min(until, bedtime)
            yield from (
                first + number * timing.interval
                for number in range(max(0, (until - first) // timing.interval + 1))
            )
        else:
            wall = datetime.combine(day - DAY, time())
            while wall < datetime.combine(day + 3 * DAY, time()):
                if timing.matches(wall) and wake <= self.face.instant(wall) < ends:
                    yield self.face.instant(wall)
                wall += MINUTE

    def plan(
        self, timing: At | Every | CronTable, days: frozenset[int], first: date, count: int
    ) -> dict[datetime, date]:
        """Return the due times of so many care days, each with the date of its care day."""
        labels: dict[datetime, date] = {}
        for number in range(-2, count):
            day = first + number * DAY
            if self.face.has(day) and day.weekday() in days:
                for due in self.generated(timing, day):
                    labels.setdefault(due, day)
        return {due: day for due, day in sorted(labels.items()) if day >= first}


def naive(
    zone: tzinfo, sleep: Sleep, tonight: Mapping[date, time], first: date, count: int
) -> Naive:
    """Return the rules on a clock face for so many care days from `first` on."""
    return Naive(ClockFace(zone, first - 3 * DAY, first + (count + 2) * DAY), sleep, tonight)
