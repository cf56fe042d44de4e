"""The calendar of the page: the nights one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from nightcare.domain.diary import Night
from nightcare.domain.report import Report
from nightcare.i18n.translator import Translator
from nightcare.report_html.bar_chart import BarMark, mark_of

_ROOMY = 4
"""Months whose calendar is drawn large, with the number of each day."""
_SHORTEST = 2
"""Letters of the name of a day above its column."""
_WEEK = 7
_NIGHTS = (
    BarMark.SEVERE,
    BarMark.MODERATE,
    BarMark.MILD,
    BarMark.UNSAID,
    BarMark.FREE,
    BarMark.UNKNOWN,
)


@dataclass(frozen=True)
class CalendarDay:
    """One night in the calendar, on the date whose evening it began with."""

    number: int
    mark: BarMark
    told: str


@dataclass(frozen=True)
class CalendarMonth:
    """A month of the calendar: weeks of seven days, None for those outside the report."""

    name: str
    weeks: tuple[tuple[CalendarDay | None, ...], ...]


@dataclass(frozen=True)
class NightCalendar:
    """The nights one by one.

    Attributes:
        title: Its heading.
        note: How it is read.
        roomy: Whether it is drawn large.
        weekdays: The days of the week: short, and in full.
        months: Its months.
        legend: What each mark means.
    """

    title: str
    note: str
    roomy: bool
    weekdays: tuple[tuple[str, str], ...]
    months: tuple[CalendarMonth, ...]
    legend: tuple[tuple[BarMark, str], ...]


def calendar(made: Report, words: Translator) -> NightCalendar:
    """The calendar of a report, in the person's language."""
    legend = _legend(words)
    told = dict(legend)
    months = tuple(
        _month(list(nights), told, words)
        for _, nights in groupby(made.nights, key=lambda one: (one.night.year, one.night.month))
    )
    return NightCalendar(
        title=words.say("page_calendar"),
        note=words.say("page_calendar_note"),
        roomy=len(months) <= _ROOMY,
        weekdays=tuple((name[:_SHORTEST], name) for name in words.weekdays),
        months=months,
        legend=legend,
    )


def _legend(words: Translator) -> tuple[tuple[BarMark, str], ...]:
    return tuple((mark, words.say(f"page_night_{mark}")) for mark in _NIGHTS)


def _month(nights: Sequence[Night], told: dict[BarMark, str], words: Translator) -> CalendarMonth:
    first = nights[0].night
    by_day = {one.night.day: one for one in nights}
    lead = first.replace(day=1).weekday()
    numbers = [*range(1 - lead, nights[-1].night.day + 1)]
    numbers += [0] * (-len(numbers) % _WEEK)
    weeks = [numbers[at : at + _WEEK] for at in range(0, len(numbers), _WEEK)]
    return CalendarMonth(
        words.say("page_month", month=words.months[first.month - 1], year=first.year),
        tuple(
            tuple(_day(by_day.get(number), told) for number in week)
            for week in weeks
            if any(number in by_day for number in week)
        ),
    )


def _day(night: Night | None, told: dict[BarMark, str]) -> CalendarDay | None:
    if night is None:
        return None
    mark = _mark(night)
    return CalendarDay(night.night.day, mark, told[mark])


def _mark(night: Night) -> BarMark:
    if not night.recorded:
        return BarMark.UNKNOWN
    return mark_of(night.worst) if night.had_cramps else BarMark.FREE
