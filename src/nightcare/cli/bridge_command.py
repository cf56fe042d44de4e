"""The bridge to an MQTT broker: bridge."""

from __future__ import annotations

import os

import click

from nightcare.cli.command_context import CommandContext, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo
from nightcare.errors import NotConfigured
from nightcare.paths import blueprint


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
    """Clear what this computer has left at the broker, and print how much that was.

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
