"""What stands on the page of a report, in words and figures; how it looks is in the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from nightcare import __version__
from nightcare.catalogue.counting import (
    counsel,
    counted_nights,
    hours_text,
    how_bad,
    in_full,
    share,
    span_names,
)
from nightcare.catalogue.reading import Words
from nightcare.data import dataclass
from nightcare.desktop.text import one_line, shortened
from nightcare.domain.diary import Cramp, Night, Severity
from nightcare.domain.professional import Concern, ProfessionalRule
from nightcare.domain.report import FEWEST_NIGHTS, SPAN_HOURS, Report, Span
from nightcare.page.bars import Bar, Mark, bar

MOST_LISTED = 100
"""Cramps that are listed one by one; a page of many years stays one that opens at once."""

LONGEST_NOTE = 600
"""Characters of a note on the page."""

_ROOMY = 4
"""Months whose calendar is drawn large, with the number of each day."""
_SHORT, _SHORTEST = 3, 2
"""Letters of the name of a day or a month that is written short."""
_WEEK = 7
_NIGHTS = (Mark.SEVERE, Mark.MODERATE, Mark.MILD, Mark.UNSAID, Mark.FREE, Mark.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure that is read at a glance."""

    mark: Mark
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """One night in the calendar, on the date whose evening it began with."""

    number: int
    mark: Mark
    told: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar: weeks of seven days, None for those outside the report."""

    name: str
    weeks: tuple[tuple[Day | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Calendar:
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
    months: tuple[Month, ...]
    legend: tuple[tuple[Mark, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table: what it is about, its bar with the figure, and more figures."""

    head: str
    bar: Bar
    told: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Figures, each beside its picture.

    Attributes:
        title: What it shows.
        heads: What is in each column.
        lines: The lines.
        legend: What the pieces of its bars mean, where there are several kinds.
    """

    title: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]
    legend: tuple[tuple[Mark, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One cramp, as the person noted it."""

    when: str
    what: str
    note: str


@dataclass(frozen=True, slots=True)
class Entries:
    """The cramps that were noted, the latest first.

    Attributes:
        title: Their heading.
        entries: The cramps.
        remark: That there are none, or not all of them; may be empty.
    """

    title: str
    entries: tuple[Entry, ...]
    remark: str


