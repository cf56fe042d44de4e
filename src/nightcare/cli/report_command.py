"""The report on the diary, as text, JSON or a page: report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import click

from nightcare.cli.command_context import PATH, CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.cramps import date_text
from nightcare.cli.output import echo, print_json
from nightcare.cli.tips import wrapped
from nightcare.domain.day_parser import checked_days
from nightcare.domain.diary import last_night
from nightcare.domain.referral import Referral, concern, first_of_window
from nightcare.domain.report import (
    FEWEST_NIGHTS,
    SPAN_HOURS,
    Nights,
    ReminderCounts,
    Report,
    days_until,
    report,
)
from nightcare.errors import ValueRefused
from nightcare.i18n.report_text import (
    counted_nights,
    hours_text,
    referral_advice,
    severity_text,
    share,
    share_and_skipped,
    span_names,
)
from nightcare.paths import own_page

_MARGIN = timedelta(days=3)
"""More than the time between a reminder of a care day and midnight (UTC) of its date."""


@click.command("report", cls=LocalisedCommand)
@click.option("--days", type=int, default=30)
@click.option("--html", "file", type=PATH)
@click.option("--open", "shown", is_flag=True)
@click.option("--yes", is_flag=True)
@json_option
@pass_context
def report_command(
    context: CommandContext, *, days: int, file: Path | None, shown: bool, yes: bool, as_json: bool
) -> int:
    """Show a summary of your diary, week by week."""
    checked_days(days)
    as_page = shown or file is not None
    if as_page and as_json:
        raise ValueRefused("report_page_or_json")
    made, why = read_report(context, days)
    if as_page:
        return 0 if _write_page(made, why, context, file, shown=shown, yes=yes) else 1
    if as_json:
        print_json(_value(made, why, context))
    else:
        for line in _lines(made, context):
            echo(line)
        if why is not None:
            echo()
            for line in _advice(why, context):
                echo(wrapped(line))
    return 0


def _write_page(
    made: Report,
    why: Referral | None,
    context: CommandContext,
    file: Path | None,
    *,
    shown: bool,
    yes: bool,
) -> bool:
    """Write the page to a file, or to the folder of the journal, and open it if `shown`.

    Return False if the user refused.

    Raises:
        ExtraMissing: The libraries that draw it are not installed.
        StateError: The file cannot be written; an existing one is unchanged.
        ValueRefused: The file exists, and there is no terminal to ask in.
        DesktopError: No browser can be started; the page is written.
    """
    from nightcare.cli.page_file import open_page, write_page  # noqa: PLC0415 - only for a page
    from nightcare.report_html.render import render_page  # noqa: PLC0415 - likewise
    from nightcare.report_html.view_model import build_page  # noqa: PLC0415 - likewise

    today, translator = context.now.astimezone(context.zone).date(), context.translator
    page = build_page(made, why, context.schedule.professional, translator, today)
    text = render_page(page, translator)
    path = (own_page(context.state, "report") if file is None else file).absolute()
    written = write_page(text, path, context, yes=yes)
    if written and shown:
        open_page(path, context)
    return written


def read_report(context: CommandContext, days: int) -> tuple[Report, Referral | None]:
    """Return the report on the last nights, and any reasons to see a professional."""
    with context.journal() as journal:
        calendar, pages = context.calendar, journal.diary
        rule = context.schedule.professional
        window = first_of_window(context.now, calendar, rule)
        last = last_night(context.now, calendar).date
        recent = pages.cramps(min(window, last))
        # A night that is not over yet counts as soon as it has a cramp.
        last = max([last, *(one.place.care_day for one in recent if one.place.by_night)])
        over = days_until(last, days)
        cramps, mornings = pages.cramps(over[0]), pages.mornings(over[0])
        why = concern(window, rule, recent, pages.mornings(window))
        midnight = datetime.combine(over[0], time(), UTC)
        deliveries = journal.since(
            max(midnight, datetime.min.replace(tzinfo=UTC) + _MARGIN) - _MARGIN
        )
    return report(over, cramps, mornings, deliveries), why


def _lines(made: Report, context: CommandContext) -> Iterator[str]:
    translator = context.translator
    first, last = date_text(made.days[0], context), date_text(made.days[-1], context)
    yield translator.text("report_span", first=first, last=last)
    yield ""
    yield from _columns(
        [
            *((label, str(count)) for label, count in counted_nights(made.counted, translator)),
            *([(translator.text("report_by_day"), str(made.by_day))] if made.by_day else []),
        ]
    )
    if not made.enough:
        yield ""
        too_few = translator.text("report_too_few", fewest=FEWEST_NIGHTS)
        yield wrapped(f"{too_few} {translator.text('report_to_note')}")
    if made.worst:
        yield ""
        yield translator.text("report_worst")
        yield from _columns(
            [(severity_text(kind, translator), str(count)) for kind, count in made.worst.items()],
            "  ",
        )
    if made.hours:
        yield ""
        yield translator.text("report_hours")
        yield from _columns(
            [(hours_text(hour), str(count)) for hour, count in made.hours.items()], "  "
        )
    if made.topics:
        yield ""
        yield translator.text("report_reminders")
        yield from _columns(
            [
                (translator.text(f"topic_{topic}"), share_and_skipped(reminded, translator))
                for topic, reminded in made.topics.items()
            ],
            "  ",
        )
    if len(made.spans) > 1 and made.enough:
        yield ""
        yield from _span_lines(made, context)
    yield ""
    yield wrapped(translator.text("report_no_cause"))


def _span_lines(made: Report, context: CommandContext) -> Iterator[str]:
    translator = context.translator
    keys = ("week_cramps", "week_severe", "week_free", "week_unknown", "week_done")
    head, names = span_names(made, translator)
    rows = [(head, *(translator.text(f"report_{key}") for key in keys))]
    for name, span in zip(names, made.spans, strict=True):
        nights = span.nights
        figures = (nights.cramps, nights.severe, nights.free, nights.unknown)
        rows.append((name, *map(str, figures), share(span.reminded, translator)))
    yield from _columns(rows)


def _columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> Iterator[str]:
    """Yield rows as lines of columns: words aligned left, figures right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *rest in rows:
        figures = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield indent + "  ".join([first.ljust(widths[0]), *figures])


