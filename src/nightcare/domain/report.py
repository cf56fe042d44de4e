"""The report on the diary: counts side by side, and no conclusions beyond them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nightcare.domain.delivery import Closed, Delivery, Outcome
from nightcare.domain.diary import Cramp, Morning, Night, Severity, nights
from nightcare.domain.reminders import Topic

FEWEST_NIGHTS = 7
"""The fewest recorded nights for a conclusion; the number is nightcare's own."""

SPAN_HOURS = 2
"""Hours of the clock that are counted together."""

LONGEST_BY_WEEK = 53 * 7
"""The days up to which a report is divided into weeks; a longer one is divided into months."""

_EVENING = 12
"""The hour of the clock at which the hours of a night begin: noon."""


@dataclass(frozen=True)
class ReminderCounts:
    """Counts of the outcomes of reminders of one kind.

    Attributes:
        shown: The number that was shown or answered; without those that were skipped.
        done: The number of these that were answered as done, in time or ahead of it.
        skipped: The number that the person skipped.
    """

    shown: int = 0
    done: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class Nights:
    """Counts of the nights of a span by kind.

    Attributes:
        all: The number of all nights.
        cramps: The number with cramps.
        free: The number recorded as without cramps.
        severe: The number with a severe cramp.
    """

    all: int
    cramps: int
    free: int
    severe: int

    @property
    def recorded(self) -> int:
        """The number of nights that the diary has an entry for."""
        return self.cramps + self.free

    @property
    def unknown(self) -> int:
        """The number of nights without an entry in the diary."""
        return self.all - self.recorded


@dataclass(frozen=True)
class ReportSpan:
    """One week, from Monday on, or one month; the first and the last may be incomplete.

    Attributes:
        first: Its first care day in the report.
        nights: Its nights.
        worst: The number of nights for each worst severity; None if the severity was not noted.
            reminded: Its reminders.
    """

    first: date
    nights: Nights
    worst: dict[Severity | None, int]
    reminded: ReminderCounts


@dataclass(frozen=True)
class Report:
    """The figures of the diary and the reminders over some care days.

    Attributes:
        days: The care days, in order.
        nights: Their nights, one by one.
        counted: The same, counted.
        cramps: Each cramp that was noted, by night and by day, in order of time.
        worst: The number of nights for each worst severity; None if the severity was not noted.
        hours: The number of cramps by night for each span of hours, by its first hour.
        topics: The counts of the reminders of each topic that had any.
        weeks: Nights and reminders, week by week.
        months: The same, month by month.
    """

    days: tuple[date, ...]
    nights: tuple[Night, ...]
    counted: Nights
    cramps: tuple[Cramp, ...]
    worst: dict[Severity | None, int]
    hours: dict[int, int]
    topics: dict[Topic, ReminderCounts]
    weeks: tuple[ReportSpan, ...]
    months: tuple[ReportSpan, ...]

    @property
    def by_day(self) -> int:
        """The number of cramps by day."""
        return sum(not one.place.by_night for one in self.cramps)

    @property
    def by_month(self) -> bool:
        """True if it is so long that it is divided into months."""
        return len(self.days) > LONGEST_BY_WEEK

    @property
    def spans(self) -> tuple[ReportSpan, ...]:
        """The weeks, or the months of a long report."""
        return self.months if self.by_month else self.weeks

    @property
    def enough(self) -> bool:
        """True if there are enough recorded nights for a conclusion."""
        return self.counted.recorded >= FEWEST_NIGHTS


def report(
    days: Sequence[date],
    cramps: Sequence[Cramp],
    mornings: Sequence[Morning],
    deliveries: Iterable[Delivery],
) -> Report:
    """Return the report on these care days; records of others are left out."""
    within = set(days)
    covered = nights(days, cramps, mornings)
    settled = [one for one in deliveries if one.key.care_day in within and _came(one)]
    own = sorted((one for one in cramps if one.place.care_day in within), key=lambda one: one.at)
    hours = Counter(one.local.hour // SPAN_HOURS * SPAN_HOURS for one in own if one.place.by_night)
    return Report(
        days=tuple(days),
        nights=tuple(covered),
        counted=_counted(covered),
        cramps=tuple(own),
        worst=_worst(covered),
        hours={hour: hours[hour] for hour in sorted(hours, key=lambda one: (one - _EVENING) % 24)},
        topics={
            topic: _reminded(one for one in settled if one.topic is topic)
            for topic in Topic
            if any(one.topic is topic for one in settled)
        },
        weeks=_spans(days, covered, settled, _monday),
        months=_spans(days, covered, settled, _first_of_month),
    )


def _spans(
    days: Sequence[date],
    covered: Sequence[Night],
    settled: Sequence[Delivery],
    beginning: Callable[[date], date],
) -> tuple[ReportSpan, ...]:
    """Return nights and reminders by the week or month in which their care day is."""
    firsts: dict[date, date] = {}
    for day in days:
        firsts.setdefault(beginning(day), day)
    nights_of: defaultdict[date, list[Night]] = defaultdict(list)
    for night in covered:
        nights_of[beginning(night.night)].append(night)
    deliveries_of: defaultdict[date, list[Delivery]] = defaultdict(list)
    for delivery in settled:
        deliveries_of[beginning(delivery.key.care_day)].append(delivery)
    return tuple(
        ReportSpan(
            first,
            _counted(nights_of[begun]),
            _worst(nights_of[begun]),
            _reminded(deliveries_of[begun]),
        )
        for begun, first in firsts.items()
    )


def _monday(day: date) -> date:
    return date.fromordinal(max(1, day.toordinal() - day.weekday()))


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def days_until(last: date, count: int) -> list[date]:
    """Return this number of care days up to a last one; fewer where the calendar begins later."""
    count = min(count, last.toordinal())
    return [last - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _counted(covered: Sequence[Night]) -> Nights:
    return Nights(
        all=len(covered),
        cramps=sum(one.had_cramps for one in covered),
        free=sum(one.recorded and not one.had_cramps for one in covered),
        severe=sum(one.severe for one in covered),
    )


def _worst(covered: Sequence[Night]) -> dict[Severity | None, int]:
    worst = Counter(one.worst for one in covered if one.had_cramps)
    return {kind: worst[kind] for kind in (*reversed(Severity), None) if worst[kind]}


def _came(delivery: Delivery) -> bool:
    """Return whether its outcome shows that the person saw or answered it."""
    return isinstance(delivery.state, Closed) and delivery.state.outcome is not Outcome.MISSED


def _reminded(deliveries: Iterable[Delivery]) -> ReminderCounts:
    outcomes = [one.state.outcome for one in deliveries if isinstance(one.state, Closed)]
    skipped = outcomes.count(Outcome.SKIPPED)
    return ReminderCounts(len(outcomes) - skipped, outcomes.count(Outcome.DONE), skipped)
