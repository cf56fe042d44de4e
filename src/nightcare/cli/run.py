"""The service in the foreground: run, rehearse."""

from __future__ import annotations

import os
import sys

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.errors import ValueRefused

_LONGEST_REHEARSAL = 3600
"""Seconds."""


@click.command("run", cls=LocalisedCommand)
@pass_context
def run_command(context: CommandContext) -> None:
    """Run the service here until Ctrl-C."""
    from nightcare.service.startup import run_service  # noqa: PLC0415 - not for `rehearse`

    run_service(context.named, os.environ)


@click.command("rehearse", cls=LocalisedCommand)
@click.option("--seconds", type=int, default=60)
@pass_context
def rehearse_command(context: CommandContext, *, seconds: int) -> None:
    """Show a whole day's reminders in a minute; record nothing."""
    from nightcare.service.startup import asyncio  # noqa: PLC0415 - before what imports asyncio

    loop = asyncio()
    from nightcare.desktop.notify.factory import choose_screen  # noqa: PLC0415 - not for `run`
    from nightcare.i18n.event_log import event_log  # noqa: PLC0415 - likewise
    from nightcare.service.rehearsal import rehearse  # noqa: PLC0415 - likewise

    if not 1 <= seconds <= _LONGEST_REHEARSAL:
        raise ValueRefused("seconds_out_of_range", found=seconds, most=_LONGEST_REHEARSAL)
    context.print("rehearsal", seconds=seconds)
    loop.run(
        rehearse(
            schedule=context.schedule,
            zone=context.zone,
            day=context.calendar.at(context.now),
            translator=context.translator,
            screen=choose_screen(context.schedule, os.environ, sys.stdout),
            seconds=float(seconds),
            log=event_log(context.schedule, context.translator, context.zone, sys.stdout),
        )
    )
    context.print("rehearsal_over")
