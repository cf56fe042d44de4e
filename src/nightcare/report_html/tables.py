"""The tables of the page: figures, each beside its picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nightcare.domain.report import SPAN_HOURS, Report, Span
from nightcare.i18n.report_text import hours_text, how_bad, share, span_names
from nightcare.i18n.translator import Translator
from nightcare.report_html.bar_chart import Bar, BarMark, bar, mark_of


@dataclass(frozen=True)
class Line:
    """A line of a table: what it is about, its bar with the figure, and more figures."""

    head: str
    bar: Bar
    told: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True)
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
    legend: tuple[tuple[BarMark, str], ...] = ()


def tables(made: Report, words: Translator) -> Iterator[Table]:
    """How bad, and when; what became of reminders. Only those with something in them."""
    if made.worst:
        most = max(made.worst.values())
        yield Table(
            words.say("report_worst"),
            (words.say("page_how_bad"), words.say("page_nights")),
            tuple(
                Line(how_bad(worst, words), bar([(mark_of(worst), count)], most), str(count))
                for worst, count in made.worst.items()
            ),
        )
    if made.hours:
        most = max(made.hours.values())
        yield Table(
            words.say("report_hours"),
            (words.say("page_clock"), words.say("page_cramps")),
            tuple(
                Line(hours_text(hour), bar([(BarMark.CRAMP, count)], most), str(count))
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
                    bar([(BarMark.DONE, one.done), (BarMark.UNDONE, one.shown - one.done)], most),
                    share(one, words),
                )
                for topic, one in made.topics.items()
            ),
            (
                (BarMark.DONE, words.say("page_was_done")),
                (BarMark.UNDONE, words.say("page_not_done")),
            ),
        )


def _hours_between(hours: Sequence[int]) -> Iterator[int]:
    """All from the first to the last, also those without a cramp; over midnight."""
    first, last = hours[0], hours[-1]
    for step in range((last - first) % 24 // SPAN_HOURS + 1):
        yield (first + step * SPAN_HOURS) % 24


def course(made: Report, words: Translator) -> Table:
    """The nights week by week, or month by month."""
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


def _span_line(name: str, span: Span, most: int, words: Translator) -> Line:
    told = span.nights
    parts = [
        *((mark_of(worst), count) for worst, count in span.worst.items()),
        (BarMark.FREE, told.free),
        (BarMark.UNKNOWN, told.unknown),
    ]
    figures = (told.cramps, told.severe, told.free, told.unknown)
    return Line(
        name,
        bar(parts, most),
        str(told.all),
        (*map(str, figures), share(span.reminded, words)),
    )
