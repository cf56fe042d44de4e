"""The page with today, the schedule and the report, which the entry in the menu opens: page."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from nightcare.atomic_write import private_folder
from nightcare.cli.command_context import PATH, CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.page_file import open_page, write_error_page, write_page
from nightcare.cli.report_command import read_report
from nightcare.domain.care_day import Calendar
from nightcare.domain.week_plan import week_plan
from nightcare.errors import NightcareError
from nightcare.paths import own_page

_NIGHTS = 30


@click.command("page", cls=LocalisedCommand)
@click.option("--html", "file", type=PATH)
@click.option("--relief", is_flag=True)
@click.option("--yes", is_flag=True)
@pass_context
def page_command(context: CommandContext, *, file: Path | None, relief: bool, yes: bool) -> int:
    """Open today's plan, your schedule and your report in your browser."""
    path = (own_page(context.state, "page") if file is None else file).absolute()
    if file is None:
        with contextlib.suppress(OSError):
            private_folder(path.parent)
    try:
        text = _page_text(context, relief=relief)
        written = write_page(text, path, context, yes=yes)
    except NightcareError as error:
        if file is None and not sys.stderr.isatty():
            # The menu of a desktop shows no output.
            write_error_page(error, path, context)
        raise
    if file is None:
        open_page(path, context)
    return 0 if written else 1


def _page_text(context: CommandContext, *, relief: bool) -> str:
    from nightcare.report_html.home_page import build_home_page  # noqa: PLC0415 - only for a page
    from nightcare.report_html.render import render_page  # noqa: PLC0415 - likewise
    from nightcare.report_html.view_model import build_page  # noqa: PLC0415 - likewise

    if relief:
        return render_page(None, context.lenient().translator)
    with context.journal():
        outlook = context.outlook()
        made, why = read_report(context, _NIGHTS)
    schedule, translator = context.schedule, context.translator
    # Ignore another bedtime for this evening.
    usual = Calendar(schedule.sleep, context.zone)
    today = usual.local(context.now).date()
    week = week_plan(schedule.enabled, usual, today)
    report = build_page(made, why, schedule.professional, translator, today)
    running = context.service_runs()
    page = build_home_page(outlook, week, report, translator, running=running)
    return render_page(page, translator)
