"""The list of one person's computers: computers."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from nightcare import __version__
from nightcare.cli.command_context import CommandContext, json_option, pass_context
from nightcare.cli.command_help import LocalisedCommand
from nightcare.cli.output import echo_text, print_json
from nightcare.cli.plan_json import local_time
from nightcare.domain.person_computers import Computer, schedule_differences
from nightcare.errors import NotConfigured, ValueRefused


@click.command("computers", cls=LocalisedCommand)
@click.option("--forget", "forgotten", metavar="ID")
@json_option
@pass_context
def computers_command(context: CommandContext, *, forgotten: str | None, as_json: bool) -> None:
    """List your computers that share with each other."""
    from nightcare.bridge.settings import bridge_settings, computer_id  # noqa: PLC0415 - only here

    settings = bridge_settings(context.active.values)
    if settings is None or not settings.share:
        raise NotConfigured("computers_not_shared")
    own = computer_id()
    with context.journal() as journal:
        known = journal.shared.computers()
        erased = {one.id: journal.shared.erased_at(one.id, context.now) for one in known}
        wanted = journal.shared.erased_at(own, context.now)
    # Erased records may still be on computers that were not connected since.
    behind = {key for key, at in erased.items() if wanted and (at is None or at < wanted)}
    if forgotten is not None:
        _forget(forgotten, own, known, context)
        return
    this = next((one for one in known if one.id == own), None)
    others = [one for one in known if one.id != own]
    if as_json:
        print_json(
            [{**_value(one, this, context), "erased": one.id not in behind} for one in known]
        )
        return
    context.print("computers_this", name=settings.computer, id=own)
    for one in others:
        echo_text(_line(one, this, context))
        if one.id in behind:
            context.print("computers_not_erased", name=one.name)
    if not others:
        context.print("computers_none")


def _line(one: Computer, this: Computer | None, context: CommandContext) -> str:
    say = context.translator.text
    key = "computers_online" if one.online else "computers_seen"
    line = say(key, name=one.name, id=one.id, seen=context.clock(one.seen))
    differences = () if this is None else schedule_differences(this, one)
    if one.version not in ("", __version__):
        line += " " + say("computers_version", version=one.version, own=__version__)
    if differences:
        line += " " + say("computers_differs", keys=", ".join(differences))
    return line


def _value(one: Computer, this: Computer | None, context: CommandContext) -> dict[str, object]:
    differences = () if this is None else schedule_differences(this, one)
    seen = local_time(one.seen, context.calendar)
    own = this is not None and one.id == this.id
    return {**asdict(one), "seen": seen, "differs": list(differences), "this": own}


def _forget(computer: str, own: str, known: list[Computer], context: CommandContext) -> None:
    """Clear the topics of a computer at the broker, and remove it from the list.

    Raises:
        ValueRefused: It is this computer, or the id is unknown.
        NightcareError: The broker cannot be reached.
    """
    if computer == own:
        raise ValueRefused("computer_is_this_one", found=computer)
    found = next((one for one in known if one.id == computer), None)
    if found is None:
        others = ", ".join(f"{one.id} ({one.name})" for one in known if one.id != own) or "-"
        raise ValueRefused("computer_unknown", found=computer, known=others)
    from nightcare.bridge.bridge_startup import forget_computer  # noqa: PLC0415 - only here
    from nightcare.bridge.settings import bridge_settings  # noqa: PLC0415 - as above

    settings = bridge_settings(context.active.values)
    assert settings is not None
    count = forget_computer(settings, computer, os.environ, context.translator)
    with context.journal() as journal:
        journal.shared.forget_computer(computer)
    context.print("did_forget_computer", name=found.name, count=count)
