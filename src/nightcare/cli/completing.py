"""What a shell offers while a command is typed, besides what click knows by itself.

Source: click's documentation, "Shell Completion".
"""

from __future__ import annotations

import os

import click

from nightcare.errors import NightcareError
from nightcare.places import chosen_config


def reminder_names(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The reminders of the config whose names begin so; none where the config is wrong.

    Of an argument that takes several words, only the first is a name. A shell waits for this and
    has no room for a complaint, so nothing is said, and nothing is written.
    """
    from nightcare.settings.load import load  # noqa: PLC0415 - only a shell that completes needs it

    if parameter.nargs != 1 and context.params.get(str(parameter.name)):
        return []
    named = context.params.get("config") or context.find_root().params.get("config")
    try:
        schedule = load(chosen_config(named, os.environ), os.environ).schedule
    except NightcareError:
        return []
    return [one.name for one in schedule.reminders if one.name.startswith(incomplete)]