@dataclass(frozen=True, slots=True)
class Professional:
    """When to see a professional.

    Attributes:
        title: Its heading.
        reasons: What the diary says of it; where it says something, this stands near the top.
        statements: What the guidance says.
        sources: Where it says so.
        remarks: Whose the numbers are, and what this is not.
    """

    title: str
    reasons: tuple[str, ...]
    statements: tuple[str, ...]
    sources: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that stands on the page.

    Attributes:
        language: "en", "da", ...
        title: Its heading.
        span: Which nights it is about.
        figures: The nights, counted.
        too_few: That nothing can be said yet; empty where something can.
        calendar: The nights one by one.
        counted: The heading of all that is counted.
        tables: How bad, and when; what became of reminders. Only those with something in them.
        course: The nights week by week or month by month; None where nothing can be said.
        no_cause: What the figures do not show; it is read before them.
        entries: The cramps that were noted.
        professional: When to see a professional.
        written: Who wrote it, when, and from what.
    """

    language: str
    title: str
    span: str
    figures: tuple[Figure, ...]
    too_few: str
    calendar: Calendar
    counted: str
    tables: tuple[Table, ...]
    course: Table | None
    no_cause: str
    entries: Entries
    professional: Professional
    written: str


def page(
    made: Report, why: Concern | None, rule: ProfessionalRule, words: Words, today: date
) -> Page:
    """The page of a report.

    Args:
        made: What the diary comes to.
        why: Why to see a professional, if the diary says so.
        rule: By which rule it does.
        words: The person's language.
        today: The date on which it is written (local).
    """
    first, last = in_full(made.days[0], words), in_full(made.days[-1], words)
    return Page(
        language=words.language,
        title=words.say("page_title"),
        span=words.say("page_span", first=first, last=last),
        figures=tuple(_figures(made, words)),
        too_few="" if made.enough else words.say("report_too_few", fewest=FEWEST_NIGHTS),
        calendar=_calendar(made, words),
        counted=words.say("page_counted"),
        tables=tuple(_tables(made, words)),
        course=_course(made, words) if len(made.spans) > 1 and made.enough else None,
        no_cause=words.say("report_no_cause"),
        entries=_entries(made.cramps, words),
        professional=_professional(why, rule, words),
        written=words.say("page_written", version=__version__, date=in_full(today, words)),
    )


def _figures(made: Report, words: Words) -> Iterator[Figure]:
    marks = (Mark.CRAMP, Mark.FREE, Mark.UNKNOWN)
    for mark, (label, count) in zip(marks, counted_nights(made.counted, words), strict=True):
        yield Figure(mark, label, count)
    if made.by_day:
        yield Figure(Mark.CRAMP, words.say("report_by_day"), made.by_day)


def _calendar(made: Report, words: Words) -> Calendar:
    legend = _legend(words)
    told = dict(legend)
    months = tuple(
        _month(list(nights), told, words)
        for _, nights in groupby(made.nights, key=lambda one: (one.night.year, one.night.month))
    )
    return Calendar(
        title=words.say("page_calendar"),
        note=words.say("page_calendar_note"),
        roomy=len(months) <= _ROOMY,
        weekdays=tuple((name[:_SHORTEST], name) for name in words.weekdays),
        months=months,
        legend=legend,
    )


def _legend(words: Words) -> tuple[tuple[Mark, str], ...]:
    return tuple((mark, words.say(f"page_night_{mark}")) for mark in _NIGHTS)


def _month(nights: Sequence[Night], told: dict[Mark, str], words: Words) -> Month:
    first = nights[0].night
    by_day = {one.night.day: one for one in nights}
    lead = first.replace(day=1).weekday()
    numbers = [*range(1 - lead, nights[-1].night.day + 1)]
    numbers += [0] * (-len(numbers) % _WEEK)
    weeks = [numbers[at : at + _WEEK] for at in range(0, len(numbers), _WEEK)]
    return Month(
        words.say("page_month", month=words.months[first.month - 1], year=first.year),
        tuple(
            tuple(_day(by_day.get(number), told) for number in week)
            for week in weeks
            if any(number in by_day for number in week)
        ),
    )


def _day(night: Night | None, told: dict[Mark, str]) -> Day | None:
    if night is None:
        return None
    mark = _mark(night)
    return Day(night.night.day, mark, told[mark])


def _mark(night: Night) -> Mark:
    if not night.recorded:
        return Mark.UNKNOWN
    return _of(night.worst) if night.had_cramps else Mark.FREE


def _of(worst: Severity | None) -> Mark:
    return Mark.UNSAID if worst is None else Mark(worst)


def _tables(made: Report, words: Words) -> Iterator[Table]:
    if made.worst:
        most = max(made.worst.values())
        yield Table(
            words.say("report_worst"),
            (words.say("page_how_bad"), words.say("page_nights")),
            tuple(
                Line(how_bad(worst, words), bar([(_of(worst), count)], most), str(count))
                for worst, count in made.worst.items()
            ),
        )
    if made.hours:
        most = max(made.hours.values())
        yield Table(
            words.say("report_hours"),
            (words.say("page_clock"), words.say("page_cramps")),
            tuple(
                Line(hours_text(hour), bar([(Mark.CRAMP, count)], most), str(count))
                for hour in _hours_between(list(made.hours))
                for count in (made.hours.get(hour, 0),)
            ),
        )
    if made.topics:
        most = max(one.shown for one in made.topics.values())
        yield Table(
            words.say("report_reminders"),
            (words.say("page_topic"), words.say("page_done")),
            tuple(
                Line(
                    words.say(f"topic_{topic}"),
                    bar([(Mark.DONE, one.done), (Mark.UNDONE, one.shown - one.done)], most),
                    share(one, words),
                )
                for topic, one in made.topics.items()
            ),
            ((Mark.DONE, words.say("page_was_done")), (Mark.UNDONE, words.say("page_not_done"))),
        )


def _hours_between(hours: Sequence[int]) -> Iterator[int]:
    """All from the first to the last, also those without a cramp; over midnight."""
    first, last = hours[0], hours[-1]
    for step in range((last - first) % 24 // SPAN_HOURS + 1):
        yield (first + step * SPAN_HOURS) % 24


def _course(made: Report, words: Words) -> Table:
    keys = ("cramps", "severe", "free", "unknown", "done")
    head, names = span_names(made, words)
    most = max(span.nights.all for span in made.spans)
    return Table(
        words.say("page_months" if made.by_month else "page_weeks"),
        (head, words.say("page_nights"), *(words.say(f"report_week_{key}") for key in keys)),
        tuple(
            _span_line(name, span, most, words)
            for name, span in zip(names, made.spans, strict=True)
        ),
    )


def _span_line(name: str, span: Span, most: int, words: Words) -> Line:
    told = span.nights
    parts = [
        *((_of(worst), count) for worst, count in span.worst.items()),
        (Mark.FREE, told.free),
        (Mark.UNKNOWN, told.unknown),
    ]
    figures = (told.cramps, told.severe, told.free, told.unknown)
    return Line(
        name,
        bar(parts, most),
        str(told.all),
        (*map(str, figures), share(span.reminded, words)),
    )


def _entries(cramps: Sequence[Cramp], words: Words) -> Entries:
    listed = cramps[: -MOST_LISTED - 1 : -1]
    remark = "" if cramps else words.say("page_none_noted")
    if len(listed) < len(cramps):
        remark = words.say("page_latest", listed=len(listed), all=len(cramps))
    return Entries(
        title=words.say("page_noted"),
        entries=tuple(_entry(one, words) for one in listed),
        remark=remark,
    )


def _entry(cramp: Cramp, words: Words) -> Entry:
    at = cramp.local
    when = words.say(
        "page_moment",
        weekday=words.weekdays[at.weekday()][:_SHORT],
        day=at.day,
        month=words.months[at.month - 1][:_SHORT],
        year=at.year,
        clock=f"{at:%H:%M}",
    )
    return Entry(
        when=when if cramp.place.by_night else words.say("page_by_day", when=when),
        what=", ".join(_details(cramp, words)),
        note=shortened(one_line(cramp.note), LONGEST_NOTE),
    )


def _details(cramp: Cramp, words: Words) -> Iterator[str]:
    yield how_bad(cramp.severity, words)
    if cramp.leg is not None:
        yield words.say(f"leg_{cramp.leg}")
    if cramp.minutes is not None:
        yield words.length(timedelta(minutes=cramp.minutes))


def _professional(why: Concern | None, rule: ProfessionalRule, words: Words) -> Professional:
    told = counsel(why, rule, words)
    said = {one.id: one.text for one in words.guidance.professional}
    ours = (words.say("professional_ours"),) if told.reasons else ()
    return Professional(
        title=words.say("page_professional"),
        reasons=told.reasons,
        statements=told.statements,
        sources=tuple(
            words.say("page_source", source=words.guidance.source, section=section)
            for section in told.sections
        ),
        remarks=(*ours, said["not-medical-advice"]),
    )
