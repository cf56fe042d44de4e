"""The figures of the page, and its texts that depend on the diary; the template has the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nightcare import __version__
from nightcare.desktop.notify.message_text import shortened
from nightcare.domain.diary import Cramp
from nightcare.domain.referral import Referral
from nightcare.domain.report import FEWEST_NIGHTS, Report
from nightcare.domain.safe_text import one_line
from nightcare.domain.schedule import ReferralRule
from nightcare.i18n.report_text import counted_nights, full_date, referral_advice, severity_text
from nightcare.i18n.translator import Translator
from nightcare.report_html.charts import (
    BarMark,
    NightCalendar,
    Table,
    build_calendar,
    build_period_table,
    build_tables,
)

MOST_LISTED = 100
"""Cramps that are listed one by one, so that a page of many years still opens at once."""

LONGEST_NOTE = 600
"""Characters of a note on the page."""


@dataclass(frozen=True)
class Figure:
    """A figure at the top of the page."""

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
    """The cramps, the latest first; the remark says if there are none, or more than listed."""

    entries: tuple[DiaryEntry, ...]
    remark: str


@dataclass(frozen=True)
class ReferralSection:
    """The section on seeing a professional.

    Attributes:
        reasons: The reasons that the diary gives; with one, the section comes near the top.
        statements: The statements of the guidance.
        sources: The sources of these statements.
        remarks: The origin of the numbers, and the limits of the page.
    """

    reasons: tuple[str, ...]
    statements: tuple[str, ...]
    sources: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """The whole page.

    Attributes:
        span: The nights that it covers.
        figures: The counted nights.
        too_few: The remark that there are too few nights for a conclusion; else empty.
        calendar: The nights one by one.
        tables: The tables of severities, hours and reminders.
        periods: The nights by week or month; None if there are too few.
        entries: The cramps.
        professional: The section on seeing a professional.
        written: The program that wrote it, and the date.
    """

    span: str
    figures: tuple[Figure, ...]
    too_few: str
    calendar: NightCalendar
    tables: tuple[Table, ...]
    periods: Table | None
    entries: DiaryEntries
    professional: ReferralSection
    written: str


def build_page(
    report: Report, why: Referral | None, rule: ReferralRule, translator: Translator, today: date
) -> Page:
    """Return the page of a report.

    Args:
        report: The report.
        why: The reason to see a professional, if the diary gives one.
        rule: The rule by which it does.
        translator: The texts in the person's language.
        today: The date of the page (local).
    """
    say = translator.text
    first, last = (full_date(report.days[at], translator) for at in (0, -1))
    has_periods = len(report.spans) > 1 and report.enough
    return Page(
        span=say("page_span", first=first, last=last),
        figures=tuple(_figures(report, translator)),
        too_few="" if report.enough else say("report_too_few", fewest=FEWEST_NIGHTS),
        calendar=build_calendar(report, translator),
        tables=tuple(build_tables(report, translator)),
        periods=build_period_table(report, translator) if has_periods else None,
        entries=_entries(report.cramps, translator),
        professional=_professional(why, rule, translator),
        written=say("page_written", version=__version__, date=full_date(today, translator)),
    )


def _figures(report: Report, translator: Translator) -> Iterator[Figure]:
    marks = (BarMark.CRAMP, BarMark.FREE, BarMark.UNKNOWN)
    for mark, (label, count) in zip(marks, counted_nights(report.counted, translator), strict=True):
        yield Figure(mark, label, count)
    if report.by_day:
        yield Figure(BarMark.CRAMP, translator.text("report_by_day"), report.by_day)


def _entries(cramps: Sequence[Cramp], translator: Translator) -> DiaryEntries:
    listed = cramps[: -MOST_LISTED - 1 : -1]
    remark = "" if cramps else translator.text("page_none_noted")
    if len(listed) < len(cramps):
        remark = translator.text("page_latest", listed=len(listed), all=len(cramps))
    entries = tuple(_entry(one, translator) for one in listed)
    return DiaryEntries(entries, remark)


def _entry(cramp: Cramp, translator: Translator) -> DiaryEntry:
    at = cramp.local
    when = translator.text(
        "page_moment",
        weekday=translator.short_weekdays[at.weekday()],
        day=at.day,
        month=translator.short_months[at.month - 1],
        year=at.year,
        clock=f"{at:%H:%M}",
    )
    return DiaryEntry(
        when=when if cramp.place.by_night else translator.text("page_by_day", when=when),
        what=", ".join(_details(cramp, translator)),
        note=shortened(one_line(cramp.note), LONGEST_NOTE),
    )


def _details(cramp: Cramp, translator: Translator) -> Iterator[str]:
    yield severity_text(cramp.severity, translator)
    if cramp.leg is not None:
        yield translator.text(f"leg_{cramp.leg}")
    if cramp.minutes is not None:
        yield translator.length(timedelta(minutes=cramp.minutes))


def _professional(
    why: Referral | None, rule: ReferralRule, translator: Translator
) -> ReferralSection:
    say, guidance = translator.text, translator.guidance
    advice = referral_advice(why, rule, translator)
    limit = (advice.limit,) if advice.reasons else ()
    return ReferralSection(
        reasons=advice.reasons,
        statements=advice.statements,
        sources=tuple(
            say("page_source", source=guidance.source, section=section)
            for section in advice.sections
        ),
        remarks=(*limit, guidance.on_professional("not-medical-advice").text),
    )
