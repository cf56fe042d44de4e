"""The tables of the page, with a bar beside each figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nightcare.domain.report import SPAN_HOURS, ReminderCounts, Report, ReportSpan
from nightcare.i18n.report_text import hours_text, how_bad, share, share_and_skipped, span_names
from nightcare.i18n.translator import Translator
from nightcare.report_html.bar_chart import Bar, BarMark, build_bar, severity_mark


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
            Row(how_bad(worst, translator), build_bar([(severity_mark(worst), n)], most), str(n))
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
