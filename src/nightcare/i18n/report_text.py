"""Texts of a report, the same in the terminal and on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nightcare.domain.diary import Severity
from nightcare.domain.referral import Referral, ReferralReason
from nightcare.domain.report import SPAN_HOURS, Nights, ReminderCounts, Report, ReportSpan
from nightcare.domain.schedule import ReferralRule
from nightcare.i18n.translator import Translator


@dataclass(frozen=True)
class ReferralAdvice:
    """Advice on when to see a professional.

    Attributes:
        reasons: Reasons in the diary.
        statements: Statements of the guidance.
        sections: The sections of the guidance that have them.
        limit: The limit of the rule, and that it is nightcare's own.
    """

    reasons: tuple[str, ...]
    statements: tuple[str, ...]
    sections: tuple[str, ...]
    limit: str


def counted_nights(counted: Nights, translator: Translator) -> list[tuple[str, int]]:
    """Return the numbers of nights with cramps, without, and without an entry."""
    return [
        (translator.text("report_cramps"), counted.cramps),
        (translator.text("report_free"), counted.free),
        (translator.text("report_unknown"), counted.unknown),
    ]


def severity_text(worst: Severity | None, translator: Translator) -> str:
    """Return the severity of a cramp as text."""
    return (
        translator.text("report_unsaid") if worst is None else translator.text(f"severity_{worst}")
    )


def hours_text(hour: int) -> str:
    """Return the span of hours that begins with this one."""
    return f"{hour:02}:00\N{EN DASH}{(hour + SPAN_HOURS) % 24:02}:00"


def share(reminded: ReminderCounts, translator: Translator) -> str:
    """Return the number of reminders done of those shown; a dash where none was shown."""
    if not reminded.shown:
        return "-"
    return translator.text("report_share", done=reminded.done, shown=reminded.shown)


def share_and_skipped(reminded: ReminderCounts, translator: Translator) -> str:
    """Return the text of `share`, with the number of skipped ones, if any."""
    if not reminded.skipped:
        return share(reminded, translator)
    skipped = translator.text("report_skipped", skipped=reminded.skipped)
    return f"{share(reminded, translator)}, {skipped}" if reminded.shown else skipped


def span_names(report: Report, translator: Translator) -> tuple[str, list[str]]:
    """Return the heading of the weeks or months of a report, and their names."""
    if report.by_month:
        return translator.text("report_month"), [_month(one, translator) for one in report.spans]
    return translator.text("report_week"), [_week(one, translator) for one in report.spans]


def referral_advice(
    why: Referral | None, rule: ReferralRule, translator: Translator
) -> ReferralAdvice:
    """Return the advice on when to see a professional.

    Without a reason in the diary it is the guidance's advice to everybody.
    """
    named = ("severe-and-persistent", "frequent-at-night") if why is None else why.reason.advice
    said = translator.guidance.on_professional
    within = translator.length(timedelta(days=rule.days))
    return ReferralAdvice(
        reasons=() if why is None else _reasons(why, within, translator),
        statements=tuple(said(name).text for name in (*named, "other-symptoms")),
        sections=tuple(dict.fromkeys(said(name).section for name in named)),
        limit=translator.text("professional_ours", count=rule.nights, within=within),
    )


def full_date(day: date, translator: Translator) -> str:
    """Return a date with its year: "Sunday 22 November 2026"."""
    return translator.text("report_date", date=translator.date(day), year=day.year)


def _reasons(why: Referral, within: str, translator: Translator) -> tuple[str, ...]:
    reasons = []
    if why.reason is not ReferralReason.SEVERE:
        reasons.append(translator.text("professional_many", nights=why.nights, within=within))
    if why.reason is not ReferralReason.MANY:
        reasons.append(translator.text("professional_severe", within=within))
    return tuple(reasons)


def _week(span: ReportSpan, translator: Translator) -> str:
    day = span.first
    return translator.text(
        "report_short_date", day=day.day, month=translator.short_months[day.month - 1]
    )


def _month(span: ReportSpan, translator: Translator) -> str:
    day = span.first
    month = translator.short_months[day.month - 1]
    return translator.text("report_short_month", month=month, year=day.year)
