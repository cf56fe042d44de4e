"""What the diary comes to over a while: counts side by side, and no more than they can say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from nightcare.data import dataclass
from nightcare.domain.course import Course, Outcome, Settled
from nightcare.domain.diary import Cramp, Morning, Night, Severity, nights
from nightcare.domain.reminders import Topic

FEWEST_NIGHTS = 7
"""With fewer nights on record than this, which is nightcare's own number, little can be said."""

SPAN_HOURS = 2
"""Hours of the clock that are counted together."""

_EVENING = 12
"""A night's hours are told from noon to noon."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """What became of the reminders of one kind.

    Attributes:
        shown: How many came on the screen, or were answered.
        done: How many of these were answered as done.
    """

    shown: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class Nights:
    """How many nights of a span were how.

    Attributes:
        all: All of them.
        cramps: Those with cramps.
        free: Those recorded as without.
        severe: Those with a severe one.
    """

    all: int
    cramps: int
    free: int
    severe: int

    @property
    def recorded(self) -> int:
        """Those of which the diary says anything."""
        return self.cramps + self.free

    @property
    def unknown(self) -> int:
        """Those of which the diary says nothing."""
        return self.all - self.recorded


@dataclass(frozen=True, slots=True)
class Week:
    """One week, from Monday on; the first and the last may be cut short.

    Attributes:
        first: Its first care day that counts.
        nights: Its nights.
        reminded: Its reminders.
    """

    first: date
    nights: Nights
    reminded: Reminded


@dataclass(frozen=True, slots=True)
class Report:
    """What the diary and the reminders of some care days come to.

    Attributes:
        days: The care days, in order.
        nights: Their nights, one by one.
        counted: The same, counted.
        by_day: Cramps by day.
        worst: How many nights had which worst severity; None where nothing was said of it.
        hours: How many cramps of the nights began in which hours of the clock, by the first hour.
        topics: What became of the reminders of each topic that came at all.
        weeks: The same, week by week.
    """

    days: tuple[date, ...]
    nights: tuple[Night, ...]
    counted: Nights
    by_day: int
    worst: dict[Severity | None, int]
    hours: dict[int, int]
    topics: dict[Topic, Reminded]
    weeks: tuple[Week, ...]

    @property
    def enough(self) -> bool:
        """Whether there are so many nights on record that something can be said."""
        return self.counted.recorded >= FEWEST_NIGHTS


def report(
    days: Sequence[date],
    cramps: Sequence[Cramp],
    mornings: Sequence[Morning],
    courses: Iterable[Course],
) -> Report:
    """What is on record of these care days, put together; what is of others is left out."""
    within = set(days)
    told = nights(days, cramps, mornings)
    settled = [one for one in courses if one.key.care_day in within and _came(one)]
    own = [one for one in cramps if one.place.care_day in within]
    worst = Counter(one.worst for one in told if one.had_cramps)
    hours = Counter(one.local.hour // SPAN_HOURS * SPAN_HOURS for one in own if one.place.by_night)
    return Report(
        days=tuple(days),
        nights=tuple(told),
        counted=_counted(told),
        by_day=sum(not one.place.by_night for one in own),
        worst={kind: worst[kind] for kind in (*reversed(Severity), None) if worst[kind]},
        hours={hour: hours[hour] for hour in sorted(hours, key=lambda one: (one - _EVENING) % 24)},
        topics={
            topic: _reminded(one for one in settled if one.topic is topic)
            for topic in Topic
            if any(one.topic is topic for one in settled)
        },
        weeks=tuple(_weeks(days, told, settled)),
    )


def _weeks(
    days: Sequence[date], told: Sequence[Night], settled: Sequence[Course]
) -> Iterable[Week]:
    for monday in sorted({_monday(day) for day in days}):
        yield Week(
            first=min(day for day in days if _monday(day) == monday),
            nights=_counted([one for one in told if _monday(one.night) == monday]),
            reminded=_reminded(one for one in settled if _monday(one.key.care_day) == monday),
        )


def _monday(day: date) -> date:
    return date.fromordinal(max(1, day.toordinal() - day.weekday()))


def days_until(last: date, count: int) -> list[date]:
    """So many care days, of which this is the last; fewer where the calendar begins later."""
    count = min(count, last.toordinal())
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _counted(told: Sequence[Night]) -> Nights:
    return Nights(
        all=len(told),
        cramps=sum(one.had_cramps for one in told),
        free=sum(one.recorded and not one.had_cramps for one in told),
        severe=sum(one.severe for one in told),
    )


def _came(course: Course) -> bool:
    """Whether it has an outcome that says that the person could see it."""
    return isinstance(course.state, Settled) and course.state.outcome is not Outcome.MISSED


def _reminded(courses: Iterable[Course]) -> Reminded:
    outcomes = [one.state.outcome for one in courses if isinstance(one.state, Settled)]
    return Reminded(len(outcomes), outcomes.count(Outcome.DONE))
