"""The service and the bridge in the foreground: run, rehearse, bridge."""

from __future__ import annotations

import os
import sys

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo
from nightcare.errors import NotConfigured, ValueRefused
from nightcare.paths import blueprint

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


@click.command("bridge", cls=LocalisedCommand)
@click.option("--forget", is_flag=True)
@click.option("--blueprint", "shown", is_flag=True)
@pass_context
def bridge_command(context: CommandContext, *, forget: bool, shown: bool) -> None:
    """Run the bridge to your MQTT broker and Home Assistant until Ctrl-C."""
    if shown:
        echo(str(blueprint(context.lenient().translator.language)))
        return
    if forget:
        forget_topics(context)
        return
    from nightcare.bridge.bridge_startup import run_bridge  # noqa: PLC0415 - not for `--forget`

    run_bridge(context.named, os.environ)


def forget_topics(context: CommandContext) -> None:
    """Clear the topics of this computer at the broker, and print their number.

    Raises:
        NotConfigured: The config names no broker.
        NightcareError: The broker cannot be reached, or the bridge runs.
    """
    from nightcare.bridge.bridge_startup import forget  # noqa: PLC0415 - likewise
    from nightcare.bridge.settings import bridge_settings  # noqa: PLC0415 - only with [mqtt]

    settings = bridge_settings(context.active.values)
    if settings is None:
        raise NotConfigured("mqtt_not_configured")
    count = forget(settings, context.state, os.environ, context.translator)
    context.print("did_forget", address=settings.address, count=count)
