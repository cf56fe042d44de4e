"""What stands on the page of a report, in words and figures; how it looks is in the template."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nightcare import __version__
from nightcare.desktop.notify.message_text import one_line, shortened
from nightcare.domain.diary import Cramp
from nightcare.domain.referral import ReferralReason
from nightcare.domain.report import FEWEST_NIGHTS, Report
from nightcare.domain.schedule import ReferralRule
from nightcare.i18n.report_text import counsel, counted_nights, how_bad, in_full
from nightcare.i18n.translator import Translator
from nightcare.report_html.bar_chart import BarMark
from nightcare.report_html.calendar import NightCalendar, calendar
from nightcare.report_html.tables import Table, course, tables

MOST_LISTED = 100
"""Cramps that are listed one by one; a page of many years stays one that opens at once."""

LONGEST_NOTE = 600
"""Characters of a note on the page."""

_SHORT = 3
"""Letters of the name of a day or a month that is written short."""


@dataclass(frozen=True)
class Figure:
    """One figure that is read at a glance."""

    mark: BarMark
    label: str
    count: int


@dataclass(frozen=True)
class DiaryEntry:
    """One cramp, as the person noted it."""

    when: str
    what: str
    note: str


@dataclass(frozen=True)
class DiaryEntries:
    """The cramps that were noted, the latest first.

    Attributes:
        title: Their heading.
        entries: The cramps.
        remark: That there are none, or not all of them; may be empty.
    """

    title: str
    entries: tuple[DiaryEntry, ...]
    remark: str


@dataclass(frozen=True)
class ReferralSection:
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


@dataclass(frozen=True)
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
    calendar: NightCalendar
    counted: str
    tables: tuple[Table, ...]
    course: Table | None
    no_cause: str
    entries: DiaryEntries
    professional: ReferralSection
    written: str


def page(
    made: Report, why: ReferralReason | None, rule: ReferralRule, words: Translator, today: date
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
        calendar=calendar(made, words),
        counted=words.say("page_counted"),
        tables=tuple(tables(made, words)),
        course=course(made, words) if len(made.spans) > 1 and made.enough else None,
        no_cause=words.say("report_no_cause"),
        entries=_entries(made.cramps, words),
        professional=_professional(why, rule, words),
        written=words.say("page_written", version=__version__, date=in_full(today, words)),
    )


def _figures(made: Report, words: Translator) -> Iterator[Figure]:
    marks = (BarMark.CRAMP, BarMark.FREE, BarMark.UNKNOWN)
    for mark, (label, count) in zip(marks, counted_nights(made.counted, words), strict=True):
        yield Figure(mark, label, count)
    if made.by_day:
        yield Figure(BarMark.CRAMP, words.say("report_by_day"), made.by_day)


def _entries(cramps: Sequence[Cramp], words: Translator) -> DiaryEntries:
    listed = cramps[: -MOST_LISTED - 1 : -1]
    remark = "" if cramps else words.say("page_none_noted")
    if len(listed) < len(cramps):
        remark = words.say("page_latest", listed=len(listed), all=len(cramps))
    return DiaryEntries(
        title=words.say("page_noted"),
        entries=tuple(_entry(one, words) for one in listed),
        remark=remark,
    )


def _entry(cramp: Cramp, words: Translator) -> DiaryEntry:
    at = cramp.local
    when = words.say(
        "page_moment",
        weekday=words.weekdays[at.weekday()][:_SHORT],
        day=at.day,
        month=words.months[at.month - 1][:_SHORT],
        year=at.year,
        clock=f"{at:%H:%M}",
    )
    return DiaryEntry(
        when=when if cramp.place.by_night else words.say("page_by_day", when=when),
        what=", ".join(_details(cramp, words)),
        note=shortened(one_line(cramp.note), LONGEST_NOTE),
    )


def _details(cramp: Cramp, words: Translator) -> Iterator[str]:
    yield how_bad(cramp.severity, words)
    if cramp.leg is not None:
        yield words.say(f"leg_{cramp.leg}")
    if cramp.minutes is not None:
        yield words.length(timedelta(minutes=cramp.minutes))


def _professional(
    why: ReferralReason | None, rule: ReferralRule, words: Translator
) -> ReferralSection:
    told = counsel(why, rule, words)
    said = {one.id: one.text for one in words.guidance.professional}
    ours = (words.say("professional_ours"),) if told.reasons else ()
    return ReferralSection(
        title=words.say("page_professional"),
        reasons=told.reasons,
        statements=told.statements,
        sources=tuple(
            words.say("page_source", source=words.guidance.source, section=section)
            for section in told.sections
        ),
        remarks=(*ours, said["not-medical-advice"]),
    )
