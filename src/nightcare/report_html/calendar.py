"""The calendar of the page, with a symbol for each night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from nightcare.domain.diary import Night
from nightcare.domain.report import Report
from nightcare.i18n.translator import Translator
from nightcare.report_html.bar_chart import BarMark, severity_mark

_MOST_LARGE = 4
"""Months of a calendar that is drawn large, with the number of each day."""

_SHORT = 2
"""Letters of the short name of a weekday."""

_WEEK = 7
_MARKS = (
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
        title: The heading.
        note: The note on how to read it.
        large: Whether it is drawn large.
        weekdays: The short and the full name of each day of the week.
        months: The months.
        legend: The meaning of each symbol.
    """

    title: str
    note: str
    large: bool
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[CalendarMonth, ...]
    legend: tuple[tuple[BarMark, str], ...]


def build_calendar(report: Report, translator: Translator) -> NightCalendar:
    """Return the calendar of a report."""
    labels = {mark: translator.text(f"page_night_{mark}") for mark in _MARKS}
    months = tuple(
        _month(list(nights), labels, translator)
        for _, nights in groupby(report.nights, key=lambda one: (one.night.year, one.night.month))
    )
    return NightCalendar(
        title=translator.text("page_calendar"),
        note=translator.text("page_calendar_note"),
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
