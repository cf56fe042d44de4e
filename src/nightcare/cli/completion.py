"""Shell completion of reminders and routines.

Source: click's documentation, "Shell Completion".
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nightcare.errors import NightcareError
from nightcare.paths import config_source, service_places

if TYPE_CHECKING:
    import click

    from nightcare.domain.schedule import Schedule

_SPANS = ("next", "today")
"""The spans of `skip`, which are the same in every language."""


def reminder_names(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[str]:
    """Return the reminders with a prefix; none if the config is invalid.

    In an argument of several words, only the first is a name.
    """
    if parameter.nargs != 1 and context.params.get(str(parameter.name)):
        return []
    schedule = _schedule(context)
    names = [one.name for one in schedule.reminders] if schedule is not None else []
    return [name for name in names if name.startswith(incomplete)]


def skip_words(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the next words of `skip`: a reminder, "today" or "next"; nothing after a span."""
    typed = context.params.get(str(parameter.name)) or ()
    if any(word in _SPANS for word in typed) or len(typed) > 1:
        return []
    spans = [one for one in _SPANS if one.startswith(incomplete)]
    return [*reminder_names(context, parameter, incomplete), *spans]


def topic_words(
    context: click.Context,  # noqa: ARG001 - click passes it
    parameter: click.Parameter,  # noqa: ARG001 - likewise
    incomplete: str,
) -> list[str]:
    """Return the topics with a prefix, in the language of the desktop."""
    from nightcare.domain.reminders import Topic  # noqa: PLC0415 - only for a shell
    from nightcare.i18n.translator import words_for  # noqa: PLC0415 - likewise

    translator = words_for(None, os.environ)
    names = [translator.text(f"topic_{one}") for one in Topic]
    return [name for name in names if name.startswith(incomplete)]


def routine_names(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - click passes it
    incomplete: str,
) -> list[str]:
    """Return the routines with a prefix; the built-in ones if the config is invalid."""
    from nightcare.domain.routine import BUILT_IN  # noqa: PLC0415 - only for a shell

    schedule = _schedule(context)
    own = [one.id for one in schedule.routines] if schedule is not None else []
    return [name for name in dict.fromkeys([*BUILT_IN, *own]) if name.startswith(incomplete)]


def _schedule(context: click.Context) -> Schedule | None:
    """Return the schedule of the config; None if it is invalid.

    A shell waits for this and has no room for errors, so it prints nothing and caches nothing.
    """
    from nightcare.config.load import load_source  # noqa: PLC0415 - only for a shell

    named = context.params.get("config") or context.find_root().params.get("config")
    try:
        return load_source(config_source(named, os.environ, service_places(os.environ))).schedule
    except NightcareError:
        return None
