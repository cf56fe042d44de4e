"""The week that `[sleep]` stands for, and where in it each time is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal

from nightcare.config.locations import Path
from nightcare.config.model import SleepTable
from nightcare.config.types import WEEKDAYS
from nightcare.domain.care_day import Hours, Sleep
from nightcare.domain.moments import Anchor, Moment, Relative

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SleepWeek:
    """The hours of each weekday, Monday 0, reckoned on a day without a clock change.

    Attributes:
        table: The table they are made of.
        sleep: The hours.
    """

    table: SleepTable
    sleep: Sleep

    @classmethod
    def of(cls, table: SleepTable) -> SleepWeek:
        """The week that a table stands for."""
        monday, tuesday, wednesday, thursday, friday, saturday, sunday = (
            Hours(day.wake or table.wake, day.bedtime or table.bedtime)
            for day in (getattr(table, name) for name in WEEKDAYS)
        )
        return cls(table, Sleep((monday, tuesday, wednesday, thursday, friday, saturday, sunday)))

    def hours(self, number: int) -> Hours:
        """The hours of a weekday."""
        return self.sleep.week[number]

    def place(self, number: int, key: Literal["wake", "bedtime"]) -> Path:
        """The key that says when a weekday wakes up or goes to bed."""
        name = WEEKDAYS[number]
        own = getattr(getattr(self.table, name), key) is not None
        return ("sleep", name, key) if own else ("sleep", key)

    def span(self, number: int) -> tuple[timedelta, timedelta]:
        """Wake-up and bedtime of a weekday since its midnight."""
        hours = self.hours(number)
        bedtime = since_midnight(hours.bedtime)
        late = hours.bed_is_next_date()
        return since_midnight(hours.wake), bedtime + A_DAY if late else bedtime

    def night(self, number: int) -> timedelta:
        """How long it is from a weekday's bedtime to the next wake-up; negative where it is not."""
        following = self.span(self.after(number))[0] + A_DAY
        return following - self.span(number)[1]

    def after(self, number: int) -> int:
        """The weekday that follows."""
        return (number + 1) % len(WEEKDAYS)

    def before(self, number: int) -> int:
        """The weekday that comes before."""
        return (number - 1) % len(WEEKDAYS)

    def offset(self, moment: Moment, number: int) -> timedelta:
        """A moment of a weekday since its midnight."""
        wake, bedtime = self.span(number)
        if isinstance(moment, Relative):
            return (wake if moment.anchor is Anchor.WAKE else bedtime) + moment.offset
        hours, clock = self.hours(number), since_midnight(moment.time)
        after_midnight = hours.bed_is_next_date() and moment.time <= hours.bedtime
        return clock + A_DAY if after_midnight else clock

    def wakes(self, moment: Moment, number: int) -> bool:
        """Whether a moment lies in a weekday's waking hours, both ends included."""
        wake, bedtime = self.span(number)
        return wake <= self.offset(moment, number) <= bedtime

    def bound(self, moment: Moment, number: int) -> Path:
        """The key that puts a moment outside a weekday's waking hours."""
        early = self.offset(moment, number) < self.span(number)[0]
        return self.place(number, "wake" if early else "bedtime")


def since_midnight(clock: time) -> timedelta:
    """A time on the wall, as the time elapsed on a day without a clock change."""
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
