"""The charts of the page: the calendar of the nights, and the tables with their bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from nightcare.domain.diary import Night, Severity
from nightcare.domain.report import SPAN_HOURS, ReminderCounts, Report, ReportSpan
from nightcare.i18n.report_text import (
    hours_text,
    severity_text,
    share,
    share_and_skipped,
    span_names,
)
from nightcare.i18n.translator import Translator

LENGTH = 200
"""Length of the longest bar of segments, in units of the drawing."""

_MOST_MARKS = 7
"""Units that are drawn one by one, as the nights of a week; more are drawn as segments."""

_GAP = 1

_MOST_LARGE = 4
"""Months of a calendar that is drawn large, with the number of each day."""

_SHORT = 2
"""Letters of the short name of a weekday."""

_WEEK = 7


class BarMark(StrEnum):
    """The symbol for a kind of unit; each has its own shape, not a colour alone."""

    SEVERE = "severe"
    MODERATE = "moderate"
    MILD = "mild"
    UNSAID = "unsaid"
    FREE = "free"
    UNKNOWN = "unknown"
    CRAMP = "cramp"
    DONE = "done"
    UNDONE = "undone"


def severity_mark(worst: Severity | None) -> BarMark:
    """Return the symbol for the worst severity of a night; None if it was not noted."""
    return BarMark.UNSAID if worst is None else BarMark(worst)


@dataclass(frozen=True)
class Segment:
    """A segment of a bar: its start, from the left, and its length."""

    mark: BarMark
    start: float
    length: float


@dataclass(frozen=True)
class Bar:
    """A bar, either of marks or of segments."""

    marks: tuple[BarMark, ...] = ()
    segments: tuple[Segment, ...] = ()


def build_bar(counts: Sequence[tuple[BarMark, int]], longest: int) -> Bar:
    """Return the bar for counts of units; `longest` units reach from end to end."""
    if longest <= _MOST_MARKS:
        return Bar(marks=tuple(mark for mark, count in counts for _ in range(count)))
    unit = LENGTH / longest
    segments, before = [], 0
    for mark, count in counts:
        if count:
            length = max(count * unit - _GAP, unit / 2)
            segments.append(Segment(mark, round(before * unit, 2), round(length, 2)))
            before += count
    return Bar(segments=tuple(segments))


# The calendar

_NIGHT_MARKS = (
    BarMark.SEVERE, BarMark.MODERATE, BarMark.MILD, BarMark.UNSAID, BarMark.FREE, BarMark.UNKNOWN
)  # fmt: skip


@dataclass(frozen=True)
class CalendarDay:
    """A night, on the date of the evening on which it began."""

    number: int
    mark: BarMark
    label: str


@dataclass(frozen=True)
class CalendarMonth:
    """A month in weeks of seven days; None for days outside the report."""

    name: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


@dataclass(frozen=True)
class NightCalendar:
    """The nights one by one.

    Attributes:
        large: Whether it is drawn large.
        weekdays: The short and the full name of each day of the week.
        months: The months.
        legend: The meaning of each symbol.
    """

    large: bool
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[CalendarMonth, ...]
    legend: tuple[tuple[BarMark, str], ...]


def build_calendar(report: Report, translator: Translator) -> NightCalendar:
    """Return the calendar of a report."""
    labels = {mark: translator.text(f"page_night_{mark}") for mark in _NIGHT_MARKS}
    months = tuple(
        _month(list(nights), labels, translator)
        for _, nights in groupby(report.nights, key=lambda one: (one.night.year, one.night.month))
    )
    return NightCalendar(
        large=len(months) <= _MOST_LARGE,
        weekdays=tuple((name[:_SHORT], name) for name in translator.weekdays),
        months=months,
        legend=tuple(labels.items()),
    )


def _month(
    nights: Sequence[Night], labels: Mapping[BarMark, str], translator: Translator
) -> CalendarMonth:
    first = nights[0].night
    days = {
        one.night.day: CalendarDay(one.night.day, mark, labels[mark])
        for one in nights
        for mark in (_mark(one),)
    }
    numbers = [*range(1 - first.replace(day=1).weekday(), nights[-1].night.day + 1)]
    numbers += [0] * (-len(numbers) % _WEEK)
    weeks = (numbers[at : at + _WEEK] for at in range(0, len(numbers), _WEEK))
    return CalendarMonth(
        translator.text("page_month", month=translator.months[first.month - 1], year=first.year),
        tuple(tuple(map(days.get, week)) for week in weeks if not days.keys().isdisjoint(week)),
    )


def _mark(night: Night) -> BarMark:
    if not night.recorded:
        return BarMark.UNKNOWN
    return severity_mark(night.worst) if night.had_cramps else BarMark.FREE


# The tables


@dataclass(frozen=True)
class Row:
    """A row of a table: its name, its figure with a bar, and further figures."""

    name: str
    bar: Bar
    figure: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table; the legend explains its symbols if there are several kinds."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    legend: tuple[tuple[BarMark, str], ...] = ()


def build_tables(report: Report, translator: Translator) -> Iterator[Table]:
    """Yield the tables of severities, hours and reminders that are not empty."""
    say = translator.text
    if report.worst:
        most = max(report.worst.values())
        rows = tuple(
            Row(
                severity_text(worst, translator),
                build_bar([(severity_mark(worst), n)], most),
                str(n),
            )
            for worst, n in report.worst.items()
        )
        yield Table(say("report_worst"), (say("page_how_bad"), say("page_nights")), rows)
    if report.hours:
        most = max(report.hours.values())
        rows = tuple(
            Row(hours_text(hour), build_bar([(BarMark.CRAMP, count)], most), str(count))
            for hour in _hours_between(list(report.hours))
            for count in (report.hours.get(hour, 0),)
        )
        yield Table(say("report_hours"), (say("page_clock"), say("page_cramps")), rows)
    if report.topics:
        most = max(one.shown for one in report.topics.values())
        rows = tuple(
            Row(
                translator.text(f"topic_{topic}"),
                _done_bar(one, most),
                share_and_skipped(one, translator),
            )
            for topic, one in report.topics.items()
        )
        legend = (BarMark.DONE, say("page_was_done")), (BarMark.UNDONE, say("page_not_done"))
        yield Table(say("report_reminders"), (say("page_topic"), say("page_done")), rows, legend)


def _done_bar(counts: ReminderCounts, most: int) -> Bar:
    undone = counts.shown - counts.done
    return build_bar([(BarMark.DONE, counts.done), (BarMark.UNDONE, undone)], most)


def _hours_between(hours: Sequence[int]) -> Iterator[int]:
    """Yield all spans of hours from the first to the last, over midnight, also empty ones."""
    first, last = hours[0], hours[-1]
    for step in range((last - first) % 24 // SPAN_HOURS + 1):
        yield (first + step * SPAN_HOURS) % 24


def build_period_table(report: Report, translator: Translator) -> Table:
    """Return the table of the nights by week, or by month."""
    say = translator.text
    period, names = span_names(report, translator)
    columns = ("cramps", "severe", "free", "unknown", "done")
    most = max(span.nights.all for span in report.spans)
    return Table(
        say("page_months" if report.by_month else "page_weeks"),
        (period, say("page_nights"), *(translator.text(f"report_week_{one}") for one in columns)),
        tuple(
            _period_row(name, span, most, translator)
            for name, span in zip(names, report.spans, strict=True)
        ),
    )


def _period_row(name: str, span: ReportSpan, most: int, translator: Translator) -> Row:
    nights = span.nights
    counts = [
        *((severity_mark(worst), count) for worst, count in span.worst.items()),
        (BarMark.FREE, nights.free),
        (BarMark.UNKNOWN, nights.unknown),
    ]
    figures = map(str, (nights.cramps, nights.severe, nights.free, nights.unknown))
    more = (*figures, share(span.reminded, translator))
    return Row(name, build_bar(counts, most), str(nights.all), more)