def _advice(why: Referral, context: CommandContext) -> Iterator[str]:
    """Yield when the guidance says to see a professional, and where the limits come from."""
    translator = context.translator
    advice = referral_advice(why, context.schedule.professional, translator)
    yield from advice.reasons
    yield from advice.statements
    for section in advice.sections:
        yield translator.text("source", source=f"{translator.guidance.source}: {section}")
    yield f"{advice.limit} {translator.text('professional_change')}"
    yield translator.guidance.on_professional("not-medical-advice").text


def _value(made: Report, why: Referral | None, context: CommandContext) -> dict[str, object]:
    rule = context.schedule.professional
    said = context.translator.guidance.on_professional
    return {
        "from": made.days[0].isoformat(),
        "to": made.days[-1].isoformat(),
        "enough": made.enough,
        **_figures(made.counted),
        "cramps_by_day": made.by_day,
        "worst": {kind or "unsaid": count for kind, count in made.worst.items()},
        "hours": [
            {"from": f"{hour:02}:00", "to": f"{(hour + SPAN_HOURS) % 24:02}:00", "cramps": count}
            for hour, count in made.hours.items()
        ],
        "topics": {topic: _reminders(one) for topic, one in made.topics.items()},
        "weeks": [
            {
                "from": week.first.isoformat(),
                **_figures(week.nights),
                "reminders": _reminders(week.reminded),
            }
            for week in made.weeks
        ],
        "nights": [
            {
                "night": one.night.isoformat(),
                "recorded": one.recorded,
                "cramps": one.had_cramps if one.recorded else None,
                "worst": one.worst,
            }
            for one in made.nights
        ],
        "professional": None
        if why is None
        else {
            "why": why.reason,
            "nights_with_cramps": why.nights,
            "nights": rule.nights,
            "days": rule.days,
            "advice": [
                {"text": said(name).text, "section": said(name).section}
                for name in why.reason.advice
            ],
        },
    }


def _reminders(counts: ReminderCounts) -> dict[str, int]:
    return {"shown": counts.shown, "done": counts.done, "skipped": counts.skipped}


def _figures(counted: Nights) -> dict[str, object]:
    return {
        "nights_with_cramps": counted.cramps,
        "nights_without": counted.free,
        "nights_not_recorded": counted.unknown,
        "nights_severe": counted.severe,
    }
