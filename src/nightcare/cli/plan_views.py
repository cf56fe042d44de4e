"""Views of the plan: next, today, preview."""

from __future__ import annotations

from datetime import date

import click

from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo_text, print_json
from nightcare.cli.plan_json import entry_value, occurrence_value
from nightcare.domain.care_day import ONE_DAY
from nightcare.domain.outlook import Outlook
from nightcare.errors import ValueRefused
from nightcare.i18n.plan_text import day_lines, entry_line, next_line


@click.command("next", cls=LocalisedCommand)
@json_option
@pass_context
def next_command(context: CommandContext, *, as_json: bool) -> None:
    """Show the next reminder."""
    outlook = context.outlook()
    coming = outlook.next()
    if as_json:
        print_json(None if coming is None else occurrence_value(coming, outlook))
    else:
        echo_text(next_line(coming, outlook, context.translator))


@click.command("today", cls=LocalisedCommand)
@json_option
@pass_context
def today_command(context: CommandContext, *, as_json: bool) -> None:
    """Show the past and the coming occurrences of this care day."""
    outlook = context.outlook()
    day = outlook.calendar.at(context.now)
    entries = outlook.day(day)
    if as_json:
        print_json([entry_value(one, outlook) for one in entries])
        return
    echo_text(context.translator.date(day.date))
    if not entries:
        context.print("plan_empty")
    for one in entries:
        echo_text(entry_line(one, outlook, context.translator))


@click.command("preview", cls=LocalisedCommand)
@click.option("--days", type=int, default=7)
@click.option("--from", "first")
@json_option
@pass_context
def preview_command(
    context: CommandContext, *, days: int, first: str | None, as_json: bool
) -> None:
    """Show the occurrences of the coming care days."""
    from nightcare.domain.day_parser import checked_days, coming_date  # noqa: PLC0415 - not `next`

    checked_days(days)
    _ = context.loaded  # An invalid config is an error here, though the service uses another.
    outlook = context.plan()
    if first is None:
        day = _first_day(outlook)
    else:
        today = outlook.calendar.at(outlook.now).date
        day = coming_date(first, today, context.translator.input)
    try:
        entries = outlook.days(day, days)
    except OverflowError as error:
        raise ValueRefused("date_not_understood", found=first) from error
    if as_json:
        print_json([entry_value(one, outlook) for one in entries])
    else:
        for line in day_lines(entries, outlook, context.translator):
            echo_text(line)


def _first_day(outlook: Outlook) -> date:
    """Return this care day, or the next one if this one has no further occurrences."""
    day = outlook.calendar.at(outlook.now)
    ahead = outlook.until(day.ends)
    return day.date if any(one.key.care_day == day.date for one in ahead) else day.date + ONE_DAY
